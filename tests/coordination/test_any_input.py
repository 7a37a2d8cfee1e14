"""Whatever is sent to the form: never a failure, never markup, never a card that is not what was typed."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote_from_bytes, urlencode

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from lti_tool.coordination.cards import MOST_CARDS
from lti_tool.web.forms import without_unseen
from tests.coordination.cards import ADVISER, card, find_all
from tests.door import form_token
from tests.police import check_page
from tests.progress.board import parse, words

if TYPE_CHECKING:
    from tests.coordination.cards import Keeper
    from tests.door import Door

PROPERTY = settings(
    max_examples=40, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
FOREIGN = ("script", "img", "iframe", "object", "style", "i")
HEADERS = {"Sec-Fetch-Site": "same-origin"}
MARKUP = [
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</textarea><i>x</i>", "' autofocus onfocus='x",
    "{{ 7*7 }}", "{% include 'x' %}", "%(one)s", "%s%n", "&lt;b&gt;", "]]>", "<!--", "\0", "\r\n\r\n",
    "\N{RIGHT-TO-LEFT OVERRIDE}", "javascript:alert(1)", 'https://x.example/" onclick="x',
    "a" * 700, "é" * 101, "\ufffe", "￿", " ", "yes",
]  # fmt: skip
TEXTS = st.text(max_size=40) | st.sampled_from(MARKUP) | st.sampled_from(sorted(ADVISER.values()))
FORMS = st.dictionaries(st.sampled_from([*ADVISER, "id", "registration_id", "checked_on", "form"]), TEXTS)


def elements(html: str) -> list[str]:
    """The elements of a page that typed text would bring in; in the middle of our pages there are none of them."""
    main = next(parse(html).iter("main"))
    return [str(item.tag) for item in main.iter() if item.tag in FOREIGN]


def attributes(html: str) -> set[str]:
    return {str(name) for item in parse(html).iter() if isinstance(item.tag, str) for name in item.keys()}  # noqa: SIM118


@PROPERTY
@given(changes=FORMS)
@example(changes={})
@example(changes={"name": '"><img src=x onerror=alert(1)>'})
@example(changes={"scope_nl": "</textarea><i>x</i>"})
@example(changes={"web": 'https://x.example/" onclick="x'})
@example(changes={"scope_nl": "\n\n\nlast"})
def test_any_form_is_kept_as_typed_or_comes_back_as_typed(door: Door, keeper: Keeper, changes: dict[str, str]) -> None:
    keeper.tools.limits.forget()
    for old in keeper.stored():
        keeper.press(f"/contacts/{old.id}/remove")
    typed = {**ADVISER, **changes}

    response = keeper.press("/contacts/new", typed)

    assert response.status_code in (303, 422)
    if response.status_code == 422:
        assert keeper.stored() == ()
        check_page(response.text, with_session=True)
        assert elements(response.text) == []
        fields = {item.get("name"): item for item in parse(response.text).iter("textarea")}
        for name in ("scope_nl", "scope_en"):
            assert "".join(fields[name].itertext()) == without_unseen(typed[name])
        return
    (stored,) = keeper.stored()
    assert stored.name == " ".join(without_unseen(typed["name"]).split())
    pages = [keeper.get(), keeper.get(f"/contacts/{stored.id}"), keeper.get(f"/contacts/{stored.id}/remove")]
    visit = door.enter("amina")
    for page in (*pages, visit.get("/support"), visit.get("/step/gwuczbwc"), visit.get()):
        assert page.status_code == 200
        assert elements(page.text) == []
        assert not {name for name in attributes(page.text) if name.startswith("on") or name == "autofocus"}
    assert stored.name in words(parse(pages[0].text))


@PROPERTY
@given(data=st.dictionaries(st.binary(max_size=12), st.binary(max_size=40), max_size=6))
@example(data={b"name": b"\xff\xfe\x00", b"kind": b"\xed\xa0\x80"})
def test_any_bytes_come_back_as_a_form(keeper: Keeper, data: dict[bytes, bytes]) -> None:
    keeper.tools.limits.forget()
    token = form_token(keeper.get().text)
    body = urlencode({"form_token": token}) + "".join(
        f"&{quote_from_bytes(name)}={quote_from_bytes(value)}" for name, value in data.items()
    )

    response = keeper.visit.client.post(
        f"{keeper.visit.home}/contacts/new",
        data=body,
        content_type="application/x-www-form-urlencoded",
        headers=HEADERS,
    )

    assert response.status_code == 422
    check_page(response.text, with_session=True)


@PROPERTY
@given(query=st.text(max_size=30))
def test_any_query_is_a_page(keeper: Keeper, query: str) -> None:
    keeper.tools.limits.forget()
    encoded = quote_from_bytes(query.encode("utf-8", "replace"))

    for path in ("/contacts", "/contacts/new"):
        for address in (f"{path}?done={encoded}&kind={encoded}", f"{path}?{encoded}"):
            assert keeper.get(address).status_code == 200


def test_far_too_much_is_refused_with_a_page(keeper: Keeper) -> None:
    response = keeper.press("/contacts/new", card(scope_nl="a" * 300_000))

    assert response.status_code == 413
    assert keeper.stored() == ()


def test_long_text_comes_back_whole(keeper: Keeper) -> None:
    text = "Een lange zin. " * 5000

    response = keeper.press("/contacts/new", card(scope_nl=text))

    assert response.status_code == 422
    fields = {item.get("name"): "".join(item.itertext()) for item in parse(response.text).iter("textarea")}
    assert fields["scope_nl"] == text
    assert len(keeper.stored()) < MOST_CARDS
    assert find_all(response.text, action="save") != []

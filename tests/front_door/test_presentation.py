"""How and where pages are shown: the way back to the course, contrast, and the institution's colour."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from lti_tool.lti.presentation import course_address, read_presentation
from lti_tool.people.models import LaunchSession
from lti_tool.web import brand
from lti_tool.web.brand import contrast, is_colour, style_sheet
from lti_tool.web.templates import STATIC
from tests.demo_lms.knobs import CLAIM
from tests.front_door.witness import body_data, dump
from tests.progress.board import FIRST, THIRD

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from sqlalchemy.orm import Session

    from lti_tool.kernel.database import Database
    from lti_tool.web.edge import Instruments
    from tests.demo_lms.knobs import Launch
    from tests.door import Door, Visit

MOODLE_RETURN = "mod/lti/return.php?course=17&launch_container=3&instanceid=8&sesskey=Wp3tQJ1xYz"
CANVAS_RETURN = "https://uni.instructure.com/courses/42/external_content/success/external_tool_redirect"


# The way back: a place that anybody may know.

ADDRESSES: list[tuple[str | None, str | None, str | None, str | None]] = [
    # Moodle: of its own return address, with a session key in it, the course is made.
    (f"https://moodle.example/{MOODLE_RETURN}", "moodle", "17", "https://moodle.example/course/view.php?id=17"),
    (
        f"https://uni.example/a/moodle/{MOODLE_RETURN}",
        "moodle",
        "17",
        "https://uni.example/a/moodle/course/view.php?id=17",
    ),
    (
        f"https://moodle.example:8443/{MOODLE_RETURN}",
        "moodle",
        "17",
        "https://moodle.example:8443/course/view.php?id=17",
    ),
    (f"https://moodle.example/{MOODLE_RETURN}", "moodle", None, "https://moodle.example/"),
    (f"https://uni.example/moodle/{MOODLE_RETURN}", "moodle", None, "https://uni.example/moodle/"),
    (f"https://moodle.example/{MOODLE_RETURN}", "moodle", "17&sesskey=x", "https://moodle.example/"),
    (f"https://moodle.example/{MOODLE_RETURN}", "moodle", "1" * 21, "https://moodle.example/"),
    (f"https://moodle.example/{MOODLE_RETURN}", "moodle", "\u0661\u0667", None),
    # A Moodle that does not say what it is.
    (f"https://moodle.example/{MOODLE_RETURN}", None, "17", "https://moodle.example/mod/lti/return.php?course=17"),
    # Canvas: the course's own page.
    (CANVAS_RETURN, "canvas", "4dde05e8", "https://uni.instructure.com/courses/42"),
    ("https://uni.instructure.com/courses/42", "canvas", None, "https://uni.instructure.com/courses/42"),
    ("https://uni.instructure.com/courses/42/x?token=abc", "canvas", None, "https://uni.instructure.com/courses/42"),
    ("https://uni.instructure.com/courses/42x/y", "canvas", None, "https://uni.instructure.com/courses/42x/y"),
    ("https://uni.instructure.com/accounts/1/x?a=b", "canvas", None, "https://uni.instructure.com/accounts/1/x"),
    # Others: the address, with the parts of its query that name a place.
    ("https://lms.example/d2l/home/123?ou=123", "desire2learn", None, "https://lms.example/d2l/home/123?ou=123"),
    (
        "https://lms.example/back?course_id=_12_1&content_id=_3_1&wsid=secret&id=a&token=t",
        "BlackboardLearn",
        None,
        "https://lms.example/back?course_id=_12_1&content_id=_3_1&id=a",
    ),
    ("https://lms.example/return", None, None, "https://lms.example/return"),
    ("https://lms.example", None, None, "https://lms.example"),
    ("https://lms.example/a?id=<script>", None, None, "https://lms.example/a"),
    ("https://lms.example/a?id=" + "x" * 65, None, None, "https://lms.example/a"),
    ("https://lms.example/a?session=1&sid=2&key=3&auth=4&t=5", None, None, "https://lms.example/a"),
    ("https://lms.example/a?ID=5", None, None, "https://lms.example/a?ID=5"),
    ("https://lms.example/a?id=5#sesskey=abc", None, None, "https://lms.example/a?id=5"),
    ("https://user:password@lms.example/a", None, None, "https://lms.example/a"),
    ("HTTPS://LMS.example/A", None, None, "https://lms.example/A"),
    ("http://127.0.0.1:5001/return", None, None, "http://127.0.0.1:5001/return"),
    ("https://lms.example/a?" + "id=1&" * 300, None, None, "https://lms.example/a"),
    # What is no address, or none that can stand in a link.
    (None, None, None, None),
    ("", "moodle", "17", None),
    ("javascript:alert(1)", None, None, None),
    ("JavaScript:alert(1)//https://lms.example", None, None, None),
    ("data:text/html,x", None, None, None),
    ("vbscript:x", None, None, None),
    ("//lms.example/a", None, None, None),
    ("/courses/42", "canvas", None, None),
    ("https://", None, None, None),
    ("https://[", None, None, None),
    ("https://lms.example;x/a", None, None, None),
    ("https://lms.example'\"><b>/a", None, None, None),
    ("ftp://lms.example/a", None, None, None),
    ("https://lms.example/a\x00b", None, None, None),
    ("https://lms.example/a\x7fb", None, None, None),
    ("https://lms.example/\ud800", None, None, None),
    ("https://lms.example/\u202eb", None, None, None),
    ("https://lms.example/é", None, None, None),
    ("https://lms.example/" + "x" * 1000, None, None, None),
]


@pytest.mark.parametrize(("given_url", "family", "context_id", "address"), ADDRESSES, ids=range(len(ADDRESSES)))
def test_way_back_is_a_place_that_anybody_may_know(
    given_url: str | None, family: str | None, context_id: str | None, address: str | None
) -> None:
    assert course_address(given_url, family=family, context_id=context_id) == address


FAMILIES = st.sampled_from([None, "moodle", "canvas", "desire2learn", "BlackboardLearn", "", "Moodle"])
SECRET_NAMES = st.sampled_from(["sesskey", "token", "session", "wsid", "sid", "auth", "key", "SESSKEY", "nonce", "x"])
SECRETS = st.text("ABCDEFGHJKLMNPQRSTUVWXYZ", min_size=10, max_size=40)
PATHS = st.sampled_from(
    ["/mod/lti/return.php", "/moodle/mod/lti/return.php", "/courses/42/x", "/return", "", "/a b", "/a%20b", "/"]
)


@settings(max_examples=300)
@given(family=FAMILIES, name=SECRET_NAMES, secret=SECRETS, path=PATHS, context=st.sampled_from([None, "17", "x"]))
@example(family="moodle", name="sesskey", secret="A" * 10, path="/mod/lti/return.php", context="17")
def test_way_back_never_holds_a_key_of_somebodys_session(
    family: str | None, name: str, secret: str, path: str, context: str | None
) -> None:
    told = f"{name}={secret}"
    for query in (told, f"id=1&{told}", f"{told}&course=5", f"course=5;{told}", f"course={told}"):
        address = course_address(f"https://lms.example{path}?{query}", family=family, context_id=context)

        assert secret not in str(address)


@settings(max_examples=500)
@given(url=st.text(max_size=60).map(lambda text: f"https://lms.example/{text}") | st.text(max_size=60), family=FAMILIES)
def test_way_back_is_always_a_plain_web_address_or_none(url: str, family: str | None) -> None:
    address = course_address(url, family=family, context_id="17")

    if address is not None:
        assert re.fullmatch(r"https?://[a-z0-9.:\[\]-]+(?:/[\x20-\x7e]*)?(?:\?[\x21-\x7e]*)?", address)
        assert urlsplit(address).fragment == ""
        assert {name.lower() for name, _ in parse_qsl(urlsplit(address).query)} <= {
            "id", "ou", "course", "course_id", "courseid", "content_id", "cmid", "context_id", "org", "rlid",
        }  # fmt: skip


@settings(max_examples=200)
@given(presentation=st.dictionaries(st.sampled_from(["return_url", "locale"]), st.text()),
       custom=st.dictionaries(st.sampled_from(["brand", "high_contrast"]), st.text()))  # fmt: skip
def test_no_text_whatever_breaks_reading_a_presentation(presentation: dict[str, str], custom: dict[str, str]) -> None:
    found = read_presentation(presentation, custom, family="moodle", context_id="17")

    assert found.brand is None or is_colour(found.brand)
    assert isinstance(found.wants_contrast, bool)


def with_return(url: str, family: str | None = None) -> Callable[[Launch], None]:
    def spoil(launch: Launch) -> None:
        launch.claims[f"{CLAIM}launch_presentation"] = {"return_url": url, "locale": "nl"}
        if family is not None:
            launch.claims[f"{CLAIM}tool_platform"] = {"product_family_code": family}

    return spoil


@settings(max_examples=12, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(secret=SECRETS, name=SECRET_NAMES, family=st.sampled_from(["moodle", "canvas", "other"]), path=PATHS)
def test_key_of_somebodys_session_is_never_stored_logged_or_shown(
    door: Door, session: Session, log_lines: list[str], secret: str, name: str, family: str, path: str
) -> None:
    session.execute(delete(LaunchSession))
    session.commit()
    tools: Instruments = door.client.application.extensions["rugzak"]
    tools.limits.forget()
    url = f"https://lms.example{path}?course=17&{name}={secret}"

    visit = door.enter(spoil=with_return(url, family))
    pages = [visit.get(address) for address in ("/", "/step/u56fbuib", "/support", "/nowhere")]

    assert secret not in str(dump(tools.database))
    assert secret not in "".join(log_lines)
    for page in pages:
        assert secret not in page.text
        assert secret not in str(page.headers)


# The bar.


def way_back(page: str) -> list[tuple[str, str]]:
    """Return address and attributes of the link back to the course."""
    found = re.findall(r'<a class="bar-link" href="([^"]*)"([^>]*data-action="return"[^>]*)>', page)
    return [(html.unescape(href), rest) for href, rest in found]


PAGES = [
    "/",
    f"/step/{FIRST}",
    f"/step/{THIRD}",
    f"/step/{THIRD}/1",
    "/support",
    "/safety",
    "/words",
    "/step/nothing2",
    "/?page=x",
]


@pytest.mark.parametrize("person", ["amina", "teacher", "mentor"])
def test_way_back_is_on_every_page_of_a_visit(door: Door, person: str) -> None:
    visit = door.enter(person, spoil=with_return(f"https://lms.example/{MOODLE_RETURN}", "moodle"))

    for path in PAGES:
        ((address, rest),) = way_back(visit.get(path).text)
        # The demo's course is not numbered as Moodle's are, so the way back leads to the site.
        assert address == "https://lms.example/"
        assert 'target="_top"' in rest
        assert 'rel="noreferrer"' in rest


def test_way_back_leads_to_the_moodle_course(door: Door) -> None:
    visit = door.enter("amina", "sw1b", spoil=with_return(f"https://lms.example/x/{MOODLE_RETURN}", "moodle"))

    assert [address for address, _ in way_back(visit.get().text)] == ["https://lms.example/x/course/view.php?id=17"]


def test_way_back_is_on_a_refused_press_and_outside_a_course(door: Door) -> None:
    visit = door.enter(spoil=with_return("https://lms.example/return"))
    refused = door.client.post(f"{visit.home}/language", data={"language": "en"})
    assert refused.status_code == 403

    def outside(launch: Launch) -> None:
        with_return("https://lms.example/return")(launch)
        del launch.claims[f"{CLAIM}context"]

    for page in (refused.text, door.enter("bram", spoil=outside).get().text):
        assert [address for address, _ in way_back(page)] == ["https://lms.example/return"]


@pytest.mark.parametrize(
    "url",
    [None, "", "javascript:alert(1)", "https://lms.example/\x00", "/relative", "https://lms.example/" + "x" * 1000],
)
def test_launch_that_names_no_way_back_has_none_in_the_bar(door: Door, url: str | None) -> None:
    presentation = {"locale": "nl"} if url is None else {"locale": "nl", "return_url": url}
    visit = door.enter(spoil=lambda launch: launch.claims.update({f"{CLAIM}launch_presentation": presentation}))

    for path in PAGES:
        page = visit.get(path).text
        assert way_back(page) == []
        assert "javascript:" not in page


def test_page_of_nobody_has_no_way_back(door: Door) -> None:
    door.enter(spoil=with_return("https://lms.example/return"))

    for path in ("/", "/support"):
        assert way_back(door.client.get(path).text) == []


def test_each_visit_has_its_own_way_back(door: Door) -> None:
    one = door.enter("amina", spoil=with_return("https://lms.example/one"))
    other = door.enter("bram", spoil=with_return("https://lms.example/other"))

    assert way_back(one.get().text)[0][0] == "https://lms.example/one"
    assert way_back(other.get().text)[0][0] == "https://lms.example/other"


def test_longest_way_back_that_is_kept_fits_the_database(door: Door) -> None:
    url = "https://lms.example/" + "x" * 980
    assert len(url) == 1000

    visit = door.enter(spoil=with_return(url))

    assert way_back(visit.get().text)[0][0] == url


def test_whose_site_the_way_back_is_on_may_frame_the_visit(door: Door) -> None:
    visit = door.enter(spoil=with_return("https://vanity.example/courses/1?token=x"))

    policy = visit.get().headers["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors https://lms.example https://vanity.example")


# Contrast.


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("true", True),
        ("True", True),
        ("TRUE", True),
        ("false", False),
        ("", False),
        ("1", False),
        ("$Canvas.user.prefersHighContrast", False),
        (True, False),
        (["true"], False),
        (None, False),
    ],
)
def test_contrast_is_wanted_by_who_says_so(door: Door, value: Any, wanted: bool) -> None:  # noqa: FBT001
    visit = door.enter(spoil=lambda launch: launch.claims.update({f"{CLAIM}custom": {"high_contrast": value}}))

    for path in PAGES:
        (opening,) = re.findall(r"<html[^>]*>", visit.get(path).text)
        assert ('data-contrast="more"' in opening) is wanted


def test_contrast_of_one_visit_is_not_that_of_the_next(door: Door) -> None:
    wants = door.enter(spoil=lambda launch: launch.claims.update({f"{CLAIM}custom": {"high_contrast": "true"}}))
    wants_not = door.enter("bram")

    assert "data-contrast" in wants.get().text
    assert "data-contrast" not in wants_not.get().text
    assert "data-contrast" not in door.client.get("/support").text


# The institution's colour.


def brand_of(text: str | None) -> str | None:
    return read_presentation({}, {} if text is None else {"brand": text}, family=None, context_id=None).brand


CANVAS_BRAND = {"ic-brand-primary": "#0374B5", "ic-brand-font-color-dark": "#2D3B45", "ic-brand-global-nav-bgd": "#fff"}
BRANDS = [
    (json.dumps(CANVAS_BRAND), "#0374b5"),
    ('{"ic-brand-primary": "#0AF"}', "#00aaff"),
    ('{"ic-brand-primary": " #abcdef "}', "#abcdef"),
    ('{"ic-brand-primary": "red"}', None),
    ('{"ic-brand-primary": "#12345"}', None),
    ('{"ic-brand-primary": "#1234567"}', None),
    ('{"ic-brand-primary": "#12345g"}', None),
    ('{"ic-brand-primary": "rgb(1,2,3)"}', None),
    ('{"ic-brand-primary": "#000;}body{display:none"}', None),
    ('{"ic-brand-primary": "#000000\\n}"}', None),
    ('{"ic-brand-primary": "#\uff11\uff12\uff13\uff14\uff15\uff16"}', None),
    ('{"ic-brand-primary": 3}', None),
    ('{"ic-brand-primary": null}', None),
    ('{"ic-brand-primary": {"a": 1}}', None),
    ('{"other": "#0374b5"}', None),
    ("{}", None),
    ("[]", None),
    ('"#0374b5"', None),
    ("#0374b5", None),
    ("", None),
    ("null", None),
    (None, None),
    ("$com.instructure.brandConfigJSON", None),
    ("{", None),
    ("NaN", None),
    ("[" * 20_000 + "]" * 20_000, None),
    ('{"a":' * 20_000, None),
    ("1" * 5000, None),
    ("\ud800", None),
]


@pytest.mark.parametrize(("text", "colour"), BRANDS, ids=range(len(BRANDS)))
def test_colour_is_read_from_canvas_or_not_at_all(text: str | None, colour: str | None) -> None:
    assert brand_of(text) == colour


@pytest.mark.parametrize("text", [text for text, _ in BRANDS if text is not None], ids=range(len(BRANDS) - 1))
@pytest.mark.one_database
def test_no_brand_keeps_anybody_out(door: Door, text: str) -> None:
    visit = door.enter(spoil=lambda launch: launch.claims.update({f"{CLAIM}custom": {"brand": text}}))

    assert visit.get().status_code == 200


def enter_with_brand(door: Door, colour: str, person: str = "amina") -> Visit:
    given_brand = json.dumps({"ic-brand-primary": colour})
    return door.enter(person, spoil=lambda launch: launch.claims.update({f"{CLAIM}custom": {"brand": given_brand}}))


def test_colour_comes_as_a_style_sheet_of_our_own_on_every_page(door: Door) -> None:
    visit = enter_with_brand(door, "#0374B5")

    for path in PAGES:
        page = visit.get(path).text
        assert page.count('<link rel="stylesheet" href="/brand/0374b5.css">') == 1
        # After our own, so that it has the last word.
        assert page.index("/brand/") > page.index("css/modes.css")


def test_visit_without_a_colour_has_no_such_sheet(door: Door) -> None:
    enter_with_brand(door, "#0374B5")

    assert "/brand/" not in door.enter("bram").get().text
    assert "/brand/" not in door.client.get("/support").text


def test_colour_is_kept_as_six_digits(door: Door, database: Database) -> None:
    enter_with_brand(door, "#0AF")

    with database.session(writes=False) as session:
        assert session.execute(select(LaunchSession.brand)).scalars().all() == ["#00aaff"]


def test_sheet_of_a_colour_may_be_kept_and_is_framed_by_nobody(door: Door) -> None:
    response = door.client.get("/brand/0374b5.css")

    assert response.status_code == 200
    assert response.mimetype == "text/css"
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["Content-Security-Policy"].endswith("frame-ancestors 'none'")
    assert response.headers.getlist("Set-Cookie") == []
    assert response.text == ":root { --brand: var(--light, #0374b5) var(--dark, #0374b5); }\n"


BAD_COLOURS = [
    "0374B5",
    "0af",
    "0374b",
    "0374b55",
    "0374bg",
    "red",
    "%230374b5",
    "000000;}",
    "000000%0A}",
    quote("0374b5}body{display:none", safe=""),
    "\uff10\uff13\uff17\uff14\uff42\uff15",
    "..%2F0374b5",
]


@pytest.mark.parametrize("colour", BAD_COLOURS)
def test_what_is_no_colour_has_no_sheet(door: Door, colour: str) -> None:
    response = door.client.get(f"/brand/{colour}.css")

    assert response.status_code == 404
    assert body_data(response.text) == {"page": "refused", "reason": "not_here"}


def test_sheet_is_logged_nowhere_and_costs_no_statement(app: Flask, door: Door, log_lines: list[str]) -> None:
    log_lines.clear()

    door.client.get("/brand/0374b5.css")

    assert log_lines == []
    assert app.extensions["statement_recorder"].statements == []


CONTRASTS = [
    # Known values of the WCAG's formula.
    ("#000000", "#ffffff", 21.0),
    ("#ffffff", "#000000", 21.0),
    ("#ffffff", "#ffffff", 1.0),
    ("#777777", "#ffffff", 4.48),
    ("#767676", "#ffffff", 4.54),
    ("#949494", "#ffffff", 3.03),
    ("#959595", "#ffffff", 2.99),
    ("#ff0000", "#ffffff", 4.0),
    ("#0000ff", "#ffffff", 8.59),
    ("#00ff00", "#ffffff", 1.37),
    ("#ffff00", "#ffffff", 1.07),
    ("#595959", "#ffffff", 7.0),
]


@pytest.mark.parametrize(("one", "other", "ratio"), CONTRASTS)
def test_contrast_is_that_of_the_wcag(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.006)
    assert contrast(one, other) == contrast(other, one)


@pytest.mark.parametrize(
    ("colour", "schemes"),
    [
        ("#000000", {"light"}),
        ("#0374b5", {"light", "dark"}),
        ("#ffffff", {"dark"}),
        ("#ffff00", {"dark"}),
        ("#00008b", {"light"}),
    ],
)
def test_colour_is_shown_only_in_the_schemes_where_it_can_be_seen(colour: str, schemes: set[str]) -> None:
    sheet = style_sheet(colour)

    shown = dict(re.findall(r"var\(--(\w+), ([^)]+)\)", sheet))
    assert shown == {scheme: colour if scheme in schemes else "transparent" for scheme in ("light", "dark")}
    assert sheet.count("{") == sheet.count("}") == 1


@given(st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}"))
def test_every_colour_can_be_seen_in_one_scheme_or_the_other(colour: str) -> None:
    assert is_colour(colour)
    assert colour in style_sheet(colour)
    assert style_sheet(colour)


def test_papers_are_those_of_the_style_sheet() -> None:
    tokens = (Path(STATIC) / "css" / "tokens.css").read_text().lower()

    assert f"--paper: var(--light, {brand._PAPERS['light']}) var(--dark, {brand._PAPERS['dark']});" in tokens

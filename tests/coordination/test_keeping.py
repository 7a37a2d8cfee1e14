"""A coordinator keeps the cards of their institution: adds, changes, checks and removes them, and nobody else does."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from lti_tool.coordination.cards import MOST_CARDS
from lti_tool.coordination.words import LABELS, NOT_A_PHONE, NOT_A_WEBSITE
from lti_tool.curriculum.contacts import load_standing
from tests.conftest import ROOT
from tests.coordination.cards import (
    ADVISER,
    card,
    everything,
    find_all,
    foot_cards,
    links,
    own_cards,
    part,
)
from tests.demo_lms.platform import CLAIM
from tests.door import form_token
from tests.front_door.sentences import readable, spoken
from tests.police import check_page
from tests.progress.board import parse, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.clock import FrozenClock
    from tests.coordination.cards import Keeper
    from tests.door import Door
    from tests.police import StatementRecorder

NOBODYS = "a" * 26
NATIONAL = {language: one.contacts for language, one in load_standing(ROOT / "modules").items()}


def typed_again(html: str) -> dict[str, str]:
    """What stands in the fields of a form."""
    found = {}
    for field in next(form for form in parse(html).iter("form") if form.get("class", "").startswith("form")).iter():
        name = field.get("name")
        if field.tag == "textarea":
            found[str(name)] = "".join(field.itertext())
        elif field.tag == "select":
            chosen = [option.get("value") for option in field.iter("option") if option.get("selected") is not None]
            found[str(name)] = str(chosen[0]) if chosen else ""
        elif field.tag == "input" and field.get("type") == "checkbox":
            found[str(name)] = "yes" if field.get("checked") is not None else ""
        elif field.tag == "input" and field.get("type") != "hidden":
            found[str(name)] = str(field.get("value"))
    return found


# The list.


@pytest.mark.parametrize("language", ["nl", "en"])
def test_empty_list_says_whom_students_cannot_find_and_leads_to_each(
    door: Door, keep: Callable[..., Keeper], language: str
) -> None:
    keeper = keep(door)
    keeper.press("/language", {"language": language, "back": "/contacts"})

    page = keeper.get()

    gaps = find_all(page.text, status="missing")
    names = [spoken(str(name), language) for name in (
        "Teacher or study coach", "Confidential adviser", "Student dean", "Student psychologist",
    )]  # fmt: skip
    assert [words(next(gap.iter("strong"))) for gap in gaps] == names
    assert [links(gap)[0].rpartition("/")[2] for gap in gaps] == [
        f"new?kind={kind}" for kind in ("teacher", "adviser", "dean", "psychologist")
    ]
    assert spoken("There are no cards of your institution yet.", language) in readable(page.text)
    assert page.text.count(f'lang="{language}"') >= 1


def test_gap_leads_to_a_form_with_that_kind_chosen(keeper: Keeper) -> None:
    assert typed_again(keeper.get("/contacts/new?kind=dean").text)["kind"] == "dean"
    assert typed_again(keeper.get("/contacts/new?kind=<b>").text)["kind"] == ""
    assert typed_again(keeper.get("/contacts/new").text) == dict.fromkeys(LABELS, "")


def test_cards_stand_in_the_order_of_their_kinds(keeper: Keeper) -> None:
    for kind in ("other", "dean", "adviser", "practitioner", "teacher", "psychologist"):
        keeper.add(kind=kind, every_page="")

    page = keeper.get().text

    assert own_cards(page) == ["teacher", "adviser", "dean", "psychologist", "practitioner", "other"]
    assert find_all(page, status="missing") == []


@pytest.mark.parametrize("language", ["nl", "en"])
def test_national_cards_stand_below_with_source_day_and_what_is_still_to_be_checked(
    door: Door, keep: Callable[..., Keeper], language: str
) -> None:
    keeper = keep(door)
    keeper.press("/language", {"language": language, "back": "/contacts"})

    page = words(parse(keeper.get().text))

    for contact in NATIONAL[language]:
        assert contact.source is not None
        for text in (contact.name, contact.source, *contact.to_check):
            assert " ".join(text.split()) in page
    assert page.count(spoken("Source:", language)) == len(NATIONAL[language])


def test_grp_4_national_card_that_was_checked_long_ago_is_told_too(
    door: Door, keep: Callable[..., Keeper], clock: FrozenClock
) -> None:
    oldest = min(contact.checked_on for contact in NATIONAL["nl"])
    clock.move(days=(oldest - clock.now().date()).days + 180)
    assert find_all(keep(door).get().text, status="old") == []
    clock.move(days=1)

    told = find_all(keep(door).get().text, status="old")

    assert len(told) == sum(contact.checked_on == oldest for contact in NATIONAL["nl"])
    assert "Dat is een tijd geleden. Klopt alles nog?" in words(told[0])


# The form.


def test_card_is_added_and_everything_of_it_is_kept(keeper: Keeper, clock: FrozenClock) -> None:
    response = keeper.press("/contacts/new", ADVISER)

    assert response.status_code == 303
    assert response.headers["Location"] == f"{keeper.visit.home}/contacts?done=saved#done"
    (stored,) = keeper.stored()
    assert {name: getattr(stored, name) for name in ADVISER} == {**ADVISER, "every_page": True}
    assert stored.checked_on == clock.now().date()
    page = keeper.get("/contacts?done=saved").text
    assert "De kaart is bewaard." in words(part(page, id="done"))
    assert own_cards(page) == ["adviser"]


def test_card_that_is_opened_stands_in_the_form_as_it_was_typed(keeper: Keeper) -> None:
    added = keeper.add(scope_nl="Een.\r\n\r\n<Twee> & “drie”.", name='"Loket" \'t Hart & <zn>')

    assert typed_again(keeper.get(f"/contacts/{added.id}").text) == {
        **ADVISER,
        "scope_nl": "Een.\n\n<Twee> & “drie”.",
        "name": '"Loket" \'t Hart & <zn>',
    }


def test_card_that_is_changed_counts_as_checked(door: Door, keep: Callable[..., Keeper], clock: FrozenClock) -> None:
    added = keep(door).add()
    clock.move(days=200)
    keeper = keep(door)

    keeper.press(f"/contacts/{added.id}", ADVISER)

    assert keeper.stored()[0].checked_on - added.checked_on == timedelta(days=200)


def test_changing_replaces_what_was_there(keeper: Keeper, clock: FrozenClock) -> None:
    added, other = keeper.add(), keeper.add(kind="dean", name="Ander", every_page="")
    clock.move(hours=1)

    response = keeper.press(f"/contacts/{added.id}", card(name="Nieuw", phone="", every_page=""))

    assert response.status_code == 303
    stored = {one.id: one for one in keeper.stored()}
    assert (stored[added.id].name, stored[added.id].phone, stored[added.id].every_page) == ("Nieuw", None, False)
    assert stored[other.id] == other


WRONG: list[tuple[str, dict[str, str], str]] = [
    ("kind", {"kind": ""}, "Choose what this person or desk is for students."),
    ("kind", {"kind": "villain"}, "Choose what this person or desk is for students."),
    ("name", {"name": " "}, "Fill in the name of the person or the desk."),
    ("phone", {"phone": "bel maar"}, str(NOT_A_PHONE)),
    ("email", {"email": "marloes"}, "Write the e-mail address in full, with an @ in it and without spaces."),
    ("web", {"web": "http://voorbeeld.example"}, str(NOT_A_WEBSITE)),
    ("scope_nl", {"scope_nl": ""}, "Say in Dutch what students can come with, and what stays between you."),
    ("scope_en", {"scope_en": ""}, "Say in English what students can come with, and what stays between you."),
    ("answers_nl", {"answers_nl": ""}, "Say in Dutch how soon there is an answer."),
    ("answers_en", {"answers_en": ""}, "Say in English how soon there is an answer."),
]  # fmt: skip


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize(("field", "changes", "sentence"), WRONG)
@pytest.mark.one_database
def test_what_is_not_right_yet_is_told_above_and_at_the_field_and_nothing_typed_is_lost(
    door: Door, keep: Callable[..., Keeper], language: str, field: str, changes: dict[str, str], sentence: str
) -> None:
    keeper = keep(door)
    keeper.press("/language", {"language": language, "back": "/contacts"})
    before = everything(keeper.tools)

    response = keeper.press("/contacts/new", card(**changes))

    assert response.status_code == 422
    check_page(response.text, with_session=True)
    said = spoken(sentence, language)
    summary = part(response.text, id="errors")
    assert [(link.get("href"), words(link)) for link in summary.iter("a")] == [(f"#field-{field}", said)]
    assert summary.get("tabindex") == "-1"
    assert words(part(response.text, id=f"why-{field}")) == said
    wrong = part(response.text, id=f"field-{field}")
    assert wrong.get("aria-invalid") == "true"
    assert f"why-{field}" in str(wrong.get("aria-describedby")).split()
    expected = card(**changes)
    expected["kind"] = "" if field == "kind" else expected["kind"]
    assert typed_again(response.text) == expected
    title = words(next(parse(response.text).iter("title")))
    assert title == spoken("Not saved yet. Learning line, contacts", language)
    assert everything(keeper.tools) == before


def test_form_that_was_sent_leads_the_browser_to_the_summary_without_a_script(keeper: Keeper) -> None:
    for page in (keeper.get("/contacts/new"), keeper.press("/contacts/new", card(name=""))):
        form = next(one for one in parse(page.text).iter("form") if one.get("novalidate") is not None)
        assert form.get("action") == f"{keeper.visit.home}/contacts/new#errors"


def test_without_a_way_to_reach_them_the_group_says_so_and_leads_to_its_first_field(keeper: Keeper) -> None:
    response = keeper.press("/contacts/new", card(phone="", email="", web="", place=""))

    assert links(part(response.text, id="errors")) == ["#field-phone"]
    group = next(one for one in parse(response.text).iter("fieldset") if one.get("aria-invalid"))
    assert "why-reach" in str(group.get("aria-describedby"))


def test_everything_wrong_is_told_in_the_order_of_the_form(keeper: Keeper) -> None:
    response = keeper.press("/contacts/new", {})

    fields = [link.removeprefix("#field-") for link in links(part(response.text, id="errors"))]
    assert fields == ["kind", "name", "phone", "scope_nl", "answers_nl", "scope_en", "answers_en"]


def test_character_that_cannot_be_shown_comes_back_as_a_sign_where_it_stood(keeper: Keeper) -> None:
    response = keeper.press("/contacts/new", card(name="Mar\x07loes"))

    assert response.status_code == 422
    check_page(response.text, with_session=True)
    assert typed_again(response.text)["name"] == "Mar�loes"


def test_form_of_a_card_that_is_changed_comes_back_too(keeper: Keeper) -> None:
    added = keeper.add()

    response = keeper.press(f"/contacts/{added.id}", card(name="", place="Kamer 9"))

    assert response.status_code == 422
    assert typed_again(response.text) == card(name="", place="Kamer 9")
    assert keeper.stored() == (added,)


def test_two_cards_stand_on_every_page_and_the_third_is_told_which(keeper: Keeper) -> None:
    one, other = keeper.add(name="Een"), keeper.add(name="Twee", kind="dean")

    third = keeper.press("/contacts/new", card(name="Drie"))

    assert third.status_code == 422
    told = words(part(third.text, id="why-every_page"))
    assert told == "Er staan al twee kaarten onder aan elke pagina: Een en Twee. Haal daar eerst een van weg."
    assert typed_again(third.text)["every_page"] == "yes"
    # Who is there already stays there when changed, and makes room when taken off.
    assert keeper.press(f"/contacts/{one.id}", card(name="Een, veranderd")).status_code == 303
    assert keeper.press(f"/contacts/{other.id}", card(name="Twee", every_page="")).status_code == 303
    assert keeper.press("/contacts/new", card(name="Drie")).status_code == 303


def test_forty_cards_are_as_many_as_fit(keeper: Keeper, clock: FrozenClock) -> None:
    forms = [card(name=f"Kaart {number}", every_page="") for number in range(MOST_CARDS)]
    clock.move(minutes=2)
    assert {response.status_code for response in keeper.post_many("/contacts/new", forms)} == {303}
    clock.move(minutes=2)

    one_more = keeper.press("/contacts/new", card(name="Te veel", every_page=""))

    assert one_more.status_code == 422
    assert "Er zijn veertig kaarten" in words(part(one_more.text, id="errors"))
    assert len(keeper.stored()) == MOST_CARDS
    assert find_all(keeper.get().text, action="new-contact") == []
    keeper.press(f"/contacts/{keeper.stored()[0].id}/remove")
    assert len(find_all(keeper.get().text, action="new-contact")) == 1


# Checking, and taking away.


def age_of(html: str) -> list[tuple[str | None, str]]:
    main = next(parse(html).iter("main"))
    return [(one.get("data-status"), words(one)) for one in main.iter("p") if one.get("class") == "age"]


def test_grp_4_old_card_is_told_in_calm_words_and_one_press_says_it_is_still_right(
    door: Door, keep: Callable[..., Keeper], clock: FrozenClock
) -> None:
    first = keep(door)
    added = first.add(every_page="")
    clock.move(days=180)
    keeper = keep(door)
    page = keeper.get().text
    assert age_of(page) == [("checked", "Voor het laatst nagekeken op 23 november 2026.")]
    assert 'data-status="old"' not in keeper.visit.get().text
    clock.move(days=1)
    keeper = keep(door)

    page = keeper.get().text

    ((status, told),) = age_of(page)
    assert (status, told) == (
        "old",
        "Voor het laatst nagekeken op 23 november 2026. Dat is een tijd geleden. Klopt alles nog?",
    )
    assert "1 kaart is langer dan 180 dagen niet nagekeken." in words(parse(page))
    assert "1 kaart moet weer eens worden nagekeken." in words(parse(keeper.visit.get().text))

    response = keeper.press(f"/contacts/{added.id}/checked")

    assert response.headers["Location"].endswith("/contacts?done=checked#done")
    (stored,) = keeper.stored()
    assert stored.checked_on - added.checked_on == timedelta(days=181)
    assert {name: getattr(stored, name) for name in ADVISER} == {name: getattr(added, name) for name in ADVISER}
    assert age_of(keeper.get("/contacts?done=checked").text)[0][0] == "checked"
    assert find_all(keeper.visit.get().text, status="old") == []


def test_today_is_the_day_at_the_institution(door: Door, keep: Callable[..., Keeper], clock: FrozenClock) -> None:
    clock.move(hours=14, minutes=30)  # half past eleven in UTC, and past midnight in Amsterdam

    added = keep(door).add()

    assert added.checked_on == clock.now().date() + timedelta(days=1)


def test_removing_asks_once_and_says_what_follows(keeper: Keeper) -> None:
    adviser, second = keeper.add(), keeper.add(kind="security", name="Balie", every_page="")

    page = keeper.get(f"/contacts/{adviser.id}/remove").text
    assert "Marloes Voorbeeld" in words(next(parse(page).iter("main")))
    assert len(find_all(page, status="leaves-gap")) == 1
    assert find_all(keeper.get(f"/contacts/{second.id}/remove").text, status="leaves-gap") == []
    assert len(keeper.stored()) == 2

    response = keeper.press(f"/contacts/{adviser.id}/remove")

    assert response.headers["Location"].endswith("/contacts?done=removed#done")
    assert [one.id for one in keeper.stored()] == [second.id]
    assert keeper.get(f"/contacts/{adviser.id}").status_code == 404
    assert keeper.press(f"/contacts/{adviser.id}/remove").status_code == 404


@pytest.mark.parametrize("query", ["?done=other", "?done=", "?done=<b>", "?done=saved&done=x", "?x=1"])
def test_address_of_the_list_with_anything_behind_it_is_the_list(keeper: Keeper, query: str) -> None:
    page = keeper.get(f"/contacts{query}")

    assert page.status_code == 200
    assert len(find_all(page.text, action="new-contact")) == 1


# Who may.

PATHS = [
    ("GET", "/contacts"),
    ("GET", "/contacts/new"),
    ("POST", "/contacts/new"),
    ("GET", "/contacts/{id}"),
    ("POST", "/contacts/{id}"),
    ("POST", "/contacts/{id}/checked"),
    ("GET", "/contacts/{id}/remove"),
    ("POST", "/contacts/{id}/remove"),
]


@pytest.mark.parametrize("person", ["amina", "teacher", "mentor", "administrator", "nonediting_teacher"])
@pytest.mark.parametrize(("method", "path"), PATHS)
@pytest.mark.one_database
def test_nobody_but_a_coordinator_finds_the_pages_or_their_address(
    door: Door, keeper: Keeper, person: str, method: str, path: str
) -> None:
    added = keeper.add()
    before = everything(keeper.tools)
    visit = door.enter(person)

    address = path.format(id=added.id)
    answer = visit.get(address) if method == "GET" else visit.post(address, card(name="Anders"))

    assert answer.status_code == 404
    assert everything(keeper.tools) == before
    for page in (visit.get(), visit.get("/support")):
        assert "/contacts" not in page.text
        assert find_all(page.text, action="contacts") == []


def test_coordinator_finds_the_page_from_the_course_home_and_from_support(keeper: Keeper) -> None:
    for path in ("/", "/support"):
        (link,) = find_all(keeper.visit.get(path).text, action="contacts")
        assert link.get("href") == f"{keeper.visit.home}/contacts"


def test_coordinator_who_learns_in_a_course_or_comes_without_one_can_keep_contacts(
    door: Door, keep: Callable[..., Keeper]
) -> None:
    learns = keep(door, "amina")
    nowhere = keep(door, spoil=lambda launch: launch.claims.pop(f"{CLAIM}context"))

    for keeper in (learns, nowhere):
        assert len(find_all(keeper.visit.get("/support").text, action="contacts")) == 1
        assert keeper.get().status_code == 200
        keeper.add(name="Balie", every_page="")
    assert len(learns.stored()) == 2


# Another institution (OPS-5).


@pytest.fixture
def elsewhere(create_door: Callable[..., Door], keep: Callable[..., Keeper]) -> Keeper:
    """The coordinator of another institution."""
    return keep(create_door("https://elsewhere.example", "tool-2", key="elsewhere"))


@pytest.mark.parametrize(("method", "path"), [one for one in PATHS if "{id}" in one[1]])
def test_ops_5_card_of_another_institution_answers_as_one_that_is_not_there(
    keeper: Keeper, elsewhere: Keeper, method: str, path: str
) -> None:
    theirs = elsewhere.add()
    before = everything(keeper.tools)

    answers = []
    for card_id in (theirs.id, NOBODYS):
        address = path.format(id=card_id)
        answer = keeper.get(address) if method == "GET" else keeper.press(address, card(name="Anders"))
        assert answer.status_code == 404
        # What differs from one refusal to the next: four characters, and the address itself.
        answers.append(re.sub(r"· [2-9A-Z]{4}<", "<", answer.text).replace(card_id, "id"))

    assert answers[0] == answers[1]
    assert everything(keeper.tools) == before


def test_ops_5_nobody_sees_the_cards_of_another_institution(door: Door, keeper: Keeper, elsewhere: Keeper) -> None:
    elsewhere.add(name="Van elders")
    keeper.add(name="Van hier")

    for visit in (keeper.visit, door.enter("amina")):
        for path in ("/", "/support", "/step/gwuczbwc"):
            page = visit.get(path).text
            assert "Van elders" not in page
            assert "Van hier" in page
    assert "Van elders" not in keeper.get().text
    assert [one.name for one in keeper.stored()] == ["Van hier"]
    assert any(name.startswith("070") for name in foot_cards(elsewhere.visit.get().text))


def test_ops_5_limits_of_one_institution_are_not_those_of_another(keeper: Keeper, elsewhere: Keeper) -> None:
    for name in ("Een", "Twee"):
        elsewhere.add(name=name)

    assert keeper.press("/contacts/new", ADVISER).status_code == 303


@pytest.mark.parametrize(
    "card_id", ["x", "A" * 26, "a" * 27, "%00" * 26, "%F0%9F%98%80", "..", "a" * 25 + "1", "%ED%A0%80" * 9]
)
@pytest.mark.one_database
def test_address_that_is_no_card_is_not_found(keeper: Keeper, card_id: str) -> None:
    for rest in ("", "/remove"):
        assert keeper.get(f"/contacts/{card_id}{rest}").status_code == 404


# Presses and their cost.


@pytest.mark.parametrize("path", ["/contacts/new", "/contacts/{id}", "/contacts/{id}/checked", "/contacts/{id}/remove"])
def test_press_from_another_site_or_without_the_token_changes_nothing(keeper: Keeper, path: str) -> None:
    added = keeper.add()
    before = everything(keeper.tools)
    token = form_token(keeper.get().text)
    address = keeper.visit.home + path.format(id=added.id)
    client = keeper.visit.client

    foreign = client.post(address, data={"form_token": token, **ADVISER}, headers={"Sec-Fetch-Site": "cross-site"})
    without = client.post(address, data=ADVISER, headers={"Sec-Fetch-Site": "same-origin"})

    assert (foreign.status_code, without.status_code) == (403, 403)
    assert everything(keeper.tools) == before


def test_press_costs_one_commit_and_the_list_two_statements(keeper: Keeper, recorder: StatementRecorder) -> None:
    added = keeper.add()
    for path, data in (
        ("/contacts/new", card(every_page="")),
        (f"/contacts/{added.id}", ADVISER),
        (f"/contacts/{added.id}/checked", {}),
        (f"/contacts/{added.id}/remove", {}),
    ):
        keeper.press(path, data)
        assert recorder.commits == 1
        assert len(recorder.statements) <= 5

    keeper.get()
    keeper.get()

    # Who is there, and the cards as they are stored now.
    assert len(recorder.statements) == 2


def test_refused_form_commits_nothing(keeper: Keeper, recorder: StatementRecorder) -> None:
    keeper.press("/contacts/new", card(name=""))

    assert recorder.commits == 0
    assert recorder.writes() == []

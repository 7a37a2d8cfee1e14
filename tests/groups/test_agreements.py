"""Agreements: proposed together, accepted one by one, and never a name beside a choice (GA1, GRP-10, SHR-9)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from lti_tool.groups.circle import read_group, set_aside
from lti_tool.groups.models import Agreement
from tests.groups.conftest import STUDENTS

if TYPE_CHECKING:
    from lti_tool.groups.policy import OwnGroup
    from tests.door import Visit
    from tests.groups.conftest import Circle

OWN = "We eten samen na afloop."


def propose(visit: Visit, *, version: int = 0, **more: str) -> int:
    answer = visit.post("/group/agreements", {"version": str(version), "own-1": OWN, **more})
    return answer.status_code


def accept(visit: Visit, version: int = 1) -> int:
    return visit.post("/group/agreements/accept", {"version": str(version)}).status_code


def group_of(circle: Circle) -> OwnGroup:
    with circle.database.session(writes=False) as session:
        found = read_group(session, circle.group_id)
    assert found is not None
    return found


def test_group_page_names_its_people_and_whoever_has_no_name(circle: Circle) -> None:
    page = circle.visits["amina"].get("/group").text

    assert "Amina Haddou" in page
    assert "Bram de Wit" in page
    assert len(re.findall(r"<li><span>[^<]+", page)) == len(STUDENTS)


def test_agreements_are_complete_once_everybody_accepted_them(circle: Circle) -> None:
    assert propose(circle.visits["amina"]) == 303

    for person in STUDENTS:
        assert 'data-agreed="no"' in circle.visits["bram"].get("/group").text
        assert not group_of(circle).has_agreed
        assert accept(circle.visits[person]) == 303

    assert group_of(circle).has_agreed
    page = circle.visits["nameless"].get("/group").text
    assert 'data-agreed="yes"' in page
    assert OWN in page


def test_grp_10_a_page_tells_nobody_who_has_accepted(circle: Circle) -> None:
    propose(circle.visits["amina"])
    before = circle.visits["bram"].get("/group").text

    accept(circle.visits["amina"])
    accept(circle.visits["esra"])

    assert normalised(circle.visits["bram"].get("/group").text) == normalised(before)


def normalised(page: str) -> str:
    return re.sub(r'nonce="[^"]*"|name="form_token" value="[^"]*"|[0-9A-F]{4}(?= data-request)', "", page)


def test_grp_10_declining_changes_nothing_and_leads_to_options(circle: Circle) -> None:
    propose(circle.visits["amina"])
    before = normalised(circle.visits["bram"].get("/group").text)

    page = circle.visits["amina"].get("/group/agreements/otherwise")

    assert page.status_code == 200
    assert "/group/another" in page.text
    assert normalised(circle.visits["bram"].get("/group").text) == before


def test_whoever_agreed_can_come_back_on_it_and_is_told_what_is_true(circle: Circle) -> None:
    amina, otherwise, press = circle.visits["amina"], "/group/agreements/otherwise", 'data-action="agree-no-more"'
    propose(amina)
    assert press not in amina.get(otherwise).text
    for person in STUDENTS:
        accept(circle.visits[person])
    assert press in amina.get(otherwise).text

    amina.post("/group/agreements/accept", {"accepts": "no"})

    assert press not in amina.get(otherwise).text
    assert not group_of(circle).has_agreed


def test_new_version_asks_everybody_again(circle: Circle) -> None:
    propose(circle.visits["amina"])
    for person in STUDENTS:
        accept(circle.visits[person])

    assert propose(circle.visits["bram"], version=1, **{"own-2": "We zijn op tijd."}) == 303

    assert not group_of(circle).has_agreed
    assert not any(one.has_accepted for one in group_of(circle).people)


def test_saving_the_same_lines_asks_nobody_again(circle: Circle) -> None:
    propose(circle.visits["amina"])
    for person in STUDENTS:
        accept(circle.visits[person])

    assert propose(circle.visits["bram"], version=1) == 303

    assert group_of(circle).has_agreed


def test_who_saves_later_sees_the_other_version_and_loses_nothing(circle: Circle) -> None:
    propose(circle.visits["amina"])

    answer = circle.visits["bram"].post("/group/agreements", {"version": "0", "own-1": "Iets heel anders."})

    assert answer.status_code == 409
    assert OWN in answer.text
    assert "\nIets heel anders.</textarea>" in answer.text
    assert 'name="version" value="1"' in answer.text


def test_nobody_accepts_what_they_did_not_read(circle: Circle) -> None:
    propose(circle.visits["amina"])
    propose(circle.visits["bram"], version=1, **{"own-2": "En nog iets."})

    assert accept(circle.visits["esra"], version=1) == 409

    assert not any(one.has_accepted for one in group_of(circle).people)


def test_shr_9_a_new_member_means_agreeing_again(circle: Circle) -> None:
    propose(circle.visits["amina"])
    circle.place("esra", 2)
    for person in ("amina", "bram", "nameless"):
        accept(circle.visits[person])
    assert group_of(circle).has_agreed

    circle.place("esra", 1)

    assert not group_of(circle).has_agreed


def test_whoever_leaves_holds_nobody_up(circle: Circle) -> None:
    propose(circle.visits["amina"])
    for person in ("amina", "bram", "nameless"):
        accept(circle.visits[person])
    assert not group_of(circle).has_agreed

    circle.place("esra", 2)

    assert group_of(circle).has_agreed


@pytest.fixture
def aside(circle: Circle) -> Circle:
    propose(circle.visits["amina"])
    for person in ("amina", "bram", "nameless"):
        accept(circle.visits[person])
    with circle.database.session(writes=True) as session, session.begin():
        set_aside(session, set_id=circle.set_id, membership_id=circle.members["esra"], is_aside=True)
    return circle


def test_shr_9_with_one_member_set_aside_the_group_goes_on(aside: Circle) -> None:
    assert group_of(aside).has_agreed


def test_shr_9_whoever_is_aside_sees_the_agreements_and_nothing_else(aside: Circle) -> None:
    page = aside.visits["esra"].get("/group").text

    assert OWN in page
    assert "Amina Haddou" not in page
    assert aside.visits["esra"].get("/group/agreements").status_code == 404
    assert 'data-action="edit-agreements"' not in aside.visits["esra"].get("/group/agreements/otherwise").text
    assert aside.visits["esra"].post("/group/name", {"name": "x"}).status_code == 404


def test_shr_9_whoever_is_aside_is_back_by_agreeing(aside: Circle) -> None:
    assert accept(aside.visits["esra"]) == 303

    assert "Amina Haddou" in aside.visits["esra"].get("/group").text
    assert group_of(aside).has_agreed


def test_agreement_without_a_line_comes_back_with_a_sentence(circle: Circle) -> None:
    answer = circle.visits["amina"].post("/group/agreements", {"version": "0"})

    assert answer.status_code == 422
    assert "data-errors" in answer.text


def test_too_long_a_line_comes_back_as_it_was_typed(circle: Circle) -> None:
    long = "lang " * 80
    answer = circle.visits["amina"].post("/group/agreements", {"version": "0", "own-1": long})

    assert answer.status_code == 422
    assert long.strip() in answer.text


def test_sto_1_agreements_are_stored_encrypted(circle: Circle) -> None:
    propose(circle.visits["amina"])

    with circle.database.session(writes=False) as session:
        stored = session.execute(select(Agreement.text)).scalar_one()

    assert OWN.encode() not in stored


def test_cards_keep_the_words_in_which_they_were_chosen(circle: Circle) -> None:
    page = circle.visits["amina"].get("/group/agreements").text
    card = re.findall(r'name="card" value="([^"]+)"', page)[0]
    assert propose(circle.visits["amina"], card=card) == 303

    again = circle.visits["bram"].get("/group/agreements").text

    assert re.search(rf'value="{card}" checked', again)
    assert f"\n{OWN}</textarea>" in again

"""Somebody who reads a share and worries finds whom to turn to; nothing is sent, to anybody (GRP-9, EXT-13)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.notes.conftest import TEACHER, TEXT, Ring
from tests.notes.test_sharing import main_of
from tests.privacy.conftest import rows_of

if TYPE_CHECKING:
    from tests.police import StatementRecorder

SAYS = {"nl": "Rugzak stuurt niets door", "en": "Rugzak passes nothing on"}


def without_times(ring: Ring) -> str:
    found = rows_of(ring.tools.database)
    del found["launch_session"], found["limit_count"]
    return repr(found)


def test_grp_9_concern_sends_nothing_and_keeps_nothing(shared: Ring, recorder: StatementRecorder) -> None:
    opened = shared.open("bram").text
    link = re.search(r'href="([^"]*)" data-action="concern"', opened)
    assert link is not None
    assert link[1] == f"{shared.visits['bram'].home}/concern", "an address that says nothing of what was opened"
    before = without_times(shared)

    page = shared.visits["bram"].get("/concern")

    assert page.status_code == 200
    assert recorder.writes() == []
    assert without_times(shared) == before
    main = main_of(page.text)
    assert "<form" not in main
    assert "mailto:" not in main
    assert TEXT not in page.text
    assert "Amina" not in main
    assert shared.visits["bram"].post("/concern", {}).status_code == 405


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.one_database
def test_grp_9_concern_page_says_that_nothing_is_sent_and_whom_to_turn_to(shared: Ring, language: str) -> None:
    shared.visits["bram"].post("/language", {"language": language, "back": "/"})

    page = shared.visits["bram"].get("/concern").text

    assert SAYS[language] in main_of(page)
    for number in ("112", "08002000", "113"):
        assert f'href="tel:{number}"' in page


@pytest.mark.parametrize("person", ["amina", "esra", TEACHER])
@pytest.mark.one_database
def test_grp_9_author_and_others_see_nothing_of_it(shared: Ring, person: str) -> None:
    paths = ("/", "/notes", "/shared", "/my-data") if person != TEACHER else ("/", "/shared", "/my-data", "/guidance")
    shared.open("bram")
    before = [shared.visits[person].get(path).text for path in paths]

    shared.visits["bram"].get("/concern")

    assert [shared.visits[person].get(path).text for path in paths] == before


def test_grp_9_concern_page_is_there_for_who_has_no_visit_any_more(shared: Ring) -> None:
    assert shared.visits["bram"].client.get("/concern").status_code == 200

"""Writing for nobody: only after consent, kept for its author alone, and never lost (STO-11, STO-12, GRP-6)."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select, update

from lti_tool.curriculum.models import HeldUnit
from lti_tool.groups.policy import mark
from lti_tool.notes.models import Note
from lti_tool.notes.service import MOST_AIDS
from lti_tool.people.models import CourseContext
from lti_tool.sharing.consent import CONSENT_VERSION
from lti_tool.sharing.models import Consent
from tests.notes.conftest import PROMPT, STEP, TEACHER, TEXT, Ring
from tests.notes.test_sharing import away_keys, main_of

if TYPE_CHECKING:
    from tests.door import Visit

FIELD, SEEN = f"text-{PROMPT}", f"seen-{PROMPT}"
WORDS = {
    1: {
        "nl": "0e3be432a841aaa9",
        "en": "5807858bc5934eea",
    },
}
"""A hash of the words of the consent page, for each version: whoever changes the words raises CONSENT_VERSION."""


def field_of(page: str) -> str | None:
    found = re.search(rf'<textarea id="field-{FIELD}"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL)
    return found[1] if found else None


def page_of(ring: Ring, person: str = "amina") -> str:
    return ring.visits[person].get(f"/step/{STEP}").text


def count(ring: Ring) -> int:
    with ring.tools.database.session(writes=False) as session:
        return session.execute(select(func.count()).select_from(Note)).scalar_one()


def test_sto_11_without_consent_there_is_no_field_and_nothing_is_kept(ring: Ring) -> None:
    assert field_of(page_of(ring, "bram")) is None
    assert 'data-status="no-consent"' in page_of(ring, "bram")

    answer = ring.write("bram")

    assert answer.status_code == 303
    assert answer.headers["Location"].endswith(f"/consent/{STEP}")
    assert count(ring) == 0


def test_sto_11_every_step_can_be_done_without_a_stored_text(ring: Ring) -> None:
    visit = ring.visits["bram"]
    steps = re.findall(r'href="/s/[\w-]{43}/step/([a-z2-7]{8})"', visit.get().text)

    for step in dict.fromkeys(steps):
        assert visit.get(f"/step/{step}").status_code == 200
        assert visit.post(f"/step/{step}/done", {"done": "yes"}).status_code == 303

    assert count(ring) == 0
    assert 'data-status="open"' not in visit.get().text


def test_note_is_kept_and_found_again(ring: Ring) -> None:
    ring.write("amina")

    assert field_of(page_of(ring)) == TEXT
    assert TEXT in ring.visits["amina"].get("/notes").text
    assert all(TEXT not in page_of(ring, person) for person in ("bram", TEACHER))


def test_note_that_is_emptied_is_erased_with_its_key(ring: Ring) -> None:
    ring.write("amina")
    note_id = ring.note_of("amina") or ""

    ring.write("amina", "")

    assert count(ring) == 0
    assert ring.tools.key_store.which_have_keys([note_id]) == set()


def test_two_windows_lose_nothing(ring: Ring) -> None:
    visit = ring.visits["amina"]
    before = {SEEN: mark("")}
    visit.post(f"/notes/step/{STEP}", {FIELD: "Uit het ene venster.", **before})

    answer = visit.post(f"/notes/step/{STEP}", {FIELD: "Uit het andere venster.", **before})

    assert answer.status_code == 200
    assert field_of(answer.text) == "Uit het andere venster."
    assert re.search(r"data-theirs>([^<]*)<", answer.text)[1] == "Uit het ene venster."  # type: ignore[index]
    assert field_of(page_of(ring)) == "Uit het ene venster."


def test_script_saves_and_is_told_what_stands_there_now(ring: Ring) -> None:
    visit = ring.visits["amina"]
    answer = visit.post(f"/notes/step/{STEP}", {FIELD: "Een begin", SEEN: mark(""), "by_script": "yes"})

    told = json.loads(answer.data)
    assert (told["at"], told["met"], told["seen"]) == ("10:00", [], {SEEN: mark("Een begin")})

    again = visit.post(f"/notes/step/{STEP}", {FIELD: "Een begin, en meer", **told["seen"], "by_script": "yes"})

    assert json.loads(again.data)["met"] == []
    assert field_of(page_of(ring)) == "Een begin, en meer"


def test_text_that_is_too_long_comes_back_with_a_sentence(ring: Ring) -> None:
    answer = ring.write("amina", "x" * 9000)

    assert answer.status_code == 422
    assert field_of(answer.text) == "x" * 9000
    assert count(ring) == 0


def test_what_is_typed_is_still_there_when_the_key_store_is_away(ring: Ring, monkeypatch: pytest.MonkeyPatch) -> None:
    ring.write("amina")
    away_keys(ring, monkeypatch)

    opened, listed = page_of(ring), ring.visits["amina"].get("/notes")
    answer = ring.visits["amina"].post(f"/notes/step/{STEP}", {FIELD: "Nieuw.", SEEN: mark("")})
    erased = ring.visits["amina"].post(f"/notes/{ring.note_of('amina')}/erase", {})

    assert "kan nu niet geopend worden" in opened
    assert listed.status_code == 200
    assert (answer.status_code, erased.status_code) == (503, 503)
    assert field_of(answer.text) == "Nieuw."
    monkeypatch.undo()
    assert field_of(page_of(ring)) == TEXT


@pytest.mark.parametrize("version", [0, CONSENT_VERSION + 1])
def test_sto_12_other_words_ask_anew_and_notes_stay_to_see_and_to_erase(ring: Ring, version: int) -> None:
    ring.write("amina")
    with ring.tools.database.session(writes=True) as session, session.begin():
        session.execute(update(Consent).values(version=version))

    assert field_of(page_of(ring)) is None
    assert ring.write("amina", "Nieuw.").headers["Location"].endswith(f"/consent/{STEP}")
    assert TEXT in ring.visits["amina"].get("/notes").text
    assert 'data-status="older"' in ring.visits["amina"].get("/consent").text
    assert ring.visits["amina"].post(f"/notes/{ring.note_of('amina')}/erase", {}).status_code == 200
    assert count(ring) == 0


@pytest.mark.parametrize("language", ["nl", "en"])
def test_sto_12_other_words_have_another_version(ring: Ring, language: str) -> None:
    """When this fails you changed what people say yes to: raise CONSENT_VERSION, and write the new hash here."""
    ring.visits["amina"].post("/language", {"language": language, "back": "/"})
    page = ring.visits["amina"].get("/consent").text
    words = re.sub(r"<[^>]*>|\s+", " ", page.partition("data-consent-text>")[2].partition("</dl>")[0]).split()

    assert hashlib.sha256(" ".join(words).encode()).hexdigest()[:16] == WORDS[CONSENT_VERSION][language]


def test_part_that_is_held_takes_nothing_and_notes_are_there_all_the_same(ring: Ring, content: dict[str, Any]) -> None:
    ring.write("amina")
    with ring.tools.database.session(writes=True) as session, session.begin():
        context_id = session.execute(select(CourseContext.id)).scalar_one()
        day = ring.clock.today(ring.tools.settings.time_zone).replace(year=2027)
        session.add(HeldUnit(context_id=context_id, unit_id=content["modules"][0]["units"][0]["id"], opens_on=day))

    answer = ring.visits["amina"].post(f"/notes/step/{STEP}", {FIELD: "Nieuw.", SEEN: mark(TEXT)})

    assert answer.status_code == 404
    assert TEXT in ring.visits["amina"].get("/notes").text


def test_note_of_a_step_that_is_gone_is_still_its_authors(ring: Ring) -> None:
    ring.write("amina")
    with ring.tools.database.session(writes=True) as session, session.begin():
        session.execute(update(Note).values(step_id="goneaway"))

    assert TEXT in ring.visits["amina"].get("/notes").text
    assert TEXT in ring.visits["amina"].post("/my-data/take-along", {"form": "machine"}).text
    assert ring.visits["amina"].get(f"/notes/{ring.note_of('amina')}/share").status_code == 303


@pytest.mark.parametrize("person", [TEACHER, "mentor", "coordinator"])
def test_who_does_not_learn_here_writes_nothing(ring: Ring, person: str) -> None:
    visit: Visit = ring.circle.door.enter(person)

    assert field_of(visit.get(f"/step/{STEP}").text) is None
    assert visit.post(f"/notes/step/{STEP}", {FIELD: TEXT}).status_code == 404
    assert visit.get("/notes").status_code == 404


@pytest.mark.parametrize(("language", "alone"), [("nl", "Alleen jij ziet dit."), ("en", "Only you see this.")])
def test_grp_6_beside_every_field_stands_who_sees_it_and_where_to_go(ring: Ring, language: str, alone: str) -> None:
    ring.visits["amina"].post("/language", {"language": language, "back": "/"})

    for step in (STEP, "sn7ymgjb/1", "lfvdxgkp"):
        main = main_of(ring.visits["amina"].get(f"/step/{step}").text)
        fields = main.count("<textarea")
        assert fields == main.count(alone) == main.count("data-now") > 0
        for number in ("112", "08002000", "113"):
            assert main.count(f'href="tel:{number}"') >= fields


def test_not_8_every_question_has_a_twin_about_somebody_made_up(content: dict[str, Any]) -> None:
    steps = [step for unit in content["modules"][0]["units"] for step in unit["steps"] if step["kind"] == "private"]

    assert len(steps) == 3
    for step in steps:
        assert all(prompt["twin"][language] for prompt in step["prompts"] for language in ("nl", "en"))
        assert step["person"]["nl"]


def test_log_3_no_line_tells_that_somebody_writes_shares_or_erases(ring: Ring, log_lines: list[str]) -> None:
    visit = ring.visits["amina"]
    page = visit.get().text
    log_lines.clear()

    ring.write("amina")
    for path in ("/notes", "/shared", "/my-data", "/consent", "/decision-aid", "/concern", "/teacher-duties"):
        visit.get(path)
    ring.share("amina")
    ring.open("bram")
    visit.post("/my-data/take-along", {"form": "machine"})
    visit.post("/my-data/erase-notes", {})

    routes = {json.loads(line).get("route") for line in log_lines}
    assert page
    # The tests themselves open the home to find the token of a form.
    assert routes <= {"/s/<token>/", "/s/<token>/step/<step_id>"}
    assert TEXT not in str(log_lines)


def test_log_4_fault_while_saving_tells_no_text(
    ring: Ring, log_lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError(TEXT)

    monkeypatch.setattr("lti_tool.notes.views.writing.save_notes", fail)

    with pytest.raises(AssertionError):
        ring.write("amina")

    assert "web:request:failed" in str(log_lines)
    assert TEXT not in str(log_lines)


# The decision aid.


def test_decision_aid_keeps_nothing_by_itself(ring: Ring) -> None:
    page = main_of(ring.visits["amina"].get("/decision-aid").text)

    assert page.count("<textarea") == 10
    assert "data-notes" not in page
    assert count(ring) == 0


def test_decision_aid_is_kept_as_a_note_that_cannot_be_shared(ring: Ring) -> None:
    answer = ring.visits["amina"].post("/decision-aid", {"text-whether": "Mijn begeleider, misschien."})

    assert answer.headers["Location"].endswith("/notes#kept")
    assert "Mijn begeleider, misschien." in ring.visits["amina"].get("/notes").text
    note_id = ring.note_of("amina")
    assert ring.visits["amina"].get(f"/notes/{note_id}/share").status_code == 303
    assert ring.visits["amina"].post(f"/notes/{note_id}/share", {"audience": "group"}).status_code == 303
    assert ring.share_id() is None


def test_decision_aid_without_anything_typed_keeps_nothing_and_says_so(ring: Ring) -> None:
    answer = ring.visits["amina"].post("/decision-aid", {})

    assert answer.status_code == 422
    assert count(ring) == 0


def test_decision_aid_is_kept_so_often_and_no_more(ring: Ring) -> None:
    for number in range(MOST_AIDS):
        ring.visits["amina"].post("/decision-aid", {"text-whether": f"{number}"})

    answer = ring.visits["amina"].post("/decision-aid", {"text-whether": "nog een"})

    assert (answer.status_code, count(ring)) == (409, MOST_AIDS)
    assert "nog een" in answer.text


@pytest.mark.parametrize("person", [TEACHER, "bram"])
def test_decision_aid_is_to_think_with_for_who_keeps_nothing(ring: Ring, person: str) -> None:
    page = main_of(ring.visits[person].get("/decision-aid").text)

    assert "<textarea" not in page
    assert page.count("data-part=") == 10

"""Writing for nobody: only after consent, kept for its author alone, and never lost (STO-11, STO-12, GRP-6)."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select, update

from lti_tool.curriculum.models import CourseClass, HeldUnit
from lti_tool.kernel.merging import mark
from lti_tool.notes import service
from lti_tool.notes.models import Note
from lti_tool.people.models import CourseContext
from lti_tool.privacy.service import take_back_consent
from lti_tool.sharing.consent import CONSENT_VERSION
from lti_tool.sharing.models import Consent
from tests.content import REAL_STEPS
from tests.demo_lms.people import MENTOR
from tests.notes.conftest import PROMPT, STEP, TEACHER, TEXT, Ring
from tests.notes.test_sharing import away_keys, main_of
from tests.progress.board import parse, words

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.demo_lms.knobs import Launch
    from tests.door import Visit
    from tests.police import StatementRecorder

FIELD, SEEN = f"text-{PROMPT}", f"seen-{PROMPT}"
PRIVATE_STEPS = (STEP, "sn7ymgjb/1", "lfvdxgkp")
"""Of the second the page behind its notice."""
OTHER = "Dat er eerst iemand anders begint."
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

    assert answer.status_code == 409
    assert f"/consent/{STEP}" in answer.text
    assert count(ring) == 0


@pytest.mark.one_database
def test_sto_11_script_that_saves_without_a_yes_keeps_nothing(ring: Ring) -> None:
    """Taken back in another window, while this one is open."""
    ring.visits["amina"].post("/consent/take-back", {})

    answer = ring.visits["amina"].post(f"/notes/step/{STEP}", {FIELD: TEXT, SEEN: mark(""), "by_script": "yes"})

    assert answer.status_code == 409
    assert count(ring) == 0


@pytest.mark.one_database
@pytest.mark.parametrize("language", ["nl", "en"])
def test_sto_11_what_was_typed_without_a_yes_comes_back_to_be_copied(ring: Ring, language: str) -> None:
    """Taken back in another window, while somebody types in this one."""
    visit = ring.visits["amina"]
    visit.post("/language", {"language": language})
    visit.post("/consent/take-back", {})

    answer = visit.post(f"/notes/step/{STEP}", {FIELD: TEXT, SEEN: mark("")})

    assert answer.status_code == 409
    assert f"\n{TEXT}</textarea>" in answer.text
    assert f"/consent/{STEP}" in answer.text
    assert count(ring) == 0


def test_sto_11_nothing_is_stored_when_the_yes_is_taken_back_at_the_same_moment(
    ring: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one who saves waits for the one who takes back, and asks only then."""
    if ring.tools.database.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    lock = service.lock_author

    def lock_late(session: Session, membership_id: str) -> None:
        monkeypatch.undo()
        with ring.tools.database.session(writes=True) as other, other.begin():
            take_back_consent(other, ring.tools.key_store, other.execute(select(Consent.person_id)).scalar_one())
        lock(session, membership_id)

    page_saves = {FIELD: TEXT, SEEN: mark("")}
    monkeypatch.setattr(service, "lock_author", lock_late)
    answer = ring.visits["amina"].post(f"/notes/step/{STEP}", page_saves)

    assert answer.status_code == 409
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


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  <b>“Zo” & 'zo'</b>  ", "&lt;b&gt;“Zo” &amp; &#39;zo&#39;&lt;/b&gt;"),
        ("Een.\r\n\r\n🧵 İ ß 漢", "Een.\n\n🧵 İ ß 漢"),
        ("</textarea><script>", "&lt;/textarea&gt;&lt;script&gt;"),
    ],
)
@pytest.mark.one_database
def test_note_is_text_and_nothing_else(ring: Ring, typed: str, kept: str) -> None:
    ring.write("amina", typed)

    assert field_of(page_of(ring)) == kept
    assert f'written below">{kept}</p>' in ring.visits["amina"].get("/notes").text


@pytest.mark.parametrize("text", ["", "   ", "\r\n \u200b"])
@pytest.mark.one_database
def test_saving_nothing_keeps_nothing(ring: Ring, text: str) -> None:
    assert ring.write("amina", text).headers["Location"].endswith("#kept")
    assert count(ring) == 0


def test_cmp_1_done_is_the_same_press_with_and_without_a_text(ring: Ring, recorder: StatementRecorder) -> None:
    ring.write("amina")
    ring.consent("bram")
    answers = []
    for person in ("amina", "bram"):
        pressed = ring.visits[person].post(f"/step/{STEP}/done", {"done": "yes"})
        where = pressed.headers["Location"].removeprefix(ring.visits[person].home)
        answers.append((pressed.status_code, where, list(recorder.statements)))

    assert answers[0] == answers[1]


@pytest.mark.one_database
def test_cmp_4_writing_after_done_leaves_it_done(ring: Ring) -> None:
    ring.visits["amina"].post(f"/step/{STEP}/done", {"done": "yes"})
    before = ring.visits["amina"].get().text.count('data-status="done"')

    ring.write("amina")
    ring.write("amina", "")

    assert ring.visits["amina"].get().text.count('data-status="done"') == before == 1


def test_grp_7_what_was_saved_is_there_after_the_visit_ended(ring: Ring) -> None:
    ring.visits["amina"].post(f"/notes/step/{STEP}", {FIELD: TEXT, SEEN: mark(""), "by_script": "yes"})
    ring.clock.move(hours=13)
    late = ring.visits["amina"].client.post(f"{ring.visits['amina'].home}/notes/step/{STEP}", data={FIELD: "Te laat."})
    assert late.status_code == 401

    ring.visits["amina"] = ring.circle.door.enter("amina")

    assert field_of(page_of(ring)) == TEXT


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


@pytest.mark.one_database
def test_two_windows_that_change_different_fields_keep_both(ring: Ring) -> None:
    """Also where they changed one of the fields both: only that one waits."""
    visit = ring.visits["amina"]
    before = {f"seen-{name}": mark("") for name in ("people", "places")}
    visit.post("/notes/step/sn7ymgjb", {"text-people": "Oma.", "text-places": "", **before})

    answer = visit.post("/notes/step/sn7ymgjb", {"text-people": "De buurman.", "text-places": "De trap.", **before})

    assert answer.text.count("data-theirs>") == 1
    assert "\nDe buurman.</textarea>" in answer.text
    notes = visit.get("/notes").text
    assert "Oma." in notes
    assert "De trap." in notes
    assert "De buurman." not in notes
    seen = re.search(r'name="seen-people" value="([^"]*)"', answer.text)
    assert seen is not None
    visit.post("/notes/step/sn7ymgjb", {"text-people": "Oma en de buurman.", "seen-people": seen[1]})
    assert "Oma en de buurman." in visit.get("/notes").text


def test_window_that_changed_nothing_takes_nothing_back(ring: Ring) -> None:
    ring.write("amina")
    ring.write("amina", "Later.")

    answer = ring.visits["amina"].post(f"/notes/step/{STEP}", {FIELD: TEXT, SEEN: mark(TEXT)})

    assert answer.status_code == 303
    assert field_of(page_of(ring)) == "Later."


@pytest.mark.one_database
def test_window_that_empties_what_another_changed_erases_nothing(ring: Ring) -> None:
    ring.write("amina")
    ring.write("amina", "Later.")

    answer = ring.visits["amina"].post(f"/notes/step/{STEP}", {FIELD: "", SEEN: mark(TEXT)})

    assert answer.status_code == 200
    assert field_of(answer.text) == ""
    assert field_of(page_of(ring)) == "Later."


def test_script_is_told_that_another_window_changed_the_same_and_writes_nothing_over_it(ring: Ring) -> None:
    ring.write("amina")

    answer = ring.visits["amina"].post(f"/notes/step/{STEP}", {FIELD: "Nieuw.", SEEN: mark(""), "by_script": "yes"})

    told = json.loads(answer.data)
    assert (told["met"], told["seen"]) == ([FIELD], {})
    assert field_of(page_of(ring)) == TEXT


@pytest.mark.one_database
def test_script_saves_and_is_told_what_stands_there_now(ring: Ring) -> None:
    visit = ring.visits["amina"]
    answer = visit.post(f"/notes/step/{STEP}", {FIELD: "Een begin", SEEN: mark(""), "by_script": "yes"})

    told = json.loads(answer.data)
    assert (told["at"], told["met"], told["seen"]) == ("10:00", [], {SEEN: mark("Een begin")})

    again = visit.post(f"/notes/step/{STEP}", {FIELD: "Een begin, en meer", **told["seen"], "by_script": "yes"})

    assert json.loads(again.data)["met"] == []
    assert field_of(page_of(ring)) == "Een begin, en meer"


@pytest.mark.parametrize(("language", "sentence"), [("nl", "passen hooguit 4000 tekens"), ("en", "holds at most 4000")])
@pytest.mark.one_database
def test_text_that_is_too_long_comes_back_with_a_sentence(ring: Ring, language: str, sentence: str) -> None:
    ring.visits["amina"].post("/language", {"language": language, "back": "/"})
    assert ring.write("amina", "x" * 4000).status_code == 303

    answer = ring.write("amina", "x" * 4001)

    assert answer.status_code == 422
    assert field_of(answer.text) == "x" * 4001
    assert sentence in answer.text
    assert "4001" in answer.text
    assert field_of(page_of(ring)) == "x" * 4000


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
    assert TEXT not in main_of(page_of(ring))
    assert f"/consent/{STEP}" in ring.write("amina", "Nieuw.").text
    assert TEXT in ring.visits["amina"].get("/notes").text
    assert 'data-status="older"' in ring.visits["amina"].get("/consent").text
    assert ring.visits["amina"].post(f"/notes/{ring.note_of('amina')}/erase", {}).status_code == 200
    assert count(ring) == 0


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.one_database
def test_sto_12_other_words_have_another_version(ring: Ring, language: str) -> None:
    """When this fails you changed what people say yes to: raise CONSENT_VERSION, and write the new hash here."""
    ring.visits["amina"].post("/language", {"language": language, "back": "/"})
    page = ring.visits["amina"].get("/consent").text
    words = re.sub(r"<[^>]*>|\s+", " ", page.partition("data-consent-text>")[2].partition("</dl>")[0]).split()

    assert hashlib.sha256(" ".join(words).encode()).hexdigest()[:16] == WORDS[CONSENT_VERSION][language]


@pytest.mark.parametrize("why", ["held", "preparing"])
def test_part_that_is_not_open_takes_nothing_and_notes_are_there_all_the_same(
    ring: Ring, content: dict[str, Any], why: str
) -> None:
    ring.write("amina")
    day = ring.clock.today(ring.tools.settings.time_zone).replace(year=2027)
    with ring.tools.database.session(writes=True) as session, session.begin():
        context_id = session.execute(select(CourseContext.id)).scalar_one()
        if why == "held":
            session.add(HeldUnit(context_id=context_id, unit_id=content["modules"][0]["units"][0]["id"], opens_on=day))
        else:
            session.add(CourseClass(context_id=context_id, is_open=False, ends_on=day))
    visit, note_id = ring.visits["amina"], ring.note_of("amina")

    answer = visit.post(f"/notes/step/{STEP}", {FIELD: "Nieuw.", SEEN: mark(TEXT)})

    assert answer.status_code == 404
    assert field_of(page_of(ring)) is None
    assert TEXT in visit.get("/notes").text
    assert TEXT in visit.post("/my-data/take-along", {"form": "readable"}).text
    assert visit.post(f"/notes/{note_id}/erase", {}).status_code == 200
    assert count(ring) == 0


@pytest.mark.parametrize("gone", [{"step_id": "goneaway"}, {"prompt_id": "gone"}])
@pytest.mark.one_database
def test_note_of_a_step_or_question_that_is_gone_is_still_its_authors(ring: Ring, gone: dict[str, str]) -> None:
    ring.write("amina")
    with ring.tools.database.session(writes=True) as session, session.begin():
        session.execute(update(Note).values(**gone))
    visit, note_id = ring.visits["amina"], ring.note_of("amina")

    assert field_of(page_of(ring)) == ""
    assert TEXT in visit.get("/notes").text
    assert TEXT in visit.post("/my-data/take-along", {"form": "machine"}).text
    assert TEXT in visit.get(f"/notes/{note_id}/erase").text
    assert visit.post(f"/notes/{note_id}/erase", {}).status_code == 200
    assert count(ring) == 0


def test_note_of_a_step_that_is_gone_cannot_be_shared_any_more(ring: Ring) -> None:
    ring.write("amina")
    with ring.tools.database.session(writes=True) as session, session.begin():
        session.execute(update(Note).values(step_id="goneaway"))

    assert ring.share("amina").status_code == 303
    assert ring.share_id() is None


@pytest.mark.parametrize("person", [TEACHER, "mentor", "coordinator"])
@pytest.mark.one_database
def test_who_does_not_learn_here_writes_nothing(ring: Ring, person: str) -> None:
    visit: Visit = ring.circle.door.enter(person)

    assert field_of(visit.get(f"/step/{STEP}").text) is None
    assert visit.post(f"/notes/step/{STEP}", {FIELD: TEXT}).status_code == 404
    assert visit.get("/notes").status_code == 404
    assert 'data-status="no-consent"' not in visit.get(f"/step/{STEP}").text
    assert count(ring) == 0


@pytest.mark.one_database
def test_who_tries_the_course_as_a_student_writes_for_nobody_and_shares_with_nobody(ring: Ring) -> None:
    visit = ring.visits["test_student"] = ring.circle.door.enter("test_student")
    ring.consent("test_student")
    ring.write("test_student", "Ik probeer het uit.")

    page = visit.get("/notes").text
    assert "Ik probeer het uit." in page
    note = re.search(r"/notes/([a-z2-7]{26})/erase", page)
    assert note is not None
    for audience in ("group", "members", "teacher"):
        answer = visit.post(f"/notes/{note[1]}/share", {"audience": audience, "teacher": ring.id_of(TEACHER)})
        assert answer.status_code == 422
    assert ring.share_id() is None
    assert all("Ik probeer het uit." not in page_of(ring, person) for person in ("amina", TEACHER))


@pytest.mark.one_database
def test_sto_10_who_is_no_student_any_more_still_takes_their_notes_along_and_erases_them(ring: Ring) -> None:
    ring.write("amina")

    def change(launch: Launch) -> None:
        launch.claims["https://purl.imsglobal.org/spec/lti/claim/roles"] = [MENTOR]

    visit = ring.circle.door.enter("amina", spoil=change)

    assert TEXT in visit.post("/my-data/take-along", {"form": "readable"}).text
    assert visit.post("/my-data/erase", {}).status_code == 200
    assert count(ring) == 0


@pytest.mark.one_database
@pytest.mark.parametrize(("language", "alone"), [("nl", "Alleen jij ziet dit."), ("en", "Only you see this.")])
def test_grp_6_beside_every_field_stands_who_sees_it_and_where_to_go(ring: Ring, language: str, alone: str) -> None:
    ring.visits["amina"].post("/language", {"language": language, "back": "/"})

    for step in PRIVATE_STEPS:
        main = main_of(ring.visits["amina"].get(f"/step/{step}").text)
        fields = main.count("<textarea")
        assert fields == main.count(alone) == main.count("data-now") > 0
        for number in ("112", "08002000", "113"):
            assert main.count(f'href="tel:{number}"') >= fields


def test_not_8_every_question_has_a_twin_about_somebody_made_up() -> None:
    steps = [step for step in REAL_STEPS if step["kind"] == "private"]

    assert len(steps) == 3
    for step in steps:
        assert "fictional" in {one["kind"] for one in step["alternatives"]}
        for language, made_up in (("nl", "verzonnen"), ("en", "made up")):
            assert made_up in step["person"][language]
            name = step["person"][language].split()[0]
            assert all(name in prompt["twin"][language] for prompt in step["prompts"])
            assert all(prompt["twin"][language] != prompt["ask"][language] for prompt in step["prompts"])


@pytest.mark.one_database
def test_not_8_both_questions_stand_at_one_field_and_nothing_asks_which_was_answered(ring: Ring) -> None:
    for step in PRIVATE_STEPS:
        main = main_of(ring.visits["amina"].get(f"/step/{step}").text)
        form = main.partition("data-notes")[2].partition("</form>")[0]
        assert form.count('class="ask"') == form.count('class="twin soft"') == form.count("<textarea")
        assert re.search(r'type="(?:radio|checkbox)"|<select', form) is None


@pytest.mark.one_database
def test_ext_8_nothing_typed_leaves_the_page_but_to_its_own_visit_and_in_no_address(shared: Ring) -> None:
    visit = shared.visits["amina"]
    note_id = shared.note_of("amina")
    visit.post("/notes/step/lfvdxgkp", {"text-in-a-group": OTHER, "seen-in-a-group": mark("")})
    choice = visit.post(f"/notes/{note_id}/share", {"audience": "group"})
    pages = [visit.get(path).text for path in (*(f"/step/{step}" for step in PRIVATE_STEPS), "/notes", "/decision-aid")]

    for page in (*pages, choice.text, visit.get(f"/notes/{note_id}/erase").text):
        tree = parse(page)
        for form in tree.iter("form"):
            if next(form.iter("textarea"), None) is not None:
                assert form.get("method") == "post"
                assert form.get("autocomplete") == "off"
                assert (form.get("action") or "").startswith(f"{visit.home}/")
        values = [value for element in tree.iter() if isinstance(element.tag, str) for value in element.attrib.values()]
        assert [value for value in values if TEXT[:12] in value or OTHER[:12] in value] == []
        assert [head for head in tree.iter("head") if TEXT in words(head)] == []


@pytest.mark.one_database
def test_ext_8_script_that_saves_is_there_only_where_there_is_a_field_to_save(ring: Ring) -> None:
    def saves(person: str) -> bool:
        return "data-notes" in page_of(ring, person)

    assert [saves(person) for person in ("amina", "bram", TEACHER)] == [True, False, False]
    assert "data-notes" not in ring.visits["amina"].get("/decision-aid").text

"""Coordinators: granted by us, for one registration; and why everybody sees what they see."""

from __future__ import annotations

import html
import json
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from lti_tool.people.grants import GrantError, Holder
from lti_tool.people.models import CoordinatorGrant
from tests.content import REAL_STEPS, STEP_IDS, real_content, step_where
from tests.demo_lms.knobs import CLAIM
from tests.demo_lms.people import ADMINISTRATOR_HERE, LEARNER, PEOPLE
from tests.front_door.sentences import readable, spoken
from tests.front_door.witness import body_data, dump
from tests.progress.board import FIRST, board_of, press, statuses_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result
    from flask import Flask
    from sqlalchemy.orm import Session

    from lti_tool.kernel.database import Database
    from tests.demo_lms.knobs import Launch
    from tests.door import Door, Visit

LIS = "http://purl.imsglobal.org/vocab/lis/v2"
SUB = PEOPLE["mentor"].id


@pytest.fixture
def run(app: Flask) -> Callable[..., Result]:
    """Run a command of ``people``."""
    return lambda *words: app.test_cli_runner().invoke(args=["people", *words])


@pytest.fixture
def grant(run: Callable[..., Result]) -> Callable[..., None]:
    def grant(door: Door, **holder: str) -> None:
        ((option, value),) = holder.items()
        result = run("grant-coordinator", "--registration", door.registration_id, f"--{option}", value)
        assert result.exit_code == 0, result.stderr

    return grant


def with_roles(*roles: str) -> Callable[[Launch], None]:
    return lambda launch: launch.claims.update({f"{CLAIM}roles": list(roles)})


def role_of(visit: Visit) -> str:
    return body_data(visit.get().text)["role"]


def foot_of(page: str) -> str:
    return " ".join(readable(page).partition("<footer")[2].partition("</footer>")[0].split())


# The commands.


@pytest.mark.parametrize(
    ("option", "value", "holder"),
    [
        ("--sub", SUB, f"person:{SUB}"),
        ("--sub", "x" * 255, f"person:{'x' * 255}"),
        ("--role", f"{LIS}/membership#Administrator", f"role:{LIS}/membership#Administrator"),
        ("--role", "Administrator", f"role:{LIS}/membership#Administrator"),
        ("--role", ADMINISTRATOR_HERE, f"role:{ADMINISTRATOR_HERE}"),
    ],
)
def test_grant_says_what_it_did_and_coordinators_lists_it(
    door: Door, run: Callable[..., Result], option: str, value: str, holder: str
) -> None:
    given = ("--registration", door.registration_id, option, value)

    first, again = run("grant-coordinator", *given), run("grant-coordinator", *given)
    listed = run("coordinators", "--registration", door.registration_id)

    told = {"registration_id": door.registration_id, "holder": holder}
    assert json.loads(first.stdout) == {**told, "new": True}
    assert json.loads(again.stdout) == {**told, "new": False}
    assert json.loads(listed.stdout) == {"registration_id": door.registration_id, "coordinators": [holder]}
    assert [result.exit_code for result in (first, again, listed)] == [0, 0, 0]


def test_revoke_says_whether_there_was_one(door: Door, run: Callable[..., Result]) -> None:
    given = ("--registration", door.registration_id, "--sub", SUB)
    run("grant-coordinator", *given)

    answers = [json.loads(run("revoke-coordinator", *given).stdout) for _ in range(2)]

    told = {"registration_id": door.registration_id, "holder": f"person:{SUB}"}
    assert answers == [{**told, "revoked": True}, {**told, "revoked": False}]
    assert json.loads(run("coordinators", "--registration", door.registration_id).stdout)["coordinators"] == []


def test_revoking_takes_back_that_one_alone(door: Door, run: Callable[..., Result], grant: Callable[..., None]) -> None:
    grant(door, sub="one")
    grant(door, sub="two")
    grant(door, role="Administrator")

    run("revoke-coordinator", "--registration", door.registration_id, "--sub", "one")

    listed = json.loads(run("coordinators", "--registration", door.registration_id).stdout)["coordinators"]
    assert listed == ["person:two", f"role:{LIS}/membership#Administrator"]


WRONG: list[tuple[list[str], str]] = [
    ([], "either --sub"),
    (["--sub", "a", "--role", "Administrator"], "either --sub"),
    (["--sub", ""], "either --sub"),
    (["--sub", " "], "plain text"),
    (["--sub", "a\nb"], "plain text"),
    (["--sub", "x" * 256], "plain text"),
    (["--role", "x" * 256], "plain text"),
    (["--role", "\udcff"], "plain text"),
]


@pytest.mark.parametrize("command", ["grant-coordinator", "revoke-coordinator"])
@pytest.mark.parametrize(("words", "says"), WRONG, ids=range(len(WRONG)))
def test_holder_that_is_not_one_person_or_one_role_is_refused_in_one_line(
    door: Door, run: Callable[..., Result], session: Session, command: str, words: list[str], says: str
) -> None:
    session.rollback()

    result = run(command, "--registration", door.registration_id, *words)

    assert (result.exit_code, result.stdout) == (1, "")
    (line,) = result.stderr.splitlines()
    assert says in line
    assert session.execute(select(CoordinatorGrant.id)).all() == []


@pytest.mark.parametrize("command", ["grant-coordinator", "revoke-coordinator", "coordinators"])
@pytest.mark.parametrize("registration_id", ["nobody", "a" * 26, ""])
def test_unknown_registration_is_refused_in_one_line(
    door: Door, run: Callable[..., Result], command: str, registration_id: str
) -> None:
    del door
    holder = [] if command == "coordinators" else ["--sub", SUB]

    result = run(command, "--registration", registration_id, *holder)

    assert (result.exit_code, result.stdout) == (1, "")
    (line,) = result.stderr.splitlines()
    assert "there is no registration" in line
    assert "lti show" in line


@pytest.mark.parametrize("length", [1, 200, 255])
def test_short_name_that_would_be_too_long_written_out_is_refused(
    door: Door, run: Callable[..., Result], length: int
) -> None:
    result = run("grant-coordinator", "--registration", door.registration_id, "--role", "x" * length)

    assert result.exit_code == (1 if length == 255 else 0)
    assert len(result.stderr.splitlines()) == result.exit_code


def test_holder_of_both_kinds_of_text_is_no_holder() -> None:
    with pytest.raises(GrantError):
        _ = Holder("a", "b").text


# From the next launch on.


def test_person_is_a_coordinator_from_the_next_launch_on(door: Door, grant: Callable[..., None]) -> None:
    before = door.enter("mentor")

    grant(door, sub=SUB)

    assert role_of(door.enter("mentor")) == "coordinator"
    assert role_of(before) == "observer", "a visit under way goes on as it was"
    assert role_of(door.enter("auditor")) == "observer"


@pytest.mark.parametrize("granted", [f"{LIS}/membership#ContentDeveloper", "ContentDeveloper"], ids=["full", "short"])
@pytest.mark.parametrize("sent", [f"{LIS}/membership#ContentDeveloper", "ContentDeveloper"], ids=["full", "short"])
def test_everybody_with_a_role_is_one_however_it_is_written(
    door: Door, grant: Callable[..., None], granted: str, sent: str
) -> None:
    grant(door, role=granted)

    assert role_of(door.enter("designer", spoil=with_roles(sent))) == "coordinator"
    assert role_of(door.enter("mentor", spoil=with_roles(LEARNER, sent))) == "coordinator"
    assert role_of(door.enter("auditor")) == "observer"


def test_ops_6_institution_role_counts_only_because_it_was_granted(door: Door, grant: Callable[..., None]) -> None:
    assert role_of(door.enter("site_administrator")) == "observer"

    grant(door, role=ADMINISTRATOR_HERE)

    assert role_of(door.enter("site_administrator")) == "coordinator"
    assert role_of(door.enter("designer")) == "observer"


@pytest.mark.parametrize(
    "sent",
    [
        f"{LIS}/membership#Administrator",
        f"{LIS}/institution/person#administrator",
        f"{LIS}/institution/person#Administrator/",
        f"{LIS}/institution/person#AdministratorX",
        f"{LIS}/system/person#Administrator",
        "%",
        "person:institution",
        f"role:{ADMINISTRATOR_HERE}",
    ],
)
def test_role_that_is_only_like_the_granted_one_counts_for_nothing(
    door: Door, grant: Callable[..., None], sent: str
) -> None:
    grant(door, role=ADMINISTRATOR_HERE)

    assert role_of(door.enter("mentor", spoil=with_roles(sent))) == "observer"


def test_role_cannot_pass_for_a_person(door: Door, grant: Callable[..., None]) -> None:
    grant(door, sub=SUB)
    grant(door, role="Administrator")

    assert role_of(door.enter("auditor", spoil=with_roles(SUB, f"person:{SUB}"))) == "observer"
    pretends = f"role:{LIS}/membership#Administrator"
    assert role_of(door.enter("auditor", spoil=lambda launch: launch.claims.update(sub=pretends))) == "observer"


def test_ops_5_grant_of_another_registration_counts_for_nothing(
    door: Door, create_door: Callable[..., Door], grant: Callable[..., None]
) -> None:
    other = create_door("https://other.example")

    grant(other, sub=SUB)
    grant(other, role=ADMINISTRATOR_HERE)

    assert role_of(door.enter("mentor")) == "observer"
    assert role_of(door.enter("site_administrator")) == "observer"
    assert role_of(other.enter("mentor")) == "coordinator"


def test_revoked_coordinator_is_none_from_the_next_launch_on(
    door: Door, run: Callable[..., Result], grant: Callable[..., None]
) -> None:
    grant(door, sub=SUB)
    during = door.enter("mentor")

    run("revoke-coordinator", "--registration", door.registration_id, "--sub", SUB)

    assert role_of(door.enter("mentor")) == "observer"
    assert role_of(during) == "coordinator", "a visit under way goes on as it was"


def test_being_a_coordinator_is_kept_with_the_visit_and_not_with_the_person(
    door: Door, database: Database, grant: Callable[..., None]
) -> None:
    grant(door, sub=SUB)
    before = {name: rows for name, rows in dump(database).items() if name in ("person", "membership")}
    assert before == {"person": [], "membership": []}

    door.enter("mentor")

    after = dump(database)
    assert "coordinator" not in str(after["person"] + after["membership"])
    assert "'observer'" in str(after["membership"])


STRANGE = ["a\x00b", "\ud800", f"{LIS}/membership#\x00", "\n", "x" * 5000, "", "\U0001f392"]


@pytest.mark.parametrize("role", STRANGE, ids=range(len(STRANGE)))
def test_strange_text_among_the_roles_counts_for_nothing(door: Door, grant: Callable[..., None], role: str) -> None:
    grant(door, sub=SUB)

    response = door.launch("amina", spoil=with_roles(role, LEARNER))

    assert response.status_code == 303
    assert body_data(door.client.get(response.headers["Location"]).text)["role"] == "learner"


# What a coordinator sees: the course, and nobody in it.


def test_cmp_2_coordinator_who_does_not_teach_sees_no_board_and_no_names(
    door: Door, grant: Callable[..., None]
) -> None:
    grant(door, sub=SUB)
    coordinator = door.enter("mentor")
    before = coordinator.get().data
    press(door.enter("amina"))
    door.enter("bram")
    teacher = door.enter("teacher")
    assert board_of(teacher)["Amina Haddou"][0] == "done"

    pages = [coordinator.get(path).text for path in ("/", *STEPS, "/support")]

    assert coordinator.get().data == before, "nothing changes with what a student presses"
    for page in pages:
        assert body_data(page)["role"] == "coordinator"
        assert "<table" not in page
        for name in ("Amina", "Haddou", "Bram", "Marijke"):
            assert name not in page
        assert 'data-status="done"' not in page


def test_cmp_2_coordinator_cannot_press(door: Door, grant: Callable[..., None]) -> None:
    grant(door, sub=SUB)

    assert press(door.enter("mentor")) == 404


def test_coordinator_who_teaches_this_course_still_sees_its_board(door: Door, grant: Callable[..., None]) -> None:
    grant(door, role=f"{LIS}/membership#Administrator")
    press(door.enter("amina"))

    coordinator = door.enter("coordinator")

    assert role_of(coordinator) == "coordinator"
    assert board_of(coordinator) == {"Amina Haddou": statuses_of(FIRST)}


def test_coordinator_who_teaches_one_course_sees_no_board_of_another(door: Door, grant: Callable[..., None]) -> None:
    grant(door, sub=PEOPLE["coordinator"].id)
    press(door.enter("kwame", "sw1b"))
    door.enter("coordinator", "sw1")

    elsewhere = door.enter("coordinator", "sw1b", spoil=with_roles())

    assert "Kwame" not in elsewhere.get().text
    assert "<table" not in elsewhere.get().text


def test_coordinator_who_studies_here_presses_as_a_student(door: Door, grant: Callable[..., None]) -> None:
    grant(door, sub=PEOPLE["amina"].id)

    visit = door.enter("amina")

    assert role_of(visit) == "coordinator"
    assert press(visit) == 303


def test_coordinator_outside_a_course_is_shown_nothing(door: Door, grant: Callable[..., None]) -> None:
    grant(door, sub=SUB)

    visit = door.enter("mentor", spoil=lambda launch: launch.claims.pop(f"{CLAIM}context"))

    assert body_data(visit.get().text) == {"role": "coordinator", "page": "outside-course"}
    assert [visit.get(path).status_code for path in STEPS] == [404] * len(STEPS)


# What must still be checked in the content.


def marked() -> dict[str, list[dict[str, str]]]:
    """Return what the content says under ``to_check``, by the page that shows it."""
    content = real_content()
    return {
        **{f"/step/{step['id']}": step["to_check"] for step in REAL_STEPS},
        "/support": [mark for contact in content.contacts for mark in contact["to_check"]],
        **{f"/{name}": page["to_check"] for name, page in content.pages.items()},
    }


def marks_of(language: str) -> list[str]:
    return [" ".join(mark[language].split()) for marks in marked().values() for mark in marks]


STEPS = [f"/step/{step}" for step in STEP_IDS]
SIGNPOST = f"/step/{step_where(contacts='all')}"
PATHS = ["/", "/words", *marked()]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_coordinator_sees_what_is_still_to_be_checked(door: Door, grant: Callable[..., None], language: str) -> None:
    grant(door, sub=SUB)
    visit = door.enter("mentor", locale=language)

    pages = {path: " ".join(html.unescape(visit.get(path).text).split()) for path in PATHS}

    everything = " ".join(pages.values())
    marks = marks_of(language)
    assert marks
    assert [mark for mark in marks if mark not in everything] == []
    with_marks = {path for path, page in pages.items() if "data-checks" in page}
    # The signpost shows the places to go, with what must be checked of them.
    assert with_marks == {SIGNPOST} | {path for path, marks in marked().items() if marks}
    # Of a place to go, on the page of a step and on that of all places.
    contact = {
        "nl": "Kan iemand die niet kan praten 112 ook op een andere manier bereiken?",
        "en": "Can somebody who cannot speak reach 112 in another way?",
    }[language]
    assert contact in pages["/support"]
    assert contact in pages[SIGNPOST]
    assert spoken("Only coordinators see this.", language)


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize(
    "person", ["amina", "teacher", "mentor", "teaching_assistant", "designer", "site_administrator"]
)
@pytest.mark.one_database
def test_nobody_else_gets_a_byte_of_it(door: Door, grant: Callable[..., None], person: str, language: str) -> None:
    grant(door, sub=PEOPLE["auditor"].id)
    visit = door.enter(person, locale=language)

    public = [door.client.get(path) for path in ("/support", "/safety", "/accessibility", "/who-sees-what")]
    answers = [visit.get(path) for path in PATHS] + public

    marks = marks_of(language)
    # A teacher reads of some of the same things, in other words.
    beginnings = [mark[:50] for mark in marks] + ["Kan iemand die niet kan praten", "Can somebody who cannot speak"]
    for answer in answers:
        page = " ".join(html.unescape(answer.text).split())
        assert "data-checks" not in page
        assert [text for text in beginnings if text in page] == []


def test_marks_do_not_stay_behind_for_who_comes_next(door: Door, grant: Callable[..., None]) -> None:
    grant(door, sub=SUB)
    coordinator, student = door.enter("mentor"), door.enter("amina")

    for _ in range(2):
        assert "data-checks" in coordinator.get(SIGNPOST).text
        assert "data-checks" not in student.get(SIGNPOST).text


# Why somebody sees what they see.

NO_STUDENT = "You are reading along. Only students press done."
SEES = {
    "designer": ("observer", [NO_STUDENT, "Your learning environment says that you design this course."]),
    "mentor": ("observer", [NO_STUDENT, "Your learning environment says that you are a mentor here."]),
    "auditor": ("observer", [NO_STUDENT, "Your learning environment says that you are a mentor here."]),
    "site_administrator": (
        "observer",
        [
            NO_STUDENT,
            "Your learning environment says that you are an administrator, and not a teacher of this course.",
        ],
    ),
    "no_role": (
        "observer",
        [NO_STUDENT, "Your learning environment does not say that you teach or study in this course."],
    ),
    "test_student": ("learner", ["You are looking as a student does. What you press here is on no board."]),
    "amina": ("learner", []),
}
SENTENCES = {sentence for _, sentences in SEES.values() for sentence in sentences}


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("person", SEES)
def test_page_says_why_somebody_sees_what_they_see(door: Door, person: str, language: str) -> None:
    role, sentences = SEES[person]

    page = readable(door.enter(person, locale=language).get().text)

    assert body_data(page) == {"role": role, "page": "home"}
    assert f'<html lang="{language}"' in page
    assert {sentence for sentence in SENTENCES if spoken(sentence, language) in page} == set(sentences)
    assert "<table" not in page


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize(
    ("person", "called"),
    [
        ("teaching_assistant", "teaching assistant"),
        ("nonediting_teacher", "teacher"),
        ("teacher", "teacher"),
        ("administrator", "teacher"),
        ("mentor", "reading along"),
        ("designer", "reading along"),
        ("site_administrator", "reading along"),
        ("amina", "student"),
        ("test_student", "student"),
    ],
)
def test_foot_says_who_somebody_is_here(door: Door, person: str, called: str, language: str) -> None:
    foot = foot_of(door.enter(person, locale=language).get().text)

    assert f", {spoken(called, language)}, " in foot
    assert foot.count("Sociaal werk, jaar 1") == 1


def test_foot_calls_a_coordinator_by_that_name(door: Door, grant: Callable[..., None]) -> None:
    grant(door, role=f"{LIS}/membership#Administrator")

    assert f", {spoken('coordinator', 'nl')}, " in foot_of(door.enter("coordinator").get().text)


@pytest.mark.parametrize("person", ["teaching_assistant", "nonediting_teacher", "administrator", "teacher"])
def test_who_teaches_in_this_course_sees_its_board(door: Door, person: str) -> None:
    press(door.enter("amina"))

    visit = door.enter(person)

    assert role_of(visit) == "instructor"
    assert board_of(visit) == {"Amina Haddou": statuses_of(FIRST)}


def test_test_user_presses_and_is_on_no_board(door: Door) -> None:
    visit = door.enter("test_student")

    assert press(visit) == 303
    door.enter("amina")

    assert set(board_of(door.enter("teacher"))) == {"Amina Haddou"}


@pytest.mark.parametrize("person", ["designer", "mentor", "auditor", "site_administrator", "no_role"])
@pytest.mark.one_database
def test_who_reads_along_reads_every_step_and_presses_nothing(door: Door, person: str) -> None:
    visit = door.enter(person)

    for path in (*STEPS, *(text_of(step) for step in STEP_IDS)):
        page = visit.get(path)
        assert page.status_code == 200
        assert spoken(NO_STUDENT, "nl") in readable(page.text)
        assert 'data-action="done"' not in page.text
    assert press(visit) == 404


def test_half_a_role_is_not_taken_for_a_name(door: Door, run: Callable[..., Result]) -> None:
    role = "membership#Administrator"

    result = run("grant-coordinator", "--registration", door.registration_id, "--role", role)

    assert result.exit_code == 1
    assert "in full" in result.output
    assert "Traceback" not in result.output

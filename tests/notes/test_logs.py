"""The log tells nothing of writing, and no command or program reads what somebody wrote (LOG-3, -4, -7, -8)."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from typing import TYPE_CHECKING, Any

import click
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from lti_tool.kernel.key_models import RecordKey
from lti_tool.kernel.merging import mark
from lti_tool.notes.models import Note
from lti_tool.people.models import CourseContext
from tests.conftest import ROOT
from tests.demo_lms.people import CAST
from tests.door import form_token
from tests.notes.conftest import PROMPT, STEP, TEXT, Ring
from tests.notes.test_sharing import away_keys
from tests.police import BASE_URL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from werkzeug.test import TestResponse

    from tests.door import Visit

FIELD, SEEN = f"text-{PROMPT}", f"seen-{PROMPT}"
NOBODYS = "a" * 26


def press(visit: Visit, path: str, token: str, **fields: Any) -> TestResponse:
    """Press with a token that a page handed out before, so that no page is opened for it."""
    headers = {"Sec-Fetch-Site": "same-origin"}
    return visit.client.post(visit.home + path, data={"form_token": token, **fields}, headers=headers)


def token_of(visit: Visit) -> str:
    return form_token(visit.get().text)


# The log of requests.


@pytest.mark.one_database
def test_log_3_no_request_about_writing_sharing_or_ones_own_data_has_a_line(
    shared: Ring, log_lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it is answered: kept, refused, not there, or not now."""
    amina, bram = shared.visits["amina"], shared.visits["bram"]
    mine, his, note, share = token_of(amina), token_of(bram), shared.note_of("amina"), shared.share_id()
    chosen = press(amina, f"/notes/{note}/share", mine, audience="group").text
    seen = re.search(r'name="seen" value="([^"]*)"', chosen)
    assert seen is not None
    log_lines.clear()

    answers = [
        *(amina.get(path) for path in ("/notes", "/shared", "/my-data", "/consent", f"/consent/{STEP}")),
        *(amina.get(path) for path in ("/decision-aid", "/concern", "/teacher-duties")),
        *(amina.get(f"/notes/{note}/{page}") for page in ("share", "erase", "withdraw")),
        *(amina.get(path) for path in ("/consent/take-back", "/my-data/erase", "/my-data/erase-notes")),
        *(
            amina.get(path)
            for path in ("/notes/aaaaaaaaaaaaaaaaaaaaaaaaaa/share", "/shared/aaaaaaaaaaaaaaaaaaaaaaaaaa")
        ),
        press(bram, f"/shared/{share}", his),
        press(bram, f"/shared/{NOBODYS}", his),
        press(bram, "/consent", his),
        press(bram, f"/notes/step/{STEP}", his, **{FIELD: "Zonder ja."}),
        press(bram, "/consent", his, agrees="yes"),
        press(amina, f"/notes/step/{STEP}", mine, **{FIELD: "Nieuw.", SEEN: mark(TEXT)}),
        press(amina, f"/notes/step/{STEP}", mine, **{FIELD: "x" * 5000, SEEN: mark("Nieuw.")}),
        press(amina, f"/notes/step/{STEP}", mine, **{FIELD: "Nog.", SEEN: mark("Nieuw."), "by_script": "yes"}),
        press(amina, f"/notes/{note}/share", mine, audience="group"),
        press(amina, f"/notes/{note}/share/confirm", mine, audience="group", seen=seen[1]),
        press(amina, f"/notes/{note}/withdraw", mine),
        press(amina, "/decision-aid", mine, **{"text-whether": "Misschien."}),
        press(amina, "/decision-aid", mine),
        press(amina, "/my-data/take-along", mine, form="machine"),
        press(amina, "/my-data/take-along", mine, form="other"),
        press(amina, f"/notes/{note}/erase", "made-up"),
        amina.client.get("/s/" + "a" * 43 + "/notes"),
        press(amina, f"/notes/{note}/erase", mine),
        press(amina, "/my-data/erase-notes", mine),
        press(amina, "/consent/take-back", mine),
        press(amina, "/my-data/erase", mine),
        amina.get("/my-data"),
    ]

    assert {answer.status_code for answer in answers} == {200, 303, 400, 401, 403, 404, 409, 422}
    assert log_lines == []

    away_keys(shared, monkeypatch)
    press(bram, f"/notes/step/{STEP}", his, **{FIELD: "Nu niet.", SEEN: mark("")})
    told = [json.loads(line) for line in log_lines]
    assert {line["event"] for line in told} <= {"kernel:keys:away"}
    assert not any("route" in line or "request_id" in line for line in told)


def test_log_3_step_that_asks_to_write_has_the_same_line_for_who_writes_and_who_does_not(
    ring: Ring, log_lines: list[str]
) -> None:
    ring.write("amina")
    log_lines.clear()

    for person in ("amina", "bram"):
        ring.visits[person].get(f"/step/{STEP}")

    lines = [json.loads(line) for line in log_lines]
    for line in lines:
        del line["request_id"], line["timestamp"]
    assert len(lines) == 2
    assert lines[0] == lines[1]
    assert lines[0]["route"] == "/s/<token>/step/<step_id>"


# A fault.


def fail(*_args: object, **_kwargs: object) -> None:
    raise RuntimeError(TEXT)


def press_and_fail(visit: Visit, path: str, **fields: Any) -> TestResponse:
    """Press, and take an answer of 500 as it is: everywhere else the tests stop at one."""
    data = {"form_token": token_of(visit), **fields}
    where, headers = visit.home + path, {"Sec-Fetch-Site": "same-origin"}
    answer: TestResponse = FlaskClient.open(
        visit.client, where, method="POST", data=data, headers=headers, base_url=BASE_URL
    )
    assert answer.status_code == 500
    return answer


FAULTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "saving": ("lti_tool.notes.views.writing.save_notes", f"/notes/step/{STEP}", {FIELD: TEXT, SEEN: mark("")}),
    "sealing": ("lti_tool.kernel.sealed_records.AESGCM", f"/notes/step/{STEP}", {FIELD: TEXT, SEEN: mark("")}),
    "keeping the aid": ("lti_tool.notes.views.aid_page.save_aid", "/decision-aid", {"text-whether": TEXT}),
    "taking along": ("lti_tool.privacy.views.tell_all", "/my-data/take-along", {"form": "machine"}),
    "erasing": ("lti_tool.privacy.views.erase_writing", "/my-data/erase-notes", {}),
}


@pytest.mark.parametrize(("where", "path", "fields"), FAULTS.values(), ids=FAULTS)
@pytest.mark.one_database
def test_log_4_fault_tells_no_text_of_its_own_or_of_the_form(
    ring: Ring,
    log_lines: list[str],
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    where: str,
    path: str,
    fields: dict[str, Any],
) -> None:
    monkeypatch.setattr(where, fail)
    capfd.readouterr()

    answer = press_and_fail(ring.visits["amina"], path, **fields)

    written = "".join(log_lines) + "".join(capfd.readouterr())
    assert "web:request:failed" in written
    assert_tells_nothing(ring, written, answer.text)


def assert_tells_nothing(ring: Ring, written: str, page: str) -> None:
    token = ring.visits["amina"].home.rpartition("/")[2]
    pieces = [TEXT, TEXT[:12], TEXT.encode().hex(), "RuntimeError(", "INSERT"]
    who = [ring.id_of("amina"), token, "Amina Haddou", CAST["amina"].person.id]
    assert [piece for piece in (*pieces, *who) if piece in written] == []
    assert [piece for piece in pieces if piece in page] == []


def test_log_4_fault_of_the_database_while_saving_tells_no_statement_and_no_values(
    ring: Ring, log_lines: list[str], capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row that the database refuses: its error holds the statement, and might hold what goes into it."""
    monkeypatch.setattr("lti_tool.notes.service.new_id", lambda: None)
    monkeypatch.setattr("lti_tool.kernel.sealed_records.SealedRecords.seal", lambda *_args: TEXT.encode())
    capfd.readouterr()

    answer = press_and_fail(ring.visits["amina"], f"/notes/step/{STEP}", **{FIELD: TEXT, SEEN: mark("")})

    written = "".join(log_lines) + "".join(capfd.readouterr())
    assert "IntegrityError" in written
    assert_tells_nothing(ring, written, answer.text)


@pytest.mark.one_database
def test_log_4_fault_while_a_share_is_opened_tells_no_text_and_shows_none(
    shared: Ring, log_lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lti_tool.notes.views.shared_page.record_event", fail)

    answer = press_and_fail(shared.visits["bram"], f"/shared/{shared.share_id()}")

    assert_tells_nothing(shared, "".join(log_lines), answer.text)


# Commands and programs.


@pytest.fixture
def full(shared: Ring) -> Ring:
    """Notes of two kinds, and a share that was opened."""
    shared.visits["amina"].post("/decision-aid", {"text-whether": "Alleen mijn begeleider, na de toets."})
    assert shared.reads("bram")
    return shared


def commands_of(group: click.Group, *before: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from commands_of(command, *before, name)
        else:
            yield (*before, name), command


COMMANDS = """
audit verify | content check | content load | keys reseal | keys rotate | keys show | lti approve-deployment |
lti connection | lti invite | lti register | lti revoke-addresses | lti show | people coordinators |
people grant-coordinator | people revoke-coordinator | privacy adopt-key-store | privacy sweep | roster courses |
roster show | worker
"""


@pytest.mark.one_database
def test_log_7_there_is_no_command_for_what_somebody_wrote(ring: Ring) -> None:
    """To add one is a decision: none may show, search or take out a text, or hand out a key."""
    cli = ring.circle.door.client.application.cli
    ours = {" ".join(path): command for path, command in commands_of(cli) if path[0] not in ("run", "shell", "routes")}

    assert set(ours) == {" ".join(one.split()) for one in COMMANDS.split("|")}
    told = " ".join(f"{name} {command.help}" for name, command in ours.items())
    assert re.search(r"decrypt|plain ?text|read (?:a |the )?note|search", told, re.IGNORECASE) is None


def test_log_7_no_command_prints_a_text_or_a_key(full: Ring, log_lines: list[str]) -> None:
    app, registration = full.circle.door.client.application, ("--registration", full.circle.door.registration_id)
    runner = app.test_cli_runner()
    with full.tools.database.session(writes=False) as session:
        course = session.execute(select(CourseContext.id)).scalar_one()
    asked = [[*path, "--help"] for path, _command in commands_of(app.cli) if path[0] not in ("run", "shell", "routes")]
    asked += [
        ["audit", "verify"], ["keys", "show"], ["keys", "rotate"], ["keys", "reseal"], ["lti", "show"],
        ["lti", "connection", *registration], ["people", "coordinators", *registration], ["roster", "courses"],
        ["roster", "show", "--course", course], ["content", "check"], ["privacy", "sweep"], ["worker", "--once"],
    ]  # fmt: skip
    secrets = secrets_of(full)

    results = {" ".join(args): runner.invoke(args=args) for args in asked}

    assert {name: result.output for name, result in results.items() if result.exit_code} == {}
    said = "".join(result.output + result.stderr for result in results.values()) + "".join(log_lines)
    assert [secret for secret in secrets if secret in said] == []


def secrets_of(ring: Ring) -> list[str]:
    """The texts, and the keys in the forms in which a program writes bytes."""
    with ring.tools.key_store.database.session(writes=False) as session:
        rows = session.execute(select(RecordKey.record_id, RecordKey.owner_id, RecordKey.wrapped)).all()
    opened = ring.tools.key_store.find_keys({row.record_id: row.owner_id for row in rows}).values()
    keys = [*opened, *(row.wrapped for row in rows)]
    assert len(keys) == 6
    return [TEXT, "Alleen mijn begeleider", *(key.hex() for key in keys), *(repr(key)[2:-1] for key in keys)]


@pytest.mark.one_database
def test_log_7_command_that_stops_at_a_note_that_does_not_open_prints_nothing_of_it(full: Ring) -> None:
    with full.tools.key_store.database.session(writes=True) as keys, keys.begin():
        keys.execute(update(RecordKey).values(wrapped=b"test:" + bytes(60)))

    result = full.circle.door.client.application.test_cli_runner().invoke(args=["keys", "reseal"])

    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1
    assert "Traceback" not in result.output


OPENS = {
    "kernel/sealed_records.py": "the one place that opens",
    "notes/service.py": "for its author, and for a reader whom the policy lets in",
    "notes/choosing.py": "for its author, to share the text that they were shown and no other",
    "notes/kept.py": "for its author, to take along",
    "notes/views/blueprint.py": "hands what opens notes to the views of their author",
    "notes/views/shared_page.py": "for a reader, after the policy",
    "sharing/reading.py": "for whom a share is: which note and which readers, no text",
    "sharing/shares.py": "seals for whom a share is",
}
"""Every file that names what opens a record, and why. To add one is a decision (LOG-7, LOG-8)."""
_OPENERS = {"SealedRecords", "sealed_notes", "sealed_shares", "find_keys", "key_for", "read_shared_text"}
_KEY_STORE = "kernel/key_store.py"


def test_log_7_and_log_8_no_other_file_opens_what_somebody_wrote() -> None:
    package = ROOT / "lti_tool"

    found = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if names_of(ast.parse(path.read_text())) & _OPENERS
    }

    assert found - {_KEY_STORE} == set(OPENS)


def names_of(tree: ast.AST) -> set[str]:
    found: Callable[[ast.AST], str | None] = lambda node: getattr(node, "id", None) or getattr(node, "attr", None)  # noqa: E731
    return {name for node in ast.walk(tree) if (name := found(node))}


def test_log_8_nothing_that_is_installed_judges_or_collects_texts() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = {re.split(r"[\[~>=<]", one)[0] for one in project["dependencies"]}

    known = """
        alembic babel bleach cryptography flask flask-babel granian markdown-it-py marshmallow psycopg pyjwt
        pylti1p3next pyyaml requests sqlalchemy structlog tzdata
    """
    assert names == set(known.split()), "a new package: does it read, send or judge what somebody typed?"


def test_log_8_note_has_no_column_that_could_hold_a_judgement() -> None:
    columns = {column.name for column in Note.__table__.columns}

    assert columns == {"id", "membership_id", "step_id", "prompt_id", "text", "keep_until"}

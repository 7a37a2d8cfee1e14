"""The tool's own keys: next, current, retiring; rotated by command and by the worker, once, on both databases."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert, select, update

from lti_tool.kernel.key_ring import KeyRing, KeyRingError
from lti_tool.lti.models import ToolKey
from lti_tool.lti.signing_keys import SigningKeyError, SigningKeys, load_signing_key
from lti_tool.lti.tool_keys import (
    KEEP_RETIRING,
    PUBLISH_BEFORE,
    ROTATE_AFTER,
    KeyStatus,
    check_tool_key,
    ensure_tool_key,
    list_keys,
    reseal_keys,
    rotate_keys,
    rotate_when_due,
)
from tests.clock import START
from tests.demo_lms.signing import verify_token

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result
    from flask import Flask

    from lti_tool.kernel.database import Database
    from lti_tool.web.edge import Instruments
    from tests.clock import FrozenClock
    from tests.door import Door

RSA_KEY = bytes.fromhex("2a864886f70d010101")
"""The object identifier that every RSA private key in PKCS 8 begins with (RFC 5208)."""


@pytest.fixture
def keys(tools: Instruments) -> Keys:
    return Keys(tools)


class Keys:
    """The keys of a tool, each call in a transaction of its own."""

    def __init__(self, tools: Instruments) -> None:
        self.tools = tools
        self.ring, self.clock = tools.key_ring, tools.clock

    def write(self, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        with self.tools.database.session(writes=True) as session, session.begin():
            return work(session, self.ring, *args, **kwargs)

    def ensure(self) -> str:
        return str(self.write(ensure_tool_key, self.clock))

    def rotate(self, instead_of: str | None = None) -> timedelta | None:
        found: timedelta | None = self.write(rotate_keys, self.clock, instead_of=instead_of or self.id("current"))
        return found

    def rotate_when_due(self) -> dict[str, Any]:
        return dict(self.write(rotate_when_due, self.clock))

    def all(self) -> list[tuple[str, str]]:
        with self.tools.database.session(writes=False) as session:
            return [(state.status.value, state.id) for state in list_keys(session)]

    def statuses(self) -> list[str]:
        return [status for status, _ in self.all()]

    def id(self, status: str) -> str | None:
        return next((key_id for found, key_id in self.all() if found == status), None)


def read_key_set(app: Flask) -> list[dict[str, str]]:
    response = app.test_client().get("/lti/jwks.json")
    assert response.status_code == 200
    found: list[dict[str, str]] = response.get_json()["keys"]
    return found


def run(app: Flask, *words: str) -> dict[str, Any]:
    result: Result = app.test_cli_runner().invoke(args=["keys", *words])
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


# Making.


def test_first_keys_are_a_current_and_a_next_one(keys: Keys) -> None:
    current = keys.ensure()

    assert keys.statuses() == ["current", "next"]
    assert keys.id("current") == current


def test_keys_are_made_once(keys: Keys) -> None:
    first = keys.ensure()
    before = keys.all()

    assert keys.ensure() == first
    assert keys.all() == before


def test_two_registrations_at_the_same_moment_make_one_pair(keys: Keys) -> None:
    together = Barrier(4)

    def register(_number: int) -> str:
        together.wait(20)
        return keys.ensure()

    with ThreadPoolExecutor(4) as pool:
        made = set(pool.map(register, range(4)))

    assert len(made) == 1
    assert keys.statuses() == ["current", "next"]


def test_key_set_lists_current_then_next_then_retiring(app: Flask, keys: Keys, clock: FrozenClock) -> None:
    keys.ensure()
    for _ in range(2):
        clock.move(hours=1)
        keys.rotate()

    listed = [key["kid"] for key in read_key_set(app)]

    assert listed == [key_id for _, key_id in keys.all()]
    assert keys.statuses() == ["current", "next", "retiring", "retiring"]
    assert [key["kid"] for key in read_key_set(app)] == listed


# Rotating.


def test_rotation_moves_each_key_one_further(keys: Keys, clock: FrozenClock) -> None:
    keys.ensure()
    current, following = keys.id("current"), keys.id("next")
    clock.move(hours=30)

    assert keys.rotate() == timedelta(hours=30)

    assert keys.statuses() == ["current", "next", "retiring"]
    assert (keys.id("current"), keys.id("retiring")) == (following, current)
    assert keys.id("next") not in (current, following)


def test_rotation_notes_since_when_each_key_is_what_it_is(keys: Keys, database: Database, clock: FrozenClock) -> None:
    keys.ensure()
    clock.move(hours=30)
    keys.rotate()

    with database.session(writes=False) as session:
        since = {state.since for state in list_keys(session)}

    assert since == {START + timedelta(hours=30)}


def test_of_two_who_rotate_at_the_same_moment_one_wins(keys: Keys) -> None:
    keys.ensure()
    seen, together = keys.id("current"), Barrier(2)

    def rotate(_number: int) -> timedelta | None:
        together.wait(20)
        return keys.rotate(instead_of=seen)

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(rotate, range(2)))

    assert sorted(outcome is None for outcome in outcomes) == [False, True]
    assert keys.statuses() == ["current", "next", "retiring"]


def test_rotation_from_an_empty_table_makes_the_first_keys(keys: Keys) -> None:
    assert keys.rotate() == timedelta(0)

    assert keys.statuses() == ["current", "next"]


def forget_all_but_current(database: Database) -> None:
    """Leave what an installation has after the migration from the first version."""
    with database.session(writes=True) as session, session.begin():
        for row in session.execute(select(ToolKey).where(ToolKey.status != KeyStatus.CURRENT.value)).scalars():
            session.delete(row)


def test_rotation_with_a_current_key_alone_makes_its_successor_at_once(keys: Keys, database: Database) -> None:
    first = keys.ensure()
    forget_all_but_current(database)

    assert keys.rotate() == timedelta(0)

    assert keys.statuses() == ["current", "next", "retiring"]
    assert keys.id("retiring") == first


def test_next_key_takes_the_place_of_a_current_one_that_is_missing(keys: Keys, database: Database) -> None:
    keys.ensure()
    following = keys.id("next")
    with database.session(writes=True) as session, session.begin():
        session.execute(update(ToolKey).where(ToolKey.status == "current").values(status="retiring"))

    assert keys.ensure() == following
    assert keys.statuses() == ["current", "next", "retiring"]


# Rotating when it is due.


def test_worker_makes_no_keys_while_nobody_is_registered(keys: Keys) -> None:
    assert keys.rotate_when_due() == {"rotated": False, "made": 0, "erased": 0}


def test_worker_makes_the_keys_of_a_registration_that_has_none(keys: Keys, door: Door) -> None:
    del door

    assert keys.rotate_when_due() == {"rotated": False, "made": 2, "erased": 0}
    assert keys.statuses() == ["current", "next"]


def test_worker_makes_a_next_key_for_an_installation_that_has_none_and_lets_it_wait(
    keys: Keys, database: Database, clock: FrozenClock
) -> None:
    first = keys.ensure()
    forget_all_but_current(database)
    clock.move(days=400)

    assert keys.rotate_when_due() == {"rotated": False, "made": 1, "erased": 0}
    assert keys.id("current") == first
    clock.move(seconds=PUBLISH_BEFORE.total_seconds() - 1)
    assert keys.rotate_when_due()["rotated"] is False
    clock.move(seconds=1)
    assert keys.rotate_when_due() == {"rotated": True, "made": 1, "erased": 0}
    assert keys.id("retiring") == first


def test_key_signs_for_ninety_days(keys: Keys, clock: FrozenClock) -> None:
    keys.ensure()
    clock.move(seconds=ROTATE_AFTER.total_seconds() - 1)
    assert keys.rotate_when_due() == {"rotated": False, "made": 0, "erased": 0}

    clock.move(seconds=1)

    assert keys.rotate_when_due() == {"rotated": True, "made": 1, "erased": 0}
    assert keys.rotate_when_due() == {"rotated": False, "made": 0, "erased": 0}


def test_retiring_key_is_published_for_a_week(keys: Keys, app: Flask, clock: FrozenClock) -> None:
    first = keys.ensure()
    keys.rotate()
    clock.move(seconds=KEEP_RETIRING.total_seconds() - 1)
    assert keys.rotate_when_due()["erased"] == 0
    assert first in [key["kid"] for key in read_key_set(app)]

    clock.move(seconds=1)

    assert keys.rotate_when_due()["erased"] == 1
    assert first not in [key["kid"] for key in read_key_set(app)]


# Signing.


def sign(tools: Instruments) -> str:
    with tools.database.session(writes=False) as session:
        return load_signing_key(session, tools.key_ring).sign({"sub": "tool-1"})


def test_current_key_signs(app: Flask, keys: Keys, tools: Instruments) -> None:
    keys.ensure()

    token = sign(tools)

    (current, *others) = read_key_set(app)
    assert verify_token(token, {"keys": [current]}) == {"sub": "tool-1"}
    assert verify_token(token, {"keys": others}) is None


def test_token_of_the_retiring_key_is_accepted_with_the_keys_of_today_and_of_yesterday(
    app: Flask, keys: Keys, tools: Instruments
) -> None:
    keys.ensure()
    yesterday, token = read_key_set(app), sign(tools)

    keys.rotate()

    assert verify_token(token, {"keys": read_key_set(app)}) == {"sub": "tool-1"}
    # A platform that keeps our keys knows the new one already.
    assert verify_token(sign(tools), {"keys": yesterday}) == {"sub": "tool-1"}


def test_nobody_signs_without_a_key(tools: Instruments) -> None:
    with pytest.raises(SigningKeyError, match="keys rotate"):
        sign(tools)


def test_signing_key_shows_nothing_private(keys: Keys, tools: Instruments) -> None:
    key_id = keys.ensure()

    with tools.database.session(writes=False) as session:
        assert repr(load_signing_key(session, tools.key_ring)) == f"SigningKey(kid='{key_id}')"


def test_process_reads_its_signing_key_once_a_minute(keys: Keys, tools: Instruments, clock: FrozenClock) -> None:
    first = keys.ensure()
    process = SigningKeys(tools.database, tools.key_ring, clock)
    assert process.current().kid == first
    keys.rotate()

    clock.move(seconds=59)
    assert process.current().kid == first
    clock.move(seconds=1)
    assert process.current().kid == keys.id("current") != first


def test_process_reads_its_signing_key_again_when_the_clock_was_moved_back(
    keys: Keys, tools: Instruments, clock: FrozenClock
) -> None:
    keys.ensure()
    process = SigningKeys(tools.database, tools.key_ring, clock)
    process.current()
    keys.rotate()

    clock.move(hours=-1)

    assert process.current().kid == keys.id("current")


def test_launches_go_on_while_keys_rotate(app: Flask, door: Door) -> None:
    for _ in range(3):
        assert run(app, "rotate")["rotated"]

        assert door.enter().get().status_code == 200


# The commands.


def test_show_tells_what_each_key_is_and_nothing_private(app: Flask, keys: Keys) -> None:
    keys.ensure()

    shown = run(app, "show")["keys"]

    since = "2026-11-23T09:00:00+00:00"
    assert shown == [{"id": key_id, "status": status, "since": since} for status, key_id in keys.all()]


def test_show_without_keys_shows_none(app: Flask) -> None:
    assert run(app, "show") == {"keys": []}


def test_rotate_prints_what_each_key_is_now(app: Flask, keys: Keys, clock: FrozenClock) -> None:
    keys.ensure()
    clock.move(hours=36)

    answer = run(app, "rotate")

    assert answer == {"rotated": True, "next_published_hours": 36.0, "keys": run(app, "show")["keys"]}
    assert [key["status"] for key in answer["keys"]] == ["current", "next", "retiring"]


@pytest.mark.parametrize(("hours", "is_early"), [(0, True), (23.5, True), (24, False)])
def test_rotate_right_after_a_leak_is_done_and_says_that_it_is_early(
    app: Flask, keys: Keys, clock: FrozenClock, hours: float, *, is_early: bool
) -> None:
    keys.ensure()
    clock.move(hours=hours)

    answer = run(app, "rotate")

    assert (answer["rotated"], answer["next_published_hours"]) == (True, hours)
    assert ("note" in answer) is is_early


def test_rotate_that_finds_the_key_rotated_already_says_so(
    app: Flask, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys.ensure()
    keys.rotate()
    before = keys.all()
    # What somebody else saw a moment ago.
    monkeypatch.setattr("lti_tool.connection.key_commands._current", lambda _session: keys.id("retiring"))

    answer = run(app, "rotate")

    assert answer["rotated"] is False
    assert keys.all() == before


def test_rotate_after_a_leak_leaves_no_key_that_was_there(app: Flask, keys: Keys) -> None:
    keys.ensure()
    keys.rotate()
    before = {key["kid"] for key in read_key_set(app)}

    answer = run(app, "rotate", "--leaked")

    assert [key["status"] for key in answer["keys"]] == ["current", "next"]
    assert before.isdisjoint(key["kid"] for key in read_key_set(app))
    assert "note" in answer


# At rest.


def stored(database: Database) -> dict[str, bytes]:
    with database.session(writes=False) as session:
        return {row.id: row.private_key for row in session.execute(select(ToolKey.id, ToolKey.private_key))}


def test_every_private_key_is_encrypted_at_rest(keys: Keys, database: Database) -> None:
    keys.ensure()
    keys.rotate()

    sealed = stored(database)

    assert len(sealed) == 3
    assert all(RSA_KEY not in one and one.startswith(b"test:") for one in sealed.values())


def test_private_key_that_was_moved_to_another_row_does_not_open(keys: Keys, database: Database) -> None:
    keys.ensure()
    other = stored(database)[str(keys.id("next"))]
    with database.session(writes=True) as session, session.begin():
        session.execute(update(ToolKey).where(ToolKey.status == "current").values(private_key=other))

    with database.session(writes=False) as session, pytest.raises(KeyRingError):
        check_tool_key(session, keys.ring)


OLD, NEW = ("old", b"o" * 32), ("new", b"n" * 32)


def test_reseal_leaves_nothing_that_the_old_master_key_opens(keys: Keys, database: Database) -> None:
    keys.ring = KeyRing([OLD])
    keys.ensure()
    public = keys.all()

    with database.session(writes=True) as session, session.begin():
        assert reseal_keys(session, KeyRing([NEW, OLD])) == 2

    assert keys.all() == public
    assert all(sealed.startswith(b"new:") for sealed in stored(database).values())
    with database.session(writes=False) as session:
        assert load_signing_key(session, KeyRing([NEW])).kid == keys.id("current")
        with pytest.raises(KeyRingError):
            load_signing_key(session, KeyRing([OLD]))


def test_reseal_that_cannot_open_a_key_changes_none(keys: Keys, database: Database) -> None:
    keys.ensure()
    before = stored(database)

    with (
        pytest.raises(KeyRingError, match="RUGZAK_MASTER_KEYS"),
        database.session(writes=True) as session,
        session.begin(),
    ):
        reseal_keys(session, KeyRing([NEW]))

    assert stored(database) == before


def test_reseal_prints_how_many_keys_there_are(app: Flask, keys: Keys) -> None:
    keys.ensure()

    assert run(app, "reseal") == {"resealed": 2}


def test_command_with_the_wrong_master_key_says_so_in_one_line(app: Flask, database: Database) -> None:
    row = {"id": "k", "public_jwk": "{}", "private_key": b"lost:xx", "status": "current", "since": START}
    with database.session(writes=True) as session, session.begin():
        session.execute(insert(ToolKey), {**row, "created_at": START})

    result = app.test_cli_runner().invoke(args=["keys", "reseal"])

    assert result.exit_code == 1
    assert "RUGZAK_MASTER_KEYS: lost" in result.stderr
    assert len(result.stderr.splitlines()) == 1

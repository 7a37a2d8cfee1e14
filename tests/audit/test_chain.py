"""The list of openings: whole for as long as only Rugzak wrote it, and otherwise found out (LOG-5, LOG-6)."""

from __future__ import annotations

import hmac
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from threading import Barrier
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert, select

from lti_tool.audit import chain
from lti_tool.audit.chain import (
    KEEP,
    MOST_SHOWN,
    AuditError,
    erase_old_events,
    has_head,
    read_openings,
    record_event,
    reseal_chain,
    verify_chain,
)
from lti_tool.audit.events import Purpose
from lti_tool.audit.links import Verdict, Why
from lti_tool.audit.models import AuditChain, AuditEvent
from lti_tool.kernel.erasing import erasers
from lti_tool.kernel.ids import new_id
from lti_tool.kernel.key_ring import KeyRing
from lti_tool.kernel.resealing import resealers
from tests.audit.conftest import opening
from tests.clock import START

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.audit.conftest import Audit
    from tests.police import StatementRecorder

OLD, NEW = ("old", b"o" * 32), ("new", b"n" * 32)
STRANGER = KeyRing([("test", b"s" * 32)])


def why(audit: Audit) -> tuple[Why | None, int | None]:
    verdict = audit.verify()
    return verdict.why, verdict.broken_at


def erase(audit: Audit) -> int:
    with audit.database.session(writes=True) as session, session.begin():
        return erase_old_events(session, audit.key_ring, audit.clock.now())


def reseal(audit: Audit, key_ring: KeyRing) -> int:
    with audit.database.session(writes=True) as session, session.begin():
        return reseal_chain(session, key_ring)


# Appending


def test_log_6_a_list_that_has_not_begun_is_whole(audit: Audit) -> None:
    assert audit.verify() == Verdict()
    assert audit.verify().is_whole


def test_log_5_an_opening_leaves_who_which_whose_when_and_as_what(audit: Audit) -> None:
    event = opening(purpose=Purpose.MEMBERS)

    audit.record(event)

    (row,) = audit.rows()
    assert len(row.pop("mac")) == 32
    assert row == {"sequence": 1, "at": audit.clock.now(), "event": "sharing:share:opened", **event.values()}


def test_log_6_what_was_appended_is_whole(five: Audit) -> None:
    verdict = five.verify()

    assert verdict.is_whole
    assert (verdict.events, verdict.why, verdict.broken_at) == (5, None, None)
    assert (verdict.first_at, verdict.last_at) == (START + timedelta(minutes=1, microseconds=1), five.clock.now())
    assert verdict.head == five.rows()[-1]["mac"].hex()[:16]
    assert [row["sequence"] for row in five.rows()] == [1, 2, 3, 4, 5]


def test_log_6_what_the_caller_undoes_leaves_nothing_and_the_list_goes_on(five: Audit) -> None:
    with five.database.session(writes=True) as session:
        record_event(session, five.key_ring, opening(), now=five.clock.now())
        assert len(session.execute(select(AuditEvent.sequence)).all()) == 6
        session.rollback()

    five.record(opening())

    assert five.verify().events == 6


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 11, 23, 9, 0, 0, 0, tzinfo=UTC),
        datetime(2026, 11, 23, 9, 0, 0, 1, tzinfo=UTC),
        datetime(2026, 11, 23, 9, 0, 0, 999_999, tzinfo=UTC),
        datetime(2026, 10, 25, 2, 30, 0, 120_000, tzinfo=timezone(timedelta(hours=2))),
        datetime(2026, 12, 31, 23, 59, 59, 999_999, tzinfo=timezone(timedelta(hours=-5))),
    ],
)
def test_log_6_a_moment_comes_back_from_the_database_exactly(audit: Audit, now: datetime) -> None:
    with audit.database.session(writes=True) as session, session.begin():
        record_event(session, audit.key_ring, opening(), now=now)

    assert audit.verify().is_whole
    assert audit.rows()[0]["at"] == now


def test_log_6_two_at_one_moment_append_one_after_the_other_also_when_the_list_begins(audit: Audit) -> None:
    barrier = Barrier(4)

    def append(_number: int) -> None:
        for _ in range(5):
            barrier.wait(20)
            with audit.database.session(writes=True) as session, session.begin():
                record_event(session, audit.key_ring, opening(), now=audit.clock.now())

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(append, range(4)))

    assert audit.verify().is_whole
    assert [row["sequence"] for row in audit.rows()] == list(range(1, 21))


def test_log_6_a_look_while_others_append_finds_a_whole_list(five: Audit) -> None:
    found = []

    def append() -> None:
        five.record(*[opening() for _ in range(20)])

    with ThreadPoolExecutor(1) as pool:
        appending = pool.submit(append)
        while not appending.done():
            found.append(five.verify())
        appending.result()

    assert all(verdict.is_whole for verdict in found)
    assert five.verify().events == 25


def test_log_6_a_long_list_is_read_with_one_statement_and_some_at_a_time(
    audit: Audit, recorder: StatementRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain, "_READ_AT_ONCE", 10)
    with audit.database.session(writes=True) as session, session.begin():
        for _ in range(60):
            record_event(session, audit.key_ring, opening(), now=audit.clock.now())
    recorder.clear()

    verdict = audit.verify()

    assert (verdict.is_whole, verdict.events) == (True, 60)
    assert len(recorder.statements) == 1


# Somebody who can write to the database, and has no key


@pytest.mark.parametrize("key", ["share_id", "reader_id", "author_id"])
def test_log_6_a_changed_id_is_found(five: Audit, key: str) -> None:
    five.change(3, **{key: new_id()})

    assert why(five) == (Why.CHANGED, 3)
    assert five.verify().events == 2


@pytest.mark.parametrize(
    "values",
    [
        {"purpose": "teacher"},
        {"event": "sharing:share:closed"},
        {"at": START - timedelta(days=3)},
        {"at": START + timedelta(minutes=3, microseconds=4)},
        {"mac": b"m" * 32},
        {"mac": b""},
    ],
)
def test_log_6_a_changed_time_purpose_name_or_signature_is_found(five: Audit, values: dict[str, Any]) -> None:
    five.change(3, **values)

    assert why(five) == (Why.CHANGED, 3)


def test_log_6_an_event_gone_from_the_middle_is_found(five: Audit) -> None:
    five.take_out(3)

    assert why(five) == (Why.MISSING, 3)


def test_log_6_an_event_gone_from_the_middle_is_found_when_the_others_close_up(five: Audit) -> None:
    five.take_out(3)
    for sequence in (4, 5):
        five.change(sequence, sequence=sequence - 1)

    assert why(five) == (Why.CHANGED, 3)


def test_log_6_the_last_event_gone_is_found(five: Audit) -> None:
    five.take_out(5)

    assert why(five) == (Why.CUT_OFF, 5)


def test_log_6_the_last_event_gone_is_found_when_the_end_is_moved_as_well(five: Audit) -> None:
    five.take_out(5)
    five.change_ends(last_sequence=4, last_mac=five.rows()[-1]["mac"])

    assert why(five) == (Why.HEAD, None)


def test_log_6_the_first_event_gone_is_found(five: Audit) -> None:
    five.take_out(1)

    assert why(five) == (Why.CUT_OFF, 1)


def test_log_6_the_first_event_gone_is_found_when_the_beginning_is_moved_as_well(five: Audit) -> None:
    anchor = five.rows()[0]["mac"]
    five.take_out(1)
    five.change_ends(first_sequence=2, anchor=anchor)

    assert why(five) == (Why.HEAD, None)


def test_log_6_all_events_gone_is_found(five: Audit) -> None:
    for sequence in range(1, 6):
        five.take_out(sequence)

    assert why(five) == (Why.CUT_OFF, 1)


def test_log_6_the_row_of_both_ends_gone_is_found_and_no_new_one_made_for_old_events(five: Audit) -> None:
    five.take_out_ends()

    assert why(five) == (Why.HEAD, None)
    with pytest.raises(AuditError):
        five.record(opening())
    assert why(five) == (Why.HEAD, None)


def test_log_6_swapped_events_are_found(five: Audit) -> None:
    for sequence, other in ((2, 9), (4, 2), (9, 4)):
        five.change(sequence, sequence=other)

    assert why(five) == (Why.CHANGED, 2)


def test_log_6_a_forged_event_at_the_end_is_found_and_nothing_is_appended_to_it(five: Audit) -> None:
    five.put(sequence=6, at=START, event="sharing:share:opened", **opening().values(), mac=b"m" * 32)

    assert why(five) == (Why.ADDED, 6)
    with pytest.raises(AuditError):
        five.record(opening())


def test_log_6_a_forged_event_before_the_first_is_found(five: Audit) -> None:
    five.put(sequence=0, at=START, event="sharing:share:opened", **opening().values(), mac=b"m" * 32)

    assert why(five) == (Why.ADDED, 0)


def test_log_6_a_forged_event_far_beyond_the_end_is_found(five: Audit) -> None:
    five.put(sequence=60, at=START, event="sharing:share:opened", **opening().values(), mac=b"m" * 32)

    assert why(five) == (Why.ADDED, 60)


def test_log_6_a_forged_event_instead_of_a_real_one_is_found(five: Audit) -> None:
    signed = STRANGER.mac("audit", five.rows()[1]["mac"] + b"{}")
    five.change(3, **opening().values(), mac=signed)

    assert why(five) == (Why.CHANGED, 3)


def test_log_6_a_plain_hash_is_no_signature(five: Audit) -> None:
    rows = five.rows()
    five.change(3, mac=hmac.digest(b"", rows[1]["mac"], "sha256"))

    assert why(five) == (Why.CHANGED, 3)


def test_log_6_an_event_from_before_an_older_copy_was_put_back_does_not_fit(five: Audit) -> None:
    ends = five.ends()
    five.record(opening())
    real = five.rows()[-1]
    five.take_out(6)
    five.change_ends(**ends)
    assert five.verify().is_whole
    five.record(opening())

    five.take_out(6)
    five.put(**real)

    assert why(five) == (Why.CHANGED, 6)


def test_log_6_another_key_ring_finds_nothing_that_it_knows(five: Audit) -> None:
    assert five.verify(STRANGER) == Verdict(why=Why.NO_KEY)


@pytest.mark.parametrize("sequence", [None, 3])
def test_log_6_what_was_touched_is_never_made_good_by_going_on(five: Audit, sequence: int | None) -> None:
    if sequence is None:
        five.take_out(5)
        five.change_ends(last_sequence=4, last_mac=five.rows()[-1]["mac"])
        with pytest.raises(AuditError, match="see “audit verify”"):
            five.record(opening())
    else:
        five.change(sequence, reader_id=new_id())
        five.record(opening())

    assert not five.verify().is_whole


# The head that was written down elsewhere


def test_log_6_a_head_that_was_written_down_is_known_later(five: Audit) -> None:
    noted = five.verify().head or ""
    five.record(opening())

    with five.database.session(writes=False) as session:
        assert has_head(session, noted)
        assert has_head(session, five.verify().head or "")


@pytest.mark.parametrize("noted", ["0123456789abcdef", "", "xyz", "0123456789ABCDEF0", "%" * 16])
def test_log_6_another_head_is_not_known(five: Audit, noted: str) -> None:
    with five.database.session(writes=False) as session:
        assert not has_head(session, noted)


def test_log_6_a_list_written_anew_with_the_key_does_not_hold_the_head_that_was_written_down(five: Audit) -> None:
    noted = five.verify().head or ""
    for sequence in range(1, 6):
        five.take_out(sequence)
    five.take_out_ends()
    five.record(*[opening() for _ in range(5)])

    assert five.verify().is_whole
    with five.database.session(writes=False) as session:
        assert not has_head(session, noted)


# Twelve months


def test_log_6_after_twelve_months_events_are_erased_and_the_rest_is_whole(five: Audit) -> None:
    noted = five.verify().head or ""
    five.clock.move(days=300)
    five.record(opening(), opening())
    five.clock.set_to(START + timedelta(days=365, minutes=30))

    assert erase(five) == 5

    verdict = five.verify()
    assert (verdict.is_whole, verdict.events) == (True, 2)
    assert [row["sequence"] for row in five.rows()] == [6, 7]
    assert erase(five) == 0
    with five.database.session(writes=False) as session:
        assert has_head(session, noted)


def test_log_6_an_event_is_kept_for_twelve_months_to_the_microsecond(audit: Audit) -> None:
    audit.record(opening(), opening())

    audit.clock.set_to(audit.clock.now() + KEEP)
    assert [erase(audit), erase(audit)] == [1, 0]
    audit.clock.move(microseconds=1)
    assert erase(audit) == 1


def test_log_6_when_all_is_erased_the_list_is_whole_and_goes_on(five: Audit) -> None:
    head = five.verify().head
    five.clock.move(days=366)

    assert erase(five) == 5
    assert five.verify() == Verdict(head=head)
    five.record(opening())

    assert five.verify().events == 1
    assert [row["sequence"] for row in five.rows()] == [6]


def test_log_6_some_are_erased_at_a_time(five: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "_MOST_AT_ONCE", 2)
    five.clock.move(days=366)

    erased = []
    for _ in range(4):
        erased.append(erase(five))
        assert five.verify().is_whole

    assert erased == [2, 2, 1, 0]


def test_log_6_an_event_stays_for_as_long_as_one_before_it(audit: Audit) -> None:
    audit.record(opening())
    with audit.database.session(writes=True) as session, session.begin():
        # By a machine whose clock is a minute behind.
        record_event(session, audit.key_ring, opening(), now=audit.clock.now() - timedelta(minutes=1))
    audit.clock.move(days=365)

    assert erase(audit) == 0
    audit.clock.move(minutes=2)
    assert erase(audit) == 2


def test_log_6_nothing_to_erase_writes_nothing(audit: Audit, recorder: StatementRecorder) -> None:
    recorder.clear()

    assert erase(audit) == 0

    assert recorder.writes() == []
    assert len(recorder.statements) == 1


def test_log_6_an_event_whose_time_was_changed_is_not_erased_as_old_and_the_log_says_so(
    five: Audit, log_lines: list[str]
) -> None:
    for sequence in range(1, 4):
        five.change(sequence, at=START - timedelta(days=400))

    assert erase(five) == 0

    assert len(five.rows()) == 5
    assert why(five) == (Why.CHANGED, 1)
    assert any("audit:chain:broken" in line for line in log_lines)


def test_log_6_a_touched_end_is_not_sealed_again_by_erasing(five: Audit) -> None:
    five.take_out(5)
    five.change_ends(last_sequence=4, last_mac=five.rows()[-1]["mac"])
    five.clock.move(days=366)

    assert erase(five) == 0
    assert why(five) == (Why.HEAD, None)


def test_log_6_the_sweep_erases(five: Audit) -> None:
    five.clock.move(days=366)
    sweeping: Any = SimpleNamespace(now=five.clock.now(), key_ring=five.key_ring)

    with five.database.session(writes=True) as session, session.begin():
        assert erasers()["audit_event"](session, sweeping) == 5


# Another master key


def sealed_with_old(audit: Audit) -> Audit:
    audit.key_ring = KeyRing([OLD])
    audit.record(*[opening() for _ in range(5)])
    return audit


def test_log_6_events_of_an_older_and_a_newer_key_are_one_list(audit: Audit) -> None:
    audit = sealed_with_old(audit)
    audit.key_ring = KeyRing([NEW, OLD])

    audit.record(opening(), opening())

    assert audit.verify().events == 7
    # Without resealing, the older key cannot be taken out: what it signed cannot be told from what was changed.
    assert audit.verify(KeyRing([NEW])) == Verdict(head=audit.verify().head, why=Why.CHANGED, broken_at=1)
    assert audit.verify(KeyRing([OLD])) == Verdict(why=Why.HEAD)


@pytest.mark.parametrize("at_once", [2, 1000])
def test_log_6_resealed_with_a_newer_key_the_older_one_can_be_taken_out(
    audit: Audit, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(chain, "_READ_AT_ONCE", at_once)
    audit = sealed_with_old(audit)
    before = audit.rows()

    assert resealers()["audit_event"] is reseal_chain
    assert reseal(audit, KeyRing([NEW, OLD])) == 5

    assert audit.verify(KeyRing([NEW])).events == 5
    assert not audit.verify(KeyRing([OLD])).is_whole
    assert [{**row, "mac": b""} for row in audit.rows()] == [{**row, "mac": b""} for row in before]
    audit.key_ring = KeyRing([NEW])
    audit.record(opening())
    assert audit.verify().events == 6


def test_log_6_what_is_left_after_erasing_is_resealed_too(audit: Audit) -> None:
    audit = sealed_with_old(audit)
    audit.clock.move(days=364)
    audit.record(opening())
    audit.clock.move(days=2)
    assert erase(audit) == 5

    assert reseal(audit, KeyRing([NEW, OLD])) == 1

    assert audit.verify(KeyRing([NEW])).events == 1


def test_log_6_a_list_without_events_is_resealed(audit: Audit) -> None:
    assert reseal(audit, KeyRing([NEW, OLD])) == 0
    assert audit.verify(KeyRing([NEW])).is_whole


def change_one(audit: Audit) -> None:
    audit.change(3, reader_id=new_id())


def cut_off(audit: Audit) -> None:
    audit.take_out(5)


def move_end(audit: Audit) -> None:
    audit.take_out(5)
    audit.change_ends(last_sequence=4, last_mac=audit.rows()[-1]["mac"])


def lose_ends(audit: Audit) -> None:
    audit.take_out_ends()


@pytest.mark.parametrize("touch", [change_one, cut_off, move_end, lose_ends])
def test_log_6_a_broken_list_is_not_resealed(audit: Audit, touch: Callable[[Audit], None]) -> None:
    audit = sealed_with_old(audit)
    touch(audit)
    before = audit.rows()

    with pytest.raises(AuditError) as caught:
        reseal(audit, KeyRing([NEW, OLD]))

    assert "\n" not in str(caught.value)
    assert audit.rows() == before
    assert not audit.verify(KeyRing([NEW, OLD])).is_whole


def test_log_6_without_the_older_key_nothing_is_resealed(audit: Audit) -> None:
    audit = sealed_with_old(audit)

    with pytest.raises(AuditError):
        reseal(audit, KeyRing([NEW]))

    assert audit.verify().is_whole


# My data


def test_log_5_the_author_finds_when_and_nothing_else_newest_first(audit: Audit) -> None:
    author, elsewhere = new_id(), new_id()
    audit.record(opening(author), opening(), opening(elsewhere), opening(author))

    with audit.database.session(writes=False) as session:
        openings = read_openings(session, [author, elsewhere])
        nobodys = read_openings(session, [])

    times = [row["at"] for row in audit.rows()]
    assert openings == (times[3], times[2], times[0])
    assert nobodys == ()


def test_log_5_who_reads_finds_nothing_of_their_own_reading(audit: Audit) -> None:
    event = opening()
    audit.record(event)

    with audit.database.session(writes=False) as session:
        assert read_openings(session, [event.reader_id, event.share_id]) == ()


def test_log_5_only_openings_are_found(five: Audit) -> None:
    author = five.rows()[0]["author_id"]
    five.change(1, event="sharing:share:ended")

    with five.database.session(writes=False) as session:
        assert read_openings(session, [author]) == ()


def test_log_5_of_very_many_openings_the_newest_are_found(audit: Audit) -> None:
    author = new_id()
    with audit.database.session(writes=True) as session, session.begin():
        for _ in range(3):
            record_event(session, audit.key_ring, opening(author), now=audit.clock.now())
        row = dict(session.execute(select(AuditEvent.__table__).limit(1)).mappings().one())
        rows = [{**row, "sequence": number, "at": START - timedelta(hours=number)} for number in range(4, 502)]
        session.execute(insert(AuditEvent), rows)

        found = read_openings(session, [author])

    assert len(found) == MOST_SHOWN
    assert found[:3] == (START, START, START)
    assert found[-1] == START - timedelta(hours=500)


def test_log_6_a_connection_is_enough_to_look(five: Audit) -> None:
    with five.database.connection(writes=False) as connection:
        assert verify_chain(connection, five.key_ring).events == 5
        assert read_openings(connection, [five.rows()[0]["author_id"]]) == (five.rows()[0]["at"],)


def test_log_6_there_is_one_row_of_both_ends(five: Audit) -> None:
    with five.database.session(writes=False) as session:
        assert session.execute(select(AuditChain.id)).scalars().all() == [1]

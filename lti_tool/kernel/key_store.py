"""The key store: one key for each record that holds personal text, in a database of its own (STO-1, STO-2).

Content backups leave the key store out, so a text whose key is erased is unreadable in every one of them at once. A key
is written before the text that it seals and erased before it; each of these is a transaction of its own, so what a
process that dies leaves behind is a key without a text or a text without a key. The sweep takes both away.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from secrets import token_bytes
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DBAPIError

from lti_tool.kernel.database import AT_ONCE, Database, in_batches, insert_once
from lti_tool.kernel.errors import RugzakError
from lti_tool.kernel.ids import new_id
from lti_tool.kernel.key_models import Erasure, KeysBase, RecordKey, StoreIdentity
from lti_tool.kernel.key_ring import KeyRingError
from lti_tool.kernel.models import KeyStoreLink
from lti_tool.kernel.sealed_tables import sealed_tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from sqlalchemy.orm import Session

    from lti_tool.kernel.key_ring import KeyRing

KEY_BYTES = 32
UNUSED_FOR = timedelta(days=2)
"""How long a key must have belonged to no record, in days on the calendar: a text may be under way to the other
database."""
KEEP_ERASURES = timedelta(days=36)
"""A day longer than backups of the content are kept."""
_PURPOSE = "record key"
_LINK = 1


class KeyStoreError(RugzakError):
    """The key store is not there, or is another one than the main database's."""


class KeyStore:
    """Makes, opens, wraps anew and erases the keys of records."""

    def __init__(self, database: Database, key_ring: KeyRing) -> None:
        self.database = database
        self._key_ring = key_ring
        self._is_ours = False
        """Whether this process has seen that the main database belongs to this store."""

    @contextmanager
    def _reading(self) -> Iterator[Session]:
        try:
            with self.database.session(writes=False) as keys:
                yield keys
        except DBAPIError:
            raise _away() from None

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        """Open a transaction of the key store's own, which is committed at the end."""
        try:
            with self.database.session(writes=True) as keys, keys.begin():
                yield keys
        except DBAPIError:
            raise _away() from None

    def prepare(self) -> None:
        """Make the tables, and say which store this is. Migrations do so; a second time changes nothing."""
        KeysBase.metadata.create_all(self.database.engine)
        with self._writing() as keys:
            if keys.execute(select(StoreIdentity.id)).first() is None:
                keys.execute(insert(StoreIdentity).values(id=new_id()))

    def claim(self, session: Session) -> None:
        """Ask that this is the key store of the main database; an empty main database takes it as its own.

        Two machines that each have a key store of their own would else write texts that the other cannot open.

        :param session: of the main database, which writes.
        :raises KeyStoreError: when it is another one.
        """
        if self._is_ours:
            return
        own = self._identity()
        known = session.execute(select(KeyStoreLink.store_id)).scalar_one_or_none()
        if known is None:
            insert_once(session, KeyStoreLink, {"id": _LINK, "store_id": own})
            known = session.execute(select(KeyStoreLink.store_id)).scalar_one()
        else:
            # Only what stood there before: what is new may yet be undone.
            self._is_ours = known == own
        _compare(own, known)

    def check(self, session: Session) -> None:
        """Ask the same at this moment, without taking anything as one's own.

        :raises KeyStoreError: when it is another one, or does not answer.
        """
        own, known = self._identity(), session.execute(select(KeyStoreLink.store_id)).scalar_one_or_none()
        if known is not None:
            _compare(own, known)

    def adopt(self, session: Session) -> None:
        """Take this key store as the main database's, in place of one that is lost with all its keys."""
        session.execute(delete(KeyStoreLink))
        session.execute(insert(KeyStoreLink).values(id=_LINK, store_id=self._identity()))

    def _identity(self) -> str:
        with self._reading() as keys:
            found = keys.execute(select(StoreIdentity.id)).scalar_one_or_none()
        if found is None:
            message = "the key store is empty; run: alembic upgrade head"
            raise KeyStoreError(message)
        return found

    def key_for(self, record_id: str, owner_id: str) -> bytes:
        """Return the key of a record, a new one when it has none.

        :raises KeyRingError: when the master keys that are set do not open the one that it has.
        """
        with self._writing() as keys:
            fresh = token_bytes(KEY_BYTES)
            wrapped = self._wrap(fresh, record_id, owner_id)
            row = {"record_id": record_id, "owner_id": owner_id, "wrapped": wrapped, "unused_since": None}
            insert_once(keys, RecordKey, row)
            # Also of two who begin the same record at one moment, both seal with the one key that is stored.
            one = RecordKey.record_id == record_id
            keys.execute(update(RecordKey).where(one, RecordKey.unused_since.is_not(None)).values(unused_since=None))
            wrapped = keys.execute(select(RecordKey.wrapped).where(one)).scalar_one()
        return self._unwrap(wrapped, record_id, owner_id)

    def find_keys(self, owners: Mapping[str, str]) -> dict[str, bytes]:
        """Return the keys of records that have one which the master keys open.

        :param owners: for each record whose it is.
        """
        found: dict[str, bytes] = {}
        with self._reading() as keys:
            for some in in_batches(owners):
                rows = keys.execute(select(RecordKey.record_id, RecordKey.wrapped).where(RecordKey.record_id.in_(some)))
                for row in rows:
                    try:
                        found[row.record_id] = self._unwrap(row.wrapped, row.record_id, owners[row.record_id])
                    except KeyRingError:
                        continue
        return found

    def erase(self, record_ids: Iterable[str]) -> None:
        """Erase the keys of records: from here on nothing opens what they sealed, in no backup of the content."""
        with self._writing() as keys:
            for some in in_batches(record_ids):
                keys.execute(delete(RecordKey).where(RecordKey.record_id.in_(some)))
        self.database.forget_overwritten()

    def which_have_keys(self, record_ids: Iterable[str]) -> set[str]:
        """Return which of some records have a key, whether the master keys open it or not."""
        found: set[str] = set()
        with self._reading() as keys:
            for some in in_batches(record_ids):
                found.update(keys.execute(select(RecordKey.record_id).where(RecordKey.record_id.in_(some))).scalars())
        return found

    def erase_unused(self, session: Session, today: date) -> int:
        """Erase the keys that have belonged to no record for two days, and return how many there were.

        A key is left alone by a process that died before its text was stored, and by whoever erases rows in SQL.

        :param session: of the main database.
        """
        erased, after = 0, ""
        while True:
            with self._writing() as keys:
                page = select(RecordKey.record_id, RecordKey.unused_since).where(RecordKey.record_id > after)
                rows = keys.execute(page.order_by(RecordKey.record_id).limit(AT_ONCE)).all()
                if not rows:
                    break
                after = rows[-1].record_id
                ids = [row.record_id for row in rows]
                used = {record for table in sealed_tables() for record in table.find(session, ids)}
                unused = [row for row in rows if row.record_id not in used]
                old = [row.record_id for row in unused if (row.unused_since or today) + UNUSED_FOR <= today]
                new = [row.record_id for row in unused if row.unused_since is None]
                again = [row.record_id for row in rows if row.record_id in used and row.unused_since is not None]
                keys.execute(delete(RecordKey).where(RecordKey.record_id.in_(old)))
                for some, since in ((new, today), (again, None)):
                    keys.execute(update(RecordKey).where(RecordKey.record_id.in_(some)).values(unused_since=since))
                erased += len(old)
        if erased:
            self.database.forget_overwritten()
        return erased

    def note_erasure(self, person_id: str, what: str, today: date) -> None:
        """Remember that somebody erased themselves (``person``), or took their consent back (``consent``)."""
        with self._writing() as keys:
            insert_once(keys, Erasure, {"person_id": person_id, "what": what, "erased_on": today})

    def forget_erasure(self, person_id: str, what: str) -> None:
        """Forget that somebody took their consent back, because they gave it again."""
        with self._writing() as keys:
            keys.execute(delete(Erasure).where(Erasure.person_id == person_id, Erasure.what == what))

    def read_erasures(self, what: str, today: date) -> list[str]:
        """Return who erased themselves, or took their consent back, in the time of which there are backups."""
        with self._writing() as keys:
            keys.execute(delete(Erasure).where(Erasure.erased_on < today - KEEP_ERASURES))
            return list(keys.execute(select(Erasure.person_id).where(Erasure.what == what)).scalars())

    def reseal(self) -> int:
        """Wrap every key anew with the newest master key, and return how many there are. Texts stay as they are.

        A piece at a time, so that nobody waits; who saves meanwhile uses either wrapping.

        :raises KeyRingError: when one of them is sealed with a master key that is not set.
        """
        count, after = 0, ""
        while True:
            with self._writing() as keys:
                page = select(RecordKey.record_id, RecordKey.owner_id, RecordKey.wrapped)
                after_that = page.where(RecordKey.record_id > after).order_by(RecordKey.record_id)
                rows = keys.execute(after_that.limit(AT_ONCE)).all()
                for row in rows:
                    key = self._unwrap(row.wrapped, row.record_id, row.owner_id)
                    anew = self._wrap(key, row.record_id, row.owner_id)
                    here = (RecordKey.record_id == row.record_id) & (RecordKey.wrapped == row.wrapped)
                    keys.execute(update(RecordKey).where(here).values(wrapped=anew))
            if not rows:
                return count
            count, after = count + len(rows), rows[-1].record_id

    def _wrap(self, key: bytes, record_id: str, owner_id: str) -> bytes:
        return self._key_ring.encrypt(_PURPOSE, key, bound_to=_place(record_id, owner_id))

    def _unwrap(self, wrapped: bytes, record_id: str, owner_id: str) -> bytes:
        return self._key_ring.decrypt(_PURPOSE, wrapped, bound_to=_place(record_id, owner_id))


def _compare(own: str, known: str) -> None:
    if known != own:
        message = (
            "RUGZAK_KEYS_DATABASE_URL names another key store than the one that belongs to the database; name that "
            "one, or see docs/encryption.md when it is lost."
        )
        raise KeyStoreError(message)


def _away() -> KeyStoreError:
    message = "the key store in RUGZAK_KEYS_DATABASE_URL does not answer, or is not prepared: run alembic upgrade head."
    return KeyStoreError(message)


def _place(record_id: str, owner_id: str) -> str:
    return f"record_key.wrapped:{record_id}:{owner_id}"

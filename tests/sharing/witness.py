"""Holds the tool against the diary: after anything that happens both say the same of everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from lti_tool.notes.models import Note
from lti_tool.notes.service import read_shared_text
from lti_tool.people.models import Membership
from lti_tool.sharing.models import Reader, Share

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from tests.sharing.play import Play


class Witness:
    """Looks at a course, and remembers what it saw: no list may grow, and no pause end by itself."""

    def __init__(self, play: Play) -> None:
        self.play = play
        self.lists: dict[str, tuple[bool, frozenset[str]]] = {}
        """For each share that there ever was, whether it was paused and who was on its list when last looked at."""

    def look(self) -> None:
        """Look at everybody who is, or ever was, in the course, in one transaction."""
        with self.play.reads() as database:
            self._nobody_reads_more_or_less_than_the_rules_allow(database)
            self._nothing_else_is_kept(database)
            self._no_list_grows_and_no_pause_ends_by_itself(database)

    def _nobody_reads_more_or_less_than_the_rules_allow(self, database: Connection) -> None:
        for who in (*self.play.ids.values(), *self.play.gone):
            found = {
                (one.author_id, one.step_id): read_shared_text(database, self.play.sealed, one)
                for one in self.play.find(database, who)
            }
            assert found == self.play.course.read_by(who)

    def _nothing_else_is_kept(self, database: Connection) -> None:
        """What was erased, and what stood there before an edit, is nowhere, for its author either (STO-7, SHR-13)."""
        mine = select(Note.id, Note.membership_id, Note.step_id, Note.text)
        everybody = [*self.play.ids.values(), *self.play.gone]
        rows = database.execute(mine.where(Note.membership_id.in_(everybody))).all()
        opened = self.play.sealed.open((row.id, row.membership_id, row.text) for row in rows)
        assert {(row.membership_id, row.step_id): opened.get(row.id) for row in rows} == {
            name: note.text for name, note in self.play.course.notes.items()
        }
        self.play.copies |= {row.id: (row.membership_id, row.text) for row in rows}

    def _no_list_grows_and_no_pause_ends_by_itself(self, database: Connection) -> None:
        """Of any one share; renewing begins another (SHR-2, SHR-5)."""
        columns = (Share.id, Share.membership_id, Share.step_id, Share.pause, Reader.membership_id.label("reader_id"))
        here = select(*columns).outerjoin(Reader, Reader.share_id == Share.id)
        here = here.join(Membership, Membership.id == Share.membership_id)
        rows = database.execute(here.where(Membership.context_id == self.play.context_id)).all()
        shared: dict[str, Any] = {row.id: row for row in rows}
        for share_id, row in shared.items():
            readers = frozenset(one.reader_id for one in rows if one.id == share_id and one.reader_id)
            was_paused, before = self.lists.get(share_id, (False, readers))
            assert readers <= before
            assert row.pause is not None or not was_paused
            self.lists[share_id] = row.pause is not None, readers
        # What is withdrawn or over leaves nothing behind (SHR-7); who leaves is off the list, and a pause is one, as
        # soon as it is due (SHR-4, SHR-6).
        course = self.play.course
        assert {(row.membership_id, row.step_id): self.lists[row.id] for row in shared.values()} == {
            name: (course.is_asleep(name[0], note), course.list_of(note.share))
            for name, note in course.notes.items()
            if note.share is not None
        }

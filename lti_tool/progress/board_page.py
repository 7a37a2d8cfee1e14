"""Answering who asks for the board: as a picture, as a table of the same facts, or as a file of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlencode

from flask import Response, render_template, request
from marshmallow import ValidationError
from werkzeug.exceptions import NotFound

from lti_tool.groups.step import assignment_of
from lti_tool.people.names import shown_name
from lti_tool.progress.board import Reader, Standing, read_board, read_standing
from lti_tool.progress.board_file import write_board
from lti_tool.progress.pages import BoardStep, Stretch, count_pages, find_part, stretch_of
from lti_tool.progress.schemas import BoardSchema
from lti_tool.progress.words import name_group
from lti_tool.web.access import visit_address
from lti_tool.web.edge import database_connection, instruments

if TYPE_CHECKING:
    from datetime import date

    from flask.typing import ResponseReturnValue

    from lti_tool.curriculum.class_policy import ClassState
    from lti_tool.curriculum.line import Module, Unit
    from lti_tool.people.member import Member
    from lti_tool.progress.board import BoardGroup, BoardRow
    from lti_tool.progress.pages import Overview

_ANCHOR = "board"
"""Where the board stands on its page: who chooses another part finds it where they look."""


@dataclass(frozen=True)
class _Asked:
    """Which board somebody asks for."""

    unit: Unit
    page: int
    only_own: bool
    as_table: bool

    @classmethod
    def from_request(cls, module: Module, state: ClassState, today: date) -> Self:
        """Read it from the address; 404 for what is not there."""
        try:
            asked: dict[str, Any] = BoardSchema().load(request.args)
        except ValidationError:
            raise NotFound from None
        unit = find_part(module.units, state.held, today)
        if asked["part"] is not None:
            found = next((one for one in module.units if one.number == asked["part"]), None)
            if found is None:
                raise NotFound
            unit = found
        return cls(unit, asked["page"], bool(asked["mine"]), bool(asked["as"]))

    def address(self, *, part: int | None = None, page: int = 1, mine: bool, table: bool) -> str:
        """Return the address of a board like this one."""
        wish: dict[str, Any] = {"part": part or self.unit.number}
        wish |= {"mine": 1} if mine else {}
        wish |= {"as": "table"} if table else {}
        wish |= {"page": page} if page > 1 else {}
        return f"{visit_address('progress.show_home')}?{urlencode(wish)}#{_ANCHOR}"

    def file_address(self, *, mine: bool) -> str:
        """Return the address of the same as a file."""
        wish = {"part": self.unit.number} | ({"mine": 1} if mine else {})
        return f"{visit_address('progress.send_board')}?{urlencode(wish)}"


def show_board(
    member: Member, module: Module, overview: Overview, state: ClassState, today: date
) -> ResponseReturnValue:
    """Show the board of one part of a year."""
    asked = _Asked.from_request(module, state, today)
    reader, standing = _stand(member, module)
    mine = asked.only_own and standing.own_groups > 0
    groups, others = (standing.own_groups, 0) if mine else (standing.groups, standing.others)
    count = count_pages(groups, others)
    if asked.page > count:
        raise NotFound
    stretch = stretch_of(asked.page, groups)
    if mine:
        stretch = _without_others(stretch)
    steps = _steps_of(asked.unit, overview)
    found = read_board(database_connection(), reader, steps=[step.id for step in steps], stretch=stretch, only_own=mine)
    shows_agreements = _has_agreements(module)
    return render_template(
        "progress/board_as_table.html" if asked.as_table else "progress/home_instructor.html",
        module=overview,
        class_state=state,
        has_ended=state.has_ended(today),
        standing=standing,
        unit={"number": asked.unit.number, "title": asked.unit.title},
        steps=steps,
        groups=[_shown(group, steps, member, shows_agreements=shows_agreements) for group in found],
        parts=[
            {
                "number": unit.number,
                "title": unit.title,
                "url": asked.address(part=unit.number, mine=mine, table=asked.as_table),
            }
            for unit in module.units
        ],
        is_mine=mine,
        mine_url=asked.address(mine=True, table=asked.as_table) if standing.own_groups and not mine else None,
        all_url=asked.address(mine=False, table=asked.as_table) if mine else None,
        table_url=asked.address(mine=mine, table=True, page=asked.page),
        picture_url=asked.address(mine=mine, table=False, page=asked.page),
        file_url=asked.file_address(mine=mine),
        pages=_pages(asked, count, mine=mine),
    )


def send_board(member: Member, module: Module, state: ClassState, today: date) -> ResponseReturnValue:
    """Send the board of one part as a file: everybody whom the reader may see."""
    asked = _Asked.from_request(module, state, today)
    reader, standing = _stand(member, module)
    mine = asked.only_own and standing.own_groups > 0
    steps = _steps_of(asked.unit, None)
    # All of it. It is one body, and so in memory: a line of it is some two hundred bytes.
    stretch = Stretch(standing.groups, 0, 0 if mine else standing.others, 0)
    found = read_board(database_connection(), reader, steps=[step.id for step in steps], stretch=stretch, only_own=mine)
    body = write_board(
        found,
        steps,
        shows_agreements=_has_agreements(module),
        name_of=lambda row: shown_name(row, member),
        locale=member.locale,
    )
    # The name says no more than the page's title does (EXT-6).
    name = f"board-{module.number}-{asked.unit.number}.csv"
    return Response(body, mimetype="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _stand(member: Member, module: Module) -> tuple[Reader, Standing]:
    reader = Reader(str(member.membership_id), str(member.context_id), member.sections)
    products = [step.id for _, step in module.steps() if (own := assignment_of(step)) and own.fields]
    now = instruments().clock.now()
    return reader, read_standing(database_connection(), reader, product_steps=products, now=now)


def _without_others(stretch: Stretch) -> Stretch:
    return Stretch(stretch.groups, stretch.groups_skipped, 0, 0)


def _has_agreements(module: Module) -> bool:
    """Whether there is a step in which groups agree on something: without one, none could be complete."""
    return any(own is not None and own.cards for own in (assignment_of(step) for _, step in module.steps()))


def _steps_of(unit: Unit, overview: Overview | None) -> tuple[BoardStep, ...]:
    urls = {row.id: row.url for row in overview.steps} if overview else {}
    return tuple(
        BoardStep(
            step.id,
            step.number,
            step.title,
            urls.get(step.id, ""),
            has_product=bool((own := assignment_of(step)) and own.fields),
        )
        for step in unit.steps
    )


def _shown(
    group: BoardGroup, steps: tuple[BoardStep, ...], member: Member, *, shows_agreements: bool
) -> dict[str, Any]:
    """Return what the page says of a group: these words, and no other."""
    is_group = group.number is not None
    made = [step for step in steps if step.has_product and is_group]
    return {
        "title": name_group(group),
        "is_group": is_group,
        "size": len(group.rows),
        "has_agreed": group.has_agreed if shows_agreements and is_group else None,
        "products": [{"number": step.number, "handed_in": step.id in group.handed_in} for step in made],
        "counts": [sum(step.id in row.done for row in group.rows) for step in steps],
        "people": [_person(row, member) for row in group.rows],
    }


def _person(row: BoardRow, member: Member) -> dict[str, Any]:
    return {"name": shown_name(row, member), "done": row.done}


def _pages(asked: _Asked, count: int, *, mine: bool) -> dict[str, Any]:
    def url(page: int) -> str | None:
        return asked.address(page=page, mine=mine, table=asked.as_table) if 1 <= page <= count else None

    number = asked.page
    return {"number": number, "count": count, "previous_url": url(number - 1), "next_url": url(number + 1)}

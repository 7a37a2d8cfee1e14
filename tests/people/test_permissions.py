"""Who may do what, as one table, and as the pages hold it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lti_tool.people.permissions import PERMISSIONS, Permission, is_allowed
from lti_tool.people.roles import Role
from tests.demo_lms.people import INSTRUCTOR, LEARNER
from tests.demo_lms.platform import CLAIM
from tests.people.members import make_member

if TYPE_CHECKING:
    from lti_tool.people.member import Member
    from tests.demo_lms.knobs import Launch
    from tests.door import Door

ROLES = (Role.LEARNER, Role.INSTRUCTOR, Role.OBSERVER)
YES, NO = True, False
TABLE = {
    # For each role: in a course, and outside one.
    #                         learner     instructor  observer
    Permission.KEEP_SESSION: ((YES, YES), (YES, YES), (YES, YES)),
    Permission.READ_STEP:    ((YES, NO),  (YES, NO),  (YES, NO)),
    Permission.PRESS_DONE:   ((YES, NO),  (NO, NO),   (NO, NO)),
    Permission.SEE_BOARD:    ((NO, NO),   (YES, NO),  (NO, NO)),
    Permission.WRITE_NOTES:  ((YES, NO),  (NO, NO),   (NO, NO)),
    Permission.READ_SHARES:  ((YES, NO),  (YES, NO),  (NO, NO)),
    Permission.SEE_OWN_DATA: ((YES, YES), (YES, YES), (YES, YES)),
    Permission.READ_GUIDANCE: ((NO, NO),  (YES, NO),  (NO, NO)),
    Permission.BE_IN_GROUP:  ((YES, NO),  (NO, NO),   (NO, NO)),
    Permission.FORM_GROUPS:  ((NO, NO),   (YES, NO),  (NO, NO)),
    Permission.PREPARE_CLASS: ((NO, NO),  (YES, NO),  (NO, NO)),
    Permission.KEEP_CONTACTS: ((NO, NO),  (NO, NO),   (NO, NO)),
    # Nobody by their role in a course: it is granted, see tests/people/test_coordinators.py.
    Permission.SEE_CHECKS:   ((NO, NO),   (NO, NO),   (NO, NO)),
}  # fmt: skip
"""Changing who may do what changes this table, and somebody reads that."""


def member(role: Role, *, in_course: bool) -> Member:
    place = "course" if in_course else None
    return make_member(role=role, membership_id=place and "membership", context_id=place)


def test_table_holds_every_permission_and_every_role() -> None:
    assert set(TABLE) == set(PERMISSIONS) == set(Permission)
    assert set(ROLES) == set(Role)


@pytest.mark.parametrize("permission", list(Permission))
@pytest.mark.parametrize("column", range(3), ids=[role.value for role in ROLES])
@pytest.mark.parametrize("place", [0, 1], ids=["in_course", "outside"])
def test_who_may_do_what(permission: Permission, column: int, place: int) -> None:
    somebody = member(ROLES[column], in_course=place == 0)

    assert is_allowed(somebody, permission) is TABLE[permission][column][place]


def test_no_permission_is_without_a_question() -> None:
    """An empty list of questions would be answered yes by everybody."""
    assert [one for one, alternatives in PERMISSIONS.items() if not alternatives or not all(alternatives)] == []


@pytest.mark.parametrize(
    ("person", "role"),
    [
        ("amina", "learner"),
        ("esra", "learner"),
        ("joost", "learner"),
        ("nameless", "learner"),
        ("test_student", "learner"),
        ("teacher", "instructor"),
        ("coordinator", "instructor"),
        ("administrator", "instructor"),
        ("mentor", "observer"),
        ("no_role", "observer"),
    ],
)
def test_ops_6_launch_makes_everybody_what_they_are_in_this_course(door: Door, person: str, role: str) -> None:
    assert f'data-role="{role}"' in door.enter(person).get().text


def test_ops_6_role_in_one_course_gives_nothing_in_another(door: Door) -> None:
    def learn(launch: Launch) -> None:
        launch.claims[f"{CLAIM}roles"] = [LEARNER]

    teaching = door.enter("teacher", "sw1")
    learning = door.enter("teacher", "sw1b", spoil=learn)

    assert 'data-role="instructor"' in teaching.get().text
    assert 'data-role="learner"' in learning.get().text
    assert "<table" not in learning.get().text


def test_ops_6_role_that_was_taken_away_is_gone_at_the_next_launch(door: Door) -> None:
    def demote(launch: Launch) -> None:
        launch.claims[f"{CLAIM}roles"] = []

    def promote(launch: Launch) -> None:
        launch.claims[f"{CLAIM}roles"] = [INSTRUCTOR]

    assert 'data-role="instructor"' in door.enter("amina", spoil=promote).get().text
    assert 'data-role="observer"' in door.enter("amina", spoil=demote).get().text

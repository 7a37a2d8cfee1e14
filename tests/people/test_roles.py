"""Roles: every spelling that platforms send, and what somebody then is in one course (OPS-6)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.lti.roles import LmsRole, read_roles
from lti_tool.people.roles import Role, role_from

LIS = "http://purl.imsglobal.org/vocab/lis/v2"
LTI = "http://purl.imsglobal.org/vocab/lti"
TEST_USER = f"{LTI}/system/person#TestUser"

SAYS_INSTRUCTOR = [
    f"{LIS}/membership#Instructor",
    f"{LIS}/membership/Instructor#PrimaryInstructor",
    f"{LIS}/membership/Instructor#SecondaryInstructor",
    f"{LIS}/membership/Instructor#TeachingAssistant",
    f"{LIS}/membership/instructor#TeachingAssistant",  # as Canvas writes it
    f"{LIS}/membership/Instructor#GuestInstructor",
    f"{LIS}/membership/Instructor#Lecturer",
    f"{LIS}/membership/Instructor#Grader",
    "Instructor",
]
SAYS_LEARNER = [
    f"{LIS}/membership#Learner",
    f"{LIS}/membership/Learner#Learner",
    f"{LIS}/membership/Learner#NonCreditLearner",
    f"{LIS}/membership/Learner#GuestLearner",
    f"{LIS}/membership/Learner#ExternalLearner",
    "Learner",
]
SAYS_NOTHING = [
    # What somebody is elsewhere: in the institution, or in the LMS as a whole.
    f"{LIS}/institution/person#Instructor",
    f"{LIS}/institution/person#Student",
    f"{LIS}/institution/person#Learner",
    f"{LIS}/institution/person#Faculty",
    f"{LIS}/institution/person#Administrator",
    f"{LIS}/system/person#Administrator",
    f"{LIS}/system/person#SysAdmin",
    f"{LIS}/system/person#User",
    # Roles in the course that neither teach nor learn.
    f"{LIS}/membership#Mentor",
    f"{LIS}/membership#Administrator",
    f"{LIS}/membership#ContentDeveloper",
    f"{LIS}/membership#Manager",
    f"{LIS}/membership#Member",
    f"{LIS}/membership#Officer",
    f"{LIS}/membership/Administrator#Administrator",
    f"{LIS}/membership/Mentor#LearningMentor",
    "Mentor",
    "Administrator",
    "Student",
    "Teacher",
    # Near misses.
    f"{LIS}/membership#instructor",
    f"{LIS}/membership#Instructor ",
    f"{LIS}/membership#InstructorX",
    f"{LIS}/membership#Instructor#Learner",
    f"{LIS}/membershipInstructor",
    f"{LIS}/membership:Instructor",
    f"{LIS}/memberships#Instructor",
    f"{LIS}/membership/",
    f"{LIS}/membership",
    f"{LIS}/membership#",
    f"{LIS}/institution/person/Instructor#Instructor",
    f"https{LIS.removeprefix('http')}/membership#Instructor",
    "instructor",
    "urn:lti:role:ims/lis/Instructor",
    "urn:lti:instrole:ims/lis/Instructor",
    "http://elsewhere.example/vocab/lis/v2/membership#Instructor",
    f"http://elsewhere.example/?{LIS}/membership#Instructor",
    "",
    " ",
]


def role_of(*roles: str) -> Role:
    return role_from(read_roles(roles))


def counts(roles: list[str]) -> tuple[bool, bool, bool]:
    read = read_roles(roles)
    return read.is_instructor, read.is_learner, read.is_test_user


@pytest.mark.parametrize("role", SAYS_INSTRUCTOR)
def test_spelling_of_instructor(role: str) -> None:
    assert counts([role]) == (True, False, False)
    assert role_of(role) is Role.INSTRUCTOR


@pytest.mark.parametrize("role", SAYS_LEARNER)
def test_spelling_of_learner(role: str) -> None:
    assert counts([role]) == (False, True, False)
    assert role_of(role) is Role.LEARNER


@pytest.mark.parametrize("role", SAYS_NOTHING)
def test_ops_6_what_is_no_role_in_this_course_counts_for_nothing(role: str) -> None:
    assert counts([role]) == (False, False, False)
    assert role_of(role) is Role.OBSERVER
    assert role_of(role, "Learner") is Role.LEARNER


def test_nobody_without_a_role_is_more_than_an_observer() -> None:
    assert role_of() is Role.OBSERVER


@pytest.mark.parametrize("roles", [("Learner", "Instructor"), ("Instructor", "Learner")])
def test_who_both_teaches_and_learns_teaches(roles: tuple[str, ...]) -> None:
    assert role_of(*roles) is Role.INSTRUCTOR


def test_test_user_is_a_learner_that_is_marked() -> None:
    assert counts(["Learner", TEST_USER]) == (False, True, True)
    assert role_of(TEST_USER) is Role.OBSERVER


@given(
    known=st.lists(st.sampled_from(SAYS_INSTRUCTOR + SAYS_LEARNER)),
    others=st.lists(st.sampled_from(SAYS_NOTHING) | st.text()),
    chance=st.randoms(use_true_random=False),
)
def test_roles_from_elsewhere_change_nothing_wherever_they_stand(
    known: list[str], others: list[str], chance: object
) -> None:
    strangers = [role for role in others if role not in SAYS_INSTRUCTOR + SAYS_LEARNER]
    mixed = [*known, *strangers]
    chance.shuffle(mixed)  # type: ignore[attr-defined]

    assert role_of(*mixed) is role_of(*known)


def test_roles_are_three() -> None:
    assert [role.value for role in Role] == ["learner", "instructor", "observer"]


@pytest.mark.parametrize(
    ("roles", "told"),
    [
        (["Instructor"], LmsRole.INSTRUCTOR),
        ([f"{LIS}/membership/Instructor#TeachingAssistant"], LmsRole.TEACHING_ASSISTANT),
        # Canvas calls a teaching assistant both.
        (
            [f"{LIS}/membership/instructor#TeachingAssistant", f"{LIS}/membership#Instructor"],
            LmsRole.TEACHING_ASSISTANT,
        ),
        (["Learner"], LmsRole.LEARNER),
        ([f"{LIS}/membership#Learner", TEST_USER], LmsRole.TEST_USER),
        ([f"{LIS}/membership#ContentDeveloper"], LmsRole.DESIGNER),
        ([f"{LIS}/membership#Mentor"], LmsRole.MENTOR),
        ([f"{LIS}/institution/person#Administrator"], LmsRole.ADMINISTRATOR),
        ([f"{LIS}/membership#Administrator"], LmsRole.ADMINISTRATOR),
        ([f"{LIS}/membership#Administrator", "Learner"], LmsRole.LEARNER),
        ([f"{LIS}/membership#Member"], LmsRole.UNKNOWN),
        ([], LmsRole.UNKNOWN),
    ],
)
def test_person_can_be_told_what_the_lms_says_they_are(roles: list[str], told: LmsRole) -> None:
    assert read_roles(roles).lms_role is told


def test_short_names_are_written_out_for_grants() -> None:
    assert read_roles(["Administrator", f"{LIS}/membership#Mentor"]).names == {
        f"{LIS}/membership#Administrator",
        f"{LIS}/membership#Mentor",
    }

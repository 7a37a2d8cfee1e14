"""Pseudonyms: stable in one course, and another in each course (STO-4)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.people.names import shown_name
from lti_tool.people.pseudonyms import _LISTS, pseudonym
from tests.people.members import make_member

if TYPE_CHECKING:
    from lti_tool.people.member import Member

IDS = st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=26, max_size=26)


def called(person: str, course: str | None = "course", locale: str = "nl") -> str:
    return pseudonym(person_id=person, context_id=course, locale=locale)


@given(person=IDS, course=IDS | st.none())
def test_pseudonym_is_a_tree_and_a_number(person: str, course: str | None) -> None:
    tree, _, number = called(person, course).rpartition(" ")

    assert tree in _LISTS["nl"]
    assert 1000 <= int(number) <= 9999


@given(person=IDS, course=IDS)
def test_pseudonym_is_the_same_each_time_and_the_same_tree_in_both_languages(person: str, course: str) -> None:
    dutch, english = called(person, course), called(person, course, "en")

    assert dutch == called(person, course)
    tree, _, number = dutch.rpartition(" ")
    assert english == f"{_LISTS['en'][_LISTS['nl'].index(tree)]} {number}"


def test_pseudonyms_of_one_person_in_many_courses_tell_nothing_of_each_other() -> None:
    names = [called("person", f"course {number}") for number in range(200)]

    assert len(set(names)) > 190
    assert called("person", None) not in names


def test_people_of_one_course_are_told_apart() -> None:
    names = Counter(called(f"person {number}") for number in range(100))

    assert len(names) >= 99


def test_trees_are_all_different_and_as_many_in_both_languages() -> None:
    for trees in _LISTS.values():
        assert len(set(trees)) == len(trees) == 32


@pytest.mark.parametrize("name", ["Amina Haddou", "X", "<b>"])
def test_name_that_the_platform_sent_is_shown_as_it_is(name: str) -> None:
    assert shown_name(somebody(name), somebody(None)) == name


@pytest.mark.parametrize("name", [None, ""])
def test_nameless_person_is_shown_by_the_course_and_language_of_the_reader(name: str | None) -> None:
    reader = somebody("Teacher", locale="en")

    assert shown_name(somebody(name), reader) == called("person", "course", "en")


def somebody(name: str | None, locale: str = "nl") -> Member:
    return make_member(name=name, locale=locale)

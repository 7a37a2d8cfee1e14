"""What a launch says of groups and sections: read as ids or as nothing, kept while the LMS says so, and no more."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import select

from lti_tool.lti.course_parts import read_ids, read_restriction
from lti_tool.people.models import Membership
from tests.demo_lms.knobs import CLAIM, SCRIPT
from tests.house.test_data_documented import everything

if TYPE_CHECKING:
    from collections.abc import Callable

    from lti_tool.kernel.database import Database
    from tests.demo_lms.knobs import Launch
    from tests.door import Door
    from tests.police import StatementRecorder

GROUPS, SECTIONS, RESTRICTED = "group_ids", "section_ids", "section_restricted"
HEX = "4dde05e8ca1973bcca9bffc13e1548820eee93a3"


def saying(**custom: Any) -> Callable[[Launch], None]:
    """Let a launch say just these custom parameters."""
    return lambda launch: launch.claims.update({f"{CLAIM}custom": custom})


def kept(database: Database) -> tuple[str | None, str | None, bool]:
    """What is stored of the one membership there is."""
    columns = (Membership.lms_groups, Membership.sections, Membership.sees_own_sections_only)
    with database.session(writes=False) as session:
        groups, sections, restricted = session.execute(select(*columns)).one()
    return groups, sections, restricted


# Reading.


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("7", ("7",)),
        ("42, 43", ("42", "43")),  # as Canvas writes sections
        (f"{HEX},7", (HEX, "7")),
        ("43,42,43", ("42", "43")),
        (" 7 ,, 8 ,", ("7", "8")),
        ("_12_1", ("_12_1",)),  # as Blackboard writes ids
        ('["7", "8"]', ("7", "8")),
        ("[7, 8]", ("7", "8")),
        ("[]", ()),
        ('["7", null, true, 1.5, ["8"], {"9": "9"}]', ("7",)),
        ('["7"', ()),
        ("[" * 5000, ()),
        ("[" + "9" * 5000 + "]", ()),
        ("null", ("null",)),
        ("{}", ()),
        ('{"7": "8"}', ()),
        ("", ()),
        (None, ()),
        (" \t\n", ()),
        ("$Canvas.group.contextIds", ()),
        ("7,$Canvas.group.contextIds", ("7",)),
        ("$", ()),
        ("Groep de Zeeuw", ()),
        ("Groep de Zeeuw,7", ("7",)),
        ("amina@voorbeeld.example", ()),
        (SCRIPT, ()),
        ("7\x008", ()),
        ("7\n8", ()),
        ("\ud800", ()),
        ("٧", ()),  # noqa: RUF001 (a digit, to Unicode)
        ("x" * 100, ("x" * 100,)),
        ("x" * 101, ()),
        (",".join(["7"] * 4000), ("7",)),
        (",".join(["7"] * 6000), ()),
    ],
)
def test_ids_are_read_from_every_spelling_and_nothing_else_is(text: str | None, ids: tuple[str, ...]) -> None:
    assert read_ids(text) == ids


def test_no_more_ids_are_read_than_anybody_has() -> None:
    assert len(read_ids(",".join(str(number) for number in range(1000)))) == 100


@given(st.text(), st.sampled_from(["{}", "[{}]", '["{}"]', "7,{},8"]))
def test_any_text_reads_as_ids_or_nothing(text: str, around: str) -> None:
    ids = read_ids(around.replace("{}", text))

    assert list(ids) == sorted(set(ids))
    assert all(one.isascii() and one.isprintable() and not set(one) & set(" ,$@<>\"'") for one in ids)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=20))
@example([10**4000])
def test_any_json_reads_as_ids_or_nothing(value: Any) -> None:
    assert all(isinstance(one, str) for one in read_ids(json.dumps(value)))


@pytest.mark.parametrize(
    ("text", "restricted"),
    [
        *((word, True) for word in ("true", "True", "TRUE", " true ", "1")),
        *((word, False) for word in ("false", "False", "FALSE", "0")),
        *((word, None) for word in (None, "", "yes", "2", "null", "[]", "$Canvas.course.sectionRestricted", SCRIPT)),
    ],
)
def test_restriction_is_a_word_or_not_said(text: str | None, restricted: bool | None) -> None:  # noqa: FBT001
    assert read_restriction(text) is restricted


# Keeping.


def test_launch_keeps_the_ids_of_groups_and_sections(door: Door, database: Database) -> None:
    door.enter(spoil=saying(group_ids=f"{HEX},7", section_ids="42, 43", section_restricted=False))

    assert kept(database) == (f",{HEX},7,", ",42,43,", False)


@pytest.mark.parametrize("value", ["true", "True", "1", True])
def test_restriction_is_kept_as_text_and_as_json(door: Door, database: Database, value: Any) -> None:
    door.enter("teacher", spoil=saying(section_ids="42", section_restricted=value))

    assert kept(database) == (None, ",42,", True)


ODD = {
    "nothing": None,
    "number": 7,
    "true": True,
    "list": ["7"],
    "object": {"7": "7"},
    "empty": "",
    "blank": "  ",
    "own name": "$Canvas.group.contextIds",
    "another name": "$Moodle.Person.userGroupIds",
    "script": SCRIPT,
    "quote": "'; DROP TABLE membership; --",
    "null character": "a\x00b",
    "half a character": "\ud800",
    "nested": "[" * 50_000,
    "long": "7" * 100_000,
}


@pytest.mark.parametrize("value", ODD.values(), ids=ODD.keys())
@pytest.mark.parametrize("name", [GROUPS, SECTIONS])
@pytest.mark.one_database
def test_odd_list_of_ids_counts_as_none(door: Door, database: Database, name: str, value: Any) -> None:
    visit = door.enter(spoil=saying(**{name: value}))

    assert visit.get().status_code == 200
    assert kept(database) == (None, None, False)


@pytest.mark.parametrize(
    "value",
    [value for name, value in ODD.items() if name != "true"],
    ids=[name for name in ODD if name != "true"],
)
def test_odd_restriction_says_nothing(door: Door, database: Database, value: Any) -> None:
    door.enter("teacher", spoil=saying(section_restricted=value))

    assert kept(database) == (None, None, False)


def test_more_ids_than_fit_are_cut_between_two(door: Door, database: Database) -> None:
    ids = [f"{number:040}" for number in range(50)]

    door.enter(spoil=saying(group_ids=",".join(ids)))

    assert kept(database)[0] == "," + ",".join(ids[:12]) + ","


def test_only_ids_are_kept_and_never_a_name(door: Door, database: Database) -> None:
    """docs/data.md: of groups and sections nothing but the ids, whatever else the LMS tells of them."""
    told = saying(
        group_ids="7,told the name of a group",
        section_ids='["42", "told the name of a section", "told@voorbeeld.example"]',
        section_restricted="told",
        group_names="told-a,told-b",
        group_name="told-c",
        section_names='["told-d"]',
    )

    door.enter(spoil=told)

    assert kept(database) == (",7,", ",42,", False)
    assert "told" not in everything(database)


def test_no_page_shows_the_ids(door: Door) -> None:
    visit = door.enter(spoil=saying(group_ids="g-7f3a", section_ids="s-9b1c", section_restricted="true"))

    for path in ("/", "/step/u56fbuib", "/words"):
        page = visit.get(path).text
        assert "g-7f3a" not in page
        assert "s-9b1c" not in page


# What the LMS says now counts.


def test_launch_that_says_something_else_takes_its_place(door: Door, database: Database) -> None:
    door.enter("teacher", spoil=saying(group_ids="7", section_ids="42", section_restricted="true"))

    door.enter("teacher", spoil=saying(group_ids="8", section_ids="42,43", section_restricted="false"))

    assert kept(database) == (",8,", ",42,43,", False)


@pytest.mark.parametrize(
    "silent",
    [
        saying(),
        saying(group_ids="", section_ids="", section_restricted=""),
        saying(
            group_ids="$Canvas.group.contextIds",
            section_ids="$Canvas.course.sectionIds",
            section_restricted="$Canvas.course.sectionRestricted",
        ),
        lambda launch: launch.claims.pop(f"{CLAIM}custom"),
        lambda launch: launch.claims.update({f"{CLAIM}custom": None}),
        lambda launch: launch.claims.update({f"{CLAIM}custom": "custom"}),
    ],
    ids=["none", "empty", "own names", "no claim", "null", "text"],
)
def test_silence_empties_groups_and_sections_and_lifts_no_restriction(
    door: Door, database: Database, silent: Callable[[Launch], None]
) -> None:
    """Who left a group must not stay in it; and a lost parameter must not open a course to somebody."""
    door.enter("teacher", spoil=saying(group_ids="7", section_ids="42", section_restricted="true"))

    door.enter("teacher", spoil=silent)

    assert kept(database) == (None, None, True)


def test_restriction_without_sections_is_one_to_nobody(door: Door, database: Database) -> None:
    """What fails, fails closed; the front page of who may see nobody still opens."""
    visit = door.enter("teacher", spoil=saying(section_restricted="true"))

    assert kept(database) == (None, None, True)
    assert visit.get().status_code == 200


def test_restriction_of_one_course_is_not_that_of_another(door: Door, database: Database) -> None:
    door.enter("teacher", "sw1", spoil=saying(section_ids="42", section_restricted="true"))

    door.enter("teacher", "sw1b", spoil=saying())

    with database.session(writes=False) as session:
        found = session.execute(select(Membership.sections, Membership.sees_own_sections_only)).all()
    assert sorted(map(tuple, found), key=str) == [(",42,", True), (None, False)]


def test_launch_outside_a_course_says_nothing_of_groups(door: Door, database: Database) -> None:
    def spoil(launch: Launch) -> None:
        saying(group_ids="7")(launch)
        launch.claims.pop(f"{CLAIM}context")

    assert door.enter(spoil=spoil).get().status_code == 200
    with database.session(writes=False) as session:
        assert session.execute(select(Membership)).all() == []


# What it costs.


def test_groups_and_sections_that_stay_cost_nothing(door: Door, recorder: StatementRecorder) -> None:
    told = saying(group_ids=f"{HEX},7", section_ids="42, 43", section_restricted=True)
    door.enter("teacher", spoil=told)

    door.enter("teacher", spoil=told)

    assert len(recorder.statements) == 2
    assert len(recorder.writes()) == 1


def test_order_in_which_the_lms_names_them_is_no_change(door: Door, recorder: StatementRecorder) -> None:
    door.enter(spoil=saying(group_ids="7,8", section_ids="42,43"))

    door.enter(spoil=saying(group_ids="8, 7, 8", section_ids='["43", "42"]'))

    assert len(recorder.writes()) == 1


def test_new_group_costs_one_statement_more(door: Door, recorder: StatementRecorder) -> None:
    door.enter(spoil=saying(group_ids="7"))

    door.enter(spoil=saying(group_ids="8", section_ids="42"))

    assert len(recorder.statements) == 3
    assert recorder.commits == 1


def test_somebody_new_with_groups_costs_what_somebody_new_costs(door: Door, recorder: StatementRecorder) -> None:
    door.enter("bram", "sw1b")

    door.enter("amina", "sw1", spoil=saying(group_ids="7", section_ids="42", section_restricted="false"))

    assert len(recorder.statements) == 5
    assert recorder.commits == 1

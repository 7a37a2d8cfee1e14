"""A pasted list of groups: what is read from it, whom it means, and what is never guessed."""

from __future__ import annotations

import csv
import io
import string
from typing import Literal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lti_tool.groups.timetable import (
    MOST_LETTERS,
    MOST_LINES,
    Ambiguous,
    Problem,
    Reason,
    Row,
    match_names,
    read_list,
)

NAMES = st.lists(st.text(string.ascii_letters + "éüçø", min_size=2, max_size=8), min_size=2, max_size=4).map(" ".join)
LABELS = st.integers(1, 40).map(lambda number: f"SW1A-{number}")
LISTS = st.lists(st.tuples(NAMES, LABELS), min_size=1, max_size=30, unique_by=lambda row: row[0])
QUOTING: st.SearchStrategy[Literal[0, 1]] = st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
SURNAMES = st.text(string.ascii_lowercase, min_size=3, max_size=9).filter(
    lambda name: (
        name not in {"aan", "bij", "del", "den", "der", "des", "dos", "het", "ten", "ter", "toe", "tot"}
        and name not in {"uit", "van", "ver", "von", "vom", "zum", "zur", "dela", "della", "onder", "over", "thoe"}
        and name not in {"uijt", "voor"}
    )
)


def read(text: str) -> list[tuple[str, str, int]]:
    """What a list says, which must be without a problem."""
    found = read_list(text)
    assert found.problems == ()
    return [(row.name, row.label, row.line) for row in found.rows]


def rows(*names: str, label: str = "1") -> list[Row]:
    return [Row(name, label, line) for line, name in enumerate(names, 1)]


# Tables


@given(LISTS, st.sampled_from(",;\t"), st.sampled_from(["\n", "\r\n", "\r"]), st.sampled_from(["", "\ufeff"]), QUOTING)
def test_table_with_headings_is_read_back(
    listed: list[tuple[str, str]], separator: str, ending: str, mark: str, quoting: Literal[0, 1]
) -> None:
    file = io.StringIO()
    writer = csv.writer(file, delimiter=separator, lineterminator=ending, quoting=quoting)
    writer.writerows([("Groep", "Naam"), *((label, name) for name, label in listed)])

    found = read(mark + file.getvalue())

    assert found == [(name, label, line) for line, (name, label) in enumerate(listed, 2)]


@given(LISTS.filter(lambda listed: len({label for _, label in listed}) > 1), st.sampled_from(";\t"))
def test_table_without_headings_is_read_by_its_looks(listed: list[tuple[str, str]], separator: str) -> None:
    text = "\n".join(separator.join(row) for row in listed)

    assert read(text) == [(name, label, line) for line, (name, label) in enumerate(listed, 1)]


@pytest.mark.parametrize(
    ("headings", "fields"),
    [
        ("Naam;Groep", "Sem de Boer;Blauw"),
        ("groepsnaam;volledige naam", "Blauw;Sem de Boer"),
        ("Voornaam;Tussenvoegsel;Achternaam;Groep", "Sem;de;Boer;Blauw"),
        ("Achternaam;Tussenvoegsel;Voornaam;Klas;Groep", "Boer;de;Sem;SW1A;Blauw"),
        ("Student Name;Student ID;Group Name", "Sem de Boer;500123;Blauw"),
        ("First name;Surname;Email;Groups", "Sem;de Boer;sem@school.example;Blauw"),
        ("name;canvas_user_id;user_id;login_id;sections;group_name", "Sem de Boer;1;2;sem;SW1A;Blauw"),
        ("Roepnaam;Naam;Werkgroep", "Sem;de Boer;Blauw"),
        ("  NAAM ; #Groep:", "Sem  de Boer ; Blauw"),
    ],
)
def test_headings_in_dutch_and_english_say_what_a_column_is(headings: str, fields: str) -> None:
    assert read(f"{headings}\n{fields}\n") == [("Sem de Boer", "Blauw", 2)]


def test_title_above_the_headings_is_passed_by() -> None:
    assert read("Indeling blok 1;;\n\nNaam;Groep;\nSem de Boer;3;\n") == [("Sem de Boer", "3", 4)]


def test_quoted_field_can_hold_the_separator() -> None:
    assert read('Naam,Groep\n"Boer, Sem de",3\n"Vos, Noor",4\n') == [("Boer, Sem de", "3", 2), ("Vos, Noor", "4", 3)]


def test_mark_that_is_never_closed_costs_one_line() -> None:
    found = read_list('Naam;Groep\n"Sem;3\nNoor Vos;4\n')

    assert [row.name for row in found.rows] == ["Noor Vos"]
    assert found.problems == (Problem(2, Reason.NO_GROUP),)


def test_column_of_groups_is_told_from_numbers_and_addresses() -> None:
    text = "5001;Sem de Boer;s@x.example;SW1A-1\n5002;Noor Vos;n@x.example;SW1A-2\n5003;Ali Can;a@x.example;SW1A-1\n"

    assert read(text) == [("Sem de Boer", "SW1A-1", 1), ("Noor Vos", "SW1A-2", 2), ("Ali Can", "SW1A-1", 3)]


def test_parts_of_a_name_without_headings_are_put_together() -> None:
    assert read("Sem\tde\tBoer\t1\nNoor\t\tVos\t2\nAli\t\tCan\t1") == [
        ("Sem de Boer", "1", 1),
        ("Noor Vos", "2", 2),
        ("Ali Can", "1", 3),
    ]


def test_one_heading_is_enough_to_know_the_other_column_by_its_looks() -> None:
    assert read("Wie;Groep\nSem de Boer;Blauw\nNoor Vos;Rood") == [("Sem de Boer", "Blauw", 2), ("Noor Vos", "Rood", 3)]
    assert read("Naam;Waar\nSem;Blauw\nNoor;Rood\nAli;Rood")[0] == ("Sem", "Blauw", 2)


def test_line_that_misses_a_field_is_told() -> None:
    found = read_list("Naam;Groep\nSem;\n;3\n;\n\nNoor\nAli;4")

    assert [row.name for row in found.rows] == ["Ali"]
    assert found.problems == (
        Problem(2, Reason.NO_GROUP),
        Problem(3, Reason.NO_NAME),
        Problem(6, Reason.NO_GROUP),
    )


def test_table_in_which_nothing_looks_like_a_group_is_told() -> None:
    assert read_list("Boer, Sem de\nVos, Noor\n").problems == (Problem(1, Reason.NO_GROUP_COLUMN),)


def test_table_in_which_nothing_looks_like_a_name_is_told() -> None:
    assert read_list("500;SW1\n501;SW2\n502;SW1").problems == (Problem(1, Reason.NO_NAME_COLUMN),)


# Plain lines


@given(st.lists(st.lists(NAMES, min_size=1, max_size=5), min_size=1, max_size=8), st.sampled_from([[], [""]]))
def test_groups_with_names_below_them_are_read_back(groups: list[list[str]], blank: list[str]) -> None:
    # Nobody is called so; a line that begins like that is a group.
    assume(not any(name.casefold().startswith(("groep", "group", "team")) for names in groups for name in names))
    lines: list[str] = []
    expected = []
    for number, names in enumerate(groups, 1):
        lines += [*blank, f"Groep {number}"]
        for name in names:
            lines.append(name)
            expected.append((name, f"Groep {number}", len(lines)))

    assert read("\n".join(lines)) == expected


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("Groep 3", "Groep 3"),
        ("groep 3:", "groep 3"),
        ("Group A :", "Group A"),
        ("Groep Rood", "Groep Rood"),
        ("Groepje-2", "Groepje-2"),
        ("groep3", "groep3"),
        ("Groep 3 maandag", "Groep 3 maandag"),
        ("Team 7", "Team 7"),
        ("klas 1A", "klas 1A"),
        ("SW1A-3", "SW1A-3"),
        ("SW1A-3:", "SW1A-3"),
        ("1.2", "1.2"),
        ("4", "4"),
        ("De leeuwen:", "De leeuwen"),
    ],
)
def test_line_alone_begins_a_group(line: str, label: str) -> None:
    assert read(f"{line}\nSem de Boer\n") == [("Sem de Boer", label, 2)]


@pytest.mark.parametrize("name", ["Sem de Boer", "Boer, Sem de", "Klas Jansen", "O'Brien-Vos, Noor", "Groepema"])
def test_name_does_not_begin_a_group(name: str) -> None:
    assert read(f"Groep 1\n{name}\n") == [(name, "Groep 1", 2)]


@pytest.mark.parametrize(
    "line", ["1. Sem de Boer", "12) Sem de Boer", "- Sem de Boer", "•\tSem de Boer", "  Sem  de Boer "]
)
def test_numbers_and_dots_before_a_name_are_left_out(line: str) -> None:
    assert read(f"Groep 1\n{line}\nNoor\nAli") == [
        ("Sem de Boer", "Groep 1", 2),
        ("Noor", "Groep 1", 3),
        ("Ali", "Groep 1", 4),
    ]


def test_name_above_the_first_group_is_told() -> None:
    found = read_list("Sem de Boer\nGroep 1\nNoor Vos")

    assert found.problems == (Problem(1, Reason.NO_GROUP),)
    assert found.rows == (Row("Noor Vos", "Groep 1", 3),)


@pytest.mark.parametrize("text", ["", "\n\n", " \t \n", "\ufeff"])
def test_nothing_is_nothing(text: str) -> None:
    assert read(text) == []


# Bounds


@given(st.text() | st.text("ab;,\t\n\r\"': 1é\0", max_size=200))
def test_no_text_makes_an_error(text: str) -> None:
    found = read_list(text)

    lines = text.count("\n") + text.count("\r") + 1
    numbers = [row.line for row in found.rows]
    assert numbers == sorted(set(numbers))
    assert all(
        1 <= one <= lines for one in [row.line for row in found.rows] + [problem.line for problem in found.problems]
    )
    assert all(row.name and row.label for row in found.rows)


def test_list_is_read_up_to_its_bound() -> None:
    found = read_list("Groep 1\n" + "Sem\n" * MOST_LINES)

    assert len(found.rows) == MOST_LINES - 1
    assert found.problems == (Problem(MOST_LINES + 1, Reason.LIST_TOO_LONG),)
    assert read_list("Groep 1\n" + "Sem\n" * (MOST_LINES - 1)).problems == ()


def test_field_and_line_that_are_too_long_are_told_and_the_rest_is_read() -> None:
    long = "S" * MOST_LETTERS

    found = read_list(f"Naam;Groep\n{long};1\n{long}s;1\nNoor;{long}s\n{long * 21};1\nAli;2")

    assert [row.line for row in found.rows] == [2, 6]
    assert found.problems == (
        Problem(3, Reason.FIELD_TOO_LONG),
        Problem(4, Reason.FIELD_TOO_LONG),
        Problem(5, Reason.LINE_TOO_LONG),
    )


def test_problem_holds_no_text_of_the_list() -> None:
    assert set(Problem.__annotations__) == {"line", "reason"}


# Matching


@pytest.mark.parametrize(
    "written",
    [
        "Sem de Boer",
        "sem DE boer",
        "Boer, Sem de",
        "de Boer, Sem",
        "Boer de, Sem",
        "  Sém   de  Böer ",
        "Sem-de Boer",
        "Sem Boer",
        "Boer, Sem",
        "Sem van den Boer",
    ],
)
def test_same_name_written_otherwise_is_the_same_student(written: str) -> None:
    assert match_names(rows(written), {"s": "Sem de Boer", "n": "Noor Vos"}).placement == {"s": "1"}


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("Noor van 't Hof", "Noor van het Hof"),
        ("Noor Hof", "Noor van \u2019t Hof"),
        ("N. v.d. Berg", "N. van den Berg"),
        ("Noor v/d Berg", "Noor van de Berg"),
        ("OBrien, Noor", "Noor O\u2019Brien"),
        ("Anne Marie Vos", "Anne-Marie Vos"),
        ("Soren Lukasz", "Søren Łukasz"),
        ("Isil Celik", "I\u015f\u0131l Çelik"),
        ("IJsbrand Strauss", "Ĳsbrand Strauß"),
        ("Jose\u0301 Vos", "José Vos"),
    ],
)
def test_letters_that_people_leave_out_make_no_difference(written: str, known: str) -> None:
    assert match_names(rows(written), {"x": known}).placement == {"x": "1"}


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("Sem", "Sem de Boer"),
        ("Boer", "Sem de Boer"),
        ("S. de Boer", "Sem de Boer"),
        ("T. Boer", "S. Boer"),
        ("Anna Le", "Anna Do"),
        ("Anna", "Anna van"),
        ("Sem Sem Boer", "Sem Boer"),
        ("...", ""),
        ("van de", "de"),
    ],
)
def test_name_that_is_only_alike_is_not_guessed(written: str, known: str) -> None:
    found = match_names(rows(written), {"x": known})

    assert found.placement == {}
    assert found.unmatched == tuple(rows(written))
    assert found.missing == ("x",)


def test_two_students_with_one_name_are_never_guessed() -> None:
    row = rows("Sem de Boer")

    found = match_names(row, {"a": "Sem de Boer", "b": "Boer, Sem de", "c": "Noor Vos"})

    assert found.placement == {}
    assert found.ambiguous == (Ambiguous(row[0], ("a", "b")),)
    assert found.missing == ("c",)


def test_full_name_goes_before_one_with_other_tussenvoegsels() -> None:
    people = {"a": "Sem de Boer", "b": "Sem Boer"}

    assert match_names(rows("Sem de Boer", "Sem Boer"), people).placement == {"a": "1", "b": "1"}
    assert [one.candidates for one in match_names(rows("Sem van Boer"), people).ambiguous] == [("a", "b")]


@pytest.mark.parametrize("turned", [False, True])
def test_student_who_stands_in_the_list_is_not_taken_by_another_name(*, turned: bool) -> None:
    listed = [Row("Sem van Boer", "1", 1), Row("Sem de Boer", "2", 2)]

    found = match_names(reversed(listed) if turned else listed, {"a": "Sem de Boer"})

    assert found.placement == {"a": "2"}
    assert found.unmatched == (listed[0],)


def test_student_in_two_groups_is_told_and_not_placed() -> None:
    listed = (Row("Sem de Boer", "1", 1), Row("Boer, Sem de", "2", 2))

    found = match_names(listed, {"a": "Sem de Boer"})

    assert found.placement == {}
    assert found.contradicting == {"a": listed}
    assert found.missing == ()


def test_student_who_stands_twice_in_one_group_is_in_it() -> None:
    listed = [Row("Sem de Boer", "Groep 1", 1), Row("Boer, Sem de", "groep 1", 2)]

    assert match_names(listed, {"a": "Sem de Boer"}).placement == {"a": "Groep 1"}


@given(st.dictionaries(st.uuids().map(str), st.tuples(SURNAMES, SURNAMES), max_size=20), st.data())
def test_every_student_and_every_row_ends_in_one_place(people: dict[str, tuple[str, str]], data: st.DataObject) -> None:
    names = {one: " ".join(parts) for one, parts in people.items()}
    some = st.sampled_from([*names.values(), "not here", "no body"])
    listed = [Row(data.draw(some), data.draw(LABELS), line) for line in range(1, data.draw(st.integers(1, 20)))]

    found = match_names(listed, names)

    possible = {one for each in found.ambiguous for one in each.candidates}
    sure = [*found.placement, *found.contradicting, *found.missing]
    assert len(sure) == len(set(sure))
    assert set(sure) | possible == set(people)
    assert set(found.missing).isdisjoint(possible)
    for one, label in found.placement.items():
        assert any(row.label == label and sorted(row.name.split()) == sorted(people[one]) for row in listed)


@given(
    st.dictionaries(st.uuids().map(str), st.tuples(SURNAMES, SURNAMES), min_size=1, max_size=20),
    st.sampled_from(["{1}, {0}", "{0} {1}", "{1} {0}", "{0} van der {1}", "{1}, {0} de"]),
)
def test_list_of_the_course_places_the_whole_course(people: dict[str, tuple[str, str]], form: str) -> None:
    alone = {one: parts for one, parts in people.items() if sum(set(parts) == set(p) for p in people.values()) == 1}
    listed = [Row(form.format(*parts).upper(), f"{at}", at) for at, parts in enumerate(alone.values(), 1)]

    found = match_names(listed, {one: " ".join(parts) for one, parts in alone.items()})

    assert found.placement == {one: f"{at}" for at, one in enumerate(alone, 1)}
    assert [found.unmatched, found.ambiguous, found.missing] == [(), (), ()]

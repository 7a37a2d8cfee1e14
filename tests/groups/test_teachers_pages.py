"""Forming groups and looking after them: a plan first, and nobody moves before a press (GRP-1, GRP-2b)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from lti_tool.groups.circle import read_own_group
from lti_tool.groups.models import GroupMember, PlannedPlace, Wish
from lti_tool.people.models import Membership
from tests.demo_lms.people import CAST
from tests.groups.conftest import STUDENTS, enter_student, enter_teacher

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from tests.door import Visit
    from tests.groups.conftest import Circle

OTHERS = ("chiyun", "daan", "femke", "joost", "kwame")


@pytest.fixture
def crowd(circle: Circle) -> Circle:
    """Nine students, four of them in a group."""
    for person in OTHERS:
        circle.visits[person] = enter_student(circle.door, person)
    circle.read_members()
    return circle


@pytest.fixture
def teacher(crowd: Circle) -> Visit:
    return enter_teacher(crowd)


def places(circle: Circle) -> dict[str, str]:
    with circle.database.session(writes=False) as session:
        return {row[0]: row[1] for row in session.execute(select(GroupMember.membership_id, GroupMember.group_id))}


def plan(teacher: Visit, way: str, size: str = "4") -> str:
    answer = teacher.post("/groups/form", {"way": way, "size": size})
    assert answer.status_code == 303, answer.text
    return teacher.get("/groups/plan").text


def confirm(teacher: Visit) -> TestResponse:
    """Confirm the plan as its page shows it."""
    page = teacher.get("/groups/plan").text
    sent = {name: re.findall(rf'name="{name}" value="([^"]*)"', page) for name in ("seen", "size")}
    return teacher.post("/groups/plan/confirm", {name: found[-1] for name, found in sent.items() if found})


def test_plan_moves_nobody_before_it_is_confirmed(crowd: Circle, teacher: Visit) -> None:
    before = places(crowd)

    plan(teacher, "new", "3")
    assert places(crowd) == before

    assert confirm(teacher).status_code == 303
    assert set(places(crowd)) == set(crowd.members.values())
    sizes = sorted(list(places(crowd).values()).count(one) for one in set(places(crowd).values()))
    assert sizes == [3, 3, 3]


def test_latecomers_are_placed_and_nobody_else_moves(crowd: Circle, teacher: Visit) -> None:
    before = places(crowd)

    page = plan(teacher, "latecomers")
    assert 'data-moves="0"' in page
    confirm(teacher)

    assert before.items() <= places(crowd).items()
    assert set(places(crowd)) == set(crowd.members.values())


def test_forming_again_shows_who_moves_before_it_does(crowd: Circle, teacher: Visit) -> None:
    plan(teacher, "latecomers")
    confirm(teacher)

    page = plan(teacher, "again", "3")

    moved = int(re.findall(r'data-moves="(\d+)"', page)[0])
    assert len(re.findall("data-move>", page)) == moved
    before = places(crowd)
    confirm(teacher)
    after = places(crowd)
    assert sum(after[one] != before[one] for one in before) == moved


def test_plan_that_is_forgotten_leaves_no_trace(crowd: Circle, teacher: Visit) -> None:
    before = places(crowd)
    plan(teacher, "new")

    teacher.post("/groups/plan/forget", {})

    assert places(crowd) == before
    with crowd.database.session(writes=False) as session:
        assert session.execute(select(PlannedPlace)).first() is None


def test_one_student_is_put_elsewhere_in_the_plan_by_hand(crowd: Circle, teacher: Visit) -> None:
    plan(teacher, "new", "3")
    amina = crowd.members["amina"]

    assert teacher.post("/groups/plan/place", {"student": amina, "number": "5"}).status_code == 303
    confirm(teacher)

    with crowd.database.session(writes=False) as session:
        group = read_own_group(session, amina)
    assert group is not None
    assert (group.number, len(group.people)) == (5, 1)


@pytest.mark.parametrize("typed", ["", "0", "-1", "twee", "99999", "\uff11"])
@pytest.mark.one_database
def test_number_that_is_none_comes_back_with_a_sentence(crowd: Circle, teacher: Visit, typed: str) -> None:
    plan(teacher, "new")

    answer = teacher.post("/groups/plan/place", {"student": crowd.members["amina"], "number": typed})

    assert answer.status_code == 422
    assert 'class="why"' in answer.text


def test_plan_warns_of_small_and_large_groups(crowd: Circle, teacher: Visit) -> None:
    plan(teacher, "new", "3")
    teacher.post("/groups/plan/place", {"student": crowd.members["amina"], "number": "5"})
    assert "data-small" in teacher.get("/groups/plan").text

    for person in STUDENTS[1:] + OTHERS[:3]:
        teacher.post("/groups/plan/place", {"student": crowd.members[person], "number": "1"})
    assert "data-large" in teacher.get("/groups/plan").text


def names(circle: Circle, *people: str) -> list[str]:
    del circle
    return [str(CAST[one].person.name) for one in people]


def test_list_is_matched_and_what_it_does_not_match_is_shown_and_kept_nowhere(crowd: Circle, teacher: Visit) -> None:
    text = "Groep A\n" + "\n".join(names(crowd, "amina", "bram", "chiyun")) + "\nJan Onbekend\nGroep B\n"
    text += "\n".join(names(crowd, "daan", "femke", "esra"))

    answer = teacher.post("/groups/list", {"list": text})

    assert answer.status_code == 200
    assert "Jan Onbekend" in answer.text
    assert "Jan Onbekend" not in teacher.get("/groups/plan").text
    confirm(teacher)
    page = teacher.get("/groups").text
    assert "Groep A" in page
    assert "Groep B" in page
    with crowd.database.session(writes=False) as session:
        group = read_own_group(session, crowd.members["daan"])
    assert group is not None
    assert group.name == "Groep B"


@pytest.mark.parametrize("label", ["1", "01", "groep 1", "Group 1"])
@pytest.mark.one_database
def test_number_in_a_list_is_that_group_and_renames_nobody(crowd: Circle, teacher: Visit, label: str) -> None:
    first, second = names(crowd, "chiyun", "amina")
    crowd.visits["amina"].post("/group/name", {"name": "De tuin"})

    answer = teacher.post("/groups/list", {"list": f"{first};{label}\n{second};7"})

    assert answer.status_code == 200
    confirm(teacher)
    with crowd.database.session(writes=False) as session:
        groups = [read_own_group(session, crowd.members[person]) for person in ("chiyun", "amina")]
    assert [(group.number, group.name) for group in groups if group] == [(1, "De tuin"), (7, None)]


def test_list_that_names_nobody_comes_back_as_it_was_pasted(teacher: Visit) -> None:
    answer = teacher.post("/groups/list", {"list": "Groep A\nJan Onbekend"})

    assert answer.status_code == 422
    assert "Jan Onbekend" in answer.text


def test_lms_groups_are_a_proposal_that_a_teacher_confirms(crowd: Circle, teacher: Visit) -> None:
    with crowd.database.session(writes=True) as session, session.begin():
        for number, people in (("7", ("amina", "daan", "femke")), ("8", ("bram", "kwame", "joost"))):
            ids = [crowd.members[one] for one in people]
            session.execute(update(Membership).where(Membership.id.in_(ids)).values(lms_groups=f",{number},"))
    before = places(crowd)

    plan(teacher, "lms")
    assert places(crowd) == before
    confirm(teacher)

    after = places(crowd)
    assert len({after[crowd.members[one]] for one in ("amina", "daan", "femke")}) == 1
    assert after[crowd.members["amina"]] != after[crowd.members["bram"]]


def test_wishes_are_kept_without_a_reason_and_looked_at_when_forming(crowd: Circle, teacher: Visit) -> None:
    address = f"/groups/student/{crowd.members['amina']}/wish"
    assert teacher.post(address, {"kind": "apart", "name": "de Wit, Bram"}).status_code == 303
    assert teacher.post(address, {"kind": "together", "name": "femke postma"}).status_code == 303

    for _ in range(3):
        plan(teacher, "new", "3")
        confirm(teacher)
        where = places(crowd)
        assert where[crowd.members["amina"]] != where[crowd.members["bram"]]
        assert where[crowd.members["amina"]] == where[crowd.members["femke"]]
    assert set(Wish.__table__.columns.keys()) == {"context_id", "first_id", "second_id", "kind"}

    assert "data-wish" in teacher.get(f"/groups/student/{crowd.members['bram']}").text
    teacher.post(address, {"forget": crowd.members["bram"]})
    assert "data-wish" not in teacher.get(f"/groups/student/{crowd.members['bram']}").text


@pytest.mark.parametrize("name", ["", "Niemand Zo", "Amina Haddou"])
def test_wish_about_nobody_or_oneself_comes_back_with_a_sentence(crowd: Circle, teacher: Visit, name: str) -> None:
    answer = teacher.post(f"/groups/student/{crowd.members['amina']}/wish", {"kind": "apart", "name": name})

    assert answer.status_code == 422
    assert 'class="why"' in answer.text


def test_teacher_moves_one_student_and_takes_one_out(crowd: Circle, teacher: Visit) -> None:
    address = f"/groups/student/{crowd.members['amina']}/place"

    assert teacher.post(address, {"number": "2"}).status_code == 303
    with crowd.database.session(writes=False) as session:
        group = read_own_group(session, crowd.members["amina"])
    assert group is not None
    assert group.number == 2

    teacher.post(address, {"out": "yes"})
    assert crowd.members["amina"] not in places(crowd)


def test_moving_somebody_settles_their_request(crowd: Circle, teacher: Visit) -> None:
    crowd.visits["amina"].post("/group/another", {"asks": "yes"})

    teacher.post(f"/groups/student/{crowd.members['amina']}/place", {"number": "2"})

    assert "data-request" not in teacher.get("/groups").text


def test_teacher_sets_somebody_aside_and_takes_them_back(crowd: Circle, teacher: Visit) -> None:
    address = f"/groups/student/{crowd.members['esra']}/aside"

    teacher.post(address, {"aside": "yes"})
    assert "Amina Haddou" not in crowd.visits["esra"].get("/group").text

    teacher.post(address, {"aside": "no"})
    assert "Amina Haddou" in crowd.visits["esra"].get("/group").text


def test_teacher_reads_agreements_once_they_are_complete_and_never_who_accepted(crowd: Circle, teacher: Visit) -> None:
    crowd.visits["amina"].post("/group/agreements", {"version": "0", "own-1": "We bellen af."})
    address = f"/groups/group/{crowd.group_id}"
    before = teacher.get(address).text
    assert "We bellen af." not in before

    for person in STUDENTS[:3]:
        crowd.visits[person].post("/group/agreements/accept", {"version": "1"})
        assert strip(teacher.get(address).text) == strip(before)
    crowd.visits[STUDENTS[3]].post("/group/agreements/accept", {"version": "1"})

    assert "We bellen af." in teacher.get(address).text


def strip(page: str) -> str:
    return re.sub(r'nonce="[^"]*"|name="form_token" value="[^"]*"', "", page)


def test_grp_2b_a_group_is_mine_for_me_alone(crowd: Circle, teacher: Visit) -> None:
    teacher.post(f"/groups/group/{crowd.group_id}/mine", {"mine": "yes"})

    assert 'data-action="not-mine"' in teacher.get(f"/groups/group/{crowd.group_id}").text
    other = enter_teacher(crowd, "teaching_assistant")
    assert 'data-action="mine"' in other.get(f"/groups/group/{crowd.group_id}").text


def test_grp_2b_a_teacher_bound_to_a_section_sees_only_it(crowd: Circle, teacher: Visit) -> None:
    with crowd.database.session(writes=True) as session, session.begin():
        session.execute(update(Membership).where(Membership.id == crowd.members["daan"]).values(sections=",12,"))
        bound = update(Membership).where(Membership.role == "instructor")
        session.execute(bound.values(sections=",12,", sees_own_sections_only=True))

    page = teacher.get("/groups").text

    assert str(CAST["daan"].person.name) in page
    assert "Femke Postma" not in page
    assert "Amina Haddou" not in page
    assert teacher.get(f"/groups/group/{crowd.group_id}").status_code == 404
    assert teacher.get(f"/groups/student/{crowd.members['amina']}").status_code == 404
    assert teacher.get("/groups/form").status_code == 404
    assert teacher.post("/groups/plan/confirm", {}).status_code == 404


def test_second_division_begins_unused_and_can_be_used(crowd: Circle, teacher: Visit) -> None:
    assert teacher.post("/groups/sets", {"title": "Na de kerst"}).status_code == 303
    page = teacher.get("/groups").text
    chosen = re.findall(r'name="set" value="([^"]+)"', page)
    assert len(chosen) == 1

    assert 'data-page="group"' in crowd.visits["amina"].get("/group").text
    teacher.post("/groups/sets/use", {"set": chosen[0]})
    assert 'data-page="no-group"' in crowd.visits["amina"].get("/group").text


def test_sign_up_opens_and_closes(crowd: Circle, teacher: Visit) -> None:
    assert teacher.post("/groups/sign-up", {"groups": "3", "size": "4"}).status_code == 303
    assert 'data-page="choose-group"' in crowd.visits["femke"].get("/group").text

    teacher.post("/groups/sign-up", {"open": "no"})
    assert 'data-page="no-group"' in crowd.visits["femke"].get("/group").text


def test_course_without_anybody_says_so(crowd: Circle) -> None:
    teacher = crowd.door.enter("teacher", "sw1b")

    assert teacher.get("/groups").status_code == 200
    answer = teacher.post("/groups/form", {"way": "new", "size": "4"})
    assert answer.status_code == 200
    assert "data-errors" in answer.text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/groups"),
        ("get", "/groups/form"),
        ("get", "/groups/list"),
        ("get", "/groups/plan"),
        ("post", "/groups/plan/confirm"),
        ("post", "/groups/sets"),
        ("post", "/groups/sign-up"),
    ],
)
@pytest.mark.one_database
def test_no_student_forms_groups(crowd: Circle, method: str, path: str) -> None:
    visit = crowd.visits["amina"]
    answer = visit.get(path) if method == "get" else visit.post(path, {})
    assert answer.status_code == 404

"""A student's own group: its page, its guest, another group; and how to come into one (GRP-1, GRP-2)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlalchemy import select

from lti_tool.groups.circle import read_own_group
from lti_tool.groups.models import ChangeRequest, GroupSet
from lti_tool.groups.sets import APART, keep_wish
from lti_tool.groups.signing_up import open_sign_up
from tests.groups.conftest import enter_student, enter_teacher

if TYPE_CHECKING:
    from tests.clock import FrozenClock
    from tests.groups.conftest import Circle


def teacher_id(page: str) -> str:
    found = re.search(r'name="teacher" value="([^"]+)" data-action="(?:invite|end-guest)"', page)
    assert found is not None
    return found[1]


def test_grp_2_no_teacher_sees_the_page_of_a_group_uninvited(circle: Circle) -> None:
    teacher = enter_teacher(circle)

    assert teacher.get("/group").status_code == 404
    assert teacher.get(f"/groups/group/{circle.group_id}/visit").status_code == 404


def test_grp_2_an_invited_teacher_comes_in_and_every_member_sees_it(circle: Circle) -> None:
    teacher = enter_teacher(circle)
    invited = teacher_id(circle.visits["amina"].get("/group").text)

    assert circle.visits["amina"].post("/group/guest", {"teacher": invited}).status_code == 303

    for person in ("bram", "nameless"):
        assert "data-guest" in circle.visits[person].get("/group").text
    page = teacher.get(f"/groups/group/{circle.group_id}/visit")
    assert page.status_code == 200
    assert "Amina Haddou" in page.text
    assert "/group/agreements" not in page.text
    assert f"/groups/group/{circle.group_id}/visit" in teacher.get("/groups").text


def test_grp_2_a_guest_who_leaves_is_gone(circle: Circle) -> None:
    teacher = enter_teacher(circle)
    invited = teacher_id(circle.visits["amina"].get("/group").text)
    circle.visits["amina"].post("/group/guest", {"teacher": invited})

    assert teacher.post(f"/groups/group/{circle.group_id}/visit/leave", {}).status_code == 303

    assert teacher.get(f"/groups/group/{circle.group_id}/visit").status_code == 404
    assert "data-guest" not in circle.visits["bram"].get("/group").text


def test_grp_2_every_member_can_end_the_visit(circle: Circle) -> None:
    teacher = enter_teacher(circle)
    invited = teacher_id(circle.visits["amina"].get("/group").text)
    circle.visits["amina"].post("/group/guest", {"teacher": invited})

    assert circle.visits["esra"].post("/group/guest/end", {"teacher": invited}).status_code == 303

    assert teacher.get(f"/groups/group/{circle.group_id}/visit").status_code == 404


def test_grp_2_a_visit_ends_by_itself(circle: Circle, clock: FrozenClock) -> None:
    teacher = enter_teacher(circle)
    invited = teacher_id(circle.visits["amina"].get("/group").text)
    circle.visits["amina"].post("/group/guest", {"teacher": invited})

    for _ in range(3):
        clock.move(minutes=90)
        teacher.get("/")

    assert teacher.get(f"/groups/group/{circle.group_id}/visit").status_code == 404


def test_only_who_teaches_the_course_can_be_invited(circle: Circle) -> None:
    enter_teacher(circle)

    answer = circle.visits["amina"].post("/group/guest", {"teacher": circle.members["bram"]})

    assert answer.status_code == 404


def test_grp_1_asking_for_another_group_needs_no_reason_and_shows_to_no_member(circle: Circle) -> None:
    teacher, before = enter_teacher(circle), circle.visits["bram"].get("/group").text

    assert circle.visits["amina"].post("/group/another", {"asks": "yes"}).status_code == 303

    assert strip(circle.visits["bram"].get("/group").text) == strip(before)
    assert "data-request" in teacher.get("/groups").text
    columns = ChangeRequest.__table__.columns.keys()
    assert columns == ["membership_id"]


def strip(page: str) -> str:
    return re.sub(r'nonce="[^"]*"|name="form_token" value="[^"]*"', "", page)


def test_grp_1_a_request_can_be_taken_back(circle: Circle) -> None:
    teacher = enter_teacher(circle)
    circle.visits["amina"].post("/group/another", {"asks": "yes"})

    circle.visits["amina"].post("/group/another", {"asks": "no"})

    assert "data-request" not in teacher.get("/groups").text


def test_group_can_have_a_name_and_get_its_number_back(circle: Circle) -> None:
    circle.visits["amina"].post("/group/name", {"name": " De  Linde "})
    assert "<h1>De Linde</h1>" in circle.visits["bram"].get("/group").text

    circle.visits["bram"].post("/group/name", {"name": ""})
    assert "<h1>Groep 1</h1>" in circle.visits["bram"].get("/group").text


def test_too_long_a_name_comes_back_as_it_was_typed(circle: Circle) -> None:
    answer = circle.visits["amina"].post("/group/name", {"name": "x" * 41})

    assert answer.status_code == 422
    assert "x" * 41 in answer.text


def test_student_without_a_group_is_told_how_it_goes_on(circle: Circle) -> None:
    visit = enter_student(circle.door, "femke")

    page = visit.get("/group")

    assert page.status_code == 200
    assert 'data-page="no-group"' in page.text
    assert visit.post("/group/name", {"name": "x"}).status_code == 404


def sign_up_open(circle: Circle, *, size: int = 4, groups: int = 3) -> None:
    with circle.database.session(writes=True) as session, session.begin():
        open_sign_up(session, circle.set_id, size=size, groups=groups)


def choices(page: str) -> list[str]:
    return re.findall(r'name="group" value="([^"]+)"', page)


def test_student_chooses_a_group_that_has_a_place(circle: Circle) -> None:
    sign_up_open(circle)
    visit = enter_student(circle.door, "femke")
    offered = choices(visit.get("/group").text)
    assert circle.group_id not in offered, "it is full"
    assert len(offered) == 2

    assert visit.post("/group/choose", {"group": offered[0]}).status_code == 303

    assert 'data-page="group"' in visit.get("/group").text


def test_full_group_lets_nobody_in_and_the_others_are_shown(circle: Circle) -> None:
    sign_up_open(circle)
    visit = enter_student(circle.door, "femke")

    answer = visit.post("/group/choose", {"group": circle.group_id})

    assert answer.status_code == 409
    assert len(choices(answer.text)) == 2


def test_rsk_24_a_group_with_somebody_to_be_apart_from_looks_full(circle: Circle) -> None:
    sign_up_open(circle, size=5)
    visit = enter_student(circle.door, "femke")
    femke = membership_of(circle, visit)
    full = visit.post("/group/choose", {"group": circle.group_id + "a"})
    with circle.database.session(writes=True) as session, session.begin():
        context_id = session.execute(select(GroupSet.context_id)).scalars().one()
        keep_wish(session, context_id, femke, circle.members["amina"], APART)

    answer = visit.post("/group/choose", {"group": circle.group_id})

    assert answer.status_code == 409
    assert full.status_code == 404
    with circle.database.session(writes=False) as session:
        assert read_own_group(session, femke) is None


def membership_of(circle: Circle, _visit: object) -> str:
    from lti_tool.people.models import Membership, Person

    with circle.database.session(writes=False) as session:
        found = select(Membership.id).join(Person, Person.id == Membership.person_id)
        return session.execute(found.where(Person.display_name == "Femke Postma")).scalar_one()


def test_nobody_chooses_while_sign_up_is_closed(circle: Circle) -> None:
    visit = enter_student(circle.door, "femke")
    other = circle.place("esra", 2)

    assert visit.post("/group/choose", {"group": other}).status_code == 409


def test_group_pages_wait_for_the_class_to_open(circle: Circle) -> None:
    teacher = enter_teacher(circle)
    teacher.post("/guidance/class/preparing", {})

    assert circle.visits["amina"].get("/group").status_code == 303
    assert circle.visits["amina"].post("/group/name", {"name": "x"}).status_code == 404

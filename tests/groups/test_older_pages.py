"""A page that was opened before something changed: it acts on no other group, and what was typed comes back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from lti_tool.groups.circle import read_group, read_own_group, set_aside
from lti_tool.groups.models import Acceptance, Group, GroupMember, GroupSet, Product, Visit
from lti_tool.groups.products import read_product
from lti_tool.groups.sealed_texts import SealedTexts
from lti_tool.groups.sets import APART, confirm_plan, create_set, keep_plan, keep_wish, use_set
from lti_tool.groups.signing_up import open_sign_up, read_sign_up
from lti_tool.kernel.merging import mark
from lti_tool.people.models import Membership
from tests.groups.conftest import STUDENTS, enter_student, enter_teacher
from tests.groups.test_agreements import OWN, accept, group_of, propose
from tests.groups.test_products import names, page_of, save

if TYPE_CHECKING:
    from lti_tool.web.edge import Instruments
    from tests.groups.conftest import Circle


@pytest.fixture
def step(content: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(
        step
        for unit in content["modules"][0]["units"]
        for step in unit["steps"]
        if step["kind"] == "group" and step["product"]
    )
    return found


def move(circle: Circle, person: str, number: int) -> str:
    """Let a teacher move somebody, whose page of the old group is still open."""
    return circle.place(person, number)


def test_old_page_accepts_nothing_in_a_new_group(circle: Circle) -> None:
    old = circle.group_id
    new = move(circle, "esra", 2)
    propose(circle.visits["amina"])
    propose(circle.visits["esra"])
    move(circle, "amina", 2)

    answer = circle.visits["amina"].post("/group/agreements/accept", {"group": old, "version": "1"})

    assert answer.status_code == 409
    with circle.database.session(writes=False) as session:
        group = read_group(session, new)
    assert group is not None
    assert not any(one.has_accepted for one in group.people)


def test_old_page_writes_over_no_agreements_of_a_new_group_and_gives_the_lines_back(circle: Circle) -> None:
    old = circle.group_id
    move(circle, "esra", 2)
    propose(circle.visits["esra"])
    move(circle, "amina", 2)

    typed = {"group": old, "version": "1", "own-1": "Alleen voor groep een."}
    answer = circle.visits["amina"].post("/group/agreements", typed)

    assert answer.status_code == 409
    assert "Alleen voor groep een." in answer.text
    assert "Alleen voor groep een." not in circle.visits["esra"].get("/group").text
    assert OWN in circle.visits["esra"].get("/group").text


def test_old_page_writes_in_no_product_of_a_new_group_and_gives_the_texts_back(
    circle: Circle, step: dict[str, Any]
) -> None:
    old, (first, *_) = circle.group_id, names(step)
    move(circle, "amina", 2)

    answer = save(circle.visits["amina"], step, {first: "Voor groep een."}, {}, group=old, **{"hand-in": "yes"})

    assert answer.status_code == 409
    assert "Voor groep een." in answer.text
    assert "Voor groep een." not in page_of(circle.visits["amina"], step)


@pytest.mark.parametrize("path", ["/group/name", "/group/guest", "/group/guest/end"])
def test_old_page_changes_nothing_else_of_a_new_group(circle: Circle, path: str) -> None:
    old = circle.group_id
    move(circle, "amina", 2)

    answer = circle.visits["amina"].post(path, {"group": old, "name": "Nieuw", "teacher": circle.members["bram"]})

    assert answer.status_code == 409


def test_whoever_has_accepted_can_take_it_back(circle: Circle) -> None:
    propose(circle.visits["amina"])
    accept(circle.visits["amina"])
    assert 'data-action="agree-no-more"' in circle.visits["amina"].get("/group/agreements/otherwise").text

    circle.visits["amina"].post("/group/agreements/accept", {"accepts": "no"})

    assert not any(one.has_accepted for one in group_of(circle).people)
    assert 'data-action="agree-no-more"' not in circle.visits["amina"].get("/group/agreements/otherwise").text


def test_nothing_is_handed_in_that_the_presser_has_not_seen(circle: Circle, step: dict[str, Any]) -> None:
    first, second, *_ = names(step)
    save(circle.visits["bram"], step, {second: "Half af"}, {})

    answer = save(circle.visits["amina"], step, {first: "Klaar."}, {}, **{"hand-in": "yes"})

    assert answer.headers["Location"].endswith("#read-first")
    page = page_of(circle.visits["amina"], step)
    assert 'data-status="open"' in page
    assert "Klaar." in page
    seen = {first: "Klaar.", second: "Half af"}
    answer = save(circle.visits["amina"], step, {}, seen, **{"hand-in": "yes"})
    assert answer.headers["Location"].endswith("#handed-in")


def test_grp_2_a_visit_ends_when_other_groups_come_into_use(circle: Circle) -> None:
    teacher = enter_teacher(circle)
    with circle.database.session(writes=False) as session:
        invited = circle.teacher_id(session)
    circle.visits["amina"].post("/group/guest", {"teacher": invited})
    address = f"/groups/group/{circle.group_id}/visit"
    assert teacher.get(address).status_code == 200

    with circle.database.session(writes=True) as session, session.begin():
        context_id = session.execute(select(GroupSet.context_id)).scalar_one()
        use_set(session, context_id, create_set(session, context_id, "Na de kerst"))

    assert teacher.get(address).status_code == 404
    with circle.database.session(writes=False) as session:
        assert session.execute(select(Visit)).first() is None


def test_grp_2_a_visit_ends_when_somebody_new_comes(circle: Circle) -> None:
    teacher = enter_teacher(circle)
    with circle.database.session(writes=False) as session:
        invited = circle.teacher_id(session)
    move(circle, "esra", 2)
    circle.visits["amina"].post("/group/guest", {"teacher": invited})

    move(circle, "esra", 1)

    assert teacher.get(f"/groups/group/{circle.group_id}/visit").status_code == 404


def test_course_has_one_set_in_use_whoever_begins_it(circle: Circle) -> None:
    with circle.database.session(writes=True) as session, session.begin():
        context_id = session.execute(select(GroupSet.context_id)).scalar_one()
        second = create_set(session, context_id, "Tweede")
        use_set(session, context_id, second)
        in_use = session.execute(select(GroupSet.id).where(GroupSet.is_in_use)).scalars().all()
        assert in_use == [second]
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(update(GroupSet).values(is_in_use=True))


def test_teacher_who_looks_as_a_student_joins_no_group(circle: Circle) -> None:
    propose(circle.visits["amina"])
    for person in STUDENTS:
        accept(circle.visits[person])
    with circle.database.session(writes=True) as session, session.begin():
        open_sign_up(session, circle.set_id, size=5, groups=2)
    visit = enter_student(circle.door, "test_student")

    assert 'data-page="no-group"' in visit.get("/group").text
    assert visit.post("/group/choose", {"group": circle.group_id}).status_code == 409
    assert group_of(circle).has_agreed


def test_whoever_teaches_now_sees_no_group_in_which_they_were(circle: Circle) -> None:
    amina = circle.members["amina"]
    with circle.database.session(writes=True) as session, session.begin():
        session.execute(update(Membership).where(Membership.id == amina).values(role="instructor"))
        assert read_own_group(session, amina) is None


def test_rsk_24_a_group_with_somebody_to_be_apart_from_is_offered_to_nobody_it_is_closed_to(circle: Circle) -> None:
    visit = enter_student(circle.door, "femke")
    circle.visits["femke"] = visit
    circle.read_members()
    with circle.database.session(writes=True) as session, session.begin():
        context_id = session.execute(select(GroupSet.context_id)).scalar_one()
        open_sign_up(session, circle.set_id, size=5, groups=2)
        before = read_sign_up(session, context_id, circle.members["femke"])
        keep_wish(session, context_id, circle.members["femke"], circle.members["amina"], APART)
        after = read_sign_up(session, context_id, circle.members["femke"])

    assert before is not None
    assert after is not None
    assert circle.group_id in [one.id for one in before.groups]
    assert circle.group_id not in [one.id for one in after.groups]
    assert len(re.findall(r"data-group", visit.get("/group").text)) == 1


def test_empty_groups_stay_while_students_choose(circle: Circle) -> None:
    with circle.database.session(writes=True) as session, session.begin():
        open_sign_up(session, circle.set_id, size=4, groups=4)
        keep_plan(session, circle.set_id, dict.fromkeys(circle.members.values(), 2), {})
        confirm_plan(session, circle.set_id)
        assert session.execute(select(func.count()).select_from(Group)).scalar_one() == 4


def test_whoever_is_aside_is_led_nowhere_that_is_closed_to_them(circle: Circle) -> None:
    propose(circle.visits["amina"])
    with circle.database.session(writes=True) as session, session.begin():
        set_aside(session, set_id=circle.set_id, membership_id=circle.members["esra"], is_aside=True)

    assert '/group/agreements"' not in circle.visits["esra"].get("/group/agreements/otherwise").text


def test_older_press_of_a_teacher_takes_no_acceptance_of_who_is_back_already(circle: Circle) -> None:
    propose(circle.visits["amina"])
    esra = circle.members["esra"]
    with circle.database.session(writes=True) as session, session.begin():
        set_aside(session, set_id=circle.set_id, membership_id=esra, is_aside=True)
    accept(circle.visits["esra"])

    with circle.database.session(writes=True) as session, session.begin():
        set_aside(session, set_id=circle.set_id, membership_id=esra, is_aside=False)
        accepted = session.execute(select(Acceptance.membership_id)).scalars().all()
        is_aside = session.execute(select(GroupMember.is_aside).where(GroupMember.membership_id == esra)).scalar_one()

    assert accepted == [esra]
    assert not is_aside


def test_asking_for_another_group_is_remembered_on_a_page_that_came_back(circle: Circle) -> None:
    circle.visits["amina"].post("/group/another", {"asks": "yes"})

    answer = circle.visits["amina"].post("/group/name", {"name": "x" * 41})

    assert answer.status_code == 422
    assert 'data-action="stay-in-group"' in answer.text


def test_product_that_no_key_opens_offers_no_form(circle: Circle, step: dict[str, Any], tools: Instruments) -> None:
    first, *_ = names(step)
    save(circle.visits["amina"], step, {first: "Geheim."}, {})
    with circle.database.session(writes=True) as session, session.begin():
        product = read_product(session, SealedTexts(tools.key_ring), group_id=circle.group_id, step_id=step["id"])
        assert product.is_readable
        session.execute(update(Product).values(text=b"spoiled"))

    page = page_of(circle.visits["amina"], step)
    answer = save(circle.visits["amina"], step, {first: "Opnieuw getypt."}, {first: mark("")})

    assert "<textarea" not in page
    assert answer.status_code == 503
    assert "Opnieuw getypt." in answer.text


def test_guest_sees_what_the_group_is_making_and_stands_beside_its_fields(circle: Circle, step: dict[str, Any]) -> None:
    teacher, (first, *_) = enter_teacher(circle), names(step)
    save(circle.visits["amina"], step, {first: "Half af werk."}, {})
    assert "Marijke Vos" not in page_of(circle.visits["bram"], step)
    with circle.database.session(writes=False) as session:
        invited = circle.teacher_id(session)

    circle.visits["amina"].post("/group/guest", {"teacher": invited})

    assert "Half af werk." in teacher.get(f"/groups/group/{circle.group_id}/visit").text
    assert "Marijke Vos" in page_of(circle.visits["bram"], step)


def test_group_that_everybody_left_is_chosen_by_nobody(circle: Circle) -> None:
    propose(circle.visits["amina"])
    for person in STUDENTS:
        move(circle, person, 2)
    visit = enter_student(circle.door, "femke")
    with circle.database.session(writes=True) as session, session.begin():
        open_sign_up(session, circle.set_id, size=4, groups=2)
        numbers = session.execute(select(Group.number).order_by(Group.number)).scalars().all()

    assert numbers == [1, 2, 3], "a new group begins beside the one that is full"
    assert circle.group_id not in visit.get("/group").text
    assert visit.post("/group/choose", {"group": circle.group_id}).status_code == 409

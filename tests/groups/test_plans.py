"""What a plan promises: new groups are new, what was shown is what is confirmed, and nothing that was typed is lost."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, insert, select, update

from lti_tool.groups.forming import SIZES, choose_nearest, form_again, form_groups, from_proposal, place_latecomers
from lti_tool.groups.models import ChangeRequest, Group, GroupMember, GroupSet, PlannedPlace, Product
from lti_tool.groups.renumbering import keep_numbers, shorten
from lti_tool.groups.schemas import LONGEST_LIST
from lti_tool.groups.sets import APART, keep_wish
from lti_tool.kernel.ids import new_id
from lti_tool.kernel.merging import mark
from lti_tool.people.models import CourseContext, Membership, Person
from tests.demo_lms.people import CAST
from tests.door import form_token
from tests.groups.conftest import STUDENTS, enter_teacher
from tests.groups.test_products import names, page_of, save, step
from tests.groups.test_teachers_pages import OTHERS, confirm, crowd, places, plan, teacher

if TYPE_CHECKING:
    from tests.door import Visit
    from tests.groups.conftest import Circle
    from tests.police import StatementRecorder

__all__ = ["crowd", "step", "teacher"]
FEW = st.dictionaries(st.sampled_from("abcdefghij"), st.integers(1, 5))


def ask(circle: Circle, question: Any) -> list[Any]:
    with circle.database.session(writes=False) as session:
        return list(session.execute(question).all())


def keep_apart(circle: Circle, one: str, other: str) -> None:
    with circle.database.session(writes=True) as session, session.begin():
        context_id = session.execute(select(GroupSet.context_id)).scalars().one()
        keep_wish(session, context_id, circle.members[one], circle.members[other], APART)


def bind_to_section(circle: Circle, *people: str) -> None:
    """Let the teacher see these students only."""
    with circle.database.session(writes=True) as session, session.begin():
        ids = [circle.members[one] for one in people]
        session.execute(update(Membership).where(Membership.id.in_(ids)).values(sections=",12,"))
        bound = update(Membership).where(Membership.role == "instructor")
        session.execute(bound.values(sections=",12,", sees_own_sections_only=True))


def put_in_lms_groups(circle: Circle, groups: dict[str, str]) -> None:
    with circle.database.session(writes=True) as session, session.begin():
        for person, packed in groups.items():
            change = update(Membership).where(Membership.id == circle.members[person])
            session.execute(change.values(lms_groups=packed))


def name_of(person: str) -> str:
    return str(CAST[person].person.name)


def number_of(circle: Circle, person: str) -> int:
    found = select(Group.number).join(GroupMember).where(GroupMember.membership_id == circle.members[person])
    return int(ask(circle, found)[0][0])


# New groups are new


def test_nobody_reads_the_work_of_strangers_when_groups_are_formed_anew(
    crowd: Circle, teacher: Visit, step: dict[str, Any]
) -> None:
    first, *_ = names(step)
    save(crowd.visits["amina"], step, {first: "Alleen voor ons vieren."}, {})

    page = plan(teacher, "new")
    assert "data-left" in page
    confirm(teacher)

    assert all("Alleen voor ons vieren." not in page_of(crowd.visits[one], step) for one in crowd.visits)
    assert ask(crowd, select(func.count()).select_from(Product)) == [(1,)]
    assert all(number > 1 for (number,) in ask(crowd, select(Group.number).join(GroupMember)))


def test_a_new_number_is_never_that_of_an_emptied_group(crowd: Circle, teacher: Visit, step: dict[str, Any]) -> None:
    for person in ("daan", "chiyun", "femke"):
        crowd.place(person, 2)
    first, *_ = names(step)
    save(crowd.visits["daan"], step, {first: "Oud werk."}, {})
    for person in ("daan", "chiyun", "femke"):
        teacher.post(f"/groups/student/{crowd.members[person]}/place", {"out": "yes"})

    plan(teacher, "latecomers")
    confirm(teacher)

    assert all("Oud werk." not in page_of(crowd.visits[one], step) for one in crowd.visits)
    assert {number for (number,) in ask(crowd, select(Group.number).join(GroupMember))} == {1, 3}


def test_a_list_does_not_open_an_emptied_group_by_its_name(crowd: Circle, teacher: Visit, step: dict[str, Any]) -> None:
    crowd.place("daan", 2)
    crowd.visits["daan"].post("/group/name", {"name": "Rood"})
    first, *_ = names(step)
    save(crowd.visits["daan"], step, {first: "Oud werk."}, {})
    teacher.post(f"/groups/student/{crowd.members['daan']}/place", {"out": "yes"})

    teacher.post("/groups/list", {"list": "\n".join(f"{name_of(one)};Rood" for one in ("joost", "kwame", "femke"))})
    confirm(teacher)

    assert number_of(crowd, "joost") == 3
    assert "Oud werk." not in page_of(crowd.visits["joost"], step)


def test_plan_says_when_a_group_with_work_goes_to_other_people(
    crowd: Circle, teacher: Visit, step: dict[str, Any]
) -> None:
    first, *_ = names(step)
    save(crowd.visits["amina"], step, {first: "Werk."}, {})
    plan(teacher, "new", "3")
    assert "data-handed-on" not in teacher.get("/groups/plan").text

    teacher.post("/groups/plan/place", {"student": crowd.members["femke"], "number": "1"})

    assert "data-handed-on" in teacher.get("/groups/plan").text


@given(FEW, st.integers(0, 9), st.sampled_from([3, 4]))
def test_new_numbers_go_on_from_the_highest_there_is(current: dict[str, int], highest: int, size: int) -> None:
    people = [*current, "x", "y", "z"]
    top = max(highest, *current.values(), 0)

    for forming in (place_latecomers, form_again):
        formed = forming(people, current, size=size, seed=1, highest=highest)
        assert all(number > top for number in formed.placement.values() if number not in current.values())
    anew = form_groups(people, size=size, seed=1, highest=highest)
    assert set(anew.placement.values()) == {highest + 1 + count for count in range(len(anew.sizes))}


@given(FEW, FEW, st.dictionaries(st.integers(1, 5), st.integers(1, 5)), st.integers(0, 9))
def test_no_two_proposed_groups_take_one_number(
    proposed: dict[str, int], places: dict[str, int], named: dict[int, int], highest: int
) -> None:
    named = {number: here for number, here in named.items() if number in proposed.values()}
    kept = keep_numbers(proposed, places, named, highest)

    assert set(kept) == set(proposed.values())
    assert len(set(kept.values())) == len(kept)
    assert all(number in places.values() or number in named.values() or number > highest for number in kept.values())


@given(st.dictionaries(st.integers(1, 6), st.text("ab ", min_size=1, max_size=12)))
def test_shortened_labels_fit_and_differ(labels: dict[int, str]) -> None:
    short = shorten(labels, 5)

    assert all(len(label) <= 5 for label in short.values())
    assert len(set(short.values())) == len(short)


def test_long_labels_that_begin_alike_are_different_groups(crowd: Circle, teacher: Visit) -> None:
    people = [one for one in crowd.members if CAST[one].person.name]
    begin = "Sociaal werk voltijd jaar 1 Nijmegen 2026, groep "
    text = "\n".join(f"{name_of(one)};{begin}{'AB'[place % 2]}" for place, one in enumerate(people))

    for _ in range(2):
        assert teacher.post("/groups/list", {"list": text}).status_code == 200
        confirm(teacher)
        found = {one: number_of(crowd, one) for one in people}
        assert len(set(found.values())) == 2
        assert len({number for one, number in found.items() if people.index(one) % 2}) == 1


def test_plan_says_which_name_of_a_group_a_list_replaces(crowd: Circle, teacher: Visit) -> None:
    crowd.visits["amina"].post("/group/name", {"name": "De Eikels"})

    answer = teacher.post("/groups/list", {"list": "\n".join(f"{name_of(one)};SW1A-1" for one in ("amina", "bram"))})

    assert re.search(r"data-renamed>De Eikels [^<]*SW1A-1", answer.text)


# What was shown is what is confirmed


def test_only_the_plan_that_was_shown_is_confirmed(crowd: Circle, teacher: Visit) -> None:
    seen = re.findall(r'name="seen" value="([^"]*)"', plan(teacher, "latecomers"))[-1]
    before = places(crowd)
    plan(enter_teacher(crowd, "teaching_assistant"), "new", "3")

    answer = teacher.post("/groups/plan/confirm", {"seen": seen})

    assert answer.status_code == 409
    assert "data-errors" in answer.text
    assert places(crowd) == before
    newer = re.findall(r'name="seen" value="([^"]*)"', answer.text)[-1]
    assert teacher.post("/groups/plan/confirm", {"seen": newer}).status_code == 303


def test_pressing_confirm_without_a_plan_says_so(crowd: Circle, teacher: Visit) -> None:
    for path, more in (("confirm", {}), ("place", {"student": crowd.members["amina"], "number": "1"})):
        answer = teacher.post(f"/groups/plan/{path}", more)
        assert answer.headers["Location"].endswith("/groups#no-plan")
    assert ask(crowd, select(PlannedPlace.membership_id, PlannedPlace.number)) == []


def test_looking_at_a_plan_changes_no_size_and_no_plan_that_waits(crowd: Circle, teacher: Visit) -> None:
    teacher.post("/groups/sign-up", {"groups": "3", "size": "5"})
    plan(teacher, "again", "3")
    waiting = ask(crowd, select(PlannedPlace.membership_id, PlannedPlace.number))
    assert ask(crowd, select(GroupSet.size)) == [(5,)]

    assert "data-errors" in teacher.post("/groups/form", {"way": "lms", "size": "6"}).text

    assert ask(crowd, select(PlannedPlace.membership_id, PlannedPlace.number)) == waiting
    assert ask(crowd, select(GroupSet.size)) == [(5,)]


def test_the_planned_size_is_stored_with_the_press_that_confirms(crowd: Circle, teacher: Visit) -> None:
    answer = teacher.post("/groups/form", {"way": "new", "size": "3"})
    page = teacher.get(answer.headers["Location"].removeprefix(teacher.home)).text
    found = {name: re.findall(rf'name="{name}" value="([^"]*)"', page)[-1] for name in ("seen", "size")}

    teacher.post("/groups/plan/confirm", found)

    assert found["size"] == "3"
    assert ask(crowd, select(GroupSet.size)) == [(3,)]


@pytest.mark.parametrize("query", ["?size=0", "?size=x", "?way=x", "?page=0"])
def test_address_of_a_plan_that_no_page_has_is_not_there(teacher: Visit, query: str) -> None:
    plan(teacher, "new")
    assert teacher.get(f"/groups/plan{query}").status_code == 404


def test_warnings_are_of_everybody_also_of_who_the_plan_does_not_name(crowd: Circle, teacher: Visit) -> None:
    keep_apart(crowd, "daan", "amina")
    for person in ("chiyun", "femke", "joost"):
        crowd.place(person, 2)
    crowd.visits["amina"].post("/group/name", {"name": "Rood"})
    crowd.visits["femke"].post("/group/name", {"name": "Blauw"})

    page = teacher.post("/groups/list", {"list": f"{name_of('daan')};Rood\n{name_of('chiyun')};Rood"}).text

    assert "data-broken>" in page
    assert re.search(r"data-large>[^<]*Rood", page)
    assert re.search(r"data-small>[^<]*Blauw", page)


def test_only_groups_there_are_and_the_next_new_one_can_be_typed(crowd: Circle, teacher: Visit) -> None:
    plan(teacher, "new")
    student = crowd.members["amina"]
    for path, more in (("plan/place", {"student": student}), (f"student/{student}/place", {})):
        answer = teacher.post(f"/groups/{path}", {"number": "4999", **more})
        assert answer.status_code == 422
        assert 'class="why"' in answer.text
    assert [number for (number,) in ask(crowd, select(Group.number))] == [1]


def test_plan_shows_the_number_of_a_group_that_has_a_name(crowd: Circle, teacher: Visit) -> None:
    crowd.visits["amina"].post("/group/name", {"name": "Rood"})
    page = plan(teacher, "latecomers")
    assert re.search(r'Rood <span class="small soft">(nummer|number) 1,', page)


# On a screen that the class may see


def test_who_asks_and_who_is_kept_apart_stand_behind_a_press(crowd: Circle, teacher: Visit) -> None:
    crowd.visits["amina"].post("/group/another", {"asks": "yes"})
    keep_apart(crowd, "amina", "bram")
    plan(teacher, "latecomers")

    for page, what in (
        (teacher.get("/groups").text, "data-request"),
        (teacher.get("/groups/plan").text, "data-broken"),
    ):
        inside = "".join(re.findall(r"<details.*?</details>", page, re.DOTALL))
        assert f"<li {what}>" in inside
        assert page.count(f"<li {what}>") == inside.count(f"<li {what}>")
        assert not re.search(r"<details[^>]* open", page)


def test_who_is_set_aside_stands_on_their_own_page_alone(crowd: Circle, teacher: Visit) -> None:
    pages = ("/groups", f"/groups/group/{crowd.group_id}")
    before = [main(teacher.get(one).text) for one in pages]

    teacher.post(f"/groups/student/{crowd.members['esra']}/aside", {"aside": "yes"})

    assert [main(teacher.get(one).text) for one in pages] == before
    assert 'data-action="take-back-in"' in teacher.get(f"/groups/student/{crowd.members['esra']}").text


def main(page: str) -> str:
    return re.sub(r'name="form_token" value="[^"]*"', "", page[page.index("<main") : page.index("</main")])


# One student


def test_grp_2b_teacher_of_a_section_moves_students_only_where_they_see(crowd: Circle, teacher: Visit) -> None:
    crowd.place("daan", 2)
    crowd.place("femke", 3)
    crowd.visits["amina"].post("/group/name", {"name": "Van een ander"})
    bind_to_section(crowd, "daan", "femke")
    address = f"/groups/student/{crowd.members['daan']}"
    before = places(crowd)

    page = teacher.get(address).text
    assert "Van een ander" not in page
    assert re.findall(r'name="number" value="(\d+)"', page) == ["3"]

    for number in ("1", "4", "77"):
        answer = teacher.post(f"{address}/place", {"number": number})
        assert answer.status_code == 422
        assert re.search(rf'class="why" id="why-number">[^<]*{number}', answer.text)
    assert places(crowd) == before
    assert teacher.post(f"{address}/place", {"number": "3"}).status_code == 303
    assert number_of(crowd, "daan") == 3


def test_student_next_to_somebody_to_be_apart_from_is_said_before_and_after(crowd: Circle, teacher: Visit) -> None:
    keep_apart(crowd, "daan", "amina")
    address = f"/groups/student/{crowd.members['daan']}"
    assert "data-has-foe" in teacher.get(address).text
    assert "data-with-foe" not in teacher.get(address).text

    teacher.post(f"{address}/place", {"number": "1"})

    assert "data-with-foe" in teacher.get(address).text


def test_moving_somebody_to_where_they_are_keeps_their_request(crowd: Circle, teacher: Visit) -> None:
    crowd.visits["amina"].post("/group/another", {"asks": "yes"})

    answer = teacher.post(f"/groups/student/{crowd.members['amina']}/place", {"number": "1"})

    assert answer.headers["Location"].endswith("#same-group")
    assert len(ask(crowd, select(ChangeRequest.membership_id))) == 1


def test_setting_aside_begins_no_set(crowd: Circle) -> None:
    teacher = crowd.door.enter("teacher", "sw1b")
    crowd.door.enter("amina", "sw1b")
    found = select(Membership.id).join(CourseContext).where(Membership.role == "learner")
    other = found.where(~CourseContext.id.in_(select(GroupSet.context_id)))
    membership_id = ask(crowd, other)[0][0]
    count = len(ask(crowd, select(GroupSet.id)))

    assert teacher.post(f"/groups/student/{membership_id}/aside", {"aside": "yes"}).status_code == 404
    assert len(ask(crowd, select(GroupSet.id))) == count


def test_sign_up_proposes_a_place_for_everybody(teacher: Visit) -> None:
    # Four are in one group of four, five are in none.
    assert re.findall(r'name="groups" value="(\d+)"', teacher.get("/groups").text) == ["3"]


# Groups of the LMS

LMS_GROUPS = st.dictionaries(st.sampled_from("abcdefghijkl"), st.frozensets(st.sampled_from("pqrs"), max_size=3))


@given(LMS_GROUPS, st.sampled_from(SIZES))
def test_lms_group_that_comes_nearest_is_chosen(named: dict[str, frozenset[str]], size: int) -> None:
    chosen = choose_nearest(named, size)

    load = {label: sum(label in labels for labels in named.values()) for labels in named.values() for label in labels}
    small = {label for label, count in load.items() if count in SIZES} or set(load)
    assert chosen == choose_nearest(dict(reversed(named.items())), size)
    assert set(chosen) == {one for one, labels in named.items() if labels & small}
    for one, label in chosen.items():
        assert label in named[one] & small
        assert all(abs(load[label] - size) <= abs(load[other] - size) for other in named[one] & small)


def test_lms_plan_says_how_many_were_in_several_groups_and_in_none(crowd: Circle, teacher: Visit) -> None:
    people = [one for one in crowd.members if one != "kwame"]
    put_in_lms_groups(crowd, {one: f",jaar1,p{place % 2}," for place, one in enumerate(people)})
    put_in_lms_groups(crowd, {"kwame": ",jaar1,"})

    answer = teacher.post("/groups/form", {"way": "lms", "size": "4"})
    page = teacher.get(answer.headers["Location"].removeprefix(teacher.home)).text

    assert 'data-several="8"' in page
    assert 'data-nowhere="1"' in page
    assert sorted(
        number for (number,) in ask(crowd, select(func.count(PlannedPlace.number)).group_by(PlannedPlace.number))
    ) == [4, 4]


def test_lms_labels_that_are_chosen_make_a_proposal_of_everybody() -> None:
    chosen = choose_nearest({"a": ("x", "all"), "b": ("x", "all"), "c": ("all",)}, 4)
    assert from_proposal("abc", chosen).placement == {"a": 1, "b": 1, "c": 1}


# A list


def paste(teacher: Visit, text: str) -> Any:
    """Paste a list as the form sends it."""
    data = {"form_token": form_token(teacher.get().text), "list": text}
    headers = {"Sec-Fetch-Site": "same-origin"}
    return teacher.client.post(
        f"{teacher.home}/groups/list", data=data, headers=headers, content_type="multipart/form-data"
    )


def test_list_of_five_thousand_students_fits(teacher: Visit) -> None:
    text = "".join(f'"Achtérnaam{place:04}, Voornaam";"SW1A-{place // 4:04}"\r\n' for place in range(5000))
    assert len(text.replace("\r\n", "")) >= 5000 * 37
    assert len(urlencode({"list": text})) > LONGEST_LIST

    answer = paste(teacher, text)

    assert answer.status_code == 422  # nobody of the list is in this course
    assert "4999, Voornaam" in answer.text
    assert 'enctype="multipart/form-data"' in answer.text


@pytest.mark.parametrize("letter", ["x", "é", "字", "&"])
@pytest.mark.one_database
def test_list_that_is_too_long_comes_back_with_how_to_split_it(teacher: Visit, letter: str) -> None:
    line = "Noor " + letter * 30 + "\r\n"
    text = line * (LONGEST_LIST // len(line.encode()))
    assert paste(teacher, text).status_code == 422
    assert 'class="errors"' in paste(teacher, text).text

    answer = paste(teacher, text + line)

    assert answer.status_code == 422
    assert "helft" in answer.text or "half" in answer.text


@pytest.mark.parametrize(("line", "shown"), [("{0}", 8), ("{0};{0}", 1)])
def test_list_that_cannot_be_read_says_why(teacher: Visit, line: str, shown: int) -> None:
    people = [one for one in (*STUDENTS, *OTHERS) if CAST[one].person.name]

    answer = teacher.post("/groups/list", {"list": "\n".join(line.format(name_of(one)) for one in people)})

    assert answer.status_code == 422
    assert answer.text.count("<li data-problem>") == shown


# What a teacher says of the task


@pytest.fixture
def handed_in(circle: Circle, step: dict[str, Any]) -> str:
    """The address where a teacher answers what the group handed in."""
    first, *_ = names(step)
    save(circle.visits["amina"], step, {first: "Vier brillen."}, {}, **{"hand-in": "yes"})
    return f"/groups/group/{circle.group_id}/step/{step['id']}"


def test_two_teachers_who_answer_at_once_see_both_texts(circle: Circle, handed_in: str) -> None:
    one, other = enter_teacher(circle), enter_teacher(circle, "teaching_assistant")
    empty = {"seen": mark("")}
    assert one.post(handed_in, {"feedback": "Van de een.", **empty}).status_code == 303

    answer = other.post(handed_in, {"feedback": "Van de ander.", **empty})

    assert answer.status_code == 409
    assert "Van de een." in answer.text
    assert "Van de ander." in answer.text
    seen = re.findall(r'name="seen" value="([^"]*)"', answer.text)[-1]
    assert seen == mark("Van de een.")
    assert other.post(handed_in, {"feedback": "Van ons beiden.", "seen": seen}).status_code == 303
    assert "Van ons beiden." in one.get(handed_in.partition("/step")[0]).text


def test_answer_to_what_was_opened_again_meanwhile_is_not_lost(circle: Circle, handed_in: str) -> None:
    one, other = enter_teacher(circle), enter_teacher(circle, "teaching_assistant")
    one.post(handed_in, {"feedback": "Kijk nog eens.", "open": "yes", "seen": mark("")})

    answer = other.post(handed_in, {"feedback": "Lang getypt antwoord.", "seen": mark("")})

    assert answer.status_code == 409
    assert "Lang getypt antwoord." in answer.text
    assert "Kijk nog eens." in answer.text
    assert "Vier brillen." not in answer.text
    assert other.post(f"{handed_in}x", {"feedback": "x"}).status_code == 404


def test_too_long_an_answer_does_not_hide_what_a_colleague_wrote(circle: Circle, handed_in: str) -> None:
    one, other = enter_teacher(circle), enter_teacher(circle, "teaching_assistant")
    one.post(handed_in, {"feedback": "Van de een.", "seen": mark("")})

    answer = other.post(handed_in, {"feedback": "x" * 2001, "seen": mark("")})

    assert answer.status_code == 422
    seen = re.findall(r'name="seen" value="([^"]*)"', answer.text)[-1]
    assert other.post(handed_in, {"feedback": "Korter.", "seen": seen}).status_code == 409


def test_answer_that_cannot_be_opened_is_not_written_over(circle: Circle, handed_in: str) -> None:
    teacher = enter_teacher(circle)
    teacher.post(handed_in, {"feedback": "Mooi gevraagd.", "seen": mark("")})
    with circle.database.session(writes=True) as session, session.begin():
        session.execute(update(Product).values(feedback=b"onleesbaar"))

    page = teacher.get(handed_in.partition("/step")[0]).text
    assert "data-sealed" in page
    assert 'name="feedback"' not in page

    answer = teacher.post(handed_in, {"feedback": "Nieuw.", "open": "yes", "seen": mark("")})
    assert answer.status_code == 409
    assert "Nieuw." in answer.text
    assert ask(circle, select(Product.feedback, Product.is_handed_in)) == [(b"onleesbaar", True)]


# Large courses


def test_pages_that_read_nobody_cost_the_same_in_a_large_course(
    crowd: Circle, teacher: Visit, recorder: StatementRecorder
) -> None:
    plan(teacher, "again")
    with crowd.database.session(writes=True) as session, session.begin():
        context_id = session.execute(select(GroupSet.context_id)).scalars().one()
        registration_id = session.execute(select(Person.registration_id)).scalars().first()
        people = [
            {
                "id": new_id(),
                "registration_id": registration_id,
                "subject": f"x{place}",
                "display_name": f"Student {place}",
            }
            for place in range(300)
        ]
        session.execute(insert(Person), people)
        rows = [
            {
                "id": new_id(),
                "context_id": context_id,
                "person_id": one["id"],
                "role": "learner",
                "is_test_user": False,
                "sees_own_sections_only": False,
            }
            for one in people
        ]
        session.execute(insert(Membership), rows)
    keep_apart(crowd, "amina", "bram")

    for path in ("/groups/form", "/groups", f"/groups/student/{crowd.members['amina']}"):
        page = teacher.get(path).text
        assert "Student 299" not in page
        assert not [one for one in recorder.statements if "groups_planned_place" in one and "LIMIT" not in one]
        assert not [one for one in recorder.statements if "lms_groups" in one and "count(" not in one], path


def test_plan_of_a_section_is_no_place_for_a_bound_teacher(crowd: Circle, teacher: Visit) -> None:
    bind_to_section(crowd, *STUDENTS)
    for path in ("confirm", "place", "forget"):
        assert teacher.post(f"/groups/plan/{path}", {}).status_code == 404

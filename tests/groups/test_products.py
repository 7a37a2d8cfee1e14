"""What a group makes together: at the same moment, handed in once for all, opened again (product outline 3.2)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from lti_tool.groups.models import Product
from lti_tool.kernel.merging import mark
from tests.groups.conftest import enter_student, enter_teacher

if TYPE_CHECKING:
    from typing import Any

    from werkzeug.test import TestResponse

    from tests.door import Visit
    from tests.groups.conftest import Circle

STEP = "3.4"


@pytest.fixture
def step(content: dict[str, Any]) -> dict[str, Any]:
    units = content["modules"][0]["units"]
    return next(step for unit in units for step in unit["steps"] if f"{unit['number']}.{step['number']}" == STEP)


def names(step: dict[str, Any]) -> list[str]:
    return [field["id"] for field in step["product"]["fields"]]


def save(visit: Visit, step: dict[str, Any], texts: dict[str, str], seen: dict[str, str], **more: str) -> TestResponse:
    data = {f"text-{name}": texts.get(name, seen.get(name, "")) for name in names(step)}
    data |= {f"seen-{name}": mark(seen.get(name, "")) for name in names(step)}
    return visit.post(f"/group/step/{step['id']}", data | more)


def page_of(visit: Visit, step: dict[str, Any]) -> str:
    """The whole step: its notice asks first."""
    return visit.get(f"/step/{step['id']}/1").text


def test_what_one_member_saves_the_others_read(circle: Circle, step: dict[str, Any]) -> None:
    first, *_ = names(step)

    assert save(circle.visits["amina"], step, {first: "De juf ziet een kind dat moe is."}, {}).status_code == 303

    assert "De juf ziet een kind dat moe is." in page_of(circle.visits["nameless"], step)


def test_two_members_who_change_different_fields_lose_nothing(circle: Circle, step: dict[str, Any]) -> None:
    first, second, *_ = names(step)

    save(circle.visits["amina"], step, {first: "Van Amina."}, {})
    answer = save(circle.visits["bram"], step, {second: "Van Bram."}, {})

    assert answer.status_code == 303
    page = page_of(circle.visits["esra"], step)
    assert "Van Amina." in page
    assert "Van Bram." in page


def test_two_members_who_change_the_same_field_see_each_others_text(circle: Circle, step: dict[str, Any]) -> None:
    first, second, *_ = names(step)
    save(circle.visits["amina"], step, {first: "Van Amina."}, {})

    answer = save(circle.visits["bram"], step, {first: "Van Bram.", second: "Ook van Bram."}, {})

    assert answer.status_code == 200
    theirs = re.search(r"data-theirs>([^<]+)<", answer.text)
    assert theirs is not None
    assert theirs[1] == "Van Amina."
    assert "Van Bram." in answer.text
    page = page_of(circle.visits["esra"], step)
    assert "Van Amina." in page
    assert "Ook van Bram." in page
    assert ">\nVan Bram.<" not in page

    seen = {first: "Van Amina.", second: "Ook van Bram."}
    assert save(circle.visits["bram"], step, {first: "Van Amina en Bram."}, seen).status_code == 303
    assert "Van Amina en Bram." in page_of(circle.visits["amina"], step)


def test_nobody_hands_in_over_what_they_have_not_seen(circle: Circle, step: dict[str, Any]) -> None:
    first, *_ = names(step)
    save(circle.visits["amina"], step, {first: "Van Amina."}, {})

    save(circle.visits["bram"], step, {first: "Van Bram."}, {}, **{"hand-in": "yes"})

    assert 'data-status="open"' in page_of(circle.visits["amina"], step)


def test_one_member_hands_in_for_all_and_nothing_changes_after_that(circle: Circle, step: dict[str, Any]) -> None:
    first, *_ = names(step)
    answer = save(circle.visits["amina"], step, {first: "Klaar."}, {}, **{"hand-in": "yes"})
    assert answer.headers["Location"].endswith("#handed-in")

    page = page_of(circle.visits["bram"], step)
    assert 'data-status="handed-in"' in page
    assert "<textarea" not in page
    late = save(circle.visits["bram"], step, {first: "Te laat."}, {first: "Klaar."})
    assert late.status_code == 409
    assert "Te laat." in late.text
    assert "Te laat." not in page_of(circle.visits["amina"], step)


def test_teacher_reads_it_once_it_is_handed_in_and_not_before(circle: Circle, step: dict[str, Any]) -> None:
    teacher, (first, *_) = enter_teacher(circle), names(step)
    save(circle.visits["amina"], step, {first: "Vier brillen."}, {})
    assert "Vier brillen." not in teacher.get(f"/groups/group/{circle.group_id}").text

    save(circle.visits["amina"], step, {}, {first: "Vier brillen."}, **{"hand-in": "yes"})

    assert "Vier brillen." in teacher.get(f"/groups/group/{circle.group_id}").text


def test_teacher_opens_it_again_with_a_word_on_the_task(circle: Circle, step: dict[str, Any]) -> None:
    teacher, (first, *_) = enter_teacher(circle), names(step)
    save(circle.visits["amina"], step, {first: "Vier brillen."}, {}, **{"hand-in": "yes"})
    address = f"/groups/group/{circle.group_id}/step/{step['id']}"

    assert teacher.post(address, {"feedback": "Welke vraag past hierbij?", "open": "yes"}).status_code == 303

    page = page_of(circle.visits["esra"], step)
    assert "Welke vraag past hierbij?" in page
    assert "Vier brillen." in page
    assert "<textarea" in page
    assert "Vier brillen." not in teacher.get(f"/groups/group/{circle.group_id}").text


def test_too_long_a_text_comes_back_as_it_was_typed(circle: Circle, step: dict[str, Any]) -> None:
    first, *_ = names(step)
    long = "lang " * 500

    answer = save(circle.visits["amina"], step, {first: long}, {})

    assert answer.status_code == 422
    assert long.strip() in answer.text


def test_sto_1_what_a_group_makes_is_stored_encrypted_and_bound_to_its_place(
    circle: Circle, step: dict[str, Any]
) -> None:
    first, *_ = names(step)
    save(circle.visits["amina"], step, {first: "Geheim van de groep."}, {})

    with circle.database.session(writes=True) as session, session.begin():
        product = session.execute(select(Product)).scalar_one()
        assert b"Geheim van de groep." not in product.text
        product.step_id = "otherone"

    assert "Geheim van de groep." not in page_of(circle.visits["amina"], step)


def test_whoever_is_in_no_group_can_read_the_step_and_press_done(circle: Circle, step: dict[str, Any]) -> None:
    visit = enter_student(circle.door, "femke")

    page = visit.get(f"/step/{step['id']}/1")

    assert page.status_code == 200
    assert "<textarea" not in page.text
    assert save(visit, step, {}, {}).status_code == 404
    assert visit.post(f"/step/{step['id']}/done", {"done": "yes"}).status_code == 303


def test_step_that_has_nothing_to_hand_in_takes_nothing(circle: Circle, content: dict[str, Any]) -> None:
    read = content["modules"][0]["units"][0]["steps"][0]
    assert circle.visits["amina"].post(f"/group/step/{read['id']}", {}).status_code == 404
    assert circle.visits["amina"].post("/group/step/nosuchid", {}).status_code == 404

"""What the demo LMS offers a visitor to choose, and what the tool then gets."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.demo_lms.choice import STORAGES
from tests.demo_lms.knobs import CLAIM
from tests.demo_lms.people import CAST, CLASS, COURSES, PEOPLE
from tests.demo_lms.tools import FAMILIES, SAYS_PARTS
from tests.demo_lms_tests.conftest import NOW, PAGE, TOOL, Page, payload
from tests.demo_lms_tests.steps import add_tool, launch, log_in

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.demo_lms.platform import Platform
    from tests.demo_lms.registration import Registrar

FAULTS_OF_THE_FRAME = {"frame", "capabilities", "wrong_origin", "foreign_frame"}


@pytest.mark.parametrize("storage", STORAGES)
def test_login_and_launch_name_the_storage_that_was_chosen(browser: FlaskClient, storage: str) -> None:
    expected = STORAGES[storage]

    login = log_in(browser, f"&storage={storage}")[1]
    form = launch(browser, f"&storage={storage}")[1]

    assert login.get("lti_storage_target") == form.get("lti_storage_target") == expected


@pytest.mark.parametrize("storage", STORAGES)
@pytest.mark.parametrize("address", [f"{PAGE}&where=frame", "/two?left=amina&right=teacher&place=sw1/line"])
def test_page_listens_before_the_tool_can_speak(browser: FlaskClient, address: str, storage: str) -> None:
    page = Page(browser.get(f"{address}&storage={storage}").text)

    names = [attrs.get("name") for attrs in page.all("iframe")]
    tools = [attrs for attrs in page.all("iframe") if attrs["name"].startswith("tool")]
    order = [tag for tag, _ in page.tags if tag in ("script", "iframe")]
    assert order[0] == "script"
    assert page.all("script")[0]["data-tool-origin"] == TOOL
    assert ("lti_storage_frame" in names) == (storage in FAULTS_OF_THE_FRAME)
    assert all(("data-src" in attrs) == (storage in FAULTS_OF_THE_FRAME) for attrs in tools)
    assert all("where=window" in attrs["data-full-window"] for attrs in tools)


def test_foreign_storage_frame_is_the_same_machine_under_its_other_name(browser: FlaskClient) -> None:
    frames = Page(browser.get(f"{PAGE}&storage=foreign_frame").text).all("iframe")

    assert frames[0]["src"].startswith("http://localhost:5001/storage?")


def test_deployment_that_was_chosen_stands_in_login_and_launch(browser: FlaskClient) -> None:
    for number in ("1", "2", "3"):
        login = log_in(browser, f"&deployment={number}")[1]
        claims = launch(browser, f"&deployment={number}")[2]

        assert login["lti_deployment_id"] == claims[f"{CLAIM}deployment_id"] == number


def test_look_comes_as_custom_parameters(browser: FlaskClient) -> None:
    plain, contrast, brand = (
        launch(browser, f"&look={look}")[2][f"{CLAIM}custom"] for look in ("plain", "contrast", "brand")
    )

    assert plain.keys() & {"high_contrast", "brand"} == set()
    assert contrast["high_contrast"] == "true"
    assert json.loads(brand["brand"])["ic-brand-primary"] == "#0B5345"


def test_groups_and_sections_come_as_canvas_fills_them_in(browser: FlaskClient) -> None:
    sent, unresolved, silent = (
        launch(browser, f"&parts={parts}")[2][f"{CLAIM}custom"] for parts in ("sent", "unresolved", "silent")
    )

    amina = COURSES["sw1"].places[PEOPLE["amina"].id]
    assert (sent["group_ids"], sent["section_ids"]) == (amina.groups[0], "4101")
    assert sent["section_restricted"] is False
    assert unresolved["group_ids"] == "$Canvas.group.contextIds"
    assert unresolved["section_ids"] == "$Canvas.course.sectionIds"
    assert unresolved["section_restricted"] == "$Canvas.course.sectionRestricted"
    assert silent.keys() & {"group_ids", "section_ids", "section_restricted"} == set()


def custom_of(platform: Platform, person: str, course: str = "sw1") -> dict[str, Any]:
    place = COURSES[course]
    claims = platform.claims(
        PEOPLE[person], place, place.links["line"], nonce="n", target_link_uri=TOOL, now=NOW, parts="sent"
    )
    found: dict[str, Any] = claims[f"{CLAIM}custom"]
    return found


def test_teacher_is_in_both_sections_and_the_other_held_to_one(platform: Platform) -> None:
    teacher, held = custom_of(platform, "teacher"), custom_of(platform, "section_teacher")

    assert (teacher["group_ids"], teacher["section_ids"], teacher["section_restricted"]) == ("", "4101, 4102", False)
    assert (held["group_ids"], held["section_ids"], held["section_restricted"]) == ("", "4102", True)


@pytest.mark.parametrize(("person", "course"), [("mentor", "sw1"), ("amina", "sw1b")])
def test_of_who_is_not_enrolled_no_section_is_known(platform: Platform, person: str, course: str) -> None:
    custom = custom_of(platform, person, course)

    assert custom["group_ids"] == ""
    assert custom["section_ids"] == "$Canvas.course.sectionIds"
    assert custom["section_restricted"] == "$Canvas.course.sectionRestricted"


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("parts", SAYS_PARTS)
def test_registered_tool_gets_the_variables_that_it_asked_for(
    browser: FlaskClient, registrar: Registrar, family: str, parts: str
) -> None:
    variable = "$Moodle.Person.userGroupIds" if family == "moodle" else "$Canvas.group.contextIds"
    client_id = add_tool(registrar, family)
    tool = registrar.tools[client_id]
    registrar.tools[client_id] = replace(tool, custom={"group_ids": variable, "course": "$Context.id"})

    custom = launch(browser, f"&tool={client_id}&parts={parts}")[2][f"{CLAIM}custom"]

    (group,) = COURSES["sw1"].places[PEOPLE["amina"].id].groups
    assert custom["course"] == COURSES["sw1"].id
    assert custom.get("group_ids") == {"sent": group, "unresolved": variable, "silent": None}[parts]


def test_class_is_26_students_in_groups_of_about_four_and_two_sections() -> None:
    places = [COURSES["sw1"].places[PEOPLE[name].id] for name in CLASS]

    assert len(set(CLASS)) == 26
    assert [name for name in CLASS if PEOPLE[name].name is None] == ["nameless"]
    assert Counter(place.sections for place in places) == {("4101",): 13, ("4102",): 13}
    groups = Counter((place.sections, *place.groups) for place in places)
    assert len(groups) == len({group for _, group in groups}) == 6
    assert set(groups.values()) == {4, 5}
    assert not any(place.is_restricted for place in places)


def test_everybody_in_the_class_can_be_chosen(browser: FlaskClient) -> None:
    people = [button["data-person"] for button in Page(browser.get("/").text).all("button") if "data-person" in button]

    assert sorted(people) == sorted(PEOPLE)
    assert browser.get("/launch?person=roos&course=sw1&link=line").status_code == 200


def test_roles_of_the_cast_are_those_of_the_vocabulary() -> None:
    def roles(name: str) -> list[str]:
        return [role.removeprefix("http://purl.imsglobal.org/vocab/lis/v2/") for role in PEOPLE[name].roles]

    assert roles("teaching_assistant") == ["membership/Instructor#TeachingAssistant"]
    assert roles("nonediting_teacher") == ["membership#Instructor"]
    assert roles("designer") == ["membership#ContentDeveloper"]
    assert roles("mentor") == ["membership#Mentor"]
    assert roles("auditor") == ["membership/Mentor#Auditor", "institution/person#Observer"]
    assert roles("site_administrator") == ["institution/person#Administrator", "system/person#Administrator"]
    assert roles("test_student")[0] == "membership#Learner"
    assert roles("test_student")[1].endswith("vocab/lti/system/person#TestUser")
    assert {part.group for part in CAST.values()} == {"students", "staff", "others"}


@pytest.mark.parametrize("family", FAMILIES)
def test_registered_tool_is_launched_through_its_own_registration(
    browser: FlaskClient, registrar: Registrar, platform: Platform, family: str
) -> None:
    client_id = add_tool(registrar, family)

    action, login = log_in(browser, f"&tool={client_id}")
    status, _, claims = launch(browser, f"&tool={client_id}")

    assert (action, status) == (f"{TOOL}/lti/login/r-1", 200)
    assert login["client_id"] == claims["aud"] == client_id != platform.client_id
    assert login["lti_deployment_id"] == registrar.tools[client_id].deployment_id
    assert ("canvas_environment" in login) == (family == "canvas")
    assert "tool=" + client_id in claims[f"{CLAIM}launch_presentation"]["return_url"]


def test_tool_cannot_answer_for_another(browser: FlaskClient, registrar: Registrar) -> None:
    client_id = add_tool(registrar)

    assert launch(browser, f"&tool={client_id}", client_id="rugzak-demo")[0] == 400
    assert launch(browser, client_id=client_id)[0] == 400
    assert launch(browser, f"&tool={client_id}", redirect_uri=f"{TOOL}/elsewhere")[0] == 400


def test_tool_that_waits_cannot_be_launched(browser: FlaskClient, registrar: Registrar) -> None:
    client_id = registrar.register(registrar.issue_token("moodle", NOW), payload(), NOW)["client_id"]
    waiting = browser.get(f"{PAGE}&tool={client_id}").status_code

    browser.post("/admin/activate", data={"client_id": client_id})

    assert (waiting, browser.get(f"{PAGE}&tool={client_id}").status_code) == (404, 200)


def test_first_page_offers_the_tools_that_registered(browser: FlaskClient, registrar: Registrar) -> None:
    before = Page(browser.get("/").text)
    client_id = add_tool(registrar)

    after = Page(browser.get(f"/?tool={client_id}").text)

    assert "tool" not in [select["name"] for select in before.all("select")]
    assert [option for option in after.all("option") if option["value"] == client_id and "selected" in option]
    place = COURSES["sw1"]
    started = browser.get(f"/start?person=amina&place=sw1/{next(iter(place.links))}&tool={client_id}")
    assert f"tool={client_id}" in started.location

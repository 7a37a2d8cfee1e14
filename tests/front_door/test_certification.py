"""The certification cases of LTI 1.3, known-bad (B1 to B12) and valid (V1 to V9), each as teacher and as student."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from lti_tool.lti.refusals import Reason
from tests.demo_lms.knobs import CLAIM
from tests.demo_lms.people import PEOPLE
from tests.front_door.witness import STATUS, body_data, dump

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import PlatformKeyServer
    from tests.demo_lms.knobs import Launch
    from tests.door import Door, Visit
    from tests.front_door.witness import Witness

LIS = "http://purl.imsglobal.org/vocab/lis/v2"
PERSONAL = ("name", "given_name", "family_name", "middle_name", "email")
NAMES = ("name", "given_name", "family_name", "middle_name")


@dataclass(frozen=True)
class Base:
    """Whose launch it is, and whether this person has been here before."""

    person: str
    is_known: bool

    @property
    def role(self) -> str:
        return "instructor" if self.person == "teacher" else "learner"


@pytest.fixture(
    params=[Base("teacher", True), Base("teacher", False), Base("amina", True), Base("amina", False)],  # noqa: FBT003
    ids=["instructor-known", "instructor-new", "learner-known", "learner-new"],
)
def base(request: pytest.FixtureRequest) -> Base:
    found: Base = request.param
    return found


@pytest.fixture(params=["teacher", "amina"], ids=["instructor", "learner"])
def guest(request: pytest.FixtureRequest) -> Base:
    return Base(request.param, is_known=False)


@pytest.fixture
def refuse(door: Door, witness: Witness, base: Base) -> Callable[[Callable[[Launch], Any], str], None]:
    """Post a spoiled launch, and see it refused: nobody comes in, nothing is stored, one line is logged."""

    def refuse(spoil: Callable[[Launch], Any], reason: str) -> None:
        if base.is_known:
            door.enter(base.person)
        launch = door.prepare(base.person)
        # What a refused launch says must not be kept either.
        launch.claims["name"] = "Somebody Else"
        launch.claims[f"{CLAIM}context"]["title"] = "Another title"
        spoil(launch)
        witness.remember()

        response = door.post(launch)

        witness.assert_refused(response, reason)

    return refuse


def without(*claims: str) -> Callable[[Launch], None]:
    def spoil(launch: Launch) -> None:
        for claim in claims:
            del launch.claims[claim]

    return spoil


def with_claims(**changes: Any) -> Callable[[Launch], None]:
    """Change claims of the LTI namespace."""

    def spoil(launch: Launch) -> None:
        launch.claims.update({f"{CLAIM}{name}": value for name, value in changes.items()})

    return spoil


def test_every_reason_promises_one_answer() -> None:
    promised = {reason: status for reason, status in STATUS.items() if reason != "too_large"}

    assert promised.keys() == {reason.value for reason in Reason}
    assert set(STATUS.values()) <= {400, 401, 403, 404, 413, 429, 503}


def test_b1_no_key_id_is_refused(refuse: Callable[[Callable[[Launch], Any], str], None]) -> None:
    refuse(lambda launch: launch.header.pop("kid"), "key_id_missing")


def test_b2_incorrect_key_id_is_refused(refuse: Callable[[Callable[[Launch], Any], str], None]) -> None:
    refuse(lambda launch: launch.header.update(kid="imstester_66067"), "key_unknown")


def test_b2_incorrect_key_id_makes_the_tool_look_once_for_a_new_key(
    door: Door, key_server: PlatformKeyServer, guest: Base
) -> None:
    door.enter(guest.person)
    door.clock.move(seconds=61)

    response = door.launch(guest.person, knob="unknown_kid")

    assert response.status_code == 403
    assert len(key_server.fetched) == 2


def test_b3_wrong_version_is_refused(refuse: Callable[[Callable[[Launch], Any], str], None]) -> None:
    refuse(with_claims(version="11.3"), "version_refused")


def test_b4_no_version_is_refused(refuse: Callable[[Callable[[Launch], Any], str], None]) -> None:
    refuse(without(f"{CLAIM}version"), "claim_missing")


def test_b5_what_is_no_lti_message_is_refused(refuse: Callable[[Callable[[Launch], Any], str], None]) -> None:
    def spoil(launch: Launch) -> None:
        launch.claims = {"name": "badltilaunch"}

    refuse(spoil, "claim_missing")


def test_b6_missing_lti_claims_are_refused_together(
    refuse: Callable[[Callable[[Launch], Any], str], None],
) -> None:
    refuse(without("aud", "iss", "sub", f"{CLAIM}deployment_id", f"{CLAIM}roles"), "claim_missing")


@pytest.mark.parametrize("claim", ["aud", "iss", "sub", f"{CLAIM}deployment_id", f"{CLAIM}roles"])
def test_b6_each_missing_lti_claim_is_refused(
    claim: str, refuse: Callable[[Callable[[Launch], Any], str], None]
) -> None:
    refuse(without(claim), "claim_missing")


def test_b7_incorrect_timestamps_are_refused(refuse: Callable[[Callable[[Launch], Any], str], None]) -> None:
    refuse(lambda launch: launch.claims.update(iat=11111, exp=22222), "token_expired")


def test_b8_no_message_type_is_refused(refuse: Callable[[Callable[[Launch], Any], str], None]) -> None:
    refuse(without(f"{CLAIM}message_type"), "claim_missing")


def test_b9_no_roles_claim_is_refused(refuse: Callable[[Callable[[Launch], Any], str], None]) -> None:
    refuse(without(f"{CLAIM}roles"), "claim_missing")


def test_b10_no_deployment_id_is_refused(refuse: Callable[[Callable[[Launch], Any], str], None]) -> None:
    refuse(without(f"{CLAIM}deployment_id"), "claim_missing")


def test_b11_no_resource_link_is_refused(refuse: Callable[[Callable[[Launch], Any], str], None]) -> None:
    refuse(without(f"{CLAIM}resource_link"), "claim_missing")


@pytest.mark.parametrize("link", [{}, {"id": ""}, {"id": "  "}, {"id": None}, {"title": "no id"}])
@pytest.mark.one_database
def test_b11_resource_link_without_id_is_refused(
    link: dict[str, Any], refuse: Callable[[Callable[[Launch], Any], str], None]
) -> None:
    refuse(with_claims(resource_link=link), "claim_malformed")


def test_b12_no_user_is_refused(refuse: Callable[[Callable[[Launch], Any], str], None]) -> None:
    refuse(without("sub"), "claim_missing")


def enter_and_look(door: Door, guest: Base, spoil: Callable[[Launch], Any] | None = None) -> tuple[Visit, str]:
    """Come in and return the first page."""
    visit = door.enter(guest.person, spoil=spoil)
    page = visit.get()
    assert page.status_code == 200
    return visit, page.text


def test_v1_plain_launch_comes_in(door: Door, guest: Base) -> None:
    _, html = enter_and_look(door, guest)

    assert body_data(html) == {"role": guest.role, "page": "home"}


def test_v2_several_roles_give_the_same_view(door: Door, guest: Base) -> None:
    person = f"{LIS}/institution/person"
    roles = {
        "instructor": [f"{LIS}/membership#Instructor", f"{person}#Staff", f"{person}#Other"],
        "learner": [f"{LIS}/membership#Learner", f"{person}#Student", f"{person}#Mentor"],
    }[guest.role]

    _, html = enter_and_look(door, guest, with_claims(roles=roles))

    assert body_data(html)["role"] == guest.role


def test_v3_short_role_gives_the_same_view(door: Door, guest: Base) -> None:
    _, html = enter_and_look(door, guest, with_claims(roles=[guest.role.capitalize()]))

    assert body_data(html)["role"] == guest.role


def test_v4_unknown_role_gives_no_rights(door: Door, guest: Base) -> None:
    roles, role = {
        "instructor": ([f"{LIS}/unknown/unknown#Helper"], "observer"),
        "learner": ([f"{LIS}/membership#Learner", f"{LIS}/uknownrole/unknown#Unknown"], "learner"),
    }[guest.role]

    _, html = enter_and_look(door, guest, with_claims(roles=roles))

    assert body_data(html)["role"] == role


@pytest.mark.parametrize("roles", [[""], []], ids=["blank", "empty"])
def test_v5_no_role_gives_the_least_view(door: Door, guest: Base, roles: list[str]) -> None:
    _, html = enter_and_look(door, guest, with_claims(roles=roles))

    assert body_data(html)["role"] == "observer"
    assert 'data-action="done"' not in html


def assert_pseudonym(html: str, guest: Base) -> None:
    person = PEOPLE[guest.person]
    assert person.given_name is not None
    assert person.given_name not in html
    # A tree and a number, in the sentence at the foot that says who you are.
    foot = html.partition("<footer")[2]
    assert any(word.isdigit() and len(word) == 4 for word in foot.replace(",", " ").split())


def test_v6_only_email_shows_a_pseudonym(door: Door, guest: Base) -> None:
    def spoil(launch: Launch) -> None:
        for name in NAMES:
            launch.claims.pop(name, None)

    _, html = enter_and_look(door, guest, spoil)

    assert body_data(html)["role"] == guest.role
    assert_pseudonym(html, guest)


def test_v7_only_names_shows_the_name(door: Door, guest: Base) -> None:
    _, html = enter_and_look(door, guest, without("email"))

    assert body_data(html)["role"] == guest.role
    assert str(PEOPLE[guest.person].name) in html


def test_v8_nothing_personal_shows_a_pseudonym(door: Door, guest: Base) -> None:
    def spoil(launch: Launch) -> None:
        for name in PERSONAL:
            launch.claims.pop(name, None)

    _, html = enter_and_look(door, guest, spoil)

    assert body_data(html)["role"] == guest.role
    assert_pseudonym(html, guest)


def test_v8_pseudonym_stays_the_same(door: Door) -> None:
    first = door.enter("nameless").get().text.partition("<footer")[2]
    again = door.enter("nameless").get().text.partition("<footer")[2]

    said = [foot.partition("<p>")[2].partition("</p>")[0].strip() for foot in (first, again)]
    assert said[0].startswith("Je bent hier als ")
    assert said[0] == said[1]


def test_v9_launch_without_a_course_shows_where_to_go(door: Door, guest: Base) -> None:
    _, html = enter_and_look(door, guest, without(f"{CLAIM}context"))

    assert body_data(html) == {"role": guest.role, "page": "outside-course"}


def test_v9_launch_without_a_course_stores_no_course(door: Door, guest: Base) -> None:
    visit, _ = enter_and_look(door, guest, without(f"{CLAIM}context"))

    tables = dump(visit.client.application.extensions["rugzak"].database)
    assert (len(tables["person"]), tables["course_context"], tables["membership"]) == (1, [], [])


def test_v9_launch_without_a_course_opens_no_step(door: Door, guest: Base, content: dict[str, Any]) -> None:
    visit, _ = enter_and_look(door, guest, without(f"{CLAIM}context"))
    step = content["modules"][0]["units"][0]["steps"][0]["id"]

    assert visit.get(f"/step/{step}").status_code == 404

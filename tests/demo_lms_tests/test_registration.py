"""Dynamic registration at the demo LMS, as strict as the platforms that it plays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jwt
import pytest

from tests.demo_lms.configuration import PLATFORM_CONFIGURATION, describe_platform
from tests.demo_lms.metadata import REQUIRED, TOOL_CONFIGURATION
from tests.demo_lms.people import COURSES, PEOPLE
from tests.demo_lms.platform import CLAIM, Platform
from tests.demo_lms.registration import FIRST_DEPLOYMENT, TOKEN_LIFETIME, Registrar, RegistrationError
from tests.demo_lms.signing import named_key
from tests.demo_lms.tools import AGS, FAMILIES, LOOKS, MEMBERSHIP_READ, SCORE
from tests.demo_lms_tests.conftest import LMS, NOW, TOOL, configured, payload

if TYPE_CHECKING:
    from tests.demo_lms.tools import RegisteredTool

FIXTURES = Path(__file__).parents[1] / "fixtures" / "moodle"


def add_tool(registrar: Registrar, family: str = "moodle", sent: dict[str, Any] | None = None) -> RegisteredTool:
    """Register and activate a tool."""
    answer = registrar.register(registrar.issue_token(family, NOW), sent or payload(), NOW)
    return registrar.activate(answer["client_id"])


def refusal(registrar: Registrar, token: str | None, sent: object) -> tuple[int, str]:
    with pytest.raises(RegistrationError) as caught:
        registrar.register(token, sent, NOW)
    return caught.value.status, caught.value.code


def test_token_says_no_more_than_that_of_moodle(registrar: Registrar, platform: Platform) -> None:
    token = registrar.issue_token("moodle", NOW)

    claims = jwt.decode(token, options={"verify_signature": False})
    captured = json.loads((FIXTURES / "registration-token-new.json").read_text())["claims"]
    assert claims.keys() == captured.keys()
    assert (claims["scope"], claims["exp"] - claims["iat"]) == ("reg", TOKEN_LIFETIME)
    assert jwt.get_unverified_header(token)["kid"] == platform.kid


@pytest.mark.parametrize("family", FAMILIES)
def test_token_registers_one_tool_and_then_no_other(registrar: Registrar, family: str) -> None:
    token = registrar.issue_token(family, NOW)
    answer = registrar.register(token, payload(), NOW)

    assert refusal(registrar, token, payload()) == (401, "token_already_used")
    assert list(registrar.tools) == [answer["client_id"]]
    assert answer["client_id"] == jwt.decode(token, options={"verify_signature": False})["sub"]


def test_token_is_not_used_up_by_a_registration_that_was_refused(registrar: Registrar) -> None:
    token = registrar.issue_token("moodle", NOW)
    assert refusal(registrar, token, payload(jwks_uri=None))[0] == 400

    registrar.register(token, payload(), NOW)

    assert len(registrar.tools) == 1


@pytest.mark.parametrize("seconds", [-2, TOKEN_LIFETIME])
def test_token_works_for_an_hour(registrar: Registrar, seconds: int) -> None:
    token = registrar.issue_token("moodle", NOW)

    registrar.check_token(token, NOW + TOKEN_LIFETIME - 1)
    with pytest.raises(RegistrationError, match="invalid_registration_token"):
        registrar.check_token(token, NOW + seconds)


def test_token_of_another_hand_is_refused(registrar: Registrar) -> None:
    good = registrar.issue_token("moodle", NOW)
    claims = jwt.decode(good, options={"verify_signature": False})
    stranger = Platform(LMS, "rugzak-demo", "1", key=named_key("stranger"))

    assert refusal(registrar, None, payload()) == (401, "missing_registration_token")
    for token in (
        "hello",
        stranger.sign(claims),
        stranger.sign(claims, {"kid": registrar.platform.kid}),
        registrar.platform.sign({**claims, "scope": "other"}),
        registrar.platform.sign({**claims, "sub": "nobody"}),
        registrar.platform.sign({**claims, "sub": "nobody", "scope": "reg-update"}),
    ):
        assert refusal(registrar, token, payload()) == (401, "invalid_registration_token")


@pytest.mark.parametrize("name", REQUIRED)
def test_every_required_field_is_required(registrar: Registrar, name: str) -> None:
    token = registrar.issue_token("moodle", NOW)

    assert refusal(registrar, token, payload(**{name: None})) == (400, f"missing required attribute {name}")


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (None, "invalid_registration"),
        (["a list"], "invalid_registration"),
        (payload(response_types=["code"]), "invalid_response_types"),
        (payload(redirect_uris=f"{TOOL}/lti/launch"), "invalid_redirect_uris"),
        (payload(token_endpoint_auth_method="client_secret_basic"), "invalid_token_endpoint_auth_method"),
        (payload(application_type="native"), "invalid_application_type"),
        (payload(**{TOOL_CONFIGURATION: "text"}), "invalid_lti_tool_configuration"),
        (configured(domain=None), "missing_domain"),
        (configured(domain="localhost"), "domain_targetlinkuri_mismatch"),
        (configured(domain="elsewhere.example"), "domain_targetlinkuri_mismatch"),
        (configured(target_link_uri="http://[broken"), "domain_targetlinkuri_mismatch"),
    ],
)
def test_a_wrong_registration_is_refused_in_the_words_of_moodle(registrar: Registrar, sent: object, code: str) -> None:
    assert refusal(registrar, registrar.issue_token("moodle", NOW), sent) == (400, code)
    assert registrar.tools == {}


@pytest.mark.parametrize(
    ("domain", "target", "kept"),
    [
        ("localhost:5000", None, "https://localhost:5000"),
        ("www.tool.example", "https://tool.example/lti/launch", "https://tool.example/lti/launch"),
    ],
)
def test_target_follows_the_domain(registrar: Registrar, domain: str, target: str | None, kept: str) -> None:
    assert add_tool(registrar, sent=configured(domain=domain, target_link_uri=target)).target_link_uri == kept


def test_answer_has_the_shape_of_the_one_captured_from_moodle(registrar: Registrar) -> None:
    """The very registration that a probe sent to a real Moodle, through ours."""
    sent = json.loads((FIXTURES / "registration-request.json").read_text())
    captured = json.loads((FIXTURES / "registration-response.json").read_text())

    answer = registrar.register(registrar.issue_token("moodle", NOW), sent, NOW)

    def settle(registration: dict[str, Any]) -> dict[str, Any]:
        configuration = registration[TOOL_CONFIGURATION]
        # The order of claims and scopes says nothing.
        configuration = configuration | {"deployment_id": "any", "claims": sorted(configuration["claims"])}
        scopes = sorted(registration["scope"].split())
        return registration | {"client_id": "any", "scope": scopes, TOOL_CONFIGURATION: configuration}

    assert settle(answer) == settle(captured)


def test_configuration_has_the_shape_of_the_one_captured_from_moodle(platform: Platform) -> None:
    captured = json.loads((FIXTURES / "openid-configuration.json").read_text())

    shown = describe_platform(platform, "moodle", f"{LMS}/register")

    ours, theirs = shown.pop(PLATFORM_CONFIGURATION), captured.pop(PLATFORM_CONFIGURATION)
    assert shown.keys() == captured.keys()
    assert set(shown["scopes_supported"]) == set(captured["scopes_supported"])
    assert (ours.keys(), ours["messages_supported"]) == (theirs.keys(), theirs["messages_supported"])
    assert set(ours["variables"]) <= set(theirs["variables"])


def test_moodle_tells_its_deployment_and_canvas_does_not(registrar: Registrar) -> None:
    moodle = registrar.register(registrar.issue_token("moodle", NOW), payload(), NOW)
    canvas = registrar.register(registrar.issue_token("canvas", NOW), payload(), NOW)

    assert moodle[TOOL_CONFIGURATION]["deployment_id"] == str(FIRST_DEPLOYMENT)
    assert "deployment_id" not in canvas[TOOL_CONFIGURATION]
    assert canvas["client_id"].isdecimal()
    assert registrar.tools[canvas["client_id"]].deployment_id == ""
    assert ":" in registrar.activate(canvas["client_id"]).deployment_id


def test_granted_is_what_the_family_gives_of_what_was_asked(registrar: Registrar) -> None:
    sent = payload(scope=f"{SCORE} https://elsewhere.example/scope/everything openid")

    moodle, canvas = add_tool(registrar, "moodle", sent), add_tool(registrar, "canvas", sent)

    assert canvas.scopes == (SCORE,)
    # Moodle knows no scores without reading.
    assert set(moodle.scopes) == {SCORE, f"{AGS}/scope/lineitem.readonly", f"{AGS}/scope/result.readonly"}


def test_tool_waits_until_somebody_activates_it(registrar: Registrar) -> None:
    answer = registrar.register(registrar.issue_token("moodle", NOW), payload(), NOW)
    assert not registrar.tools[answer["client_id"]].active

    registrar.activate(answer["client_id"])

    assert registrar.tools[answer["client_id"]].active


def test_update_changes_a_tool_that_stays_who_it_is(registrar: Registrar) -> None:
    before = add_tool(registrar)
    token = registrar.issue_update_token(before.client_id, NOW)

    for name in ("Rugzak 2", "Rugzak 3"):  # this token may be used again
        answer = registrar.register(token, payload(client_name=name, scope=MEMBERSHIP_READ), NOW)

    after = registrar.tools[before.client_id]
    assert jwt.decode(token, options={"verify_signature": False})["sub"] == before.deployment_id
    assert (answer["client_id"], after.deployment_id, after.active) == (before.client_id, before.deployment_id, True)
    assert (after.name, after.scopes) == ("Rugzak 3", (MEMBERSHIP_READ,))
    assert len(registrar.tools) == 1


def claims_for(platform: Platform, tool: RegisteredTool, look: str = "plain") -> dict[str, Any]:
    course = COURSES["sw1"]
    return platform.serving(tool).claims(
        PEOPLE["amina"],
        course,
        course.links["line"],
        nonce="n",
        target_link_uri=TOOL,
        now=NOW,
        look=LOOKS[look],
    )


@pytest.mark.parametrize("family", FAMILIES)
def test_launch_through_a_registration_says_who_it_is_for(
    registrar: Registrar, platform: Platform, family: str
) -> None:
    tool = add_tool(registrar, family)

    claims = claims_for(platform, tool)

    assert claims["aud"] == tool.client_id
    assert claims[f"{CLAIM}deployment_id"] == tool.deployment_id
    assert claims[f"{CLAIM}tool_platform"]["product_family_code"] == family
    assert platform.client_id == "rugzak-demo"


def test_launch_carries_only_the_names_that_were_asked_for(registrar: Registrar, platform: Platform) -> None:
    personal = {"name", "given_name", "family_name", "email"}

    named = claims_for(platform, add_tool(registrar, sent=configured(claims=["sub", "given_name"])))
    nameless = claims_for(platform, add_tool(registrar, sent=configured(claims=["sub"])))
    mailed = claims_for(platform, add_tool(registrar, sent=configured(claims=["email"])))

    assert named.keys() & personal == {"name", "given_name", "family_name"}
    assert nameless.keys() & personal == set()
    assert mailed.keys() & personal == {"email"}


def test_launch_carries_the_services_that_were_granted(registrar: Registrar, platform: Platform) -> None:
    with_members = claims_for(platform, add_tool(registrar, "canvas", payload(scope=MEMBERSHIP_READ)))
    with_scores = claims_for(platform, add_tool(registrar, "canvas", payload(scope=SCORE)))

    services = {name for name in with_members if name.startswith("https://purl.imsglobal.org/spec/lti-")}
    assert services == {"https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"}
    assert with_scores[f"{AGS}/claim/endpoint"]["scope"] == [SCORE]


def test_variable_that_the_platform_does_not_know_arrives_as_it_was_written(
    registrar: Registrar, platform: Platform
) -> None:
    moodle = claims_for(platform, add_tool(registrar), look="contrast")[f"{CLAIM}custom"]
    canvas = claims_for(platform, add_tool(registrar, "canvas"), look="contrast")[f"{CLAIM}custom"]

    assert moodle == {"contrast": "$Canvas.user.prefersHighContrast", "course": COURSES["sw1"].id, "two": "a=b=c"}
    assert canvas == {**moodle, "contrast": "true"}

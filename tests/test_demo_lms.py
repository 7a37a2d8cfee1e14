"""The demo LMS keeps its own promises: honest signatures, a strict authorization step, knobs that bite."""

from __future__ import annotations

import base64
import json
import socket
import stat
from contextlib import closing
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import jwt
import pytest

from tests.demo_lms import run
from tests.demo_lms.app import create_demo_lms
from tests.demo_lms.knobs import CLAIM, KNOBS, SCRIPT, Launch
from tests.demo_lms.people import COURSES, INSTRUCTOR, PEOPLE
from tests.demo_lms.platform import LIFETIME, Platform
from tests.demo_lms.signing import WEAK_BITS, named_key
from tests.demo_lms.words import WORDS
from tests.demo_lms_tests.conftest import Page
from tests.demo_lms_tests.steps import authorization_request

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from flask.testing import FlaskClient

TOOL = "http://localhost:5000"
LMS = "http://127.0.0.1:5001"
NOW = 1_795_000_000
COURSE = COURSES["sw1"]
LINK = COURSE.links["line"]
PAGE = "/course/sw1/link/line?person=amina"


@pytest.fixture
def platform() -> Platform:
    """Give a platform of this test alone, so that no key published here is seen elsewhere."""
    return Platform(LMS, "rugzak-demo", "1")


@pytest.fixture
def browser(platform: Platform) -> FlaskClient:
    """Give a visitor of the demo LMS."""
    return create_demo_lms(platform, TOOL, clock=lambda: float(NOW)).test_client()


def create_launch(platform: Platform, person: str = "amina") -> Launch:
    """Make a good launch, the same each time."""
    return platform.launch(
        PEOPLE[person],
        COURSE,
        LINK,
        state="state",
        nonce="nonce",
        target_link_uri=f"{TOOL}/lti/launch",
        now=NOW,
    )


def verify(platform: Platform, token: str) -> dict[str, Any]:
    """Read a token as a tool does, times aside: the tests stand still in time."""
    keys = jwt.PyJWKSet.from_dict(platform.jwks())
    key = keys[jwt.get_unverified_header(token)["kid"]]
    options: Any = {"verify_exp": False, "verify_iat": False}
    return jwt.decode(token, key, algorithms=["RS256"], audience="rugzak-demo", issuer=LMS, options=options)


def ask(
    browser: FlaskClient, page: str = PAGE, changes: Mapping[str, str | None] | None = None
) -> tuple[int, Page, str]:
    """Go from a course page to the authorization request of a well-behaved tool, with changes to it."""
    frame = Page(browser.get(page).text).all("iframe")[0]["src"]
    login = Page(browser.get(frame).text).fields()
    request = authorization_request(login)
    sent = {name: value for name, value in {**request, **(changes or {})}.items() if value is not None}
    answer = browser.get("/authorize", query_string=sent)
    return answer.status_code, Page(answer.text), answer.text


def test_signature_verifies_against_the_key_set(platform: Platform) -> None:
    """What every tool does first."""
    launch = create_launch(platform)

    claims = verify(platform, launch.fields()["id_token"])

    assert claims == launch.claims
    assert claims["exp"] - claims["iat"] == LIFETIME


def test_signing_alone_gives_the_same_token_as_a_launch(platform: Platform) -> None:
    """The two ways into the library must not drift apart."""
    launch = create_launch(platform)

    assert platform.sign(launch.claims) == launch.token()
    assert "kid" not in jwt.get_unverified_header(platform.sign(launch.claims, {"kid": None}))


@pytest.mark.parametrize("person", PEOPLE)
def test_names_are_sent_only_of_people_who_have_them(platform: Platform, person: str) -> None:
    """An LMS that keeps a name back leaves the claim out; it does not send an empty one."""
    claims = create_launch(platform, person).claims

    personal = {name: claims.get(name) for name in ("name", "given_name", "family_name", "email")}

    who = PEOPLE[person]
    assert personal == {
        "name": who.name,
        "given_name": who.given_name,
        "family_name": who.family_name,
        "email": who.email,
    }
    assert all(claims.values()) or claims[f"{CLAIM}roles"] == []


def test_only_staff_has_the_context_role_of_a_teacher() -> None:
    """A student who teaches elsewhere is the case that tools get wrong."""
    assert {name for name, who in PEOPLE.items() if INSTRUCTOR in who.roles} == {
        "teacher",
        "coordinator",
        "administrator",
        "nonediting_teacher",
        "section_teacher",
    }
    assert any(role.endswith("institution/person#Instructor") for role in PEOPLE["joost"].roles)


def test_people_have_ids_of_their_own() -> None:
    """Two people with one `sub` would be one person to the tool."""
    assert len({who.id for who in PEOPLE.values()}) == len(PEOPLE)


def test_context_and_services_are_there_only_when_asked_for(platform: Platform) -> None:
    """A launch without a course, and one with all services, are both for tests to make."""

    def claims(*, without_context: bool = False, services: bool = False) -> dict[str, Any]:
        return platform.claims(
            PEOPLE["amina"],
            COURSE,
            LINK,
            nonce="n",
            target_link_uri=TOOL,
            now=NOW,
            without_context=without_context,
            services=services,
        )

    service = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"

    assert claims()[f"{CLAIM}context"]["label"] == "SW1-2026"
    assert f"{CLAIM}context" not in claims(without_context=True)
    assert service not in claims()
    assert service in claims(services=True)


def test_key_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    """A restarted demo signs with the key that the tool already knows."""
    first = named_key("kept", folder=tmp_path)

    again = named_key.__wrapped__("kept", folder=tmp_path)

    assert again.private_numbers() == first.private_numbers()
    assert stat.S_IMODE((tmp_path / "kept.pem").stat().st_mode) == stat.S_IRUSR | stat.S_IWUSR


@pytest.mark.parametrize("name", KNOBS)
def test_every_knob_changes_what_is_sent(platform: Platform, name: str) -> None:
    """A knob that does nothing would make a tool look safe."""
    good, spoiled = create_launch(platform), create_launch(platform)

    KNOBS[name].spoil(spoiled)

    assert spoiled.fields() != good.fields() or spoiled.repeat
    assert KNOBS[name].title("nl") != KNOBS[name].title("en")


@pytest.mark.parametrize("name", [name for name, knob in KNOBS.items() if knob.spoils in {"claims", "times", "shape"}])
def test_knobs_that_spoil_claims_leave_the_signature_good(platform: Platform, name: str) -> None:
    """Else a tool that reads only signatures would pass for one that checks claims."""
    launch = create_launch(platform)
    KNOBS[name].spoil(launch)

    header, payload, _ = launch.token().split(".")
    keys = jwt.PyJWKSet.from_dict(platform.jwks())
    jws = jwt.PyJWS(algorithms=["RS256"])
    verified = jws.decode(launch.token(), keys[platform.kid], algorithms=["RS256"])

    assert header
    assert verified == base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))


@pytest.mark.parametrize("name", ["alg_none", "alg_hs256", "wrong_key", "broken_signature"])
def test_knobs_that_spoil_the_signature_leave_the_claims_good(platform: Platform, name: str) -> None:
    """And the other way round."""
    launch = create_launch(platform)
    KNOBS[name].spoil(launch)
    token = launch.fields()["id_token"]

    assert jwt.decode(token, options={"verify_signature": False}) == create_launch(platform).claims
    with pytest.raises(jwt.InvalidTokenError):
        verify(platform, token)


def test_weak_key_is_published_only_once_it_is_used(platform: Platform) -> None:
    """The good launches of a demo must not depend on a tool that passes over a bad key."""
    launch = create_launch(platform)
    before = len(platform.jwks()["keys"])

    KNOBS["weak_key"].spoil(launch)
    KNOBS["weak_key"].spoil(launch)

    assert (before, len(platform.jwks()["keys"])) == (1, 2)
    assert named_key("weak", bits=WEAK_BITS).key_size == WEAK_BITS
    assert launch.header["kid"] == platform.jwks()["keys"][1]["kid"]


def test_platform_error_comes_in_place_of_a_token(platform: Platform) -> None:
    """An LMS that cannot log somebody in says so at the launch address."""
    launch = create_launch(platform)
    KNOBS["platform_error"].spoil(launch)

    assert set(launch.fields()) == {"state", "error", "error_description"}


def test_script_knob_keeps_what_is_not_text(platform: Platform) -> None:
    """The launch stays a right one: the script stands only where people may write."""
    launch = create_launch(platform)
    KNOBS["script_in_every_claim"].spoil(launch)

    assert launch.claims["name"] == launch.claims[f"{CLAIM}context"]["title"] == SCRIPT
    assert launch.claims[f"{CLAIM}context"]["id"] == COURSE.id
    assert launch.claims[f"{CLAIM}roles"] == list(PEOPLE["amina"].roles)


def test_a_well_behaved_tool_is_answered_with_a_launch(browser: FlaskClient, platform: Platform) -> None:
    """The whole way: course page, login, authorization, signed launch."""
    status, page, _ = ask(browser, f"{PAGE}&lang=en")

    assert status == HTTPStatus.OK
    assert page.all("form")[0]["action"] == f"{TOOL}/lti/launch"
    assert page.fields()["state"] == "state"
    claims = verify(platform, page.fields()["id_token"])
    assert (claims["nonce"], claims["sub"]) == ("nonce", PEOPLE["amina"].id)
    assert claims[f"{CLAIM}launch_presentation"]["locale"] == "en"
    assert claims[f"{CLAIM}launch_presentation"]["return_url"].startswith(f"{LMS}/return?person=amina")
    assert claims["iat"] == NOW


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("scope", "openid profile"),
        ("response_type", "code"),
        ("response_mode", "query"),
        ("prompt", "login"),
        ("client_id", "another-client"),
        ("redirect_uri", f"{TOOL}/lti/launch/"),
        ("redirect_uri", "https://elsewhere.example/lti/launch"),
        ("state", None),
        ("nonce", None),
        ("login_hint", "amina"),
        ("login_hint", None),
        ("lti_message_hint", "{}"),
        ("lti_message_hint", "[]"),
        ("lti_message_hint", "not JSON"),
        ("lti_message_hint", None),
    ],
)
def test_a_wrong_authorization_request_is_refused(browser: FlaskClient, name: str, value: str | None) -> None:
    """A platform that answers anything would hide the faults of the tool."""
    status, page, text = ask(browser, changes={name: value})

    assert status == HTTPStatus.BAD_REQUEST
    assert name in [row.get("data-problem") for row in page.all("tr")]
    assert "id_token" not in page.fields()
    assert WORDS["nl"]["refused_title"] in text


def test_hints_of_two_people_do_not_mix(browser: FlaskClient) -> None:
    """Nobody becomes somebody else by pairing their login hint with another launch."""
    frame = Page(browser.get("/course/sw1/link/line?person=teacher").text).all("iframe")[0]["src"]
    teacher = Page(browser.get(frame).text).fields()["login_hint"]

    status, _, _ = ask(browser, changes={"login_hint": teacher})

    assert status == HTTPStatus.BAD_REQUEST


@pytest.mark.parametrize("name", KNOBS)
def test_every_knob_can_be_turned_from_the_pages(browser: FlaskClient, name: str) -> None:
    """What pytest can spoil, a person can."""
    status, page, _ = ask(browser, f"{PAGE}&knob={name}")

    assert status == HTTPStatus.OK
    assert {form["action"] for form in page.all("form")} == {f"{TOOL}/lti/launch"}
    assert len(page.all("form")) == (2 if name == "replay" else 1)


def test_login_can_start_by_get(browser: FlaskClient) -> None:
    """Some platforms do, and a tool must answer both."""
    page = Page(browser.get("/launch?person=amina&course=sw1&link=line&login=get").text)

    assert page.all("form")[0] == {"id": "send", "action": f"{TOOL}/lti/login", "method": "get"}
    assert json.loads(page.fields()["lti_message_hint"])["launchid"]
    assert page.fields()["target_link_uri"] == f"{TOOL}/lti/launch"


def test_choosing_leads_to_the_course_page(browser: FlaskClient) -> None:
    """The first page is one plain form."""
    answer = browser.get("/start?person=amina&place=sw1b/line&lang=en&where=window&login=post&knob=")

    assert answer.status_code == HTTPStatus.FOUND
    page = browser.get(answer.location)
    assert "Sociaal werk, jaar 1, deeltijd" in page.text
    assert not Page(page.text).all("iframe")
    assert Page(page.text).all("form")[0]["target"] == "_blank"


ADDRESSES = [
    "/",
    PAGE,
    f"{PAGE}&where=window",
    "/launch?person=nameless&course=sw1&link=line",
    "/two?left=amina&right=teacher&place=sw1/line",
    "/authorize",
    "/return?person=amina&course=sw1&link=line&lti_errormsg=Fout",
    "/admin",
    f"{PAGE}&storage=parent",
    "/storage?person=amina&course=sw1&link=line&storage=frame",
    "/storage/answer",
    "/nowhere",
]


@pytest.mark.parametrize("lang", WORDS)
@pytest.mark.parametrize("address", ADDRESSES)
def test_pages_load_nothing_from_elsewhere(browser: FlaskClient, address: str, lang: str) -> None:
    """The demo works without a network, and tells nobody that it is used."""
    answer = browser.get(f"{address}{'&' if '?' in address else '?'}lang={lang}")
    page = Page(answer.text)

    loaded = [
        attrs.get("src") or attrs.get("href", "")
        for tag in ("link", "script", "img", "iframe")
        for attrs in page.all(tag)
    ]
    assert loaded
    assert all(place == "data:," or (place.startswith("/") and place[1] != "/") for place in loaded)
    assert not [attrs for _, attrs in page.tags if any(name.startswith("on") or name == "style" for name in attrs)]
    assert not page.all("style")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert page.all("html")[0]["lang"] == lang
    assert (len(page.all("h1")), len(page.all("title"))) == (1, 1)
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    "address",
    [
        "/course/sw1/link/line",
        "/course/sw1/link/line?person=nobody",
        "/course/sw1/link/other?person=amina",
        "/course/other/link/line?person=amina",
        f"{PAGE}&knob=other",
        f"{PAGE}&lang=xx",
        f"{PAGE}&storage=other",
        f"{PAGE}&storage_from=other",
        f"{PAGE}&frame=other",
        f"{PAGE}&look=other",
        f"{PAGE}&parts=other",
        f"{PAGE}&deployment=4",
        f"{PAGE}&tool=nobody",
        "/launch?person=amina&course=sw1&link=line&tool=nobody",
        "/admin/register?url=javascript:alert(1)",
        "/admin/register?url=http://localhost:5000/lti/register/x&family=other",
        "/admin/register?url=http://localhost:5000/lti/register/x&container=other",
        "/admin/register?url=http://localhost:5000/lti/register/x&tool=nobody",
        "/openid-configuration?fault=other",
        "/start?person=amina&place=sw1",
        "/two?left=amina&place=sw1/line",
        "/launch",
    ],
)
def test_what_is_not_there_is_said_to_be_missing(browser: FlaskClient, address: str) -> None:
    """An address with a mistake in it gets a page, not a fault."""
    assert browser.get(address).status_code == HTTPStatus.NOT_FOUND


def test_message_of_the_tool_is_shown_as_text(browser: FlaskClient) -> None:
    """What comes back from the tool is a stranger's text."""
    text = browser.get("/return", query_string={"lti_msg": SCRIPT}).text

    assert SCRIPT not in text
    assert "&lt;script&gt;" in text


def test_key_set_and_health_answer_json(browser: FlaskClient, platform: Platform) -> None:
    """Both are for machines."""
    assert browser.get("/jwks.json").json == platform.jwks()
    assert browser.get("/health").json == {"status": "ok"}


def test_both_languages_have_every_word() -> None:
    """A page in one language with holes in it is no page."""
    dutch, english = WORDS["nl"], WORDS["en"]

    assert dutch.keys() == english.keys()
    assert all(dutch.values())
    assert all(english.values())
    assert "!" not in "".join([*dutch.values(), *english.values()])


@pytest.mark.parametrize("name", ["PORT", "DEMO_LMS_PORT"])
def test_a_taken_port_is_named_in_one_sentence(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody who starts the demo twice is told what to do."""
    monkeypatch.setattr("signal.signal", lambda *_: None)
    with (
        closing(socket.create_server((run.HOST, 0))) as taken,
        closing(socket.create_server((run.HOST, 0))) as other,
    ):
        port, free = taken.getsockname()[1], other.getsockname()[1]
        other.close()
        ports = {"PORT": str(free), "DEMO_LMS_PORT": str(free), name: str(port)}

        code = run.main(ports)

    told = capsys.readouterr()
    assert code == 1
    assert told.err == (
        f"Port {port} is in use. Stop what uses it, or choose another port: make demo {name}=<number>.\n"
    )
    assert not told.out


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"PORT": "many"}, "PORT must be a port number from 1 to 65535, not many."),
        ({"DEMO_LMS_PORT": "70000"}, "DEMO_LMS_PORT must be a port number from 1 to 65535, not 70000."),
        ({"PORT": "5001"}, "PORT and DEMO_LMS_PORT are both 5001; give them two different numbers."),
    ],
)
def test_settings_that_cannot_work_are_refused(environ: dict[str, str], sentence: str) -> None:
    """Before anything is started."""
    with pytest.raises(run.DemoError, match=sentence):
        run.Settings.read(environ)


def test_demo_settings_are_those_of_a_demo() -> None:
    """The tool may trust a platform on this machine in the demo, and only there."""
    settings = run.Settings.read({"PORT": "6000", "RUGZAK_ENVIRONMENT": "production"})

    assert settings.environment["RUGZAK_ENVIRONMENT"] == "demo"
    assert settings.environment["RUGZAK_ALLOW_LOOPBACK_PLATFORMS"] == "yes"
    assert (settings.tool_url, settings.lms_url) == ("http://localhost:6000", "http://127.0.0.1:5001")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("", 0), ("-90", -90), ("P31D", 31 * 86_400), ("-PT2H30M", -9000), ("P1W", 604_800), ("soon", 0)],
)
def test_lms_goes_by_the_clock_of_the_tool(text: str, seconds: int) -> None:
    """A tester who moves the tool to next month still gets launches that are not too old."""
    assert run.Settings.read({"RUGZAK_CLOCK_OFFSET": text}).clock_offset == seconds

"""The messages of platform storage (lti.md, 2d): one rule of trust each, with everything else right."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from tests.browser.stage import ask, staged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from tests.browser.pages import Lms
    from tests.browser.running import RunningDemo
    from tests.browser.stage import Stage

KEEPER = '{ frame: window.parent.frames["keeper"], origin: given.origin }'
PUT = f'storage.put({KEEPER}, "lti_login_x", "the-secret").then(() => "kept")'
GET = f'storage.get({KEEPER}, "lti_login_x")'
FAULTS = {
    "none": "say(right)",
    "subject of the question": "say({ ...right, subject: asked.subject })",
    "subject of another answer": 'say({ ...right, subject: "lti.capabilities.response" })',
    "old subject": "say({ ...right, subject: `org.imsglobal.${right.subject}` })",
    "id of another question": "say({ ...right, message_id: `${asked.message_id}x` })",
    "no id": "say({ ...right, message_id: undefined })",
    "another key": "say({ ...right, key: `${asked.key}x` })",
    "no key": "say({ ...right, key: undefined })",
    "error": 'say({ ...right, error: { code: "unauthorized", message: "no" } })',
    "another window of the same site": "parent.say(right)",
    "another window of another site": 'parent.frames.stranger.postMessage({ pass: right }, "*")',
    "text": "say(JSON.stringify(right))",
    "nothing": "say(null)",
}
"""How the frame that was asked answers, or has others answer for it."""


@pytest.fixture
def stage(page: Page, demo: RunningDemo) -> Iterator[Stage]:
    with staged(page, demo) as stage:
        yield stage


# What is believed.


def answers_to(call: str, ways: dict[str, str], stage: Stage) -> dict[str, str]:
    """Ask for many keys at once, each of which is answered in a way of its own; return what the tool made of each.

    :param call: JavaScript; ``key`` is the key.
    """
    tool = stage.open()
    stage.reply("if (asked.pass) say(asked.pass)", by="stranger")
    acts = ", ".join(f"{json.dumps(name)}: () => {{ {way} }}" for name, way in ways.items())
    stage.reply(f'right.value ??= "the-secret"; ({{ {acts} }})[asked.key]()')
    each = f'Promise.all(given.keys.map((key) => {call}.catch(() => "refused")))'
    found: list[str] = ask(tool, each, origin=stage.lms, keys=list(ways))
    return dict(zip(ways, found, strict=True))


@pytest.mark.parametrize(
    ("call", "good"),
    [(f'storage.put({KEEPER}, key, "x").then(() => "kept")', "kept"), (f"storage.get({KEEPER}, key)", "the-secret")],
    ids=["put", "get"],
)
def test_only_the_answer_without_a_fault_is_believed(stage: Stage, call: str, good: str) -> None:
    assert answers_to(call, FAULTS, stage) == dict.fromkeys(FAULTS, "refused") | {"none": good}


def test_value_that_is_no_text_is_not_believed(stage: Stage) -> None:
    ways = {value: f"say({{ ...right, value: {value} }})" for value in ("null", '""', "7", "{}", "true", "undefined")}

    assert answers_to(f"storage.get({KEEPER}, key)", ways, stage) == dict.fromkeys(ways, "refused")


def test_answer_of_a_window_that_moved_to_another_site_is_not_believed(stage: Stage) -> None:
    """The window is the one that was asked, and what is in it by then is not."""
    tool = stage.open()
    answer = (
        '<script>parent.frames.tool.postMessage(JSON.parse(decodeURIComponent(location.hash.slice(1))), "*")</script>'
    )
    stage.pages[stage.stranger]["/answer"] = answer
    stage.reply(
        'right.value ??= "the-secret";'
        f'location.replace("{stage.stranger}/answer#" + encodeURIComponent(JSON.stringify(right)))'
    )

    assert ask(tool, GET, origin=stage.lms) == "refused"
    assert stage.part("keeper").url.startswith(stage.stranger), "it did answer from there"


# Who is told.


@pytest.mark.parametrize("subject", ["put", "get"])
def test_window_of_another_site_is_told_nothing(stage: Stage, subject: str) -> None:
    tool = stage.open()
    stage.reply('say({ ...right, value: asked.value ?? "x" })', by="stranger")
    call = (PUT if subject == "put" else GET).replace("keeper", "stranger")

    assert ask(tool, call, origin=stage.lms) == "refused"

    assert stage.heard("stranger") == []


def test_page_around_is_not_told_what_a_frame_in_it_is_told(stage: Stage) -> None:
    tool = stage.open()
    stage.reply("say(right)")

    ask(tool, PUT, origin=stage.lms)

    assert "the-secret" in str(stage.heard())
    assert stage.heard(None) == stage.heard("stranger") == []


def test_question_holds_what_the_standard_names_and_an_id_of_its_own(stage: Stage) -> None:
    tool = stage.open()
    stage.reply('say({ ...right, value: asked.value ?? "the-secret" })')

    ask(tool, PUT, origin=stage.lms)
    ask(tool, GET, origin=stage.lms)
    ask(tool, f'storage.put({KEEPER}, "lti_login_x", null)', origin=stage.lms)

    asked = [message["data"] for message in stage.heard()]
    ids = [message.pop("message_id") for message in asked]
    assert asked == [
        {"subject": "lti.put_data", "key": "lti_login_x", "value": "the-secret"},
        {"subject": "lti.get_data", "key": "lti_login_x"},
        {"subject": "lti.put_data", "key": "lti_login_x", "value": None},
    ]
    assert len(set(ids)) == 3
    assert all(isinstance(one, str) and len(one) >= 20 for one in ids)


# When nobody answers.


def test_question_without_an_answer_is_asked_twice_and_given_up(stage: Stage) -> None:
    tool = stage.open()

    seconds = ask(
        tool,
        f"(async () => {{ const begun = performance.now(); await {PUT}.catch(() => 0); "
        "return (performance.now() - begun) / 1000; })()",
        origin=stage.lms,
    )

    first, second = stage.heard()
    assert first["data"]["message_id"] != second["data"]["message_id"]
    assert 1.4 < (second["at"] - first["at"]) / 1000 < 4, "a second and a half"
    assert 2.9 < seconds < 8


def test_capabilities_without_an_answer_are_asked_for_once_and_there_are_none(stage: Stage) -> None:
    tool = stage.open()

    assert ask(tool, "storage.capabilities().then((able) => able.size)") == 0

    (asked,) = stage.heard(None)
    assert asked["data"].keys() == {"subject", "message_id"}
    assert asked["data"]["subject"] == "lti.capabilities"


# Which window is meant.


WINDOWS = [
    ("_parent", "[]", "parent"),
    ("keeper", "[]", "keeper"),
    ("missing", "[]", "none"),
    ("", "[]", "none"),
    ("", '[["lti.put_data", {}]]', "parent"),
    ("", '[["lti.get_data", {}]]', "none"),
    ("stranger", '[["lti.put_data", { frame: "keeper" }]]', "keeper"),
    ("keeper", '[["lti.put_data", { frame: "missing" }]]', "none"),
    ("keeper", '[["lti.put_data", {}]]', "keeper"),
]
"""What the login named, what the platform says it can do, and which window it then is."""


def test_window_is_found_as_the_platform_names_it(stage: Stage) -> None:
    tool = stage.open()
    find = """(() => {
      const named = { storageTarget: given.target, storageOrigin: "https://a.example" };
      const place = storage.findStorage("lti.put_data", named, new Map(%s));
      if (place === undefined) return "none";
      const { parent } = window;
      const known = { parent, keeper: parent.frames["keeper"], stranger: parent.frames["stranger"] };
      return place.origin === named.storageOrigin && Object.keys(known).find((name) => known[name] === place.frame);
    })()"""

    found = [(target, able, ask(tool, find % able, target=target)) for target, able, _ in WINDOWS]

    assert found == WINDOWS


def test_name_that_is_no_window_keeps_nothing(stage: Stage) -> None:
    tool = stage.open()
    stage.reply("say(right)", by=None)
    names = ["location", "length", "closed", "postMessage", "then", "__proto__", "constructor", "self", "top"]
    keep = """Promise.all(given.names.map((name) => {
      const named = { storageTarget: name, storageOrigin: "https://a.example" };
      const place = storage.findStorage("lti.put_data", named, new Map());
      return place ? storage.put(place, "x", "the-secret").then(() => "kept").catch(() => "refused") : "none";
    }))"""

    answers = ask(tool, keep, names=names)

    assert set(answers) <= {"none", "refused"}
    assert stage.heard(None) == []


def test_window_that_another_opened_asks_the_one_that_opened_it(stage: Stage) -> None:
    stage.open()
    stage.reply("say({ ...right, supported_messages: [{ subject: 'lti.put_data' }] })", by=None)
    with stage.page.context.expect_page() as opened:
        stage.page.evaluate(f"delete window.frames.tool; window.opened = open('{stage.demo.tool_url}/support')")
    popup = opened.value
    popup.locator("body[data-page]").wait_for()
    stage.page.evaluate("document.querySelector('iframe[name=tool]').remove()")

    able = ask(popup.main_frame, "storage.capabilities().then((able) => [...able.keys()])")

    assert able == ["lti.put_data"]


def test_window_of_nobody_asks_nobody_and_does_not_wait(stage: Stage) -> None:
    stage.page.goto(f"{stage.demo.tool_url}/support")

    waited = ask(
        stage.page.main_frame,
        "(async () => { const begun = performance.now(); const able = await storage.capabilities(); "
        "return [able.size, performance.now() - begun]; })()",
    )

    assert waited[0] == 0
    assert waited[1] < 1000


# The pages themselves, framed by somebody else.


@pytest.fixture
def without_cookies(page_without_cookies: Page, demo: RunningDemo) -> Iterator[Stage]:
    with staged(page_without_cookies, demo) as stage:
        yield stage


def login_address(stage: Stage, target: str) -> str:
    """Return the address of a login, as the LMS begins it."""
    shown: Any = stage.demo.command("lti", "show")
    known = shown[0]
    query = {
        "iss": known["issuer"],
        "client_id": known["client_id"],
        "login_hint": "the-hint-of-somebody",
        "lti_message_hint": "another-hint",
        "target_link_uri": f"{stage.demo.tool_url}/lti/launch",
        "lti_storage_target": target,
    }
    return f"/lti/login?{urlencode(query)}"


PROMISES = """
window.reply = (asked, right) => {
  const subjects = ["lti.capabilities", "lti.put_data", "lti.get_data", "requestFullWindowLaunch"];
  say({ ...right, supported_messages: subjects.map((subject) => ({ subject, frame: "%s" })) });
};
"""


@pytest.mark.parametrize("target", ["_parent", "stranger"])
def test_site_that_frames_the_login_and_promises_everything_learns_no_secret(
    without_cookies: Stage, target: str
) -> None:
    """The login may be framed anywhere, and whoever frames it hears what is sent to anybody."""
    stage = without_cookies
    tool = stage.open(login_address(stage, target), around=stage.stranger, script=PROMISES % target)

    tool.locator("[data-new-window] [data-action=full-window]:visible").click()

    page = tool.locator("[data-secret]")
    url = page.get_attribute("data-authorization-url")
    assert url is not None
    secrets = [page.get_attribute("data-secret"), "the-hint-of-somebody", "another-hint"]
    asked = dict(parse_qsl(urlsplit(url).query))
    secrets += [asked["state"], asked["nonce"]]
    told = stage.heard(None) + stage.heard("stranger")
    assert [message["data"]["subject"] for message in told] == ["lti.capabilities", "requestFullWindowLaunch"]
    assert [secret for secret in secrets if str(secret) in json.dumps(told)] == []


def test_login_whose_cookie_works_lets_nobody_keep_anything(lms: Lms) -> None:
    query = urlencode({"person": "amina", "where": "frame", "lang": "nl", "storage": "parent"})
    lms.page.goto(f"{lms.demo.lms_url}/course/sw1/link/line?{query}")
    lms.tool()

    heard = lms.page.evaluate("window.rugzakMessages.map(message => message.subject)")
    assert [subject for subject in heard if subject.endswith("_data")] == []


def test_cookie_that_was_only_tried_is_taken_away(lms: Lms) -> None:
    lms.open_activity("amina")

    names = [str(cookie.get("name")) for cookie in lms.page.context.cookies()]

    assert any(name.startswith("__Host-s-") for name in names)
    assert [name for name in names if "probe" in name] == []

"""Every address of the tool: which there are, who may open them, and what may be written there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lti_tool.app import create_app
from lti_tool.people.permissions import Permission
from lti_tool.web.access import AccessRule
from lti_tool.web.edge import SAFE_METHODS
from tests.clock import FrozenClock
from tests.conftest import make_settings
from tests.content import NOTICED
from tests.police import BASE_URL

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.door import Door

SAVED = Path(__file__).with_name("routes.txt")

PUBLIC = {
    "connection.approve": "an administrator's secret address is its own proof, and our own page sends it",
    "connection.look": "an administrator's secret address is its own proof, and our own page sends it",
    "connection.show_connection": "an administrator's secret address is its own proof",
    "curriculum.show_accessibility": "the accessibility statement is for everybody",
    "curriculum.show_concern": "what to do about a text that worries somebody is for everybody to know",
    "curriculum.show_safety": "how to leave, and what stays behind, is for everybody to know",
    "curriculum.show_teacher_duties": "what a teacher can keep to themselves is for everybody to know beforehand",
    "curriculum.show_who_sees_what": "who sees what is for everybody to know before they come in",
    "curriculum.show_support": "who needs a place to go need not show who they are",
    "launch.launch_tool": "a launch brings its own proof",
    "launch.log_in": "a platform begins a login before anybody is known",
    "launch.show_keys": "platforms check our signatures with these public keys",
    "launch.verify_storage": "a sealed launch comes back with the secret that its platform kept",
    "registration.register_tool": "an invite brings its own proof, and our own page sends it",
    "registration.show_canvas_key": "Canvas reads from it how a key for this tool is made",
    "registration.show_registration": "an invite brings its own proof",
    "people.leave_session": "leaving must always work, on the address alone",
    "web.choose_device": "choices about a browser are about nobody, and our own page sends them",
    "web.show_components": "parts of pages with made-up examples, in the demo only",
    "web.show_brand": "a colour of an institution is about nobody",
    "web.send_static": "style sheets, letters and scripts hold nothing personal",
    "web.show_device": "choices about a browser are about nobody",
    "web.show_front": "says what this address is, to who opens it by hand",
    "web.show_health": "a monitor asks whether the process answers",
    "web.show_readiness": "a monitor asks whether the process can work",
}
"""Everything that answers without asking who is there, and why that is right. To add one is a decision."""

GUARDED = {
    "coordination.add_contact": Permission.KEEP_CONTACTS,
    "coordination.ask_removal": Permission.KEEP_CONTACTS,
    "coordination.change_contact": Permission.KEEP_CONTACTS,
    "coordination.check_contact": Permission.KEEP_CONTACTS,
    "coordination.remove_contact": Permission.KEEP_CONTACTS,
    "coordination.show_contact": Permission.KEEP_CONTACTS,
    "coordination.show_contacts": Permission.KEEP_CONTACTS,
    "coordination.show_new_contact": Permission.KEEP_CONTACTS,
    "curriculum.send_sound": Permission.READ_STEP,
    "curriculum.show_accessibility_in_visit": Permission.KEEP_SESSION,
    "curriculum.show_concern_in_visit": Permission.KEEP_SESSION,
    "curriculum.show_safety_in_visit": Permission.KEEP_SESSION,
    "curriculum.show_support_in_visit": Permission.KEEP_SESSION,
    "curriculum.show_teacher_duties_in_visit": Permission.KEEP_SESSION,
    "curriculum.show_who_sees_what_in_visit": Permission.KEEP_SESSION,
    "curriculum.show_words": Permission.READ_STEP,
    "groups.accept": Permission.BE_IN_GROUP,
    "groups.answer_product": Permission.FORM_GROUPS,
    "groups.ask_for_another": Permission.BE_IN_GROUP,
    "groups.begin_set": Permission.FORM_GROUPS,
    "groups.change_aside": Permission.FORM_GROUPS,
    "groups.change_mine": Permission.FORM_GROUPS,
    "groups.change_sign_up": Permission.FORM_GROUPS,
    "groups.change_wish": Permission.FORM_GROUPS,
    "groups.choose_group": Permission.BE_IN_GROUP,
    "groups.choose_set": Permission.FORM_GROUPS,
    "groups.confirm": Permission.FORM_GROUPS,
    "groups.discard": Permission.FORM_GROUPS,
    "groups.end_invitation": Permission.BE_IN_GROUP,
    "groups.form": Permission.FORM_GROUPS,
    "groups.invite": Permission.BE_IN_GROUP,
    "groups.leave_visit": Permission.FORM_GROUPS,
    "groups.match_list": Permission.FORM_GROUPS,
    "groups.move_student": Permission.FORM_GROUPS,
    "groups.name_for_teacher": Permission.FORM_GROUPS,
    "groups.name_group": Permission.BE_IN_GROUP,
    "groups.place_by_hand": Permission.FORM_GROUPS,
    "groups.propose": Permission.BE_IN_GROUP,
    "groups.save": Permission.BE_IN_GROUP,
    "groups.settle_request": Permission.FORM_GROUPS,
    "groups.show_agreements": Permission.BE_IN_GROUP,
    "groups.show_forming": Permission.FORM_GROUPS,
    "groups.show_group": Permission.FORM_GROUPS,
    "groups.show_groups": Permission.FORM_GROUPS,
    "groups.show_list": Permission.FORM_GROUPS,
    "groups.show_otherwise": Permission.BE_IN_GROUP,
    "groups.show_own_group": Permission.BE_IN_GROUP,
    "groups.show_plan": Permission.FORM_GROUPS,
    "groups.show_student": Permission.FORM_GROUPS,
    "groups.visit_group": Permission.FORM_GROUPS,
    "guidance.erase": Permission.PREPARE_CLASS,
    "guidance.keep_checklist": Permission.PREPARE_CLASS,
    "guidance.plan": Permission.PREPARE_CLASS,
    "guidance.prepare": Permission.PREPARE_CLASS,
    "guidance.remind": Permission.PREPARE_CLASS,
    "guidance.set_last_day": Permission.PREPARE_CLASS,
    "guidance.show_class": Permission.READ_GUIDANCE,
    "guidance.show_home": Permission.READ_GUIDANCE,
    "guidance.show_page": Permission.READ_GUIDANCE,
    "guidance.show_planner": Permission.READ_GUIDANCE,
    "guidance.show_reminders": Permission.PREPARE_CLASS,
    "guidance.show_unit": Permission.READ_GUIDANCE,
    "notes.ask_erasure": Permission.WRITE_NOTES,
    "notes.choose": Permission.WRITE_NOTES,
    "notes.erase": Permission.WRITE_NOTES,
    "notes.open_share": Permission.READ_SHARES,
    "notes.save": Permission.WRITE_NOTES,
    "notes.save_aid_note": Permission.WRITE_NOTES,
    "notes.share": Permission.WRITE_NOTES,
    "notes.show_aid": Permission.READ_STEP,
    "notes.show_notes": Permission.WRITE_NOTES,
    "notes.show_share": Permission.READ_SHARES,
    "notes.show_shared": Permission.READ_SHARES,
    "notes.show_sharing": Permission.WRITE_NOTES,
    "notes.show_withdrawn": Permission.WRITE_NOTES,
    "notes.withdraw": Permission.WRITE_NOTES,
    "people.choose_device": Permission.KEEP_SESSION,
    "people.choose_language": Permission.KEEP_SESSION,
    "people.keep_alive": Permission.KEEP_SESSION,
    "people.show_device": Permission.KEEP_SESSION,
    "people.tell_time": Permission.KEEP_SESSION,
    "privacy.ask_erase_all": Permission.SEE_OWN_DATA,
    "privacy.ask_erase_writing": Permission.WRITE_NOTES,
    "privacy.ask_take_back": Permission.WRITE_NOTES,
    "privacy.consent": Permission.WRITE_NOTES,
    "privacy.erase_all": Permission.SEE_OWN_DATA,
    "privacy.erase_all_writing": Permission.WRITE_NOTES,
    "privacy.show_consent": Permission.WRITE_NOTES,
    "privacy.show_consent_of_step": Permission.WRITE_NOTES,
    "privacy.show_data": Permission.SEE_OWN_DATA,
    "privacy.take_along": Permission.SEE_OWN_DATA,
    "privacy.take_back": Permission.WRITE_NOTES,
    "progress.press_step": Permission.PRESS_DONE,
    "progress.send_board": Permission.SEE_BOARD,
    "progress.show_home": Permission.KEEP_SESSION,
    "progress.show_step": Permission.READ_STEP,
    "progress.show_way": Permission.READ_STEP,
}

FROM_OTHER_SITES = {"launch.launch_tool", "launch.log_in"}

UNLOGGED = {
    "curriculum.send_sound",
    "curriculum.show_concern_in_visit",
    "curriculum.show_teacher_duties_in_visit",
    "people.keep_alive",
    "people.leave_session",
    "people.tell_time",
}
"""What of a visit has no line in the log of requests, beside all that is of writing and of one's data."""


@pytest.fixture(scope="module")
def tool(tool_apps: Callable[[str, str], Flask]) -> Flask:
    """The tool on one database: its addresses do not depend on which."""
    return tool_apps("sqlite", "")


@pytest.fixture(scope="module")
def rules(tool: Flask) -> dict[str, AccessRule]:
    return {name: getattr(view, "access_rule", AccessRule()) for name, view in tool.view_functions.items()}


def test_every_route_is_public_for_a_reason_or_asks_for_a_permission(rules: dict[str, AccessRule]) -> None:
    unruled = [name for name, rule in rules.items() if bool(rule.public_because) == (rule.permission is not None)]

    assert unruled == []


def test_public_routes_are_listed_here_with_their_reason(rules: dict[str, AccessRule]) -> None:
    public = {name: rule.public_because for name, rule in rules.items() if rule.permission is None}

    assert public == PUBLIC


def test_guarded_routes_are_listed_here_with_their_permission(rules: dict[str, AccessRule]) -> None:
    guarded = {name: rule.permission for name, rule in rules.items() if rule.permission is not None}

    assert guarded == GUARDED


def test_only_a_platform_may_post_from_another_site(rules: dict[str, AccessRule]) -> None:
    assert {name for name, rule in rules.items() if rule.from_other_sites} == FROM_OTHER_SITES


def test_routes_of_a_person_are_all_below_a_session_and_nothing_else_is(
    tool: Flask, rules: dict[str, AccessRule]
) -> None:
    below = {rule.endpoint for rule in tool.url_map.iter_rules() if rule.rule.startswith("/s/<token>/")}

    assert below == {name for name, rule in rules.items() if rule.permission is not None} | {"people.leave_session"}


def test_no_route_appears_or_vanishes_unnoticed(tool: Flask) -> None:
    now = sorted(
        f"{rule.rule} {','.join(sorted((rule.methods or set()) - {'HEAD', 'OPTIONS'}))} {rule.endpoint}"
        for rule in tool.url_map.iter_rules()
    )

    saved = SAVED.read_text().splitlines()
    gone, new = sorted(set(saved) - set(now)), sorted(set(now) - set(saved))
    assert not gone, f"an address is a promise, and others stored it; keep it or redirect it: {gone}"
    assert not new, f"add these to {SAVED.name}: {new}"


def test_ext_4_leaving_is_the_one_get_that_may_commit(tool: Flask, rules: dict[str, AccessRule]) -> None:
    methods: dict[str, set[str]] = {}
    for rule in tool.url_map.iter_rules():
        methods.setdefault(rule.endpoint, set()).update(rule.methods or ())

    only_read = {name for name, allowed in methods.items() if allowed <= SAFE_METHODS}
    assert {name for name in only_read if rules[name].writes} == {"people.leave_session"}
    # Where both a GET and a POST lead to one view, nothing but a plain no keeps the GET from writing.
    mixed = {name for name, allowed in methods.items() if name not in only_read and "GET" in allowed}
    assert {name for name in mixed if rules[name].writes is not False} == set()


def test_log_3_no_line_in_the_log_tells_that_somebody_writes_or_asks_for_their_data(
    tool: Flask, rules: dict[str, AccessRule]
) -> None:
    of_visits = {rule.endpoint for rule in tool.url_map.iter_rules() if rule.rule.startswith("/s/<token>/")}
    own = {name for name in of_visits if name.partition(".")[0] in {"notes", "privacy"}}

    assert own
    assert {name for name in of_visits if not rules[name].is_logged} == own | UNLOGGED


def test_no_route_answers_other_methods_than_get_and_post(tool: Flask) -> None:
    methods = {method for rule in tool.url_map.iter_rules() for method in rule.methods or ()}

    assert methods == {"GET", "HEAD", "OPTIONS", "POST"}


def test_view_without_a_rule_is_never_run(tmp_path: Path) -> None:
    ran: list[str] = []
    app = create_app(make_settings(f"sqlite:///{tmp_path}/tool.sqlite3"), clock=FrozenClock())

    def forgotten() -> str:
        ran.append("forgotten")
        return "text"

    app.add_url_rule("/forgotten", view_func=forgotten, methods=["GET", "POST"])

    client = app.test_client()
    answers = [client.get("/forgotten", base_url=BASE_URL), client.post("/forgotten", base_url=BASE_URL)]

    assert ran == []
    assert [answer.status_code for answer in answers] == [404, 404]


@pytest.mark.parametrize(
    ("endpoint", "method", "path"),
    [
        ("coordination.add_contact", "POST", "/contacts/new"),
        ("coordination.ask_removal", "GET", "/contacts/aaaaaaaaaaaaaaaaaaaaaaaaaa/remove"),
        ("coordination.change_contact", "POST", "/contacts/aaaaaaaaaaaaaaaaaaaaaaaaaa"),
        ("coordination.check_contact", "POST", "/contacts/aaaaaaaaaaaaaaaaaaaaaaaaaa/checked"),
        ("coordination.remove_contact", "POST", "/contacts/aaaaaaaaaaaaaaaaaaaaaaaaaa/remove"),
        ("coordination.show_contact", "GET", "/contacts/aaaaaaaaaaaaaaaaaaaaaaaaaa"),
        ("coordination.show_contacts", "GET", "/contacts"),
        ("coordination.show_new_contact", "GET", "/contacts/new"),
        ("curriculum.send_sound", "GET", "/sound/" + "0" * 64),
        ("curriculum.show_words", "GET", "/words"),
        ("guidance.keep_checklist", "POST", "/guidance/class/checklist"),
        ("guidance.remind", "POST", "/guidance/reminders"),
        ("guidance.show_home", "GET", "/guidance"),
        ("guidance.show_reminders", "GET", "/guidance/reminders"),
        ("notes.erase", "POST", "/notes/aaaaaaaaaaaaaaaaaaaaaaaaaa/erase"),
        ("notes.open_share", "POST", "/shared/aaaaaaaaaaaaaaaaaaaaaaaaaa"),
        ("notes.save", "POST", f"/notes/step/{NOTICED[0]}"),
        ("notes.save_aid_note", "POST", "/decision-aid"),
        ("notes.share", "POST", "/notes/aaaaaaaaaaaaaaaaaaaaaaaaaa/share/confirm"),
        ("notes.show_aid", "GET", "/decision-aid"),
        ("notes.show_notes", "GET", "/notes"),
        ("notes.show_shared", "GET", "/shared"),
        ("people.choose_device", "POST", "/device"),
        ("people.choose_language", "POST", "/language"),
        ("people.keep_alive", "GET", "/alive"),
        ("people.show_device", "GET", "/device"),
        ("people.tell_time", "GET", "/time"),
        ("privacy.consent", "POST", "/consent"),
        ("privacy.erase_all", "POST", "/my-data/erase"),
        ("privacy.show_data", "GET", "/my-data"),
        ("privacy.take_along", "POST", "/my-data/take-along"),
        ("progress.press_step", "POST", f"/step/{NOTICED[0]}/done"),
        ("progress.show_home", "GET", "/"),
        ("progress.show_step", "GET", f"/step/{NOTICED[0]}"),
        ("progress.show_way", "GET", f"/step/{NOTICED[0]}/1"),
    ],
)
def test_guarded_view_never_runs_for_a_token_that_nobody_has(
    door: Door, monkeypatch: pytest.MonkeyPatch, endpoint: str, method: str, path: str
) -> None:
    ran: list[str] = []
    views = door.client.application.view_functions
    rule = getattr(views[endpoint], "access_rule", None)

    def note(**_arguments: str) -> str:
        ran.append(endpoint)
        return "text"

    note.access_rule = rule  # type: ignore[attr-defined]
    monkeypatch.setitem(views, endpoint, note)

    answer = door.client.open("/s/" + "x" * 43 + path, method=method)

    assert answer.status_code == 401
    assert ran == []

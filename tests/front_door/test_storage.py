"""Coming in where a browser keeps no cookie: the LMS keeps the secret of the login, and no other proof will do."""

from __future__ import annotations

import base64
import dataclasses
import html
import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select, update

from lti_tool.kernel.key_ring import KeyRing
from lti_tool.launch.service import TICKET_LIFETIME
from lti_tool.launch.views import REGISTRATIONS
from lti_tool.lti.models import Registration
from lti_tool.people.models import LaunchSession
from tests.demo_lms.knobs import KNOBS
from tests.demo_lms.people import PEOPLE
from tests.door import FRAMED, TOP_LEVEL, form_token
from tests.front_door.framed import OWN_PAGE, Frame, frame_of, page_data, read_ticket
from tests.front_door.witness import STATUS, body_data, dump
from tests.progress.board import language_of, step_statuses

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from lti_tool.kernel.database import Database
    from lti_tool.web.edge import Instruments
    from tests.clock import FrozenClock
    from tests.door import Door
    from tests.front_door.witness import Witness
    from tests.police import StatementRecorder

SAFARI = "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1"
SAFARI_UPDATED = SAFARI.replace("17_5", "17_6_1").replace("17.5", "17.6.1")
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


@pytest.fixture
def frame(door: Door) -> Frame:
    return frame_of(door)


def count_sessions(database: Database) -> int:
    with database.session(writes=False) as session:
        return session.execute(select(func.count()).select_from(LaunchSession)).scalar_one()


# The login: what the page tells its script.


def test_framed_login_says_where_the_secret_may_go(frame: Frame) -> None:
    kept = frame.log_in(lti_storage_target="post_message_forwarding")

    assert kept.data["storage-target"] == "post_message_forwarding"
    assert kept.data["storage-origin"] == "https://lms.example"
    assert kept.data["storage-key"] == f"lti_login_{kept.state[:10]}"
    assert kept.data["secret"] == kept.cookie[1]
    assert kept.cookie[0] == f"__Host-lti-{kept.state[:10]}"


@pytest.mark.parametrize(
    ("endpoint", "origin"),
    [
        ("https://sso.lms.example:8443/auth?tenant=a%26b&x=", "https://sso.lms.example:8443"),
        ("https://SSO.lms.example/a/b?c=https://elsewhere.example", "https://sso.lms.example"),
        ("https://elsewhere.example/authorize", "https://elsewhere.example"),
    ],
)
def test_only_the_site_of_the_authorization_endpoint_is_told_the_secret(
    frame: Frame, session: Session, endpoint: str, origin: str
) -> None:
    session.execute(update(Registration).values(authorization_endpoint=endpoint))
    session.commit()
    kept = frame.log_in()
    asks = frame.post(frame.prepare(kept))

    assert kept.data["storage-origin"] == origin
    assert page_data(asks.text, "data-storage-origin")["storage-origin"] == origin


@pytest.mark.parametrize(
    "target", [None, "", " ", "a b", "<b>", '"x', "a/b", "é", "x" * 101, "a\nb", "https://x.example", "\x00"]
)
def test_storage_target_that_is_no_name_of_a_frame_is_left_out(frame: Frame, target: str | None) -> None:
    kept = frame.log_in(lti_storage_target=target)

    assert kept.data["storage-target"] == ""


def test_secret_is_another_for_every_login_and_in_no_state(frame: Frame) -> None:
    first, second = frame.log_in(), frame.log_in()

    assert first.secret != second.secret
    for kept in (first, second):
        assert kept.secret not in kept.data["authorization-url"]
        assert kept.secret not in kept.state


# The launch without a cookie: checked whole, and then a page that asks.


def test_launch_without_a_cookie_asks_the_platform_and_opens_nothing(
    frame: Frame, witness: Witness, recorder: StatementRecorder
) -> None:
    kept = frame.log_in()
    frame.ask(kept)  # the platform's keys are fetched once
    launch = frame.prepare(kept)
    witness.remember()

    response = frame.post(launch)

    assert response.status_code == 200
    assert body_data(response.text) == {"page": "ask-storage"}
    assert "Location" not in response.headers
    assert response.headers.getlist("Set-Cookie") == []
    assert recorder.writes() == []
    witness.assert_nothing_written()


def test_page_that_asks_knows_where_and_brings_it_to_us(frame: Frame) -> None:
    kept = frame.log_in()

    page = frame.post(frame.prepare(kept), lti_storage_target="a_frame").text

    assert page_data(page, "data-storage-origin") == {
        "storage-target": "a_frame",
        "storage-origin": "https://lms.example",
        "storage-key": kept.data["storage-key"],
    }
    assert 'action="/lti/launch/verify"' in page
    assert 'name="value" value=""' in page


@pytest.mark.parametrize("target", ["a b", "", "<script>"])
def test_storage_target_of_a_launch_that_is_no_name_is_left_out(frame: Frame, target: str) -> None:
    page = frame.post(frame.prepare(frame.log_in()), lti_storage_target=target).text

    assert page_data(page, "data-storage-origin")["storage-target"] == ""


SPOILT = [name for name, knob in KNOBS.items() if not knob.accepted and name != "replay"]


@pytest.mark.parametrize("knob", SPOILT)
@pytest.mark.one_database
def test_spoilt_launch_without_a_cookie_is_refused_and_gets_no_ticket(
    frame: Frame, witness: Witness, knob: str
) -> None:
    launch = frame.prepare(frame.log_in())
    KNOBS[knob].spoil(launch)
    witness.remember()

    response = frame.post(launch)

    witness.assert_refused(response, *STATUS)
    assert 'name="ticket"' not in response.text


def test_unknown_deployment_without_a_cookie_does_not_come_in(frame: Frame, witness: Witness) -> None:
    kept = frame.log_in(lti_deployment_id=None)
    launch = frame.prepare(kept)
    KNOBS["unknown_deployment"].spoil(launch)
    answer = frame.post(launch)
    witness.remember()

    refused = frame.verify(read_ticket(answer.text), kept.secret)

    witness.assert_refused(refused, "deployment_waiting")


def texts_in(page: str) -> str:
    """Return a page and all that can be decoded from it without a key."""
    ticket = base64.urlsafe_b64decode(read_ticket(page))
    return html.unescape(page) + ticket.decode("latin-1")


def test_page_that_asks_holds_nothing_personal_that_can_be_read(frame: Frame) -> None:
    kept = frame.log_in()
    launch = frame.prepare(kept)
    amina = PEOPLE["amina"]
    token = launch.token()

    response = frame.post(launch)

    readable = texts_in(response.text) + str(response.headers)
    header, claims, signature = token.split(".")
    secrets = [
        amina.id,
        "Amina",
        "Haddou",
        str(amina.email),
        "Sociaal werk",
        token,
        header,
        claims,
        signature,
        kept.secret,
        kept.nonce,
        kept.state,
    ]
    assert [secret for secret in secrets if secret in readable] == []
    # The search would find them.
    assert base64.urlsafe_b64encode(b"Amina").decode().rstrip("=") not in readable
    assert read_ticket(response.text) in readable


def test_every_page_that_asks_has_another_ticket(frame: Frame) -> None:
    kept = frame.log_in()

    assert frame.ask(kept) != frame.ask(kept)


@pytest.mark.parametrize("headers", [FRAMED, {"Sec-Fetch-Dest": "frame"}, {"Sec-Fetch-Dest": "empty"}, {}])
def test_launch_that_is_not_in_a_window_of_its_own_asks(frame: Frame, headers: dict[str, str]) -> None:
    response = frame.post(frame.prepare(frame.log_in()), headers)

    assert body_data(response.text) == {"page": "ask-storage"}


def test_launch_without_a_cookie_in_a_window_of_its_own_is_refused(frame: Frame, witness: Witness) -> None:
    launch = frame.prepare(frame.log_in())
    witness.remember()

    witness.assert_refused(frame.post(launch, TOP_LEVEL), "cookie_missing")


@pytest.mark.parametrize("headers", [FRAMED, TOP_LEVEL, {}], ids=["frame", "window", "unsaid"])
@pytest.mark.parametrize("value", ["", "x", "é", None], ids=["empty", "other", "strange", "of another login"])
def test_cookie_that_is_there_and_differs_is_refused_everywhere(
    frame: Frame, witness: Witness, headers: dict[str, str], value: str | None
) -> None:
    kept = frame.log_in()
    sent = frame.log_in().secret if value is None else value
    launch = frame.prepare(kept)
    witness.remember()

    response = frame.post(launch, {**headers, "Cookie": f"{kept.cookie[0]}={sent}"})

    witness.assert_refused(response, "cookie_different")
    assert 'name="ticket"' not in response.text


def test_browser_that_keeps_the_cookie_needs_no_storage(frame: Frame) -> None:
    kept = frame.log_in()

    response = frame.post(frame.prepare(kept), {**FRAMED, "Cookie": "=".join(kept.cookie)})

    assert response.status_code == 303
    assert "__Host-s-" in response.headers["Set-Cookie"]


# The proof.


def test_right_value_lets_in_and_sets_no_cookie(frame: Frame, database: Database) -> None:
    kept = frame.log_in()
    ticket = frame.ask(kept)

    response = frame.verify(ticket, kept.secret)

    assert response.status_code == 303
    assert response.headers.getlist("Set-Cookie") == []
    with database.session(writes=False) as session:
        (opened,) = session.execute(select(LaunchSession)).scalars()
    assert (opened.binding, opened.role) == ("agent", "learner")
    assert frame.client.get(response.headers["Location"]).status_code == 200


@pytest.mark.parametrize("value", ["", " ", "x", "é", "null", "x" * 43, "x" * 500, "\U0001f392"])
def test_wrong_value_is_refused(frame: Frame, witness: Witness, value: str) -> None:
    ticket = frame.ask(frame.log_in())
    witness.remember()

    witness.assert_refused(frame.verify(ticket, value), "storage_different")


@pytest.mark.parametrize("change", ["cut", "longer", "upper", "state", "nonce", "key"])
def test_value_that_is_nearly_or_nothing_like_the_secret_is_refused(
    frame: Frame, witness: Witness, change: str
) -> None:
    kept = frame.log_in()
    ticket = frame.ask(kept)
    values = {
        "cut": kept.secret[:-1],
        "longer": f"{kept.secret}A",
        "upper": kept.secret.swapcase(),
        "state": kept.state,
        "nonce": kept.nonce,
        "key": kept.data["storage-key"],
    }
    witness.remember()

    witness.assert_refused(frame.verify(ticket, values[change]), "storage_different")


def test_value_of_another_login_is_refused(frame: Frame, witness: Witness) -> None:
    other = frame.log_in()
    ticket = frame.ask(frame.log_in())
    witness.remember()

    witness.assert_refused(frame.verify(ticket, other.secret), "storage_different")


def test_value_of_another_browser_does_not_open_the_ticket_of_this_one(
    door: Door, frame: Frame, witness: Witness
) -> None:
    """Somebody lays their own launch into another's frame: the other would work under their name."""
    ticket = frame.ask(frame.log_in(), "teacher")
    victim = frame_of(door)
    secret = victim.log_in().secret
    witness.remember()

    witness.assert_refused(victim.verify(ticket, secret), "storage_different")


@pytest.mark.parametrize(("missing", "reason"), [("ticket", "state_invalid"), ("value", "state_invalid")])
def test_form_without_its_half_is_refused(frame: Frame, witness: Witness, missing: str, reason: str) -> None:
    kept = frame.log_in()
    form = {"ticket": frame.ask(kept), "value": kept.secret}
    del form[missing]
    witness.remember()

    witness.assert_refused(frame.client.post("/lti/launch/verify", data=form, headers=OWN_PAGE), reason)


def test_form_with_its_half_twice_is_refused(frame: Frame, witness: Witness) -> None:
    kept = frame.log_in()
    form = {"ticket": frame.ask(kept), "value": ["x", kept.secret]}
    witness.remember()

    witness.assert_refused(frame.client.post("/lti/launch/verify", data=form, headers=OWN_PAGE), "login_malformed")


def changed_tickets(ticket: str) -> Iterator[str]:
    for place in (0, 3, 5, 20, len(ticket) // 2, len(ticket) - 8):
        other = "A" if ticket[place] != "A" else "B"
        yield ticket[:place] + other + ticket[place + 1 :]
    yield from (ticket[:-8], ticket[:40], ticket[8:], ticket + ticket, ticket[::-1])
    yield from ("x", "é", "A" * 400, "=", "not base64", f" {ticket}", base64.b64encode(b"test:").decode())


def test_changed_or_cut_ticket_is_refused(frame: Frame, witness: Witness) -> None:
    kept = frame.log_in()

    for ticket in changed_tickets(frame.ask(kept)):
        witness.remember()
        witness.assert_refused(frame.verify(ticket, kept.secret), "state_invalid")


def seal(key_ring: KeyRing, purpose: str, bound_to: str, content: Any) -> str:
    sealed = key_ring.encrypt(purpose, json.dumps(content).encode(), bound_to=bound_to)
    return base64.urlsafe_b64encode(sealed).decode()


@pytest.mark.parametrize(
    ("purpose", "bound_to"),
    [("tool keys", "launch ticket"), ("launch ticket", "tool keys"), ("tool keys", "tool keys")],
)
def test_what_the_tool_sealed_for_something_else_is_no_ticket(
    frame: Frame, tools: Instruments, witness: Witness, purpose: str, bound_to: str
) -> None:
    kept = frame.log_in()
    content = {"at": tools.clock.timestamp(), "state": kept.state, "id_token": frame.prepare(kept).token()}
    good = frame.verify(seal(tools.key_ring, "launch ticket", "launch ticket", content), kept.secret)
    assert good.status_code == 303, "sealed as it should be it is one"
    witness.remember()

    witness.assert_refused(frame.verify(seal(tools.key_ring, purpose, bound_to, content), kept.secret), "state_invalid")


def test_ticket_of_another_tool_is_refused(frame: Frame, tools: Instruments, witness: Witness) -> None:
    kept = frame.log_in()
    content = {"at": tools.clock.timestamp(), "state": kept.state, "id_token": frame.prepare(kept).token()}
    stranger = KeyRing([("test", b"x" * 32)])
    witness.remember()

    witness.assert_refused(
        frame.verify(seal(stranger, "launch ticket", "launch ticket", content), kept.secret), "state_invalid"
    )


@pytest.mark.parametrize(("seconds", "status"), [(0, 303), (TICKET_LIFETIME, 303), (TICKET_LIFETIME + 1, 401)])
def test_ticket_works_for_a_minute(frame: Frame, clock: FrozenClock, seconds: int, status: int) -> None:
    kept = frame.log_in()
    ticket = frame.ask(kept)

    clock.move(seconds=seconds)
    response = frame.verify(ticket, kept.secret)

    assert response.status_code == status
    if status != 303:
        assert body_data(response.text)["reason"] == "state_expired"


def test_fresh_ticket_does_not_lengthen_the_login(frame: Frame, clock: FrozenClock, witness: Witness) -> None:
    kept = frame.log_in()
    clock.move(seconds=590)
    ticket = frame.ask(kept)
    clock.move(seconds=11)
    witness.remember()

    witness.assert_refused(frame.verify(ticket, kept.secret), "state_expired")


def test_launch_is_checked_again_when_its_ticket_comes_back(
    app: Flask, frame: Frame, session: Session, witness: Witness
) -> None:
    kept = frame.log_in()
    ticket = frame.ask(kept)
    session.execute(update(Registration).values(client_id="another"))
    session.commit()
    app.extensions[REGISTRATIONS].forget()
    witness.remember()

    witness.assert_refused(frame.verify(ticket, kept.secret), "audience_different")


def test_ticket_works_once(frame: Frame, witness: Witness) -> None:
    kept = frame.log_in()
    ticket = frame.ask(kept)
    assert frame.verify(ticket, kept.secret).status_code == 303
    witness.remember()

    witness.assert_refused(frame.verify(ticket, kept.secret), "replayed")


def test_two_tickets_of_one_login_open_one_session(frame: Frame, database: Database, witness: Witness) -> None:
    kept = frame.log_in()
    tickets = [frame.ask(kept), frame.ask(kept)]
    assert frame.verify(tickets[1], kept.secret).status_code == 303
    witness.remember()

    witness.assert_refused(frame.verify(tickets[0], kept.secret), "replayed")
    assert count_sessions(database) == 1


@pytest.mark.parametrize("first", ["ticket", "cookie"])
def test_ticket_and_cookie_of_one_login_open_one_session(frame: Frame, witness: Witness, first: str) -> None:
    kept = frame.log_in()
    ticket, launch = frame.ask(kept), frame.prepare(kept)
    ways: dict[str, Callable[[], TestResponse]] = {
        "ticket": lambda: frame.verify(ticket, kept.secret),
        "cookie": lambda: frame.post(launch, {**FRAMED, "Cookie": "=".join(kept.cookie)}),
    }
    assert ways.pop(first)().status_code == 303
    (second,) = ways.values()
    witness.remember()

    witness.assert_refused(second(), "replayed")


def test_wrong_value_does_not_use_up_the_login(frame: Frame) -> None:
    kept = frame.log_in()
    ticket = frame.ask(kept)
    assert frame.verify(ticket, "x").status_code == 403

    assert frame.verify(ticket, kept.secret).status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://lms.example"},
        {"Origin": "https://tool.example.elsewhere.example"},
    ],
    ids=str,
)
def test_ops_7_ticket_brought_by_another_site_is_refused(
    frame: Frame, witness: Witness, headers: dict[str, str]
) -> None:
    kept = frame.log_in()
    ticket = frame.ask(kept)
    witness.remember()

    response = frame.verify(ticket, kept.secret, headers)

    assert (response.status_code, body_data(response.text)["reason"]) == (403, "form_refused")
    witness.assert_nothing_written()


@pytest.mark.parametrize("headers", [{"Origin": "null"}, {}], ids=str)
def test_ticket_that_does_not_say_where_it_comes_from_lets_nobody_in(frame: Frame, headers: dict[str, str]) -> None:
    """An attacker's own ticket and secret are as good: a frame without an origin could log others in as them."""
    kept = frame.log_in()

    assert frame.verify(frame.ask(kept), kept.secret, headers).status_code == 403


@pytest.mark.parametrize("headers", [OWN_PAGE, {"Origin": "https://tool.example"}], ids=str)
def test_ticket_brought_by_our_own_page_comes_in(frame: Frame, headers: dict[str, str]) -> None:
    kept = frame.log_in()

    assert frame.verify(frame.ask(kept), kept.secret, headers).status_code == 303


def test_ticket_cannot_be_brought_by_a_link(frame: Frame) -> None:
    assert frame.client.get("/lti/launch/verify").status_code == 405


# Master keys that change meanwhile.


def test_ticket_from_before_a_rotation_is_still_opened(
    app: Flask, frame: Frame, tools: Instruments, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = frame.log_in()
    ticket = frame.ask(kept)
    rotated = KeyRing([("newest", b"n" * 32), *tools.settings.master_keys])

    monkeypatch.setitem(app.extensions, "rugzak", dataclasses.replace(tools, key_ring=rotated))
    response = frame.verify(ticket, kept.secret)

    assert response.status_code == 303
    assert frame.client.get(response.headers["Location"]).status_code == 200


@pytest.mark.parametrize("name", ["newest", "test"])
def test_ticket_under_a_key_that_is_gone_is_refused(
    app: Flask, frame: Frame, tools: Instruments, monkeypatch: pytest.MonkeyPatch, witness: Witness, name: str
) -> None:
    kept = frame.log_in()
    ticket = frame.ask(kept)
    other = dataclasses.replace(tools, key_ring=KeyRing([(name, b"n" * 32)]))
    witness.remember()

    monkeypatch.setitem(app.extensions, "rugzak", other)

    witness.assert_refused(frame.verify(ticket, kept.secret), "state_invalid")


# The visit: bound to a kind of browser.


def agent(text: str) -> dict[str, str]:
    return {"User-Agent": text}


@pytest.mark.parametrize(
    ("other", "status"),
    [(SAFARI, 200), (SAFARI_UPDATED, 200), (FIREFOX, 401), ("", 401), (SAFARI.replace("iPad", "iPhone"), 401)],
    ids=["same", "updated", "other", "silent", "other machine"],
)
def test_address_in_another_kind_of_browser_opens_nothing(door: Door, other: str, status: int) -> None:
    visit = frame_of(door, SAFARI).enter()

    response = visit.get(headers=agent(other))

    assert response.status_code == status
    if status != 200:
        assert body_data(response.text) == {"page": "refused", "reason": "session_ended"}


def test_visit_without_a_cookie_is_not_opened_by_one(door: Door, session: Session) -> None:
    visit = frame_of(door, SAFARI).enter()
    found = session.execute(select(LaunchSession.id)).scalar_one()

    response = visit.get(headers={"Cookie": f"__Host-s-{found[:10]}={SAFARI}", **agent(FIREFOX)})

    assert response.status_code == 401


def test_visit_with_a_cookie_is_not_opened_by_the_kind_of_browser(door: Door) -> None:
    visit = door.enter()
    stranger = frame_of(door).client  # the same kind of browser

    assert stranger.get(visit.home + "/").status_code == 401


def test_neither_the_token_nor_the_kind_of_browser_is_stored(door: Door, database: Database) -> None:
    visit = frame_of(door, SAFARI).enter()

    stored = str(dump(database))

    assert visit.home.rpartition("/")[2] not in stored
    assert "Safari" not in stored
    assert "Macintosh" not in stored


def test_press_works_without_a_cookie(frame: Frame) -> None:
    visit = frame.enter()

    response = visit.post("/step/u56fbuib/done", {"done": "yes"})

    assert response.status_code == 303
    assert step_statuses(visit.get().text)["1.1"] == "done"
    assert response.headers.getlist("Set-Cookie") == []


def test_press_of_another_site_is_refused_without_a_cookie(frame: Frame) -> None:
    visit = frame.enter()

    response = visit.post("/step/u56fbuib/done", {"done": "yes"}, headers={"Sec-Fetch-Site": "cross-site"})

    assert response.status_code == 403
    assert step_statuses(visit.get().text)["1.1"] == "open"


def test_press_with_the_form_token_of_another_visit_is_refused(frame: Frame) -> None:
    one, other = frame.enter("amina"), frame.enter("bram")
    foreign = form_token(other.get().text)
    response = frame.client.post(
        f"{one.home}/step/u56fbuib/done", data={"form_token": foreign, "done": "yes"}, headers=OWN_PAGE
    )

    assert response.status_code == 403


def test_two_visits_side_by_side_do_not_mix(frame: Frame) -> None:
    amina, bram, teacher = frame.enter("amina"), frame.enter("bram"), frame.enter("teacher")

    amina.post("/step/u56fbuib/done", {"done": "yes"})

    assert step_statuses(amina.get().text)["1.1"] == "done"
    assert step_statuses(bram.get().text)["1.1"] == "open"
    assert "Amina Haddou" in amina.get().text
    assert "Amina Haddou" not in bram.get().text
    assert body_data(teacher.get().text)["role"] == "instructor"
    amina.get("/leave")
    assert amina.get().status_code == 401
    assert bram.get().status_code == 200


def test_ext_4_leaving_works_without_a_cookie(frame: Frame, database: Database) -> None:
    visit = frame.enter()

    response = visit.get("/leave")

    assert response.status_code == 303
    assert visit.get().status_code == 401
    assert count_sessions(database) == 1, "its row keeps the login from being used again"


# Language.


@pytest.mark.parametrize(
    ("browser", "locale", "language"), [("nl", "en", "en"), ("en", "nl", "nl"), ("en", "fr", "en")]
)
def test_visit_speaks_the_language_of_the_launch(door: Door, browser: str, locale: str, language: str) -> None:
    frame = frame_of(door)
    frame.headers["Accept-Language"] = browser

    visit = frame.enter("nameless", locale=locale)

    assert language_of(visit.get(headers=frame.headers).text) == language


@pytest.mark.parametrize("language", ["nl", "en"])
def test_page_that_asks_speaks_the_language_of_the_browser(door: Door, language: str) -> None:
    frame = frame_of(door)
    frame.headers["Accept-Language"] = language

    page = frame.post(frame.prepare(frame.log_in())).text

    assert language_of(page) == language


# After the visit has begun.


def test_address_of_such_a_visit_opens_nothing_in_an_address_bar(frame: Frame) -> None:
    """It began in a frame and lives in one; a copied address, typed on another telephone of the kind, does not open."""
    kept = frame.log_in()
    home = frame.verify(frame.ask(kept), kept.secret).headers["Location"]

    typed = frame.client.get(home, headers={**TOP_LEVEL, **frame.headers})
    framed = frame.client.get(home, headers={**FRAMED, **frame.headers})

    assert (typed.status_code, framed.status_code) == (401, 200)


def test_reload_of_a_launch_with_storage_says_that_it_was_used(frame: Frame, witness: Witness) -> None:
    kept = frame.log_in()
    launch = frame.prepare(kept)
    assert frame.verify(read_ticket(frame.post(launch).text), kept.secret).status_code == 303
    witness.remember()

    witness.assert_refused(frame.post(launch), "replayed")

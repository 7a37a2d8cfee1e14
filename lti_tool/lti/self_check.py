"""Whether a connection with a platform works: its keys, a token, the clocks, and how people came in lately.

It asks the platform as the tool itself would, and changes nothing anywhere. What comes out are codes and numbers, for
whoever shows them; of what the platform said there is no word in it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from lti_tool.lti.access_tokens import TokenError, TokenReason, request_token
from lti_tool.lti.last_events import LAUNCHED, Way
from lti_tool.lti.outbound import OutboundError, OutboundReason
from lti_tool.lti.platform_keys import MOST_KEYS, parse_keys
from lti_tool.lti.tool_configuration import NOTICES, SCOPES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from lti_tool.kernel.clock import Clock
    from lti_tool.lti.access_tokens import PlatformCaller
    from lti_tool.lti.models import LastEvent, Registration
    from lti_tool.lti.outbound import Answer
    from lti_tool.lti.signing_keys import SigningKey

AGREE, DIFFER = timedelta(seconds=5), timedelta(seconds=30)
"""Up to the first, clocks count as one. From the second on, a launch comes near to what is still allowed (a minute)."""
_MOST_SCOPES = 10


class What(StrEnum):
    """What was looked at."""

    KEYS = "keys"
    TOKEN = "token"  # noqa: S105 (a code, not a secret)
    SCOPES = "scopes"
    CLOCK = "clock"
    FRAME = Way.FRAME.value
    STORAGE = Way.STORAGE.value
    WINDOW = Way.WINDOW.value


class Verdict(StrEnum):
    """How it is."""

    OK = "ok"
    WRONG = "wrong"
    UNKNOWN = "unknown"


class Detail(StrEnum):
    """What was found, beside the reasons for which a platform could not be asked or gave no token."""

    KEYS_FOUND = "keys_found"
    NO_USABLE_KEY = "no_usable_key"
    NOT_A_KEY_SET = "not_a_key_set"
    TOKEN_GIVEN = "token_given"  # noqa: S105 (a code, not a secret)
    NO_SIGNING_KEY = "no_signing_key"
    NOTHING_ASKED = "nothing_asked"
    SCOPES_GRANTED = "scopes_granted"
    SCOPES_MISSING = "scopes_missing"
    SCOPES_UNKNOWN = "scopes_unknown"
    CLOCKS_AGREE = "clocks_agree"
    CLOCKS_DIFFER_A_LITTLE = "clocks_differ_a_little"
    CLOCKS_DIFFER = "clocks_differ"
    CLOCK_UNKNOWN = "clock_unknown"
    FRAME_SEEN = "frame_seen"
    FRAME_NOT_SEEN = "frame_not_seen"
    STORAGE_SEEN = "storage_seen"
    STORAGE_NOT_SEEN = "storage_not_seen"
    WINDOW_SEEN = "window_seen"
    WINDOW_NOT_SEEN = "window_not_seen"
    LOOK_FAILED = "look_failed"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    what: What
    verdict: Verdict
    detail: Detail | OutboundReason | TokenReason
    values: Mapping[str, Any] = field(default_factory=dict)
    """What the detail has numbers for: ``count``, ``status``, ``seconds``, ``granted`` and ``missing``, ``at``."""


def scopes_to_check(registration: Registration) -> tuple[str, ...]:
    """Return what a platform was asked for at its registration.

    One that was registered by hand is asked for what every platform has: notices are rare so far.
    """
    asked = json.loads(registration.granted or "{}").get("asked")
    return tuple(scope for scope in SCOPES if scope != NOTICES) if asked is None else tuple(asked)


def check_platform(
    registration: Registration,
    *,
    scopes: Collection[str],
    http: PlatformCaller,
    signing_key: SigningKey | None,
    clock: Clock,
) -> list[Finding]:
    """Ask a platform for its keys and for access, and say how each thing is. It takes some seconds where it is slow.

    Hold no transaction meanwhile: a slow platform would hold it too.

    :param scopes: what the tool would like to use, at most ten.
    :param signing_key: None while this tool has none.
    """
    watch = _Watch(http, clock)
    keys = _check_keys(registration, watch)
    token, granted = _check_token(registration, sorted(set(scopes))[:_MOST_SCOPES], signing_key, watch, clock)
    return [keys, token, _check_scopes(scopes, granted), _check_clock(watch.ahead)]


class _Watch:
    """Calls a platform, and reads its clock by the way."""

    def __init__(self, http: PlatformCaller, clock: Clock) -> None:
        self._http = http
        self._clock = clock
        self.ahead: timedelta | None = None
        """How far the platform's clock was ahead of ours at the last answer; None when none said."""

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        before = self._clock.now()
        return self._read_clock(before, self._http.get(url, headers))

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        before = self._clock.now()
        return self._read_clock(before, self._http.post(url, body, headers))

    def _read_clock(self, before: datetime, answer: Answer) -> Answer:
        date = _date_of(answer)
        if date is not None:
            after = self._clock.now()
            # The platform wrote the date at some moment between the two, and left the parts of a second out.
            latest = date + timedelta(seconds=1)
            self.ahead = date - after if date > after else min(latest - before, timedelta(0))
        return answer


def _date_of(answer: Answer) -> datetime | None:
    """Return when an answer was made (RFC 9110, 6.6.1), or would have been if no cache had kept it (RFC 9111, 5.1)."""
    try:
        date = parsedate_to_datetime(answer.headers.get("Date") or "")
        age = answer.headers.get("Age") or "0"
        kept = timedelta(seconds=int(age)) if age.isascii() and age.isdecimal() else timedelta(0)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)) + kept
    except (ValueError, OverflowError):
        return None


def _check_keys(registration: Registration, http: PlatformCaller) -> Finding:
    try:
        answer = http.get(registration.jwks_uri)
        found = answer.json() if answer.status == HTTPStatus.OK else None
    except OutboundError as error:
        return Finding(What.KEYS, Verdict.WRONG, error.reason)
    if answer.status != HTTPStatus.OK:
        return Finding(What.KEYS, Verdict.WRONG, OutboundReason.BAD_STATUS, {"status": answer.status})
    keys = found.get("keys") if isinstance(found, dict) else None
    if not isinstance(keys, list):
        return Finding(What.KEYS, Verdict.WRONG, Detail.NOT_A_KEY_SET)
    count = len(parse_keys(keys[:MOST_KEYS]))
    if count == 0:
        return Finding(What.KEYS, Verdict.WRONG, Detail.NO_USABLE_KEY)
    return Finding(What.KEYS, Verdict.OK, Detail.KEYS_FOUND, {"count": count})


def _check_token(
    registration: Registration, scopes: list[str], signing_key: SigningKey | None, http: PlatformCaller, clock: Clock
) -> tuple[Finding, frozenset[str] | None]:
    """Ask for a token, and return with it which scopes it opens; None where that is not known."""
    if signing_key is None:
        return Finding(What.TOKEN, Verdict.UNKNOWN, Detail.NO_SIGNING_KEY), None
    if not scopes:
        return Finding(What.TOKEN, Verdict.UNKNOWN, Detail.NOTHING_ASKED), frozenset()
    # Some platforms leave out what they do not grant; others refuse it all, and then each is asked for by itself.
    tries = [scopes, *([scope] for scope in scopes if len(scopes) > 1)]
    granted: frozenset[str] = frozenset()
    for asked in tries:
        try:
            granted |= request_token(registration, asked, signing_key, http, clock.now()).scopes
        except TokenError as error:
            if error.reason is not TokenReason.SCOPE_REFUSED:
                return Finding(What.TOKEN, Verdict.WRONG, error.reason), None
            continue
        if asked is scopes:
            break
    if not granted:
        return Finding(What.TOKEN, Verdict.WRONG, TokenReason.SCOPE_REFUSED), granted
    return Finding(What.TOKEN, Verdict.OK, Detail.TOKEN_GIVEN), granted


def _check_scopes(asked: Collection[str], granted: frozenset[str] | None) -> Finding:
    if granted is None:
        return Finding(What.SCOPES, Verdict.UNKNOWN, Detail.SCOPES_UNKNOWN)
    missing = sorted(set(asked) - granted)
    values = {"granted": tuple(sorted(granted)), "missing": tuple(missing)}
    if missing:
        return Finding(What.SCOPES, Verdict.WRONG, Detail.SCOPES_MISSING, values)
    return Finding(What.SCOPES, Verdict.OK, Detail.SCOPES_GRANTED, values)


def _check_clock(ahead: timedelta | None) -> Finding:
    if ahead is None:
        return Finding(What.CLOCK, Verdict.UNKNOWN, Detail.CLOCK_UNKNOWN)
    values = {"seconds": round(abs(ahead).total_seconds())}
    if abs(ahead) > DIFFER:
        return Finding(What.CLOCK, Verdict.WRONG, Detail.CLOCKS_DIFFER, values)
    if abs(ahead) > AGREE:
        return Finding(What.CLOCK, Verdict.OK, Detail.CLOCKS_DIFFER_A_LITTLE, values)
    return Finding(What.CLOCK, Verdict.OK, Detail.CLOCKS_AGREE, values)


def check_ways(events: Iterable[LastEvent]) -> list[Finding]:
    """Say when somebody last came in each way. Only people's browsers can show whether a frame lets a cookie live."""
    seen = {event.kind: event.happened_at for event in events}
    return [
        Finding(way, Verdict.OK, Detail(f"{way}_seen"), {"at": seen[kind]})
        if (kind := f"{LAUNCHED}:{way}") in seen
        else Finding(way, Verdict.UNKNOWN, Detail(f"{way}_not_seen"))
        for way in map(What, Way)
    ]

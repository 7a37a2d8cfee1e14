"""What the front door leaves behind: in the database, in the log and on the page."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from lti_tool.kernel.database import Base

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from lti_tool.kernel.database import Database

STATUS = {
    "login_incomplete": 400,
    "login_malformed": 400,
    "unknown_registration": 404,
    "ambiguous_registration": 400,
    "foreign_target": 400,
    "not_a_launch": 400,
    "platform_error": 400,
    "state_invalid": 403,
    "state_expired": 401,
    "cookie_missing": 403,
    "cookie_different": 403,
    "storage_different": 403,
    "replayed": 403,
    "token_malformed": 400,
    "key_id_missing": 400,
    "key_unknown": 403,
    "keys_unavailable": 503,
    "algorithm_refused": 403,
    "signature_wrong": 403,
    "claim_missing": 400,
    "claim_malformed": 400,
    "issuer_different": 403,
    "audience_different": 403,
    "nonce_different": 403,
    "token_expired": 401,
    "token_too_old": 401,
    "token_from_future": 401,
    "token_lives_too_long": 400,
    "version_refused": 400,
    "message_type_refused": 400,
    "deployment_waiting": 403,
    "too_many": 429,
    "deployment_different": 403,
    "target_different": 403,
    "too_large": 413,
}
"""The answer that each reason promises."""

_MAY_CHANGE = frozenset({"lti_platform_keys", "lti_last_event"})
"""Keys are fetched before anything is believed, so a refused launch may have fetched some. And when a launch was last
refused for which reason is noted, for the administrator."""


def dump(database: Database) -> dict[str, list[str]]:
    """Read every row of every table, as text."""
    names = [table.name for table in Base.metadata.sorted_tables]
    found: dict[str, list[str]] = {}
    with database.connection(writes=False) as connection:
        cursor = connection.connection.cursor()
        if connection.dialect.name == "postgresql":
            # In one go: each statement is a journey, and this is looked at before and after every refused launch.
            cursor.execute("; ".join(f"SELECT * FROM {name}" for name in names))  # noqa: S608 (our own names)
        for name in names:
            if connection.dialect.name == "sqlite":
                cursor.execute(f"SELECT * FROM {name}")  # noqa: S608 (our own names)
            found[name] = sorted(repr(tuple(map(_plain, row))) for row in cursor.fetchall())
            if connection.dialect.name == "postgresql":
                cursor.nextset()
        cursor.close()
    return found


def _plain(value: object) -> object:
    """Return a value as both databases would give it: SQLite has no dates of its own."""
    return value.isoformat() if isinstance(value, date) else value


def dump_people(database: Database) -> str:
    """Read, as one text, all that is stored beside the content and the platforms' keys."""
    tables = dump(database)
    return "\n".join(
        row
        for name, rows in tables.items()
        if not name.startswith("curriculum_") and name not in _MAY_CHANGE
        for row in rows
    )


def body_data(html: str) -> dict[str, str]:
    """Read the data attributes of a page's body."""
    found = re.search(r"<body([^>]*)>", html)
    assert found is not None
    return dict(re.findall(r'data-([a-z-]+)="([^"]*)"', found.group(1)))


@dataclass
class Witness:
    """Remembers how things were, and says what a request changed."""

    database: Database
    lines: list[str]
    """The log lines as they go to standard error."""
    before: dict[str, list[str]] = field(default_factory=dict)

    def remember(self) -> None:
        """Remember how things are now."""
        self.before = self._rows()
        self.lines.clear()

    def _rows(self) -> dict[str, list[str]]:
        return {name: rows for name, rows in dump(self.database).items() if name not in _MAY_CHANGE}

    def events(self, name: str) -> list[dict[str, Any]]:
        """Return the log lines of one event."""
        return [line for text in self.lines if (line := json.loads(text))["event"] == name]

    def assert_nothing_written(self, *, apart_from: str | None = None) -> None:
        """No row came, went or changed since :meth:`remember`, but in the table that is named."""
        now = self._rows()
        assert {name: rows for name, rows in now.items() if name != apart_from} == {
            name: rows for name, rows in self.before.items() if name != apart_from
        }

    def assert_refused(self, response: TestResponse, *reasons: str) -> None:
        """Refused, for one of these reasons: a page for a person, one log line, no session, nothing written."""
        page = body_data(response.text)
        assert page.get("page") == "refused", f"{response.status_code} {page}"
        assert page["reason"] in reasons
        assert "role" not in page
        assert response.status_code == STATUS[page["reason"]]
        assert not [cookie for cookie in response.headers.getlist("Set-Cookie") if cookie.startswith("__Host-s-")]
        # A deployment that nobody approved is kept, so that an administrator can.
        self.assert_nothing_written(apart_from="lti_deployment" if page["reason"] == "deployment_waiting" else None)
        answered = [line["reason"] for line in self.events("web:request:answered")]
        refused = [line["reason"] for line in self.events("launch:door:refused")]
        assert answered == [page["reason"]]
        assert refused == ([] if page["reason"] == "too_large" else answered)

"""The application factory: the only file that knows every room."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any

from flask import Flask, g, request, url_for

from config import Settings, load_settings
from lti_tool.cli import install_commands
from lti_tool.connection.check_service import BACKGROUND, run_beside
from lti_tool.connection.connection_views import connection
from lti_tool.connection.registration_views import registration
from lti_tool.coordination.places import InstitutionPlaces
from lti_tool.coordination.views import PLACES, coordination
from lti_tool.curriculum.contacts import load_standing
from lti_tool.curriculum.views import curriculum
from lti_tool.groups.policy import shares_page
from lti_tool.groups.views import groups
from lti_tool.guidance.reminders import has_due_reminder
from lti_tool.guidance.views import guidance
from lti_tool.kernel.clock import Clock
from lti_tool.kernel.database import Database
from lti_tool.kernel.key_ring import KeyRing
from lti_tool.kernel.key_store import KeyStore
from lti_tool.kernel.limits import Limits
from lti_tool.kernel.log import configure_logging
from lti_tool.launch.views import LAST_EVENTS, PLATFORM_KEYS, REGISTRATIONS, launch
from lti_tool.lti.known_registrations import KnownRegistrations
from lti_tool.lti.last_events import LastEvents
from lti_tool.lti.outbound import PLATFORM_HTTP, PlatformHttp
from lti_tool.lti.platform_keys import Fetch, HttpFetch, PlatformKeyStore
from lti_tool.lti.tool_keys import check_tool_key
from lti_tool.notes.service import KEEP_AFTER_CLASS, first_to_go
from lti_tool.notes.views import notes
from lti_tool.people.names import shown_name
from lti_tool.people.permissions import Permission, is_allowed
from lti_tool.people.roles import Role
from lti_tool.people.views import people
from lti_tool.people.visits import WARNING, SessionEndedError, find_member
from lti_tool.privacy.policy import is_soon
from lti_tool.privacy.views import privacy
from lti_tool.progress.board import read_group_counts
from lti_tool.progress.views import progress
from lti_tool.web.access import install_gate, visit_address
from lti_tool.web.access_log import install_access_log
from lti_tool.web.edge import Instruments, database_connection, install_edge, instruments, today
from lti_tool.web.errors import SESSION_ENDED, install_errors, refuse
from lti_tool.web.headers import install_headers
from lti_tool.web.languages import current_language, install_languages
from lti_tool.web.templates import install_templates
from lti_tool.web.views import READINESS, check_schema, web

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from flask.typing import ResponseReturnValue

    from lti_tool.curriculum.contacts import Standing
    from lti_tool.groups.policy import OwnGroup
    from lti_tool.people.member import Member

STANDING = "rugzak_standing"
"""Reads the national contacts and the pages that need nobody, once: a server before its first page, a command never."""

COORDINATOR = "coordinator"
"""How the pages call who looks after the curriculum, whatever their role in this course."""

MOST_BYTES = 256 * 1024
"""The largest request: a launch with room to spare."""


def create_app(
    settings: Settings | None = None, *, clock: Clock | None = None, fetch_keys: Fetch | None = None
) -> Flask:
    """Build the application.

    :param settings: from the environment when not given.
    :param clock: the computer's, moved as the settings say, when not given.
    :param fetch_keys: how platform keys are fetched; over the network when not given.
    :raises SettingsError: when a setting is missing or wrong.
    """
    settings = settings or load_settings()
    configure_logging(settings.log_level)
    app = Flask("lti_tool", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = app.config["MAX_FORM_MEMORY_SIZE"] = MOST_BYTES
    database, clock = Database(settings.database_url), clock or Clock(settings.clock_offset)
    key_ring = KeyRing(settings.master_keys)
    keys = Database(settings.keys_database_url, setting="RUGZAK_KEYS_DATABASE_URL", overwrites=True)
    key_store = KeyStore(keys, key_ring)
    tools = Instruments(
        settings=settings,
        database=database,
        clock=clock,
        key_ring=key_ring,
        key_store=key_store,
        limits=Limits(database, clock, key_ring),
    )
    http = PlatformHttp(allow_loopback=settings.allow_loopback_platforms, private_hosts=settings.private_platform_hosts)
    app.extensions[PLATFORM_HTTP] = http
    fetch = fetch_keys or HttpFetch(http)
    app.extensions[PLATFORM_KEYS] = PlatformKeyStore(database, clock, fetch)
    app.extensions[REGISTRATIONS] = KnownRegistrations(database, clock)
    app.extensions[LAST_EVENTS] = LastEvents(database, clock)
    app.extensions[PLACES] = InstitutionPlaces(database, clock, settings.time_zone)
    app.extensions[BACKGROUND] = run_beside
    # After a request these run from the last to the first: the commit comes before the log line and the headers.
    install_headers(app)
    install_access_log(app)
    install_edge(app, tools)
    install_templates(app)
    install_languages(app)
    install_errors(app)
    install_gate(app, find_visitor=_find_visitor, is_allowed=is_allowed)
    rooms = (web, launch, registration, connection, people, curriculum, groups, notes, progress, guidance)
    for room in (*rooms, coordination, privacy):
        app.register_blueprint(room)
    app.extensions[READINESS] = (check_schema, check_tool_key, lambda session, _key_ring: key_store.check(session))
    app.register_error_handler(SessionEndedError, _show_session_ended)
    _describe_visits(app, settings)
    install_commands(app)
    return app


def _find_visitor(token: str, *, renews: bool) -> Member:
    tools = instruments()
    return find_member(
        tools.database,
        database_connection(),
        token=token,
        cookies=request.cookies,
        agent=request.user_agent.string,
        is_framed=request.headers.get("Sec-Fetch-Dest") != "document",
        renews=renews,
        now=tools.clock.now(),
    )


def _show_session_ended(_error: SessionEndedError) -> ResponseReturnValue:
    return refuse(SESSION_ENDED, 401)


def _describe_visits(app: Flask, settings: Settings) -> None:
    @cache
    def standing() -> dict[str, Standing]:
        return load_standing(settings.content_dir)

    app.extensions[STANDING] = standing
    app.jinja_env.globals["contacts_in"] = lambda language: standing()[language].contacts

    places: InstitutionPlaces = app.extensions[PLACES]

    @app.context_processor
    def describe_visit() -> dict[str, Any]:
        member: Member | None = g.get("member")
        return {
            "contacts": standing()[current_language()].contacts,
            "institution": None if member is None else places.find(member.registration_id),
            "standing_pages": standing()[current_language()].pages,
            "visit": None if member is None else _Visit(member),
            # Wherever the address names a visit, leaving ends it: on error pages too.
            "leave_url": visit_address("people.leave_session") if "token" in g else settings.exit_url,
            "step_url": _step_url,
            "has_due_reminder": partial(_has_due_reminder, member),
            "group_counts": partial(_group_counts, member),
            "notes_erased_after": partial(_notes_erased_after, member),
            **_addresses(member),
        }


def _addresses(member: Member | None) -> dict[str, str | None]:
    """Return where the layout's links lead; the floor of the layout does not know the rooms."""
    if member is None:
        return {
            "home_url": None,
            "language_url": None,
            "contacts_url": None,
            "device_url": url_for("web.show_device"),
            "guidance_url": None,
            "group_url": None,
            "groups_url": None,
            "who_sees_url": url_for("curriculum.show_who_sees_what"),
            "words_url": None,
            "notes_url": None,
            "shared_url": None,
            "aid_url": None,
            "my_data_url": None,
            "support_url": url_for("curriculum.show_support"),
            "safety_url": url_for("curriculum.show_safety"),
            "accessibility_url": url_for("curriculum.show_accessibility"),
        }
    reads, keeps = is_allowed(member, Permission.READ_STEP), is_allowed(member, Permission.KEEP_CONTACTS)
    teaches = is_allowed(member, Permission.READ_GUIDANCE)
    writes, opens = is_allowed(member, Permission.WRITE_NOTES), is_allowed(member, Permission.READ_SHARES)
    return {
        "home_url": visit_address("progress.show_home"),
        "language_url": visit_address("people.choose_language"),
        "contacts_url": visit_address("coordination.show_contacts") if keeps else None,
        "guidance_url": visit_address("guidance.show_home") if teaches else None,
        "group_url": visit_address("groups.show_own_group") if is_allowed(member, Permission.BE_IN_GROUP) else None,
        "groups_url": visit_address("groups.show_groups") if is_allowed(member, Permission.FORM_GROUPS) else None,
        "device_url": visit_address("people.show_device"),
        "who_sees_url": visit_address("curriculum.show_who_sees_what_in_visit"),
        "words_url": visit_address("curriculum.show_words") if reads else None,
        "notes_url": visit_address("notes.show_notes") if writes else None,
        "shared_url": visit_address("notes.show_shared") if opens else None,
        "aid_url": visit_address("notes.show_aid") if reads else None,
        "my_data_url": visit_address("privacy.show_data"),
        "support_url": visit_address("curriculum.show_support_in_visit"),
        "safety_url": visit_address("curriculum.show_safety_in_visit"),
        "accessibility_url": visit_address("curriculum.show_accessibility_in_visit"),
    }


def _step_url(step_id: str) -> str:
    """Return where a step is, for rooms beside the one that shows steps."""
    return visit_address("progress.show_step", step_id=step_id)


def _has_due_reminder(member: Member | None) -> bool:
    """Return whether a teacher wanted to come back to something; only the page that says so asks the database."""
    if member is None or member.membership_id is None or not is_allowed(member, Permission.PREPARE_CLASS):
        return False
    return has_due_reminder(database_connection(), member.membership_id, today())


def _notes_erased_after(member: Member | None, class_ends_on: date) -> date | None:
    """Return the day after which notes of who looks are erased, when that is soon (STO-6); None for nobody's or later.

    Only while the class is nearly over, or is over, does the database have to be asked.
    """
    if member is None or member.membership_id is None or not is_allowed(member, Permission.WRITE_NOTES):
        return None
    if not is_soon(class_ends_on + KEEP_AFTER_CLASS, today()):
        return None
    first = first_to_go(database_connection(), member.membership_id)
    return first if first is None else max(first, class_ends_on + KEEP_AFTER_CLASS)


def _group_counts(member: Member | None, group: OwnGroup, step_ids: Sequence[str]) -> dict[str, int] | None:
    """Return for each step how many of a group called it done, for the group's own page; None where that is not said.

    Only who shares the page of the group is told, and nobody of a group that is too small for it (CMP-7).
    """
    if member is None or member.membership_id is None or not shares_page(group, member.membership_id):
        return None
    return read_group_counts(database_connection(), group, step_ids)


class _Visit:
    """Who is here, as the layout says it."""

    def __init__(self, member: Member) -> None:
        self.role = COORDINATOR if member.is_coordinator else member.role
        self.teaches = member.role is Role.INSTRUCTOR
        self.lms_role = member.lms_role
        self.name = shown_name(member, member)
        self.course = member.course_title or ""
        self.course_url = member.course_url
        self.sees_checks = is_allowed(member, Permission.SEE_CHECKS)
        self.wants_contrast = member.wants_contrast
        self.idle_seconds, self.end_seconds = member.seconds_left(instruments().clock.now())
        self.warning_seconds = int(WARNING.total_seconds())
        self.alive_url, self.time_url = visit_address("people.keep_alive"), visit_address("people.tell_time")
        self.brand_url = None
        if member.brand:
            self.brand_url = url_for("web.show_brand", colour=member.brand.removeprefix("#"))

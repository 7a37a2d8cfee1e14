"""The settings of one Rugzak process: read once from the environment, typed, and refused in one sentence when wrong.

Every setting is an environment variable with the prefix ``RUGZAK_``. Its meaning stands beside it in
:class:`SettingsSchema`; a test fails when one has no description. A forgotten setting fails closed: the environment
is *production* unless it says otherwise, and production starts only with its own keys and an https address.
"""

from __future__ import annotations

import base64
import os
import re
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from marshmallow import RAISE, Schema, ValidationError, fields, validate
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "RUGZAK_"
ROOT = Path(__file__).resolve().parent

DEMO_MASTER_KEYS = "demo:cnVnemFrLWRlbW8ta2V5LW5vdC1mb3ItcHJvZHVjdGk="
"""The key of the demo. It is public, so production refuses it."""

EXIT_PAGES = ("https://www.knmi.nl/", "https://www.buienradar.nl/", "https://nos.nl/", "https://www.bbc.com/weather")
"""Where *Verlaat deze pagina* may lead: pages that show nothing personal (EXT-12)."""


class SettingsError(Exception):
    """A setting is missing or wrong. The message is one sentence for the person who starts the tool."""


class _MasterKeys(fields.Field[tuple[tuple[str, bytes], ...]]):
    """``id:base64 of 32 bytes``, several separated by commas; the first one encrypts, all of them decrypt."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> tuple[tuple[str, bytes], ...]:
        del attr, data, kwargs
        keys: dict[str, bytes] = {}
        for part in str(value).split(","):
            name, _, encoded = part.strip().partition(":")
            try:
                key = base64.b64decode(encoded, validate=True)
            except ValueError:  # also for text that is not ASCII
                key = b""
            if not re.fullmatch(r"[A-Za-z0-9_-]{1,20}", name) or len(key) != 32 or name in keys:  # noqa: PLR2004
                message = "must be a list of id:key with each key 32 bytes in base64, separated by commas"
                raise ValidationError(message)
            keys[name] = key
        return tuple(keys.items())


class _HostNames(fields.Field[frozenset[str]]):
    """Host names, separated by commas."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> frozenset[str]:
        del attr, data, kwargs
        names = [name.strip().lower() for name in str(value).split(",")]
        if not all(re.fullmatch(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?", name) for name in names):
            message = "must be host names such as moodle.example.org, separated by commas"
            raise ValidationError(message)
        return frozenset(names)


class _Duration(fields.Field[timedelta]):
    """Seconds (``-90``) or an ISO 8601 duration of days and time (``P31D``, ``-PT2H30M``)."""

    _ISO = re.compile(r"(-?)P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> timedelta:
        del attr, data, kwargs
        text = str(value).strip()
        try:
            if re.fullmatch(r"[-+]?\d{1,12}", text):
                return timedelta(seconds=int(text))
            found = self._ISO.fullmatch(text)
            if found and any(found.groups()[1:]):
                weeks, days, hours, minutes, seconds = (int(number or 0) for number in found.groups()[1:])
                length = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
                return -length if found.group(1) else length
        except (OverflowError, ValueError):
            pass  # more digits than Python reads, or than a length of time has
        message = "must be a number of seconds or an ISO duration such as P31D or -PT2H"
        raise ValidationError(message)


class _TimeZone(fields.Field[ZoneInfo]):
    """A name of the time zone database."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> ZoneInfo:
        del attr, data, kwargs
        try:
            return ZoneInfo(str(value).strip())
        except (ZoneInfoNotFoundError, ValueError, OSError):  # a folder of the database is none of its zones
            message = "must be a time zone such as Europe/Amsterdam"
            raise ValidationError(message) from None


_FURTHEST = timedelta(days=36_500)
"""How far a clock may be moved: further on, the calendar ends."""


def _about(text: str) -> dict[str, str]:
    return {"description": text}


class SettingsSchema(Schema):
    """Each setting: its name without the prefix, what it means and what it may be."""

    class Meta:
        """Our own prefix is ours: a setting we do not know is a typing mistake, and is named."""

        unknown = RAISE

    ENVIRONMENT = fields.String(
        load_default="production",
        validate=validate.OneOf(["production", "demo"], error="must be production or demo"),
        metadata=_about("production (the default), or demo for trying and developing on your own computer"),
    )
    BASE_URL = fields.String(
        metadata=_about("The address people's browsers use for the tool, without a path: https://rugzak.example.org"),
    )
    DATABASE_URL = fields.String(
        metadata=_about("The database, as an SQLAlchemy URL: postgresql://… in production, sqlite:///file to try it"),
    )
    KEYS_DATABASE_URL = fields.String(
        metadata=_about(
            "The key store: another database, for the keys of personal texts; its copies are kept apart, for a week at"
            " most. By default an SQLite file beside the database, or var/rugzak-keys.sqlite3; with several machines"
            " a database that all of them reach"
        ),
    )
    MASTER_KEYS = _MasterKeys(
        metadata=_about(
            "Keys that encrypt and sign, as id:base64 of 32 random bytes. Several are separated by commas: the first is"
            " used for what is new, the others still open what is older"
        ),
    )
    ALLOW_LOOPBACK_PLATFORMS = fields.Boolean(
        metadata=_about("yes allows platforms at http://localhost and http://127.0.0.1; never in production"),
    )
    PRIVATE_PLATFORM_HOSTS = _HostNames(
        load_default=frozenset(),
        metadata=_about(
            "Host names of learning environments that may have a private address, because they stand on the same campus"
            " network as the tool; separated by commas. All others must have a public address"
        ),
    )
    CLOCK_OFFSET = _Duration(
        load_default=timedelta(0),
        validate=validate.Range(-_FURTHEST, _FURTHEST, error="must be less than a hundred years"),
        metadata=_about("Moves the tool's clock, in seconds or as an ISO duration; refused in production"),
    )
    LAUNCHES_PER_MINUTE = fields.Integer(
        load_default=6000,
        validate=validate.Range(60, 1_000_000, error="must be a number from 60 to 1000000"),
        metadata=_about(
            "How many logins, and how many launches, one registration may ask for in a minute, all processes together:"
            " a ceiling against floods, far above a whole school at nine o'clock"
        ),
    )
    EXIT_URL = fields.String(
        load_default=EXIT_PAGES[0],
        validate=validate.OneOf(EXIT_PAGES, error="must be one of " + ", ".join(EXIT_PAGES)),
        metadata=_about("The page that 'Leave this page' goes to, from a short list of impersonal pages"),
    )
    CONTENT_DIR = fields.String(
        load_default=str(ROOT / "modules"),
        metadata=_about("The folder with the course content and the support contacts"),
    )
    CLASSES_BEGIN = fields.String(
        validate=validate.OneOf(["preparing", "open"], error="must be preparing or open"),
        metadata=_about(
            "How a class begins: preparing, until its teacher opens it with the checklist, or open, which is for the"
            " demo; production refuses open"
        ),
    )
    KEEP_PROGRESS = _Duration(
        load_default=timedelta(days=1461),
        validate=validate.Range(
            timedelta(days=60), timedelta(days=3653), error="must be from 60 days to ten years, such as P365D"
        ),
        metadata=_about(
            "How long after the last day of a class who was in it, and what they called done, is kept; by default four"
            " years, for a programme of four years and one more"
        ),
    )
    TIME_ZONE = _TimeZone(
        load_default=ZoneInfo("Europe/Amsterdam"),
        metadata=_about("The time zone of the institutions, such as Europe/Amsterdam: when a day begins"),
    )
    LOG_LEVEL = fields.String(
        load_default="info",
        validate=validate.OneOf(["debug", "info", "warning", "error"], error="must be debug, info, warning or error"),
        metadata=_about("How much is logged: debug, info, warning or error; logs never hold names, text or tokens"),
    )


@dataclass(frozen=True)
class Settings:
    """The settings, checked. Field names are the setting's name in lower case."""

    environment: str
    base_url: str
    database_url: str = field(repr=False)
    keys_database_url: str = field(repr=False)
    master_keys: tuple[tuple[str, bytes], ...] = field(repr=False)
    allow_loopback_platforms: bool
    private_platform_hosts: frozenset[str]
    clock_offset: timedelta
    launches_per_minute: int
    exit_url: str
    content_dir: Path
    classes_begin: str
    keep_progress: timedelta
    time_zone: ZoneInfo
    log_level: str

    @property
    def is_production(self) -> bool:
        """Whether real people use this process."""
        return self.environment == "production"

    @property
    def uses_https(self) -> bool:
        """Whether browsers reach the tool over https (on a loopback address they may not)."""
        return self.base_url.startswith("https://")


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read and check the settings.

    :param environ: the environment; the process's own by default.
    :raises SettingsError: with one sentence that names the setting, what is wrong and what to do.
    """
    given = os.environ if environ is None else environ
    values = {name.removeprefix(PREFIX): text for name, text in given.items() if name.startswith(PREFIX)}
    # RUGZAK_TEST_… belongs to the test suite and is nobody's setting.
    values = {name: text for name, text in values.items() if text.strip() and not name.startswith("TEST_")}
    demo = values.get("ENVIRONMENT") == "demo"
    if demo:
        values.setdefault("BASE_URL", "http://localhost:5000")
        values.setdefault("MASTER_KEYS", DEMO_MASTER_KEYS)
        values.setdefault("DATABASE_URL", "sqlite:///var/rugzak.sqlite3")
        values.setdefault("ALLOW_LOOPBACK_PLATFORMS", "yes")
    try:
        loaded: dict[str, Any] = SettingsSchema().load(values)
    except ValidationError as error:
        raise SettingsError(_sentence(error)) from None
    for needed in ("BASE_URL", "MASTER_KEYS", "DATABASE_URL"):
        if needed not in loaded:
            message = f"{PREFIX}{needed} is not set; set it, or set {PREFIX}ENVIRONMENT=demo on your own computer."
            raise SettingsError(message)
    database_url = _checked_database_url("DATABASE_URL", loaded["DATABASE_URL"])
    settings = Settings(
        environment=loaded["ENVIRONMENT"],
        base_url=_checked_base_url(loaded["BASE_URL"]),
        database_url=database_url,
        keys_database_url=_keys_database_url(loaded.get("KEYS_DATABASE_URL"), database_url),
        master_keys=loaded["MASTER_KEYS"],
        allow_loopback_platforms=loaded.get("ALLOW_LOOPBACK_PLATFORMS", False),
        private_platform_hosts=loaded["PRIVATE_PLATFORM_HOSTS"],
        clock_offset=loaded["CLOCK_OFFSET"],
        launches_per_minute=loaded["LAUNCHES_PER_MINUTE"],
        exit_url=loaded["EXIT_URL"],
        content_dir=_checked_folder(loaded["CONTENT_DIR"]),
        classes_begin=loaded.get("CLASSES_BEGIN", "open" if demo else "preparing"),
        keep_progress=loaded["KEEP_PROGRESS"],
        time_zone=loaded["TIME_ZONE"],
        log_level=loaded["LOG_LEVEL"],
    )
    if settings.is_production:
        _refuse_unsafe_production(settings)
    return settings


def _sentence(error: ValidationError) -> str:
    messages = error.messages_dict
    name = min(messages)
    what = messages[name]
    while isinstance(what, (list, dict)):
        what = what[0] if isinstance(what, list) else next(iter(what.values()))
    if what == "Unknown field.":
        return f"{PREFIX}{name} is not a setting of Rugzak; see config.py for the list."
    what = {"Not a valid boolean.": "must be yes or no"}.get(str(what), str(what))
    return f"{PREFIX}{name} {what}."


_BASE = re.compile(r"https?://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?")


def _checked_base_url(text: str) -> str:
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    plain = f"{parts.scheme}://{parts.hostname or ''}" + (f":{port}" if port else "")
    if not _BASE.fullmatch(plain) or text.strip().rstrip("/").lower() != plain:
        message = f"{PREFIX}BASE_URL must be an address without a path, such as https://rugzak.example.org."
        raise SettingsError(message)
    # Browsers leave the usual port out, so we do.
    return plain.removesuffix(":443" if parts.scheme == "https" else ":80")


def _keys_database_url(text: str | None, database_url: str) -> str:
    """Return where the key store is: as it is set, else an SQLite file beside the database."""
    if text is not None:
        url = _checked_database_url("KEYS_DATABASE_URL", text)
        if _place_of(url) == _place_of(database_url):
            message = f"{PREFIX}KEYS_DATABASE_URL must be another database than {PREFIX}DATABASE_URL."
            raise SettingsError(message)
        return url
    beside = make_url(database_url)
    if beside.get_backend_name() != "sqlite" or not beside.database or beside.database == ":memory:":
        return "sqlite:///var/rugzak-keys.sqlite3"
    path = Path(beside.database)
    return f"sqlite:///{path.with_name(f'{path.stem}-keys{path.suffix}')}"


def _place_of(url: str) -> tuple[object, ...]:
    """Return which database an address is of, however it is spelled."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return ("sqlite", Path(parsed.database or "").resolve())
    return (parsed.host, parsed.port or 5432, parsed.database)


def _checked_database_url(setting: str, text: str) -> str:
    """Name our PostgreSQL driver, so that a plain ``postgresql://`` address works."""
    url = text.strip()
    for plain in ("postgresql://", "postgres://"):
        if url.startswith(plain):
            url = "postgresql+psycopg://" + url.removeprefix(plain)
    if not url.startswith(("postgresql+psycopg://", "sqlite:///")):
        message = f"{PREFIX}{setting} must begin with postgresql:// or sqlite:///."
        raise SettingsError(message)
    try:
        make_url(url)
    except (ArgumentError, ValueError):
        # Its own message would repeat the address, and with it the password.
        message = f"{PREFIX}{setting} cannot be read as the address of a database."
        raise SettingsError(message) from None
    return url


def _checked_folder(text: str) -> Path:
    folder = Path(text)
    # What a folder does not bring itself is taken from ours, so a wrong one would not be noticed at the start.
    try:
        is_content = (folder / "learning-line.yaml").is_file()
    except (OSError, ValueError):
        is_content = False
    if not is_content:
        message = f"{PREFIX}CONTENT_DIR must be a folder that can be read and holds learning-line.yaml."
        raise SettingsError(message)
    return folder


def _refuse_unsafe_production(settings: Settings) -> None:
    public = {key for _, key in load_demo_keys()}
    problems = (
        (not settings.uses_https, "BASE_URL must begin with https:// in production"),
        (any(key in public for _, key in settings.master_keys), "MASTER_KEYS holds the public key of the demo"),
        (bool(settings.clock_offset), "CLOCK_OFFSET moves the clock, which production does not allow"),
        (settings.allow_loopback_platforms, "ALLOW_LOOPBACK_PLATFORMS must be no in production"),
        (settings.classes_begin == "open", "CLASSES_BEGIN must be preparing in production"),
    )
    for wrong, what in problems:
        if wrong:
            message = f"{PREFIX}{what}; on your own computer set {PREFIX}ENVIRONMENT=demo."
            raise SettingsError(message)


def load_demo_keys() -> tuple[tuple[str, bytes], ...]:
    """Return the demo's master keys, parsed."""
    return _MasterKeys().deserialize(DEMO_MASTER_KEYS)

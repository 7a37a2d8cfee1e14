"""The settings: each documented, checked at the start, and refused in one sentence when wrong."""

from __future__ import annotations

import base64
import dataclasses
import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import DEMO_MASTER_KEYS, EXIT_PAGES, Settings, SettingsError, SettingsSchema, load_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[2]
KEY = base64.b64encode(b"k" * 32).decode()
PRODUCTION = {
    "RUGZAK_BASE_URL": "https://rugzak.example",
    "RUGZAK_MASTER_KEYS": f"first:{KEY}",
    "RUGZAK_DATABASE_URL": "postgresql://rugzak:secret@database.example/rugzak",
}
DEMO = {"RUGZAK_ENVIRONMENT": "demo"}


def refusal(environ: Mapping[str, str]) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(environ)
    return str(caught.value)


def is_one_sentence(text: str) -> bool:
    return "\n" not in text and text.endswith(".") and not re.search(r"[.!?] +[A-Z]", text)


def test_every_setting_says_what_it_means() -> None:
    without = [name for name, field in SettingsSchema().fields.items() if not field.metadata.get("description")]

    assert without == []


def test_every_setting_is_a_field_and_every_field_a_setting() -> None:
    fields = {field.name for field in dataclasses.fields(Settings)}

    assert {name.lower() for name in SettingsSchema().fields} == fields


def test_settings_are_frozen() -> None:
    settings = load_settings(PRODUCTION)

    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.base_url = "https://elsewhere.example"  # type: ignore[misc]


def test_production_starts_with_its_three_settings() -> None:
    settings = load_settings(PRODUCTION)

    assert settings.is_production
    assert settings.uses_https
    assert settings.master_keys == (("first", b"k" * 32),)
    assert settings.clock_offset == timedelta(0)
    assert not settings.allow_loopback_platforms


def test_plain_postgresql_address_gets_our_driver() -> None:
    assert load_settings(PRODUCTION).database_url == "postgresql+psycopg://rugzak:secret@database.example/rugzak"


@pytest.mark.parametrize(
    ("database", "keys"),
    [
        ("sqlite:////srv/rugzak.sqlite3", "sqlite:////srv/rugzak-keys.sqlite3"),
        ("sqlite:///tool.db", "sqlite:///tool-keys.db"),
        ("sqlite:///:memory:", "sqlite:///var/rugzak-keys.sqlite3"),
        ("postgresql://rugzak:secret@database.example/rugzak", "sqlite:///var/rugzak-keys.sqlite3"),
    ],
)
def test_sto_1_keys_lie_in_a_database_of_their_own_also_when_nobody_says_where(database: str, keys: str) -> None:
    assert load_settings({**PRODUCTION, "RUGZAK_DATABASE_URL": database}).keys_database_url == keys


def test_key_store_can_be_on_postgresql() -> None:
    named = {"RUGZAK_KEYS_DATABASE_URL": "postgres://keys:secret@database.example/keys"}

    assert load_settings({**PRODUCTION, **named}).keys_database_url == (
        "postgresql+psycopg://keys:secret@database.example/keys"
    )


@pytest.mark.parametrize(
    ("database", "keys"),
    [
        ("postgresql://rugzak:hunter2@database.example/rugzak", "postgres://rugzak:hunter2@database.example/rugzak"),
        ("postgresql://rugzak:hunter2@database.example/rugzak", "postgresql://keys:x@database.example:5432/rugzak"),
        ("sqlite:///var/tool.sqlite3", " sqlite:///var/tool.sqlite3"),
        ("sqlite:////srv/tool.sqlite3", "sqlite:////srv/keys/../tool.sqlite3"),
    ],
)
def test_sto_1_keys_never_lie_in_the_database_of_the_texts(database: str, keys: str) -> None:
    said = refusal({**PRODUCTION, "RUGZAK_DATABASE_URL": database, "RUGZAK_KEYS_DATABASE_URL": keys})

    assert said == "RUGZAK_KEYS_DATABASE_URL must be another database than RUGZAK_DATABASE_URL."


def test_no_address_of_a_database_stands_where_settings_are_printed() -> None:
    settings = load_settings({**PRODUCTION, "RUGZAK_KEYS_DATABASE_URL": "postgresql://k:hunter2@database.example/keys"})

    assert "database.example" not in repr(settings)


def test_sto_5_who_was_in_a_class_is_kept_four_years_unless_the_institution_says_otherwise() -> None:
    assert load_settings(PRODUCTION).keep_progress == timedelta(days=1461)
    assert load_settings({**PRODUCTION, "RUGZAK_KEEP_PROGRESS": "P60D"}).keep_progress == timedelta(days=60)
    assert load_settings({**PRODUCTION, "RUGZAK_KEEP_PROGRESS": "P3653D"}).keep_progress == timedelta(days=3653)


def test_forgotten_environment_is_production() -> None:
    assert load_settings(PRODUCTION).environment == "production"
    assert "RUGZAK_BASE_URL" in refusal({})


def test_demo_needs_no_setting_at_all() -> None:
    settings = load_settings(DEMO)

    assert not settings.is_production
    assert settings.allow_loopback_platforms
    assert settings.master_keys[0][0] == "demo"


def test_setting_that_is_blank_counts_as_not_set() -> None:
    assert load_settings({**PRODUCTION, "RUGZAK_LOG_LEVEL": "  "}).log_level == "info"


def test_settings_of_the_tests_and_of_others_are_nobodys_business() -> None:
    assert load_settings({**PRODUCTION, "RUGZAK_TEST_ANYTHING": "x", "PATH": "/bin"})


@pytest.mark.parametrize("missing", ["BASE_URL", "MASTER_KEYS"])
def test_missing_setting_is_named_in_one_sentence(missing: str) -> None:
    said = refusal({name: value for name, value in PRODUCTION.items() if name != f"RUGZAK_{missing}"})

    assert said.startswith(f"RUGZAK_{missing} is not set")
    assert is_one_sentence(said)


BAD = [
    ("ENVIRONMENT", "staging"),
    ("ENVIRONMENT", "Production"),
    ("BASE_URL", "rugzak.example"),
    ("BASE_URL", "https://rugzak.example/path"),
    ("BASE_URL", "https://rugzak.example?query"),
    ("BASE_URL", "https://somebody@rugzak.example"),
    ("BASE_URL", "ftp://rugzak.example"),
    ("BASE_URL", "https://"),
    ("BASE_URL", "https://["),
    ("BASE_URL", "https://rugzak.example:port"),
    ("BASE_URL", "https://rugzak.example:99999"),
    ("DATABASE_URL", "mysql://database.example/rugzak"),
    ("DATABASE_URL", "rugzak.sqlite3"),
    ("DATABASE_URL", "sqlite://rugzak.sqlite3"),
    ("DATABASE_URL", "postgresql://database.example:port/rugzak"),
    ("KEYS_DATABASE_URL", "mysql://database.example/keys"),
    ("KEYS_DATABASE_URL", "keys.sqlite3"),
    ("KEYS_DATABASE_URL", "postgresql://database.example:port/keys"),
    ("MASTER_KEYS", "first"),
    ("MASTER_KEYS", f":{KEY}"),
    ("MASTER_KEYS", "first:short"),
    ("MASTER_KEYS", "first:" + base64.b64encode(b"k" * 31).decode()),
    ("MASTER_KEYS", f"first:{KEY},first:{KEY}"),
    ("MASTER_KEYS", f"first:{KEY},"),
    ("MASTER_KEYS", f"first one:{KEY}"),
    ("MASTER_KEYS", f"first:é{KEY}"),
    ("ALLOW_LOOPBACK_PLATFORMS", "maybe"),
    ("PRIVATE_PLATFORM_HOSTS", "https://moodle.example"),
    ("PRIVATE_PLATFORM_HOSTS", "moodle.example,"),
    ("PRIVATE_PLATFORM_HOSTS", "moodle.example:8443"),
    ("PRIVATE_PLATFORM_HOSTS", "*"),
    ("PRIVATE_PLATFORM_HOSTS", ".example"),
    ("CLOCK_OFFSET", "tomorrow"),
    ("CLOCK_OFFSET", "P"),
    ("CLOCK_OFFSET", "PT"),
    ("CLOCK_OFFSET", "1.5"),
    ("CLOCK_OFFSET", "P1M"),
    ("CLOCK_OFFSET", "999999999999"),
    ("CLOCK_OFFSET", f"P{'9' * 5000}D"),
    ("EXIT_URL", "https://elsewhere.example/"),
    ("CONTENT_DIR", "/nowhere/at/all"),
    ("CONTENT_DIR", __file__),
    ("CONTENT_DIR", str(Path(__file__).parent)),
    ("CLASSES_BEGIN", "closed"),
    ("CLASSES_BEGIN", "Open"),
    ("KEEP_PROGRESS", "P59D"),
    ("KEEP_PROGRESS", "P3654D"),
    ("KEEP_PROGRESS", "-P365D"),
    ("KEEP_PROGRESS", "four years"),
    ("KEEP_PROGRESS", "P4Y"),
    ("TIME_ZONE", "Amsterdam"),
    ("TIME_ZONE", "Europe"),
    ("TIME_ZONE", "/etc/localtime"),
    ("TIME_ZONE", "../../etc/passwd"),
    ("TIME_ZONE", "+01:00"),
    ("LOG_LEVEL", "loud"),
]


@pytest.mark.parametrize(("name", "value"), BAD)
@pytest.mark.parametrize("base", [PRODUCTION, DEMO], ids=["production", "demo"])
def test_wrong_setting_is_named_in_one_sentence(base: dict[str, str], name: str, value: str) -> None:
    said = refusal({**base, f"RUGZAK_{name}": value})

    assert said.startswith(f"RUGZAK_{name} ")
    assert is_one_sentence(said)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MASTER_KEYS", f"first:{KEY}x"),
        ("DATABASE_URL", "mysql://rugzak:hunter2@database.example"),
        ("DATABASE_URL", "postgresql://rugzak:hunter2@database.example:port/rugzak"),
        ("KEYS_DATABASE_URL", "mysql://keys:hunter2@database.example"),
        ("KEYS_DATABASE_URL", "postgresql://keys:hunter2@database.example:port/keys"),
    ],
)
def test_refusal_repeats_no_secret(name: str, value: str) -> None:
    said = refusal({**PRODUCTION, f"RUGZAK_{name}": value})

    assert KEY not in said
    assert "hunter2" not in said


def test_unknown_setting_is_named() -> None:
    said = refusal({**PRODUCTION, "RUGZAK_BASE_ADDRESS": "https://rugzak.example"})

    assert said == "RUGZAK_BASE_ADDRESS is not a setting of Rugzak; see config.py for the list."


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BASE_URL", "http://rugzak.example"),
        ("BASE_URL", "http://localhost:5000"),
        ("MASTER_KEYS", DEMO_MASTER_KEYS),
        ("MASTER_KEYS", f"first:{KEY},{DEMO_MASTER_KEYS}"),
        ("MASTER_KEYS", DEMO_MASTER_KEYS.replace("demo:", "ours:")),
        ("CLOCK_OFFSET", "1"),
        ("CLOCK_OFFSET", "-P1D"),
        ("ALLOW_LOOPBACK_PLATFORMS", "yes"),
        ("CLASSES_BEGIN", "open"),
    ],
)
def test_production_refuses_what_is_only_for_trying(name: str, value: str) -> None:
    said = refusal({**PRODUCTION, f"RUGZAK_{name}": value})

    assert said.startswith(f"RUGZAK_{name} ")
    assert is_one_sentence(said)
    assert load_settings({**PRODUCTION, f"RUGZAK_{name}": value, **DEMO})


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("0", timedelta(0)),
        ("90", timedelta(seconds=90)),
        ("-90", timedelta(seconds=-90)),
        ("+90", timedelta(seconds=90)),
        ("P31D", timedelta(days=31)),
        ("-P31D", timedelta(days=-31)),
        ("P2W", timedelta(weeks=2)),
        ("PT2H30M", timedelta(hours=2, minutes=30)),
        ("-PT2H30M", -timedelta(hours=2, minutes=30)),
        ("P1DT1S", timedelta(days=1, seconds=1)),
        (" P1D ", timedelta(days=1)),
    ],
)
def test_clock_offset_is_seconds_or_an_iso_duration(text: str, length: timedelta) -> None:
    assert load_settings({**DEMO, "RUGZAK_CLOCK_OFFSET": text}).clock_offset == length


def test_private_hosts_are_none_unless_named() -> None:
    named = load_settings({**PRODUCTION, "RUGZAK_PRIVATE_PLATFORM_HOSTS": "Moodle.example, canvas.example"})

    assert load_settings(PRODUCTION).private_platform_hosts == frozenset()
    assert named.private_platform_hosts == {"moodle.example", "canvas.example"}


@pytest.mark.parametrize(
    ("environ", "begin"),
    [
        (PRODUCTION, "preparing"),
        ({**PRODUCTION, "RUGZAK_CLASSES_BEGIN": "preparing"}, "preparing"),
        (DEMO, "open"),
        ({**DEMO, "RUGZAK_CLASSES_BEGIN": "preparing"}, "preparing"),
        ({**DEMO, "RUGZAK_CLASSES_BEGIN": "open"}, "open"),
    ],
)
def test_class_begins_preparing_and_only_in_the_demo_open(environ: dict[str, str], begin: str) -> None:
    assert load_settings(environ).classes_begin == begin


def test_days_begin_in_the_netherlands_unless_somebody_says_otherwise() -> None:
    assert load_settings(PRODUCTION).time_zone.key == "Europe/Amsterdam"
    assert load_settings({**PRODUCTION, "RUGZAK_TIME_ZONE": "America/Paramaribo"}).time_zone.key == "America/Paramaribo"


def test_content_of_ones_own_needs_no_more_than_a_line(tmp_path: Path) -> None:
    (tmp_path / "learning-line.yaml").touch()

    assert load_settings({**PRODUCTION, "RUGZAK_CONTENT_DIR": str(tmp_path)}).content_dir == tmp_path


def test_first_master_key_stays_first() -> None:
    second = base64.b64encode(b"s" * 32).decode()

    settings = load_settings({**PRODUCTION, "RUGZAK_MASTER_KEYS": f"new:{second}, old:{KEY}"})

    assert [name for name, _ in settings.master_keys] == ["new", "old"]


@pytest.mark.parametrize("text", ["https://Rugzak.Example", "https://rugzak.example/", " https://rugzak.example "])
def test_base_url_is_brought_to_one_spelling(text: str) -> None:
    assert load_settings({**PRODUCTION, "RUGZAK_BASE_URL": text}).base_url == "https://rugzak.example"


def test_ext_12_exit_page_is_one_of_a_short_list() -> None:
    for page in EXIT_PAGES:
        assert load_settings({**PRODUCTION, "RUGZAK_EXIT_URL": page}).exit_url == page
        assert page.startswith("https://")


@given(
    name=st.sampled_from(sorted(SettingsSchema().fields)),
    value=st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), min_size=1, max_size=60),
)
def test_any_value_is_taken_or_refused_in_one_line(name: str, value: str) -> None:
    said = None
    try:
        load_settings({**DEMO, f"RUGZAK_{name}": value})
    except SettingsError as error:
        said = str(error)

    # A blank value counts as not set; of ENVIRONMENT that makes production, which misses its own settings.
    named = "RUGZAK_" if name == "ENVIRONMENT" else f"RUGZAK_{name} "
    assert said is None or (said.startswith(named) and said.endswith(".") and "\n" not in said)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"RUGZAK_BASE_URL": ""}, "RUGZAK_BASE_URL"),
        ({"RUGZAK_MASTER_KEYS": "first:é"}, "RUGZAK_MASTER_KEYS"),
        ({"RUGZAK_TYPO": "1"}, "RUGZAK_TYPO"),
        ({"RUGZAK_DATABASE_URL": "sqlite:////dev/null/tool.sqlite3"}, "RUGZAK_DATABASE_URL"),
        ({"RUGZAK_KEYS_DATABASE_URL": PRODUCTION["RUGZAK_DATABASE_URL"]}, "RUGZAK_KEYS_DATABASE_URL"),
        ({"RUGZAK_KEYS_DATABASE_URL": "sqlite:////dev/null/keys.sqlite3"}, "RUGZAK_KEYS_DATABASE_URL"),
        ({"RUGZAK_CONTENT_DIR": str(ROOT / "tests")}, "RUGZAK_CONTENT_DIR"),
        ({"RUGZAK_CONTENT_DIR": "damaged"}, "contacts.yaml:1: contacts is missing"),
    ],
)
def test_process_that_cannot_start_says_why_in_one_line(tmp_path: Path, changes: dict[str, str], named: str) -> None:
    if changes.get("RUGZAK_CONTENT_DIR") == "damaged":
        (tmp_path / "learning-line.yaml").touch()
        (tmp_path / "contacts.yaml").touch()
        changes = {"RUGZAK_CONTENT_DIR": str(tmp_path)}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("RUGZAK_")}
    environ = {**inherited, **PRODUCTION, **changes}

    done = subprocess.run(
        [sys.executable, "-c", "import wsgi"], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )

    assert done.returncode != 0
    assert done.stdout == ""
    assert done.stderr.startswith("Rugzak cannot start: ")
    assert named in done.stderr
    assert done.stderr.count("\n") == 1

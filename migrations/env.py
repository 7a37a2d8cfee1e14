"""Alembic's environment: which database, and which tables it should have."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from alembic import context
from alembic.util import CommandError
from sqlalchemy.exc import OperationalError

# Each import adds its tables to the metadata.
import lti_tool.audit.models
import lti_tool.coordination.models
import lti_tool.curriculum.models
import lti_tool.groups.models
import lti_tool.guidance.models
import lti_tool.kernel.models
import lti_tool.lti.models
import lti_tool.notes.models
import lti_tool.people.models
import lti_tool.progress.models
import lti_tool.sharing.models  # noqa: F401
from config import SettingsError, load_settings
from lti_tool.kernel.database import Base, Database
from lti_tool.kernel.errors import RugzakError
from lti_tool.kernel.key_ring import KeyRing
from lti_tool.kernel.key_store import KeyStore

if TYPE_CHECKING:
    from sqlalchemy import Connection


def run_migrations() -> None:
    """Migrate the database of the settings, or the connection that a test gives."""
    given = context.config.attributes.get("connection")
    if given is not None:
        _migrate(given)
        return
    try:
        settings = load_settings()
        database = Database(settings.database_url)
        with database.session(writes=True) as session, session.begin():
            _migrate(session.connection())
        # The key store has one shape so far; whoever changes it gives it migrations of its own.
        keys = Database(settings.keys_database_url, setting="RUGZAK_KEYS_DATABASE_URL", overwrites=True)
        KeyStore(keys, KeyRing(settings.master_keys)).prepare()
    except (SettingsError, RugzakError) as error:
        sys.exit(f"Rugzak cannot migrate: {error}")
    except OperationalError as error:
        sys.exit(f"Rugzak cannot migrate: the database does not answer ({type(error.orig).__name__}).")


def _migrate(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")  # A migration may take its time.
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        transaction_per_migration=False,
    )
    context.run_migrations()


if context.is_offline_mode():
    message = "migrations run against a database; --sql is not supported"
    raise CommandError(message)
run_migrations()

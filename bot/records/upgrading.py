"""Brings a database to the tables of today, with the migrations of this package."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection

from bot.records.tables import VERSION

MIGRATIONS = Path(__file__).with_name("migrations")

_OPENING = 7042291  # any number: who holds it on PostgreSQL may change tables and import files


class NewerDatabase(RuntimeError):
    """The database was made by a later version of the guide."""


def upgrade(connection: Connection) -> None:
    """Make or change tables, if that is needed; one process at a time, whole or not at all.

    Raises:
        NewerDatabase: this version of the guide does not know these tables.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("set local statement_timeout = 0"))
        connection.execute(text("set local lock_timeout = 0"))
        connection.execute(text("select pg_advisory_xact_lock(:number)"), {"number": _OPENING})
    if _version(connection) != VERSION:  # else Alembic need not even be loaded
        _migrate(connection)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("select version_num from alembic_version")).scalar()
    return str(found) if found else None


def _migrate(connection: Connection) -> None:
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    scripts = ScriptDirectory(str(MIGRATIONS), version_locations=[str(MIGRATIONS)])
    with EnvironmentContext(Config(), scripts, fn=lambda version, _: scripts._upgrade_revs("head", version)) as context:
        context.configure(connection=connection, transactional_ddl=True)
        try:
            context.run_migrations()
        except CommandError as error:
            raise NewerDatabase(
                "The database was made by a later version of the guide: install that version."
            ) from error

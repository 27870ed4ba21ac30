"""How SQLite and PostgreSQL are opened: what each needs to keep what it was given, and to wait for a bounded time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.pool import QueuePool, StaticPool

LOCK_SECONDS = 1.0  # that SQLite waits for another writer in one attempt
CONNECT_SECONDS = 3  # whole seconds that PostgreSQL has to answer a new connection
STATEMENT_SECONDS = 4.0  # that PostgreSQL has for one statement, waiting for locks included
WRITES = "guide_writes"  # execution option of a connection that is going to write

_PRAGMAS = (
    "journal_mode = wal",
    "synchronous = normal",  # survives the end of the process at any moment; a loss of power may cost the last commits
    "secure_delete = on",  # what is erased is overwritten in the pages of the file
)


def make_engine(url: str, connections: int) -> Engine:
    """An engine for a database; SQLite files are made for their own user alone.

    Args:
        connections: how many may be open at a time.
    """
    if make_url(url).get_backend_name() == "postgresql":
        return _postgresql(url, connections)
    return _sqlite(url, connections)


def _postgresql(url: str, connections: int) -> Engine:
    limit = int(1000 * STATEMENT_SECONDS)
    return create_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_pre_ping=True,  # a connection that the server closed meanwhile costs no attempt
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            "tcp_user_timeout": limit,  # a server that vanished is no reason to wait longer
            "options": f"-c statement_timeout={limit} -c lock_timeout={limit}",
        },
    )


def _sqlite(url: str, connections: int) -> Engine:
    arguments = {"check_same_thread": False, "timeout": LOCK_SECONDS}
    path = make_url(url).database
    if path:
        Path(path).touch(mode=0o600)  # SQLite gives its side files the same mode
        engine = create_engine(url, poolclass=QueuePool, pool_size=connections, max_overflow=0, connect_args=arguments)
    else:
        engine = create_engine(url, poolclass=StaticPool, connect_args=arguments)

    @event.listens_for(engine, "connect")
    def prepare(raw: Any, _: Any) -> None:
        raw.isolation_level = None  # the driver begins no transactions of its own: SQLAlchemy says when
        for pragma in _PRAGMAS:
            raw.execute(f"pragma {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITES)
        connection.exec_driver_sql("begin immediate" if writes else "begin")

    return engine


def lock(connection: Connection, conversation: str) -> None:
    """Let nobody else write to a conversation until this transaction ends; who writes to SQLite is alone anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("select pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": conversation})


def truncate_log(connection: Connection) -> None:
    """Take what was erased out of SQLite's side file too; to be called outside of a transaction."""
    if connection.dialect.name == "sqlite":
        connection.connection.execute("pragma wal_checkpoint(truncate)")

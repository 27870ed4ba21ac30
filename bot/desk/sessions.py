"""Who is signed in: random tokens, of which the database has the hash alone, so that each can be ended at any time."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection

from bot.desk import accounts
from bot.desk.accounts import Account
from bot.records.tables import agent_session

IDLE_SECONDS = 30 * 60.0  # after the browser was heard of last; an open desk is heard of all the time
ABSOLUTE_SECONDS = 12 * 3600.0  # after signing in, whatever happens
NOTED_SECONDS = 60.0  # that a browser was heard of is written down as often


@dataclass(frozen=True)
class Session:
    """One browser in which somebody is signed in.

    Attributes:
        digest: the hash of its token.
        csrf: what a change must come with; another session's does not do.
        stale: whether it is time to note that the browser was heard of.
    """

    account: Account
    digest: str
    csrf: str
    stale: bool


def begin(connection: Connection, login: str, device: str) -> str:
    """Sign somebody in; the token for the browser.

    Args:
        device: what the browser calls itself.
    """
    token, now = secrets.token_urlsafe(32), time.time()
    row = {"digest": _digest(token), "login": login, "device": device[:200], "created": now, "seen": now}
    connection.execute(insert(agent_session), {**row, "expires": now + ABSOLUTE_SECONDS})
    return token


def find(connection: Connection, token: str) -> Session | None:
    """The session of a token; None where it has ended."""
    found = select(agent_session).where(agent_session.c.digest == _digest(token))
    row = connection.execute(found).mappings().first()
    now = time.time()
    if row is None or now - row["seen"] > IDLE_SECONDS or now > row["expires"]:
        return None
    account = accounts.get(connection, row["login"])
    if account is None or not account.enabled:
        return None
    return Session(account, row["digest"], csrf_of(token), now - row["seen"] > NOTED_SECONDS)


def note(connection: Connection, digest: str) -> None:
    """Write down that a session was heard of now."""
    connection.execute(update(agent_session).where(agent_session.c.digest == digest).values(seen=time.time()))


def end(connection: Connection, digest: str) -> None:
    """Sign one browser out."""
    connection.execute(delete(agent_session).where(agent_session.c.digest == digest))


def forget_ended(connection: Connection) -> None:
    """Erase sessions that are over."""
    now = time.time()
    over = (agent_session.c.seen < now - IDLE_SECONDS) | (agent_session.c.expires < now)
    connection.execute(delete(agent_session).where(over))


def csrf_of(token: str) -> str:
    """What changes of this session must come with."""
    return hmac.new(token.encode(), b"desk", hashlib.sha256).hexdigest()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

"""The agency's agents as records: who they are, and what their sign-in is checked against."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.sql import ColumnElement

from bot.records.tables import agent, agent_session

ROLES = ("agent", "supervisor")


@dataclass(frozen=True)
class Account:
    """A person of the agency.

    Attributes:
        login: a short word that never changes.
        name: as visitors read it.
        licence: number with its state, as visitors read it.
        role: one of ``ROLES``; a supervisor also sees how all of it goes.
        email: visitors never see it.
        enabled: may sign in.
    """

    login: str
    name: str
    licence: str
    role: str
    email: str | None
    enabled: bool = True


@dataclass(frozen=True)
class Secrets:
    """What a sign-in is checked against.

    Attributes:
        password: its hash.
        totp: secret of the second factor, where there is one.
    """

    password: str
    totp: str | None


_SHOWN = [agent.c[name] for name in ("login", "name", "licence", "role", "email", "enabled")]


def add(connection: Connection, account: Account, password: str, totp: str | None) -> str | None:
    """Store a new account; what of it is another's already, where something is."""
    taken = {account.login: "the login", account.email: "the e-mail address"}
    for named, what in taken.items():
        if named and named_so(connection, named):
            return what
    secrets = {"password": password, "second_factor": totp, "second_factor_step": 0}
    row = {**asdict(account), **secrets, "created": time.time(), "availability": "off"}
    connection.execute(insert(agent), row)
    return None


def get(connection: Connection, login: str) -> Account | None:
    """The account of that login, enabled or not."""
    return _first(connection, agent.c.login == login)


def named_so(connection: Connection, name: str) -> Account | None:
    """The account of that login or e-mail address, enabled or not; letters' case makes no difference."""
    name = name.strip().lower()
    return _first(connection, or_(agent.c.login == name, agent.c.email == name))


def listed(connection: Connection) -> list[Account]:
    """Every account by name."""
    return [Account(**row) for row in connection.execute(select(_SHOWN).order_by(agent.c.name)).mappings()]


def secrets_of(connection: Connection, login: str) -> Secrets | None:
    """What the sign-in of an agent is checked against."""
    row = connection.execute(select(agent.c.password, agent.c.second_factor).where(agent.c.login == login)).first()
    return Secrets(*row) if row else None


def set_enabled(connection: Connection, login: str, enabled: bool) -> None:
    """Let somebody in, or out of every browser at once."""
    _set(connection, login, enabled=enabled)
    if not enabled:
        sign_out_everywhere(connection, login)


def set_password(connection: Connection, login: str, password: str) -> None:
    """Store the hash of a new password; whoever is signed in with the old one is not any more."""
    _set(connection, login, password=password)
    sign_out_everywhere(connection, login)


def set_totp(connection: Connection, login: str, secret: str | None) -> None:
    """Ask for a second factor from now on, or for none; whoever is signed in is not any more."""
    _set(connection, login, second_factor=secret, second_factor_step=0)
    sign_out_everywhere(connection, login)


def use_step(connection: Connection, login: str, step: int) -> bool:
    """Note that the code of a step was used; false where it, or a later one, was used before."""
    unused = update(agent).where(agent.c.login == login, agent.c.second_factor_step < step)
    return bool(connection.execute(unused.values(second_factor_step=step)).rowcount)


def sign_out_everywhere(connection: Connection, login: str) -> None:
    """End every session of an agent."""
    connection.execute(delete(agent_session).where(agent_session.c.login == login))


def _set(connection: Connection, login: str, **values: Any) -> None:
    connection.execute(update(agent).where(agent.c.login == login).values(**values))


def _first(connection: Connection, which: ColumnElement) -> Account | None:
    row = connection.execute(select(_SHOWN).where(which)).mappings().first()
    return Account(**row) if row else None

"""Agents: who they are, who is there, and what each may see."""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.engine import Connection

from bot.records.states import OPEN
from bot.records.tables import agent as table
from bot.records.tables import ticket

GRACE_SECONDS = 90.0  # after the last sign of life: a phone in a pocket and a reload are no absence
AVAILABLE, AWAY, OFF = "available", "away", "off"
AVAILABILITIES = (AVAILABLE, AWAY, OFF)


@dataclass(frozen=True)
class Agent:
    """Somebody who may answer visitors.

    Attributes:
        name: as visitors see it.
        licence: its number, as visitors see it.
        role: agent or supervisor.
    """

    login: str
    name: str
    licence: str
    role: str = "agent"

    @property
    def supervises(self) -> bool:
        """Whether everybody's tickets are open to them."""
        return self.role == "supervisor"


@dataclass(frozen=True)
class Present:
    """An agent with what they chose, whether they are there, and how much they have in hand."""

    agent: Agent
    availability: str
    here: bool
    load: int

    @property
    def takes(self) -> bool:
        """Whether a visitor may expect them."""
        return self.here and self.availability == AVAILABLE


def sees(agent: Agent, owner: str | None) -> bool:
    """The one rule for lists, search, conversations, streams and files: nobody's, one's own, and a supervisor all."""
    return agent.supervises or owner is None or owner == agent.login


def named(connection: Connection, login: str | None) -> Agent | None:
    """The agent of that login, disabled or not."""
    row = connection.execute(select(_WHO).where(table.c.login == login)).first()
    return Agent(*row) if row else None


def enabled(connection: Connection, login: str) -> Agent | None:
    """The agent of that login, unless it is disabled."""
    row = connection.execute(select(_WHO).where(table.c.login == login, table.c.enabled)).first()
    return Agent(*row) if row else None


def mailed(connection: Connection, email: str) -> Agent | None:
    """The agent whom this e-mail address belongs to, unless it is disabled; letters' case makes no difference."""
    own = func.lower(table.c.email) == email.strip().lower()
    row = connection.execute(select(_WHO).where(own, table.c.enabled)).first()
    return Agent(*row) if row else None


def email_of(connection: Connection, login: str) -> str | None:
    """The e-mail address of an agent, where one is known."""
    return connection.execute(select(table.c.email).where(table.c.login == login)).scalar()


def names(connection: Connection) -> dict[str, str]:
    """Name by login of all agents."""
    return {str(login): str(name) for login, name in connection.execute(select([table.c.login, table.c.name]))}


def present(connection: Connection) -> list[Present]:
    """Every agent who is not disabled."""
    in_hand = select([ticket.c.owner, func.count()]).where(ticket.c.status.in_(OPEN), ticket.c.owner.is_not(None))
    load = {str(owner): int(count) for owner, count in connection.execute(in_hand.group_by(ticket.c.owner))}
    found = select([*_WHO, table.c.availability, table.c.seen]).where(table.c.enabled).order_by(table.c.name)
    since = time.time() - GRACE_SECONDS
    return [
        Present(Agent(*row[:4]), row.availability, (row.seen or 0.0) >= since, load.get(row.login, 0))
        for row in connection.execute(found)
    ]


def somebody_takes(connection: Connection) -> bool:
    """Whether an agent is there for visitors."""
    return any(each.takes for each in present(connection))


def alive(connection: Connection, login: str, availability: str | None = None) -> None:
    """Note a sign of life, and what the agent chose."""
    chosen = {"availability": availability} if availability else {}
    connection.execute(update(table).where(table.c.login == login).values(seen=time.time(), **chosen))


_WHO = [table.c[name] for name in ("login", "name", "licence", "role")]

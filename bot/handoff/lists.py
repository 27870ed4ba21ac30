"""Lists of tickets for agents: rows without transcripts, found by state, owner and words."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import and_, case, func, or_, select, true
from sqlalchemy.engine import Connection
from sqlalchemy.sql import ColumnElement, Select

from bot.handoff.hours import Hours
from bot.handoff.people import Agent, names
from bot.records import words
from bot.records.states import CLOSED, OPEN, WAITING, State
from bot.records.tables import message, ticket

SHOWN = 140  # characters of a summary

VIEWS = ("waiting", "mine", "open", "callbacks", "snoozed", "closed")


@dataclass(frozen=True)
class Row:
    """A ticket as lists show it.

    Attributes:
        waited: seconds of opening hours until somebody answered, or until now.
        visitor: their name, where they gave it.
        unread: messages of the visitor that no agent has read.
    """

    reference: str
    conversation: str
    channel: str
    reason: str
    priority: str
    state: State
    topic: str | None
    visitor: str | None
    summary: str
    owner: str | None
    owner_name: str | None
    waiting_since: float | None
    waited: float
    callback_due: float | None
    snoozed_until: float | None
    unread: int
    changed: float
    closed: float | None
    outcome: str | None
    rating: int | None


_COLUMNS = [
    ticket.c[name]
    for name in (
        *("reference", "conversation", "channel", "reason", "priority", "status", "topic", "summary", "owner"),
        *("waiting_since", "first_reply", "callback_due", "snoozed_until", "agent_read", "first_seq", "changed"),
        *("closed", "outcome", "rating", "facts"),
    )
]
_URGENT_FIRST = case((ticket.c.priority == "urgent", 0), else_=1)


def rows(
    connection: Connection, agent: Agent, view: str, hours: Hours, limit: int = 100, before: float | None = None
) -> list[Row]:
    """The tickets of a view that the agent may see.

    Args:
        view: waiting (the urgent first, then who waits longest), mine, open, callbacks (the next first), snoozed, or
            closed (the latest first).
        before: of closed ones, those closed before that moment.

    Raises:
        ValueError: there is no such view.
    """
    which, order = _view(agent, view)
    if before is not None:
        which = and_(which, ticket.c.closed < before)
    found = select(_COLUMNS).where(which, _seen_by(agent)).order_by(*order, ticket.c.reference).limit(limit)
    return _rows(connection, found, hours)


def found(connection: Connection, agent: Agent, sought: str, hours: Hours, limit: int = 50) -> list[Row]:
    """Tickets that the agent may see and that hold all these words, the latest first."""
    references = words.find(connection, sought)
    which = or_(ticket.c.reference.in_(references), ticket.c.reference == sought.strip().upper())
    listed = select(_COLUMNS).where(which, _seen_by(agent)).order_by(ticket.c.changed.desc()).limit(limit)
    return _rows(connection, listed, hours)


def counts(connection: Connection, agent: Agent) -> dict[str, int]:
    """How many tickets are in each view that is not closed."""
    parts = [func.sum(case((_view(agent, view)[0], 1), else_=0)).label(view) for view in VIEWS if view != "closed"]
    row = connection.execute(select(parts).where(ticket.c.status.in_(OPEN), _seen_by(agent))).one()
    return {view: int(row[view] or 0) for view in VIEWS if view != "closed"}


def _view(agent: Agent, view: str) -> tuple[ColumnElement, list[ColumnElement]]:
    state, waiting = ticket.c.status, [_URGENT_FIRST, ticket.c.waiting_since]
    views: dict[str, tuple[ColumnElement, list[ColumnElement]]] = {
        "waiting": (state.in_(WAITING), waiting),
        "mine": (and_(ticket.c.owner == agent.login, state.in_(OPEN)), waiting),
        "open": (state.in_(OPEN), waiting),
        "callbacks": (
            state == State.CALLBACK.value,
            [case((ticket.c.callback_due.is_(None), 1), else_=0), ticket.c.callback_due, *waiting],
        ),
        "snoozed": (state == State.SNOOZED.value, [ticket.c.snoozed_until]),
        "closed": (state.in_(CLOSED), [ticket.c.closed.desc()]),
    }
    if view not in views:
        raise ValueError(f"There is no list {view!r}: it is one of {', '.join(VIEWS)}.")
    return views[view]


def _seen_by(agent: Agent) -> ColumnElement:
    """`bot.handoff.people.sees`, for the database."""
    return true() if agent.supervises else or_(ticket.c.owner.is_(None), ticket.c.owner == agent.login)


def _rows(connection: Connection, which: Select, hours: Hours) -> list[Row]:
    listed = connection.execute(which).all()
    called, now = names(connection), time.time()
    unread = _unread(connection, [row.reference for row in listed if row.status in OPEN])
    return [
        Row(
            **{name: row[name] for name in ("reference", "conversation", "channel", "reason", "priority", "topic")},
            **{name: row[name] for name in ("owner", "waiting_since", "callback_due", "snoozed_until", "changed")},
            **{name: row[name] for name in ("closed", "outcome", "rating")},
            state=State(row.status),
            visitor=row.facts.get("Name") or None,
            summary=_short(row.summary),
            owner_name=called.get(row.owner, row.owner),
            waited=waited(hours, row.waiting_since, row.first_reply or row.closed or now),
            unread=unread[row.conversation],
        )
        for row in listed
    ]


def _unread(connection: Connection, references: Sequence[str]) -> Counter[str]:
    """How much a visitor has written since somebody read it last, by conversation: one question for all of a list."""
    since = case((ticket.c.agent_read > ticket.c.first_seq, ticket.c.agent_read), else_=ticket.c.first_seq)
    later = and_(message.c.conversation == ticket.c.conversation, message.c.seq > since)
    found = select(message.c.conversation, message.c.body).where(ticket.c.reference.in_(references), later)
    return Counter(conversation for conversation, body in connection.execute(found) if body.get("from") == "visitor")


def _short(summary: str) -> str:
    """The visitor's own words; what the conversation has brought stands below them, after an empty line."""
    line = " ".join(summary.partition("\n\n")[0].split())
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"


def waited(hours: Hours, since: float | None, until: float) -> float:
    """Seconds of opening hours between two moments; where all of it was outside of them, none."""
    if since is None:
        return 0.0
    return hours.seconds(datetime.fromtimestamp(since, UTC), datetime.fromtimestamp(max(since, until), UTC))

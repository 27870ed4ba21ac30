"""Figures for supervisors, and what the agency could not be told."""

from __future__ import annotations

import statistics
from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot.handoff.hours import Hours
from bot.handoff.lists import waited
from bot.handoff.people import names
from bot.records.states import OPEN
from bot.records.tables import outbox, ticket
from bot.records.tickets import Tickets

NOTICE = "notice:"  # begins the kinds of what the outbox holds for the agency; the way follows


@dataclass(frozen=True)
class Undelivered:
    """Something that the agency was not told: by which way, why, how often it was tried, and when it is again.

    Attributes:
        next_try: seconds since 1970.
    """

    reference: str
    way: str
    error: str
    attempts: int
    next_try: float


@dataclass(frozen=True)
class Report:
    """What happened to the requests of some time.

    Attributes:
        requests: how many came.
        answered: how many of them somebody has answered in the chat.
        median_wait: seconds of opening hours until the first answer of a person; None where there was none.
        longest_wait: likewise.
        reasons: how many came for each.
        outcomes: how many were closed with each.
        topics: how many came while each was talked about.
        load: open tickets by agent's name.
        ratings: how many gave each rating.
    """

    requests: int = 0
    answered: int = 0
    median_wait: float | None = None
    longest_wait: float | None = None
    reasons: dict[str, int] = field(default_factory=dict)
    outcomes: dict[str, int] = field(default_factory=dict)
    topics: dict[str, int] = field(default_factory=dict)
    load: dict[str, int] = field(default_factory=dict)
    ratings: dict[int, int] = field(default_factory=dict)


def report(connection: Connection, hours: Hours, since: float, until: float) -> Report:
    """The figures of the requests that came between two moments; the load is that of now."""
    columns = [ticket.c[name] for name in ("waiting_since", "first_reply", "reason", "outcome", "topic", "rating")]
    came = ticket.c.waiting_since.between(since, until)
    found = connection.execute(select(columns).where(came)).all()
    waits = [waited(hours, row.waiting_since, row.first_reply) for row in found if row.first_reply]
    in_hand = select(ticket.c.owner).where(ticket.c.owner.is_not(None), ticket.c.status.in_(OPEN))
    called = names(connection)
    return Report(
        requests=len(found),
        answered=len(waits),
        median_wait=statistics.median(waits) if waits else None,
        longest_wait=max(waits, default=None),
        reasons=dict(Counter(row.reason for row in found)),
        outcomes=dict(Counter(row.outcome for row in found if row.outcome)),
        topics=dict(Counter(row.topic for row in found if row.topic)),
        load=dict(Counter(called.get(owner, owner) for owner in connection.execute(in_hand).scalars())),
        ratings=dict(Counter(row.rating for row in found if row.rating)),
    )


def undelivered(connection: Connection) -> list[Undelivered]:
    """What was tried and has not arrived, the oldest first."""
    failed = outbox.c.delivered.is_(None), outbox.c.error.is_not(None), outbox.c.kind.startswith(NOTICE)
    found = connection.execute(select(outbox).where(*failed).order_by(outbox.c.id)).all()
    return [
        Undelivered(row.payload["reference"], row.kind.removeprefix(NOTICE), row.error, row.attempts, row.due)
        for row in found
        if Tickets(connection).get(row.payload["reference"])
    ]

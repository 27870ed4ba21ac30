"""What a visitor sees of people: who they are, how long it may take, and that the guide can be had back."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.engine import Connection

from bot.handoff.people import named
from bot.records import audit
from bot.records.states import WAITING, WITH_PEOPLE, State
from bot.records.tables import ticket
from bot.records.tickets import Ticket, Tickets

RATED = (1, 2, 3, 4, 5)
RATING_SECONDS = 24 * 3600.0  # after a conversation with a person, in which it may be rated
ENOUGH = 5  # conversations from which a wait may be told
LOOKED_AT = 50  # of the latest
EXPECTED_FOR = 60.0  # seconds until what may be expected is worked out again


@dataclass
class Expectation:
    """How long others have waited, worked out now and then."""

    give_up: float  # minutes
    _text: str = ""
    _until: float = field(default=0.0)

    def told(self, connection: Connection) -> str:
        """What a waiting visitor reads."""
        if time.monotonic() >= self._until:
            self._text, self._until = self._worked_out(connection), time.monotonic() + EXPECTED_FOR
        return self._text

    def _worked_out(self, connection: Connection) -> str:
        waits = select([ticket.c.waiting_since, ticket.c.first_reply]).where(ticket.c.first_reply.is_not(None))
        found = connection.execute(waits.order_by(ticket.c.changed.desc()).limit(LOOKED_AT)).all()
        end = f"If nobody has joined after {self.give_up:g} minutes, I take your number for a call."
        if len(found) < ENOUGH:
            return f"I cannot say how long it takes. {end}"
        half = statistics.median(row.first_reply - row.waiting_since for row in found)
        minutes = max(1, -(-int(half) // 60))
        return f"Half of those who waited lately had an answer within {minutes} min. {end}"


def of_conversation(connection: Connection, conversation: str) -> Ticket | None:
    """The ticket that people have, or the one they had last."""
    mine = select(ticket.c.reference).where(ticket.c.conversation == conversation)
    with_people = ticket.c.status.in_(WITH_PEOPLE)
    had = or_(with_people, ticket.c.first_reply.is_not(None))
    found = connection.execute(mine.where(had).order_by(with_people.desc(), ticket.c.changed.desc()).limit(1)).scalar()
    return Tickets(connection).get(found) if found else None


def standing(connection: Connection, conversation: str, expectation: Expectation) -> dict[str, Any] | None:
    """What the visitor's browser shows of people; None where there is nothing to show."""
    found = of_conversation(connection, conversation)
    if found is None:
        return None
    if found.state not in WITH_PEOPLE:
        ended = found.closed or found.changed
        rate = found.rating is None and time.time() - ended < RATING_SECONDS
        return {"reference": found.reference, "state": "over", "rate": True} if rate else None
    shown: dict[str, Any] = {"reference": found.reference, "state": "waiting"}
    if found.state in WAITING:
        return {**shown, "position": position(connection, found), "expect": expectation.told(connection)}
    agent = named(connection, found.owner)
    assert agent or found.owner
    who = {"name": agent.name, "licence": agent.licence} if agent else {"name": "An agent", "licence": ""}
    state = "talking" if found.state is State.ACTIVE else "joined"
    return {**shown, "state": state, "agent": who}


def position(connection: Connection, waiting: Ticket) -> int:
    """Place in the queue, counted from 1."""
    ahead = ticket.c.waiting_since < waiting.waiting_since
    if waiting.priority == "urgent":
        ahead = (ticket.c.priority == "urgent") & ahead
    else:
        ahead = (ticket.c.priority == "urgent") | ahead
    others = ticket.c.status.in_(WAITING), ticket.c.reference != waiting.reference
    return int(connection.execute(select(func.count()).where(*others, ahead)).scalar_one()) + 1


def rate(connection: Connection, conversation: str, rating: int, note: str) -> str | None:
    """Keep what a visitor thinks of the last conversation with a person, once; its reference, None where there is none.

    Raises:
        ValueError: it is no rating.
    """
    if rating not in RATED:
        raise ValueError("A rating is a number from 1 to 5.")
    found = of_conversation(connection, conversation)
    if found is None or found.rating is not None or found.first_reply is None:
        return None
    values = {"rating": rating, "rating_note": note or None, "changed": time.time()}
    connection.execute(ticket.update().where(ticket.c.reference == found.reference).values(**values))
    audit.add(connection, found.reference, audit.VISITOR, "rated", {"rating": rating})
    return found.reference

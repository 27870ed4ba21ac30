"""The clock of the handoff: who waits too long is called back, and nobody is left to an agent who is gone."""

from __future__ import annotations

import logging
import time

from sqlalchemy import or_, select
from sqlalchemy.engine import Connection

from bot.handoff import asking, people
from bot.handoff.service import Handoffs
from bot.handoff.within import speak
from bot.records import audit, steps
from bot.records.connecting import lock
from bot.records.states import OWNED, WAITING, NotNow, State, Step, Taken
from bot.records.tables import ticket
from bot.records.tickets import Ticket, Tickets

logger = logging.getLogger(__name__)

ESCALATE = "escalate"
HANDING_OVER_SECONDS = 15.0  # after which an answer that says so is not to be expected any more


async def watch(handoffs: Handoffs, now: float | None = None) -> int:
    """Do what is due; how many tickets were changed.

    Args:
        now: seconds since 1970, where it is not the present.
    """
    at = time.time() if now is None else now
    done = 0
    for reference, step in await handoffs.records.read(lambda db: _due(db, handoffs, at)):
        try:
            changed = await handoffs.records.run(lambda db: _do(db, handoffs, reference, step, at))  # noqa: B023
        except (Taken, NotNow, steps.NoSuchTicket, steps.Elsewhere):
            continue  # somebody was faster
        if changed:
            done += 1
            handoffs.feed.tell(reference, changed.conversation)
    return done


def _due(db: Connection, handoffs: Handoffs, at: float) -> list[tuple[str, str]]:
    """References with what is to be done with each."""
    late, over = at - 60 * handoffs.settings.escalate, at - 60 * handoffs.settings.give_up
    handed, since = at - HANDING_OVER_SECONDS, ticket.c.waiting_since
    waits = ticket.c.status.in_(WAITING) & or_(since <= late, since <= handed)
    which = or_(waits, ticket.c.status.in_(OWNED))
    columns = [ticket.c[name] for name in ("reference", "status", "owner", "waiting_since", "snoozed_until")]
    found = db.execute(select([*columns, ticket.c.escalated]).where(which)).all()
    there = {each.agent.login for each in people.present(db) if each.here and each.availability != people.OFF}
    due = []
    for row in found:
        held = State(row.status)
        if held in OWNED:
            if held is State.SNOOZED and (row.snoozed_until or 0.0) <= at:
                due.append((row.reference, Step.WAKE.value))
            elif held is not State.SNOOZED and row.owner not in there:
                due.append((row.reference, Step.RELEASE.value))
        elif row.waiting_since <= over:
            due.append((row.reference, Step.POSTPONE.value))
        elif row.waiting_since <= late and row.escalated is None:
            due.append((row.reference, ESCALATE))
        elif held is State.REQUESTED:
            due.append((row.reference, Step.QUEUE.value))
    return due


def _do(db: Connection, handoffs: Handoffs, reference: str, what: str, at: float) -> Ticket | None:
    if what == ESCALATE:
        return _escalate(db, handoffs, reference, at)
    move = steps.take(db, reference, Step(what), detail={"by": "clock"})
    speak(db, move, Step(what))
    if Step(what) in (Step.POSTPONE, Step.RELEASE):
        asking.notify(db, handoffs.settings, move.after, asking.WAITS_LONG)
    return move.after


def _escalate(db: Connection, handoffs: Handoffs, reference: str, at: float) -> Ticket | None:
    """The agency is told again, and once."""
    found = Tickets(db).get(reference)
    if found is None:
        return None
    lock(db, found.conversation)
    waits = ticket.c.reference == reference, ticket.c.escalated.is_(None), ticket.c.status.in_(WAITING)
    if not db.execute(ticket.update().where(*waits).values(escalated=at, changed=at)).rowcount:
        return None
    audit.add(db, reference, audit.GUIDE, ESCALATE, {"waited": round(at - (found.waiting_since or at))})
    asking.notify(db, handoffs.settings, found, asking.WAITS_LONG)
    return found

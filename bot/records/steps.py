"""Steps of tickets within a transaction: state and owner change by comparing and setting, and are put on record."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.engine import Connection

from bot.records import audit, transcript, words
from bot.records.connecting import lock
from bot.records.states import CLOSED, WITH_PEOPLE, State, Step, Taken, after, owner_after
from bot.records.tables import ticket
from bot.records.tickets import Ticket, Tickets

# Asked at every message, so built once.
_HELD = select([ticket.c[name] for name in ("reference", "status", "turn", "owner")]).where(
    ticket.c.conversation == bindparam("of"), ticket.c.status.in_(WITH_PEOPLE)
)


class NoSuchTicket(LookupError):
    """There is no ticket with that reference."""


class Elsewhere(RuntimeError):
    """Another ticket of the same conversation is with people.

    Attributes:
        reference: of the other.
    """

    def __init__(self, reference: str) -> None:
        super().__init__(f"This conversation is open under {reference}.")
        self.reference = reference


@dataclass(frozen=True)
class Held:
    """A conversation that people have."""

    reference: str
    state: State
    turn: str | None  # the message that asked for a person: its own answer still goes out
    owner: str | None


@dataclass(frozen=True)
class Move:
    """A step that was taken: the ticket before and after."""

    before: Ticket
    after: Ticket


def held(connection: Connection, conversation: str) -> Held | None:
    """Who has a conversation, where people have it; None where the guide has it."""
    row = connection.execute(_HELD, {"of": conversation}).first()
    return Held(row.reference, State(row.status), row.turn, row.owner) if row else None


def take(
    connection: Connection,
    reference: str,
    step: Step,
    by: str | None = None,
    to: str | None = None,
    who: str = audit.GUIDE,
    detail: Mapping[str, Any] | None = None,
    **values: Any,
) -> Move:
    """Take a step.

    Args:
        by: login of the agent who takes it; None for the guide and the visitor.
        to: login of whoever has it afterwards, where it is transferred.
        who: the same for the audit trail, where it is no agent.
        detail: for the audit trail.
        values: columns of the ticket that change with it.

    Raises:
        NoSuchTicket: there is none.
        NotNow: its state does not allow the step.
        Taken: somebody else has it.
        Elsewhere: its conversation is with people under another reference.
    """
    before = locked(connection, reference)
    owner = owner_after(before.owner, step, by, to)
    state = after(before.state, step)
    if state in WITH_PEOPLE and before.state not in WITH_PEOPLE:
        other = held(connection, before.conversation)
        if other:
            raise Elsewhere(other.reference)
    now = time.time()
    changed: dict[str, Any] = {
        "status": state.value,
        "owner": owner,
        "version": before.version + 1,
        "changed": now,
        "updated_at": datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds"),
        **_times(before, step, state, now),
        **values,
    }
    if state in CLOSED:
        changed["transcript"] = _whole(connection, before)
    compared = update(ticket).where(ticket.c.reference == reference, ticket.c.version == before.version)
    if not connection.execute(compared.values(**changed)).rowcount:
        raise Taken(locked(connection, reference).owner)
    if (state, owner) != (before.state, before.owner) or step is not Step.ANSWER:
        told = {"from": before.state.value, "to": state.value, **(detail or {})}
        if owner != before.owner:
            told["owner"] = owner
        audit.add(connection, reference, by or who, step.value, told)
    return Move(before, Tickets(connection).expect(reference))


def hear(connection: Connection, by: Held, text: str) -> None:
    """Note that the visitor has written to people; a ticket that was put off wakes."""
    if by.state is State.SNOOZED:
        take(connection, by.reference, Step.WAKE, who=audit.VISITOR)
    touch(connection, by.reference)
    words.keep(connection, by.reference, text)


def locked(connection: Connection, reference: str) -> Ticket:
    """A ticket that nobody else changes, nor writes to its conversation, until the transaction ends."""
    found = Tickets(connection).get(reference)
    if found is None:
        raise NoSuchTicket(f"There is no ticket {reference}.")
    lock(connection, found.conversation)
    return Tickets(connection).expect(reference)


def touch(connection: Connection, reference: str) -> None:
    """Note that something of a ticket is new, for those who follow it from other processes."""
    connection.execute(update(ticket).where(ticket.c.reference == reference).values(changed=time.time()))


def _times(before: Ticket, step: Step, state: State, now: float) -> dict[str, Any]:
    """The moments that a step sets or clears."""
    values: dict[str, Any] = {}
    if state is not State.SNOOZED:
        values["snoozed_until"] = None
    if state is not State.CALLBACK:
        values |= {"callback_due": None}
    if step is Step.ANSWER:
        values["first_reply"] = before.first_reply or now
    if step in (Step.RELEASE, Step.REOPEN, Step.RECALL):
        values |= {"waiting_since": now, "escalated": None}
    if step in (Step.REOPEN, Step.RECALL):
        values |= {"closed": None, "outcome": None, "first_reply": None}
    if state in CLOSED:
        values["closed"] = now
    return values


def _whole(connection: Connection, ended: Ticket) -> list[dict[str, Any]]:
    """All that was said, for the ticket outlives the transcript of the website."""
    known = {each.get("seq") for each in ended.transcript}
    later = [
        {
            **{part: entry.body[part] for part in ("from", "text", "name") if entry.body.get(part)},
            "at": entry.at,
            "seq": entry.seq,
        }
        for entry in transcript.since(connection, ended.conversation, ended.first_seq, limit=100_000)
        if entry.seq not in known and entry.body.get("text")
    ]
    return [*ended.transcript, *later]

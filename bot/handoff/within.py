"""What the service does within a transaction, and what it says where it refuses."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from bot.handoff import people, told
from bot.handoff.people import Agent, sees
from bot.privacy import mask
from bot.records import transcript
from bot.records.audit import Event
from bot.records.journal import owe_return
from bot.records.notes import Note
from bot.records.states import WITH_PEOPLE, Step
from bot.records.steps import Move, NoSuchTicket
from bot.records.tables import message
from bot.records.tickets import Ticket, Tickets
from bot.records.transcript import Entry
from bot.runtime.input_gate import clean

LONGEST_TEXT = 4_000  # characters of a message, a note and a draft


class NotYours(PermissionError):
    """A ticket of a colleague.

    Attributes:
        owner: login of whoever has it.
        owner_name: their name.
    """

    def __init__(self, owner: str, owner_name: str) -> None:
        super().__init__(f"{owner_name} has this ticket.")
        self.owner, self.owner_name = owner, owner_name


class Refused(ValueError):
    """What cannot be stored; ``code`` says why, for programs."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Conversation:
    """A ticket with what was said.

    Attributes:
        before: what was said before the ticket, where the channel numbers nothing.
        messages: numbered, those after the number that was asked for.
    """

    ticket: Ticket
    owner_name: str | None
    before: list[dict[str, Any]] = field(default_factory=list)
    messages: list[Entry] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


def speak(db: Connection, move: Move, step: Step) -> None:
    """Tell the visitor of a step, and owe the guide's word where it has the conversation again."""
    before, after = (people.named(db, each.owner) for each in (move.before, move.after))
    line = told.of_step(move, step, after, before)
    seq = transcript.say(db, move.after.conversation, line) if line else last(db, move.after.conversation)
    if move.before.state in WITH_PEOPLE and move.after.state not in WITH_PEOPLE:
        owe_return(db, move.after.conversation, move.after.reference, move.after.version, seq)


def agent_id(login: str, client_id: str) -> str:
    """An id for what an agent sends: the same each time, and it tells no visitor the login."""
    return hashlib.sha256(f"{login}:{client_id}".encode()).hexdigest()[:24]


def seen(db: Connection, agent: Agent, reference: str) -> Ticket:
    """A ticket that the agent may see."""
    found = Tickets(db).get(reference)
    if found is None:
        raise NoSuchTicket(f"There is no ticket {reference}.")
    if found.owner and not sees(agent, found.owner):
        owner = people.named(db, found.owner)
        raise NotYours(found.owner, owner.name if owner else found.owner)
    return found


def last(db: Connection, conversation: str) -> int:
    """The number of what was said last."""
    found = db.execute(select(func.max(message.c.seq)).where(message.c.conversation == conversation)).scalar()
    return int(found or 0)


def reads(db: Connection, conversation: str) -> bool:
    """Whether what is said is still shown to the visitor; a terminal that was closed shows nothing."""
    return transcript.seq_of(db, conversation, transcript.OVER) is None


def cleaned(text: str) -> str:
    """What an agent writes, without identifiers and what is no text; Refused where nothing is left, or too much."""
    said = clean(text)
    if not said:
        raise Refused("empty", "There is nothing in this message.")
    if len(said) > LONGEST_TEXT:
        raise Refused("too_long", f"Please keep it under {LONGEST_TEXT:,} characters.")
    return mask(said)

"""The handoff as agents and channels use it: every call a transaction, and whoever follows the feed hears of it."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import update
from sqlalchemy.engine import Connection

from bot.handoff import lists, people, reports, told, visitor
from bot.handoff.feed import EVERYBODY, Feed
from bot.handoff.lists import Row
from bot.handoff.people import Agent, Present
from bot.handoff.reports import Report, Undelivered
from bot.handoff.settings import HandoffSettings
from bot.handoff.typing import Typing
from bot.handoff.within import (
    LONGEST_TEXT,
    Conversation,
    NotYours,
    Refused,
    agent_id,
    cleaned,
    last,
    reads,
    seen,
    speak,
)
from bot.privacy import mask
from bot.records import audit, notes, steps, transcript, words
from bot.records.engine import Records
from bot.records.notes import Note
from bot.records.states import WITH_PEOPLE, Step, Taken
from bot.records.steps import Elsewhere, Held, NoSuchTicket
from bot.records.tables import ticket
from bot.records.tickets import Ticket, Tickets
from bot.records.transcript import Entry
from bot.runtime.input_gate import clean

__all__ = ["Conversation", "Elsewhere", "Handoffs", "NoSuchTicket", "NotYours", "Note", "Refused", "Row", "Taken"]

T = TypeVar("T")

OUTCOMES = ("answered", "quoted", "sold", "called_back", "claim_reported", "not_reached", "spam", "other")


class Handoffs:
    """Tickets, and the conversations that people have.

    Every method may raise RecordsUnavailable; those of one ticket NoSuchTicket and NotYours; steps Taken and NotNow.
    """

    def __init__(self, records: Records, settings: HandoffSettings | None = None) -> None:
        self.records = records
        self.settings = settings or HandoffSettings.load()
        self.hours = self.settings.calendar
        self.feed = Feed(records)
        self.visitor_here: Callable[[str], bool] = lambda conversation: False
        """Whether the visitor of a conversation has the chat open in this process."""
        self.writing = Typing(self.feed)
        self._expectation = visitor.Expectation(self.settings.give_up)

    # Lists

    async def queue(
        self, agent: Agent, view: str = "waiting", limit: int = 100, before: float | None = None
    ) -> list[Row]:
        """A list, as ``bot.handoff.lists.rows`` says."""
        return await self.records.read(lambda db: lists.rows(db, agent, view, self.hours, limit, before))

    async def counts(self, agent: Agent) -> dict[str, int]:
        """How many tickets are in each view."""
        return await self.records.read(lambda db: lists.counts(db, agent))

    async def search(self, agent: Agent, sought: str, limit: int = 50) -> list[Row]:
        """Tickets that hold all these words."""
        return await self.records.read(lambda db: lists.found(db, agent, sought, self.hours, limit))

    # One ticket

    async def ticket(self, agent: Agent, reference: str) -> Ticket:
        """A ticket."""
        return await self.records.read(lambda db: seen(db, agent, reference))

    async def conversation(self, agent: Agent, reference: str, after: int = 0, limit: int = 500) -> Conversation:
        """A ticket with all that was said after a number."""

        def read(db: Connection) -> Conversation:
            found = seen(db, agent, reference)
            called = people.names(db)
            numbered = transcript.since(db, found.conversation, after, limit)
            return Conversation(
                found,
                called.get(found.owner or "", found.owner),
                [] if numbered or after else found.transcript,
                numbered,
                notes.of(db, reference),
                audit.of(db, reference),
            )

        return await self.records.read(read)

    async def say(
        self, agent: Agent, reference: str, text: str, client_id: str, cites: Sequence[Mapping[str, Any]] = ()
    ) -> Entry:
        """Say something to the visitor; a client id that was there before returns what was said under it.

        Args:
            cites: sources of what is said, as answers of the guide have them.

        Raises:
            Refused: there is nothing to say, or too much, or nobody reads it.
        """
        said = cleaned(text)
        own_id = f":{agent_id(agent.login, client_id)}"  # begins as no visitor's can

        def write(db: Connection) -> tuple[Entry, Ticket]:
            found = steps.locked(db, reference)
            known = transcript.seq_of(db, found.conversation, own_id)
            if known is None:
                if not reads(db, found.conversation):
                    raise Refused("nobody_reads", "This visitor reads nothing here: call or mail.")
                move = steps.take(db, reference, Step.ANSWER, agent.login, agent_read=last(db, found.conversation))
                speak(db, move, Step.ANSWER)
                body = told.said_by(people.named(db, agent.login) or agent, said, cites)
                known = transcript.say(db, found.conversation, body, own_id)
                words.keep(db, reference, said)
                notes.keep_draft(db, reference, agent.login, "")
            entry = transcript.entry(db, found.conversation, known)
            assert entry
            return entry, found

        entry, found = await self._named_if_taken(lambda: self.records.run(write))
        self.writing.over(reference, agent.login)
        self.feed.tell(reference, found.conversation)
        return entry

    async def note(self, agent: Agent, reference: str, text: str, client_id: str) -> Note:
        """Note something for colleagues; a client id that was there before returns its note."""
        said = cleaned(text)

        def write(db: Connection) -> tuple[Note, Ticket]:
            found = seen(db, agent, reference)
            steps.locked(db, reference)
            steps.touch(db, reference)
            return notes.add(db, reference, agent.login, said, client_id), found

        written, found = await self.records.run(write)
        self.feed.tell(reference, found.conversation)
        return written

    # Steps

    async def claim(self, agent: Agent, reference: str) -> Ticket:
        """Take a ticket that nobody has; of two at once one gets it, and the other reads who."""

        def write(db: Connection) -> Ticket:
            found = steps.locked(db, reference)
            mine = found.owner == agent.login  # claimed twice it is claimed
            return found if mine else self._take(db, reference, Step.CLAIM, agent)

        return await self._written(reference, write)

    async def claim_present(self, agent: Agent, reference: str) -> Ticket:
        """``claim`` by somebody who is there from then on: away at least, for what an agent off duty has goes back."""
        own = next((each for each in await self.present() if each.agent.login == agent.login), None)
        if own is None or own.availability == people.OFF:
            await self.available(agent, people.AWAY)
        else:
            await self.alive(agent)
        return await self.claim(agent, reference)

    async def transfer(self, agent: Agent, reference: str, to: str) -> Ticket:
        """Give a ticket to a colleague.

        Raises:
            Refused: there is no such colleague.
        """

        def write(db: Connection) -> Ticket:
            if to not in {each.agent.login for each in people.present(db)}:
                raise Refused("no_such_agent", f"There is no agent {to}.")
            return self._take(db, reference, Step.TRANSFER, agent, to=to)

        return await self._written(reference, write)

    async def release(self, agent: Agent, reference: str) -> Ticket:
        """Put a ticket back into the queue."""
        return await self._step(reference, Step.RELEASE, agent)

    async def snooze(self, agent: Agent, reference: str, until: float) -> Ticket:
        """Put a ticket off; it wakes then, or when its visitor writes.

        Raises:
            Refused: that moment is over.
        """
        if until <= time.time():
            raise Refused("bad_time", "Choose a time that is still to come.")
        return await self._step(reference, Step.SNOOZE, agent, snoozed_until=until)

    async def wake(self, agent: Agent, reference: str) -> Ticket:
        """Take a ticket up again that was put off."""
        return await self._step(reference, Step.WAKE, agent)

    async def give_back(self, agent: Agent, reference: str) -> Ticket:
        """Give the conversation back to the guide, which says what happened and goes on."""
        return await self._step(reference, Step.GIVE_BACK, agent)

    async def resolve(self, agent: Agent, reference: str, outcome: str) -> Ticket:
        """Close a ticket.

        Raises:
            Refused: there is no such outcome.
        """
        if outcome not in OUTCOMES:
            raise Refused("bad_outcome", f"An outcome is one of {', '.join(OUTCOMES)}.")
        return await self._step(reference, Step.RESOLVE, agent, outcome=outcome)

    async def reopen(self, agent: Agent, reference: str) -> Ticket:
        """Open a closed ticket again, for whoever takes it: in the chat where its visitor is, else to call."""

        def write(db: Connection) -> Ticket:
            here = self.visitor_here(Tickets(db).expect(reference).conversation)
            return self._take(db, reference, Step.REOPEN if here else Step.RECALL, agent)

        return await self._written(reference, write)

    async def call_back(self, agent: Agent, reference: str, due: float | None, note: str = "") -> Ticket:
        """Promise a call at a time, or without one; the guide has the chat again."""
        values = {"callback_due": due, "callback_note": mask(clean(note)) or None}
        return await self._step(reference, Step.SCHEDULE, agent, **values)

    async def leave(self, conversation: str, for_good: bool = False) -> Ticket | None:
        """The visitor goes back to the guide; None where people do not have the conversation.

        Args:
            for_good: nobody will read this conversation any more; who agreed to be called is called all the same.
        """

        def write(db: Connection) -> Ticket | None:
            found = steps.held(db, conversation)
            if not found:
                return None
            called = Tickets(db).expect(found.reference).consent.get("number")
            gone = Step.POSTPONE if called else Step.ABANDON
            return self._take(db, found.reference, gone if for_good else Step.GIVE_BACK, None, who=audit.VISITOR)

        left = await self.records.run(write)
        if left:
            self.feed.tell(left.reference, left.conversation)
        return left

    # The visitor's side

    async def held(self, conversation: str) -> Held | None:
        """Who has a conversation, where people have it."""
        return await self.records.read(lambda db: steps.held(db, conversation))

    async def standing(self, conversation: str) -> dict[str, Any] | None:
        """What the visitor's browser shows of people; None where there is nothing to show."""
        return await self.records.read(lambda db: visitor.standing(db, conversation, self._expectation))

    async def rate(self, conversation: str, rating: int, note: str) -> bool:
        """Keep what the visitor thinks of it; false where there is nothing to rate, or it was.

        Raises:
            ValueError: it is no rating.
        """
        reference = await self.records.run(lambda db: visitor.rate(db, conversation, rating, mask(note)))
        if reference:
            self.feed.tell(reference, conversation)
        return bool(reference)

    # Drafts, reading and typing

    async def draft(self, agent: Agent, reference: str) -> str:
        """What the agent has begun to write there; empty where nothing."""
        return await self.records.read(lambda db: notes.draft(db, reference, agent.login))

    async def save_draft(self, agent: Agent, reference: str, text: str) -> None:
        """Keep what the agent has begun to write; nothing is kept of an empty text."""
        kept = mask(text[:LONGEST_TEXT])

        def write(db: Connection) -> None:
            seen(db, agent, reference)
            notes.keep_draft(db, reference, agent.login, kept)

        await self.records.run(write)

    async def read(self, agent: Agent, reference: str, seq: int) -> None:
        """Note up to which message the agent has read."""

        def write(db: Connection) -> Ticket:
            found = seen(db, agent, reference)
            up_to = min(seq, last(db, found.conversation))
            further = ticket.c.reference == reference, ticket.c.agent_read < up_to
            db.execute(update(ticket).where(*further).values(agent_read=up_to, changed=time.time()))
            return found

        found = await self.records.run(write)
        self.feed.tell(reference, found.conversation)

    async def seen(self, conversation: str, got: int, read: int) -> None:
        """Note up to which message the visitor's browser has got, and the visitor has read."""

        def write(db: Connection) -> str | None:
            found = steps.held(db, conversation)
            if not found:
                return None
            newest = last(db, conversation)
            now = Tickets(db).expect(found.reference)
            read_up_to = {
                "visitor_got": max(now.visitor_got, min(got, newest)),
                "visitor_read": max(now.visitor_read, min(read, newest)),
            }
            if read_up_to == {name: getattr(now, name) for name in read_up_to}:
                return None
            own = update(ticket).where(ticket.c.reference == found.reference)
            db.execute(own.values(**read_up_to, changed=time.time()))
            return found.reference

        reference = await self.records.run(write)
        if reference:
            self.feed.tell(reference)

    async def typing(self, agent: Agent, reference: str, on: bool) -> None:
        """Show the visitor that the agent writes; it ends by itself, and with what is said."""
        found = await self.ticket(agent, reference)
        if found.owner == agent.login and found.state in WITH_PEOPLE:
            self.writing.show(reference, found.conversation, agent.login, on)

    async def visitor_typing(self, conversation: str, on: bool) -> None:
        """Show the agent that the visitor writes."""
        found = await self.records.read(lambda db: steps.held(db, conversation))
        if found:
            self.writing.show(found.reference, "", audit.VISITOR, on)

    def visitor_types(self, reference: str) -> bool:
        """Whether the visitor is writing."""
        return self.writing.visitor(reference)

    # Presence and failures

    async def available(self, agent: Agent, availability: str) -> None:
        """Note what an agent chose.

        Raises:
            Refused: it is none of them.
        """
        if availability not in people.AVAILABILITIES:
            raise Refused("bad_availability", f"It is one of {', '.join(people.AVAILABILITIES)}.")
        await self.records.run(lambda db: people.alive(db, agent.login, availability))
        self.feed.tell(EVERYBODY)

    async def alive(self, agent: Agent) -> None:
        """Note a sign of life."""
        await self.records.run(lambda db: people.alive(db, agent.login))

    async def present(self) -> list[Present]:
        """Every agent, with what they chose and whether they are there."""
        return await self.records.read(people.present)

    async def undelivered(self) -> list[Undelivered]:
        """What the agency has not been told though it was tried."""
        return await self.records.read(reports.undelivered)

    async def report(self, since: float, until: float) -> Report:
        """What happened between two moments, for supervisors."""
        return await self.records.read(lambda db: reports.report(db, self.hours, since, until))

    # Within

    async def _step(self, reference: str, step: Step, agent: Agent, **values: Any) -> Ticket:
        return await self._written(reference, lambda db: self._take(db, reference, step, agent, **values))

    async def _written(self, reference: str, write: Callable[[Connection], Ticket]) -> Ticket:
        done = await self._named_if_taken(lambda: self.records.run(write))
        self.feed.tell(reference, done.conversation)
        return done

    def _take(self, db: Connection, reference: str, step: Step, agent: Agent | None, **values: Any) -> Ticket:
        move = steps.take(db, reference, step, agent.login if agent else None, **values)
        speak(db, move, step)
        return move.after

    async def _named_if_taken(self, work: Callable[[], Awaitable[T]]) -> T:
        """Who loses against a colleague reads the colleague's name."""
        try:
            return await work()
        except Taken as error:
            owner = error.owner
            if owner:
                found = await self.records.read(lambda db: people.named(db, owner))
                error.owner_name = found.name if found else owner
            raise

"""Requests for a licensed agent, kept until one has answered, and as long as the agency keeps records."""

from __future__ import annotations

import datetime
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from sqlalchemy import and_, delete, func, insert, not_, or_, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.sql import ColumnElement

from bot.privacy import mask
from bot.records import audit, slack_cards, words
from bot.records.connecting import lock
from bot.records.states import OPEN, WITH_PEOPLE, State, Step, after, owner_after
from bot.records.tables import message, ticket, ticket_draft, ticket_event, ticket_note

# No letters or digits that are mistaken for each other when read out on the phone.
ALPHABET = "ACDEFGHJKLMNPQRTUVWXY3479"


@dataclass(frozen=True)
class Ticket:
    """One request: who, why, how urgent, and what was said so far."""

    reference: str
    conversation: str
    reason: str  # asked, misses, claim, complaint, authority, quote or unsigned
    priority: str  # normal or urgent
    summary: str
    transcript: list[dict[str, Any]]
    created_at: str  # UTC, ISO 8601
    facts: dict[str, str] = field(default_factory=dict)  # what the visitor told in a form, by label, in order
    updated_at: str = ""  # UTC; when it was brought up to date last
    confirmation: str = ""  # what the visitor was told about it
    consent: dict[str, str] = field(default_factory=dict)  # to be called: number, text and at; empty if not given
    hold: str | None = None  # why nothing may erase it, in the agency's words
    keep_until: str | None = None  # the day until which the law keeps it, ISO 8601
    erase_asked: str | None = None  # UTC; when its visitor asked to have it erased, and it had to be kept
    status: str = State.CALLBACK.value
    channel: str = ""
    topic: str | None = None
    policies: list[str] = field(default_factory=list)
    brief: dict[str, list[str]] = field(default_factory=dict)  # lines: told, given and open
    owner: str | None = None  # login of the agent who has it
    version: int = 0  # counts changes of state and owner
    turn: str | None = None  # the visitor's message that asked for it
    first_seq: int = 0  # number of the last message before it
    waiting_since: float | None = None  # this and the following in seconds since 1970
    first_reply: float | None = None
    closed: float | None = None
    snoozed_until: float | None = None
    callback_due: float | None = None
    callback_note: str | None = None
    escalated: float | None = None
    outcome: str | None = None
    rating: int | None = None
    rating_note: str | None = None
    visitor_got: int = 0  # numbers of messages
    visitor_read: int = 0
    agent_read: int = 0
    changed: float = 0.0

    @property
    def state(self) -> State:
        """The status, typed."""
        return State(self.status)

    def is_kept(self, today: datetime.date) -> bool:
        """Whether it must not be erased now."""
        return self.hold is not None or (self.keep_until or "") >= today.isoformat()


@dataclass(frozen=True)
class Forgotten:
    """References of a conversation's requests: those erased, and those that had to be kept."""

    erased: list[str]
    kept: list[str]


COLUMNS = [ticket.c[each.name] for each in fields(Ticket)]
_AT_ONCE = 500  # references in one statement


@dataclass(frozen=True)
class Asked:
    """What is new in a request: what it is about, and whether somebody answers in the chat.

    Attributes:
        live: the visitor waits in the chat, for somebody is there.
        turn: the client id of the message that asked.
        brief: lines of what the conversation has brought: told, given and open.
    """

    live: bool = False
    turn: str | None = None
    topic: str | None = None
    policies: Sequence[str] = ()
    brief: Mapping[str, Sequence[str]] = field(default_factory=dict)


class Tickets:
    """Tickets within a transaction; one conversation has one open ticket at a time."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def open(
        self,
        conversation: str,
        reason: str,
        priority: str,
        summary: str,
        transcript: list[dict[str, Any]],
        facts: Mapping[str, str] | None = None,
        confirm: Callable[[str], str] = lambda reference: "",
        consent: Mapping[str, str] | None = None,
        asked: Asked = Asked(),
    ) -> Ticket:
        """The conversation's open ticket, brought up to date, or a new one; facts and consent given before are kept.

        An incident stays one whatever is asked later.  A ticket that must be kept stays as it is, and a new one is
        opened beside it, unless people have the conversation: it is with them once.

        Args:
            confirm: what the visitor is told, given the reference.
        """
        lock(self._db, conversation)
        moment = time.time()
        now = _now().isoformat(timespec="seconds")
        found = self.open_of(conversation)
        claim = found if found and found.reason == "claim" != reason else None
        urgent = priority == "urgent" or (found is not None and found.priority == "urgent")
        reference = found.reference if found else self._unused_reference()
        opened = replace(
            found or _new(self._db, reference, conversation, moment, now),
            reason=claim.reason if claim else reason,
            priority="urgent" if urgent else "normal",
            summary=claim.summary if claim else mask(summary),
            transcript=[{**said, "text": mask(str(said["text"]))} for said in transcript],
            facts={**(found.facts if found else {}), **(facts or {})},
            updated_at=now,
            confirmation=claim.confirmation if claim else confirm(reference),
            consent={**(consent or (found.consent if found else {}))},
            topic=asked.topic or (found.topic if found else None),
            policies=list(dict.fromkeys([*(found.policies if found else []), *asked.policies])),
            brief={part: [mask(line) for line in lines] for part, lines in asked.brief.items()}
            or (found.brief if found else {}),
            changed=moment,
        )
        opened = _live(opened, asked, moment) if asked.live else opened
        if found:
            self._update(reference, opened.__dict__)
        else:
            self._db.execute(insert(ticket), opened.__dict__)
        audit.add(self._db, reference, "visitor", "asked again" if found else "asked", {"reason": opened.reason})
        words.keep(self._db, reference, _searched(opened))
        return opened

    def open_of(self, conversation: str) -> Ticket | None:
        """The request of a conversation that is with people, or waits to be called back and may still be written to."""
        free = and_(ticket.c.status.in_(OPEN), ticket.c.erase_asked.is_(None), not_(_kept()))
        found = self._where(
            and_(ticket.c.conversation == conversation, or_(ticket.c.status.in_(WITH_PEOPLE), free)), ticket.c.changed
        )
        return max(found, key=lambda each: each.state in WITH_PEOPLE, default=None)

    def must_be_kept(self, conversation: str) -> bool:
        """Whether something holds a request of the conversation."""
        return bool(self._where(and_(ticket.c.conversation == conversation, _kept())))

    def get(self, reference: str) -> Ticket | None:
        """The ticket with that reference."""
        return next(iter(self._where(ticket.c.reference == reference)), None)

    def expect(self, reference: str) -> Ticket:
        """The ticket with that reference, which must be there."""
        (found,) = self._where(ticket.c.reference == reference)
        return found

    def of(self, conversation: str) -> list[Ticket]:
        """Every ticket of a conversation, in the order they came."""
        return self._where(ticket.c.conversation == conversation, ticket.c.created_at)

    def open_or_kept(self) -> list[Ticket]:
        """What waits for an agent, the urgent first, and what must be kept; each in the order it came."""
        return self._where(or_(ticket.c.status.in_(OPEN), _kept()), ticket.c.priority.desc(), ticket.c.created_at)

    def hold(self, reference: str, reason: str | None, keep_until: datetime.date | None) -> bool:
        """Let nothing erase a ticket: for a reason, until it is released, or until a day; false if there is none."""
        marks = {"hold": reason, "keep_until": keep_until.isoformat() if keep_until else None}
        told = {name: value for name, value in marks.items() if value}
        if self.get(reference) is None:
            return False
        self._update(reference, told)
        return True

    def release(self, reference: str) -> Forgotten | None:
        """Take the marks off; a ticket whose visitor had asked for it is erased then. None if there is no such one."""
        if self.get(reference) is None:
            return None
        self._update(reference, {"hold": None, "keep_until": None})
        erased = self._erase(and_(ticket.c.reference == reference, ticket.c.erase_asked.is_not(None)))
        return Forgotten(erased, [] if erased else [reference])

    def forget(self, conversation: str) -> Forgotten:
        """Erase every ticket of a conversation, but for those that must be kept."""
        erased = self._erase(and_(ticket.c.conversation == conversation, not_(_kept())))
        kept = self.of(conversation)
        for each in kept:
            self._update(each.reference, {"erase_asked": each.erase_asked or _now().isoformat(timespec="seconds")})
        slack_cards.forget(self._db, [each.reference for each in kept])
        return Forgotten(erased, [each.reference for each in kept])

    def forget_older_than(self, days: int) -> list[str]:
        """Erase what nobody has touched for so long, and what was to be erased once it need not be kept any more."""
        before = (_now() - datetime.timedelta(days=days)).isoformat(timespec="seconds")
        return self._erase(and_(not_(_kept()), or_(ticket.c.updated_at < before, ticket.c.erase_asked.is_not(None))))

    def _unused_reference(self) -> str:
        while True:
            reference = "".join(secrets.choice(ALPHABET) for _ in range(6))
            if self.get(reference) is None:
                return reference

    def _where(self, which: ColumnElement, *order: ColumnElement) -> list[Ticket]:
        return [Ticket(**row) for row in self._db.execute(select(COLUMNS).where(which).order_by(*order)).mappings()]

    def _update(self, reference: str, values: Mapping[str, Any]) -> None:
        self._db.execute(update(ticket).where(ticket.c.reference == reference).values(**values))

    def _erase(self, which: ColumnElement) -> list[str]:
        gone = [str(reference) for (reference,) in self._db.execute(select(ticket.c.reference).where(which))]
        for start in range(0, len(gone), _AT_ONCE):
            some = gone[start : start + _AT_ONCE]
            for table in (ticket, ticket_note, ticket_event, ticket_draft):
                self._db.execute(delete(table).where(table.c.reference.in_(some)))
            slack_cards.forget(self._db, some)
            words.forget(self._db, some)
        return gone


def _new(connection: Connection, reference: str, conversation: str, moment: float, now: str) -> Ticket:
    """A request about which nothing is known yet."""
    last = connection.execute(select(func.max(message.c.seq)).where(message.c.conversation == conversation)).scalar()
    channel, colon, _ = conversation.partition(":")
    return Ticket(
        reference,
        conversation,
        reason="asked",
        priority="normal",
        summary="",
        transcript=[],
        created_at=now,
        channel=channel if colon else "",
        first_seq=int(last or 0),
        waiting_since=moment,
    )


def _live(opened: Ticket, asked: Asked, moment: float) -> Ticket:
    """The same, with its visitor waiting in the chat from now on; where people have it already, it stays with them."""
    if opened.state in WITH_PEOPLE:
        return opened
    state = after(opened.state, Step.REQUEST)
    return replace(
        opened,
        status=state.value,
        owner=owner_after(opened.owner, Step.REQUEST, None),
        version=opened.version + 1,
        turn=asked.turn,
        waiting_since=moment,
        first_reply=None,
        escalated=None,
        callback_due=None,
    )


def _searched(opened: Ticket) -> str:
    told = " ".join([*opened.facts.values(), *(line for lines in opened.brief.values() for line in lines)])
    said = " ".join(str(each["text"]) for each in opened.transcript)
    return " ".join([opened.reference, opened.summary, told, said])


def _kept() -> ColumnElement:
    return or_(ticket.c.hold.is_not(None), func.coalesce(ticket.c.keep_until, "") >= _today())


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def _today() -> str:
    return _now().date().isoformat()

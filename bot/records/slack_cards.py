"""Tickets as cards in a channel of Slack's: where each stands, what its thread holds, and what is to be done there.

What agents do in Slack, and what the guide does there for it, are two kinds of parcels: a word to a visitor does not
wait until Slack takes messages again.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.engine import Connection

from bot.records import outbox
from bot.records.connecting import lock
from bot.records.states import OPEN, OWNED
from bot.records.tables import insert_new, slack_card, slack_reply, ticket, ticket_note

SHOWN, DONE = "slack_card", "slack_act"  # parcels: what the guide does in the channel, and what agents did there
CLOCKS_APART = 60.0  # seconds that Slack's clock may be behind
FROM_SLACK = "slack:"  # begins the client ids of what agents say in Slack


@dataclass(frozen=True)
class Card:
    """The card of a ticket; the table says what its columns hold."""

    reference: str
    team: str
    channel: str
    ts: str | None
    shown: str | None
    seq: int
    note: int
    posts: list[str]
    login: str | None
    user: str | None


@dataclass(frozen=True)
class Noted:
    """A note that was not written in Slack."""

    id: int
    login: str
    text: str


_CARD = [slack_card.c[each.name] for each in fields(Card)]


def waits(connection: Connection) -> bool:
    """Whether there is a ticket that ``take_up`` would have shown."""
    return connection.execute(_changed().limit(1)).first() is not None


def take_up(connection: Connection, team: str, channel: str) -> None:
    """Have every ticket shown that has changed since it was looked at last, or is open and has no card."""
    lock(connection, SHOWN)  # no conversation is called so
    for row in connection.execute(_changed()).all():
        if row.seen is None:
            card = {"reference": row.reference, "team": team, "channel": channel, "ts": None, "shown": None}
            begun = {"seq": row.first_seq, "note": 0, "posts": [], "seen": row.changed, "login": None, "user": None}
            insert_new(connection, slack_card, [{**card, **begun}])
        _set(connection, row.reference, seen=row.changed)
        show(connection, {"card": row.reference}, row.conversation)


def _changed() -> Any:
    columns = [ticket.c[name] for name in ("reference", "conversation", "changed", "first_seq")]
    new = and_(slack_card.c.reference.is_(None), ticket.c.status.in_(OPEN), ticket.c.erase_asked.is_(None))
    changed = and_(slack_card.c.reference.is_not(None), slack_card.c.seen != ticket.c.changed)
    joined = ticket.outerjoin(slack_card, slack_card.c.reference == ticket.c.reference)
    found = select([*columns, slack_card.c.seen]).select_from(joined)
    return found.where(or_(new, changed)).order_by(ticket.c.created_at)


def show(connection: Connection, payload: dict[str, Any], conversation: str | None) -> None:
    """Have the guide do something in the channel."""
    outbox.put(connection, SHOWN, {**payload, "since": time.time()}, conversation)


def done(connection: Connection, payload: dict[str, Any], conversation: str) -> None:
    """Keep what an agent has done in Slack until it is done here."""
    outbox.put(connection, DONE, {**payload, "since": time.time()}, conversation)


def get(connection: Connection, reference: str) -> Card | None:
    """The card of a ticket."""
    return _first(connection, slack_card.c.reference == reference)


def of_thread(connection: Connection, team: str, channel: str, ts: str) -> Card | None:
    """The card that a thread hangs on."""
    here = slack_card.c.team == team, slack_card.c.channel == channel, slack_card.c.ts == ts
    return _first(connection, and_(*here))


def may_be_new(connection: Connection, team: str, channel: str, ts: str) -> bool:
    """Whether a message may be a card of which nobody has heard yet that it was posted."""
    here = slack_card.c.team == team, slack_card.c.channel == channel, slack_card.c.ts.is_(None)
    since = slack_card.c.seen < float(ts) + CLOCKS_APART
    return connection.execute(select(slack_card.c.reference).where(*here, since).limit(1)).first() is not None


def stands(connection: Connection, reference: str, ts: str, shown: str) -> bool:
    """Note where a card stands, and what it shows now; false where it was erased meanwhile."""
    return _set(connection, reference, ts=ts, shown=shown)


def said(connection: Connection, reference: str, ts: str | None, **cursors: int) -> bool:
    """Note what the thread holds now; false where it was erased meanwhile.

    Args:
        ts: of the guide's message, where it took one.
        cursors: ``seq`` or ``note`` up to which all is there.
    """
    card = get(connection, reference)
    return card is not None and _set(connection, reference, posts=[*card.posts, *([ts] if ts else [])], **cursors)


def took(connection: Connection, reference: str, login: str, user: str) -> None:
    """Note who has the ticket from Slack."""
    _set(connection, reference, login=login, user=user)


def in_hand(connection: Connection) -> list[tuple[str, str, str]]:
    """Team, user and login of those who have what they took in Slack."""
    joined = slack_card.join(ticket, ticket.c.reference == slack_card.c.reference)
    theirs = ticket.c.owner == slack_card.c.login, ticket.c.status.in_(OWNED), slack_card.c.user.is_not(None)
    columns = [slack_card.c[name] for name in ("team", "user", "login")]
    return [tuple(row) for row in connection.execute(select(columns).select_from(joined).where(*theirs).distinct())]


def keep_reply(connection: Connection, reference: str, client_id: str, ts: str) -> None:
    """Note that a message of the thread goes to the visitor, and what it is called in the conversation."""
    insert_new(connection, slack_reply, [{"reference": reference, "client_id": client_id, "ts": ts}])


def replies(connection: Connection, reference: str) -> dict[str, str]:
    """What of the thread went to the visitor: ts by what it is called in the conversation."""
    columns = [slack_reply.c.client_id, slack_reply.c.ts]
    found = connection.execute(select(columns).where(slack_reply.c.reference == reference))
    return {str(client_id): str(ts) for client_id, ts in found}


def notes_after(connection: Connection, reference: str, after: int) -> list[Noted]:
    """Notes that follow one, but for those that were written in the thread."""
    columns = [ticket_note.c[name] for name in ("id", "login", "text")]
    later = ticket_note.c.reference == reference, ticket_note.c.id > after
    elsewhere = ticket_note.c.client_id.not_like(f"%:{FROM_SLACK}%")
    found = connection.execute(select(columns).where(*later, elsewhere).order_by(ticket_note.c.id))
    return [Noted(*row) for row in found]


def end_of(connection: Connection, found: Any) -> int | None:
    """The number after which a conversation belongs to a later ticket; None where there is none.

    Args:
        found: the ticket.
    """
    later = ticket.c.conversation == found.conversation, ticket.c.first_seq > found.first_seq
    first = select(ticket.c.first_seq).where(*later).order_by(ticket.c.first_seq).limit(1)
    return connection.execute(first).scalar()


def forget(connection: Connection, references: Sequence[str]) -> None:
    """Have the cards of tickets taken back, with what the guide said below them, and erase where they stand."""
    cards = [Card(**row) for row in connection.execute(_select(slack_card.c.reference.in_(references))).mappings()]
    for card in cards:
        posts = [{"channel": card.channel, "ts": ts} for ts in (*card.posts, *([card.ts] if card.ts else []))]
        if posts:
            show(connection, {"delete": posts, "team": card.team}, None)
    for table in (slack_card, slack_reply):
        connection.execute(delete(table).where(table.c.reference.in_(references)))


def _set(connection: Connection, reference: str, **values: Any) -> bool:
    own = update(slack_card).where(slack_card.c.reference == reference)
    return bool(connection.execute(own.values(**values)).rowcount)


def _select(which: Any) -> Any:
    return select(_CARD).where(which)


def _first(connection: Connection, which: Any) -> Card | None:
    row = connection.execute(_select(which)).mappings().first()
    return Card(**row) if row else None

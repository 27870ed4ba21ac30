"""The tables of the database.  A conversation has one name in all of them, its channel first: ``web:`` and the session.

A change here needs a migration beside it; a test compares the two.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import Boolean, Column, Float, Index, Integer, MetaData, Table, Text, UniqueConstraint, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.engine.interfaces import Compiled, Dialect
from sqlalchemy.types import TypeDecorator

VERSION = "0005"  # of the tables: the last migration


class Words(TypeDecorator):
    """Text as people write it, without what PostgreSQL refuses in texts: the character 0 and halves of characters."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        return None if value is None else value.replace("\x00", "").encode("utf-8", "ignore").decode()


class Json(TypeDecorator):
    """Lists, dicts and what they may hold, as a text that every database keeps byte by byte."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> str:
        return json.dumps(value)

    def process_result_value(self, value: str | None, dialect: Any) -> Any:
        return None if value is None else json.loads(value)


Moment = Float(53)  # seconds since 1970, UTC

metadata = MetaData()

event = Table(  # what Rasa tracks
    "event",
    metadata,
    Column("conversation", Words, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),  # counted from 0 without gaps
    Column("at", Moment, nullable=False),
    Column("starts_session", Boolean, nullable=False),
    Column("body", Json, nullable=False),
)

message = Table(  # the transcript
    "message",
    metadata,
    Column("conversation", Words, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),  # counted from 1 without gaps
    Column("at", Moment, nullable=False),
    Column("client_id", Words),
    Column("body", Json, nullable=False),
    UniqueConstraint("conversation", "client_id", name="message_of_client"),
)

journal = Table(  # which messages were accepted, and which of them have their answer
    "journal",
    metadata,
    Column("conversation", Words, primary_key=True),
    Column("client_id", Words, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("channel", Words, nullable=False),
    Column("text", Words, nullable=False),  # empty once it is answered or erased
    Column("call", Words, nullable=False),  # which attempt stored it
    Column("at", Moment, nullable=False),
    Column("answered", Moment),
    Column("server", Words),  # which has it in hand
)
Index("journal_unanswered", journal.c.answered, journal.c.at)

server = Table(  # processes that serve
    "server",
    metadata,
    Column("id", Words, primary_key=True),
    Column("host", Words, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("born", Words, nullable=False),  # as the host tells it; a number of a process may come again
    Column("beat", Integer, nullable=False),
)

file = Table(  # sent for an agent; the bytes are beside the database
    "file",
    metadata,
    Column("key", Words, primary_key=True),
    Column("conversation", Words, nullable=False),
    Column("seq", Integer, nullable=False),  # of the message it came with
    Column("name", Words, nullable=False),
    Column("kind", Words, nullable=False),
    Column("size", Integer, nullable=False),
    Column("at", Moment, nullable=False),
)
Index("file_of_conversation", file.c.conversation)

feedback = Table(
    "feedback",
    metadata,
    Column("conversation", Words, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("vote", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("entries", Json, nullable=False),
    Column("version", Words),
    Column("at", Words, nullable=False),
)

ticket = Table(
    "ticket",
    metadata,
    Column("reference", Words, primary_key=True),
    Column("conversation", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("priority", Words, nullable=False),
    Column("summary", Words, nullable=False),
    Column("transcript", Json, nullable=False),
    Column("facts", Json, nullable=False),
    Column("consent", Json, nullable=False),
    Column("confirmation", Words, nullable=False),
    Column("status", Words, nullable=False),  # a state of bot.records.states
    Column("created_at", Words, nullable=False),
    Column("updated_at", Words, nullable=False),
    Column("hold", Words),
    Column("keep_until", Words),
    Column("erase_asked", Words),
    Column("channel", Words, nullable=False),
    Column("topic", Words),
    Column("policies", Json, nullable=False),
    Column("brief", Json, nullable=False),  # what the conversation has brought, in lists of lines
    Column("owner", Words),  # login of the agent who has it
    Column("version", Integer, nullable=False),  # counts the changes of state and owner
    Column("turn", Words),  # the visitor's message that asked for it
    Column("first_seq", Integer, nullable=False),  # number of the last message before it
    Column("waiting_since", Moment),
    Column("first_reply", Moment),
    Column("closed", Moment),
    Column("snoozed_until", Moment),
    Column("callback_due", Moment),
    Column("callback_note", Words),
    Column("escalated", Moment),
    Column("outcome", Words),
    Column("rating", Integer),
    Column("rating_note", Words),
    Column("visitor_got", Integer, nullable=False),  # number of the last message that reached the visitor's browser
    Column("visitor_read", Integer, nullable=False),
    Column("agent_read", Integer, nullable=False),
    Column("changed", Moment, nullable=False),  # anything of it, messages included
)
Index("ticket_of_conversation", ticket.c.conversation)
Index("ticket_by_state", ticket.c.status, ticket.c.waiting_since)
Index("ticket_changed", ticket.c.changed)
_WITH_PEOPLE = text("status in ('requested', 'queued', 'assigned', 'active', 'snoozed')")
Index(  # a conversation is with people once, or not at all
    "ticket_with_people",
    ticket.c.conversation,
    unique=True,
    sqlite_where=_WITH_PEOPLE,
    postgresql_where=_WITH_PEOPLE,
)

ticket_note = Table(  # between agents; nothing that leads to a visitor reads this table
    "ticket_note",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("reference", Words, nullable=False),
    Column("login", Words, nullable=False),
    Column("client_id", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("at", Moment, nullable=False),
    UniqueConstraint("reference", "client_id", name="note_of_client"),
)

ticket_event = Table(  # who did what to a ticket: only ever added to
    "ticket_event",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("reference", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("who", Words, nullable=False),  # a login, "visitor" or "guide"
    Column("what", Words, nullable=False),
    Column("detail", Json, nullable=False),
)
Index("event_of_ticket", ticket_event.c.reference)

ticket_draft = Table(
    "ticket_draft",
    metadata,
    Column("reference", Words, primary_key=True),
    Column("login", Words, primary_key=True),
    Column("text", Words, nullable=False),
    Column("at", Moment, nullable=False),
)

agent = Table(  # who may answer
    "agent",
    metadata,
    Column("login", Words, primary_key=True),
    Column("name", Words, nullable=False),  # as visitors see it
    Column("licence", Words, nullable=False),
    Column("role", Words, nullable=False),  # agent or supervisor
    Column("email", Words),  # no visitor sees it
    Column("password", Words, nullable=False),  # as argon2 keeps it; empty for those who answer in the terminal alone
    Column("second_factor", Words),
    Column("second_factor_step", Integer),  # the last one used
    Column("enabled", Boolean, nullable=False),
    Column("created", Moment, nullable=False),
    Column("availability", Words, nullable=False),  # as chosen: available, away or off
    Column("seen", Moment),  # the last sign of life
)

agent_session = Table(
    "agent_session",
    metadata,
    Column("digest", Words, primary_key=True),  # of the cookie
    Column("login", Words, nullable=False),
    Column("created", Moment, nullable=False),
    Column("seen", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
    Column("device", Words, nullable=False),
)
Index("session_of_agent", agent_session.c.login)

canned = Table(
    "canned",
    metadata,
    Column("name", Words, primary_key=True),
    Column("text", Words, nullable=False),
    Column("login", Words, nullable=False),  # who changed it last
    Column("at", Moment, nullable=False),
)

outbox = Table(  # what is to be sent to somebody, until it is
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Words, nullable=False),
    Column("conversation", Words),
    Column("payload", Json, nullable=False),
    Column("due", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("error", Words),
    Column("delivered", Moment),
)
Index("outbox_due", outbox.c.delivered, outbox.c.due)
Index("outbox_of_conversation", outbox.c.conversation, outbox.c.delivered)

slack_inbox = Table(  # what Slack has sent, by what tells one thing from another: it sends everything again
    "slack_inbox",
    metadata,
    Column("key", Words, primary_key=True),
    Column("call", Words, nullable=False),  # which attempt stored it
    Column("at", Moment, nullable=False),
)
Index("slack_inbox_at", slack_inbox.c.at)

slack_place = Table(  # where in Slack a conversation is answered
    "slack_place",
    metadata,
    Column("conversation", Words, primary_key=True),
    Column("place", Json, nullable=False),
    Column("at", Moment, nullable=False),
)

slack_post = Table(  # where in Slack an answer stands, and which of its buttons was used
    "slack_post",
    metadata,
    Column("conversation", Words, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),  # of the first message of the answer
    Column("posts", Json, nullable=False),
    Column("chosen", Words),
    Column("at", Moment, nullable=False),
)

slack_team = Table(  # workspaces that have installed the guide; what gives access to them is encrypted
    "slack_team",
    metadata,
    Column("team", Words, primary_key=True),
    Column("name", Words, nullable=False),
    Column("bot_user", Words, nullable=False),
    Column("token", Words, nullable=False),
    Column("refresh", Words),
    Column("expires", Moment),
    Column("refreshing", Moment),  # until when a process has the right to refresh it
)

slack_card = Table(  # the card of a ticket in the agents' channel, and its thread
    "slack_card",
    metadata,
    Column("reference", Words, primary_key=True),
    Column("team", Words, nullable=False),
    Column("channel", Words, nullable=False),
    Column("ts", Words),  # of the card, once it stands there
    Column("shown", Words),  # what it shows, as a digest
    Column("seq", Integer, nullable=False),  # of the last message of the conversation that is in the thread
    Column("note", Integer, nullable=False),  # id of the last note that is
    Column("posts", Json, nullable=False),  # ts of what the guide has said in the thread
    Column("seen", Moment, nullable=False),  # the change of the ticket that was looked at last
    Column("login", Words),  # of the agent who took it in Slack,
    Column("user", Words),  # and who that is there
)
Index("slack_card_of_thread", slack_card.c.channel, slack_card.c.ts)

slack_reply = Table(  # messages of agents in the thread of a card that went to the visitor
    "slack_reply",
    metadata,
    Column("reference", Words, primary_key=True),
    Column("client_id", Words, primary_key=True),  # in the conversation
    Column("ts", Words, nullable=False),
)

imported = Table(  # files of before there was one database, by what was in them
    "imported",
    metadata,
    Column("digest", Words, primary_key=True),
    Column("name", Words, nullable=False),
    Column("at", Moment, nullable=False),
)


def insert_new(connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert rows that are not there yet; those that are stay as they are."""
    if found := [dict(row) for row in rows]:
        connection.execute(_insert(table, tuple(found[0]), connection.dialect), found)


@lru_cache(maxsize=64)
def _insert(table: Table, columns: tuple[str, ...], dialect: Dialect) -> Compiled:
    """Compiled once: what SQLAlchemy 1.4 keeps of other statements it makes anew of one with ``on conflict``."""
    insert = postgresql.insert if dialect.name == "postgresql" else sqlite.insert
    return insert(table).on_conflict_do_nothing().compile(dialect=dialect, column_keys=list(columns))

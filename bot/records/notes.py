"""Notes and drafts of agents, within a transaction.  Nothing that leads to a visitor imports this module."""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Connection

from bot.records import words
from bot.records.tables import agent, ticket_draft, ticket_note


@dataclass(frozen=True)
class Note:
    """What agents tell each other about a ticket.

    Attributes:
        name: of who wrote it.
        at: seconds since 1970.
    """

    id: int
    login: str
    name: str
    text: str
    at: float


def of(connection: Connection, reference: str) -> list[Note]:
    """The notes of a ticket, in order."""
    name = select(agent.c.name).where(agent.c.login == ticket_note.c.login).scalar_subquery()
    columns = [ticket_note.c.id, ticket_note.c.login, name.label("name"), ticket_note.c.text, ticket_note.c.at]
    found = select(columns).where(ticket_note.c.reference == reference).order_by(ticket_note.c.id)
    return [Note(row.id, row.login, row.name or row.login, row.text, row.at) for row in connection.execute(found)]


def add(connection: Connection, reference: str, login: str, text: str, client_id: str) -> Note:
    """Add a note; one with this client id that is there already stays as it is."""
    own_id = f"{login}:{client_id}"
    known = select(ticket_note.c.id).where(ticket_note.c.reference == reference, ticket_note.c.client_id == own_id)
    if connection.execute(known).scalar() is None:
        row = {"reference": reference, "login": login, "client_id": own_id, "text": text, "at": time.time()}
        connection.execute(insert(ticket_note).values(**row))
        words.keep(connection, reference, text)
    number = connection.execute(known).scalar()
    return next(each for each in of(connection, reference) if each.id == number)


def draft(connection: Connection, reference: str, login: str) -> str:
    """What an agent has begun to write; empty where nothing."""
    found = select(ticket_draft.c.text).where(ticket_draft.c.reference == reference, ticket_draft.c.login == login)
    return str(connection.execute(found).scalar() or "")


def keep_draft(connection: Connection, reference: str, login: str, text: str) -> None:
    """Keep what an agent has begun to write in place of what was there; an empty text leaves nothing."""
    own = ticket_draft.c.reference == reference, ticket_draft.c.login == login
    connection.execute(delete(ticket_draft).where(*own))
    if text.strip():
        row = {"reference": reference, "login": login, "text": text, "at": time.time()}
        connection.execute(insert(ticket_draft).values(**row))

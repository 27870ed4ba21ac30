"""Who did what to a ticket, and when: only ever added to."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.engine import Connection

from bot.records.tables import ticket_event

GUIDE, VISITOR = "guide", "visitor"  # who does something, beside agents by their logins


@dataclass(frozen=True)
class Event:
    """One thing that happened to a ticket."""

    id: int
    at: float  # seconds since 1970
    who: str
    what: str
    detail: dict[str, Any]


def add(connection: Connection, reference: str, who: str, what: str, detail: Mapping[str, Any] | None = None) -> None:
    """Note that something happened, in the transaction in which it did."""
    row = {"reference": reference, "at": time.time(), "who": who, "what": what, "detail": dict(detail or {})}
    connection.execute(insert(ticket_event).values(**row))


def of(connection: Connection, reference: str) -> list[Event]:
    """What happened to a ticket, in order."""
    columns = [ticket_event.c[name] for name in ("id", "at", "who", "what", "detail")]
    found = select(columns).where(ticket_event.c.reference == reference).order_by(ticket_event.c.id)
    return [Event(*row) for row in connection.execute(found)]

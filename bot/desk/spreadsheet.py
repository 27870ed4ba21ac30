"""Requests as a file for spreadsheets, in which no cell is ever a formula.  Pure but for the query."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot.records.tables import agent, ticket

MOST = 50_000  # rows
COLUMNS = ("reference", "created_at", "channel", "reason", "priority", "topic", "status", "owner")
MOMENTS = ("waiting_since", "first_reply", "closed", "callback_due")
LAST = ("outcome", "rating", "rating_note")

_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def requests(connection: Connection, since: float, until: float) -> str:
    """Every request that was changed in a span of time, one a line; no words of the conversations."""
    columns = [ticket.c[name] for name in (*COLUMNS, *MOMENTS, *LAST)]
    within = select(columns).where(ticket.c.changed >= since, ticket.c.changed < until)
    found = connection.execute(within.order_by(ticket.c.changed.desc()).limit(MOST)).mappings()
    names = {str(login): str(name) for login, name in connection.execute(select([agent.c.login, agent.c.name]))}
    rows = (
        [
            *(names.get(row[name], row[name]) if name == "owner" else row[name] for name in COLUMNS),
            *(_moment(row[name]) for name in MOMENTS),
            *(row[name] for name in LAST),
        ]
        for row in found
    )
    return written((*COLUMNS, *MOMENTS, *LAST), rows)


def written(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table as CSV; what a spreadsheet would take for a formula is marked as text."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(head)
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return file.getvalue()


def safe(cell: object) -> str:
    """A cell that a spreadsheet shows and never runs, blanks and invisible marks before a formula included."""
    text = "" if cell is None else str(cell).replace("\x00", "")
    if isinstance(cell, int | float):
        return text
    begins = text.lstrip(" \u00a0\u200b\ufeff")
    return f"'{text}" if begins.startswith(_BEGINS_FORMULA) or text.startswith(_BEGINS_FORMULA) else text


def _moment(value: float | None) -> str | None:
    return None if value is None else datetime.fromtimestamp(value, UTC).isoformat(timespec="seconds")

"""What supervisors see: how long visitors waited, who has how much, how it ended, and where the guide fell short."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from starlette.responses import JSONResponse, Response

from bot.desk import figures, shown, spreadsheet
from bot.desk.guard import Asked
from bot.edge.limits import ChatError
from bot.handoff.service import Handoffs
from bot.records.engine import Records
from knowledge.base import KnowledgeUnavailable
from knowledge.live import in_service

DAY = 24 * 3600.0  # seconds
LONGEST = 366  # days


class Reporting:
    """Answers what the page asks of figures."""

    def __init__(self, handoffs: Callable[[], Handoffs], records: Callable[[], Records]) -> None:
        self._handoffs = handoffs
        self._records = records

    async def report(self, asked: Asked) -> Response:
        """The figures of the last days."""
        since, until = _span(asked)
        report = await self._handoffs().report(since, until)
        people = [shown.person(each) for each in await self._handoffs().present()]
        undelivered = [shown.plain(each) for each in await self._handoffs().undelivered()]
        down = await self._records().read(lambda connection: figures.rated_down(connection, since, until))
        missed = await self._records().read(lambda connection: figures.missed(connection, since, until))
        guide = {"down": _named(down), "missed": _named(missed)}
        return JSONResponse({**shown.plain(report), "people": people, "undelivered": undelivered, **guide})

    async def csv(self, asked: Asked) -> Response:
        """The requests of the last days as a file."""
        since, until = _span(asked)
        text = await self._records().read(lambda connection: spreadsheet.requests(connection, since, until))
        disposition = {"Content-Disposition": 'attachment; filename="requests.csv"'}
        # The mark at the beginning tells spreadsheets that it is UTF-8.
        return Response("\ufeff" + text, media_type="text/csv; charset=utf-8", headers=disposition)


def _span(asked: Asked) -> tuple[float, float]:
    days = asked.number("days", 7)
    if not 0 < days <= LONGEST:
        raise ChatError(400, "bad_number", f"Ask for 1 to {LONGEST} days.")
    now = time.time()
    return now - days * DAY, now + 1


def _named(counted: Counter[str]) -> list[dict[str, Any]]:
    """The most frequent topics by their names, where they are entries."""
    try:
        base = in_service()
    except KnowledgeUnavailable:
        base = None
    entries = {key: base.entry(key) if base else None for key in counted}
    return [
        {"topic": getattr(entries[key], "name", None) or key, "count": count}
        for key, count in counted.most_common(figures.SHOWN)
    ]

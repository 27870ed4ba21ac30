"""What the guide itself could not do, by topic: answers rated down, and questions that it had no answer to."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Text, select, type_coerce
from sqlalchemy.engine import Connection

from bot.records.tables import feedback, message

SHOWN = 12  # topics
MISSES = ("fallback", "clarify")  # statuses of an answer that answered nothing


def rated_down(connection: Connection, since: float, until: float) -> Counter[str]:
    """How often answers were rated down in a span of time, by the entries that they were made from."""
    at = feedback.c.at
    within = select(feedback.c.entries).where(feedback.c.vote == "down", at >= _stamp(since), at < _stamp(until))
    return Counter(entry for (entries,) in connection.execute(within) for entry in dict.fromkeys(entries))


def missed(connection: Connection, since: float, until: float) -> Counter[str]:
    """How often the guide had no answer in a span of time, by what it took the question for."""
    # The text is looked at before it is read: most messages are no misses.
    kept = [type_coerce(message.c.body, Text).like(f'%"status": "{status}"%') for status in MISSES]
    within = select(message.c.body).where(message.c.at >= since, message.c.at < until, kept[0] | kept[1])
    return Counter(_topic(body) for (body,) in connection.execute(within) if _is_miss(body))


def _is_miss(body: dict[str, Any]) -> bool:
    return body.get("from") == "bot" and (body.get("answer") or {}).get("status") in MISSES


def _topic(body: dict[str, Any]) -> str:
    answer = body["answer"]
    return str(next(iter(answer.get("policies") or answer.get("entries") or []), answer.get("intent") or "unknown"))


def _stamp(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds")

"""Answers that agents keep ready, with names in braces that are filled in when one is sent."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Connection

from bot.records.tables import canned

LONGEST_NAME, LONGEST_TEXT = 60, 2000  # characters
NAMES = ("agent", "licence", "agency", "phone", "email", "visitor", "reference")
"""What may stand in braces."""

_NAMED = re.compile(r"\{([a-z_]+)(?:\|([^{}]*))?\}")


class CannedError(ValueError):
    """An answer that cannot be kept, or not be sent as it is; the message says why."""


@dataclass(frozen=True)
class Canned:
    """An answer kept ready."""

    name: str
    text: str


def listed(connection: Connection) -> list[Canned]:
    """All of them by name."""
    return [Canned(*row) for row in connection.execute(select(canned.c.name, canned.c.text).order_by(canned.c.name))]


def keep(connection: Connection, each: Canned, login: str) -> None:
    """Store an answer in the place of one of the same name."""
    forget(connection, each.name)
    row = {"name": each.name, "text": each.text, "login": login, "at": time.time()}
    connection.execute(insert(canned), row)


def forget(connection: Connection, name: str) -> None:
    """Keep it no longer."""
    connection.execute(delete(canned).where(canned.c.name == name))


def checked(name: str, text: str) -> Canned:
    """An answer that may be kept.

    Raises:
        CannedError: it has no name or text, is too long, or has an unknown name in braces.
    """
    name, text = " ".join(name.split()), text.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise CannedError(f"A name has 1 to {LONGEST_NAME} characters.")
    if not text or len(text) > LONGEST_TEXT:
        raise CannedError(f"A text has 1 to {LONGEST_TEXT:,} characters.")
    unknown = [found for found, _ in _NAMED.findall(text) if found not in NAMES]
    if unknown:
        raise CannedError(f"{{{unknown[0]}}} is not known: write one of {', '.join(f'{{{each}}}' for each in NAMES)}.")
    return Canned(name, text)


def resolved(text: str, values: Mapping[str, str | None]) -> str:
    """The text with each known ``{name}`` filled in; ``{name|otherwise}`` says what stands where nothing is known.

    Raises:
        CannedError: nothing is known of a name, and the text does not say what stands then.
    """

    def fill(match: re.Match[str]) -> str:
        name, otherwise = match.groups()
        if name not in NAMES:
            return match[0]  # braces that an agent typed
        value = values.get(name) or otherwise
        if value is None:
            raise CannedError(f"{{{name}}} is not known here: write something in its place.")
        return value

    return _NAMED.sub(fill, text)

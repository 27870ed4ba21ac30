"""Full-text search in tickets: SQLite's FTS5, or a GIN index of PostgreSQL; the words of a ticket are only added to."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import bindparam, text
from sqlalchemy.engine import Connection

MOST_WORDS = 8  # of a search; more make it no finer
_WORD = re.compile(r"[^\W_]+")

_FOUND = {
    "sqlite": "select distinct reference from ticket_words where ticket_words match :sought limit :most",
    "postgresql": "select distinct reference from ticket_words "
    "where to_tsvector('simple', words) @@ to_tsquery('simple', :sought) limit :most",
}


def keep(connection: Connection, reference: str, said: str) -> None:
    """Let a ticket be found by these words too."""
    told = " ".join(_WORD.findall(said.replace("\x00", "")))  # nothing else is searched, nor of use
    if told:
        connection.execute(
            text("insert into ticket_words (reference, words) values (:reference, :words)"),
            {"reference": reference, "words": told},
        )


def forget(connection: Connection, references: Sequence[str]) -> None:
    """Erase the words of tickets."""
    gone = text("delete from ticket_words where reference in :gone").bindparams(bindparam("gone", expanding=True))
    if connection.execute(gone, {"gone": list(references)}).rowcount and connection.dialect.name == "sqlite":
        # Else the words stay in the index until it is merged by itself, some day.
        connection.execute(text("insert into ticket_words (ticket_words) values ('optimize')"))


def find(connection: Connection, sought: str, most: int = 200) -> list[str]:
    """References of tickets of which one text has every word, or a word that begins so."""
    found = _WORD.findall(sought)[:MOST_WORDS]
    if not found:
        return []
    if connection.dialect.name == "sqlite":
        query = " ".join(f'"{word}"*' for word in found)
    else:
        query = " & ".join(f"{word}:*" for word in found)
    rows = connection.execute(text(_FOUND[connection.dialect.name]), {"sought": query, "most": most})
    return [str(reference) for (reference,) in rows]

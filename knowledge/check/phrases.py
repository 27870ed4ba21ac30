"""Names and phrases by which visitors ask: enough of them for every entry, and each for one entry alone."""

from __future__ import annotations

from collections.abc import Iterator

from knowledge.content import Content, Finding
from knowledge.schema import Entry
from knowledge.walk import place
from knowledge.words import normalised

FEWEST = 12  # different ones, so that an entry is found however it is asked for


def findings(content: Content) -> Iterator[Finding]:
    """Entries that share a phrase, and entries with too few."""
    yield from _shared(content)
    yield from _few(content)


def phrases(entry: Entry) -> Iterator[tuple[str, str]]:
    """Field and text of all that stands for an entry."""
    yield "name", entry.name
    for field in ("aliases", "asked_as", "questions"):
        yield from ((field, text) for text in getattr(entry, field))


def _shared(content: Content) -> Iterator[Finding]:
    """What two entries share leads to one of them by chance, whatever fields it stands in."""
    owners: dict[str, tuple[str, str]] = {}
    for _, entry in content.entries():
        for field, text in phrases(entry):
            first, its_field = owners.setdefault(normalised(text), (entry.id, field))
            if first != entry.id:
                yield Finding(
                    place(content, entry.id),
                    f"{field}: '{text}' stands in {its_field} of {place(content, first)} too",
                    "keep it in the one entry that most visitors mean by it",
                )


def _few(content: Content) -> Iterator[Finding]:
    for _, entry in content.entries():
        count = len({normalised(text) for field, text in phrases(entry) if field != "name"})
        if count < FEWEST:
            yield Finding(
                place(content, entry.id),
                f"has {count} different phrases in aliases, asked_as and questions",
                f"write at least {FEWEST}, as different people would put it",
            )

"""An answer as text that reads well in every channel."""

from __future__ import annotations

from collections.abc import Iterable

from actions.answer import Answer, Table
from knowledge.base import KnowledgeBase

VERDICT_WORDS = {"yes": "Yes.", "no": "No.", "depends": "It depends."}


def sentence(text: str) -> str:
    """First letter upper case, one full stop at the end."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def listed(items: Iterable[str]) -> str:
    """Items as lines of a list."""
    return "\n".join(f"- {item}" for item in items)


def joined(names: list[str], last: str = "and") -> str:
    """ "a, b and c" """
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"


def a_or_an(name: str) -> str:
    """A name with its article, first letter lower unless it is an abbreviation: "an IT consultant"."""
    first = name.split()[0]
    spelt = first.isupper() and len(first) > 1
    vowel = first[0] in ("AEFHILMNORSX" if spelt else "AEIOUaeiou")
    return f"{'an' if vowel else 'a'} {name if spelt else name[0].lower() + name[1:]}"


def table_text(table: Table) -> str:
    """A table for a channel that has none: each row's label, and under it a line for each column."""
    return "\n\n".join(
        f"{row.label}:\n{listed(f'{name}: {cell}' for name, cell in zip(table.columns, row.cells, strict=True))}"
        for row in table.rows
    )


def source_line(answer: Answer, base: KnowledgeBase) -> str:
    """Where the answer comes from; empty when nothing was stated."""
    titles = []
    for source_id in answer.sources[:3]:
        source = base.source(source_id)
        year = f", {source.year}" if source.year else ""
        titles.append(f"{source.title} ({source.publisher}{year})")
    if not titles:
        return ""
    others = len(answer.sources) - len(titles)
    return f"Source: {'; '.join(titles)}" + (f"; and {others} more" if others else "")


def signature_line(answer: Answer, base: KnowledgeBase) -> str:
    """Who reviewed the answer; empty unless everything it rests on is signed."""
    signed = base.signature(answer.entries)
    return f"Reviewed by {signed.by}, {signed.licence}, {signed.signed_on.isoformat()}" if signed else ""


def text_of(answer: Answer, base: KnowledgeBase, with_more: bool = False) -> str:
    """The whole message: verdict, lead, paragraphs, table, sources, who reviewed it."""
    lead = answer.lead
    if answer.verdict in VERDICT_WORDS:
        lead = f"{VERDICT_WORDS[answer.verdict]} {lead}"
    parts = [lead, *answer.paragraphs]
    if answer.progress:
        parts[-1] += " ({} of {})".format(*answer.progress)
    if answer.table:
        parts.append(table_text(answer.table))
    if with_more:
        parts += answer.more
    parts += [source_line(answer, base), signature_line(answer, base)]
    return "\n\n".join(part for part in parts if part)

"""An answer as text that reads well in every channel."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from actions.answer import Answer, Status, Table
from knowledge.base import KnowledgeBase
from knowledge.check.prose import WORDS_BEFORE_MORE

T = TypeVar("T")

VERDICT_WORDS = {"yes": "Yes.", "no": "No.", "depends": "It depends."}
EXCLUDED_WORDS = {"yes": "No, it is not left out:", "no": "Yes, it is left out:"}  # to one who asks whether it is
REST = "And also:"


def sentence(text: str) -> str:
    """First letter upper case, one full stop at the end."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def sentences(text: str) -> list[str]:
    """The sentences of a text, without the space between them."""
    return [each for each in re.split(r"(?<=[.!?:])\s+(?=[A-Z\"])", text.strip()) if each]


def listed(items: Iterable[str]) -> str:
    """Items as lines of a list."""
    return "\n".join(f"- {item}" for item in items)


def first_said(items: list[T], place: int | None) -> list[T]:
    """Items with the one that was asked for in front."""
    if place is None or not 0 <= place < len(items):
        return items
    return [items[place], *items[:place], *items[place + 1 :]]


def joined(names: list[str], last: str = "and") -> str:
    """ "a, b and c" """
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"


def cut(text: str, most: int) -> str:
    """The text, cut at a word where it has more characters."""
    return text if len(text) <= most else f"{text[:most].rsplit(' ', 1)[0]} …"


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


def turned(answer: Answer) -> Answer:
    """The answer to one who asked whether something is left out: a yes of cover is a no to that."""
    words = EXCLUDED_WORDS.get(answer.verdict or "")
    return replace(answer, verdict=None, lead=f"{words} {answer.lead}") if words else answer


def without_verdict(answer: Answer) -> bool:
    """Take the yes or no out of an answer, in whatever words it is said; whether there was one."""
    spoken = next((words for words in EXCLUDED_WORDS.values() if answer.lead.startswith(words)), "")
    said = bool(answer.verdict or spoken)
    answer.verdict, answer.lead = None, answer.lead.removeprefix(spoken).lstrip()
    return said


def words_before_more(answer: Answer) -> int:
    """How many words a visitor reads at first: the verdict and all that is said, but for a table and the sources."""
    return sum(len(text.split()) for text in (VERDICT_WORDS.get(answer.verdict or "", ""), *answer.said)) - sum(
        line.startswith("- ") for text in answer.said for line in text.splitlines()
    )


def shortened(answer: Answer) -> Answer:
    """The answer with the lines of its paragraphs that fit, in their order; the others come first behind "more".

    Lead and notes are always shown, and one line where the lead is but a heading.  A line is shown whole or not at
    all, since its second half may take back what its first says, and no heading without a line below it.
    """
    if answer.status is not Status.ANSWERED or words_before_more(answer) <= WORDS_BEFORE_MORE:
        return answer
    rest: list[str] = []
    paragraphs, answer.paragraphs = answer.paragraphs, []
    for paragraph in paragraphs:
        shown, left = ("", paragraph) if rest else _as_far_as_it_fits(paragraph, answer)
        answer.paragraphs += [shown] if shown else []
        rest += [left] if left else []
    if rest and rest[0].startswith("- "):
        rest[0] = f"{REST}\n{rest[0]}"
    if rest and answer.more and answer.more[0].startswith(REST):  # shortened again, because a note was added
        rest[-1] += answer.more.pop(0).removeprefix(REST)
    answer.more = [*rest, *answer.more]
    return answer


def _as_far_as_it_fits(paragraph: str, answer: Answer) -> tuple[str, str]:
    """The lines of a paragraph that still fit below what the answer says so far, and the others."""
    lines = paragraph.split("\n")
    least = 1 if answer.lead.endswith(":") and not answer.paragraphs else 0
    for count in range(len(lines), 0, -1):
        shown = "\n".join(lines[:count])
        fits = words_before_more(replace(answer, paragraphs=[*answer.paragraphs, shown])) <= WORDS_BEFORE_MORE
        if count == least or (fits and not lines[count - 1].endswith(":")):
            return shown, "\n".join(lines[count:])
    return "", paragraph


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
    parts = [lead, *answer.paragraphs, *answer.notes]
    if answer.progress:
        parts[-1] += " ({} of {})".format(*answer.progress)
    if answer.table:
        parts.append(table_text(answer.table))
    if with_more:
        parts += answer.more
    parts += [source_line(answer, base), signature_line(answer, base)]
    return "\n\n".join(part for part in parts if part)

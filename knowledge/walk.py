"""Walking through the content: what a visitor may read, the sources it rests on, and where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from knowledge.content import Content
from knowledge.schema import (
    ConditionalGrant,
    Cost,
    Entry,
    Grant,
    Outside,
    Policy,
    ProfileField,
    Statement,
    TermExamples,
)


def place(content: Content, entry_id: str) -> str:
    """File, line and id of an entry, a price or a source."""
    return f"{content.places.get(entry_id, '?')} ({entry_id})"


def profile_place(content: Content, section: str, one: str) -> str:
    """File, line and id of a part of the profile."""
    return f"{content.places.get(f'{section}.{one}', '?')} ({one})"


def sources_of(value: object) -> list[str]:
    """Ids of every source an entry rests on, in order, once each."""
    found: dict[str, None] = {}

    def walk(item: object) -> None:
        if isinstance(item, list | tuple):
            for each in item:
                walk(each)
        elif hasattr(item, "__fields__"):
            for name in item.__fields__:
                inner = getattr(item, name)
                if name in ("source", "checklist_source"):
                    found.update(dict.fromkeys(inner))
                else:
                    walk(inner)

    walk(value)
    return list(found)


class Said(NamedTuple):
    """A text that a visitor may read, the field it is in, and the sources it rests on."""

    field: str
    text: str
    sources: Sequence[str]


def said(value: object, field: str = "") -> Iterator[Said]:
    """Every text of an entry or a cost that a visitor may read, in file order."""
    if isinstance(value, list | tuple):
        for item in value:
            yield from said(item, field)
        return
    if isinstance(value, Statement | Cost):
        yield Said(field or "text", value.text, value.source)
    elif isinstance(value, ProfileField):
        yield Said("question", value.question, ())
        yield Said("why", value.why, ())
        yield from (Said("options", option.title, ()) for option in value.options)
        yield from (Said("limits", limits.otherwise, ()) for limits in [value.limits] if limits)
    elif isinstance(value, Grant):
        yield Said(field, value.why, value.source)
        if isinstance(value, ConditionalGrant):
            yield Said(f"{field}, depends_on", value.depends_on, value.source)
    elif isinstance(value, TermExamples):
        yield from (Said(f"{field}, {trade}", text, ()) for trade, text in value if text)
    elif isinstance(value, Entry):
        for name in value.__fields__:
            yield from said(getattr(value, name), name)
        if isinstance(value, Outside):
            yield Said("pointer", value.pointer, ())
        elif isinstance(value, Policy):
            yield from (Said("ask_an_agent", text, ()) for text in value.ask_an_agent)


def all_said(content: Content) -> Iterator[tuple[str, Said]]:
    """Every text a visitor may read, with the place of the content it belongs to."""
    for _, entry in content.entries():
        yield from ((place(content, entry.id), text) for text in said(entry))
    for cost in content.costs:
        yield from ((place(content, cost.id), text) for text in said(cost))
    for section, one, value in content.profile():
        yield from ((profile_place(content, section, one), text) for text in said(value, "why"))


def quoted(one: Said) -> str:
    """The field of a text and how it begins, for a finding."""
    words = one.text.split()
    return f"{one.field}: '{' '.join(words[:7])}{' …' if len(words) > 7 else ''}'"

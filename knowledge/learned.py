"""What of an entry the guide is trained from: when this changes it has to be trained anew, and for nothing else.

How near a message is to the text of answers is measured anew each time, so they are not among it; nor are verdicts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

OF_ALL = ("name", "aliases", "asked_as", "questions")
GRANTS = ("covered_by", "sometimes_covered_by", "not_covered_by", "ask_an_agent_about")
OF_KIND: dict[str, tuple[str, ...]] = {
    "policy": ("short_name",),
    "exposure": ("short_name", "summary", *GRANTS),  # the summary is one of its phrases
    "industry": ("group", "policies"),
    "term": ("policies",),
    "topic": ("intent", "general", "industry_group", "jurisdiction", "policies", "verdict"),
    "relation": ("policy", "other"),
}


def learned_of(kind: str, fields: Mapping[str, Any]) -> list[Any]:
    """The part of an entry's fields that training reads, as plain data."""
    return [kind, *(_read(name, fields.get(name)) for name in (*OF_ALL, *OF_KIND.get(kind, ())))]


def _read(name: str, value: Any) -> Any:
    """Of a statement its text, of lists of grants their policies, and of a verdict that there is one."""
    if name == "verdict":
        return value is not None
    if isinstance(value, Mapping):
        return value["text"]
    if isinstance(value, list):
        return [each["policy"] if isinstance(each, Mapping) else each for each in value]
    return value

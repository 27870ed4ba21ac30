"""Trades that have no page of their own, and trades to choose from.  Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from actions.answer import Answer, Status
from knowledge.base import KnowledgeBase
from knowledge.schema import Industry


def of_its_group(answer: Answer, industry_id: str | None, message: Mapping[str, Any], base: KnowledgeBase) -> Answer:
    """The answer, with the word that it holds for a group of trades where the visitor's own has no page.

    Args:
        message: Rasa's parse data, for the visitor's own word for the trade.
    """
    industry = base.industry(industry_id)
    if answer.status is not Status.ANSWERED or industry is None or industry.id not in answer.entries:
        return answer
    if not industry.for_others:
        return answer
    said = f"I have no page on {_named(industry, message)} alone. This is what holds for {lowered(industry.name)}."
    return replace(answer, paragraphs=[said, *answer.paragraphs])


def _named(industry: Industry, message: Mapping[str, Any]) -> str:
    """The trade in the visitor's word, where one was linked."""
    text = str(message.get("text") or "")
    for entity in message.get("entities") or []:
        if entity["entity"] == "industry" and entity["value"] == industry.id and "end" in entity:
            return f'"{text[entity["start"] : entity["end"]]}"'
    return "your trade"


def offered_trades(base: KnowledgeBase) -> list[Industry]:
    """Trades to choose from, as the content lists them: those the guide knows best first, then one of each kind."""
    asked = next((field for field in base.profile_fields() if field.kind == "industry"), None)
    return [industry for industry in map(base.industry, asked.offered if asked else ()) if industry]


def lowered(name: str) -> str:
    """A name as it stands inside a sentence."""
    first = name.split()[0]
    return name if first.isupper() else name[:1].lower() + name[1:]

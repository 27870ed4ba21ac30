"""Every entry of the knowledge base is reached by asking: each of its questions, through the whole real guide."""

from __future__ import annotations

import asyncio

import pytest

from bot.ask import Guide
from knowledge.base import KnowledgeBase


@pytest.mark.parametrize("kind", ["policy", "exposure", "industry", "term", "topic"])
def test_every_question_reaches_its_entry(kind: str, guide: Guide) -> None:
    base = KnowledgeBase()
    asked = [(entry, text) for of, entry, text in base.questions() if of == kind]
    base.close()

    async def ask() -> list[str]:
        missed = []
        for entry, text in asked:
            (turn,) = await guide.converse([text])
            result = turn.as_result()
            if result["status"] != "answered" or entry not in result["entries"]:
                missed.append(f"{entry}: {text!r} -> {result['status']} {result['intent']} {result['entries'][:3]}")
        return missed

    missed = asyncio.run(ask())
    assert not missed, "\n".join([f"{len(missed)} of {len(asked)} questions miss their {kind}:", *missed])

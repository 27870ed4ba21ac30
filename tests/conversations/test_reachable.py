"""Every entry of the knowledge base is reached by asking: its own questions, through the whole real guide."""

from __future__ import annotations

import asyncio

import pytest

from bot.ask import Guide
from knowledge.base import KnowledgeBase

REACHED = 0.9  # of all questions of a kind: the others reach another entry, which often answers as well
FOUND = {"answered", "handoff", "flow", "chitchat"}


@pytest.mark.parametrize("kind", ["policy", "exposure", "industry", "term", "topic", "relation"])
def test_every_entry_is_reached_by_its_questions_and_nearly_every_question_reaches_its_own(
    kind: str, guide: Guide
) -> None:
    base = KnowledgeBase()
    asked = [(entry, text) for of, entry, text in base.questions() if of == kind]
    base.close()
    reached: dict[str, int] = dict.fromkeys((entry for entry, _ in asked), 0)

    async def ask() -> list[str]:
        missed = []
        for entry, text in asked:
            (turn,) = await guide.converse([text])
            result = turn.as_result()
            if result["status"] in FOUND and entry in result["entries"]:
                reached[entry] += 1
            else:
                missed.append(f"{entry}: {text!r} -> {result['status']} {result['intent']} {result['entries'][:3]}")
        return missed

    missed = asyncio.run(ask())
    assert [entry for entry, times in reached.items() if not times] == []
    assert len(missed) <= (1 - REACHED) * len(asked), "\n".join(
        [f"{len(missed)} of {len(asked)} questions miss their {kind}:", *missed]
    )

"""Entries of the knowledge base are reached by asking: their own questions, read by the real guide.

Every third is asked for here, every one by `make reachable`.
"""

from __future__ import annotations

import os
from zlib import crc32

import pytest

from bot.ask import Guide
from knowledge.base import KnowledgeBase

REACHED = 0.9  # of the first questions of a kind: the others reach another entry, which often answers as well
ONE_IN = 1 if os.environ.get("REACHABLE") == "all" else 3
ANSWERING = ("topic", "exposure", "industry", "outside")  # what of a decided question names the entry that answers


async def _missed(guide: Guide, entry: str, question: str) -> str:
    """What was understood instead; empty where the entry was.  That what is understood is said, other tests see to."""
    parsed = await guide.parse(question)
    decided = parsed["question"]
    meant = {decided[name] for name in ANSWERING} | {*decided["terms"], *decided["policies"]}
    if decided["intent"] != "nlu_fallback" and entry in meant:
        return ""
    return f"{entry}: {question!r} -> {decided['intent']} {decided['target']}"


@pytest.mark.parametrize("kind", ["policy", "exposure", "industry", "term", "topic", "relation", "agency"])
async def test_nearly_every_entry_is_reached_by_its_first_question_and_all_by_one_of_theirs(
    kind: str, guide: Guide
) -> None:
    base = KnowledgeBase()
    asked: dict[str, list[str]] = {}
    for of, entry, text in base.questions():
        if of == kind and crc32(entry.encode()) % ONE_IN == 0:
            asked.setdefault(entry, []).append(text)
    base.close()
    missed = [fault for entry, texts in asked.items() if (fault := await _missed(guide, entry, texts[0]))]
    of_them = {fault.partition(":")[0] for fault in missed}
    never = [entry for entry in of_them if all([await _missed(guide, entry, text) for text in asked[entry][1:]])]
    assert never == []
    assert len(missed) <= (1 - REACHED) * len(asked), "\n".join(
        [f"{len(missed)} of {len(asked)} first questions miss their {kind}:", *missed]
    )

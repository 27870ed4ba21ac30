"""Every fact of the three articles, asked as one message each, is told."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import yaml

from bot.ask import Guide

FACTS = [
    fact
    for file in sorted(Path(__file__).parent.glob("facts_*.yml"))
    for fact in yaml.safe_load(file.read_text("utf-8"))
]


def _faults(fact: dict[str, Any], result: dict[str, Any]) -> list[str]:
    """Where the answer does not tell the fact."""
    shown = result["answer"].lower()
    wrong = [] if result["status"] == "answered" else [f"{result['status']} {result['intent']}"]
    for each in fact["contains"]:
        if not any(part.lower() in shown for part in str(each).split("|")):
            wrong.append(f"does not say {each!r}")
    if fact.get("entry") and fact["entry"] not in result["entries"]:
        wrong.append(f"from {result['entries'][:2]}, not {fact['entry']}")
    if fact.get("verdict") and fact["verdict"] != result["verdict"]:
        wrong.append(f"verdict {result['verdict']}, not {fact['verdict']}")
    return wrong


def test_the_facts_of_the_articles_are_told(guide: Guide) -> None:
    async def ask() -> list[str]:
        failures = []
        for fact in FACTS:
            (turn,) = await guide.converse([fact["ask"]])
            if wrong := _faults(fact, turn.as_result()):
                failures.append(f"{fact['ask']}  --  {'; '.join(wrong)}")
        return failures

    failures = asyncio.run(ask())
    assert not failures, "\n".join([f"{len(failures)} of {len(FACTS)} facts are not told:", *failures])

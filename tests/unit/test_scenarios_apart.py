"""Scenarios test what was not learnt: no line of theirs is a line that training reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from knowledge.base import KnowledgeBase
from understanding.labelled import read_taught

PROJECT = Path(__file__).parents[2]
FEW_WORDS = 2  # "yes", "Nevada", "skip this": everybody says them, and nothing is told by them


def _same(text: str) -> str:
    return re.sub(r"\W+", " ", text.lower()).strip()


def _said(part: Any) -> Iterator[str]:
    """What visitors say in scenarios, however they are nested."""
    if isinstance(part, dict):
        yield from [str(part["v"])] if "v" in part else []
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from _said(each)


def _learnt() -> set[str]:
    """Everything that training reads, as it is compared."""
    examples = [
        line.removeprefix("- ")
        for file in (PROJECT / "data" / "nlu").glob("*.yml")
        for part in yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"]
        for line in part["examples"].splitlines()
    ]
    labelled = [message.text for message in read_taught()]
    base = KnowledgeBase()
    phrases = [text for _, _, text in [*base.phrases(), *base.questions()]]
    base.close()
    return {_same(text) for text in [*examples, *labelled, *phrases]}


def test_no_line_of_a_scenario_is_one_that_was_learnt() -> None:
    files = (PROJECT / "tests" / "conversations" / "scenarios").glob("*.yml")
    said = [text for file in files for text in _said(yaml.safe_load(file.read_text(encoding="utf-8")))]
    learnt = _learnt()
    assert len(said) > 800 and len(learnt) > 5000
    shared = {text for text in said if len(text.split()) > FEW_WORDS and _same(text) in learnt}
    assert shared == set()

"""How sure the guide is of an answer it gives.  Pure.

The classifier's confidence is of the intent, and much is answered well by a neighboring one, or badly by the right one.
So the intent's confidence and the chance of what was taken for asked are weighed together: of the answers given with
confidence 0.9, nine in ten are what was asked.  ``scripts/fit_confidence.py`` learns the weights from the development
questions.
"""

from __future__ import annotations

import json
import math
from functools import lru_cache
from pathlib import Path

from actions.question import Question
from actions.relevance import known, likeliest, log_odds
from knowledge.base import KnowledgeBase

WEIGHTS = Path(__file__).with_name("confidence.json")
SAME_QUESTION = 0.97  # the chance of an entry that is known by this very question


def evidence(question: Question, base: KnowledgeBase) -> dict[str, float]:
    """Log-odds of the intent that was read first, and of the entry or intent that was most probably asked for.

    Args:
        question: as it was read, before anything was settled.
    """
    first = question.ranking[0][1] if question.ranking else question.confidence
    found = likeliest(question, base)
    chance = SAME_QUESTION if known(question, base) else found[1] if found else first
    return {"intent": log_odds(first), "chance": log_odds(chance)}


def confidence(question: Question, base: KnowledgeBase) -> float:
    """Chance from 0 to 1 that an answer given to the question is what was asked."""
    weights = _weights()
    weighed = sum(weights[name] * value for name, value in evidence(question, base).items())
    return 1 / (1 + math.exp(-weighed - weights["constant"]))


@lru_cache(maxsize=1)
def _weights() -> dict[str, float]:
    weights: dict[str, float] = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return weights

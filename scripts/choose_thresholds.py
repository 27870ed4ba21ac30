"""Choose the thresholds of routing on the development questions: one at a time, by what the answers are worth.

    python -m scripts.choose_thresholds            # as `make thresholds`
    python -m scripts.choose_thresholds RELEVANT   # one of them

Every question is understood once; then only the decision is repeated, with other thresholds.  What an answer
costs: a wrong verdict 20, an answer to something else 1, a question outside the guide's business that is answered 1,
a deflection 0.5.  Printed are the cost for each value, the value that stands in the code, and the cheapest;
values as good as equal (a question in two hundred) are no reason to change one.  Nothing is written.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import click
import yaml

from actions import coverage, follow_ups, relevance, routing
from actions import question as reading
from actions.base import open_base
from actions.responding import answer_to, answers_to_each
from bench.scoring import Answer, Outcome, Question, outcome
from bot.runtime import hush, quiet
from knowledge.base import KnowledgeBase

if TYPE_CHECKING:
    from bot.ask import Guide

QUESTIONS = Path("tests/evaluation/development.jsonl")
COST = {Outcome.HARMFUL: 20.0, Outcome.OFF: 1.0, Outcome.LEAKED: 1.0, Outcome.DEFLECTED: 0.5}
MODULES = (reading, follow_ups, relevance, routing, coverage)
FALLBACK = "threshold"  # of config.yml; the others are constants of MODULES
VALUES = {
    FALLBACK: (0.15, 0.25, 0.35, 0.45, 0.55),
    "RELEVANT": (0.3, 0.4, 0.5, 0.6, 0.7),
    "RELEVANT_TO_FLOW": (0.6, 0.7, 0.8, 0.9),
    "KNOWN": (0.89, 0.91, 0.93, 0.95),
    "LISTED": (1.0, 2.0, 3.0, 4.0),
    "CONFIDENT": (0.6, 0.7, 0.8, 0.9),
    "CLEAR_TOPIC": (0.3, 0.4, 0.5, 0.6, 0.7),
    "SURE_INTENT": (0.5, 0.65, 0.8),
    "RESCUE": (0.6, 0.75, 0.9),
    "FAMILIAR": (0.4, 0.45, 0.5, 0.55, 0.6),
    "FAMILIAR_STRANGER": (0.5, 0.55, 0.6, 0.65),
    "SURE_SUBJECT": (0.15, 0.2, 0.25, 0.3, 0.4),
    "CLEAR_LEAD": (1.2, 1.4, 1.6, 2.0),
    "RESEMBLES": (0.35, 0.4, 0.45, 0.5),
    "CONSENSUS": (0.6, 0.7, 0.75, 0.8, 0.9),
    "MEANING_WINS": (0.4, 0.5, 0.6, 0.7),
}


@dataclass(frozen=True)
class Heard:
    """A labelled question and what the NLU made of it."""

    question: Question
    message: dict[str, Any]


def cost(heard: list[Heard], base: KnowledgeBase) -> float:
    """What the answers cost per hundred questions, with the thresholds as they stand now."""
    total = sum(COST.get(outcome(each.question, answered(each.message, base)), 0.0) for each in heard)
    return 100 * total / len(heard)


def answered(message: dict[str, Any], base: KnowledgeBase) -> Answer:
    """What the guide answers to an understood message, as it is judged."""
    replies = answers_to_each(message, None, 1, base) or [answer_to(message, None, 1, base)]
    answers = [answer for _, answer in replies]
    return Answer(
        answers[0].status.value,
        answers[0].intent,
        next((a.verdict for a in answers if a.verdict), None),
        tuple(policy for a in answers for policy in a.policies),
    )


def standing_value(name: str) -> float:
    """The threshold as config.yml or the code has it."""
    if name == FALLBACK:
        pipeline = yaml.safe_load(Path("config.yml").read_text(encoding="utf-8"))["pipeline"]
        return float(next(step[FALLBACK] for step in pipeline if FALLBACK in step))
    return float(next(getattr(module, name) for module in MODULES if hasattr(module, name)))


def costs_of(name: str, heard: list[Heard], base: KnowledgeBase) -> dict[float, float]:
    """Cost by value of one threshold; the code's own value is put back afterwards."""
    standing = standing_value(name)
    if name == FALLBACK:
        values = sorted({*VALUES[name], standing})
        return {v: cost([Heard(h.question, _fallen_back(h.message, v)) for h in heard], base) for v in values}
    holders: list[ModuleType] = [module for module in MODULES if hasattr(module, name)]
    found = {}
    for value in sorted({*VALUES[name], standing}):
        for module in holders:
            setattr(module, name, value)
        found[value] = cost(heard, base)
    for module in holders:
        setattr(module, name, standing)
    return found


def _fallen_back(message: dict[str, Any], threshold: float) -> dict[str, Any]:
    """The message as Rasa's FallbackClassifier leaves it at another threshold."""
    ranking = [each for each in message["intent_ranking"] if each["name"] != "nlu_fallback"]
    if not ranking:
        return message
    unsure = ranking[0]["confidence"] < threshold
    intent = {"name": "nlu_fallback", "confidence": threshold} if unsure else ranking[0]
    parts = [_fallen_back(part, threshold) for part in message.get("parts") or []]
    return {**message, "intent": intent, "intent_ranking": ranking, "parts": parts}


async def hear(guide: Guide) -> list[Heard]:
    """Every development question, understood."""
    lines = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    return [Heard(Question.read(line), await guide.agent.parse_message(line["text"])) for line in lines]


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(sorted(VALUES)))
def main(names: tuple[str, ...]) -> None:
    """Print what each value of a threshold would cost on the development questions.

    Example: python -m scripts.choose_thresholds RELEVANT LISTED
    """
    quiet()
    from bot.ask import Guide  # imports Rasa, which is loud until told otherwise

    hush()
    heard = asyncio.run(hear(Guide(Path("models/guide.tar.gz"))))
    base = open_base()
    for name in names or VALUES:
        standing, found = standing_value(name), costs_of(name, heard, base)
        cheapest = min(found, key=lambda value: (found[value], abs(value - standing)))
        row = "  ".join(f"{value:g}: {each:.2f}" for value, each in found.items())
        click.echo(f"{name:<18} stands at {standing:g}, cheapest {cheapest:g}   {row}")


if __name__ == "__main__":
    main()

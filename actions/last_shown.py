"""What an answer put on the table: the list it showed, and its subject, so that both can be pointed at later.  Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actions.answer import Answer, Status
from actions.wording import first_said
from knowledge.base import KnowledgeBase
from knowledge.schema import Topic
from understanding.question import Frame, Given, Question
from understanding.targets import FACET_OF, facet

LISTS = {"ask_compare", "ask_recommendation", "ask_what_covers", "ask_coverage"}  # policies to choose from
GIVEN = 8  # answers that are kept


def options_of(question: Question, answer: Answer) -> tuple[str, ...]:
    """The targets an answer lists to choose from, in their order: policies, or what its buttons ask.

    Of a verdict, the policies that respond besides the one asked about; of a question back, its choices.
    """
    offered = tuple(dict.fromkeys(filter(None, (_target(button.ask) for button in answer.buttons))))
    if answer.status is Status.CLARIFY:
        return offered
    if answer.intent == "ask_term" and len(answer.entries) > 1:
        return tuple(answer.entries)
    if answer.status is not Status.ANSWERED or answer.intent not in LISTS:
        return ()
    if answer.intent in ("ask_coverage", "ask_what_covers") and answer.exposure is None:  # incidents, not policies
        return tuple(each for each in offered if "#" not in each)
    of_verdict = set(question.policies) if answer.intent == "ask_coverage" else set()
    return tuple(facet(policy, "what") for policy in answer.policies if policy not in of_verdict)


def points_of(question: Question, answer: Answer, base: KnowledgeBase) -> tuple[int, ...]:
    """The places of the points of guidance that an answer listed, in the order shown."""
    entry = base.entry(answer.entries[0]) if answer.entries else None
    return tuple(first_said(list(range(len(entry.points))), question.point)) if isinstance(entry, Topic) else ()


def topic_of(answer: Answer, base: KnowledgeBase) -> str | None:
    """The guidance, or how two policies stand to each other, that an answer is made of."""
    return next((each for each in answer.entries if base.kind_of(each) in ("topic", "relation")), None)


def given_before(
    frame: Frame, target: str, question: Question, answer: Answer, base: KnowledgeBase
) -> tuple[Given, ...]:
    """The answers given so far with this one in front; what was answered before about the same is replaced."""
    latest = Given(
        target,
        answer.intent,
        tuple(question.policies or answer.policies[:1]),
        answer.exposure or question.exposure,
        topic_of(answer, base),
        question.terms,
        answer.verdict,
    )
    same = (latest.target, latest.policies)
    return (latest, *(each for each in frame.given if (each.target, each.policies) != same))[:GIVEN]


def _target(ask: Mapping[str, Any]) -> str | None:
    """The target that a button asks for; None for what is no subject (an agent, a form)."""
    if ask.get("start") or ask.get("form_value"):
        return None
    for one in ("exposure", "topic", "industry"):
        if ask.get(one):
            return str(ask[one])
    if ask.get("terms"):
        return str(ask["terms"][0])
    policies, intent = ask.get("policies") or [], str(ask.get("intent"))
    return facet(str(policies[0]), FACET_OF[intent]) if policies and intent in FACET_OF else None

"""Who answers which question, and what is being talked about afterwards.  Pure, but for the knowledge base."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from actions.answer import Answer, Button, Status
from actions.confidence import confidence
from actions.follow_ups import with_frame
from actions.handing_over import PRIORITY
from actions.question import Frame, Question, read_question
from actions.relevance import known
from actions.routing import settle
from knowledge.base import KnowledgeBase

Responder = Callable[[Question, KnowledgeBase], Answer]
RESPONDERS: dict[str, Responder] = {}

TALK_TO_AGENT = Button("Talk to a licensed agent", {"intent": "talk_to_agent"})
LISTS = {"ask_compare", "ask_recommendation", "ask_what_covers", "ask_coverage"}  # policies to choose from
MISSES = {Status.FALLBACK, Status.CLARIFY, Status.OUT_OF_SCOPE}


def answers(*intents: str) -> Callable[[Responder], Responder]:
    """Declare which intents a function answers."""

    def register(responder: Responder) -> Responder:
        for intent in intents:
            RESPONDERS[intent] = responder
        return responder

    return register


def respond(question: Question, base: KnowledgeBase) -> Answer:
    """The answer to a complete question."""
    return RESPONDERS.get(question.intent, RESPONDERS["nlu_fallback"])(question, base)


Reply = tuple[Question, Answer]


def answer_to(message: Mapping[str, Any], frame: Frame | None, turn: int, base: KnowledgeBase) -> Reply:
    """One question, read and answered."""
    read = read_question(message, frame)
    question = settle(with_frame(read, turn), base)
    answer = respond(question, base)
    if answer.status is Status.ANSWERED and not read.bound:
        answer.confidence = confidence(read, base)
    return question, answer


def answers_to_each(message: Mapping[str, Any], frame: Frame | None, turn: int, base: KnowledgeBase) -> list[Reply]:
    """Every question of a message that asks several; empty where it is better answered as one.

    That is when fewer than two of them find an answer of their own, and when something has happened: then one
    calm reply is wanted, not three.
    """
    intent = (message.get("intent") or {}).get("name")
    if intent in PRIORITY or len(message.get("parts") or []) < 2 or known(read_question(message, frame), base):
        return []
    replies: list[Reply] = []
    said: set[tuple[Any, ...]] = set()
    for part in message["parts"]:
        question, answer = answer_to(part, frame, turn, base)
        what = (answer.intent, tuple(answer.policies[:1]), tuple(answer.entries[:1]))
        if answer.status is Status.ANSWERED and what not in said:
            said.add(what)
            replies.append((question, answer))
            frame = remembered(base, question, answer, frame, turn)
    return replies if len(replies) > 1 else []


def remembered(base: KnowledgeBase, question: Question, answer: Answer, frame: Frame | None, turn: int) -> Frame:
    """What is being talked about after this answer."""
    misses = (frame.misses if frame else 0) + 1 if answer.status in MISSES else 0
    if answer.status is Status.ANSWERED:
        frame = Frame(
            intent=answer.intent,
            policies=tuple(question.policies or answer.policies[:1]),
            exposure=answer.exposure,
            topic=next((e for e in answer.entries if base.kind_of(e) == "topic"), None),
            terms=question.terms,
            industry=question.industry,
            state=question.state,
            incident=answer.exposure or (frame.incident if frame else None),
            options=_listed(question, answer) or (frame.options if frame else ()),
            turn=turn,
        )
    elif frame is None:
        frame = Frame(intent="", industry=question.industry, state=question.state)
    return replace(frame, misses=misses)


def _listed(question: Question, answer: Answer) -> tuple[str, ...]:
    """The policies an answer gives to choose from; of a verdict, those that respond besides the one asked about."""
    of_cover = answer.intent in ("ask_coverage", "ask_what_covers")
    if answer.intent not in LISTS or (of_cover and answer.exposure is None):  # incidents were listed, not policies
        return ()
    return tuple(p for p in answer.policies if answer.intent != "ask_coverage" or p not in question.policies)

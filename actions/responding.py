"""Who answers which question, and what is being talked about afterwards.  Pure, but for the knowledge base."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import us

from actions.answer import Answer, Button, Status
from actions.last_shown import given_before, options_of, points_of, topic_of
from actions.phrasing import phrase
from actions.wording import shortened, without_verdict
from knowledge.base import KnowledgeBase
from knowledge.notices import spoken
from understanding.question import Frame, Question, talked_about
from understanding.targets import FACET_OF, facet, intent_id

Responder = Callable[[Question, KnowledgeBase], Answer]
RESPONDERS: dict[str, Responder] = {}

TALK_TO_AGENT = Button("Talk to a licensed agent", {"intent": "talk_to_agent"})
HELP = Button("What can you do?", {"intent": "help"})
REPORT = Button("Report it now", {"intent": "report_claim"})
MISSES = {Status.FALLBACK, Status.CLARIFY, Status.OUT_OF_SCOPE}
WHOLE = {"ask_more", "ask_why"}  # what is behind "more" comes at once
OF_THE_LAST = {*WHOLE, "simpler", "shorter", "repeat"}  # what gives the last answer again, whole or in other words
REMEMBERED = 4  # earlier answers one can go back to


def answers(*intents: str) -> Callable[[Responder], Responder]:
    """Declare which intents a function answers."""

    def register(responder: Responder) -> Responder:
        for intent in intents:
            RESPONDERS[intent] = responder
        return responder

    return register


def respond(question: Question, base: KnowledgeBase) -> Answer:
    """The answer to a decided question; where it tells California's law to somebody elsewhere, it says so."""
    answer = RESPONDERS.get(question.intent, RESPONDERS["nlu_fallback"])(question, base)
    state = us.states.lookup(question.state or "")
    told = " ".join(answer.said) if answer.intent == "ask_regulation" else answer.lead  # a law, or what is said first
    if state not in (None, us.states.CA) and str(us.states.CA) in told and str(state) not in told:
        without_verdict(answer)
        answer.notes.append(spoken(base.notices, "other_state", state=str(state), known=str(us.states.CA)))
    return answer if question.intent in WHOLE else shortened(answer)


Reply = tuple[Question, Answer]


def question_of(message: Mapping[str, Any], frame: Frame | None) -> Question:
    """What a parsed message asks: what its button says, or what understanding decided."""
    text = str(message.get("text") or "")
    ask = message.get("ask")
    if ask:
        return Question(
            text,
            str(ask["intent"]),
            policies=tuple(ask.get("policies") or ()),
            exposure=ask.get("exposure"),
            topic=ask.get("topic"),
            terms=tuple(ask.get("terms") or ()),
            industry=ask.get("industry") or (frame.industry if frame else None),
            state=frame.state if frame else None,
            bound=True,
            frame=frame,
        )
    decided = message.get("question")
    if decided:
        return Question.from_data(decided, frame)
    return Question(text, str((message.get("intent") or {}).get("name") or "nlu_fallback"), certain=False, frame=frame)


def replies_to(message: Mapping[str, Any], frame: Frame | None, base: KnowledgeBase) -> list[Reply]:
    """The answers to a message: one, or one for each question of it where each finds an answer of its own.

    Where something has happened one calm reply is wanted, not three.
    """
    whole = question_of(message, frame)
    parts = [question_of(part, frame) for part in message.get("parts") or []]
    if len(parts) > 1 and not whole.happened and not whole.bound:
        several = _each_answered(parts, base)
        if len(several) > 1:
            return several
    answer = respond(whole, base)
    in_short(whole, answer)
    return [(whole, _with_chance(whole, answer))]


def in_short(question: Question, answer: Answer) -> None:
    """The answer just given is not given whole again to other words: its lead, and the line that comes nearest to them.

    Whatever the words change about the case, the answer is the same, and it is said that it is.
    """
    frame = question.frame
    if frame is None or question.bound or answer.status is not Status.ANSWERED or answer.lead.endswith(":"):
        return
    policies = tuple(question.policies or answer.policies[:1])
    if (question.target, answer.intent, policies) != (frame.target, frame.intent, frame.policies):
        return
    if (question.industry, question.state) != (frame.industry, frame.state):
        return
    lines = answer.paragraphs.pop(0).split("\n") if answer.paragraphs else []
    nearest = 2 if lines and lines[0].endswith(":") else 1
    answer.more = [each for each in ("\n".join(lines[nearest:]), *answer.paragraphs, *answer.more) if each]
    answer.paragraphs = [each for each in ("\n".join(lines[:nearest]), phrase("same_answer")) if each]
    answer.table = None


def _each_answered(parts: list[Question], base: KnowledgeBase) -> list[Reply]:
    """The parts that are questions of their own, each with its answer, none twice."""
    found: list[Reply] = []
    said: set[tuple[Any, ...]] = set()
    named: tuple[str, ...] = ()
    for question in parts:
        if not question.policies and question.target == intent_id(question.intent) and question.intent in FACET_OF:
            question = replace(question, policies=named)  # "does cyber cover it, and what does it cost?"
        named = question.policies or named
        answer = respond(question, base)
        what = (answer.intent, tuple(answer.policies[:1]), tuple(answer.entries[:1]))
        if answer.status is Status.ANSWERED and what not in said:
            said.add(what)
            found.append((question, _with_chance(question, answer)))
    return found


def _with_chance(question: Question, answer: Answer) -> Answer:
    if not question.bound and question.target:
        answer.confidence = question.chance
    return answer


def remembered(base: KnowledgeBase, question: Question, answer: Answer, frame: Frame | None, turn: int) -> Frame:
    """What is being talked about after this answer."""
    before = frame or Frame()
    misses = before.misses + 1 if answer.status in MISSES else 0
    happened = before.happened or question.happened
    if answer.status is not Status.ANSWERED:
        offered = tuple(question.closest)
        return replace(
            before,
            text=talked_about(before.text, question.text) if answer.intent == "report_claim" else before.text,
            shown=offered,
            offered=answer.offers,
            misses=misses,
            happened=happened,
            industry=question.industry or before.industry,
            state=question.state or before.state,
            options=options_of(question, answer) or before.options,
            unanswered=question.text if answer.status in MISSES else before.unanswered,
        )
    if question.intent in OF_THE_LAST and before.target:  # said once more, it is still what is talked about
        last = ("target", "policies", "exposure", "topic", "terms", "industry")
        question = replace(question, **{name: getattr(before, name) for name in last})
    target = question.target or _bound_target(question)
    earlier = [before.target, *before.earlier] if before.target and before.target != target else [*before.earlier]
    options, points = options_of(question, answer), points_of(question, answer, base)
    return replace(
        before,
        target=target,
        intent=answer.intent,
        text=talked_about(before.text, question.text),
        policies=tuple(question.policies or answer.policies[:1]),
        exposure=answer.exposure or question.exposure,
        topic=topic_of(answer, base),
        terms=question.terms,
        industry=question.industry,
        state=question.state,
        options=options if options or points else before.options,
        points=() if options else points,
        shown=(),
        offered=answer.offers,
        earlier=tuple(dict.fromkeys(earlier))[:REMEMBERED],
        happened=happened,
        turn=turn,
        misses=0,
        unanswered="",
        asked_back=None,
        given=given_before(before, target, question, answer, base),
    )


def _bound_target(question: Question) -> str:
    """The target that a button asked for."""
    if question.exposure or question.topic or question.terms:
        return str(question.exposure or question.topic or question.terms[0])
    if question.policies and question.intent in FACET_OF:
        return facet(question.policies[0], FACET_OF[question.intent])
    if question.intent == "ask_recommendation" and question.industry:
        return question.industry
    return intent_id(question.intent)

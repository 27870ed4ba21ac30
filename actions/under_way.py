"""Meaning completed by the conversation: what a message means only because of what is under way.

The one place, beside the decision itself, that says what a message is: before any action answers, it may belong to a
form on its way, vary the last recommendation, or give a number to the agent who was asked for; after, its question may
begin a form.  The forms decide purely (``actions/forms``); the clock, the licence, consent and tickets are here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from rasa_sdk import Tracker

from actions.answer import Answer, Status
from actions.calling import consent_given, consent_sentence, contact_of, may_be_contact, only_contact, still_waiting
from actions.contact import Contact, asks_to_be_reached, has_waited, mostly_reaches
from actions.facts import UNSURE, tells_of_others
from actions.forms.conditions import phone_of, with_consent, within_licence, within_licence_answer
from actions.forms.filling import Filling
from actions.forms.recommending import holds
from actions.forms.said import classified
from actions.forms.turn import Turn, begin, closed, facts_of, go_on, matched, not_sent, opens, sent, varied
from actions.forms.wishes import Heard, restarts
from actions.handing_over import contact_for_agent, last_answer, pass_on, passes_on, waiting
from actions.known import summary_of
from actions.noting import Noted, in_passing, noted
from actions.responding import Reply, respond
from actions.standing import Standing
from bot.agency import Agency
from bot.handoff.reception import Reception
from knowledge.base import KnowledgeBase
from knowledge.schema import Condition
from understanding.completion import decided_as
from understanding.question import Frame, Question
from understanding.targets import AGENT, intent_id

SURE_RESTART = 0.9
AGENT_WISHED = "talk_to_agent"
MAY_COMPLAIN = {
    AGENT_WISHED,
    "get_quote",
    "complain",
    "ask_agency",
    "inform",
    "nlu_fallback",
}  # what is wished or said by who was not called back


def starts_over(message: Mapping[str, Any], filling: Filling | None) -> bool:
    """Whether the visitor wants to begin afresh; in the middle of a form it must be sure, for the form is lost."""
    if not (filling and filling.form):
        return classified(message).get("name") == "restart"
    heard = Heard.of(message)
    return restarts(heard) or heard.is_either_way("restart", SURE_RESTART)


def form_turn(standing: Standing) -> Turn | None:
    """What the form on its way makes of the message, or the recommendation given last; None where neither is meant."""
    filling, message, base, now = standing.filling, standing.message, standing.base, standing.now
    if filling is None or filling.form is None or starts_over(message, filling):
        again = varied(filling, standing.frame, message, base, now)
        return _on_condition(again, base) if again else None
    turn = _on_condition(go_on(filling, message, base, now), base)
    return _submitted(turn.filling, standing.tracker, base) if turn.submitted else turn


def contact_given(standing: Standing) -> Reply | None:
    """The reply to a message that gives, changes or refuses contact where an agent was asked for; else None."""
    if standing.filling and standing.filling.form:
        return None
    question = standing.question
    reply = contact_for_agent(standing.filling, standing.tracker, decided_as(question), standing.base)
    return (question, reply) if reply else None


def contact_told(standing: Standing) -> Reply | None:
    """The reply to a message that tells how to reach the visitor and asks nothing else; None for others.

    Where that comes closest to a wish for an agent, it is one: nobody else is to be called back.  So is "ring me about
    a bond, 202 …" where nothing else is likelier than not, and "GL-1234, rick, 202 …" where a person was just offered.
    """
    question, now = standing.question, contact_of(standing.filling)
    if question.bound or now in (contact_of(standing.kept), Contact()):
        return None
    wished = question.chance < UNSURE and asks_to_be_reached(question.text)
    wished = wished or (_person_offered(standing) and mostly_reaches(question.text))
    if not (wished or may_be_contact(decided_as(question), question.text)):
        return None
    if wished or question.intent == AGENT_WISHED or question.closest[:1] == (AGENT,):
        asked = replace(question, intent=AGENT_WISHED, closest=())
        return asked, respond(asked, standing.base)
    return question, only_contact(now)


def _person_offered(standing: Standing) -> bool:
    """Whether the last answer left the matter to a person."""
    return last_answer(standing.tracker).get("status") == Status.HANDOFF.value


def waited(standing: Standing) -> Reply | None:
    """The reply to somebody who has asked before and was not called back; None for others."""
    question = standing.question
    if question.bound or question.intent not in MAY_COMPLAIN or not has_waited(question.text):
        return None
    asked = replace(question, intent=AGENT_WISHED, closest=())
    return asked, still_waiting(waiting(standing.tracker) is not None)


def begun(replies: list[Reply], standing: Standing) -> Turn | None:
    """The first turn of the form that a message begins instead of being answered; None where it begins none."""
    if len(replies) != 1 or passes_on(replies[0][1]):
        return None
    question, answer = replies[0]
    form = opens(question, answer, standing.message, standing.base, standing.now)
    if form is None or (decided_as(question) == "inform" and tells_of_others(question.text)):
        return None
    first = begin(form, standing.filling, standing.message, standing.base, standing.now)
    return _on_condition(first, standing.base)


def statement(standing: Standing) -> Noted | None:
    """What a message that only tells something about the business brings, outside forms; else None."""
    if standing.filling and standing.filling.form:
        return None
    return noted(standing.filling, standing.frame, standing.message, standing.base, standing.now)


def is_beside(note: Noted, standing: Standing) -> bool:
    """Whether a statement stands beside what was decided to be asked, so that this is answered, and the rest noted.

    "We open in Reno, does Nevada work the same" tells a state, and asks.  Where something follows from what is told,
    other than the list for a trade told first, the question has to be likelier meant than not.
    """
    question, last = standing.question, standing.frame or Frame()
    of_content = question.intent.startswith("ask_") and question.target != intent_id(decided_as(question))
    if not of_content or standing.base.industry(question.target) or note.answer.status is Status.CLARIFY:
        return False
    likely = question.chance >= UNSURE
    if last.target and (question.target, question.state) == (last.target, last.state):  # more of the case just answered
        return likely and not note.changes_something
    of_trade = note.answer.intent == "ask_recommendation" != last.intent
    return likely or of_trade or not note.changes_something


def told_in_passing(standing: Standing) -> Filling | None:
    """What is known of the visitor after a message that asks something, and may tell something beside it."""
    known = standing.filling
    return in_passing(known, standing.frame, standing.message, standing.base, standing.now) or known


def told_in(form: Turn, answer: Answer, standing: Standing) -> Question | None:
    """What a form's result, or what follows from a fact, is about, as a question that could have been asked.

    None where a fact told on the way has consequences for other policies than the one talked about: that stays it.
    """
    facts, talked = form.filling.facts(), standing.frame or Frame()
    policies = tuple(answer.policies[:1]) if answer.intent == "ask_need" else ()
    if policies and talked.policies and talked.policies[0] not in answer.policies:
        return None
    question = replace(standing.question, intent=answer.intent, target="", exposure=None, topic=None, terms=())
    industry, state = facts.get("industry") or talked.industry, facts.get("state") or talked.state
    return replace(question, policies=policies, industry=industry, state=state)


def for_this_visitor(question: Question, answer: Answer, standing: Standing) -> Answer:
    """The answer for the business that told its facts, as far as the agency is licensed where the visitor is."""
    base, filling = standing.base, standing.filling
    answer = _of_owner_alone(question, matched(filling, question, answer, base), standing)
    named = next((e["value"] for e in standing.message.get("entities") or [] if e["entity"] == "state"), None)
    facts = filling.facts() if filling else {}
    state = named or facts.get("state") or question.state
    industry = question.industry or facts.get("industry")
    return within_licence_answer(answer, question.intent, state, industry, base, Agency.from_environment())


def _of_owner_alone(question: Question, answer: Answer, standing: Standing) -> Answer:
    """What the law asks of an owner who has said to employ nobody, where it is another than of employers."""
    topic = standing.base.topic(question.topic)
    alone = standing.base.topic(topic.without_employees) if topic else None
    if alone is None or answer.entries[:1] != [question.topic]:
        return answer
    known = told_in_passing(standing)
    if known is None or not holds({"headcount": Condition(at_most=0)}, known.facts(), standing.base):
        return answer
    return respond(replace(question, topic=alone.id, target=alone.id), standing.base)


def _submitted(filling: Filling, tracker: Tracker, base: KnowledgeBase) -> Turn:
    """A confirmed form passed on; where that fails it stays as it is, and can be sent again."""
    agency = Agency.from_environment()
    sentence = consent_sentence(base.notices, agency)
    consent = consent_given(phone_of(filling.facts()), sentence, tracker.events, datetime.now(UTC))
    ways = agency.reached_by()

    def confirm(reference: str, _: Reception) -> str:
        return sent(filling, reference, ways).lead

    brought = summary_of(closed(filling), Frame.from_slot(tracker.get_slot("frame")), base)
    passed = pass_on("get_quote", tracker, facts_of(filling, base), confirm, consent, brought)
    if passed is None:
        return Turn(filling, after=not_sent(filling, base))
    return Turn(closed(filling), [sent(filling, passed.ticket.reference, ways)])


def _on_condition(turn: Turn, base: KnowledgeBase) -> Turn:
    """The turn as far as the agency is licensed where the visitor is, with the consent that a number needs."""
    agency = Agency.from_environment()
    return with_consent(within_licence(turn, base, agency), consent_sentence(base.notices, agency))

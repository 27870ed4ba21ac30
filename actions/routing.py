"""Which question is really asked: the intent fitted to what the message names.  Pure."""

from __future__ import annotations

import re
from dataclasses import replace

from actions.question import SURE_SUBJECT, SURE_TOPIC, Question, read_exposure
from knowledge.base import KnowledgeBase

# Guidance the classifier tells apart less surely than the entries do.
TOPICAL = {
    "ask_proof",
    "ask_regulation",
    "ask_choose_insurer",
    "ask_how_to_buy",
    "ask_limits",
    "ask_need",
    "ask_risks",
    "ask_scenario",
    "ask_cost_factors",
    "ask_lower_cost",
}
INFORMATIONAL = TOPICAL | {
    "ask_coverage",
    "ask_what_covers",
    "ask_policy",
    "ask_exclusions",
    "ask_compare",
    "ask_term",
    "ask_cost",
    "ask_recommendation",
}
_BUSINESS = re.compile(
    r"\b(business(es)?|compan(y|ies)|firms?|clients?|employe[er]s?|staff|agents?|contractors?|office|vendors?"
    r"|customers?|llc|corporation|freelanc\w+|self[- ]employed|commercial)\b",
    re.IGNORECASE,
)
RESCUE = 0.6  # below this, "out of scope" gives way to names of the trade


def settle(question: Question, base: KnowledgeBase) -> Question:
    """The question with the intent that its names call for.

    A question for a policy and an incident is one of cover, whatever verb it uses; a "what is" about a
    policy is its description; two policies side by side are a comparison.
    """
    if question.bound:
        return question
    if question.outside and not question.policies and not _BUSINESS.search(question.text):
        return replace(question, intent="out_of_scope")
    if question.intent in ("nlu_fallback", "out_of_scope"):
        question = _rescued(question)
    if question.intent not in INFORMATIONAL:
        return question
    return replace(question, intent=_fitted(question, base))


def _rescued(question: Question) -> Question:
    """An unsure question that names something of the trade is taken for its likeliest reading."""
    if question.intent == "out_of_scope" and (question.confidence >= RESCUE or question.outside):
        return question
    likely = next(((name, p) for name, p in question.ranking if name in INFORMATIONAL), None)
    names = bool(question.policies or question.exposures_named or question.terms)
    if likely and names and likely[1] >= 0.12:
        return replace(question, intent=likely[0])
    return question


def _fitted(question: Question, base: KnowledgeBase) -> str:
    intent, policies = question.intent, question.policies
    happened = read_exposure(question)
    incident = bool(question.exposures_named) or happened.sure is not None
    topic = question.of_kind("topic")[:1]
    clear_topic = base.topic(topic[0].id) if topic and topic[0].score >= SURE_TOPIC else None
    if intent == "ask_coverage":
        if not policies:
            return "ask_what_covers" if incident or not question.terms else "ask_term"
        if not incident and question.terms:
            return "ask_term"
    elif intent == "ask_what_covers":
        if policies and incident:
            return "ask_coverage"
        if policies and not happened.candidates:
            return "ask_policy"
    elif intent == "ask_policy":
        if len(policies) > 1:
            return "ask_compare"
        if policies and question.exposures_named:
            return "ask_coverage"
        if not policies:
            if question.terms:
                return "ask_term"
            if question.exposures_named:
                return "ask_what_covers"
            return "ask_recommendation" if question.industry else "nlu_fallback"
    elif intent == "ask_exclusions":
        if policies and question.exposures_named:
            return "ask_coverage"
    elif intent == "ask_term":
        if not question.terms and policies:
            return "ask_compare" if len(policies) > 1 else "ask_policy"
        if not question.terms and incident:
            return "ask_what_covers"
    elif intent == "ask_compare":
        if len(policies) < 2 and question.terms:
            return "ask_term"
        if not policies:
            return "nlu_fallback"
    elif intent == "ask_recommendation":
        if policies and not question.industry:
            return "ask_need"
    elif intent == "ask_cost" and clear_topic and clear_topic.intent == "ask_regulation":
        if topic[0].score >= 2 * SURE_SUBJECT:
            return "ask_regulation"
    return intent

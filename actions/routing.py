"""Which question is really asked: the intent fitted to what the message names.  Pure."""

from __future__ import annotations

import re
from dataclasses import replace

from actions.question import ELLIPSIS_WORDS, SURE_SUBJECT, SURE_TOPIC, Question, read_exposure
from knowledge.base import KnowledgeBase
from knowledge.schema import Topic

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
_TRADE = re.compile(
    r"\b(insur\w*|polic(y|ies)|cover(s|ed|age|ages|ing)?|premiums?|claims?|quotes?|liab\w*|underwrit\w*|carriers?"
    r"|brokers?|certificates?|deductibles?|endorse\w*|limits?|exclu\w*|comp|sued?|suing|lawsuits?|risks?|law|legal(ly)?"
    r"|required?|contracts?|bond(ed)?)\b",
    re.IGNORECASE,
)
RESCUE = 0.75  # a surer "out of scope" stands, whatever names the message has
CLEAR_TOPIC = 0.5  # guidance recognised this surely is what was asked, whatever the verb
SURELY_TOPIC = 0.8  # even against what the classifier thinks is asked
NAMED_AND_MEANT = 0.3  # a word of the trade that is named and also meant
FAMILIAR = 0.5  # cosine to the nearest known situation of a message about our subject
SURE_INTENT = 0.65
COULD_BE_TERM = {"ask_policy", "ask_exclusions", "ask_what_covers", "ask_limits", "ask_need", "ask_regulation"}
COULD_BE_COVER = {"ask_need", "ask_lower_cost", "ask_cost_factors", "ask_cost", "ask_exclusions", "ask_policy", "ask_risks",
                  "ask_term", "ask_compare"}
STORY_WORDS = 12
GENERIC_WORDS = 10  # a longer question is about something of its own
MEANT_INDUSTRY = 0.35


def settle(question: Question, base: KnowledgeBase) -> Question:
    """The question with the intent that its names and its meaning call for.

    A question for a policy and an incident is one of cover, whatever verb it uses; a "what is" about a
    policy is its description; two policies side by side are a comparison.
    """
    if question.bound:
        return question
    if _outside(question, base):
        return replace(question, intent="out_of_scope")
    if question.intent in ("nlu_fallback", "out_of_scope"):
        question = _rescued(question)
    question = _with_industry(question)
    if question.intent not in INFORMATIONAL:
        return question
    if _is_strange(question):
        return replace(question, intent="nlu_fallback")
    topic = _clear_topic(question, base)
    if topic:
        return replace(question, intent=topic.intent, topic=topic.id)
    return replace(question, intent=_fitted(question, base))


def _outside(question: Question, base: KnowledgeBase) -> bool:
    """Whether the message names something the guide does not speak about, and nothing of a business."""
    named = [o for o in map(base.outside, question.outside) if o]
    if any(o.even_for_business for o in named):
        return True
    return bool(named) and not question.policies and not _BUSINESS.search(question.text)


def _rescued(question: Question) -> Question:
    """An unsure question that names something of the trade is taken for its likeliest reading."""
    if question.intent == "out_of_scope" and (question.confidence >= RESCUE or question.outside):
        return question
    likely = next(((name, p) for name, p in question.ranking if name in INFORMATIONAL), None)
    names = bool(question.policies or question.exposures_named or question.terms)
    if likely and names and likely[1] >= 0.1:
        return replace(question, intent=likely[0])
    return question


def _with_industry(question: Question) -> Question:
    """The trade a visitor describes without naming it, where the trade is what matters."""
    meant = question.of_kind("industry")[:1]
    wants = question.intent in ("ask_recommendation", "get_quote", "ask_need", "ask_risks")
    if wants and question.industry is None and meant and meant[0].score >= MEANT_INDUSTRY:
        return replace(question, industry=meant[0].id)
    return question


def _is_strange(question: Question) -> bool:
    """No name, no word of the trade, and far from every situation known: not ours to answer."""
    names = question.policies or question.exposures_named or question.terms or question.topic or question.industry
    if names or question.frame and question.words() <= ELLIPSIS_WORDS or _TRADE.search(question.text):
        return False
    return max((s.nearest for s in question.subjects), default=0.0) < FAMILIAR


def _clear_topic(question: Question, base: KnowledgeBase) -> Topic | None:
    """Guidance that the message surely means; an incident meant more surely comes first."""
    if question.exposures_named and question.policies or question.intent == "ask_term" and question.terms:
        return None
    incident = next(iter(question.of_kind("exposure")), None)
    for subject in question.of_kind("topic")[:2]:
        topic = base.topic(subject.id)
        if topic is None or subject.score < CLEAR_TOPIC:
            return None
        if question.policies and topic.policies and not set(question.policies) & set(topic.policies):
            continue
        asks_cover = question.intent in ("ask_coverage", "ask_what_covers")
        if asks_cover and topic.verdict is None and incident and incident.score >= SURE_SUBJECT:
            return None
        plausible = topic.intent in {name for name, _ in question.ranking[:3]}
        if not plausible and subject.score < SURELY_TOPIC or topic.intent == "ask_scenario" != question.intent:
            return None
        return topic
    return None


def _meant_term(question: Question) -> bool:
    """Whether a term is named and is also what the message means."""
    meant = {s.id for s in question.of_kind("term") if s.score >= NAMED_AND_MEANT}
    return bool(meant & set(question.terms))


def _fitted(question: Question, base: KnowledgeBase) -> str:
    intent, policies = question.intent, question.policies
    happened = read_exposure(question)
    incident = bool(question.exposures_named) or happened.sure is not None
    topic = next((s for s in question.of_kind("topic") if s.score >= SURE_TOPIC), None)
    generic = question.words() <= GENERIC_WORDS
    if intent == "ask_compare" and len(set(policies)) < 2 and not question.terms:
        if question.confidence < 0.5:
            intent = next((n for n, _ in question.ranking if n in INFORMATIONAL - {"ask_compare"}), intent)
        elif not policies:
            return "nlu_fallback"
    if intent in COULD_BE_TERM and _meant_term(question) and not incident and not topic:
        return "ask_term"
    tells_a_story = happened.candidates and question.words() > STORY_WORDS
    if policies and (incident or tells_a_story) and intent in COULD_BE_COVER and question.confidence < SURE_INTENT:
        if {"ask_coverage", "ask_what_covers"} & {name for name, _ in question.ranking[:3]}:
            return "ask_coverage"
    if intent == "ask_coverage":
        if not policies:
            return "ask_what_covers" if incident or not question.terms else "ask_term"
        if not incident and question.terms and not happened.candidates:
            return "ask_term"
    elif intent == "ask_what_covers":
        if policies and incident:
            return "ask_coverage"
        if policies and not happened.candidates:
            return "ask_policy"
    elif intent == "ask_policy":
        if len(policies) > 1:
            return "ask_compare"
        if policies and (question.exposures_named or incident and not generic):
            return "ask_coverage"
        if not policies:
            if question.terms:
                return "ask_term"
            if incident:
                return "ask_what_covers"
            return "ask_recommendation" if question.industry else "nlu_fallback"
    elif intent == "ask_exclusions":
        if policies and question.exposures_named:
            return "ask_coverage"
        if not policies and not generic:
            return "ask_what_covers" if happened.candidates else "nlu_fallback"
    elif intent == "ask_term":
        if not question.terms and policies:
            return "ask_compare" if len(policies) > 1 else "ask_policy"
        if not question.terms and incident:
            return "ask_what_covers"
    elif intent == "ask_compare":
        if len(policies) < 2 and question.terms:
            return "ask_term"
    elif intent == "ask_recommendation":
        if policies and not question.industry:
            return "ask_need"
    elif intent in ("ask_cost", "ask_need", "ask_cost_factors", "ask_lower_cost") and not policies and not topic:
        if not generic and incident:
            return "ask_what_covers"
    return intent

"""Guidance that is no matter of one policy and one incident: proof, buying, limits, law, risks, cases."""

from __future__ import annotations

import re

import us

from actions.answer import Answer, Button, Status
from actions.base import GuideAction
from actions.question import ELLIPSIS_WORDS, SURE_TOPIC, Question
from actions.responding import TALK_TO_AGENT, answers
from actions.routing import CLEAR_TOPIC, SURE_INTENT
from actions.wording import listed
from knowledge.base import KnowledgeBase
from knowledge.schema import Industry, Topic

POINTS = 4
_EMPLOYS_NOBODY = re.compile(
    r"\b((no|zero|without( any)?|don'?t have( any)?) (employees?|staff|workers|w-?2s?)|(just|only) me\b|sole prop\w*"
    r"|one[- ](man|woman|person) |by myself|self[- ]employed)",
    re.IGNORECASE,
)
WEAK_TOPIC = 0.12

# What a bare question of each kind means; the entry is as broad as the question.
BROADEST = {
    "ask_proof": "proof_how_to_get",
    "ask_how_to_buy": "buy_steps",
    "ask_choose_insurer": "choose_agent_or_direct",
    "ask_limits": "limits_rule_of_thumb",
    "ask_regulation": "insurance_required_by_law",
    "ask_risks": "risks_call_center",
    "ask_scenario": "scenario_agent_instructions",
}
REQUIRED = "_required_by_law"  # ids of the topics that say whether one policy is
BY_GROUP = {
    ("ask_risks", "bpo"): "risks_bpo",
    ("ask_risks", "it"): "risks_it",
    ("ask_scenario", "bpo"): "scenario_payroll_tax_error",
    ("ask_scenario", "it"): "scenario_update_crash",
    ("ask_cost_factors", "call_center"): "factors_call_center",
    ("ask_cost_factors", "bpo"): "factors_bpo",
    ("ask_cost_factors", "it"): "factors_it",
    ("ask_lower_cost", "call_center"): "lower_call_center",
    ("ask_lower_cost", "bpo"): "lower_bpo",
    ("ask_lower_cost", "it"): "lower_it",
}
NEXT = {
    "ask_proof": ("ask_limits", "How much coverage do I need?"),
    "ask_how_to_buy": ("get_quote", "How do I get a quote?"),
    "ask_choose_insurer": ("ask_how_to_buy", "How do I buy coverage?"),
    "ask_limits": ("ask_proof", "How do I get proof of insurance?"),
    "ask_regulation": ("ask_recommendation", "Which policies do I need?"),
    "ask_risks": ("ask_recommendation", "Which policies do I need?"),
    "ask_scenario": ("ask_risks", "What other risks are there?"),
    "ask_need": ("ask_cost", "What does it cost?"),
    "ask_cost_factors": ("ask_lower_cost", "How can I lower the cost?"),
    "ask_lower_cost": ("get_quote", "How do I get a quote?"),
}


def best_topic(question: Question, base: KnowledgeBase, intent: str) -> Topic | None:
    """The guidance a question is about: named, recognised by meaning, or for the visitor's trade.

    A recognised topic must suit the policies named; one of another kind must be much surer.
    """
    named = base.topic(question.topic)
    if named:
        return named
    fitting: list[tuple[float, Topic]] = []
    # A short message within a conversation speaks of its subject, unless it surely means another.
    least = CLEAR_TOPIC if question.frame and question.words() <= ELLIPSIS_WORDS else WEAK_TOPIC
    industry = base.industry(question.industry)
    for subject in question.of_kind("topic"):
        topic = base.topic(subject.id)
        told = topic is not None and topic.exposure in question.exposures_named
        if topic is None or subject.score < (WEAK_TOPIC if told else least):
            continue
        if question.policies and topic.policies and not set(question.policies) & set(topic.policies):
            continue
        if topic.industry_group and not told and not _for_trade(topic, industry, subject.score):
            continue
        unsure = question.confidence < SURE_INTENT and not question.policies
        if topic.intent == intent or (subject.score >= 2 * SURE_TOPIC and unsure):
            # Guidance on just the policy named is what was meant, before guidance on many.
            special = told or (question.policies and topic.policies[:1] == list(question.policies[:1]))
            fitting.append((subject.score * (2 if special else 1), topic))
    if fitting:
        return max(fitting, key=lambda pair: pair[0])[1]
    if industry and not question.policies and (intent, industry.group) in BY_GROUP:
        return base.topic(BY_GROUP[intent, industry.group])
    return None


def _for_trade(topic: Topic, industry: Industry | None, score: float) -> bool:
    """Whether guidance for one trade fits: it is the visitor's, or surely the one that is spoken of."""
    return industry.group == topic.industry_group if industry else score >= CLEAR_TOPIC


def _other_state(topic: Topic, question: Question) -> str | None:
    """The name of the state asked about, where the topic tells the law of another one."""
    its = us.states.lookup(topic.jurisdiction or "")
    asked = us.states.lookup(question.state or "")
    return str(asked) if its and asked and its != asked else None


def _case_changes(topic: Topic, question: Question) -> bool:
    """Whether a follow-up puts another case to the entry just told ("even if we have no employees")."""
    frame = question.frame
    if frame is None or not question.follows or frame.topic != topic.id:
        return False
    return bool(topic.verdict) and question.state == frame.state  # another state is a case that is known


def topic_answer(topic: Topic, base: KnowledgeBase, question: Question) -> Answer:
    """A topic in words; what it says of policies comes from the entry alone.

    The law of one state is no answer for another: it is given as what it is, and without a verdict. What holds
    for employers is no answer for those who employ nobody.
    """
    if topic.without_employees and _EMPLOYS_NOBODY.search(question.text):
        topic = base.topic(topic.without_employees) or topic
    answer = Answer(
        Status.ANSWERED,
        topic.intent,
        topic.answer.text,
        verdict=topic.verdict,
        policies=list(topic.policies or question.policies),
        exposure=topic.exposure,
        entries=[topic.id],
    ).cite(topic.answer.source, *(p.source for p in topic.points))
    if elsewhere := _other_state(topic, question):
        its = us.states.lookup(topic.jurisdiction)
        answer.verdict = None
        answer.lead = base.notices["other_state"].format(state=elsewhere, known=its).strip()
        answer.paragraphs.append(f"For comparison, in {its}: {topic.answer.text}")
        answer.buttons = [TALK_TO_AGENT]
        return answer
    if _case_changes(topic, question):
        answer.verdict = None
        answer.lead = str(base.notices["changed_case"]).strip()
        answer.paragraphs.append(topic.answer.text)
    if topic.points:
        answer.paragraphs.append(listed(p.text for p in topic.points[:POINTS]))
        if topic.points[POINTS:]:
            answer.more.append(listed(p.text for p in topic.points[POINTS:]))
    intent, title = NEXT.get(topic.intent, ("ask_recommendation", "Which policies do I need?"))
    answer.buttons = [Button(title, {"intent": intent, "policies": list(topic.policies[:1])})]
    policy = base.policy(topic.policies[0]) if topic.policies else None
    if policy:
        answer.buttons.append(
            Button(f"What is {policy.short_name}?", {"intent": "ask_policy", "policies": [policy.id]})
        )
    if answer.verdict or not topic.verdict:
        answer.buttons.append(TALK_TO_AGENT)
    else:
        answer.buttons.insert(0, TALK_TO_AGENT)
    return answer


@answers("ask_proof", "ask_how_to_buy", "ask_choose_insurer", "ask_risks", "ask_scenario")
def guidance(question: Question, base: KnowledgeBase) -> Answer:
    """The entry that fits, else the broadest of its kind."""
    topic = best_topic(question, base, question.intent) or base.topic(BROADEST[question.intent])
    assert topic is not None  # a check of the content
    return topic_answer(topic, base, question)


@answers("ask_limits")
def limits(question: Question, base: KnowledgeBase) -> Answer:
    """How much cover: the entry that fits, else what is usual for the policy named."""
    topic = best_topic(question, base, "ask_limits")
    policy = base.policy(question.policies[0]) if question.policies else None
    if topic is None and policy:
        return Answer(
            Status.ANSWERED,
            "ask_limits",
            policy.limits[0].text,
            [listed(s.text for s in policy.limits[1:5])] if policy.limits[1:] else [],
            policies=[policy.id],
            entries=[policy.id],
            buttons=[
                Button(
                    "What limits do clients ask for?", {"intent": "ask_limits", "topic": "limits_enterprise_contracts"}
                ),
                Button(f"What does {policy.short_name} cost?", {"intent": "ask_cost", "policies": [policy.id]}),
                TALK_TO_AGENT,
            ],
        ).cite(*(s.source for s in policy.limits))
    topic = topic or base.topic(BROADEST["ask_limits"])
    assert topic is not None  # a check of the content
    return topic_answer(topic, base, question)


@answers("ask_regulation")
def regulation(question: Question, base: KnowledgeBase) -> Answer:
    """What the law asks; where the entries are silent, an agent answers."""
    topic = best_topic(question, base, "ask_regulation")
    if topic is None and "workers_compensation" in question.policies:
        elsewhere = question.state not in (None, "CA")
        topic = base.topic("comp_other_states" if elsewhere else "ca_workers_comp_duty")
    if question.policies and (topic is None or topic.id == BROADEST["ask_regulation"]):
        own = [t for t in base.topics("ask_regulation") if t.policies[:1] == [question.policies[0]]]
        required = [t for t in own if t.id.endswith(REQUIRED)]
        topic = next(iter(required or own), topic)
    topic = topic or base.topic(BROADEST["ask_regulation"])
    assert topic is not None  # a check of the content
    return topic_answer(topic, base, question)


class AnswerGuidance(GuideAction):
    def name(self) -> str:
        return "action_guidance"

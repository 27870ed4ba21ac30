"""Guidance that is no matter of one policy and one incident: claims, servicing, proof, buying, limits, law, cases."""

from __future__ import annotations

from collections.abc import Callable

import us

from actions.answer import Answer, Button, Status
from actions.base import GuideAction
from actions.clarify import closest
from actions.likeliest import policy_asked, which_policy
from actions.responding import TALK_TO_AGENT, answers
from actions.wording import a_or_an, first_said, listed
from knowledge.base import KnowledgeBase
from knowledge.notices import spoken
from knowledge.schema import Industry, Policy, Topic
from understanding.question import Question

GUIDANCE = (
    "ask_proof",
    "ask_how_to_buy",
    "ask_choose_insurer",
    "ask_risks",
    "ask_scenario",
    "ask_regulation",
    "ask_claims",
    "ask_service",
)
NEXT = {
    "ask_proof": ("ask_limits", "How much coverage do I need?"),
    "ask_how_to_buy": ("get_quote", "How do I get a quote?"),
    "ask_choose_insurer": ("ask_how_to_buy", "How do I buy coverage?"),
    "ask_limits": ("ask_proof", "How do I get proof of insurance?"),
    "ask_regulation": ("ask_recommendation", "Which policies do I need?"),
    "ask_risks": ("ask_recommendation", "Which policies do I need?"),
    "ask_scenario": ("ask_recommendation", "Which policies do I need?"),
    "ask_need": ("ask_recommendation", "Which policies do I need?"),
    "ask_cost_factors": ("get_quote", "How do I get a quote?"),
    "ask_lower_cost": ("get_quote", "How do I get a quote?"),
    "ask_claims": ("report_claim", "Something happened: what now?"),
}


def topic_answer(topic: Topic, base: KnowledgeBase, question: Question) -> Answer:
    """A topic in words; what it says of policies comes from the entry alone.

    The law of one state is no answer for another: it is given as what it is, and without a verdict.
    """
    certain = question.certain or question.bound
    answer = Answer(
        Status.ANSWERED,
        topic.intent,
        topic.answer.text,
        verdict=topic.verdict if certain else None,
        policies=list(topic.policies or question.policies),
        exposure=topic.exposure,
        entries=[topic.id],
    ).cite(topic.answer.source, *(p.source for p in topic.points))
    if elsewhere := _other_state(topic, question):
        its = us.states.lookup(topic.jurisdiction)
        answer.verdict = None
        answer.lead = spoken(base.notices, "other_state", state=elsewhere, known=str(its))
        answer.paragraphs.append(f"For comparison, in {its}: {topic.answer.text}")
        answer.buttons = [TALK_TO_AGENT]
        return answer
    points = [p.text for p in first_said(topic.points, question.point)]
    if points:
        answer.paragraphs.append(listed(points))
    answer.buttons = _next(topic, base)
    return answer


def _next(topic: Topic, base: KnowledgeBase) -> list[Button]:
    buttons = []
    if topic.intent in NEXT:
        intent, title = NEXT[topic.intent]
        buttons.append(Button(title, {"intent": intent, "policies": list(topic.policies[:1])}))
    policy = base.policy(topic.policies[0]) if topic.policies else None
    if policy:
        buttons.append(Button(f"What is {policy.short_name}?", {"intent": "ask_policy", "policies": [policy.id]}))
    return [*buttons, TALK_TO_AGENT]


def _other_state(topic: Topic, question: Question) -> str | None:
    """The name of the state asked about, where the topic tells the law of another one."""
    its = us.states.lookup(topic.jurisdiction or "")
    asked = us.states.lookup(question.state or "")
    return str(asked) if its and asked and its != asked else None


@answers(*GUIDANCE)
def guidance(question: Question, base: KnowledgeBase) -> Answer:
    """The entry that was meant; of a bare question the general one, of a trade its risks."""
    topic, industry = base.topic(question.topic), base.industry(question.industry)
    if topic:
        return topic_answer(topic, base, question)
    topic = base.general_topic(question.intent, industry.group if industry else None)
    if industry and question.intent in ("ask_risks", "ask_scenario"):
        return _of_trade(question.intent, industry)
    if topic is None and question.intent == "ask_scenario":
        policy = policy_asked(question, base)
        return _example(policy) if policy else which_policy(question, base)
    return topic_answer(topic, base, question) if topic else closest(question, base)


LEADS = {True: "What such losses look like", False: "What most often goes wrong"}


def _of_trade(intent: str, industry: Industry) -> Answer:
    """What goes wrong in a trade: its risks, or losses as they happened and what paid."""
    risks, examples = [risk.text for risk in industry.risks], [each.text for each in industry.examples]
    asked, other = (examples, risks) if intent == "ask_scenario" and examples else (risks, examples)
    return Answer(
        Status.ANSWERED,
        intent,
        f"{LEADS[asked is examples]}, for {a_or_an(industry.name)}:",
        [listed(asked)],
        [f"{LEADS[asked is risks]}:\n{listed(other)}"] if other else [],
        policies=industry.top_three,
        entries=[industry.id],
        buttons=[
            Button("Which policies do I need?", {"intent": "ask_recommendation", "industry": industry.id}),
            TALK_TO_AGENT,
        ],
    ).cite(*(each.source for each in (*industry.risks, *industry.examples)))


def _example(policy: Policy) -> Answer:
    return Answer(
        Status.ANSWERED,
        "ask_scenario",
        f"An example for {policy.short_name}: {policy.example_claim.text}",
        policies=[policy.id],
        entries=[policy.id],
        buttons=[
            Button(f"What does {policy.short_name} cover?", {"intent": "ask_policy", "policies": [policy.id]}),
            TALK_TO_AGENT,
        ],
    ).cite(policy.example_claim.source)


def guided(question: Question, base: KnowledgeBase, of_policy: Callable[[Policy, Question], Answer]) -> Answer:
    """The entry that was meant; where no policy is named, the general one; else what the policy asked about says.

    Where there is no such policy either, which one is meant.
    """
    industry = base.industry(question.industry)
    general = None if question.policies else base.general_topic(question.intent, industry.group if industry else None)
    topic = base.topic(question.topic) or general
    if topic:
        return topic_answer(topic, base, question)
    policy = policy_asked(question, base)
    return of_policy(policy, question) if policy else which_policy(question, base)


@answers("ask_limits")
def limits(question: Question, base: KnowledgeBase) -> Answer:
    """How much cover: the guidance that was meant, else what is usual for the policy."""
    return guided(question, base, _usual_limits)


def _usual_limits(policy: Policy, question: Question) -> Answer:
    return Answer(
        Status.ANSWERED,
        "ask_limits",
        policy.limits[0].text,
        [listed(s.text for s in policy.limits[1:])] if policy.limits[1:] else [],
        policies=[policy.id],
        entries=[policy.id],
        buttons=[
            Button(f"What does {policy.short_name} cost?", {"intent": "ask_cost", "policies": [policy.id]}),
            Button(f"What does {policy.short_name} cover?", {"intent": "ask_policy", "policies": [policy.id]}),
            TALK_TO_AGENT,
        ],
    ).cite(*(s.source for s in policy.limits))


class AnswerGuidance(GuideAction):
    """Guidance that is no matter of one policy and one incident."""

    intents = frozenset((*GUIDANCE, "ask_limits"))

    def name(self) -> str:
        return "action_guidance"

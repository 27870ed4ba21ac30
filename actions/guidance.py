"""Guidance that is no matter of one policy and one incident: claims, servicing, proof, buying, limits, law, cases."""

from __future__ import annotations

import us

from actions.answer import Answer, Button, Status
from actions.base import GuideAction
from actions.clarify import closest
from actions.responding import TALK_TO_AGENT, answers
from actions.wording import listed
from knowledge.base import KnowledgeBase
from knowledge.schema import Topic
from understanding.question import Question

POINTS = 4
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
        answer.lead = base.notices["other_state"].format(state=elsewhere, known=its).strip()
        answer.paragraphs.append(f"For comparison, in {its}: {topic.answer.text}")
        answer.buttons = [TALK_TO_AGENT]
        return answer
    if topic.points:
        answer.paragraphs.append(listed(p.text for p in topic.points[:POINTS]))
        if topic.points[POINTS:]:
            answer.more.append(listed(p.text for p in topic.points[POINTS:]))
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


@answers(
    "ask_proof",
    "ask_how_to_buy",
    "ask_choose_insurer",
    "ask_risks",
    "ask_scenario",
    "ask_regulation",
    "ask_claims",
    "ask_service",
)
def guidance(question: Question, base: KnowledgeBase) -> Answer:
    """The entry that was meant; of a trade its risks, where those were asked for."""
    topic = base.topic(question.topic)
    if topic:
        return topic_answer(topic, base, question)
    industry = base.industry(question.industry)
    if question.intent == "ask_risks" and industry:
        return Answer(
            Status.ANSWERED,
            "ask_risks",
            f"What most often goes wrong in {industry.name[:1].lower() + industry.name[1:]}:",
            [listed(risk.text for risk in industry.risks[:5])],
            [f"For example:\n{listed(each.text for each in industry.examples)}"] if industry.examples else [],
            policies=industry.top_three,
            entries=[industry.id],
            buttons=[
                Button("Which policies do I need?", {"intent": "ask_recommendation", "industry": industry.id}),
                TALK_TO_AGENT,
            ],
        ).cite(*(risk.source for risk in industry.risks[:5]))
    return closest(question, base)


class AnswerGuidance(GuideAction):
    def name(self) -> str:
        return "action_guidance"

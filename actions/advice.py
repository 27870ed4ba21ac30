"""Who needs what: one policy for one business, or the whole list for a trade.  General, not advice."""

from __future__ import annotations

import re
from dataclasses import replace

from actions.answer import Answer, Button, Status
from actions.base import GuideAction
from actions.forms.recommending import NEED_WORDS, recommended
from actions.guidance import best_topic, topic_answer
from actions.policies import main_policy, policies_of
from actions.question import Question
from actions.responding import TALK_TO_AGENT, answers
from actions.wording import a_or_an, listed, sentence
from knowledge.base import KnowledgeBase
from knowledge.schema import Policy

_EACH = re.compile(r"\b(both|all|which)\b", re.IGNORECASE)
TRADES = ("call_center", "bpo", "it_consultant", "msp")


@answers("ask_need")
def need(question: Question, base: KnowledgeBase) -> Answer:
    """Whether a business like the visitor's needs a policy, and why."""
    topic = best_topic(question, base, "ask_need")
    if topic:
        return topic_answer(topic, base, question)
    industry = base.industry(question.industry)
    if industry and not question.policies:
        return recommended(industry, base)
    if len(question.policies) > 1 and _EACH.search(question.text):
        return _needs(policies_of(question, base), base)
    # "I have X, why do I need Y?": the policy in question is named last.
    policy = main_policy(replace(question, policies=question.policies[-1:]), base)
    answer = Answer(
        Status.ANSWERED,
        "ask_need",
        f"Who usually needs {policy.short_name}:",
        policies=[policy.id],
        entries=[policy.id],
        simpler=policy.simpler.text,
    )
    ranked = next((p for p in industry.policies if p.policy == policy.id), None) if industry else None
    if industry and ranked:
        answer.lead = f"For {a_or_an(industry.name)}, {policy.short_name} is {NEED_WORDS[ranked.need]}. {ranked.why}"
        answer.entries.append(industry.id)
        answer.cite(ranked.source)
    answer.paragraphs.append(listed(s.text for s in policy.who_needs[:5]))
    answer.cite(*(s.source for s in policy.who_needs))
    answer.more = [
        *([listed(s.text for s in policy.who_needs[5:])] if policy.who_needs[5:] else []),
        f"An example: {policy.example_claim.text}",
    ]
    answer.cite(policy.example_claim.source)
    answer.buttons = [
        Button(f"What does {policy.short_name} cover?", {"intent": "ask_policy", "policies": [policy.id]}),
        Button(f"What does {policy.short_name} cost?", {"intent": "ask_cost", "policies": [policy.id]}),
        TALK_TO_AGENT,
    ]
    return answer


def _needs(policies: list[Policy], base: KnowledgeBase) -> Answer:
    """ "do we need both?": who needs each."""
    answer = Answer(Status.ANSWERED, "ask_need", "One does not replace the other. Who usually needs which:")
    for policy in policies:
        answer.paragraphs.append(f"{sentence(policy.short_name)[:-1]}:\n{listed(s.text for s in policy.who_needs[:2])}")
        answer.policies.append(policy.id)
        answer.entries.append(policy.id)
        answer.cite(*(s.source for s in policy.who_needs[:2]))
    answer.buttons = [
        Button("How do they differ?", {"intent": "ask_compare", "policies": [*answer.policies]}),
        Button("What do they cost?", {"intent": "ask_cost", "policies": [*answer.policies]}),
        TALK_TO_AGENT,
    ]
    return answer


@answers("ask_recommendation")
def recommendation(question: Question, base: KnowledgeBase) -> Answer:
    """The ranked list for the visitor's trade; asked back when the trade is unknown."""
    industry = base.industry(question.industry)
    if industry:
        return recommended(industry, base)
    topic = best_topic(question, base, "ask_need")
    if topic:
        return topic_answer(topic, base, question)
    trades = [i for i in map(base.industry, TRADES) if i]
    return Answer(
        Status.CLARIFY,
        "ask_recommendation",
        "That depends on what your business does. Which of these is closest?",
        buttons=[Button(i.name, {"intent": "ask_recommendation", "industry": i.id}) for i in trades] + [TALK_TO_AGENT],
    )


class AnswerAdvice(GuideAction):
    def name(self) -> str:
        return "action_advice"

"""Who needs what: one policy for one business, or the whole list for a trade.  General, not advice."""

from __future__ import annotations

from dataclasses import replace

from actions.answer import Answer, Button, Status
from actions.base import TALK_TO_AGENT, GuideAction, answers
from actions.guidance import best_topic, topic_answer
from actions.policies import main_policy
from actions.question import Question
from actions.wording import a_or_an, joined, listed, sentence
from knowledge.base import KnowledgeBase
from knowledge.schema import Industry, Need

NEED_WORDS = {
    Need.BY_LAW: "required by law",
    Need.BY_CONTRACT: "usually required by contract",
    Need.RECOMMENDED: "recommended",
    Need.SITUATIONAL: "depends on your situation",
}
NOT_ADVICE = "This is general information, not advice: an agent can match it to your business."
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


def recommended(industry: Industry, base: KnowledgeBase) -> Answer:
    """Policies of a trade, the top three first, each with how strongly it is called for and why."""
    ranked = sorted(
        industry.policies,
        key=lambda p: industry.top_three.index(p.policy) if p.policy in industry.top_three else 3,
    )
    names = {p.policy: policy.short_name for p in ranked if (policy := base.policy(p.policy))}
    lines = [f"{sentence(names[p.policy])[:-1]} ({NEED_WORDS[p.need]}): {p.why}" for p in ranked]
    by_law = [names[p.policy] for p in ranked if p.need is Need.BY_LAW]
    lead = f"For {a_or_an(industry.name)}, the top three are {joined([names[p] for p in industry.top_three])}."
    if by_law:
        lead += f" {sentence(joined(by_law))[:-1]} is required by law in California once you have an employee."
    answer = Answer(
        Status.ANSWERED,
        "ask_recommendation",
        lead,
        [listed(lines[:3]), NOT_ADVICE],
        [
            f"Also worth a look:\n{listed(lines[3:])}",
            f"What clients often demand:\n{listed(d.text for d in industry.contract_demands)}",
            f"Why: the main risks.\n{listed(r.text for r in industry.risks)}",
        ],
        policies=[p.policy for p in ranked],
        entries=[industry.id],
    ).cite(*(p.source for p in ranked), *(d.source for d in industry.contract_demands))
    top = base.policy(industry.top_three[0])
    assert top is not None  # a check of the content
    answer.buttons = [
        Button("How do I get a quote?", {"intent": "get_quote", "industry": industry.id}),
        Button("What risks do we face?", {"intent": "ask_risks", "industry": industry.id}),
        Button(f"What does {top.short_name} cost?", {"intent": "ask_cost", "policies": [top.id]}),
    ]
    return answer


class AnswerAdvice(GuideAction):
    def name(self) -> str:
        return "action_advice"

"""Who needs what: one policy for one business, or the whole list for a trade.  General, not advice."""

from __future__ import annotations

from actions.answer import Answer, Button, Status
from actions.base import GuideAction
from actions.forms.recommending import NEED_WORDS, recommended
from actions.guidance import topic_answer
from actions.likeliest import policies_of, policy_asked, which_policy
from actions.responding import TALK_TO_AGENT, answers
from actions.trades import offered_trades
from actions.wording import a_or_an, first_said, listed, sentence
from knowledge.base import KnowledgeBase
from knowledge.schema import Need, Policy
from understanding.question import Question

OFFERED = 4  # trades to choose from


@answers("ask_need")
def need(question: Question, base: KnowledgeBase) -> Answer:
    """Whether a business like the visitor's needs a policy, and why."""
    topic = base.topic(question.topic)
    if topic:
        return topic_answer(topic, base, question)
    industry = base.industry(question.industry)
    if industry and not question.policies:
        return recommended(industry, base)
    if len(question.policies) > 1:
        return _needs(policies_of(question, base), base)
    policy = policy_asked(question, base)
    if policy is None:
        return which_policy(question, base)
    answer = Answer(
        Status.ANSWERED,
        "ask_need",
        policy.need.text,
        policies=[policy.id],
        entries=[policy.id],
        simpler=policy.simpler.text,
    )
    ranked = next((p for p in industry.policies if p.policy == policy.id), None) if industry else None
    if industry and ranked:
        need = NEED_WORDS[ranked.need]
        needed = need if ranked.need is Need.SITUATIONAL else f"is {need}"
        answer.lead = f"For {a_or_an(industry.name)}, {policy.short_name} {needed}. {ranked.why}"
        answer.paragraphs.append(policy.need.text)
        answer.entries.append(industry.id)
        answer.cite(ranked.source)
    who = first_said([s.text for s in policy.who_needs], question.point)
    answer.paragraphs.append(f"Who usually needs it:\n{listed(who)}")
    answer.cite(policy.need.source, *(s.source for s in policy.who_needs))
    answer.more = [f"An example: {policy.example_claim.text}"]
    answer.cite(policy.example_claim.source)
    answer.buttons = [
        Button(f"What does {policy.short_name} cover?", {"intent": "ask_policy", "policies": [policy.id]}),
        Button(f"What does {policy.short_name} cost?", {"intent": "ask_cost", "policies": [policy.id]}),
        TALK_TO_AGENT,
    ]
    return answer


def _needs(policies: list[Policy], base: KnowledgeBase) -> Answer:
    """ "do we need both?": who needs each."""
    answer = Answer(Status.ANSWERED, "ask_need", "One does not replace the other.")
    for policy in policies:
        answer.paragraphs.append(f"{sentence(policy.short_name)[:-1]}: {policy.need.text}")
        answer.policies.append(policy.id)
        answer.entries.append(policy.id)
        answer.cite(policy.need.source)
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
    topic = base.topic(question.topic)
    if topic:
        return topic_answer(topic, base, question)
    trades = offered_trades(base)[:OFFERED]
    return Answer(
        Status.CLARIFY,
        "ask_recommendation",
        "That depends on what your business does. Which of these is closest?",
        buttons=[Button(i.name, {"intent": "ask_recommendation", "industry": i.id}) for i in trades] + [TALK_TO_AGENT],
    )


class AnswerAdvice(GuideAction):
    """Who needs what."""

    intents = frozenset(("ask_need", "ask_recommendation"))

    def name(self) -> str:
        return "action_advice"

"""Where the visitor names no policy: what is likeliest, said as such, and never taken for granted.  Pure."""

from __future__ import annotations

from actions.answer import Answer, Button, Status
from actions.clarify import LONGEST_LINE, OF_A_POLICY
from actions.forms.recommending import trade_policies
from actions.responding import TALK_TO_AGENT
from actions.trades import lowered
from actions.wording import cut, listed, sentence
from knowledge.base import KnowledgeBase
from knowledge.schema import Policy
from understanding.question import Question
from understanding.targets import FACET_OF, Target, facet, shown_texts

CHOICES = 3
AN_EXAMPLE = "An example for {policy}"


def policies_of(question: Question, base: KnowledgeBase) -> list[Policy]:
    """The policies named, in the visitor's order."""
    return [p for p in map(base.policy, question.policies) if p]


def policy_asked(question: Question, base: KnowledgeBase) -> Policy | None:
    """The policy a question is about: the first one named, else the one talked about; None where there is neither."""
    talked_about = question.frame.policies if question.frame else ()
    return next((p for p in map(base.policy, question.policies or talked_about) if p), None)


def likeliest(question: Question, base: KnowledgeBase) -> list[Policy]:
    """What a business of the visitor's trade looks at, the likeliest first; of an unknown trade, any small business."""
    ranked = trade_policies({"industry": question.industry}, base)
    return [p for p in (base.policy(each.policy) for each in ranked) if p]


def whose(question: Question, base: KnowledgeBase) -> str:
    """The businesses that ``likeliest`` speaks of."""
    industry = base.industry(question.industry)
    return f"businesses like yours ({lowered(industry.name)})" if industry else "most small businesses"


def which_policy(question: Question, base: KnowledgeBase) -> Answer:
    """The question asked back for the likeliest policies, each with how its answer begins."""
    policies = likeliest(question, base)[:CHOICES]
    title = OF_A_POLICY[FACET_OF[question.intent]] if question.intent in FACET_OF else AN_EXAMPLE
    lines = [f"{sentence(p.short_name)[:-1]}: {_begins(question.intent, p, base)}" for p in policies]
    return Answer(
        Status.CLARIFY,
        question.intent,
        f"That differs from policy to policy. Which one do you mean? {sentence(whose(question, base))[:-1]} "
        "look at these first:",
        [listed(lines)],
        policies=[p.id for p in policies],
        buttons=[
            *(
                Button(title.format(policy=p.short_name), {"intent": question.intent, "policies": [p.id]})
                for p in policies
            ),
            TALK_TO_AGENT,
        ],
    )


def _begins(intent: str, policy: Policy, base: KnowledgeBase) -> str:
    """The first words of what is asked about a policy."""
    of = FACET_OF.get(intent)
    target = Target(facet(policy.id, of or ""), "facet", intent, policy.id)
    text = [*shown_texts(target, base), policy.summary.text][0] if of else policy.example_claim.text
    return cut(text, LONGEST_LINE)

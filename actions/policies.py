"""What a policy is, what it leaves out, and how two of them differ."""

from __future__ import annotations

from actions.answer import Answer, Button, Status
from actions.base import TALK_TO_AGENT, GuideAction, answers
from actions.question import Question
from actions.wording import joined, listed, sentence
from knowledge.base import KnowledgeBase
from knowledge.schema import Policy

SHOWN = 4  # list items before "more"


def policies_of(question: Question, base: KnowledgeBase) -> list[Policy]:
    """The policies named, in the visitor's order."""
    return [p for p in map(base.policy, question.policies) if p]


def main_policy(question: Question, base: KnowledgeBase) -> Policy:
    """The policy a question is about; professional liability, this guide's main line, where none is named.

    IT trades buy it as Tech E&O.
    """
    named = policies_of(question, base)
    if named:
        return named[0]
    industry = base.industry(question.industry)
    policy = base.policy("tech_eo" if industry and industry.group == "it" else "professional_liability")
    assert policy is not None  # a check of the content
    return policy


@answers("ask_policy")
def overview(question: Question, base: KnowledgeBase) -> Answer:
    """What a policy is and covers."""
    policy = main_policy(question, base)
    answer = Answer(
        Status.ANSWERED,
        "ask_policy",
        policy.summary.text,
        [f"It typically covers:\n{listed(s.text for s in policy.covers[:SHOWN])}"],
        policies=[policy.id],
        entries=[policy.id],
        simpler=policy.simpler.text,
    )
    answer.cite(policy.summary.source, *(s.source for s in policy.covers))
    answer.more = [
        *([f"It also covers:\n{listed(s.text for s in policy.covers[SHOWN:])}"] if policy.covers[SHOWN:] else []),
        f"What it does not cover:\n{listed(s.text for s in policy.excludes)}",
        f"Who needs it:\n{listed(s.text for s in policy.who_needs)}",
        policy.trigger.text,
        f"Limits:\n{listed(s.text for s in policy.limits)}",
        f"An example: {policy.example_claim.text}",
    ]
    answer.buttons = [
        Button(
            f"What does {policy.short_name} not cover?",
            {"intent": "ask_exclusions", "policies": [policy.id]},
        ),
        Button(f"What does {policy.short_name} cost?", {"intent": "ask_cost", "policies": [policy.id]}),
        Button(f"Who needs {policy.short_name}?", {"intent": "ask_need", "policies": [policy.id]}),
    ]
    return answer


@answers("ask_exclusions")
def exclusions(question: Question, base: KnowledgeBase) -> Answer:
    """What a policy does not pay for, and what does instead."""
    policy = main_policy(question, base)
    lines = []
    for exclusion in policy.excludes:
        instead = [p.short_name for p in map(base.policy, exclusion.instead) if p]
        lines.append(exclusion.text + (f" Look to {joined(instead, 'or')}." if instead else ""))
    answer = Answer(
        Status.ANSWERED,
        "ask_exclusions",
        f"{sentence(policy.short_name)[:-1]} typically does not cover:",
        [listed(lines[: SHOWN + 1])],
        [listed(lines[SHOWN + 1 :])] if lines[SHOWN + 1 :] else [],
        policies=[policy.id],
        entries=[policy.id],
        simpler=policy.simpler.text,
    ).cite(*(e.source for e in policy.excludes))
    others = list(dict.fromkeys(p for e in policy.excludes for p in e.instead if p != policy.id))
    other = base.policy(others[0]) if others else None
    answer.buttons = [
        Button(f"What does {policy.short_name} cover?", {"intent": "ask_policy", "policies": [policy.id]}),
        *([Button(f"What is {other.short_name}?", {"intent": "ask_policy", "policies": [other.id]})] if other else []),
        TALK_TO_AGENT,
    ]
    return answer


@answers("ask_compare")
def compare(question: Question, base: KnowledgeBase) -> Answer:
    """Two or three policies side by side."""
    policies = policies_of(question, base)[:3]
    if len(policies) < 2:
        return _with_what(question, base, policies)
    lines = [f"{sentence(p.short_name)[:-1]}: {p.scope.text}" for p in policies]
    answer = Answer(
        Status.ANSWERED,
        "ask_compare",
        "The difference is in what they pay for.",
        [listed(lines)],
        policies=[p.id for p in policies],
        entries=[p.id for p in policies],
    ).cite(*(p.scope.source for p in policies))
    answer.more = [
        "\n".join(
            [
                sentence(p.name),
                listed(
                    [
                        f"What it is: {p.summary.text}",
                        f"What triggers it: {p.trigger.text}",
                        f"Who needs it: {p.who_needs[0].text}",
                        f"Not covered, for example: {p.excludes[0].text}",
                    ]
                ),
            ]
        )
        for p in policies
    ]
    for policy in policies:
        answer.cite(policy.summary.source, policy.trigger.source)
    answer.buttons = [
        *(Button(f"What is {p.short_name}?", {"intent": "ask_policy", "policies": [p.id]}) for p in policies[:2]),
        TALK_TO_AGENT,
    ]
    return answer


def _with_what(question: Question, base: KnowledgeBase, named: list[Policy]) -> Answer:
    """A comparison with one side missing."""
    policy = named[0] if named else main_policy(question, base)
    partners = {
        "professional_liability": ["general_liability", "tech_eo", "cyber"],
        "tech_eo": ["professional_liability", "cyber", "general_liability"],
        "cyber": ["tech_eo", "crime_fidelity", "professional_liability"],
    }.get(policy.id, ["professional_liability", "general_liability", "bop"])
    others = [p for p in map(base.policy, partners) if p and p.id != policy.id]
    return Answer(
        Status.CLARIFY,
        "ask_compare",
        f"Compare {policy.short_name} with what?",
        policies=[policy.id],
        buttons=[
            Button(
                f"With {p.short_name}",
                {"intent": "ask_compare", "policies": [policy.id, p.id]},
            )
            for p in others
        ]
        + [TALK_TO_AGENT],
    )


class AnswerPolicy(GuideAction):
    def name(self) -> str:
        return "action_policy"

"""What a policy is, what it leaves out, and how two of them differ."""

from __future__ import annotations

from actions.answer import Answer, Button, Row, Status, Table
from actions.base import GuideAction
from actions.question import Question
from actions.responding import TALK_TO_AGENT, answers
from actions.wording import joined, listed, sentence
from knowledge.base import KnowledgeBase
from knowledge.schema import Cost, Policy

SHOWN = 4  # list items before "more"
COMPARED = 3  # policies side by side: more columns than that are not read on a phone


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
        *([_what_is(other)] if other else []),
        TALK_TO_AGENT,
    ]
    return answer


@answers("ask_compare")
def compare(question: Question, base: KnowledgeBase) -> Answer:
    """Two or three policies side by side."""
    named = policies_of(question, base)
    if len(named) < 2:
        return _with_what(question, base, named)
    policies, left_out = named[:COMPARED], named[COMPARED:]
    prices = [_price(policy, base) for policy in policies]
    answer = Answer(
        Status.ANSWERED,
        "ask_compare",
        "The difference is in what they pay for.",
        [_only_the_first(left_out)] if left_out else [],
        more=[_at_length(policy) for policy in policies],
        policies=[p.id for p in policies],
        entries=[p.id for p in policies],
        table=Table(
            [sentence(p.short_name)[:-1] for p in policies],
            [
                Row("What it pays for", [p.scope.text for p in policies]),
                Row("What triggers it", [p.trigger.text for p in policies]),
                Row("Who needs it, for example", [p.who_needs[0].text for p in policies]),
                Row("Published price, not a quote", [_figure(price) for price in prices]),
            ],
        ),
        simpler=" ".join(f"{sentence(p.short_name)[:-1]}: {p.simpler.text}" for p in policies),
        buttons=[*(_what_is(policy) for policy in (left_out or policies)[:2]), TALK_TO_AGENT],
    )
    for policy, price in zip(policies, prices, strict=True):
        answer.cite(policy.scope.source, policy.trigger.source, policy.who_needs[0].source)
        answer.cite(price.source if price else [])
    for policy in policies:
        answer.cite(policy.summary.source, policy.covers[0].source, policy.excludes[0].source)
        answer.cite(policy.example_claim.source)
    return answer


def _only_the_first(left_out: list[Policy]) -> str:
    names = joined([policy.short_name for policy in left_out])
    return f"These are the first three you named. I compare three at a time, so I left out {names}."


def _at_length(policy: Policy) -> str:
    """What the table has no room for."""
    points = [
        f"What it is: {policy.summary.text}",
        f"Covered, for example: {policy.covers[0].text}",
        f"Not covered, for example: {policy.excludes[0].text}",
        f"An example of a claim: {policy.example_claim.text}",
    ]
    return f"{sentence(policy.name)}\n{listed(points)}"


def _price(policy: Policy, base: KnowledgeBase) -> Cost | None:
    """The first published price that has a figure in dollars a year."""
    return next((cost for cost in base.costs(policy.id) if _dollars(cost)), None)


def _dollars(cost: Cost) -> str:
    """The figure as written in a table; empty for a price that has none, such as a percentage."""
    if cost.typical is not None:
        return f"${cost.typical:,} a year"
    if cost.low is not None and cost.high is not None:
        return f"${cost.low:,} to ${cost.high:,} a year"
    return ""


def _figure(cost: Cost | None) -> str:
    """A price with whom it was measured on and when: without them it would read as a promise."""
    if cost is None:
        return "No published price. An agent can get quotes."
    return f"{_dollars(cost)}. {cost.who} ({cost.year or 'undated'})."


def _what_is(policy: Policy) -> Button:
    return Button(f"What is {policy.short_name}?", {"intent": "ask_policy", "policies": [policy.id]})


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

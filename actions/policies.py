"""What a policy is, what it leaves out, and how two of them differ."""

from __future__ import annotations

from itertools import combinations

from actions.answer import Answer, Button, Row, Status, Table
from actions.base import GuideAction
from actions.likeliest import CHOICES, likeliest, policies_of, policy_asked, which_policy
from actions.responding import TALK_TO_AGENT, answers
from actions.wording import first_said, joined, listed, sentence, turned
from knowledge.base import KnowledgeBase
from knowledge.named import CLAIMS_MADE, COMPARED_OTHERWISE, COMPARED_WITH
from knowledge.schema import Cost, Policy, Relation, RelationKind
from understanding.question import Question

COMPARED = 3  # policies side by side: more columns than that are not read on a phone


@answers("ask_policy")
def overview(question: Question, base: KnowledgeBase) -> Answer:
    """What a policy is and covers."""
    policy = policy_asked(question, base)
    if policy is None:
        return which_policy(question, base)
    covers = first_said([s.text for s in policy.covers], question.point)
    answer = Answer(
        Status.ANSWERED,
        "ask_policy",
        policy.summary.text,
        [f"It typically covers:\n{listed(covers)}"],
        policies=[policy.id],
        entries=[policy.id],
        simpler=policy.simpler.text,
    )
    answer.cite(policy.summary.source, *(s.source for s in policy.covers))
    answer.more = [
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
    policy = policy_asked(question, base)
    if policy is None:
        return which_policy(question, base)
    lines = []
    for exclusion in policy.excludes:
        instead = [p.short_name for p in map(base.policy, exclusion.instead) if p]
        lines.append(exclusion.text + (f" Look to {joined(instead, 'or')}." if instead else ""))
    lines = first_said(lines, question.point)
    answer = Answer(
        Status.ANSWERED,
        "ask_exclusions",
        f"{sentence(policy.short_name)[:-1]} typically does not cover:",
        [listed(lines)],
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


@answers("ask_trigger")
def trigger(question: Question, base: KnowledgeBase) -> Answer:
    """When a policy has to be in force for a claim to be paid."""
    policy = policy_asked(question, base)
    if policy is None:
        return which_policy(question, base)
    return Answer(
        Status.ANSWERED,
        "ask_trigger",
        f"{sentence(policy.short_name)[:-1]}: {policy.trigger.text}",
        policies=[policy.id],
        entries=[policy.id],
        simpler=policy.simpler.text,
        buttons=[
            Button("What does claims-made mean?", {"intent": "ask_term", "terms": [CLAIMS_MADE]}),
            Button(f"What does {policy.short_name} cover?", {"intent": "ask_policy", "policies": [policy.id]}),
            TALK_TO_AGENT,
        ],
    ).cite(policy.trigger.source)


OF_PARTS = {
    RelationKind.INCLUDES: "What it includes:",
    RelationKind.OVER: "What it adds limits over:",
    RelationKind.BY_ENDORSEMENT: "What can be added:",
    RelationKind.SEPARATE: "What is bought separately:",
    RelationKind.NOT_OVER: "What it usually does not sit over:",
}


@answers("ask_included")
def included(question: Question, base: KnowledgeBase) -> Answer:
    """How one policy stands to another; of one policy, what it includes and what can be added."""
    relation = base.relation(question.topic)
    if relation is None and len(question.policies) > 1:
        relation = next(iter(base.relations(*question.policies[:2])), None)
    if relation:
        answer = _with_others(relation, question, base)
        return turned(answer) if question.excluded else answer
    policy = policy_asked(question, base)
    if policy is None:
        return which_policy(question, base)
    related = [r for r in base.relations(policy.id) if r.policy == policy.id and r.relation in OF_PARTS]
    if not related:
        return overview(question, base)
    parts = []
    for kind, title in OF_PARTS.items():
        names = [p.short_name for r in related if r.relation is kind and (p := base.policy(r.other))]
        if names:
            parts.append(f"{title}\n{listed(sentence(name)[:-1] for name in dict.fromkeys(names))}")
    answer = Answer(
        Status.ANSWERED,
        "ask_included",
        f"How {policy.short_name} goes together with other policies:",
        parts,
        policies=[policy.id],
        entries=[policy.id, *(r.id for r in related)],
    ).cite(*(r.answer.source for r in related))
    answer.buttons = [
        *(
            Button(r.name, {"intent": "ask_included", "topic": r.id, "policies": [r.policy, r.other]})
            for r in related[:2]
        ),
        TALK_TO_AGENT,
    ]
    return answer


def _with_others(relation: Relation, question: Question, base: KnowledgeBase) -> Answer:
    """A relation, and how the same policy stands to the others named: "does a BOP include auto and comp?"."""
    certain = question.certain or question.bound
    others = [other for other in question.policies if other not in (relation.policy, relation.other)]
    found = [next(iter(base.relations(relation.policy, other)), None) for other in others]
    answer = relation_answer(relation, base, certain)
    for each in filter(None, found):
        more = relation_answer(each, base, certain)
        answer.paragraphs.insert(0, more.lead)
        answer.verdict = answer.verdict if answer.verdict == more.verdict else None
        answer.policies = list(dict.fromkeys([*answer.policies, *more.policies]))
        answer.entries += more.entries
        answer.cite(more.sources)
    return answer


def relation_answer(relation: Relation, base: KnowledgeBase, certain: bool = True) -> Answer:
    """One relation in words, with what it decides where yes or no may be said."""
    other = base.policy(relation.other)
    answer = Answer(
        Status.ANSWERED,
        "ask_included",
        relation.answer.text,
        [listed(point.text for point in relation.points)] if relation.points else [],
        verdict=relation.relation.verdict if certain else None,
        policies=[relation.policy, relation.other],
        entries=[relation.id],
    ).cite(relation.answer.source, *(point.source for point in relation.points))
    if other:
        answer.buttons = [
            _what_is(other),
            Button(f"What does {other.short_name} cost?", {"intent": "ask_cost", "policies": [other.id]}),
        ]
    answer.buttons.append(TALK_TO_AGENT)
    return answer


def _between(policies: list[Policy], base: KnowledgeBase) -> list[str]:
    """Whether one of two policies includes, needs or replaces the other, where that is known."""
    relation = next(iter(base.relations(*(p.id for p in policies))), None) if len(policies) == 2 else None
    return [relation.answer.text] if relation else []


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
        f"{joined([sentence(policies[0].short_name)[:-1], *(p.short_name for p in policies[1:])])} are not the same: "
        "they pay for different things.",
        [*_between(policies, base), *([_only_the_first(left_out)] if left_out else [])],
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
    policy = named[0] if named else policy_asked(question, base)
    if policy is None:
        return _which_two(question, base)
    partners = COMPARED_WITH.get(policy.id, COMPARED_OTHERWISE)
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


def _which_two(question: Question, base: KnowledgeBase) -> Answer:
    """A comparison of nothing named: the likeliest, by twos."""
    pairs = combinations(likeliest(question, base)[:CHOICES], 2)
    return Answer(
        Status.CLARIFY,
        "ask_compare",
        "Compare which policies? Name two or three, or choose:",
        buttons=[
            *(
                Button(
                    f"{sentence(one.short_name)[:-1]} and {other.short_name}",
                    {"intent": "ask_compare", "policies": [one.id, other.id]},
                )
                for one, other in pairs
            ),
            TALK_TO_AGENT,
        ],
    )


class AnswerPolicy(GuideAction):
    """Policies: what they are, leave out and include, and how they differ."""

    intents = frozenset(("ask_policy", "ask_exclusions", "ask_trigger", "ask_included", "ask_compare"))

    def name(self) -> str:
        return "action_policy"

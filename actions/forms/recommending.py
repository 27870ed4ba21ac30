"""Which insurance a business needs, by what it told about itself: what to ask next, and what follows.  Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import us

from actions.answer import Answer, Button, Status
from actions.responding import TALK_TO_AGENT
from actions.wording import a_or_an, joined, listed, sentence, shortened
from knowledge.base import KnowledgeBase
from knowledge.schema import (
    Condition,
    Industry,
    Need,
    Policy,
    ProfileField,
    ProfileRule,
    RecommendedPolicy,
    Statement,
    Verdict,
)

MOST_QUESTIONS = 7
TOP = 3
STRENGTH = {need: place for place, need in enumerate(Need)}  # the strongest first
NEED_WORDS = {
    Need.BY_LAW: "required by law",
    Need.BY_CONTRACT: "usually required by contract",
    Need.RECOMMENDED: "recommended",
    Need.SITUATIONAL: "depends on your situation",
}
NOT_ADVICE = "This is general information, not advice: an agent can match it to your business."

# An id (of a trade, a state, an option), yes or no, or a number between two; None where it is skipped or not known.
Value = str | bool | tuple[float, float] | None
Profile = Mapping[str, Value]  # field id -> what is known; what was not asked yet is not in it


@dataclass(frozen=True)
class Recommended:
    """A policy for one business: how strongly it is called for, and why, in the visitor's terms."""

    policy: str
    need: Need
    why: str
    sources: tuple[str, ...]


# What holds for a business


def holds(when: Mapping[str, Condition], profile: Profile, base: KnowledgeBase) -> bool | None:
    """Whether all conditions are met; None where a fact they turn on is not known."""
    return _all(_met(condition, profile.get(field), base) for field, condition in when.items())


def _met(condition: Condition, value: Value, base: KnowledgeBase) -> bool | None:
    parts: list[bool | None] = []
    if isinstance(value, str | bool):
        industry = base.industry(value) if condition.group and isinstance(value, str) else None
        parts += [value in condition.is_in] if condition.is_in else []
        parts += [value not in condition.not_in] if condition.not_in else []
        parts += [industry is not None and industry.group in condition.group] if condition.group else []
    elif value is not None:
        low, high = value
        if condition.at_least is not None:
            parts.append(_sure(low >= condition.at_least, high < condition.at_least))
        if condition.at_most is not None:
            parts.append(_sure(high <= condition.at_most, low > condition.at_most))
    return _all(parts) if parts else None


def _sure(yes: bool, no: bool) -> bool | None:
    return True if yes else False if no else None


def _all(parts: Iterable[bool | None]) -> bool | None:
    known = list(parts)
    return False if False in known else None if None in known else True


# What to ask


def next_field(profile: Profile, asked: Collection[str], base: KnowledgeBase) -> ProfileField | None:
    """The next fact to ask for; None when nothing more matters, or enough was asked.

    Args:
        profile: what is known; a field that is in it is not asked for, even if it was skipped.
        asked: ids of the fields asked for so far.
    """
    if len(set(asked)) >= MOST_QUESTIONS:
        return None
    for field in base.profile_fields():
        if field.id in profile or field.id in asked or holds(field.asked_when, profile, base) is False:
            continue
        if field.kind == "industry" or _matters(field.id, profile, base):
            return field
    return None


def _matters(field: str, profile: Profile, base: KnowledgeBase) -> bool:
    """Whether anything that can still come out turns on the fact."""
    open_points = any(
        field in point.when and holds(point.when, profile, base) is not False for point in base.profile_points()
    )
    return open_points or any(
        field in rule.when and holds(rule.when, profile, base) is not False and _would_change(rule, profile, base)
        for rule in base.profile_rules()
    )


def _would_change(rule: ProfileRule, profile: Profile, base: KnowledgeBase) -> bool:
    """Whether the rule would move its policy to another need; another reason alone is not worth a question."""
    if not _applies(rule, trade_policies(profile, base)):
        return False
    now = next((each.need for each in recommend(profile, base) if each.policy == rule.policy), None)
    return now is None or (now is not rule.need if rule.instead_of else STRENGTH[rule.need] < STRENGTH[now])


# What follows


def industry_of(profile: Profile, base: KnowledgeBase) -> Industry | None:
    """The visitor's trade, where it is known."""
    value = profile.get("industry")
    return base.industry(value) if isinstance(value, str) else None


def in_order(industry: Industry) -> list[RecommendedPolicy]:
    """The trade's policies, its top three first."""
    return sorted(
        industry.policies,
        key=lambda p: industry.top_three.index(p.policy) if p.policy in industry.top_three else TOP,
    )


def trade_policies(profile: Profile, base: KnowledgeBase) -> list[RecommendedPolicy]:
    """What the trade looks at, the likeliest first; of an unknown trade, any small business."""
    industry = industry_of(profile, base)
    return in_order(industry) if industry else base.any_trade()


def _applies(rule: ProfileRule, trade: list[RecommendedPolicy]) -> bool:
    return rule.instead_of is None or any(p.policy == rule.policy and p.need is rule.instead_of for p in trade)


def recommend(profile: Profile, base: KnowledgeBase) -> list[Recommended]:
    """The trade's list and what follows from the facts, each policy once: by law, by contract, then the rest.

    Of several needs the strongest counts, with its own reason; between equals the visitor's facts go before the
    trade.  Within a need the trade's order stands.
    """
    trade = trade_policies(profile, base)
    rules = [r for r in base.profile_rules() if holds(r.when, profile, base) and _applies(r, trade)]
    replaced = {rule.policy for rule in rules if rule.instead_of}
    strongest: dict[str, RecommendedPolicy] = {}
    for each in [*rules, *(p for p in trade if p.policy not in replaced)]:
        known = strongest.get(each.policy)
        if known is None or STRENGTH[each.need] < STRENGTH[known.need]:
            strongest[each.policy] = each
    order = list(dict.fromkeys([*(p.policy for p in trade), *strongest]))
    ranked = sorted(strongest.values(), key=lambda p: (STRENGTH[p.need], order.index(p.policy)))
    return [Recommended(p.policy, p.need, p.why, tuple(p.source)) for p in ranked]


def limits_to_discuss(profile: Profile, base: KnowledgeBase) -> list[Statement]:
    """What to bring up with an agent: points that follow from the facts, and else the usual limits of the top three."""
    points = [point for point in base.profile_points() if holds(point.when, profile, base)]
    said: list[Statement] = []
    for place, each in enumerate(recommend(profile, base)):
        policy = base.policy(each.policy)
        assert policy is not None  # a check of the content
        own = [Statement(text=p.text, source=p.source) for p in points if p.policy == policy.id]
        said += [_about(policy, statement) for statement in own or ([_usual_limit(policy)] if place < TOP else [])]
    return [*said, *(Statement(text=p.text, source=p.source) for p in points if p.policy is None)]


def _usual_limit(policy: Policy) -> Statement:
    """The first of its limits that names an amount."""
    return next((limit for limit in policy.limits if "$" in limit.text), policy.limits[0])


def _about(policy: Policy, statement: Statement) -> Statement:
    return Statement(text=f"{sentence(policy.short_name)[:-1]}: {statement.text}", source=statement.source)


def responds_to(policy: Policy, industry: Industry | None, base: KnowledgeBase) -> Statement:
    """An example of what the policy answers: a risk of the trade that it surely covers, else its own example."""
    for risk in industry.risks if industry else []:
        decision = base.decide(policy.id, risk.exposure)
        if decision and decision.verdict is Verdict.YES:
            return Statement(text=risk.text, source=list(dict.fromkeys([*risk.source, *decision.sources])))
    return policy.example_claim


# In words


def recommendation_answer(profile: Profile, base: KnowledgeBase) -> Answer:
    """The whole recommendation; where nothing but the trade is known, that of the trade."""
    industry = industry_of(profile, base)
    if industry and all(value is None for field, value in profile.items() if field != "industry"):
        return recommended(industry, base)
    ranked = recommend(profile, base)
    policies = _policies(ranked, base)
    state = us.states.lookup(str(profile.get("state") or ""))
    who = (a_or_an(industry.name) if industry else "a business like yours") + (f" in {state}" if state else "")
    limits = limits_to_discuss(profile, base)
    shown = _shown_first(ranked)
    examples = [_about(policy, responds_to(policy, industry, base)) for policy in policies[:shown]]
    by_contract = any(each.need is Need.BY_CONTRACT for each in ranked)
    demands = industry.contract_demands if industry and by_contract else []
    top, rest = ranked[:shown], ranked[shown:]
    # What the law asks of the trade in general and not surely of this visitor must not wait behind "more".
    law = {p.policy for p in trade_policies(profile, base) if p.need is Need.BY_LAW}
    unsettled = [each for each in rest if each.policy in law]
    answer = Answer(
        Status.ANSWERED,
        "ask_recommendation",
        f"For {who}, look first at {joined([policy.short_name for policy in policies[:shown]])}.",
        [listed(_lines(top, base))],
        [
            *_section("Also worth a look:", _lines([each for each in rest if each not in unsettled], base)),
            *_section("To discuss with an agent:", (limit.text for limit in limits)),
            *_section("What they respond to, for example:", (example.text for example in examples)),
            *_section("What clients often demand:", (demand.text for demand in demands)),
        ],
        notes=[*_section("What the law may ask:", _lines(unsettled, base)), NOT_ADVICE],
        policies=[each.policy for each in ranked],
        entries=[industry.id] if industry else [policy.id for policy in policies[:shown]],
    ).cite(*(list(each.sources) for each in ranked), *(s.source for s in (*limits, *examples, *demands)))
    answer.buttons = [
        Button("How do I get a quote?", {"intent": "get_quote", **({"industry": industry.id} if industry else {})}),
        Button("Why these?", {"intent": "ask_why"}),
        TALK_TO_AGENT,
    ]
    return shortened(answer)


def _shown_first(ranked: list[Recommended]) -> int:
    """How many are shown first: one more where the law takes all places, for one needs more than it asks."""
    return TOP + all(each.need is Need.BY_LAW for each in ranked[:TOP])


def what_changes(was: Profile, now_is: Profile, base: KnowledgeBase) -> str:
    """What a list of policies gains and loses by what was told since; empty where it stays the same."""
    old, new = ({each.policy: each for each in recommend(profile, base)} for profile in (was, now_is))
    changes = [
        f"{short_name(policy, base)}: {NEED_WORDS[each.need]}"
        for policy, each in new.items()
        if policy not in old or old[policy].need is not each.need
    ]
    gone = [short_name(policy, base) for policy in old if policy not in new]
    said = [f"What changes: {'; '.join(changes)}."] if changes else []
    return " ".join([*said, *([f"No longer on the list: {joined(gone)}."] if gone else [])])


def short_name(policy_id: str, base: KnowledgeBase) -> str:
    """How a policy is called in a sentence."""
    policy = base.policy(policy_id)
    return policy.short_name if policy else policy_id


def recommended(industry: Industry, base: KnowledgeBase) -> Answer:
    """Policies of a trade, the top three first, each with how strongly it is called for and why."""
    ranked = [Recommended(p.policy, p.need, p.why, tuple(p.source)) for p in in_order(industry)]
    policies = _policies(ranked, base)
    by_law = [p.short_name for p, each in zip(policies, ranked, strict=True) if each.need is Need.BY_LAW]
    lead = f"For {a_or_an(industry.name)}, the top three are {joined([p.short_name for p in policies[:TOP]])}."
    if by_law:
        are = "are" if len(by_law) > 1 else "is"
        lead += f" {sentence(joined(by_law))[:-1]} {are} required by law in California once you have an employee."
    lines = _lines(ranked, base)
    answer = Answer(
        Status.ANSWERED,
        "ask_recommendation",
        lead,
        [listed(lines[:TOP])],
        [
            *_section("Also worth a look:", lines[TOP:]),
            *_section("What clients often demand:", (demand.text for demand in industry.contract_demands)),
            *_section("Why: the main risks.", (risk.text for risk in industry.risks)),
        ],
        notes=[NOT_ADVICE],
        policies=[each.policy for each in ranked],
        entries=[industry.id],
    ).cite(*(list(each.sources) for each in ranked), *(demand.source for demand in industry.contract_demands))
    answer.buttons = [
        Button(
            "Match it to my business",
            {"intent": "ask_recommendation", "industry": industry.id, "start": "recommendation"},
        ),
        Button("How do I get a quote?", {"intent": "get_quote", "industry": industry.id}),
        Button("What risks do we face?", {"intent": "ask_risks", "industry": industry.id}),
    ]
    return shortened(answer)


def _policies(ranked: list[Recommended], base: KnowledgeBase) -> list[Policy]:
    policies = [policy for policy in (base.policy(each.policy) for each in ranked) if policy]
    assert len(policies) == len(ranked)  # a check of the content
    return policies


def _lines(ranked: list[Recommended], base: KnowledgeBase) -> list[str]:
    """Each policy with its need and the reason."""
    return [
        f"{sentence(policy.short_name)[:-1]} ({NEED_WORDS[each.need]}): {each.why}"
        for policy, each in zip(_policies(ranked, base), ranked, strict=True)
    ]


def _section(title: str, lines: Iterable[str]) -> list[str]:
    """A titled list; nothing where it would be empty."""
    text = listed(lines)
    return [f"{title}\n{text}"] if text else []

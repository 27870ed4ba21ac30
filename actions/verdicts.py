"""What one policy says of an incident, in words.  Pure."""

from __future__ import annotations

import re

from actions.answer import Answer, Button, Status
from actions.responding import TALK_TO_AGENT
from actions.wording import joined, listed, sentence
from knowledge.base import Decision, KnowledgeBase
from knowledge.schema import Exposure, Verdict

POLICIES_AT_ONCE = 3
MAY = {Verdict.YES: "pays for", Verdict.NO: "does not pay for", Verdict.DEPENDS: "may pay for"}


def one_policy(decision: Decision, base: KnowledgeBase, certain: bool = True) -> Answer:
    """One cell of the matrix in words; the verdict says what it decides.

    Args:
        certain: whether yes or no may be said; else the reasons are given without.
    """
    policy, exposure = decision.policy, decision.exposure
    instead = [d for d in base.responders(exposure.id) if d.policy.id != policy.id]
    answer = Answer(
        Status.ANSWERED,
        "ask_coverage",
        f"{_decided(decision)} {why(decision)}",
        verdict=decision.verdict.value if certain and decision.verdict is not Verdict.UNKNOWN else None,
        policies=[policy.id],
        exposure=exposure.id,
        entries=[exposure.id, policy.id],
        simpler=policy.simpler.text,
    ).cite(decision.sources)
    if decision.verdict is Verdict.DEPENDS and decision.depends_on:
        answer.paragraphs.append(f"What it depends on: {decision.depends_on.rstrip('.')}.")
        answer.paragraphs += _surer(instead)
    if decision.verdict is Verdict.UNKNOWN:
        answer.paragraphs.append("A licensed agent can check your wording.")
    elif decision.verdict is Verdict.NO:
        answer.paragraphs.append(_instead(instead, exposure))
        if instead:
            answer.cite(instead[0].sources)
        elif exposure.if_uninsured:
            answer.cite(exposure.if_uninsured.source)
    if decision.verdict is not Verdict.YES:
        answer.policies += [d.policy.id for d in instead]
    answer.more = [exposure.summary.text, *others(instead, decision.verdict)]
    answer.buttons = _next_questions(decision, instead)
    return answer


def responds(exposure: Exposure, base: KnowledgeBase) -> str:
    """Which policies respond to an incident, in a few words: "Workers' compensation responds"."""
    found = base.responders(exposure.id)
    likely = [d for d in found if d.verdict is Verdict.YES] or found[:1]
    names = sentence(joined([d.policy.short_name for d in likely[:POLICIES_AT_ONCE]], "or"))[:-1]
    if not likely:
        return "No standard policy pays for it."
    return f"{names} {'responds' if likely[0].verdict is Verdict.YES else 'may respond'}."


def _decided(decision: Decision) -> str:
    """What is decided, in the entry's own words: "General liability does not pay for a data breach"."""
    name = sentence(decision.policy.short_name)[:-1]
    if decision.verdict is Verdict.UNKNOWN:
        return f"My sources do not settle whether {decision.policy.short_name} pays for {decision.exposure.short_name}."
    return f"{name} {MAY[decision.verdict]} {decision.exposure.short_name}."


def why(decision: Decision) -> str:
    """The reason with the policy named: entries say "It pays …" where their reader sees the name above."""
    return re.sub(r"^It\b", sentence(decision.policy.short_name)[:-1], decision.why)


def _instead(instead: list[Decision], exposure: Exposure) -> str:
    if not instead:
        assert exposure.if_uninsured is not None  # a check of the content
        return exposure.if_uninsured.text
    sure = [d for d in instead if d.verdict is Verdict.YES]
    if sure:
        names = joined([d.policy.short_name for d in sure])
        return f"What covers it instead: {names}.\n{why(sure[0])}"
    first = instead[0]
    return f"What may cover it instead: {first.policy.short_name}, depending on {first.depends_on}."


def _surer(instead: list[Decision]) -> list[str]:
    """Which policies pay for it more surely than one for which it depends."""
    sure = [d.policy.short_name for d in instead if d.verdict is Verdict.YES]
    return [f"What pays for it more surely: {joined(sure[:POLICIES_AT_ONCE], 'or')}."] if sure else []


def others(instead: list[Decision], verdict: Verdict) -> list[str]:
    """What else responds, beside a verdict, as a list with its heading; nothing where nothing does."""
    lines = [f"{sentence(d.policy.short_name)[:-1]}: {_short_verdict(d)}" for d in instead[:5]]
    if not lines:
        return []
    heading = "Other policies that respond:" if verdict is Verdict.YES else "What responds, policy by policy:"
    return [f"{heading}\n{listed(lines)}"]


def _short_verdict(decision: Decision) -> str:
    """A verdict inside a list."""
    if decision.verdict is Verdict.DEPENDS:
        return f"depends on {decision.depends_on}"
    if decision.verdict is Verdict.UNKNOWN:
        return "ask an agent"
    return decision.verdict.value


def _next_questions(decision: Decision, instead: list[Decision]) -> list[Button]:
    policy = decision.policy
    buttons = []
    if decision.verdict is Verdict.NO and instead:
        other = instead[0].policy
        buttons.append(Button(f"What is {other.short_name}?", {"intent": "ask_policy", "policies": [other.id]}))
        policy = other
    else:
        buttons.append(
            Button(
                f"What does {policy.short_name} not cover?",
                {"intent": "ask_exclusions", "policies": [policy.id]},
            )
        )
    buttons.append(Button(f"What does {policy.short_name} cost?", {"intent": "ask_cost", "policies": [policy.id]}))
    return [*buttons, TALK_TO_AGENT]

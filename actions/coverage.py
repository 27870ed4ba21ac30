"""Whether a policy pays for what happened, and which policies do."""

from __future__ import annotations

from actions.answer import Answer, Button, Status
from actions.base import GuideAction
from actions.clarify import closest
from actions.likeliest import policies_of
from actions.responding import TALK_TO_AGENT, answers
from actions.verdicts import POLICIES_AT_ONCE, one_policy, others, why
from actions.wording import joined, listed, sentence, turned
from knowledge.base import Decision, KnowledgeBase
from knowledge.schema import Exposure, Verdict
from understanding.question import Question

MAY_IN_A_LIST = {
    Verdict.YES: "pays",
    Verdict.NO: "does not pay",
    Verdict.DEPENDS: "may pay",
    Verdict.UNKNOWN: "is for an agent to say",
}


@answers("ask_coverage")
def coverage(question: Question, base: KnowledgeBase) -> Answer:
    """The verdict of each policy asked about, exclusions first, and what responds instead."""
    exposure = base.exposure(question.exposure)
    policies = policies_of(question, base)
    if exposure is None:
        return closest(question, base)
    if not policies:
        return what_covers(question, base)
    decisions = [d for p in policies[:POLICIES_AT_ONCE] if (d := base.decide(p.id, exposure.id))]
    certain = question.certain or question.bound
    if len(decisions) > 1:
        return several_policies(decisions, exposure, base, certain and not question.excluded)
    answer = one_policy(decisions[0], base, certain)
    return turned(answer) if question.excluded else answer


def several_policies(
    decisions: list[Decision], exposure: Exposure, base: KnowledgeBase, certain: bool = True
) -> Answer:
    """The same incident under two or three policies; the verdict is theirs where all say the same.

    Args:
        certain: whether yes or no may be said.
    """
    verdicts = {d.verdict for d in decisions}
    alike = decisions[0].verdict.value if len(verdicts) == 1 else None
    answer = Answer(
        Status.ANSWERED,
        "ask_coverage",
        f"For {exposure.short_name}, policy by policy: "
        + "; ".join(f"{d.policy.short_name} {MAY_IN_A_LIST[d.verdict]}" for d in decisions)
        + ".",
        [listed(f"{sentence(d.policy.short_name)[:-1]}: {d.why}{_condition(d)}" for d in decisions)],
        verdict=alike if certain and alike != "unknown" else None,
        policies=[d.policy.id for d in decisions],
        exposure=exposure.id,
        entries=[exposure.id, *(d.policy.id for d in decisions)],
    )
    for decision in decisions:
        answer.cite(decision.sources)
    beside = [d for d in base.responders(exposure.id) if d.policy.id not in answer.policies]
    answer.more = [exposure.summary.text, *others(beside, Verdict.NO)]
    names = [d.policy for d in decisions[:2]]
    answer.buttons = [
        Button(
            f"Compare {names[0].short_name} and {names[1].short_name}",
            {"intent": "ask_compare", "policies": [p.id for p in names]},
        ),
        TALK_TO_AGENT,
    ]
    return answer


def _condition(decision: Decision) -> str:
    return f" It depends on {decision.depends_on.rstrip('.')}." if decision.depends_on else ""


@answers("ask_what_covers")
def what_covers(question: Question, base: KnowledgeBase) -> Answer:
    """Which policies respond to what happened."""
    exposure = base.exposure(question.exposure)
    if exposure is None:
        return closest(question, base)
    responders = base.responders(exposure.id)
    sure = [d for d in responders if d.verdict is Verdict.YES]
    answer = Answer(
        Status.ANSWERED,
        "ask_what_covers",
        "",
        policies=[d.policy.id for d in responders],
        exposure=exposure.id,
        entries=[exposure.id],
    )
    if sure:
        names = joined([d.policy.short_name for d in sure], "or")
        answer.lead = f"{sentence(names)[:-1]} responds to {exposure.short_name}."
        answer.paragraphs.append(why(sure[0]))
        answer.cite(sure[0].sources)
    elif responders:
        first = responders[0]
        name = sentence(first.policy.short_name)[:-1]
        answer.lead = f"{name} may respond to {exposure.short_name}. {why(first)}"
        answer.paragraphs.append(f"What it depends on: {(first.depends_on or 'the wording').rstrip('.')}.")
        answer.cite(first.sources)
    else:
        answer.lead = f"No standard policy pays for {exposure.short_name}."
        if exposure.if_uninsured:
            answer.paragraphs.append(exposure.if_uninsured.text)
            answer.cite(exposure.if_uninsured.source)
    depends = [d for d in responders if d.verdict is Verdict.DEPENDS and d is not responders[0]]
    if sure and depends:
        lines = (f"{sentence(d.policy.short_name)[:-1]}, depending on {d.depends_on}" for d in depends[:2])
        answer.paragraphs.append(f"May respond too:\n{listed(lines)}")
    answer.more = [exposure.summary.text, *_refusals(exposure, base)]
    answer.cite(exposure.summary.source)
    if responders:
        policy = responders[0].policy
        answer.buttons = [
            Button(f"What is {policy.short_name}?", {"intent": "ask_policy", "policies": [policy.id]}),
            Button(f"What does {policy.short_name} cost?", {"intent": "ask_cost", "policies": [policy.id]}),
        ]
    answer.buttons.append(TALK_TO_AGENT)
    return answer


def _refusals(exposure: Exposure, base: KnowledgeBase) -> list[str]:
    lines = [
        f"{sentence(policy.short_name)[:-1]}: {grant.why}"
        for grant in exposure.not_covered_by[:4]
        if (policy := base.policy(grant.policy))
    ]
    return [f"What does not pay for it:\n{listed(lines)}"] if lines else []


class AnswerCoverage(GuideAction):
    """Incidents: whether a policy pays, and which do."""

    intents = frozenset(("ask_coverage", "ask_what_covers"))

    def name(self) -> str:
        return "action_coverage"

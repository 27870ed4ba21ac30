"""What a question of cover comes to where several incidents fit it: the answer for each, and a choice."""

from __future__ import annotations

from actions.answer import Answer, Status
from actions.clarify import OPTIONS, incident_button
from actions.question import RESEMBLES, Question
from actions.responding import TALK_TO_AGENT
from actions.wording import joined, listed
from knowledge.base import Decision, KnowledgeBase
from knowledge.schema import Exposure, Policy, Verdict

PLAUSIBLE = 0.3  # probability that must lie on what is listed; with less, the guide asks instead


def verdict_by_incident(
    question: Question, policy: Policy, candidates: tuple[str, ...], base: KnowledgeBase
) -> Answer | None:
    """The policy's verdict on each incident that fits; None where they are not likely enough, or all alike a yes.

    A yes for every one of them would still be a yes that nobody is sure of.
    """
    exposures = _plausible(question, candidates, base)
    decisions = [d for e in exposures if (d := base.decide(policy.id, e.id)) and d.verdict is not Verdict.UNKNOWN]
    verdicts = {d.verdict for d in decisions}
    if len(decisions) < 2 or len(decisions) < len(exposures) or verdicts == {Verdict.YES}:
        return None
    answer = _listing(
        question,
        "ask_coverage",
        f"{'It depends on what exactly happened. ' if len(verdicts) > 1 else ''}"
        f"These are the closest cases I know, for {policy.short_name}:",
        [f"{d.exposure.name}: {_said(d)}" for d in decisions],
        exposures,
    )
    answer.verdict = (Verdict.DEPENDS if len(verdicts) > 1 else decisions[0].verdict).value
    answer.policies = [policy.id]
    answer.entries.append(policy.id)
    return answer.cite(*(decision.sources for decision in decisions))


def responders_by_incident(question: Question, candidates: tuple[str, ...], base: KnowledgeBase) -> Answer | None:
    """What responds to each incident that fits; None where they are not likely enough."""
    exposures = _plausible(question, candidates, base)
    if len(exposures) < 2:
        return None
    responders = {exposure.name: base.responders(exposure.id)[:2] for exposure in exposures}
    names = {name: joined([d.policy.short_name for d in found], "or") for name, found in responders.items()}
    answer = _listing(
        question,
        "ask_what_covers",
        "Which policy responds depends on what exactly happened. These are the closest cases I know:",
        [f"{name}: {policies or 'no standard policy pays for it'}." for name, policies in names.items()],
        exposures,
    )
    decisions = [decision for found in responders.values() for decision in found]
    answer.policies = list(dict.fromkeys(decision.policy.id for decision in decisions))
    return answer.cite(*(decision.sources for decision in decisions))


def _plausible(question: Question, candidates: tuple[str, ...], base: KnowledgeBase) -> list[Exposure]:
    """The candidates, if they are likely enough together and the likeliest resembles something known."""
    scores = {s.id: s for s in question.of_kind("exposure")}
    found = [scores[c] for c in candidates[:OPTIONS] if c in scores]
    if question.doubted or not found:
        return []
    if sum(s.score for s in found) < PLAUSIBLE or max(s.nearest for s in found) < RESEMBLES:
        return []
    return [e for c in candidates[:OPTIONS] if (e := base.exposure(c))]


def _said(decision: Decision) -> str:
    if decision.verdict is Verdict.DEPENDS:
        return f"depends on {(decision.depends_on or 'the wording').rstrip('.')}."
    return f"{decision.verdict.value}. {decision.why}"


def _listing(question: Question, intent: str, lead: str, lines: list[str], exposures: list[Exposure]) -> Answer:
    """An answer of several readings, each of which can be chosen."""
    return Answer(
        Status.ANSWERED,
        intent,
        lead,
        [listed(lines)],
        entries=[e.id for e in exposures],
        buttons=[*(incident_button(question, exposure) for exposure in exposures), TALK_TO_AGENT],
    )

"""Does this policy pay for that, and if not, what does?"""

from __future__ import annotations

import re

from actions.answer import Answer, Button, Status
from actions.base import GuideAction
from actions.clarify import ask_which_exposure, which_policy_is_that
from actions.policies import overview
from actions.question import CONSENSUS, ELLIPSIS_WORDS, ENOUGH, MEANING_WINS, RESEMBLES, Question, read_exposure
from actions.readings import responders_by_incident, verdict_by_incident
from actions.responding import TALK_TO_AGENT, answers
from actions.wording import joined, listed, sentence
from knowledge.base import Decision, KnowledgeBase
from knowledge.schema import Exposure, Policy, Verdict

POLICIES_AT_ONCE = 3
_HAPPENED = re.compile(
    r"\b(we|i) (just )?(got|get|were|was|have been|are being|am being) (\w+ ){0,2}"
    r"(sued|served|hacked|robbed|audited|fined|scammed)"
    r"|\b(is|are) suing (us|me)\b|\bsued (us|me)\b|\b(this morning|last night|yesterday|an hour ago|last week)\b"
    r"|\blawyer('s)? letter\b",
    re.IGNORECASE,
)
_DELIBERATE = re.compile(
    r"\b(knowingly|on purpose|intentional(ly)?|deliberate(ly)?|(found|pleads?|pleaded|pled) guilty|convicted)\b",
    re.IGNORECASE,
)
_STOLEN = re.compile(
    r"\b(stole\w*|steal\w*|thefts?|swip(es?|ed|ing)|pocket(s|ed|ing)|walk(s|ed|ing)? (off|out))\b", re.IGNORECASE
)
_OWN_PEOPLE = re.compile(
    r"\b(our|my|own) (own )?(staff|employees?|people|workers?|crew|team|guys?|reps?|managers?|bookkeeper)\b",
    re.IGNORECASE,
)
OWN_THIEVES = ("employee_theft",)  # what a theft may be where own people are told of
DELIBERATE_ACTS = ("intentional_fraud", "criminal_act")  # what such words may mean, whatever the rest resembles
THEFT = "crime_fidelity"  # the policy that is there for deliberate acts
YES_CONSENSUS = 0.7  # share of what is plausible that must be covered before yes is said


@answers("ask_coverage")
def coverage(question: Question, base: KnowledgeBase) -> Answer:
    """The verdict of each policy named, exclusions first, and what responds instead.

    Asked back when the message fits several incidents that the policy decides differently.
    """
    policies = [p for p in map(base.policy, question.policies) if p]
    if not policies:
        return what_covers(question, base)
    happened = read_exposure(question)
    exposure = base.exposure(happened.sure or _agreed(question, policies, base))
    if exposure is None and not happened.candidates:
        if question.unknown_policy:
            return which_policy_is_that(question, base)
        return overview(question, base)
    if exposure is None:
        return _of_several(question, policies, happened.candidates, base)
    doubtful = _doubts_a_yes(question, policies, exposure.id, base)
    if doubtful:
        return _of_several(question, policies, (exposure.id, *doubtful), base)
    decisions = [d for p in policies[:POLICIES_AT_ONCE] if (d := base.decide(p.id, exposure.id))]
    told = one_policy(decisions[0], base) if len(decisions) == 1 else several_policies(decisions, exposure, base)
    return _as_reported(question, told, base)


def _of_several(question: Question, policies: list[Policy], candidates: tuple[str, ...], base: KnowledgeBase) -> Answer:
    """Each incident's verdict where they are plausible, else the question which it is."""
    told = verdict_by_incident(question, policies[0], candidates, base) if len(policies) == 1 else None
    return told or ask_which_exposure(question, base, candidates)


def _agreed(question: Question, policies: list[Policy], base: KnowledgeBase) -> str | None:
    """The likeliest incident, if nearly all plausible ones are decided alike: then the doubt does not matter."""
    likely = question.of_kind("exposure")
    total = sum(s.score for s in likely)
    if not likely or total < ENOUGH or question.exposures_named or question.doubted or likely[0].nearest < RESEMBLES:
        return None
    for policy in policies:
        first = base.decide(policy.id, likely[0].id)
        if first is None:
            return None
        alike = sum(s.score for s in likely if (d := base.decide(policy.id, s.id)) and d.verdict is first.verdict)
        if alike < CONSENSUS * total:
            return None
    return likely[0].id


def _doubts_a_yes(question: Question, policies: list[Policy], exposure_id: str, base: KnowledgeBase) -> tuple[str, ...]:
    """Other plausible incidents for which the policy does not say yes, when it would for this one.

    A wrong yes is the worst answer there is, so one that rests on meaning alone needs agreement, and one that
    rests on a name must not go against a meaning that is sure of something else ("a screw-up before the retro date").
    """
    if question.exposure:
        return ()
    pays = [p for p in policies if (d := base.decide(p.id, exposure_id)) and d.verdict is Verdict.YES]
    if any(p.id != THEFT for p in pays) and exposure_id not in OWN_THIEVES and _by_own_people(question.text):
        return OWN_THIEVES
    likely = question.of_kind("exposure")
    if question.exposures_named:
        if question.words() <= ELLIPSIS_WORDS:
            return ()  # "sorry, fire": so few words mean what they name
        named = question.exposures_named
        sure = (s for s in likely[:1] if s.score >= MEANING_WINS and s.nearest >= RESEMBLES)
        likely = [s for s in sure if s.id not in named]
    total = sum(s.score for s in likely)
    for policy in pays:
        if _DELIBERATE.search(question.text) and policy.id != THEFT and exposure_id not in DELIBERATE_ACTS:
            return DELIBERATE_ACTS
        others = [s for s in likely if (d := base.decide(policy.id, s.id)) and d.verdict is not Verdict.YES]
        if sum(s.score for s in others) > (1 - YES_CONSENSUS) * total:
            return tuple(s.id for s in others[:3])
    return ()


def _by_own_people(text: str) -> bool:
    """Whether a theft is told of in which the insured's own people appear; most policies leave that to crime cover."""
    return bool(_STOLEN.search(text) and _OWN_PEOPLE.search(text))


def _as_reported(question: Question, answer: Answer, base: KnowledgeBase) -> Answer:
    """The answer, with what must be said where the message tells of something that has happened."""
    if _HAPPENED.search(question.text):
        answer.paragraphs.append(str(base.notices.get("no_claim_opinion", "")).strip())
        answer.buttons = [TALK_TO_AGENT, *(b for b in answer.buttons if b != TALK_TO_AGENT)]
    return answer


def _same_responder(question: Question, base: KnowledgeBase) -> str | None:
    """The likeliest incident, if the same policy surely responds to nearly every plausible one."""
    likely = question.of_kind("exposure")
    total = sum(s.score for s in likely)
    first = base.responders(likely[0].id) if likely else []
    if total < ENOUGH or question.exposures_named or not first or first[0].verdict is not Verdict.YES:
        return None
    policy = first[0].policy.id
    alike = sum(s.score for s in likely if (d := base.decide(policy, s.id)) and d.verdict is Verdict.YES)
    return likely[0].id if alike >= CONSENSUS * total else None


def one_policy(decision: Decision, base: KnowledgeBase) -> Answer:
    """One cell of the matrix in words."""
    policy, exposure = decision.policy, decision.exposure
    responders = [d for d in base.responders(exposure.id) if d.policy.id != policy.id]
    # What has to be bought comes before what pays in a corner of it only.
    instead = [] if exposure.if_uninsured else responders
    answer = Answer(
        Status.ANSWERED,
        "ask_coverage",
        _why(decision),
        verdict=decision.verdict.value if decision.verdict is not Verdict.UNKNOWN else None,
        policies=[policy.id],
        exposure=exposure.id,
        entries=[exposure.id, policy.id],
        simpler=policy.simpler.text,
    ).cite(decision.sources)
    if decision.verdict is Verdict.DEPENDS and decision.depends_on:
        answer.paragraphs.append(f"What it depends on: {decision.depends_on.rstrip('.')}.")
    if decision.verdict is Verdict.UNKNOWN:
        answer.lead = f"My sources do not settle this one. {_why(decision)} A licensed agent can check your wording."
    elif decision.verdict is Verdict.NO:
        answer.paragraphs.append(_instead(instead, exposure))
        if instead:
            answer.cite(instead[0].sources)
        elif exposure.if_uninsured:
            answer.cite(exposure.if_uninsured.source)
    if decision.verdict is not Verdict.YES:
        answer.policies += [d.policy.id for d in instead]
    answer.more = [exposure.summary.text, *_others(responders, decision.verdict)]
    answer.buttons = _next_questions(decision, instead)
    return answer


def _why(decision: Decision) -> str:
    """The reason with the policy named: entries say "It pays …" where their reader sees the name above."""
    return re.sub(r"^It\b", sentence(decision.policy.short_name)[:-1], decision.why)


def _instead(instead: list[Decision], exposure: Exposure) -> str:
    if not instead:
        assert exposure.if_uninsured is not None  # a check of the content
        return exposure.if_uninsured.text
    sure = [d for d in instead if d.verdict is Verdict.YES]
    if sure:
        names = joined([d.policy.short_name for d in sure])
        text = f"What covers it instead: {names}. {_why(sure[0])}"
    else:
        first = instead[0]
        text = f"What may cover it instead: {first.policy.short_name}, depending on {first.depends_on}."
    return text


def _others(instead: list[Decision], verdict: Verdict) -> list[str]:
    lines = [f"{sentence(d.policy.short_name)[:-1]}: {_short_verdict(d)}" for d in instead[:5]]
    if not lines:
        return []
    heading = "Other policies that respond:" if verdict is Verdict.YES else "What responds, policy by policy:"
    return [f"{heading}\n{listed(lines)}"]


def _short_verdict(decision: Decision) -> str:
    if decision.verdict is Verdict.DEPENDS:
        return f"depends on {decision.depends_on}"
    if decision.verdict is Verdict.UNKNOWN:
        return "ask an agent"
    return "yes" if decision.verdict is Verdict.YES else "no"


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


def several_policies(decisions: list[Decision], exposure: Exposure, base: KnowledgeBase) -> Answer:
    """The same incident under two or three policies."""
    verdicts = {d.verdict for d in decisions}
    alike = decisions[0].verdict.value if len(verdicts) == 1 else None
    answer = Answer(
        Status.ANSWERED,
        "ask_coverage",
        f"For {exposure.short_name}, policy by policy:",
        [listed(f"{sentence(d.policy.short_name)[:-1]}: {_short_verdict(d)}. {d.why}" for d in decisions)],
        verdict=alike if alike != "unknown" else None,
        policies=[d.policy.id for d in decisions],
        exposure=exposure.id,
        entries=[exposure.id, *(d.policy.id for d in decisions)],
    )
    for decision in decisions:
        answer.cite(decision.sources)
    others = [d for d in base.responders(exposure.id) if d.policy.id not in answer.policies]
    answer.more = [exposure.summary.text, *_others(others, Verdict.NO)]
    names = [d.policy for d in decisions[:2]]
    answer.buttons = [
        Button(
            f"Compare {names[0].short_name} and {names[1].short_name}",
            {"intent": "ask_compare", "policies": [p.id for p in names]},
        ),
        TALK_TO_AGENT,
    ]
    return answer


@answers("ask_what_covers")
def what_covers(question: Question, base: KnowledgeBase) -> Answer:
    """Which policies respond to what happened."""
    happened = read_exposure(question)
    exposure = base.exposure(happened.sure or _same_responder(question, base))
    if exposure is None:
        if question.unknown_policy:
            return which_policy_is_that(question, base)
        if question.policies:
            return overview(question, base)
        told = responders_by_incident(question, happened.candidates, base)
        return told or ask_which_exposure(question, base, happened.candidates)
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
        answer.lead = (
            f"{sentence(joined([d.policy.short_name for d in sure], 'or'))[:-1]} responds to {exposure.short_name}."
        )
        answer.paragraphs.append(_why(sure[0]))
        answer.cite(sure[0].sources)
    elif exposure.if_uninsured and responders:
        answer.lead = exposure.if_uninsured.text
        answer.cite(exposure.if_uninsured.source)
    elif responders:
        first = responders[0]
        answer.lead = f"{sentence(first.policy.short_name)[:-1]} may respond to {exposure.short_name}. {_why(first)}"
        answer.paragraphs.append(f"What it depends on: {(first.depends_on or 'the wording').rstrip('.')}.")
        answer.cite(first.sources)
    else:
        answer.lead = f"No standard policy pays for {exposure.short_name}."
        if exposure.if_uninsured:
            answer.paragraphs.append(exposure.if_uninsured.text)
            answer.cite(exposure.if_uninsured.source)
    told_first = responders[0] if responders and not exposure.if_uninsured else None
    depends = [d for d in responders if d.verdict is Verdict.DEPENDS and d is not told_first]
    if depends and (sure or exposure.if_uninsured):
        answer.paragraphs.append(
            "May respond too:\n"
            + listed(f"{sentence(d.policy.short_name)[:-1]}, depending on {d.depends_on}" for d in depends[:2])
        )
    answer.more = [exposure.summary.text, *_refusals(exposure, base)]
    answer.cite(exposure.summary.source)
    if responders:
        first_policy = responders[0].policy
        answer.buttons = [
            Button(
                f"What is {first_policy.short_name}?",
                {"intent": "ask_policy", "policies": [first_policy.id]},
            ),
            Button(
                f"What does {first_policy.short_name} cost?",
                {"intent": "ask_cost", "policies": [first_policy.id]},
            ),
        ]
    answer.buttons.append(TALK_TO_AGENT)
    return _as_reported(question, answer, base)


def _refusals(exposure: Exposure, base: KnowledgeBase) -> list[str]:
    lines = [
        f"{sentence(policy.short_name)[:-1]}: {grant.why}"
        for grant in exposure.not_covered_by[:4]
        if (policy := base.policy(grant.policy))
    ]
    return [f"What does not pay for it:\n{listed(lines)}"] if lines else []


class AnswerCoverage(GuideAction):
    def name(self) -> str:
        return "action_coverage"

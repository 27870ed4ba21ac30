"""What an answer was worth to the visitor, judged against a labelled question. Pure.

An in-scope question ends helpful, deflected, off or harmful; an out-of-scope one refused or leaked.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

OUT_OF_SCOPE = "out_of_scope"
CHITCHAT = "chitchat"


class Outcome(StrEnum):
    """How one question ended."""

    HELPFUL = "helpful"  # answered by a fitting intent, about an accepted policy, with an accepted verdict
    DEFLECTED = "deflected"  # not answered, but honestly so: asked back, fell back, handed off
    OFF = "off"  # something else was answered, or a milder verdict than the accepted ones
    HARMFUL = "harmful"  # yes where yes is not accepted, or no where only yes is
    REFUSED = "refused"  # out of scope, and not answered
    LEAKED = "leaked"  # out of scope, and answered


GOOD = frozenset({Outcome.HELPFUL, Outcome.REFUSED})
WRONG = frozenset({Outcome.OFF, Outcome.HARMFUL, Outcome.LEAKED})

# Kind of question -> intents whose answer meets it.
FITS: Mapping[str, frozenset[str]] = {
    kind: frozenset(intents.split())
    for kind, intents in {
        "coverage_check": "ask_coverage ask_what_covers ask_exclusions",
        "what_covers": "ask_what_covers ask_coverage ask_scenario report_claim",
        "policy_overview": "ask_policy ask_term ask_coverage",
        "exclusions": "ask_exclusions ask_coverage",
        "who_needs": "ask_need ask_regulation ask_recommendation",
        "cost": "ask_cost ask_cost_factors",
        "cost_factors": "ask_cost_factors ask_cost",
        "lower_cost": "ask_lower_cost",
        "compare": "ask_compare ask_term",
        "glossary": "ask_term ask_policy ask_compare",
        "limits": "ask_limits",
        "recommend": "ask_recommendation ask_need",
        "proof": "ask_proof ask_term",
        "regulation": "ask_regulation ask_need ask_policy ask_term",
        "choose_insurer": "ask_choose_insurer talk_to_agent get_quote",
        "quote": "get_quote talk_to_agent ask_how_to_buy",
        "claim": "report_claim talk_to_agent",
        "handoff": "talk_to_agent report_claim",
    }.items()
}
# A visitor who wants a person or a form is helped by the right intent, whatever follows.
REQUESTS = frozenset({"quote", "claim", "handoff"})
NOT_ABOUT_INSURANCE = frozenset({CHITCHAT, OUT_OF_SCOPE})
GIVEN = frozenset({"answered", "flow"})
NOT_ANSWERED = frozenset({"clarify", "fallback", "handoff", OUT_OF_SCOPE})
# Written as one form by most insurers, so an answer about either is about both.
SIBLINGS = frozenset({"professional_liability", "tech_eo"})


@dataclass(frozen=True)
class Question:
    """A labelled visitor question; empty policies or verdicts are not judged."""

    id: str
    text: str
    kind: str
    kinds: tuple[str, ...]  # every defensible reading, the main one first
    policies: frozenset[str]
    verdicts: frozenset[str]
    deflect_ok: bool

    @classmethod
    def read(cls, line: Mapping[str, Any]) -> "Question":
        """A line of the evaluation set.

        Raises:
            ValueError: a field is missing, or there is no accepted kind.
        """
        try:
            question = cls(
                id=line["id"],
                text=line["text"],
                kind=line["kind"],
                kinds=tuple(line["ok_kinds"]),
                policies=frozenset(line["ok_policies"]),
                verdicts=frozenset(line["ok_verdicts"]),
                deflect_ok=line["deflect_ok"],
            )
        except KeyError as error:
            raise ValueError(f"question {line.get('id')} has no {error}") from None
        if not question.kinds:
            raise ValueError(f"question {question.id} has an empty ok_kinds")
        return question

    @property
    def in_scope(self) -> bool:
        """Whether the guide should have something to say."""
        return self.kind != OUT_OF_SCOPE


@dataclass(frozen=True)
class Answer:
    """What the guide made of a question: the judged part of the ask contract."""

    status: str
    intent: str
    verdict: str | None = None
    policies: tuple[str, ...] = ()

    @classmethod
    def read(cls, result: Mapping[str, Any]) -> "Answer":
        """A result of `guide ask --jsonl`."""
        return cls(result["status"], result["intent"], result.get("verdict"), tuple(result.get("policies") or ()))


def fits(intent: str, kinds: Iterable[str]) -> bool:
    """Whether the intent answers any of the kinds; those outside the table have no intent of their own."""
    return any(intent in FITS.get(kind, ()) for kind in kinds)


def outcome(question: Question, answer: Answer) -> Outcome:
    """How the question ended; harm is looked for before anything that would excuse it."""
    mainly_outside = question.kinds[0] == OUT_OF_SCOPE
    not_answered = answer.status in NOT_ANSWERED
    if mainly_outside and (not_answered or answer.status == CHITCHAT):
        return Outcome.REFUSED
    if question.kinds == (OUT_OF_SCOPE,):
        return Outcome.LEAKED
    if _misleads(question, answer):
        return Outcome.HARMFUL
    if CHITCHAT in question.kinds and answer.status == CHITCHAT:
        return Outcome.HELPFUL
    if fits(answer.intent, REQUESTS.intersection(question.kinds)):
        return Outcome.HELPFUL
    if not_answered:
        wanted = question.deflect_ok and answer.status != "fallback"
        return Outcome.HELPFUL if wanted else Outcome.DEFLECTED
    if not _meets(question, answer):
        return Outcome.LEAKED if mainly_outside else Outcome.OFF
    if question.policies and not _about(question.policies, answer.policies):
        return Outcome.OFF
    if question.verdicts and answer.verdict and answer.verdict not in question.verdicts:
        return Outcome.OFF
    return Outcome.HELPFUL


def _misleads(question: Question, answer: Answer) -> bool:
    if not question.verdicts:
        return False
    if answer.verdict == "yes":
        return "yes" not in question.verdicts
    return answer.verdict == "no" and question.verdicts == {"yes"}


def _meets(question: Question, answer: Answer) -> bool:
    """Whether what was answered is what was asked; follow-ups and double questions can ask anything."""
    for kind in question.kinds:
        if kind in REQUESTS or kind in NOT_ABOUT_INSURANCE:
            continue
        if answer.intent in FITS[kind] if kind in FITS else answer.status in ("answered", "flow"):
            return True
    return False


def _about(accepted: frozenset[str], policies: Iterable[str]) -> bool:
    wide = accepted | SIBLINGS if accepted & SIBLINGS else accepted
    return not wide.isdisjoint(policies)


@dataclass(frozen=True)
class Scored:
    """A question, its answer, the classifier's first choice, and how sure the guide was."""

    question: Question
    answer: Answer
    choice: str
    confidence: float

    @property
    def outcome(self) -> Outcome:
        """How the question ended."""
        return outcome(self.question, self.answer)


def summary(scored: Sequence[Scored]) -> dict[str, float]:
    """Shares of the in-scope questions, and of the out-of-scope ones refused; 0 to 1."""
    inside = Counter(each.outcome for each in scored if each.question.in_scope)
    outside = Counter(each.outcome for each in scored if not each.question.in_scope)
    shares = {
        str(end): inside[end] / max(1, inside.total())
        for end in (Outcome.HELPFUL, Outcome.DEFLECTED, Outcome.OFF, Outcome.HARMFUL)
    }
    return {**shares, "out_of_scope_refused": outside[Outcome.REFUSED] / max(1, outside.total())}


def by_kind(scored: Iterable[Scored]) -> dict[str, Counter[Outcome]]:
    """For every kind, in alphabetical order, how its questions ended."""
    found: dict[str, Counter[Outcome]] = {}
    for each in scored:
        found.setdefault(each.question.kind, Counter())[each.outcome] += 1
    return dict(sorted(found.items()))


def confusions(scored: Iterable[Scored], most: int = 15) -> list[tuple[str, str, int]]:
    """(expected kind, answered intent, how often) where the intent is what went wrong, most frequent first."""
    counted = Counter(
        (each.question.kind, each.answer.intent)
        for each in scored
        if each.outcome not in GOOD and not fits(each.answer.intent, each.question.kinds)
    )
    ordered = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    return [(kind, intent, times) for (kind, intent), times in ordered[:most]]

"""What confidences are worth: calibration, and what refusing the unsure ones buys. Pure.

A message is refused when its confidence is below the threshold, as Rasa's FallbackClassifier does it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

BINS = 15
REJECTED_PERCENT = 5


@dataclass(frozen=True)
class Bin:
    """Messages of about the same confidence: how many, how sure on average, how often right."""

    count: int
    confidence: float
    accuracy: float


def reliability(confidences: Sequence[float], right: Sequence[bool], bins: int = BINS) -> list[Bin]:
    """Equally wide bins of confidence from 0 to 1; empty ones are left out."""
    members: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for confidence, is_right in zip(confidences, right, strict=True):
        if not 0 <= confidence <= 1:
            raise ValueError(f"{confidence} is not a confidence")
        members[min(int(confidence * bins), bins - 1)].append((confidence, is_right))
    return [
        Bin(len(group), sum(c for c, _ in group) / len(group), sum(r for _, r in group) / len(group))
        for group in members
        if group
    ]


def expected_calibration_error(confidences: Sequence[float], right: Sequence[bool], bins: int = BINS) -> float:
    """How far confidence is from accuracy on average, bin by bin; 0 is perfect."""
    if not confidences:
        raise ValueError("no confidences to judge")
    found = reliability(confidences, right, bins)
    return sum(b.count * abs(b.confidence - b.accuracy) for b in found) / len(confidences)


def rejection_threshold(in_scope: Sequence[float], percent: int = REJECTED_PERCENT) -> float:
    """The highest threshold that refuses at most `percent` of 100 in-scope messages."""
    if not in_scope:
        raise ValueError("no in-scope confidences to choose a threshold from")
    if not 0 <= percent < 100:
        raise ValueError(f"{percent} is not a percentage below 100")
    # Counted in whole messages: at this one's own confidence, only those before it are below.
    return sorted(in_scope)[len(in_scope) * percent // 100]


def share_below(confidences: Sequence[float], threshold: float) -> float:
    """Share of the messages that the threshold refuses."""
    if not confidences:
        raise ValueError("no confidences to refuse")
    return sum(confidence < threshold for confidence in confidences) / len(confidences)


@dataclass(frozen=True)
class Case:
    """One question as the refusal curve sees it."""

    confidence: float
    in_scope: bool
    deflected: bool  # already refused or asked back, whatever the threshold
    wrong: bool  # answered, and not as it should have been


@dataclass(frozen=True)
class Point:
    """At one threshold: shares of the in-scope questions deflected and answered wrongly, and of the others leaked."""

    threshold: float
    deflected: float
    wrong: float
    leaked: float


def refusal_curve(cases: Sequence[Case], thresholds: Sequence[float]) -> list[Point]:
    """How wrong answers give way to deflections, were every message below the threshold deflected."""
    inside = [case for case in cases if case.in_scope]
    outside = [case for case in cases if not case.in_scope]
    if not inside or not outside:
        raise ValueError("the curve needs questions in scope and out of scope")
    return [
        Point(
            threshold,
            sum(case.deflected or case.confidence < threshold for case in inside) / len(inside),
            _answered_wrongly(inside, threshold),
            _answered_wrongly(outside, threshold),
        )
        for threshold in thresholds
    ]


def _answered_wrongly(cases: Sequence[Case], threshold: float) -> float:
    return sum(case.wrong and case.confidence >= threshold for case in cases) / len(cases)

"""What a message is, whatever it is about: outside the guide's business, news of a loss, or a question of yes or no.

All are regressions on positive evidence.  A message is outside because it resembles what is outside, or names it,
more than it resembles anything inside; that it is far from all that is known says nothing of the kind: trades that
nobody wrote for are far as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from understanding.cues import cues_of
from understanding.features import ASKS_OPENLY, LEAST, REFERS_BACK, Heard, asks_yes_or_no
from understanding.learning.arrays import Floats
from understanding.targets import OUTSIDE, Target

NEAREST = 5  # targets inside whose mean says how near a message is to the guide's business
SHARPNESS = 12.0  # of the log-sum-exp: the higher, the more the nearest alone count
CHANCES = ("outside", "happened", "right", "cover", "excluded")  # the regressions that a reader needs
# Intents whose chance tells what kind of answer is wished.
INTENDED = (
    *("ask_coverage", "ask_what_covers", "ask_policy", "ask_exclusions", "ask_compare", "ask_included", "ask_trigger"),
    *("ask_need", "ask_recommendation", "ask_term", "ask_limits", "ask_scenario", "ask_risks", "ask_proof"),
    *("ask_regulation", "ask_how_to_buy", "ask_claims", "ask_service", "ask_cost", "ask_cost_factors"),
    *("ask_lower_cost", "get_quote", "report_claim", "talk_to_agent", "ask_guarantee", "ask_legal_advice"),
    *("ask_medical_advice", "follow_up", "inform", "correct", "out_of_scope"),
)

# Words with which people ask whether something is paid, left out, wise, a duty, allowed …; what they tell is learnt.
ASKING: dict[str, frozenset[str]] = {
    name: frozenset(words.split())
    for name, words in {
        "cover": "cover covers covered coverage covering insured insures protected protects",
        "pays": "pay pays paid paying reimburse reimburses claim",
        "answers": "respond responds handle handles take takes step apply applies defend defends help include includes "
        "included under part inside",
        "out": "exclude excludes excluded excluding exclusion exclusions carve carved left leave leaves out excepted",
        "own": "own pocket ourselves myself eat stuck dime luck uninsured gap hole refuse deny swallow bare hook lose",
        "advice": "should shall better worth wise ok smart best",
        "duty": "must need needs have required require legal legally law",
        "allowed": "may allowed can could",
        "which": "which who whose what where",
        "amount": "how long much many when enough late deadline soon",
        "fault": "fault liable responsible blame sue sued owe",
        "again": "and even also if too same what about or still though",
        "price": "cost costs raise rate rates go up premium price deductible limit",
    }.items()
}


@dataclass(frozen=True)
class Chance:
    """A logistic regression: the chance of a yes from standardised evidence."""

    mean: Floats
    scale: Floats
    weights: Floats
    constant: float

    def of(self, evidence: Floats) -> float:
        """From evidence of shape (n,), a chance between 0 and 1."""
        return float(self.of_each(evidence[None])[0])

    def of_each(self, rows: Floats) -> Floats:
        """The same of each row of evidence."""
        scores = (rows - self.mean) / self.scale @ self.weights + self.constant
        return np.asarray(1.0 / (1.0 + np.exp(-np.clip(scores, -30, 30))))

    @classmethod
    def fit(
        cls, evidence: Floats, yes: Sequence[bool], strength: float = 1.0, balanced: bool = False, least: float = 1e-6
    ) -> Chance:
        """Learn from rows of evidence.

        Args:
            strength: inverse of the L2 penalty.
            least: deviation below which evidence is not stretched, so that what is rare or many counts less.
        """
        mean, scale = evidence.mean(axis=0), np.maximum(evidence.std(axis=0), least)
        model = LogisticRegression(C=strength, max_iter=2000, class_weight="balanced" if balanced else None)
        model.fit((evidence - mean) / scale, np.asarray(yes, dtype=int))
        return cls(mean, scale, model.coef_[0].astype(np.float64), float(model.intercept_[0]))

    def as_arrays(self, name: str) -> dict[str, Floats]:
        """For saving, each array under the name."""
        return {
            f"{name}_mean": self.mean,
            f"{name}_scale": self.scale,
            f"{name}_weights": self.weights,
            f"{name}_constant": np.array(self.constant),
        }

    @classmethod
    def from_arrays(cls, name: str, arrays: Mapping[str, Floats]) -> Chance:
        """What ``as_arrays`` gave."""
        mean, scale, weights = (arrays[f"{name}_{part}"] for part in ("mean", "scale", "weights"))
        return cls(mean, scale, weights, float(arrays[f"{name}_constant"]))


@dataclass(frozen=True)
class Scope:
    """Which of an index's targets are the guide's business, by place in its order.

    Attributes:
        inside, outside: true where a target is; one that is gone from the base is in neither.
        general: the place of the answer that something is not the guide's business; None where there is none.
    """

    inside: NDArray[np.bool_]
    outside: NDArray[np.bool_]
    general: int | None

    @classmethod
    def of(cls, ids: Sequence[str], targets: Mapping[str, Target]) -> Scope:
        """Of the index's targets, in its order, and every target by id."""
        known = [targets.get(each) for each in ids]
        outside = np.array([target is not None and target.intent == "out_of_scope" for target in known], dtype=bool)
        inside = np.array([target is not None and target.kind != "intent" for target in known], dtype=bool) & ~outside
        return cls(inside, outside, ids.index(OUTSIDE) if OUTSIDE in ids else None)


class Signs(NamedTuple):
    """Evidence of a message, a row for the regressions of each sort: outside, happened, and what is asked."""

    scope: Floats
    happened: Floats
    asked: Floats


def signs_of(heard: Heard, meaning: Floats, scope: Scope) -> Signs:
    """What tells what a message is, whatever it is about."""
    return Signs(
        scope_evidence(heard, meaning, scope), happened_evidence(heard, meaning), asked_evidence(heard, meaning)
    )


def scope_evidence(heard: Heard, meaning: Floats, scope: Scope) -> Floats:
    """What tells that a message is outside the guide's business: what it is near to, what it names, what it means."""
    mean, best = heard.meaning.mean, heard.meaning.best
    inside, outside = scope.inside, scope.outside
    near = np.sort(mean[inside])[-NEAREST:]
    return np.array(
        [
            heard.intents.get("out_of_scope", 0.0),
            _energy(mean[inside]),
            _energy(mean[outside]),
            float(best[outside].max(initial=0.0)),
            float(best[inside].max(initial=0.0)),
            float(near.mean()),
            float(mean[outside].max(initial=0.0)) - float(near[-1]),
            float(best[outside].max(initial=0.0)) - float(best[inside].max(initial=0.0)),
            float(bool(heard.links.get("outside"))),
            float(bool(heard.policies or heard.links.get("term") or heard.links.get("exposure"))),
            float(bool(heard.links.get("industry"))),
            float(bool(heard.frame and heard.frame.target)),
            0.0 if scope.general is None else float(mean[scope.general]),
            float(np.log1p(len(heard.words))),
            *cues_of(heard.words),
            *meaning,
        ]
    )


def happened_evidence(heard: Heard, meaning: Floats) -> Floats:
    """What tells that something has happened to the visitor: the meaning of the message, and its kinds of words."""
    told = (heard.intents.get("report_claim", 0.0), float(bool(heard.frame and heard.frame.happened)))
    return np.array([*told, *cues_of(heard.words), *meaning])


def asked_evidence(heard: Heard, meaning: Floats) -> Floats:
    """What tells whether a yes or no of cover is asked for: how it is put, what it may intend, and its meaning."""
    words, frame = set(heard.words), heard.frame
    put = (asks_yes_or_no(heard.text), *(bool(each.search(heard.text)) for each in (ASKS_OPENLY, REFERS_BACK)))
    told = (bool(frame and frame.target), bool(frame and frame.intent == "ask_coverage"), bool(heard.policies))
    intended = (np.log(max(heard.intents.get(name, 0.0), LEAST)) for name in INTENDED)
    asking = (bool(words & each) for each in ASKING.values())
    how = [*intended, *map(float, (*put, *told, *asking)), float(np.log1p(len(heard.words)))]
    return np.array([*how, *cues_of(heard.words), *meaning])


def _energy(values: Floats) -> float:
    """How near a message is to all of them together (log-sum-exp; Liu et al. 2020)."""
    return float(np.log(np.exp(SHARPNESS * values).sum()) / SHARPNESS) if len(values) else 0.0

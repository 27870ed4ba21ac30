"""What a message is, whatever it is about: outside the guide's business, or the news of something that has happened.

Both are regressions on positive evidence.  A message is outside because it resembles what is outside, or names it,
more than it resembles anything inside; that it is far from all that is known says nothing of the kind: trades that
nobody wrote for are far as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression

from understanding.features import Heard, cues_of
from understanding.learning.arrays import Floats
from understanding.targets import OUTSIDE, Target

NEAREST = 5


@dataclass(frozen=True)
class Chance:
    """A logistic regression: the chance of a yes from standardised evidence."""

    mean: Floats
    scale: Floats
    weights: Floats
    constant: float

    def of(self, evidence: Floats) -> float:
        """From evidence of shape (n,), a chance between 0 and 1."""
        score = float((evidence - self.mean) / self.scale @ self.weights) + self.constant
        return float(1.0 / (1.0 + np.exp(-np.clip(score, -30, 30))))

    @classmethod
    def fit(cls, evidence: Floats, yes: Sequence[bool], strength: float = 1.0, balanced: bool = False) -> Chance:
        """Learn from rows of evidence; strength is the inverse of the L2 penalty."""
        mean, scale = evidence.mean(axis=0), evidence.std(axis=0) + 1e-6
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


def scope_evidence(heard: Heard, meaning: Floats, ids: Sequence[str], targets: Mapping[str, Target]) -> Floats:
    """What tells that a message is outside the guide's business: what it is near to, what it names, what it means."""
    mean, best = heard.meaning.mean, heard.meaning.best
    outside = np.array([targets[each].intent == "out_of_scope" for each in ids])
    flows = np.array([targets[each].kind == "intent" for each in ids])
    inside = ~outside & ~flows
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
            float(mean[ids.index(OUTSIDE)]) if OUTSIDE in ids else 0.0,
            float(np.log1p(len(heard.words))),
            *cues_of(heard.words),
            *meaning,
        ]
    )


def happened_evidence(heard: Heard, meaning: Floats) -> Floats:
    """What tells that something has happened to the visitor: the meaning of the message, and its kinds of words."""
    told = (heard.intents.get("report_claim", 0.0), float(bool(heard.frame and heard.frame.happened)))
    return np.array([*told, *cues_of(heard.words), *meaning])


def _energy(values: Floats) -> float:
    """How near a message is to all of them together (log-sum-exp; Liu et al. 2020)."""
    return float(np.log(np.exp(12.0 * values).sum()) / 12.0) if len(values) else 0.0

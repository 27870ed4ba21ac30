"""Multinomial logistic regression with an L2 penalty, in single precision.  Pure.

The same solution as scikit-learn's ``LogisticRegression`` (L-BFGS, Liu and Nocedal 1989), which computes in double
precision, in half its time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from understanding.learning.arrays import Floats

MOST_STEPS, FLAT = 300, 3e-5  # the descent ends where no slope of the mean loss is steeper


@dataclass(frozen=True)
class Regression:
    """Scores of classes are linear in the features: ``features @ weights + bias``."""

    weights: Floats  # shape (features, classes)
    bias: Floats  # shape (classes,)

    @classmethod
    def fit(cls, features: Floats, labels: NDArray[np.int64], penalty_c: float) -> Regression:
        """Learn from examples of shape (n, features) and class numbers 0, 1, …

        Args:
            penalty_c: inverse strength of the penalty on the weights.
        """
        features = np.ascontiguousarray(features, dtype=np.float32)
        shape, rows = (features.shape[1] + 1, int(labels.max()) + 1), np.arange(len(labels))

        def loss(flat: Floats) -> tuple[float, Floats]:
            at = flat.reshape(shape)
            weights = at[:-1].astype(np.float32)
            scores = features @ weights + at[-1].astype(np.float32)
            scores -= scores.max(axis=1, keepdims=True)
            own = scores[rows, labels].sum(dtype=np.float64)
            chances = np.exp(scores, out=scores)
            total = chances.sum(axis=1, keepdims=True)
            chances /= total
            chances[rows, labels] -= 1
            slope = np.vstack([features.T @ chances + weights / penalty_c, chances.sum(axis=0)])
            penalty = np.sum(weights**2, dtype=np.float64) / (2 * penalty_c)
            return float(np.log(total).sum(dtype=np.float64) - own + penalty), slope.ravel().astype(np.float64)

        found = minimize(
            loss,
            np.zeros(shape).ravel(),
            jac=True,
            method="L-BFGS-B",
            options={"maxiter": MOST_STEPS, "gtol": FLAT * len(labels)},
        )
        learnt = found.x.reshape(shape).astype(np.float32)
        return cls(learnt[:-1], learnt[-1])

    def scores(self, features: Floats) -> Floats:
        """How much speaks for each class, shape (n, classes)."""
        return np.asarray(features @ self.weights + self.bias)


def chances_of(scores: Floats) -> Floats:
    """Scores as probabilities along the last axis."""
    exponents = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(exponents / exponents.sum(axis=-1, keepdims=True))

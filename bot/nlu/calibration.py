"""How sure a first choice deserves to be: whether it is right, and whether the text is of any known class.  Pure.

A classifier's probability compares the classes with each other; a text that belongs to none gets a
confident one all the same.  So confidence is the product of two logistic regressions, learnt on held-out
examples: of the first choice being right (log-odds, lead), and of the text being familiar.  Familiar is what
has much energy, the logarithm of all classes' summed evidence (Liu et al. 2020, "Energy-based Out-of-distribution
Detection"), and lies near an example of its class.  The strangers of the second are the same examples with their
own class left out.  They are nearer than true ones, and would teach to weigh the two kinds of evidence against
each other; so both count alike, each by how much it varies.
A last one of slope and offset (Platt scaling) makes of the product how often the choice is right.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from bot.nlu.arrays import Floats

STRANGERS = 0.2  # strangers expected for each message of a known class


@dataclass(frozen=True)
class HeldOut:
    """What a classifier made of n examples it had not seen: shape (n,) each, ``chances`` (n, classes)."""

    chances: Floats  # of every class
    right: NDArray[np.bool_]  # whether the likeliest class is the example's
    familiarity: Floats  # energy, and cosine to the nearest example of the likeliest class: shape (n, 2)
    strangeness: Floats  # the same with the example's own class left out


@dataclass(frozen=True)
class Calibration:
    """Coefficients of the three regressions, the constant last; as they stand, the classifier's own probability."""

    right: Floats  # of the first choice's log-odds and its lead over the second
    familiar: Floats  # of the energy and the cosine
    both: Floats  # of the log-odds of the product

    @classmethod
    def none(cls) -> Calibration:
        """Confidence is the classifier's own probability."""
        return cls(np.array([1.0, 0.0, 0.0]), np.array([0.0, 0.0, 30.0]), np.array([1.0, 0.0]))

    @classmethod
    def learn(cls, held_out: HeldOut) -> Calibration:
        """From held-out examples; ``none`` where all are right or all wrong, which teaches nothing."""
        if held_out.right.all() or not held_out.right.any():
            return cls.none()
        count = len(held_out.right)
        right = _regression(_evidence(held_out.chances), held_out.right)
        alike = 1 / (held_out.familiarity.std(axis=0) + 1e-9)
        evidence = np.concatenate([held_out.familiarity, held_out.strangeness]) @ alike
        known = np.arange(2 * count) < count
        slope, constant = _regression(evidence[:, None], known, np.where(known, 1.0, STRANGERS))
        familiar = np.append(slope * alike, constant)
        product = cls(right, familiar, np.array([1.0, 0.0]))._product(held_out.chances, held_out.familiarity)
        return cls(right, familiar, _regression(product[:, None], held_out.right))

    def confidence(self, chances: Floats, familiarity: Floats) -> Floats:
        """Chance that the likeliest class is right, shape (n,), from ``chances`` and ``familiarity`` as held out."""
        return _sigmoid(_apply(self.both, self._product(chances, familiarity)[:, None]))

    def _product(self, chances: Floats, familiarity: Floats) -> Floats:
        """Log-odds of being right and familiar."""
        right = _sigmoid(_apply(self.right, _evidence(chances)))
        return _log_odds(right * _sigmoid(_apply(self.familiar, familiarity)))


def _evidence(chances: Floats) -> Floats:
    """Log-odds of the likeliest class, and its lead over the second."""
    top = -np.partition(-chances, 1, axis=1)[:, :2]
    return np.column_stack([_log_odds(top[:, 0]), top[:, 0] - top[:, 1]])


def _regression(evidence: Floats, outcome: NDArray[np.bool_], weight: Floats | None = None) -> Floats:
    """Coefficients and constant; the penalty sees each column at unit variance."""
    centre, scale = evidence.mean(axis=0), evidence.std(axis=0) + 1e-9
    model = LogisticRegression().fit((evidence - centre) / scale, outcome, weight)
    slopes = model.coef_[0] / scale
    return np.append(slopes, model.intercept_[0] - slopes @ centre)


def _apply(coefficients: Floats, evidence: Floats) -> Floats:
    return np.asarray(evidence @ coefficients[:-1] + coefficients[-1])


def _log_odds(chance: Floats) -> Floats:
    certain = np.clip(chance, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(certain / (1 - certain)))


def _sigmoid(values: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-values)))

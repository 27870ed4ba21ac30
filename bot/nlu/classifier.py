"""A small, fast, calibrated text classifier: meaning and wording, one logistic regression.

Features are the sentence vector beside word and character n-grams.  Few examples a class leave many
more features than examples, so the regression is solved in the space that the examples span: the same
solution for an L2 penalty (the representer theorem), several times faster.

Confidence is not the regression's own probability, which knows nothing of how far a text lies from all
examples: it is learnt from held-out folds (``bot.nlu.calibration``).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from scipy.linalg import eigh
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.utils.extmath import randomized_svd

from bot.nlu.arrays import Floats
from bot.nlu.calibration import Calibration, HeldOut
from bot.nlu.ngrams import Vocabulary

NGRAM_WEIGHT = 0.4  # n-gram blocks have unit length each, as the sentence vector has
EXACT_UP_TO = 1000  # more examples than this, and only their main directions are kept
MAIN_DIRECTIONS = 400  # as accurate as all of 3,000 here, and ten times faster to learn from
FOLDS, FOLDS_OF_FEW = 3, 5  # up to EXACT_UP_TO examples are few: a third less would teach another classifier


@dataclass(frozen=True)
class Guess:
    """The classes from likeliest down, the calibrated confidence in the first, and its nearest example."""

    ranking: list[tuple[str, float]]
    confidence: float  # chance that the first of the ranking is right, 0 to 1
    nearest: float  # cosine to the nearest example of that class


class Classifier:
    """Fit on texts and their sentence vectors; ask one text at a time.

    Args:
        penalty_c: inverse strength of the L2 penalty, found by cross-validation (docs/understanding.md).
    """

    def __init__(self, penalty_c: float = 30.0) -> None:
        self.penalty_c = penalty_c
        self.classes: list[str] = []
        self._vocabulary = Vocabulary([[], []], np.zeros(0, dtype=np.float32))
        self._weights = np.zeros((0, 0), dtype=np.float32)  # (384 + n-grams, classes)
        self._bias = np.zeros(0, dtype=np.float32)
        self._calibration = Calibration.none()
        self._remember(np.zeros((0, 0), dtype=np.float32), np.zeros(0, dtype=np.int64))

    def fit(self, texts: list[str], vectors: Floats, labels: list[str], calibrate: bool = True) -> None:
        """Learn from examples; vectors has shape (len(texts), 384).

        Raises:
            ValueError: fewer than two classes.
        """
        self.classes = sorted(set(labels))
        if len(self.classes) < 2:
            raise ValueError("a classifier needs examples of at least two classes")
        numbers = np.searchsorted(self.classes, labels)
        by_class = np.argsort(numbers, kind="stable")
        self._remember(vectors[by_class].astype(np.float32), numbers[by_class])
        in_order = [texts[i] for i in by_class]
        # An n-gram seen once teaches nothing but its example.
        self._vocabulary = Vocabulary.of(in_order, common=2 if len(texts) > 200 else 1)
        wording = NGRAM_WEIGHT * self._vocabulary.matrix(in_order)
        rotated, back = _span(sparse.hstack([sparse.csr_matrix(self._examples), wording]).tocsr())
        model = self._regression().fit(rotated, self._labels)
        self._weights, self._bias = self._unrotated(model, back)
        if calibrate:
            self._calibration = self._calibrate(rotated)

    def guess(self, text: str, vector: Floats) -> Guess:
        """What one text most likely is."""
        chances = self.probabilities(text, vector)
        order = np.argsort(-chances)
        best = int(order[0])
        nearest = (self._examples[self._starts[best] : self._ends[best]] @ vector).max()
        confidence = self._calibration.confidence(chances[None], (self._centroids @ vector).max(keepdims=True))[0]
        ranking = list(zip([self.classes[i] for i in order], chances[order].tolist(), strict=True))
        return Guess(ranking, float(confidence), float(nearest))

    def probabilities(self, text: str, vector: Floats) -> Floats:
        """The regression's probability of every class, in the order of ``classes``."""
        numbers, weights = self._vocabulary.weigh(text)
        meaning, wording = self._weights[: len(vector)], self._weights[len(vector) :]
        scores = vector @ meaning + NGRAM_WEIGHT * weights @ wording[numbers] + self._bias
        exponents = np.exp(scores - scores.max())
        return np.asarray(exponents / exponents.sum())

    def similar(self, vector: Floats) -> dict[str, float]:
        """For every class, the cosine to its nearest example."""
        best = np.maximum.reduceat(self._examples @ vector, self._starts)
        return dict(zip(self.classes, best.tolist(), strict=True))

    def save(self, folder: Path) -> None:
        """Write arrays and n-grams, no code: loading runs nothing."""
        np.savez(
            folder / "classifier.npz",
            weights=self._weights,
            bias=self._bias,
            examples=self._examples,
            labels=self._labels,
            rarity=self._vocabulary.rarity,
            right=self._calibration.right,
            familiar=self._calibration.familiar,
            both=self._calibration.both,
        )
        (folder / "classifier.json").write_text(
            json.dumps({"classes": self.classes, "ngrams": self._vocabulary.known, "penalty_c": self.penalty_c})
        )

    @classmethod
    def load(cls, folder: Path) -> Classifier:
        """Read what ``save`` wrote.

        Raises:
            FileNotFoundError: nothing was saved there.
        """
        described = json.loads((folder / "classifier.json").read_text())
        arrays = np.load(folder / "classifier.npz", allow_pickle=False)
        self = cls(described["penalty_c"])
        self.classes = described["classes"]
        self._vocabulary = Vocabulary(described["ngrams"], arrays["rarity"])
        self._weights, self._bias = arrays["weights"], arrays["bias"]
        self._calibration = Calibration(arrays["right"], arrays["familiar"], arrays["both"])
        self._remember(arrays["examples"], arrays["labels"])
        return self

    def _remember(self, examples: Floats, labels: NDArray[np.int64]) -> None:
        """Keep the examples, which stand class by class, so that each class is one slice."""
        self._examples, self._labels = examples, labels
        self._starts = np.searchsorted(labels, np.arange(len(self.classes)))
        self._ends = np.append(self._starts[1:], len(labels))
        self._centroids = _centroids(examples, labels)

    def _regression(self) -> LogisticRegression:
        return LogisticRegression(C=self.penalty_c, max_iter=300, tol=1e-2)

    def _unrotated(self, model: LogisticRegression, back: Floats) -> tuple[Floats, Floats]:
        coefficients, bias = model.coef_, model.intercept_
        if len(self.classes) == 2:  # scikit-learn keeps one row for two classes
            coefficients, bias = np.vstack([-coefficients, coefficients]) / 2, np.array([-bias[0], bias[0]]) / 2
        return np.asarray(back @ coefficients.T, dtype=np.float32), bias.astype(np.float32)

    def _calibrate(self, rotated: Floats) -> Calibration:
        few = len(rotated) <= EXACT_UP_TO and np.bincount(self._labels).min() >= FOLDS_OF_FEW
        folds = FOLDS_OF_FEW if few else FOLDS
        if np.bincount(self._labels).min() < folds:
            return Calibration.none()
        found = []
        for train, test in StratifiedKFold(folds, shuffle=True, random_state=7).split(rotated, self._labels):
            model, labels = self._regression().fit(rotated[train], self._labels[train]), self._labels[test]
            chances = model.predict_proba(rotated[test])
            cosines = self._examples[test] @ _centroids(self._examples[train], self._labels[train]).T
            familiarity = cosines.max(axis=1)
            cosines[np.arange(len(test)), labels] = -1
            found.append((chances, chances.argmax(axis=1) == labels, familiarity, cosines.max(axis=1)))
        return Calibration.learn(HeldOut(*(np.concatenate(column) for column in zip(*found, strict=True))))


def _centroids(examples: Floats, labels: NDArray[np.int64]) -> Floats:
    """The mean of each class's examples at unit length, shape (classes, 384); labels are 0, 0, …, 1, …"""
    if not len(labels):
        return examples
    sums = np.add.reduceat(examples, np.flatnonzero(np.diff(labels, prepend=-1)))
    return np.asarray(sums / np.linalg.norm(sums, axis=1, keepdims=True))


def _span(features: sparse.csr_matrix) -> tuple[Floats, Floats]:
    """Coordinates of the rows in the space they span, and the map back to features."""
    if features.shape[0] > EXACT_UP_TO:
        directions, scale, rows = randomized_svd(features, MAIN_DIRECTIONS, n_iter=2, random_state=7)
        return directions * scale, np.asarray(rows.T)
    gram = np.asarray((features @ features.T).todense(), dtype=np.float64)
    values, directions = eigh(gram)
    kept = values > 1e-6
    scale = np.sqrt(values[kept])
    return directions[:, kept] * scale, np.asarray(features.T @ (directions[:, kept] / scale))

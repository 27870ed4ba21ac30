"""A small, fast, calibrated text classifier: meaning and wording, one logistic regression.

Features are the sentence vector beside word and character n-grams.  Few examples a class leave many
more features than examples, so the regression is solved in the space that the examples span: the same
solution for an L2 penalty (the representer theorem), several times faster.  Of many examples only the main
directions of that space are kept, found by subspace iteration (Halko et al. 2011).

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
from scipy.special import logsumexp
from sklearn.model_selection import StratifiedKFold

from bot.nlu.arrays import Floats
from bot.nlu.calibration import Calibration, HeldOut
from bot.nlu.ngrams import Vocabulary
from bot.nlu.regression import Regression, chances_of

NGRAM_WEIGHT = 0.4  # n-gram blocks have unit length each, as the sentence vector has
EXACT_UP_TO = 1000  # more examples than this, and only their main directions are kept
MAIN_DIRECTIONS = 400  # as accurate as all of 3,000 here, and ten times faster to learn from
SPARE, PASSES = 10, 2  # directions found beyond those kept, and times the frame is turned towards them
SMALLEST = 1e-4  # a direction of less variance is what single precision leaves of none
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
        rotated, back = _span(self._examples, wording)
        model = Regression.fit(rotated, self._labels, self.penalty_c)
        self._weights, self._bias = back @ model.weights, model.bias
        if calibrate:
            self._calibration = self._calibrate(rotated)

    def guess(self, text: str, vector: Floats) -> Guess:
        """What one text most likely is."""
        scores = self._scores(text, vector)
        chances = chances_of(scores)
        order = np.argsort(-chances)
        best = int(order[0])
        nearest = (self._examples[self._starts[best] : self._ends[best]] @ vector).max()
        familiarity = np.array([[logsumexp(scores), nearest]])
        confidence = self._calibration.confidence(chances[None], familiarity)[0]
        ranking = list(zip([self.classes[i] for i in order], chances[order].tolist(), strict=True))
        return Guess(ranking, float(confidence), float(nearest))

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

    def _scores(self, text: str, vector: Floats) -> Floats:
        numbers, weights = self._vocabulary.weigh(text)
        meaning, wording = self._weights[: len(vector)], self._weights[len(vector) :]
        return np.asarray(vector @ meaning + NGRAM_WEIGHT * weights @ wording[numbers] + self._bias)

    def _calibrate(self, rotated: Floats) -> Calibration:
        few = len(rotated) <= EXACT_UP_TO and np.bincount(self._labels).min() >= FOLDS_OF_FEW
        folds = FOLDS_OF_FEW if few else FOLDS
        if np.bincount(self._labels).min() < folds:
            return Calibration.none()
        found = []
        for train, test in StratifiedKFold(folds, shuffle=True, random_state=7).split(rotated, self._labels):
            seen, labels = self._labels[train], self._labels[test]
            scores = Regression.fit(rotated[train], seen, self.penalty_c).scores(rotated[test])
            starts = np.searchsorted(seen, np.arange(len(self.classes)))
            cosines = np.maximum.reduceat(self._examples[test] @ self._examples[train].T, starts, axis=1)
            familiarity = _familiarity(scores, cosines)
            chances = chances_of(scores)
            scores[np.arange(len(test)), labels] = -np.inf
            found.append((chances, chances.argmax(axis=1) == labels, familiarity, _familiarity(scores, cosines)))
        return Calibration.learn(HeldOut(*(np.concatenate(column) for column in zip(*found, strict=True))))


def _familiarity(scores: Floats, cosines: Floats) -> Floats:
    """Energy, and the cosine to the nearest example of the likeliest class; both arguments (n, classes)."""
    nearest = np.take_along_axis(cosines, scores.argmax(axis=1)[:, None], axis=1)
    return np.column_stack([logsumexp(scores, axis=1), nearest])


def _span(meaning: Floats, wording: sparse.csr_matrix) -> tuple[Floats, Floats]:
    """Coordinates of the examples in the space they span, and the map back to features."""
    turned = wording.T.tocsr()

    def products(of: Floats) -> Floats:
        return np.asarray(meaning @ (meaning.T @ of) + wording @ (turned @ of))

    count = len(meaning)
    if count <= EXACT_UP_TO:
        values, directions = eigh(products(np.eye(count, dtype=np.float32)))
    else:
        frame = np.random.default_rng(7).standard_normal((count, MAIN_DIRECTIONS + SPARE)).astype(np.float32)
        for _ in range(PASSES):
            frame = np.linalg.qr(products(frame))[0]
        values, directions = eigh(frame.T @ products(frame))
        values, directions = values[SPARE:], frame @ directions[:, SPARE:]
    kept = values > SMALLEST
    scale = np.sqrt(values[kept])
    unit = directions[:, kept] / scale
    return directions[:, kept] * scale, np.vstack([meaning.T @ unit, turned @ unit])

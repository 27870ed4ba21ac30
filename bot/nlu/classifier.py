"""A small, fast, calibrated text classifier: meaning and wording, one logistic regression.

Features are the sentence vector beside word and character n-grams.  Few examples a class leave many
more features than examples, so the regression is solved in the space that the examples span: the same
solution for an L2 penalty (the representer theorem), several times faster.

Confidence is not the regression's own probability, which knows nothing of how far a text lies from all
examples: a second, three-feature regression learns from held-out folds how often the first choice is
right (stacked Platt scaling).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse as sparse
from scipy.linalg import eigh
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.utils.extmath import randomized_svd

from bot.nlu.arrays import Floats

NGRAM_WEIGHT = 0.3  # n-gram blocks have unit length each, as the sentence vector has
FOLDS = 3
EXACT_UP_TO = 1000  # more examples than this, and only their main directions are kept
MAIN_DIRECTIONS = 400  # as accurate as all of 3,000 here, and ten times faster to learn from


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
        self._vectorizers: list[TfidfVectorizer] = []
        self._weights = np.zeros((0, 0), dtype=np.float32)
        self._bias = np.zeros(0, dtype=np.float32)
        self._examples = np.zeros((0, 0), dtype=np.float32)
        self._labels = np.zeros(0, dtype=np.int64)
        self._calibration = np.array([1.0, 0.0, 0.0, 0.0])

    def fit(self, texts: list[str], vectors: Floats, labels: list[str], calibrate: bool = True) -> None:
        """Learn from examples; vectors has shape (len(texts), 384).

        Raises:
            ValueError: fewer than two classes.
        """
        self.classes = sorted(set(labels))
        if len(self.classes) < 2:
            raise ValueError("a classifier needs examples of at least two classes")
        self._labels = np.searchsorted(self.classes, labels)
        self._examples = vectors.astype(np.float32)
        common = 2 if len(texts) > 200 else 1  # an n-gram seen once teaches nothing but its example
        self._vectorizers = [
            TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=common, dtype=np.float32),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, min_df=common, dtype=np.float32),
        ]
        for vectorizer in self._vectorizers:
            vectorizer.fit(texts)
        features = self._features(texts, vectors)
        rotated, back = _span(features)
        model = self._regression().fit(rotated, self._labels)
        self._weights, self._bias = self._unrotated(model, back)
        if calibrate:
            self._calibration = self._calibrate(rotated)

    def guess(self, text: str, vector: Floats) -> Guess:
        """What one text most likely is."""
        probabilities = self.probabilities(text, vector)
        order = np.argsort(-probabilities)
        best = int(order[0])
        nearest = float(self._similarity(vector[None], np.array([best]))[0])
        confidence = _sigmoid(_evidence(probabilities[None], np.array([nearest])) @ self._calibration)[0]
        ranking = [(self.classes[i], float(probabilities[i])) for i in order]
        return Guess(ranking, float(confidence), nearest)

    def probabilities(self, text: str, vector: Floats) -> Floats:
        """The regression's probability of every class, in the order of ``classes``."""
        scores = self._features([text], vector[None]) @ self._weights + self._bias
        return np.asarray(_softmax(scores)[0])

    def similar(self, vector: Floats) -> dict[str, float]:
        """For every class, the cosine to its nearest example."""
        cosines = self._examples @ vector
        best = np.full(len(self.classes), -1.0)
        np.maximum.at(best, self._labels, cosines)
        return dict(zip(self.classes, best.tolist(), strict=True))

    def save(self, folder: Path) -> None:
        """Write arrays and n-grams, no code: loading runs nothing."""
        np.savez(
            folder / "classifier.npz",
            weights=self._weights,
            bias=self._bias,
            examples=self._examples,
            labels=self._labels,
            calibration=self._calibration,
            **{f"idf{i}": v.idf_ for i, v in enumerate(self._vectorizers)},
        )
        vocabularies = [{k: int(n) for k, n in v.vocabulary_.items()} for v in self._vectorizers]
        (folder / "classifier.json").write_text(
            json.dumps({"classes": self.classes, "vocabularies": vocabularies, "penalty_c": self.penalty_c})
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
        self._weights, self._bias = arrays["weights"], arrays["bias"]
        self._examples, self._labels = arrays["examples"], arrays["labels"]
        self._calibration = arrays["calibration"]
        word, char = described["vocabularies"]
        self._vectorizers = [
            TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, vocabulary=word, dtype=np.float32),
            TfidfVectorizer(
                analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, vocabulary=char, dtype=np.float32
            ),
        ]
        for i, vectorizer in enumerate(self._vectorizers):
            vectorizer.idf_ = arrays[f"idf{i}"]
        return self

    def _features(self, texts: list[str], vectors: Floats) -> sparse.csr_matrix:
        blocks = [NGRAM_WEIGHT * v.transform(texts) for v in self._vectorizers]
        return sparse.hstack([sparse.csr_matrix(vectors), *blocks]).tocsr()

    def _regression(self) -> LogisticRegression:
        return LogisticRegression(C=self.penalty_c, max_iter=300, tol=1e-3)

    def _unrotated(self, model: LogisticRegression, back: Floats) -> tuple[Floats, Floats]:
        coefficients, bias = model.coef_, model.intercept_
        if len(self.classes) == 2:  # scikit-learn keeps one row for two classes
            coefficients, bias = np.vstack([-coefficients, coefficients]) / 2, np.array([-bias[0], bias[0]]) / 2
        return np.asarray(back @ coefficients.T, dtype=np.float32), bias.astype(np.float32)

    def _similarity(self, vectors: Floats, classes: Floats, skip: Floats | None = None) -> Floats:
        """Cosine of each vector to the nearest example of its class, leaving examples of ``skip`` out."""
        cosines = vectors @ self._examples.T
        cosines = np.where(self._labels[None, :] == classes[:, None], cosines, -1.0)
        if skip is not None:
            cosines[:, skip] = -1.0
        return cosines.max(axis=1)

    def _calibrate(self, rotated: Floats) -> Floats:
        smallest = int(np.bincount(self._labels).min())
        if smallest < FOLDS:
            return self._calibration
        evidence, right = [], []
        for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=7).split(rotated, self._labels):
            model = self._regression().fit(rotated[train], self._labels[train])
            probabilities = model.predict_proba(rotated[test])
            chosen = probabilities.argmax(axis=1)
            nearest = self._similarity(self._examples[test], chosen, skip=test)
            evidence.append(_evidence(probabilities, nearest))
            right.append(chosen == self._labels[test])
        stacked, outcome = np.vstack(evidence), np.concatenate(right)
        if outcome.all():
            return self._calibration
        model = LogisticRegression(C=1.0, fit_intercept=False).fit(stacked, outcome)
        return np.asarray(model.coef_[0])


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


def _evidence(probabilities: Floats, nearest: Floats) -> Floats:
    """What tells whether the first choice is right: its log-odds, its lead, its distance; and a constant."""
    top = np.sort(probabilities, axis=1)[:, ::-1]
    first = np.clip(top[:, 0], 1e-6, 1 - 1e-6)
    return np.column_stack([np.log(first / (1 - first)), first - top[:, 1], nearest, np.ones(len(first))])


def _softmax(scores: Floats) -> Floats:
    exponents = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(exponents / exponents.sum(axis=1, keepdims=True))


def _sigmoid(values: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-values)))

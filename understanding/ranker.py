"""Which candidate is meant: a small listwise ranker over features, mixed with the rank fusion.

A network with one hidden layer gives each candidate of a message a score; the softmax over the candidates is fitted
to the labelled targets (ListNet's top-one loss, Cao et al. 2007).  Several such networks, each begun elsewhere, are
averaged: with a few thousand messages one alone depends on where it began.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
from threadpoolctl import threadpool_limits

from understanding.learning.arrays import Floats

HIDDEN, NETWORKS, EPOCHS, BATCH = 48, 2, 22, 64
RATE, DECAY, DROPOUT = 5e-3, 1e-2, 0.15
FUSION = 0.5  # weight of the fused score, relative to the best of the list, beside the log of the ranker's chance


Labels = tuple[Floats, Floats]  # features (candidates, features), and 1 for each candidate that answers, else 0


class Standard(NamedTuple):
    """Mean and spread of each feature, shape (features,), over the lists that have an answer."""

    mean: Floats
    scale: Floats

    @classmethod
    def of(cls, lists: Sequence[Labels]) -> Self:
        together = np.concatenate([features for features, labels in lists if labels.sum() > 0])
        return cls(together.mean(axis=0), together.std(axis=0) + 1e-3)


@dataclass(frozen=True)
class Ranker:
    """Learnt weights: features are standardised, then go through the networks.

    Shapes: mean, scale (features,); first (networks, features, hidden); second (networks, hidden).
    """

    mean: Floats
    scale: Floats
    first: Floats
    bias: Floats
    second: Floats

    def chances(self, features: Floats, fused: Floats) -> Floats:
        """The chance of each candidate to be the meant one among them; sums to 1."""
        scores = self._scores(features)
        shares = _softmax(scores).mean(axis=0)
        mixed = np.log(np.maximum(shares, 1e-6)) + FUSION * fused / max(float(fused.max()), 1e-6)
        return np.asarray(_softmax(mixed[None, :])[0])

    def _scores(self, features: Floats) -> Floats:
        standard = (features - self.mean) / self.scale
        hidden = np.maximum(standard @ self.first + self.bias[:, None, :], 0.0)
        return np.asarray(np.einsum("nch,nh->nc", hidden, self.second))

    def save(self, file: Path) -> None:
        """Write arrays only."""
        np.savez(file, mean=self.mean, scale=self.scale, first=self.first, bias=self.bias, second=self.second)

    @classmethod
    def load(cls, file: Path) -> Ranker:
        """Read what ``save`` wrote."""
        with np.load(file, allow_pickle=False) as arrays:
            return cls(**{name: arrays[name] for name in ("mean", "scale", "first", "bias", "second")})

    @classmethod
    def fit(cls, lists: Sequence[Labels], standard: Standard | None = None, seed: int = 7) -> Self:
        """Learn from lists of candidates.

        Args:
            lists: features (candidates, features) and, for each candidate, 1 where it answers the message, else 0;
                a list without any is left out.
            standard: by what features are standardised; by those of the lists where it is not given.
        """
        kept = [(features, labels) for features, labels in lists if labels.sum() > 0]
        mean, scale = standard or Standard.of(kept)
        seen = [((features - mean) / scale, labels / labels.sum()) for features, labels in kept]
        begun = [np.random.default_rng(seed + number) for number in range(NETWORKS)]
        # Products this small gain nothing from several cores; whole networks do.
        with threadpool_limits(1, "blas"), ThreadPoolExecutor(os.cpu_count()) as pool:
            fitted = list(pool.map(lambda rng: _fit_one(seen, rng), begun))
        first, bias, second = (np.stack(parts).astype(np.float32) for parts in zip(*fitted, strict=True))
        return cls(mean.astype(np.float32), scale.astype(np.float32), first, bias, second)

    @classmethod
    def together(cls, rankers: Sequence[Self]) -> Self:
        """All networks of rankers that were fitted apart, as one ranker."""
        first, bias, second = (
            np.concatenate([getattr(each, name) for each in rankers]) for name in ("first", "bias", "second")
        )
        return cls(rankers[0].mean, rankers[0].scale, first, bias, second)


def _fit_one(lists: Sequence[tuple[Floats, Floats]], rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """One network by Adam (Kingma and Ba 2015) on the cross-entropy of the lists."""
    width, size = max(len(goal) for _, goal in lists), lists[0][0].shape[1]
    padded = np.zeros((len(lists), width, size), dtype=np.float32)
    goals, there = np.zeros((len(lists), width), dtype=np.float32), np.zeros((len(lists), width), dtype=bool)
    for i, (features, goal) in enumerate(lists):
        padded[i, : len(goal)], goals[i, : len(goal)], there[i, : len(goal)] = features, goal, True
    weights = [
        rng.normal(0, np.sqrt(2.0 / size), (size, HIDDEN)).astype(np.float32),
        np.zeros(HIDDEN, dtype=np.float32),
        rng.normal(0, np.sqrt(1.0 / HIDDEN), HIDDEN).astype(np.float32),
    ]
    moments = [(np.zeros_like(w), np.zeros_like(w)) for w in weights]
    steps, total = 0, EPOCHS * -(-len(lists) // BATCH)
    for _ in range(EPOCHS):
        order = rng.permutation(len(lists))
        for start in range(0, len(order), BATCH):
            chosen = order[start : start + BATCH]
            x, goal, mask = padded[chosen], goals[chosen], there[chosen]
            before = x @ weights[0] + weights[1]
            kept = (rng.random((len(chosen), 1, HIDDEN)) > DROPOUT) / (1 - DROPOUT)
            hidden = np.maximum(before, 0.0) * kept
            chance = _softmax(np.where(mask, hidden @ weights[2], -1e9))
            slope = (chance - goal) * mask / len(chosen)
            back = slope[..., None] * weights[2] * kept * (before > 0)
            slopes = [
                x.reshape(-1, size).T @ back.reshape(-1, HIDDEN) + DECAY * weights[0],
                back.sum(axis=(0, 1)),
                np.einsum("bch,bc->h", hidden, slope) + DECAY * weights[2],
            ]
            steps += 1
            rate = RATE * min(1.0, steps / 50) * (1 - steps / (total + 1))
            for i, (weight, gradient) in enumerate(zip(weights, slopes, strict=True)):
                first, second = moments[i]
                first += 0.1 * (gradient - first)
                second += 0.001 * (gradient**2 - second)
                weight -= rate * (first / (1 - 0.9**steps)) / (np.sqrt(second / (1 - 0.999**steps)) + 1e-8)
    return weights[0], weights[1], weights[2]


def _softmax(scores: Floats) -> Floats:
    """Over the last axis."""
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))

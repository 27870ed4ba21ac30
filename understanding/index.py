"""How near a message is to every target: by meaning, by shared words, by name."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from understanding.learning.arrays import Floats

BEST = 3  # of a target's phrases, the mean of so many nearest ones says how near it is
NONE = -2.0  # less than any cosine
FEW = 8  # texts, as one message has; starting threads for them costs more than it saves


@dataclass(frozen=True)
class Nearness:
    """Cosines of one text to every target, in the index's order: mean of the best phrases, and the best alone."""

    mean: Floats
    best: Floats


class PhraseIndex:
    """The phrases of all targets as vectors, target by target.

    Args:
        targets: the id of each phrase's target.
        vectors: unit vectors, shape (phrases, 384).
        texts: what each phrase says, where some are to be left out of a reading.
    """

    def __init__(self, targets: Sequence[str], vectors: Floats, texts: Sequence[str] = ()) -> None:
        order = np.argsort(np.array(targets), kind="stable")
        # Dimension by dimension: a few texts are compared with all phrases a third faster so.
        self._across: Floats = np.ascontiguousarray(vectors[order].T, dtype=np.float32)
        self.ids: list[str] = sorted(set(targets))
        places = {target: place for place, target in enumerate(self.ids)}
        numbers = np.array([places[targets[i]] for i in order], dtype=np.int64)
        self.place: Mapping[str, int] = places
        self.owners: NDArray[np.int64] = numbers
        self._saying: dict[str, list[int]] = {}
        for row, i in enumerate(order if texts else ()):
            self._saying.setdefault(texts[i], []).append(row)
        counts = np.bincount(numbers, minlength=len(self.ids))
        self._starts: NDArray[np.int64] = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64)

    @property
    def vectors(self) -> Floats:
        """Of the phrases, target by target; shape (phrases, 384)."""
        return self._across.T

    def near_all(self, meanings: Floats, leaving_out: Sequence[str] = ()) -> list[Nearness]:
        """How near each of several texts is to each target; their unit vectors have the shape (n, 384).

        Args:
            leaving_out: for each text, a phrase that it is not compared with.
        """
        cosines = meanings @ self._across
        for row, text in enumerate(leaving_out):
            cosines[row, self._saying.get(text, [])] = NONE
        if len(cosines) <= FEW:
            return [self._of(row) for row in cosines]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return list(pool.map(self._of, cosines))

    def _of(self, cosines: Floats) -> Nearness:
        """The best of each target is found and taken out, BEST times; phrases that say the same count once."""
        left, found = cosines.copy(), []
        for _ in range(BEST):
            found.append(np.maximum.reduceat(left, self._starts))
            left[left == found[-1][self.owners]] = NONE
        best = np.stack(found)
        there = best > NONE
        return Nearness(np.where(there, best, 0.0).sum(axis=0) / there.sum(axis=0), best[0])


def nearest_of(several: Sequence[Nearness]) -> Nearness:
    """Of each target, the nearness to whichever of several texts is nearest to it."""
    mean = np.max(np.stack([each.mean for each in several]), axis=0)
    return Nearness(mean, np.max(np.stack([each.best for each in several]), axis=0))

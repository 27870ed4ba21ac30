"""How near a message is to every target: by meaning, by shared words, by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from understanding.learning.arrays import Floats
from understanding.learning.cosines import Cosines, Rounded

BEST = 3  # of a target's phrases, the mean of so many nearest ones says how near it is
NONE = -2.0  # less than any cosine


@dataclass(frozen=True)
class Nearness:
    """Cosines of one text to every target, in the index's order: mean of the best phrases, and the best alone."""

    mean: Floats
    best: Floats


class PhraseIndex:
    """The phrases of all targets as vectors, target by target.

    Args:
        targets: the id of each phrase's target.
        vectors: of the phrases.
        texts: what each phrase says, while one learns: then some are left out of a reading, and all are saved.

    Attributes:
        ids: of the targets, in the order in which everything here is told of them.
        place: where each target stands in it.
        counts: how many phrases each target has.
        vectors: of the phrases, target by target; kept while one learns.
    """

    def __init__(self, targets: Sequence[str], vectors: Rounded, texts: Sequence[str] = ()) -> None:
        order = np.argsort(np.array(targets), kind="stable")
        ordered = Rounded(vectors.numbers[order], vectors.scales[order])
        self._cosines = Cosines(ordered)
        self.vectors = ordered if texts else None
        self.ids: list[str] = sorted(set(targets))
        self.place: Mapping[str, int] = {target: place for place, target in enumerate(self.ids)}
        places = np.array([self.place[target] for target in targets], dtype=np.int64)
        self.counts: NDArray[np.int64] = np.bincount(places, minlength=len(self.ids))
        self._saying: dict[str, list[int]] = {}
        for row, i in enumerate(order if texts else ()):
            self._saying.setdefault(texts[i], []).append(row)
        self._starts: NDArray[np.int64] = np.cumsum(self.counts) - self.counts
        self._owners: NDArray[np.int64] = np.repeat(np.arange(len(self.ids)), self.counts)

    def near_all(self, meanings: Floats, leaving_out: Sequence[str] = ()) -> list[Nearness]:
        """How near each of several texts is to each target; their unit vectors have the shape (n, 384).

        Args:
            leaving_out: for each text, a phrase that it is not compared with.
        """
        cosines = self._cosines.of(meanings)
        for row, text in enumerate(leaving_out):
            cosines[row, self._saying.get(text, [])] = NONE
        return [self._of(row) for row in cosines]

    def _of(self, cosines: Floats) -> Nearness:
        """The best of each target is found and taken out, BEST times; phrases that say the same count once."""
        left = cosines.copy()
        found: list[Floats] = []
        for _ in range(BEST):
            if found:
                left[left == found[-1][self._owners]] = NONE
            found.append(np.maximum.reduceat(left, self._starts))
        best = np.stack(found)
        there = best > NONE
        return Nearness(np.where(there, best, 0.0).sum(axis=0) / there.sum(axis=0), best[0])


def nearest_of(several: Sequence[Nearness]) -> Nearness:
    """Of each target, the nearness to whichever of several texts is nearest to it."""
    mean = np.max(np.stack([each.mean for each in several]), axis=0)
    return Nearness(mean, np.max(np.stack([each.best for each in several]), axis=0))

"""Word and character n-grams of texts and their tf-idf weights, quick for one text at a time.  Pure.

The same numbers as two ``TfidfVectorizer`` of scikit-learn, (1, 2) words and (3, 5) ``char_wb``, which take
milliseconds a text; a text read by several classifiers is cut into n-grams once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from bot.nlu.arrays import Floats

CHARACTERS = (3, 4, 5)
_WORD = re.compile(r"\b\w\w+\b")

Counts = tuple[Counter[str], Counter[str]]


@lru_cache(maxsize=8)
def ngrams(text: str) -> Counts:
    """How often each run of 1 to 2 words, and each of 3 to 5 characters within a word, stands in the text."""
    lower = text.lower()
    words = _WORD.findall(lower)
    return Counter(words + [f"{one} {next_}" for one, next_ in pairwise(words)]), Counter(
        part for word in lower.split() for part in _parts(word)
    )


@lru_cache(maxsize=20_000)
def _parts(word: str) -> tuple[str, ...]:
    """The word's runs of characters; its edges count as blanks, and a word shorter than a run is one itself."""
    padded = f" {word} "
    sizes = [n for n in CHARACTERS if n < len(padded)]
    whole = (padded,) if len(sizes) < len(CHARACTERS) else ()
    return tuple(padded[i : i + n] for n in sizes for i in range(len(padded) - n + 1)) + whole


class Vocabulary:
    """Numbers the n-grams that enough examples share, words before characters.

    Args:
        known: the n-grams of each block, in the order of their numbers.
        rarity: their inverse document frequencies, shape (all n-grams,).
    """

    def __init__(self, known: Sequence[Sequence[str]], rarity: Floats) -> None:
        self.known = known
        self.rarity = rarity
        starts = np.cumsum([0, *map(len, known)])
        self._places = [
            {ngram: int(start) + i for i, ngram in enumerate(block)}
            for start, block in zip(starts, known, strict=False)
        ]

    @classmethod
    def of(cls, texts: Iterable[str], common: int) -> Vocabulary:
        """The n-grams that stand in at least ``common`` of the texts."""
        counted = [ngrams(text) for text in texts]
        used = [Counter(ngram for counts in counted for ngram in counts[block]) for block in range(2)]
        known = [sorted(ngram for ngram, times in block.items() if times >= common) for block in used]
        times = np.array([used[block][ngram] for block in range(2) for ngram in known[block]], dtype=np.float32)
        return cls(known, np.log((1 + len(counted)) / (1 + times)).astype(np.float32) + 1)

    def __len__(self) -> int:
        return len(self.rarity)

    def weigh(self, text: str) -> tuple[NDArray[np.int64], Floats]:
        """Numbers of the known n-grams of a text and their weights; each block's weights have unit length."""
        numbers, weights = [], []
        for places, counts in zip(self._places, ngrams(text), strict=True):
            found = [(places[ngram], times) for ngram, times in counts.items() if ngram in places]
            if found:
                number, times = np.array(found).T
                weight = (1 + np.log(times)) * self.rarity[number]
                numbers.append(number)
                weights.append(weight / np.sqrt(weight @ weight))
        if not numbers:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
        return np.concatenate(numbers), np.concatenate(weights).astype(np.float32)

    def matrix(self, texts: Sequence[str]) -> sparse.csr_matrix:
        """``weigh`` of every text as a row, shape (len(texts), len(self))."""
        rows = [self.weigh(text) for text in texts]
        ends = np.cumsum([0, *(len(numbers) for numbers, _ in rows)])
        numbers, weights = (np.concatenate(column) for column in zip(*rows, strict=True))
        return sparse.csr_matrix((weights, numbers, ends), shape=(len(rows), len(self)))

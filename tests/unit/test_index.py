"""Nearness to targets: the mean of the best phrases of each, however many it has."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from understanding.index import BEST, PhraseIndex
from understanding.learning.cosines import Rounded


def _unit(rng: np.random.Generator, count: int) -> np.ndarray:
    vectors = rng.normal(size=(count, 16)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@given(st.lists(st.integers(1, 80), min_size=1, max_size=6), st.integers(0, 1000))
def test_a_target_is_as_near_as_the_mean_of_its_best_phrases(counts: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    owners = [f"t{number}" for number, count in enumerate(counts) for _ in range(count)]
    order = rng.permutation(len(owners))
    vectors, text = _unit(rng, len(owners)), _unit(rng, 1)[0]
    index = PhraseIndex([owners[i] for i in order], Rounded.of(vectors[order]))
    found = index.near_all(text[None, :])[0]
    for name, place in index.place.items():
        own = np.sort(vectors[[i for i, owner in enumerate(owners) if owner == name]] @ text)[::-1]
        assert np.isclose(found.mean[place], own[:BEST].mean(), atol=0.01)  # vectors are rounded
        assert np.isclose(found.best[place], own[0], atol=0.01)


def test_several_texts_at_once_are_read_as_each_alone() -> None:
    rng = np.random.default_rng(3)
    index = PhraseIndex([f"t{i % 7}" for i in range(100)], Rounded.of(_unit(rng, 100)))
    texts = _unit(rng, 24)
    for text, together in zip(texts, index.near_all(texts), strict=True):
        assert np.allclose(index.near_all(text[None, :])[0].mean, together.mean, atol=1e-6)

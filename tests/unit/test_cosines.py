"""Cosines from 8-bit numbers: near those of the vectors, and the same whichever texts come together."""

from __future__ import annotations

import numpy as np
import pytest

from understanding.learning.arrays import Floats
from understanding.learning.cosines import Cosines, Rounded


def unit(count: int, seed: int, width: int = 384) -> Floats:
    found = np.random.default_rng(seed).normal(size=(count, width)).astype(np.float32)
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True))


@pytest.mark.parametrize(("many", "few", "width"), [(1, 1, 384), (300, 1, 384), (5000, 7, 384), (200, 300, 16)])
def test_they_are_near_those_of_the_vectors(many: int, few: int, width: int) -> None:
    vectors, texts = unit(many, 1, width), unit(few, 2, width)
    assert np.abs(Cosines(Rounded.of(vectors)).of(texts) - texts @ vectors.T).max() < 0.03 / np.sqrt(width / 16)


def test_nearly_all_that_is_lost_is_lost_in_rounding_the_vectors() -> None:
    vectors, texts = unit(2000, 3), unit(5, 4)
    rounded = Rounded.of(vectors)
    exact = texts @ (rounded.numbers * rounded.scales[:, None]).T
    assert np.abs(Cosines(rounded).of(texts) - exact).max() < 1e-4


def test_they_are_the_same_to_the_last_bit_whichever_texts_come_together() -> None:
    cosines, texts = Cosines(Rounded.of(unit(1000, 5))), unit(9, 6)
    together = cosines.of(texts)
    for n, text in enumerate(texts):
        assert np.array_equal(cosines.of(text[None, :])[0], together[n])


def test_the_largest_numbers_add_up_as_they_are() -> None:
    vectors = np.vstack([np.full(384, 1), np.full(384, -1)]).astype(np.float32) / np.sqrt(384)
    found = Cosines(Rounded.of(vectors)).of(vectors)
    assert np.allclose(found, [[1, -1], [-1, 1]], atol=1e-5)


def test_a_vector_of_nothing_is_near_to_nothing() -> None:
    nothing = np.zeros((1, 384), dtype=np.float32)
    assert not Cosines(Rounded.of(np.vstack([nothing, unit(1, 7)]))).of(nothing).any()

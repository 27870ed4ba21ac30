"""The ranker: learns what makes a candidate the right one, and says how the chances stand."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from understanding.ranker import Ranker


def _lists(count: int, seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Lists in which the right candidate has the highest product of two features: no single one tells it."""
    rng = np.random.default_rng(seed)
    lists = []
    for _ in range(count):
        features = rng.uniform(0.0, 1.0, size=(int(rng.integers(3, 12)), 5)).astype(np.float32)
        right = np.zeros(len(features), dtype=np.float32)
        right[np.argmax(features[:, 0] * features[:, 1])] = 1.0
        lists.append((features, right))
    return lists


def _right(ranker: Ranker, lists: list[tuple[np.ndarray, np.ndarray]]) -> float:
    chances = [ranker.chances(features, np.ones(len(features))) for features, _ in lists]
    return float(np.mean([right[np.argmax(found)] for found, (_, right) in zip(chances, lists, strict=True)]))


def test_it_learns_what_no_single_feature_tells() -> None:
    ranker = Ranker.fit(_lists(600, 1))
    assert _right(ranker, _lists(300, 2)) > 0.85


def test_chances_sum_to_one_and_follow_the_fusion_where_features_are_alike() -> None:
    ranker = Ranker.fit(_lists(50, 1))
    features = np.full((3, 5), 0.5, dtype=np.float32)
    chances = ranker.chances(features, np.array([0.1, 0.3, 0.2]))
    assert np.isclose(chances.sum(), 1.0)
    assert np.argsort(-chances).tolist() == [1, 2, 0]


def test_messages_that_nothing_answers_teach_nothing() -> None:
    lists = _lists(60, 1)
    unanswered = [(features, np.zeros(len(features), dtype=np.float32)) for features, _ in _lists(20, 5)]
    assert np.array_equal(Ranker.fit(lists).first, Ranker.fit([*lists, *unanswered]).first)


def test_it_is_read_back_as_it_was_saved(tmp_path: Path) -> None:
    ranker, lists = Ranker.fit(_lists(60, 1)), _lists(5, 2)
    ranker.save(tmp_path / "ranker.npz")
    again = Ranker.load(tmp_path / "ranker.npz")
    for features, _ in lists:
        fused = np.ones(len(features))
        assert np.array_equal(ranker.chances(features, fused), again.chances(features, fused))

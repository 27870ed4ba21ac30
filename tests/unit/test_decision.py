"""What is done about a message, by expected cost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understanding.decision import Do, decide, verdict_is_worth_it

CHANCES = st.floats(0.0, 1.0)


@pytest.mark.parametrize(
    ("chance", "outside", "done"),
    [
        (0.9, 0.01, Do.ANSWER),
        (0.55, 0.3, Do.ANSWER),
        (0.25, 0.2, Do.CLOSEST),
        (0.25, 0.8, Do.REFUSE),
        (0.05, 0.3, Do.CLOSEST),  # that nothing fits is no sign of being outside
        (0.9, 0.98, Do.REFUSE),
        (0.9, 0.9, Do.REFUSE),
    ],
)
def test_the_cheapest_is_done(chance: float, outside: float, done: Do) -> None:
    assert decide([("a", chance), ("b", 0.02), ("c", 0.01), ("d", 0.0)], outside).do is done


def test_a_loss_is_sent_away_only_where_it_is_surely_outside() -> None:
    assert decide([("a", 0.1)], 0.8, happened=0.1).do is Do.REFUSE
    assert decide([("a", 0.1)], 0.8, happened=0.9).do is Do.CLOSEST
    assert decide([("a", 0.1)], 0.98, happened=0.9).do is Do.REFUSE


def test_the_closest_are_three_and_an_answer_is_one() -> None:
    ranked = [("a", 0.25), ("b", 0.2), ("c", 0.1), ("d", 0.1)]
    assert decide(ranked, 0.0).targets == ("a", "b", "c")
    assert decide([("a", 0.8), *ranked[1:]], 0.0).targets == ("a",)


def test_without_any_candidate_nothing_is_answered() -> None:
    assert decide([], 0.0).do is Do.CLOSEST


@given(CHANCES)
def test_a_verdict_asks_for_more_than_an_answer_does(chance: float) -> None:
    assert not verdict_is_worth_it([chance]) or decide([("a", chance)], 0.0).do is Do.ANSWER
    assert not verdict_is_worth_it([0.45])


@given(st.lists(CHANCES, min_size=1, max_size=5), CHANCES)
def test_another_that_says_the_same_never_takes_a_verdict_away(chances: list[float], other: float) -> None:
    assert not verdict_is_worth_it(chances) or verdict_is_worth_it([*chances, other])


def test_two_that_say_the_same_are_surer_than_one() -> None:
    assert not verdict_is_worth_it([0.5])
    assert verdict_is_worth_it([0.5, 0.35])


@given(CHANCES, CHANCES, CHANCES)
def test_more_chance_never_turns_an_answer_into_a_deflection(first: float, second: float, outside: float) -> None:
    low, high = sorted((first, second))
    if decide([("a", low)], outside).do is Do.ANSWER:
        assert decide([("a", high)], outside).do is Do.ANSWER

"""Figures of the labelled test part and of learning: what is counted, and how sure a figure is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from reading import heard, recall_of

from bench import labelled, learning
from bench.intervals import Share, bootstrap
from bench.labelled import Read, evenly, first_right, judge, recalls
from bench.parts import parts_of
from bench.processes import BenchError
from knowledge.base import KnowledgeBase
from understanding.features import FEATURES, GROUPS
from understanding.fit import Listed
from understanding.labelled import Labelled
from understanding.question import Question
from understanding.reader import Reading, Recall
from understanding.signals import Signs
from understanding.targets import OUTSIDE

if TYPE_CHECKING:
    from conftest import Draft

NOTHING = Signs(np.zeros(0), np.zeros(0), np.zeros(0))
RIGHT = Read(("alone",), False, True, 0, False, 0.9, True, None, 9.0, 5.0)


@pytest.fixture
def recall(published: Draft) -> Iterator[Recall]:
    base = KnowledgeBase(published.database)
    yield recall_of(base)
    base.close()


# Intervals


def test_a_share_has_wilsons_interval() -> None:
    low, high = Share(50, 100).interval
    assert (low, high) == (pytest.approx(0.4038, abs=1e-4), pytest.approx(0.5962, abs=1e-4))
    assert str(Share(50, 100)) == "50.0% (40%-60%)"


@pytest.mark.parametrize(("hits", "total"), [(0, 10), (10, 10), (1, 1)])
def test_an_interval_holds_its_share_and_stays_a_share(hits: int, total: int) -> None:
    low, high = Share(hits, total).interval
    assert 0.0 <= low <= hits / total <= high <= 1.0
    assert high - low > 0.1


def test_of_nothing_there_is_no_share() -> None:
    assert (str(Share(0, 0)), Share(0, 0).interval) == ("-", (0.0, 1.0))


def test_drawing_anew_gives_an_interval_around_the_mean() -> None:
    values = [0.0, 1.0] * 50
    low, high = bootstrap(values, lambda drawn: sum(drawn) / len(drawn))
    assert (low, high) == (pytest.approx(0.4, abs=0.03), pytest.approx(0.6, abs=0.03))
    assert bootstrap(values, lambda drawn: sum(drawn) / len(drawn)) == (low, high)
    with pytest.raises(ValueError, match="no values"):
        bootstrap([], len)


# One message


def judged(message: Labelled, recall: Recall, question: Question, *ranked: tuple[str, float]) -> Read:
    return judge(message, Reading(heard(message.text), list(ranked), 0.0, 0.0, 0.0, 0.0), question, recall, False)


def test_a_message_is_judged_by_its_labels(recall: Recall) -> None:
    message = Labelled("a", "who pays for bad advice", ("wrong_advice",), ("hello",), live=True, kind="several")
    question = Question("x", "ask_what_covers", "wrong_advice", 0.8)
    found = judged(message, recall, question, ("war", 0.9), ("wrong_advice", 0.8))
    assert found.kinds == ("in a conversation", "several questions", "live losses")
    assert (found.place, found.chance, found.right, found.refused) == (1, 0.8, True, False)
    assert (found.outside, found.answerable, found.false_verdict) == (False, True, None)


def test_the_closest_shown_are_no_answer_and_a_refusal_is_none(recall: Recall) -> None:
    message = Labelled("a", "my dog is ill", ("outside",))
    closest = judged(message, recall, Question("x", "nlu_fallback", closest=("war",)), ("war", 0.2))
    assert (closest.chance, closest.refused, closest.answerable, closest.outside) == (None, False, False, True)
    refused = judged(message, recall, Question("x", "out_of_scope", OUTSIDE, 0.9), ("war", 0.2))
    assert (refused.chance, refused.refused) == (None, True)


def test_what_nothing_answers_yet_counts_against_answers_and_not_against_recall(recall: Recall) -> None:
    found = judged(
        Labelled("a", "x", ("none",)), recall, Question("x", "ask_term", "retention", 0.7), ("retention", 0.7)
    )
    assert (found.answerable, found.outside, found.right, found.chance) == (False, False, False, 0.7)


@pytest.mark.parametrize(
    ("answers", "target", "certain", "false"),
    [
        (("wrong_advice",), "wrong_advice", True, False),
        (("war",), "wrong_advice", True, True),  # yes, of another incident that is not covered
        (("lost_trust",), "war", True, False),  # another incident whose answer is the same no
        (("war",), "wrong_advice", False, None),
        (("war",), "retention", True, None),
    ],
)
def test_a_verdict_is_false_where_no_right_answer_says_it(
    recall: Recall, answers: tuple[str, ...], target: str, certain: bool, false: bool | None
) -> None:
    policies = ("professional_liability",)
    question = Question("x", "ask_coverage", target, 0.9, policies, certain=certain)
    assert judged(Labelled("a", "x", answers), recall, question).false_verdict is false


def test_the_first_right_one_is_found() -> None:
    assert [first_right(found) for found in ([False, True, True], [False], [])] == [1, None, None]


def test_a_sample_comes_from_all_over() -> None:
    messages = [Labelled(str(n), "x", ("none",)) for n in range(10)]
    assert [each.id for each in evenly(messages, 5)] == ["0", "2", "4", "6", "8"]
    assert evenly(messages, None) == messages
    assert len(evenly(messages, 50)) == 10


# Figures


def test_recall_counts_messages_that_something_answers() -> None:
    places = [0, 1, 3, 9, None]
    read = [replace(RIGHT, place=place) for place in places] + [replace(RIGHT, answerable=False, place=None)]
    assert [share.hits for share in recalls(read)] == [1, 2, 3, 4]
    assert {share.total for share in recalls(read)} == {5}


def test_figures_are_told_by_kind_with_intervals() -> None:
    read = [
        *(replace(RIGHT, false_verdict=False) for _ in range(9)),
        replace(
            RIGHT, kinds=("in a conversation", "live losses"), right=False, place=4, chance=0.55, false_verdict=True
        ),
        replace(RIGHT, outside=True, answerable=False, place=None, refused=True, chance=None, ms=50.0),
    ]
    found = labelled.figures(read)
    assert (found["outside_refused"].hits, found["inside_refused"].total) == (1, 10)
    assert (found["sure_right"].hits, found["sure_right"].total, found["given_right"].total) == (9, 9, 10)
    assert (found["false_verdicts"].hits, found["false_verdicts"].total) == (1, 10)
    assert found["calibration_error"] == pytest.approx((9 * 0.1 + 0.55) / 10)
    assert (found["median_ms"], found["p95_ms"] > 5.0) == (5.0, True)
    told = labelled.text(found)
    assert "live losses" in told and "90.0% (60%-98%)" in told
    assert "0.9 and more" in told and "median 5.0 ms" in told


def test_where_no_answer_was_given_there_is_nothing_to_calibrate() -> None:
    assert labelled.figures([replace(RIGHT, chance=None)])["bins"] == []


def test_what_is_left_out_has_earned_what_is_lost() -> None:
    whole: learning.Places = [0] * 8 + [1, None]
    without: learning.Places = [0] * 5 + [1, 2, None] + [0, None]
    found = learning.figures({100: without, 200: whole}, {"features: ranks": without}, whole)
    points, low, high = found["earns"]["features: ranks"]
    assert points == pytest.approx(20.0)
    assert low <= points <= high
    assert [str(share.hits) for share in found["curve"]["200"]] == ["8", "9", "9"]
    told = learning.text(found)
    assert "features: ranks" in told and "+20.0" in told


def test_features_left_out_say_nothing() -> None:
    features = np.ones((2, len(FEATURES)), np.float32)
    message = Labelled("a", "x", ("war",))
    listed = Listed(message, NOTHING, ["a", "b"], np.ones(2), features, np.array([1.0, 0.0]))
    (blank,) = learning._blank([listed], GROUPS["kinds"])
    zero = [name for name, value in zip(FEATURES, blank.features[0], strict=True) if value == 0.0]
    assert zero == list(GROUPS["kinds"])
    assert features.all()


def test_every_source_is_left_out_once() -> None:
    first = learning.read_labelled(files=["learn_1"])[0]
    held = [Labelled("held-3", "x", ("war",)), Labelled("held-f3", "x", ("war",)), Labelled("held-4", "x", ("war",))]
    lists = [
        Listed(each, NOTHING, [], np.zeros(0), np.zeros((0, len(FEATURES))), np.zeros(0)) for each in [first, *held]
    ]
    found = {name: len(kept) for name, kept in learning._without_each_source(lists)}
    assert found == {"learn_1 (1)": 3, f"{learning.KEPT_BACK} (2)": 2, f"{learning.MADE} (1)": 3}


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="no trained model"):
        parts_of(tmp_path / "guide.tar.gz")

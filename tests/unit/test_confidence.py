"""How sure the guide says it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.confidence import confidence
from actions.question import Question, Subject
from knowledge.base import KnowledgeBase


@pytest.fixture(scope="module")
def base() -> Iterator[KnowledgeBase]:
    base = KnowledgeBase()
    yield base
    base.close()


def _read(sure: float, *subjects: Subject) -> Question:
    return Question("what does cyber cost", "ask_cost", sure, ranking=(("ask_cost", sure),), subjects=subjects)


@given(sure=st.floats(0, 1))
def test_a_confidence_is_a_chance(base: KnowledgeBase, sure: float) -> None:
    assert 0 < confidence(_read(sure), base) < 1


def test_a_surer_intent_makes_a_surer_answer(base: KnowledgeBase) -> None:
    assert confidence(_read(0.4), base) < confidence(_read(0.7), base) < confidence(_read(0.98), base)


def test_a_question_an_entry_is_known_by_makes_a_sure_answer(base: KnowledgeBase) -> None:
    known = Subject("deductible", "term", 0.9, 0.99)
    assert confidence(_read(0.6, known), base) > confidence(_read(0.6), base)

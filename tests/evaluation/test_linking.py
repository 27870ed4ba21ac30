"""How many names the linker finds in sentences as visitors type them, and how many it only seems to find.

The floors are about two points under what was reached when they were set: raise them when the figures have risen.
"""

from __future__ import annotations

from collections import Counter

import pytest
import us

from bench.linking import MODEL, SENTENCES, Linked, Sentence, link, linker, misspelt, overall, read_sentences, told
from knowledge.base import KnowledgeBase

pytestmark = pytest.mark.model

RECALL_FLOOR = 0.94
PRECISION_FLOOR = 0.92
MISSPELT_RECALL_FLOOR = 0.86


@pytest.fixture(scope="module")
def sentences() -> list[Sentence]:
    """The labelled sentences."""
    return read_sentences(SENTENCES)


@pytest.fixture(scope="module")
def linked(sentences: list[Sentence]) -> list[Linked]:
    """Every sentence with what the trained guide's linker finds in it."""
    if not MODEL.exists():
        pytest.fail("There is no trained model: run make train", pytrace=False)
    return link(sentences, linker(MODEL))


def test_every_label_is_an_entry_or_a_state(sentences: list[Sentence]) -> None:
    base = KnowledgeBase()
    known = {(kind, base.kind_of(value)) for each in sentences for kind, value in each.pairs if kind != "state"}
    base.close()
    states = {value for each in sentences for kind, value in each.pairs if kind == "state"}
    assert [pair for pair in known if pair[0] != pair[1]] == []
    assert states <= {state.abbr for state in us.states.STATES}


def test_no_sentence_stands_there_twice(sentences: list[Sentence]) -> None:
    assert [text for text, times in Counter(each.text.lower() for each in sentences).items() if times > 1] == []


def test_hard_mentions_and_sentences_without_any_are_many_enough_to_measure(sentences: list[Sentence]) -> None:
    mentions = [mention for each in sentences for mention in each.mentions]
    assert len(sentences) >= 260
    assert len(mentions) >= 340
    assert sum(mention.misspelt for mention in mentions) >= 90
    assert sum(mention.abbreviation for mention in mentions) >= 60
    assert sum(not each.mentions for each in sentences) >= 40


def test_most_names_are_found(linked: list[Linked]) -> None:
    assert overall(linked).recall >= RECALL_FLOOR, told(linked)


def test_most_of_what_is_found_was_meant(linked: list[Linked]) -> None:
    assert overall(linked).precision >= PRECISION_FLOOR, told(linked)


def test_most_misspelt_names_are_found(linked: list[Linked]) -> None:
    assert misspelt(linked).recall >= MISSPELT_RECALL_FLOOR, told(linked)

"""Everything that can be answered: generated from the base, so that new content needs no code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from knowledge.base import KnowledgeBase
from understanding.targets import FACETS, facet, intent_id, phrases_of, shown_texts, targets_of

if TYPE_CHECKING:
    from conftest import Draft


@pytest.fixture
def base(draft: Draft) -> Iterator[KnowledgeBase]:
    draft.build()
    opened = KnowledgeBase(draft.database)
    yield opened
    opened.close()


def test_every_entry_every_facet_and_every_intent_is_a_target(base: KnowledgeBase) -> None:
    targets = targets_of(base, ["greet", "get_quote"])
    assert {facet(policy, name) for policy in base.ids("policy") for name in FACETS} <= set(targets)
    for kind in ("topic", "term", "exposure"):
        assert set(base.ids(kind)) <= set(targets)
    assert targets[intent_id("greet")].intent == "greet"


def test_a_new_entry_is_a_target_without_a_line_of_code(base: KnowledgeBase, draft: Draft) -> None:
    before = targets_of(base, [])
    text = (draft.folder / "terms/words.yml").read_text(encoding="utf-8")
    more = (
        text.replace("retention", "sunset")
        .replace("Retention", "Sunset")
        .replace("the part we keep", "a clause that ends")
    )
    draft.write("terms/more.yml", more.replace("What does sunset mean?", "Sunset clause?"))
    draft.build()
    again = KnowledgeBase(draft.database)
    found = targets_of(again, [])
    again.close()
    assert set(found) - set(before) == {"sunset"}
    assert found["sunset"].intent == "ask_term"


def test_a_policys_names_and_phrases_stand_for_what_it_is(base: KnowledgeBase) -> None:
    phrases = phrases_of(base, [("greet", "hello there")])
    assert (facet("cyber", "what"), "the policy for cyber matters") in phrases
    assert (facet("cyber", "what"), "data breach insurance") in phrases
    assert (intent_id("greet"), "hello there") in phrases
    assert len(phrases) == len(set(phrases))


def test_an_exposure_speaks_of_the_policies_that_it_lists_alone(base: KnowledgeBase) -> None:
    target = targets_of(base, [])["wrong_advice"]
    listed = base.exposure("wrong_advice")
    assert listed is not None
    assert set(target.policies) == {
        grant.policy
        for grants in (listed.covered_by, listed.sometimes_covered_by, listed.not_covered_by)
        for grant in grants
    }


def test_what_a_visitor_reads_first_of_a_target_leads_its_texts(base: KnowledgeBase) -> None:
    targets = targets_of(base, [])
    term = base.term("retention")
    assert term is not None
    assert shown_texts(targets["retention"], base)[0] == term.definition.text

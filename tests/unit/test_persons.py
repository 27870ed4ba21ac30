"""The same incident with another person in it is answered by the entry on that."""

from __future__ import annotations

import pytest

from knowledge.base import KnowledgeBase
from understanding.persons import PERSONS, instead
from understanding.targets import targets_of

BITE = {"own_people": "bitten_at_work", "client": "bitten_outsider", "on_purpose": "set_on_somebody"}


@pytest.mark.parametrize(
    ("text", "before", "entry"),
    [
        ("or my dishwasher", "a goat bit a passerby", "bitten_at_work"),
        ("and if one of our guys gets bitten", "a goat bit a passerby", "bitten_at_work"),
        ("and a guest", "a goat bit our cook", "bitten_outsider"),
        ("what if i did it on purpose", "a goat bit a passerby", "set_on_somebody"),
        ("and if our waiter bites back", "a goat bit our waiter", None),  # he was spoken of before
        ("and if a waiter bites back", "a goat bit our waiter, badly", None),
        ("and a subcontractor", "a goat bit a passerby", None),  # the entry names no other for him
        ("how much do they pay", "a goat bit a passerby", None),
    ],
)
def test_who_is_named_anew_decides(text: str, before: str, entry: str | None) -> None:
    assert instead(BITE, text.split(), before) == entry


def test_each_word_names_one_kind() -> None:
    words = [word for names in PERSONS.values() for word in names]
    assert len(words) == len(set(words))


def test_every_entry_named_instead_can_be_answered() -> None:
    base = KnowledgeBase()
    targets = targets_of(base, ())
    base.close()
    listed = [(target.id, to) for target in targets.values() for to in target.otherwise.values()]
    assert len(listed) > 100
    assert all(to in targets and to != of for of, to in listed)

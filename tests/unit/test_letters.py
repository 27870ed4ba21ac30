"""Pasted letters: the visitor's own words are read, and nothing of what came with them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understanding.text.letters import own_words


@pytest.mark.parametrize(
    ("pasted", "own"),
    [
        ("is mold covered\n\nBest regards,\nKim Ito\nOperations, Ito Tile\n(555) 010-9999", "is mold covered"),
        (
            "do we have to sign this?\n\nOn Mon, Oct 5, 2026 at 4:01 PM Gil <gil@big.example> wrote:\n> name us\n> Gil",
            "do we have to sign this?",
        ),
        ("see https://a.example/very/long?x=1 is that a normal price", "see is that a normal price"),
        ("first line\nsecond line, does E&O pay?", "first line\nsecond line, does E&O pay?"),
    ],
)
def test_what_came_with_a_question_is_set_aside(pasted: str, own: str) -> None:
    assert own_words(pasted) == own


@pytest.mark.parametrize("text", ["https://a.example/x", "> quoted only\n> and more", "?"])
def test_where_nothing_would_be_left_the_text_stays(text: str) -> None:
    assert own_words(text)


@given(st.text(max_size=400))
def test_any_text_leaves_something_to_read(text: str) -> None:
    assert bool(own_words(text)) == bool(text)

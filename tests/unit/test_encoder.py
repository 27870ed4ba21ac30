"""The sentence encoder: unit vectors, the same every time, from checked files only."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from understanding.learning.encoder import DIMENSIONS, SHA256, WEIGHTS, Encoder, EncoderUnavailable, shared_encoder


@settings(max_examples=30)
@given(st.text(max_size=300))
def test_every_text_has_a_unit_vector_the_same_each_time(text: str) -> None:
    encoder = shared_encoder()
    vector = encoder.embed(text)
    assert vector.shape == (DIMENSIONS,)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-3)
    assert np.array_equal(vector, encoder.embed(text))


def test_texts_together_get_the_vectors_they_get_alone() -> None:
    texts = [
        "does a bakery need general liability",
        "does a bakery need cyber insurance",
        "is theft by our staff covered",
        "short",
        "",
        "🙂",
        "short",
    ]
    alone = np.stack([shared_encoder().embed(text) for text in texts])
    assert np.array_equal(alone, shared_encoder().embed_all(texts))
    assert shared_encoder().embed_all([]).shape == (0, DIMENSIONS)


def test_a_vector_that_others_share_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        shared_encoder().embed("shared by the parts of the pipeline")[0] = 1.0


def test_close_meaning_is_closer_than_another_subject() -> None:
    encoder = shared_encoder()
    asked = encoder.embed("an employee stole money from us")
    assert (
        asked @ encoder.embed("a worker embezzled company funds") > asked @ encoder.embed("the weather is fine") + 0.2
    )


def test_a_text_of_any_length_costs_no_more_than_its_start() -> None:
    encoder = shared_encoder()
    start = "word " * 200
    assert np.array_equal(encoder.embed(start), encoder.embed(start + "other " * 5_000))


@pytest.mark.parametrize("word", ["insurance", "flood", "caller"])
def test_real_words_are_known(word: str) -> None:
    assert shared_encoder().knows_word(word)


@pytest.mark.parametrize("word", ["insurrance", "liabilty", "qwrtzp"])
def test_typos_are_not_words(word: str) -> None:
    assert not shared_encoder().knows_word(word)


@pytest.mark.parametrize("name", SHA256)
def test_a_file_that_is_not_the_checked_one_is_refused(name: str, tmp_path: Path) -> None:
    for each in SHA256:
        shutil.copy(WEIGHTS / each, tmp_path / each)
    with (tmp_path / name).open("ab") as file:
        file.write(b"\0")
    with pytest.raises(EncoderUnavailable, match=rf"{name} is not the checked file: restore it"):
        Encoder(tmp_path)


def test_a_missing_file_is_said_with_its_remedy(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable, match="is missing: restore it from git or run `make encoder`"):
        Encoder(tmp_path)

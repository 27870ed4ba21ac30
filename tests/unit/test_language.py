"""How words are read: places kept, typos mended, real words left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.base import KnowledgeBase
from understanding.learning.encoder import shared_encoder
from understanding.text.language import CHAT_WORDS, Spelling, count_words, plain, singular, trade_language, words_of

TRADE = {"liability": 40, "professional": 30, "cyber": 20, "insurance": 50, "umbrella": 5, "policy": 60, "police": 2}
REAL = {"liability", "cyber", "fire", "flood", "wire", "hire", "polite", "notice", "ability", "umbrellas"}
SPELLING = Spelling(TRADE, REAL.__contains__)
LETTERS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12)


@given(LETTERS | st.text(max_size=15))
def test_any_word_is_mended_to_a_word_of_the_trade_or_left_alone(word: str) -> None:
    mended = SPELLING.mend(word)
    assert mended == word or mended in TRADE


@given(LETTERS | st.sampled_from(sorted(REAL | TRADE.keys())), st.data())
def test_a_real_word_is_never_changed(word: str, data: st.DataObject) -> None:
    spelling = Spelling(TRADE, lambda each: each == word or each in REAL)
    assert spelling.mend(word) == word


def test_the_words_of_everyday_english_stay_as_they_are() -> None:
    encoder = shared_encoder()
    base = KnowledgeBase()
    spelling = Spelling(dict(count_words(alias for _, _, alias in base.names())), encoder.knows_word)
    base.close()
    text = (
        "our office had a small fire last night and the landlord wants money for the wall the caller was polite "
        "but her lawyer sent a notice about lost wages can we hire someone who would write better code for the store"
    )
    assert [spelling.mend(word) for word in text.split()] == text.split()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("liabilty", "liability"),
        ("proffesional", "professional"),
        ("insurence", "insurance"),
        ("cybre", "cyber"),  # two letters changed places
        ("umbrela", "umbrella"),
    ],
)
def test_a_typo_becomes_the_word_that_was_meant(typed: str, meant: str) -> None:
    assert SPELLING.mend(typed) == meant


@pytest.mark.parametrize("word", ["cbr", "gl", "e&o", "2fa", "zzzzzzzz", "xliabilty" * 3, ""])
def test_what_is_close_to_nothing_is_left_alone(word: str) -> None:
    assert SPELLING.mend(word) == word


def test_between_two_words_as_close_the_more_usual_one_wins() -> None:
    assert Spelling({"polick": 1, "policy": 60}, lambda _: False).mend("policq") == "policy"


def test_endless_new_words_do_not_fill_the_memory() -> None:
    spelling = Spelling({"cyber": 1}, lambda _: False)
    spelling._closest = lambda word: word  # type: ignore[method-assign]
    for number in range(30_000):
        spelling.mend("w" + "".join(chr(97 + int(digit)) for digit in str(number)) + "wwww")
    assert len(spelling._mended) <= 20_001


@pytest.mark.slow
@given(st.text(max_size=200) | st.text("aA1&+'’. -_\n🙂é", max_size=60))
def test_every_text_is_read_with_its_places(text: str) -> None:
    doc = trade_language(SPELLING).make_doc(text)
    places = doc.user_data["spans"]
    assert [text[start:end] for start, end in places] == [token.text for token in doc]
    assert places == sorted(places)
    assert len(doc.user_data["mended"]) == len(doc)
    assert all(token.norm_ for token in doc)


def test_names_of_the_trade_stay_whole() -> None:
    assert [match.group() for match in words_of("Does E&O, D+O or a C.O.I. help? Don't know")] == [
        "Does", "E&O", "D+O", "or", "a", "C.O.I.", "help", "Don't", "know",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("wc&gl", ["wc", "gl"]),
        ("gl+e&o", ["gl", "e&o"]),
        ("e&o&d&o", ["e&o", "d&o"]),
        ("d&o/epli", ["d&o", "epli"]),
        ("P&NC", ["P&NC"]),
    ],
)
def test_names_joined_by_a_sign_are_read_apart(text: str, words: list[str]) -> None:
    assert [match.group() for match in words_of(text)] == words


@pytest.mark.parametrize(
    ("typed", "read"), [("COIs", "coi"), ("EOs", "eo"), ("E&Os", "e&o"), ("Is", "is"), ("GAS", "gas")]
)
def test_several_of_an_abbreviation_are_read_as_it(typed: str, read: str) -> None:
    assert plain(typed) == read


NAMED = Spelling(
    TRADE | {"call": 3, "center": 3, "wear": 1, "tear": 1},
    REAL.__contains__,
    [["call", "center"], ["wear", "and", "tear"]],
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("a cal center here", "a call center here"),  # real to the encoder, and too short to be mended alone
        ("ball center", "ball center"),  # another letter may be another word
        ("all center staff", "all center staff"),  # and so may the first one left out
        ("coffee and tea", "coffee and tea"),  # "and" tells nothing of what follows
        ("cal me", "cal me"),
    ],
)
def test_a_short_word_is_mended_by_the_rest_of_a_name_beside_it(typed: str, meant: str) -> None:
    assert NAMED.mend_beside(typed.split()) == meant.split()


@pytest.mark.parametrize(
    ("word", "one"),
    [
        ("policies", "policy"), ("claims", "claim"), ("client's", "client"), ("owners'", "owner"), ("bus", "bus"),
        ("business", "business"), ("basis", "basis"), ("is", "is"), ("us", "us"), ("ties", "tie"), ("agent’s", "agent"),
    ],
)  # fmt: skip
def test_plural_and_possessive_share_a_form(word: str, one: str) -> None:
    assert singular(word) == one


@pytest.mark.parametrize(("typed", "read"), [("U", "you"), ("C.O.I.", "coi"), ("Don’t", "don't"), ("WANNA", "want to")])
def test_chat_spelling_is_written_out(typed: str, read: str) -> None:
    assert plain(typed) == read


def test_no_chat_word_leads_to_another() -> None:
    assert not set(CHAT_WORDS) & set(CHAT_WORDS.values())


def test_a_misspelling_nearer_to_plain_english_is_no_name_of_the_trade() -> None:
    spelling = Spelling({"overtime": 5, "umbrella": 5, "negligence": 5}, REAL.__contains__)
    assert spelling.mend("overnite") == "overnite"
    assert [spelling.mend(word) for word in ("umberela", "neglijance")] == ["umbrella", "negligence"]

"""The input gate: what reaches the classifier, what is refused, and which button a text names."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.runtime.input_gate import MAX_CHARACTERS, Passed, Refused, chosen, clean, inspect

ANY_TEXT = st.text(st.characters(), max_size=200)  # lone surrogates, too
NASTY = st.text(st.sampled_from("a/ \n\t\0\x1b\u200b\u202e\ufeff\ud800🙂？／①é"), max_size=30)
BUTTONS = [
    {"title": "What is Tech E&O?", "ask": {"intent": "ask_policy", "policies": ["tech_eo"]}},
    {"title": "How do I get a quote?", "ask": {"intent": "get_quote"}},
    {"title": "Talk to a licensed agent", "ask": {"intent": "talk_to_agent"}},
]


def _typeable(text: str) -> bool:
    return all(c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co") for c in text)


@given(ANY_TEXT | NASTY | st.none())
def test_any_text_passes_or_is_refused_and_neither_keeps_what_nobody_types(text: str | None) -> None:
    gate = inspect(text)
    assert isinstance(gate, Passed | Refused)
    assert _typeable(gate.text)
    if isinstance(gate, Passed):
        assert 0 < len(gate.text) <= MAX_CHARACTERS
        assert any(c.isalnum() for c in gate.text)
        assert not gate.text.startswith("/")
    else:
        assert gate.reason in {"empty", "too_long", "no_words", "command"}
        assert len(gate.text) <= 200


@given(ANY_TEXT | NASTY)
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize("text", ["Does cyber cover it?", "¿Qué es E&O?", "保险是什么", "line one\nline two", "é" * 10])
def test_ordinary_text_passes_as_it_was_typed(text: str) -> None:
    assert inspect(text) == Passed(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        (None, "empty"),
        (" \t\r\n ", "empty"),
        ("\0\0", "empty"),
        ("\u200b\u200e\ufeff", "empty"),
        ("🙂🙂🙂", "no_words"),
        ("?" * 40, "no_words"),
        ("…!", "no_words"),
        ("w" * 60, "no_words"),
        ("/restart", "command"),
        ('/ask_coverage{"policy": "cyber"}', "command"),
        ("  /greet", "command"),
        ("x'); DELETE FROM visitor; --", "command"),
        ('"; SHUTDOWN', "command"),
        ("\u200b/greet", "command"),
        ("／greet", "command"),  # full-width, which normalising makes a slash
        ("x" * (MAX_CHARACTERS + 1), "too_long"),
        ("/" + "x" * 30_000, "too_long"),
    ],
)
def test_what_cannot_be_read_is_refused_for_its_own_reason(text: str | None, reason: str) -> None:
    gate = inspect(text)
    assert isinstance(gate, Refused)
    assert gate.reason == reason


def test_the_longest_message_allowed_passes() -> None:
    longest = "xy " * (MAX_CHARACTERS // 3) + "x"
    assert inspect(longest) == Passed(longest)


def test_text_that_normalising_blows_up_is_refused() -> None:
    assert isinstance(inspect("ﷺ" * (MAX_CHARACTERS // 2)), Refused)  # 18 letters each


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("gen\u200beral liab\u00adility", "general liability"),
        ("\u202ecyber\u202c cover", "cyber cover"),
        ("does cyber\0 cover it", "does cyber cover it"),
        ("ｃｙｂｅｒ", "cyber"),
        ("\x1b[31mcyber", "[31mcyber"),
    ],
)
def test_invisible_marks_do_not_hide_a_word(typed: str, read: str) -> None:
    assert inspect(typed) == Passed(read)


@pytest.mark.parametrize("text", ["How do I get a quote?", "how do i get a quote", "  HOW DO I GET A QUOTE?! "])
def test_a_title_chooses_its_button_however_it_is_written(text: str) -> None:
    assert chosen(text, BUTTONS) == {"intent": "get_quote"}


@pytest.mark.parametrize("text", ["2", " 2 ", "2.", "2)", "(2)"])
def test_a_number_alone_chooses_by_place(text: str) -> None:
    assert chosen(text, BUTTONS) == {"intent": "get_quote"}


@pytest.mark.parametrize("text", ["0", "4", "99", "123", "2 agents", "number 2", "quote", "", "?", "-2", "2,5"])
def test_anything_else_chooses_nothing(text: str) -> None:
    assert chosen(text, BUTTONS) is None
    assert chosen(text, []) is None


TRADES = [
    {"title": "Call center", "ask": {"intent": "ask_recommendation", "industry": "call_center"}},
    {"title": "BPO provider", "ask": {"intent": "ask_recommendation", "industry": "bpo"}},
    {"title": "Talk to a licensed agent", "ask": {"intent": "talk_to_agent"}},
]


@pytest.mark.parametrize(
    ("text", "trade"),
    [
        ("the first", "call_center"),
        ("First one!", "call_center"),
        ("not that one, the first", "call_center"),
        ("the second one", "bpo"),
        ("ok the 2nd option", "bpo"),
        ("the last one", "bpo"),  # the agent is no answer to what was asked
    ],
)
def test_a_place_chooses_of_buttons_that_answer_one_question(text: str, trade: str) -> None:
    assert chosen(text, TRADES) == {"intent": "ask_recommendation", "industry": trade}


@pytest.mark.parametrize("text", ["the third one", "first things first", "the first amendment", "which is the second?"])
def test_a_place_that_is_none_or_is_said_in_passing_chooses_nothing(text: str) -> None:
    assert chosen(text, TRADES) is None


@pytest.mark.parametrize("text", ["the second one", "the first", "not that one, the last"])
def test_a_place_chooses_nothing_of_next_questions_that_differ(text: str) -> None:
    assert chosen(text, BUTTONS) is None  # it may mean what the answer listed


@given(ANY_TEXT | NASTY | st.from_regex(r"\A\(?\d{1,3}[.)]?\Z"))
def test_no_text_chooses_what_was_not_offered(text: str) -> None:
    assert chosen(text, BUTTONS) in [None, *(button["ask"] for button in BUTTONS)]
    assert chosen(text, []) is None


def test_wide_spaces_become_one() -> None:
    assert clean(" Does  media\tliability\ncover it? \n") == "Does media liability\ncover it?"

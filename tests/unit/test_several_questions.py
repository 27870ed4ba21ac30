"""Where one question of a message ends and the next begins."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understanding.text.questions import (
    MOST,
    asking_sentence,
    begins_asking,
    changes_subject,
    ends_asking,
    only_states,
    several_questions,
    statements,
)


@pytest.mark.parametrize(
    ("text", "questions"),
    [
        ("What is D&O and how much does it cost?", ["What is D&O", "and how much does it cost?"]),
        ("do i need cyber\nwhat does it cost", ["do i need cyber", "what does it cost"]),
        ("1) what is a binder 2) who signs it", ["1) what is a binder", "2) who signs it"]),
        ("I need to know if GL pays and what cyber costs", ["I need to know if GL pays", "and what cyber costs"]),
        ("does GL pay and is flooding covered", ["does GL pay", "and is flooding covered"]),
        ("what is E&O, do I need it, what does it cost", ["what is E&O", "do I need it", "what does it cost"]),
        (
            "Our router burned a carpet. Does GL pay? Also how do I report it? thanks",
            ["Our router burned a carpet. Does GL pay?", "Also how do I report it? thanks"],
        ),
    ],
)
def test_each_question_keeps_what_was_told_for_it(text, questions):
    assert several_questions(text) == questions


@pytest.mark.parametrize(
    "text",
    [
        "what happens when a rep gives bad advice and the client sues",
        "A courier tripped over our cables. Who pays?",
        "is it true that GL covers that? my agent said so",
        "Do you know what E&O is, and if so",
        "When a firm buys insurance, should it check what its contracts demand?",
        "If a rep quits and sues, does EPLI pay?",
        "a client left us and is demanding the source code, would E&O defend that",
        "Does\nmedia liability cover\ncopied songs?",
        "cyber",
        "",
    ],
)
def test_one_question_is_not_cut(text):
    assert several_questions(text) == []


@given(st.text(max_size=400))
def test_nothing_is_lost_of_any_text(text):
    questions = several_questions(text)
    assert len(questions) in {0, *range(2, MOST + 1)}
    assert all(question.strip() for question in questions)


@given(st.lists(st.sampled_from(["what is E&O?", "do I need it?", "We are ten people.", "and why?"]), max_size=6))
def test_questions_come_in_the_order_asked(pieces):
    questions = several_questions(" ".join(pieces))
    text = " ".join(pieces)
    places = [text.find(question.split("?")[0]) for question in questions]
    assert places == sorted(places) or len(set(pieces)) < len(pieces)


def test_a_chat_n_joins_two_questions() -> None:
    assert len(several_questions("do i need cyber n what does it cost")) == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("we run two food trucks in Mesa, permits needed?", ["we run two food trucks in Mesa"]),
        ("My crew is 6, all on payroll, comp too?", ["My crew is 6, all on payroll"]),
        ("We moved. Is that a problem?", ["We moved."]),
        ("is it 6, or 7?", []),
        ("if we hire 6, comp needed?", []),
    ],
)
def test_what_is_told_before_a_question_is_a_statement(text: str, told: list[str]) -> None:
    assert statements(text) == told
    assert not only_states(text)


@pytest.mark.parametrize(
    ("text", "asking"),
    [
        ("sorry, wrong window. do we need a bond?", "do we need a bond?"),
        ("My boss sent me. How much is cyber? Thanks a lot", "How much is cyber?"),
        ("we fix roofs. is that covered?", ""),  # what is?
        ("is cyber dear? is a bond dear?", ""),
        ("how much is cyber", ""),
        ("we fix roofs. we are nine.", ""),
    ],
)
def test_of_several_sentences_the_only_one_that_asks_is_found(text: str, asking: str) -> None:
    assert asking_sentence(text) == asking


def test_a_greeting_does_not_hide_that_something_is_asked() -> None:
    assert begins_asking("hi can u write a roofer") and not only_states("hey do you write roofers")
    assert only_states("hello we write poems")


@pytest.mark.parametrize(
    "text",
    [
        "we only use subs so nobody here needs comp right",
        "the landlord's policy covers my shelving, correct",
        "cyber handles that huh",
        "that includes the trailer doesn't it",
        "a bond isnt insurance is it",
        "my umbrella wont cover that will it?",
    ],
)
def test_a_statement_may_end_as_a_question_and_then_states_nothing(text):
    assert ends_asking(text)
    assert not only_states(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("the cook is 16 can he work the slicer", ["the cook is 16"]),
        ("we moved to Reno, 4 of us, do we need another policy", ["we moved to Reno, 4 of us"]),
        ("our sub has no papers are we on the hook", ["our sub has no papers"]),
        ("we wash the windows and they do it well", ["we wash the windows and they do it well"]),
    ],
)
def test_what_is_told_before_a_question_without_any_mark_is_a_statement(text, told):
    assert statements(text) == told


@pytest.mark.parametrize(
    "text",
    ["11 vans is right", "the second one is correct", "we have never seen it", "right", "they know how to do it", ""],
)
def test_a_statement_that_only_ends_in_such_words_stays_one(text):
    assert not ends_asking(text)


@pytest.mark.parametrize(
    "text",
    [
        "ok new topic, what is a binder",
        "hm thanks. another question: who files the bond",
        "separate thing - our van got keyed",
        "unrelated, but do we need D&O",
    ],
)
def test_who_says_that_something_else_follows_changes_the_subject(text):
    assert changes_subject(text)


@pytest.mark.parametrize(
    "text",
    [
        "the other thing, how much is it",
        "what about a different thing. like a fire",
        "another question",
        "we store another client's things, are they covered",
        "different thing",
        "",
    ],
)
def test_who_points_at_another_thing_or_says_no_more_does_not(text):
    assert not changes_subject(text)

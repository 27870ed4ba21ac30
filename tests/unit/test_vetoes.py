"""What no likeness may decide: erasing, the law of another state, a yes to all of something."""

from __future__ import annotations

import numpy as np
import pytest

from understanding.features import Heard
from understanding.index import Nearness
from understanding.reader import Reading
from understanding.targets import Target, intent_id
from understanding.vetoes import forbids_verdict, only_imagined, vetoed

NOTHING_NEAR = Nearness(np.zeros(0, np.float32), np.zeros(0, np.float32))
ERASE = Target(intent_id("delete_my_data"), "intent", "delete_my_data")
RESTART = Target(intent_id("restart"), "intent", "restart")
CALIFORNIAN = Target("ca_duty", "topic", "ask_regulation", "ca_duty", state="CA")
FEDERAL = Target("federal_duty", "topic", "ask_regulation", "federal_duty")


def _left(text: str, *targets: Target, states: list[str] | None = None) -> list[str]:
    links = {"state": states} if states else {}
    heard = Heard(text, links, (), NOTHING_NEAR, NOTHING_NEAR, None, None, None, {}, {})
    reading = Reading(heard, [(target.id, 0.5) for target in targets], 0.0, 0.0, 0.0, 0.0)
    return [name for name, _ in vetoed(reading, {target.id: target for target in targets})]


@pytest.mark.parametrize("text", ["please wipe what I told you", "Forget everything about me", "erase this"])
def test_data_are_erased_on_plain_words(text: str) -> None:
    assert _left(text, ERASE) == [ERASE.id]


@pytest.mark.parametrize("text", ["do you keep my phone number", "is my data safe with you"])
def test_nothing_is_erased_because_a_message_resembles_the_wish(text: str) -> None:
    assert _left(text, ERASE) == []


@pytest.mark.parametrize(
    ("text", "may"),
    [("let us begin anew", True), ("will they give all of it back", False), ("go back to the bond", False)],
)
def test_what_was_told_is_dropped_on_plain_words_alone(text: str, may: bool) -> None:
    assert _left(text, RESTART) == ([RESTART.id] if may else [])


def test_the_law_of_one_state_is_no_answer_about_another() -> None:
    assert _left("is it required in Nevada", CALIFORNIAN, FEDERAL, states=["NV"]) == [FEDERAL.id]


def test_it_is_an_answer_where_its_state_is_named_or_none_is() -> None:
    assert _left("is it required in California or Nevada", CALIFORNIAN, states=["CA", "NV"]) == [CALIFORNIAN.id]
    assert _left("is it required", CALIFORNIAN) == [CALIFORNIAN.id]


@pytest.mark.parametrize("text", ["are all thefts covered", "is it always paid", "does it cover everything"])
def test_all_of_something_gets_no_yes_or_no(text: str) -> None:
    assert forbids_verdict(text.split(), 1)


def test_which_of_two_policies_gets_no_yes_or_no() -> None:
    assert forbids_verdict(["does", "gl", "or", "cyber", "cover", "it"], 2)
    assert not forbids_verdict(["does", "gl", "cover", "fire", "or", "smoke"], 1)


@pytest.mark.parametrize(
    ("text", "imagined"),
    [
        ("what if a guest falls", True), ("hypothetically, a guest fell", True), ("nothing’s happened so far", True),
        ("suppose the freezer dies", True), ("it's not hypothetical, he fell", False), ("a guest fell", False),
    ],
)  # fmt: skip
def test_what_is_said_to_be_imagined_has_not_happened(text: str, imagined: bool) -> None:
    assert only_imagined(text) is imagined


def test_a_yes_or_no_that_is_asked_for_chooses_between_nothing() -> None:
    assert not forbids_verdict(["is", "crime", "apart", "from", "cyber", "yes", "or", "no"], 2)
    assert forbids_verdict(["crime", "or", "cyber", "yes", "or", "no"], 2)

"""What is said at many a turn is said once in the same words, and in others after that."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

from actions.answer import Answer, Status
from actions.forms.asking import question
from actions.forms.filling import Filling
from actions.phrasing import ASKED_AGAIN, PHRASES, phrase, wordings
from actions.said_once import said_once
from actions.wording import sentences
from knowledge.base import KnowledgeBase

if TYPE_CHECKING:
    from conftest import Talk


WORDINGS = {
    "rule": ("I know the rule of {known}, not\n  that of {state}; {state} may differ.", "Not {state} either."),
    "claim": ("Only the insurer decides.", "As I said.", "It is so."),
}


def _says(*texts: str) -> Answer:
    return Answer(Status.ANSWERED, "ask_policy", texts[0], list(texts[1:]))


def test_the_first_time_it_stands_and_the_second_time_it_is_shorter() -> None:
    first, second = _says("A.", "Only the insurer decides."), _says("B.", "So: Only the insurer decides. Report it.")
    said = said_once([first], {}, WORDINGS)
    assert (said, first.paragraphs) == ({"claim": 1}, ["Only the insurer decides."])
    assert said_once([second], said, WORDINGS) == {"claim": 2}
    assert second.paragraphs == ["So: As I said. Report it."]


def test_what_is_only_listed_keeps_its_words() -> None:
    listed = _says("Have these ready:", "- Only the insurer decides.\n- The date.")
    assert said_once([listed], {"claim": 1}, WORDINGS) == {"claim": 1}
    assert listed.paragraphs == ["- Only the insurer decides.\n- The date."]


def test_the_other_wordings_come_in_turn_and_the_first_never_again() -> None:
    answers = [_says("Only the insurer decides.") for _ in range(5)]
    said_once(answers, {}, WORDINGS)
    assert [each.lead for each in answers[1:]] == ["As I said.", "It is so.", "As I said.", "It is so."]


def test_what_must_be_said_with_an_answer_is_worded_anew_too() -> None:
    answer = Answer(Status.ANSWERED, "ask_cost", "A.", ["B."], notes=["Only the insurer decides."])
    said_once([answer], {"claim": 1}, WORDINGS)
    assert (answer.lead, answer.paragraphs, answer.notes) == ("A.", ["B."], ["As I said."])


def test_a_text_with_names_filled_in_is_recognized_and_keeps_them() -> None:
    answer = _says("I know the rule of California, not that of Nevada; Nevada may differ.")
    said_once([answer], {"rule": 1}, WORDINGS)
    assert answer.lead == "Not Nevada either."


def test_what_is_no_standing_text_is_left_alone() -> None:
    answer = _says("Cyber insurance pays for it.")
    assert said_once([answer], {"claim": 1}, WORDINGS) == {"claim": 1}
    assert answer.lead == "Cyber insurance pays for it."


def test_a_question_of_a_form_is_asked_in_other_words_each_time(base: KnowledgeBase) -> None:
    filling = Filling("recommendation", asked=("headcount",), asking="headcount")
    asked = [question(filling, base) for _ in range(len(ASKED_AGAIN) + 1)]
    said_once(asked, {}, wordings(base))
    assert len({each.lead for each in asked}) == len(asked)
    assert asked[1].lead == "Once more: how many employees do you have, not counting yourself?"


def test_the_wordings_of_a_text_share_their_names_and_no_sentence(base: KnowledgeBase) -> None:
    for name, (first, *others) in wordings(base).items():
        named = {field for _, field, _, _ in string.Formatter().parse(first) if field}
        for other in others:
            assert {field for _, field, _, _ in string.Formatter().parse(other) if field} <= named, name
        if name in PHRASES:
            said = [each for text in (first, *others) for each in sentences(text)]
            assert len(set(said)) == len(said) and others, name


def test_a_phrase_is_said_in_its_first_wording_with_its_names() -> None:
    assert phrase("way_out", way="cancel") == "You can cancel, or ask for a person."


def test_a_talk_of_thanks_hears_another_answer_to_the_second(talk: Talk) -> None:
    first, second = (talk.say(text, "thank") for text in ("thanks", "thank you"))
    assert "You are welcome." in first and second.startswith("Gladly.")


def test_a_reason_why_a_form_takes_no_answer_is_told_once(talk: Talk) -> None:
    talk.say("a quote please", "get_quote")
    talk.say("msp", "inform", industry="msp")
    first, second = (talk.say(text, "inform") for text in ("loads", "plenty"))
    assert "I need a number here" in first and "I need a number here" not in second
    assert "That I cannot take as the answer either." in second and "You can say" in second

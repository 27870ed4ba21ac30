"""In which language a message is: short sentences of the twelve, and English that must stay English."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from understanding.text.foreign import language_by_script, language_of

HERE = Path(__file__).parent
SENTENCES = yaml.safe_load((HERE / "foreign.yml").read_text(encoding="utf-8"))
BY_SCRIPT = {"zh", "ko", "hy", "ru", "ja", "pa", "hi"}


def test_of_ten_short_sentences_in_each_language_nearly_all_are_recognized() -> None:
    wrong = [(code, text, language_of(text)) for code, texts in SENTENCES.items() for text in texts]
    wrong = [each for each in wrong if each[0] != each[2]]
    assert len(wrong) <= 6, wrong


@pytest.mark.parametrize("code", sorted(BY_SCRIPT))
def test_where_a_script_is_used_for_one_language_alone_it_tells_it_for_sure(code: str) -> None:
    assert {language_by_script(text) for text in SENTENCES[code]} == {code}


def test_no_english_message_is_taken_for_another_language_before_it_is_understood() -> None:
    english = [
        line.removeprefix("- ")
        for file in sorted((HERE.parents[1] / "data" / "nlu").glob("*.yml"))
        if file.stem not in ("language", "of_the_answer")
        for part in yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"]
        for line in part["examples"].splitlines()
    ]
    assert len(english) > 4000
    assert [text for text in english if language_by_script(text)] == []


@pytest.mark.parametrize(
    "text",
    ["does 保险 mean insurance?", "Ask José about the café", "my name is Владимир, what is EPLI", "", "12", "🙂"],
)
def test_a_foreign_word_in_an_english_message_does_not_make_it_foreign(text: str) -> None:
    assert language_by_script(text) is None


@pytest.mark.parametrize(
    "text", ["combien coûte une assurance", "preciso de um seguro para minha empresa", "мені потрібна допомога"]
)
def test_a_language_that_is_none_of_the_twelve_is_not_taken_for_one(text: str) -> None:
    assert language_of(text) is None

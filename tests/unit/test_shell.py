"""The guide on a terminal: what a message looks like there."""

from __future__ import annotations

from bot.shell import as_read


def test_buttons_are_numbered_lines_below_the_answer() -> None:
    message = {"text": "Where do you work?", "buttons": [{"title": "Office"}, {"title": "Home"}]}
    assert as_read(message) == "Where do you work?\n  1. Office\n  2. Home"


def test_a_message_may_have_text_alone_or_buttons_alone() -> None:
    assert as_read({"text": "Goodbye."}) == "Goodbye."
    assert as_read({"buttons": [{"title": "Yes"}]}) == "  1. Yes"

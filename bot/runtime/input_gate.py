"""What may reach the classifier.  Pure.

Rasa reads empty text, emoji and noise as some intent with confidence near 1, takes "/intent{...}" typed
by anyone as that intent, and slows down with the square of a message's length.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MAX_CHARACTERS = 4_000
LONGEST_WORD = 45  # characters; the longest word of a large English dictionary
KEPT = "\n\t\u200d"  # the last one joins an emoji of several
_COMMAND = re.compile(r"/\S*", re.DOTALL)
_TRUNCATED = 200  # characters kept of a text that is refused


@dataclass(frozen=True)
class Passed:
    """Text fit to be understood."""

    text: str


@dataclass(frozen=True)
class Refused:
    """Text that is not; reason is empty, too_long, no_words or command."""

    reason: str
    text: str


def clean(text: str) -> str:
    """Without characters that nobody types (NUL, controls, invisible marks, lone surrogates), evenly spaced."""
    kept = "".join(c for c in text if c in KEPT or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co"))
    even = re.sub(r"[ \t]+", " ", unicodedata.normalize("NFKC", kept))
    return even.strip(KEPT + " ")


def inspect(text: str | None) -> Passed | Refused:
    """Whether a message can be read, and why not."""
    cleaned = clean(text or "")
    if not cleaned:
        return Refused("empty", "")
    if len(cleaned) > MAX_CHARACTERS:
        return Refused("too_long", cleaned[:_TRUNCATED])
    if cleaned.startswith("/") and _COMMAND.match(cleaned):
        return Refused("command", cleaned[:_TRUNCATED])
    if not any(c.isalnum() for c in cleaned) or min(map(len, cleaned.split())) > LONGEST_WORD:
        return Refused("no_words", cleaned[:_TRUNCATED])
    return Passed(cleaned)


def chosen(text: str, buttons: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The question of the button that the text names: its title, or its number when it stands alone.

    Args:
        buttons: title and ask of each button last offered, in order.
    """
    wanted = _same(text)
    for button in buttons:
        if _same(str(button["title"])) == wanted:
            return _ask(button)
    if re.fullmatch(r"\(?\d{1,2}[.)]?", text.strip()):
        number = int(re.sub(r"\D", "", text))
        if 1 <= number <= len(buttons):
            return _ask(buttons[number - 1])
    return None


def _ask(button: Mapping[str, Any]) -> Mapping[str, Any]:
    ask: Mapping[str, Any] = button["ask"]
    return ask


def _same(text: str) -> str:
    return re.sub(r"\W+", " ", text.lower()).strip()

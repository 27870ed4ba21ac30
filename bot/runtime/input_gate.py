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

from bot.privacy import mask

MAX_CHARACTERS = 4_000
LONGEST_WORD = 45  # characters; the longest word of a large English dictionary
KEPT = "\n\t\u200d"  # the last one joins an emoji of several
_COMMAND = re.compile(r"/\S*", re.DOTALL)
_STATEMENT = re.compile(r"""^\W*['"]\s*[;)]|;\s*--\s*$""")  # of SQL: it closes a text, or comments out what follows
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
        return Refused("too_long", _kept(cleaned))
    if (cleaned.startswith("/") and _COMMAND.match(cleaned)) or _STATEMENT.search(cleaned):
        return Refused("command", _kept(cleaned))
    if not any(c.isalnum() for c in cleaned) or min(map(len, cleaned.split())) > LONGEST_WORD:
        return Refused("no_words", _kept(cleaned))
    return Passed(cleaned)


def _kept(refused: str) -> str:
    """What is kept of a refused text; masked before the cut, which could leave half a number behind."""
    return mask(refused[:MAX_CHARACTERS])[:_TRUNCATED]


def chosen(text: str, buttons: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The question of the button that the text names: its title, its number when it stands alone, or its place.

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
    named = _BY_PLACE.fullmatch(text.strip())
    place = _PLACES[named[1].lower()] if named else None
    return next(map(_ask, _alternatives(buttons)[place:][:1]), None) if place is not None else None


_PLACES = {"first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3, "last": -1}
_BY_PLACE = re.compile(
    rf"(?:(?:ok|no|not (?:this|that) one)\W+)*(?:the )?({'|'.join(_PLACES)})(?: (?:one|option))?\W*", re.IGNORECASE
)


def _alternatives(buttons: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Buttons that answer one question and differ in its subject alone; beside others a place means nothing.

    "the second one" after a list of policies may mean one of those, and no button below it.
    """
    offered = [button for button in buttons if _ask(button).get("intent") != "talk_to_agent"]
    return offered if len({_ask(button).get("intent") for button in offered}) == 1 else []


def _ask(button: Mapping[str, Any]) -> Mapping[str, Any]:
    ask: Mapping[str, Any] = button["ask"]
    return ask


def _same(text: str) -> str:
    return re.sub(r"\W+", " ", text.lower()).strip()


_YES = {"yes", "y", "yeah", "yep", "yup", "sure", "ok", "okay"}
_NO = {"no", "n", "nope", "nah"}


def agreed(text: str, buttons: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The question of the only button that begins with the yes or no that is all of the text."""
    said = _same(text)
    answer = "yes" if said in _YES else "no" if said in _NO else None
    meant = [button for button in buttons if answer and _same(str(button["title"])).split()[:1] == [answer]]
    return _ask(meant[0]) if len(meant) == 1 else None

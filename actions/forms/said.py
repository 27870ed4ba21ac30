"""A visitor's message as forms read it, and what comes of reading it: a value, or why there is none.  Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from bot.privacy import mask

LONGEST_ANSWER = 500  # characters of an answer in words
SURE_WORD = 0.8  # confidence from which an intent makes a yes or a no of words that are neither ("hmm" is no yes)
TOO_LONG = f"That is more than I can pass on. Please say it in a few sentences ({LONGEST_ANSWER} characters)."
YES = re.compile(
    r"\W*(?:yes|y|yeah|yep|yup|ya|sure|ok(?:ay)?|correct|right|absolutely|of course|we do|i do|they do"
    # What asks whether there are any is answered by how many or how often, too.
    r"|some(?:times| of| do)?|occasionally|often|mostly|most|a (?:few|couple)|several|one|two|three|[1-9]\d?)\b"
    r"(?!/\d)",
    re.I,
)
NO = re.compile(
    r"\W*(?:no(?! (?:idea|clue|comment|thanks?))|n|nope|nah|none|never(?! ?mind)|nothing|zero|0"
    r"|not (?:really|yet|any|at all)|(?:we|i|they) (?:don['’]?t|do not)"
    r"(?! (?:know|understand|get|recall|remember|think|want|wish|care|mind|like|feel|see|need|believe)))\b",
    re.I,
)


_OPENS = re.compile(r"\W*(?:ok(?:ay)?|correct|right)\b", re.I)  # a yes alone, but not before "drop that one"


def classified(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """Name and confidence of the intent as the classifier read it alone: in a form its words answer the form."""
    return message.get("classified") or message.get("intent") or {}


def day_of(at: float) -> date:
    """The day, UTC, of a time in seconds since 1970."""
    return datetime.fromtimestamp(at, UTC).date()


@dataclass(frozen=True)
class Said:
    """A visitor's message, as far as forms read it; card numbers and the like are masked."""

    text: str
    intent: str
    today: date
    industry: str | None = None  # named
    described: tuple[str, float] | None = None  # a trade by meaning: id, cosine
    states: tuple[str, ...] = ()  # named
    chosen: Mapping[str, Any] | None = None  # what the button clicked says: field and value
    sure: bool = True  # that the intent is what was meant
    too_long: bool = False  # to be read at all

    @classmethod
    def of(cls, message: Mapping[str, Any], today: date) -> Said:
        """From Rasa's parse data; what the input gate let nobody read has no words here either."""
        trades, states = _affirmed(message, "industry"), dict.fromkeys(_affirmed(message, "state"))
        trade, intent, ask = message.get("trade"), classified(message), message.get("ask") or {}
        unreadable = ask.get("intent") == "unreadable"
        return cls(
            "" if unreadable else mask(str(message.get("text") or "")),
            str(intent.get("name") or ""),
            today,
            trades[0] if trades else None,
            (trade["id"], float(trade["nearest"])) if trade else None,
            tuple(states),
            ask.get("form_value"),
            float(intent.get("confidence") or 0.0) >= SURE_WORD,
            unreadable and ask.get("topic") == "too_long",
        )

    def agrees(self) -> bool | None:
        """Yes or no; None where it is neither."""
        if NO.match(self.text):
            return False
        if YES.match(self.text) and not (_OPENS.match(self.text) and not self.only_agrees()):
            return True
        return {"affirm": True, "deny": False}.get(self.intent) if self.sure else None

    def only_agrees(self) -> bool:
        """Whether it is a yes or no and nothing else: "we do falconry" is more."""
        if not NO.match(self.text) and not YES.match(self.text):
            return self.agrees() is not None
        rest = self.text
        while found := NO.match(rest) or YES.match(rest):
            rest = rest[found.end() :]
        return not any(map(str.isalnum, rest))


@dataclass(frozen=True)
class Value:
    """What is known of a field: for the rules (JSON), and as it is shown and passed on."""

    value: Any
    shown: str


@dataclass(frozen=True)
class Refusal:
    """Why an answer was not taken and what would be; with the values to choose among, where it could be several."""

    message: str
    choices: tuple[Value, ...] = ()


Read = Value | Refusal | None


def _affirmed(message: Mapping[str, Any], kind: str) -> list[str]:
    """The names of a kind that a message has and does not deny: "not Ohio, Iowa"."""
    text = str(message.get("text") or "")
    named = [e for e in message.get("entities") or [] if e["entity"] == kind]
    return [str(e["value"]) for e in named if not _DENIED.search(plainly(text[: e.get("start", 0)]))]


def says(phrases: list[str], text: str, unless: re.Pattern[str] | None = None) -> bool:
    """Whether one of the phrases stands in the text as whole words, and is not denied.

    Args:
        unless: what must not follow it.
    """
    return any(words_for(phrase, text, unless) for phrase in phrases)


def words_for(phrase: str, text: str, unless: re.Pattern[str] | None = None) -> str:
    """The words of the text that say a phrase, and are not denied ("we don't rent an office"); empty where none do.

    Args:
        phrase: in it "…" stands for up to five words of the same clause ("rent … office").
    """
    plain = plain_text(text)
    denies = _DENIES.match(phrase)
    for found in _whole_words(phrase).finditer(plain):
        denied = not denies and _DENIED.search(plain[: found.start()])
        if not denied and not (unless and unless.match(plain, found.end())):
            return found[0]
    return ""


_DENIES = re.compile(r"(?:no|not|none|nobody|never|don't|do not|without)\b")
# Up to the end of the clause; "no, we …" and "no we …" deny what was said before.
_DENIED = re.compile(
    r"\b(?:not|never|none|nobody|no one|without|neither|nor|\w+n't|dont|doesnt|no(?! (?:we|i|it|they|our|my)\b))\b"
    r"(?:(?!\b(?:but|and|though|so|because|since)\b)[^,.;:!?])*$"
)


# The phrases of all fields are more than the 512 patterns that ``re`` keeps, and every message is searched for each.
@lru_cache(maxsize=8192)
def _whole_words(phrase: str) -> re.Pattern[str]:
    words = re.escape(plainly(phrase)).replace(r"\ …\ ", r"(?:\s[\w']+){0,5}?\s")
    return re.compile(rf"(?<!\w){words}(?!\w)")


def plainly(text: str) -> str:
    """In small letters, with straight quotes, single spaces where spaces and hyphens are, and "no" for zero."""
    return _ZERO.sub("no", _SPACES.sub(" ", _QUOTES.sub("'", text.lower())))


# Each message is searched for some thousand phrases: what both are in plain is made once.  Of what visitors write the
# last few messages are kept, of the content every phrase.
plain_text = lru_cache(maxsize=16)(plainly)
plain_phrase = lru_cache(maxsize=8192)(plainly)
_ZERO = re.compile(r"(?<![\d.,$-])\b(?:zero|0|not (?:a single|any|one|even one))\b(?= [a-z])")
_SPACES, _QUOTES = re.compile(r"\s+|(?<=\w)-(?=\w)"), re.compile(r"[’`]")

"""What a text in free words can be: a name, a description of a business, or neither.  Pure.

No list of names tells one from a sentence. What does: sentences hold the little words of English (spaCy's list of
them) in small letters, speak to somebody ("your", "promise me") and are longer than names; names are written with
capitals, or hold none of these words.
"""

from __future__ import annotations

import re
from email.parser import HeaderParser

from spacy.lang.en.stop_words import STOP_WORDS

from actions.contact import problem_with
from actions.forms.dates import MONTH
from actions.forms.said import Said

MOST_WORDS = 6  # of a name without capitals
MOST_DIGITS = 4  # of a firm's name
WORDS_BESIDE = 3  # that do no more than name an identifier: "my SSN is"
_IN_NAMES = {
    "of",
    "and",
    "the",
    "at",
    "by",
    "for",
    "in",
    "on",
    "name",
    "call",
    "may",
    "will",
    "ca",
}  # small words names hold, too
_LITTLE = STOP_WORDS - _IN_NAMES | {"dont", "wont", "cant", "im", "ive", "id", "ur", "u", "yes", "yeah", "ok", "okay"}
_VERBS = {"call", "do", "get", "give", "go", "keep", "make", "move", "put", "say", "see", "show", "take"}  # among them
_ADDRESSED = {"you", "your", "yours", "yourself", "u", "ur", "you're", "you’re"}
_OURSELVES = {"we", "we're", "we’re", "our", "ours", "i", "i'm", "i’m", "my"}
_EMPTY_VALUES = {
    "null",
    "nil",
    "nan",
    "undefined",
    "none",
    "n/a",
    "na",
    "void",
    "nul",
}  # what programs write for nothing
_LINK = re.compile(r"\b(?:https?://|www\.)\S+", re.I)
_DOMAIN = re.compile(r"\W*[\w-]+(?:\.[\w-]+)*\.(?:com|net|org|io|co|us)(?:/\S*)?\W*", re.I)
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’](?=[^\W\d_]))*")
_DEMANDS = re.compile(r"\W*(?:please )?(?P<verb>[a-z]+) (?:me|us)\b", re.I)
_UNSPEAKABLE = re.compile(r"[b-df-hj-np-tv-xz]{5,}|(.)\1{3,}", re.I)  # no word of English runs so
_HEADERS = {"from", "to", "sent", "subject", "date", "cc"}
_CLOSES = re.compile(
    r"^\s*(?:(?:best|kind|warm)(?: regards)?|regards|sincerely|cheers|yours truly|thanks),?\s*$", re.I | re.M
)
_NO_NAME_SIGNS = re.compile(r"[=;:{}\[\]<>|\\^~_$%#@*?\"]|--|^\s*/")
_CODE = re.compile(r"</?[a-z][^>]*>|[{}|]|\$\{|--|^\W*';", re.I)
_PLACEHOLDER = re.compile(r"\[(?P<what>[a-z ]+) removed\]")
# Intents whose sure reading speaks to the guide, however the words could be meant.
_TO_THE_GUIDE = {"complain", "ask_guarantee", "ask_to_bind", "bot_challenge", "go_back", "repeat", "restart", "correct"}


def pasted(text: str) -> str | None:
    """What else than an answer of one's own was pasted: a link, a letter, a number that was masked."""
    masked, rest = _PLACEHOLDER.search(text), _PLACEHOLDER.sub(" ", text)
    if masked and len(rest.split()) <= WORDS_BESIDE and not re.search(r"\d", rest):
        return f"a {masked['what']}, which I never need and have not kept"
    headers = HeaderParser().parsestr(text.lstrip()).keys() if "\n" in text else []
    if len(_HEADERS & {name.lower() for name in headers}) > 1 or (text.count("\n") > 1 and _CLOSES.search(text)):
        return "an e-mail that was pasted"
    return "a link" if _LINK.search(text) else None


def only_tried(text: str) -> str | None:
    """What is wrong with an address or number that was tried, where a text says no more; None for all else."""
    beside = [word for word in _WORD.findall(text) if len(word) > 1]
    return problem_with(text) if len(beside) < WORDS_BESIDE else None


def written_by_a_program(text: str) -> str | None:
    """Whether a text is code rather than words."""
    return "program code" if _CODE.search(text) else None


def no_name(name: str, said: Said) -> str | None:
    """What a text rather is than a name ("a sentence"); None where it can be one."""
    words = _WORD.findall(name)
    if what := pasted(said.text) or _nothing(name, words):
        return what
    if _NO_NAME_SIGNS.search(name) or written_by_a_program(said.text):
        return "something else"
    digits = sum(map(str.isdigit, name))
    if digits > MOST_DIGITS or (digits and (re.search(MONTH, name, re.I) or any(word.islower() for word in words))):
        return "a number or a date"
    if _capitalised(words):
        return None
    little = [word for word in words if word.lower() in _LITTLE or "n't" in word.replace("’", "'").lower()]
    if little or len(words) > MOST_WORDS or _DEMANDS.match(name) or (said.sure and said.intent in _TO_THE_GUIDE):
        return "a sentence" if len(words) > 1 else "a word of something else"
    return None


def no_description(text: str) -> str | None:
    """What a text rather is than something told about the business; None where it can be that."""
    words = _WORD.findall(text)
    if what := pasted(text) or (_nothing(text, words) if text.lower().strip(" .!") != "none" else None):
        return what
    first = {word.lower() for word in words[:1]}
    demands = _DEMANDS.match(text)
    demanded = demands is not None and demands["verb"].lower() not in (_LITTLE | _IN_NAMES) - _VERBS
    addressed = bool(_ADDRESSED & {word.lower() for word in words}) and not first & _OURSELVES
    if demanded or addressed:
        return "something said to me"
    return None


def _nothing(text: str, words: list[str]) -> str | None:
    """What holds no words that mean something."""
    if _DOMAIN.fullmatch(text):
        return "a link"
    if text.lower().strip(" .!\"'<>") in _EMPTY_VALUES:
        return "no value"
    return "letters without a meaning" if words and all(_UNSPEAKABLE.search(word) for word in words) else None


def _capitalised(words: list[str]) -> bool:
    """Whether it is written as a name: each word that is no small one with a capital, but not all of it in capitals."""
    written = [
        word for word in words if word.lower() not in _IN_NAMES and word.lower() not in {"de", "la", "van", "von"}
    ]
    loud = len(words) > 2 and all(word.isupper() for word in words)
    addressed = _ADDRESSED & {word.lower() for word in words}
    return bool(written) and not loud and not addressed and all(word[0].isupper() for word in written)

"""The name of a person or a firm out of a short answer.  Pure, and raises on no text."""

from __future__ import annotations

import html
import re
from enum import Enum

from spacy.lang.en.stop_words import STOP_WORDS

from actions.forms.reaching import without_ways
from understanding.text.language import english_words

LONGEST_NAME = 80  # characters


class NameProblem(str, Enum):
    """Why something is no name."""

    EMPTY = "empty"
    MARKUP = "markup"
    NO_LETTERS = "no_letters"
    TOO_LONG = "too_long"


def read_name(text: str) -> str | None:
    """A person's or a firm's name out of a short answer ("I'm Dee Alvarez", "this is Dee from Acme"), as typed."""
    name = _name(text)
    return name if _problem(name) is None else None


def name_problem(text: str) -> NameProblem | None:
    """Why there is no name; None where there is one."""
    return _problem(_name(text))


def _problem(name: str) -> NameProblem | None:
    if not name:
        return NameProblem.EMPTY
    if "<" in name or ">" in name:
        return NameProblem.MARKUP
    if not any(map(str.isalpha, name)):
        return NameProblem.NO_LETTERS
    return NameProblem.TOO_LONG if len(name) > LONGEST_NAME else None


_AROUND = " ;,.!?:\"'“”\n\t"
_PERSON = (
    r"(?:(?:i am|i['’]m|im|(?:my |the )?(?:full |first )?name(?:['’]s| is|:)|this is|it['’]?s|it is|call me"
    r"|(?:please )?ask for)(?:\s+|$)"
    r"(?:(?:with|from|at)\s+)?)"
)
_FIRM = (
    r"(?:(?:we are|we['’]re|(?:my |our |the )?(?:company|firm|business|agency)(?:['’]s)?(?: name)?"
    r"(?: is(?: called)?|:))(?:\s+|$))"
)
_PERSON_FOLLOWS = re.compile(_PERSON, re.IGNORECASE)
_FIRM_FOLLOWS = re.compile(_FIRM, re.IGNORECASE)
# Only with a comma or the like, or before one of the above: "Hello Direct" is a firm.
_GREETING = re.compile(
    rf"^(?:(?:hi|hello|hey|sure|ok|okay|yes|yeah|well)(?: there)?(?:\s*[,.!]+\s*|\s*$|\s+(?={_PERSON}|{_FIRM})))+",
    re.IGNORECASE,
)
_PLACE_OF_WORK = re.compile(r"\s(?:from|at|with)\s.*", re.IGNORECASE)
# The name is over where the next thing is said; "Acme, Inc." goes on.
_NEXT_THING = re.compile(
    r"(?:[;\n]|,(?!\s*(?:inc|llc|ltd|llp|pllc|corp|co|pc|jr|sr)\b)|\s-\s"
    r"|(?:\.|!|\sand|\sbut)\s+(?:i|i['’]m|my|our|we|you|please|reach|call|email|phone)\b).*",
    re.IGNORECASE | re.DOTALL,
)


def _name(text: str) -> str:
    """The part of a text that would be the name; it may be none."""
    text = without_ways(html.unescape(text))
    name = _GREETING.sub("", text.strip(_AROUND), count=1)
    if person := _PERSON_FOLLOWS.match(name):
        name = _PLACE_OF_WORK.sub("", name[person.end() :])
    elif firm := _FIRM_FOLLOWS.match(name):
        name = name[firm.end() :]
    return " ".join(_NEXT_THING.sub("", name).strip(_AROUND).split())


_TELLS_NAME = re.compile(
    r"(?<!company )(?<!business )(?<!firm )(?<!shop )\b(?:my |the |contact )?name(?:['’]s| is| is spelled|:)\s+"
    r"(?:actually\s+|spelled\s+)?(?P<name>.+)",
    re.IGNORECASE,
)
_ASKS_FOR = re.compile(
    r"\b(?:(?:call|meeting|speak|talk) with|call|phone|reach|ask for|contact|text|e-?mail|ring|this is|i am|i['’]?m)\s+"
    r"(?P<name>(?!(?:back|me|us|my|our|at|on|it)\b)[^\W\d_][^;,:.()]*?)\s*(?:;|,|\.|:|\bat\b|\bon\b|\bor\b|\band\b|\bfrom\b|\bwith\b|$)",
    re.IGNORECASE,
)
_ASK_FOR = re.compile(
    r"\bask for\s+(?P<name>(?!(?:the|a|an|my|our|manager|owner|billing|accounting|reception|extension)\b)[a-z'’-]+)"
    r"(?=\s*(?:[;,.:!()]|\b(?:at|on|or|and|from|in|when|please|pls)\b|$))",
    re.IGNORECASE,
)
_PART = re.compile(r"[;,:\n|/()]|(?<=[a-z]{2})[.!?]\s|\s-\s|\b(?:at|on|or|and|is|my|by|here)\b", re.IGNORECASE)
_TITLE = re.compile(r"\b(?:mr|mrs|ms|dr|prof)\.\s*", re.IGNORECASE)  # its point ends no sentence
MOST_PARTS = 4  # words of a person's name


def name_of_person(text: str, beside_contact: bool) -> str | None:
    """The name that a text gives for whom to ask for.

    Args:
        beside_contact: an address or number was given, and taken out of the text; then a name may stand alone.
    """
    text = _TITLE.sub("", text)
    told = _TELLS_NAME.search(text)
    if told and (name := _name(told["name"])) and (is_person(name) or (beside_contact and may_be_person(name))):
        return name
    if not beside_contact:
        return None
    if (wished := _ASK_FOR.search(text)) and may_be_person(wished["name"]):
        return wished["name"]
    asked = [match["name"] for match in _ASKS_FOR.finditer(text)]
    alone = [name for part in _PART.split(text) if (name := _without_opening(part))]
    if named := next((" ".join(part.split()) for part in [*asked, *alone] if is_person(part)), None):
        return named
    # Even words of English, where nothing else is said ("mike 202 555 0142") or they stand beside a name's.
    likely = (part for part in alone if may_be_person(part) and (len(alone) == 1 or _holds_a_strange_word(part)))
    return next(likely, None)


def _without_opening(part: str) -> str:
    """What a part of a text says, without "I'm" or "this is" before a name, in single spaces."""
    part = " ".join(part.strip(_AROUND).split())
    opening = _PERSON_FOLLOWS.match(part)
    return part[opening.end() :] if opening else part


_DOMAIN = re.compile(r"\w\.\w{2}")
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’.-])*")


def is_person(name: str) -> bool:
    """Whether each word is a name's: with a capital, or no word of English."""
    words = name.strip(_AROUND).split()
    strange = all(word[0].isupper() or word.lower() not in english_words() for word in words)
    return strange and may_be_person(name)


def _holds_a_strange_word(part: str) -> bool:
    """Whether a few words are not all of English: "priya nair"."""
    words = part.lower().split()
    return len(words) > 1 and not english_words().issuperset(words)


def may_be_person(name: str) -> bool:
    """Whether nothing speaks against it: a few words without a figure, none of which names anything but a person."""
    words = name.strip(_AROUND).split()
    shaped = all(_WORD.fullmatch(word) and not _DOMAIN.search(word) for word in words)
    return 0 < len(words) <= MOST_PARTS and shaped and _NO_NAME_WORDS.isdisjoint(word.lower() for word in words)


_NO_NAME_WORDS = STOP_WORDS - {"will", "may"} | {
    *("phone", "cell", "mobile", "email", "e-mail", "tel", "office", "number", "ext", "hi", "hello", "hey", "thanks"),
    *("work", "home", "fax", "regards", "contact", "text", "yes", "ok", "okay", "sure", "sorry", "best", "anytime"),
    *("use", "try", "dial", "ring", "reach", "please", "pls", "asap", "urgent", "direct", "line", "main"),
    *("no", "nope", "nah", "yeah", "yep", "wait", "lol", "idk", "hmm", "huh", "ugh", "none", "nobody", "never"),
    *("thx", "ty", "cool", "great", "perfect", "fine", "good", "nice", "right", "done", "bye", "later", "hold"),
    *("nothing", "skip", "stop", "cancel", "anybody", "whoever", "somebody", "back", "again", "hurry", "dunno"),
    *("morning", "afternoon", "evening", "today", "tomorrow", "tonight", "insurance", "quote", "help", "new", "old"),
}

"""What a visitor's words say about one field of a form.  Pure.

A field is read in two ways: as the answer to its question, where a bare "12" or "yes" will do, and in passing,
where the words themselves must tell what they are about ("a dozen people", "our service van").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import us

from actions.forms.places import is_a_city, state_of
from actions.forms.values import (
    LONGEST_NAME,
    Amount,
    EmailProblem,
    NameProblem,
    PhoneProblem,
    email_problem,
    find_email,
    find_phone,
    name_problem,
    phone_problem,
    read_amounts,
    read_count,
    read_money,
    read_name,
    read_year,
)
from knowledge.base import KnowledgeBase
from knowledge.schema import ProfileField

LONGEST_ANSWER = 500  # characters of an answer in words
ABOUT_CLAIMS = {"past_claims", "claims_history"}  # fields that a claim told of answers
WORDS_BEFORE_UNIT = 5
MEANT_TRADE = 0.5  # probability and cosine a described trade needs when it was asked for
SURE_WORD = 0.8  # confidence from which an intent makes a yes or a no of words that are neither ("hmm" is no yes)
_YES = re.compile(
    r"\W*(?:yes|y|yeah|yep|yup|ya|sure|ok(?:ay)?|correct|right|absolutely|of course|we do|i do|they do"
    # What asks whether there are any is answered by how many or how often, too.
    r"|some(?:times| of| do)?|occasionally|often|mostly|most|a (?:few|couple)|several|one|two|three|[1-9]\d?)\b",
    re.I,
)
_NO = re.compile(
    r"\W*(?:no(?! (?:idea|clue|comment|thanks?))|n|nope|nah|none|never(?! ?mind)|nothing|zero|0"
    r"|not (?:really|yet|any|at all)|(?:we|i|they) (?:don['’]?t|do not)"
    r"(?! (?:know|understand|get|recall|remember|think|want|wish|care|mind|like|feel|see|need|believe)))\b",
    re.I,
)
_MARKUP = re.compile(r"[<>]")
_SOMETHING = re.compile(r"\w")
_PERCENT = re.compile(r"%|\bper ?cent\b", re.I)
_LETTER = re.compile(r"[^\W\d_]")
# A way to be reached without the address or number itself: "by phone", "call me".
_ONLY_A_WAY = re.compile(
    r"\W*(?:(?:please|just|by|via|with|over|on|through|the|my|an?)\s+)*"
    r"(?:(?P<mail>e-?mail)|(?:tele)?phone|cell|mobile|texts?|sms|call)"
    r"(?:\s+(?:me|us|call|message|address|number|please|only|works|is|best|better|fine))*\W*",
    re.I,
)


@dataclass(frozen=True)
class Said:
    """A visitor's message, as far as forms read it."""

    text: str
    intent: str
    today: date
    industry: str | None = None  # named
    described: tuple[str, float, float] | None = None  # a trade by meaning: id, probability, cosine
    state: str | None = None
    chosen: Mapping[str, Any] | None = None  # what the button clicked says: field and value
    sure: bool = True  # that the intent is what was meant
    too_long: bool = False  # to be read at all

    @classmethod
    def of(cls, message: Mapping[str, Any], today: date) -> Said:
        """From Rasa's parse data; what the input gate let nobody read has no words here either."""
        entities = {e["entity"]: e["value"] for e in reversed(message.get("entities") or [])}
        trade = next((s for s in message.get("subjects") or [] if s["kind"] == "industry"), None)
        intent, ask = message.get("intent") or {}, message.get("ask") or {}
        unreadable = ask.get("intent") == "unreadable"
        return cls(
            "" if unreadable else str(message.get("text") or ""),
            str(intent.get("name") or ""),
            today,
            entities.get("industry"),
            (trade["id"], float(trade["score"]), float(trade["nearest"])) if trade else None,
            entities.get("state"),
            ask.get("form_value"),
            float(intent.get("confidence") or 0.0) >= SURE_WORD,
            unreadable and ask.get("topic") == "too_long",
        )

    def agrees(self) -> bool | None:
        """Yes or no; None where it is neither."""
        if _NO.match(self.text):
            return False
        if _YES.match(self.text):
            return True
        return {"affirm": True, "deny": False}.get(self.intent) if self.sure else None


@dataclass(frozen=True)
class Value:
    """What is known of a field: for the rules (JSON), and as it is shown and passed on."""

    value: Any
    shown: str


@dataclass(frozen=True)
class Refusal:
    """Why an answer was not taken, and what would be."""

    message: str


Read = Value | Refusal | None


def answer_to(field: ProfileField, said: Said, base: KnowledgeBase) -> Read:
    """The message as the answer to the field's question; None where it is none."""
    if said.chosen and said.chosen.get("field") == field.id:
        return Value(said.chosen["value"], str(said.chosen["shown"]))
    if said.too_long or (field.kind not in ("text", "name") and len(said.text) > LONGEST_ANSWER):
        return mentioned(field, said, base) or Refusal(_TOO_LONG)
    return _ANSWERS[field.kind](field, said, base)


def mentioned(field: ProfileField, said: Said, base: KnowledgeBase) -> Value | None:
    """What the message says of the field without being asked for it."""
    read = _MENTIONS.get(field.kind)
    found = read(field, said, base) if read else None
    return found if isinstance(found, Value) else None


# Trades and places


def _trade(field: ProfileField, said: Said, base: KnowledgeBase) -> Read:
    known = _named_trade(field, said, base) or described(field, said, base)
    if known:
        return known
    if said.text.strip() and not _LETTER.search(said.text):
        return Refusal('Please say in a few words what your business does, or say "skip".')
    return _in_words(field, said, base, value=None)  # a trade that the guide has no entry for is told to the agent


def described(field: ProfileField, said: Said, base: KnowledgeBase) -> Value | None:
    """The trade that a message tells of in other words ("doing payroll for clients")."""
    if field.kind != "industry" or not said.described or min(said.described[1:]) < MEANT_TRADE:
        return None
    return _industry(said.described[0], base)


def _named_trade(field: ProfileField, said: Said, base: KnowledgeBase) -> Value | None:
    return _industry(said.industry, base) if said.industry else None


def _industry(industry_id: str, base: KnowledgeBase) -> Value | None:
    industry = base.industry(industry_id)
    return Value(industry.id, industry.name) if industry else None


def _state(field: ProfileField, said: Said, base: KnowledgeBase) -> Read:
    code = _code(said, whole=True)
    if code:
        return _named_state(code)
    return Refusal(
        "I could not tell the state. Please type its name, such as Nevada or NV (the main one, if several), "
        'or say "skip".'
    )


def _mentioned_state(field: ProfileField, said: Said, base: KnowledgeBase) -> Value | None:
    code = _code(said, whole=False)
    return _named_state(code) if code else None


def _code(said: Said, whole: bool) -> str | None:
    """The state that is named, but for Kansas City, which lies in another."""
    placed = state_of(said.text, whole)
    if said.state and not (placed and is_a_city(_named_state(said.state).shown, said.text)):
        return said.state
    return placed


def _named_state(code: str) -> Value:
    return Value(code, str(us.states.lookup(code) or code))


# Numbers


def _count(field: ProfileField, said: Said, base: KnowledgeBase) -> Read:
    if _tells_none(field, said.text):
        return _amount(field, Amount(0, 0))
    amount = read_count(said.text)
    if amount is None and _NO.match(said.text):
        amount = Amount(0, 0)
    if amount is None:
        return Refusal('I need a number here, such as 12, "about 40" or "10 to 15".')
    return _amount(field, amount)


def _mentioned_count(field: ProfileField, said: Said, base: KnowledgeBase) -> Read:
    """The number right before or after one of the field's units ("a dozen people", "a team of 12")."""
    if _tells_none(field, said.text):
        return _amount(field, Amount(0, 0))
    units = "|".join(re.escape(unit) for unit in field.units)
    if not units:
        return None
    for match in re.finditer(rf"\b(?:{units})\b", said.text, re.IGNORECASE):
        before = re.split(r"[;!?]|\.\s|,\s", said.text[: match.start()])[-1].split()[-WORDS_BEFORE_UNIT:]
        after = said.text[match.end() :].split()[:3]
        amounts = read_amounts(" ".join(before)) or (read_amounts(" ".join(after)) if after[:1] == ["of"] else [])
        if amounts:
            return _amount(field, amounts[-1])
    return None


def _tells_none(field: ProfileField, text: str) -> bool:
    """ "just me", but not "just me and 3 helpers" """
    return _says(field.denied_as, text) and not any(map(str.isdigit, text))


def _money(field: ProfileField, said: Said, base: KnowledgeBase) -> Read:
    amount = read_money(said.text) or (read_count(said.text) if not _PERCENT.search(said.text) else None)
    if amount is None:
        return Refusal('I need an amount here, such as "$850k", "about 2 million" or "1.5 to 2m".')
    return _amount(field, amount)


def _mentioned_money(field: ProfileField, said: Said, base: KnowledgeBase) -> Read:
    units = "|".join(map(re.escape, field.units))
    told = bool(units) and re.search(rf"\b(?:{units})\b", said.text, re.IGNORECASE)
    amount = read_money(said.text) if told else None
    return _amount(field, amount) if amount else None


def _amount(field: ProfileField, amount: Amount) -> Read:
    limits = field.limits
    if field.kind == "count" and (amount.low % 1 or amount.high % 1):
        return Refusal("I need a whole number here, such as 12.")
    if amount.low < 0:
        return Refusal("That number is below zero. Please check it.")
    if limits and not (limits.at_least <= amount.low and amount.high <= limits.at_most):
        return Refusal(limits.otherwise)
    return Value([amount.low, amount.high], shown_amount(amount, "$" if field.kind == "money" else ""))


def shown_amount(amount: Amount, sign: str = "") -> str:
    """ "12", "10 to 15" or "$1,500,000" """
    ends = dict.fromkeys((amount.low, amount.high))
    return " to ".join(f"{sign}{end:,.0f}" if end == int(end) else f"{sign}{end:,.2f}" for end in ends)


def _year(field: ProfileField, said: Said, base: KnowledgeBase) -> Read:
    year = read_year(said.text, said.today)
    if year is None:
        return Refusal('I need a year here, such as 2015, or "6 years".')
    if year > said.today.year:
        return Refusal(f"{year} is in the future. Please check the year.")
    return Value(year, str(year))


# Words


def _yes_no(field: ProfileField, said: Said, base: KnowledgeBase) -> Read:
    told = _mentioned_yes_no(field, said, base)
    if told:
        return told
    agrees = True if field.id in ABOUT_CLAIMS and said.intent == "report_claim" else said.agrees()
    if agrees is None:
        return Refusal('Please answer with yes or no, or say "skip".')
    return Value(agrees, "Yes" if agrees else "No")


def _mentioned_yes_no(field: ProfileField, said: Said, base: KnowledgeBase) -> Value | None:
    if _says(field.denied_as, said.text):
        return Value(False, "No")
    return Value(True, "Yes") if _says(field.said_as, said.text) else None


def _choice(field: ProfileField, said: Said, base: KnowledgeBase) -> Read:
    told = _mentioned_choice(field, said, base)
    if told:
        return told
    named = [o for o in field.options if any(" " not in word and _has(word, said.text) for word in o.said_as)]
    if len(named) == 1:
        return Value(named[0].id, named[0].title)
    agrees = said.agrees()
    word = "yes" if agrees else "no"
    meant = [o for o in field.options if agrees is not None and re.match(rf"{word}\b", o.title, re.IGNORECASE)]
    if meant:
        return Value(meant[0].id, meant[0].title)
    return Refusal("Please choose one of these, or say it in other words.")


def _has(word: str, text: str) -> bool:
    """ "a small office downtown", but not "no office" """
    return bool(re.search(rf"(?<!\bno )(?<!\bnot )\b{re.escape(word)}\b", _plain(text)))


def _mentioned_choice(field: ProfileField, said: Said, base: KnowledgeBase) -> Value | None:
    said_as = [(phrase, o) for o in field.options for phrase in (o.title, *o.said_as) if _chooses(phrase, said.text)]
    if not said_as:
        return None
    _, option = max(said_as, key=lambda pair: len(pair[0]))  # the longest says it most exactly
    return Value(option.id, option.title)


def _chooses(phrase: str, text: str) -> bool:
    """A single word chooses only if it is all that is said: "office" does, "our office burned down" does not."""
    return _says([phrase], text) if " " in phrase else _plain(text).strip(" .!,") == _plain(phrase)


def _in_words(field: ProfileField, said: Said, base: KnowledgeBase, value: Any = ...) -> Read:
    text = " ".join(said.text.split())
    if len(text) > LONGEST_ANSWER:
        return Refusal(_TOO_LONG)
    if _MARKUP.search(text):
        return Refusal("Please leave out < and >, and use plain words.")
    if not _SOMETHING.search(text):
        return Refusal('Please use a few words, or say "skip".')
    return Value(text if value is ... else value, text)


# Who it is, and how to reach them


def _name(field: ProfileField, said: Said, base: KnowledgeBase) -> Read:
    name = read_name(said.text)
    if name and name.lower() in _NO_NAMES:
        return Refusal(_NAME_PROBLEMS[NameProblem.EMPTY])
    if name:
        return Value(name, name)
    return Refusal(_NAME_PROBLEMS[name_problem(said.text) or NameProblem.EMPTY])


def _reach(field: ProfileField, said: Said, base: KnowledgeBase) -> Read:
    found = _mentioned_reach(field, said, base)
    if found:
        return found
    way = _ONLY_A_WAY.fullmatch(said.text)
    if way:
        return Refusal("What is the e-mail address?" if way["mail"] else "What is the number, with its area code?")
    email, phone = email_problem(said.text), phone_problem(said.text)
    if email:
        return Refusal(_EMAIL_PROBLEMS[email])
    if phone:
        return Refusal(_PHONE_PROBLEMS[phone])
    return Refusal("I need an e-mail address, such as dee@example.com, or a phone number with its area code.")


def _mentioned_reach(field: ProfileField, said: Said, base: KnowledgeBase) -> Value | None:
    known = find_reach(said.text)
    return Value(known, ", ".join(known.values())) if known else None


def only_a_way(text: str) -> bool:
    """Whether a text names a way to be reached and neither address nor number ("by phone")."""
    return bool(_ONLY_A_WAY.fullmatch(text))


def find_reach(text: str) -> dict[str, str]:
    """The e-mail address and the phone number in a text, as far as there are any."""
    known = {"email": find_email(text), "phone": find_phone(text)}
    return {way: value for way, value in known.items() if value}


_TOO_LONG = f"That is more than I can pass on. Please say it in a few sentences ({LONGEST_ANSWER} characters)."
_NO_NAMES = {
    "no", "nope", "nah", "none", "nobody", "nothing", "never", "yes", "yeah", "yep", "sure", "ok", "okay", "me",
    "myself", "wait", "no wait", "not me", "hmm", "lol", "idk", "why", "what", "huh",
}  # fmt: skip
_NAME_PROBLEMS = {
    NameProblem.EMPTY: "I did not get a name. What should the agent call you?",
    NameProblem.MARKUP: "Please type just the name, without < or >.",
    NameProblem.NO_LETTERS: "A name needs letters. What should the agent call you?",
    NameProblem.TOO_LONG: f"That is too long for a name ({LONGEST_NAME} characters at most).",
}
_EMAIL_PROBLEMS = {
    EmailProblem.NO_AT_SIGN: "That e-mail address has no @. It should look like dee@example.com.",
    EmailProblem.INCOMPLETE: "That e-mail address is not complete. It should look like dee@example.com.",
    EmailProblem.MALFORMED: "That e-mail address cannot be right. Please check it for typos.",
}
_PHONE_PROBLEMS = {
    PhoneProblem.LETTERS: "That phone number has letters in it. Please type digits only, with the area code.",
    PhoneProblem.TOO_SHORT: "That phone number is too short. Please type it with its area code: ten digits.",
    PhoneProblem.TOO_LONG: "That phone number is too long. Please type ten digits, or + and the country's code.",
    PhoneProblem.NOT_IN_USE: "There is no such area code. Please check the phone number.",
}


def _says(phrases: list[str], text: str) -> bool:
    """Whether one of the phrases stands in the text as whole words."""
    plain = _plain(text)
    return any(re.search(rf"(?<!\w){re.escape(_plain(phrase))}(?!\w)", plain) for phrase in phrases)


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"[’`]", "'", text.lower()))


Reader = Callable[[ProfileField, Said, KnowledgeBase], Read]
_ANSWERS: Mapping[str, Reader] = {
    "industry": _trade,
    "state": _state,
    "count": _count,
    "money": _money,
    "year": _year,
    "yes_no": _yes_no,
    "choice": _choice,
    "text": _in_words,
    "name": _name,
    "reach": _reach,
}
_MENTIONS: Mapping[str, Reader] = {
    "industry": _named_trade,
    "state": _mentioned_state,
    "count": _mentioned_count,
    "money": _mentioned_money,
    "yes_no": _mentioned_yes_no,
    "choice": _mentioned_choice,
    "reach": _mentioned_reach,
}

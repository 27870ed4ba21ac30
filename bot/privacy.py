"""Masks personal identifiers before a text is stored or logged: nobody needs them to answer a question.

Masked are social security and taxpayer numbers, card numbers, bank accounts and dates of birth.  What visitors give
to be called back (name, phone, e-mail, address) stays, and so do amounts, other dates, policy numbers and an
employer's number (EIN, 12-3456789): that belongs to a business and stands in public registers.

Presidio's recognizers find the numbers and check their digits.  Most identifiers are told from an order number or
the date of a loss only by what the visitor calls them, so the patterns here start from that name.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from enum import Enum

from presidio_analyzer import Pattern, PatternRecognizer, RecognizerResult
from presidio_analyzer.predefined_recognizers import (
    AbaRoutingRecognizer,
    CreditCardRecognizer,
    IbanRecognizer,
    UsItinRecognizer,
    UsSsnRecognizer,
)


class Kind(str, Enum):
    """What an identifier is."""

    SSN = "ssn"  # social security number
    ITIN = "itin"  # individual taxpayer identification number
    CARD = "card"
    BANK = "bank"  # account, routing number or IBAN
    BIRTH = "birth"  # date with a year


@dataclass(frozen=True)
class Identifier:
    """Where an identifier stands: ``text[start:end]``."""

    kind: Kind
    start: int
    end: int


PLACEHOLDERS = {
    Kind.SSN: "[social security number removed]",
    Kind.ITIN: "[taxpayer number removed]",
    Kind.CARD: "[card number removed]",
    Kind.BANK: "[bank account removed]",
    Kind.BIRTH: "[date of birth removed]",
}

_DIGIT = re.compile(r"\d")
NAMED, SHAPED = 0.9, 0.5  # scores; Presidio gives 1 to a number whose check digits are right
YOUNGEST = 15  # years; a later date that is only near the name of a birth date is taken for the date of an event


def mask(text: str) -> str:
    """The text with each identifier replaced by what it was; the same text if it has none.

    Masking what is masked changes nothing: a placeholder has no digits, and is no name of the number behind it.
    """
    while identifiers := found(text):  # again, for a number may stand free only once its neighbor is gone
        for each in reversed(identifiers):
            text = text[: each.start] + PLACEHOLDERS[each.kind] + text[each.end :]
    return text


def without_placeholders(masked: str) -> str:
    """A masked text for reading: "card number removed" are not the visitor's words, and would count as a subject."""
    for placeholder in PLACEHOLDERS.values():
        masked = masked.replace(placeholder, "")
    return masked


def found(text: str) -> list[Identifier]:
    """The identifiers of a text in their order, none overlapping another; every one has digits."""
    if not _DIGIT.search(text):
        return []
    kept: list[RecognizerResult] = []
    for result in sorted(_recognized(text), key=lambda each: (-each.score, each.start - each.end)):
        if not any(result.intersects(other) for other in kept):
            kept.append(result)
    return sorted((Identifier(Kind(each.entity_type), each.start, each.end) for each in kept), key=lambda i: i.start)


def _recognized(text: str) -> list[RecognizerResult]:
    return [result for each in _RECOGNIZERS for result in each.analyze(text, each.supported_entities)]


# What Presidio runs are patterns of the ``regex`` package, in which \K starts the match: what stands before it must
# be there, and stays.  Case does not count.

_LETTER = r"[^\W\d_]"
_DASH = "[-‐‑–—]"
_IS = r"(?:number|num|no|nr|nbr|is|was|are|it|its|it's)"
_BETWEEN = rf"(?:{_IS}|in|on|at|me|us|the|of|for|to|as)"
_OTHER_NUMBERS = (
    r"(?:f?ein|(?:tax|employee|agent|customer|user)\s?id|order|policy|phone|cell|mobile|call|text|fax|tel|zip|claim|case"
    r"|invoice|ticket|ref(?:erence)?|certificate|bond|licen[cs]e|po|naics|npn|serial|tracking|docket|ext(?:ension)?)"
)
_NEXT = rf"(?:[^\w\]]|\b{_BETWEEN}\b){{0,8}}?"
_NEAR = r"[^\d\]]{0,40}?"  # ends at a number, and at a placeholder
_DIRECTLY = rf"(?:[^\w\]]|\b{_IS}\b){{0,8}}?"
_SAID = rf"(?:{_DIRECTLY}|{_NEAR}(?:\b{_IS}\b|[:=#(])\s*)"
_WHOSE = rf"(?:mine|his|hers|theirs|(?:my|his|her|our)\s+{_LETTER}+(?:'s)?)(?:\s+(?:is|was))?\s+"
_AND = rf"\s*(?:,|;|/|&|and\b|or\b)\s*(?:and\s+)?(?:{_WHOSE})?"
_AND_OF_ANOTHER = rf"[\s,;&]*(?:and\s+)?{_WHOSE}"
_NOT_ANOTHERS = rf"(?<!\b{_OTHER_NUMBERS}(?:[^\w\]]|\b{_BETWEEN}\b){{0,6}})(?<!\d)"


def _word(words: str) -> str:
    return rf"(?<!{_LETTER}){words}(?!{_LETTER})"


def _after(name: str, gap: str, number: str) -> str:
    """Pattern of a number that comes after its name, unless the name of another number is nearer."""
    return rf"{_word(name)}{gap}{_NOT_ANOTHERS}\K{number}(?!\d)"


def _row(name: str, gap: str, joint: str, number: str) -> str:
    r"""The same for several in a row: \G is where the match before ended."""
    return rf"(?:{_word(name)}{gap}{_NOT_ANOTHERS}|(?!\A)\G{joint}(?<!\d))\K{number}(?!\d)"


def _before(name: str, number: str) -> str:
    """Pattern of a number said to be one behind it: "123456780 is our routing number", "9988776655 (checking)"."""
    said = r"(?:\s*\(\s*|\s+|\s*[,=]?\s*(?:is|was|are|that's|thats|that\s+is)\s+)(?:(?:my|our|the|his|her|their)\s+)?"
    return rf"(?={number}){_NOT_ANOTHERS}{number}(?={said}{_word(name)}(?!\W{{0,5}}\d))"


_SOCIAL = r"(?:s\.?s\.?n?s?|soc(?:ial)?\.?\s*sec(?:urity)?|socials?(?!\s+(?:media|engineering|network|work|service)))"
_ITIN = r"(?:itins?|individual\s+tax\s?payer(?:\s+identification)?)"
_SIGN = rf"\s?(?:{_DASH}|\.)\s?"
_THREE_TWO_FOUR = rf"\d{{3}}(?:{_SIGN}|\s)\d{{2}}(?:{_SIGN}|\s)\d{{4}}"
_NINE_DIGITS = rf"\d{{3}}(?:{_SIGN}|\s)?\d{{2}}(?:{_SIGN}|\s)?\d{{4}}"

_CARD = r"(?:cards?|visa|master\s?card|amex|american\s+express|discover|cc)"
_GAP = rf"(?P<gap> ?{_DASH} ?|[ .])"
_SIXTEEN = r"(?=4|5[0-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)|35|6)"
_AMEX, _DINERS = r"(?=3[47])", r"(?=3[0689])"
_CARDS = (  # beginning and length that go together; others are serial numbers of devices and parcels
    r"4\d{12}",
    rf"{_SIXTEEN}\d{{16}}",
    r"[46]\d{16,18}",
    rf"{_AMEX}\d{{15}}",
    rf"{_DINERS}\d{{14}}",
    rf"4\d{{3}}{_GAP}\d{{4}}(?P=gap)\d{{4}}(?P=gap)\d",
    rf"{_SIXTEEN}\d{{4}}{_GAP}\d{{4}}(?P=gap)\d{{4}}(?P=gap)\d{{4}}(?:(?P=gap)\d{{1,3}})?",
    rf"{_AMEX}\d{{4}}{_GAP}\d{{6}}(?P=gap)\d{{5}}",
    rf"{_DINERS}\d{{4}}{_GAP}\d{{6}}(?P=gap)\d{{4}}",
)

_BIRTHS = r"(?:d\.?o\.?b\.?'?s|dates\s+of\s+birth|birth\s?(?:date|day)s)"
_BIRTH = rf"(?:{_BIRTHS}|d\.?o\.?b\.?|dates?\s+of\s+birth|b-?day|birth\s?-?(?:date|day)|birth|born)"
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_YEAR = r"(?:\d{4}|'?\d{2})"
_SLASH = rf"\s?(?:[/.]|{_DASH})\s?"
_DATE = (
    rf"(?:\d{{1,2}}{_SLASH}\d{{1,2}}{_SLASH}(?:\d{{4}}|\d{{2}})|\d{{4}}{_SLASH}\d{{1,2}}{_SLASH}\d{{1,2}}"
    rf"|{_MONTH}[\s.,-]*{_DAY}[\s.,-]+{_YEAR}|{_DAY}(?:\s+of)?[\s.,-]*{_MONTH}[\s.,-]*{_YEAR})"
)
_BARE_DATE = r"(?:\d{8}|\d{6}|\d{1,2}\s\d{1,2}\s\d{4})"  # only where it directly follows the name
_EVENT = (
    r"(?:hired|injur(?:y|ed)(?!\s+(?:employee|worker|person|man|woman))|incident|loss|retro|founded|established|since"
    r"|effective|reported)"
)
_NO_EVENT = rf"(?:(?!\b{_EVENT})[^\d\]])"

_ROUTING = r"(?:routing\s*(?:transit\s*)?(?:number|num|no|nr|#)|aba|rtn)"
_ROUTING_DIGITS = rf"\d{{4}}{_DASH}?\d{{4}}{_DASH}?\d"
_ACCOUNT = r"(?:(?:account|acct|acc)\.?\s*(?:numbers?|num|no|nr|nbr|#)|a/c)"
_BANK_ACCOUNT = r"(?:(?:bank|checking|savings|deposit)\s+(?:account|acct)|checking|acct)"
_BANKING = r"(?:bank|checking|savings|deposit|routing|aba|rtn|ach|wire|iban|swift)"
_PHONE = r"\d{3}[ .-]\d{3}[ .-]\d{4}(?!\d)"
_ACCOUNT_DIGITS = rf"(?<![$€£]\s?)(?!{_PHONE}|{_DATE})\d(?:(?: |{_DASH})?\d){{5,16}}(?!\.\d)"
_IBAN_DIGITS = (
    r"[A-Z]{2}\d{2} ?[A-Z0-9]{4}(?: ?(?=[A-Z]{0,3}\d)[A-Z0-9]{4}){1,6}(?: ?(?=[A-Z]{0,2}\d)[A-Z0-9]{1,3})?(?!\w)"
)


class _NearBirthRecognizer(PatternRecognizer):
    """Dates somewhere near the name of a birth date: also the day such dates were leaked, which is lately."""

    def invalidate_result(self, pattern_text: str) -> bool:
        numbers = re.findall(r"\d+", pattern_text)
        year = next((int(each) for each in numbers if len(each) == 4), int(numbers[-1]))
        today = datetime.date.today().year
        if year < 100:
            year += 2000 if year <= today % 100 else 1900
        return year > today - YOUNGEST


def _patterns(score: float, *patterns: str) -> list[Pattern]:
    return [Pattern(f"pattern {number}", each, score) for number, each in enumerate(patterns, 1)]


_RECOGNIZERS: tuple[PatternRecognizer, ...] = (
    PatternRecognizer(
        Kind.SSN.value,
        patterns=_patterns(
            NAMED,
            _after(_SOCIAL, _NEAR, _THREE_TWO_FOUR),
            _row(_SOCIAL, _SAID, _AND, _NINE_DIGITS),
            _before(_SOCIAL, _NINE_DIGITS),
        ),
    ),
    PatternRecognizer(Kind.ITIN.value, patterns=_patterns(NAMED, _row(_ITIN, _SAID, _AND, _NINE_DIGITS))),
    UsItinRecognizer(  # before social security numbers, which it looks like
        supported_entity=Kind.ITIN.value, patterns=[each for each in UsItinRecognizer.PATTERNS if each.score >= SHAPED]
    ),
    UsSsnRecognizer(
        supported_entity=Kind.SSN.value,
        patterns=_patterns(SHAPED, rf"(?<![\w.]|\w-)\d{{3}}(?P<gap>{_DASH}|\.)\d{{2}}(?P=gap)\d{{4}}(?!\w|[-.]\d)"),
    ),
    CreditCardRecognizer(
        supported_entity=Kind.CARD.value,
        patterns=_patterns(SHAPED, *(rf"(?<!\d){each}(?!\d)" for each in _CARDS)),
        replacement_pairs=[(sign, "") for sign in " .-‐‑–—"],
    ),
    # Mistyped, too, where it is called a card.
    PatternRecognizer(Kind.CARD.value, patterns=_patterns(NAMED, *(_after(_CARD, _SAID, each) for each in _CARDS))),
    AbaRoutingRecognizer(
        supported_entity=Kind.BANK.value,
        patterns=_patterns(
            SHAPED,
            _after("(?:routing|ach|wire)", _NEAR, _ROUTING_DIGITS),
            rf"(?<!\d){_ROUTING_DIGITS}(?!\d)(?=[^\[]{{0,40}}\brouting\b)",
        ),
        replacement_pairs=[(sign, "") for sign in "-‐‑–—"],
    ),
    PatternRecognizer(
        Kind.BANK.value,
        patterns=_patterns(
            NAMED,
            _after(_ROUTING, _SAID, _ROUTING_DIGITS),
            _before(_ROUTING, _ROUTING_DIGITS),
            _after(_ACCOUNT, _SAID, _ACCOUNT_DIGITS),
            _after(_BANK_ACCOUNT, _DIRECTLY, _ACCOUNT_DIGITS),
            _after(rf"(?:account(?<=\b{_BANKING}\b[^\]]{{1,60}}))", _DIRECTLY, _ACCOUNT_DIGITS),
            _after("account", _DIRECTLY, rf"{_ACCOUNT_DIGITS}(?=[^\[]{{1,60}}\b{_BANKING}\b)"),
            _before(rf"(?:{_ACCOUNT}|{_BANK_ACCOUNT}|account\))", _ACCOUNT_DIGITS),
            _after("iban", _SAID, _IBAN_DIGITS),
        ),
    ),
    IbanRecognizer(supported_entity=Kind.BANK.value),
    PatternRecognizer(
        Kind.BIRTH.value,
        patterns=_patterns(
            NAMED,
            _row(_BIRTH, _NEXT, _AND_OF_ANOTHER, _DATE),
            _after(_BIRTH, _NEXT, _BARE_DATE),
        ),
    ),
    _NearBirthRecognizer(
        Kind.BIRTH.value,
        patterns=_patterns(
            NAMED,
            _after(_BIRTH, rf"{_NO_EVENT}{{0,40}}?", _DATE),
            _before(_BIRTH, _DATE),
            _row(_BIRTHS, _NEAR, rf"{_NO_EVENT}{{1,30}}", _DATE),
        ),
    ),
)

_recognized("")  # compiles the patterns now and not while the first visitor waits

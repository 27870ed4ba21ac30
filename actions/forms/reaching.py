"""E-mail addresses and phone numbers out of a text, and what is wrong with what is meant as one.  Pure.

email-validator and phonenumbers decide what is one; nothing here raises on any text or asks the network.
"""

from __future__ import annotations

import re
from enum import Enum
from itertools import groupby

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberMatcher, ValidationResult

REGION = "US"
PHONE_DIGITS = 10  # with the area code
# Each try begins where a word does, or long words without an @ would take long.
ADDRESS = r"(?<![^\s<>()\[\]{},;:])[^\s<>()\[\]{},;:]*@[^\s<>()\[\]{},;:]*"


class EmailProblem(str, Enum):
    """What is wrong with what looks meant as an e-mail address."""

    NO_AT_SIGN = "no_at_sign"
    INCOMPLETE = "incomplete"  # nothing before the @, or no whole domain after it
    MALFORMED = "malformed"


def find_email(text: str) -> str | None:
    """The first valid address of a text, its domain in small letters. Only the syntax is looked at."""
    for written in _emails(text):
        try:
            return str(validate_email(written, check_deliverability=False, strict=True).normalized)
        except EmailNotValidError:
            continue
    return None


def email_problem(text: str) -> EmailProblem | None:
    """What is wrong with an attempted address; None where one is valid or none was tried."""
    if find_email(text):
        return None
    if written := _emails(text):
        user, _, domain = written[0].partition("@")
        return EmailProblem.MALFORMED if user and "." in domain.strip(".") else EmailProblem.INCOMPLETE
    return EmailProblem.NO_AT_SIGN if _NO_AT.search(text) else None


def _emails(text: str) -> list[str]:
    """What is written like an address, without the punctuation around it."""
    return [found.strip(".!?'\"") for found in re.findall(ADDRESS, text)]


_DOMAIN = r"[\w-]+(?:\.|\sdot\s)[a-z]{2,}"
_NO_AT = re.compile(
    rf"(?<![\w.-])[\w.-]+\s?[(\[]?\bat\b[)\]]?\s?{_DOMAIN}\b|^\W*(?:[\w-]+\.)+[a-z]{{2,}}\W*$", re.IGNORECASE
)


class PhoneProblem(str, Enum):
    """What is wrong with what looks meant as a phone number."""

    LETTERS = "letters"
    TOO_SHORT = "too_short"  # or without its area code
    TOO_LONG = "too_long"
    NOT_IN_USE = "not_in_use"  # no such area code or country


def find_phone(text: str) -> str | None:
    """The first valid phone number of a text as people write it: "(202) 555-0142", or "+44 20 7946 0958"."""
    number = next((match.number for match in PhoneNumberMatcher(text, REGION)), None)
    return _shown(number) if number else None


def without_ways(text: str) -> str:
    """The text with a mark in place of every address and number."""
    rest = re.sub(rf"<?{ADDRESS}>?", " ; ", text)
    for match in PhoneNumberMatcher(rest, REGION):
        rest = rest.replace(match.raw_string, " ; ")
    return rest


def phone_problem(text: str) -> PhoneProblem | None:
    """What is wrong with an attempted number; None where one is valid or none was tried.

    Numbers spelt on the keys ("555-CALL") count as letters: a typo in them could not be told.
    """
    written = _phone_attempt(text)
    if not written or find_phone(text):
        return None
    if re.search(r"[^\W\d_]", written):
        return PhoneProblem.LETTERS
    try:
        number = phonenumbers.parse(written, REGION)
    except NumberParseException as error:
        return _UNREADABLE.get(error.error_type, PhoneProblem.TOO_SHORT)
    return _IMPOSSIBLE.get(phonenumbers.is_possible_number_with_reason(number), PhoneProblem.NOT_IN_USE)


_UNREADABLE = {
    NumberParseException.TOO_LONG: PhoneProblem.TOO_LONG,
    NumberParseException.INVALID_COUNTRY_CODE: PhoneProblem.NOT_IN_USE,
}
_IMPOSSIBLE = {
    ValidationResult.TOO_SHORT: PhoneProblem.TOO_SHORT,
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: PhoneProblem.TOO_SHORT,
    ValidationResult.TOO_LONG: PhoneProblem.TOO_LONG,
}


def _shown(number: PhoneNumber) -> str:
    at_home = number.country_code == phonenumbers.country_code_for_region(REGION)
    style = PhoneNumberFormat.NATIONAL if at_home else PhoneNumberFormat.INTERNATIONAL
    return str(phonenumbers.format_number(number, style))


def _phone_attempt(text: str) -> str | None:
    """The first words in a row with five digits or more between them, or spelt on the keys.

    All of a text whose words all have digits counts, too.
    """
    words = re.sub(ADDRESS, " ", text).split()
    rows = [" ".join(row) for numeric, row in groupby(words, lambda word: any(map(str.isdigit, word))) if numeric]
    if rows == [" ".join(words)]:
        return rows[0]
    return next((row for row in rows if sum(map(str.isdigit, row)) >= 5 or _SPELT.search(row)), None)


_SPELT = re.compile(r"(?<!\w)(?:1-)?\(?\d{3}\)?[- ](?:[\d-]*[a-z]){3}", re.IGNORECASE)  # 555-CALL-NOW


def spelt_out(text: str) -> str:
    """The text with addresses as they are written: "lee(at)firm.com" and "lee [at] firm [dot] com"."""
    text = re.sub(r"\s*[(\[{]\s*at\s*[)\]}]\s*", "@", text, flags=re.IGNORECASE)
    text = re.sub(r"\s*[(\[{]\s*dot\s*[)\]}]\s*", ".", text, flags=re.IGNORECASE)
    return re.sub(r"(@[\w-]+)\sdot\s(?=[a-z]{2,}\b)", r"\1.", text, flags=re.IGNORECASE)

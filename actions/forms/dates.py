"""Dates and years out of what a visitor types into a form, by dateparser.  Pure, and raises on no text."""

from __future__ import annotations

import re
from datetime import date, datetime

from dateparser.search import search_dates

LONGEST_DATE = 200  # characters looked at; dateparser takes minutes over thousands of digits
DAY = r"\d{1,2}(?:st|nd|rd|th)?"
MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
YEAR = r"(?:19|20)\d\d\b"


def read_date(text: str, today: date) -> date | None:
    """The date of a text, which may lie in the future; where only a year or a month is told, its first day.

    "March" is the last one, and "12 years" began twelve years before `today`.
    """
    text = text[:LONGEST_DATE]
    for pattern, plain in _DATES_SAID_PLAINLY:
        text = pattern.sub(plain, text)
    settings = {
        "RELATIVE_BASE": datetime(today.year, today.month, today.day),
        "PREFER_DATES_FROM": "past",
        "PREFER_DAY_OF_MONTH": "first",
        "DATE_ORDER": "MDY",
    }
    found = search_dates(text, languages=["en"], settings=settings) or []
    told = {phrase: when.date() for phrase, when in found if _tells_a_date(phrase, text)}
    exact = [when for phrase, when in told.items() if _A_YEAR.search(phrase) and not _ONLY_A_YEAR.fullmatch(phrase)]
    if exact:
        return exact[0]
    if year := _A_YEAR.search(text):
        return date(int(year[0]), 1, 1)
    return next(iter(told.values()), None)


def read_year(text: str, today: date) -> int | None:
    """The year of a text, which may lie in the future."""
    found = read_date(text, today)
    return found.year if found else None


_A_YEAR = re.compile(rf"\b{YEAR}")
_ONLY_A_YEAR = re.compile(r"(?:(?:the|of|in|since) )*\d{4}", re.IGNORECASE)
_DATES_SAID_PLAINLY = [
    (re.compile(r"\+"), ""),  # 10+ years
    (re.compile(r"\byrs?\b", re.IGNORECASE), "years"),
    (re.compile(r"\ba\s(?:couple|pair)(?:\sof)?\b", re.IGNORECASE), "2"),
    (re.compile(r"\b((?:19|20)\d0)['’]?s\b", re.IGNORECASE), r"\1"),  # the 1990s
    (re.compile(r"\b(\d{1,2}([/.-])\d{1,2}\2)([0-6]\d)\b"), r"\g<1>20\3"),  # 1/1/27, which "past" makes 1927
    (re.compile(r"(?:\bthe\s|['’])['’]?([5-9]0)['’]?s\b", re.IGNORECASE), r"19\1"),
]


def _tells_a_date(phrase: str, text: str) -> bool:
    """Whether it is more than an everyday word: dateparser finds a month in "we may need it"."""
    telling = re.search(r"\d|day|tomorrow|week|month|year|decade", phrase, re.IGNORECASE)
    return bool(telling) or phrase.strip().lower() == text.strip(" .!?").lower()

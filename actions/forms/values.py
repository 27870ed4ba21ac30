"""Values out of what a visitor types into a form: amounts, money, dates, e-mail addresses, phones and names.

Well-kept libraries do the reading: text2num the number words, price-parser the figures, dateparser the dates,
email-validator and phonenumbers the ways to reach somebody. None of them knows ranges, hedges, "k" and "m", "half a
million" and "just me", or which numbers of a sentence count something; that is the glue here.

Nothing here raises on any text or asks the network.
"""

from __future__ import annotations

import html
import math
import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from itertools import groupby

import phonenumbers
import us
from dateparser.search import search_dates
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberMatcher, ValidationResult
from price_parser import Price
from text_to_num import Token, find_numbers

REGION = "US"
PHONE_DIGITS = 10  # with the area code
LONGEST_NAME = 80  # characters
LONGEST_DATE = 200  # characters looked at; dateparser takes minutes over thousands of digits


# Numbers and money


@dataclass(frozen=True)
class Amount:
    """A number or a range; both ends are finite, and the same for one number."""

    low: float
    high: float

    @property
    def typical(self) -> float:
        """The middle: what to reckon with where one number is needed."""
        return self.low / 2 + self.high / 2  # their sum may be infinite


def read_amounts(text: str) -> list[Amount]:
    """Every number of a text in its order; ranges are one, and hedges ("around", "over") change nothing.

    Vague words ("a few hundred") are none, and neither are phones, addresses, dates, years after "since", ZIP codes,
    times and "24/7".
    """
    return [number.amount for number in _numbers(_plain(text))]


def read_count(text: str) -> Amount | None:
    """The first number that counts things: no money and no percentage, and a time span only for want of others."""
    counts = [number for number in _numbers(_plain(text)) if not number.money and not number.percent]
    return next((number.amount for number in sorted(counts, key=lambda number: number.duration)), None)


def read_money(text: str) -> Amount | None:
    """The first amount with a currency, or else the first with nothing named after it that it could count.

    So "about 850k last year" is money here, and "40 agents" is not.
    """
    plain = _plain(text)
    numbers = [number for number in _numbers(plain) if not number.percent and not number.duration]
    money = [number for number in numbers if number.money]
    bare = [number for number in numbers if _NOTHING_NAMED.match(plain, number.end)]
    return next((number.amount for number in money + bare), None)


@dataclass(frozen=True)
class _Number:
    """An amount, where it stands in the plain text, and what its surroundings say about it."""

    amount: Amount
    scale: float  # what "k" or "million" multiplied it by; 1 without
    money: bool
    percent: bool
    duration: bool  # of years, hours and the like
    start: int
    end: int


_SCALE_WORDS = {"dozen": 12, "hundred": 100, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_AFTER_FIGURES = {"k": 1e3, "grand": 1e3, "m": 1e6, "mm": 1e6, "mil": 1e6, "mill": 1e6, "mln": 1e6, "b": 1e9, "bn": 1e9}
_SCALES = _SCALE_WORDS | _AFTER_FIGURES
_FRACTIONS = {"half": 0.5, "quarter": 0.25}

_SCALE_WORD = "|".join(_SCALE_WORDS)
_OF_A_SCALE = rf"(?: of)?(?: an?)?[ -](?=(?:{_SCALE_WORD})\b)"
_SCALE = "|".join(sorted(_SCALES, key=len, reverse=True))
_SIGNS = "$€£¥₱₹"
_CURRENCIES = r"usd|cad|eur|gbp|php|inr|dollars?|bucks?|euros?|pesos?|rupees?"
_TENS = "twenty|thirty|fou?rty|fifty|sixty|seventy|eighty|ninety"

_NUMBER = re.compile(
    rf"""
    (?<!\w)
    (?P<sign>(?<!\d)(?<!\d\s)(?<!\d[km])(?<!\d[km]\s)-)?      # after a number it makes a range: "5k -10k"
    (?:(?P<before>(?:us)?[{_SIGNS}]|(?:{_CURRENCIES})\b)\s?(?P<inner_sign>-)?)?
    (?:
        (?P<figures>(?>
            \d+(?:\.\d+)?e\d{{1,2}}(?!\w)                     # 1e12
            | \d{{1,3}}(?:[ ']\d{{3}})+(?!\d)(?:\.\d+)?       # 350 000
            | \d+(?:[.,]\d+)*                                 # 1,200,000.50
            | (?<![\w.])\.\d+                                 # .5
        ))
        (?!(?:st|nd|rd|th)\b)
        | (?:\ban?\s|^)(?=(?:{_SCALE_WORD})\b)                # a million
    )
    (?:\sand(?:\san?)?\s(?P<more>half|quarter)\b)?            # two and a half million
    (?P<scale>(?:\s?(?:{_SCALE})\b(?!['&]))*)
    (?:\sand\sa\s(?P<more_of_scale>half|quarter)\b)?          # a million and a half
    (?P<after>\s?(?:[{_SIGNS}](?!\s?\d)|(?:{_CURRENCIES})\b))?
    (?P<percent>\s?(?:%|percent\b|pct\b))?
    (?P<duration>[\s-]?(?:years?|yrs?|months?|weeks?|days?|hours?|hrs?|minutes?|mins?)\b)?
    """,
    re.IGNORECASE | re.VERBOSE,
)

_HEDGE = r"(?:(?:about|around|roughly|approximately|approx\.?|maybe|perhaps|probably|say|nearly|almost)\s+)?"
_RANGE = re.compile(
    rf"(?:\s?ish)?\s*(?:-+|to|or|/|\.\.+|~|through|thru|until|,?\s*up\s+to|,\s*(?=maybe|perhaps))\s*{_HEDGE}",
    re.IGNORECASE,
)
_AND = re.compile(rf"\s*(?:and|&)\s*{_HEDGE}", re.IGNORECASE)
_BETWEEN = re.compile(rf"\bbetween\s+{_HEDGE}$", re.IGNORECASE)
_SUM = re.compile(r"\s(?:and\s)?", re.IGNORECASE)

# What follows money without a currency: the end, a new clause, its period or what kind of money it is.
_NOTHING_NAMED = re.compile(
    r"(?:\s?ish)?(?:\W*$|\s*[.,;:!?()+/-]|\s(?:a|an|per|each|every|in|for|or|and|but|last|this|next|at|to|yet|max"
    r"|annual|annually|yearly|monthly|gross|net|total|revenues?|sales|turnover|income|roughly|about|approx\w*|now"
    r"|right|so|maybe|i|we|is|was)\b)",
    re.IGNORECASE,
)

# Each try begins where a word does, or long words without an @ would take long.
_ADDRESS = r"(?<![^\s<>()\[\]{},;:])[^\s<>()\[\]{},;:]*@[^\s<>()\[\]{},;:]*"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_YEAR = r"(?:19|20)\d\d\b"
_STATE = "|".join(state.abbr for state in [*us.states.STATES, us.states.DC])

# What has numbers in it and does not say how many or how much.
_NO_AMOUNTS = re.compile(
    rf"""
    {_ADDRESS} | https?://\S+ | www\.\S+
    | \(?\b\d{{3}}\)?[-.\s]\d{{3}}[-.\s]\d{{4}}\b                     # a phone, in use or not
    | \b24\s?[/x]\s?7(?:\s?/\s?365)?\b
    | \b\d{{1,2}}:\d\d(?:\s?[ap]\.?m\b\.?)? | \b\d{{1,2}}\s?[ap]\.?m\b\.? | \b9\s?(?:-|to)\s?5\b
    | \b\d{{1,4}}([/.-])\d{{1,2}}\1\d{{1,4}}\b                        # a date in figures
    | \b{_MONTH}\s{_DAY}(?:,?\s{_YEAR})?\b | \b{_DAY}\s(?:of\s)?{_MONTH}(?:\s{_YEAR})? | \b{_MONTH}\s{_YEAR}
    | \b(?:since|in|est\.?|established|founded|started|opened|until|during|early|late|q[1-4])\s{_YEAR}
    | \b{_YEAR}(?=:|\s(?:revenues?|sales|turnover|gross|income)\b)
    | \bzip(?:\s?code)?(?:\sis|:)?\s?\d{{5}}\b | \b\d{{5}}-\d{{4}}\b | (?-i:\b(?:{_STATE})),?\s\d{{5}}\b
    | \b(?:iso|soc|naics|sic|suite|ste\.?|tier|level|version)[\s-]?\#?\d[\d-]*
    | \b401\s?\(?k\b\)? | \b1099(?:s\b|(?=\s(?:contractors?|workers?|agents?|people|staff)\b))
    | \b(?:few|several|many)\s(?:{_SCALE_WORD})s?\b
    | \b(?:this|that|which|each|every|any|the\sother)\sone\b
    | \bone\s(?:word|thing|moment|time|day|of)\b | \bat\sone\spoint\b
    | \bthousand\soaks\b | \btwenty-?\s?nine\spalms\b                 # cities of California
    """,
    re.IGNORECASE | re.VERBOSE,
)

# What the libraries do not read, in words that they and the patterns above do.
_SAID_PLAINLY = [
    (re.compile(pattern, re.IGNORECASE), plain)
    for pattern, plain in [
        (r"\b(?:just|only|it['’]?s)\s(?:me|myself)\b(?!\s(?:and|&|plus)\b)|^\W*(?:me|(?:by )?myself|solo)\W*$", "1"),
        (r"\bno (?:employees|staff|workers|agents|people|claims|losses|calls|revenue|subcontractors)\b", "0"),
        (r"\b(?:none|nobody|no[ -]one|nothing|nil)(?=(?: yet| so far| at all| right now| at the moment)?\W*$)", "0"),
        (r"\b(?:minus|negative)\s(?=\w)", "-"),
        (r"\b10\s?(?:\^|\*\*)\s?(?=\d{1,2}\b)", "1e"),
        (r"(?<=\d)(?:\s?½|\s1/2\b)", " and a half"),
        (r"(?<=\d)(?:\s?¼|\s1/4\b)", " and a quarter"),
        (rf"(?:¾|\b3/4|\bthree[ -]quarters){_OF_A_SCALE}", "0.75 "),
        (rf"(?:½|\b1/2|(?<!and )(?<!and a )\b(?:an? |one )?half){_OF_A_SCALE}", "0.5 "),
        (rf"(?:¼|\b1/4|(?<!and )(?<!and a )\b(?:an? |one )?quarter){_OF_A_SCALE}", "0.25 "),
        (r"\b(?:an? )?(?:couple|pair)\b(?: of\b)?", "2"),
        # text2num knows "fourty"; these it does not.
        (r"\bninty\b", "ninety"),
        (r"\b(?:milion|millon|milllion)\b", "million"),
        (r"\b(?:hunderd|hundered)\b", "hundred"),
        (r"\b(?:thousend|thousnd)\b", "thousand"),
        (rf"\b({_TENS})(?=(?:one|two|three|four|five|six|seven|eight|nine)\b)", r"\1-"),
    ]
]


def _plain(text: str) -> str:
    """The text with every number in figures or with its scale, and without the figures that are no amounts."""
    for match in PhoneNumberMatcher(text, REGION):
        if not match.raw_string.isdigit() or len(match.raw_string) >= PHONE_DIGITS:  # "13100000" is an amount first
            text = text.replace(match.raw_string, ";")
    text = re.sub(r"[‐‑‒–—−]", "-", text)
    text = re.sub(r"\s*[\r\n]\s*", "; ", text.strip())
    text = re.sub(r"\s+", " ", text)
    text = _NO_AMOUNTS.sub(" ; ", text)
    for pattern, plain in _SAID_PLAINLY:
        text = pattern.sub(plain, text)
    return _in_figures(text)


class _Word(Token):
    """A word as text2num wants it."""

    def __init__(self, word: str, after: str) -> None:
        self._word = word.lower()
        self._after = after

    def text(self) -> str:
        return self._word

    def not_a_number_part(self) -> bool:
        """What it would take wrongly: "o" for 0, "seconds" and "thousands", and "thousand" of "2 thousand five"."""
        single = len(self._word) == 1 and self._word.isalpha()
        return single or self._word.endswith("s") or (self._after.isdigit() and self._word in _SCALE_WORDS)


def _in_figures(text: str) -> str:
    """Number words as figures that keep their last scale: "twelve hundred" becomes "12 hundred".

    A range may share that scale ("one to two million"). A scale without a number ("3 million") stays as it is.
    """
    words = re.findall(r"[^\W\d_]+|\d+|\W|_", text)
    before = ["", "", *words]  # the word before a space
    tokens = [_Word(word, before[place]) for place, word in enumerate(words)]
    for found in reversed(find_numbers(tokens, "en", threshold=0)):
        last = words[found.end - 1]
        scale = _SCALE_WORDS.get(last.lower())
        if scale and found.end - found.start == 1:
            continue
        words[found.start : found.end] = [f"{found.value / scale:.15g} {last}" if scale else found.text]
    return "".join(words)


def _numbers(plain: str) -> list[_Number]:
    """The numbers of a plain text, ranges and sums as one."""
    found: list[_Number] = []
    for match in _NUMBER.finditer(plain):
        number = _number(match)
        if number is None:
            continue
        joined = _joined(found[-1], number, plain) if found else None
        if joined:
            found[-1] = joined
        else:
            found.append(number)
    return found


def _number(match: re.Match[str]) -> _Number | None:
    """What was matched; None where its value is no finite number."""
    scales = [_SCALES[word.lower()] for word in re.findall(_SCALE, match["scale"], re.IGNORECASE)]
    scale = math.prod(scales)
    value = _value(match["figures"], bool(scales)) if match["figures"] else 1.0
    value += _FRACTIONS.get((match["more"] or "").lower(), 0)
    value = (value + _FRACTIONS.get((match["more_of_scale"] or "").lower(), 0)) * scale
    if match["sign"] or match["inner_sign"]:
        value = -value
    if not math.isfinite(value):
        return None
    return _Number(
        Amount(value, value),
        scale,
        money=bool(match["before"] or match["after"] or "grand" in match["scale"].lower()),
        percent=bool(match["percent"]),
        duration=bool(match["duration"]),
        start=match.start(),
        end=match.end(),
    )


def _value(figures: str, scaled: bool) -> float:
    """A number in figures; nan where they are none, such as 1,2.3,4.

    A point with three digits behind it may set thousands apart ("1.200 agents"), but not before "k" or "million".
    """
    if "e" in figures.lower():
        return float(figures)
    point = "." if scaled and figures.count(".") == 1 else None
    amount = Price.fromstring(figures, decimal_separator=point).amount
    return math.nan if amount is None else float(amount)


def _joined(first: _Number, second: _Number, plain: str) -> _Number | None:
    """Two numbers as one sum ("2 thousand 5 hundred") or range; None where they are two."""
    if first.amount.low != first.amount.high:
        return None
    gap = plain[first.end : second.start]
    low, high = first.amount.low, second.amount.high
    whole = replace(second, money=first.money or second.money, start=first.start)
    if _SUM.fullmatch(gap) and second.scale >= 100 and first.scale > high and not second.money:
        return replace(whole, amount=Amount(low + high, low + high))
    between = _AND.fullmatch(gap) and _BETWEEN.search(plain[: first.start])
    if not between and not _RANGE.fullmatch(gap):
        return None
    if first.scale == 1 and low * second.scale <= high:
        low *= second.scale  # "5-10k", "one to two million"
    return replace(whole, amount=Amount(min(low, high), max(low, high)))


# Dates


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


_A_YEAR = re.compile(rf"\b{_YEAR}")
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


# E-mail addresses and phones


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
    return [found.strip(".!?'\"") for found in re.findall(_ADDRESS, text)]


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
    words = re.sub(_ADDRESS, " ", text).split()
    rows = [" ".join(row) for numeric, row in groupby(words, lambda word: any(map(str.isdigit, word))) if numeric]
    if rows == [" ".join(words)]:
        return rows[0]
    return next((row for row in rows if sum(map(str.isdigit, row)) >= 5 or _SPELT.search(row)), None)


_SPELT = re.compile(r"(?<!\w)(?:1-)?\(?\d{3}\)?[- ](?:[\d-]*[a-z]){3}", re.IGNORECASE)  # 555-CALL-NOW


# Names


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
    text = re.sub(rf"<?{_ADDRESS}>?", " ; ", html.unescape(text))
    for match in PhoneNumberMatcher(text, REGION):
        text = text.replace(match.raw_string, " ; ")
    name = _GREETING.sub("", text.strip(_AROUND), count=1)
    if person := _PERSON_FOLLOWS.match(name):
        name = _PLACE_OF_WORK.sub("", name[person.end() :])
    elif firm := _FIRM_FOLLOWS.match(name):
        name = name[firm.end() :]
    return " ".join(_NEXT_THING.sub("", name).strip(_AROUND).split())

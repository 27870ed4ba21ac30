"""Numbers and money out of what a visitor types into a form.  Pure.

text2num reads the number words and price-parser the figures. Neither knows ranges, hedges, "k" and "m", "half a
million" and "just me", or which numbers of a sentence count something; that is the glue here.

Nothing here raises on any text.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, replace

import us
from phonenumbers import PhoneNumberMatcher
from price_parser import Price
from text_to_num import Token, find_numbers

from actions.forms.dates import DAY, MONTH, YEAR
from actions.forms.reaching import ADDRESS, PHONE_DIGITS, REGION


@dataclass(frozen=True)
class Amount:
    """A number or a range; both ends are finite, and the same for one number.

    Attributes:
        of: the word behind it, in small letters: what it counts, if anything ("trucks", "years").
        period: for how long it is told: a key of ``PER_YEAR`` or "hour"; None where no period is told.
    """

    low: float
    high: float
    of: str = field(default="", compare=False)
    period: str | None = field(default=None, compare=False)

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


def beside_numbers(text: str) -> str:
    """What a text says beside its numbers, dates, phones and addresses."""
    return _NUMBER.sub(" ", _plain(text))


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
    bare.sort(key=lambda number: number.scale == 1)  # "2019 was 900k"
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
_AFTER_FIGURES = {
    "k": 1e3,
    "thou": 1e3,
    "grand": 1e3,
    "m": 1e6,
    "mm": 1e6,
    "mil": 1e6,
    "mill": 1e6,
    "mln": 1e6,
    "b": 1e9,
    "bn": 1e9,
}
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

PER_YEAR = {"day": 360, "week": 52, "fortnight": 26, "month": 12, "quarter": 4, "year": 1}  # how often a year has it
_PERIODS = {
    "hour": ("hour", "hr", "hourly"),
    "day": ("day", "daily"),
    "week": ("week", "wk", "weekly"),
    "fortnight": ("two weeks", "2 weeks", "other week", "fortnight", "biweekly", "fortnightly"),
    "month": ("month", "mo", "mth", "monthly"),
    "quarter": ("quarter", "qtr", "quarterly"),
    "year": ("year", "yr", "yearly", "annually", "annual", "pa"),
}
_ADVERBS = "hourly|daily|weekly|biweekly|fortnightly|monthly|quarterly|yearly|annually|annual"
_NOUNS = "|".join(word for words in _PERIODS.values() for word in words if word not in _ADVERBS.split("|"))
_BY_AFTER = re.compile(
    rf"(?:\s*[^\W\d_][\w-]*){{0,3}}?\s*(?:(?:\b(?:an?|per|each|every|p)\b[\s/]*|/\s*)(?P<by>{_NOUNS})|(?P<adverb>{_ADVERBS}))\b",
    re.IGNORECASE,
)
_BY_BEFORE = re.compile(rf"\b(?P<by>)(?P<adverb>{_ADVERBS})(?:\s+[^\W\d_]+){{0,3}}\W*$", re.IGNORECASE)

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

_STATE = "|".join(state.abbr for state in [*us.states.STATES, us.states.DC])

_MONTH_DAY = r"(?<!\d )(?<!\$)(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01])"
_DAY_MONTH = r"(?<!\d )(?<!\$)(?:0?[1-9]|[12]\d|3[01])/(?:0?[1-9]|1[0-2])"

# What has numbers in it and does not say how many or how much.
_NO_AMOUNTS = re.compile(
    rf"""
    {ADDRESS} | https?://\S+ | www\.\S+
    | \(?\b\d{{3}}\)?[-.\s]\d{{3}}[-.\s]\d{{4}}\b                     # a phone, in use or not
    | \b24\s?[/x]\s?7(?:\s?/\s?365)?\b
    | \b\d{{1,2}}:\d\d(?:\s?[ap]\.?m\b\.?)? | \b\d{{1,2}}\s?[ap]\.?m\b\.? | \b9\s?(?:-|to)\s?5\b
    | \b\d{{1,4}}([/.-])\d{{1,2}}\1\d{{1,4}}\b                        # a date in figures
    | \b(?:{_MONTH_DAY}|{_DAY_MONTH})(?![/\d])(?!\s?(?:of\b|{_SCALE_WORD}|[km]\b))  # another, but no 1/2 million
    | \b\d{{1,2}}/{YEAR}
    | \b\d{{3}}-\d{{2}}-\d{{4}}\b | \b\d{{4}}(?:[ -]\d{{4}}){{2,}}(?:[ -]?\d+)?\b   # an account's number
    | \b\d{{3,4}}[ -]\d{{6}}[ -]\d{{4,5}}\b | \b\d{{13,}}\b
    | \b{MONTH}\s{DAY}(?:,?\s{YEAR})?\b | \b{DAY}\s(?:of\s)?{MONTH}(?:\s{YEAR})? | \b{MONTH}\s{YEAR}
    | \b(?:since|in|est\.?|established|founded|started|opened|until|during|early|late|q[1-4])\s{YEAR}
    | \b{YEAR}(?=:|\s(?:revenues?|sales|turnover|gross|income)\b)
    | \bzip(?:\s?code)?(?:\sis|:)?\s?\d{{5}}\b | \b\d{{5}}-\d{{4}}\b | (?-i:\b(?:{_STATE})),?\s\d{{5}}\b
    | \b(?:iso|soc|naics|sic|suite|ste\.?|tier|level|version)[\s-]?\#?\d[\d-]*
    | \b401\s?\(?k\b\)? | (?<!\$)(?<!\d\sto\s)(?<!\d\sand\s)\b1099s?\b   # the tax form
        (?!\s?(?:dollars?|bucks|usd|k\b|a\s|per\s|to\s\d|and\s\d))
    | \b(?:on|as|are|is|by|via|get|gets)\s(?:a\s)?(?:1099|w-?2)s?\b
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
    return [replace(number, amount=_described(number, plain)) for number in found]


def _described(number: _Number, plain: str) -> Amount:
    """The amount with what it counts, and by which period it is told ("300 calls a day", "monthly payroll 20k")."""
    behind = plain[number.start : number.end].split()[-1] if number.duration else plain[number.end :]
    counted = re.match(r"[\s\d-]*([^\W\d_]+)", behind)
    told = _BY_AFTER.match(plain, number.end) or _BY_BEFORE.search(plain[: number.start])
    by = (told["by"] or told["adverb"]).lower() if told else ""
    period = next((name for name, words in _PERIODS.items() if by in words), None)
    return replace(number.amount, of=counted[1].lower() if counted else "", period=period)


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

"""Counts, money and years as answers to a field, in the field's own unit and period.  Pure."""

from __future__ import annotations

import math
import re

from spacy.lang.en.stop_words import STOP_WORDS

from actions.forms.dates import YEAR, read_year
from actions.forms.numbers import PER_YEAR, Amount, beside_numbers, read_amounts, read_count, read_money
from actions.forms.said import NO, Read, Refusal, Said, Value, plainly, says, words_for
from knowledge.base import KnowledgeBase
from knowledge.schema import ProfileField

WORDS_BEFORE_UNIT = 5
FEW_WORDS = 5  # of a "no" that means none; a longer one goes on to say what was meant instead
MOST_BESIDE = 4  # words that say something, beside a number that nothing names and that is taken all the same
_HEDGING = {"idk", "ish", "like", "maybe", "probably", "roughly", "around", "about", "guess", "dunno", "lol", "think"}
MOST_BESIDE_A_NOUN = 2  # the same where it is told of what: "5 sushi rollers", but not "one job is over the border"
TAIL = 80  # characters behind a unit that say how often: all the rest for every unit would take a long text seconds
_FULL_TIME = re.compile(r"(?P<number>\S+) (?:full[ -]?tim\w*|ft\b)", re.I)
_PART_TIME = re.compile(r"(?P<number>\S+) (?:part[ -]?tim\w*|pt\b)", re.I)
_ALONE = ("me", "myself", "only myself", "i do", "nobody", "no one", "none")  # who works here beside the owner
_PERCENT = re.compile(r"%|\bper ?cent\b", re.I)
# To somebody else, or with what none of them does: "no employees get tips".
_GOES_ON = re.compile(
    r"\W*(?:and|plus|&|with|get|gets|got|has|have|had|who|that|were|been|ever|drive|drives|work|works|use|uses|do|does)\b"
)
_CLAUSE_END = re.compile(r"[;!?]|\.\s|,\s|\s(?:and|but|with)\s(?!\W?\d)", re.I)
_SHORT_FOR_MORE = re.compile(r"\d\s?(?:k|grand|mil+)\b", re.I)
_CURRENCY = re.compile(r"[$]|\b(?:dollars?|bucks|usd)\b", re.I)
FEW_THOUSANDS = 20  # below it a bare amount of a year may as well be millions
LEAST_MONEY = 1_000  # of a business in a year, where no currency says that it is money
_PART_OF = re.compile(r"\S+ of (?:our|the|my|those)\s+\S+$", re.I)
_TIMES = """
year yr month week day hour hr minute min decade season semester quarter weekend night evening morning afternoon shift
time
"""
_SPANS = frozenset(_TIMES.split())  # a time that something takes or lasts


def apart(new: Value, old: Value) -> float:
    """How far a number is from another, as the logarithm of how many times as large; thousands may go unsaid.

    "make that 550" is as near to 500,000 dollars as "550k".
    """
    of, to = sum(old.value) / 2, sum(new.value) / 2
    money = old.shown.startswith("$") and to < LEAST_MONEY <= of
    return min(abs(math.log((each + 1) / (of + 1))) for each in ((to, to * LEAST_MONEY) if money else (to,)))


def as_large(new: Value, field: ProfileField, old: Value) -> Value:
    """ "make that 550", after 500,000 dollars, leaves out the thousand."""
    if field.kind != "money" or not 0 < max(new.value) < LEAST_MONEY <= min(old.value):
        return new
    ends = [end * LEAST_MONEY for end in new.value]
    shown = " to ".join(dict.fromkeys(f"${end:,.0f}" for end in ends))
    return Value(ends, shown)


def count(field: ProfileField, said: Said, base: KnowledgeBase) -> Read:
    """The number of the field's things that the answer tells; other things and spans of time are none."""
    if _tells_none(field, said.text) or (field.denied_as and said.text.strip(" .!").lower() in _ALONE):
        return _amount(field, Amount(0, 0))
    told = _told(field, said.text)
    if len(told) > 1:
        return _contradictory(field, told)
    amount = told[0] if told else read_count(said.text)
    if amount is None and NO.match(said.text) and len(said.text.split()) <= FEW_WORDS:
        amount = Amount(0, 0)
    if amount is None:
        return Refusal('I need a number here, such as 12, "about 40" or "10 to 15".')
    if not told and amount.of and _counts_another(field, amount.of, base):
        return Refusal(f'I read that as "{_shown(amount)} {amount.of}".')
    names_else = bool(amount.of) and amount.of not in STOP_WORDS and amount.of not in field.units
    as_money = _CURRENCY.search(said.text) or _SHORT_FOR_MORE.search(said.text)
    of_money = amount.high >= LEAST_MONEY and bool(as_money and _said_beside(said))
    if not told and (of_money or (amount.period and not field.by) or (names_else and amount.high == 0)):
        return Refusal(f"I could not tell whether {_shown(amount)} is the number I asked for.")
    if not told and (not_it := _in_a_story(amount, said, MOST_BESIDE_A_NOUN if names_else else MOST_BESIDE)):
        return not_it
    return _by_the_period(field, amount)


def _in_a_story(amount: Amount, said: Said, most: int = MOST_BESIDE) -> Refusal | None:
    """Why a number that nothing names is not the one asked for: a year, or part of much else that is told."""
    shown = f"{amount.low:.0f}"
    if (
        re.search(r"[^\W\d_]{2}", beside_numbers(said.text))
        and re.fullmatch(YEAR, shown)
        and shown in said.text
        and amount.low <= said.today.year
    ):
        return Refusal(f"I read {shown} as a year.")
    if len(_said_beside(said)) > most:
        return Refusal(f"I could not tell whether {_shown(amount)} is the number I asked for.")
    return None


def _said_beside(said: Said) -> set[str]:
    """The words beside numbers that say something: none in "about 5k or so"."""
    return set(re.findall(r"[^\W\d_]{2,}", beside_numbers(said.text).lower())) - STOP_WORDS - _HEDGING


def mentioned_count(field: ProfileField, said: Said, base: KnowledgeBase) -> Value | None:
    """The number right before or after one of the field's units ("a dozen people", "a team of 12"), told once."""
    if _tells_none(field, said.text):
        return _taken(_amount(field, Amount(0, 0)))
    told = _told(field, said.text)
    if len(told) != 1 or (told[0].period and not field.by):  # what comes and goes in a day is not what there is
        return None
    return _taken(_by_the_period(field, told[0]))


def _told(field: ProfileField, text: str) -> list[Amount]:
    """The different amounts told with one of the field's units; parts of a whole that is told too are left out."""
    if "full timers" in field.units and (both := _full_and_part(text)):
        return [both]
    known = {unit.lower() for unit in field.units}
    units = "|".join(map(re.escape, [*field.units, *map(_one_of, field.units)]))
    found: dict[Amount, None] = {}
    for match in re.finditer(rf"\b(?:{units})\b", text, re.IGNORECASE) if units else ():
        start = max(mark.end() for mark in re.finditer(r"^|[;!?]|\.\s|,\s", text[: match.start()]))
        words = len(" ".join(text[start : match.start()].split()[-WORDS_BEFORE_UNIT:]))
        before = read_amounts(text[match.start() - words - 1 if words else match.start() : match.start()].lstrip())
        after = text[match.end() :].split()[:3]
        if " " in match[0] and _PART_OF.search(text[start : match.start()].strip()):
            continue  # "5 of our 12 work from home" could be either
        amounts = before or (read_amounts(" ".join(after)) if after[:1] == ["of"] else [])
        if match[0].lower() not in known and not (before and before[-1].of == "" and before[-1].low > 1):
            continue  # "7 worker", but not "one agent"
        if amounts:
            rate = read_amounts(f"{_shown(amounts[-1])} {text[match.start() : match.end() + TAIL]}")
            found.setdefault(rate[0] if rate and rate[0] == amounts[-1] else amounts[-1])
    whole = max(found, key=lambda each: each.high, default=None)
    if whole and sum(each.high for each in found if each != whole) == whole.high:
        return [whole]
    return list(found)


def _full_and_part(text: str) -> Amount | None:
    """ "2 full time and 3 part time" are five."""
    full, part = _FULL_TIME.search(text), _PART_TIME.search(text)
    if not (full and part):
        return None
    told = [read_amounts(each["number"]) for each in (full, part)]
    both = [each[0] for each in told if each]
    return Amount(sum(each.low for each in both), sum(each.high for each in both)) if len(both) > 1 else None


def _one_of(unit: str) -> str:
    """ "worker" of "workers" """
    return unit[:-1] if unit.endswith("s") and not unit.endswith("ss") else unit


def _contradictory(field: ProfileField, told: list[Amount]) -> Refusal:
    shown = [_shown(each) for each in told]
    choices = tuple(value for each in told if (value := _taken(_by_the_period(field, each))))
    return Refusal(f"You told me {', '.join(shown[:-1])} and {shown[-1]}: which number is right in all?", choices)


def _counts_another(field: ProfileField, word: str, base: KnowledgeBase) -> bool:
    """Whether the counted word is a span of time, or the unit of another field."""
    own = {unit.lower() for unit in field.units}
    if word in own:
        return False
    others = {unit.lower() for each in [*base.profile_fields(), *base.quote_fields()] for unit in _counted(each)}
    return word.removesuffix("s") in _SPANS or word in others


def _counted(field: ProfileField) -> list[str]:
    return [*field.units, *(word for option in field.options for word in option.said_as if word.endswith("s"))]


def _by_the_period(field: ProfileField, amount: Amount) -> Read:
    """An amount told by the day, week or year in the period that the field counts by, with what was said."""
    if not field.by or amount.period in (None, field.by):
        return _amount(field, amount)
    if amount.period not in PER_YEAR:
        return Refusal(f"How much is that in a {field.by}, about?")
    times = PER_YEAR[amount.period] / PER_YEAR[field.by]
    read = _amount(field, Amount(round(amount.low * times), round(amount.high * times)))
    if isinstance(read, Value):
        article = "every" if amount.period == "fortnight" else "a"
        return Value(read.value, f"about {read.shown} ({_shown(amount, field)} {article} {amount.period})")
    return read


def _tells_none(field: ProfileField, text: str) -> bool:
    """ "just me", but not "just me and 3 helpers", nor "just me and my sister" """
    if not says(field.denied_as, text, unless=_GOES_ON):
        return False
    beside = plainly(text)
    for phrase in sorted(field.denied_as, key=len, reverse=True):
        beside = beside.replace(words_for(phrase, beside) or phrase, ";")
    return not _told(field, beside)


def money(field: ProfileField, said: Said, base: KnowledgeBase) -> Read:
    """The amount of money that the answer tells; a number that counts things or time is none."""
    amount = read_money(said.text) or (read_count(said.text) if not _PERCENT.search(said.text) else None)
    if amount is None:
        return Refusal('I need an amount here, such as "$850k", "about 2 million" or "1.5 to 2m".')
    none_of_else = amount.high == 0 and amount.of and amount.of not in STOP_WORDS  # "no claims"
    if amount.of and (none_of_else or _counts_another(field, amount.of, base)):
        return Refusal(f'I read that as "{_shown(amount)} {amount.of}".')
    if not says(field.units, said.text) and (not_it := _in_a_story(amount, said)):
        return not_it
    if field.by and 0 < amount.high < LEAST_MONEY and not _CURRENCY.search(said.text):
        return _how_much(field, amount)
    return _by_the_period(field, amount)


def _how_much(field: ProfileField, amount: Amount) -> Refusal:
    """The question whether thousands, or millions, were left out of an amount of a year: "80"."""
    larger = 1e6 if amount.high < FEW_THOUSANDS else 1e3
    meant = [Amount(amount.low * each, amount.high * each, period=amount.period) for each in (larger, larger / 1e3)]
    choices = tuple(value for each in meant if (value := _taken(_by_the_period(field, each))))
    return Refusal(f"Is that {' or '.join(each.shown for each in choices)}?", choices)


def mentioned_money(field: ProfileField, said: Said, base: KnowledgeBase) -> Value | None:
    """The amount of money in the clause that names what it is, or else the only one of the message."""
    naming = [each for each in _CLAUSE_END.split(said.text) if says(field.units, each)]
    amounts = [amount for each in naming if (amount := read_money(each) or _only_number(field, each, base))]
    alone = read_amounts(said.text) if naming and not amounts else []
    amount = amounts[0] if len(amounts) == 1 else read_money(said.text) if len(alone) == 1 else None
    if amount is None or (amount.high < LEAST_MONEY and not _CURRENCY.search(said.text)):
        return None
    return _taken(_by_the_period(field, amount))


def _only_number(field: ProfileField, text: str, base: KnowledgeBase) -> Amount | None:
    """The number of a clause that has no other, where the word behind it counts nothing ("600k actually")."""
    numbers = [] if _PERCENT.search(text) else read_amounts(text)
    one = numbers[0] if len(numbers) == 1 else None
    return one if one and one.low >= LEAST_MONEY and not _counts_another(field, one.of, base) else None


def _taken(read: Read) -> Value | None:
    return read if isinstance(read, Value) else None


def _amount(field: ProfileField, amount: Amount) -> Read:
    limits = field.limits
    if field.kind == "count" and (amount.low % 1 or amount.high % 1):
        return Refusal("I need a whole number here, such as 12.")
    if amount.low < 0:
        return Refusal("That number is below zero. Please check it.")
    if limits and not (limits.at_least <= amount.low and amount.high <= limits.at_most):
        return Refusal(limits.otherwise)
    return Value([amount.low, amount.high], _shown(amount, field))


def _shown(amount: Amount, field: ProfileField | None = None) -> str:
    """ "12", "10 to 15" or "$1,500,000" """
    sign = "$" if field and field.kind == "money" else ""
    ends = dict.fromkeys((amount.low, amount.high))
    return " to ".join(f"{sign}{end:,.0f}" if end == int(end) else f"{sign}{end:,.2f}" for end in ends)


def year(field: ProfileField, said: Said, base: KnowledgeBase) -> Read:
    """The year that the answer tells, which has begun."""
    found = read_year(said.text, said.today)
    if found is None:
        return Refusal('I need a year here, such as 2015, or "6 years".')
    if found > said.today.year:
        return Refusal(f"{found} is in the future. Please check the year.")
    return Value(found, str(found))


def only_numbers(text: str) -> bool:
    """Whether a text says nothing beside numbers, dates and the like."""
    return not re.search(r"[^\W\d_]{2}", beside_numbers(text))

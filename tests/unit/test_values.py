"""How answers typed into a form are read: every way to write a number, and what is wrong with what is none."""

from __future__ import annotations

import math
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.forms.dates import read_date, read_year
from actions.forms.names import LONGEST_NAME, NameProblem, name_problem, read_name
from actions.forms.numbers import Amount, read_amounts, read_count, read_money
from actions.forms.reaching import (
    EmailProblem,
    PhoneProblem,
    email_problem,
    find_email,
    find_phone,
    phone_problem,
)

TODAY = date(2026, 11, 22)
BILLION = 10**9

# What is typed, and its numbers; a pair is a range.
NUMBERS: list[tuple[str, list[float | tuple[float, float]]]] = [
    # figures
    ("40", [40]),
    ("we have 40 agents", [40]),
    ("40.", [40]),
    ("40!!", [40]),
    ("#40", [40]),
    ("007", [7]),
    ("+20", [20]),
    ("0", [0]),
    ("3.5", [3.5]),
    (".5", [0.5]),
    ("1200", [1200]),
    ("12,500 calls", [12_500]),
    ("1,200,000", [1_200_000]),
    ("$1,250,000.50", [1_250_000.5]),
    ("350 000", [350_000]),
    ("1 000 000", [1_000_000]),
    ("1.200 agents", [1200]),
    ("1.200.000", [1_200_000]),
    ("1'200", [1200]),
    ("$1.125M", [1_125_000]),
    ("40ppl", [40]),
    ("80seats", [80]),
    ("-5", [-5]),
    ("- 5 agents", [5]),
    ("minus five", [-5]),
    ("-$200", [-200]),
    ("$-200", [-200]),
    # words
    ("zero", [0]),
    ("one", [1]),
    ("Forty", [40]),
    ("FIFTY", [50]),
    ("twelve", [12]),
    ("twenty five", [25]),
    ("twenty-five", [25]),
    ("twentyfive", [25]),
    ("fourty", [40]),
    ("ninty five", [95]),
    ("a hundred", [100]),
    ("hundred people", [100]),
    ("a hundred and fifty", [150]),
    ("one hundred and ten", [110]),
    ("two hundred fifty", [250]),
    ("a thousand", [1000]),
    ("a thousand two hundred", [1200]),
    ("three thousand two hundred", [3200]),
    ("2 thousand five hundred", [2500]),
    ("twelve hundred calls a day", [1200]),
    ("one million", [1e6]),
    ("one point five million", [1.5e6]),
    ("2 million 300 thousand", [2.3e6]),
    ("two milion", [2e6]),
    ("a million and a half", [1.5e6]),
    ("two and a half million", [2.5e6]),
    ("2 1/2 million", [2.5e6]),
    ("2½ million", [2.5e6]),
    ("half a million", [5e5]),
    ("½ million", [5e5]),
    ("a quarter million", [2.5e5]),
    ("three quarters of a million", [7.5e5]),
    # small numbers
    ("a dozen", [12]),
    ("half a dozen", [6]),
    ("two dozen", [24]),
    ("a couple", [2]),
    ("a couple of agents", [2]),
    ("a couple hundred", [200]),
    ("a pair", [2]),
    ("just me", [1]),
    ("it's just me for now", [1]),
    ("myself", [1]),
    ("only the two of us", [2]),
    ("none", [0]),
    ("none yet", [0]),
    ("nobody", [0]),
    ("no one", [0]),
    ("nothing", [0]),
    ("no employees", [0]),
    # shortened
    ("1.2k", [1200]),
    ("5k", [5000]),
    ("5 k", [5000]),
    ("5K calls", [5000]),
    ("500K", [5e5]),
    ("five hundred k", [5e5]),
    ("10k+", [10_000]),
    ("3M", [3e6]),
    ("$3m", [3e6]),
    ("3 mil", [3e6]),
    ("$2.5 mill", [2.5e6]),
    ("1.5MM", [1.5e6]),
    ("3mln", [3e6]),
    ("2bn", [2e9]),
    ("15 grand", [15_000]),
    ("40 thousand", [40_000]),
    # money
    ("3 million dollars", [3e6]),
    ("USD 500,000", [5e5]),
    ("500,000 usd", [5e5]),
    ("500000 bucks", [5e5]),
    ("750k dollars", [7.5e5]),
    ("$ 2 million", [2e6]),
    ("$0", [0]),
    ("€500k", [5e5]),
    ("$1.5M in revenue last year, hoping for 2M", [1.5e6, 2e6]),
    # hedged
    ("around 40", [40]),
    ("about 350 000", [350_000]),
    ("roughly 30 people", [30]),
    ("over 100", [100]),
    ("under 50", [50]),
    ("at least 20", [20]),
    ("up to 60", [60]),
    ("less than a dozen", [12]),
    ("just under $4m", [4e6]),
    ("25ish", [25]),
    ("30+", [30]),
    ("~50", [50]),
    ("40 or so", [40]),
    # ranges
    ("12-15", [(12, 15)]),
    ("12-15 people", [(12, 15)]),
    ("12 - 15", [(12, 15)]),
    ("12–15", [(12, 15)]),
    ("12 to 15", [(12, 15)]),
    ("20/25", [(20, 25)]),
    ("10/15", []),  # a day
    ("20..25", [(20, 25)]),
    ("20 or 25", [(20, 25)]),
    ("25 or 20", [(20, 25)]),
    ("5, maybe 6", [(5, 6)]),
    ("ten to twenty", [(10, 20)]),
    ("ten-fifteen", [(10, 15)]),
    ("between ten and twenty", [(10, 20)]),
    ("between 10 and maybe 20 agents", [(10, 20)]),
    ("from 30 to 40", [(30, 40)]),
    ("20ish to 30ish", [(20, 30)]),
    ("5-10k", [(5000, 10_000)]),
    ("5k -10k", [(5000, 10_000)]),
    ("500 to 1k", [(500, 1000)]),
    ("1-2 million", [(1e6, 2e6)]),
    ("one to two million", [(1e6, 2e6)]),
    ("two to three hundred", [(200, 300)]),
    ("$1-2m", [(1e6, 2e6)]),
    ("$1m to $2m", [(1e6, 2e6)]),
    ("between 500k and 1m", [(5e5, 1e6)]),
    ("half a million to a million", [(5e5, 1e6)]),
    ("$500,000 - $750,000", [(5e5, 7.5e5)]),
    ("20 to 25, sometimes 30", [(20, 25), 30]),
    ("2 to 3 to 4", [(2, 3), 4]),
    ("10-20 agents and 500-600 calls", [(10, 20), (500, 600)]),
    # large
    ("1e6", [1e6]),
    ("1e12", [1e12]),
    ("10^12", [1e12]),
    ("10**6", [1e6]),
    ("a trillion", [1e12]),
    ("1,000,000,000,000", [1e12]),
    # several
    ("10, 20 and 30", [10, 20, 30]),
    ("10 agents and 3 supervisors", [10, 3]),
    ("one manager and forty agents", [1, 40]),
    ("two offices with 15 people each", [2, 15]),
    ("30 in Fresno, 12 in Manila and 5 at home", [30, 12, 5]),
    ("a million $200k", [1e6, 2e5]),
    ("10\n200", [10, 200]),
    # vague, or no number at all
    ("a few", []),
    ("a few hundred", []),
    ("thousands of calls", []),
    ("lots", []),
    ("no idea", []),
    ("None of your business", []),
    ("skip", []),
    ("e&o", []),
    ("in one word, no", []),
    ("that one", []),
    ("the 3rd", []),
    ("the twenty first", []),
    ("first time", []),
    ("give me a second", []),
    ("", []),
    # numbers that do not say how many
    ("open 24/7", []),
    ("our 2 offices are open 24/7", [2]),
    ("9 to 5 with 12 agents", [12]),
    ("8am to 5 pm", []),
    ("call me at 202-555-0142", []),
    ("555-555-5555", []),
    ("dee45@example.com", []),
    ("https://example.com/40", []),
    ("zip 93721", []),
    ("Fresno, CA 93721", []),
    ("in Thousand Oaks", []),
    ("since 2015", []),
    ("40 agents since 2015", [40]),
    ("on 3/4/2021", []),
    ("March 5, 2021", []),
    ("2024 revenue: 3M", [3e6]),
    ("we do B2B", []),
    ("ISO 27001 and SOC 2", []),
    ("20 W2 and 12 1099 contractors", [20, 12]),
    ("a 401k plan", []),
    # too much to be a number
    ("9" * 400, []),
    ("1,2.3,4", []),
]


@pytest.mark.parametrize(("typed", "numbers"), NUMBERS)
def test_numbers_are_read_however_they_are_written(typed: str, numbers: list[float | tuple[float, float]]) -> None:
    expected = [Amount(*number) if isinstance(number, tuple) else Amount(number, number) for number in numbers]
    assert read_amounts(typed) == expected


def test_the_typical_amount_of_a_range_is_its_middle() -> None:
    assert Amount(10, 20).typical == 15
    assert Amount(41, 41).typical == 41
    assert Amount(1e308, 1e308).typical == 1e308


@pytest.mark.parametrize(
    ("typed", "count"),
    [
        ("40", 40),
        ("$2M in revenue and 40 agents", 40),
        ("10 percent of 40 agents", 40),
        ("40 hours a week, 12 agents", 12),
        ("in business 12 years, 40 people", 40),
        ("12 years", 12),  # asked for years, that is what counts
        ("we have 1,200 calls a day", 1200),
        ("$3m", None),
        ("$1-2m", None),
        ("100% remote", None),
        ("no idea", None),
    ],
)
def test_a_count_is_the_first_number_of_things(typed: str, count: float | None) -> None:
    assert read_count(typed) == (None if count is None else Amount(count, count))


@pytest.mark.parametrize(
    ("typed", "money"),
    [
        ("$3m", 3e6),
        ("40 agents and $3m", 3e6),
        ("3 million pesos", 3e6),
        ("15 grand", 15_000),
        ("850000", 850_000),
        ("revenue was 850k", 850_000),
        ("about 850k last year", 850_000),
        ("about 1.5 million a year", 1.5e6),
        ("40 agents, about 2 million", 2e6),
        ("2023: 2M", 2e6),
        ("nothing yet", 0),
        ("40 agents", None),
        ("12 years", None),
        ("10%", None),
        ("I'd rather not say", None),
    ],
)
def test_money_has_a_currency_or_counts_nothing_else(typed: str, money: float | None) -> None:
    assert read_money(typed) == (None if money is None else Amount(money, money))


@given(st.integers(0, BILLION), st.sampled_from(["{}", "{:,}", "about {}", "{:,} calls", "over {:,} a month"]))
def test_a_printed_number_is_read_back(number: int, how: str) -> None:
    assert read_amounts(how.format(number)) == [Amount(number, number)]


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.sampled_from(["{:,}-{:,}", "{} to {}", "between {} and {}"]))
def test_a_printed_range_is_read_back(one: int, other: int, how: str) -> None:
    low, high = sorted([one, other])
    assert read_amounts(f"some {how.format(low, high)} calls") == [Amount(low, high)]


@given(st.decimals(0, 999, places=1), st.sampled_from([("k", 1e3), (" thousand", 1e3), ("m", 1e6), (" million", 1e6)]))
def test_a_scale_multiplies(number: Decimal, scale: tuple[str, float]) -> None:
    name, factor = scale
    (amount,) = read_amounts(f"${number}{name}")
    assert amount.low == pytest.approx(float(number) * factor)


PIECES = (
    "five hundred million half quarter and a of to between or just me none no couple minus point k m grand dozen years "
    "ago since 2015 march may 98 24/7 1 12 300 1,200 1e99 10^99 2½ - – / . , : $ % @ ( \" ' dot com at I'm this is "
    "from name: Inc 202-555-0142 +44 x12 dee@example.com <b> &lt;"
)
TEXTS = st.text() | st.lists(st.text(max_size=6) | st.sampled_from(PIECES.split()), max_size=15).map(" ".join)


@given(TEXTS)
def test_any_text_is_read_without_an_error(text: str) -> None:
    for amount in [*read_amounts(text), read_count(text), read_money(text)]:
        assert amount is None or (amount.low <= amount.high and math.isfinite(amount.typical))
    assert find_email(text) is None or email_problem(text) is None
    assert find_phone(text) is None or phone_problem(text) is None
    assert (read_name(text) is None) == (name_problem(text) is not None)
    found = read_date(text, TODAY)
    assert read_year(text, TODAY) == (found.year if found else None)


@pytest.mark.parametrize("text", ["1 " * 2000, "1" * 4000, "a.b@" * 1000, "5-" * 2000, "2015 " * 800, "half a " * 500])
def test_a_long_text_is_read_without_an_error(text: str) -> None:
    assert all(amount.low <= amount.high for amount in read_amounts(text))
    assert (find_email(text), find_phone(text), read_name(text)) == (None, None, None)
    assert read_date(text, TODAY) in {None, date(2015, 1, 1)}


@pytest.mark.parametrize(
    ("typed", "when"),
    [
        ("2015", date(2015, 1, 1)),
        ("in business since 2015", date(2015, 1, 1)),
        ("since March 2015", date(2015, 3, 1)),
        ("3/4/2021", date(2021, 3, 4)),
        ("2021-03-04", date(2021, 3, 4)),
        ("March 5, 2019", date(2019, 3, 5)),
        ("May 2020 with 40 agents", date(2020, 5, 1)),
        ("the 2nd office opened in March 2019", date(2019, 3, 1)),
        ("Q3 2019", date(2019, 1, 1)),
        ("10 years ago", date(2016, 11, 22)),
        ("twelve years", date(2014, 11, 22)),
        ("10+ years", date(2016, 11, 22)),
        ("2 yrs", date(2024, 11, 22)),
        ("a couple of years", date(2024, 11, 22)),
        ("over a decade", date(2016, 11, 22)),
        ("since the 90s", date(1990, 1, 1)),
        ("the early 2000s", date(2000, 1, 1)),
        ("last year", date(2025, 11, 22)),
        ("May", date(2026, 5, 1)),
        ("we may need it", None),
        ("I sat down", None),
        ("we have 40 agents", None),
        ("no idea", None),
        ("", None),
    ],
)
def test_dates_and_spans_of_time_are_read(typed: str, when: date | None) -> None:
    assert read_date(typed, TODAY) == when


@pytest.mark.parametrize("typed", ["2031", "since 2030", "next year", "12/2027", "Dec 31 2030", "tomorrow", "1/1/27"])
def test_a_date_in_the_future_is_known_as_one(typed: str) -> None:
    found = read_date(typed, TODAY)
    assert found is not None and found > TODAY


@given(st.dates(date(1950, 1, 1), date(2099, 12, 31)), st.sampled_from(["%B %d, %Y", "%m/%d/%Y", "%Y-%m-%d"]))
def test_a_printed_date_is_read_back(when: date, how: str) -> None:
    assert read_date(f"since {when.strftime(how)}", TODAY) == when
    assert read_year(f"it was {when.year}", TODAY) == when.year


@given(st.integers(1, 100))
def test_years_are_counted_back_from_today(years: int) -> None:
    found = read_date(f"{years} years", TODAY)
    assert found is not None and abs(found - TODAY + timedelta(days=365.2425 * years)) < timedelta(days=2)


USERS = st.from_regex(r"[a-z0-9]{1,9}([._+-][a-z0-9]{1,9}){0,3}", fullmatch=True)
DOMAINS = st.sampled_from(["example.com", "mail.example.org", "acme-bpo.net", "example.co.uk"])
SENTENCES = st.sampled_from(["{}", "it's {}.", "Dee <{}>, 40 agents", "e-mail: {}, or call", "you can use {}!", "({})"])


@given(USERS, DOMAINS, SENTENCES)
def test_an_address_inside_a_sentence_is_found(user: str, domain: str, sentence: str) -> None:
    text = sentence.format(f"{user}@{domain}")
    assert find_email(text) == f"{user}@{domain}"
    assert email_problem(text) is None


def test_the_domain_of_an_address_is_written_small() -> None:
    assert find_email("Dee.Alvarez@Example.COM") == "Dee.Alvarez@example.com"


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("dee at example.com", EmailProblem.NO_AT_SIGN),
        ("dee (at) example dot com", EmailProblem.NO_AT_SIGN),
        ("dee.example.com", EmailProblem.NO_AT_SIGN),
        ("dee@", EmailProblem.INCOMPLETE),
        ("@example.com", EmailProblem.INCOMPLETE),
        ("dee@example", EmailProblem.INCOMPLETE),
        ("dee@example.", EmailProblem.INCOMPLETE),
        ("dee @example.com", EmailProblem.INCOMPLETE),
        ("dee@@example.com", EmailProblem.MALFORMED),
        ("dee..a@example.com", EmailProblem.MALFORMED),
        ("dee@exam_ple.com", EmailProblem.MALFORMED),
        ("d" * 65 + "@example.com", EmailProblem.MALFORMED),
        ("no thanks", None),
        ("I am at home", None),
        ("202-555-0142", None),
        ("", None),
    ],
)
def test_it_is_told_what_is_wrong_with_an_address(typed: str, problem: EmailProblem | None) -> None:
    assert find_email(typed) is None
    assert email_problem(typed) == problem


@pytest.mark.parametrize(
    ("typed", "phone"),
    [
        ("202-555-0142", "(202) 555-0142"),
        ("2025550142", "(202) 555-0142"),
        ("call 202.555.0142 please", "(202) 555-0142"),
        ("+1 202 555 0142", "(202) 555-0142"),
        ("Dee, dee@example.com, 1 (202) 555-0142.", "(202) 555-0142"),
        ("202-555-0142 x12", "(202) 555-0142 ext. 12"),
        ("12345 or 202-555-0142", "(202) 555-0142"),
        ("+44 20 7946 0958", "+44 20 7946 0958"),
        ("+63 917 555 1234", "+63 917 555 1234"),
    ],
)
def test_a_phone_is_written_as_people_read_it(typed: str, phone: str) -> None:
    assert find_phone(typed) == phone
    assert phone_problem(typed) is None


@given(st.sampled_from([202, 559, 213, 800]), st.integers(100, 199), SENTENCES)
def test_the_numbers_reserved_for_examples_are_accepted(area: int, line: int, sentence: str) -> None:
    assert find_phone(sentence.format(f"{area}-555-0{line}")) == f"({area}) 555-0{line}"


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("202-555-01A2", PhoneProblem.LETTERS),
        ("my cell: 202 555 O142", PhoneProblem.LETTERS),
        ("555-CALL", PhoneProblem.LETTERS),
        ("12345", PhoneProblem.TOO_SHORT),
        ("it is 202-555-014", PhoneProblem.TOO_SHORT),
        ("555-0142", PhoneProblem.TOO_SHORT),
        ("911", PhoneProblem.TOO_SHORT),
        ("20255501420142014", PhoneProblem.TOO_LONG),
        ("2" * 20, PhoneProblem.TOO_LONG),
        ("555-555-5555", PhoneProblem.NOT_IN_USE),
        ("123-456-7890", PhoneProblem.NOT_IN_USE),
        ("+999 123 456 789", PhoneProblem.NOT_IN_USE),
        ("no thanks", None),
        ("extension 4000", None),
        ("dee45678@example.com", None),
        ("", None),
    ],
)
def test_it_is_told_what_is_wrong_with_a_phone(typed: str, problem: PhoneProblem | None) -> None:
    assert find_phone(typed) is None
    assert phone_problem(typed) == problem


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Dee", "Dee"),
        ("I'm Dee Alvarez", "Dee Alvarez"),
        ("i’m dee alvarez.", "dee alvarez"),
        ("this is Dee from Acme", "Dee"),
        ("My name is Dee, I run a call center", "Dee"),
        ("Hi there, my name's Dee and my phone is 202-555-0142", "Dee"),
        ("Dee Alvarez <dee@example.com>", "Dee Alvarez"),
        ("Dee Alvarez, dee@example.com, 202-555-0142", "Dee Alvarez"),
        ("Yes, it's Dee", "Dee"),
        ('"Hi, I am Dee"', "Dee"),
        ("José Ñuñez", "José Ñuñez"),
        ("李小龍", "李小龍"),
        ("We're Acme BPO LLC", "Acme BPO LLC"),
        ("company name: Acme, Inc.", "Acme, Inc"),
        ("our company is called Acme", "Acme"),
        ("I'm with Acme", "Acme"),
        ("O'Brien & Sons", "O'Brien & Sons"),
        ("St. Mary's Call Center", "St. Mary's Call Center"),
        ("3M", "3M"),
        ("Hello Direct", "Hello Direct"),
        ("Calls from Home LLC", "Calls from Home LLC"),
        ("x" * LONGEST_NAME, "x" * LONGEST_NAME),
    ],
)
def test_a_name_is_read_out_of_an_answer(typed: str, name: str) -> None:
    assert read_name(typed) == name


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", NameProblem.EMPTY),
        ("  \n ", NameProblem.EMPTY),
        ("I'm", NameProblem.EMPTY),
        ("dee@example.com", NameProblem.EMPTY),
        ("<b>Dee</b>", NameProblem.MARKUP),
        ("I'm <script>alert(1)</script>", NameProblem.MARKUP),
        ("&lt;b&gt;Dee", NameProblem.MARKUP),
        ("12345", NameProblem.NO_LETTERS),
        ("👍", NameProblem.NO_LETTERS),
        ("x" * (LONGEST_NAME + 1), NameProblem.TOO_LONG),
    ],
)
def test_what_is_no_name_is_refused_with_its_reason(typed: str, problem: NameProblem) -> None:
    assert read_name(typed) is None
    assert name_problem(typed) == problem


@given(st.text(), st.sampled_from(["b", "script", "img src=x", "/p"]), st.text())
def test_a_name_never_holds_markup(before: str, tag: str, after: str) -> None:
    name = read_name(f"{before}<{tag}>{after}")
    assert name is None or not {"<", ">"} & set(name)

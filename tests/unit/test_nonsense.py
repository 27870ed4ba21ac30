"""What is no answer never enters a form: each kind of nonsense at each kind of question, by real form turns."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.forms.asking import QUOTE
from actions.forms.filling import Filling
from actions.forms.judging import no_description, no_name, pasted
from actions.forms.said import Said, Value
from actions.forms.turn import go_on
from knowledge.base import KnowledgeBase
from understanding.text.questions import begins_asking

NOW = 1_795_000_000.0
TODAY = date(2026, 11, 22)
COUNTS = ("headcount", "call_volume")
NUMBERS = (*COUNTS, "revenue")
CHOSEN = ("client_money", "premises")
WORDS = ("industry", "name")
ALL = (*NUMBERS, *CHOSEN, *WORDS, "services_it", "state", "reach")
BUT_FREE_TEXT = tuple(field for field in ALL if field != "services_it")

MAIL = """From: Carol Vance <carol.vance@example.org>
Sent: Tuesday, March 3
To: Bob Pruitt
Subject: renewal

Bob, please send the 40 certificates.
{}"""

# Kind -> what is typed, the questions it is no answer to, and the intent it is read as.
KINDS: dict[str, tuple[list[str], tuple[str, ...], str]] = {
    "a demand": (
        ["promise me the price won't go up", "guarantee us the lowest rate", "give me a discount first",
         "swear to me you will not raise it", "send me the form and stop asking"],
        ALL, "inform",
    ),
    "said to the guide": (
        ["your bot is terrible", "you keep repeating yourself", "you are no help at all", "what you say makes no sense",
         "YOUR QUESTIONS ARE STUPID"],
        ALL, "nlu_fallback",
    ),
    "a complaint": (
        ["this is the worst chat ever", "I hate these forms, I really do", "that was rude of you"], ALL, "complain",
    ),
    "a program's nothing": (["null", "NULL", "undefined", "NaN", "nul"], ALL, "inform"),
    "a link": (
        ["https://example.com/about", "www.example.org", "see http://example.net/x?y=40", "acme-plumbing.com"],
        ALL, "inform",
    ),
    "signs alone": (["🙂", "👍👍👍", "🔥 🔥", "?!?!", "...", "🤷‍♀️"], ALL, "inform"),
    "a novel": (["so " * 1000, "x" * 3000, "we did this and that, and then " * 100], ALL, "inform"),
    "somebody's mail": (
        [MAIL.format(""), MAIL.format("Regards,\nCarol\n415-555-0123"),
         "Hi Bob,\nall 12 are set.\n\nBest regards,\nCarol",
         "Dear team,\nplease call Ann.\n\nSincerely,\nJ. Ortiz"],
        ALL, "inform",
    ),
    "a card number": (
        ["4111 1111 1111 1111", "4111111111111111", "5500-0000-0000-0004", "3782 822463 10005",
         "card 4111 1111 1111 1111"],
        ALL, "inform",
    ),
    "a mistyped card number": (["4111 1111 1111 1112", "4111-1111-1111-1113"], (*COUNTS, "revenue", "state"), "inform"),
    "a social security number": (["my ssn is 536-22-1234", "SSN 219-09-9999"], ALL, "inform"),
    "a date": (
        ["5/5", "12/1", "11/29/2026", "2026-11-29", "March 5, 2021", "3 May", "11/2026", "Dec 1st", "6/30/25"],
        BUT_FREE_TEXT, "inform",
    ),
    "a time": (["3:30 pm", "9 to 5", "24/7", "8am"], (*NUMBERS, "premises", "state", "reach", "name"), "inform"),
    "keys struck at random": (
        ["asdfghjkl", "hjklhjkl", "zzzzzzz", "qwrtpsdf", "xxxxx xxxxx"], ALL, "nlu_fallback",
    ),
    "a question": (
        ["what is a deductible?", "does it cover floods?", "how long does this take?", "who are you"], ALL, "ask_term",
    ),
    "a share": (["80%", "half percent", "100 percent", "about 30 %"], NUMBERS, "inform"),
    "below zero": (["-5", "minus three", "-$200", "negative 12"], NUMBERS, "inform"),
    "a span of time": (["5 years", "12 months", "40 hours", "two weeks", "10 yrs"], NUMBERS, "inform"),
    "other things": (["12 trucks", "3 vans", "two pickups", "40 beds", "9 trailers"], (*COUNTS, "revenue"), "inform"),
    "a vague number": (["lots", "a few", "a few hundred", "many", "quite some", "thousands"], NUMBERS, "inform"),
    "a place of several states": (
        ["Portland", "Kansas City", "Washington", "Vancouver", "Springfield", "Columbus", "Richmond", "in Portland",
         "portland", "Pasadena", "Glendale", "Salem", "Arlington", "Aurora"],
        ("state", *NUMBERS), "inform",
    ),
    "a place abroad": (
        ["Toronto", "Manila", "India", "London", "Canada", "Philippines"], ("state", *NUMBERS), "inform",
    ),
    "no place": (
        ["ok", "many", "or", "me", "in house", "12", "remote", "everywhere", "ten", "color"], ("state",), "inform",
    ),
    "markup": (["<b>apps</b>", "<script>alert(1)</script>", "<img src=x>"], ALL, "inform"),
    "code": (
        ["'; DROP TABLE users;--", "{{7*7}}", "SELECT * FROM t", "${jndi:ldap}"],
        ("name", *NUMBERS, *CHOSEN, "state", "reach"), "inform",
    ),
    "a garbled number": (
        ["4one5 555 0133", "415-555-01E3", "415 555", "202 555 0142 0142 01", "555-0142", "(000) 555-0142"],
        ("reach", "state", "name"), "inform",
    ),
    "a broken address": (
        ["lee@", "lee@firm", "@firm.com", "lee.firm.com", "lee@@firm.com"], ("reach", "name"), "inform",
    ),
    "a sentence": (
        ["we answer phones for plumbers", "the owner is out today", "not sure who that would be",
         "go back one step please",
         "someone will be there", "it depends on the day", "i would rather not", "they do payroll for us"],
        ("name", "reach", *NUMBERS, "state"), "inform",
    ),
    "numbers at odds": (
        ["we are 3 people, and our 12 employees are great", "5 agents here; our 30 staff work from home",
         "8 employees. Well, 20 workers"],
        ("headcount",), "inform",
    ),
    "a way without an address": (["by phone", "email is best", "just call", "text me"], ("reach",), "inform"),
    "yes or no": (["yes", "no", "yep", "nope"], ("name", "industry", "state", "reach"), "inform"),
}  # fmt: skip
# What else such words may tell, and rightly.
TOLD_RIGHTLY = {
    "other things": {"vehicles", "vehicle_count", "people_in_care"},
    "no place": {"premises"},
    "numbers at odds": {"premises"},
}
CASES = [
    (kind, text, field, intent)
    for kind, (texts, fields, intent) in KINDS.items()
    for text, field in product(texts, fields)
]


def message(text: str, intent: str) -> dict[str, Any]:
    return {
        "text": text,
        "intent": {"name": intent, "confidence": 0.85},
        "entities": [],
        "begins_asking": begins_asking(text),
    }


def waiting_for(field: str) -> Filling:
    """A quote request that waits for one answer and knows the trade; nothing else is known."""
    known = {} if field == "industry" else {"industry": Value("msp", "Managed service provider (MSP)")}
    if field == "call_volume":
        known = {"industry": Value("call_center", "Call center")}
    return Filling(QUOTE, known, (*known, field), field, at=NOW)


def test_there_are_enough_kinds_and_cases() -> None:
    assert len(KINDS) >= 20 and len(CASES) >= 400


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_no_nonsense_is_stored(kind: str, base: KnowledgeBase) -> None:
    wrong = []
    for _, text, field, intent in (case for case in CASES if case[0] == kind):
        before = waiting_for(field)
        turn = go_on(before, message(text, intent), base, NOW)
        stored = {
            name: each.shown
            for name, each in turn.filling.values.items()
            if name not in before.values and each.shown and name not in TOLD_RIGHTLY.get(kind, ())
        }
        if stored:
            wrong.append(f"{field}: {text[:50]!r} stored {stored}")
        if turn.filling.form and not turn.digression and turn.after is None:
            wrong.append(f"{field}: {text[:50]!r} is answered with nothing")
    assert not wrong, "\n".join(["", *wrong])


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("promise me the price won't go up", "a sentence"),
        ("null", "no value"),
        ("https://example.com", "a link"),
        ("4111 1111 1111 1111", "card number"),
    ],
)
def test_it_is_said_what_was_read(text: str, read_as: str, base: KnowledgeBase) -> None:
    turn = go_on(waiting_for("name"), message(text, "inform"), base, NOW)
    assert turn.after is not None and read_as in turn.after.lead


@pytest.mark.parametrize(
    "name",
    ["Dee", "dee alvarez", "Will Price", "Mark", "grace", "N Patel", "Acme, Inc", "We Care Home Health", "José Ñuñez",
     "O'Brien & Sons", "李小龍", "Studio 54", "Ng", "Jean-Luc de la Cruz", "The Home Depot", "priya"],
)  # fmt: skip
def test_a_name_is_no_nonsense(name: str, base: KnowledgeBase) -> None:
    turn = go_on(waiting_for("name"), message(name, "inform"), base, NOW)
    assert turn.filling.values["name"].shown == name


@pytest.mark.parametrize(
    "text",
    ["we answer phones for plumbers", "apps for banks", "99.9%", "managed networks 80%, projects 20%", "none", "never",
     "a bit of everything", "we give our clients advice when they call us", "1M/2M"],
)  # fmt: skip
def test_a_description_is_no_nonsense(text: str, base: KnowledgeBase) -> None:
    turn = go_on(waiting_for("services_it"), message(text, "inform"), base, NOW)
    assert turn.filling.values["services_it"].shown == text


LINKS = st.from_regex(r"https?://[a-z]{2,9}\.(com|org)(/[a-z0-9]{0,5})?", fullmatch=True)


@given(st.text(max_size=60), LINKS)
def test_a_text_around_a_link_is_no_name(text: str, link: str) -> None:
    said = Said(f"{text} {link}", "inform", TODAY)
    assert pasted(said.text) and no_name(text, said)


@settings(max_examples=100)
@given(text=st.text(max_size=200), field=st.sampled_from(ALL))
def test_any_text_leaves_a_form_that_goes_on(text: str, field: str, base: KnowledgeBase) -> None:
    turn = go_on(waiting_for(field), message(text, "nlu_fallback"), base, NOW)
    assert turn.filling.form is None or turn.after is not None or turn.digression


@given(st.text(max_size=200))
def test_a_judgement_is_a_reason_or_none(text: str) -> None:
    said = Said(text, "inform", TODAY)
    assert no_name(text, said) != "" and no_description(text) != ""

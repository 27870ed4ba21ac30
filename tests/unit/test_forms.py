"""What a message does to a form: values in any words, refusals with a reason, digressions, corrections, steering."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import us
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.answer import Answer, Status
from actions.contact import read_contact
from actions.forms import quoting
from actions.forms.asking import PLANS, QUOTE, RECOMMENDATION, heard_fields, progress
from actions.forms.fields import answer_to, mentioned
from actions.forms.filling import CONFIRM, SKIPPED, Did, Filling, Step
from actions.forms.names import LONGEST_NAME, read_name
from actions.forms.places import state_of
from actions.forms.said import LONGEST_ANSWER, Refusal, Said, Value
from actions.forms.steps import step
from actions.forms.turn import PAUSE, begin, go_on, opens, varied
from actions.forms.wishes import Heard, asks_why, restarts, wants_to_hear_it
from knowledge.base import KnowledgeBase
from knowledge.named import CONTACT
from knowledge.schema import Bounds, ProfileField
from understanding.question import Frame, Question
from understanding.text.questions import begins_asking

TODAY = date(2026, 11, 22)
NOW = 1_795_000_000.0
DAY = 24 * 3600.0


def message(text: str, intent: str = "inform", confidence: float = 0.9, **more: Any) -> dict[str, Any]:
    """Parse data as the guide has it; entities are given as state="NV" and the like."""
    entities = [{"entity": name, "value": value} for name, value in more.items() if isinstance(value, str)]
    given = {name: value for name, value in more.items() if not isinstance(value, str)}
    return {
        "text": text,
        "intent": {"name": intent, "confidence": confidence},
        "entities": entities,
        "begins_asking": begins_asking(text),
        **given,
    }


def unreadable(reason: str, text: str = "") -> dict[str, Any]:
    return message(text, "unreadable", 1.0, ask={"intent": "unreadable", "topic": reason})


def clicked(field: str, value: Any, shown: str = "", **more: Any) -> dict[str, Any]:
    chosen = {"field": field, "value": value, "shown": shown, **more}
    return message(shown, "inform", 1.0, ask={"intent": "inform", "form_value": chosen})


def every_field(base: KnowledgeBase) -> dict[str, ProfileField]:
    return {each.id: each for each in [*base.quote_fields(), *base.profile_fields()]}


def said(text: str, intent: str = "inform", confidence: float = 0.9, **more: Any) -> Said:
    return Said.of(message(text, intent, confidence, **more), TODAY)


KNOWN = {
    "industry": Value("msp", "Managed service provider (MSP)"),
    "headcount": Value([12.0, 12.0], "12"),
    "state": Value("NV", "Nevada"),
    "services_it": Value("networks", "networks"),
    "revenue": Value([2e6, 2e6], "$2,000,000"),
    "claims_history": Value("none", "none"),
    "name": Value("Dee", "Dee"),
    "reach": Value({"email": "dee@example.com"}, "dee@example.com"),
}


def quote(asks: str = "revenue") -> Filling:
    """A quote request of an MSP that waits for an answer; what is asked before is known."""
    order = [*KNOWN, CONFIRM]
    before = order[: order.index(asks)]
    asked = before if asks == CONFIRM else [*before, asks]
    return Filling(QUOTE, {name: KNOWN[name] for name in before}, tuple(asked), asks, at=NOW)


KNOWN_TRADE = {"industry": Value("msp", "Managed service provider (MSP)")}


def done(filling: Filling, base: KnowledgeBase, text: str, intent: str = "inform", *args: Any, **more: Any) -> Step:
    fields = PLANS[filling.form or ""].fields(filling, base)
    return step(filling, message(text, intent, *args, **more), fields, base, TODAY)


# --- answers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "text", "value", "shown"),
    [
        ("headcount", "12", [12, 12], "12"),
        ("headcount", "a dozen", [12, 12], "12"),
        ("headcount", "around forty or so", [40, 40], "40"),
        ("headcount", "10-15", [10, 15], "10 to 15"),
        ("headcount", "between ten and fifteen", [10, 15], "10 to 15"),
        ("headcount", "just me", [0, 0], "0"),
        ("headcount", "nobody yet", [0, 0], "0"),
        ("headcount", "we don't have any", [0, 0], "0"),
        ("call_volume", "20k", [20_000, 20_000], "20,000"),
        ("call_volume", "1.5m contacts", [1_500_000, 1_500_000], "1,500,000"),
        ("revenue", "$850k last year", [850_000, 850_000], "$850,000"),
        ("revenue", "2-3 million", [2e6, 3e6], "$2,000,000 to $3,000,000"),
        ("revenue", "none yet", [0, 0], "$0"),
        ("state", "NV", "NV", "Nevada"),
        ("state", "reno", "NV", "Nevada"),
        ("state", "89501", "NV", "Nevada"),
        ("client_money", "yes we do", True, "Yes"),
        ("client_money", "not really", False, "No"),
        ("contractors", "some", True, "Yes"),
        ("contractors", "two", True, "Yes"),
        ("contractors", "0", False, "No"),
        ("past_claims", "never", False, "No"),
        ("past_claims", "zero claims so far", False, "No"),
        ("past_claims", "not a single loss in ten years", False, "No"),
        ("contracts", "yes", "proof", "Yes, they ask for proof"),
        ("contracts", "nope", "none", "No, or no contracts"),
        ("contracts", "sometimes", "proof", "Yes, they ask for proof"),
        ("premises", "a small office downtown", "office", "In an office, shop or other place we rent"),
        ("premises", "everybody is remote", "home", "From home, no office"),
        ("premises", "no office", "home", "From home, no office"),
        ("vehicles", "two company trucks", "owned", "Company vehicles"),
        ("services_it", "  custom   software ", "custom software", "custom software"),
        ("uptime", "99.9%", "99.9%", "99.9%"),
        ("name", "I'm Dee Alvarez", "Dee Alvarez", "Dee Alvarez"),
        ("name", "please ask for Jen", "Jen", "Jen"),
        ("name", "N Patel", "N Patel", "N Patel"),
        ("reach", "call 202-555-0142", {"phone": "(202) 555-0142"}, "(202) 555-0142"),
        (
            "reach",
            "dee@example.com or 2025550142",
            {"email": "dee@example.com", "phone": "(202) 555-0142"},
            "dee@example.com, (202) 555-0142",
        ),
        ("industry", "a dental office", None, "a dental office"),
    ],
)
def test_an_answer_is_read_however_it_is_written(field, text, value, shown, base) -> None:
    assert answer_to(every_field(base)[field], said(text), base) == Value(value, shown)


@pytest.mark.parametrize(
    ("field", "text", "told"),
    [
        ("headcount", "-5", "below zero"),
        ("headcount", "minus three", "below zero"),
        ("headcount", "3.5", "whole number"),
        ("headcount", "10^12", "0 to 100,000 employees"),
        ("headcount", "loads", "I need a number"),
        ("headcount", "only me and my brother", "I need a number"),
        ("contracts", "okay scratch that", "choose one of these"),
        ("call_volume", "10^12 calls a day", "more than a billion"),
        ("call_volume", "80% outbound", "I need a number"),
        ("call_volume", "not many", "I need a number"),
        ("revenue", "lots", "I need an amount"),
        ("revenue", "30%", "I need an amount"),
        ("revenue", "10^14", "$100 billion"),
        ("revenue", "-$5k", "below zero"),
        ("state", "Philippines", "could not tell the state"),
        ("state", "ok", "could not tell the state"),
        ("state", "12", "could not tell the state"),
        ("client_money", "hard to say", "yes or no"),
        ("contractors", "I don't understand", "yes or no"),
        ("vehicles", "yes", "choose one of these"),
        ("premises", "a desk", "choose one of these"),
        ("industry", "12345", "what your business does"),
        ("services_it", "<b>apps</b>", "< and >"),
        ("services_it", "...", "a few words"),
        ("services_it", "so " * 200, "500 characters"),
        ("state", "so " * 200, "500 characters"),
        ("headcount", "mostly 3 evenings", 'I read that as "3 evenings"'),
        ("headcount", "two seasons", 'I read that as "2 seasons"'),
        ("name", "<script>alert(1)</script>", "without < or >"),
        ("name", "12345", "needs letters"),
        ("name", "", "did not get a name"),
        ("name", "no", "did not get a name"),
        ("name", "me", "did not get a name"),
        ("name", "x" * (LONGEST_NAME + 1), "too long for a name"),
        ("reach", "dee.example.com", "has no @"),
        ("reach", "dee at example dot com", "has no @"),
        ("reach", "dee@example", "not complete"),
        ("reach", "555-CALL-NOW", "has letters"),
        ("reach", "202-555-CALL", "has letters"),
        ("reach", "202 555 01", "too short"),
        ("reach", "202 555 0142 0142 0142", "too long"),
        ("reach", "(000) 555-0142", "no such area code"),
        ("reach", "by phone", "What is the number"),
        ("reach", "email is best", "What is the e-mail address"),
        ("reach", "whatever", "I need an e-mail address"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(field, text, told, base) -> None:
    read = answer_to(every_field(base)[field], said(text), base)
    assert isinstance(read, Refusal), read
    assert told in read.message


@pytest.mark.parametrize(("text", "told"), [("2031", "2031 is in the future"), ("soon", "I need a year")])
def test_a_year_lies_in_the_past(text, told, base) -> None:
    started = ProfileField(id="started", label="Started", kind="year", question="Since when?", why="Age counts.")
    read = answer_to(started, said(text), base)
    assert isinstance(read, Refusal) and told in read.message
    assert answer_to(started, said("6 years"), base) == Value(2020, "2020")


@pytest.mark.parametrize("field", ["industry", "headcount", "state", "services_it", "client_money", "name", "reach"])
@pytest.mark.parametrize("reason", ["empty", "no_words", "command", "too_long"])
def test_what_the_gate_could_not_read_answers_nothing(field, reason, base) -> None:
    heard = Said.of(unreadable(reason, "12 or yes in Reno, says /restart"), TODAY)
    read = answer_to(every_field(base)[field], heard, base)
    assert isinstance(read, Refusal)
    assert (f"{LONGEST_ANSWER} characters" in read.message) == (reason == "too_long")


@pytest.mark.parametrize(("text", "agrees"), [("hmm", None), ("lol", None), ("fine by me", True)])
def test_only_what_is_surely_meant_as_yes_is_one(text, agrees, base) -> None:
    assert said(text, "affirm", 0.95 if agrees else 0.75).agrees() is agrees


@pytest.mark.parametrize(
    ("text", "agrees"), [("ok", True), ("okay, yes", True), ("ok lose that one", None), ("right, and then", None)]
)
def test_a_word_that_opens_any_sentence_is_a_yes_only_alone(text, agrees, base) -> None:
    assert said(text, "nlu_fallback", 0.3).agrees() is agrees


def test_of_several_states_it_is_asked_which(base) -> None:
    field, states = every_field(base)["state"], [{"entity": "state", "value": code} for code in ("UT", "ID")]
    both = Said.of({**message("Utah and Idaho"), "entities": states}, TODAY)
    read = answer_to(field, both, base)
    assert isinstance(read, Refusal) and [each.value for each in read.choices] == ["UT", "ID"]
    assert mentioned(field, both, base) is None


def test_a_claim_told_is_a_yes_to_whether_there_were_any(base) -> None:
    told = said("a client took us to court in 2021", "report_claim")
    assert answer_to(every_field(base)["past_claims"], told, base) == Value(True, "Yes")
    assert isinstance(answer_to(every_field(base)["contractors"], told, base), Refusal)


@pytest.mark.parametrize(
    ("field", "text", "shown"),
    [
        ("headcount", "we're a dozen people doing payroll", "12"),
        ("headcount", "a team of 8", "8"),
        ("headcount", "we handle 500 calls", None),
        ("headcount", "12", None),
        ("state", "12 people in reno doing payroll", "Nevada"),
        ("state", "an MSP, 12 people, reno", "Nevada"),
        ("state", "we do it in house", None),
        ("contractors", "we use freelancers", "Yes"),
        ("contractors", "yes", None),
        ("contracts", "a bank client wants proof", "Yes, they ask for proof"),
        ("premises", "our office burned down", None),
        ("revenue", "about 2m in revenue", "$2,000,000"),
        ("revenue", "about 2m", None),
        ("reach", "it's dee@example.com by the way", "dee@example.com"),
        ("name", "I'm Dee", None),
    ],
)
def test_in_passing_the_words_must_tell_what_they_are_about(field, text, shown, base) -> None:
    read = mentioned(every_field(base)[field], said(text), base)
    assert (read.shown if read else None) == shown


# --- places -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("Nevada", "NV"), ("nv", "NV"), ("OK", "OK"), ("ok", None), ("okay", None), ("or", None), ("me", None),
        ("LA", None), ("many", None), ("money", None), ("40", None), ("32", None), ("only remote", None),
        ("Reno", "NV"), ("reno nv", "NV"), ("Reno and Sparks", "NV"), ("st. louis", "MO"), ("Portland", None),
        ("Portland, ME", "ME"), ("Kansas City", None), ("Kansas City, KS", "KS"), ("Springfield", None),
        ("bay area", "CA"), ("nyc", "NY"), ("Canada", None), ("89501", "NV"), ("tell me a joke", None), ("", None),
        ("Mass.", "MA"), ("N. Carolina", "NC"), ("Calif", "CA"), ("Tenn.", "TN"), ("Fla", "FL"), ("Wash.", "WA"),
        ("Conn", "CT"), ("So Cal", "CA"), ("W. Va.", "WV"), ("Penn", "PA"), ("Tex.", "TX"), ("State of Ohio", "OH"),
        ("Washington", None), ("Washington state", "WA"), ("Washington, D.C.", "DC"), ("Vancouver", None),
        ("Columbus", None), ("Portland Oregon", "OR"), ("India", None), ("color", None), ("ten", None),
    ],
)  # fmt: skip
def test_a_place_answers_where(answer, state) -> None:
    assert state_of(answer, whole=True) == state


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("we are in Fresno", "CA"), ("WE ARE IN FRESNO", "CA"), ("from phoenix", "AZ"), ("near Truckee", "CA"),
        ("agents in san jose taking calls", "CA"), ("an office in Las Vegas with 12", "NV"),
        ("in mobile app development", None), ("in many cases", None), ("in house", None), ("in media", None),
        ("we work at Kaiser", None), ("we sell, mobile, web", None), ("Reno", None), ("zip 89501", "NV"),
        ("20000 calls", None), ("our shop, Las Vegas", "NV"), ("in Kansas City, KS", "KS"),
    ],
)  # fmt: skip
def test_a_place_in_passing_is_one_that_words_place_something_in(text, state) -> None:
    assert state_of(text) == state


@given(st.text(max_size=60), st.booleans())
def test_no_text_breaks_the_search_for_a_place(text: str, whole: bool) -> None:
    state = state_of(text, whole)
    assert state is None or us.states.lookup(state, field="abbr") is not None


# --- what a message does ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "intent", "chance", "misses", "did"),
    [
        ("me the owner, am i in it", "ask_regulation", 0.6, 0, Did.DIGRESSED),
        ("me the owner, am i in it", "ask_regulation", 0.4, 0, Did.REFUSED),
        ("me the owner, am i in it", "ask_regulation", 0.4, 1, Did.DIGRESSED),  # not held to it twice
        ("somewhere out west", "out_of_scope", 0.9, 1, Did.REFUSED),
        ("out west", "ask_regulation", 0.9, 1, Did.REFUSED),  # a word or two are rather a try
        ("eh, drop the whole thing", "cancel", 0.4, 0, Did.STOPPED),
    ],
)
def test_what_no_question_can_take_is_answered_where_it_reads_as_something_else(
    text: str, intent: str, chance: float, misses: int, did: Did, base: KnowledgeBase
) -> None:
    alone = {"name": "nlu_fallback", "confidence": 0.3}
    waits = replace(quote("state"), misses=misses)
    assert done(waits, base, text, intent, chance, classified=alone).did is did


def test_a_question_is_no_answer_whichever_way_it_is_read_as_one(base: KnowledgeBase) -> None:
    alone = {"name": "inform", "confidence": 0.7}
    asked = Filling(RECOMMENDATION, {"industry": KNOWN["industry"]}, ("premises",), "premises", at=NOW)
    assert done(asked, base, "and our own?", "ask_need", 0.4, classified=alone).did is Did.DIGRESSED
    assert done(asked, base, "our own building?", "inform", 0.7, classified=alone).did is Did.TOLD


def test_actually_puts_right_the_only_number_told(base: KnowledgeBase) -> None:
    told = {name: KNOWN[name] for name in ("industry", "headcount")}
    started = Filling(RECOMMENDATION, told, ("premises",), "premises", at=NOW)
    assert done(started, base, "actually 11, hired 3 last week", "ask_service", 0.4).filling.facts()["headcount"] == [
        11,
        11,
    ]


def test_vehicles_that_are_counted_are_the_firms_own(base: KnowledgeBase) -> None:
    began = begin(RECOMMENDATION, None, message("framing crew, 5 guys, 3 trucks", "ask_recommendation"), base, NOW)
    assert began.filling.facts()["vehicles"] == "owned"


@pytest.mark.parametrize(
    ("asks", "text", "intent", "confidence", "did"),
    [
        # digressions
        ("revenue", "what is a deductible?", "ask_term", 0.95, Did.DIGRESSED),
        ("revenue", "does GL cover a breach", "ask_coverage", 0.95, Did.DIGRESSED),
        ("name", "retroactive date meaning", "ask_term", 0.9, Did.DIGRESSED),
        ("services_it", "lovely, how do I get insured", "get_quote", 0.8, Did.DIGRESSED),
        ("services_it", "they want D&O now. who asks for that", "nlu_fallback", 0.3, Did.DIGRESSED),
        ("services_it", "we install printers, which we lease", "inform", 0.9, Did.TOLD),
        ("services_it", "555-0142, area 530", "agency_phone", 0.8, Did.REFUSED),
        ("services_it", "hold on what does claims made mean", "ask_term", 0.9, Did.DIGRESSED),
        ("services_it", "tell me a joke", "out_of_scope", 0.9, Did.DIGRESSED),
        ("services_it", "hablas español?", "other_language", 0.9, Did.DIGRESSED),
        ("services_it", "is this deductible", "ask_tax_advice", 0.9, Did.DIGRESSED),
        ("name", "thanks", "thank", 0.99, Did.DIGRESSED),
        (CONFIRM, "what happens next?", "ask_how_to_buy", 0.5, Did.DIGRESSED),
        # a person, a claim
        ("services_it", "talk to a person", "talk_to_agent", 0.97, Did.DIGRESSED),
        ("services_it", "agent", "talk_to_agent", 0.94, Did.DIGRESSED),
        ("services_it", "we transfer callers to a person", "talk_to_agent", 0.95, Did.TOLD),
        ("services_it", "we were just hacked", "report_claim", 0.93, Did.DIGRESSED),
        ("services_it", "incident response for breached companies", "report_claim", 0.84, Did.TOLD),
        ("claims_history", "a client sued us in 2021", "report_claim", 0.9, Did.TOLD),
        ("claims_history", "two complaints", "complain", 0.85, Did.TOLD),
        ("claims_history", "this is annoying", "complain", 0.94, Did.DIGRESSED),
        ("reach", "call me at 202-555-0142", "talk_to_agent", 0.98, Did.TOLD),
        ("reach", "by phone", "talk_to_agent", 0.92, Did.REFUSED),
        ("reach", "have someone call me", "talk_to_agent", 0.99, Did.DIGRESSED),
        ("reach", "will@price.example", "get_quote", 0.72, Did.TOLD),
        ("name", "call me Sam", "talk_to_agent", 0.9, Did.TOLD),
        ("name", "Will Price", "get_quote", 0.79, Did.TOLD),
        # answers that only look like something else
        ("services_it", "MSA with limitation of liability", "ask_legal_advice", 0.78, Did.TOLD),
        ("services_it", "legal intake, about 20 or so?", "inform", 0.6, Did.TOLD),
        ("revenue", "maybe 2m?", "ask_cost", 0.7, Did.TOLD),
        ("revenue", "purple monkey dishwasher", "out_of_scope", 0.64, Did.REFUSED),
        ("state", "all over", "goodbye", 0.65, Did.REFUSED),
        # steering, whatever the classifier makes of the usual words
        ("revenue", "nvm", "nlu_fallback", 0.35, Did.STOPPED),
        ("revenue", "no thanks, stop", "nlu_fallback", 0.35, Did.STOPPED),
        ("name", "exit", "goodbye", 0.52, Did.STOPPED),
        (CONFIRM, "no dont send it", "deny", 0.9, Did.STOPPED),
        ("revenue", "n/a", "follow_up", 0.67, Did.SKIPPED),
        ("services_it", "okay, next", "inform", 0.6, Did.SKIPPED),
        ("services_it", "i don't know", "skip", 0.4, Did.SKIPPED),
        ("services_it", "none of your business", "skip", 0.5, Did.SKIPPED),
        ("revenue", "ask my accountant", "skip", 0.55, Did.SKIPPED),
        ("headcount", "we don't keep any", "skip", 0.75, Did.TOLD),
        ("headcount", "3.5", "skip", 0.5, Did.REFUSED),
        (CONFIRM, "skip", "skip", 0.93, Did.WENT_BACK),
        ("revenue", "back", "nlu_fallback", 0.35, Did.WENT_BACK),
        ("services_it", "ok", "affirm", 0.99, Did.WENT_BACK),
        ("revenue", "where were we", "report_claim", 0.75, Did.WENT_BACK),
        ("revenue", "how many more questions?", "ask_cost_factors", 0.4, Did.ASKED_HOW_LONG),
        ("services_it", "and how long is this going to take", "ask_how_to_buy", 0.4, Did.ASKED_HOW_LONG),
        ("headcount", "is that the last one?", "ask_why", 0.4, Did.ASKED_HOW_LONG),
        ("revenue", "I want a quote", "get_quote", 0.98, Did.WANTS_QUOTE),
        ("revenue", "how do I get a quote?", "get_quote", 0.98, Did.DIGRESSED),
        # why
        ("revenue", "why do you ask?", "ask_why", 0.99, Did.ASKED_WHY),
        ("revenue", "why?", "ask_why", 0.99, Did.ASKED_WHY),
        ("revenue", "what for", "ask_policy", 0.8, Did.ASKED_WHY),
        ("revenue", "why are you asking me this", "complain", 0.71, Did.ASKED_WHY),
        ("revenue", "is that necessary?", "ask_need", 0.94, Did.ASKED_WHY),
        ("revenue", "huh?", "simpler", 0.6, Did.ASKED_WHY),
        (CONFIRM, "why do you need all this", "ask_why", 0.9, Did.ASKED_WHY),
        # the summary
        (CONFIRM, "yes", "affirm", 0.99, Did.CONFIRMED),
        (CONFIRM, "all good, send it please", "nlu_fallback", 0.35, Did.CONFIRMED),
        (CONFIRM, "that works for me", "affirm", 0.9, Did.CONFIRMED),
        (CONFIRM, "hmm", "affirm", 0.75, Did.DIGRESSED),
        (CONFIRM, "send me a certificate", "ask_proof", 0.8, Did.DIGRESSED),
        (CONFIRM, "no", "deny", 0.99, Did.WANTS_CHANGE),
        (CONFIRM, "tell more first", "ask_more", 0.8, Did.WANTS_MORE),
    ],
)
def test_what_a_message_does(asks, text, intent, confidence, did, base) -> None:
    before = quote(asks)
    taken = done(before, base, text, intent, confidence)
    assert taken.did is did
    kept = {name: value for name, value in taken.filling.values.items() if name != asks}
    assert kept == before.values


def test_why_is_about_the_answer_to_a_question_just_asked(base) -> None:
    aside = done(quote(), base, "does GL cover that?", "ask_coverage").filling
    assert aside.aside
    assert done(aside, base, "why?", "ask_why").did is Did.DIGRESSED
    assert done(aside, base, "why do you ask?", "ask_why").did is Did.ASKED_WHY
    assert done(aside, base, "say that again", "repeat").did is Did.DIGRESSED
    assert not done(aside, base, "2m").filling.aside


def test_why_a_policy_is_needed_is_not_about_the_form(base) -> None:
    assert done(quote(), base, "why do I need this cyber thing", "ask_need", policy="cyber").did is Did.DIGRESSED


def test_a_claim_in_the_middle_is_noted_and_the_form_waits(base) -> None:
    taken = done(quote("claims_history"), base, "help, we were just hacked", "report_claim")
    assert (taken.did, taken.interrupted, taken.told) == (Did.DIGRESSED, True, ("claims_history",))
    turn = go_on(quote("claims_history"), message("help, we were just hacked", "report_claim"), base, NOW)
    assert turn.digression and turn.after is None
    assert go_on(turn.filling, message("ok, continue", "ask_more"), base, NOW).filling.asking == "name"


def test_a_button_of_another_answer_is_no_answer_to_the_form(base) -> None:
    asked = message("Talk to a licensed agent", "talk_to_agent", 1.0, ask={"intent": "talk_to_agent"})
    fields = PLANS[QUOTE].fields(quote(), base)
    assert step(quote("services_it"), asked, fields, base, TODAY).did is Did.DIGRESSED


def test_buttons_of_the_form_answer_it(base) -> None:
    filling = quote("headcount")
    fields = PLANS[QUOTE].fields(filling, base)
    taken = step(filling, clicked("headcount", None), fields, base, TODAY)
    assert (taken.did, taken.filling.values["headcount"]) == (Did.TOLD, SKIPPED)
    taken = step(quote(CONFIRM), clicked("state", None, again=True), fields, base, TODAY)
    assert (taken.did, taken.filling.asking) == (Did.WENT_BACK, "state")
    assert step(quote(CONFIRM), clicked(CONFIRM, "confirmed"), fields, base, TODAY).did is Did.CONFIRMED


# --- corrections ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asks", "text", "intent", "more", "field", "shown"),
    [
        ("revenue", "change headcount to 20", "inform", {}, "headcount", "20"),
        ("revenue", "actually we're 15 people", "correct", {}, "headcount", "15"),
        ("revenue", "sorry, we're in Texas", "correct", {"state": "TX"}, "state", "Texas"),
        ("claims_history", "I said 2m but I meant 3m", "correct", {}, "revenue", "$3,000,000"),
        ("claims_history", "make that 3m", "correct", {}, "revenue", "$3,000,000"),
        ("claims_history", "no wait, 3m", "correct", {}, "revenue", "$3,000,000"),
        ("claims_history", "not 2m, 3m", "correct", {}, "revenue", "$3,000,000"),
        ("claims_history", "I meant 13, not 12", "correct", {}, "headcount", "13"),
        (CONFIRM, "change the number of employees to 15", "inform", {}, "headcount", "15"),
        (CONFIRM, "employees should be 15, not 12", "inform", {}, "headcount", "15"),
        (CONFIRM, "the state should be Texas", "inform", {"state": "TX"}, "state", "Texas"),
        (CONFIRM, "name: Ann Lee", "inform", {}, "name", "Ann Lee"),
        (CONFIRM, "the name is spelled Ann Leigh", "correct", {}, "name", "Ann Leigh"),
        (CONFIRM, "services: cloud only", "inform", {}, "services_it", "cloud only"),
        (CONFIRM, "my e-mail is ann@lee.example", "inform", {}, "reach", "ann@lee.example"),
        (CONFIRM, "yes but it's 202-555-0142", "affirm", {}, "reach", "dee@example.com, (202) 555-0142"),
        (CONFIRM, "use the email rather than the phone", "correct", {}, "reach", "dee@example.com, e-mail preferred"),
    ],
)
def test_a_correction_changes_what_it_is_about(asks, text, intent, more, field, shown, base) -> None:
    taken = done(quote(asks), base, text, intent, 0.9, **more)
    assert (taken.did, taken.told) == (Did.TOLD, (field,))
    assert taken.filling.values[field].shown == shown
    assert taken.filling.asking == asks


@pytest.mark.parametrize(
    ("text", "intent", "asks"),
    [
        ("the state is wrong", "correct", "state"),
        ("change the services please", "inform", "services_it"),
        ("can i go back to employees?", "go_back", "headcount"),
        ("employees", "inform", "headcount"),
    ],
)
def test_a_field_named_is_asked_again_and_keeps_its_value(text, intent, asks, base) -> None:
    taken = done(quote(CONFIRM), base, text, intent)
    assert (taken.did, taken.filling.asking) == (Did.WENT_BACK, asks)
    assert taken.filling.values == quote(CONFIRM).values


def test_a_correction_that_cannot_be_read_is_refused_and_asked_for(base) -> None:
    taken = done(quote(CONFIRM), base, "change headcount to lots", "inform")
    assert (taken.did, taken.filling.asking) == (Did.REFUSED, "headcount")
    assert "I need a number" in taken.refusal


def test_back_goes_one_question_further_each_time(base) -> None:
    filling, seen = quote("services_it"), []
    for _ in range(5):
        filling = done(filling, base, "back", "go_back").filling
        seen.append(filling.asking)
    assert seen == ["state", "headcount", "industry", "industry", "industry"]
    assert filling.values == quote("services_it").values
    assert done(quote(CONFIRM), base, "back", "go_back").filling.asking == "reach"


@pytest.mark.parametrize("text", ["keep it", "same", "continue", "that's right"])
def test_what_was_known_can_be_kept(text, base) -> None:
    back = done(quote("state"), base, "back", "go_back").filling
    turn = go_on(back, message(text, "nlu_fallback", 0.35), base, NOW)
    assert turn.filling.values["headcount"].shown == "12"
    assert turn.filling.asking == "state"


def test_nothing_is_changed_in_passing_without_a_cue(base) -> None:
    filling = replace(quote("services_it"))
    taken = done(filling, base, "support for 30 people in Texas", "inform", 0.9, state="TX")
    assert taken.filling.values["headcount"].shown == "12"
    assert taken.filling.values["services_it"].shown == "support for 30 people in Texas"


@pytest.mark.parametrize(
    ("text", "headcount", "revenue"),
    [
        ("9 welders, 2.3m revenue", "9", "$2,300,000"),
        ("fourteen of them and revenue is 640k", "14", "$640,000"),
    ],
)
def test_a_number_beside_another_answers_what_was_asked(text, headcount, revenue, base) -> None:
    told = done(quote("headcount"), base, text).filling.values
    assert (told["headcount"].shown, told["revenue"].shown) == (headcount, revenue)


def test_the_number_of_another_thing_answers_nothing_else(base) -> None:
    assert done(quote("headcount"), base, "revenue is 640k").told == ("revenue",)


def test_a_no_that_goes_on_to_say_what_is_meant_is_no_zero(base) -> None:
    text = "no i mean the van that hit us, how is he going to pay for all of it"
    assert done(quote("headcount"), base, text).did is not Did.TOLD
    assert done(quote("headcount"), base, "no, none yet").filling.values["headcount"].shown == "0"


def test_what_is_put_right_after_an_aside_is_about_the_aside(base) -> None:
    asked = replace(quote("services_it"), aside=True)
    assert done(asked, base, "no not our own roof, the neighbor's roof that we fixed").did is Did.DIGRESSED
    assert done(asked, base, "mostly network support").did is Did.TOLD


def test_an_incident_told_where_the_trade_is_asked_is_no_trade(base) -> None:
    text, happened = "a pipe burst and soaked the shop below us", {"exposure": "water_damage", "happened": True}
    assert done(quote("industry"), base, text, question=happened).did is Did.DIGRESSED
    assert done(quote("industry"), base, "we tune and restore harps", question={}).did is Did.TOLD
    asked = {"question": {"topic": "need_contractors"}, "intent": {"name": "ask_need", "confidence": 0.55}}
    assert done(quote("industry"), base, "well they are freelancers, all of them", **asked).did is Did.DIGRESSED


def test_one_message_may_answer_several_questions(base) -> None:
    start = Filling(RECOMMENDATION, {}, ("industry",), "industry", at=NOW)
    trade = {"id": "bpo_finance_accounting", "nearest": 0.7}
    told = message("a dozen people in Reno doing payroll, we use freelancers, a bank client wants proof", trade=trade)
    taken = step(start, told, base.profile_fields(), base, TODAY)
    assert {name: value.shown for name, value in taken.filling.values.items()} == {
        "industry": "Finance and accounting outsourcer",
        "headcount": "12",
        "state": "Nevada",
        "contractors": "Yes",
        "contracts": "Yes, they ask for proof",
    }


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("we've 50 agents, sorry I meant 15", "15"),
        ("40 people, oh wait, make that 14", "14"),
        ("a staff of 9... no, 11", "11"),
        ("12 employees, actually 13", "13"),
        ("we have 20 people, no contractors", "20"),
    ],
)
def test_a_slip_is_put_right_in_the_same_message(text, shown, base) -> None:
    assert done(quote("headcount"), base, text).filling.values["headcount"].shown == shown


@pytest.mark.parametrize(
    ("text", "value", "shown"),
    [
        ("300 calls a day", [9000, 9000], "about 9,000 (300 a day)"),
        ("roughly 1200 per week", [5200, 5200], "about 5,200 (1,200 a week)"),
        ("5,000 chats and calls daily", [150000, 150000], "about 150,000 (5,000 a day)"),
        ("9000", [9000, 9000], "9,000"),
        ("9000 a month", [9000, 9000], "9,000"),
    ],
)
def test_what_is_told_by_the_day_is_counted_by_the_month(text, value, shown, base) -> None:
    read = answer_to(every_field(base)["call_volume"], said(text), base)
    assert read == Value(value, shown)


@pytest.mark.parametrize(
    ("text", "value", "shown"),
    [
        ("20k a month", [240_000, 240_000], "about $240,000 ($20,000 a month)"),
        ("half a million a quarter", [2e6, 2e6], "about $2,000,000 ($500,000 a quarter)"),
        ("$400 a day", [144_000, 144_000], "about $144,000 ($400 a day)"),
        ("$850k last year", [850_000, 850_000], "$850,000"),
        ("2 mil annually", [2e6, 2e6], "$2,000,000"),
    ],
)
def test_money_is_counted_by_the_year(text, value, shown, base) -> None:
    assert answer_to(every_field(base)["payroll"], said(text), base) == Value(value, shown)


def test_every_value_taken_is_echoed_once_in_the_next_message(base) -> None:
    turn = go_on(quote("headcount"), message("12"), base, NOW)
    assert text_of(turn.after).startswith("Noted: 12 employees.")
    turn = go_on(turn.filling, message("NV"), base, NOW)
    assert text_of(turn.after).startswith("Noted: Nevada.")
    assert "12 employees" not in text_of(turn.after)


def test_a_place_of_several_states_is_asked_about_with_choices(base) -> None:
    turn = go_on(quote("state"), message("Portland"), base, NOW)
    assert "Oregon, Maine or Texas" in text_of(turn.after)
    assert [each.title for each in turn.after.buttons][:2] == ["Oregon", "Maine"]
    assert "state" not in turn.filling.values


def test_numbers_at_odds_are_asked_about_in_one_sentence(base) -> None:
    turn = go_on(quote("headcount"), message("we are 3 people, and our 12 employees are great"), base, NOW)
    assert "You told me 3 and 12: which number is right in all?" in text_of(turn.after)
    later = go_on(quote("claims_history"), message("none"), base, NOW)
    assert later.filling.values["headcount"].shown == "12"
    doubt = go_on(quote("state"), message("our 30 employees are all over"), base, NOW)
    assert "Before, you told me 12, and now 30" in text_of(doubt.after)
    assert doubt.filling.asking == "headcount" and doubt.filling.values["headcount"].shown == "12"


@pytest.mark.parametrize(
    ("text", "name", "reach"),
    [
        ("call Lee at 415-555-0133 after 3", "Lee", "(415) 555-0133, after 3 pm"),
        ("you can reach Lee at lee(at)firm.com", "Lee", "lee@firm.com"),
    ],
)
def test_contact_is_taken_at_any_question_of_a_request(text, name, reach, base) -> None:
    filling = go_on(quote("revenue"), message(text), base, NOW).filling
    assert (filling.values["name"].shown, filling.values["reach"].shown) == (name, reach)
    assert filling.asking == "revenue"


@pytest.mark.parametrize(
    ("text", "intent", "begins"),
    [("quote for my kennel", "ask_how_to_buy", True), ("gather for my kennel", "ask_how_to_buy", False)],
)
def test_a_quote_as_likely_as_what_was_decided_begins_one(text, intent, begins, base) -> None:
    said = message(text, intent, 0.6, candidates=[[intent, 0.6], ["intent:get_quote", 0.5]])
    found = opens(Question(text, intent, "buy_steps", 0.6), Answer(Status.ANSWERED, intent, "So."), said, base, NOW)
    assert (found == QUOTE) is begins


def test_why_that_one_is_about_the_list_and_not_the_form() -> None:
    assert not asks_why(Heard.of(message("hm why that one")), aside=True)
    assert asks_why(Heard.of(message("hm why that one")), aside=False)


def test_how_many_questions_are_left_is_told(base) -> None:
    told = go_on(quote("revenue"), message("how many more of these"), base, NOW).after
    at, of = told.progress if told and told.progress else (0, 0)
    assert f"question {at} of {of}" in text_of(told) and of > at > 0


@pytest.mark.parametrize("text", ["no wait, 9. two have left us", "oh actually 9", "sorry, it's 9"])
def test_a_number_is_put_right_where_words_are_asked_for(text, base) -> None:
    start = Filling(QUOTE, {}, ("industry",), "industry", at=NOW).knowing({"headcount": Value([22, 22], "22")})
    taken = done(start, base, text)
    assert taken.filling.values["headcount"].shown == "9" and "industry" not in taken.filling.values


@pytest.mark.parametrize(
    ("text", "intent", "aside", "hears"),
    [
        ("add it all up for me", "shorter", False, True),
        ("add it all up for me", "shorter", True, False),  # of the answer just given
        ("say all that once more so I see it", "repeat", False, True),
        ("come again?", "repeat", False, False),
        ("what do you have by now", "ask_known", True, True),
    ],
)
def test_what_was_told_is_heard_again_in_many_words(text, intent, aside, hears) -> None:
    assert wants_to_hear_it(Heard.of(message(text, intent)), aside) is hears


def test_no_trade_is_told_by_another_number_of_what_is_known(base) -> None:
    start = Filling(QUOTE, {}, ("industry",), "industry", at=NOW).knowing({"headcount": Value([30, 30], "30")})
    taken = done(start, base, "900 parcels and 29 drivers")
    assert taken.did is Did.REFUSED and "Before, you told me 30" in taken.refusal
    assert "industry" not in taken.filling.values
    now = done(start, base, "900 parcels. and one left so it is 29 drivers").filling.values  # it is put right
    assert now["headcount"].shown == "29" and "industry" not in now


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ok 4 ppl, rev 300k, slc", {"headcount": "4", "revenue": "$300,000", "state": "Utah"}),
        ("9 ees and payroll was like 410k", {"headcount": "9", "payroll": "$410,000"}),
        ("we have 6 painter and a boss", {"headcount": "6"}),
        ("my one agent told me to ask", {}),
    ],
)
def test_several_facts_are_heard_in_chat_spelling(text: str, told: dict[str, str], base) -> None:
    start = Filling(QUOTE, {}, ("industry",), "industry", at=NOW)
    taken = step(start, message(text, "inform"), heard_fields(start, base), base, TODAY).filling.values
    assert {name: each.shown for name, each in taken.items() if name != "industry"} == told


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("no wait, 650k", {"revenue": "$650,000"}),
        ("oh sorry, 14", {"headcount": "14"}),
        ("I asked our office: it is 15", {"headcount": "15"}),
        ("its 16 techs now", {"headcount": "16"}),
        ("actually 590, it was a slow year", {"revenue": "$590,000"}),
    ],
)
def test_a_number_is_put_right_that_it_comes_nearest_to(text: str, right: dict[str, str], base) -> None:
    known = {"headcount": Value([12, 12], "12"), "revenue": Value([600e3, 600e3], "$600,000")}
    start = Filling(QUOTE, {**KNOWN_TRADE, **known}, ("industry", "headcount", "state"), "state", at=NOW)
    taken = done(start, base, text)
    assert {name: taken.filling.values[name].shown for name in taken.told} == right


def test_a_number_that_is_put_right_is_no_description(base) -> None:
    known = {"industry": Value("cleaning_service", "Cleaning company"), "headcount": Value([6, 6], "6")}
    start = Filling(QUOTE, known, ("industry", "headcount", "jobs"), "jobs", at=NOW)
    for text, shown in [("oh wait, 8, my sister joined", "8"), ("mostly offices, some homes", "6")]:
        taken = step(start, message(text, "inform"), heard_fields(start, base), base, TODAY).filling
        assert (taken.values["headcount"].shown, "jobs" in taken.values) == (shown, shown == "6")


@pytest.mark.parametrize(
    ("text", "decided"),
    [
        ("before i say whats the gap between a retention and a deductible", ("ask_term", 0.8)),
        ("sec, she wants to know whether temps count", ("nlu_fallback", 0.2)),
    ],
)
def test_a_question_is_no_description_of_work(text: str, decided: tuple[str, float], base) -> None:
    start = Filling(QUOTE, {"headcount": Value([6, 6], "6")}, ("headcount", "jobs"), "jobs", at=NOW)
    heard = message(
        text, *decided, classified={"name": "ask_term", "confidence": 0.6}, question={"terms": ["retention"]}
    )
    taken = step(start, heard, heard_fields(start, base), base, TODAY)
    assert taken.did is Did.DIGRESSED and "jobs" not in taken.filling.values


@pytest.mark.parametrize("asks", ["headcount", "revenue", "state"])
@pytest.mark.parametrize("text", ["and if one walks out", "ok what if two of them fall", "n if a van dies on i 80"])
def test_what_is_imagined_is_no_answer(asks: str, text: str, base) -> None:
    assert done(quote(asks), base, text, "follow_up").did is Did.DIGRESSED


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("not much, maybe 80", ["$80,000", "$80"]),
        ("1.5", ["$1,500,000", "$1,500"]),
        ("it was 300", ["$300,000", "$300"]),
    ],
)
def test_an_amount_that_may_leave_out_thousands_is_asked_about(text: str, choices: list[str], base) -> None:
    taken = done(quote("revenue"), base, text)
    assert [each.shown for each in taken.choices] == choices and "revenue" not in taken.told
    assert done(quote("revenue"), base, text, "ask_cost", 0.6).choices == taken.choices  # whatever it resembles
    assert done(quote("revenue"), base, "$800").filling.values["revenue"].shown == "$800"


def test_a_number_may_follow_an_if(base) -> None:
    assert done(quote("headcount"), base, "if you count my brother, 7").filling.values["headcount"].shown == "7"


@pytest.mark.parametrize("intent", ["correct", "inform"])
@pytest.mark.parametrize(
    "text",
    ["ok and its 9 people with the two new guys not 7", "9 people, not 7", "its 9 with both new cleaners, not 7"],
)
def test_a_number_in_place_of_another_is_for_the_field_that_has_the_other(text: str, intent: str, base) -> None:
    known = {**KNOWN_TRADE, "headcount": Value([7, 7], "7"), "state": KNOWN["state"]}
    start = Filling(QUOTE, known, ("industry", "headcount", "state", "revenue"), "revenue", at=NOW)
    taken = step(start, message(text, intent), heard_fields(start, base), base, TODAY).filling
    assert taken.values["headcount"].shown == "9" and "revenue" not in taken.values


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("we were 20 in spring and now only 11", "11"),
        ("it was 9, down to 6 since may", "6"),
        ("took on 2 so 14", "14"),
        ("3 full time and 2 part time", "5"),
        ("5 full-timers & 1 part-timer", "6"),
        ("me", "0"),
        ("around 6k", "6,000"),
    ],
)
def test_how_many_there_are_now_and_in_all_is_counted(text: str, shown: str, base) -> None:
    assert done(quote("headcount"), base, text).filling.values["headcount"].shown == shown


@pytest.mark.parametrize(
    "text",
    [
        "there was a fire in 2018, 60k",
        "they settled for 7k last year",
        "we pay 4000 a year now",
        "budget is 250 a month",
        "zero losses",
        "no employees drive for us, is that a matter",
    ],
)
def test_money_and_what_there_is_none_of_are_no_head_count(text: str, base) -> None:
    assert "headcount" not in done(quote("headcount"), base, text).told


@pytest.mark.parametrize(
    ("text", "shown"),
    [("no claims but one incident", "Yes"), ("2 complaints, no claims", "Yes"), ("no claims or complaints", "No")],
)
def test_a_complaint_beside_no_claims_is_told(text: str, shown: str, base) -> None:
    start = quote("revenue")
    taken = step(start, message(text, "inform"), heard_fields(start, base), base, TODAY)
    assert "revenue" not in taken.told and taken.filling.values["past_claims"].shown == shown
    assert taken.filling.values["claims_history"].shown == (text if shown == "Yes" else "No")


def test_what_stands_behind_things_that_are_counted_is_not_their_number(base) -> None:
    trade = {"industry": Value("trucker", "Trucking company"), "vehicles": Value("owned", "Company vehicles")}
    known = {**trade, "headcount": Value([5, 5], "5"), "vehicle_count": Value([2, 2], "2")}
    start = Filling(QUOTE, known, ("industry", "headcount", "state"), "state", at=NOW)
    taken = step(start, message("actually 4 vans leased one", "inform"), heard_fields(start, base), base, TODAY)
    assert taken.filling.values["vehicle_count"].shown == "4"


@pytest.mark.parametrize("asks", ["headcount", "revenue"])
@pytest.mark.parametrize(
    "text",
    [
        "moved shop in spring, then a burst pipe, 18 thousand for the floor",
        "the roof was redone, 2019, before the lease",
    ],
)
def test_a_number_of_a_story_is_no_answer(asks: str, text: str, base) -> None:
    assert done(quote(asks), base, text).did is not Did.TOLD


@pytest.mark.parametrize(
    ("text", "over"),
    [
        ("start over, that was my brother's shop", True),
        ("ok let's begin again", True),
        ("restart please", True),
        ("we start over 40 jobs a month", False),
        ("they had to restart the server", False),
    ],
)
def test_starting_over_is_said_plainly_with_or_without_a_reason(text, over) -> None:
    assert restarts(Heard.of(message(text))) is over


def test_contact_given_with_a_wish_that_leaves_the_form_is_kept(base) -> None:
    turn = go_on(quote("revenue"), message("get a human to write me, jo@x.example", "talk_to_agent"), base, NOW)
    assert turn.digression and turn.filling.values["reach"].shown == "jo@x.example"


def test_a_fact_that_a_quote_does_not_ask_for_is_kept_all_the_same(base) -> None:
    turn = go_on(quote("revenue"), message("we use subcontractors"), base, NOW)
    assert turn.filling.values["contractors"].value is True


def test_where_the_trade_is_known_a_first_list_comes_at_once(base) -> None:
    turn = begin(RECOMMENDATION, None, message("6 people in Reno", industry="call_center", state="NV"), base, NOW)
    assert "look first at" in turn.said[0].lead
    assert "sharpen this list" in text_of(turn.after)


def test_without_a_trade_it_is_asked_first(base) -> None:
    turn = begin(RECOMMENDATION, None, message("which policies do we need"), base, NOW)
    assert turn.said == []
    assert turn.filling.asking == "industry"


def test_a_trade_without_an_entry_stands_before_the_rest(base) -> None:
    start = Filling(QUOTE, {}, ("industry",), "industry", at=NOW)
    taken = done(start, base, "a cleaning company, 5 people in Reno")
    assert {name: value.shown for name, value in taken.filling.values.items()} == {
        "industry": "a cleaning company",
        "headcount": "5",
        "state": "Nevada",
    }
    assert taken.filling.values["industry"].value is None


# --- turns ------------------------------------------------------------------------------------------


def text_of(answer: Answer | None) -> str:
    assert answer is not None
    return "\n".join([answer.lead, *answer.paragraphs])


def test_a_pause_of_a_day_welcomes_back_and_keeps_everything(base) -> None:
    before = Filling.from_slot(quote().as_slot())
    assert before is not None
    turn = go_on(before, message("2m"), base, NOW + DAY)
    assert text_of(turn.after).startswith("Welcome back: your quote request is still here.")
    assert turn.filling.values == {**before.values, "revenue": Value([2e6, 2e6], "$2,000,000")}
    assert "Welcome back" not in text_of(go_on(turn.filling, message("no"), base, NOW + DAY + PAUSE / 2).after)


@pytest.mark.parametrize(("asks", "way_out"), [("revenue", 'You can say "skip"'), ("reach", "You can cancel")])
def test_after_two_refusals_the_way_out_is_told(asks, way_out, base) -> None:
    once = go_on(quote(asks), message("whatever"), base, NOW)
    twice = go_on(once.filling, message("no matter what"), base, NOW)
    assert way_out not in text_of(once.after)
    assert way_out in text_of(twice.after)


def test_that_a_question_is_left_out_is_said(base) -> None:
    assert "left out" in text_of(go_on(quote("revenue"), message("rather not say", "skip"), base, NOW).after)


def test_contact_cannot_be_skipped(base) -> None:
    for asks in CONTACT:
        turn = go_on(quote(asks), message("skip", "skip"), base, NOW)
        assert turn.filling.asking == asks and asks not in turn.filling.values
        assert "no agent can answer you" in text_of(turn.after)


def test_yes_sends_nothing_that_lacks_an_answer(base) -> None:
    assert go_on(quote(CONFIRM), message("yes", "affirm"), base, NOW).submitted
    lacks = replace(quote("name"), asking=CONFIRM)
    turn = go_on(lacks, message("yes", "affirm"), base, NOW)
    assert not turn.submitted and turn.filling.asking == "name"


def test_a_quote_wanted_instead_of_a_list_begins_with_what_is_known(base) -> None:
    values = {"industry": Value("msp", "MSP"), "headcount": Value([5, 5], "5"), "contracts": SKIPPED}
    filling = Filling(RECOMMENDATION, values, ("industry", "contracts", "premises"), "premises", at=NOW)
    turn = go_on(filling, message("just give me a quote", "get_quote", 0.95), base, NOW)
    assert (turn.filling.form, turn.filling.asking) == (QUOTE, "state")
    assert turn.filling.values == {name: value for name, value in values.items() if value != SKIPPED}
    assert turn.filling.asked == ("state",)


def test_progress_counts_the_question_asked_and_never_more_than_all(base) -> None:
    assert progress(quote("headcount"), base) == (2, 9)
    back = done(quote("state"), base, "back", "go_back").filling
    assert progress(back, base)[0] == 2
    assert progress(quote(CONFIRM), base) == (9, 9)


def test_a_start_takes_what_is_told_and_known(base) -> None:
    known = Filling(None, {"headcount": Value([12, 12], "12"), "contracts": SKIPPED}, at=NOW)
    turn = begin(QUOTE, known, message("a quote for our MSP in Reno", "get_quote", industry="msp"), base, NOW)
    assert {name: value.shown for name, value in turn.filling.values.items()} == {
        "industry": "Managed service provider (MSP)",
        "headcount": "12",
        "state": "Nevada",
    }
    assert "Noted: 12 employees, Managed service provider (MSP), Nevada." in text_of(turn.after)


def test_other_facts_vary_the_last_recommendation(base) -> None:
    known = Filling(None, {"headcount": Value([12, 12], "12")}, at=NOW)
    frame = Frame(intent="ask_recommendation", industry="msp", turn=3)
    told = message("what if we were in California?", "follow_up", state="CA")
    turn = varied(known, frame, told, base, NOW)
    assert turn is not None and "in California" in turn.said[0].lead
    assert varied(known, replace(frame, intent="ask_cost"), told, base, NOW) is None


# --- the slot ---------------------------------------------------------------------------------------

VALUES = st.dictionaries(
    st.sampled_from(["industry", "headcount", "state", "reach", "more"]),
    st.builds(
        Value,
        st.one_of(st.none(), st.booleans(), st.text(max_size=9), st.lists(st.floats(0, 1e9), min_size=2, max_size=2)),
        st.text(max_size=9),
    ),
)


@given(
    st.builds(
        Filling,
        st.sampled_from([QUOTE, RECOMMENDATION, None]),
        VALUES,
        asked=st.lists(st.sampled_from(["industry", "state"]), unique=True).map(tuple),
        asking=st.sampled_from(["state", CONFIRM, None]),
        misses=st.integers(0, 9),
        refused=st.lists(st.text(max_size=9), max_size=3).map(tuple),
        at=st.floats(0, 2e9),
        aside=st.booleans(),
    )
)
def test_a_form_is_read_back_from_its_slot_as_it_was(filling: Filling) -> None:
    assert Filling.from_slot(filling.as_slot()) == filling


@pytest.mark.parametrize("slot", [None, {}, {"form": "quote"}, {"values": {}, "asked": [], "asking": None}])
def test_a_slot_of_another_version_is_ignored(slot) -> None:
    assert Filling.from_slot(slot) is None


def test_a_slot_with_more_than_is_known_keeps_what_is(base) -> None:
    assert Filling.from_slot({**quote().as_slot(), "colour": "red"}) == quote()


# --- any text ---------------------------------------------------------------------------------------

WORDS = """yes no 12 -3 10^12 2m $5k 3.5 Reno NV in Texas people employees dee@example.com 202-555-0142 <b> change the
state to actually not 15 name : skip back why cancel office home contractors claims sued ? , . what is GL"""
NAMES_OF_INTENTS = """inform affirm deny correct skip go_back repeat cancel ask_why ask_term ask_coverage report_claim
talk_to_agent get_quote greet out_of_scope complain nlu_fallback follow_up"""
TEXTS = st.one_of(st.text(max_size=80), st.lists(st.sampled_from(WORDS.split()), max_size=9).map(" ".join))
INTENTS = st.sampled_from(NAMES_OF_INTENTS.split())


def is_valid(field: ProfileField, value: Value, base: KnowledgeBase) -> bool:
    """Whether a value is one that the rules and the agent can do with."""
    if value == SKIPPED:
        return True
    it = value.value
    if not isinstance(value.shown, str) or not value.shown or "<" in value.shown:
        return False
    if field.kind in ("count", "money"):
        limits = field.limits or Bounds(at_least=0, at_most=math.inf, otherwise="")
        whole = field.kind == "money" or not any(end % 1 for end in it)
        return len(it) == 2 and limits.at_least <= it[0] <= it[1] <= limits.at_most and whole
    if field.kind == "industry":
        return len(value.shown) <= LONGEST_ANSWER and (it is None or base.industry(it) is not None)
    if field.kind == "state":
        return us.states.lookup(it, field="abbr") is not None
    if field.kind == "yes_no":
        return isinstance(it, bool)
    if field.kind == "choice":
        return it in [option.id for option in field.options]
    if field.kind == "name":
        return len(it) <= LONGEST_NAME and read_name(it) is not None
    if field.kind == "reach":
        return bool(it) and read_contact(value.shown).ways() == it
    return len(it) <= LONGEST_ANSWER and it.strip() == it


@pytest.mark.slow
@settings(max_examples=250)
@given(data=st.data(), texts=st.lists(TEXTS, min_size=1, max_size=3), confidence=st.floats(0.3, 1))
def test_nothing_unchecked_ever_enters_a_form_and_nothing_breaks_it(data, texts, confidence, base) -> None:
    form = data.draw(st.sampled_from([QUOTE, RECOMMENDATION]))
    known = quote().values if data.draw(st.booleans()) else {}
    fields = {each.id: each for each in PLANS[form].fields(Filling(form, known), base)}
    asks = data.draw(st.sampled_from([*fields, CONFIRM] if form == QUOTE else [*fields]))
    filling = Filling(
        form, known, tuple(dict.fromkeys([*known, asks])) if asks != CONFIRM else tuple(known), asks, at=NOW
    )
    for text in texts:
        turn = go_on(filling, message(text, data.draw(INTENTS), confidence), base, NOW)
        filling = turn.filling
        if filling.form is None:
            break
        fields = {**fields, **{each.id: each for each in PLANS[filling.form].fields(filling, base)}}
        wrong = {
            name: value for name, value in filling.values.items() if name in fields and value not in known.values()
        }
        wrong.pop(quoting.MORE, None)
        assert all(is_valid(fields[name], value, base) for name, value in wrong.items()), (text, wrong)
        assert not turn.submitted or quoting.next_field(filling, base) is None


# --- a list of policies that only sharpens ---------------------------------------------------------------


def listed(asks: str = "state") -> Filling:
    """Policies of a trade were told, and one fact would sharpen them."""
    return Filling(RECOMMENDATION, {"industry": KNOWN["industry"]}, (asks,), asks, at=NOW)


def entry(name: str) -> dict[str, Any]:
    """The question as it was decided: guidance."""
    return {"topic": name}


def test_what_an_entry_answers_is_answered_before_a_list_is_sharpened(base: KnowledgeBase) -> None:
    lease = "our lessor asks to be named on it"
    more = {"question": entry("contract_lease_insurance")}
    assert done(listed(), base, lease, "ask_proof", 0.4, **more).did is Did.DIGRESSED
    assert done(quote("state"), base, lease, "ask_proof", 0.4, **more).did is Did.REFUSED


def test_more_words_than_a_try_are_read_as_anywhere_else_behind_a_list(base: KnowledgeBase) -> None:
    assert done(listed(), base, "some of it goes by barge down the river").did is Did.DIGRESSED
    assert done(listed(), base, "the barge one").did is Did.REFUSED
    assert done(quote("state"), base, "some of it goes by barge down the river").did is Did.REFUSED


def test_a_fact_is_taken_from_words_that_are_answered(base: KnowledgeBase) -> None:
    taken = done(listed(), base, "we have 14 people, must they all be on it?", "ask_need", 0.8, question=entry("x"))
    assert taken.did is Did.DIGRESSED and taken.filling.values["headcount"].shown == "14"


def test_a_number_that_is_only_asked_about_counts_nobody(base: KnowledgeBase) -> None:
    taken = done(listed(), base, "also with only 2 employees?", "follow_up", question=entry("ca_workers_comp_duty"))
    assert taken.did is Did.DIGRESSED and "headcount" not in taken.filling.values


def test_what_a_quote_asks_in_numbers_is_heard_behind_a_list(base: KnowledgeBase) -> None:
    turn = go_on(listed(), message("make that 9 trucks"), base, NOW)
    assert turn.filling.values["vehicle_count"].shown == "9"

"""Facts told anywhere: which are heard, what they change, how they are put right, and what is told back of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from actions.answer import Answer, Status
from actions.declining import decline
from actions.facts import recorded, states_something, told_in
from actions.forms.filling import Filling
from actions.forms.said import Value
from actions.known import known, summary_of
from actions.noting import in_passing, noted
from actions.stance import held_back, pressed, taken, unpromised
from actions.wording import turned
from knowledge.base import KnowledgeBase
from understanding.question import Frame, Given, Question, Stance

NOW = 1_795_000_000.0


def message(text: str, intent: str = "inform", confidence: float = 0.9, **entities: str) -> dict[str, Any]:
    return {
        "text": text,
        "intent": {"name": intent, "confidence": confidence},
        "entities": [{"entity": name, "value": value} for name, value in entities.items()],
    }


def heard(text: str, base: KnowledgeBase, intent: str = "inform", **entities: str) -> dict[str, Any]:
    told = told_in(message(text, intent, **entities), None, Filling(None, at=NOW), base)
    return {name: value.value for name, value in told.items()}


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("there are twelve people here", "headcount", [12, 12]),
        ("all nine work from home these days", "premises", "home"),
        ("all nine work from home these days", "home_workers", [9, 9]),
        ("our payroll runs to 640k a year", "payroll", [640_000, 640_000]),
        ("revenue was $2.5m last year", "revenue", [2_500_000, 2_500_000]),
        ("we run four leased vans", "vehicle_count", [4, 4]),
        ("we run four leased vans", "vehicles", "owned"),
        ("their contract requires 5 million", "contracts", "high_limits"),
        ("a client wants $1m", "limit_demanded", [1_000_000, 1_000_000]),
        ("nobody drives for us", "vehicles", "none"),
        ("turnover is 2m, wages 300k", "revenue", [2_000_000, 2_000_000]),
        ("turnover is 2m, wages 300k", "payroll", [300_000, 300_000]),
        ("no employees, and we gross 90k", "revenue", [90_000, 90_000]),
        ("I work alone, about 40k in sales", "headcount", [0, 0]),
        ("I run a one-person shop", "headcount", [0, 0]),
        ("we lease a small corner shop", "premises", "office"),
        ("two of us work from home", "premises", "hybrid"),
        ("none of our clients ask for insurance", "contracts", "none"),
        ("we don't own any vehicles", "vehicles", "none"),
        ("9 people, sorry, 19", "headcount", [19, 19]),
    ],
)
def test_a_statement_tells_facts(text: str, field: str, value: Any, base: KnowledgeBase) -> None:
    assert heard(text, base)[field] == value


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("we rent out scaffolding", "premises"), ("we lease forklifts to warehouses", "premises"),
        ("we don't rent an office", "premises"), ("our own trucks are old", "premises"),
        ("my landlord owns two vans", "vehicle_count"), ("our biggest client has 90 employees", "headcount"),
        ("we see 60 people a day", "headcount"), ("four of them are on 1099", "payroll"),
        ("5 of our 12 work from home", "home_workers"), ("one of our tenants serves alcohol", "alcohol"),
    ],
)  # fmt: skip
def test_what_is_not_meant_is_not_told(text: str, field: str, base: KnowledgeBase) -> None:
    assert field not in heard(text, base)


def named(text: str, kind: str, **words: str) -> dict[str, Any]:
    """A statement with names of a kind at their places, each by its word in the text."""
    found = [
        {"entity": kind, "value": value, "start": text.index(word), "end": text.index(word) + len(word)}
        for value, word in words.items()
    ]
    return {**message(text), "entities": found}


def told_by(said: dict[str, Any], base: KnowledgeBase) -> dict[str, Any]:
    return {name: value.value for name, value in told_in(said, None, Filling(None, at=NOW), base).items()}


def test_a_state_that_is_denied_is_none_and_several_are_asked_about(base: KnowledgeBase) -> None:
    assert told_by(named("not Ohio, Iowa", "state", OH="Ohio", IA="Iowa"), base) == {"state": "IA"}
    several = named("we are 8 people in Ohio and Iowa", "state", OH="Ohio", IA="Iowa")
    asked = noted(None, None, several, base, NOW)
    assert asked is not None and asked.asks == "state" and asked.answer.status is Status.CLARIFY
    assert [button.title for button in asked.answer.buttons] == ["Ohio", "Iowa"]
    assert asked.filling.facts() == {"headcount": [8, 8]}


def test_the_state_that_was_asked_about_is_chosen_by_button(base: KnowledgeBase) -> None:
    button = {"text": "Iowa", "ask": {"form_value": {"field": "state", "value": "IA", "shown": "Iowa"}}}
    chosen = noted(None, Frame(asked_back="state"), button, base, NOW)
    assert chosen is not None and chosen.filling.facts() == {"state": "IA"}


@pytest.mark.parametrize(
    ("text", "word", "own"),
    [
        ("our plumber flooded the shop", "plumber", False), ("we hired a plumber", "plumber", False),
        ("I'm a plumber, 3 people", "plumber", True), ("plumber, 3 people", "plumber", True),
        ("sorry, english is fine. it's a plumber", "plumber", True), ("we're no plumber", "plumber", False),
    ],
)  # fmt: skip
def test_a_trade_named_is_the_visitors_where_the_words_say_so(
    text: str, word: str, own: bool, base: KnowledgeBase
) -> None:
    assert ("industry" in told_by(named(text, "industry", plumber=word), base)) is own


def test_a_trade_told_beside_other_words_is_answered_with_its_policies(base: KnowledgeBase) -> None:
    said = named("ok, english. I'm a plumber, 3 helpers", "industry", plumber="plumber")
    result = noted(None, None, {**said, "intent": {"name": "ask_agency", "confidence": 0.6}}, base, NOW)
    assert result is not None and result.answer.intent == "ask_recommendation"
    assert result.filling.facts() == {"industry": "plumber", "headcount": [3, 3]}


@pytest.mark.parametrize(
    ("text", "intent", "nearest", "trade"),
    [
        ("we do the washing for motels", "intent:inform", 0.7, "plumber"),
        ("we do the washing for motels", "intent:inform", 0.5, None),  # too far to be sure
        ("we do the washing for motels", "ask_why", 0.7, None),
        ("clients of ours do the washing", "intent:inform", 0.7, None),
        ("washing and folding", "intent:inform", 0.7, None),  # whose?
    ],
)
def test_a_trade_is_told_by_what_a_statement_means(
    text: str, intent: str, nearest: float, trade: str | None, base: KnowledgeBase
) -> None:
    said = message(text) | {
        "question": {"target": intent, "chance": 0.9},
        "trade": {"id": "plumber", "nearest": nearest},
    }
    told = told_in(said, None, Filling(None, at=NOW), base)
    assert (told["industry"].value if "industry" in told else None) == trade


def test_a_thousand_left_out_in_a_correction_is_meant(base: KnowledgeBase) -> None:
    filling, frame = known_of("our payroll is 500k", base)
    right = noted(filling, frame, message("make that 550", "correct"), base, NOW)
    assert right is not None and right.filling.facts()["payroll"] == [550_000, 550_000]


def test_a_fact_alone_is_told_however_it_was_read(base: KnowledgeBase) -> None:
    result = noted(None, None, message("roughly 30 people", "ask_need", 0.9), base, NOW)
    assert result is not None and result.filling.facts() == {"headcount": [30, 30]}
    assert noted(None, None, message("price for 30 people", "ask_cost", 0.9), base, NOW) is None


@pytest.mark.parametrize(
    "text",
    [
        "if we had 40 employees", "we might hire 20 people", "we are planning for 9 trucks", "do we have 12 people?",
        "we do not have 40 employees", "once we reach 50 employees", "what about 30 staff",
    ],
)  # fmt: skip
def test_what_is_supposed_to_come_or_denied_is_no_fact(text: str, base: KnowledgeBase) -> None:
    assert not {"headcount", "vehicle_count"} & heard(text, base).keys()


@pytest.mark.parametrize(
    ("text", "intent", "chance", "states"),
    [
        ("we have 12 people", "ask_regulation", 0.9, True),
        ("price for a team of 12", "ask_cost", 0.9, False),
        ("we need cover for 12 people", "ask_recommendation", 0.9, False),
        ("we have 12 people, what do we need?", "inform", 0.9, False),
        ("call me at 202-555-0142, we are 12 people", "inform", 0.9, False),
        ("the second one", "nlu_fallback", 0.2, False),
        ("our two salons, get them quoted", "get_quote", 0.9, False),
        ("our two salons, get them quoted", "get_quote", 0.3, True),
    ],
)
def test_a_statement_asks_for_nothing(text: str, intent: str, chance: float, states: bool) -> None:
    assert states_something(message(text, intent, chance)) is states


def test_a_question_tells_only_what_its_statement_says(base: KnowledgeBase) -> None:
    asked = message("We're 14 people in Texas, what would 3 vans cost?", "ask_cost", state="TX")
    after = in_passing(None, None, asked, base, NOW)
    assert after is not None and {"headcount", "state"} == after.values.keys()
    assert in_passing(None, None, {**asked, "question": {"happened": True}}, base, NOW) is None


def known_of(text: str, base: KnowledgeBase, frame: Frame | None = None) -> tuple[Filling, Frame]:
    result = noted(None, frame, message(text), base, NOW)
    assert result is not None
    return result.filling, recorded(frame, None, result.filling, message(text), 1, base)


def test_a_number_is_put_right_by_what_it_was_or_as_the_last_told(base: KnowledgeBase) -> None:
    filling, frame = known_of("we are 50 people with 3 vans", base)
    right = noted(filling, frame, message("no, 15, not 50", "correct"), base, NOW)
    assert right is not None and right.filling.facts()["headcount"] == [15, 15]
    assert "15 people (before: 50)" in right.answer.lead
    assert right.filling.facts()["vehicle_count"] == [3, 3]


@pytest.mark.parametrize("text", ["no wait, 6 mil", "nope, I meant 40 thousand"])
def test_another_number_is_no_answer_to_whether_there_is_something(text: str, base: KnowledgeBase) -> None:
    asked = Frame("limits_enterprise_contracts", "ask_limits", asked_back="contracts")
    assert "contracts" not in told_in(message(text, "correct"), asked, Filling(None, at=NOW), base)
    denied = told_in(message("no, none of that", "deny"), asked, Filling(None, at=NOW), base)
    assert denied["contracts"].value == "none"


def test_what_was_sold_is_none(base: KnowledgeBase) -> None:
    filling, frame = known_of("we run two leased vans", base)
    sold = noted(filling, frame, message("we sold the vans"), base, NOW)
    assert sold is not None and sold.filling.facts()["vehicles"] == "none"
    assert sold.filling.facts()["vehicle_count"] == [0, 0]


def test_the_list_last_given_is_given_anew_with_what_changes(base: KnowledgeBase) -> None:
    frame = Frame("call_center", "ask_recommendation", industry="call_center")
    result = noted(None, frame, message("we run three trucks"), base, NOW)
    assert result is not None and result.answer.intent == "ask_recommendation"
    assert "commercial auto: required by law" in result.answer.lead.lower()


def test_what_follows_is_said_and_cited_and_what_is_missing_is_asked(base: KnowledgeBase) -> None:
    frame = Frame("workers_compensation#need", "ask_need", policies=("workers_compensation",))
    result = noted(None, frame, message("we are nine people"), base, NOW)
    assert result is not None and result.asks == "state"
    asked = Frame(frame.target, frame.intent, policies=frame.policies, asked_back="state", facts={})
    answered = noted(result.filling, asked, message("California", state="CA"), base, NOW)
    assert answered is not None and "required by law" in answered.answer.paragraphs[0] and answered.answer.sources


def test_a_fact_that_decides_no_verdict_leaves_it_open(base: KnowledgeBase) -> None:
    given = Given("lost_device", "ask_coverage", ("cyber",), "lost_device", verdict="depends")
    frame = Frame("lost_device", "ask_coverage", policies=("cyber",), given=(given,))
    result = noted(None, frame, message("our payroll is 300k"), base, NOW)
    assert result is not None and any("still depends on" in each for each in result.answer.paragraphs)


def test_each_fact_is_told_back_with_the_words_that_told_it(base: KnowledgeBase) -> None:
    filling, frame = known_of("we are fifty people", base)
    said = known(filling, frame, base).paragraphs[0]
    assert 'Employees: 50 (you wrote: "we are fifty people")' in said
    chosen = {**message("Yes"), "ask": {"form_value": {"field": "alcohol", "value": True, "shown": "Yes"}}}
    after = filling.knowing({"alcohol": Value(True, "Yes")})
    assert (
        "Alcohol: Yes (your choice)" in summary_of(after, recorded(frame, filling, after, chosen, 2, base), base).facts
    )


def test_words_that_would_only_repeat_the_value_are_not_told_back(base: KnowledgeBase) -> None:
    filling, frame = known_of("we are 50 people", base)
    assert "Employees: 50 (you wrote so)" in known(filling, frame, base).paragraphs[0]


def test_answers_with_their_verdicts_and_what_is_open_are_told_back(base: KnowledgeBase) -> None:
    given = Given("ransomware", "ask_coverage", ("cyber",), "ransomware", verdict="yes")
    frame = Frame("ransomware", given=(given,), unanswered="what of the moon", asked_back="state")
    summary = summary_of(Filling("quote", asking="headcount"), frame, base)
    assert any(line.endswith(": yes") for line in summary.given)
    assert len(summary.still_open) == 3 and "moon" in summary.as_text() and "Employees" in summary.as_text()


@pytest.mark.parametrize(
    "text", ["we own two mowers", "our own guys drive", "we rent out tents", "we lease ovens to cafes"]
)
def test_what_is_owned_or_rented_says_nothing_of_the_premises(text: str, base: KnowledgeBase) -> None:
    assert "premises" not in heard(text, base)


HACKED = Frame(stance=Stance("claim", "cyber_attack", 1))


GUARANTEE = [["intent:ask_guarantee", 0.25], ["cyber_attack", 0.2]]  # likeliest of what is not sure


def press(
    text: str,
    base: KnowledgeBase,
    frame: Frame = HACKED,
    chance: float = 0.4,
    candidates: Sequence[Sequence[Any]] = GUARANTEE,
    **more: Any,
) -> Answer | None:
    question = Question(text, more.pop("intent", "nlu_fallback"), chance=chance, frame=frame, **more)
    return pressed(question, message(text, question.intent, chance) | {"candidates": candidates}, 2, base)


def test_a_point_pressed_again_gets_the_same_stand_in_other_words(base: KnowledgeBase) -> None:
    first = press("but will they", base)
    assert first is not None and "cyber" in first.paragraphs[0]
    frame = taken(HACKED, Question("but will they", "nlu_fallback"), first, message("but will they"), 2)
    second = press("yes or no", base, frame)
    assert second is not None and second.lead != first.lead and frame.stance == Stance("claim", "cyber_attack", 2, 1)


def test_another_question_or_an_old_point_is_not_pressed(base: KnowledgeBase) -> None:
    assert press("what does cyber cost", base, chance=0.95, intent="ask_cost") is None
    assert press("what if a driver drinks", base, intent="ask_coverage", exposure="liquor_at_event") is None
    assert press("hm", base, Frame(stance=Stance("claim", None, -9))) is None


def test_another_case_that_is_only_imagined_presses_nothing(base: KnowledgeBase) -> None:
    asks = {"intent": "ask_coverage", "chance": 0.8, "policies": ("cyber",), "asks_cover": True, "candidates": []}
    assert press("it should pay", base, **asks) is not None
    for text in ("if the intern had done it", "is it different for a contractor's laptop"):
        assert press(text, base, **asks) is None
    assert press("and if I insist", base, intent="ask_guarantee", chance=0.8, candidates=[]) is not None


def test_what_is_not_understood_presses_nothing_unless_that_is_likeliest(base: KnowledgeBase) -> None:
    assert press("the landlord says it is all on us", base, candidates=[["lease", 0.22], *GUARANTEE]) is None
    assert press("the landlord says it is all on us", base, candidates=[]) is None


def test_what_a_claim_brings_is_declined_and_what_else_costs_is_not(base: KnowledgeBase) -> None:
    amount = press("what sum would that come to", base, intent="ask_cost", target="intent:ask_cost", chance=0.8)
    assert amount is not None and amount.intent == "ask_guarantee"
    of_policy = {"intent": "ask_cost", "target": "intent:ask_cost", "policies": ("cyber",)}
    assert press("price of cyber then", base, chance=0.8, candidates=[], **of_policy) is None


def test_whether_a_policy_pays_is_no_question_who_needs_it_after_a_loss(base: KnowledgeBase) -> None:
    asks = {"intent": "ask_need", "chance": 0.8, "policies": ("cyber",), "candidates": []}
    pressing = press("we do have cyber. it pays then", base, target="cyber#need", asks_cover=True, **asks)
    assert pressing is not None and pressing.intent == "ask_guarantee"
    assert press("who needs cyber", base, target="cyber#need", **asks) is None
    assert press("what is in it", base, target="cyber#what", asks_cover=True, **asks) is None
    assert press("would cyber pay for this", base, target="cyber#what", asks_cover=True, **asks) is not None
    promised = Frame(stance=Stance("promise", None, 1))
    assert press("does cyber pay", base, promised, target="cyber#need", asks_cover=True, **asks) is None


def test_to_buy_cover_in_a_claim_is_no_point_pressed_again(base: KnowledgeBase) -> None:
    assert press("sign me up as of last monday", base, intent="ask_to_bind", chance=0.8, candidates=[]) is None
    bound = Frame(stance=Stance("bind", None, 1))
    again = press("come on, start it now", base, bound, intent="ask_to_bind", chance=0.8)
    assert again is not None and again.intent == "ask_to_bind"


def test_what_asks_about_the_stand_itself_presses_it(base: KnowledgeBase) -> None:
    unsure = [["intent:ask_why", 0.3], ["intent:repeat", 0.2]]
    assert press("surely somebody there knows", base, candidates=unsure) is not None


def test_what_only_tells_more_of_a_loss_is_pointed_to_the_report(base: KnowledgeBase) -> None:
    for intent in ("inform", "correct"):
        told = press("the door was locked", base, intent=intent, chance=0.9)
        assert told is not None and told.status is Status.CHITCHAT and told.intent == "inform"


def test_who_tells_more_of_what_was_just_answered_hears_that_and_where_it_belongs(base: KnowledgeBase) -> None:
    again = Frame("cyber_attack", stance=Stance("claim", "cyber_attack", 1))
    asked = Question("we had backups", "ask_what_covers", "cyber_attack", exposure="cyber_attack", frame=again)
    assert pressed(asked, message("we had backups"), 2, base) is None
    answer = Answer(Status.ANSWERED, "ask_what_covers", "Cyber liability responds.")
    held_back(asked, answer, 2, base)
    assert any("insurer" in note for note in answer.notes)


@pytest.mark.parametrize("intent", ["thank", "talk_to_agent", "ask_recommendation", "get_quote", "ask_known"])
def test_another_wish_presses_nothing_however_unsure(intent: str, base: KnowledgeBase) -> None:
    assert press("whatever it is", base, intent=intent, chance=0.3) is None


def test_an_unsure_wish_for_a_person_presses_nothing(base: KnowledgeBase) -> None:
    agent = [["intent:talk_to_agent", 0.4], *GUARANTEE]
    assert press("somebody ring me", base, candidates=agent, closest=("intent:talk_to_agent",)) is None


def test_who_asks_about_the_law_after_a_loss_hears_what_cannot_wait(base: KnowledgeBase) -> None:
    after_loss = decline(Question("may I tell him it was us", "ask_legal_advice", frame=HACKED), base)
    assert "Do not settle or admit fault" in after_loss.paragraphs[-1] and after_loss.sources
    assert not decline(Question("may I sack him", "ask_legal_advice"), base).paragraphs


def test_another_thing_declined_keeps_the_stand_alive(base: KnowledgeBase) -> None:
    declined = Answer(Status.HANDOFF, "ask_legal_advice", "Ask a lawyer.")
    frame = taken(HACKED, Question("may we sue", "ask_legal_advice"), declined, message("may we sue"), 3)
    assert frame.stance == Stance("claim", "cyber_attack", 3)


@pytest.mark.parametrize(
    ("exposure", "turn", "verdict"),
    [("cyber_attack", 2, None), ("cyber_attack", 30, None), ("fire", 2, None), ("fire", 30, "yes")],
)
def test_while_a_loss_is_spoken_of_nothing_gets_a_verdict_and_the_loss_never(
    exposure: str, turn: int, verdict: str | None, base: KnowledgeBase
) -> None:
    answer = Answer(Status.ANSWERED, "ask_coverage", "It pays.", verdict="yes", exposure=exposure)
    held_back(Question("is that paid", "ask_coverage", exposure, frame=HACKED), answer, turn, base)
    assert answer.verdict == verdict and bool(answer.paragraphs) is (verdict is None)


def test_while_a_loss_is_spoken_of_it_is_not_said_that_it_is_left_out(base: KnowledgeBase) -> None:
    answer = turned(Answer(Status.ANSWERED, "ask_coverage", "It does not pay.", verdict="no", exposure="fire"))
    assert answer.lead.startswith("Yes")
    held_back(Question("is a fire left out", "ask_coverage", "fire", frame=HACKED), answer, 2, base)
    assert (answer.lead, answer.verdict) == ("It does not pay.", None) and answer.paragraphs


@pytest.mark.parametrize(("chance", "verdict"), [(0.4, None), (0.1, "yes")])
def test_words_that_may_ask_for_a_promise_get_no_yes(chance: float, verdict: str | None, base: KnowledgeBase) -> None:
    answer = Answer(Status.ANSWERED, "ask_coverage", "It pays.", verdict="yes", exposure="fire")
    heard = message("they pay us for the fire then?") | {"candidates": [["fire", 0.5], [GUARANTEE[0][0], chance]]}
    unpromised(Question("they pay us for the fire then?", "ask_coverage", "fire"), answer, heard, base)
    assert answer.verdict == verdict and any("promise" in note for note in answer.notes) is (verdict is None)


def test_numbers_that_are_no_fact_are_told_back_in_the_visitors_words(base: KnowledgeBase) -> None:
    filling, frame = known_of("we are fifty people", base)
    written = ["we are fifty people", "hi there", "84k went to a scammer. what now?", "what if we had 900 vans"]
    told = known(filling, frame, base, written=written)
    assert '"84k went to a scammer."' in "".join(told.paragraphs)
    assert "900" not in "".join(told.paragraphs) and "".join(told.paragraphs).count("fifty") == 1
    assert '"84k went to a scammer."' in "".join(known(None, None, base, written=written).paragraphs)


def test_words_with_a_number_that_was_put_right_are_not_told_back(base: KnowledgeBase) -> None:
    filling, frame = known_of("a consulting firm in Oregon with fifty people", base)
    after = filling.knowing({"headcount": Value([15, 15], "15")})
    frame = recorded(frame, filling, after, message("make that 15"), 2, base)
    assert "fifty" not in "".join(summary_of(after, frame, base).facts)


def test_words_that_put_a_fact_right_are_not_told_back(base: KnowledgeBase) -> None:
    filling, _ = known_of("we are fifteen people", base)
    written = ["sixteen, no fifteen people", "sorry, 15, not 16", "we lost 900 bolts"]
    told = "".join(known(filling, None, base, written=written).paragraphs)
    assert "16" not in told and "sixteen" not in told and "900" in told


def test_words_that_told_a_number_by_the_day_are_not_told_back_once_it_was_put_right(base: KnowledgeBase) -> None:
    filling, frame = known_of("our clerks take 400 calls a day", base)
    after = filling.knowing({"call_volume": Value([900, 900], "900")})
    assert filling.facts()["call_volume"] == [12_000, 12_000]
    told = "".join(known(after, frame, base, written=["our clerks take 400 calls a day"]).paragraphs)
    assert "400" not in told


def test_a_number_beside_facts_that_is_told_by_none_is_told_back(base: KnowledgeBase) -> None:
    filling, frame = known_of("we are fifty people", base)
    written = ["we are fifty people", "we are three people and got 7 dogs on the yard"]
    told = "".join(known(filling, frame, base, written=written).paragraphs)
    assert '"we are three people and got 7 dogs on the yard"' in told
    told = "".join(known(filling, frame, base, written=["we are three people"]).paragraphs)
    assert "three" not in told  # put right since

"""What a reading comes to: answered, shown the closest, refused, taken down, and whether yes or no may be said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from reading import heard, reading

from understanding.question import Frame, Given, Question
from understanding.reader import Reading
from understanding.resolve import AGENT, EXAMPLE, REPORT, TELLS, resolve
from understanding.targets import COMPARISON, OUTSIDE, Target, intent_id

TARGETS = {
    target.id: target
    for target in (
        Target("fire", "exposure", "ask_what_covers", "fire", ("property", "gl")),
        Target("flood", "exposure", "ask_what_covers", "flood", ("property",)),
        Target("cyber#what", "facet", "ask_policy", "cyber", ("cyber",)),
        Target("cyber#cost", "facet", "ask_cost", "cyber", ("cyber",)),
        Target("gl#need", "facet", "ask_need", "gl", ("gl",)),
        Target("gl#cost", "facet", "ask_cost", "gl", ("gl",)),
        Target("gl_in_bop", "relation", "ask_included", "gl_in_bop", ("bop", "gl")),
        Target("cyber_in_gl", "relation", "ask_included", "cyber_in_gl", ("gl", "cyber")),
        Target("cyber_in_bop", "relation", "ask_included", "cyber_in_bop", ("bop", "cyber")),
        Target("comp_law_tx", "topic", "ask_regulation", "comp_law_tx", ("comp",), "TX"),
        Target("comp_in_general", "topic", "ask_regulation", "comp_in_general", ("comp",)),
        Target("law_in_general", "topic", "ask_regulation", "law_in_general"),
        Target("notice_law", "topic", "ask_regulation", "notice_law", ("epli",)),
        Target("notice_law_ca", "topic", "ask_regulation", "notice_law_ca", (), "CA"),
        Target("notice_law_tx", "topic", "ask_regulation", "notice_law_tx", (), "TX"),
        Target("after_a_loss", "topic", "ask_claims", "after_a_loss"),
        Target("retention", "term", "ask_term", "retention"),
        Target(REPORT, "intent", "report_claim"),
        Target(EXAMPLE, "intent", "ask_scenario"),
        Target(AGENT, "intent", "talk_to_agent"),
        *(
            Target(intent_id(name), "intent", name)
            for name in ("affirm", "correct", "inform", "ask_why", "ask_compare", "ask_cost", "greet", "skip", "help")
        ),
    )
}
FIRE = Frame("fire", "ask_coverage", "does gl pay for a fire", ("gl",), "fire", earlier=("cyber#what",))


def says(name: str, policies: Sequence[str]) -> str | None:
    return {"fire": "yes", "flood": "no", "gl_in_bop": "yes", "notice_law": "yes"}.get(name) if policies else None


def decided(read: Reading) -> Question:
    return resolve(read, TARGETS, says)


# Not answered


def test_what_is_likelier_outside_is_refused() -> None:
    found = decided(reading(heard("term life for my dad"), ("fire", 0.2), outside=0.9))
    assert (found.intent, found.target, found.chance) == ("out_of_scope", OUTSIDE, 0.9)


def test_what_holds_no_word_is_not_understood_rather_than_refused() -> None:
    found = decided(reading(heard("xqzt vbnk"), ("fire", 0.1), outside=0.95))
    assert (found.intent, found.target, found.closest, found.certain) == ("nlu_fallback", "", (), False)


def test_the_closest_are_shown_where_none_is_likely() -> None:
    ranked = [("fire", 0.2), ("flood", 0.15), ("cyber#what", 0.1), ("gl#need", 0.05)]
    found = decided(reading(heard("water and smoke"), *ranked, outside=0.1))
    assert (found.intent, found.closest, found.certain) == ("nlu_fallback", ("fire", "flood", "cyber#what"), False)


def test_none_is_shown_where_it_is_likelier_outside_than_one_of_them() -> None:
    found = decided(reading(heard("water and smoke"), ("fire", 0.05), outside=0.28))
    assert (found.intent, found.closest, found.target) == ("nlu_fallback", (), OUTSIDE)
    near = decided(reading(heard("my own car for the firm"), ("fire", 0.2), ("flood", 0.15), outside=0.48))
    assert (near.closest, near.target) == (("fire", "flood"), "")


def test_what_is_asked_of_some_policy_or_other_is_asked_of_none_in_particular() -> None:
    price = [("cyber#cost", 0.25), ("gl#cost", 0.2), (intent_id("ask_cost"), 0.15)]
    found = decided(reading(heard("so what do they take for it"), *price))
    assert (found.intent, found.target, found.policies) == ("ask_cost", intent_id("ask_cost"), ())
    assert decided(reading(heard("so what do they take for it"), *price[1:], ("fire", 0.1))).intent == "nlu_fallback"
    entries = [("notice_law", 0.25), ("notice_law_ca", 0.2), ("law_in_general", 0.2)]
    assert decided(reading(heard("some law"), *entries)).intent == "nlu_fallback"


def test_without_any_candidate_nothing_is_shown() -> None:
    assert decided(reading(heard("water"), outside=0.1)).closest == ()


def test_an_agent_is_called_only_where_that_is_wished_for_sure() -> None:
    assert decided(reading(heard("a person"), (AGENT, 0.55), ("fire", 0.2))).closest == (AGENT,)
    assert decided(reading(heard("a person"), (AGENT, 0.25), ("fire", 0.2))).closest == (AGENT, "fire")
    assert decided(reading(heard("a person"), (AGENT, 0.65))).intent == "talk_to_agent"


def test_no_other_policy_is_told_in_place_of_one_that_nobody_sells() -> None:
    zebra = heard("what is zebra insurance", unknown_policy="zebra insurance")
    assert decided(reading(zebra, ("cyber#what", 0.5))).closest == ("cyber#what",)
    named = heard("what is zebra insurance or cyber", unknown_policy="zebra insurance", policy="cyber")
    assert decided(reading(named, ("cyber#what", 0.5))).target == "cyber#what"


def test_why_needs_an_answer_to_speak_of() -> None:
    ranked = [(intent_id("ask_why"), 0.9), ("fire", 0.08)]
    nothing_said = decided(reading(heard("but why"), *ranked, outside=0.9))
    assert (nothing_said.intent, nothing_said.closest) == ("nlu_fallback", ())
    assert decided(reading(heard("but why", FIRE), *ranked)).intent == "ask_why"


def test_nothing_is_compared_where_no_policy_is_named_or_talked_about() -> None:
    ranked = [(intent_id("ask_compare"), 0.9), ("fire", 0.08)]
    assert decided(reading(heard("what is better"), *ranked)).intent != "ask_compare"
    cyber = Frame("cyber#what", "ask_policy", "what is cyber", ("cyber",))
    assert decided(reading(heard("what is better", cyber), *ranked)).intent == "ask_compare"


def test_where_an_incident_is_spoken_of_one_policy_is_compared_with_nothing() -> None:
    ranked = [(intent_id("ask_compare"), 0.9), ("fire", 0.4)]
    assert decided(reading(heard("is that gl or which one", FIRE, policy="gl"), *ranked)).target == "fire"
    assert decided(reading(heard("gl or cyber", FIRE, policy="cyber"), *ranked)).intent == "ask_compare"


def test_a_question_is_no_mere_fact() -> None:
    ranked = [(intent_id("inform"), 0.9), ("gl#need", 0.6)]
    assert decided(reading(heard("we are in Texas, do we need it?"), *ranked)).target == "gl#need"
    assert decided(reading(heard("we are in Texas so no bond for us, right"), *ranked)).target == "gl#need"
    assert decided(reading(heard("we are in Texas"), *ranked)).intent == "inform"


def test_what_is_told_behind_an_answer_is_answered_where_something_turns_on_it() -> None:
    ranked = [(TELLS, 0.6), ("notice_law", 0.4), ("fire", 0.1)]
    assert decided(reading(heard("they are all volunteers", FIRE), *ranked)).target == "notice_law"
    assert decided(reading(heard("they are all volunteers"), *ranked)).intent == "inform"
    assert decided(reading(heard("our van is blue", FIRE), (TELLS, 0.6), ("fire", 0.2))).intent == "inform"


def test_what_nothing_turns_on_shows_what_it_may_touch_on() -> None:
    told = decided(reading(heard("he is my nephew", frame=FIRE), (TELLS, 0.6), ("flood", 0.2), ("retention", 0.15)))
    assert (told.intent, told.closest) == ("inform", ("flood", "retention"))
    unlikely = decided(reading(heard("he is my nephew", frame=FIRE), (TELLS, 0.6), ("flood", 0.1), ("retention", 0.1)))
    first = decided(reading(heard("he is my nephew"), (TELLS, 0.6), ("flood", 0.2), ("retention", 0.15)))
    assert unlikely.closest == first.closest == ()


def test_what_to_do_is_asked_of_what_was_talked_about_and_after_a_loss_never_of_the_guide() -> None:
    helping = intent_id("help")
    asked = reading(heard("what do i do first", FIRE), (helping, 0.5), ("after_a_loss", 0.35))
    assert decided(asked).target == "after_a_loss"
    lost = Frame(text="a fire broke out last night", happened=True)
    assert decided(reading(heard("what do i do", lost), (helping, 0.6), ("flood", 0.1))).target == REPORT
    assert decided(reading(heard("what do you do"), (helping, 0.6), ("after_a_loss", 0.35))).target == helping


def test_a_state_told_behind_the_law_of_another_is_answered_with_its_own() -> None:
    asked = Frame("notice_law_ca", "ask_regulation", "is notice a must in fresno", state="CA")
    ranked = [(TELLS, 0.6), ("fire", 0.12), ("notice_law_tx", 0.1)]
    there = decided(reading(heard("oh we moved to dallas", asked, state="TX"), *ranked))
    assert (there.intent, there.target) == ("ask_regulation", "notice_law_tx")
    in_general = [("law_in_general", 0.5), ("notice_law_tx", 0.1)]
    assert decided(reading(heard("and if it is texas", asked, state="TX"), *in_general)).target == "notice_law_tx"
    assert decided(reading(heard("and if it is ohio", asked, state="OH"), *in_general)).target == "law_in_general"

    same = decided(reading(heard("yes, in oakland", asked, state="CA"), *ranked))
    assert same.intent == "inform"
    of_fire = Frame("fire", "ask_coverage", "a fire", state="CA")
    assert decided(reading(heard("we moved to dallas", of_fire, state="TX"), *ranked)).intent == "inform"


def test_some_law_or_other_of_a_state_that_is_named_is_its_own() -> None:
    asked = Frame("comp_in_general", "ask_regulation", "is comp a must", state="CA")
    laws = [("comp_in_general", 0.25), ("law_in_general", 0.2), ("comp_law_tx", 0.15)]
    assert decided(reading(heard("texas then", asked, state="TX"), *laws)).target == "comp_law_tx"
    assert decided(reading(heard("and there", asked), *laws)).intent == "nlu_fallback"


def test_the_law_of_the_state_spoken_of_comes_first_where_it_is_at_hand() -> None:
    there = Frame("fire", "ask_coverage", "we are in texas", state="TX")
    asked = heard("is notice a must there", frame=there)
    found = decided(reading(asked, ("notice_law_ca", 0.7), ("notice_law_tx", 0.35)))
    assert found.target == "notice_law_tx"
    assert decided(reading(asked, ("notice_law_ca", 0.7), ("notice_law_tx", 0.1))).target == "notice_law_ca"
    at_home = heard("is notice a must", frame=Frame("fire", "ask_coverage", "a fire", state="CA"))
    assert decided(reading(at_home, ("notice_law_ca", 0.7), ("notice_law_tx", 0.35))).target == "notice_law_ca"


def test_where_another_state_is_named_too_the_law_of_one_says_no_yes_or_no() -> None:
    def says_yes(name: str, policies: Sequence[str]) -> str | None:
        return "yes"

    both = heard("is notice a must for those in fresno and dallas", state=("CA", "TX"))
    alone = heard("is notice a must for those in fresno", state=("CA",))
    assert not resolve(reading(both, ("notice_law_ca", 0.9)), TARGETS, says_yes).certain
    assert resolve(reading(alone, ("notice_law_ca", 0.9)), TARGETS, says_yes).certain


def test_another_policy_behind_an_incident_is_asked_about_that() -> None:
    ranked = [("gl_in_bop", 0.6), ("fire", 0.4)]
    follows = heard("and a bop?", FIRE, {"follow_up": 0.8, "ask_included": 0.1}, policy="bop")
    assert decided(reading(follows, *ranked)).target == "fire"
    unnamed = heard("and the package?", FIRE, {"follow_up": 0.8})
    assert decided(reading(unnamed, *ranked)).target == "gl_in_bop"
    asks = heard("is gl part of a bop", FIRE, {"ask_included": 0.8, "follow_up": 0.1}, policy="bop")
    assert decided(reading(asks, *ranked)).target == "gl_in_bop"


@pytest.mark.parametrize(
    ("text", "certain"),
    [
        ("is notice a must for our coders in Lagos", False),
        ("is notice a must for staff in the philippines", False),
        ("is notice a must for staff near fresno", True),
        ("is notice a must in georgia", True),  # a state as well as a country
    ],
)
def test_the_law_of_a_state_says_no_yes_or_no_of_another_country(text: str, certain: bool) -> None:
    found = resolve(reading(heard(text, state=("CA",)), ("notice_law_ca", 0.9)), TARGETS, lambda name, policies: "yes")
    assert found.certain is certain


def test_there_is_nothing_to_skip_but_questions_of_a_form() -> None:
    ranked = [(intent_id("skip"), 0.6), ("notice_law", 0.5)]
    assert decided(reading(heard("if I miss one", FIRE), *ranked)).target == "notice_law"
    assert decided(reading(heard("pass", FIRE), (intent_id("skip"), 0.6), ("fire", 0.1))).intent == "skip"


# Losses


def test_a_report_says_what_happened_and_what_comes_first_where_that_is_likely() -> None:
    ranked = [(REPORT, 0.7), ("fire", 0.5), ("after_a_loss", 0.35), ("flood", 0.1)]
    found = decided(reading(heard("our shop burned"), *ranked, happened=0.8))
    assert (found.intent, found.exposure, found.topic) == ("report_claim", "fire", "after_a_loss")
    bare = decided(reading(heard("something awful"), (REPORT, 0.7), ("fire", 0.2), happened=0.8))
    assert (bare.intent, bare.exposure, bare.topic) == ("report_claim", None, None)


def test_what_has_happened_is_taken_down() -> None:
    found = decided(reading(heard("our shop burned"), (REPORT, 0.5), ("fire", 0.3), happened=0.8))
    assert (found.intent, found.happened) == ("report_claim", True)


def test_a_what_if_opens_no_ticket() -> None:
    found = decided(reading(heard("if our shop burned"), (REPORT, 0.5), ("fire", 0.1), happened=0.1))
    assert (found.intent, found.target, found.certain) == ("ask_claims", "", False)
    asked = decided(reading(heard("if our shop burned"), (REPORT, 0.5), ("fire", 0.4), happened=0.1))
    assert asked.target == "fire"


def test_who_likelier_tells_what_the_business_is_has_no_loss() -> None:
    found = decided(reading(heard("we are a dry cleaner"), (TELLS, 0.5), (REPORT, 0.45), happened=0.36))
    assert (found.intent, found.happened) == ("inform", False)
    assert (
        decided(reading(heard("we bring it ourselves"), (REPORT, 0.7), (TELLS, 0.4), happened=0.2)).intent == "inform"
    )
    assert decided(reading(heard("our shop burned"), (REPORT, 0.5), (TELLS, 0.4), happened=0.5)).happened


def test_what_is_only_imagined_has_not_happened() -> None:
    assert not decided(reading(heard("what if our shop burned"), ("fire", 0.5), happened=0.6)).happened


def test_a_report_may_be_wished_whatever_happened_or_follow_one_told_before() -> None:
    assert decided(reading(heard("file a claim"), (REPORT, 0.7), ("fire", 0.4), happened=0.1)).intent == "report_claim"
    told = Frame("fire", "ask_coverage", "our shop burned", happened=True)
    assert decided(reading(heard("file it", told), (REPORT, 0.5), ("fire", 0.4))).intent == "report_claim"


def test_what_to_do_after_a_loss_is_a_report_where_that_is_likely_too() -> None:
    ranked = [("after_a_loss", 0.6), (REPORT, 0.25)]
    found = decided(reading(heard("our shop burned what now"), *ranked, happened=0.9))
    assert (found.intent, found.target, found.topic) == ("report_claim", REPORT, "after_a_loss")
    assert decided(reading(heard("what to do after a fire"), *ranked, happened=0.1)).target == "after_a_loss"
    unlikely = [("after_a_loss", 0.6), (REPORT, 0.1)]
    assert decided(reading(heard("our shop burned"), *unlikely, happened=0.9)).target == "after_a_loss"


# In a conversation


def test_yes_is_what_was_offered() -> None:
    offered = Frame("fire", "ask_what_covers", "fire", offered="cyber#what")
    assert decided(reading(heard("yes", offered), (intent_id("affirm"), 0.9))).target == "cyber#what"
    gone = Frame("fire", "ask_what_covers", "fire", offered="gone")
    assert decided(reading(heard("yes", gone), (intent_id("affirm"), 0.9))).intent == "affirm"


def test_an_example_after_a_term_is_the_terms_own() -> None:
    term = Frame("retention", "ask_term", "what is a retention", terms=("retention",))
    assert decided(reading(heard("for example", term), (EXAMPLE, 0.9))).target == "retention"
    named = heard("an example of cyber", term, policy="cyber")
    assert decided(reading(named, (EXAMPLE, 0.9))).target == EXAMPLE


def test_an_example_is_one_of_the_policy_talked_about() -> None:
    assert decided(reading(heard("for example", FIRE), (EXAMPLE, 0.9))).policies == ("gl",)


def test_a_policy_put_right_asks_the_last_question_again() -> None:
    cost = Frame("gl#need", "ask_cost", "what does gl cost", ("gl",))
    assert (
        decided(reading(heard("no, cyber", cost, policy="cyber"), (intent_id("correct"), 0.9))).target == "cyber#cost"
    )
    incident = decided(reading(heard("no, property", FIRE, policy="property"), (intent_id("correct"), 0.9)))
    assert (incident.target, incident.policies, incident.intent) == ("fire", ("property",), "ask_coverage")


def test_one_policy_beside_something_else_is_asked_about_rather_than_compared() -> None:
    ranked = [(intent_id("ask_compare"), 0.9), ("retention", 0.85)]
    message = heard("what separates cyber from a retention", policy=["cyber"])
    assert decided(reading(message, *ranked)).target == "retention"


def test_two_policies_are_compared() -> None:
    message = heard("cyber or gl, what is the difference", policy=["cyber", "gl"])
    found = decided(reading(message, (intent_id("ask_compare"), 0.9), ("cyber#what", 0.6)))
    assert (found.intent, found.policies) == ("ask_compare", ("cyber", "gl"))


def test_a_correction_without_a_policy_says_what_was_meant() -> None:
    ranked = [(intent_id("correct"), 0.6), ("gl#need", 0.4)]
    assert decided(reading(heard("no, who needs it", FIRE), *ranked)).target == "gl#need"
    unlikely = [(intent_id("correct"), 0.6), ("gl#need", 0.1)]
    assert decided(reading(heard("no, not that", FIRE), *unlikely)).intent == "correct"


@pytest.mark.parametrize(
    ("text", "intents", "carried"),
    [
        ("does it pay for a flood", {}, ("gl",)),  # points back
        ("and a flood", {"follow_up": 0.9}, ("gl",)),
        ("and a flood", {"ask_what_covers": 0.9}, ()),
        ("what covers it in a flood", {}, ()),  # asks openly
    ],
)
def test_the_policy_talked_about_is_carried_where_words_follow(
    text: str, intents: dict[str, float], carried: tuple[str, ...]
) -> None:
    found = decided(reading(heard(text, FIRE, intents), ("flood", 0.9)))
    assert (found.policies, found.follows) == (carried, bool(carried))


def test_a_question_of_its_own_is_not_asked_of_a_policy_that_has_nothing_to_do_with_it() -> None:
    asked = decided(reading(heard("are we insured against high water", FIRE, {"follow_up": 0.9}), ("flood", 0.8)))
    assert (asked.intent, asked.policies) == ("ask_what_covers", ())
    fragment = decided(reading(heard("and high water", FIRE, {"follow_up": 0.9}), ("flood", 0.8)))
    assert (fragment.intent, fragment.policies) == ("ask_coverage", ("gl",))


def test_the_incident_just_answered_with_another_person_in_it_is_another() -> None:
    targets = {**TARGETS, "fire": replace(TARGETS["fire"], otherwise={"own_people": "flood"})}
    again = resolve(reading(heard("and if our cook did it", FIRE), ("fire", 0.8)), targets, says)
    assert again.target == "flood"
    first = resolve(
        reading(heard("and if our cook did it", replace(FIRE, exposure=None)), ("fire", 0.8)), targets, says
    )
    assert first.target == "fire"


def test_no_policy_is_carried_after_what_covers_it() -> None:
    which = Frame("fire", "ask_what_covers", "what covers a fire", ("property",), "fire")
    assert decided(reading(heard("and a flood", which, {"follow_up": 0.9}), ("flood", 0.9))).policies == ()


def test_what_does_cover_it_asks_of_every_policy() -> None:
    found = decided(reading(heard("so what does cover it", FIRE, {"follow_up": 0.9}), ("fire", 0.9)))
    assert (found.policies, found.intent) == ((), "ask_what_covers")


def test_a_single_policy_joins_those_compared() -> None:
    compared = Frame(intent_id("ask_compare"), "ask_compare", "gl or bop", ("gl", "bop"))
    found = decided(reading(heard("and cyber", compared, policy="cyber"), (intent_id("ask_compare"), 0.9)))
    assert found.policies == ("gl", "bop", "cyber")


def test_of_several_states_none_is_where_the_business_is() -> None:
    assert decided(reading(heard("fire in NV and AZ", state=("NV", "AZ")), ("fire", 0.9))).state is None
    assert decided(reading(heard("fire in NV", state=("NV",)), ("fire", 0.9))).state == "NV"


def test_trade_and_state_stay_known() -> None:
    known = Frame("fire", "ask_what_covers", "fire", industry="plumber", state="CA")
    again = decided(reading(heard("flood", known), ("flood", 0.9)))
    assert (again.industry, again.state) == ("plumber", "CA")
    moved = decided(reading(heard("flood", known, state="NV", industry="baker"), ("flood", 0.9)))
    assert (moved.industry, moved.state) == ("baker", "NV")


# Yes or no


@pytest.mark.parametrize(
    ("text", "chance", "cover", "certain"),
    [
        ("does gl pay for a fire", 0.9, 0.9, True),
        ("a fire and gl", 0.9, 0.9, True),  # an incident barely told
        ("should gl tell the fire brigade", 0.9, 0.3, False),  # something else is asked
        ("does gl pay for a fire", 0.5, 0.9, False),  # not sure enough what was meant
        ("does gl pay for all fires", 0.9, 0.9, False),  # of all, no yes holds
    ],
)
def test_yes_or_no_is_said_where_it_is_asked_and_sure(text: str, chance: float, cover: float, certain: bool) -> None:
    assert decided(reading(heard(text, policy="gl"), ("fire", chance), cover=cover)).certain is certain


def test_no_yes_or_no_is_said_where_what_else_may_be_meant_says_another() -> None:
    asked = heard("does property pay when the creek comes in", policy="property")
    assert decided(reading(asked, ("fire", 0.7))).certain
    assert not decided(reading(asked, ("fire", 0.7), ("flood", 0.5))).certain


def test_what_is_denied_and_asked_to_be_confirmed_gets_no_yes_or_no() -> None:
    notice = heard("so no need of the notice, right", policy="epli")
    assert not decided(reading(notice, ("notice_law", 0.9))).certain
    assert decided(reading(heard("so we need the notice, right", policy="epli"), ("notice_law", 0.9))).certain


def test_another_case_that_is_answered_by_the_last_incident_is_decided_by_no_yes_or_no() -> None:
    supposed = heard("and if it was the grill of a tenant, does gl pay", FIRE, policy="gl")
    assert not decided(reading(supposed, ("fire", 0.9))).certain
    assert decided(reading(heard("really, does gl pay for fire", FIRE, policy="gl"), ("fire", 0.9))).certain
    other_policy = heard("and if it is cyber, does that pay for fire", FIRE, policy="cyber")
    assert decided(reading(other_policy, ("fire", 0.9))).certain


def test_whether_it_is_excluded_is_answered_the_other_way_round() -> None:
    message = heard("does gl exclude a fire", policy="gl")
    found = decided(reading(message, ("fire", 0.9), cover=0.05, excluded=0.9))
    assert (found.certain, found.excluded) == (True, True)
    unsure = decided(reading(message, ("fire", 0.9), cover=0.1, excluded=0.3))
    assert not unsure.certain


def test_guidance_says_what_its_own_question_asks_for() -> None:
    message = heard("must we tell anybody", policy="epli")
    assert decided(reading(message, ("notice_law", 0.9), cover=0.0)).certain
    assert not decided(reading(heard("whom to tell", policy="epli"), ("notice_law", 0.9), cover=0.9)).certain
    assert not decided(reading(message, ("notice_law", 0.9), cover=0.0, excluded=0.9)).certain


def test_another_candidate_that_says_the_same_makes_it_surer() -> None:
    message = heard("does gl pay for a fire", policy="gl")
    assert not decided(reading(message, ("fire", 0.5), ("flood", 0.45))).certain
    assert decided(reading(message, ("fire", 0.5), ("gl_in_bop", 0.45))).certain


def test_a_relation_says_yes_only_of_the_two_policies_asked_about() -> None:
    both = heard("does a bop include gl", policy=["bop", "gl"])
    assert decided(reading(both, ("gl_in_bop", 0.9))).certain
    held = heard("does it include gl", policy=["gl"], held=["bop"])
    assert not decided(reading(held, ("gl_in_bop", 0.9))).certain


def test_a_topic_says_nothing_of_a_policy_it_does_not_speak_of() -> None:
    assert decided(reading(heard("is epli notice a must", policy="epli"), ("notice_law", 0.9))).certain
    assert not decided(reading(heard("is cyber notice a must", policy="cyber"), ("notice_law", 0.9))).certain


# What is carried along, and compared


def test_what_has_happened_takes_no_policy_along() -> None:
    about = Frame("gl#need", "ask_need", "who needs gl", ("gl",))
    told = heard("a fire gutted our kitchen last night, is that covered?", about)
    assert decided(reading(told, ("fire", 0.9), happened=0.9)).policies == ()
    assert decided(reading(heard("is a fire in that?", about), ("fire", 0.9))).policies == ("gl",)


def test_two_policies_stand_for_a_yes_or_no_where_the_incident_names_one_of_them() -> None:
    message = heard("does gl pay when the kitchen burns", policy="gl")
    assert decided(reading(message, ("gl_in_bop", 0.9), ("fire", 0.4))).certain
    assert not decided(reading(message, ("gl_in_bop", 0.9), ("flood", 0.4))).certain
    assert not decided(reading(message, ("gl_in_bop", 0.9))).certain


def test_a_difference_asked_for_behind_two_policies_is_theirs() -> None:
    both = Frame("gl_in_bop", "ask_included", "is gl in a bop", ("bop",))
    found = decided(reading(heard("and the difference?", both), (COMPARISON, 0.9)))
    assert (found.intent, found.policies) == ("ask_compare", ("bop", "gl"))


def test_letters_without_a_word_tell_nothing() -> None:
    found = decided(reading(heard("qwzx vrrb", FIRE), (TELLS, 0.9)))
    assert found.intent == "nlu_fallback"


def test_another_policy_meant_is_put_in_place_of_the_one_named_last() -> None:
    before = Frame("gl_in_bop", "ask_included", "does a bop have gl in it", ("gl",))
    meant = heard("no i meant cyber", frame=before, policy="cyber")
    assert decided(reading(meant, (intent_id("correct"), 0.8))).target == "cyber_in_bop"
    before = replace(before, policies=("bop",))
    meant = heard("no i meant cyber", frame=before, policy="cyber")
    assert decided(reading(meant, (intent_id("correct"), 0.8))).target == "cyber_in_gl"


def test_the_law_of_the_state_on_the_policy_named_comes_before_the_law_in_general() -> None:
    ranked = [("law_in_general", 0.7), ("comp_law_tx", 0.1)]
    named = heard("must a shop in Waco have comp", policy="comp", state="TX")
    assert decided(reading(named, *ranked)).target == "comp_law_tx"
    assert decided(reading(heard("what must a shop have", state="TX"), *ranked)).target == "law_in_general"


def test_only_a_question_of_yes_or_no_points_at_a_policy_that_the_guide_named() -> None:
    before = Frame("fire", "ask_what_covers", "what pays for a fire", ("property",), "fire")
    asks = reading(heard("does it pay for flood", frame=before), ("flood", 0.8))
    tells = reading(heard("and water? the lake is right there", frame=before), ("flood", 0.8))
    assert (decided(asks).policies, decided(tells).policies) == (("property",), ())


@pytest.mark.parametrize(
    ("text", "policies"),
    [
        ("does that one pay for flood", ("cyber",)),
        ("does it pay for flood", ("gl",)),
        ("is that one paying", ("cyber",)),
    ],
)
def test_that_one_is_the_policy_told_instead_of_one_that_does_not_pay(text: str, policies: tuple[str, ...]) -> None:
    told = Given("fire", "ask_coverage", ("gl",), "fire", verdict="no")
    denied = Frame("fire", "ask_coverage", "does gl pay", ("gl",), "fire", options=("cyber#what",), given=(told,))
    assert decided(reading(heard(text, denied), ("flood", 0.9))).policies == policies
    paid = replace(denied, given=(replace(told, verdict="yes"),))
    assert decided(reading(heard(text, paid), ("flood", 0.9))).policies == ("gl",)

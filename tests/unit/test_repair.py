"""What visitors say of an answer: each has an answer of its own, made of what was answered, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import patch

import pytest

from actions import cost, coverage, guidance, policies, terms  # noqa: F401  the answers that are talked about
from actions.answer import Status
from actions.clarify import closest
from actions.conversation import bot_challenge, credentials, other_language, repeat, restart
from actions.repair import how_sure, mocked, none_fits, shorter, something_else, where_from
from actions.responding import remembered, replies_to
from knowledge.base import KnowledgeBase
from understanding.question import Frame, Given, Question
from understanding.targets import OUTSIDE

FRAME = Frame("cyber#what", "ask_policy", "what is cyber", ("cyber",), turn=1)


def _asks(intent: str, frame: Frame | None = FRAME, text: str = "") -> Question:
    return Question(text, intent, frame=frame)


def test_the_sources_told_are_those_of_the_last_answer(base: KnowledgeBase) -> None:
    policy = base.policy("cyber")
    assert policy is not None
    first = base.source(policy.summary.source[0])
    answer = where_from(_asks("ask_source"), base)
    assert first.title in answer.paragraphs[0] and first.publisher in answer.paragraphs[0]


@pytest.mark.parametrize("respond", [where_from, shorter])
def test_before_any_answer_it_says_so(respond, base: KnowledgeBase) -> None:
    answer = respond(_asks("any", None), base)
    assert answer.status is Status.CHITCHAT and "not answered anything yet" in answer.lead


def test_how_sure_names_what_it_rests_on_and_claims_no_signature_that_is_not_there(base: KnowledgeBase) -> None:
    answer = how_sure(_asks("ask_certain"), base)
    assert "Your own policy's wording decides" in answer.paragraphs[0]
    assert ("reviewed it" in answer.paragraphs[0]) == (base.signature(["cyber"]) is not None)


@pytest.mark.parametrize("signed", [True, False])
def test_before_any_answer_it_is_told_who_wrote_and_who_signed_them(signed: bool, base: KnowledgeBase) -> None:
    with patch.object(KnowledgeBase, "signed_last", return_value=[("cyber", None)] if signed else []):
        sure, licensed = how_sure(_asks("ask_certain", None), base), credentials(_asks("ask_credentials"), base)
    for told in (sure.lead, licensed.lead):
        assert "People wrote my answers" in told
        assert ("Licensed agents sign them" in told) is signed and ("No licensed agent" in told) is not signed


def test_shorter_keeps_the_first_words_alone(base: KnowledgeBase) -> None:
    policy = base.policy("cyber")
    assert policy is not None
    answer = shorter(_asks("shorter"), base)
    assert (answer.lead, answer.paragraphs) == (policy.summary.text, [])
    assert not answer.more and answer.sources


def test_an_answer_without_yes_or_no_gets_none_when_it_is_said_again(base: KnowledgeBase) -> None:
    given = Given("ransomware", "ask_coverage", ("cyber",), "ransomware")
    frame = Frame("ransomware", "ask_coverage", "hackers", ("cyber",), "ransomware", given=(given,))
    for verdict in (None, "yes"):
        last = replace(frame, given=(replace(given, verdict=verdict),))
        assert shorter(_asks("shorter", last), base).verdict == verdict
        assert repeat(_asks("repeat", last), base).verdict == verdict


def test_what_was_taken_for_the_question_is_named(base: KnowledgeBase) -> None:
    answer = something_else(_asks("not_asked"), base)
    policy = base.policy("cyber")
    assert policy is not None and policy.short_name in answer.lead and answer.status is Status.CLARIFY


def test_none_of_the_options_drops_them_keeps_the_subject_and_offers_a_person(base: KnowledgeBase) -> None:
    shown = Frame(**{**FRAME.__dict__, "shown": ("epli#what", "cyber#cost")})
    answer = none_fits(_asks("none_of_these", shown), base)
    assert answer.lead.startswith("None of them, then.") and answer.offers == "intent:talk_to_agent"
    assert none_fits(_asks("none_of_these"), base).intent == "not_asked"  # nothing was shown


def test_how_sure_says_the_answer_as_it_was_whatever_way_it_is_asked(base: KnowledgeBase) -> None:
    frame = Frame("employee_injury", "ask_coverage", "hurt staff", ("general_liability",), "employee_injury")
    answer = how_sure(replace(_asks("ask_certain", frame), excluded=True), base)
    assert "does not pay" in answer.lead and "left out" not in answer.lead


def test_mockery_is_not_taken_for_thanks(base: KnowledgeBase) -> None:
    assert "did not help" in mocked(_asks("sarcasm"), base).lead


def test_each_miss_in_a_row_begins_otherwise_and_the_second_says_what_was_understood(base: KnowledgeBase) -> None:
    def missed(misses: int) -> str:
        frame = Frame(**{**FRAME.__dict__, "misses": misses})
        answer = closest(Question("x", "nlu_fallback", policies=("cyber",), frame=frame), base)
        assert (answer.offers is not None) == (misses > 0)
        return answer.lead

    leads = [missed(misses) for misses in range(4)]
    assert len(set(leads)) == 4
    policy = base.policy("cyber")
    assert policy is not None and policy.short_name in leads[1]


def test_starting_over_names_what_is_dropped(base: KnowledgeBase) -> None:
    policy = base.policy("cyber")
    assert policy is not None and policy.name in restart(_asks("restart"), base).lead


@pytest.mark.parametrize("respond", [bot_challenge, credentials])
def test_who_runs_the_guide_is_told_as_set_and_honestly_where_it_is_not(
    respond, base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GUIDE_AGENCY_NAME", raising=False)
    monkeypatch.delenv("GUIDE_AGENCY_LICENCE", raising=False)
    assert "has not told me its name" in respond(_asks("any"), base).lead
    monkeypatch.setenv("GUIDE_AGENCY_NAME", "Larkfield")
    monkeypatch.setenv("GUIDE_AGENCY_LICENCE", "0X12345")
    assert "I am run by Larkfield. Its insurance license is 0X12345." in respond(_asks("any"), base).lead


def test_every_language_has_two_lines_and_an_agent(base: KnowledgeBase) -> None:
    languages = base.notices["other_languages"]
    assert len(languages) == 12
    for each in languages:
        answer = other_language(Question("x", "other_language", topic=each["code"]), base)
        assert answer.lead == each["text"].strip() and len(answer.lead.splitlines()) == 2
        assert answer.buttons[0].title in answer.lead
        named = other_language(_asks("ask_language", text=f"in {each['names'][0].title()} please"), base)
        assert named.lead == answer.lead


def test_a_language_that_is_not_known_gets_no_spanish(base: KnowledgeBase) -> None:
    for text in ("combien coûte une assurance", "ile kosztuje ubezpieczenie firmy"):
        assert other_language(_asks("other_language", text=text), base).lead.startswith("I answer in English")


def test_an_unsure_wish_for_a_person_is_asked_about_and_a_yes_takes_it(base: KnowledgeBase) -> None:
    answer = closest(Question("somebody ring me", "nlu_fallback", closest=("intent:talk_to_agent",)), base)
    assert answer.status is Status.CLARIFY and answer.offers == "intent:talk_to_agent"
    assert answer.buttons[0].ask == {"intent": "talk_to_agent"}


def test_what_is_likelier_outside_than_anything_is_told_so_without_a_refusal(base: KnowledgeBase) -> None:
    answer = closest(Question("my house", "nlu_fallback", OUTSIDE), base)
    assert answer.status is Status.FALLBACK and "may be outside" in answer.lead


def test_of_an_incident_that_comes_close_it_is_told_who_responds(base: KnowledgeBase) -> None:
    incidents = ("employee_injury", "equipment_off_site", "do_not_call")
    [lines, _] = closest(Question("x", "nlu_fallback", closest=incidents), base).paragraphs
    told = [line.partition(": ")[2] for line in lines.splitlines()]
    assert told[0] == "Workers' compensation responds." and told[2] == "No standard policy pays for it."


def test_the_answer_just_given_is_not_given_whole_again_to_other_words(base: KnowledgeBase) -> None:
    asked = Question("what is cyber", "ask_policy", "cyber#what", policies=("cyber",))
    [(_, whole)] = replies_to({"text": asked.text, "question": asked.as_data()}, None, base)
    frame = remembered(base, asked, whole, None, 1)
    [(_, again)] = replies_to({"text": "and so?", "question": asked.as_data()}, frame, base)
    assert again.lead == whole.lead and len("".join(again.paragraphs)) < len("".join(whole.paragraphs))
    assert again.paragraphs[-1].startswith("That is what I have on it") and again.more
    elsewhere = replace(asked, state="NV")
    [(_, moved)] = replies_to({"text": "and in Nevada?", "question": elsewhere.as_data()}, frame, base)
    assert moved.paragraphs == whole.paragraphs

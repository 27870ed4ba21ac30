"""Reading a parsed message: never an error, a button taken at its word, and follow-ups that change one thing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.answer import Status
from actions.base import as_message
from actions.follow_ups import with_frame
from actions.question import (
    Frame,
    Question,
    Subject,
    means_guidance,
    means_incident,
    read_exposure,
    read_question,
)
from actions.responding import RESPONDERS, respond
from actions.routing import settle
from bot.runtime.local_actions import LocalActions
from knowledge.base import KnowledgeBase

LocalActions()  # every action is imported, and with it every responder

BASE = KnowledgeBase()
INTENTS = [*sorted(RESPONDERS), "nlu_fallback", "never_heard_of"]
IDS = {kind: BASE.ids(kind) for kind in ("policy", "exposure", "industry", "term", "topic", "outside")}
CHANCE = st.floats(0, 1)


@pytest.fixture(scope="module", autouse=True)
def closed() -> Iterator[None]:
    yield
    BASE.close()


def _entity(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    ids = st.sampled_from([*IDS.get(kind, []), "gone_from_the_content"])
    if kind in ("state", "unknown_policy"):
        ids = st.text(max_size=10)
    return st.fixed_dictionaries(
        {
            "entity": st.just(kind),
            "value": ids,
            "start": st.just(0),
            "end": st.just(3),
            "extractor": st.just("TermLinker"),
        }
    )


def _subject(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    ids = st.sampled_from([*IDS[kind], "gone_from_the_content"])
    return st.fixed_dictionaries({"id": ids, "kind": st.just(kind), "score": CHANCE, "nearest": st.floats(-1, 1)})


NAMED = st.fixed_dictionaries({"name": st.sampled_from(INTENTS), "confidence": CHANCE})
NOTHING = st.fixed_dictionaries({"name": st.none(), "confidence": st.just(0.0)})
ENTITIES = st.one_of([_entity(kind) for kind in [*IDS, "state", "unknown_policy"]])
SUBJECTS = st.one_of([_subject(kind) for kind in ("exposure", "topic", "term", "industry", "policy")])
ASK = st.fixed_dictionaries(
    {"intent": st.sampled_from(INTENTS)},
    optional={
        "policies": st.lists(st.sampled_from(IDS["policy"]), max_size=3),
        "exposure": st.none() | st.sampled_from(IDS["exposure"]),
        "topic": st.none() | st.sampled_from(IDS["topic"]),
        "terms": st.lists(st.sampled_from(IDS["term"]), max_size=2),
        "industry": st.none() | st.sampled_from(IDS["industry"]),
    },
)
PARSED = st.fixed_dictionaries(
    {},
    optional={
        "text": st.none()
        | st.text(max_size=60)
        | st.sampled_from(
            [
                "and EPLI?",
                "does our business insurance cover it",
                "the second one",
                "do we need both",
                "sorry, I meant it",
            ]
        ),
        "intent": NAMED | NOTHING | st.just({}) | st.none(),
        "intent_ranking": st.lists(NAMED, max_size=8) | st.none(),
        "entities": st.lists(ENTITIES, max_size=5) | st.none(),
        "subjects": st.lists(SUBJECTS, max_size=12).map(lambda all_: sorted(all_, key=lambda s: -s["score"]))
        | st.none(),
        "ask": st.none() | ASK,
    },
)
# What a frame can be about: follow-ups are answered, and remembered, as what they follow.
TALKED_ABOUT = sorted(set(INTENTS) - {"ask_why", "ask_more", "simpler", "repeat", "follow_up", "inform", "correct"})
FRAMES = st.none() | st.builds(
    Frame,
    intent=st.sampled_from(TALKED_ABOUT),
    policies=st.lists(st.sampled_from(IDS["policy"]), max_size=2).map(tuple),
    exposure=st.none() | st.sampled_from(IDS["exposure"]),
    topic=st.none() | st.sampled_from(IDS["topic"]),
    terms=st.lists(st.sampled_from(IDS["term"]), max_size=2).map(tuple),
    industry=st.none() | st.sampled_from(IDS["industry"]),
    state=st.none() | st.just("CA"),
    incident=st.none() | st.sampled_from(IDS["exposure"]),
    options=st.lists(st.sampled_from(IDS["policy"]), max_size=3).map(tuple),
    turn=st.integers(0, 12),
    misses=st.integers(0, 3),
)


@settings(max_examples=300)
@given(PARSED, FRAMES, st.integers(0, 20))
def test_whatever_rasa_parsed_there_is_an_answer(parsed: dict[str, Any], frame: Frame | None, turn: int) -> None:
    question = settle(with_frame(read_question(parsed, frame), turn), BASE)
    assert isinstance(question, Question)
    answer = respond(question, BASE)
    message = as_message(answer, BASE)
    assert message["text"].strip()
    if answer.status is Status.ANSWERED:
        assert answer.sources
    if parsed.get("ask"):
        assert question.intent == parsed["ask"]["intent"]


@pytest.mark.parametrize("intent", ["ask_why", "ask_more", "simpler", "repeat"])
def test_a_follow_up_of_a_follow_up_that_found_nothing_ends(intent: str) -> None:
    asked_back = Frame(intent, turn=1)  # left by a first turn such as "why does zebra insurance not pay?"
    question = with_frame(Question("why?", intent, frame=asked_back), 2)
    assert respond(question, BASE).status in (Status.CLARIFY, Status.FALLBACK)


@given(FRAMES)
def test_what_is_remembered_can_be_read_again(frame: Frame | None) -> None:
    if frame is not None:
        assert Frame.from_slot(frame.as_slot()) == frame


@pytest.mark.parametrize("slot", [None, {}, {"policies": ["cyber"]}, {"of": "another version"}])
def test_a_slot_of_another_version_is_forgotten(slot: dict[str, Any] | None) -> None:
    assert Frame.from_slot(slot) is None


def test_what_another_version_added_to_the_slot_is_ignored() -> None:
    assert Frame.from_slot({"intent": "ask_cost", "policies": ["cyber"], "mood": "good"}) == Frame(
        "ask_cost", ("cyber",)
    )


def test_a_button_is_taken_at_its_word() -> None:
    ask = {"intent": "ask_coverage", "policies": ["cyber"], "exposure": "ransomware"}
    parsed = {
        "text": "What is EPLI?",
        "ask": ask,
        "intent": {"name": "ask_policy", "confidence": 0.9},
        "entities": [{"entity": "policy", "value": "epli"}],
    }
    question = settle(with_frame(read_question(parsed, Frame("ask_cost", ("umbrella",), turn=1)), 2), BASE)
    assert (question.intent, question.policies, question.exposure) == ("ask_coverage", ("cyber",), "ransomware")


def _subjects(*scores: tuple[str, float]) -> tuple[Subject, ...]:
    return tuple(Subject(entry, "exposure", score, 0.9) for entry, score in scores)


def test_what_is_named_is_what_happened() -> None:
    question = Question(
        "", "ask_coverage", exposures_named=("fire",), subjects=_subjects(("flood", 0.3), ("fire", 0.2))
    )
    assert read_exposure(question).sure == "fire"


def test_one_incident_far_ahead_is_sure_and_two_as_likely_are_asked_back() -> None:
    assert read_exposure(Question("", "", subjects=_subjects(("fire", 0.95), ("flood", 0.01)))).sure == "fire"
    doubt = read_exposure(Question("", "", subjects=_subjects(("fire", 0.45), ("flood", 0.44))))
    assert (doubt.sure, set(doubt.candidates)) == (None, {"fire", "flood"})


def test_few_words_mean_an_incident_or_guidance_only_where_they_are_close_to_it() -> None:
    near, far = (Question("", "", subjects=(Subject("fire", "exposure", 0.5, cosine),)) for cosine in (0.6, 0.5))
    assert means_incident(near) and not means_incident(far)
    assert means_incident(Question("", "", exposures_named=("fire",)))
    assert not means_incident(near, least=0.6)
    near, far = (Question("", "", subjects=(Subject("need_llc", "topic", 0.5, cosine),)) for cosine in (0.8, 0.7))
    assert means_guidance(near) and not means_guidance(far)


def test_nothing_meant_is_nothing_read() -> None:
    assert read_exposure(Question("", "", subjects=_subjects(("fire", 0.001)))).candidates == ()
    assert read_exposure(Question("", "")).sure is None

"""What is known of each candidate, by the name of the feature."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from reading import heard

from understanding.cues import CUES, cues_of
from understanding.features import FEATURES, GROUPS, Heard, Profile, evidence
from understanding.index import Nearness
from understanding.question import Frame
from understanding.targets import OUTSIDE, Target

FIRE = Target("fire", "exposure", "ask_what_covers", "fire", ("property", "gl"))
COST = Target("cyber#cost", "facet", "ask_cost", "cyber", ("cyber",))
RELATION = Target("gl_in_bop", "relation", "ask_included", "gl_in_bop", ("bop", "gl"))
LAW = Target("ca_law", "topic", "ask_regulation", "ca_law", ("epli",), "CA")
PLUMBER = Target("plumber", "industry", "ask_recommendation", "plumber", ("gl",))
WISH = Target("intent:ask_risks", "intent", "ask_risks")
ALL = (FIRE, COST, RELATION, LAW, PLUMBER, WISH)
PLACES = {name: place for place, name in enumerate([OUTSIDE, "fire", "cyber#cost", "gl_in_bop", "ca_law"])}
MEAN = Nearness(np.array([0.1, 0.8, 0.5, 0.4, 0.2], np.float32), np.array([0.1, 0.9, 0.6, 0.4, 0.2], np.float32))


def profile(target: Target, verdict: bool = False, **cues: float) -> Profile:
    return Profile(target, np.array([cues.get(name, 0.0) for name in CUES]), verdict, None)


def features(message: Heard, *profiles: Profile, fused: tuple[float, ...] = ()) -> list[dict[str, float]]:
    """Of each candidate, by name."""
    scores = np.array(fused or [0.1] * len(profiles), np.float32)
    found = evidence(message, profiles, PLACES, scores)
    assert found.dtype == np.float32
    return [dict(zip(FEATURES, map(float, row), strict=True)) for row in found]


def said(text: str = "a fire", frame: Frame | None = None, **more: Any) -> Heard:
    return replace(heard(text, frame, more.pop("intents", None), **more), meaning=MEAN, bare=MEAN)


def of(target: Target, message: Heard) -> dict[str, float]:
    return features(message, profile(target))[0]


def holds(found: dict[str, float], *names: str) -> list[str]:
    return [name for name in names if found[name] == 1.0]


def test_every_feature_has_one_name_and_one_group() -> None:
    assert len(set(FEATURES)) == len(FEATURES)
    assert [name for names in GROUPS.values() for name in names] == list(FEATURES)


def test_there_may_be_no_candidates() -> None:
    assert evidence(said(), [], PLACES, np.zeros(0, np.float32)).shape == (0, len(FEATURES))


def test_nearness_is_told_beside_the_nearest_of_all() -> None:
    found = of(COST, said())
    assert found["mean"] == pytest.approx(0.5)
    assert found["best"] == pytest.approx(0.6)
    assert found["mean_gap"] == pytest.approx(0.5 - 0.8)
    assert found["outside_gap"] == pytest.approx(0.5 - 0.1)
    assert found["nearest_any"] == pytest.approx(0.8)


def test_what_a_message_lacks_counts_as_its_whole_text() -> None:
    found = of(COST, said())
    assert (found["part"], found["part_gap"]) == (found["mean"], found["mean_gap"])
    assert (found["context"], found["context_gap"]) == (found["mean"], found["mean_gap"])
    sentence = Nearness(MEAN.mean + 0.1, MEAN.best)
    found = of(COST, replace(said(), part=sentence, in_context=sentence, on_subject=sentence))
    assert found["part"] == found["context"] == found["subject"] == pytest.approx(0.6)
    assert found["part_gap"] == pytest.approx(0.6 - 0.9)


def test_a_target_without_phrases_is_near_to_nothing() -> None:
    assert of(PLUMBER, said())["mean"] == 0.0


def test_words_shared_are_told_beside_the_best_and_bounded() -> None:
    message = replace(said(), shared={"fire": 50.0, "cyber": 10.0}, statements={"fire": 0.7})
    fire, cost, law = features(message, profile(FIRE), profile(COST), profile(LAW))
    assert (fire["shared"], fire["shared_gap"], fire["rank_shared"]) == (2.0, 0.0, 1.0)
    assert (cost["shared"], cost["shared_gap"], cost["rank_shared"]) == (0.5, -2.0, 0.5)
    assert (law["shared"], law["rank_shared"], law["statement"]) == (0.0, 0.0, 0.0)
    assert fire["statement"] == pytest.approx(0.7)


def test_ranks_and_fused_scores_are_told_among_the_candidates() -> None:
    fire, cost = features(said(), profile(FIRE), profile(COST), fused=(0.1, 0.2))
    assert (fire["rank_meaning"], cost["rank_meaning"]) == (1.0, 0.5)
    assert fire["fused_gap"] == pytest.approx(0.5)
    assert cost["fused_gap"] == 1.0


def test_what_is_named_is_told_of_the_entry_and_of_its_policys_facets() -> None:
    message = said("fire and cyber", exposure="fire", policy="cyber")
    assert [of(target, message)["named"] for target in (FIRE, COST, LAW)] == [1.0, 1.0, 0.0]
    assert of(FIRE, said())["names_nothing"] == 1.0
    assert of(FIRE, message)["names_nothing"] == 0.0


def test_the_chance_of_what_is_answered_is_that_of_its_intents() -> None:
    intents = {"ask_coverage": 0.3, "ask_what_covers": 0.2, "ask_cost": 0.4, "ask_need": 0.1, "out_of_scope": 0.05}
    message = said(intents=intents)
    assert of(FIRE, message)["p_intent"] == pytest.approx(0.5)
    assert of(PLUMBER, message)["p_intent"] == pytest.approx(0.1)
    assert of(LAW, message)["log_p_intent"] == pytest.approx(math.log(1e-4))
    assert [of(target, message)["first_intent"] for target in (COST, FIRE)] == [1.0, 0.0]
    assert (of(FIRE, message)["p_first"], of(FIRE, message)["p_outside"]) == (pytest.approx(0.4), pytest.approx(0.05))


def test_each_has_its_kind() -> None:
    for target in ALL:
        found = of(target, said())
        assert [name for name in FEATURES if name.startswith("kind_") and found[name]] == [f"kind_{target.kind}"]
    assert (of(WISH, said())["bare_intent"], of(COST, said())["is_faq"]) == (1.0, 1.0)


POLICIES = ("asked", "other_asked", "main_asked", "unasked", "decides_asked", "relates_asked", "held_main")


@pytest.mark.parametrize(
    ("target", "links", "expected"),
    [
        (FIRE, {"policy": "gl"}, ["asked", "decides_asked"]),
        (FIRE, {"policy": "property"}, ["asked", "main_asked", "decides_asked"]),
        (FIRE, {"policy": "cyber"}, ["other_asked"]),
        (FIRE, {}, ["unasked"]),
        (RELATION, {"policy": ["bop", "gl"]}, ["asked", "main_asked", "relates_asked"]),
        (RELATION, {"policy": ["gl"], "held": ["bop"]}, ["asked", "held_main"]),
        (WISH, {"policy": "gl"}, []),
    ],
)
def test_policies_asked_about_are_told_apart(target: Target, links: dict[str, Any], expected: list[str]) -> None:
    assert holds(of(target, said(**links)), *POLICIES) == expected


def test_state_and_trade_are_told() -> None:
    names = ("jurisdiction_same", "jurisdiction_other", "trade_same", "trade_named", "state")
    assert holds(of(LAW, said(state="CA")), *names) == ["jurisdiction_same", "state"]
    assert holds(of(LAW, said(state="NV")), *names) == ["jurisdiction_other", "state"]
    assert holds(of(PLUMBER, said(industry="plumber")), *names) == ["trade_same", "trade_named"]
    assert holds(of(FIRE, said()), *names) == []


def test_how_each_stands_to_what_was_talked_about_is_told() -> None:
    frame = Frame("fire", "ask_cost", "fire", ("cyber",), "fire", shown=("gl_in_bop",), earlier=("ca_law",))
    names = [name for name in FEATURES if name.startswith("frame_")]
    found = {target.id: holds(of(target, said(frame=frame)), *names) for target in ALL}
    assert found["fire"] == ["frame_same", "frame_exposure"]
    assert found["cyber#cost"] == ["frame_policy", "frame_intent"]
    assert (found["gl_in_bop"], found["ca_law"]) == (["frame_shown"], ["frame_earlier"])
    assert holds(of(FIRE, said(frame=frame)), "has_frame") == ["has_frame"]
    assert holds(of(FIRE, said(frame=Frame(text="before"))), *names, "has_frame") == []


def test_whether_a_verdict_is_asked_for_and_there_is_one() -> None:
    def found(text: str) -> dict[str, float]:
        return features(said(text), profile(FIRE, verdict=True))[0]

    assert holds(found("does gl pay for a fire"), "verdict", "verdict_yes_no", "yes_no", "open") == [
        "verdict",
        "verdict_yes_no",
        "yes_no",
    ]
    assert holds(found("how does gl pay"), "verdict", "verdict_yes_no", "open") == ["verdict", "open"]
    assert holds(found("a fire"), "few", "few_exposure", "verdict_yes_no") == ["few", "few_exposure"]


def test_words_of_a_kind_are_told_of_the_message_and_beside_the_phrases() -> None:
    message = said("our employee and a client")
    assert cues_of(message.words) == [float(name in ("own_people", "client")) for name in CUES]
    found = features(message, profile(FIRE, own_people=1.0))[0]
    assert holds(found, *(f"cue_{name}" for name in CUES)) == ["cue_own_people", "cue_client"]
    assert found["cue_mean"] == pytest.approx(0.5)
    assert found["cue_fit"] == pytest.approx(1.0 - 2 / len(CUES))


def test_what_the_message_is_stands_beside_every_candidate_alike() -> None:
    message = said("is it covered, or that one", policy=["gl", "cyber"], outside="outside_life")
    first, second = features(message, profile(FIRE), profile(COST))
    names = GROUPS["message"]
    assert [first[name] for name in names] == [second[name] for name in names]
    assert holds(first, "refers_back", "names_policy", "two_policies", "outside_named") == [
        "refers_back",
        "names_policy",
        "two_policies",
        "outside_named",
    ]
    assert first["length"] == pytest.approx(math.log1p(6))

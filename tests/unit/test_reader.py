"""Reading a message with a small base: candidates, signals, chances, the point meant, and why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest
from reading import embed, heard, reader_of, recall_of

from bot.nlu.meaning import Meaning
from knowledge.base import KnowledgeBase, KnowledgeUnavailable
from knowledge.live import LiveBase
from understanding.candidates import MOST, candidates
from understanding.explain import telling_features, told
from understanding.features import FEATURES
from understanding.learning.arrays import Floats
from understanding.linking import Linked
from understanding.question import Frame
from understanding.ranker import Ranker
from understanding.reader import Reader, Recall, load, save
from understanding.signals import Chance, Scope, happened_evidence, scope_evidence
from understanding.targets import OUTSIDE

if TYPE_CHECKING:
    from conftest import Draft


@pytest.fixture
def recall(published: Draft) -> Iterator[Recall]:
    base = KnowledgeBase(published.database)
    yield recall_of(base)
    base.close()


@pytest.fixture
def reader(recall: Recall) -> Reader:
    return reader_of(recall)


def linked(text: str, *links: dict[str, Any]) -> Linked:
    return Linked(list(links), text, text)


def named(kind: str, value: str, **more: str) -> dict[str, Any]:
    return {"entity": kind, "value": value, **more}


# What is heard


def test_what_begins_another_subject_goes_on_with_nothing(recall: Recall) -> None:
    frame = Frame("cyber#what", "ask_policy", "what is cyber", ("cyber",))
    going_on, anew = linked("and its price"), linked("new topic, its price")
    assert (
        recall.hear(going_on, frame, {}, embed).frame is frame
        and "what is cyber" in recall.compared(going_on, frame)[2]
    )
    assert recall.hear(anew, frame, {}, embed).frame is None and len(recall.compared(anew, frame)) == 2


def test_links_are_sorted_by_kind_and_what_is_only_held_stands_apart(recall: Recall) -> None:
    policies = [named("policy", "cyber"), named("policy", "cyber"), named("policy", "media_liability", role="held")]
    found = recall.hear(linked("x", *policies, named("state", "CA")), None, {}, embed)
    assert (found.links, found.held) == ({"policy": ["cyber"], "state": ["CA"]}, ("media_liability",))
    assert found.policies == ("cyber",)


def test_a_message_in_a_conversation_is_also_compared_behind_what_was_said_and_its_subject(recall: Recall) -> None:
    frame = Frame("war", "ask_what_covers", "what pays after a war")
    entry = recall.base.entry("war")
    assert entry is not None
    alone = ["and a riot", "and a riot"]
    behind = ["what pays after a war and a riot", f"{entry.name}: and a riot"]
    assert recall.compared(linked("and a riot"), frame) == [*alone, *behind]
    assert recall.compared(linked("and a riot"), None) == alone


def test_what_was_answered_without_a_name_is_no_subject(recall: Recall) -> None:
    found = recall.hear(linked("and a riot"), Frame("intent:greet", "greet", "hello"), {}, embed)
    assert found.on_subject is None and found.in_context is not None


def test_sentences_are_compared_one_by_one(recall: Recall) -> None:
    text = "An army shelled the office. We answer phones for other firms."
    found = recall.hear(linked(text), None, {}, embed)
    place = recall.index.place["war"]
    assert found.part is not None and found.part.best[place] > found.meaning.best[place]


# Candidates


def test_the_nearest_the_named_and_what_shares_words_are_candidates(recall: Recall) -> None:
    message = recall.hear(linked("an army shelled the office"), None, {}, embed)
    names, fused = candidates(message, recall.index.ids, recall.targets)
    assert names[0] == "war"
    assert list(fused) == sorted(fused, reverse=True)
    assert len(names) == len(set(names)) <= MOST
    message = recall.hear(linked("zzz", named("term", "retention")), None, {}, embed)
    assert "retention" in candidates(message, recall.index.ids, recall.targets)[0]


def test_facets_asked_of_the_policy_named_are_candidates(recall: Recall) -> None:
    message = recall.hear(linked("zzz", named("policy", "cyber")), None, {"ask_cost": 0.9}, embed)
    names, _ = candidates(message, recall.index.ids, recall.targets)
    assert {"cyber#cost", "cyber#what"} <= set(names)


def test_what_was_talked_about_is_a_candidate_again(recall: Recall) -> None:
    frame = Frame("war", "ask_cost", "the cost", ("cyber",), "war", shown=("retention",), earlier=("proof_fast",))
    message = recall.hear(linked("zzz"), frame, {}, embed)
    names, _ = candidates(message, recall.index.ids, recall.targets)
    assert {"war", "cyber#cost", "retention", "proof_fast"} <= set(names)


def test_what_is_outside_is_no_candidate(recall: Recall) -> None:
    message = recall.hear(linked("pet insurance", named("outside", "outside_pets")), None, {"out_of_scope": 1.0}, embed)
    names, _ = candidates(message, recall.index.ids, recall.targets)
    assert not {"outside_pets", OUTSIDE} & set(names)


# Signals


def test_a_regression_learns_and_is_read_back(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    evidence = rng.normal(size=(200, 3))
    chance = Chance.fit(evidence, list(evidence[:, 1] > 0))
    assert chance.of(np.array([0.0, 2.0, 0.0])) > 0.9 > 0.1 > chance.of(np.array([0.0, -2.0, 0.0]))
    np.savez(tmp_path / "c.npz", **chance.as_arrays("x"))
    with np.load(tmp_path / "c.npz") as arrays:
        assert Chance.from_arrays("x", arrays).of(evidence[0]) == chance.of(evidence[0])


def test_scope_rests_on_what_is_outside_and_not_on_distance(recall: Recall) -> None:
    def found(text: str, *links: dict[str, Any]) -> list[float]:
        message = recall.hear(linked(text, *links), None, {"out_of_scope": 0.2}, embed)
        return list(scope_evidence(message, embed(text), recall.scope))

    picnic, war = found("will it rain on the picnic"), found("an army shelled the office")
    assert picnic[3] > picnic[4]  # nearer to what is outside than to anything inside
    assert war[4] > war[3]
    assert (picnic[0], picnic[8]) == (0.2, 0.0)
    assert found("a dog", named("outside", "outside_pets"))[8] == 1.0
    assert found("a word", named("term", "retention"))[9] == 1.0


def test_scope_does_without_targets_that_are_gone(recall: Recall) -> None:
    message = recall.hear(linked("an army shelled the office"), None, {}, embed)
    left = {name: target for name, target in recall.targets.items() if name != "war"}
    whole = scope_evidence(message, embed(message.text), recall.scope)
    less = scope_evidence(message, embed(message.text), Scope.of(recall.index.ids, left))
    assert less.shape == whole.shape
    assert less[4] < whole[4]  # the nearest inside is another one now
    assert less[3] == whole[3]


def test_what_was_told_to_have_happened_is_evidence() -> None:
    fresh = happened_evidence(heard("it burned", intents={"report_claim": 0.7}), embed("it burned"))
    later = happened_evidence(heard("it burned", Frame("war", happened=True)), embed("it burned"))
    assert list(fresh[:2]) == [0.7, 0.0]
    assert list(later[:2]) == [0.0, 1.0]


# Reading


def test_the_likeliest_comes_first_with_the_signals(reader: Reader) -> None:
    found = reader.read(linked("an army shelled the office"), None, {}, embed)
    assert found.ranked[0][0] == "war"
    chances = [chance for _, chance in found.ranked]
    assert chances == sorted(chances, reverse=True)
    assert (found.outside, found.happened) == (pytest.approx(0.01), pytest.approx(0.01))


def test_the_point_that_comes_nearest_to_the_words_is_found(reader: Reader) -> None:
    assert reader.nearest_point("cyber#what", embed("the second loss"), embed) == 1
    assert reader.nearest_point("cyber#excludes", embed("is intended harm paid"), embed) == 0
    assert reader.nearest_point("proof_fast", embed("ask your agent"), embed) is None  # it has but one
    assert reader.nearest_point("gone", embed("the second loss"), embed) is None


def test_the_trade_nearest_to_the_words_is_told(reader: Reader) -> None:
    trade = reader.trade(reader.read(linked("we answer phones for other firms"), None, {}, embed), False, embed)
    assert trade is not None and trade["id"] == "call_center"


def test_a_clause_by_itself_tells_the_trade_where_people_say_what_they_do(reader: Reader) -> None:
    long = (
        "two partners and a car in an old brick house, we answer phones for other firms, so what is it that they need"
    )
    found = reader.read(linked(long), None, {}, embed)
    told = reader.trade(found, True, embed)
    assert told is not None and told["id"] == "call_center"
    assert reader.trade(found, False, embed) is None


@pytest.mark.parametrize(
    ("target", "policies", "verdict"),
    [
        ("wrong_advice", ["professional_liability"], "yes"),
        ("lost_trust", ["cyber"], "depends"),
        ("war", ["cyber", "media_liability"], "no no"),
        ("war", [], None),
        ("retention", ["cyber"], None),
    ],
)
def test_a_targets_yes_or_no_is_that_of_the_base(
    recall: Recall, target: str, policies: list[str], verdict: str | None
) -> None:
    assert recall.verdict(target, policies) == verdict


def test_what_was_learnt_is_read_back(reader: Reader, recall: Recall, tmp_path: Path) -> None:
    save(tmp_path, recall, reader.chances, reader.ranker)
    again = load(tmp_path, recall.base)
    message = linked("an army shelled the office")
    assert [name for name, _ in again.read(message, None, {}, embed).ranked][:1] == ["war"]


def test_no_message_waits_for_statements_that_were_saved(reader: Reader, recall: Recall, tmp_path: Path) -> None:
    recall.embed_statements(lambda texts: np.stack([embed(text) for text in texts] or [np.zeros(384)]))
    save(tmp_path, recall, reader.chances, reader.ranker)
    again, asked = load(tmp_path, recall.base), []

    def noting(text: str) -> Floats:
        asked.append(text)
        return embed(text)

    again.read(linked("an army shelled the office"), None, {}, noting)
    said = {text for name in again.recall.targets for text in again.recall.said_by(name)}
    assert asked
    assert said.isdisjoint(asked)


# Another state of the base


def without_war(draft: Draft) -> None:
    """Takes an entry out, turns a verdict round, and puts another point first."""
    text = (draft.folder / "exposures/all.yml").read_text(encoding="utf-8")
    other = text[: text.index("- id: war")].replace("policy: professional_liability", "policy: media_liability", 1)
    draft.write("exposures/all.yml", other)
    draft.edit("industries/call_center.yml", "exposure: war", "exposure: lost_trust")
    draft.edit("policies/cyber.yml", "text: First loss.", "text: Stolen data.")
    draft.build()


@pytest.fixture
def component(published: Draft) -> Meaning:
    """The pipeline's part as it is once loaded, untrained."""
    live = LiveBase(published.database)
    nowhere = cast(Any, None)  # it stores nothing here
    return Meaning(nowhere, nowhere, reader_of(recall_of(live())), live)


def test_after_a_rebuild_verdicts_points_and_candidates_are_those_of_the_new_base(
    component: Meaning, published: Draft
) -> None:
    message = linked("an army shelled the office", named("exposure", "war"))
    before = component.reader
    assert before.recall.verdict("wrong_advice", ["professional_liability"]) == "yes"
    assert before.nearest_point("cyber#what", embed("stolen data or a third loss"), embed) == 2
    without_war(published)
    after = component.reader
    assert after.recall.base.version != before.recall.base.version
    found = after.read(message, Frame("war", "ask_what_covers", "war", exposure="war", shown=("war",)), {}, embed)
    assert "war" not in [name for name, _ in found.ranked]
    assert found.heard.links == {}
    assert after.trade(found, False, embed) is not None
    assert after.recall.verdict("wrong_advice", ["professional_liability"]) == "no"
    assert after.nearest_point("cyber#what", embed("stolen data or a third loss"), embed) == 0


def test_vectors_of_statements_are_made_again_only_where_these_read_differently(
    component: Meaning, published: Draft
) -> None:
    made: list[str] = []

    def noted(text: str) -> Floats:
        made.append(text)
        return embed(text)

    message = linked("cyber", named("policy", "cyber"))
    component.reader.read(message, None, {"ask_policy": 1.0}, noted)
    published.edit("policies/cyber.yml", "text: First loss.", "text: Stolen data.")
    published.build()
    made.clear()
    component.reader.read(message, None, {"ask_policy": 1.0}, noted)
    assert "Stolen data." in made and "Intended harm." not in made


def test_the_reader_is_kept_while_the_base_stays(component: Meaning) -> None:
    assert component.reader is component.reader


def test_a_base_that_cannot_be_opened_leaves_the_one_before(component: Meaning, published: Draft) -> None:
    before = component.reader
    published.database.unlink()
    assert component.reader is before
    assert before.recall.verdict("wrong_advice", ["professional_liability"]) == "yes"


def test_a_missing_base_is_named(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeUnavailable, match=r"guide\.db"):
        LiveBase(tmp_path / "guide.db")()


# Why


def test_features_that_carry_the_lead_are_told_largest_first() -> None:
    weights = np.zeros((1, len(FEATURES), 1))
    weights[0, FEATURES.index("named")] = 3.0
    weights[0, FEATURES.index("mean")] = 1.0
    nothing = np.zeros(len(FEATURES))
    ranker = Ranker(nothing, nothing + 1, weights, np.zeros((1, 1)), np.ones((1, 1)))
    found = np.zeros((2, len(FEATURES)), np.float32)
    found[0, [FEATURES.index("named"), FEATURES.index("mean")]] = 1.0
    telling = telling_features(ranker, found, np.ones(2), 0, 1)
    assert [name for name, _ in telling] == ["named", "mean"]
    assert telling[0][1] == pytest.approx(3.0, abs=1e-3)


def test_a_reading_is_told_line_by_line(reader: Reader, recall: Recall) -> None:
    message = linked(
        "an army shelled the office", named("policy", "cyber"), named("policy", "media_liability", role="held")
    )
    found = reader.read(message, None, {}, embed)
    names, fused, features = recall.listed(found.heard, embed)
    lines = told(found, names, features, fused, reader.ranker)
    assert lines[:3] == [
        "Read as: an army shelled the office",
        "Linked: policy: cyber; held: media_liability",
        "Outside the guide's business: 1%. Has happened: 1%. Asks whether it is covered: 99%, left out: 1%.",
    ]
    assert lines[4].startswith("1. war  ")
    assert sum(line.startswith("   behind by ") for line in lines) == 4

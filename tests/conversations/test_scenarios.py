"""Whole conversations with the real guide, from scenarios/*.yml; scenario.py says how they are written."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from matrix import HEAD, MOVES, PAGE, SITUATIONS, reached, table, with_table
from scenario import FOLDER, Scenario, faults, play, read, spliced

SCENARIOS = read()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[each.name for each in SCENARIOS])
async def test_conversation_goes_as_it_should(scenario, guide, soundness, form_of, sent_of) -> None:
    results, wrong = await play(scenario, guide, form_of, sent_of)
    wrong += soundness(results)
    if not reached(scenario.situation, results):
        wrong.append(f"the situation is not {scenario.situation}")
    assert not wrong, "\n".join(["", *wrong])


def test_there_are_enough_scenarios_and_every_intent_is_met() -> None:
    turns = [turn for each in SCENARIOS for turn in each.turns]
    assert len(SCENARIOS) >= 250
    assert len({each.move for each in SCENARIOS}) >= 40
    domain = yaml.safe_load((FOLDER.parents[2] / "domain.yml").read_text(encoding="utf-8"))
    asked = {word for turn in turns for words in turn["g"].split() for word in words.split("|")}
    # Follow-ups are answered as what they follow, so no result carries their own intent.
    of_another = {
        "follow_up",
        "ask_why",
        "ask_more",
        "simpler",
        "shorter",
        "repeat",
        "inform",
        "correct",
        "skip",
        "go_back",
        "none_of_these",  # wanted.yml
    }
    assert set(domain["intents"]) - of_another - asked == set()


def test_the_runner_notices_what_is_wrong() -> None:
    result = {
        "status": "answered", "intent": "ask_cost", "verdict": None, "policies": ["cyber"], "entries": ["cyber"],
        "exposure": None, "answer": "About $1,500 a year.", "buttons": ["How do I get a quote?"],
        "form": {"asking": "state", "values": {"headcount": {"shown": "40"}}}, "sent": None,
    }  # fmt: skip
    right = {"v": "", "g": "answered ask_cost none", "contains": ["1,500|2,000"], "buttons": ["how do"]}
    right |= {"asks": "state", "facts": {"headcount": "40"}, "sent": "nothing"}
    assert faults(right, result) == []
    for wrong in (
        {"g": "clarify|fallback"},
        {"g": "ask_cost yes"},
        {"g": "ask_need"},
        {"g": "*", "policies": ["epli"]},
        {"g": "*", "lacks_policies": ["cyber"]},
        {"g": "*", "exposure": "fire"},
        {"g": "*", "contains": ["a month"]},
        {"g": "*", "lacks": ["A YEAR"]},
        {"g": "*", "buttons": ["Talk"]},
        {"g": "*", "first": "Talk"},
        {"g": "*", "asks": "nothing"},
        {"g": "*", "facts": {"headcount": "41"}},
        {"g": "*", "facts": {"state": "Nevada"}},
        {"g": "*", "sent": {"Employees": "40"}},
    ):
        assert len(faults({"v": "", **wrong}, result)) == 1, wrong
    assert len(faults({"v": "", "g": "*", "sent": "nothing"}, {**result, "sent": {"Employees": "40"}})) == 1


def test_a_list_among_the_turns_stands_for_its_turns() -> None:
    hello, bye = {"v": "hello", "g": "*"}, {"v": "bye", "g": "*"}
    assert list(spliced([[hello, [bye]], hello])) == [hello, bye, hello]


def test_every_move_and_situation_is_known_and_tried() -> None:
    assert {each.move for each in SCENARIOS} == set(MOVES)
    assert {each.situation for each in SCENARIOS} == set(SITUATIONS)
    assert len(set(MOVES)) == len(MOVES)


def test_the_matrix_in_the_docs_counts_these_conversations() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page.count(HEAD) == 1
    assert with_table(page, table(SCENARIOS)) == page, "run make matrix"


def test_a_situation_is_reached_by_a_turn_before_the_last() -> None:
    price = {"status": "answered", "intent": "ask_cost", "verdict": None, "form": {}}
    term = {**price, "intent": "ask_term"}
    assert reached("after a price", [price, term]) and not reached("after a price", [term, price])
    assert reached("fresh", [term])


def test_the_matrix_counts_by_move_and_situation() -> None:
    def told(move: str, situation: str) -> Scenario:
        return Scenario("x", [], move, situation)

    drawn = table([told("cancels", "fresh"), told("compares", "after a price"), told("compares", "after a price")])
    assert drawn.splitlines() == [
        "| Move | fresh | price | all |",
        "| - | -: | -: | -: |",
        "| compares |  | 2 | 2 |",
        "| cancels | 1 |  | 1 |",
        "| **all** | 1 | 2 | 3 |",
    ]


def test_a_name_that_begins_with_a_point_is_no_conversation(tmp_path: Path) -> None:
    (tmp_path / "x.yml").write_text(
        ".hello: &hello\n  - {v: hello, g: '*'}\n"
        "greeted:\n  - {move: makes small talk, situation: fresh}\n  - *hello\n",
        encoding="utf-8",
    )
    assert read(tmp_path) == [Scenario("x: greeted", [{"v": "hello", "g": "*"}], "makes small talk", "fresh")]

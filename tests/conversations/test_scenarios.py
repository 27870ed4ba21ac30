"""Whole conversations with the real guide, from scenarios/*.yml; scenario.py says how they are written."""

from __future__ import annotations

from pathlib import Path

import yaml
from matrix import HEAD, MOVES, PAGE, SITUATIONS, reached, table, with_table
from scenario import FOLDER, Scenario, faults, harm, play, read, spliced

SCENARIOS = read()
SLIPS = 0.05  # of all conversations: what is learnt decides many a turn, and is learnt anew each time


async def test_nearly_all_conversations_go_as_they_should_and_none_does_harm(
    guide, soundness, form_of, sent_of
) -> None:
    """To play one alone: pytest tests/conversations/wanted.py -k "its name"."""
    slips, harmful = {}, {}
    for scenario in SCENARIOS:
        results, wrong = await play(scenario, guide, form_of, sent_of)
        did = [each for turn, result in zip(scenario.turns, results, strict=True) for each in harm(turn, result)]
        did += soundness(results)
        if did:
            harmful[scenario.name] = did
        if not reached(scenario.situation, results):
            wrong.append(f"the situation is not {scenario.situation}")
        if wrong:
            slips[scenario.name] = wrong
    said = "\n".join(f"{name}: {'; '.join(each)}" for name, each in slips.items())
    print(f"{len(slips)} of {len(SCENARIOS)} conversations went astray\n{said}")
    assert harmful == {}
    assert len(slips) <= SLIPS * len(SCENARIOS), said


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


def test_a_yes_for_a_no_and_what_was_not_said_do_harm() -> None:
    result = {
        "status": "answered", "intent": "ask_coverage", "verdict": "yes", "policies": [], "entries": [],
        "exposure": None, "answer": "It pays.", "buttons": [], "form": {}, "sent": {"Employees": "40"},
    }  # fmt: skip
    assert len(harm({"v": "", "g": "no"}, result)) == 1
    assert harm({"v": "", "g": "yes|no"}, result) == harm({"v": "", "g": "depends"}, result) == []
    assert len(harm({"v": "", "g": "*", "sent": "nothing"}, result)) == 1
    assert len(harm({"v": "", "g": "*", "sent": {"Employees": "41"}}, result)) == 1
    assert harm({"v": "", "g": "ask_need", "sent": {"Employees": "40"}}, result) == []


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

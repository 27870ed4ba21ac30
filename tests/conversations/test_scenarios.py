"""Whole conversations with the real guide, from scenarios/*.yml.

A file maps a scenario's name to its turns, one line a turn::

    - {v: "and for EPLI?", g: answered ask_coverage no, policies: [epli], contains: ["harassment|discrimination"]}

``v`` is what the visitor says; ``"{button 2}"`` says the title of the second button of the answer before.
``g`` is how the guide must take it, in any order: a status, an intent, and a verdict (yes, no, depends,
or none for no verdict); ``|`` between words allows either; ``*`` asks nothing.  Further expectations:

- policies, entries: each must be among the result's;  lacks_policies: none of them may be
- exposure: the incident decided about
- contains: each must be in the text shown, whatever the case, ``|`` between alternatives;  lacks: none may be
- buttons: each must begin a button's title;  first: begins the first button's title
- asks: the field that a form waits for then, ``confirm`` for its summary, ``nothing`` without a form
- facts: some of what the form knows, by field and as it is shown;  sent: some of what an agent has, by label,
  or ``nothing``

A list among the turns stands for its turns.  What is said in several scenarios is a list of its own under a name
that begins with a point, and stands where its alias does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from actions.answer import Status

FOLDER = Path(__file__).parent / "scenarios"
STATUSES = {each.value for each in Status}
VERDICTS = {"yes", "no", "depends", "none"}
FORM_KEYS = {"asks", "facts", "sent"}
KEYS = {
    "v",
    "g",
    "policies",
    "entries",
    "lacks_policies",
    "exposure",
    "contains",
    "lacks",
    "buttons",
    "first",
} | FORM_KEYS

Turn = dict[str, Any]


def scenarios(folder: Path = FOLDER) -> list[tuple[str, list[Turn]]]:
    """Name and turns of every scenario, the file's name first."""
    found = []
    for file in sorted(folder.glob("*.yml")):
        for name, written in yaml.safe_load(file.read_text(encoding="utf-8")).items():
            turns = list(spliced(written))
            for turn in turns:
                assert {"v", "g"} <= turn.keys() <= KEYS, f"{file.name}, {name}: {turn}"
            if not name.startswith("."):
                found.append((f"{file.stem}: {name}", turns))
    return found


def spliced(written: list[Turn | list[Any]]) -> Iterator[Turn]:
    """The turns, with those of the lists among them in their places."""
    for each in written:
        if isinstance(each, list):
            yield from spliced(each)
        else:
            yield each


SCENARIOS = scenarios()


def spoken(turn: Turn, before: dict[str, Any] | None) -> str:
    """What the visitor says, with the title of a button in place of its number."""
    chosen = re.fullmatch(r"\{button (\d+)\}", turn["v"])
    if not chosen:
        return str(turn["v"])
    assert before, "there is no answer yet to choose a button of"
    return str(before["buttons"][int(chosen[1]) - 1])


def faults(turn: Turn, result: dict[str, Any]) -> list[str]:
    """Where the result is not what the turn expects."""
    wrong = []
    for words in turn["g"].split():
        allowed = set(words.split("|"))
        if allowed <= STATUSES:
            got = result["status"]
        elif allowed <= VERDICTS:
            got = result["verdict"] or "none"
        else:
            got = result["intent"]
        if words != "*" and got not in allowed:
            wrong.append(f"{got}, not {words}")
    for key in ("policies", "entries"):
        wrong += [f"{key} lack {each}: {result[key]}" for each in turn.get(key, []) if each not in result[key]]
    wrong += [f"about {each}, too" for each in turn.get("lacks_policies", []) if each in result["policies"]]
    if "exposure" in turn and result["exposure"] != turn["exposure"]:
        wrong.append(f"about the incident {result['exposure']}, not {turn['exposure']}")
    shown = result["answer"].lower()
    for each in turn.get("contains", []):
        if not any(part.lower() in shown for part in each.split("|")):
            wrong.append(f"does not say {each!r}")
    wrong += [f"says {each!r}" for each in turn.get("lacks", []) if each.lower() in shown]
    titles = [title.lower() for title in result["buttons"]]
    for each in turn.get("buttons", []):
        if not any(title.startswith(each.lower()) for title in titles):
            wrong.append(f"no button {each!r}: {result['buttons']}")
    wrong += form_faults(turn, result) if FORM_KEYS & turn.keys() else []
    if "first" in turn and not "".join(titles[:1]).startswith(turn["first"].lower()):
        wrong.append(f"the first button is not {turn['first']!r}: {result['buttons']}")
    return wrong


def form_faults(turn: Turn, result: Mapping[str, Any]) -> list[str]:
    """Where the form, or what was sent, is not what the turn expects."""
    asks = result["form"].get("asking") or "nothing"
    wrong = [f"the form asks {asks}, not {turn['asks']}"] if turn.get("asks", asks) != asks else []
    known = {name: value["shown"] for name, value in (result["form"].get("values") or {}).items()}
    wanted = [("form", known, turn.get("facts", {}))]
    if turn.get("sent") == "nothing":
        wrong += [f"an agent has {result['sent']}"] if result["sent"] is not None else []
    else:
        wanted.append(("agent", result["sent"] or {}, turn.get("sent", {})))
    for who, has, facts in wanted:
        wrong += [f"the {who} has {has.get(f)!r} for {f}, not {v!r}" for f, v in facts.items() if has.get(f) != str(v)]
    return wrong


@pytest.mark.parametrize(("name", "turns"), SCENARIOS, ids=[name for name, _ in SCENARIOS])
async def test_conversation_goes_as_it_should(name, turns, guide, soundness, form_of, sent_of) -> None:
    conversation = f"scenario:{name}"
    results: list[dict[str, Any]] = []
    wrong: list[str] = []
    for number, turn in enumerate(turns, 1):
        text = spoken(turn, results[-1] if results else None)
        results.append((await guide.say(text, conversation)).as_result())
        if FORM_KEYS & turn.keys():
            results[-1] |= {"form": await form_of(conversation), "sent": sent_of(conversation)}
        wrong += [f"turn {number}, {text!r}: {fault}" for fault in faults(turn, results[-1])]
    wrong += soundness(results)
    assert not wrong, "\n".join(["", *wrong])


def test_there_are_enough_scenarios_and_every_intent_is_met() -> None:
    turns = [turn for _, turns in SCENARIOS for turn in turns]
    assert len(SCENARIOS) >= 40
    assert len(turns) >= 120
    domain = yaml.safe_load((FOLDER.parents[2] / "domain.yml").read_text(encoding="utf-8"))
    asked = {word for turn in turns for words in turn["g"].split() for word in words.split("|")}
    # Follow-ups are answered as what they follow, so no result carries their own intent.
    of_another = {"follow_up", "ask_why", "ask_more", "simpler", "repeat", "inform", "correct", "skip", "go_back"}
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

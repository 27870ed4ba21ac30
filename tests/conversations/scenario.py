"""Conversations as they are written down: how one reads, is played with the real guide, and is judged.

A file maps a conversation's name to what it shows, and its turns, one line a turn::

    covered, then another policy:
      - {move: asks the same of another policy, situation: after a verdict}
      - {v: "and for EPLI?", g: answered ask_coverage no, policies: [epli], contains: ["harassment|discrimination"]}

``move`` is what the visitor does and ``situation`` where, one of those in ``matrix.py`` each.
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

A list among the turns stands for its turns.  What is said in several conversations is a list of its own under a name
that begins with a point, and stands where its alias does.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from actions.answer import Status

if TYPE_CHECKING:
    from bot.ask import Guide

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
Result = dict[str, Any]
FormOf = Callable[[str], Awaitable[dict[str, Any]]]
SentOf = Callable[[str], dict[str, str] | None]


class Scenario(NamedTuple):
    """A conversation, its file's name first, with the move it shows and where the visitor makes it."""

    name: str
    turns: list[Turn]
    move: str
    situation: str


def read(folder: Path = FOLDER) -> list[Scenario]:
    """Every conversation of a folder's files."""
    return [each for file in sorted(folder.glob("*.yml")) for each in read_file(file)]


def read_file(file: Path) -> Iterator[Scenario]:
    """The conversations of one file, in its order."""
    for name, (shows, *written) in yaml.safe_load(file.read_text(encoding="utf-8")).items():
        if name.startswith("."):
            continue
        turns = list(spliced(written))
        for turn in turns:
            assert {"v", "g"} <= turn.keys() <= KEYS, f"{file.name}, {name}: {turn}"
        yield Scenario(f"{file.stem}: {name}", turns, shows["move"], shows["situation"])


def spliced(written: list[Turn | list[Any]]) -> Iterator[Turn]:
    """The turns, with those of the lists among them in their places."""
    for each in written:
        if isinstance(each, list):
            yield from spliced(each)
        else:
            yield each


def spoken(turn: Turn, before: Result | None) -> str:
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


def harm(turn: Turn, result: Result) -> list[str]:
    """What of the faults must never be: a yes for a no, a no for a yes, and anything else sent than what was said."""
    expected, said = VERDICTS & set(turn["g"].replace("|", " ").split()), result["verdict"]
    found = [f"{said}, not {'|'.join(expected)}"] if {said, *expected} == {"yes", "no"} and said not in expected else []
    return found + [each for each in faults(turn, result) if each.startswith("the agent has") or "an agent has" in each]


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


async def play(scenario: Scenario, guide: Guide, form_of: FormOf, sent_of: SentOf) -> tuple[list[Result], list[str]]:
    """The conversation with the real guide: the results of its turns, and what is not as expected."""
    conversation = f"scenario:{scenario.name}"
    results: list[Result] = []
    wrong: list[str] = []
    for number, turn in enumerate(scenario.turns, 1):
        text = spoken(turn, results[-1] if results else None)
        result = (await guide.say(text, conversation)).as_result()
        results.append(result | {"form": await form_of(conversation), "sent": sent_of(conversation)})
        wrong += [f"turn {number}, {text!r}: {fault}" for fault in faults(turn, results[-1])]
    return results, wrong

"""How many personal identifiers are found in messages as visitors type them, and how much else is taken for one.

Half of the messages have none and look as if they had. An identifier counts as found only with its kind and its exact
place. The floors are about two points under what was reached when they were set: raise them when the figures have
risen.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.privacy import Identifier, Kind, found, mask

MESSAGES = Path(__file__).with_name("identifiers.jsonl")
PROJECT = Path(__file__).parents[2]

RECALL_FLOORS = {Kind.SSN: 0.98, Kind.CARD: 0.98, Kind.BANK: 0.96, Kind.BIRTH: 0.95}
PRECISION_FLOOR = 0.98
HIDDEN_FLOOR = 0.97


@dataclass(frozen=True)
class Message:
    """A message and what a careful reader would mask in it."""

    id: str
    text: str
    identifiers: frozenset[Identifier]


@dataclass
class Score:
    """Identifiers of one kind that were found, missed, and found where there is none."""

    hits: int = 0
    missed: int = 0
    wrong: int = 0

    @property
    def recall(self) -> float:
        return self.hits / (self.hits + self.missed or 1)

    @property
    def precision(self) -> float:
        return self.hits / (self.hits + self.wrong or 1)


def _read(line: str) -> Message:
    data = json.loads(line)
    text, end, identifiers = data["text"], 0, set()
    for each in data["identifiers"]:  # in the order of the text; index() refuses what does not stand there
        start = text.index(each["text"], end)
        end = start + len(each["text"])
        identifiers.add(Identifier(Kind(each["kind"]), start, end))
    return Message(data["id"], text, frozenset(identifiers))


@pytest.fixture(scope="module")
def messages() -> list[Message]:
    """The labelled messages."""
    return [_read(line) for line in MESSAGES.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def scores(messages: list[Message]) -> dict[Kind, Score]:
    """Every message compared with what is found in it; printed, for whoever runs this with -s."""
    scores = {kind: Score() for kind in Kind}
    for message in messages:
        seen = set(found(message.text))
        for each in seen | message.identifiers:
            score = scores[each.kind]
            score.hits += each in seen and each in message.identifiers
            score.missed += each not in seen
            score.wrong += each not in message.identifiers
    print("\n" + _told(scores))
    return scores


def _told(scores: dict[Kind, Score]) -> str:
    return "\n".join(
        f"{kind.value:6} precision {score.precision:.3f}  recall {score.recall:.3f}  of {score.hits + score.missed}"
        for kind, score in scores.items()
    )


def test_messages_with_and_without_identifiers_are_many_enough_to_measure(messages: list[Message]) -> None:
    with_some = [message for message in messages if message.identifiers]
    kinds = Counter(each.kind for message in messages for each in message.identifiers)
    assert len(messages) >= 400
    assert 0.4 <= len(with_some) / len(messages) <= 0.6
    assert all(kinds[kind] >= 40 for kind in RECALL_FLOORS), kinds


def test_no_message_stands_there_twice(messages: list[Message]) -> None:
    assert [text for text, times in Counter(each.text.lower() for each in messages).items() if times > 1] == []
    assert [label for label, times in Counter(each.id for each in messages).items() if times > 1] == []


@pytest.mark.parametrize("kind", RECALL_FLOORS)
def test_most_identifiers_are_found(kind: Kind, scores: dict[Kind, Score]) -> None:
    assert scores[kind].recall >= RECALL_FLOORS[kind], _told(scores)


def test_nearly_all_that_is_found_is_an_identifier(scores: dict[Kind, Score]) -> None:
    total = Score(*(sum(getattr(each, part) for each in scores.values()) for part in ("hits", "missed", "wrong")))
    assert total.precision >= PRECISION_FLOOR, _told(scores)


def test_hardly_any_identifier_can_be_read_once_masked(messages: list[Message]) -> None:
    labelled = [(message, message.text[each.start : each.end]) for message in messages for each in message.identifiers]
    readable = [f"{message.id}: {identifier}" for message, identifier in labelled if identifier in mask(message.text)]
    assert 1 - len(readable) / len(labelled) >= HIDDEN_FLOOR, readable


@pytest.mark.slow
def test_nothing_that_the_guide_says_or_was_taught_is_taken_for_an_identifier() -> None:
    files = [*(PROJECT / "knowledge" / "content").rglob("*.yml"), *(PROJECT / "data").rglob("*.yml")]
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    assert len(lines) > 1_000
    assert [line for line in lines if found(line)] == []

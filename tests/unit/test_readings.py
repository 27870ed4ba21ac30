"""What was read is kept: the same as read anew, bounded, and gone when the base or the visitor's wish says so."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.ask import Guide
from bot.runtime.readings import Readings
from understanding.index import PhraseIndex
from understanding.learning.arrays import Floats
from understanding.learning.cosines import Rounded
from understanding.nearby import KEPT, Nearby
from understanding.question import Fact, Frame, Stance


class Reader:
    """Counts how often each text is read."""

    def __init__(self) -> None:
        self.read: Counter[str] = Counter()

    async def __call__(self, text: str) -> dict[str, Any]:
        self.read[text] += 1
        await asyncio.sleep(0)
        return {"text": text, "entities": [{"entity": "policy"}]}


@pytest.fixture
def base(tmp_path: Path) -> Path:
    file = tmp_path / "guide.db"
    file.write_text("one")
    return file


async def ask(readings: Readings, reader: Reader, text: str, frame: dict[str, Any] | None = None) -> dict[str, Any]:
    return await readings.of(text, frame, lambda: reader(text))


async def test_a_message_is_read_once_for_each_thing_talked_about(base: Path) -> None:
    readings, reader = Readings(base=base), Reader()
    for frame in (None, {"target": "cyber#what"}, {"target": "bop#what"}) * 2:
        assert (await ask(readings, reader, "how much", frame))["text"] == "how much"
    assert reader.read == {"how much": 3}


async def test_whoever_asked_may_change_what_was_read(base: Path) -> None:
    readings, reader = Readings(base=base), Reader()
    for _ in range(3):
        parsed = await ask(readings, reader, "hello")
        assert parsed["entities"] == [{"entity": "policy"}]
        parsed["entities"].clear()
    assert reader.read["hello"] == 1


async def test_no_more_are_kept_than_asked_for(base: Path) -> None:
    readings, reader = Readings(kept=2, base=base), Reader()
    for text in ("a", "b", "a", "c", "a", "b"):
        await ask(readings, reader, text)
    assert reader.read == {"a": 1, "b": 2, "c": 1}


async def test_a_newer_knowledge_base_or_none_asks_for_reading_anew(base: Path) -> None:
    readings, reader = Readings(base=base), Reader()
    await ask(readings, reader, "a")
    other = base.with_name("newer.db")
    other.write_text("two")
    os.replace(other, base)
    await ask(readings, reader, "a")
    assert reader.read["a"] == 2
    base.unlink()
    for _ in range(2):
        await ask(readings, reader, "a")
    assert reader.read["a"] == 4


async def test_what_was_read_is_forgotten_when_asked(base: Path) -> None:
    readings, reader = Readings(base=base), Reader()
    await ask(readings, reader, "a")
    readings.forget()
    await ask(readings, reader, "a")
    assert reader.read["a"] == 2


async def test_what_one_process_has_read_another_does_not_read_until_all_is_forgotten(base: Path) -> None:
    one, other, reader = Readings(base=base), Readings(base=base), Reader()
    one.tell, other.tell = other.hear, one.hear
    for readings in (one, other):
        assert (await ask(readings, reader, "a"))["text"] == "a"
    assert reader.read["a"] == 1
    one.forget()
    await ask(other, reader, "a")
    assert reader.read["a"] == 2


async def test_what_another_process_tells_while_something_else_is_read_is_not_read(base: Path) -> None:
    one, other, reader = Readings(base=base), Readings(base=base), Reader()
    one.tell = other.hear
    waiting = [asyncio.create_task(ask(other, reader, text)) for text in ("b", "a")]
    await ask(one, reader, "a")
    await asyncio.gather(*waiting)
    assert reader.read == {"a": 1, "b": 1}


async def test_who_asks_meanwhile_waits_for_the_same_reading_and_may_change_it_too(base: Path) -> None:
    readings, reader = Readings(base=base), Reader()
    several = await asyncio.gather(*(ask(readings, reader, "hello") for _ in range(4)))
    several[0]["entities"].clear()
    assert [each["entities"] for each in several[1:]] == [[{"entity": "policy"}]] * 3
    assert reader.read["hello"] == 1


async def test_one_who_gives_up_does_not_take_the_reading_from_the_others(base: Path) -> None:
    readings, reader = Readings(base=base), Reader()
    first, second = (asyncio.create_task(ask(readings, reader, "hello")) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second)["text"] == "hello"
    assert reader.read["hello"] == 1


async def test_what_is_forgotten_while_it_is_read_is_not_kept(base: Path) -> None:
    readings, reader = Readings(base=base), Reader()
    asked = asyncio.create_task(ask(readings, reader, "hello"))
    await asyncio.sleep(0)
    readings.forget()
    assert (await asked)["text"] == "hello"
    await ask(readings, reader, "hello")
    assert reader.read["hello"] == 2


async def test_a_reading_that_fails_is_tried_again(base: Path) -> None:
    async def fails() -> dict[str, Any]:
        raise RuntimeError("broken")

    readings, reader = Readings(base=base), Reader()
    with pytest.raises(RuntimeError, match="broken"):
        await readings.of("hello", None, fails)
    assert (await ask(readings, reader, "hello"))["text"] == "hello"


def test_what_differs_from_turn_to_turn_is_not_read() -> None:
    frame = Frame("cyber#what", "ask_policy", "what is cyber", policies=("cyber",))
    later = Frame(
        **{**vars(frame), "turn": 9, "misses": 1, "unanswered": "x", "asked_back": "staff", "stance": Stance("bind")}
        | {"facts": {"staff": Fact("12", "12 people", 3, 1.0)}}
    )
    assert Frame.read_of(later.as_slot()) == Frame.read_of(frame.as_slot())
    assert Frame.from_slot(Frame.read_of(frame.as_slot())) == frame
    assert Frame.read_of(None) is None


async def test_a_message_read_before_is_answered_the_same(guide: Guide) -> None:
    first, second = [await guide.converse(["does cyber cover a stolen laptop", "what does it cost"]) for _ in range(2)]
    assert [turn.as_result() | {"elapsed_ms": 0} for turn in first] == [
        turn.as_result() | {"elapsed_ms": 0} for turn in second
    ]


def vectors(count: int, seed: int) -> Floats:
    found = np.random.default_rng(seed).normal(size=(count, 384)).astype(np.float32)
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True))


def test_nearness_is_the_same_to_the_last_bit_however_texts_come_together() -> None:
    index = PhraseIndex([f"t{n % 300}" for n in range(4000)], Rounded.of(vectors(4000, 1)))
    texts = [f"text {n}" for n in range(9)]
    meaning = dict(zip(texts, vectors(9, 2), strict=True))
    whole = index.near_all(np.stack([meaning[text] for text in texts]))
    nearby = Nearby(index)
    for some in (texts[:1], texts[:3], texts[1:2], texts, texts[::-1], [texts[8]] * 2):
        for text, near in zip(some, nearby.of(some, meaning.__getitem__), strict=True):
            known = whole[texts.index(text)]
            assert np.array_equal(near.mean, known.mean) and np.array_equal(near.best, known.best)


def test_nearness_is_worked_out_once_while_it_is_recent() -> None:
    index = PhraseIndex(["a", "b"], Rounded.of(vectors(2, 3)))
    asked: Counter[str] = Counter()
    meaning = vectors(1, 4)[0]

    def embed(text: str) -> Floats:
        asked[text] += 1
        return meaning

    nearby = Nearby(index)
    for _ in range(2):
        nearby.of(["x", "y"], embed)
    assert asked == {"x": 1, "y": 1}
    for n in range(KEPT):
        nearby.of([f"other {n}", "y"], embed)
    nearby.of(["x", "y"], embed)
    assert (asked["x"], asked["y"]) == (2, 1)

"""What was said and thought: numbered without gaps by whoever writes, and gone where it was to be forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bot.records.engine import Records
from bot.records.feedback import KEPT_DAYS, Feedback, Opinion, forget
from bot.records.transcript import Transcript

Open = Callable[..., Records]


async def test_two_processes_never_give_one_number_twice(records: Records, open_again: Open) -> None:
    one, two = Transcript(records), Transcript(open_again())
    numbers = await asyncio.gather(*(each.append("s", {"text": "x"}) for _ in range(20) for each in (one, two)))
    assert sorted(numbers) == list(range(1, 41))
    assert [entry.seq for entry in await one.since("s", after=2, limit=3)] == [38, 39, 40]


async def test_a_client_id_keeps_its_first_message(records: Records) -> None:
    transcript = Transcript(records)
    assert [await transcript.append("s", {"text": text}, "a") for text in ("one", "two")] == [1, 1]
    assert await transcript.seq_of("s", "a") == 1 and await transcript.seq_of("other", "a") is None
    entry = await transcript.entry("s", 1)
    assert entry is not None and entry.event()["text"] == "one" and entry.event()["id"] == "a"
    assert await transcript.entry("s", 2) is None


async def test_channels_do_not_mix(records: Records) -> None:
    web, slack = Transcript(records), Transcript(records, "slack")
    await web.append("1", {"text": "web"})
    await slack.append("1", {"text": "slack"})
    assert [entry.body["text"] for entry in await slack.since("1")] == ["slack"]


async def test_a_forgotten_session_leaves_nothing_but_numbers(records: Records, stored: Callable[[], bytes]) -> None:
    transcript = Transcript(records)
    await transcript.append("gone", {"text": "my social security number"})
    await transcript.append("kept", {"text": "hello"})
    await transcript.forget("gone")
    assert [entry.body for entry in await transcript.since("gone")] == [{"erased": True}]
    assert await transcript.append("gone", {"text": "hello again"}) == 2
    assert b"social security" not in stored()
    assert b"hello" in stored()
    await transcript.forget_older_than(-1)
    assert await transcript.since("kept") == []


async def test_votes_change_go_and_are_gone(records: Records, stored: Callable[[], bytes]) -> None:
    feedback = Feedback(records)
    kept = await feedback.give(Opinion("web:s", 2, "down", "my SSN is 536-90-4399", ["gl"], "1a"))
    assert kept.reason == "my SSN is [social security number removed]"
    await feedback.give(Opinion("web:s", 2, "up"))
    await feedback.give(Opinion("web:s", 4, "down", "unmistakable"))
    assert [(each.seq, each.vote, each.reason) for each in await feedback.of("web:s")] == [
        (2, "up", ""),
        (4, "down", "unmistakable"),
    ]
    assert [each.seq for each in await feedback.all("down")] == [4]
    assert await feedback.count() == 2
    await feedback.take_back("web:s", 2)
    await feedback.take_back("web:s", 2)
    assert await feedback.count() == 1
    await records.run(lambda connection: forget(connection, "web:s"), erases=True)
    assert await feedback.of("web:s") == [] and b"unmistakable" not in stored()


async def test_old_votes_go_when_their_time_has_come(records: Records) -> None:
    feedback = Feedback(records)
    await feedback.give(Opinion("web:s", 2, "down", at="2020-01-01T00:00:00+00:00"))
    await feedback.give(Opinion("web:s", 4, "down"))
    await feedback.forget_older_than(KEPT_DAYS)
    assert [opinion.seq for opinion in await feedback.of("web:s")] == [4]

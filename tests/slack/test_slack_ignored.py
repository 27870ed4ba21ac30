"""What is none of the guide's business: it is acknowledged, and nothing is said."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from fake_slack import BOT, CHANNEL, TEAM
from slack_running import Running
from slack_side import ASKER, SlackSide

DM = f"D{ASKER[1:]}"

IGNORED: dict[str, dict[str, Any]] = {
    "a message in a channel that mentions nobody": {"channel": CHANNEL, "channel_type": "channel", "text": "hi all"},
    "a message in a channel that mentions another": {"channel": CHANNEL, "channel_type": "channel", "text": "<@U9> hi"},
    "a join": {"subtype": "channel_join", "text": f"<@{ASKER}> has joined"},
    "an edit": {"subtype": "message_changed", "message": {"text": "other"}, "hidden": True},
    "a deletion": {"subtype": "message_deleted", "hidden": True, "deleted_ts": "1.1"},
    "a reply that Slack tells of": {"subtype": "message_replied", "message": {"thread_ts": "1.1"}},
    "a bot": {"bot_id": "B1"},
    "a bot with a face": {"bot_profile": {"id": "B1"}},
    "a bot message": {"subtype": "bot_message", "user": None, "bot_id": "B1"},
    "its own echo": {"user": BOT},
    "somebody of another workspace": {"user_team": "T0OTHER1"},
    "somebody whose source is another workspace": {"source_team": "T0OTHER1"},
    "a stranger in a shared channel": {"is_stranger": True},
    "a message of nobody": {"user": ""},
    "a message without a time": {"ts": "never"},
    "a reminder": {"subtype": "reminder_add"},
    "a topic": {"subtype": "channel_topic"},
    "me": {"subtype": "me_message"},
}
SPOKEN: dict[str, dict[str, Any]] = {
    "a file with a text": {"subtype": "file_share", "files": [{"id": "F1"}]},
    "a reply that was also sent to the channel": {"subtype": "thread_broadcast"},
    "home's own people in a shared channel": {"user_team": TEAM, "source_team": TEAM},
}


@pytest.mark.parametrize("what", IGNORED)
async def test_it_is_acknowledged_and_not_answered(what: str, slack: SlackSide, guide: Running) -> None:
    event = {**await slack.message("does GL pay for bad advice?", DM), **IGNORED[what]}
    assert (await slack.deliver(slack.event(event)))[0] == 200
    await slack.dm("hello")
    await slack.fake.until(1, DM)
    assert [turn.text for turn in guide.agent.got] == ["hello"]


@pytest.mark.parametrize("what", SPOKEN)
async def test_it_is_answered(what: str, slack: SlackSide) -> None:
    event = {**await slack.message("hello", DM), **SPOKEN[what]}
    assert (await slack.deliver(slack.event(event)))[0] == 200
    assert len(await slack.fake.until(1, DM)) == 1


async def test_the_same_comes_often_and_is_answered_once(slack: SlackSide, guide: Running) -> None:
    event = await slack.message("hello", DM)
    same = [slack.event(event), slack.event(event), slack.event({**event, "ts": f"{float(event['ts']) + 1:.6f}"})]
    replies = await asyncio.gather(*(slack.deliver(each) for each in same * 3))  # the third by its client_msg_id
    assert {reply[0] for reply in replies} == {200}
    await slack.dm("and now")
    await slack.fake.until(2, DM)
    assert [turn.text for turn in guide.agent.got] == ["hello", "and now"]


async def test_events_out_of_order_are_all_answered(slack: SlackSide, guide: Running) -> None:
    first, second = await slack.message("first", DM), await slack.message("second", DM)
    for event in (second, first):
        await slack.deliver(slack.event(event))
    assert len(await slack.fake.until(2, DM)) == 2
    assert [turn.text for turn in guide.agent.got] == ["second", "first"]


async def test_outsiders_can_press_nothing(slack: SlackSide, guide: Running) -> None:
    await slack.mention("bad advice")
    (said,) = await slack.fake.until(1, CHANNEL)
    for title in ("And what does?", "Show all of it", "Helpful"):
        reply, _ = await slack.press(said, title, "U0OUT001", home="T0OTHER1")
        assert reply[0] == 200
    await slack.dm("hello")
    await slack.fake.until(1, DM)
    assert [turn.text for turn in guide.agent.got] == ["bad advice", "hello"]
    assert (await slack.fake.state())["views"] == {} and await guide.edge.stores.feedback.count() == 0

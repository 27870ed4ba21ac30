"""Answers reach Slack once, whatever it does with them: refuses, fails, loses the connection, or is not there."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from fake_slack import CHANNEL, TOKEN, FakeSlack
from slack_running import Agent, Running, run
from slack_side import ASKER, SlackSide, words

from bot.channels.slack import sending
from bot.channels.slack.pacing import Pace
from bot.records.outbox import Outbox

DM = f"D{ASKER[1:]}"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits minutes in service waits for moments here."""
    monkeypatch.setattr(sending, "UNSURE_PAUSE", 0.2)
    monkeypatch.setattr(sending, "LONGEST_PAUSE", 0.3)
    monkeypatch.setattr(Pace, "GAP", 0.0)


async def waiting(guide: Running) -> int:
    return await Outbox(guide.edge.stores.records).waiting("slack")


async def settled(guide: Running) -> None:
    """Everything that was asked is answered, and everything that was answered is sent."""
    for _ in range(400):
        if not guide.edge.turns.waiting and not await waiting(guide):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("something still waits")


@pytest.mark.parametrize("failure", ["429", "500", "refuse", "drop", "late500"])
async def test_a_failed_send_is_tried_again_and_never_doubled(failure: str, slack: SlackSide, guide: Running) -> None:
    await slack.fake.do("set", fail_next=[failure, failure])
    await slack.dm("hello")
    await settled(guide)
    assert [each["text"] for each in await slack.fake.said(DM)] == ["echo: hello"]


async def test_a_doubt_outlives_a_look_that_fails(slack: SlackSide, guide: Running) -> None:
    await slack.fake.do("set", fail_next=["drop"], fail_reads=["429", "refuse", "500"])
    await slack.dm("hello")
    await settled(guide)
    assert [each["text"] for each in await slack.fake.said(DM)] == ["echo: hello"]


async def test_an_answer_of_several_messages_is_completed_not_begun_anew(slack: SlackSide, guide: Running) -> None:
    await slack.fake.do("set", fail_next=["none", "429", "none", "drop"])
    await slack.dm("long")
    await settled(guide)
    said = await slack.fake.said(DM)
    assert sum(words(each["blocks"]).split().count("word") for each in said) == 4000


async def test_retry_after_is_obeyed(slack: SlackSide, guide: Running) -> None:
    await slack.fake.do("set", fail_next=["429"])
    await slack.dm("hello")
    await settled(guide)
    posts = [each["at"] for each in (await slack.fake.state())["calls"] if each["method"] == "chat.postMessage"]
    assert len(posts) == 2 and posts[1] - posts[0] >= 1.0  # what Slack said, not how fast anything is


async def test_a_channel_gets_one_message_a_second(
    slack: SlackSide, guide: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Pace, "GAP", 1.05)
    await slack.fake.do("set", gap=1.0)
    for number in range(3):
        await slack.mention(f"hello {number}")
    await slack.dm("elsewhere")
    await settled(guide)
    state = await slack.fake.state()
    assert state["too_fast"] == 0
    assert len(await slack.fake.said(CHANNEL)) == 3


async def test_answers_of_a_conversation_keep_their_order(slack: SlackSide, guide: Running) -> None:
    await slack.fake.do("set", fail_next=["500", "none", "drop", "429"])
    for number in range(5):
        await slack.dm(f"{number}")
    await settled(guide)
    assert [each["text"] for each in await slack.fake.said(DM)] == [f"echo: {n}" for n in range(5)]


async def test_a_private_answer_that_comes_too_late_is_a_direct_message(slack: SlackSide, guide: Running) -> None:
    old = await slack.fake.do("url", channel=CHANNEL, user=ASKER, age=3600)
    await slack.command("bad advice", response_url=old)
    (said,) = await slack.fake.until(1, DM)
    assert "Asked: bad advice" in words(said["blocks"])


async def test_an_address_that_is_not_slacks_is_not_called(slack: SlackSide, guide: Running) -> None:
    await slack.command("bad advice", response_url="http://169.254.169.254/latest")
    assert len(await slack.fake.until(1, DM)) == 1


async def test_an_archived_channel_is_given_up_and_said(slack: SlackSide, guide: Running, caplog: Any) -> None:
    event = await slack.message("hello", DM)
    await slack.fake.do("channel", name=DM, archived=True)
    await slack.deliver(slack.event(event))
    await settled(guide)
    assert "Slack refuses a message: is_archived. It is given up." in caplog.text
    assert await Outbox(guide.edge.stores.records).failures("slack") == ["is_archived"]


async def test_what_an_administrator_puts_right_goes_on(slack: SlackSide, guide: Running, caplog: Any) -> None:
    await slack.fake.do("token", token=TOKEN, revoked=True)
    await slack.dm("hello")
    while "token_revoked" not in caplog.text:
        await asyncio.sleep(0.05)
    assert TOKEN not in caplog.text
    await slack.fake.do("token", token=TOKEN, revoked=False, scopes=["im:history"])
    while "missing_scope (chat:write)" not in caplog.text:
        await asyncio.sleep(0.05)
    await slack.fake.do("token", token=TOKEN, scopes=["im:history", "chat:write"])
    assert len(await slack.fake.until(1, DM)) == 1


async def test_a_user_who_is_gone_costs_nobody_else_anything(slack: SlackSide, guide: Running, caplog: Any) -> None:
    old = await slack.fake.do("url", channel=CHANNEL, user="U0GONE01", age=3600)
    await slack.command("hello", user="U0GONE01", response_url=old)
    await slack.dm("hello")
    await settled(guide)
    assert "user_not_found" in caplog.text and len(await slack.fake.said(DM)) == 1


async def test_blocks_that_slack_refuses_are_sent_as_text(
    slack: SlackSide, guide: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = [sending.Post("echo: hello", [{"type": "header", "text": {"type": "mrkdwn", "text": "*"}}])]
    monkeypatch.setattr(sending, "posts", lambda turn, shown: wrong)
    await slack.dm("hello")
    (said,) = await slack.fake.until(1, DM)
    assert said["text"] == "echo: hello" and not said.get("blocks")


async def test_what_was_not_sent_is_sent_after_the_next_start(
    tmp_path: Path, fake: FakeSlack, http: aiohttp.ClientSession
) -> None:
    async with run(tmp_path / "state", "http://127.0.0.1:9") as guide:  # nobody is there
        slack = SlackSide(guide.url, fake, http)
        await slack.dm("hello")
        await slack.mention("hello")
        while len(guide.agent.got) < 2:
            await asyncio.sleep(0.05)
    async with run(tmp_path / "state", fake.url) as guide:
        await settled(guide)
        assert guide.agent.got == []
    assert len(await fake.said(DM)) == len(await fake.said(CHANNEL)) == 1


async def test_a_question_that_was_taken_is_answered_after_the_next_start(
    tmp_path: Path, fake: FakeSlack, http: aiohttp.ClientSession
) -> None:
    agent = Agent()
    agent.slow.clear()
    async with run(tmp_path / "state", fake.url, agent) as guide:
        guide.edge.turns._deadline = 60
        slack = SlackSide(guide.url, fake, http)
        await slack.dm("hello")
        while not agent.got:
            await asyncio.sleep(0.05)
        guide.edge.turns._cancelled = True  # as if the process ended here
        for task in list(guide.edge.turns._tasks):
            task.cancel()
    async with run(tmp_path / "state", fake.url) as guide:
        await settled(guide)
        assert [each["text"] for each in await fake.until(1, DM)] == ["echo: hello"]


async def test_without_room_slack_is_asked_to_send_again(slack: SlackSide, guide: Running) -> None:
    guide.agent.slow.clear()
    for number in range(30):
        await slack.dm(f"{number}")
    event = await slack.message("one more", DM)
    status, _, headers = await slack.deliver(slack.event(event), retries=False)
    assert status == 503 and "x-slack-no-retry" not in headers
    guide.agent.slow.set()
    while len(guide.agent.got) < 30:
        await asyncio.sleep(0.05)
    assert (await slack.deliver(slack.event(event)))[0] == 200
    await settled(guide)
    assert len(await slack.fake.said(DM)) == 31


async def test_a_database_that_takes_nothing_acknowledges_nothing(
    slack: SlackSide, guide: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.records.engine import RecordsUnavailable

    async def refuse(*_: Any, **__: Any) -> None:
        raise RecordsUnavailable("it is away")

    event = slack.event(await slack.message("hello", DM))
    with monkeypatch.context() as patched:
        patched.setattr(guide.edge.stores.records, "run", refuse)
        assert (await slack.deliver(event, retries=False))[0] == 503
    assert (await slack.deliver(event))[0] == 200
    assert len(await slack.fake.until(1, DM)) == 1


async def test_no_event_waits_for_slack(slack: SlackSide, guide: Running) -> None:
    """Nothing is asked of Slack between an event and its acknowledgement: `authorize` needs no network."""
    before = len((await slack.fake.state())["calls"])
    guide.agent.slow.clear()
    await slack.dm("hello")
    await slack.mention("hello")
    calls = (await slack.fake.state())["calls"][before:]
    guide.agent.slow.set()
    assert [call["method"] for call in calls] == []


async def test_a_connection_that_is_lost_late_is_looked_up_by_number(slack: SlackSide, guide: Running) -> None:
    await slack.fake.do("set", fail_next=["drop"])
    event = await slack.mention("hello")
    await settled(guide)
    state = await slack.fake.state()
    looked = [call for call in state["calls"] if call["method"] == "conversations.replies"]
    assert [call["ts"] for call in looked] == [event["ts"]] and len(await slack.fake.said(CHANNEL)) == 1
    assert time.time() - float(looked[0]["oldest"]) < 3600

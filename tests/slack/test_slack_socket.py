"""Socket Mode: the same, over a connection that the guide opens."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from fake_slack import TEAM, FakeSlack
from slack_running import Running
from slack_side import ASKER, SlackSide

DM = f"D{ASKER[1:]}"


@pytest.fixture
async def connected(start: Any, fake: FakeSlack) -> Running:
    guide: Running = await start(app_token="xapp-1-A1-2-abc", signing_secret=None)
    while not (await fake.state())["sockets"]:
        await asyncio.sleep(0.05)
    return guide


async def acknowledged(fake: FakeSlack, envelope: str) -> dict[str, Any]:
    for _ in range(400):
        found = [each for each in (await fake.state())["acknowledged"] if each["envelope_id"] == envelope]
        if found:
            return dict(found[0])
        await asyncio.sleep(0.05)
    raise AssertionError("it was not acknowledged")


async def test_events_commands_and_doubles_come_over_the_connection(
    connected: Running, fake: FakeSlack, http: Any
) -> None:
    slack = SlackSide(connected.url, fake, http)
    event = slack.event(await slack.message("hello", DM))
    for number in range(2):  # sent again, because the first acknowledgement was lost
        envelope = {
            "type": "events_api",
            "envelope_id": f"e{number}",
            "payload": event,
            "accepts_response_payload": False,
        }
        await fake.do("push", envelope=envelope)
        await acknowledged(fake, f"e{number}")
    assert len(await fake.until(1, DM)) == 1 and len(connected.agent.got) == 1
    form = {
        "command": "/insurance",
        "text": "help",
        "team_id": TEAM,
        "user_id": ASKER,
        "channel_id": "C1",
        "trigger_id": "1",
    }
    await fake.do("push", envelope={"type": "slash_commands", "envelope_id": "c", "payload": form})
    assert "Only you see the answer" in (await acknowledged(fake, "c"))["payload"]["text"]


async def test_what_cannot_be_read_is_acknowledged_and_done_with(connected: Running, fake: FakeSlack) -> None:
    # The SDK itself passes on nothing but objects that hold something.
    for number, payload in enumerate(({"type": 1}, {"type": "event_callback"}, {"type": "block_actions"})):
        await fake.do("push", envelope={"type": "events_api", "envelope_id": f"x{number}", "payload": payload})
        await acknowledged(fake, f"x{number}")
    assert connected.agent.got == []


async def test_without_room_nothing_is_acknowledged(connected: Running, fake: FakeSlack, http: Any) -> None:
    slack = SlackSide(connected.url, fake, http)
    connected.edge.turns._stopping = True
    event = slack.event(await slack.message("hello", DM))
    await fake.do("push", envelope={"type": "events_api", "envelope_id": "a", "payload": event})
    connected.edge.turns._stopping = False
    await fake.do("push", envelope={"type": "events_api", "envelope_id": "b", "payload": event})
    await acknowledged(fake, "b")
    assert len(await fake.until(1, DM)) == 1


async def test_a_connection_that_ends_is_made_anew(connected: Running, fake: FakeSlack, http: Any) -> None:
    await fake.do("hang_up")
    while not (await fake.state())["sockets"]:
        await asyncio.sleep(0.05)
    slack = SlackSide(connected.url, fake, http)
    event = slack.event(await slack.message("hello", DM))
    await fake.do("push", envelope={"type": "events_api", "envelope_id": "n", "payload": event})
    assert len(await fake.until(1, DM)) == 1


async def test_without_a_secret_there_is_no_address_to_ask(connected: Running, fake: FakeSlack, http: Any) -> None:
    slack = SlackSide(connected.url, fake, http)
    body = b'{"type":"url_verification","challenge":"x"}'
    assert (await slack.send(body, "application/json", secret=""))[0] == 404

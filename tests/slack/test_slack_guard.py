"""What comes to the address of Slack: whatever it is, the answer is never a failure, and nothing unsigned is read."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from fake_slack import BOT, CHANNEL, TEAM, FakeSlack
from slack_running import Running
from slack_side import ASKER, FORM, JSON, SECRET, SlackSide, signature

from bot.channels.slack import guard

DM = f"D{ASKER[1:]}"
USER, HOME = {"id": ASKER, "team_id": TEAM}, {"id": TEAM, "domain": "home"}
CLICK = {"type": "block_actions", "user": USER, "team": HOME, "trigger_id": "1.2.3"}
DEEP = '{"type":"event_callback","team_id":"T0HOME01","event":' + '{"a":' * 20_000 + "1" + "}" * 20_000 + "}"


def event(event: Any, **more: Any) -> dict[str, Any]:
    return {"type": "event_callback", "team_id": TEAM, "event": event, **more}


def told(event_: Any, **more: Any) -> tuple[bytes, str]:
    return json.dumps(event(event_, **more)).encode(), JSON


def form(**fields: str) -> bytes:
    return urlencode(fields).encode()


def payload(told: Any) -> bytes:
    return form(payload=json.dumps(told))


def click(**action: Any) -> tuple[bytes, str]:
    return payload({**CLICK, "actions": [action]}), FORM


MESSAGE = {"type": "message", "channel_type": "im", "user": ASKER, "channel": DM, "ts": "1.1"}
OTHERS = ({"c": "slack:T0OTHER1:C1", "n": 1, "t": "x"}, {"c": f"slack:{TEAM}:x", "n": 2**70, "v": "up"})
COMMAND = {"command": "/insurance", "team_id": TEAM, "user_id": ASKER, "channel_id": CHANNEL}
EVENTS = (
    *("app_home_opened", "app_mention", "message", "app_uninstalled_by_nobody", "team_join", "reaction_added"),
    *(
        "channel_archive",
        "channel_rename",
        "user_change",
        "link_shared",
        "function_executed",
        "assistant_thread_started",
    ),
    *("app_context_changed", "message_metadata_posted", "entity_details_requested", "file_shared", "made_up_tomorrow"),
)
ODD_VALUES = (None, 7, [], {}, "", True, "x" * 3_000, {"id": None}, [None])

SIGNED: dict[str, tuple[bytes, str]] = {
    # JSON that is none, or none of Slack's
    "nothing": (b"", JSON),
    "no json": (b"{", JSON),
    "bad utf-8": (b'{"type":"\xff\xfe"}', JSON),
    "half a character": (b'{"type":"event_callback","team_id":"T0HOME01","event":{"type":"\\ud800"}}', JSON),
    "a list": (b"[]", JSON),
    "null": (b"null", JSON),
    "a number": (b"1", JSON),
    "a text": (b'"event_callback"', JSON),
    "an empty object": (b"{}", JSON),
    "a type that is no text": (b'{"type":1}', JSON),
    "deep nesting": (DEEP.encode(), JSON),
    "nan": (b'{"type":"event_callback","team_id":"T0HOME01","event":{"type":"message","ts":NaN}}', JSON),
    "a long number": (b'{"type":"event_callback","team_id":"T","event":{"type":"x","ts":' + b"9" * 5_000 + b"}}", JSON),
    "a key twice": (b'{"type":"url_verification","type":"event_callback"}', JSON),
    "no type of content": (b"{}", ""),
    "another type of content": (b"{}", "text/plain"),
    "xml": (b"<a/>", "application/xml"),
    # events
    "an event that is null": told(None),
    "an event that is a list": told([]),
    "an event without a type": told({}),
    "an event without a team": (b'{"type":"event_callback","event":{"type":"message"}}', JSON),
    "an event of a strange team": told({"type": "message"}, team_id="../../etc"),
    "authorizations that are none": told({"type": "message"}, authorizations=[None, 1, {}]),
    "rate limited": (b'{"type":"app_rate_limited","team_id":"T0HOME01","minute_rate_limited":1}', JSON),
    "verification": (b'{"type":"url_verification","challenge":"abc"}', JSON),
    "verification without a challenge": (b'{"type":"url_verification"}', JSON),
    **{f"event {name}": told({"type": name, "user": ASKER, "channel": DM}) for name in EVENTS},
    **{
        f"a message whose {name} is {str(value)[:12]!r}": (
            told({**MESSAGE, name: value})
        )
        for name in ("user", "channel", "ts", "text", "thread_ts")
        for value in ODD_VALUES[:5]
    },
    # forms
    "an empty form": (b"", FORM),
    "a form without anything": (b"a=b", FORM),
    "a form bomb": (b"&".join(b"a%d=1" % n for n in range(100_000)), FORM),
    "bad utf-8 in a form": (b"payload=%ff%fe", FORM),
    "a payload that is no json": (form(payload="{"), FORM),
    "a payload that is null": (form(payload="null"), FORM),
    "two payloads": (b"payload=%7B%7D&payload=%7B%7D", FORM),
    "ssl check": (form(ssl_check="1", token="x"), FORM),
    "a command without a team": (form(**{**COMMAND, "team_id": ""}), FORM),
    "a command without a trigger": (form(**COMMAND, text="hello"), FORM),
    "another command": (form(**{**COMMAND, "command": "/other"}, text="hello", trigger_id="9.9.9"), FORM),
    "a command with a strange channel": (form(**{**COMMAND, "channel_id": "x:y"}, text="a", trigger_id="9.8.7"), FORM),
    # actions, shortcuts, views
    "no actions": (payload({**CLICK, "actions": []}), FORM),
    "actions that are null": (payload({**CLICK, "actions": None}), FORM),
    "an action that is null": (payload({**CLICK, "actions": [None]}), FORM),
    "an action without an id": click(value="x"),
    "an unknown action": click(action_id="zebra", type="button", value="1"),
    **{
        f"an action of ours that carries {str(value)[:12]!r}": (
            click(action_id=f"{kind}:1", type="button", value=json.dumps(value))
        )
        for kind in ("ask", "more", "share", "feedback", "form")
        for value in (None, [], *OTHERS)
    },
    "an action of ours that carries no json": click(action_id="ask:1", value="{"),
    "an action without a user": (payload({**CLICK, "user": None, "actions": [{"action_id": "x"}]}), FORM),
    "an action whose team is a list": (payload({**CLICK, "team": [], "actions": [{"action_id": "x"}]}), FORM),
    "a shortcut without a message": (payload({**CLICK, "type": "message_action", "callback_id": "ask_about"}), FORM),
    "a shortcut without a channel": (
        payload({**CLICK, "type": "message_action", "callback_id": "ask_about", "message": {"text": "a"}}), FORM),
    "an unknown shortcut": (payload({**CLICK, "type": "shortcut", "callback_id": "zebra"}), FORM),
    "a view that is null": (payload({**CLICK, "type": "view_submission", "view": None}), FORM),
    "an unknown view": (payload({**CLICK, "type": "view_submission", "view": {"callback_id": "zebra"}}), FORM),
    "a view of ours, empty": (payload({**CLICK, "type": "view_submission", "view": {"callback_id": "reason"}}), FORM),
    "a view that was closed": (payload({**CLICK, "type": "view_closed", "view": {"callback_id": "reason"}}), FORM),
    "options asked for": (payload({**CLICK, "type": "block_suggestion", "action_id": "x", "value": "y"}), FORM),
    "a dialog of long ago": (payload({**CLICK, "type": "dialog_submission", "callback_id": "x"}), FORM),
    "a message of long ago": (
        payload({**CLICK, "type": "interactive_message", "callback_id": "x", "actions": [{"name": "x"}]}), FORM),
    "a workflow step": (payload({**CLICK, "type": "workflow_step_edit", "callback_id": "x"}), FORM),
    "an interaction of tomorrow": (payload({**CLICK, "type": "made_up"}), FORM),
}  # fmt: skip


def test_there_are_many_kinds() -> None:
    assert len(SIGNED) >= 80


async def test_no_signed_payload_is_a_failure(slack: SlackSide, guide: Running) -> None:
    answers = {what: await slack.send(body, kind) for what, (body, kind) in SIGNED.items()}
    failed = {what: status for what, (status, _, _) in answers.items() if status >= 500 or status == 404}
    assert failed == {}
    assert json.loads(answers["verification"][1]) == {"challenge": "abc"}
    assert {answers[what][0] for what in ("a list", "bad utf-8", "deep nesting", "no actions", "a form bomb")} == {400}
    await slack.dm("still here")
    while "echo: still here" not in [each["text"] for each in await slack.fake.said(DM)]:
        await asyncio.sleep(0.05)


async def test_nothing_unsigned_is_read(slack: SlackSide, guide: Running, http: aiohttp.ClientSession) -> None:
    for body, kind in SIGNED.values():
        headers = {"Content-Type": kind}
        async with http.post(f"{guide.url}/slack/events", data=body, headers=headers) as reply:
            assert reply.status == 401
    assert guide.agent.got == []


GOOD = json.dumps(
    event({"type": "message", "channel_type": "im", "user": ASKER, "channel": DM, "ts": "1.1", "text": "hi"})
).encode()
NOW = str(int(time.time()))
WRONG: dict[str, tuple[dict[str, str], int]] = {
    "another secret": ({"X-Slack-Signature": signature(GOOD, NOW, "other")}, 401),
    "another body": ({"X-Slack-Signature": signature(b"{}", NOW)}, 401),
    "no signature": ({"X-Slack-Signature": ""}, 401),
    "a signature that is no ascii": ({"X-Slack-Signature": "v0=\u00e9"}, 401),
    "a signature of a version to come": ({"X-Slack-Signature": signature(GOOD, NOW).replace("v0", "v1")}, 401),
    "an old time": ({"X-Slack-Request-Timestamp": str(int(NOW) - 301)}, 401),
    "a time ahead": ({"X-Slack-Request-Timestamp": str(int(NOW) + 3_000)}, 401),
    "a time that is none": ({"X-Slack-Request-Timestamp": "abc"}, 401),
    "a negative time": ({"X-Slack-Request-Timestamp": "-1"}, 401),
    "no time": ({"X-Slack-Request-Timestamp": ""}, 401),
}


@pytest.mark.parametrize("what", WRONG)
async def test_what_is_not_slacks_is_refused_without_a_retry(
    what: str, guide: Running, http: aiohttp.ClientSession, caplog: Any
) -> None:
    headers, status = WRONG[what]
    stamp = headers.get("X-Slack-Request-Timestamp", str(int(time.time())))
    own = {"Content-Type": JSON, "X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature(GOOD, stamp)}
    async with http.post(f"{guide.url}/slack/events", data=GOOD, headers=own | headers) as reply:
        assert reply.status == status and reply.headers["X-Slack-No-Retry"] == "1"
    assert guide.agent.got == [] and SECRET not in caplog.text and "refused" in caplog.text


async def test_a_body_over_the_limit_is_refused_before_it_is_whole(
    slack: SlackSide, guide: Running, http: aiohttp.ClientSession
) -> None:
    assert (await slack.send(b" " * (guard.MAX_BODY + 1), JSON))[0] == 413

    async def chunks() -> Any:
        for _ in range(40):
            yield b" " * 50_000

    async with http.post(f"{guide.url}/slack/events", data=chunks(), headers={"Content-Type": JSON}) as reply:
        assert reply.status == 413


async def test_a_replay_changes_nothing(slack: SlackSide, guide: Running) -> None:
    stamp = str(int(time.time()))
    for _ in range(3):
        assert (await slack.send(GOOD, JSON, stamp))[0] == 200
    await slack.fake.do("channel", name=DM)
    await slack.dm("and now")
    while "and now" not in (got := [turn.text for turn in guide.agent.got]):
        await asyncio.sleep(0.02)
    assert got == ["hi", "and now"]


async def test_another_workspace_is_refused(slack: SlackSide, guide: Running, caplog: Any) -> None:
    while guide.edge.channels[0]._workspaces._own is None:  # whose the token is, is asked once
        await asyncio.sleep(0.05)
    await slack.dm("hello")
    other = {"team_id": "T0OTHER1", "authorizations": [{"team_id": "T0OTHER1", "user_id": BOT, "is_bot": True}]}
    told = slack.event(await slack.message("hello", DM), **other)
    status, _, headers = await slack.deliver(told)
    assert (status, headers["x-slack-no-retry"]) == (403, "1")
    await slack.fake.until(1, DM)
    assert "a workspace that the guide is not in" in caplog.text and len(guide.agent.got) == 1


async def test_it_is_only_posted_to(guide: Running, http: aiohttp.ClientSession) -> None:
    for method in ("GET", "PUT", "DELETE", "PATCH"):
        async with http.request(method, f"{guide.url}/slack/events") as reply:
            assert reply.status == 405


async def test_without_settings_there_is_no_such_address(
    start: Any, http: aiohttp.ClientSession, fake: FakeSlack
) -> None:
    guide = await start(token=None, signing_secret=None)
    async with http.post(f"{guide.url}/slack/events", data=GOOD) as reply:
        assert reply.status == 404

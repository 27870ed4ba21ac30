"""What stands for Slack is as strict as Slack: each of its rules has a source, and is held."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from typing import Any

import aiohttp
import fake_rules as rules
import pytest
from fake_slack import CHANNEL, TOKEN, FakeSlack


async def call(
    fake: FakeSlack, http: aiohttp.ClientSession, method: str, token: str = TOKEN, **told: Any
) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}"}
    async with http.post(f"{fake.url}/api/{method}", json=told, headers=headers) as reply:
        return {**(await reply.json()), "status": reply.status, "after": reply.headers.get("Retry-After")}


def test_every_rule_names_its_source() -> None:
    assert len(rules.RULES) >= 35
    unsourced = [rule for rule, source in rules.RULES.items() if not re.search(r"\w+\.\w+/", source)]
    assert unsourced == []


PROMPTS = "assistant.threads.setSuggestedPrompts"
VIEW = {"type": "modal", "title": {"type": "plain_text", "text": "x"}, "blocks": [{"type": "divider"}]}
REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("chat.postMessage", {"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
    ("chat.postMessage", {"channel": "U0NOBODY", "text": "x"}, "channel_not_found"),
    ("chat.postMessage", {"channel": CHANNEL}, "no_text"),
    ("chat.postMessage", {"channel": CHANNEL, "text": "x" * 4_001}, "msg_too_long"),
    ("chat.postMessage", {"channel": CHANNEL, "text": "x", "blocks": [{"type": "made_up"}]}, "invalid_blocks"),
    ("chat.update", {"channel": CHANNEL, "text": "x", "ts": "1.1"}, "message_not_found"),
    ("chat.delete", {"channel": CHANNEL, "ts": "1.1"}, "message_not_found"),
    ("chat.postEphemeral", {"channel": CHANNEL, "user": "U0NOBODY", "text": "x"}, "user_not_in_channel"),
    ("reactions.add", {"channel": CHANNEL, "timestamp": "1.1", "name": "x"}, "message_not_found"),
    ("users.info", {"user": "U0NOBODY"}, "user_not_found"),
    ("users.getPresence", {"user": "U0NOBODY"}, "user_not_found"),
    ("users.lookupByEmail", {"email": "nobody@agency.example"}, "users_not_found"),
    ("conversations.open", {"users": "U0NOBODY"}, "user_not_found"),
    ("views.open", {"trigger_id": "1.1.1", "view": VIEW}, "invalid_trigger_id"),
    (PROMPTS, {"channel_id": "D1", "prompts": [{}] * 5}, "invalid_arguments"),
    (PROMPTS, {"channel_id": "D1", "prompts": [{}], "thread_ts": "1.1"}, "invalid_arguments"),
    ("oauth.v2.access", {"grant_type": "refresh_token", "refresh_token": "used"}, "invalid_refresh_token"),
    ("made.up", {}, "unknown_method"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "told", "code"), REFUSED)
async def test_it_refuses(method: str, told: dict[str, Any], code: str, fake: FakeSlack, http: Any) -> None:
    assert (await call(fake, http, method, **told))["error"] == code


async def test_it_knows_tokens_and_scopes(fake: FakeSlack, http: Any) -> None:
    for token, code in (("", "not_authed"), ("xoxb-other", "invalid_auth")):
        assert (await call(fake, http, "auth.test", token))["error"] == code
    await fake.do("token", token="xoxb-few", scopes=[])
    refused = await call(fake, http, "chat.postMessage", "xoxb-few", channel=CHANNEL, text="x")
    assert (refused["error"], refused["needed"]) == ("missing_scope", "chat:write")
    refused = await call(fake, http, "conversations.history", "xoxb-few", channel=CHANNEL)
    assert (refused["error"], refused["needed"]) == ("missing_scope", "channels:history")
    await fake.do("token", token="xoxb-old", expires=time.time() - 1)
    assert (await call(fake, http, "auth.test", "xoxb-old"))["error"] == "token_expired"


async def test_it_takes_one_message_a_second(fake: FakeSlack, http: Any) -> None:
    await fake.do("set", gap=60.0)
    assert (await call(fake, http, "chat.postMessage", channel=CHANNEL, text="x"))["ok"]
    again = await call(fake, http, "chat.postMessage", channel=CHANNEL, text="x")
    assert (again["status"], again["error"], again["after"]) == (429, "ratelimited", "1")


async def test_channels_that_are_archived_or_not_joined_take_nothing(fake: FakeSlack, http: Any) -> None:
    await fake.do("channel", name="C0OLD0001", archived=True)
    await fake.do("channel", name="C0AWAY001", member=False)
    for name, code in (("C0OLD0001", "is_archived"), ("C0AWAY001", "not_in_channel")):
        assert (await call(fake, http, "chat.postMessage", channel=name, text="x"))["error"] == code


async def test_a_trigger_is_good_once_and_not_for_long(fake: FakeSlack, http: Any) -> None:
    trigger, old = await fake.do("trigger"), await fake.do("trigger", age=4)
    assert (await call(fake, http, "views.open", trigger_id=trigger, view=VIEW))["ok"]
    assert (await call(fake, http, "views.open", trigger_id=trigger, view=VIEW))["error"] == "exchanged_trigger_id"
    assert (await call(fake, http, "views.open", trigger_id=old, view=VIEW))["error"] == "expired_trigger_id"


async def test_a_response_url_is_good_five_times_in_half_an_hour(fake: FakeSlack, http: Any) -> None:
    url, old = (
        await fake.do("url", channel=CHANNEL, user="U1"),
        await fake.do("url", channel=CHANNEL, user="U1", age=1801),
    )
    for expected in (200, 200, 200, 200, 200, 404):
        async with http.post(url, json={"text": "x"}) as reply:
            assert reply.status == expected
    async with http.post(old, json={"text": "x"}) as reply:
        assert reply.status == 404


async def test_metadata_comes_back_if_it_is_asked_for(fake: FakeSlack, http: Any) -> None:
    told = {"channel": CHANNEL, "text": "x", "metadata": {"event_type": "e", "event_payload": {"id": "1"}}}
    await call(fake, http, "chat.postMessage", **told)
    for asked, there in ((True, True), (False, False)):
        found = await call(fake, http, "conversations.history", channel=CHANNEL, include_all_metadata=asked)
        assert ("metadata" in found["messages"][0]) is there


async def test_an_address_is_shown_with_its_scope_alone(fake: FakeSlack, http: Any) -> None:
    await fake.do("user", name="U0ASKER1", email="ada@agency.example")
    await fake.do("token", token="xoxb-few", scopes=["users:read"])
    found = await call(fake, http, "users.info", user="U0ASKER1")
    assert found["user"]["profile"]["email"] == "ada@agency.example"
    assert (await call(fake, http, "users.info", "xoxb-few", user="U0ASKER1"))["user"]["profile"] == {}


async def test_a_reaction_of_one_name_is_there_once(fake: FakeSlack, http: Any) -> None:
    ts = await fake.do("user_message", channel=CHANNEL, user="U0ASKER1", text="x")
    mark = {"channel": CHANNEL, "timestamp": ts, "name": "white_check_mark"}
    assert (await call(fake, http, "reactions.add", **mark))["ok"]
    assert (await call(fake, http, "reactions.add", **mark))["error"] == "already_reacted"


async def test_a_message_of_somebody_else_cannot_be_changed(fake: FakeSlack, http: Any) -> None:
    ts = await fake.do("user_message", channel=CHANNEL, user="U0ASKER1", text="x")
    assert (await call(fake, http, "chat.update", channel=CHANNEL, ts=ts, text="y"))["error"] == "cant_update_message"


async def test_a_dropped_connection_has_taken_the_message(fake: FakeSlack, http: Any) -> None:
    for failure, taken in (("drop", 1), ("late500", 2), ("500", 2), ("refuse", 2), ("429", 2)):
        await fake.do("set", fail_next=[failure])
        with suppress(aiohttp.ClientError):
            await call(fake, http, "chat.postMessage", channel=CHANNEL, text="x")
        assert len(await fake.said(CHANNEL)) == taken

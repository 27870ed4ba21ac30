"""What Slack sends: events, commands, actions and views, signed, and sent again where they are not acknowledged."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import json
import time
from typing import Any
from urllib.parse import urlencode

import aiohttp
from fake_slack import BOT, CHANNEL, TEAM, FakeSlack

SECRET = "0123456789abcdef0123456789abcdef"
ASKER, OTHER = "U0ASKER1", "U0ASKER2"
RETRIES = (0.0, 0.3, 0.6)  # seconds, where Slack waits 0, 60 and 300
FORM, JSON = "application/x-www-form-urlencoded", "application/json"

Json = dict[str, Any]
Reply = tuple[int, str, dict[str, str]]


def signature(body: bytes, stamp: str, secret: str = SECRET) -> str:
    return "v0=" + hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()


class SlackSide:
    """Slack as the guide sees it, for one running guide."""

    def __init__(self, guide: str, fake: FakeSlack, http: aiohttp.ClientSession) -> None:
        self.guide = guide
        self.fake = fake
        self.http = http
        self.numbers = itertools.count(1)

    async def send(
        self, body: bytes, kind: str, stamp: str | None = None, secret: str = SECRET, **headers: str
    ) -> Reply:
        stamp = stamp or str(int(time.time()))
        signed = {
            "Content-Type": kind,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature(body, stamp, secret),
            **headers,
        }
        async with self.http.post(f"{self.guide}/slack/events", data=body, headers=signed) as reply:
            return reply.status, await reply.text(), {name.lower(): value for name, value in reply.headers.items()}

    async def deliver(self, payload: Json, retries: bool = True) -> Reply:
        """Send an event; again, as Slack does, until it is acknowledged or not wanted."""
        body = json.dumps(payload).encode()
        reply: Reply = (0, "", {})
        for number, pause in enumerate((None, *RETRIES)):
            if pause is not None:
                await asyncio.sleep(pause)
            again = {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": "http_error"} if number else {}
            try:
                reply = await self.send(body, JSON, **again)
            except (aiohttp.ClientError, TimeoutError) as error:
                reply = (0, type(error).__name__, {})
            if 200 <= reply[0] < 300 or reply[2].get("x-slack-no-retry") == "1" or not retries:
                break
        return reply

    async def interact(self, payload: Json) -> Reply:
        return await self.send(urlencode({"payload": json.dumps(payload)}).encode(), FORM)

    # Payloads

    def event(self, event: Json, **more: Any) -> Json:
        return {
            "token": "old",
            "team_id": TEAM,
            "api_app_id": "A0GUIDE",
            "event": event,
            "type": "event_callback",
            "event_id": f"Ev{next(self.numbers)}",
            "event_time": int(time.time()),
            "authorizations": [{"enterprise_id": None, "team_id": TEAM, "user_id": BOT, "is_bot": True}],
            "is_ext_shared_channel": False,
            **more,
        }

    async def message(self, text: str, channel: str, user: str = ASKER, thread: str | None = None, **more: Any) -> Json:
        """A message that somebody has written, as the event of it."""
        ts = await self.fake.do("user_message", channel=channel, user=user, text=text, thread_ts=thread)
        kind = "im" if channel.startswith("D") else "channel"
        event = {"type": "message", "user": user, "text": text, "ts": ts, "channel": channel, "channel_type": kind}
        event |= {"client_msg_id": f"c-{ts}", "team": TEAM, "event_ts": ts}
        return event | ({"thread_ts": thread} if thread else {}) | more

    async def dm(self, text: str, user: str = ASKER, **more: Any) -> Json:
        """Write to the guide; the event as it was delivered."""
        event = await self.message(text, f"D{user[1:]}", user, **more)
        assert (await self.deliver(self.event(event)))[0] == 200
        return event

    async def mention(self, text: str, channel: str = CHANNEL, pair: bool = False, **more: Any) -> Json:
        """Mention the guide; with the message that tells of the same, where Slack sends the pair."""
        event = await self.message(f"<@{BOT}> {text}", channel, **more)
        mention = {**event, "type": "app_mention"}
        mention.pop("channel_type")
        assert (await self.deliver(self.event(mention)))[0] == 200
        if pair:
            assert (await self.deliver(self.event(event)))[0] == 200
        return event

    async def command(self, text: str, user: str = ASKER, channel: str = CHANNEL, **more: Any) -> tuple[Reply, str]:
        """A slash command; the acknowledgement, and the response url."""
        url = await self.fake.do("url", channel=channel, user=user)
        form = {
            "token": "old",
            "team_id": TEAM,
            "team_domain": "home",
            "channel_id": channel,
            "channel_name": "general",
            "user_id": user,
            "user_name": "asker",
            "command": "/insurance",
            "text": text,
            "api_app_id": "A0GUIDE",
            "response_url": url,
            "trigger_id": await self.fake.do("trigger"),
            **more,
        }
        return await self.send(urlencode(form).encode(), FORM), url

    async def press(
        self, message: Json, title: str, user: str = ASKER, channel: str = CHANNEL, home: str = TEAM, **more: Any
    ) -> tuple[Reply, str]:
        """Press a button of a message by its title; the acknowledgement, and the response url."""
        url = await self.fake.do("url", channel=channel, user=user)
        if message.get("private"):  # what replaces it, replaces what was said there
            states = (await self.fake.state())["urls"]
            old = next(
                name for name, each in states.items() if any(said["ts"] == message["ts"] for said in each["said"])
            )
            url = f"{self.fake.url}/respond/{old}"
        element, value = found(message, title)
        action = {
            "type": element["type"],
            "action_id": element["action_id"],
            "value": value,
            "action_ts": f"{time.time():.6f}",
        }
        payload = {
            "type": "block_actions",
            "team": {"id": TEAM, "domain": "home"},
            "user": {"id": user, "team_id": home},
            "api_app_id": "A0GUIDE",
            "channel": {"id": channel},
            "message": message,
            "container": {"type": "message", "message_ts": message["ts"], "channel_id": channel},
            "trigger_id": await self.fake.do("trigger"),
            "response_url": url,
            "actions": [action],
            **more,
        }
        return await self.interact(payload), url

    async def shortcut(self, text: str, user: str = ASKER, channel: str = CHANNEL) -> tuple[Reply, str]:
        url = await self.fake.do("url", channel=channel, user=user)
        payload = {
            "type": "message_action",
            "callback_id": "ask_about",
            "team": {"id": TEAM, "domain": "home"},
            "user": {"id": user, "team_id": TEAM},
            "channel": {"id": channel},
            "message": {"type": "message", "user": OTHER, "text": text, "ts": "1700000000.000100"},
            "trigger_id": await self.fake.do("trigger"),
            "response_url": url,
        }
        return await self.interact(payload), url


def found(message: Json, title: str) -> tuple[Json, str]:
    """The element of a message that shows a title, and the value it sends."""
    for block in message.get("blocks") or []:
        for element in block.get("elements") or []:
            for each in (element, element.get("positive_button"), element.get("negative_button")):
                shown = each.get("text") if isinstance(each, dict) else None
                if isinstance(shown, dict) and shown.get("text") == title:
                    return element, str(each["value"])
    raise AssertionError(f"no button {title!r}: {titles(message)}")


def titles(message: Json) -> list[str]:
    """The titles of a message's buttons."""
    elements = [each for block in message.get("blocks") or [] for each in block.get("elements") or []]
    return [each["text"]["text"] for each in elements if each.get("type") == "button"]


def words(part: Any) -> str:
    """All that can be read of a message or view."""
    if isinstance(part, dict):
        own = [part["text"]] if isinstance(part.get("text"), str) and part.get("type") != "message" else []
        return "\n".join(
            [
                *own,
                *(
                    words(each)
                    for name, each in part.items()
                    if name in ("blocks", "elements", "text", "rows", "title")
                ),
            ]
        )
    if isinstance(part, list):
        return "\n".join(filter(None, map(words, part)))
    return ""

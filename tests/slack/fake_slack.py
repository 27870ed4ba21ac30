"""Something that stands for Slack: its methods, response urls and sockets, in a process of its own.

It keeps channels and threads, knows tokens, scopes and triggers, counts messages a second, and fails on request: before
or after it has taken a message, slowly, or with a lost connection.  `fake_rules` says what it refuses, and why.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import multiprocessing
import random
import time
from collections import defaultdict
from contextlib import suppress
from typing import Any

import aiohttp
import fake_rules as rules
from aiohttp import web
from fake_rules import Broken, need

TEAM, BOT, TOKEN, CHANNEL = "T0HOME01", "U0GUIDE1", "xoxb-home", "C0GENERAL"
BOT_SCOPES = (
    *("app_mentions:read", "chat:write", "commands", "im:history", "im:write", "channels:history"),
    *("groups:history", "channels:read", "groups:read", "assistant:write"),
    *("reactions:write", "users:read", "users:read.email"),
)

FAILING = ("chat.postMessage", "chat.update", "chat.postEphemeral", "reactions.add", "respond")  # on request

Json = dict[str, Any]


class Slack:
    """One Slack; its methods are called as its handlers find them."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.gap = 1.0
        self.fail_rate = 0.0
        self.fail_next: list[str] = []
        self.fail_reads: list[str] = []
        self.random = random.Random(1)
        self.tokens: dict[str, Json] = {TOKEN: {"team": TEAM, "bot": BOT, "scopes": list(BOT_SCOPES), "expires": None}}
        self.refreshes: dict[str, str] = {}
        self.channels: dict[str, Json] = {}
        self.users: dict[str, Json] = {name: {} for name in ("U0ASKER1", "U0ASKER2", "U0ADMIN1")}
        self.whispers: list[Json] = []
        self.triggers: dict[str, Json] = {}
        self.urls: dict[str, Json] = {}
        self.views: dict[str, Json] = {}
        self.homes: dict[str, Json] = {}
        self.calls: list[Json] = []
        self.statuses: list[Json] = []
        self.prompts: list[Json] = []
        self.last_posted: dict[str, float] = defaultdict(float)
        self.numbers = itertools.count(1)
        self.sockets: list[web.WebSocketResponse] = []
        self.acknowledged: list[Json] = []
        self.too_fast = 0
        self.channel(CHANNEL)

    def channel(self, name: str, **more: Any) -> Json:
        made = {"id": name, "name": name.lower(), "archived": False, "member": True, "messages": []}
        return self.channels.setdefault(name, {**made, **more})

    def ts(self) -> str:
        return f"{time.time():.3f}{next(self.numbers) % 1000:03d}"

    def dm(self, user: str) -> Json:
        return self.channel(f"D{user[1:]}", user=user)

    # What every call goes through

    async def api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        told = await self.read(request)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ") or told.get("token") or ""
        self.calls.append({"method": method, "token": token, "at": time.time(), **told})
        failing = self.failure(method)
        if failing == "429":
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": "1"})
        if failing == "500":
            return web.Response(status=500, text="upstream failed")
        if failing == "refuse":
            return self.close(request)
        try:
            reply = await self.do(method, token, told)
        except Broken as broken:
            if broken.code == "ratelimited":
                self.too_fast += 1
                headers = {"Retry-After": "1"}
                return web.json_response({"ok": False, "error": broken.code}, status=429, headers=headers)
            more = {"needed": broken.needed, "provided": ""} if isinstance(broken, MissingScope) else {}
            return web.json_response({"ok": False, "error": broken.code, "rule": broken.rule, **more})
        if failing == "drop":
            return self.close(request)
        if failing == "late500":
            return web.json_response({"ok": False, "error": "internal_error"}, status=503)
        if failing == "hang":
            await asyncio.sleep(30)
        scopes = ",".join(self.tokens.get(token, {}).get("scopes", []))
        return web.json_response({"ok": True, **reply}, headers={"X-OAuth-Scopes": scopes})

    def failure(self, method: str) -> str | None:
        if method in ("conversations.history", "conversations.replies") and self.fail_reads:
            return self.fail_reads.pop(0)
        if method not in FAILING:
            return None
        if self.fail_next:
            return self.fail_next.pop(0)
        if self.random.random() < self.fail_rate:
            return self.random.choice(["429", "500", "refuse", "drop", "late500"])
        return None

    def close(self, request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response(status=500)

    async def read(self, request: web.Request) -> Json:
        if request.method == "GET":
            return dict(request.query)
        if request.content_type == "application/json":
            return dict(await request.json())
        return dict(await request.post())

    async def do(self, method: str, token: str, told: Json) -> Json:
        if method == "oauth.v2.access":
            return self.oauth(told)
        if method == "apps.connections.open":
            need(token.startswith("xapp-"), "a method needs its scope", "invalid_auth")
            return {"url": f"ws://127.0.0.1:{self.port}/socket"}
        home = self.tokens.get(token)
        need(home is not None, "a method needs its scope", "not_authed" if not token else "invalid_auth")
        assert home is not None
        need(not home.get("revoked"), "a method needs its scope", "token_revoked")
        need(home["expires"] is None or home["expires"] > time.time(), "a method needs its scope", "token_expired")
        for scope in rules.SCOPES.get(method, ()):
            if scope not in home["scopes"]:
                raise MissingScope(scope)
        handler = getattr(self, method.replace(".", "_"), None)
        if handler is None:
            raise Broken("unknown_method", "a method needs its scope")
        done = handler(home, told)
        return done if isinstance(done, dict) else {}

    def oauth(self, told: Json) -> Json:
        if told.get("grant_type") == "refresh_token":
            team = self.refreshes.pop(str(told["refresh_token"]), None)
            need(team is not None, "a refresh token is good once", "invalid_refresh_token")
        else:
            need(str(told.get("code", "")).startswith("code-"), "a method needs its scope", "invalid_code")
            team = str(told["code"]).removeprefix("code-")
        number = next(self.numbers)
        token, refresh = f"xoxe.xoxb-{team}-{number}", f"xoxe-1-{team}-{number}"
        granted = {"team": team, "bot": BOT, "scopes": list(BOT_SCOPES), "expires": time.time() + 43_200}
        self.tokens[token] = granted
        self.refreshes[refresh] = str(team)
        return {
            "access_token": token,
            "refresh_token": refresh,
            "expires_in": 43_200,
            "bot_user_id": BOT,
            "team": {"id": team, "name": f"Team {team}"},
        }

    # Methods

    def auth_test(self, home: Json, told: Json) -> Json:
        return {"team_id": home["team"], "user_id": home["bot"], "team": "Home", "user": "guide"}

    def there(self, told: Json) -> Json:
        name = str(told.get("channel") or "")
        rule = "unknown channels are channel_not_found, archived ones is_archived"
        if name.startswith("U"):
            need(name in self.users, "who is no user cannot be written to", "channel_not_found")
            return self.dm(name)
        need(name in self.channels, rule, "channel_not_found")
        found = self.channels[name]
        need(not found["archived"], rule, "is_archived")
        need(found["member"], "the guide posts where it is a member, else not_in_channel", "not_in_channel")
        return found

    def chat_postMessage(self, home: Json, told: Json) -> Json:
        found = self.there(told)
        rules.message(told)
        now = time.monotonic()
        fast = now - self.last_posted[found["id"]] < self.gap
        need(not fast, "a channel takes one message a second, more gets 429 with Retry-After", "ratelimited")
        self.last_posted[found["id"]] = now
        ts = self.ts()
        found["messages"].append({**told, "ts": ts, "user": home["bot"], "token": None, "at": time.time()})
        return {"channel": found["id"], "ts": ts, "message": {"ts": ts}}

    def chat_update(self, home: Json, told: Json) -> Json:
        found = self.there(told)
        rules.message(told)
        message = next((each for each in found["messages"] if each["ts"] == told["ts"]), None)
        need(message is not None, "a message is changed by who wrote it", "message_not_found")
        assert message is not None
        need(message["user"] == home["bot"], "a message is changed by who wrote it", "cant_update_message")
        message.update(text=told.get("text"), blocks=told.get("blocks"), edited=True)
        return {"ts": told["ts"], "channel": found["id"]}

    def chat_delete(self, home: Json, told: Json) -> Json:
        found = self.there(told)
        before = len(found["messages"])
        found["messages"] = [each for each in found["messages"] if each["ts"] != told["ts"]]
        need(len(found["messages"]) < before, "a message is changed by who wrote it", "message_not_found")
        return {}

    def chat_postEphemeral(self, home: Json, told: Json) -> Json:
        found = self.there(told)
        rules.message(told)
        outside = told.get("user") in found.get("outside", ())
        rule = "only who is in a channel is whispered to"
        need(told.get("user") in self.users and not outside, rule, "user_not_in_channel")
        self.whispers.append(told)
        return {"message_ts": self.ts()}

    def reactions_add(self, home: Json, told: Json) -> Json:
        found, rule = self.there(told), "a message gets a reaction of one name once"
        message = next((each for each in found["messages"] if each["ts"] == told.get("timestamp")), None)
        need(message is not None, rule, "message_not_found")
        assert message is not None
        reactions = message.setdefault("reactions", [])
        need(told.get("name") not in reactions, rule, "already_reacted")
        reactions.append(told["name"])
        return {}

    def user(self, name: object) -> Json:
        need(name in self.users, "who is no user is user_not_found", "user_not_found")
        return self.users[str(name)]

    def users_info(self, home: Json, told: Json) -> Json:
        known = self.user(told.get("user"))
        email = known.get("email") if "users:read.email" in home["scopes"] else None
        profile = {"email": email} if email else {}
        flags = {name: value for name, value in known.items() if name not in ("email", "presence")}
        return {"user": {"id": told["user"], "team_id": home["team"], "profile": profile, **flags}}

    def users_getPresence(self, home: Json, told: Json) -> Json:
        return {"presence": self.user(told.get("user")).get("presence", "away")}

    def users_lookupByEmail(self, home: Json, told: Json) -> Json:
        found = next((name for name, each in self.users.items() if each.get("email") == told.get("email")), None)
        need(found is not None, "who is no user is user_not_found", "users_not_found")
        return self.users_info(home, {"user": found})

    def conversations_open(self, home: Json, told: Json) -> Json:
        user = str(told.get("users"))
        need(user in self.users, "who is no user cannot be written to", "user_not_found")
        return {"channel": {"id": self.dm(user)["id"]}}

    def conversations_info(self, home: Json, told: Json) -> Json:
        name = str(told["channel"])
        need(
            name in self.channels,
            "unknown channels are channel_not_found, archived ones is_archived",
            "channel_not_found",
        )
        found = self.channels[name]
        about = {"id": name, "name": found["name"], "is_archived": found["archived"], "is_member": found["member"]}
        return {"channel": {**about, "is_ext_shared": bool(found.get("shared"))}}

    def conversations_history(self, home: Json, told: Json) -> Json:
        return self.messages(home, told, lambda message: not message.get("thread_ts"))

    def conversations_replies(self, home: Json, told: Json) -> Json:
        return self.messages(home, told, lambda message: told["ts"] in (message.get("thread_ts"), message["ts"]))

    def messages(self, home: Json, told: Json, wanted: Any) -> Json:
        found = self.there(told)
        scope = rules.READING[found["id"][0]]
        if scope not in home["scopes"]:
            raise MissingScope(scope)
        with_metadata = str(told.get("include_all_metadata")).lower() in ("1", "true")
        shown = []
        for message in found["messages"]:
            if wanted(message) and float(message["ts"]) >= float(told.get("oldest") or 0):
                shown.append({k: v for k, v in message.items() if k != "metadata" or with_metadata})
        return {"messages": shown[-int(told.get("limit") or 100) :]}

    def views_open(self, home: Json, told: Json) -> Json:
        rule = "a trigger opens one view, within 3 seconds"
        trigger = self.triggers.get(str(told.get("trigger_id")))
        need(trigger is not None, rule, "invalid_trigger_id")
        assert trigger is not None
        need(not trigger["used"], rule, "exchanged_trigger_id")
        need(time.time() - trigger["at"] <= 3, rule, "expired_trigger_id")
        rules.view(told["view"])
        trigger["used"] = True
        made = {**told["view"], "id": f"V{next(self.numbers)}"}
        self.views[made["id"]] = made
        return {"view": made}

    def views_update(self, home: Json, told: Json) -> Json:
        rules.view(told["view"])
        need(told["view_id"] in self.views, "a trigger opens one view, within 3 seconds", "not_found")
        self.views[told["view_id"]] = {**told["view"], "id": told["view_id"]}
        return {"view": self.views[told["view_id"]]}

    def views_publish(self, home: Json, told: Json) -> Json:
        rules.view(told["view"])
        self.homes[told["user_id"]] = told["view"]
        return {"view": told["view"]}

    def assistant_threads_setStatus(self, home: Json, told: Json) -> Json:
        self.statuses.append(told)
        return {}

    def assistant_threads_setSuggestedPrompts(self, home: Json, told: Json) -> Json:
        fits = 1 <= len(told["prompts"]) <= 4 and "thread_ts" not in told
        need(fits, "suggested prompts are at most four, without a thread", "invalid_arguments")
        self.prompts.append(told)
        return {}

    # What is not a method

    async def respond(self, request: web.Request) -> web.StreamResponse:
        url = self.urls.get(request.match_info["id"])
        told = await request.json()
        failing = self.failure("respond")
        if failing == "500":
            return web.Response(status=500)
        if failing == "429":
            return web.Response(status=429, headers={"Retry-After": "1"})
        if failing == "refuse":
            return self.close(request)
        if url is None or url["uses"] >= 5 or time.time() - url["at"] > 1800:
            return web.Response(status=404, text="used_url" if url else "expired_url")
        try:
            rules.message(told)
        except Broken as broken:
            return web.Response(status=400, text=broken.code)
        url["uses"] += 1
        said = {**told, "ts": self.ts(), "user": BOT, "private": url["user"]}
        if told.get("response_type") == "in_channel":
            self.channel(url["channel"])["messages"].append({**said, "private": None})
        elif told.get("replace_original"):
            url["said"][-1:] = [said]
        else:
            url["said"].append(said)
        if failing in ("drop", "late500", "hang"):
            return self.close(request)
        return web.Response(text="ok")

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        await socket.send_json({"type": "hello", "num_connections": len(self.sockets), "debug_info": {}})
        async for message in socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                with suppress(ValueError):
                    self.acknowledged.append(json.loads(message.data))
        self.sockets.remove(socket)
        return socket

    # What tests do and look at

    async def control(self, request: web.Request) -> web.Response:
        told = await request.json()
        done = getattr(self, f"do_{request.match_info['what']}")(**told)
        if asyncio.iscoroutine(done):
            done = await done
        return web.json_response(done)

    def do_reset(self) -> None:
        self.reset()

    def do_set(self, **values: Any) -> None:
        for name, value in values.items():
            setattr(self, name, value)

    def do_channel(self, name: str, **more: Any) -> None:
        self.channel(name).update(more)

    def do_user(self, name: str, **more: Any) -> None:
        self.users.setdefault(name, {}).update(more)

    def do_token(self, token: str, **more: Any) -> None:
        known = {"team": TEAM, "bot": BOT, "scopes": list(BOT_SCOPES), "expires": None}
        self.tokens[token] = {**self.tokens.get(token, known), **more}

    def do_refresh(self, token: str, team: str) -> None:
        self.refreshes[token] = team

    def do_trigger(self, age: float = 0) -> str:
        name = f"{next(self.numbers)}.{int(time.time())}.abc"
        self.triggers[name] = {"at": time.time() - age, "used": False}
        return name

    def do_url(self, channel: str, user: str, age: float = 0) -> str:
        name = str(next(self.numbers))
        self.urls[name] = {"at": time.time() - age, "uses": 0, "channel": channel, "user": user, "said": []}
        return f"http://127.0.0.1:{self.port}/respond/{name}"

    def do_user_message(self, channel: str, user: str, text: str, thread_ts: str | None = None) -> str:
        found = self.dm(user) if channel.startswith("D") else self.channel(channel)
        ts = self.ts()
        found["messages"].append({"ts": ts, "user": user, "text": text, "thread_ts": thread_ts})
        return ts

    def do_deleted(self, channel: str, ts: str) -> None:
        messages = self.channels[channel]["messages"]
        messages[:] = [each for each in messages if each["ts"] != ts]

    async def do_push(self, envelope: Json) -> None:
        await self.sockets[-1].send_json(envelope)

    async def do_hang_up(self) -> None:
        for socket in list(self.sockets):
            await socket.close()

    def do_state(self) -> Json:
        names = ("channels", "views", "homes", "urls", "calls", "statuses", "prompts", "acknowledged", "too_fast")
        names += ("whispers",)
        return {**{name: getattr(self, name) for name in names}, "sockets": len(self.sockets)}


class MissingScope(Broken):
    def __init__(self, needed: str) -> None:
        super().__init__("missing_scope", "a method needs its scope")
        self.needed = needed


def run(port: int) -> None:
    """Serve until the process ends."""
    slack = Slack()
    slack.port = port  # type: ignore[attr-defined]
    app = web.Application(client_max_size=4_000_000)
    app.router.add_route("*", "/api/{method}", slack.api)
    app.router.add_post("/respond/{id}", slack.respond)
    app.router.add_get("/socket", slack.socket)
    app.router.add_post("/_control/{what}", slack.control)
    web.run_app(app, host="127.0.0.1", port=port, print=None, handle_signals=False)


class FakeSlack:
    """The process, and how tests talk to it."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.process = multiprocessing.get_context("spawn").Process(target=run, args=(port,), daemon=True)

    async def start(self) -> None:
        self.process.start()
        while True:
            with suppress(aiohttp.ClientError):
                await self.do("state")
                return
            await asyncio.sleep(0.05)

    def stop(self) -> None:
        self.process.kill()
        self.process.join()

    async def do(self, what: str, **told: Any) -> Any:
        async with aiohttp.ClientSession() as http, http.post(f"{self.url}/_control/{what}", json=told) as reply:
            assert reply.status == 200, await reply.text()
            return await reply.json()

    async def state(self) -> Json:
        return dict(await self.do("state"))

    async def said(self, channel: str) -> list[Json]:
        """What the guide says in a channel."""
        found = (await self.state())["channels"].get(channel, {"messages": []})
        return [message for message in found["messages"] if message["user"] == BOT]

    async def until(self, count: int, channel: str, seconds: float = 30) -> list[Json]:
        """What the guide says there, once it is so much."""
        deadline = time.monotonic() + seconds
        while len(said := await self.said(channel)) < count:
            assert time.monotonic() < deadline, [f"{count} of these in {channel}", *(each["text"] for each in said)]
            await asyncio.sleep(0.05)
        return said

    async def whispered(self, url: str, count: int, seconds: float = 30) -> list[Json]:
        """What the guide says to one person at a response url."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            said: list[Json] = (await self.state())["urls"][url.rpartition("/")[2]]["said"]
            if len(said) >= count:
                return said
            await asyncio.sleep(0.05)
        return said

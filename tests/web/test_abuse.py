"""Requests no widget sends: each is refused with a code, and the visitor beside notices nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from serving import Server, Start
from visiting import Visitor, code

from bot.edge.chat import MAX_TABS
from bot.edge.sessions import SESSION_LIFETIME, Sessions
from bot.settings import Rate

JSON = {"Content-Type": "application/json"}


@pytest_asyncio.fixture
async def bystander(server: Server, http: aiohttp.ClientSession) -> AsyncIterator[Visitor]:
    """Another visitor, whose question is answered after whatever the test has done."""
    bystander = Visitor(server, http)
    await bystander.join()
    yield bystander
    status, accepted, _ = await bystander.send("and me?")
    assert status == 202
    assert [message["text"] for message in await bystander.hear(1, after=accepted["seq"])] == ["echo: and me?"]


async def stream_status(visitor: Visitor, token: str, **headers: str) -> tuple[int, str]:
    """How a request for an event stream is refused."""
    url = f"{visitor.server.url}/chat/stream"
    async with visitor.http.get(url, params={"token": token}, headers=headers) as reply:
        return reply.status, (await reply.json())["error"]["code"]


async def test_forged_tokens_open_nothing(visitor: Visitor, bystander: Visitor) -> None:
    body, _, signature = visitor.token.partition(".")
    other_body = bystander.token.partition(".")[0]
    forgeries = [
        Sessions("another secret").issue("self")[0],
        f"{other_body}.{signature}",  # another's session under one's own signature
        f"{body}.{signature[:-2]}",
        f"{body}..",
        "." * 3000,
        "null",
        "😀",
    ]
    for forged in forgeries:
        assert await stream_status(visitor, forged) == (401, "bad_token")
        assert code(await visitor.post("/chat/session", {"token": forged})) == (401, "bad_token")
        if forged.isascii():
            reply = await visitor.post("/chat/message", {"id": "1", "text": "x"}, Authorization=f"Bearer {forged}")
            assert code(reply) == (401, "bad_token")
    for no_text in (1, ["x"], {"a": 1}, True):
        assert code(await visitor.post("/chat/session", {"token": no_text})) == (401, "bad_token")
    assert visitor.server.agent.got == []


async def test_expired_token_opens_nothing(
    visitor: Visitor, bystander: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    import itsdangerous.timed

    now = itsdangerous.timed.time.time()
    with monkeypatch.context() as later:
        later.setattr("itsdangerous.timed.time.time", lambda: now + SESSION_LIFETIME + 60)
        assert await stream_status(visitor, visitor.token) == (401, "expired_token")
        assert code(await visitor.send("hi")) == (401, "expired_token")
        assert code(await visitor.post("/chat/session", {"token": visitor.token})) == (401, "expired_token")


async def test_stream_of_another_session_is_not_to_be_had(visitor: Visitor, bystander: Visitor) -> None:
    await visitor.send("a secret")
    await visitor.hear(1)
    joined = (await bystander.post("/chat/session", {"token": bystander.token}))[1]
    mine = (await visitor.post("/chat/session", {"token": visitor.token}))[1]
    assert joined["conversation"] != mine["conversation"]
    assert await stream_status(bystander, mine["conversation"]) == (401, "bad_token")
    session = visitor.server.agent.got[0].session
    assert await stream_status(bystander, session) == (401, "bad_token")
    query = {"token": bystander.token, "session": session, "conversation": mine["conversation"], "after": "0"}
    async with bystander.http.get(f"{bystander.server.url}/chat/stream", params=query) as reply:
        beginning = await reply.content.readuntil(b"still here")
    assert b"Ask me in your own words." in beginning and b"secret" not in beginning


async def test_foreign_site_cannot_use_a_visitors_token(visitor: Visitor, bystander: Visitor) -> None:
    for origin in ("https://evil.example", "null", "file://", f"{visitor.server.url}.evil.example", "https://", "x"):
        assert code(await visitor.send("hi", Origin=origin)) == (403, "foreign_origin")
        assert await stream_status(visitor, visitor.token, Origin=origin) == (403, "foreign_origin")
    assert visitor.server.agent.got == []


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "json"]
)
async def test_only_json_is_read_so_that_no_form_of_another_site_can_post(
    visitor: Visitor, bystander: Visitor, content_type: str
) -> None:
    headers = {"Content-Type": content_type, "Authorization": f"Bearer {visitor.token}"}
    for path in ("/chat/session", "/chat/message", "/chat/feedback"):
        reply = await visitor.post(path, b'{"id": "1", "text": "hi"}', **headers)
        assert code(reply) == (415, "wrong_type")


@pytest.mark.parametrize("body", ["[]", '"x"', "1", "null", "true", "NaN", "{", '{"a":}', "[" * 9000, "\x00"])
async def test_body_that_is_no_object_is_refused(visitor: Visitor, bystander: Visitor, body: str) -> None:
    for path in ("/chat/session", "/chat/message", "/chat/feedback"):
        reply = await visitor.post(path, body.encode(), Authorization=f"Bearer {visitor.token}")
        assert code(reply) == (400, "bad_json")


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({}, "bad_id"),
        ({"id": "1"}, "empty"),
        ({"id": 1, "text": "hi"}, "bad_id"),
        ({"id": ["1"], "text": "hi"}, "bad_id"),
        ({"id": "1'; DROP TABLE message; --", "text": "hi"}, "bad_id"),
        ({"id": "x" * 65, "text": "hi"}, "bad_id"),
        ({"id": "1\n", "text": "hi"}, "bad_id"),
        ({"id": "1", "text": 5}, "bad_text"),
        ({"id": "1", "text": ["hi"]}, "bad_text"),
        ({"id": "1", "text": {"a": "b"}}, "bad_text"),
        ({"id": "1", "button": {"title": "hi"}}, "bad_text"),
    ],
)
async def test_message_of_another_shape_is_refused(
    visitor: Visitor, bystander: Visitor, fields: dict[str, Any], why: str
) -> None:
    reply = await visitor.post("/chat/message", fields, Authorization=f"Bearer {visitor.token}")
    assert code(reply) == (400, why)


async def test_fields_nobody_asked_for_change_nothing(visitor: Visitor) -> None:
    body = {"id": "1", "text": "hi", "from": "agent", "name": "Dana", "seq": 99, "session": "x", "metadata": {"a": 1}}
    await visitor.post("/chat/message", body, Authorization=f"Bearer {visitor.token}")
    await visitor.hear(1)
    (message,) = visitor.server.agent.got
    assert message.text == "hi"
    _, session, _ = await visitor.post("/chat/session", {"token": visitor.token})
    question = session["messages"][1]
    assert {name: question.get(name) for name in ("from", "name", "seq", "text")} == {
        "from": "visitor",
        "name": None,
        "seq": 2,
        "text": "hi",
    }


async def test_megabyte_is_refused_before_it_is_read(visitor: Visitor, bystander: Visitor) -> None:
    """Sent as a slow client does: the answer comes although only the beginning was sent."""
    port = int(visitor.server.url.rpartition(":")[2])
    for path in ("session", "message", "feedback"):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = f"POST /chat/{path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        writer.write(f"{head}Authorization: Bearer {visitor.token}\r\nContent-Length: 1048576\r\n\r\n".encode())
        writer.write(b'{"text": "')
        answer = await asyncio.wait_for(reader.readuntil(b"}}"), 10)
        assert answer.startswith(b"HTTP/1.1 413 ")
        assert json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["code"] == "too_large"
        writer.close()
    assert visitor.server.agent.got == []


async def test_megabyte_from_an_ordinary_client_leaves_the_server_well(visitor: Visitor, bystander: Visitor) -> None:
    with suppress(aiohttp.ClientOSError):  # the server closed while the client was still sending: refused as well
        assert code(await visitor.send("x" * 2**20)) == (413, "too_large")
    assert visitor.server.agent.got == []


async def test_flood_from_one_visitor_is_cut_to_the_limit_while_another_is_answered(
    start: Start, http: aiohttp.ClientSession
) -> None:
    server = await start(session_rate=Rate(20, 86_400))  # none comes back while the flood lasts
    flooding, bystander = Visitor(server, http), Visitor(server, http)
    await flooding.join()
    await bystander.join()
    flood = [asyncio.create_task(flooding.send(f"flood {number}")) for number in range(200)]
    await bystander.send("and me?")
    assert [message["text"] for message in await bystander.hear(1)] == ["echo: and me?"]
    replies = await asyncio.gather(*flood)
    accepted = [reply for reply in replies if reply[0] == 202]
    refused = [reply for reply in replies if reply[0] != 202]
    assert len(accepted) == 20
    assert {code(reply) for reply in refused} == {(429, "too_many")}
    assert all(int(reply[2]["Retry-After"]) >= 1 for reply in refused)


async def test_flood_from_one_address_leaves_other_addresses_alone(start: Start, http: aiohttp.ClientSession) -> None:
    server = await start(ip_rate=Rate(5, 600), proxies=1)
    flooding, bystander = Visitor(server, http), Visitor(server, http)
    elsewhere = {"X-Forwarded-For": "192.0.2.1"}
    replies = [await flooding.post("/chat/session", {}, **elsewhere) for _ in range(10)]
    assert [status for status, _, _ in replies] == [200] * 5 + [429] * 5
    # What a visitor claims to have come through, before the proxy's own word, counts for nothing.
    pretended = {"X-Forwarded-For": "198.51.100.7, 192.0.2.1"}
    assert code(await flooding.post("/chat/session", {}, **pretended)) == (429, "too_many")
    other = {"X-Forwarded-For": "192.0.2.2"}
    await bystander.join(**other)
    await bystander.send("and me?", **other)
    assert [message["text"] for message in await bystander.hear(1)] == ["echo: and me?"]


async def test_sixty_idle_streams_cost_the_visitor_beside_nothing(server: Server, bystander: Visitor) -> None:
    async with AsyncExitStack() as stack:
        connector = aiohttp.TCPConnector(limit=0)
        crowd = await stack.enter_async_context(aiohttp.ClientSession(connector=connector))
        for _ in range(60):
            idle = Visitor(server, crowd)
            await idle.join()
            events = await stack.enter_async_context(idle.stream(after=1))
            assert (await anext(events))["retry"]
        await bystander.send("hello")
        assert [message["text"] for message in await bystander.hear(1)] == ["echo: hello"]


async def test_one_visitor_cannot_hold_all_streams(visitor: Visitor, bystander: Visitor) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(MAX_TABS):
            events = await stack.enter_async_context(visitor.stream(after=1))
            assert (await anext(events))["retry"]
        assert await stream_status(visitor, visitor.token) == (429, "too_many")
    for _ in range(100):  # the server hears of the streams' end a moment later
        if visitor.server.edge.rooms.streams() == 0:
            break
        await asyncio.sleep(0.1)
    await visitor.send("hello")
    assert [message["text"] for message in await visitor.hear(1)] == ["echo: hello"]


async def test_one_address_cannot_hold_all_streams(start: Start, http: aiohttp.ClientSession) -> None:
    server = await start(ip_streams=3)
    async with AsyncExitStack() as stack:
        for _ in range(3):
            visitor = Visitor(server, http)
            await visitor.join()
            events = await stack.enter_async_context(visitor.stream(after=1))
            assert (await anext(events))["retry"]
        late = Visitor(server, http)
        await late.join()
        assert await stream_status(late, late.token) == (429, "too_many")
    for _ in range(100):  # the server hears of the streams' end a moment later
        if late.server.edge.chat._streams._taken.total() == 0:
            break
        await asyncio.sleep(0.1)
    await late.send("hello")
    assert [message["text"] for message in await late.hear(1)] == ["echo: hello"]


@pytest.mark.parametrize("after", ["-1", "x", "1.5", "", "²", "9" * 15, "None"])
async def test_number_to_begin_after_that_makes_no_sense_harms_nobody(
    visitor: Visitor, bystander: Visitor, after: str
) -> None:
    async with visitor.http.get(
        f"{visitor.server.url}/chat/stream", params={"token": visitor.token, "after": after}
    ) as reply:
        assert reply.status == 200
        assert b"still here" in await reply.content.readuntil(b"still here")


@pytest.mark.parametrize("path", ["/chat/stream/", "/chat", "/webhooks/web/webhook", "/x"])
async def test_other_paths_of_the_chat_do_not_exist(visitor: Visitor, path: str) -> None:
    async with visitor.http.post(visitor.server.url + path, data=b"{}", headers=JSON) as reply:
        assert reply.status in (404, 405)
        assert "Traceback" not in await reply.text()


@pytest.mark.parametrize("digits", [30, 5000])
async def test_number_to_begin_after_that_is_absurdly_large_harms_nobody(visitor: Visitor, digits: int) -> None:
    query = {"token": visitor.token, "after": "9" * digits}
    async with visitor.http.get(f"{visitor.server.url}/chat/stream", params=query) as reply:
        assert reply.status == 200
        assert b"still here" in await reply.content.readuntil(b"still here")

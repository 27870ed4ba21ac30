"""What the application tells those who run it, and what it does for clients without streams."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from pathlib import Path

import aiohttp
import pytest
from serving import Server, Start, serve
from visiting import Visitor, code

from bot.edge import health
from bot.edge.logs import JsonLines
from bot.edge.turns import Message, Turn
from bot.records.opening import close_shared
from bot.settings import Rate
from knowledge.live import LiveBase


async def test_head_is_answered_like_get_without_a_body(visitor: Visitor) -> None:
    url, query = visitor.server.url, {"token": visitor.token}
    for path in ("/", "/widget.js", "/health/live", "/health/ready", "/metrics"):
        async with visitor.http.head(url + path) as reply:
            assert (reply.status, await reply.read()) == (200, b"")
    async with visitor.http.head(f"{url}/chat/stream", params=query) as reply:
        assert (reply.status, reply.content_type, await reply.read()) == (200, "text/event-stream", b"")


async def test_health_says_what_is_wrong(
    server: Server, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ready() -> tuple[int, dict[str, bool]]:
        async with http.get(f"{server.url}/health/ready") as reply:
            return reply.status, await reply.json()

    assert await ready() == (200, {"ready": True, "model": True, "database": True, "knowledge": True, "disk": True})
    with monkeypatch.context() as full:
        full.setattr(health, "LEAST_FREE", 2**62)
        assert await ready() == (
            503,
            {"ready": False, "model": True, "database": True, "knowledge": True, "disk": False},
        )
    with monkeypatch.context() as gone:
        gone.setattr(health, "in_service", LiveBase(Path("none.db")))
        assert (await ready())[1]["knowledge"] is False
    await asyncio.to_thread(close_shared)
    assert (await ready())[1]["database"] is False
    async with http.get(f"{server.url}/health/live") as reply:
        assert reply.status == 200
    await server.edge.stores.open()


async def test_metrics_count_answers_refusals_and_losses_and_show_no_text(visitor: Visitor) -> None:
    await visitor.send("Does GL cover bad advice?")
    await visitor.send("silence")
    await visitor.send("")
    await visitor.hear(2)
    await asyncio.sleep(0.1)
    async with visitor.http.get(f"{visitor.server.url}/metrics") as reply:
        page = await reply.text()
    for line in (
        'guide_verdicts_total{verdict="no"} 1.0',
        'guide_refused_requests_total{code="empty"} 1.0',
        'guide_losses_total{kind="answer"} 1.0',
        'guide_stage_seconds_count{stage="accept"} 2.0',
        'guide_stage_seconds_count{stage="answer"} 2.0',
        "guide_waiting_messages 0.0",
        "guide_open_streams",
    ):
        assert line in page
    assert "bad advice" not in page


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
async def test_metrics_are_for_this_machine_alone_unless_a_setting_opens_them(
    start: Start, http: aiohttp.ClientSession, header: str
) -> None:
    for opened, status in ((False, 404), (True, 200)):
        server = await start(open_metrics=opened)
        async with http.get(f"{server.url}/metrics", headers={header: "192.0.2.1"}) as reply:
            assert reply.status == status


async def test_who_has_no_stream_asks_for_what_came_after_a_number(visitor: Visitor) -> None:
    await visitor.send("hello")
    await visitor.hear(1)
    headers = {"Authorization": f"Bearer {visitor.token}"}

    async def messages(after: str) -> list[Message]:
        async with visitor.http.get(
            f"{visitor.server.url}/chat/messages", params={"after": after}, headers=headers
        ) as reply:
            assert reply.status == 200
            assert reply.headers["Cache-Control"].startswith("no-store")
            page = await reply.json()
            assert page["typing"] is False
            return list(page["messages"])

    assert [message["seq"] for message in await messages("0")] == [1, 2, 3]
    assert [message.get("text") for message in await messages("2")] == ["echo: hello"]
    assert await messages("3") == []
    assert len(await messages("nonsense")) == 3
    async with visitor.http.get(f"{visitor.server.url}/chat/messages") as reply:
        assert reply.status == 401


async def test_a_full_queue_is_told_kindly_and_a_repeat_of_what_was_taken_is_not(
    start: Start, http: aiohttp.ClientSession
) -> None:
    server = await start(waiting=1)
    server.agent.handle = lambda turn: asyncio.sleep(60)  # type: ignore[assignment, method-assign]
    visitor = Visitor(server, http)
    await visitor.join()
    assert (await visitor.send("one", id="one"))[0] == 202
    status, body, headers = await visitor.send("two", id="two")
    assert (status, body["error"]["code"], headers["Retry-After"]) == (503, "busy", "3")
    assert "again in a few seconds" in body["error"]["message"]
    assert (await visitor.send("one", id="one"))[0] == 202


async def test_a_stop_takes_less_than_ten_seconds_with_streams_open_and_a_turn_that_hangs(
    tmp_path: Path, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serve(tmp_path) as server:
        server.agent.handle = lambda turn: asyncio.sleep(60)  # type: ignore[assignment, method-assign]
        visitor = Visitor(server, http)
        await visitor.join()
        await visitor.send("hang")
        stream = await http.get(f"{server.url}/chat/stream", params={"token": visitor.token})
        stopping = time.monotonic()
    assert time.monotonic() - stopping < 10
    stream.close()


async def test_a_message_is_refused_kindly_while_the_guide_stops(visitor: Visitor) -> None:
    await visitor.server.edge.turns.finish(0)
    status, body, _ = await visitor.send("hello")
    assert (status, body["error"]["code"]) == (503, "busy")
    async with visitor.http.get(f"{visitor.server.url}/health/ready") as reply:
        assert reply.status == 503


async def test_one_id_leads_from_the_request_to_the_answer_and_no_line_shows_what_was_said(
    visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    handled: list[Turn] = []
    answer = visitor.server.agent.handle

    async def handle(turn: Turn) -> list[Message] | None:
        handled.append(turn)
        logging.getLogger("bot.edge.test").info("my ssn is %s", "536-22-8712")
        return await answer(turn)

    visitor.server.agent.handle = handle  # type: ignore[method-assign]
    lines: list[dict[str, object]] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(json.loads(JsonLines().format(record)))

    keep = Keep()
    edge = logging.getLogger("bot.edge")
    edge.addHandler(keep)
    edge.setLevel(logging.INFO)
    try:
        await visitor.send("Does GL cover bad advice?\nline two")
        await visitor.hear(1)
        await asyncio.sleep(0.1)
    finally:
        edge.removeHandler(keep)
        edge.setLevel(logging.NOTSET)
    assert [line["id"] for line in lines] == [handled[0].id] * 2
    assert lines[0]["event"] == "my ssn is [social security number removed]"
    assert lines[1]["event"] == "answered" and lines[1]["verdict"] == "no"
    assert "bad advice" not in json.dumps(lines)


async def test_the_visitors_address_is_what_our_own_proxies_saw(start: Start, http: aiohttp.ClientSession) -> None:
    server = await start(ip_rate=Rate(1, 600), proxies=2)
    visitor = Visitor(server, http)
    chain = {"X-Forwarded-For": "203.0.113.9, 192.0.2.1, 10.0.0.1"}
    assert (await visitor.post("/chat/session", {}, **chain))[0] == 200
    forged = {"X-Forwarded-For": "198.51.100.1, 192.0.2.1, 10.0.0.1"}
    assert code(await visitor.post("/chat/session", {}, **forged)) == (429, "too_many")
    assert (await visitor.post("/chat/session", {}, **{"X-Forwarded-For": "192.0.2.2, 10.0.0.1"}))[0] == 200

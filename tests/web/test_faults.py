"""Whatever breaks: no message is met with silence, nobody else notices, and afterwards the conversation goes on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

import aiohttp
import pytest
from serving import Start
from visiting import Visitor

from bench import faults
from bench.fault_kinds import ANSWERING, PLAIN, hangs, locked
from bench.kills import Echo
from bot.edge.turns import Message, Turn
from bot.records.engine import PATIENCE, Records

SOON_S = 10.0
KINDS = {**ANSWERING, **PLAIN}


@pytest.mark.parametrize("kind", KINDS)
async def test_whatever_breaks_each_message_ends_in_a_word_and_the_conversation_goes_on(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kind in PLAIN:  # the database may be what breaks; its patience would take most of the time
        monkeypatch.setattr(Records.__init__, "__defaults__", (None, 1.0))
    (outcome,) = await faults.run({kind: KINDS[kind]}, Echo(), tmp_path, 2, 2, faults.LONG, faults.TURN_S)
    assert outcome.is_good, outcome


def test_there_are_enough_kinds_of_fault() -> None:
    assert len(KINDS) >= 25


async def test_what_cannot_be_stored_is_refused_kindly_within_the_time_of_a_visitors_patience(visitor: Visitor) -> None:
    visitor.server.edge.stores.records._patience = PATIENCE
    async with locked(visitor.server):
        status, body, headers = await visitor.send("hello", id="again")
        assert (status, body["error"]["code"]) == (503, "unavailable")
        assert "contact the agency" in body["error"]["message"] and headers["Retry-After"]
    assert PATIENCE < 5
    assert (await visitor.send("hello", id="again"))[0] == 202  # the same message, sent again as the widget does
    assert (await asyncio.wait_for(visitor.hear(1), SOON_S))[-1]["text"] == "echo: hello"


async def test_a_stuck_conversation_holds_up_no_other(start: Start, http: aiohttp.ClientSession) -> None:
    server = await start(turn_timeout=5)
    well = server.agent.handle

    async def handle(turn: Turn) -> Sequence[Message] | None:
        return await (hangs(turn) if turn.text == "stuck" else well(turn))

    server.agent.handle = handle
    stuck, bystander = Visitor(server, http), Visitor(server, http)
    await stuck.join()
    await bystander.join()
    await stuck.send("stuck")
    await bystander.send("and me?")
    assert [m["text"] for m in await asyncio.wait_for(bystander.hear(1), SOON_S)] == ["echo: and me?"]


HEAD = "Host: 127.0.0.1\r\n"
POST = f"POST /chat/message HTTP/1.1\r\n{HEAD}Content-Type: application/json\r\n"
WIRE = {
    "no HTTP": b"hello\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 64,
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "an unknown method": f"BREW /chat/message HTTP/1.1\r\n{HEAD}\r\n".encode(),
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two hosts": f"POST /chat/session HTTP/1.1\r\n{HEAD}Host: evil.example\r\nContent-Length: 2\r\n\r\n{{}}".encode(),
    "a header without end": f"GET / HTTP/1.1\r\n{HEAD}X: {'x' * 200_000}\r\n\r\n".encode(),
    "a path without end": f"GET /{'x' * 100_000} HTTP/1.1\r\n{HEAD}\r\n".encode(),
    "a path upwards": f"GET /../../etc/passwd HTTP/1.1\r\n{HEAD}\r\n".encode(),
    "an encoded path upwards": f"GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\n{HEAD}\r\n".encode(),
    "a NUL in the path": f"GET /%00 HTTP/1.1\r\n{HEAD}\r\n".encode(),
    "bytes that are no text": f"GET / HTTP/1.1\r\n{HEAD}X: ".encode() + b"\xff\xfe\r\n\r\n",
    "a length that is no number": f"{POST}Content-Length: many\r\n\r\n".encode(),
    "a negative length": f"{POST}Content-Length: -1\r\n\r\n".encode(),
    "two lengths": f"{POST}Content-Length: 2\r\nContent-Length: 40\r\n\r\n{{}}".encode(),
    "length and chunks": f"{POST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".encode(),
    "chunks that are none": f"{POST}Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n".encode(),
    "a body cut short": f'{POST}Content-Length: 100\r\n\r\n{{"id":'.encode(),
    "a WebSocket": f"GET /chat/stream HTTP/1.1\r\n{HEAD}Upgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode(),
    "nothing at all": b"",
}


@pytest.mark.parametrize("kind", WIRE)
async def test_whatever_comes_over_the_wire_is_refused_without_an_error_and_disturbs_nobody(
    visitor: Visitor, kind: str
) -> None:
    port = int(visitor.server.url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(WIRE[kind])
    await writer.drain()
    writer.write_eof()
    try:
        answer = await asyncio.wait_for(reader.read(4096), SOON_S)
    except ConnectionResetError:
        answer = b""
    writer.close()
    assert not answer or answer.split(b" ")[1][:1] == b"4" or kind in ("bytes that are no text", "two hosts"), answer
    assert b"root:" not in answer and b"Traceback" not in answer
    await visitor.send("and me?")
    assert [message["text"] for message in await visitor.hear(1)] == ["echo: and me?"]


async def test_a_clock_that_was_put_back_leaves_the_conversation(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    monkeypatch.setattr("bot.edge.sessions.time.time", lambda: now - 600)
    assert (await visitor.send("hello"))[0] == 202
    assert [message["text"] for message in await visitor.hear(1)] == ["echo: hello"]

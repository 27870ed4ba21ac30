"""What docs/security.md promises of the running server: headers, sites, sessions, slow lines, logs, modes."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest
from itsdangerous import URLSafeTimedSerializer
from serving import Server, Start, serve
from starlette.routing import Route
from visiting import Visitor, code

from bot.edge import connections, intake
from bot.edge.logs import log_to
from bot.edge.sessions import Sessions

SECRET = "test secret"  # of the servers here
FOREIGN = "https://evil.example"


def addresses(server: Server) -> list[str]:
    """Every address that the application has, and one that it has not."""
    return [*(route.path for route in server.edge.app().routes if isinstance(route, Route)), "/nowhere"]


async def test_every_answer_forbids_guessing_its_type_and_names_no_server_and_no_cookie(
    server: Server, http: aiohttp.ClientSession
) -> None:
    for path in addresses(server):
        for method in ("GET", "HEAD", "POST", "DELETE"):
            async with http.request(method, server.url + path) as reply:
                assert reply.headers["X-Content-Type-Options"] == "nosniff", (method, path)
                assert reply.headers["Referrer-Policy"] == "no-referrer", (method, path)
                assert not {"Server", "Set-Cookie", "X-Powered-By"} & set(reply.headers), (method, path)


async def test_no_cache_keeps_what_was_said(visitor: Visitor) -> None:
    await visitor.send("a secret")
    bearer = {"Authorization": f"Bearer {visitor.token}"}
    async with visitor.http.get(f"{visitor.server.url}/chat/messages", headers=bearer) as reply:
        assert "no-store" in reply.headers["Cache-Control"]
    _, _, headers = await visitor.post("/chat/session", {"token": visitor.token})
    assert "no-store" in headers["Cache-Control"]
    query = {"token": visitor.token}
    async with visitor.http.get(f"{visitor.server.url}/chat/stream", params=query) as reply:
        assert "no-store" in reply.headers["Cache-Control"]


async def test_no_page_can_be_framed_or_keep_a_hold_on_its_opener(server: Server, http: aiohttp.ClientSession) -> None:
    async with http.get(server.url) as reply:
        assert "frame-ancestors 'none'" in reply.headers["Content-Security-Policy"]
        assert reply.headers["X-Frame-Options"] == "DENY"
        assert reply.headers["Cross-Origin-Opener-Policy"] == "same-origin"


async def test_no_foreign_site_may_read_an_answer(server: Server, http: aiohttp.ClientSession) -> None:
    for path in (path for path in addresses(server) if not path.endswith((".js", ".css")) and path != "/"):
        for method in ("OPTIONS", "GET", "POST"):
            headers = {"Origin": FOREIGN, "Access-Control-Request-Method": "POST"}
            async with http.request(method, server.url + path, headers=headers) as reply:
                assert "Access-Control-Allow-Origin" not in reply.headers, (method, path)


async def test_an_allowed_site_is_named_alone_and_credentials_are_never_allowed(
    start: Start, http: aiohttp.ClientSession
) -> None:
    server = await start(origins="https://agency.example")
    for origin, allowed in (("https://agency.example", "https://agency.example"), (FOREIGN, None), ("null", None)):
        async with http.options(f"{server.url}/chat/message", headers={"Origin": origin}) as reply:
            assert reply.headers.get("Access-Control-Allow-Origin") == allowed
            assert "Access-Control-Allow-Credentials" not in reply.headers
            assert reply.headers["Vary"] == "Origin"


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
async def test_a_form_of_another_site_changes_nothing(visitor: Visitor, kind: str) -> None:
    """What browsers send elsewhere without asking first: no token, no JSON, and often no Origin that would tell."""
    for headers in ({"Content-Type": kind}, {"Content-Type": kind, "Origin": FOREIGN}):
        for path in ("/chat/message", "/chat/session", "/chat/feedback", "/chat/agreement"):
            body = json.dumps({"id": "1", "text": "send my data", "token": visitor.token}).encode()
            assert (await visitor.post(path, body, **headers))[0] in (401, 403, 415)
    assert visitor.server.agent.got == []


async def test_nobody_can_choose_the_session_they_get(visitor: Visitor) -> None:
    """Session fixation: an attacker's id, in whatever place, becomes nobody's."""
    wanted = "0" * 32
    body = {"session": wanted, "id": wanted, "conversation": wanted, "sender": wanted}
    _, joined, _ = await visitor.post(f"/chat/session?session={wanted}&token={wanted}", body)
    opened = {Sessions(SECRET).read(joined["token"], "self")}
    for _ in range(20):
        opened.add(Sessions(SECRET).read((await visitor.join())["token"], "self"))
    assert len(opened) == 21 and wanted not in opened
    assert all(len(session) == 32 and int(session, 16) for session in opened)


async def test_a_name_of_the_conversation_says_nothing_of_its_session(visitor: Visitor) -> None:
    joined = await visitor.join()
    session = Sessions(SECRET).read(joined["token"], "self")
    assert session not in json.dumps({**joined, "token": ""})
    assert joined["conversation"] not in session


async def test_what_was_signed_for_something_else_opens_no_session(visitor: Visitor) -> None:
    for salt in ("insurance-guide.file", "itsdangerous", "cookie-session"):
        other = str(URLSafeTimedSerializer(SECRET, salt=salt).dumps(["0" * 32, "self"]))
        assert code(await visitor.post("/chat/session", {"token": other})) == (401, "bad_token")
    for content in ("0" * 32, ["0" * 32], {"session": "0" * 32}, [1, 2, 3], None):
        signed = str(URLSafeTimedSerializer(SECRET, salt="insurance-guide.web-session").dumps(content))
        assert code(await visitor.post("/chat/session", {"token": signed})) == (401, "bad_token")


@pytest.mark.parametrize(
    "path",
    [
        "/..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..\\..\\web_secret", "/.state/web_secret",
        "/widget.js/../../edge/app.py", "/%2e%2e%2fedge%2fapp.py", "/bot/web/widget.js", "//etc/passwd",
        "/widget.js%00.html", "/index.html", "/service.html", "/static/../app.py", "/demo.css/", "/guide.db",
    ],
)  # fmt: skip
async def test_no_path_leads_to_a_file_that_is_not_meant_to_be_served(server: Server, path: str) -> None:
    port = int(server.url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    assert answer.startswith((b"HTTP/1.1 404 ", b"HTTP/1.1 400 ")), answer[:200]
    assert b"root:" not in answer and b"Starlette" not in answer


@pytest.mark.parametrize(
    "path", ["/demo.css/", "/chat/session/", "//evil.example/", "//evil.example/..;/", "/\\evil.example"]
)
async def test_no_answer_sends_anybody_elsewhere(server: Server, path: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(server.url.rpartition(":")[2]))
    writer.write(f"GET {path} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    assert answer.startswith(b"HTTP/1.1 4") and b"location:" not in answer.lower()


async def test_nothing_that_was_compressed_is_unpacked(visitor: Visitor) -> None:
    """A decompression bomb: 50 MB of blanks are 50 kB, and 10 kB of them would pass the limit on bodies."""
    bomb = gzip.compress(b'{"id": "1", "text": "' + b" " * 10_000_000 + b'"}')
    for encoding in ("gzip", "deflate", "br", "zstd"):
        headers = {"Content-Encoding": encoding, "Authorization": f"Bearer {visitor.token}"}
        async with visitor.http.post(
            f"{visitor.server.url}/chat/message",
            data=bomb[: intake.MAX_BODY],
            headers={"Content-Type": "application/json", **headers},
            compress=False,
        ) as reply:
            assert (reply.status, (await reply.json())["error"]["code"]) == (400, "bad_json")
    assert visitor.server.agent.got == []


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: x\r\nX-A: b\r\n"])
async def test_a_head_that_never_ends_does_not_hold_its_connection(
    server: Server, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.5)
    reader, writer = await asyncio.open_connection("127.0.0.1", int(server.url.rpartition(":")[2]))
    if sent:
        writer.write(sent)
    assert await asyncio.wait_for(reader.read(), 60) == b""  # closed
    writer.close()


async def test_a_head_that_drips_does_not_hold_its_connection(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.5)
    reader, writer = await asyncio.open_connection("127.0.0.1", int(server.url.rpartition(":")[2]))
    writer.write(b"GET / HTTP/1.1\r\n")

    async def drip() -> None:
        while True:
            writer.write(b"X: y\r\n")
            await asyncio.sleep(0.05)

    dripping = asyncio.create_task(drip())
    with suppress(ConnectionResetError):  # closed as well
        assert await asyncio.wait_for(reader.read(), 60) == b""
    dripping.cancel()
    writer.close()


async def test_a_body_that_drips_is_refused(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "BODY_SECONDS", 0.5)
    reader, writer = await asyncio.open_connection("127.0.0.1", int(visitor.server.url.rpartition(":")[2]))
    head = "POST /chat/message HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 900\r\n"
    writer.write(f"{head}Authorization: Bearer {visitor.token}\r\n\r\n{{".encode())
    answer = await asyncio.wait_for(reader.readuntil(b"}}"), 60)
    assert answer.startswith(b"HTTP/1.1 408 ") and b"too_slow" in answer
    writer.close()


async def test_a_stream_outlives_the_time_that_heads_have(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.3)
    async with visitor.stream(after=1) as events:
        await asyncio.sleep(1)
        await visitor.send("still there?")
        async for event in events:
            if event["event"] == "message" and event["data"]["from"] == "bot":
                assert event["data"]["text"] == "echo: still there?"
                break


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """The service's log, and the test's own handlers afterwards."""
    root, edge = logging.getLogger(), logging.getLogger("bot.edge")
    kept, levels = list(root.handlers), (root.level, edge.level)
    path = tmp_path / "logs" / "guide.log"
    log_to(path)
    yield path
    for handler in list(root.handlers):
        handler.close()
        root.removeHandler(handler)
    for handler in kept:
        root.addHandler(handler)
    root.setLevel(levels[0])
    edge.setLevel(levels[1])


FORGED = '"}\n{"at": "2026-01-01", "level": "error", "event": "all data sold"}\r\n\x1b[2Jsold'


async def test_no_visitor_can_write_a_line_of_the_log(log: Path, visitor: Visitor) -> None:
    """By a message, an id, a token, a reason, or an error that quotes what was said."""
    answer = visitor.server.agent.handle

    async def fails(turn: object) -> object:
        raise ValueError(FORGED)

    visitor.server.agent.handle = fails  # type: ignore[method-assign, assignment]
    await visitor.send(FORGED)
    await visitor.hear(1)
    visitor.server.agent.handle = answer  # type: ignore[method-assign]
    await visitor.send("hello", id=FORGED)
    await visitor.post("/chat/session", {"token": FORGED})
    await visitor.post("/chat/feedback", {"seq": 3, "reason": FORGED}, Authorization=f"Bearer {visitor.token}")
    lines = log.read_text().splitlines()
    assert lines and all(json.loads(line).get("at", "").startswith("2") for line in lines)
    assert [line for line in map(json.loads, lines) if line.get("event") == "all data sold"] == []
    assert "\x1b" not in log.read_text()


async def test_no_secret_reaches_the_log_the_figures_or_an_answer(log: Path, tmp_path: Path) -> None:
    secret = "zebra-secret-of-this-installation"
    async with serve(tmp_path / "state", secret=secret) as server, aiohttp.ClientSession() as http:
        visitor = Visitor(server, http)
        await visitor.join()
        told = []

        async def fails(turn: object) -> object:
            raise RuntimeError("broken")

        await visitor.send("hello")
        server.agent.handle = fails  # type: ignore[method-assign, assignment]
        await visitor.send("hello again")
        told += [json.dumps(message) for message in await visitor.hear(2)]
        for path in addresses(server):
            if path != "/chat/stream":
                query = {"token": visitor.token}
                async with http.get(server.url + path, params=query) as reply:
                    told.append(await reply.text())
        told.append(log.read_text())
    written = "".join(told)
    assert "A turn failed." in written
    assert secret not in written and visitor.token not in written


async def test_what_the_guide_writes_is_for_its_own_user_alone(tmp_path: Path, log: Path) -> None:
    before = os.umask(0)
    try:
        state = tmp_path / "state"
        async with serve(state, secret="") as server, aiohttp.ClientSession() as http:
            visitor = Visitor(server, http)
            await visitor.join()
            await visitor.send("hello")
            await visitor.hear(1)
            await server.edge.stores.records.spool("answer", {})
            logging.getLogger("bot.edge").warning("one")
            logging.getLogger().handlers[0].doRollover()  # type: ignore[attr-defined]
            logging.getLogger("bot.edge").warning("two")
            modes = {
                path: stat.S_IMODE(path.stat().st_mode) for path in [state, *state.rglob("*"), *log.parent.iterdir()]
            }
    finally:
        os.umask(before)
    assert {path.name for path in modes} >= {"guide.db", "web_secret", "spool.jsonl", "guide.log", "guide.log.1"}
    assert {path: oct(mode) for path, mode in modes.items() if mode & 0o077} == {}

"""Files for an agent: judged by what is in them, opened by their session and the agency, and never run."""

from __future__ import annotations

import asyncio
import struct
import zlib
from io import BytesIO
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from serving import Server, Start
from visiting import Visitor, code

from bot.agency import Agency
from bot.edge import attachments, uploads
from bot.edge.attachments import KINDS, LARGEST, inspect
from bot.edge.limits import ChatError
from bot.edge.sessions import FileLinks
from bot.records.files import MOST, Files

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def picture(format: str, size: tuple[int, int] = (8, 8)) -> bytes:
    drawn = BytesIO()
    Image.new("RGB", size, "teal").save(drawn, format)
    return drawn.getvalue()


def bomb() -> bytes:
    """A picture of a few bytes that would be 40 GB when it is drawn."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 6, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 999)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


GOOD = {
    "photo.png": (picture("PNG"), "image/png"),
    "photo.JPEG": (picture("JPEG"), "image/jpeg"),
    "photo.webp": (picture("WEBP"), "image/webp"),
    "policy.pdf": (PDF, "application/pdf"),
    "no ending": (picture("PNG"), "image/png"),
    "": (PDF, "application/pdf"),
}
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
BAD = {
    "a drawing that can run": ("x.svg", SVG, "wrong_kind"),
    "a drawing that says it is a picture": ("x.png", SVG, "wrong_kind"),
    "a page": ("x.html", b"<!doctype html><script>1</script>", "wrong_kind"),
    "a page that says it is a PDF": ("x.pdf", b"<html>%PDF-1.7 %%EOF", "wrong_kind"),
    "a program": ("x.exe", b"MZ" + b"\0" * 200, "wrong_kind"),
    "an archive": ("x.zip", b"PK\x03\x04" + b"\0" * 200, "wrong_kind"),
    "a document with macros": ("x.docm", b"PK\x03\x04" + b"\0" * 200, "wrong_kind"),
    "text": ("x.txt", b"hello", "wrong_kind"),
    "nothing": ("x.png", b"", "wrong_kind"),
    "a moving picture": ("x.gif", picture("GIF"), "wrong_kind"),
    "a picture of another kind": ("x.bmp", picture("BMP"), "wrong_kind"),
    "a picture that says it is a PDF": ("x.pdf", picture("PNG"), "wrong_kind"),
    "a PDF that says it is a picture": ("x.jpg", PDF, "wrong_kind"),
    "half a picture": ("x.png", picture("PNG")[:-20], "damaged_file"),
    "a picture that was changed": ("x.png", picture("PNG").replace(b"IDATx", b"IDATy"), "damaged_file"),
    "half a PDF": ("x.pdf", PDF[:20], "damaged_file"),
    "a picture that bursts": ("x.png", bomb(), "too_large"),
}


@pytest_asyncio.fixture
async def sender(start: Start, http: aiohttp.ClientSession) -> Visitor:
    visitor = Visitor(await start(files=True), http)
    await visitor.join()
    return visitor


async def send(visitor: Visitor, name: str, content: bytes, id: str = "f1", **headers: str) -> tuple[int, Any, Any]:
    headers = {"Authorization": f"Bearer {visitor.token}", "Content-Type": "application/octet-stream", **headers}
    query = {"id": id, "name": name}
    async with visitor.http.post(
        f"{visitor.server.url}/chat/file", params=query, data=content, headers=headers
    ) as reply:
        return reply.status, await reply.json(), reply.headers


async def sent_by(visitor: Visitor) -> list[dict[str, Any]]:
    _, joined, _ = await visitor.post("/chat/session", {"token": visitor.token})
    return [message["file"] for message in joined["messages"] if "file" in message]


async def open_file(visitor: Visitor, key: str, query: str = "", token: str | None = None) -> tuple[int, bytes, Any]:
    bearer = {"Authorization": f"Bearer {token or visitor.token}"} if token != "" else {}
    async with visitor.http.get(f"{visitor.server.url}/chat/file/{key}{query}", headers=bearer) as reply:
        return reply.status, await reply.read(), reply.headers


@pytest.mark.parametrize("name", GOOD)
async def test_a_file_is_kept_shown_as_what_it_is_and_comes_back_byte_for_byte(sender: Visitor, name: str) -> None:
    content, kind = GOOD[name]
    status, body, _ = await send(sender, name, content)
    assert (status, body) == (201, {"seq": 2})
    (shown,) = await sent_by(sender)
    assert (shown["kind"], shown["size"]) == (kind, len(content))
    status, back, headers = await open_file(sender, shown["key"])
    assert (status, back, headers["Content-Type"]) == (200, content, kind)


@pytest.mark.parametrize("what", BAD)
async def test_what_is_no_picture_and_no_pdf_is_refused_in_words_and_leaves_nothing(sender: Visitor, what: str) -> None:
    name, content, why = BAD[what]
    status, body, _ = await send(sender, name, content)
    assert 400 <= status < 500 and body["error"]["code"] == why and body["error"]["message"].endswith(".")
    folder = sender.server.edge.settings.state / "files"
    assert await sent_by(sender) == [] and (not folder.exists() or list(folder.iterdir()) == [])


async def test_a_file_is_never_shown_by_a_browser_but_kept(sender: Visitor) -> None:
    await send(sender, 'a"\r\nSet-Cookie: x=1\r\n/../../é.pdf', PDF)
    (shown,) = await sent_by(sender)
    _, _, headers = await open_file(sender, shown["key"])
    assert headers["Content-Disposition"] == "attachment; filename*=UTF-8''%C3%A9.pdf"
    assert headers["X-Content-Type-Options"] == "nosniff" and "sandbox" in headers["Content-Security-Policy"]
    assert "no-store" in headers["Cache-Control"] and "Set-Cookie" not in headers


async def test_only_its_session_and_the_agency_open_a_file(sender: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    await send(sender, "photo.png", picture("PNG"))
    await send(sender, "other.png", picture("PNG"), id="f2")
    one, other = (file["key"] for file in await sent_by(sender))
    stranger = Visitor(sender.server, sender.http)
    await stranger.join()
    assert (await open_file(stranger, one))[0] == 404
    assert (await open_file(sender, one, token=""))[0] == 401
    for guessed in ("0" * 32, "..%2f..%2fweb_secret", "web_secret", "guide.db", one[:-1], one.upper()):
        assert (await open_file(sender, guessed))[0] == 404
    link = FileLinks("test secret").address(one)
    async with sender.http.get(sender.server.url + link) as reply:
        assert reply.status == 200 and reply.headers["Content-Disposition"].startswith("attachment")
    signature = link.partition("agency=")[2]
    forged = ("b" if signature[0] == "a" else "a") + signature[1:]
    for query, key in ((f"?agency={signature}", other), ("?agency=", one), (f"?agency={forged}", one)):
        assert (await open_file(sender, key, query))[0] == 401
    assert (await open_file(sender, one, f"?agency={FileLinks('another').address(one).partition('agency=')[2]}"))[
        0
    ] == 401
    import itsdangerous.timed

    now = itsdangerous.timed.time.time()
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: now + 8 * 24 * 3600)
    assert (await open_file(sender, one, f"?agency={signature}"))[0] == 401


async def test_an_erased_file_is_gone_for_everybody(sender: Visitor) -> None:
    from bot.records.erasing import erase_now

    await send(sender, "photo.png", picture("PNG"))
    (shown,) = await sent_by(sender)
    session = sender.server.edge.sessions.read(sender.token, "self")
    state = sender.server.edge.settings.state
    await asyncio.to_thread(erase_now, sender.server.edge.stores.records, f"web:{session}", state)
    assert (await open_file(sender, shown["key"]))[0] == 404
    async with sender.http.get(sender.server.url + FileLinks("test secret").address(shown["key"])) as reply:
        assert reply.status == 404
    assert await sent_by(sender) == [] and list((state / "files").iterdir()) == []


async def test_a_file_passes_the_guards_of_messages(start: Start, http: aiohttp.ClientSession) -> None:
    visitor = Visitor(await start(files=True, agency=Agency(recording_consent=True)), http)
    await visitor.join()
    assert code(await send(visitor, "a.pdf", PDF)) == (403, "not_agreed")
    await visitor.post("/chat/agreement", {}, Authorization=f"Bearer {visitor.token}")
    assert code(await send(visitor, "a.pdf", PDF, Origin="https://evil.example")) == (403, "foreign_origin")
    assert code(await send(visitor, "a.pdf", PDF, Authorization="Bearer x")) == (401, "bad_token")
    assert code(await send(visitor, "a.pdf", PDF, id="no id!")) == (400, "bad_id")
    assert (await send(visitor, "a.pdf", PDF))[0] == 201


async def test_too_large_is_refused_before_it_is_read_and_too_many_afterwards(
    sender: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(sender.server.url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"POST /chat/file?id=1 HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {LARGEST + 1}\r\n"
    writer.write(f"{head}Authorization: Bearer {sender.token}\r\n\r\n%PDF".encode())
    answer = await reader.readuntil(b"}}")
    assert answer.startswith(b"HTTP/1.1 413 ") and b"10 MB" in answer
    writer.close()
    for number in range(MOST):
        assert (await send(sender, "a.pdf", PDF, id=f"f{number}"))[0] == 201
    assert code(await send(sender, "a.pdf", PDF, id="more")) == (409, "too_many_files")
    assert (await send(sender, "a.pdf", PDF, id="f1"))[0] == 201  # again, it changes nothing
    monkeypatch.setattr(uploads, "AT_ONCE", 0)
    assert code(await send(sender, "a.pdf", PDF, id="f0")) == (503, "busy")


async def test_a_full_disk_is_said_and_the_conversation_goes_on(
    sender: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Files, key: str, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Files, "_write", full)
    assert code(await send(sender, "a.pdf", PDF)) == (507, "no_room")
    await sender.send("hello")
    assert [message["text"] for message in await sender.hear(1)] == ["echo: hello"]


async def test_without_the_setting_there_are_no_files(server: Server, http: aiohttp.ClientSession) -> None:
    visitor = Visitor(server, http)
    assert (await visitor.join())["files"] is None
    assert code(await send(visitor, "a.pdf", PDF)) == (404, "not_found")


async def test_a_session_tells_what_may_be_sent(sender: Visitor) -> None:
    assert (await sender.join())["files"] == {"most": LARGEST, "kinds": list(KINDS)}


@given(st.binary(max_size=300), st.text(max_size=30))
@settings(max_examples=150)
def test_any_bytes_are_kept_as_a_known_kind_or_refused(content: bytes, name: str) -> None:
    for start in (b"", b"%PDF-1.4", picture("PNG")[:33], picture("JPEG")[:20], b"RIFF\0\0\0\0WEBP"):
        try:
            found = inspect(start + content, name)
        except ChatError as refused:
            assert refused.message.endswith(".")  # noqa: PT017
        else:
            assert found.kind in KINDS and found.name.endswith(attachments.ENDINGS[found.kind][0])
            assert not set(found.name) & set('/\\<>:"|?*\n\r\0')

"""Whatever is typed, on the website and in the shell, is answered or refused in words; nothing of it is an error."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import bad_inputs
import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st
from serving import Server, serve, serve_in_thread
from visiting import Visitor

from bot.ask import Guide
from bot.edge.agent import GuideAgent
from bot.records import opening
from bot.runtime import workers
from bot.shell import PROMPT
from bot.training import MODEL

PROJECT = Path(__file__).resolve().parents[2]
KINDS = bad_inputs.kinds()
EACH = 25  # texts of one visitor, fewer than may wait
TALKS = [texts[n : n + EACH] for texts in KINDS.values() for n in range(0, len(texts), EACH)]
HEARD_SECONDS = 600.0


def test_there_are_enough_kinds_and_inputs() -> None:
    assert len(KINDS) >= 30
    assert len({text for texts in KINDS.values() for text in texts}) >= 600


@pytest_asyncio.fixture
async def answering(guide: Guide, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Server]:
    """The trained guide behind the real server."""
    monkeypatch.setattr(opening, "_in_memory", None)
    monkeypatch.setenv("GUIDE_STATE", str(tmp_path))
    monkeypatch.chdir(PROJECT)
    monkeypatch.setattr(workers, "ACTION_SECONDS", HEARD_SECONDS)  # how fast the machine is decides nothing here
    agent = await GuideAgent.load(MODEL)
    async with serve(tmp_path, agent=agent, turn_timeout=HEARD_SECONDS, heartbeat=15) as server:
        yield server
    agent.close()


async def _say_all(server: Server, http: aiohttp.ClientSession, texts: list[str]) -> list[tuple[str, str]]:
    """Texts that came to nothing, with what was said instead of a word."""
    visitor, taken = Visitor(server, http), 0
    await visitor.join()
    wrong = []
    for number, text in enumerate(texts):
        status, body, _ = await visitor.send(text, id=f"m{number}")
        if status == 202:
            taken += 1
        elif status >= 500 or not body["error"]["message"]:
            wrong.append((text, str(body)))
    if not taken:
        return wrong
    said: list[dict[str, Any]] = []
    async with visitor.stream() as events:  # until each has its answer; one that has none ends in an apology
        async for event in events:
            if event["event"] == "message":
                said.append(event["data"])
            if sum(message["from"] == "bot" for message in said) > taken:  # the welcome is one more
                break
    return wrong + [(message["text"], "an apology") for message in said if message.get("error")]


async def test_whatever_is_typed_on_the_website_is_answered_or_refused_in_words(answering: Server) -> None:
    patient = aiohttp.ClientTimeout(total=HEARD_SECONDS)
    async with aiohttp.ClientSession(timeout=patient, connector=aiohttp.TCPConnector(limit=0)) as http:
        few = asyncio.Semaphore(4)

        async def say_all(texts: list[str]) -> list[tuple[str, str]]:
            async with few:
                return await _say_all(answering, http, texts)

        found = await asyncio.gather(*map(say_all, TALKS))
    assert [wrong for each in found for wrong in each] == []


def test_whatever_is_typed_in_the_shell_is_answered(guide: Guide, tmp_path: Path) -> None:
    texts = [text for texts in KINDS.values() for text in texts[::2]]  # the website hears all of them
    lines = [" ".join(text.split("\n")).encode("utf-8", "surrogatepass") for text in texts]
    typed = [line.replace(b"\r", b" ") for line in lines if line.strip() != b"/stop"] + [b"\xff\xfe\x00\x80 broken"]
    run = subprocess.run(
        [sys.executable, "-m", "bot.cli", "shell"],
        input=b"\n".join(typed) + b"\n",
        cwd=PROJECT,
        env={**os.environ, "GUIDE_STATE": str(tmp_path)},
        capture_output=True,
        timeout=HEARD_SECONDS,
    )
    said = run.stdout.decode()
    assert run.returncode == 0, run.stderr.decode()[-2000:]
    answers = [part.strip() for part in said.split(PROMPT)[1:]]
    assert len(answers) == len(typed) + 1
    assert [typed[n] for n, answer in enumerate(answers[:-1]) if not answer] == []
    assert "Traceback" not in said


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serve_in_thread(tmp_path_factory.mktemp("any"), waiting=100_000) as url:
        yield url


def _post(url: str, body: bytes, headers: dict[str, str]) -> tuple[int, Any]:
    request = urllib.request.Request(url, body, {"Content-Type": "application/json", **headers}, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=60) as reply:
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)


@pytest.fixture(scope="module")
def token(url: str) -> str:
    return str(_post(f"{url}/chat/session", b"{}", {})[1]["token"])


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.dictionaries(
    st.sampled_from(["id", "text", "button", "token", "seq", "vote", "reason", "from", "session"]), ANY, max_size=6
)
PATHS = st.sampled_from(["session", "message", "feedback", "agreement"])


@given(PATHS, ANY | FIELDS, st.booleans())
@settings(max_examples=300)
def test_any_json_is_taken_or_refused_in_words(url: str, token: str, path: str, body: Any, signed: bool) -> None:
    headers = {"Authorization": f"Bearer {token}"} if signed else {}
    status, told = _post(f"{url}/chat/{path}", json.dumps(body).encode(), headers)
    assert status in (200, 202) or (400 <= status < 500 and told["error"]["message"])


@given(PATHS, st.binary(max_size=400))
@settings(max_examples=150)
def test_any_bytes_are_refused_in_words(url: str, token: str, path: str, body: bytes) -> None:
    status, told = _post(f"{url}/chat/{path}", body, {"Authorization": f"Bearer {token}"})
    assert status == 200 or (400 <= status < 500 and told["error"]["message"])

"""`make soak-kills`: a serving process is killed at random moments; no message is lost, none is answered twice.

The process is the real web application under its real server and on its real files; what answers is an echo, so that
the hours go into killing and not into loading a model.  A client sends messages, each again under its id until it is
accepted, and reads what was said afterwards.
"""

from __future__ import annotations

import argparse
import asyncio
import collections
import multiprocessing
import random
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from bench.processes import LOOPBACK, free_port

VISITORS = 32  # so many that none says more than one page of the transcript holds
PATIENCE_S = 60.0


class Echo:
    """Answers with what was said, after a moment in which it can be killed."""

    async def handle(self, turn: Any) -> list[dict[str, Any]]:
        """One message for each."""
        await asyncio.sleep(random.random() / 50)
        return [{"text": f"echo: {turn.text}"}]

    async def come_back(self, conversation: str) -> list[dict[str, Any]]:
        """One message for each."""
        return [{"text": "echo"}]

    async def check(self) -> None:
        """It always can."""

    def close(self) -> None:
        """It holds nothing."""


def _serve(state: str, port: int) -> None:
    from bot.edge.app import Edge
    from bot.edge.listening import listen
    from bot.edge.server import Server
    from bot.settings import Settings

    async def load(metrics: Any) -> Echo:
        return Echo()

    settings = Settings(state=Path(state), secret="for this run", session_rate=None, ip_rate=None, ip_streams=None)
    asyncio.run(Server(Edge(settings, load)).serve(sockets=[listen(port, LOOPBACK)]))


@dataclass
class Outcome:
    """What came of it."""

    messages: int
    kills: int
    lost: list[str]
    doubled: list[str]
    seconds: float

    def __str__(self) -> str:
        return (
            f"{self.messages} messages, {self.kills} kills, {self.seconds:.0f} s: "
            f"{len(self.lost)} lost, {len(self.doubled)} doubled"
        )


class _Killed:
    """The serving process, started again each time it was killed."""

    def __init__(self, state: Path, port: int) -> None:
        self._start = lambda: multiprocessing.get_context("spawn").Process(target=_serve, args=(str(state), port))
        self.process = self._start()
        self.kills = 0

    async def kill_and_start(self) -> None:
        await self.stop()
        self.kills += 1
        self.process = self._start()
        self.process.start()

    async def stop(self) -> None:
        self.process.kill()
        await asyncio.to_thread(self.process.join)


async def _until(http: aiohttp.ClientSession, method: str, path: str, status: int, **more: Any) -> Any:
    """Ask until the wanted status comes back, as a browser does whose server is away."""
    deadline, last = time.monotonic() + PATIENCE_S, "nothing"
    while time.monotonic() < deadline:
        with suppress(aiohttp.ClientError, TimeoutError):
            async with http.request(method, path, **more) as reply:
                if reply.status == status:
                    return await reply.json()
                last = f"{reply.status} {await reply.text()}"
        await asyncio.sleep(0.05)
    raise TimeoutError(f"{method} {path} did not answer {status} in {PATIENCE_S:.0f} s, but {last}")


async def _visit(http: aiohttp.ClientSession, texts: list[str], gap_s: float) -> list[dict[str, Any]]:
    """Say all of it, `gap_s` apart on the average; what stands in the transcript when everything is answered."""
    token = (await _until(http, "POST", "/chat/session", 200, json={}))["token"]
    headers = {"Authorization": f"Bearer {token}"}
    for number, text in enumerate(texts):
        await _until(http, "POST", "/chat/message", 202, json={"id": f"m{number}", "text": text}, headers=headers)
        await asyncio.sleep(2 * gap_s * random.random())
    deadline = time.monotonic() + PATIENCE_S
    while True:
        said = (await _until(http, "GET", "/chat/messages", 200, headers=headers))["messages"]
        if len(said) > 2 * len(texts) or time.monotonic() > deadline:
            return list(said)
        await asyncio.sleep(0.2)


async def run(kills: int, messages: int, state: Path, pause_s: float = 2.0) -> Outcome:
    """Send messages while the process is killed `kills` times, `pause_s` apart on the average."""
    port = free_port()
    server = _Killed(state, port)
    server.process.start()
    started = time.monotonic()
    each = -(-messages // VISITORS)
    sent = [[f"{visitor}-{number}" for number in range(each)] for visitor in range(VISITORS)]

    async def kill() -> None:
        while server.kills < kills:
            await asyncio.sleep(2 * pause_s * random.random())
            await server.kill_and_start()

    timeout = aiohttp.ClientTimeout(total=5)
    async with aiohttp.ClientSession(f"http://{LOOPBACK}:{port}", timeout=timeout) as http:
        killing = asyncio.create_task(kill())
        heard = await asyncio.gather(*(_visit(http, texts, kills * pause_s / each) for texts in sent))
        await killing
    await server.stop()
    lost, doubled = [], []
    for texts, said in zip(sent, heard, strict=True):
        counted = collections.Counter(str(message.get("text")) for message in said)
        for text in (*texts, *(f"echo: {text}" for text in texts)):
            lost += [text] * (counted[text] == 0)
            doubled += [text] * (counted[text] > 1)
    return Outcome(VISITORS * each, server.kills, lost, doubled, time.monotonic() - started)


def main() -> None:
    """Run it, print what came of it; the exit code is 1 where anything was lost or doubled."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--messages", type=int, default=5000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="guide-kills-") as folder:
        outcome = asyncio.run(run(options.kills, options.messages, Path(folder)))
    print(outcome)
    sys.exit(1 if outcome.lost or outcome.doubled else 0)


if __name__ == "__main__":
    main()

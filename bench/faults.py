"""`make soak-faults`: what happens to messages while something is broken, and to the conversation afterwards.

Each kind of fault is brought about in the real web application, under its real server and on a real database, while
visitors send messages.  Every message must end in a word: an answer, an apology, or a refusal that says what to do.
Afterwards what was refused is sent again under its id, as the widget does, and the conversation must go on.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import aiohttp

from bench.fault_kinds import ANSWERING, GUIDE, PLAIN, Fault
from bench.kills import Echo
from bench.serving import Running, running

PATIENCE_S = 120.0  # until a message counts as met with silence
TURN_S = 1.0  # that a turn may take while it is broken
ASKED = ("What is cyber insurance?", "Does GL cover bad advice?", "What does EPLI cost?", "What is a deductible?")
LONG = tuple(f"{text} {'so ' * 1000}" for text in ASKED)  # more than a full database has left


@dataclass
class Outcome:
    """What came of a kind of fault.

    Attributes:
        answered: messages that have a message of the guide after them.
        refused: how often each code was told, with its words, before a message was taken.
        silent: messages that came to nothing.
        doubled: messages that are in the transcript twice.
        slowest_s: from sending a message to its acknowledgement or refusal, while the fault lasted.
        usable: whether the next question after it was answered.
    """

    kind: str
    messages: int = 0
    answered: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    silent: int = 0
    doubled: int = 0
    slowest_s: float = 0.0
    usable: bool = False

    @property
    def is_good(self) -> bool:
        """Nothing was met with silence, nothing came twice, and the conversation goes on."""
        return self.usable and not self.silent and not self.doubled and self.answered == self.messages

    def __str__(self) -> str:
        refused = ", ".join(f"{count} {code}" for code, count in sorted(self.refused.items())) or "-"
        end = "goes on" if self.usable else "BROKEN"
        return (
            f"{self.kind:42} {self.messages:5} {self.answered:8} {self.silent:6} {self.doubled:7} "
            f"{self.slowest_s:8.1f}  {end:8} {refused}"
        )


HEAD = f"{'fault':42} {'sent':>5} {'answered':>8} {'silent':>6} {'doubled':>7} {'slowest':>8}  {'then':8} refused"


class Visitor:
    """One conversation."""

    def __init__(self, url: str, http: aiohttp.ClientSession) -> None:
        self._url = url
        self._http = http
        self._headers: dict[str, str] = {}

    async def join(self) -> None:
        """Begin it, asking again while the server cannot, as the widget does."""
        while not self._headers:
            async with self._http.post(f"{self._url}/chat/session", json={}) as reply:
                token = (await reply.json()).get("token")
                self._headers = {"Authorization": f"Bearer {token}"} if token else {}
                await asyncio.sleep(0 if token else 0.1)

    async def send(self, client_id: str, text: str) -> str | None:
        """The code of the refusal, None where it was taken; a refusal without words is called ``silence``."""
        body = {"id": client_id, "text": text}
        async with self._http.post(f"{self._url}/chat/message", json=body, headers=self._headers) as reply:
            told = await reply.json()
            if reply.status == 202:
                return None
            error = told.get("error") or {}
            return str(error["code"]) if error.get("message") else "silence"

    async def insist(self, client_id: str, text: str, patience: float | None = None) -> bool:
        """Send until it is taken."""
        ends = time.monotonic() + (patience or PATIENCE_S)
        while await self.send(client_id, text) is not None:
            if time.monotonic() > ends:
                return False
            await asyncio.sleep(0.1)
        return True

    async def said(self) -> list[dict[str, Any]]:
        """The transcript; empty where it cannot be had just now."""
        async with self._http.get(f"{self._url}/chat/messages", headers=self._headers) as reply:
            return list((await reply.json()).get("messages", []))

    async def until(self, found: Callable[[list[dict[str, Any]]], bool], patience: float | None = None) -> bool:
        """Whether the transcript comes to be so in time."""
        ends = time.monotonic() + (patience or PATIENCE_S)
        while not found(await self.said()):
            if time.monotonic() > ends:
                return False
            await asyncio.sleep(0.05)
        return True


def unanswered(said: list[dict[str, Any]], sent: set[str]) -> set[str]:
    """The ids of those sent that no message of the guide belongs to: answers stand in the order of the questions."""
    asked = [str(message["id"]) for message in said if message.get("from") == "visitor"]
    answers = sum(message.get("from") == "bot" for message in said) - 1  # the welcome
    return sent - set(asked[: max(0, answers)])


async def under(
    kind: str, fault: Fault, server: Running, visitors: int, each: int, asked: Sequence[str] = ASKED
) -> Outcome:
    """Send messages while the fault lasts, and see what has come of them when it is over."""
    outcome = Outcome(kind)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE_S)) as http:
        talks = [Visitor(server.url, http) for _ in range(visitors)]
        for talk in talks:
            await talk.join()
            await talk.insist("before", "What is cyber insurance?")
            await talk.until(lambda said: not unanswered(said, {"before"}))

        async def send(talk: Visitor) -> None:
            for number in range(each):
                started = time.monotonic()
                code = await talk.send(f"m{number}", asked[number % len(asked)])
                outcome.slowest_s = max(outcome.slowest_s, time.monotonic() - started)
                outcome.messages += 1
                if code:
                    outcome.refused[code] += 1

        async with fault(server):
            await asyncio.gather(*map(send, talks))
            ends = time.monotonic() + TURN_S
            while server.edge.turns.waiting and time.monotonic() < ends:  # some meet it only when it is their turn
                await asyncio.sleep(0.05)
        sent = {f"m{number}" for number in range(each)}
        for talk in talks:
            for number in range(each):
                await talk.insist(f"m{number}", asked[number % len(asked)])
            await talk.until(lambda said: not unanswered(said, sent))
            said = await talk.said()
            missing = unanswered(said, sent)
            counted = Counter(message.get("id") for message in said)
            outcome.answered += each - len(missing)
            outcome.silent += len(missing)
            outcome.doubled += sum(counted[name] > 1 for name in sent)
        outcome.silent += outcome.refused.pop("silence", 0)
        outcome.usable = all([await _goes_on(talk) for talk in talks])
    return outcome


async def _goes_on(talk: Visitor) -> bool:
    """Whether the next question gets an answer and no apology."""
    if not await talk.insist("after", "What is cyber insurance?"):
        return False

    def is_answered(said: list[dict[str, Any]]) -> bool:
        last = said[-1] if said else {}
        return not unanswered(said, {"after"}) and last.get("from") == "bot" and not last.get("error")

    return await talk.until(is_answered)


async def run(
    kinds: Mapping[str, Fault],
    agent: Any,
    folder: Path,
    visitors: int,
    each: int,
    asked: Sequence[str] = ASKED,
    turn_s: float = PATIENCE_S,
) -> list[Outcome]:
    """Each kind in a server of its own, one after the other, printed as they come."""
    found = []
    with patch.object(agent, "close", lambda: None):  # it outlives each of the servers
        for number, (kind, fault) in enumerate(kinds.items()):
            async with running(folder / f"{number}", agent, turn_timeout=turn_s, waiting=10_000) as server:
                found.append(await under(kind, fault, server, visitors, each, asked))
                print(found[-1], flush=True)
    return found


async def _all(folder: Path, visitors: int, each: int) -> list[Outcome]:
    from bot.edge.agent import GuideAgent
    from bot.records.opening import close_shared
    from bot.training import MODEL

    os.environ["GUIDE_STATE"] = str(folder / "conversations")
    print(HEAD)
    found = await run({**ANSWERING, **PLAIN}, Echo(), folder / "echo", visitors, each, LONG, TURN_S)
    agent = await GuideAgent.load(MODEL)
    found += await run(GUIDE, agent, folder / "guide", visitors, each)
    agent.close()
    close_shared()
    return found


def main() -> None:
    """Run all kinds, print a table; the exit code is 1 where anything was lost."""
    from bot.runtime import hush, quiet

    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--visitors", type=int, default=20)
    parser.add_argument("--each", type=int, default=5, help="messages of each visitor")
    options = parser.parse_args()
    quiet()
    hush()
    import logging

    logging.getLogger().setLevel(logging.CRITICAL)  # faults are what this is about
    with tempfile.TemporaryDirectory(prefix="guide-faults-") as folder:
        found = asyncio.run(_all(Path(folder), options.visitors, options.each))
    bad = [each.kind for each in found if not each.is_good]
    print(f"{len(found)} kinds, {sum(each.messages for each in found)} messages, {len(bad)} not good {bad or ''}")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()

"""`make soak-handoff`: visitors and an agent talk while both their processes are killed; nothing is lost or doubled.

The web application and the process in which the agent answers share one database.  Each is killed at random moments
and started again; the agent's then does everything from the beginning, under the same ids.  When all is said the agent
gives each conversation back, and the guide has to say so once.
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
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import aiohttp

from bench.kills import _serve, _until
from bench.processes import LOOPBACK, free_port

VISITORS = 20
PATIENCE_S = 120.0
DAY_S = 24 * 3600.0
BACK = "echo"  # what the guide says when people have left


@dataclass
class Outcome:
    """What came of it; ``both`` are messages that a person had and the guide answered as well."""

    messages: int
    kills: int
    lost: list[str]
    doubled: list[str]
    both: list[str]
    seconds: float

    def __str__(self) -> str:
        return (
            f"{self.messages} messages, {self.kills} kills, {self.seconds:.0f} s: {len(self.lost)} lost, "
            f"{len(self.doubled)} doubled, {len(self.both)} answered by both"
        )


def _answer(state: str, references: list[str], each: int) -> None:
    """All that the agent does, from the beginning."""
    from bot.handoff.people import Agent
    from bot.handoff.service import Handoffs
    from bot.records.opening import close_shared, shared
    from bot.records.states import NotNow, Taken

    dana = Agent("dana", "Dana Reyes", "CA 0X12345")

    async def work() -> None:
        handoffs = Handoffs(shared(Path(state)))
        for reference in references:
            try:
                await handoffs.claim(dana, reference)
                for number in range(each):
                    await handoffs.say(dana, reference, f"agent {reference} {number}", f"a{number}")
                await handoffs.note(dana, reference, "spoken with", "n")
                await handoffs.give_back(dana, reference)
            except (NotNow, Taken):
                continue  # it was given back before

    asyncio.run(work())
    close_shared()


def _request(state: Path, sessions: list[str]) -> list[str]:
    """References of requests for a person, in the queue."""
    from sqlalchemy import insert

    from bot.records import steps
    from bot.records.opening import shared
    from bot.records.states import Step
    from bot.records.tables import agent
    from bot.records.tickets import Asked, Tickets

    now = time.time()
    dana: dict[str, Any] = {
        "login": "dana",
        "name": "Dana Reyes",
        "licence": "CA 0X12345",
        "role": "agent",
        "password": "",
    }
    dana |= {"enabled": True, "created": now, "availability": "available", "seen": now + DAY_S}

    def store(db: Any) -> list[str]:
        db.execute(insert(agent).values(**dana))
        opened = [Tickets(db).open(f"web:{each}", "asked", "normal", "x", [], asked=Asked(True)) for each in sessions]
        for each in opened:
            steps.take(db, each.reference, Step.QUEUE)
        return [each.reference for each in opened]

    return shared(state).run_now(store)


async def _visit(http: aiohttp.ClientSession, token: str, texts: list[str]) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    for number, text in enumerate(texts):
        await _until(http, "POST", "/chat/message", 202, json={"id": f"m{number}", "text": text}, headers=headers)
        await asyncio.sleep(random.random() / 5)


async def run(kills: int, messages: int, state: Path, pause_s: float = 2.0) -> Outcome:
    """Let both sides talk until their processes were killed `kills` times, `pause_s` after they were up."""
    from bot.records.opening import close_shared

    context = multiprocessing.get_context("spawn")
    port, each, started = free_port(), -(-messages // (2 * VISITORS)), time.monotonic()
    processes: dict[str, BaseProcess] = {}

    def start(which: str, target: Any, *arguments: Any) -> None:
        processes[which] = context.Process(target=target, args=arguments, daemon=True)
        processes[which].start()

    start("server", _serve, str(state), port)
    timeout = aiohttp.ClientTimeout(total=5)
    async with aiohttp.ClientSession(f"http://{LOOPBACK}:{port}", timeout=timeout) as http:
        joined = [await _until(http, "POST", "/chat/session", 200, json={}) for _ in range(VISITORS)]
        sessions = [await asyncio.to_thread(_session_of, state, each["token"]) for each in joined]
        references = await asyncio.to_thread(_request, state, sessions)
        start("agent", _answer, str(state), references, each)
        texts = [[f"visitor {n}-{number}" for number in range(each)] for n in range(VISITORS)]
        visits = asyncio.gather(*(_visit(http, one["token"], said) for one, said in zip(joined, texts, strict=True)))
        done = 0
        while done < kills or not visits.done() or processes["agent"].exitcode != 0:
            await asyncio.sleep(2 * pause_s * random.random())
            which = random.choice(("server", "agent"))
            if processes["agent"].exitcode not in (None, 0):
                start("agent", _answer, str(state), references, each)
            if done >= kills or (which == "agent" and processes["agent"].exitcode == 0):
                which = "server" if done < kills else ""
            if which:
                processes[which].kill()
                await asyncio.to_thread(processes[which].join)
                done += 1
                again = (_serve, str(state), port) if which == "server" else (_answer, str(state), references, each)
                start(which, *again)
                await _until(http, "GET", "/health/live", 200)  # so that a slow machine gets anywhere at all
        await visits
        heard = [await _heard(http, one["token"], each) for one in joined]
    processes["server"].kill()
    close_shared()
    return _judged(references, texts, heard, each, done, time.monotonic() - started)


def _session_of(state: Path, token: str) -> str:
    from bot.edge.origins import SAME_ORIGIN
    from bot.edge.sessions import Sessions

    return Sessions("for this run").read(token, SAME_ORIGIN)


async def _heard(http: aiohttp.ClientSession, token: str, each: int) -> list[dict[str, Any]]:
    """All that was said, once everything has its answer."""
    headers, deadline = {"Authorization": f"Bearer {token}"}, time.monotonic() + PATIENCE_S
    while True:
        said = (await _until(http, "GET", "/chat/messages", 200, headers=headers))["messages"]
        if _complete(said, each) or time.monotonic() > deadline:
            return list(said)
        await asyncio.sleep(0.2)


def _complete(said: list[dict[str, Any]], each: int) -> bool:
    texts = [str(message.get("text")) for message in said]
    back = texts.index(BACK) if BACK in texts else len(texts)
    open_ = [text for text in texts[back:] if text.startswith("visitor ") and f"echo: {text}" not in texts]
    visitors = sum(text.startswith("visitor ") for text in texts)
    return back < len(texts) and visitors == each and not open_


def _judged(
    references: list[str],
    texts: list[list[str]],
    heard: list[list[dict[str, Any]]],
    each: int,
    kills: int,
    seconds: float,
) -> Outcome:
    lost, doubled, both = [], [], []
    for reference, own, said in zip(references, texts, heard, strict=True):
        order = [str(message.get("text")) for message in said]
        counted = collections.Counter(order)
        wanted = [*own, *(f"agent {reference} {number}" for number in range(each)), BACK]
        lost += [text for text in wanted if counted[text] == 0]
        doubled += [text for text, count in counted.items() if count > 1]
        left = next(
            (n for n, message in enumerate(said) if message.get("person", {}).get("event") == "left"), len(said)
        )
        both += [text for text in own if text in order[:left] and f"echo: {text}" in order]
        lost += [f"echo: {text}" for text in own if text in order[left:] and f"echo: {text}" not in order]
        inner = [text for text in order if text.startswith(f"agent {reference}")]
        lost += [] if inner == sorted(inner, key=lambda text: int(text.split()[-1])) else [f"order of {reference}"]
    return Outcome(2 * VISITORS * each, kills, lost, doubled, both, seconds)


def main() -> None:
    """Run it, print what came of it; the exit code is 1 where anything was lost, doubled or answered by both."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--messages", type=int, default=2000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="guide-handoff-") as folder:
        outcome = asyncio.run(run(options.kills, options.messages, Path(folder)))
    print(outcome)
    sys.exit(1 if outcome.lost or outcome.doubled or outcome.both else 0)


if __name__ == "__main__":
    main()

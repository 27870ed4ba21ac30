"""`make soak-slack`: questions come doubled and again, sends fail, the process is killed; each is answered once.

The guide is the real web application with its Slack channel on its real files, in a process of its own; what answers is
an echo, so that the minutes go into failing and not into loading a model.  What stands for Slack is another process.
With `--acks` it is measured instead how soon events are acknowledged: by the trained guide, or with `--echo` by that.
"""

from __future__ import annotations

import argparse
import asyncio
import collections
import json
import multiprocessing
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import aiohttp
from fake_slack import BOT, FakeSlack
from slack_side import JSON, SECRET, SlackSide

from bench.processes import LOOPBACK, free_port

USERS, CHANNELS = 120, 40
PATIENCE_S = 300.0
QUESTIONS = (
    *("does GL cover call center mistakes?", "what is cyber liability", "compare GL and E&O", "what does a BOP cost"),
    *("which policies does a bakery need", "are breaches covered under E&O?", "what is a deductible", "who needs EPLI"),
)


class Echo:
    async def handle(self, turn: Any) -> list[dict[str, Any]]:
        await asyncio.sleep(random.random() / 50)
        return [{"text": f"echo: {turn.text}", "answer": {"lead": f"echo: {turn.text}", "status": "chitchat"}}]

    async def check(self) -> None:
        """It always can."""

    def close(self) -> None:
        pass


def serve(state: str, port: int, slack: str, real: bool) -> None:
    """The guide, until the process ends."""
    from bot.channels.slack.channel import SlackChannel
    from bot.channels.slack.settings import SlackSettings
    from bot.edge.app import Edge
    from bot.edge.listening import listen
    from bot.edge.server import Server
    from bot.runtime import quiet
    from bot.settings import Settings

    quiet()

    async def load(metrics: Any) -> Any:
        if not real:
            return Echo()
        from bot.edge.agent import GuideAgent
        from bot.runtime import hush

        hush()
        return await GuideAgent.load(Path("models/guide.tar.gz"))

    settings = SlackSettings(token="xoxb-home", signing_secret=SECRET, api=slack)
    edge = Edge(Settings(state=Path(state), secret="for this run"), load, channels=SlackChannel.wanted(settings))
    asyncio.run(Server(edge).serve(sockets=[listen(port, LOOPBACK)]))


class Guide:
    """The process, started again each time it was killed."""

    def __init__(self, state: Path, port: int, slack: str, real: bool = False) -> None:
        told = (str(state), port, slack, real)
        self._start = lambda: multiprocessing.get_context("spawn").Process(target=serve, args=told)
        self.url = f"http://{LOOPBACK}:{port}"
        self.process = self._start()
        self.kills = 0

    async def start(self, http: aiohttp.ClientSession) -> None:
        self.process.start()
        await self.until_up(http)

    async def until_up(self, http: aiohttp.ClientSession) -> None:
        """Wait for it: what is killed before it is up is killed doing nothing."""
        while True:
            try:
                async with http.get(f"{self.url}/health/live") as reply:
                    if reply.status == 200:
                        return
            except (aiohttp.ClientError, TimeoutError):
                await asyncio.sleep(0.1)

    async def kill(self) -> None:
        self.process.kill()
        await asyncio.to_thread(self.process.join)

    async def kill_and_start(self) -> None:
        await self.kill()
        self.kills += 1
        self.process = self._start()
        self.process.start()


def question(number: int) -> tuple[dict[str, Any], bool]:
    """An event that asks something nobody else asks, and whether it mentions the guide in a channel."""
    ts, text = f"{time.time():.0f}.{number:06d}", f"q{number}q"
    if number % 3:
        user = f"U0USER{number % USERS:03d}"
        event = {"channel": f"D{user[1:]}", "channel_type": "im", "user": user, "text": text, "ts": ts}
    else:
        channel = f"C0CHAN{number // 3 % CHANNELS:03d}"
        event = {
            "channel": channel,
            "channel_type": "channel",
            "user": "U0USER000",
            "text": f"<@{BOT}> {text}",
            "ts": ts,
        }
    return {"type": "message", "client_msg_id": f"m-{number}", **event}, number % 3 == 0


async def deliver(side: SlackSide, payload: dict[str, Any], lines: asyncio.Semaphore) -> None:
    """Until it is acknowledged; Slack's pauses of a minute and more are half a second here."""
    body, number = json.dumps(payload).encode(), 0
    while True:
        headers = {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": "connection_failed"} if number else {}
        try:
            async with lines:
                if (await side.send(body, JSON, **headers))[0] == 200:
                    return
        except (aiohttp.ClientError, TimeoutError):
            pass
        number += 1
        await asyncio.sleep(0.5)


async def workspace() -> FakeSlack:
    """What stands for Slack, with every channel in which something is asked."""
    fake = FakeSlack(free_port())
    await fake.start()
    for number in range(CHANNELS):
        await fake.do("channel", name=f"C0CHAN{number:03d}")
    for number in range(USERS):
        await fake.do("channel", name=f"D0USER{number:03d}")
    return fake


async def soak(events: int, kills: int, state: Path, doubled: float = 0.3, failing: float = 0.1) -> dict[str, Any]:
    """Ask, double, fail and kill; how often each question was answered."""
    fake = await workspace()
    await fake.do("set", fail_rate=failing)
    guide = Guide(state, free_port(), fake.url)
    started = time.monotonic()
    again = 0
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=3)) as http:
        await guide.start(http)
        side = SlackSide(guide.url, fake, http)
        asking: set[asyncio.Task[None]] = set()
        lines = asyncio.Semaphore(50)  # fewer than the pool of connections holds

        async def kill() -> None:
            while guide.kills < kills:
                await asyncio.sleep(random.uniform(0.5, 4.0))
                await guide.kill_and_start()
                await guide.until_up(http)

        killing = asyncio.create_task(kill())
        for number in range(events):
            event, mention = question(number)
            payloads = [side.event(event)]
            if mention:
                payloads.append(side.event({**event, "type": "app_mention"}))
            if random.random() < doubled:
                again += 1
                payloads.append(random.choice(payloads))
            random.shuffle(payloads)
            asking |= {asyncio.create_task(deliver(side, payload, lines)) for payload in payloads}
            await asyncio.sleep(kills * 4.0 / events if kills else 0.02)
        await asyncio.gather(*asking)
        await killing
        answered: collections.Counter[str] = collections.Counter()
        deadline = time.monotonic() + PATIENCE_S
        while sum(answered.values()) < events and time.monotonic() < deadline:
            await asyncio.sleep(1)
            answered = _answered(await fake.state())
        await asyncio.sleep(8)  # what is sent twice, is sent by now
        answered = _answered(state_ := await fake.state())
    await guide.kill()
    fake.stop()
    wanted = [f"echo: q{number}q" for number in range(events)]
    return {
        "events": events,
        "sent again": again,
        "kills": guide.kills,
        "refused as too fast": state_["too_fast"],
        "seconds": round(time.monotonic() - started),
        "lost": [text for text in wanted if not answered[text]],
        "doubled": [text for text in wanted if answered[text] > 1],
    }


def _answered(state: dict[str, Any]) -> collections.Counter[str]:
    said = [each for channel in state["channels"].values() for each in channel["messages"] if each["user"] == BOT]
    return collections.Counter(str(each["text"]) for each in said)


async def acks(rate: float, seconds: float, state: Path, real: bool) -> dict[str, float]:
    """How long acknowledgements take, in milliseconds, with so many events a second."""
    fake = await workspace()
    guide = Guide(state, free_port(), fake.url, real)
    took: list[float] = []
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as http:
        await guide.start(http)
        side = SlackSide(guide.url, fake, http)

        async def ask(number: int) -> None:
            event, _ = question(number)
            text = QUESTIONS[number % len(QUESTIONS)]
            body = json.dumps(side.event({**event, "text": f"<@{BOT}> {text}"})).encode()
            began = time.perf_counter()
            status = (await side.send(body, JSON))[0]
            took.append(1000 * (time.perf_counter() - began) if status == 200 else 10_000.0)

        asking = []
        for number in range(int(rate * seconds)):
            asking.append(asyncio.create_task(ask(number)))
            await asyncio.sleep(1 / rate)
        await asyncio.gather(*asking)
    await guide.kill()
    fake.stop()
    took.sort()
    return {"events": len(took), **{f"p{each}": round(took[int(len(took) * each / 100)], 1) for each in (50, 90, 99)}}


def main() -> None:
    """Run it and print what came of it; the exit code is 1 where anything was lost or doubled."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--events", type=int, default=2_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--acks", action="store_true")
    parser.add_argument("--echo", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="guide-slack-") as folder:
        if options.acks:
            print(asyncio.run(acks(20, 60, Path(folder), not options.echo)))
            return
        outcome = asyncio.run(soak(options.events, options.kills, Path(folder)))
    print({**outcome, "lost": len(outcome["lost"]), "doubled": len(outcome["doubled"])})
    sys.exit(1 if outcome["lost"] or outcome["doubled"] else 0)


if __name__ == "__main__":
    main()

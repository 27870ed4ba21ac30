"""Measure the website chat: weight, time to the first click and to an answer, memory, and what breaks cost.

Everything runs on this machine's loopback: the guide as `guide serve` starts it, a real browser, and between
them, where that is measured, a line that breaks.
"""

import asyncio
import gzip
import json
import random
import shutil
import signal
import statistics
import subprocess
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import aiohttp
import click
from playwright.async_api import Browser, BrowserContext, Page, async_playwright
from playwright.async_api import Error as BrowserError

from bench.figures import percentile
from bench.guide import Guide
from bench.processes import LOOPBACK, BenchError, Program, free_port
from bench.questions import QUESTIONS, question
from bench.sides import serving

CHUNK = 64 * 1024
RUN_DEADLINE_S = 1200.0
ASK_DEADLINE_S = 180.0
ANSWER_DEADLINE_MS = 30_000
SETTLE_DEADLINE_MS = 400_000
SLOWED = 4
VISITORS = 10  # they share the messages of the breaking line
# Neither the browser nor the limits against abuse may take part in what is measured.
SWITCHES = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
UNLIMITED = {"GUIDE_WEB_RATE_SESSION": "off", "GUIDE_WEB_RATE_IP": "off", "GUIDE_WEB_STREAMS_IP": "off"}


class Line:
    """A TCP line to a server on this machine that breaks, as a train's or a phone's does.

    An async context manager. It holds until it is told at which moments to break.
    """

    def __init__(self, port: int) -> None:
        self.broken = 0
        """How often the line broke at a chunk."""
        self._target = port
        self._breaks: frozenset[int] = frozenset()
        self._chunks = 0
        self._streaming = asyncio.Event()
        self._streaming.set()
        self._closed = False
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server

    @property
    def url(self) -> str:
        """Where the server is through this line."""
        return f"http://{LOOPBACK}:{self._server.sockets[0].getsockname()[1]}"

    async def __aenter__(self) -> "Line":
        self._server = await asyncio.start_server(self._connected, LOOPBACK, 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self.close()
        self.release_streams()

    def break_at(self, chunks: Iterable[int]) -> None:
        """Of all that goes through from now on, either way, lose the chunks of these numbers.

        With each go all connections of that moment; new ones can be made at once. Without numbers, hold.
        """
        self._breaks = frozenset(chunks)
        self._chunks = 0

    def close(self) -> None:
        """Cut everything, and let nobody through until `open`."""
        self._closed = True
        self.cut()

    def open(self) -> None:
        """Let new connections through again."""
        self._closed = False

    def hold_streams(self) -> None:
        """Hold back what comes by event streams, as some proxies do; all else goes through."""
        self._streaming.clear()

    def release_streams(self) -> None:
        """Let through what was held back, and all that comes."""
        self._streaming.set()

    def cut(self) -> None:
        """Reset all connections; what was on its way is lost."""
        for writer in self._writers:
            writer.transport.abort()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._closed:
            writer.transport.abort()
            return
        with suppress(OSError):
            far_reader, far_writer = await asyncio.open_connection(LOOPBACK, self._target)
            ends = {writer, far_writer}
            self._writers |= ends
            try:
                streams = asyncio.Event()
                await asyncio.gather(
                    self._pass(self._watched(reader, streams), far_writer),
                    self._pass(self._held(far_reader, streams), writer),
                )
            finally:
                self._writers -= ends
                for end in ends:
                    end.transport.abort()

    async def _watched(self, reader: asyncio.StreamReader, streams: asyncio.Event) -> AsyncIterator[bytes]:
        """What a browser sends, noting when it asks for an event stream."""
        while chunk := await reader.read(CHUNK):
            if chunk.startswith(b"GET /chat/stream"):
                streams.set()
            yield chunk

    async def _held(self, reader: asyncio.StreamReader, streams: asyncio.Event) -> AsyncIterator[bytes]:
        """What the server sends, once it is let through."""
        while chunk := await reader.read(CHUNK):
            if streams.is_set():
                await self._streaming.wait()
            yield chunk

    async def _pass(self, chunks: AsyncIterator[bytes], writer: asyncio.StreamWriter) -> None:
        async for chunk in chunks:
            self._chunks += 1
            if self._chunks in self._breaks:
                self.broken += 1
                self.cut()
                return
            writer.write(chunk)
            await writer.drain()
        # One side is done: the other hears of it as it would without a line in between.
        writer.close()


@dataclass(frozen=True)
class Settings:
    """How much is measured."""

    visits: int = 10
    asked: int = 30
    heap: tuple[int, ...] = (0, 250, 500)
    messages: int = 1000
    breaks: int = 50
    idle: int = 500


QUICK = Settings(visits=3, asked=10, heap=(0, 20, 40), messages=100, breaks=5, idle=60)


@dataclass(frozen=True)
class Row:
    """One figure: what it is, and its value as it is shown."""

    title: str
    value: str


def say(text: str) -> None:
    """A line of progress; on stderr, so that stdout holds the table alone."""
    click.echo(text, err=True)


def table(rows: Sequence[Row]) -> str:
    """One figure a line."""
    width = max(len(row.title) for row in rows)
    return "\n".join(f"{row.title.ljust(width)}  {row.value}" for row in rows)


# --- the guide without a website


def ask_times(guide: Guide, count: int) -> list[float]:
    """Milliseconds that `guide ask` takes for each of `count` questions, each a conversation of its own."""
    say(f"{count} questions to `guide ask` …")
    lines = "\n".join(json.dumps({"id": n, "text": question(n)}) for n in range(-1, count))
    done = subprocess.run(
        [*guide.command, "ask", "--jsonl"],
        input=lines,
        capture_output=True,
        text=True,
        cwd=guide.project,
        env=guide.env,
        timeout=ASK_DEADLINE_S,
        check=False,
    )
    if done.returncode:
        raise BenchError(f"`guide ask` ended with code {done.returncode}: {done.stderr:.500}")
    # Not counted: the first question fills caches.
    return [json.loads(line)["elapsed_ms"] for line in done.stdout.splitlines()][1:]


@contextmanager
def served(guide: Guide) -> Iterator[tuple[int, Program]]:
    """`guide serve` without limits against abuse; its port, and the program."""
    port = free_port()
    command = [*guide.command, "serve", "--port", str(port)]
    program = Program("`guide serve`", command, guide.project, {**guide.env, **UNLIMITED}, guide.folder / "serve.log")
    with serving(program, port):
        yield port, program


def family(pid: int) -> list[int]:
    """Process ids of a program and of all it started; Linux tells, elsewhere it is the program alone."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    except OSError:
        return [pid]
    return [pid, *(member for child in children for member in family(int(child)))]


def resident_mb(program: Program) -> float:
    """Memory of a program with all it started, in MB; on Linux only, elsewhere 0."""
    total = 0
    for pid in family(program.pid):
        with suppress(OSError):
            status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
            total += sum(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))
    return total / 1024


# --- the browser


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """The Chromium of this machine."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        raise BenchError("a real browser is needed: apt-get install -y chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=SWITCHES)
        yield browser
        await browser.close()


@asynccontextmanager
async def fresh(browser: Browser) -> AsyncIterator[BrowserContext]:
    """A browser that has never been here."""
    context = await browser.new_context(viewport={"width": 1200, "height": 800}, reduced_motion="reduce")
    await context.add_init_script(
        "customElements.whenDefined('insurance-guide-chat').then(() => performance.mark('chat-interactive'))"
    )
    yield context
    await context.close()


async def opened(context: BrowserContext, url: str) -> Page:
    """The page with the chat open and welcomed."""
    page = await context.new_page()
    await page.goto(url)
    await page.locator("insurance-guide-chat").evaluate("chat => chat.open()")
    await page.locator(".message").first.wait_for()
    return page


# Ask, and wait until the answer is painted. Answers with milliseconds.
ASK = """(chat, text) => new Promise(resolve => {
    const log = chat.shadowRoot.querySelector("[role=log]");
    const answers = () => log.querySelectorAll(".message.bot").length;
    const before = answers(), started = performance.now();
    const observer = new MutationObserver(() => {
        if (answers() === before) return;
        observer.disconnect();
        requestAnimationFrame(() => resolve(performance.now() - started));
    });
    observer.observe(log, { childList: true, subtree: true });
    chat.ask(text);
})"""


async def ask(page: Page, text: str) -> float:
    """Milliseconds from a question to its answer on the screen."""
    async with asyncio.timeout(ANSWER_DEADLINE_MS / 1000):
        return float(await page.locator("insurance-guide-chat").evaluate(ASK, text))


async def weight(browser: Browser, url: str) -> list[Row]:
    """What the widget weighs and how often it asks."""
    say("weight …")
    requests: list[str] = []
    async with fresh(browser) as context:
        context.on("request", lambda request: requests.append(request.url.removeprefix(url)))
        page = await context.new_page()
        await page.goto(url, wait_until="networkidle")
        files = [path for path in requests if path.startswith("/widget")]
        bodies = [await (await context.request.get(url + path)).body() for path in files]
        loaded = len(requests)
        async with page.expect_request("**/chat/stream*"):
            await page.locator("insurance-guide-chat").evaluate("chat => chat.open()")
    packed = sum(len(gzip.compress(body, 9)) for body in bodies)
    return [
        Row("widget: files", str(len(files))),
        Row("widget: size, kB", f"{sum(map(len, bodies)) / 1000:.1f}"),
        Row("widget: size gzipped, kB", f"{packed / 1000:.1f}"),
        Row("requests when the chat is opened", str(len(requests) - loaded)),
    ]


READY = """performance.getEntriesByName("chat-interactive")[0]?.startTime
    ?? performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd"""


async def first_visit(context: BrowserContext, url: str, slowed: int = 1, widget: bool = True) -> tuple[Page, float]:
    """A page that is visited for the first time, and the milliseconds until its chat, or without one itself, was ready.

    The processor is slowed down so many times, as Lighthouse does to be a phone's.
    """
    page = await context.new_page()
    if not widget:
        await page.route("**/widget*.js", lambda route: route.abort())
    devtools = await context.new_cdp_session(page)
    await devtools.send("Emulation.setCPUThrottlingRate", {"rate": slowed})
    await page.goto(url)
    if widget:
        await page.locator(".launcher").wait_for()
    return page, float(await page.evaluate(READY))


async def first_clicks(browser: Browser, url: str, visits: int) -> list[Row]:
    """How long a new visitor waits until the chat can be opened, and until it is open."""
    say(f"{visits} first visits, as often on a slow processor with the chat and without …")
    times: dict[str, list[float]] = {name: [] for name in ("ready", "welcomed", "slow", "slow_without")}
    for _ in range(visits):
        async with fresh(browser) as context:
            page, ready = await first_visit(context, url)
            times["ready"].append(ready)
            times["welcomed"].append(
                await page.locator("insurance-guide-chat").evaluate(ASK.replace("chat.ask(text)", "chat.open()"))
            )
        for name, widget in (("slow", True), ("slow_without", False)):
            async with fresh(browser) as context:
                times[name].append((await first_visit(context, url, SLOWED, widget))[1])
    median = {name: statistics.median(found) for name, found in times.items()}
    return [
        Row("first visit: the chat can be used, median ms", f"{median['ready']:.0f}"),
        Row("first visit: from click to welcome, median ms", f"{median['welcomed']:.0f}"),
        Row(f"processor slowed {SLOWED} times: the chat can be used, median ms", f"{median['slow']:.0f}"),
        Row(f"processor slowed {SLOWED} times: the page without the chat", f"{median['slow_without']:.0f}"),
    ]


async def website_times(browser: Browser, url: str, count: int) -> list[float]:
    """Milliseconds from question to answer for `count` new visitors, one after the other."""
    say(f"{count} questions on the website …")
    times = []
    for number in range(-1, count):
        async with fresh(browser) as context:
            times.append(await ask(await opened(context, url), question(number)))
    return times[1:]


async def heap(browser: Browser, url: str, sizes: Sequence[int]) -> list[Row]:
    """What the whole page keeps in memory once a conversation has so many messages."""
    say(f"memory of the page up to {sizes[-1]} messages …")
    rows = []
    async with fresh(browser) as context:
        page = await opened(context, url)
        devtools = await context.new_cdp_session(page)
        await devtools.send("Performance.enable")
        asked = 0
        for size in sizes:
            while size and await page.locator(".message").count() < size:
                await ask(page, question(asked))
                asked += 1
            await devtools.send("HeapProfiler.collectGarbage")
            metrics = {
                each["name"]: each["value"] for each in (await devtools.send("Performance.getMetrics"))["metrics"]
            }
            used, nodes = metrics["JSHeapUsedSize"] / 1e6, int(metrics["Nodes"])
            rows.append(Row(f"page after {size} messages: JS heap, MB (DOM nodes)", f"{used:.1f} ({nodes})"))
    return rows


# --- the line that breaks

TALK = """async (chat, texts) => {
    for (const text of texts) {
        chat.ask(text);
        await new Promise(resolve => setTimeout(resolve, 400 * Math.random()));
    }
}"""
SETTLED = """count => {
    const root = document.querySelector("insurance-guide-chat").shadowRoot;
    const shown = kind => root.querySelectorAll(`.message.${kind}`).length;
    return !shown("pending") && shown("visitor") >= count && shown("bot") > count
        && root.querySelector(".typing").hidden;
}"""
SHOWN = """chat => [...chat.shadowRoot.querySelectorAll(".message")].map(message =>
    [Number(message.dataset.seq), message.classList.contains("visitor"), message.querySelector(".bubble").innerText])"""


@dataclass
class Delivered:
    """What became of the messages that visitors sent through a breaking line."""

    sent: int = 0
    lost: int = 0
    doubled: int = 0
    disordered: int = 0
    unanswered: int = 0

    def count(self, sent: Sequence[str], shown: Sequence[tuple[int, bool, str]]) -> None:
        """Count one visitor's messages in, by what stands in the conversation after a reload."""
        arrived = [text for _, own, text in shown if own]
        times = Counter(arrived)
        numbers = [number for number, _, _ in shown]
        self.sent += len(sent)
        self.lost += sum(times[text] == 0 for text in sent)
        self.doubled += sum(times[text] > 1 for text in sent) + len(numbers) - len(set(numbers))
        self.disordered += arrived != list(sent) or numbers != sorted(numbers)
        answers = len(shown) - len(arrived) - 1  # the welcome is none
        self.unanswered += max(0, len(sent) - answers)


async def breaks(browser: Browser, port: int, messages: int, count: int) -> list[Row]:
    """Many messages of several visitors through a line that breaks at random moments."""
    say(f"{messages} messages through a line that breaks {count} times …")
    each = messages // VISITORS
    found, seen_alike = Delivered(), 0
    async with Line(port) as line, AsyncExitStack() as stack:
        pages = []
        for _ in range(VISITORS):
            pages.append(await opened(await stack.enter_async_context(fresh(browser)), line.url))
        sent = [[f"{question(n)} ({visitor}/{n})" for n in range(each)] for visitor in range(VISITORS)]

        async def shown(page: Page, texts: list[str]) -> list[Any]:
            await page.wait_for_function(SETTLED, arg=len(texts), timeout=SETTLE_DEADLINE_MS)
            return list(await page.locator("insurance-guide-chat").evaluate(SHOWN))

        async def talk(page: Page, texts: list[str]) -> list[Any]:
            await page.locator("insurance-guide-chat").evaluate(TALK, texts)
            return await shown(page, texts)

        # A message is at least four chunks; so every break comes while messages are still on their way.
        line.break_at(random.Random(messages).sample(range(1, 3 * messages), count))
        live = await asyncio.gather(*map(talk, pages, sent))
        line.break_at(())  # a page cannot be loaded through a line that breaks
        for page, texts, before in zip(pages, sent, live, strict=True):
            await page.reload()
            kept = await shown(page, texts)
            found.count(texts, kept)
            seen_alike += before == kept
    return [
        Row("breaking line: messages sent, breaks", f"{found.sent}, {line.broken}"),
        Row("breaking line: lost, doubled", f"{found.lost}, {found.doubled}"),
        Row("breaking line: left without an answer", str(found.unanswered)),
        Row("breaking line: conversations in disorder", str(found.disordered)),
        Row("breaking line: same before and after a reload", f"{seen_alike} of {VISITORS} visitors"),
    ]


# --- idle visitors


async def idle(browser: Browser, url: str, program: Program, count: int) -> list[Row]:
    """Many visitors who only listen, and one beside them who asks."""
    say(f"{count} idle streams …")
    alone = await website_times(browser, url, len(QUESTIONS))
    before = resident_mb(program)
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as http, AsyncExitStack() as stack:
        for _ in range(count):
            async with http.post(f"{url}/chat/session", json={}) as reply:
                token = (await reply.json())["token"]
            stream = await stack.enter_async_context(http.get(f"{url}/chat/stream", params={"token": token}))
            await stream.content.readuntil(b"\n\n")
        beside = await website_times(browser, url, len(QUESTIONS))
        grown = resident_mb(program) - before
    return [
        Row(f"{count} idle streams: memory of the server, MB more", f"{grown:.1f}"),
        Row(
            "an answer without and beside them, median ms",
            f"{statistics.median(alone):.0f}, {statistics.median(beside):.0f}",
        ),
    ]


async def measure(port: int, program: Program, asked: Sequence[float], settings: Settings) -> list[Row]:
    """Everything about a running guide; `asked` is what `guide ask` took for the same questions."""
    url = f"http://{LOOPBACK}:{port}"
    async with asyncio.timeout(RUN_DEADLINE_S), chromium() as browser:
        rows = await weight(browser, url) + await first_clicks(browser, url, settings.visits)
        times = await website_times(browser, url, settings.asked)
        median, without = statistics.median(times), statistics.median(asked)
        rows += [
            Row("`guide ask`: median, ms", f"{without:.0f}"),
            Row("website, question to painted answer: median, p95, ms", f"{median:.0f}, {percentile(times, 95):.0f}"),
            Row("website above `guide ask`: median, ms", f"{median - without:.0f}"),
        ]
        rows += await heap(browser, url, settings.heap)
        rows += await idle(browser, url, program, settings.idle)
        return rows + await breaks(browser, port, settings.messages, settings.breaks)


def run(settings: Settings) -> str:
    """Measure in a temporary folder; the table."""
    with tempfile.TemporaryDirectory(prefix="guide-bench-") as folder:
        guide = Guide(Path(folder))
        guide.prepare()
        asked = ask_times(guide, settings.asked)
        with served(guide) as (port, program):
            return table(asyncio.run(measure(port, program, asked, settings)))


def _terminated(_number: int, _frame: FrameType | None) -> None:
    # As Ctrl-C: unwinds through every `with`, which is what ends the servers.
    raise KeyboardInterrupt


@click.command(epilog="Example: .venv/bin/python -m bench.website --quick")
@click.option("--quick", is_flag=True, help="A small run: 100 messages, 5 breaks, 60 idle streams.")
def main(quick: bool) -> None:
    """Measure the website chat in a real browser: weight, waiting, memory, breaks, idle visitors.

    Server, browser and the line between them are on 127.0.0.1 and end with the run, after twenty minutes at
    the latest. The guide must be trained. Nothing else should run.
    """
    signal.signal(signal.SIGTERM, _terminated)
    try:
        text = run(QUICK if quick else Settings())
    except (BenchError, BrowserError, TimeoutError, aiohttp.ClientError) as error:
        raise click.ClickException(str(error) or "the run took too long") from error
    click.echo(text)


if __name__ == "__main__":
    main()

"""Measure the agent desk: lists and search with a long past behind it, and an agent's words on a visitor's screen.

Everything runs on this machine's loopback: the guide as `guide serve` starts it, and two real browsers.
"""

import asyncio
import re
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import click
from playwright.async_api import Browser, Page, expect
from playwright.async_api import Error as BrowserError
from sqlalchemy import insert
from sqlalchemy.engine import Connection

from bench.figures import percentile
from bench.guide import Guide
from bench.processes import LOOPBACK, BenchError
from bench.questions import question
from bench.website import Row, chromium, fresh, say, served, table
from bot.desk.managing import Managing
from bot.records import words
from bot.records.engine import Records
from bot.records.opening import open_records
from bot.records.place import database_url
from bot.records.states import State
from bot.records.tables import message, ticket
from bot.records.tickets import Ticket

OPEN, CLOSED, AT_ONCE = 500, 20_000, 500  # requests
ROUNDS, WORDS = 40, 60
DEADLINE_S, SHOWN_S = 300.0, 30.0
LOGIN, PASSWORD = "dana", "correct horse battery"
SOUGHT = ("coverage", "does general liability", "sprinkler", "call center", "zzzz", "employees in reno")

# Resolves once a text of an agent is laid out, with the time on this machine's clock. A window that is not the one in
# front paints when it likes, so painting itself is not waited for.
_PAINTED = """text => new Promise((resolve) => {
    const root = document.querySelector("insurance-guide-chat").shadowRoot;
    const look = () => {
        const there = [...root.querySelectorAll(".message.agent")].some((each) => each.textContent.includes(text));
        if (there) { watch.disconnect(); root.host.getBoundingClientRect(); resolve(Date.now()); }
    };
    const watch = new MutationObserver(look);
    watch.observe(root, { childList: true, subtree: true });
    look();
})"""
_SAY = """text => {
    const field = document.querySelector("#reply");
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    const at = Date.now();
    field.form.requestSubmit();
    return at;
}"""


def fill(records: Records, open_: int, closed: int) -> None:
    """Store requests as they come, each with a conversation of six messages; most are closed."""
    for start in range(0, open_ + closed, AT_ONCE):
        some = [_past(number, number < open_) for number in range(start, min(start + AT_ONCE, open_ + closed))]
        records.run_now(lambda connection, s=some: _store(connection, s), seconds=300)  # type: ignore[misc]


def _past(number: int, is_open: bool) -> Ticket:
    at = time.time() - 30 * number  # a week in all: nothing is old enough to be erased
    live = State.QUEUED if number % 3 else State.CALLBACK
    return Ticket(
        f"P{number:05}",
        f"web:past{number}",
        ("asked", "misses", "quote")[number % 3],
        "normal",
        question(number),
        [],
        datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds"),
        status=(live if is_open else State.RESOLVED).value,
        channel="web",
        topic=("Cyber", "Bonds", "Auto")[number % 3],
        brief={"told": [question(number + 1)]},
        waiting_since=time.time() if is_open else at,  # those who wait have come just now: nobody is called back yet
        closed=None if is_open else at + 600,
        outcome=None if is_open else "answered",
        changed=at,
    )


def _store(connection: Connection, some: Sequence[Ticket]) -> None:
    said = [
        {"conversation": each.conversation, "seq": seq, "at": each.changed + seq, "body": _body(each, seq)}
        for each in some
        for seq in range(1, 7)
    ]
    connection.execute(insert(ticket), [each.__dict__ for each in some])
    connection.execute(insert(message), said)
    for each in some:
        words.keep(
            connection, each.reference, " ".join([each.summary, *(_body(each, seq)["text"] for seq in (1, 3, 5))])
        )


def _body(each: Ticket, seq: int) -> dict[str, str]:
    return {"from": ("bot", "visitor")[seq % 2], "text": question(int(each.reference[1:]) + seq)}


async def sign_in(http: aiohttp.ClientSession, url: str) -> None:
    """Let the client in as an agent."""
    body = {"login": LOGIN, "password": PASSWORD}
    async with http.post(f"{url}/desk/api/sign-in", json=body, headers={"Origin": url}) as reply:
        if reply.status != 200:
            raise BenchError(f"the desk let nobody in: {await reply.text()}")


async def times(http: aiohttp.ClientSession, addresses: Iterator[str]) -> list[float]:
    """Milliseconds that each address takes to answer in whole."""
    taken = []
    for address in addresses:
        start = time.perf_counter()
        async with http.get(address) as reply:
            await reply.read()
            if reply.status != 200:
                raise BenchError(f"{address} answered {reply.status}")
        taken.append(1000 * (time.perf_counter() - start))
    return taken


async def lists(url: str) -> list[Row]:
    """Lists and search."""
    rows = []
    jar = aiohttp.CookieJar(unsafe=True)  # an address in figures keeps cookies, too
    async with aiohttp.ClientSession(cookie_jar=jar) as http:
        await sign_in(http, url)
        asked = {
            **{f"list of {view}": f"tickets?view={view}" for view in ("waiting", "open", "closed")},
            "what asks for attention": "attention",
        }
        for title, path in asked.items():
            taken = await times(http, (f"{url}/desk/api/{path}" for _ in range(ROUNDS)))
            rows.append(_row(title, taken))
        sought = (f"{url}/desk/api/search?q={SOUGHT[n % len(SOUGHT)]}" for n in range(ROUNDS))
        return [*rows, _row("search", await times(http, sought))]


def _row(title: str, taken: list[float]) -> Row:
    return Row(f"{title}: median, p95, ms", f"{statistics.median(taken):.0f}, {percentile(taken, 95):.0f}")


async def said(browser: Browser, url: str) -> list[Row]:
    """An agent's words, from Enter to the visitor's screen."""
    async with fresh(browser) as agents, fresh(browser) as visitors:
        desk, chat = await agents.new_page(), await visitors.new_page()
        reference = await _meet(desk, chat, url)
        taken = []
        for number in range(WORDS):
            text = f"words of {reference}, number {number}."
            painted = asyncio.create_task(chat.evaluate(_PAINTED, text))
            said = await desk.evaluate(_SAY, text)
            try:
                taken.append(float(await asyncio.wait_for(painted, SHOWN_S) - said))
            except TimeoutError:
                raise BenchError(f"message {number} of the agent was not shown within {SHOWN_S:g} s") from None
        return [_row("an agent's words on the visitor's screen", taken)]


async def _meet(desk: Page, chat: Page, url: str) -> str:
    """Let an agent claim what a visitor has just asked for; its reference."""
    await desk.goto(f"{url}/desk")
    await desk.get_by_label("Login or e-mail address").fill(LOGIN)
    await desk.get_by_label("Password").fill(PASSWORD)
    await desk.keyboard.press("Enter")
    await desk.get_by_role("button", name="I am available").click()
    await expect(desk.locator(".duty")).to_be_hidden()
    await chat.goto(url)
    await chat.locator("insurance-guide-chat").evaluate("chat => chat.open()")
    await chat.locator("#input").fill("talk to a licensed agent")
    await chat.locator("#input").press("Enter")
    told = chat.locator(".message.bot", has_text="Your reference is")
    reference = re.findall(r"reference is (\w+)", await told.inner_text())[0]
    await desk.get_by_label("Search all requests").fill(reference)
    await desk.locator(f".row[data-reference='{reference}']").click()
    await desk.get_by_role("heading", name=reference).first.wait_for()
    await desk.get_by_role("button", name="Claim").click()
    await expect(desk.locator("#reply")).to_be_focused()
    return reference


async def measure(port: int) -> list[Row]:
    """Everything about a running guide."""
    url = f"http://{LOOPBACK}:{port}"
    say("Lists and search …")
    rows = await lists(url)
    async with asyncio.timeout(DEADLINE_S), chromium() as browser:
        say("Words …")
        return rows + await said(browser, url)


def run(open_: int, closed: int) -> str:
    """Measure in a temporary folder; the table."""
    with tempfile.TemporaryDirectory(prefix="guide-bench-") as folder:
        guide = Guide(Path(folder))
        guide.prepare()
        state = Path(folder) / "state"
        state.mkdir(mode=0o700)
        say(f"{open_} open requests and {closed:,} closed ones …")
        records = open_records(database_url(state, {}), state)
        Managing(records, "bench").add(LOGIN, "Dana Reyes", "CA 0X12345", PASSWORD, None, "supervisor", False)
        fill(records, open_, closed)
        records.close()
        with served(guide) as (port, _):
            return table(asyncio.run(measure(port)))


@click.command(epilog="Example: .venv/bin/python -m bench.desk --quick")
@click.option("--quick", is_flag=True, help="A small past: 50 open requests and 1,000 closed ones.")
def main(quick: bool) -> None:
    """Measure the agent desk with 500 open requests and 20,000 closed ones. The guide must be trained."""
    try:
        text = run(OPEN // 10, CLOSED // 20) if quick else run(OPEN, CLOSED)
    except (BenchError, BrowserError, TimeoutError, aiohttp.ClientError) as error:
        raise click.ClickException(str(error) or "the run took too long") from error
    click.echo(text)


if __name__ == "__main__":
    main()

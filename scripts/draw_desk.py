"""Draw the agent desk's main states from the running guide into docs/pictures, to be looked at."""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from playwright.async_api import Browser, Page, expect

from bench.guide import Guide
from bench.processes import BenchError
from bench.website import chromium, served
from bot.desk import canned
from bot.desk.canned import Canned
from bot.desk.managing import Managing
from bot.records import transcript
from bot.records.engine import Records
from bot.records.opening import open_records
from bot.records.place import database_url
from bot.records.ticket_store import TicketStore
from bot.records.tickets import Asked

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"
WIDE, PHONE = (1360, 840), (375, 760)
PASSWORD = "correct horse battery"
AGENTS = (("dana", "Dana Reyes", "CA 0X12345", "supervisor"), ("sam", "Sam Ortiz", "CA 0Z98765", "agent"))
STEPS = "Call your cyber insurer's hotline first: most policies pay only for experts they have agreed to."


def fill(records: Records) -> None:
    """Agents, an answer kept ready, and visitors who ask."""
    managing = Managing(records, "Larkfield desk")
    for login, name, licence, role in AGENTS:
        managing.add(login, name, licence, PASSWORD, None, role, False)
    hello = Canned("Hello", "Hello {visitor|there}, I am {agent}, license {licence}. I have read what you wrote.")
    records.run_now(lambda connection: canned.keep(connection, hello, "dana"))
    _ask(
        records,
        ("visitor", "Somebody has locked our payroll files and wants money"),
        ("bot", STEPS),
        ("visitor", "I need a person for this"),
        reason="claim",
        priority="urgent",
        topic="Cyber",
        facts={"Name": "Priya Nair", "Business": "Call center", "Employees": "45", "State": "California"},
        consent={"number": "(202) 555-0142", "text": "We may call you at it.", "at": "2026-11-30T16:02:00+00:00"},
        brief={
            "told": ["Call center in Sacramento, 45 people", "Payroll files locked this morning"],
            "given": ["After an attack: call the insurer's hotline"],
            "open": ["Whether the backups are clean"],
        },
    )
    _ask(records, ("visitor", "Can I talk to somebody about E&O for my IT firm?"), topic="Professional liability")
    _ask(records, ("visitor", "What does a bond cost a notary in two states?"), reason="misses", topic="Bonds")
    _ask(records, ("visitor", "Quote: roofing contractor, 6 people"), reason="quote", live=False, topic="Contractors")


def _ask(
    records: Records, *said: tuple[str, str], reason: str = "asked", priority: str = "normal", **more: Any
) -> None:
    conversation = f"web:{said[0][1]}"
    for sender, text in said:
        body = {"from": sender, "text": text}
        records.run_now(lambda connection, b=body: transcript.append(connection, conversation, b))  # type: ignore[misc]
    asked = Asked(live=more.pop("live", True), topic=more.pop("topic"), brief=more.pop("brief", {}))
    TicketStore(records).open(conversation, reason, priority, said[-1][1], [], asked=asked, **more)


async def queue(page: Page) -> None:
    """What an agent sees first."""
    await page.locator(".row").first.click()
    await page.get_by_role("button", name="Claim").wait_for()


async def conversation(page: Page) -> None:
    await page.get_by_role("tab", name="All open").click()
    await page.locator(".row.is-urgent").click()
    await page.get_by_role("heading", name="Priya Nair").wait_for()
    claim = page.get_by_role("button", name="Claim")
    if await claim.is_visible():
        await claim.click()
        await expect(page.locator("#reply")).to_be_focused()
        for kind, text in (("n", "Insurer's hotline: see the shared folder."), ("r", "Hello Priya, I am on it.")):
            await page.locator("#reply").press("Escape")
            await page.keyboard.press(kind)
            await page.locator("#reply").fill(text)
            await page.locator("#reply").press("Enter")
        await expect(page.locator(".message.agent:not(.pending)")).to_have_count(1)
    await page.locator("#reply").fill("Do you have backups from before this morning?")


async def knowledge(page: Page) -> None:
    await conversation(page)
    await page.get_by_label("Search what the guide knows").fill("ransomware cyber")
    await page.locator(".passage").first.wait_for()
    await page.locator(".answers").evaluate("answers => answers.scrollIntoView({ block: 'start' })")


async def resolving(page: Page) -> None:
    await conversation(page)
    await page.get_by_role("button", name="Resolve").click()
    await page.get_by_role("dialog").wait_for()


async def figures(page: Page) -> None:
    await page.get_by_role("button", name="Figures").click()
    await page.get_by_text("Median wait").wait_for()


@dataclass(frozen=True)
class State:
    """One picture: how the desk gets there, and the browser it is looked at with."""

    reach: Callable[[Page], Awaitable[None]]
    size: tuple[int, int] = WIDE
    dark: bool = False


STATES = {
    "desk-queue": State(queue),
    "desk-conversation": State(conversation),
    "desk-knowledge": State(knowledge),
    "desk-resolve": State(resolving),
    "desk-night": State(conversation, dark=True),
    "desk-phone": State(conversation, size=PHONE),
    "desk-figures": State(figures),
}


async def draw(browser: Browser, url: str, name: str, state: State) -> None:
    """One state of the desk into a picture of its name."""
    width, height = state.size
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if state.dark else "light",
        reduced_motion="reduce",
        device_scale_factor=1.5,
    )
    page = await context.new_page()
    await page.goto(f"{url}/desk")
    await page.get_by_label("Login or e-mail address").fill("dana")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.locator(".row").first.wait_for()
    await page.get_by_label("You are").select_option("available")
    await expect(page.locator(".duty")).to_be_hidden()
    await state.reach(page)
    await expect(page.locator(".notice")).to_be_hidden(timeout=20_000)
    await page.mouse.move(0, 0)
    await page.screenshot(path=FOLDER / f"{name}.png")
    await context.close()


async def draw_all() -> None:
    """Every state, from one guide."""
    with tempfile.TemporaryDirectory(prefix="guide-pictures-") as folder:
        guide, state = Guide(Path(folder)), Path(folder) / "state"
        guide.env["GUIDE_AGENCY_NAME"] = "Larkfield & Rowe"
        state.mkdir(mode=0o700)
        records = open_records(database_url(state, {}), state)
        fill(records)
        records.close()
        with served(guide) as (port, _):
            async with chromium() as browser:
                for name, wanted in STATES.items():
                    click.echo(f"{name} …")
                    await draw(browser, f"http://127.0.0.1:{port}", name, wanted)


@click.command()
def main() -> None:
    """Draw the desk's main states into docs/pictures: look at each before it is committed.

    \b
    Example:
      make pictures
    """
    try:
        asyncio.run(draw_all())
    except BenchError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()

"""Draw the chat's main states from the running guide into docs/pictures, to be looked at."""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import click
from playwright.async_api import Browser, Page, expect

from bench.guide import Guide
from bench.processes import BenchError
from bench.website import chromium, served

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"
DESK, PHONE = (1200, 800), (375, 760)


async def ask(page: Page, *texts: str) -> None:
    """Ask one after the other, each once the last is answered."""
    for text in texts:
        answers = await page.locator(".message.bot").count()
        await page.locator("#input").fill(text)
        await page.locator("#input").press("Enter")
        await expect(page.locator(".message.bot")).not_to_have_count(answers)
        await expect(page.locator(".typing")).to_be_hidden()


async def first_visit(page: Page) -> None:
    """What a visitor sees first."""


async def answer(page: Page) -> None:
    await ask(page, "Does general liability cover bad advice?")


async def comparison(page: Page) -> None:
    await ask(page, "Compare GL and E&O")


async def form(page: Page) -> None:
    await ask(page, "I need a quote", "IT consultant")


async def incident(page: Page) -> None:
    await ask(page, "somebody hacked us this morning, what do I do now")


async def menu(page: Page) -> None:
    await answer(page)
    await page.locator(".tool[aria-controls=items]").click()


async def rated(page: Page) -> None:
    await answer(page)
    await page.locator(".thumb.down").last.click()
    await expect(page.locator(".reason")).to_be_visible()


async def offline(page: Page) -> None:
    await answer(page)
    await page.context.set_offline(True)
    await page.locator("#input").fill("And what does cover it?")
    await page.locator("#input").press("Enter")
    await expect(page.locator(".state")).to_be_visible()


@dataclass(frozen=True)
class State:
    """One picture: how the chat gets there, and the browser it is looked at with."""

    reach: Callable[[Page], Awaitable[None]]
    size: tuple[int, int] = DESK
    scheme: str = "light"
    language: str = "en"
    whole_page: bool = False


STATES = {
    "first-visit": State(first_visit),
    "answer": State(answer),
    "comparison": State(comparison),
    "form": State(form),
    "incident": State(incident),
    "menu": State(menu),
    "rating": State(rated),
    "offline": State(offline),
    "night": State(answer, scheme="dark"),
    "phone": State(answer, size=PHONE),
    "page": State(answer, whole_page=True),
    "spanish-frame": State(first_visit, language="es"),
}


async def draw(browser: Browser, url: str, name: str, state: State) -> None:
    """One state of a fresh visitor's chat into a picture of its name."""
    width, height = state.size
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if state.scheme == "dark" else "light",
        reduced_motion="reduce",
        device_scale_factor=1.5,
    )
    page = await context.new_page()
    await page.goto(url)
    if state.language != "en":
        # The language is read when the element is put on the page.
        await page.evaluate(
            """language => {
                const old = document.querySelector("insurance-guide-chat"), chat = old.cloneNode(true);
                chat.lang = language;
                old.replaceWith(chat);
            }""",
            state.language,
        )
    await page.locator("insurance-guide-chat").evaluate("chat => chat.open()")
    await page.locator(".message").first.wait_for()
    await state.reach(page)
    await page.mouse.move(0, 0)
    shown = page if state.whole_page else page.locator(".panel")
    await shown.screenshot(path=FOLDER / f"{name}.png")
    await context.close()


async def draw_all() -> None:
    """Every state, from one guide."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="guide-pictures-") as folder, served(Guide(Path(folder))) as (port, _):
        async with chromium() as browser:
            for name, state in STATES.items():
                click.echo(f"{name} …")
                await draw(browser, f"http://127.0.0.1:{port}", name, state)


@click.command()
def main() -> None:
    """Draw the chat's main states into docs/pictures: look at each before it is committed.

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

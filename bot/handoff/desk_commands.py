"""``guide desk``: the requests of visitors, listed and answered in the terminal."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

import click

from bot.records.commands import open_or_stop, stop

if TYPE_CHECKING:  # loading it takes half a second, which no other command should wait for
    from bot.handoff.lists import Row
    from bot.handoff.people import Agent
    from bot.handoff.service import Handoffs

T = TypeVar("T")

POLL_SECONDS = 0.5
ALIVE_SECONDS = 30.0
HELP = "Type an answer; /note TEXT for colleagues, /back to the guide, /done OUTCOME, /later for the queue, /quit."
SENDERS = {"visitor": "Visitor", "bot": "Guide", "system": "·"}


@click.group()
def desk() -> None:
    """Answer visitors in the terminal; the page at /desk does more.

    \b
    Example:
      guide desk list --as dana
    """


_as = click.option("--as", "login", required=True, help="Your login, as `guide agents add` has it.")


@desk.command("list")
@_as
@click.option("--view", default="open", show_default=True, help="waiting, mine, open, callbacks, snoozed or closed.")
def list_(login: str, view: str) -> None:
    """List requests, the urgent first.

    \b
    Example:
      guide desk list --as dana --view waiting
    """

    async def run(handoffs: Handoffs, agent: Agent) -> None:
        try:
            rows = await handoffs.queue(agent, view)
        except ValueError as error:
            stop(str(error))
        for row in rows:
            click.echo(_line(row))
        click.echo(f"{len(rows)} request{'' if len(rows) == 1 else 's'}.")
        for failed in await handoffs.undelivered():
            click.echo(f"Not told by {failed.way} of {failed.reference} ({failed.attempts} attempts): {failed.error}")

    _with(login, run)


@desk.command()
@_as
@click.argument("reference")
def answer(login: str, reference: str) -> None:
    """Take a request, read what was said, and talk with its visitor.

    \b
    Example:
      guide desk answer K3RMQT --as dana
    """

    async def run(handoffs: Handoffs, agent: Agent) -> None:
        await _talk(handoffs, agent, reference.upper())

    _with(login, run)


async def _talk(handoffs: Handoffs, agent: Agent, reference: str) -> None:
    ticket = await handoffs.claim(agent, reference)
    click.echo(f"{reference}: {ticket.summary}\n")
    for label, value in ticket.facts.items():
        click.echo(f"  {label}: {value}")
    talk = await handoffs.conversation(agent, reference)
    for each in talk.before:
        click.echo(_said(each))
    click.echo(HELP)
    showing = asyncio.create_task(_show(handoffs, agent, reference))
    try:
        while (line := await asyncio.to_thread(_typed)) is not None:
            if not await _do(handoffs, agent, reference, line.strip()):
                return
    finally:
        showing.cancel()


async def _do(handoffs: Handoffs, agent: Agent, reference: str, line: str) -> bool:
    """Do what was typed; false where it ends the talk."""
    from bot.handoff.service import OUTCOMES, Refused
    from bot.records.states import NotNow, Taken

    command, _, rest = line.partition(" ")
    try:
        if command == "/quit":
            return False
        if command == "/back":
            await handoffs.give_back(agent, reference)
            return False
        if command == "/later":
            await handoffs.release(agent, reference)
            return False
        if command == "/done":
            await handoffs.resolve(agent, reference, rest.strip() or OUTCOMES[0])
            return False
        if command == "/note":
            await handoffs.note(agent, reference, rest, secrets.token_hex(8))
        elif command.startswith("/"):
            click.echo(HELP)
        elif line:
            await handoffs.say(agent, reference, line, secrets.token_hex(8))
    except (Refused, NotNow, Taken) as error:
        click.echo(str(error))
    return True


async def _show(handoffs: Handoffs, agent: Agent, reference: str) -> None:
    """Print what is said as it comes, and give a sign of life."""
    after, alive = 0, 0.0
    while True:
        if time.monotonic() - alive > ALIVE_SECONDS:
            alive = time.monotonic()
            await handoffs.alive(agent)
        for entry in (await handoffs.conversation(agent, reference, after)).messages:
            after = entry.seq
            if entry.body.get("text"):
                click.echo(_said(entry.body))
        await handoffs.read(agent, reference, after)
        await asyncio.sleep(POLL_SECONDS)


def _said(body: dict[str, Any]) -> str:
    sender = str(body.get("from"))
    return f"{body.get('name') or SENDERS.get(sender, sender.capitalize())}: {body.get('text')}"


def _line(row: Row) -> str:
    who = f"  {row.owner_name}" if row.owner_name else ""
    due = time.strftime("  call %Y-%m-%d %H:%M UTC", time.gmtime(row.callback_due)) if row.callback_due else ""
    minutes = int(row.waited // 60)
    return (
        f"{row.reference}  {row.state.value:9}  {row.priority:6}  {row.reason:9}  {minutes:5} min{due}{who}  "
        f"{row.summary[:60]}"
    )


def _typed() -> str | None:
    try:
        return input()
    except EOFError:
        return None


def _with(login: str, run: Callable[[Handoffs, Agent], Coroutine[Any, Any, T]]) -> None:
    from bot.handoff.people import enabled
    from bot.handoff.service import Handoffs, NoSuchTicket, NotYours
    from bot.records.states import NotNow, Taken
    from bot.settings import SettingError

    records = open_or_stop()
    agent = records.read_now(lambda connection: enabled(connection, login))
    if agent is None:
        stop(f"There is no agent {login}: `guide agents add {login}` makes one.")
    try:
        asyncio.run(run(Handoffs(records), agent))
    except (Taken, NotYours) as error:
        stop(f"{error.owner_name} has this request." if error.owner_name else str(error))
    except (NoSuchTicket, NotNow, SettingError) as error:
        stop(str(error))

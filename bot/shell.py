"""The guide on a terminal, for whoever tries answers out: the same agent as the website's, and no server."""

from __future__ import annotations

import asyncio
import logging
import sys
import uuid
from collections.abc import Mapping
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import click

from bot.privacy import mask

logger = logging.getLogger(__name__)

STOP = "/stop"
FAILED = "Something went wrong, and there is no answer. Please ask again."
ENDED = {"from": "system", "text": "The session on the terminal is over."}
PROMPT = "\nYour question (/stop ends): "


def as_read(message: Mapping[str, Any]) -> str:
    """A message with its buttons as numbered lines: a number, a title or any other words may be typed."""
    lines = [str(message["text"])] if message.get("text") else []
    lines += [f"  {number}. {button['title']}" for number, button in enumerate(message.get("buttons") or [], 1)]
    return "\n".join(lines)


async def talk(model: Path, loading: Any) -> None:
    """Answer what is typed, or piped in line by line, until it ends.

    Args:
        loading: a context manager around the start.
    """
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")  # bytes that are no text are no reason to end
    with loading:
        from bot.edge.agent import GuideAgent
        from bot.edge.turns import Turn
        from bot.records import transcript
        from bot.records.journal import Journal
        from bot.records.opening import shared

        agent = await GuideAgent.load(model)
        journal = Journal(shared())
    conversation = f"shell:{uuid.uuid4().hex}"
    heard = 0
    try:
        while (text := _typed()) is not None:
            client_id = uuid.uuid4().hex
            accepted = await journal.accept(conversation, "shell", client_id, mask(text))
            if not accepted.ticket:
                try:
                    messages = await agent.handle(Turn(conversation, client_id, text))
                except Exception:  # whoever tries answers out wants to go on
                    logger.exception("A turn failed.")
                    messages = [{"text": FAILED}]
                await journal.answered(conversation, client_id, [{**message, "from": "bot"} for message in messages])
            heard = await _show(conversation, heard)
    finally:
        try:
            if heard:
                await shared().run(lambda connection: transcript.say(connection, conversation, ENDED, transcript.OVER))
        finally:
            agent.close()


async def _show(conversation: str, after: int) -> int:
    """Print what is new but the typed words, those of an agent at the desk too; the number of the last."""
    from bot.records import transcript
    from bot.records.opening import shared

    last = after
    for entry in await shared().read(lambda connection: transcript.since(connection, conversation, after)):
        last = entry.seq
        if entry.body.get("from") != "visitor":
            name = f"{entry.body['name']}: " if entry.body.get("name") else ""
            click.echo(f"{name}{as_read(entry.body)}")
    return last


def run(model: Path, loading: Any) -> None:
    """`talk` in an event loop of its own."""
    asyncio.run(talk(model, loading))


def _typed() -> str | None:
    try:
        text = input(PROMPT)
    except EOFError:
        return None
    return None if text.strip() == STOP else text

"""``guide migrate``, ``guide privacy`` and ``guide feedback``: what people do with records by hand."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:  # loading it takes half a second, which no other command should wait for
    from bot.records.engine import Records


@click.command()
def migrate() -> None:
    """Bring the database up to date, and take in the files of before there was one.

    The guide does both at every start; this says what was done, and what could not be.  The files
    taken in are renamed to *.imported, and removed two weeks later.  Stop the guide first.

    \b
    Example:
      guide migrate
    """
    from bot.records.legacy import Unreadable, import_files, old_files
    from bot.records.place import state_folder

    folder = state_folder()
    waiting = old_files(folder)
    records = open_or_stop()
    for path in waiting:
        if not path.exists():
            click.echo(f"{path.name} is in the database now.")
    try:
        import_files(records, folder)  # again, for why one could not be
    except Unreadable as error:
        stop(str(error))
    click.echo("The database is up to date.")


@click.command()
def feedback() -> None:
    """Print the answers that visitors found not helpful, newest first.

    Each with what was asked, while the transcript is kept, what was said to be missing, and the ids of
    the entries that answered.

    \b
    Example:
      guide feedback
    """
    from bot.records.feedback import Feedback, as_read
    from bot.records.transcript import Transcript

    records = open_or_stop()

    async def run() -> None:
        votes = Feedback(records)
        rated = await votes.count()
        if not rated:
            click.echo("Nobody has rated an answer yet.")
            return
        opinions = await votes.all("down")
        for opinion in opinions:
            channel, _, session = opinion.conversation.partition(":")
            said = await Transcript(records, channel).since(session)
            click.echo(as_read(opinion, said) + "\n")
        click.echo(f"{len(opinions)} of {rated} rated answers were not helpful.")

    asyncio.run(run())


@click.group()
def privacy() -> None:
    """Erase what a visitor has told.

    \b
    Example:
      guide privacy erase web:Xb3kQ9
    """


@privacy.command()
@click.argument("conversation")
def erase(conversation: str) -> None:
    """Erase a conversation everywhere, but for requests that must be kept.

    CONVERSATION is its name as the request for an agent has it: the channel and the session.

    \b
    Example:
      guide privacy erase web:Xb3kQ9
    """
    from bot.records.erasing import erase_now

    forgotten = erase_now(open_or_stop(), conversation)
    click.echo(f"Erased {conversation}, with {len(forgotten.erased)} requests.")
    if forgotten.kept:
        click.echo(f"Kept, because they are held: {', '.join(forgotten.kept)}.")


def open_or_stop() -> Records:
    """The database of this process; one that cannot be opened ends the command with a sentence."""
    from bot.records.engine import RecordsUnavailable
    from bot.records.opening import shared
    from bot.records.upgrading import NewerDatabase
    from bot.settings import SettingError

    try:
        return shared()
    except (SettingError, NewerDatabase, RecordsUnavailable) as error:
        stop(str(error))


def stop(message: str) -> NoReturn:
    """Say why on the error output, and end with a code that tells."""
    click.echo(message, err=True)
    sys.exit(1)

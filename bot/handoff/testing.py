"""``guide handoff``: whether the agency can be told of requests."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import click

from bot.records.commands import stop

NOTHING_TELLS = (
    "Nothing tells the agency of requests for an agent: set GUIDE_SMTP, GUIDE_MAIL_FROM and GUIDE_HANDOFF_MAIL, or "
    "GUIDE_HANDOFF_WEBHOOK and GUIDE_HANDOFF_WEBHOOK_KEYS (docs/handoff.md)."
)


@click.group()
def handoff() -> None:
    """Handing a conversation to people.

    \b
    Example:
      guide handoff test
    """


@handoff.command("test")
def test_() -> None:
    """Send a test through each way by which the agency is told of requests.

    The exit code is 1 if one of them fails, or none is set up.

    \b
    Example:
      guide handoff test
    """
    from bot.handoff import telling
    from bot.handoff.courier import ways
    from bot.handoff.mail import CannotSend
    from bot.handoff.settings import HandoffSettings
    from bot.settings import SettingError

    try:
        senders = ways(HandoffSettings.load())
    except SettingError as error:
        stop(str(error))
    if not senders:
        stop(NOTHING_TELLS)
    now = datetime.now(UTC)
    failed = []
    for way, send in senders.items():
        try:
            asyncio.run(send(telling.sample(now), telling.TEST, f"test-{now:%Y%m%d%H%M%S}"))
            click.echo(f"{way}: sent.")
        except CannotSend as error:
            failed.append(way)
            click.echo(f"{way}: failed. {error}")
    if failed:
        stop(f"The agency is not told by {' and '.join(failed)}.")

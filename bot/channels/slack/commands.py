"""``guide slack``: making the app in Slack, and finding out why it does not work."""

from __future__ import annotations

import asyncio
import json
import sys

import click

from bot.records.commands import open_or_stop, stop


@click.group()
def slack() -> None:
    """The guide in Slack: make its app, and check what it needs.

    \b
    Example:
      guide slack check
    """


@slack.command()
@click.option("--agent", is_flag=True, help="For a workspace with Slack's agent view; else a plain direct message.")
@click.option("--scopes", "explain", is_flag=True, help="Print what each permission is for instead.")
def manifest(agent: bool, explain: bool) -> None:
    """Print the manifest that Slack makes the app from, for the address in GUIDE_PUBLIC_URL.

    Without that address it is one for Socket Mode, in which the guide connects to Slack.

    \b
    Example:
      guide slack manifest --agent > manifest.json
    """
    from bot.channels.slack.manifest import manifest as made
    from bot.channels.slack.manifest import scopes
    from bot.channels.slack.settings import SlackSettings
    from bot.settings import SettingError

    try:
        settings = SlackSettings.load()
    except SettingError as error:
        stop(str(error))
    if explain:
        click.echo("\n".join(f"{name}: {why}" for name, why in scopes(settings, agent).items()))
        return
    click.echo(json.dumps(made(settings, agent or settings.agent), indent=2))


@slack.command()
def check() -> None:
    """Try token, permissions, clock, signing secret and address, and say what is wrong.

    The exit code is 1 where something is.

    \b
    Example:
      guide slack check
    """
    from bot.channels.slack.checking import check as findings
    from bot.channels.slack.settings import SlackSettings
    from bot.records.place import state_folder
    from bot.settings import SettingError

    try:
        settings = SlackSettings.load()
    except SettingError as error:
        stop(str(error))
    records = open_or_stop()

    async def run() -> bool:
        good = True
        async for finding in findings(settings, records, state_folder()):
            click.echo(str(finding))
            good = good and finding.good is not False
        return good

    sys.exit(0 if asyncio.run(run()) else 1)

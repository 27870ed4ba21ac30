"""``guide agents``: who may sign in to the desk."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from bot.records.commands import open_or_stop, stop

if TYPE_CHECKING:  # loading it takes half a second, which no other command should wait for
    from bot.desk.managing import Managing


@click.group()
def agents() -> None:
    """Accounts of the agents who answer at the desk: add, list, change, disable.

    \b
    Example:
      guide agents list
    """


@agents.command()
@click.argument("login")
@click.option("--name", required=True, help="As visitors read it.")
@click.option("--licence", required=True, help="License number with its state, as visitors read it.")
@click.option("--email", help="For notices and for signing in; visitors never see it.")
@click.option("--role", type=click.Choice(["agent", "supervisor"]), default="agent", show_default=True)
@click.option("--totp", is_flag=True, help="Ask for the code of an authenticator app as well.")
def add(login: str, name: str, licence: str, email: str | None, role: str, totp: bool) -> None:
    """Make an account; the password is asked for, or read from standard input.

    \b
    Example:
      guide agents add dana --name "Dana Reyes" --licence "CA 0X12345" --email dana@agency.example --totp
    """
    with _managing() as managing:
        opened = managing.add(login, name, licence, _password(), email, role, totp)
    click.echo(f"{opened.account.name} may sign in at /desk as {opened.account.login} ({opened.account.role}).")
    _show_totp(opened.totp)


@agents.command("list")
def list_() -> None:
    """Print every account: login, role, name, license number, e-mail address.

    \b
    Example:
      guide agents list
    """
    with _managing() as managing:
        found = managing.all()
    for account in found:
        shown = [f"{account.login:12}", f"{account.role:10}", account.name, account.licence, account.email or ""]
        click.echo("  ".join([*shown, *([] if account.enabled else ["disabled"])]).rstrip())
    click.echo(f"{len(found)} account{'' if len(found) == 1 else 's'}.")


@agents.command()
@click.argument("login")
def disable(login: str) -> None:
    """Let somebody in no more; every browser is signed out at once.

    \b
    Example:
      guide agents disable dana
    """
    with _managing() as managing:
        managing.set_enabled(login, False)
    click.echo(f"{login} is disabled and signed out everywhere.")


@agents.command()
@click.argument("login")
def enable(login: str) -> None:
    """Let somebody in again.

    \b
    Example:
      guide agents enable dana
    """
    with _managing() as managing:
        managing.set_enabled(login, True)
    click.echo(f"{login} may sign in again.")


@agents.command()
@click.argument("login")
def password(login: str) -> None:
    """Give a new password; every browser is signed out at once.

    \b
    Example:
      guide agents password dana
    """
    with _managing() as managing:
        managing.set_password(login, _password())
    click.echo(f"{login} has a new password.")


@agents.command()
@click.argument("login")
@click.option("--off", is_flag=True, help="Ask for no code any more.")
def totp(login: str, off: bool) -> None:
    """Ask for the code of an authenticator app from now on; a new secret replaces the old one.

    \b
    Example:
      guide agents totp dana
    """
    with _managing() as managing:
        address = managing.set_totp(login, not off)
    click.echo(f"{login} signs in {'without' if off else 'with'} a code from now on.")
    _show_totp(address)


@contextmanager
def _managing() -> Iterator[Managing]:
    """The accounts; what cannot be done ends the command with a sentence."""
    from bot.agency import Agency
    from bot.desk.managing import AccountError, Managing
    from bot.records.engine import RecordsUnavailable

    try:
        yield Managing(open_or_stop(), f"{Agency.from_environment().name} desk")
    except (AccountError, RecordsUnavailable) as error:
        stop(str(error))


def _password() -> str:
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")


def _show_totp(address: str | None) -> None:
    if address:
        click.echo(f"Put this into the authenticator app now, it is not shown again:\n{address}")

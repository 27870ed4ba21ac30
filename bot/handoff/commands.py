"""``guide tickets``: what waits for an agent, and what must be kept."""

from __future__ import annotations

import datetime
import sys
from typing import TYPE_CHECKING

import click

from bot.handoff.keeping import keep_until
from bot.records.commands import open_or_stop

if TYPE_CHECKING:  # loading it takes half a second, which no other command should wait for
    from bot.records.ticket_store import TicketStore
    from bot.records.tickets import Ticket

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def tickets() -> None:
    """Requests for an agent: list them, hold one, release it.

    \b
    Example:
      guide tickets list
    """


@tickets.command("list")
def list_() -> None:
    """Print the requests that wait for an agent, the urgent first, and those that must be kept.

    \b
    Example:
      guide tickets list
    """
    store = _store()
    found = store.open_or_kept()
    for ticket in found:
        click.echo(_line(ticket, datetime.datetime.now(datetime.UTC).date()))
    click.echo(f"{len(found)} request{'' if len(found) == 1 else 's'}.")


@tickets.command()
@click.argument("reference")
@click.option("--reason", help="Why it must be kept, for your own file; visitors are not told.")
@click.option("--policy-ends", type=_DAY, help="Day on which the policy ends that the request led to (2027-03-01).")
def hold(reference: str, reason: str | None, policy_ends: datetime.datetime | None) -> None:
    """Let nothing erase a request: neither its visitor nor the end of retention.

    With --reason it is kept until it is released: for a dispute, say.  With --policy-ends it is kept for five years
    after that day, as 10 CCR 2190.2 asks of the records of a policy.

    \b
    Example:
      guide tickets hold K3RMQT --reason "dispute about the warehouse claim"
      guide tickets hold K3RMQT --policy-ends 2027-03-01
    """
    reason = " ".join((reason or "").split()) or None
    if not (reason or policy_ends):
        raise click.UsageError("Say why with --reason, or when the policy ends with --policy-ends.")
    until = keep_until(policy_ends.date()) if policy_ends else None
    store = _store()
    done = store.hold(reference.upper(), reason, until)
    if not done:
        _stop(reference)
    click.echo(f"{reference.upper()} is kept{f' until {until}' if until and not reason else ' until it is released'}.")


@tickets.command()
@click.argument("reference")
def release(reference: str) -> None:
    """Take every hold off a request.

    If its visitor has asked meanwhile to have it erased, it is erased at once; else retention counts again.

    \b
    Example:
      guide tickets release K3RMQT
    """
    from bot.records.files import Files
    from bot.records.place import state_folder

    store = _store()
    forgotten = store.release(reference.upper())
    Files(store.records, state_folder()).sweep()
    if forgotten is None:
        _stop(reference)
    elif forgotten.erased:
        click.echo(f"{reference.upper()} is erased: its visitor had asked for that.")
    else:
        click.echo(f"{reference.upper()} is released.")


@tickets.command("files")
@click.argument("reference")
def files_(reference: str) -> None:
    """Print the files that came with a request's conversation, each with a link that is good for a week.

    The link begins with the guide's own address, as https://guide.agency.example.  Whoever has it can open the file.

    \b
    Example:
      guide tickets files K3RMQT
    """
    from bot.edge.sessions import FileLinks, persistent_secret
    from bot.records.files import Files
    from bot.records.place import state_folder
    from bot.settings import Settings

    ticket = _store().get(reference.upper())
    if ticket is None:
        _stop(reference)
        return
    folder = state_folder()
    links = FileLinks(Settings.load().secret or persistent_secret(folder))
    found = Files(open_or_stop(), folder).of(ticket.conversation)
    for each in found:
        came = datetime.datetime.fromtimestamp(each.at, datetime.UTC)
        click.echo(f"{came:%Y-%m-%dT%H:%M}  {each.size // 1000 + 1:6} kB  {each.name}\n  {links.address(each.key)}")
    click.echo(f"{len(found)} file{'' if len(found) == 1 else 's'}.")


def _store() -> TicketStore:
    from bot.records.ticket_store import TicketStore

    return TicketStore(open_or_stop())


def _stop(reference: str) -> None:
    click.echo(f"There is no request {reference.upper()}.", err=True)
    sys.exit(1)


def _line(ticket: Ticket, today: datetime.date) -> str:
    kept = ""
    if ticket.is_kept(today):
        kept = f"  kept: {ticket.hold}" if ticket.hold else f"  kept until {ticket.keep_until}"
    summary = " ".join(ticket.summary.split())[:60]
    return f"{ticket.reference}  {ticket.created_at:.16}  {ticket.priority:6}  {ticket.reason:6}  {summary}{kept}"

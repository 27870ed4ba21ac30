"""Tickets for actions and commands, each call a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from bot.records.engine import Records
from bot.records.opening import shared
from bot.records.tickets import Tickets

P = ParamSpec("P")
T = TypeVar("T")


def _read(method: Callable[Concatenate[Tickets, P], T]) -> Callable[Concatenate[TicketStore, P], T]:
    """A method of ``Tickets`` that only reads, which no write holds up."""

    @wraps(method)
    def run(store: TicketStore, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return store.records.read_now(lambda connection: method(Tickets(connection), *args, **kwargs))

    return run


def _written(
    method: Callable[Concatenate[Tickets, P], T], erases: bool = False
) -> Callable[Concatenate[TicketStore, P], T]:
    """A method of ``Tickets`` that writes, as one transaction of its own; erases as ``Records.run_now`` says."""

    @wraps(method)
    def run(store: TicketStore, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return store.records.run_now(lambda connection: method(Tickets(connection), *args, **kwargs), erases=erases)

    return run


class TicketStore:
    """Tickets for actions and commands, which may wait; each call is a transaction and may raise RecordsUnavailable."""

    def __init__(self, records: Records | None = None) -> None:
        self.records = records or shared()

    open_of = _read(Tickets.open_of)
    get = _read(Tickets.get)
    open_or_kept = _read(Tickets.open_or_kept)
    open = _written(Tickets.open)
    hold = _written(Tickets.hold)
    release = _written(Tickets.release, erases=True)
    forget = _written(Tickets.forget, erases=True)
    forget_older_than = _written(Tickets.forget_older_than, erases=True)

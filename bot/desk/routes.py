"""The desk's addresses."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from starlette.routing import Route

from bot.agency import Agency
from bot.desk.answers import Answers
from bot.desk.guard import Guard
from bot.desk.live import Live
from bot.desk.reporting import Reporting
from bot.desk.signed_in import SignedIn
from bot.desk.tickets import Tickets
from bot.edge.pages import FOLDER, page_handler
from bot.handoff.service import Handoffs
from bot.records.engine import Records
from bot.settings import Settings

PAGE = "desk.html"


class Desk:
    """Where agents answer.

    Args:
        handoffs: asked for once the application runs, like ``records``.
    """

    def __init__(
        self, handoffs: Callable[[], Handoffs], records: Callable[[], Records], settings: Settings, agency: Agency
    ) -> None:
        self._handoffs = handoffs
        self._records = records
        guard = Guard(records)
        self._guard = guard
        self._person = SignedIn(guard, records, handoffs, lambda: self._live, agency, settings.proxies)
        self._tickets = Tickets(handoffs, agency)
        self._answers = Answers(records)
        self._reporting = Reporting(handoffs, records)
        self._heartbeat = settings.heartbeat

    @cached_property
    def _live(self) -> Live:
        return Live(self._handoffs().feed, self._records(), self._heartbeat)

    def routes(self) -> list[Route]:
        """Page, files and interface."""
        guard, person, tickets = self._guard, self._person, self._tickets
        return [
            Route("/desk", page_handler(PAGE)),
            *(Route(f"/desk/{name}", page_handler(name)) for name in files()),
            guard.opens("/desk/api/sign-in", person.sign_in),
            guard.changes("/desk/api/sign-out", person.sign_out),
            guard.reads("/desk/api/me", person.me),
            guard.changes("/desk/api/presence", person.present),
            guard.reads("/desk/api/stream", person.stream),
            guard.reads("/desk/api/tickets", tickets.list_),
            guard.reads("/desk/api/attention", tickets.attention),
            guard.reads("/desk/api/search", tickets.search),
            guard.reads("/desk/api/tickets/{reference}", tickets.one),
            guard.changes("/desk/api/tickets/{reference}/say", tickets.say),
            guard.changes("/desk/api/tickets/{reference}/{step}", tickets.take_step),
            guard.reads("/desk/api/knowledge", self._answers.search),
            guard.reads("/desk/api/canned", self._answers.list_),
            guard.changes("/desk/api/canned", self._answers.keep),
            guard.changes("/desk/api/canned/forget", self._answers.forget),
            guard.reads("/desk/api/report", self._reporting.report, supervisor=True),
            guard.reads("/desk/api/report.csv", self._reporting.csv, supervisor=True),
        ]

    def close(self) -> None:
        """End the streams."""
        if "_live" in self.__dict__:  # somebody has asked for one
            self._live.close()


def files() -> list[str]:
    """What the page loads."""
    return sorted(path.name for path in FOLDER.glob("desk*") if path.name != PAGE)

"""The desk's requests: lists, one of them, search, and everything an agent does to one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.responses import JSONResponse, Response

from bot.agency import Agency
from bot.desk import canned, shown
from bot.desk.guard import Asked
from bot.desk.knowledge import name_in
from bot.edge.intake import client_id_of
from bot.edge.limits import ChatError
from bot.handoff.lists import VIEWS
from bot.handoff.people import Agent
from bot.handoff.service import Handoffs
from bot.records.tickets import Ticket
from knowledge.base import KnowledgeUnavailable
from knowledge.live import in_service

LISTED, FOUND, ALERTED = 100, 50, 50  # rows
LONGEST_QUERY = 200  # characters

Step = Callable[[Handoffs, Asked, str], Awaitable[object]]


class Tickets:
    """Answers what the page asks of requests."""

    def __init__(self, handoffs: Callable[[], Handoffs], agency: Agency) -> None:
        self._handoffs = handoffs
        self._agency = agency

    async def list_(self, asked: Asked) -> Response:
        """The rows of a view, and how many each view has."""
        view, before = asked.text("view", 20, "waiting"), asked.number("before", 0)
        if view not in VIEWS:
            raise ChatError(400, "bad_view", f"A view is one of {', '.join(VIEWS)}.")
        rows = await self._handoffs().queue(asked.agent, view, LISTED, before or None)
        counts = await self._handoffs().counts(asked.agent)
        return JSONResponse({"rows": [shown.row(each) for each in rows], "counts": counts})

    async def attention(self, asked: Asked) -> Response:
        """Who waits, and in which of the agent's own conversations something is unread: what a browser alerts to."""
        waiting = await self._handoffs().queue(asked.agent, "waiting", ALERTED)
        own = await self._handoffs().queue(asked.agent, "mine", ALERTED)
        named = [{"reference": each.reference, "reason": each.reason, "priority": each.priority} for each in waiting]
        return JSONResponse({"waiting": named, "unread": {each.reference: each.unread for each in own if each.unread}})

    async def search(self, asked: Asked) -> Response:
        """The rows whose words match."""
        words = asked.text("q", LONGEST_QUERY)
        rows = await self._handoffs().search(asked.agent, words, FOUND) if words.strip() else []
        counts = await self._handoffs().counts(asked.agent)
        return JSONResponse({"rows": [shown.row(each) for each in rows], "counts": counts})

    async def one(self, asked: Asked) -> Response:
        """A request with its conversation after a number, and the draft that the agent has begun."""
        reference, handoffs = _reference(asked), self._handoffs()
        found = await handoffs.conversation(asked.agent, reference, int(asked.number("after", 0)))
        names = {each.agent.login: each.agent.name for each in await handoffs.present()}
        types, visitor = handoffs.visitor_types(reference), _visitor(found.ticket)
        whole = shown.conversation(found, asked.agent, names, types, visitor)
        return JSONResponse({**whole, "draft": await handoffs.draft(asked.agent, reference)})

    async def say(self, asked: Asked) -> Response:
        """Say something to the visitor; what stands in braces is filled in now, with what is known now."""
        reference, handoffs = _reference(asked), self._handoffs()
        ticket = await handoffs.ticket(asked.agent, reference)
        values = {
            "agent": asked.agent.name,
            "licence": asked.agent.licence,
            "agency": self._agency.name,
            "phone": self._agency.phone,
            "email": self._agency.email,
            "visitor": _visitor(ticket),
            "reference": reference,
        }
        try:
            text = canned.resolved(asked.text("text"), values)
        except canned.CannedError as error:
            raise ChatError(400, "unfilled", str(error)) from None
        entry = await handoffs.say(asked.agent, reference, text, client_id_of(asked.data))
        return JSONResponse(shown.message(entry))

    async def take_step(self, asked: Asked) -> Response:
        """What an agent does to a request, by the name in the address."""
        step = STEPS.get(asked.request.path_params["step"])
        if step is None:
            raise ChatError(404, "not_found", "There is nothing at this address.")
        done = await step(self._handoffs(), asked, _reference(asked))
        return JSONResponse({"done": shown.plain(done) if isinstance(done, str | int | float | None) else True})


def _reference(asked: Asked) -> str:
    return str(asked.request.path_params["reference"])


def _visitor(ticket: Ticket) -> str | None:
    """The visitor's name, where it was told."""
    try:
        return name_in(in_service(), ticket.facts)
    except KnowledgeUnavailable:
        return None


async def _note(handoffs: Handoffs, asked: Asked, reference: str) -> object:
    return await handoffs.note(asked.agent, reference, asked.text("text"), client_id_of(asked.data))


async def _call_back(handoffs: Handoffs, asked: Asked, reference: str) -> object:
    return await handoffs.call_back(asked.agent, reference, asked.number("due", 0) or None, asked.text("note", 500, ""))


def _plain(step: Callable[[Handoffs], Callable[[Agent, str], Awaitable[object]]]) -> Step:
    return lambda handoffs, asked, reference: step(handoffs)(asked.agent, reference)


STEPS: dict[str, Step] = {
    "claim": _plain(lambda handoffs: handoffs.claim_present),
    "release": _plain(lambda handoffs: handoffs.release),
    "wake": _plain(lambda handoffs: handoffs.wake),
    "give-back": _plain(lambda handoffs: handoffs.give_back),
    "reopen": _plain(lambda handoffs: handoffs.reopen),
    "note": _note,
    "call-back": _call_back,
    "transfer": lambda handoffs, asked, reference: handoffs.transfer(asked.agent, reference, asked.text("to", 40)),
    "snooze": lambda handoffs, asked, reference: handoffs.snooze(asked.agent, reference, asked.number("until")),
    "resolve": lambda handoffs, asked, reference: handoffs.resolve(asked.agent, reference, asked.text("outcome", 40)),
    "draft": lambda handoffs, asked, reference: handoffs.save_draft(asked.agent, reference, asked.text("text")),
    "read": lambda handoffs, asked, reference: handoffs.read(asked.agent, reference, int(asked.number("seq"))),
    "typing": lambda handoffs, asked, reference: handoffs.typing(asked.agent, reference, bool(asked.data.get("on"))),
}

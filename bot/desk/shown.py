"""What the desk's page gets: rows, conversations and figures of the handoff as plain data."""

from __future__ import annotations

from dataclasses import asdict, is_dataclass
from enum import Enum
from typing import Any

from bot.handoff.people import Agent, Present
from bot.handoff.service import Conversation, Row
from bot.records.transcript import Entry


def plain(value: Any) -> Any:
    """Dataclasses, states and what holds them as JSON has them."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each) for each in value]
    return value


def row(each: Row) -> dict[str, Any]:
    """A line of a list."""
    return dict(plain(each))


def person(each: Present) -> dict[str, Any]:
    """An agent as colleagues see them."""
    return {
        "login": each.agent.login,
        "name": each.agent.name,
        "availability": each.availability,
        "here": each.here,
        "load": each.load,
    }


def message(entry: Entry) -> dict[str, Any]:
    """A message of a conversation, as visitors' browsers get it."""
    return entry.event()


def conversation(
    found: Conversation, agent: Agent, names: dict[str, str], types: bool, visitor: str | None
) -> dict[str, Any]:
    """A request with everything that an agent sees of it.

    Args:
        names: of agents, by login.
        types: whether the visitor is writing now.
        visitor: their name, where it is known.
    """
    ticket = plain(found.ticket)
    own = ("transcript", "version", "turn", "erase_asked", "hold", "keep_until", "conversation")
    return {
        "ticket": {name: value for name, value in ticket.items() if name not in own},
        "owner_name": found.owner_name,
        "visitor": visitor,
        "mine": found.ticket.owner == agent.login,
        "before": plain(found.before),
        "messages": [message(entry) for entry in found.messages],
        "notes": plain(found.notes),
        "events": [{**plain(event), "name": names.get(event.who, event.who)} for event in found.events],
        "typing": types,
    }

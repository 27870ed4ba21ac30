"""What makes a good turn, whatever it is about: checked on every turn of every conversation here."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from actions.answer import Status
from bot.ask import Guide
from bot.handoff import tickets
from bot.handoff.tickets import TicketStore

NOTICE = "I am an automated assistant, not a person."
VERDICTS = ("yes", "no", "depends")

Result = dict[str, Any]


def sound(results: list[Result]) -> list[str]:
    """What is wrong with a conversation that would be wrong with any; empty when it is fine."""
    wrong = []
    for number, result in enumerate(results, 1):
        said, status = result["answer"], result["status"]
        if (NOTICE in said) != (number == 1):
            wrong.append(f"turn {number}: the automated-assistant notice belongs to the first answer alone")
        if not said.strip():
            wrong.append(f"turn {number}: silence")
        if status not in {each.value for each in Status}:
            wrong.append(f"turn {number}: no such status: {status}")
        if status == "answered" and not result["sources"]:
            wrong.append(f"turn {number}: an answer without a source")
        if result["verdict"] and status != "answered":
            wrong.append(f"turn {number}: {status}, and yet the verdict {result['verdict']}")
        if result["verdict"] not in (None, *VERDICTS):
            wrong.append(f"turn {number}: no such verdict: {result['verdict']}")
    return wrong


@pytest.fixture(scope="session")
def soundness() -> Callable[[list[Result]], list[str]]:
    """``sound``, for tests in other modules."""
    return sound


@pytest.fixture(scope="session")
def form_of(guide: Guide) -> Callable[[str], Awaitable[dict[str, Any]]]:
    """The form of a conversation as its slot keeps it; empty without one."""

    async def kept(conversation: str) -> dict[str, Any]:
        tracker = await guide.agent.tracker_store.retrieve(conversation)
        return dict(tracker.get_slot("form") or {}) if tracker else {}

    return kept


@pytest.fixture(scope="session")
def sent_of(guide: Guide) -> Callable[[str], dict[str, str] | None]:
    """The facts that an agent has of a conversation, by label; None where nobody was asked to take over."""

    def sent(conversation: str) -> dict[str, str] | None:
        TicketStore().close()  # makes the table
        assert tickets._in_memory is not None  # see the guide fixture
        rows = tickets._in_memory.table("ticket").rows_where("conversation = ?", [conversation])
        return next((json.loads(row["facts"] or "{}") for row in rows), None)

    return sent

"""Agents, and requests as the guide's turns make them."""

from __future__ import annotations

import asyncio
import random
import time
from typing import Any

from sqlalchemy import insert, update

from bot.handoff.people import Agent
from bot.records import transcript
from bot.records.engine import Records
from bot.records.journal import Journal
from bot.records.tables import agent, ticket
from bot.records.tickets import Asked, Ticket, Tickets

DANA = Agent("dana", "Dana Reyes", "CA 0X12345")
SAM = Agent("sam", "Sam Ortiz", "CA 0Y54321")
BOSS = Agent("lee", "Lee Park", "CA 0Z00001", "supervisor")


def hire(records: Records, who: Agent) -> None:
    now = time.time()
    row = {**who.__dict__, "password": "", "enabled": True, "created": now, "availability": "available", "seen": now}
    records.run_now(lambda db: db.execute(insert(agent).values(**row)))


def requested(records: Records, conversation: str = "web:1", live: bool = True, words: str = "help me") -> str:
    """The reference of a request, as the guide's turn makes it, once its answer is stored."""

    async def turn() -> str:
        diary = Journal(records)
        asking = f"ask-{random.random()}"
        await diary.accept(conversation, "web", asking, words)
        asked = Asked(live=live, turn=asking)
        opened = records.run_now(lambda db: Tickets(db).open(conversation, "asked", "normal", words, [], asked=asked))
        await diary.answered(conversation, asking, [{"from": "bot", "text": "An agent is there."}])
        return opened.reference

    return asyncio.run(turn())


async def request(records: Records, conversation: str = "web:1", live: bool = True, words: str = "help me") -> str:
    return await asyncio.to_thread(requested, records, conversation, live, words)


def at(records: Records, reference: str, **values: Any) -> None:
    records.run_now(lambda db: db.execute(update(ticket).where(ticket.c.reference == reference).values(**values)))


def found(records: Records, reference: str) -> Ticket:
    return records.read_now(lambda db: Tickets(db).expect(reference))


def said(records: Records, conversation: str = "web:1") -> list[str]:
    return [str(each.body["text"]) for each in records.read_now(lambda db: transcript.since(db, conversation))]

"""The trained guide hands a conversation to a person, and goes on where it was when the person has left."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import insert

from bot.ask import Guide
from bot.edge.agent import GuideAgent
from bot.edge.turns import Turn
from bot.handoff.people import Agent
from bot.handoff.service import Handoffs
from bot.handoff.settings import HandoffSettings
from bot.handoff.watch import watch
from bot.records import opening
from bot.records.journal import Journal
from bot.records.opening import close_shared, shared
from bot.records.states import State
from bot.records.tables import agent as table
from bot.training import MODEL

PROJECT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.model
DANA = Agent("dana", "Dana Reyes", "CA 0X12345")


class Chat:
    """A visitor's chat, as the edge serves it."""

    def __init__(self, agent: GuideAgent, name: str = "web:1") -> None:
        self.agent, self.name, self.said = agent, name, 0
        self.journal = Journal(shared())
        self.handoffs = Handoffs(shared(), HandoffSettings())

    async def say(self, text: str) -> str:
        """What the guide answers; empty where a person has the conversation."""
        return "\n".join(str(message.get("text")) for message in await self.hear(text))

    async def hear(self, text: str) -> list[dict[str, Any]]:
        """The guide's messages; none where a person has the conversation."""
        self.said += 1
        client_id = f"m-{self.said}"
        if (await self.journal.accept(self.name, "web", client_id, text)).ticket:
            return []
        messages = await self.agent.handle(Turn(self.name, client_id, text))
        await self.journal.answered(self.name, client_id, messages)
        return list(messages)

    async def back(self) -> str:
        """What the guide says when people have left."""
        (owed,) = await self.journal.owed_returns(self.name)
        messages = await self.agent.come_back(self.name) or []
        await self.journal.answered(self.name, owed.client_id, messages)
        return "\n".join(str(message.get("text")) for message in messages)


@pytest_asyncio.fixture
async def agent(guide: Guide, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[GuideAgent]:
    monkeypatch.setattr(opening, "_in_memory", None)
    monkeypatch.setenv("GUIDE_STATE", str(tmp_path))
    monkeypatch.setenv("GUIDE_AGENCY_PHONE", "202-555-0142")
    agent = await GuideAgent.load(PROJECT / MODEL, endpoints=PROJECT / "endpoints.yml")
    yield agent
    agent.close()
    close_shared()


@pytest.fixture
def dana(agent: GuideAgent) -> Agent:
    now = time.time()
    row = {**DANA.__dict__, "password": "", "enabled": True, "created": now, "availability": "available", "seen": now}
    shared().run_now(lambda db: db.execute(insert(table).values(**row)))
    return DANA


async def test_the_agent_gets_all_that_the_conversation_has_brought(agent: GuideAgent, dana: Agent) -> None:
    chat = Chat(agent)
    await chat.say("We run a call center with 40 employees in Nevada. Does GL cover call center mistakes?")
    said = await chat.say("I want to talk to a person")
    assert "An agent is there and joins you in this chat." in said and "write your name and number" not in said
    (row,) = await chat.handoffs.queue(dana)
    ticket = await chat.handoffs.ticket(dana, row.reference)
    assert (ticket.state, ticket.reason, ticket.channel) == (State.QUEUED, "asked", "web")
    assert ticket.turn == "m-2" and row.reference in said
    assert (
        ticket.brief["given"] and "professional_liability" in ticket.policies
    ) or "general_liability" in ticket.policies
    assert await chat.say("hello? is the whole premium due at once?") == ""
    talk = await chat.handoffs.conversation(dana, row.reference)
    assert talk.messages[-1].body["text"] == "hello? is the whole premium due at once?"


async def test_in_the_middle_of_a_form_the_form_is_still_there_afterwards(agent: GuideAgent, dana: Agent) -> None:
    chat = Chat(agent)
    asked = await chat.say("I want a quote for my bakery in Reno")
    await chat.say("can I talk to a person first?")
    (row,) = await chat.handoffs.queue(dana)
    await chat.handoffs.claim(dana, row.reference)
    await chat.handoffs.say(dana, row.reference, "Yes: what is it?", "1")
    assert await chat.say("never mind, how many people work in a bakery usually? 12?") == ""
    await chat.handoffs.give_back(dana, row.reference)
    back = await chat.back()
    assert back.startswith("You are talking with me, the guide, again. What Dana Reyes wrote stays above;")
    question = asked.splitlines()[-1].strip() or asked
    assert question.split("?")[0][-20:] in back or "?" in back
    assert "12" not in back  # what was said to the person is none of the form's
    after = await chat.say("skip")
    assert "An agent is there" not in after and after


@pytest.mark.parametrize("form", ["I want a quote for my bakery in Reno", "What insurance do I need?"])
@pytest.mark.parametrize("asked", ["I want to talk to a real person please", "help, our office is on fire right now"])
async def test_once_a_person_has_it_no_question_of_a_form_follows(
    agent: GuideAgent, dana: Agent, form: str, asked: str
) -> None:
    chat = Chat(agent)
    assert "?" in await chat.say(form)
    messages = await chat.hear(asked)
    said = "\n".join(str(message.get("text")) for message in messages)
    assert "An agent is there and joins you in this chat." in said
    assert "Once more" not in said and not any(message.get("buttons") for message in messages)
    assert [message["answer"]["intent"] for message in messages if message.get("answer")] == [
        "report_claim" if "fire" in asked else "talk_to_agent"
    ]
    assert len(await chat.handoffs.queue(dana)) == 1


async def test_without_anybody_there_the_form_goes_on(agent: GuideAgent) -> None:
    chat = Chat(agent)
    await chat.say("I want a quote for my bakery in Reno")
    messages = await chat.hear("I want to talk to a real person please")
    assert "Nobody is at the desk just now" in str(messages[0]["text"])
    assert "?" in str(messages[-1]["text"]) and len(messages) > 1


async def test_nobody_came_so_the_guide_takes_the_number_with_consent(agent: GuideAgent, dana: Agent) -> None:
    chat = Chat(agent)
    await chat.say("a human please")
    (row,) = await chat.handoffs.queue(dana)
    await watch(chat.handoffs, time.time() + 3600)
    back = await chat.back()
    assert back.startswith("I am sorry: nobody could join you in time.") and "call 202-555-0142" in back
    await chat.say("call Dee at 202-555-0199")
    ticket = await chat.handoffs.ticket(dana, row.reference)
    assert ticket.state is State.CALLBACK and ticket.consent["number"] == "(202) 555-0199"


async def test_without_anybody_there_it_is_said_and_the_guide_goes_on(agent: GuideAgent) -> None:
    chat = Chat(agent)
    said = await chat.say("a human please")
    assert "Nobody is at the desk just now" in said and "Nobody is told at once; please call if it is urgent." in said
    assert "call 202-555-0142" in said and "write your name and number" in said
    assert "cyber" in (await chat.say("What is cyber insurance?")).lower()


async def test_an_incident_says_first_that_the_chat_is_no_notice(agent: GuideAgent, dana: Agent) -> None:
    chat = Chat(agent)
    said = await chat.say("help, our office is on fire right now")
    assert "This chat is not notice to your insurer." in said and said.count("not notice to your insurer") == 1
    (row,) = await chat.handoffs.queue(dana)
    assert (row.reason, row.priority) == ("claim", "urgent")


async def test_a_second_request_after_the_return_is_a_second_ticket(agent: GuideAgent, dana: Agent) -> None:
    chat = Chat(agent)
    await chat.say("a human please")
    (first,) = await chat.handoffs.queue(dana)
    await chat.handoffs.claim(dana, first.reference)
    await chat.handoffs.resolve(dana, first.reference, "answered")
    await chat.back()
    assert await chat.say("thank you")
    assert await chat.handoffs.queue(dana) == []
    await chat.say("a human again please")
    (second,) = await chat.handoffs.queue(dana)
    assert second.reference != first.reference

"""A person takes over in the chat: the guide is silent at once, and every word has its place."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import aiohttp
import pytest_asyncio
from serving import Server, Start
from sqlalchemy import insert, update
from visiting import Visitor, code

from bot.handoff.people import Agent
from bot.handoff.service import Handoffs
from bot.handoff.watch import watch
from bot.records.tables import agent, ticket

DANA = Agent("dana", "Dana Reyes", "CA 0X12345")


def hire(server: Server, who: Agent = DANA, **values: Any) -> None:
    now = time.time()
    row = {**who.__dict__, "password": "", "enabled": True, "created": now, "availability": "available", "seen": now}
    server.edge.stores.records.run_now(lambda db: db.execute(insert(agent).values(**{**row, **values})))


@pytest_asyncio.fixture
async def visitor(server: Server, http: aiohttp.ClientSession) -> Visitor:
    hire(server)
    visitor = Visitor(server, http)
    await visitor.join()
    return visitor


async def asked(visitor: Visitor) -> str:
    """The reference of the visitor's request, once it is in the queue."""
    await visitor.send("a person please", id="ask")
    said = (await visitor.hear(1))[0]["text"]
    assert "An agent is there" in said
    return str(said.split()[0])


def desk(server: Server) -> Handoffs:
    return server.edge.handoffs


async def said(server: Server, reference: str) -> list[tuple[str, str]]:
    found = await desk(server).conversation(DANA, reference)
    return [(each.body["from"], each.body["text"]) for each in found.messages[1:]]


async def test_the_guide_is_silent_from_the_request_on(server: Server, visitor: Visitor) -> None:
    reference = await asked(visitor)
    for number in range(5):
        await visitor.send(f"are you there {number}?")
    assert [turn.text for turn in server.agent.got] == ["a person please"]
    assert [text for sender, text in await said(server, reference) if sender == "visitor"][1:] == [
        f"are you there {number}?" for number in range(5)
    ]
    assert (await desk(server).queue(DANA))[0].unread == 5


async def test_what_was_accepted_before_a_person_came_is_not_answered_by_the_guide(
    server: Server, visitor: Visitor
) -> None:
    server.agent.free.clear()
    await visitor.send("a person please", id="ask")
    await asyncio.gather(*(visitor.send(f"more {n}") for n in range(5)))  # accepted while the request is answered
    server.agent.free.set()
    reference = str((await visitor.hear(1))[0]["text"].split()[0])
    await visitor.send("last")
    await desk(server).claim(DANA, reference)
    await desk(server).say(DANA, reference, "Hello, this is Dana.", "1")
    assert server.agent.got[-1].text == "a person please"  # and nothing of what came after it
    heard = [text for sender, text in await said(server, reference) if sender == "visitor"]
    assert sorted(heard) == sorted(["a person please", *(f"more {n}" for n in range(5)), "last"])


async def test_an_agent_is_heard_by_name_and_licence(server: Server, visitor: Visitor) -> None:
    reference = await asked(visitor)
    await desk(server).claim(DANA, reference)
    for _ in range(2):
        await desk(server).say(DANA, reference, "Good morning.", "1")  # a retry
    joined, first = await visitor.hear(2, after=3)
    assert (joined["from"], joined["text"]) == ("system", "Dana Reyes, license CA 0X12345 joined.")
    assert (first["from"], first["name"], first["licence"]) == ("agent", "Dana Reyes", "CA 0X12345")
    assert "dana" not in first.get("id", "")
    assert [text for sender, text in await said(server, reference) if sender == "agent"] == ["Good morning."]


async def test_the_visitor_sees_the_place_in_the_queue_and_then_who_came(server: Server, visitor: Visitor) -> None:
    reference = await asked(visitor)
    async with visitor.stream(after=3) as events:
        async for event in events:
            if event["event"] == "people":
                assert (event["data"]["state"], event["data"]["position"]) == ("waiting", 1)
                assert "I cannot say how long it takes" in event["data"]["expect"]
                break
        await desk(server).claim(DANA, reference)
        async for event in events:
            if event["event"] == "people":
                assert event["data"]["agent"] == {"name": "Dana Reyes", "licence": "CA 0X12345"}
                break


async def test_back_to_the_guide_it_says_so_and_answers(server: Server, visitor: Visitor) -> None:
    await asked(visitor)
    headers = {"Authorization": f"Bearer {visitor.token}"}
    assert (await visitor.post("/chat/leave", {}, **headers))[1] == {"left": True}
    assert (await visitor.post("/chat/leave", {}, **headers))[1] == {"left": False}
    left, back = await visitor.hear(2, after=3)
    assert (left["from"], back["from"], back["text"]) == ("system", "bot", "the guide is back")
    await visitor.send("hello")
    assert (await visitor.hear(1, after=back["seq"]))[0]["text"] == "echo: hello"


async def test_another_process_gives_back_and_this_one_says_so(server: Server, visitor: Visitor) -> None:
    reference = await asked(visitor)
    other = Handoffs(server.edge.stores.records)  # its feed tells nobody here
    await other.claim(DANA, reference)
    await other.say(DANA, reference, "Over to the guide.", "1")
    await other.give_back(DANA, reference)
    heard = await visitor.hear(4, after=3)
    assert [each["from"] for each in heard] == ["system", "agent", "system", "bot"]


async def test_the_guide_comes_back_after_a_restart(start: Start, http: aiohttp.ClientSession) -> None:
    server = await start()
    hire(server)
    visitor = Visitor(server, http)
    await visitor.join()
    reference = await asked(visitor)
    again = await start()  # on the same state folder
    await again.edge.handoffs.claim(DANA, reference)
    await again.edge.handoffs.resolve(DANA, reference, "answered")
    visitor.server = again
    heard = await visitor.hear(3, after=3)
    assert [each["from"] for each in heard] == ["system", "system", "bot"]


async def test_nobody_is_there_so_the_guide_stays(server: Server, http: aiohttp.ClientSession) -> None:
    visitor = Visitor(server, http)
    await visitor.join()
    await visitor.send("a person please", id="ask")
    assert "Nobody is at the desk just now" in (await visitor.hear(1))[0]["text"]
    await visitor.send("hello")
    assert (await visitor.hear(1, after=4))[0]["text"] == "echo: hello"


async def test_a_request_that_nobody_takes_becomes_a_callback_and_is_told(server: Server, visitor: Visitor) -> None:
    reference = await asked(visitor)
    records = server.edge.stores.records
    long_ago = update(ticket).where(ticket.c.reference == reference).values(waiting_since=time.time() - 600)
    records.run_now(lambda db: db.execute(long_ago))
    await watch(desk(server))
    assert (await visitor.hear(1, after=3))[0]["text"] == "the guide is back"
    assert (await desk(server).ticket(DANA, reference)).status == "callback"
    await visitor.send("hello")
    assert (await visitor.hear(1, after=5))[0]["text"] == "echo: hello"


async def test_an_agent_who_is_gone_leaves_nobody_waiting(server: Server, visitor: Visitor) -> None:
    reference = await asked(visitor)
    await desk(server).claim(DANA, reference)
    records = server.edge.stores.records
    records.run_now(lambda db: db.execute(update(agent).values(seen=time.time() - 3600)))
    await watch(desk(server))
    found = await desk(server).ticket(DANA, reference)
    assert (found.status, found.owner) == ("queued", None)
    assert (await visitor.hear(2, after=3))[1]["text"].startswith("Dana Reyes had to leave.")


async def test_a_conversation_is_rated_once(server: Server, visitor: Visitor) -> None:
    headers = {"Authorization": f"Bearer {visitor.token}"}
    assert code(await visitor.post("/chat/rating", {"rating": 5}, **headers)) == (404, "nothing_to_rate")
    reference = await asked(visitor)
    await desk(server).claim(DANA, reference)
    await desk(server).say(DANA, reference, "Done.", "1")
    await desk(server).resolve(DANA, reference, "answered")
    assert code(await visitor.post("/chat/rating", {"rating": 9}, **headers)) == (400, "bad_rating")
    assert code(await visitor.post("/chat/rating", {"rating": "5"}, **headers)) == (400, "bad_rating")
    assert (await visitor.post("/chat/rating", {"rating": 4, "reason": "quick"}, **headers))[0] == 200
    assert code(await visitor.post("/chat/rating", {"rating": 1}, **headers)) == (404, "nothing_to_rate")
    assert (await desk(server).ticket(DANA, reference)).rating == 4


async def test_writing_and_reading_are_seen_on_both_sides(server: Server, visitor: Visitor) -> None:
    reference = await asked(visitor)
    await desk(server).claim(DANA, reference)
    headers = {"Authorization": f"Bearer {visitor.token}"}
    await visitor.post("/chat/typing", {"on": True}, **headers)
    assert desk(server).visitor_types(reference)
    await visitor.post("/chat/typing", {"on": False}, **headers)
    assert not desk(server).visitor_types(reference)
    await visitor.post("/chat/seen", {"got": 3, "read": 99}, **headers)
    found = await desk(server).ticket(DANA, reference)
    assert (found.visitor_got, found.visitor_read) == (3, 4)  # no more than there is
    async with visitor.stream(after=4) as events:
        await desk(server).typing(DANA, reference, True)
        async for event in events:
            if event["event"] == "typing":
                assert event["data"] == {"on": True}
                break


async def test_a_second_request_after_the_first_is_served_as_well(server: Server, visitor: Visitor) -> None:
    first = await asked(visitor)
    await desk(server).claim(DANA, first)
    await desk(server).resolve(DANA, first, "answered")
    heard = await visitor.hear(3, after=3)
    await visitor.send("a person please", id="again")
    second = (await visitor.hear(1, after=heard[-1]["seq"]))[0]["text"].split()[0]
    assert second != first
    assert [row.reference for row in await desk(server).queue(DANA)] == [second]


async def test_a_visitor_who_begins_anew_is_not_waited_for(server: Server, visitor: Visitor) -> None:
    reference = await asked(visitor)
    headers = {"Authorization": f"Bearer {visitor.token}"}
    assert (await visitor.post("/chat/leave", {"for_good": True}, **headers))[1] == {"left": True}
    assert (await desk(server).ticket(DANA, reference)).status == "abandoned"

"""What agents do at the desk, by its interface: lists, claims, words, notes, steps, live changes, ready answers."""

from __future__ import annotations

import asyncio
import csv
import io
import time

import aiohttp
from desking import AtDesk, ask_for_agent, code, references
from serving import Server, Start

from bot.records.feedback import Feedback, Opinion


async def test_the_queue_shows_why_and_how_long_and_the_urgent_first(
    server: Server, http: aiohttp.ClientSession
) -> None:
    first = ask_for_agent(server, "1", "an agent, please").reference
    urgent = ask_for_agent(server, "2", "we were hacked", reason="claim", priority="urgent", topic="Cyber").reference
    dana = AtDesk(server, http, "dana")
    _, body = await dana.get("tickets")
    assert references(body["rows"]) == [urgent, first]
    row = body["rows"][0]
    assert (row["reason"], row["priority"], row["topic"]) == ("claim", "urgent", "Cyber")
    assert row["waited"] >= 0 and "transcript" not in row
    assert body["counts"]["waiting"] == 2
    _, attention = await dana.get("attention")
    assert references(attention["waiting"]) == [urgent, first]


async def test_of_agents_who_claim_at_once_one_wins_and_the_others_read_who(
    server: Server, http: aiohttp.ClientSession
) -> None:
    for number in range(10):
        reference = ask_for_agent(server, str(number), "hello").reference
        agents = [AtDesk(server, http, login) for login in ("dana", "lee", "sam")]
        replies = await asyncio.gather(*(each.post(f"tickets/{reference}/claim") for each in agents))
        won = [each for each, (status, _) in zip(agents, replies, strict=True) if status == 200]
        lost = [body["error"] for status, body in replies if status == 409]
        assert len(won) == 1 and len(lost) == 2
        _, me = await won[0].get("me")
        assert {each["code"] for each in lost} == {"taken"}
        assert all(me["name"] in each["message"] for each in lost)


async def test_a_message_sent_twice_is_there_once_with_its_braces_filled(
    server: Server, http: aiohttp.ClientSession
) -> None:
    reference = ask_for_agent(server, "1", "hello", facts={"Name": "Priya"}).reference
    dana = AtDesk(server, http, "dana")
    await dana.post(f"tickets/{reference}/claim")
    replies = await asyncio.gather(*(dana.say(reference, "Hello {visitor}, I am {agent}.", "one") for _ in range(5)))
    assert {status for status, _ in replies} == {200}
    assert {body["seq"] for _, body in replies} == {replies[0][1]["seq"]}
    _, found = await dana.get(f"tickets/{reference}")
    assert [each["text"] for each in found["messages"] if each["from"] == "agent"] == ["Hello Priya, I am Dana Reyes."]
    assert (found["visitor"], found["mine"], found["owner_name"]) == ("Priya", True, "Dana Reyes")


async def test_only_what_came_since_is_sent_again(server: Server, http: aiohttp.ClientSession) -> None:
    reference = ask_for_agent(server, "1", "one", "two", "three").reference
    dana = AtDesk(server, http, "dana")
    _, found = await dana.get(f"tickets/{reference}", after=2)
    assert [each["text"] for each in found["messages"]] == ["three"]


async def test_a_note_is_for_agents_and_no_exit_to_visitors_has_it(server: Server, http: aiohttp.ClientSession) -> None:
    reference = ask_for_agent(server, "1", "hello").reference
    dana = AtDesk(server, http, "dana")
    await dana.post(f"tickets/{reference}/claim")
    for _ in range(2):
        await dana.post(f"tickets/{reference}/note", {"id": "n1", "text": "a difficult giraffe"})
    _, found = await dana.get(f"tickets/{reference}")
    assert [(note["name"], note["text"]) for note in found["notes"]] == [("Dana Reyes", "a difficult giraffe")]
    assert "giraffe" not in str(found["messages"])
    said = await server.edge.stores.transcript.since("1")
    assert "giraffe" not in str([entry.event() for entry in said])
    assert "giraffe" not in str(await AtDesk(server, http, "sam").get("report.csv"))


async def test_a_draft_is_each_agents_and_each_requests_own(server: Server, http: aiohttp.ClientSession) -> None:
    one, other = (ask_for_agent(server, session, "hello").reference for session in ("1", "2"))
    dana, sam = AtDesk(server, http, "dana"), AtDesk(server, http, "sam")
    await dana.post(f"tickets/{one}/draft", {"text": "Dear zebra"})
    assert (await dana.get(f"tickets/{one}"))[1]["draft"] == "Dear zebra"
    assert (await dana.get(f"tickets/{other}"))[1]["draft"] == ""
    assert (await sam.get(f"tickets/{one}"))[1]["draft"] == ""
    await dana.post(f"tickets/{one}/draft", {"text": ""})
    assert (await dana.get(f"tickets/{one}"))[1]["draft"] == ""


async def test_every_step_from_claim_to_reopening(server: Server, http: aiohttp.ClientSession) -> None:
    reference = ask_for_agent(server, "1", "hello").reference
    dana, sam = AtDesk(server, http, "dana"), AtDesk(server, http, "sam")
    own = f"tickets/{reference}"

    async def state() -> tuple[str, str | None]:
        ticket = (await sam.get(own))[1]["ticket"]
        return ticket["status"], ticket["owner"]

    for agent, step, body, expected in (
        (dana, "claim", {}, ("assigned", "dana")),
        (dana, "snooze", {"until": time.time() + 3600}, ("snoozed", "dana")),
        (dana, "wake", {}, ("active", "dana")),
        (dana, "transfer", {"to": "sam"}, ("assigned", "sam")),
        (sam, "release", {}, ("queued", None)),
        (sam, "claim", {}, ("assigned", "sam")),
        (sam, "call-back", {"due": time.time() + 7200, "note": "after lunch"}, None),
        (sam, "resolve", {"outcome": "called_back"}, ("resolved", None)),
        (sam, "reopen", {}, None),
    ):
        status, reply = await agent.post(f"{own}/{step}", body)
        assert status == 200, (step, reply)
        assert expected in (None, await state()), step
    _, found = await sam.get(own)
    assert [event["what"] for event in found["events"]][-2:] != []
    assert found["ticket"]["status"] in ("queued", "callback")


async def test_a_step_that_makes_no_sense_is_refused_with_the_reason(
    server: Server, http: aiohttp.ClientSession
) -> None:
    reference = ask_for_agent(server, "1", "hello").reference
    dana = AtDesk(server, http, "dana")
    assert code(await dana.say(reference, "not mine yet")) == (409, "taken")
    assert code(await dana.post(f"tickets/{reference}/reopen")) == (409, "not_now")
    assert code(await dana.post(f"tickets/{reference}/wake"))[0] == 409


async def test_callbacks_are_listed_by_their_time(server: Server, http: aiohttp.ClientSession) -> None:
    dana = AtDesk(server, http, "dana")
    later, sooner = (ask_for_agent(server, session, "call me", live=False).reference for session in ("1", "2"))
    for reference, hours in ((later, 5), (sooner, 1)):
        await dana.post(f"tickets/{reference}/claim")
        assert (await dana.post(f"tickets/{reference}/call-back", {"due": time.time() + 3600 * hours}))[0] == 200
    _, body = await dana.get("tickets", view="callbacks")
    assert references(body["rows"])[:2] == [sooner, later]


async def test_presence_is_what_the_agent_chose(server: Server, http: aiohttp.ClientSession) -> None:
    dana, lee = AtDesk(server, http, "dana"), AtDesk(server, http, "lee")
    for chosen in ("available", "away", "off"):
        await dana.post("presence", {"availability": chosen})
        people = {each["login"]: each for each in (await lee.get("me"))[1]["people"]}
        assert people["dana"]["availability"] == chosen
        assert people["dana"]["here"] and "email" not in people["dana"]


async def test_who_claims_something_is_not_off_duty_any_more(server: Server, http: aiohttp.ClientSession) -> None:
    dana = AtDesk(server, http, "dana")
    await dana.post("presence", {"availability": "off"})
    reference = ask_for_agent(server, "1", "hello").reference
    await dana.post(f"tickets/{reference}/claim")
    people = {each["login"]: each["availability"] for each in (await dana.get("me"))[1]["people"]}
    assert people["dana"] == "away"


async def test_a_stream_tells_of_changes_and_goes_on_where_it_broke(
    server: Server, http: aiohttp.ClientSession
) -> None:
    dana = AtDesk(server, http, "dana")
    reference = ask_for_agent(server, "1", "hello").reference

    async def told(events, wanted: str) -> str:  # type: ignore[no-untyped-def]
        async for event in events:
            if event["event"] == "changed" and wanted in event["data"]["references"]:
                return str(event["id"])
        raise AssertionError("the stream ended")

    async with dana.stream() as events:
        await anext(events)
        await dana.post(f"tickets/{reference}/claim")
        last = await told(events, reference)
    await dana.say(reference, "while the line was down")
    async with dana.stream(last) as events:
        assert await told(events, reference) != last


async def test_after_a_restart_everything_is_looked_at_again(
    start: Start, server: Server, http: aiohttp.ClientSession
) -> None:
    dana = AtDesk(server, http, "dana")
    async with dana.stream() as events:
        last = (await anext(events))["id"]
    dana.server = await start()
    for known in (last, "nonsense", "deadbeef-7", f"{last.partition('-')[0]}-99999"):
        async with dana.stream(known) as events:
            event = await anext(events)
            assert event["event"] == "changed" and event["data"]["all"]


async def test_a_stream_does_not_name_another_agents_request(server: Server, http: aiohttp.ClientSession) -> None:
    dana, lee = AtDesk(server, http, "dana"), AtDesk(server, http, "lee")
    reference = ask_for_agent(server, "1", "hello").reference
    await dana.post(f"tickets/{reference}/claim")
    async with lee.stream() as events:
        await anext(events)
        await dana.say(reference, "a secret")
        async for event in events:
            if event["event"] == "changed":
                assert reference not in event["data"]["references"]
                if event["data"]["all"]:
                    break


async def test_an_open_stream_ends_when_its_agent_is_signed_out(server: Server, http: aiohttp.ClientSession) -> None:
    from bot.desk import accounts

    dana = AtDesk(server, http, "dana")
    async with dana.stream() as events:
        await anext(events)
        server.edge.stores.records.run_now(lambda connection: accounts.set_enabled(connection, "dana", False))
        last = [event async for event in events][-1]
    assert last["event"] == "signed_out"


async def test_ready_answers_are_kept_for_everybody(server: Server, http: aiohttp.ClientSession) -> None:
    dana, lee = AtDesk(server, http, "dana"), AtDesk(server, http, "lee")
    await dana.post("canned", {"name": "Hello", "text": "Hello {visitor|there}."})
    _, body = await lee.get("canned")
    assert body["canned"] == [{"name": "Hello", "text": "Hello {visitor|there}."}]
    assert code(await lee.post("canned", {"name": "x", "text": "{secret}"})) == (400, "bad_canned")
    await lee.post("canned/forget", {"name": "Hello"})
    assert (await dana.get("canned"))[1]["canned"] == []


async def test_the_knowledge_base_is_searched_and_cited(server: Server, http: aiohttp.ClientSession) -> None:
    dana = AtDesk(server, http, "dana")
    _, body = await dana.get("knowledge", q="what is a retroactive date")
    passage = body["passages"][0]
    assert passage["name"] == "Retroactive date" and passage["text"] and passage["cited"]
    assert (await dana.get("knowledge", q='"; drop table entry; --'))[0] == 200
    assert (await dana.get("knowledge", q="   "))[1]["passages"] == []


async def test_words_of_open_and_closed_requests_are_found(server: Server, http: aiohttp.ClientSession) -> None:
    dana = AtDesk(server, http, "dana")
    reference = ask_for_agent(server, "1", "a sprinkler flooded the tenant below").reference
    await dana.post(f"tickets/{reference}/claim")
    await dana.say(reference, "Please send photographs of the ceiling.")
    await dana.post(f"tickets/{reference}/resolve", {"outcome": "answered"})
    for words in ("sprinkler tenant", "PHOTOGRAPHS", reference, reference.lower(), "photogr"):
        assert references((await dana.get("search", q=words))[1]["rows"]) == [reference], words
    for words in ("okapi", '" or 1=1', "*", ""):
        assert (await dana.get("search", q=words))[1]["rows"] == [], words


async def test_a_supervisor_sees_figures_and_saves_them_without_formulas(
    server: Server, http: aiohttp.ClientSession
) -> None:
    dana, sam = AtDesk(server, http, "dana"), AtDesk(server, http, "sam")
    reference = ask_for_agent(server, "1", "hello", topic="=1+1").reference
    await dana.post(f"tickets/{reference}/claim")
    await dana.say(reference, "Hello.")
    await dana.post(f"tickets/{reference}/resolve", {"outcome": "answered"})
    await Feedback(server.edge.stores.records).give(Opinion("1", 2, "down", entries=["retroactive_date"]))
    _, report = await sam.get("report", days=1)
    assert (report["requests"], report["answered"], report["outcomes"]) == (1, 1, {"answered": 1})
    assert report["median_wait"] >= 0
    assert report["down"] == [{"topic": "Retroactive date", "count": 1}]
    _, text = await sam.get("report.csv", days=1)
    (row,) = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    assert (row["reference"], row["topic"], row["outcome"]) == (reference, "'=1+1", "answered")

"""Agents answer visitors from inside Slack: cards, threads and buttons, and nothing internal that gets out."""

from __future__ import annotations

import asyncio
import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import fake_rules
import pytest
import pytest_asyncio
from agents_side import AGENTS, CLERK, DANA, GUEST, SAM, STRANGER, AgentsSide
from fake_slack import BOT, TOKEN, FakeSlack
from hypothesis import example, given, settings
from hypothesis import strategies as st
from slack_running import Running, run
from slack_side import FORM, SlackSide, titles, words
from test_slack_guard import CLICK, ODD_VALUES, SIGNED, click, payload, told

from bot.channels.slack import cards, desk, limits, sending
from bot.channels.slack.pacing import Pace
from bot.records.states import State
from bot.records.tickets import Ticket

WORKING = ["Reply", "Return to the guide", "Transfer", "Snooze", "Resolve", "Put back"]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits minutes in service waits for moments here."""
    monkeypatch.setattr(sending, "UNSURE_PAUSE", 0.2)
    monkeypatch.setattr(sending, "LONGEST_PAUSE", 0.3)
    monkeypatch.setattr(Pace, "GAP", 0.0)
    monkeypatch.setattr(desk, "LOOK_SECONDS", 0.2)


@pytest_asyncio.fixture
async def side(start: Any, fake: FakeSlack, http: aiohttp.ClientSession) -> AgentsSide:
    await fake.do("channel", name=AGENTS)
    guide: Running = await start(handoff_channel=AGENTS)
    side = AgentsSide(guide, fake, http)
    await side.begin()
    return side


async def test_a_request_is_a_card_without_identifiers_or_markup(side: AgentsSide) -> None:
    reference = await side.asked()
    shown = await side.reads()
    for part in (reference, "a person please", "Name: Ada", "*roofs* <!channel>", "Nobody has it", "Waiting since"):
        assert part in shown
    card = await side.card()
    assert card and titles(card) == ["Claim"]
    assert "536-22-1234" not in str(card) and "<!channel>" not in card["text"]
    marked = [
        each["text"] for block in card["blocks"] for each in block.get("elements", []) if each["type"] == "mrkdwn"
    ]
    assert not any("roofs" in each for each in marked)


async def test_of_two_agents_one_gets_it_and_the_other_reads_who(side: AgentsSide) -> None:
    reference = await side.asked()
    urls = dict(
        zip(("dana", "sam"), await asyncio.gather(side.press("Claim"), side.press("Claim", "sam")), strict=True)
    )
    await side.settled()
    owner = (await side.ticket(reference)).owner
    loser = "sam" if owner == "dana" else "dana"
    name = (DANA if owner == "dana" else SAM).name
    (told,) = await side.fake.whispered(urls[loser], 1)
    assert told["text"] == f"{name} has this request." and await side.fake.whispered(urls[str(owner)], 0) == []
    assert f"{name} has it" in await side.reads()


@pytest.mark.parametrize("who", [CLERK, GUEST, STRANGER, "U0NOBODY1"])
async def test_an_outsider_cannot_claim(who: str, side: AgentsSide) -> None:
    reference = await side.asked()
    url = await side.press("Claim", who)
    await side.settled()
    assert (await side.ticket(reference)).owner is None
    assert "no agent of the guide" in (await side.fake.whispered(url, 1))[0]["text"]


async def test_a_button_that_another_workspace_presses_does_nothing(side: AgentsSide) -> None:
    reference = await side.asked()
    await side.press("Claim", "dana", home="T0OTHER1")
    await side.settled()
    assert (await side.ticket(reference)).owner is None


async def test_an_account_that_is_disabled_cannot_claim(side: AgentsSide) -> None:
    from bot.desk import accounts

    reference = await side.asked()
    await side.guide.edge.stores.records.run(lambda db: accounts.set_enabled(db, "dana", False))
    await side.press("Claim")
    await side.settled()
    assert (await side.ticket(reference)).owner is None


async def test_who_claims_is_there_and_the_visitor_reads_who(side: AgentsSide) -> None:
    reference = await side.claimed()
    ticket = await side.ticket(reference)
    assert (ticket.owner, ticket.state) == ("dana", State.ASSIGNED)
    assert [each["text"] for each in await side.visitor.heard()][-1] == "Dana Reyes, license CA 0X12345 joined."
    assert titles(await side.card() or {}) == WORKING


async def test_a_word_in_the_thread_is_a_note(side: AgentsSide) -> None:
    reference = await side.claimed()
    await side.write("ask her about the roof, 536-22-1234", times=3)
    await side.write("a clerk's word", CLERK)
    await side.settled()
    (note,) = await side.notes(reference)
    assert note.startswith("ask her about the roof") and "536-22-1234" not in note
    assert await side.visitor.from_agents() == []


async def test_a_reply_by_prefix_is_delivered_once_and_marked(side: AgentsSide) -> None:
    await side.claimed()
    event = await side.write("!reply Hello, this is *Dana* &amp; I help", times=3)
    await side.settled()
    assert await side.visitor.from_agents() == ["Hello, this is *Dana* & I help"]
    heard = (await side.visitor.heard())[-1]
    assert (heard["name"], heard["licence"]) == ("Dana Reyes", "CA 0X12345")
    assert await side.reactions(event["ts"]) == ["white_check_mark"]
    assert not any("Hello" in words(each["blocks"]) for each in await side.thread())


async def test_a_reply_by_button_is_delivered_once_and_shown_in_the_thread(side: AgentsSide) -> None:
    await side.claimed()
    view = await side.modal("Reply")
    await side.enter(view, "Good morning", times=3)
    await side.settled()
    assert await side.visitor.from_agents() == ["Good morning"]
    (shown,) = [each for each in await side.thread() if "Good morning" in words(each["blocks"])]
    assert "Dana Reyes to the visitor" in words(shown["blocks"]) and shown["reactions"] == ["white_check_mark"]


async def test_the_visitor_notices_no_difference(side: AgentsSide) -> None:
    reference = await side.claimed()
    await side.handoffs.say(DANA, reference, "the same words", "at the desk")
    await side.write("!reply the same words")
    await side.enter(await side.modal("Reply"), "the same words")
    await side.settled()
    said = [each for each in await side.visitor.heard() if each["from"] == "agent"]
    differs = ("seq", "at", "id")
    bodies = [{name: value for name, value in each.items() if name not in differs} for each in said]
    assert len(bodies) == 3 and bodies[0] == bodies[1] == bodies[2]
    assert len({len(each["id"]) for each in said}) == 1 and not any("slack" in each["id"] for each in said)


async def test_the_visitors_words_come_into_the_thread_once(side: AgentsSide) -> None:
    await side.claimed()
    for number in range(3):
        await side.visitor.send(f"word {number} <!here>")
    await side.settled()
    shown = [words(each["blocks"]) for each in await side.thread()]
    assert [sum(f"word {n} <!here>" in each for each in shown) for n in range(3)] == [1, 1, 1]
    assert not any("<!here>" in each["text"] for each in await side.thread())
    assert [turn.text for turn in side.guide.agent.got] == ["a person please"]


async def test_what_is_said_to_the_guide_does_not_come_into_the_thread(side: AgentsSide) -> None:
    await side.claimed()
    await side.press("Return to the guide")
    await side.settled()
    await side.visitor.send("only for the guide")
    await side.settled()
    assert not any("only for the guide" in words(each["blocks"]) for each in await side.thread())


async def test_only_its_owner_replies(side: AgentsSide) -> None:
    await side.asked()
    await side.write("!reply too early")
    await side.press("Claim", "sam")
    await side.settled()
    await side.write("!reply not mine")
    await side.settled()
    assert await side.visitor.from_agents() == []
    told = [each["text"] for each in (await side.fake.state())["whispers"]]
    assert told == ["Nobody has it: claim it first.", "Sam Ortiz has this request."]


async def test_what_only_looks_like_a_reply_is_a_note_and_its_writer_is_told(side: AgentsSide) -> None:
    reference = await side.claimed()
    await side.write("!reply see this", subtype="file_share", files=[{"id": "F1"}])
    await side.write("!reply all", subtype="thread_broadcast")
    await side.write("!Reply hello")
    await side.settled()
    assert await side.visitor.from_agents() == [] and len(await side.notes(reference)) == 3
    told = [each["text"] for each in (await side.fake.state())["whispers"]]
    assert len(told) == 3 and all("not sent to the visitor" in each for each in told)


LOOKALIKES = (
    *("{0}!reply{1}", "!Reply{1}", "!REPLY{1}", "!reply", "!reply:{1}", "!repl y{1}", "! reply{1}", "!replyto{1}"),
    *("\uff01reply{1}", "\u01c3reply{1}", "!r\u0435ply{1}", "!reply\u00a0{1}", "!reply\u200b{1}", "\u200b!reply{1}"),
    *("&gt; !reply{1}", "`!reply{1}`", "*!reply*{1}", "```!reply{1}```", "\u2022 !reply{1}", "<@{2}> !reply{1}"),
    *("/reply{1}", "reply:{1}", "!!reply{1}", "\u202e!reply{1}", "\n!reply{1}", "\t!reply{1}", "say !reply{1}"),
    *("!reply\t{1}", "!reply\u3000{1}", "\u00a1reply{1}", "!reply-all{1}", "&#33;reply{1}", "!reply/{1}"),
    "!\uff52\uff45\uff50\uff4c\uff59{1}",
)  # fmt: skip
DRESSES: tuple[dict[str, Any], ...] = (
    {"bot_id": "B0OTHER1"}, {"bot_profile": {"id": "B1"}}, {"subtype": "bot_message", "bot_id": "B1"}, {"user": BOT},
    {"subtype": "thread_broadcast"}, {"subtype": "file_share", "files": [{"id": "F1"}]}, {"files": [{"id": "F1"}]},
    {"thread_ts": "1700000000.000100"}, {"thread_ts": None}, {"channel": "C0GENERAL"}, {"user_team": "T0OTHER1"},
    {"hidden": True}, {"edited": {"user": "U0DANA001", "ts": "1.1"}}, {"is_stranger": True}, {"subtype": "me_message"},
    {"subtype": "reply_broadcast"}, {"user": ""}, {"user": CLERK}, {"user": GUEST}, {"app_id": "A1"},
)  # fmt: skip


async def test_no_internal_word_reaches_the_visitor(side: AgentsSide) -> None:
    """500 messages: look-alikes of the prefix, edits, bots, files, broadcasts, other threads and other people."""
    reference = await side.claimed()
    card, chance = await side.card(), random.Random(7)
    assert card
    notes = []
    for number in range(500):
        secret = f"internal-{number}"
        kind = number % 3
        if kind == 0:
            space = chance.choice(["", " ", "x"])
            text = chance.choice(LOOKALIKES).format(space if space else "-", f" {secret}", BOT)
            event = {"user": "U0DANA001", "text": text}
        elif kind == 1:
            event = {"user": "U0DANA001", "text": f"!reply {secret}", **chance.choice(DRESSES)}
        else:
            event = {"user": "U0DANA001", "text": secret}
            notes.append(secret)
        stamp = f"{1_800_000_000 + number}.000100"
        common = {"type": "message", "ts": stamp, "channel": AGENTS, "channel_type": "channel", "event_ts": stamp}
        event = {**common, "thread_ts": card["ts"], **event}
        told = [event]
        if kind == 2:
            turned = {**event, "text": f"!reply {secret}", "edited": {"user": "U0DANA001", "ts": stamp}}
            changed = {"type": "message", "subtype": "message_changed", "message": turned, "previous_message": event}
            told.append({**common, "hidden": True, **changed})
        for each in told:
            reply = await side.slack.deliver(side.slack.event(each), retries=False)
            assert reply[0] == 200
    await side.settled()
    heard = [str(each) for each in await side.visitor.heard()]
    assert not any("internal" in each for each in heard) and await side.visitor.from_agents() == []
    assert set(notes) <= set(await side.notes(reference))
    await side.write("!reply and this one is meant")
    await side.settled()
    assert await side.visitor.from_agents() == ["and this one is meant"]


async def test_an_edit_or_deletion_of_a_reply_is_said_to_be_impossible(side: AgentsSide) -> None:
    await side.claimed()
    sent, note = await side.write("!reply the first words"), await side.write("a note")
    await side.settled()
    for each in (sent, note):
        await side.edit(each, "!reply other words")
        await side.edit(each, each["text"])  # Slack says so when it adds a preview
        await side.delete(each)
    await side.settled()
    told = [words(each["blocks"]) for each in await side.thread() if "as it was sent" in words(each["blocks"])]
    assert [each.split(" here.")[0] for each in told] == ["A reply was edited", "A reply was deleted"]
    assert all("the first words" in each for each in told)
    assert await side.visitor.from_agents() == ["the first words"]


@pytest.mark.parametrize(
    ("title", "value", "state", "shown"),
    [
        ("Return to the guide", None, State.RETURNED, "The guide has the conversation again."),
        ("Put back", None, State.QUEUED, "Nobody has it"),
        ("Transfer", "sam", State.ASSIGNED, "Sam Ortiz has it"),
        ("Snooze", "3600", State.SNOOZED, "Dana Reyes has put it off."),
        ("Resolve", "called_back", State.RESOLVED, "Resolved: called back."),
    ],
)
async def test_a_step_changes_ticket_and_card(
    title: str, value: str | None, state: State, shown: str, side: AgentsSide
) -> None:
    reference = await side.claimed()
    if value is None:
        await side.press(title)
    else:
        await side.enter(await side.modal(title), value, times=2)
    await side.settled()
    ticket = await side.ticket(reference)
    assert ticket.state is state and shown in await side.reads()
    assert ticket.owner == {"Transfer": "sam", "Snooze": "dana"}.get(title)
    put_off = ["Reply", "Take up again", "Transfer", "Resolve"]
    buttons = {State.QUEUED: ["Claim"], State.ASSIGNED: WORKING, State.SNOOZED: put_off}
    assert titles(await side.card() or {}) == buttons.get(state, [])


async def test_what_was_put_off_is_taken_up_again(side: AgentsSide) -> None:
    reference = await side.claimed()
    await side.enter(await side.modal("Snooze"), "3600")
    await side.settled()
    await side.press("Take up again")
    await side.settled()
    assert (await side.ticket(reference)).state is State.ACTIVE


async def test_a_modal_is_not_opened_for_who_has_not_claimed(side: AgentsSide) -> None:
    await side.claimed()
    for who in ("sam", CLERK):
        view = await side.modal("Reply", who)
        assert not any(block["type"] == "input" for block in view["blocks"])


async def test_a_modal_sent_by_somebody_else_does_nothing(side: AgentsSide) -> None:
    reference = await side.claimed()
    view = await side.modal("Resolve")
    for who in ("sam", CLERK, STRANGER):
        await side.enter({**view, "id": f"V{who}"}, "spam", who)
    await side.settled()
    assert (await side.ticket(reference)).state is State.ASSIGNED


async def test_what_happens_at_the_desk_is_on_the_card_and_in_the_thread(side: AgentsSide) -> None:
    reference = await side.asked()
    await side.handoffs.claim(SAM, reference)
    await side.handoffs.say(SAM, reference, "from the desk", "1")
    await side.handoffs.note(SAM, reference, "between us", "2")
    await side.settled()
    assert "Sam Ortiz has it, and talks with the visitor." in await side.reads()
    thread = [words(each["blocks"]) for each in await side.thread()]
    assert any("Sam Ortiz to the visitor" in each and "from the desk" in each for each in thread)
    assert any("Note of Sam Ortiz" in each and "between us" in each for each in thread)
    await side.handoffs.resolve(SAM, reference, "answered")
    await side.settled()
    assert "Resolved: answered." in await side.reads() and titles(await side.card() or {}) == []


async def test_an_old_button_says_why_it_does_nothing(side: AgentsSide) -> None:
    reference = await side.asked()
    old = await side.card()
    await side.handoffs.claim(SAM, reference)
    await side.handoffs.resolve(SAM, reference, "spam")
    await side.settled()
    url = await side.press("Claim", "dana", old)
    assert "resolved" in (await side.fake.whispered(url, 1))[0]["text"]


@pytest.mark.parametrize("failure", ["429", "500", "refuse", "drop", "late500"])
async def test_slack_failing_loses_and_doubles_nothing(failure: str, side: AgentsSide) -> None:
    await side.fake.do("set", fail_next=[failure, failure, "none", failure, "none", failure])
    reference = await side.asked()
    await side.press("Claim")
    for number in range(3):
        await side.visitor.send(f"word {number}")
    event = await side.write("!reply heard")
    await side.settled()
    assert len(await side.cards()) == 1 and "Dana Reyes has it" in await side.reads()
    shown = [words(each["blocks"]) for each in await side.thread()]
    assert [sum(f"word {n}" in each for each in shown) for n in range(3)] == [1, 1, 1]
    assert await side.visitor.from_agents() == ["heard"]
    assert await side.reactions(event["ts"]) == ["white_check_mark"]
    assert (await side.ticket(reference)).owner == "dana"


async def test_a_reply_does_not_wait_for_a_channel_that_takes_nothing(side: AgentsSide) -> None:
    await side.claimed()
    await side.fake.do("channel", name=AGENTS, archived=True)
    await side.write("!reply at once")

    async def arrived() -> bool:
        return await side.visitor.from_agents() == ["at once"]

    await side.until(arrived)
    await side.fake.do("channel", name=AGENTS, archived=False)
    await side.settled()
    assert "talks with the visitor" in await side.reads()


async def test_no_signed_payload_is_a_failure_where_agents_have_a_channel(side: AgentsSide) -> None:
    reference = await side.claimed()
    card = await side.card()
    assert card
    common = {"type": "message", "channel": AGENTS, "ts": "1800000000.1", "user": "U0DANA001", "thread_ts": card["ts"]}
    sent = list(SIGNED.values())
    for value in ODD_VALUES:
        for name in ("user", "text", "ts", "thread_ts", "subtype", "files", "client_msg_id", "edited", "bot_id"):
            sent.append(told({"text": "!reply odd", **common, name: value}))
        for subtype in ("message_changed", "message_deleted"):
            for name in ("message", "previous_message", "deleted_ts", "event_ts"):
                sent.append(told({**common, "subtype": subtype, "message": {"ts": "1.1", "text": "a"}, name: value}))
        about = {"r": reference}
        for each in (value, {"r": value}, about):
            sent.append(click(action_id="desk:resolve", type="button", value=json.dumps(each)))
            sent.append(click(action_id="desk:zebra", type="button", value=json.dumps(each)))
        view = {"callback_id": "desk:snooze", "id": "V1", "private_metadata": json.dumps(about)}
        values = (value, {"values": value}, {"values": {"desk": value}}, {"values": {"desk": {"desk": value}}})
        for view in ({**view, "state": each} for each in values):
            sent += [
                (payload({**CLICK, "type": "view_submission", "view": {**view, name: each}}), FORM)
                for name, each in (("a", 1), ("id", value), ("callback_id", value), ("private_metadata", value))
            ]
    for body, kind in sent:
        status, _, _ = await side.slack.send(body, kind)
        assert status < 500 and status != 404, body[:300]
    await side.settled()
    assert (await side.ticket(reference)).owner == "dana"


async def test_two_processes_do_and_show_everything_once(side: AgentsSide, start: Any) -> None:
    other = SlackSide((await start(handoff_channel=AGENTS)).url, side.fake, side.slack.http)
    await side.claimed()
    for number in range(3):
        await side.visitor.send(f"word {number}")
    event = await side.write("!reply heard")
    await other.deliver(other.event(event))
    await side.settled()
    shown = [words(each["blocks"]) for each in await side.thread()]
    assert len(await side.cards()) == 1 and await side.visitor.from_agents() == ["heard"]
    assert [sum(f"word {n}" in each for each in shown) for n in range(3)] == [1, 1, 1]


async def test_what_could_not_be_done_is_done_after_the_next_start(
    tmp_path: Path, fake: FakeSlack, http: aiohttp.ClientSession
) -> None:
    await fake.do("channel", name=AGENTS)
    async with run(tmp_path / "state", fake.url, handoff_channel=AGENTS) as guide:
        side = AgentsSide(guide, fake, http)
        await side.begin()
        await side.asked()
        await fake.do("token", token=TOKEN, revoked=True)
        await side.press("Claim")
        await side.write("!reply later")
        assert await side.visitor.from_agents() == []
    await fake.do("token", token=TOKEN, revoked=False)
    async with run(tmp_path / "state", fake.url, handoff_channel=AGENTS) as guide:
        token, side = side.visitor.token, AgentsSide(guide, fake, http)
        side.visitor.token = token
        await side.settled()
        assert await side.visitor.from_agents() == ["later"] and len(await side.cards()) == 1


async def test_a_channel_that_the_guide_is_not_in_gets_its_cards_once_it_is(side: AgentsSide) -> None:
    await side.fake.do("channel", name=AGENTS, member=False)
    await side.visitor.send("a person please")

    async def refused() -> bool:
        calls = (await side.fake.state())["calls"]
        return sum(each["method"] in ("chat.postMessage", "conversations.history") for each in calls) >= 2

    await side.until(refused)
    await side.fake.do("channel", name=AGENTS, member=True)
    await side.settled()
    assert len(await side.cards()) == 1


async def test_a_channel_gets_one_message_a_second(side: AgentsSide, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Pace, "GAP", 1.05)
    await side.fake.do("set", gap=1.0)
    await side.claimed()
    for number in range(3):
        await side.visitor.send(f"word {number}")
    await side.settled()
    assert (await side.fake.state())["too_fast"] == 0
    assert sum("word" in words(each["blocks"]) for each in await side.thread()) == 3


async def test_who_slack_shows_as_there_keeps_what_they_took(side: AgentsSide, monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlalchemy import update

    from bot.handoff.watch import watch
    from bot.records.tables import agent

    monkeypatch.setattr(desk, "PRESENCE_SECONDS", 0.05)
    reference = await side.claimed()
    records = side.guide.edge.stores.records

    async def seen() -> float:
        return next(each.here for each in await side.handoffs.present() if each.agent.login == "dana")

    await side.fake.do("user", name="U0DANA001", presence="active")
    task = asyncio.create_task(side.guide.edge.channels[0]._desk._attend())
    await records.run(lambda db: db.execute(update(agent).where(agent.c.login == "dana").values(seen=0.0)))
    await side.until(seen)
    await watch(side.handoffs)
    assert (await side.ticket(reference)).owner == "dana"
    task.cancel()
    await side.fake.do("user", name="U0DANA001", presence="away")
    await records.run(lambda db: db.execute(update(agent).where(agent.c.login == "dana").values(seen=0.0)))
    await watch(side.handoffs)
    await side.settled()
    assert (await side.ticket(reference)).owner is None and titles(await side.card() or {}) == ["Claim"]


async def test_erasing_takes_card_and_thread_back(side: AgentsSide) -> None:
    from bot.records.erasing import erase

    reference = await side.claimed()
    await side.visitor.send("forget me")
    await side.settled()
    conversation = (await side.ticket(reference)).conversation
    await side.guide.edge.stores.records.run(lambda db: erase(db, conversation))

    async def gone() -> bool:
        return await side.fake.said(AGENTS) == []

    await side.until(gone)


async def test_a_card_that_somebody_deleted_is_posted_anew(side: AgentsSide) -> None:
    await side.asked()
    old = await side.card()
    assert old
    await side.fake.do("deleted", channel=AGENTS, ts=old["ts"])
    await side.press("Claim", card=old)
    await side.settled()
    (card,) = await side.cards()
    assert card["ts"] != old["ts"] and titles(card) == WORKING


async def test_a_colleague_who_gets_a_request_is_looked_for_in_slack(side: AgentsSide) -> None:
    from bot.records import slack_cards

    reference = await side.claimed()
    await side.fake.do("user", name="U0SAM0001", email="sam@agency.example", presence="active")
    await side.enter(await side.modal("Transfer"), "sam")
    await side.settled()
    held = await side.guide.edge.stores.records.read(slack_cards.in_hand)
    assert held == [("T0HOME01", "U0SAM0001", "sam")] and (await side.ticket(reference)).owner == "sam"


async def test_a_colleague_in_slack_is_answered_from_the_agents_channel(side: AgentsSide) -> None:
    event = await side.slack.dm("a person please")
    await side.until(side.card)
    await side.press("Claim")
    await side.settled()
    await side.write("!reply Hello from an agent")
    await side.settled()

    async def told() -> bool:
        return any("Hello from an agent" in words(each["blocks"]) for each in await side.fake.said(event["channel"]))

    await side.until(told)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6_000)


@settings(max_examples=100, deadline=None)
@example('"\\' * 3_000, {'"' * n: '"' * 6_000 for n in range(1, 40)}, '"' * 6_000, State.ACTIVE, True)
@example("a\n\n" * 2_000, {}, "", State.QUEUED, False)
@given(TEXTS, st.dictionaries(TEXTS, TEXTS, max_size=40), TEXTS, st.sampled_from(State), st.booleans())
def test_cards_and_threads_are_within_what_slack_takes(
    text: str, facts: dict[str, str], name: str, state: State, owned: bool
) -> None:
    more = {"owner": "dana" if owned else None, "waiting_since": 1.0, "snoozed_until": 2.0, "callback_due": 3.0}
    ticket = Ticket("K3RMQT", "web:1", "asked", "urgent", text, [], "", facts, consent={"number": name}, **more)
    desk_url = "https://guide.agency.example/desk"
    made = [
        cards.card(replace(ticket, status=state.value, outcome="called_back"), name, desk_url),
        cards.note(name, text),
    ]
    made += [cards.line({"from": who, "text": text, "name": name, "person": {}}) for who in ("visitor", "agent")]
    for post in filter(None, made):
        if post.blocks:
            assert limits.over_in_message(post.text, post.blocks) == []
            fake_rules.message({"text": post.text, "blocks": post.blocks})
    for step in cards.ASKS:
        view = cards.modal(step, "K3RMQT", {f"agent{n}": name or "x" for n in range(120)})
        assert limits.over_in_view(view) == []


def test_a_visitors_stars_and_dashes_are_text() -> None:
    line = cards.line({"from": "visitor", "text": "**bold**\n- item <@U1>"})
    assert line
    (block,) = line.blocks
    assert [each["text"] for each in block["elements"][0]["elements"]] == ["Visitor: ", "**bold**\n- item <@U1>"]


async def test_without_the_setting_there_is_no_card(start: Any, fake: FakeSlack, http: aiohttp.ClientSession) -> None:
    await fake.do("channel", name=AGENTS)
    side = AgentsSide(await start(), fake, http)
    await side.begin()
    await side.visitor.send("a person please")
    await side.until(side._requested)
    assert await fake.said(AGENTS) == [] and side.guide.edge.channels[0]._desk is None

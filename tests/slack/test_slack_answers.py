"""Where the guide answers in Slack, and how: everything through the real application and its real server."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from fake_slack import BOT, CHANNEL
from slack_running import Running
from slack_side import ASKER, OTHER, SlackSide, titles, words

from bot.channels.slack.views import QUESTIONS

DM = f"D{ASKER[1:]}"


async def eventually(slack: SlackSide, what: Any, seconds: float = 20) -> Any:
    """What a look at Slack finds, once it finds something."""
    for _ in range(int(seconds / 0.05)):
        if seen := what(await slack.fake.state()):
            return seen
        await asyncio.sleep(0.05)
    raise AssertionError("it did not happen")


async def test_a_direct_message_is_answered_with_verdict_sources_and_buttons(slack: SlackSide) -> None:
    await slack.dm("does GL pay for bad advice?")
    (said,) = await slack.fake.until(1, DM)
    assert "thread_ts" not in said
    read = words(said["blocks"])
    assert "No. " in read and "General liability does not pay for bad advice." in read
    assert "I am an automated assistant." in read  # in the same message: a channel takes one a second
    assert "<https://iii.org/a|Liability &lt;basics&gt;> (III, 2024)" in read and "Reviewed by Dana Reyes" in read
    assert titles(said) == ["And what does?", "What does it cost?", "Talk to a licensed agent", "Show all of it"]
    assert said["unfurl_links"] is False


async def test_a_mention_and_its_message_are_answered_once_in_the_thread(slack: SlackSide, guide: Running) -> None:
    event = await slack.mention("does GL pay for bad advice?", pair=True)
    await slack.mention("hello", thread=event["ts"])
    said = await slack.fake.until(2, CHANNEL)
    assert [each["thread_ts"] for each in said] == [event["ts"]] * 2
    assert [turn.text for turn in guide.agent.got] == ["does GL pay for bad advice?", "hello"]
    assert len({turn.conversation for turn in guide.agent.got}) == 1


async def test_threads_and_people_are_conversations_of_their_own(slack: SlackSide, guide: Running) -> None:
    await slack.dm("one")
    await slack.dm("two")
    await slack.dm("three", user=OTHER)
    await slack.dm("four", thread="1700000000.000100")
    await slack.mention("five")
    await slack.mention("six")
    await slack.fake.until(2, CHANNEL)
    await slack.fake.until(3, DM)
    await slack.fake.until(1, f"D{OTHER[1:]}")
    of = {turn.text: turn.conversation for turn in guide.agent.got}  # people are answered beside each other
    assert of["one"] == of["two"] and len(set(of.values())) == 5


async def test_a_mention_without_words_is_told_what_the_guide_can_do(slack: SlackSide, guide: Running) -> None:
    await slack.mention("")
    await slack.fake.until(1, CHANNEL)
    assert [turn.text for turn in guide.agent.got] == ["What can you do?"]


async def test_what_is_typed_is_read_as_it_was_typed(slack: SlackSide, guide: Running) -> None:
    await slack.dm(
        "A &amp; B &lt;3 <mailto:a@b.com|a@b.com> <https://y.com> <#C1|general> <!here> <tel:1|202-555-0142>"
    )
    await slack.fake.until(1, DM)
    assert guide.agent.got[0].text == "A & B <3 a@b.com https://y.com #general @here 202-555-0142"


async def test_a_visitors_markup_is_text(slack: SlackSide) -> None:
    await slack.dm("&lt;!channel&gt; *bold* &lt;https://evil.example|click&gt;")
    (said,) = await slack.fake.until(1, DM)
    shown = json.dumps(said["blocks"])
    assert "mrkdwn" not in shown and '"text": "echo: <!channel> *bold* <https://evil.example|click>"' in shown
    assert said["text"] == "echo: &lt;!channel&gt; *bold* &lt;https://evil.example|click&gt;"


async def test_a_used_button_asks_once_and_is_replaced_by_the_choice(slack: SlackSide, guide: Running) -> None:
    event = await slack.mention("bad advice")
    (said,) = await slack.fake.until(1, CHANNEL)
    for user in (ASKER, OTHER, ASKER):  # whoever is first
        reply, _ = await slack.press(said, "And what does?", user)
        assert reply[0] == 200
    first, second = await slack.fake.until(2, CHANNEL)
    assert second["thread_ts"] == event["ts"]
    assert [turn.text for turn in guide.agent.got] == ["bad advice", "And what does?"]

    def replaced(state: dict[str, Any]) -> bool:
        message = next(each for each in state["channels"][CHANNEL]["messages"] if each["ts"] == first["ts"])
        return titles(message) == ["Show all of it"] and "Chosen: And what does?" in words(message["blocks"])

    await eventually(slack, replaced)


async def test_many_buttons_stand_in_rows_of_five(slack: SlackSide) -> None:
    await slack.dm("many")
    (said,) = await slack.fake.until(1, DM)
    assert [len(block["elements"]) for block in said["blocks"] if block["type"] == "actions"] == [5, 5, 2]


async def test_a_comparison_is_a_table(slack: SlackSide) -> None:
    await slack.dm("compare GL and cyber")
    (said,) = await slack.fake.until(1, DM)
    (table,) = [block for block in said["blocks"] if block["type"] == "table"]
    cells = [[cell["text"] for cell in row] for row in table["rows"]]
    assert cells == [["–", "General liability", "Cyber"], ["What it pays for", "Injury and damage.", "A breach."]]


async def test_a_long_answer_comes_whole_in_as_few_messages_as_hold_it(slack: SlackSide) -> None:
    await slack.dm("long")
    said = await slack.fake.until(2, DM)
    assert sum(words(each["blocks"]).split().count("word") for each in said) == 4000
    assert len(said) == 2


async def test_all_of_an_answer_is_shown_in_a_modal(slack: SlackSide) -> None:
    await slack.dm("bad advice")
    (said,) = await slack.fake.until(1, DM)
    reply, _ = await slack.press(said, "Show all of it", channel=DM)
    assert reply[0] == 200
    view = await eventually(
        slack,
        lambda state: next((v for v in state["views"].values() if v["title"]["text"] == "The whole answer"), None),
    )
    assert "An example: a client sues." in words(view["blocks"])


async def test_a_slash_command_is_answered_to_the_asker_alone_and_can_be_shared(slack: SlackSide) -> None:
    reply, url = await slack.command("does GL pay for bad advice?")
    assert reply[:2] == (200, "")
    (said,) = await slack.fake.whispered(url, 1)
    assert said["response_type"] == "ephemeral" and "Asked: does GL pay for bad advice?" in words(said["blocks"])
    assert await slack.fake.said(CHANNEL) == []
    for _ in range(2):  # pressed twice, it is shared once
        await slack.press(said, "Share in channel")
    (shared,) = await slack.fake.until(1, CHANNEL)
    read = words(shared["blocks"])
    assert "Asked: does GL pay for bad advice?" in read and "General liability does not pay" in read
    assert titles(shared) == []
    await asyncio.sleep(0.5)
    assert len(await slack.fake.said(CHANNEL)) == 1


async def test_a_private_answers_buttons_go_on_in_private(slack: SlackSide, guide: Running) -> None:
    _, url = await slack.command("bad advice")
    (said,) = await slack.fake.whispered(url, 1)
    await slack.press(said, "And what does?", user=OTHER)  # whom it was not shown to
    await slack.press(said, "And what does?")
    replaced, answer = await slack.fake.whispered(url, 2)
    assert len({turn.conversation for turn in guide.agent.got}) == 1 and len(guide.agent.got) == 2
    assert "Chosen: And what does?" in words(replaced["blocks"] + answer["blocks"])


async def test_help_is_told_at_once(slack: SlackSide, guide: Running) -> None:
    for text in ("", "help", " HELP "):
        reply, _ = await slack.command(text)
        assert reply[0] == 200 and "Only you see the answer" in reply[1]
    assert guide.agent.got == []


async def test_a_shortcut_answers_what_a_message_asks(slack: SlackSide, guide: Running) -> None:
    reply, url = await slack.shortcut("is <@U0ASKER2> covered for bad advice?")
    assert reply[0] == 200
    (said,) = await slack.fake.whispered(url, 1)
    assert "Asked: is @U0ASKER2 covered for bad advice?" in words(said["blocks"])
    _, url = await slack.shortcut("")
    (said,) = await slack.fake.whispered(url, 1)
    assert "no text" in said["text"]


async def test_a_vote_is_kept_shown_and_asked_about(slack: SlackSide, guide: Running) -> None:
    await slack.dm("bad advice")
    (said,) = await slack.fake.until(1, DM)
    assert (await slack.press(said, "Not helpful", channel=DM))[0][0] == 200
    view = await eventually(
        slack, lambda state: next((v for v in state["views"].values() if v.get("callback_id") == "reason"), None)
    )
    submitted = {
        **view,
        "state": {"values": {"reason": {"reason": {"type": "plain_text_input", "value": "what of E&O"}}}},
    }
    payload = {"type": "view_submission", "team": {"id": "T0HOME01"}, "user": {"id": ASKER, "team_id": "T0HOME01"}}
    assert (await slack.interact({**payload, "view": submitted}))[0] == 200
    (opinion,) = await guide.edge.stores.feedback.all("down")
    assert (opinion.reason, opinion.entries, opinion.version) == ("what of E&O", ["bad_advice"], "1a2b")
    assert opinion.conversation == guide.agent.got[0].conversation

    def shown(state: dict[str, Any]) -> bool:
        return "Rated not helpful." in words(state["channels"][DM]["messages"][-1]["blocks"])

    await eventually(slack, shown)


async def test_app_home_shows_what_it_can_do_what_waits_and_what_it_knows(slack: SlackSide, guide: Running) -> None:
    from bot.records.ticket_store import TicketStore

    ticket = await asyncio.to_thread(
        TicketStore(guide.edge.stores.records).open, "web:1", "quote", "urgent", "Dee, 202-555-0142", []
    )
    await slack.fake.do("channel", name=DM)
    opened = {"type": "app_home_opened", "user": ASKER, "channel": DM, "tab": "home", "event_ts": "1.1"}
    assert (await slack.deliver(slack.event(opened)))[0] == 200
    view = await eventually(slack, lambda state: state["homes"].get(ASKER))
    read = words(view["blocks"])
    assert f"{ticket.reference}: wants a quote, urgent" in read and "1 waiting, 1 new today." in read
    assert "Dee" not in json.dumps(view) and "202-555" not in json.dumps(view)  # everybody sees this page
    assert "entries, content version" in read
    reply, _ = await slack.press({"blocks": view["blocks"], "ts": "1.1"}, QUESTIONS[1], container={"type": "view"})
    assert reply[0] == 200
    (said,) = await slack.fake.until(1, DM)
    assert f"Asked: {QUESTIONS[1]}" in words(said["blocks"])
    await slack.dm("and then")
    await slack.fake.until(2, DM)
    assert len({turn.conversation for turn in guide.agent.got}) == 1


async def test_in_the_agent_view_messages_have_threads_prompts_and_a_sign_of_work(
    start: Any, fake: Any, http: Any
) -> None:
    guide = await start(agent=True)
    slack = SlackSide(guide.url, fake, http)
    opened = {"type": "app_home_opened", "user": ASKER, "channel": DM, "tab": "messages", "event_ts": "1.1"}
    await slack.deliver(slack.event(opened))
    one, two = await slack.dm("one"), await slack.dm("two")
    said = await fake.until(2, DM)
    assert {each["thread_ts"] for each in said} == {one["ts"], two["ts"]}
    assert len({turn.conversation for turn in guide.agent.got}) == 2
    statuses = await eventually(slack, lambda state: len(state["statuses"]) == 2 and state["statuses"])
    assert {each["thread_ts"] for each in statuses} == {one["ts"], two["ts"]}
    (prompts,) = (await fake.state())["prompts"]
    assert [each["message"] for each in prompts["prompts"]] == list(QUESTIONS)


async def test_what_is_erased_goes_from_slack_too(slack: SlackSide, guide: Running) -> None:
    from bot.records.erasing import erase_now

    await slack.dm("bad advice")
    await slack.fake.until(1, DM)
    conversation = guide.agent.got[0].conversation
    await asyncio.to_thread(erase_now, guide.edge.stores.records, conversation, guide.edge.settings.state)
    await slack.dm("erase")
    said = await eventually(
        slack,
        lambda state: (
            [m for m in state["channels"][DM]["messages"] if m["user"] == BOT and "Done." in m["text"]]
            and state["channels"][DM]["messages"]
        ),
    )
    assert [message["text"] for message in said if message["user"] == BOT] == ["Done."]


async def test_what_somebody_else_adds_to_a_conversation_is_sent_too(slack: SlackSide, guide: Running) -> None:
    await slack.dm("hello")
    await slack.fake.until(1, DM)
    channel, _, session = guide.agent.got[0].conversation.partition(":")
    await guide.edge.stores.of(channel).append(session, {"from": "agent", "name": "Dana Reyes", "text": "I am here."})
    said = await slack.fake.until(2, DM)
    assert words(said[1]["blocks"]).replace("\n", "") == "Dana Reyes I am here."


async def test_the_first_questions_of_a_form_can_be_answered_in_a_modal(slack: SlackSide, guide: Running) -> None:
    event = await slack.mention("which policies do we need?")
    (said,) = await slack.fake.until(1, CHANNEL)
    await slack.press(said, "Fill in a form instead")
    view = await eventually(
        slack, lambda state: next((v for v in state["views"].values() if v.get("callback_id") == "form"), None)
    )
    entered = {
        "industry": {"type": "plain_text_input", "value": "an in-house  call center"},
        "headcount": {"type": "number_input", "value": "12"},
        "state": {"type": "static_select", "selected_option": {"value": "California"}},
        "premises": {"type": "static_select", "selected_option": None},
    }
    assert {block["block_id"] for block in view["blocks"]} == set(entered)
    values = {name: {name: value} for name, value in entered.items()}
    submitted = {"type": "view_submission", "team": {"id": "T0HOME01"}, "user": {"id": ASKER, "team_id": "T0HOME01"}}
    for _ in range(2):  # sent twice, it is told once
        assert (await slack.interact({**submitted, "view": {**view, "state": {"values": values}}}))[0] == 200
    _, answer = await slack.fake.until(2, CHANNEL)
    assert answer["thread_ts"] == event["ts"]
    assert [turn.text for turn in guide.agent.got[1:]] == ["an in-house call center\n12 employees\nCalifornia"]

"""The web application over real HTTP, as ``guide serve`` runs it."""

from __future__ import annotations

import asyncio
import gzip
import re
import sqlite3
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from serving import ANSWER, Server, Start
from visiting import Event, Visitor, code

from actions.base import notice
from bot.edge.limits import ChatError, RateLimiter
from bot.edge.origins import Origins
from bot.edge.pages import FOLDER, takes_gzip
from bot.edge.sessions import Sessions, persistent_secret
from bot.edge.turns import APOLOGY
from bot.edge.welcome import load_notice
from bot.runtime.input_gate import MAX_CHARACTERS
from bot.settings import Rate, SettingError, Settings
from knowledge.base import KnowledgeBase
from knowledge.notices import published


async def test_new_session_begins_with_the_notice_and_three_example_questions(
    server: Server, http: aiohttp.ClientSession
) -> None:
    session = await Visitor(server, http).join()
    (welcome,) = session["messages"]
    assert (welcome["from"], welcome["seq"]) == ("bot", 1)
    assert welcome["text"].startswith(session["notice"])
    assert welcome["text"].endswith("Ask me in your own words.")
    assert len(welcome["buttons"]) == 3
    (rest,) = welcome["answer"]["more"]
    assert "only a licensed agent can help" in rest
    assert session["expires_in"] > 0


async def test_welcome_gives_the_notice_of_the_other_channels_with_the_licence(
    server: Server, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GUIDE_AGENCY_NAME", "Larkfield")
    monkeypatch.setenv("GUIDE_AGENCY_LICENCE", "0X12345")
    session = await Visitor(server, http).join()
    base = KnowledgeBase()
    assert session["notice"] == notice(base)
    assert session["notice"].endswith("Larkfield, insurance license 0X12345")
    base.close()


async def test_without_a_knowledge_base_the_notice_still_names_the_machine_and_the_recording(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sqlite3.connect(tmp_path / "other.db").execute("create table meta (key, value)")
    for path in (tmp_path / "none.db", tmp_path / "other.db"):
        monkeypatch.setattr("bot.edge.welcome.published", lambda path=path: published(path))
        assert "automated assistant" in load_notice() and "recorded" in load_notice()


async def test_session_resumes_with_all_that_was_said(visitor: Visitor) -> None:
    await visitor.send("hello")
    await visitor.hear(1)
    _, session, _ = await visitor.post("/chat/session", {"token": visitor.token})
    assert [message["from"] for message in session["messages"]] == ["bot", "visitor", "bot"]


async def test_each_session_has_its_own_conversation(visitor: Visitor, http: aiohttp.ClientSession) -> None:
    other = Visitor(visitor.server, http)
    await other.join()
    await visitor.send("a secret")
    await visitor.hear(1)
    _, session, _ = await other.post("/chat/session", {"token": other.token})
    assert len(session["messages"]) == 1


async def test_answer_arrives_whole_as_one_event(visitor: Visitor) -> None:
    status, accepted, _ = await visitor.send("Does GL cover bad advice?")
    assert (status, accepted) == (202, {"seq": 2})
    (answer,) = await visitor.hear(1)
    assert answer["text"] == "General liability does not.\n\nIt pays for injury."
    assert answer["answer"] == ANSWER
    assert answer["buttons"] == [{"title": "And what does?", "payload": "And what does?"}]
    assert "timestamp" not in answer


async def test_the_agent_gets_the_message_as_a_web_conversation(visitor: Visitor) -> None:
    await visitor.send("hello", id="abc")
    await visitor.hear(1)
    (message,) = visitor.server.agent.got
    assert message.conversation.startswith("web:")
    assert (message.text, message.client_id, message.again) == ("hello", "abc", False)


async def test_typed_intent_carries_no_parse_data_past_the_input_gate(visitor: Visitor) -> None:
    """The gate of the processor refuses commands; the edge must not decide what one means."""
    await visitor.send('/restart{"a": 1}')
    await visitor.hear(1)
    assert visitor.server.agent.got[0].text == '/restart{"a": 1}'


async def test_button_sends_its_title_like_typed_text(visitor: Visitor) -> None:
    body = {"id": "b1", "button": "And what does?"}
    status, _, _ = await visitor.post("/chat/message", body, Authorization=f"Bearer {visitor.token}")
    assert status == 202
    assert (await visitor.hear(1))[0]["text"] == "echo: And what does?"


async def test_visitor_sees_own_message_and_typing_around_the_answer(visitor: Visitor) -> None:
    seen: list[Any] = []
    async with visitor.stream(after=1) as events:
        await visitor.send("hello", id="mine")
        async for event in events:
            if event["event"] == "message":
                seen.append((event["id"], event["data"]["text"], event["data"].get("id")))
            elif event["event"] == "typing":
                seen.append(event["data"]["on"])
                if not event["data"]["on"]:
                    break
    assert seen == [("2", "hello", "mine"), True, ("3", "echo: hello", None), False]


async def test_second_tab_gets_the_same_messages(visitor: Visitor) -> None:
    tabs = [asyncio.create_task(visitor.hear(1)) for _ in range(2)]
    await visitor.send("hello")
    first, second = await asyncio.gather(*tabs)
    assert first == second


async def test_reconnect_with_last_event_id_replays_only_what_was_missed(visitor: Visitor) -> None:
    for text in ("one", "two", "three"):
        await visitor.send(text)
        await visitor.hear(1, after=visitor.sent * 2 - 1)
    missed = await visitor.hear(2, after=0, **{"Last-Event-ID": "3"})
    assert [message["text"] for message in missed] == ["echo: two", "echo: three"]


async def test_same_client_id_is_answered_once(visitor: Visitor) -> None:
    first = await visitor.send("hello", id="same")
    again = await visitor.send("hello", id="same")
    assert first[:2] == again[:2] == (202, {"seq": 2})
    await visitor.send("bye")
    assert [m["text"] for m in await visitor.hear(2)] == ["echo: hello", "echo: bye"]
    assert len(visitor.server.agent.got) == 2


async def test_messages_are_answered_one_by_one_in_the_order_they_came(visitor: Visitor) -> None:
    for number in range(10):
        await visitor.send(str(number))
    heard = await visitor.hear(10)
    assert [message["text"] for message in heard] == [f"echo: {number}" for number in range(10)]


@pytest.mark.parametrize("text", ["silence", "crash"])
async def test_turn_without_an_answer_ends_in_an_apology(visitor: Visitor, text: str) -> None:
    await visitor.send(text)
    assert (await visitor.hear(1))[0]["text"] == APOLOGY
    await visitor.send("hello")
    assert (await visitor.hear(2))[1]["text"] == "echo: hello"


async def test_turn_that_hangs_ends_in_an_apology(start: Start, http: aiohttp.ClientSession) -> None:
    visitor = Visitor(await start(turn_timeout=0.01), http)
    await visitor.join()
    await visitor.send("hello")
    assert (await visitor.hear(1))[0]["text"] == APOLOGY


async def test_message_passed_on_to_a_person_gets_no_apology(visitor: Visitor) -> None:
    await visitor.send("for a person")
    await visitor.send("hello")
    assert (await visitor.hear(1))[0]["text"] == "echo: hello"


async def test_idle_stream_says_when_to_retry_and_stays_alive(visitor: Visitor) -> None:
    async with visitor.stream(after=1) as events:
        assert (await anext(events))["retry"] == "2000"
        assert (await anext(events))["comment"] == "still here"


async def test_restarted_server_still_knows_the_conversation(start: Start, http: aiohttp.ClientSession) -> None:
    visitor = Visitor(await start(), http)
    await visitor.join()
    await visitor.send("hello")
    before = await visitor.hear(1)
    visitor.server = await start()
    assert await visitor.hear(1) == before


async def test_message_that_a_killed_server_left_is_answered_once_when_it_is_back(
    start: Start, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.edge.app.stay_present", lambda *_: asyncio.sleep(0))
    visitor = Visitor(await start(), http)
    await visitor.join()
    await visitor.send("hello")
    await visitor.hear(1)
    visitor.server.agent.handle = lambda turn: asyncio.sleep(60)  # type: ignore[assignment, method-assign]
    await visitor.send("and who hears this?")
    await visitor.server.edge.stores.presence.end()  # as one that was killed is known to have
    for _ in range(2):  # started twice, it answers once
        visitor.server = await start()
        await visitor.hear(2)
    assert [turn.again for turn in visitor.server.agent.got] == []
    _, joined, _ = await visitor.post("/chat/session", {"token": visitor.token})
    assert [message["text"] for message in joined["messages"][1:]] == [
        "hello",
        "echo: hello",
        "and who hears this?",
        "echo: and who hears this?",
    ]


async def test_stop_waits_for_the_answer_in_progress(start: Start, http: aiohttp.ClientSession) -> None:
    from serving import serve

    state = (await start()).edge.settings.state
    async with serve(state) as stopping:
        visitor = Visitor(stopping, http)
        await visitor.join()
        await visitor.send("hello")
    visitor.server = await start()
    assert (await visitor.hear(1))[0]["text"] == "echo: hello"


# --- what visitors think of it

ANSWERED = {
    "from": "bot",
    "text": "No.",
    "answer": {"status": "answered", "entries": ["bad_advice"], "version": "1a2b"},
}


async def told(visitor: Visitor, body: Event = ANSWERED) -> int:
    """The number of an answer that the visitor has got."""
    session = visitor.server.edge.sessions.read(visitor.token, "self")
    return await visitor.server.edge.rooms.say(session, body)


async def rate(visitor: Visitor, seq: Any, vote: Any, **more: Any) -> tuple[int, Any, Any]:
    headers = {"Authorization": f"Bearer {visitor.token}", **more.pop("headers", {})}
    return await visitor.post("/chat/feedback", {"seq": seq, "vote": vote, **more}, **headers)


async def votes(visitor: Visitor) -> Any:
    """What a browser that comes back is told."""
    return (await visitor.post("/chat/session", {"token": visitor.token}))[1]["feedback"]


async def test_vote_is_kept_with_what_answered_and_its_reason_masked(visitor: Visitor) -> None:
    seq = await told(visitor)
    status, kept, _ = await rate(visitor, seq, "down", reason="my SSN is 536-90-4399, why ask?")
    assert (status, kept["vote"]) == (200, "down")
    assert kept["reason"] == "my SSN is [social security number removed], why ask?"
    assert await votes(visitor) == {str(seq): kept}
    (opinion,) = await visitor.server.edge.stores.feedback.all("down")
    assert (opinion.seq, opinion.entries, opinion.version) == (seq, ["bad_advice"], "1a2b")
    assert b"536-90" not in b"".join(file.read_bytes() for file in visitor.server.edge.settings.state.iterdir())


async def test_vote_given_again_changes_and_can_be_taken_back(visitor: Visitor) -> None:
    seq = await told(visitor)
    await rate(visitor, seq, "down", reason="wrong")
    await rate(visitor, seq, "up")
    assert await votes(visitor) == {str(seq): {"vote": "up", "reason": ""}}
    assert (await rate(visitor, seq, None))[1] == {"vote": None, "reason": ""}
    assert await votes(visitor) == {}


async def test_erased_conversation_takes_its_votes_with_it_and_no_other(
    visitor: Visitor, http: aiohttp.ClientSession
) -> None:
    other = Visitor(visitor.server, http)
    await other.join()
    for each in (visitor, other):
        await rate(each, await told(each), "down", reason="an unmistakable reason")
    sessions, stores = visitor.server.edge.sessions, visitor.server.edge.stores
    await stores.forget(f"web:{sessions.read(visitor.token, 'self')}")
    assert await votes(visitor) == {} and len(await votes(other)) == 1
    await stores.forget(f"web:{sessions.read(other.token, 'self')}")
    files = visitor.server.edge.settings.state.glob("guide.db*")
    assert not any(b"unmistakable" in file.read_bytes() for file in files)


@pytest.mark.parametrize("seq", [0, -1, 99, 2**70, 1.5, "2", True, None, [2]])
async def test_number_of_no_message_takes_no_vote(visitor: Visitor, seq: Any) -> None:
    await told(visitor)
    assert code(await rate(visitor, seq, "up")) == (404, "no_answer")


async def test_only_answers_of_the_own_conversation_take_votes(visitor: Visitor, http: aiohttp.ClientSession) -> None:
    other = Visitor(visitor.server, http)
    await other.join()
    assert code(await rate(other, await told(visitor), "up")) == (404, "no_answer")
    for body in (
        {"from": "bot", "text": "Hi."},
        {**ANSWERED, "answer": {"status": "flow"}},
        {**ANSWERED, "from": "agent"},
    ):
        assert code(await rate(visitor, await told(visitor, body), "up")) == (404, "no_answer")


async def test_votes_pass_the_guards_of_messages(start: Start, http: aiohttp.ClientSession) -> None:
    visitor = Visitor(await start(session_rate=Rate(2, 60)), http)
    await visitor.join()
    seq = await told(visitor)
    assert code(await rate(visitor, seq, "up", headers={"Authorization": "Bearer x"})) == (401, "bad_token")
    assert code(await rate(visitor, seq, "up", headers={"Origin": "https://evil.example"})) == (403, "foreign_origin")
    assert code(await rate(visitor, seq, "sideways")) == (400, "bad_vote")
    assert code(await rate(visitor, seq, "down", reason=5)) == (400, "bad_text")
    assert code(await rate(visitor, seq, "down", reason="x" * 501)) == (413, "too_long")
    assert [(await rate(visitor, seq, "up"))[0] for _ in range(2)] == [200, 200]
    assert code(await rate(visitor, seq, "up")) == (429, "too_many")
    assert await votes(visitor) == {str(seq): {"vote": "up", "reason": ""}}


# --- what is refused


async def test_missing_forged_and_expired_tokens_are_refused(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    forged, _ = Sessions("another secret").issue("self")
    for token in ("", "x", forged, visitor.token[:-1]):
        reply = await visitor.post("/chat/message", {"id": "1", "text": "hi"}, Authorization=f"Bearer {token}")
        assert code(reply) == (401, "bad_token")
        async with visitor.http.get(f"{visitor.server.url}/chat/stream", params={"token": token}) as stream:
            assert stream.status == 401
    assert code(await visitor.post("/chat/session", {"token": forged})) == (401, "bad_token")
    monkeypatch.setattr("bot.edge.sessions.SESSION_LIFETIME", -1)
    assert code(await visitor.send("hi")) == (401, "expired_token")


async def test_foreign_site_is_refused_everywhere(visitor: Visitor) -> None:
    for origin in ("https://evil.example", "null", f"{visitor.server.url}.evil.example"):
        assert code(await visitor.post("/chat/session", {}, Origin=origin)) == (403, "foreign_origin")
        assert code(await visitor.send("hi", Origin=origin)) == (403, "foreign_origin")
        query = {"token": visitor.token}
        headers = {"Origin": origin}
        async with visitor.http.get(f"{visitor.server.url}/chat/stream", params=query, headers=headers) as reply:
            assert reply.status == 403
            assert "Access-Control-Allow-Origin" not in reply.headers


async def test_own_page_is_admitted_by_its_host(visitor: Visitor) -> None:
    assert (await visitor.send("hi", Origin=visitor.server.url))[0] == 202


async def test_allowed_site_passes_preflight_and_its_token_works_only_there(
    start: Start, http: aiohttp.ClientSession
) -> None:
    site = "https://agency.example"
    visitor = Visitor(await start(origins=[site]), http)
    preflight = {"Origin": site, "Access-Control-Request-Method": "POST"}
    async with http.options(f"{visitor.server.url}/chat/message", headers=preflight) as reply:
        assert reply.status < 300
        assert reply.headers["Access-Control-Allow-Origin"] == site
        assert "Authorization" in reply.headers["Access-Control-Allow-Headers"]
    await visitor.join(Origin=site)
    status, _, headers = await visitor.send("hi", Origin=site)
    assert (status, headers["Access-Control-Allow-Origin"]) == (202, site)
    assert code(await visitor.send("hi")) == (401, "bad_token")


async def test_only_json_is_read(visitor: Visitor) -> None:
    headers = {"Authorization": f"Bearer {visitor.token}"}
    wrong = await visitor.post("/chat/message", b"id=1", **{"Content-Type": "text/plain"}, **headers)
    assert code(wrong) == (415, "wrong_type")
    for body in (b"{", b"[]", b"", b"\xff", b"[" * 9000):
        assert code(await visitor.post("/chat/message", body, **headers)) == (400, "bad_json")


async def test_oversize_requests_are_refused(visitor: Visitor) -> None:
    assert code(await visitor.send("x" * (MAX_CHARACTERS + 1))) == (413, "too_long")
    assert code(await visitor.send("x" * 20_000)) == (413, "too_large")
    assert (await visitor.send("x" * MAX_CHARACTERS))[0] == 202


async def test_oversize_body_without_a_length_is_refused(visitor: Visitor) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(5):
            yield b" " * 8192

    headers = {"Content-Type": "application/json"}
    async with visitor.http.post(f"{visitor.server.url}/chat/session", data=endless(), headers=headers) as reply:
        assert reply.status == 413


@pytest.mark.parametrize("text", ["", "  \n ", "\x00\x07", None])
async def test_empty_message_is_refused(visitor: Visitor, text: str | None) -> None:
    assert code(await visitor.send(text)) == (400, "empty")


async def test_text_that_is_no_string_is_refused(visitor: Visitor) -> None:
    assert code(await visitor.send({"a": 1})) == (400, "bad_text")
    assert code(await visitor.send("hi", id="../../x")) == (400, "bad_id")


async def test_control_characters_and_lone_surrogates_are_dropped(visitor: Visitor) -> None:
    await visitor.send("a\x00b\x1b[31m\ud800\nc 👩‍💻")
    assert (await visitor.hear(1))[0]["text"] == "echo: ab[31m\nc 👩‍💻"


async def test_too_many_messages_are_slowed_down_with_a_time_to_retry(
    start: Start, http: aiohttp.ClientSession
) -> None:
    visitor = Visitor(await start(session_rate=Rate(2, 60)), http)
    await visitor.join()
    assert [(await visitor.send("hi"))[0] for _ in range(2)] == [202, 202]
    refused = await visitor.send("hi")
    assert code(refused) == (429, "too_many")
    assert 1 <= int(refused[2]["Retry-After"]) <= 30
    assert (await visitor.send("hi", id="message-1"))[0] == 202, "a repeat costs nothing"


async def test_address_that_opens_too_many_sessions_is_slowed_down(start: Start, http: aiohttp.ClientSession) -> None:
    visitor = Visitor(await start(ip_rate=Rate(3, 60)), http)
    for _ in range(3):
        await visitor.join()
    assert code(await visitor.post("/chat/session", {})) == (429, "too_many")


# --- pages


async def test_root_is_the_page_under_a_strict_policy(server: Server, http: aiohttp.ClientSession) -> None:
    async with http.get(server.url) as reply:
        assert "<insurance-guide-chat" in await reply.text()
        policy = reply.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert reply.headers["Referrer-Policy"] == "no-referrer"
        assert "Server" not in reply.headers


async def test_page_has_no_inline_script_or_style(server: Server, http: aiohttp.ClientSession) -> None:
    async with http.get(server.url) as reply:
        page = await reply.text()
    assert "<style" not in page and " style=" not in page and "onclick" not in page
    assert page.count("<script") == page.count('<script type="module" src=')


async def test_every_script_the_widget_imports_is_served_and_small(server: Server, http: aiohttp.ClientSession) -> None:
    waiting, scripts = {"widget.js"}, {}
    while waiting:
        name = waiting.pop()
        async with http.get(f"{server.url}/{name}") as reply:
            assert reply.status == 200 and reply.content_type == "text/javascript"
            assert reply.headers["Access-Control-Allow-Origin"] == "*"
            scripts[name] = await reply.text()
        waiting |= set(re.findall(r'from "\./([\w-]+\.js)"', scripts[name])) - scripts.keys()
    assert len(scripts) <= 3
    assert sum(len(gzip.compress(script.encode())) for script in scripts.values()) <= 27_000
    assert not any("innerHTML" in script for script in scripts.values())


async def test_a_script_is_sent_without_its_comments_and_with_all_its_lines(
    server: Server, http: aiohttp.ClientSession
) -> None:
    for name in ("widget.js", "widget-client.js", "widget-view.js"):
        async with http.get(f"{server.url}/{name}") as reply:
            sent = (await reply.text()).split("\n")
        kept = [(own, now) for own, now in zip((FOLDER / name).read_text().split("\n"), sent, strict=True) if now]
        assert all(own == now for own, now in kept)  # so a browser names the line of the file
        assert not any(now.lstrip().startswith(("/**", "//")) for _, now in kept)


@pytest.mark.parametrize("accepted", ["gzip", "identity"])
async def test_unchanged_file_is_not_sent_again(server: Server, http: aiohttp.ClientSession, accepted: str) -> None:
    accepts = {"Accept-Encoding": accepted}
    async with http.get(f"{server.url}/widget.js", headers=accepts) as reply:
        tag = {"If-None-Match": reply.headers["ETag"]}
    async with http.get(f"{server.url}/widget.js", headers={**accepts, **tag}) as reply:
        assert reply.status == 304
    other = {"Accept-Encoding": "identity" if accepted == "gzip" else "gzip"}
    async with http.get(f"{server.url}/widget.js", headers={**other, **tag}) as reply:
        assert reply.status == 200  # a cache in between may have kept the other form


async def test_files_are_compressed_for_those_who_read_that(server: Server) -> None:
    async with aiohttp.ClientSession(auto_decompress=False) as http:
        bodies = {}
        for accepted in ("gzip, deflate, br", "identity", "gzip;q=0"):
            async with http.get(f"{server.url}/widget.js", headers={"Accept-Encoding": accepted}) as reply:
                assert reply.headers["Vary"] == "Accept-Encoding"
                assert (reply.headers.get("Content-Encoding") == "gzip") == (accepted == "gzip, deflate, br")
                bodies[accepted] = await reply.read()
    assert gzip.decompress(bodies["gzip, deflate, br"]) == bodies["identity"] == bodies["gzip;q=0"]


@pytest.mark.parametrize(
    ("accepted", "taken"),
    [
        ("gzip", True),
        ("GZIP", True),
        ("deflate, gzip;q=1.0, *;q=0.5", True),
        ("br;q=1.0, gzip;q=0.8", True),
        ("*", True),
        ("", False),
        ("identity", False),
        ("x-gzip-like", False),
        ("gzip;q=0", False),
        ("gzip ; q=0.000, br", False),
        ("gzip;q=0.5", True),
    ],
)
def test_compression_is_read_from_what_the_client_accepts(accepted: str, taken: bool) -> None:
    assert takes_gzip(accepted) is taken


# --- parts


async def test_secret_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    state = tmp_path / "state"
    first = persistent_secret(state)
    assert persistent_secret(state) == first and len(first) >= 32
    assert stat.S_IMODE((state / "web_secret").stat().st_mode) == 0o600
    assert [path.name for path in state.iterdir()] == ["web_secret"]


def test_sites_and_secret_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUIDE_STATE", str(tmp_path))
    monkeypatch.setenv("GUIDE_WEB_ORIGINS", "https://a.example, https://b.example/")
    monkeypatch.setenv("GUIDE_WEB_SECRET", "from the environment")
    found = Settings.load()
    assert (found.state, found.secret) == (tmp_path, "from the environment")
    assert Origins(found.origins).admit("https://b.example", ["here"]) == "https://b.example"


@pytest.mark.parametrize("origin", ["https://here", "http://here"])
def test_same_host_is_same_origin_whatever_the_proxy_made_of_the_scheme(origin: str) -> None:
    assert Origins().admit(origin, ["here"]) == "self"


@pytest.mark.parametrize(
    ("origin", "hosts"),
    [
        ("https://here", ["here:443"]),
        ("https://here", ["HERE."]),
        ("http://here:80", ["here"]),
        ("https://here", ["here", "here"]),
        ("https://here", ["here, here:443"]),
        ("http://[::1]:5005", ["[::1]:5005"]),
    ],
)
async def test_own_host_is_known_however_a_proxy_writes_it(origin: str, hosts: list[str]) -> None:
    assert Origins().admit(origin, hosts) == "self"


@pytest.mark.parametrize(
    ("origin", "hosts"),
    [
        ("https://here:80", ["here"]),
        ("https://here", ["here", "there"]),
        ("https://here", []),
        ("null", ["null"]),
        ("https://evil@here", ["here"]),
        ("https://here.evil.example", ["here"]),
        ("https://[", ["here"]),
    ],
)
async def test_what_only_looks_like_the_own_host_is_refused(origin: str, hosts: list[str]) -> None:
    with pytest.raises(ChatError):
        Origins().admit(origin, hosts)


@pytest.mark.parametrize(
    "allowed", ["https://agency.example", "HTTPS://Agency.Example:443/", "https://agency.example."]
)
async def test_site_is_allowed_however_its_name_was_written(
    start: Start, http: aiohttp.ClientSession, allowed: str
) -> None:
    visitor = Visitor(await start(origins=allowed), http)
    await visitor.join(Origin="https://agency.example")
    for origin in ("https://agency.example", "https://agency.example.", "https://agency.example:443"):
        status, _, headers = await visitor.send("hi", Origin=origin)
        assert (status, headers["Access-Control-Allow-Origin"]) == (202, origin)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GUIDE_WEB_RATE_SESSION", "fast"),
        ("GUIDE_WEB_RATE_IP", "0/60"),
        ("GUIDE_WEB_RATE_IP", "20/0"),
        ("GUIDE_WEB_RATE_IP", "20/inf"),
        ("GUIDE_WEB_STREAMS_IP", "-1"),
        ("GUIDE_WEB_STREAMS_IP", ""),
        ("GUIDE_WEB_TURN_TIMEOUT", "nan"),
        ("GUIDE_WEB_WAITING", "0"),
        ("GUIDE_WEB_PROXIES", "one"),
        ("GUIDE_METRICS_OPEN", "yes"),
        ("PORT", "web"),
        ("GUIDE_WEB_TURN_TIMEOUT", "a minute"),
        ("GUIDE_WEB_ORIGINS", "agency.example"),
        ("GUIDE_WEB_ORIGINS", "https://agency.example/chat"),
        ("GUIDE_WEB_ORIGINS", "https://agency.example, file:///x"),
    ],
)
def test_setting_that_cannot_be_used_is_named_with_an_example(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingError, match=f"{name} cannot be .*: write, for example, ") as refused:
        Settings.load()
    example = str(refused.value).partition("for example, ")[2].rstrip(".").partition(" or ")[0]
    monkeypatch.setenv(name, example)
    Settings.load()  # what it tells people to write is right


def test_limits_can_be_switched_off_and_sites_be_written_as_people_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUIDE_WEB_RATE_IP", "Off")
    monkeypatch.setenv("GUIDE_WEB_ORIGINS", " https://Agency.example/ ,")
    found = Settings.load()
    assert found.ip_rate is None
    assert found.origins == ("https://agency.example",)


async def test_bucket_refills_with_time() -> None:
    now = [0.0]
    limiter = RateLimiter(Rate.parse("2/10"), clock=lambda: now[0])
    limiter.take("a")
    limiter.take("a")
    with pytest.raises(ChatError) as refused:
        limiter.take("a")
    assert refused.value.retry_after == 5
    limiter.take("b")
    now[0] = 5.0
    limiter.take("a")

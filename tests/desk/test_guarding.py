"""What the desk refuses: unsigned calls, foreign pages, another session's token, another agent's request."""

from __future__ import annotations

import aiohttp
import pytest
from desking import AtDesk, ask_for_agent, code, references
from serving import Server

READ = [
    "me",
    "tickets",
    "attention",
    "search?q=x",
    "tickets/AAAAAA",
    "knowledge?q=cyber",
    "canned",
    "report",
    "report.csv",
    "stream",
]
CHANGED = ["presence", "canned", "canned/forget", "sign-out", "tickets/AAAAAA/claim", "tickets/AAAAAA/say"]


@pytest.mark.parametrize("path", READ)
@pytest.mark.parametrize("cookie", ["", "guide_desk=", "guide_desk=guessed", "guide_desk=%00"])
async def test_nobody_reads_anything_without_signing_in(
    server: Server, http: aiohttp.ClientSession, path: str, cookie: str
) -> None:
    async with http.get(f"{server.url}/desk/api/{path}", headers={"Cookie": cookie}) as reply:
        assert (reply.status, (await reply.json())["error"]["code"]) == (401, "signed_out")
        assert reply.headers["Cache-Control"] == "no-store, no-transform"


@pytest.mark.parametrize("path", CHANGED)
async def test_nobody_changes_anything_without_signing_in(
    server: Server, http: aiohttp.ClientSession, path: str
) -> None:
    async with http.post(f"{server.url}/desk/api/{path}", json={}, headers={"Origin": server.url}) as reply:
        assert (reply.status, (await reply.json())["error"]["code"]) == (401, "signed_out")


@pytest.mark.parametrize("path", CHANGED)
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": None},
        {"Origin": "null"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
async def test_nothing_is_changed_from_another_page(
    server: Server, http: aiohttp.ClientSession, path: str, headers: dict[str, str | None]
) -> None:
    dana = AtDesk(server, http, "dana")
    assert code(await dana.post(path, {}, **headers)) == (403, "foreign_origin")
    assert (await dana.get("me"))[0] == 200


async def test_sites_that_embed_the_chat_may_not_touch_the_desk(
    start,
    http: aiohttp.ClientSession,  # type: ignore[no-untyped-def]
) -> None:
    from desking import add_people

    server = await start(origins=("https://agency.example",))
    add_people(server.edge.stores.records)
    dana = AtDesk(server, http, "dana")
    assert code(await dana.post("presence", {}, Origin="https://agency.example")) == (403, "foreign_origin")


@pytest.mark.parametrize("path", CHANGED)
async def test_a_token_of_another_agent_or_another_session_does_not_do(
    server: Server, http: aiohttp.ClientSession, path: str
) -> None:
    dana, lee, before = (AtDesk(server, http, login) for login in ("dana", "lee", "dana"))
    await before.post("sign-out")
    for token in (lee.token, before.token, "", "é", None):
        assert code(await dana.post(path, {}, X_Desk_Token=token)) == (403, "stale_page")


async def test_a_change_that_is_no_json_is_refused(server: Server, http: aiohttp.ClientSession) -> None:
    dana = AtDesk(server, http, "dana")
    assert code(await dana.post("presence", b"availability=available")) == (400, "bad_json")
    assert code(await dana.post("presence", b"{}", Content_Type="text/plain")) == (415, "wrong_type")
    assert code(await dana.post("presence", {"availability": "asleep"})) == (400, "bad_availability")
    assert code(await dana.post("presence", {"availability": 5})) == (400, "bad_text")
    assert code(await dana.post("presence", b"x" * 20_000)) == (413, "too_large")


async def test_another_agents_request_is_opened_by_no_address(server: Server, http: aiohttp.ClientSession) -> None:
    reference = ask_for_agent(server, "1", "the zebra bit me").reference
    dana, lee, sam = (AtDesk(server, http, login) for login in ("dana", "lee", "sam"))
    assert (await dana.post(f"tickets/{reference}/claim"))[0] == 200
    status, body = await lee.get(f"tickets/{reference}")
    assert (status, body["error"]) == (403, {"code": "not_yours", "message": "Dana Reyes has this conversation."})
    for step, data in (
        ("draft", {"text": "x"}),
        ("read", {"seq": 1}),
        ("note", {"id": "n", "text": "x"}),
        ("typing", {"on": True}),
        ("say", {"id": "s", "text": "x"}),
    ):
        assert (await lee.post(f"tickets/{reference}/{step}", data))[0] in (403, 409), step
    for path in ("search?q=zebra", "tickets?view=open", "tickets?view=waiting", "attention"):
        assert reference not in str(await lee.get(path)), path
    assert references((await dana.get("search", q="zebra"))[1]["rows"]) == [reference]
    assert (await sam.get(f"tickets/{reference}"))[1]["messages"][0]["text"] == "the zebra bit me"


async def test_figures_and_files_are_for_supervisors(server: Server, http: aiohttp.ClientSession) -> None:
    dana, sam = AtDesk(server, http, "dana"), AtDesk(server, http, "sam")
    for path in ("report", "report.csv"):
        assert code(await dana.get(path)) == (403, "supervisors")
        assert (await sam.get(path))[0] == 200
        assert code(await sam.get(path, days="0")) == (400, "bad_number")
        assert code(await sam.get(path, days="nan")) == (400, "bad_number")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "tickets/AAAAAA"),
        ("POST", "tickets/AAAAAA/claim"),
        ("POST", "tickets/AAAAAA/say"),
        ("POST", "tickets/AAAAAA/note"),
    ],
)
async def test_a_request_that_is_not_there_is_not_there(
    server: Server, http: aiohttp.ClientSession, method: str, path: str
) -> None:
    dana = AtDesk(server, http, "dana")
    body = {"id": "a", "text": "b"}
    reply = await (dana.get(path) if method == "GET" else dana.post(path, body))
    assert code(reply) == (404, "no_ticket")


async def test_what_cannot_be_asked_is_refused_with_a_sentence(server: Server, http: aiohttp.ClientSession) -> None:
    dana = AtDesk(server, http, "dana")
    reference = ask_for_agent(server, "1", "hello").reference
    await dana.post(f"tickets/{reference}/claim")
    own = f"tickets/{reference}"
    assert code(await dana.get("tickets", view="everything")) == (400, "bad_view")
    assert code(await dana.get("tickets", before="soon")) == (400, "bad_number")
    assert code(await dana.get("search", q="x" * 201)) == (413, "too_long")
    assert code(await dana.post(f"{own}/dance")) == (404, "not_found")
    assert code(await dana.post(f"{own}/say", {"text": "no id"})) == (400, "bad_id")
    assert code(await dana.post(f"{own}/say", {"id": "1", "text": " "}))[0] == 400
    assert code(await dana.post(f"{own}/say", {"id": "1", "text": "x" * 4001})) == (413, "too_long")
    assert code(await dana.post(f"{own}/say", {"id": "1", "text": "Dear {visitor},"})) == (400, "unfilled")
    assert code(await dana.post(f"{own}/snooze", {"until": 5})) == (400, "bad_time")
    assert code(await dana.post(f"{own}/transfer", {"to": "nobody"})) == (400, "no_such_agent")
    assert code(await dana.post(f"{own}/resolve", {"outcome": "fine"})) == (400, "bad_outcome")


async def test_the_page_runs_nothing_but_its_own_files(server: Server, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{server.url}/desk") as page:
        policy = page.headers["Content-Security-Policy"]
        assert page.status == 200 and page.headers["X-Frame-Options"] == "DENY"
    assert "default-src 'none'" in policy and "script-src 'self'" in policy and "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy and "*" not in policy

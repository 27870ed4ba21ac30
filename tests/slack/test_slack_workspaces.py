"""Several workspaces: installed by their administrators, tokens encrypted, refreshed by one at a time."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from fake_slack import BOT, FakeSlack
from slack_running import Running
from slack_side import ASKER, SlackSide

from bot.channels.slack.workspaces import Box, Workspace, Workspaces

TEAM = "T0OTHER1"
DM = f"D{ASKER[1:]}"
OPTIONS: dict[str, Any] = {"token": None, "client_id": "123.456", "client_secret": "s" * 32}


@pytest.fixture
async def many(start: Any) -> Running:
    """A guide that workspaces install by themselves."""
    guide: Running = await start(**OPTIONS, address="http://127.0.0.1")
    return guide


def workspaces(guide: Running) -> Workspaces:
    found: Workspaces = guide.edge.channels[0]._workspaces  # type: ignore[attr-defined]
    return found


def of(team: str) -> dict[str, Any]:
    return {"team_id": team, "authorizations": [{"team_id": team, "user_id": BOT, "is_bot": True}]}


async def install(guide: Running, http: aiohttp.ClientSession, team: str) -> tuple[int, str]:
    """What an administrator's browser does; Slack's own page in between is taken as agreed to."""
    async with http.get(f"{guide.url}/slack/install", allow_redirects=False) as reply:
        query = parse_qs(urlsplit(reply.headers["Location"]).query)
        cookie = reply.cookies["guide_slack_state"].value
    assert query["redirect_uri"] == ["http://127.0.0.1/slack/oauth_redirect"] and "chat:write" in query["scope"][0]
    back = {"code": f"code-{team}", "state": query["state"][0]}
    url = f"{guide.url}/slack/oauth_redirect"
    async with http.get(url, params=back, headers={"Cookie": f"guide_slack_state={cookie}"}) as reply:
        return reply.status, await reply.text()


async def test_a_workspace_installs_asks_and_leaves(
    many: Running, fake: FakeSlack, http: aiohttp.ClientSession
) -> None:
    slack = SlackSide(many.url, fake, http)
    event = slack.event(await slack.message("hello", DM), **of(TEAM))
    assert (await slack.deliver(event))[0] == 403
    status, page = await install(many, http, TEAM)
    assert status == 200 and f"The guide is in Team {TEAM} now." in page
    assert (await slack.deliver(event))[0] == 200
    assert len(await fake.until(1, DM)) == 1
    gone = slack.event({"type": "app_uninstalled"}, **of(TEAM))
    assert (await slack.deliver(gone))[0] == 200
    while await workspaces(many).of(TEAM):
        await asyncio.sleep(0.05)
    later = slack.event(await slack.message("hello", DM), **of(TEAM))
    assert (await slack.deliver(later))[0] == 403


@pytest.mark.parametrize("cookie", ["", "guide_slack_state=other"])
async def test_an_installation_belongs_to_one_browser(cookie: str, many: Running, http: aiohttp.ClientSession) -> None:
    back = {"code": f"code-{TEAM}", "state": "guessed"}
    url = f"{many.url}/slack/oauth_redirect"
    async with http.get(url, params=back, headers={"Cookie": cookie} if cookie else {}) as reply:
        assert reply.status == 400
    assert await workspaces(many).all() == []


async def test_no_token_lies_open_in_the_database(
    many: Running, fake: FakeSlack, http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    await install(many, http, TEAM)
    (found,) = await workspaces(many).all()
    assert found.token.startswith("xoxe.xoxb-") and found.token not in repr(found)
    slack = SlackSide(many.url, fake, http)
    _, url = await slack.command("hello", **{"team_id": TEAM})
    await fake.whispered(url, 1)
    stored = b"".join(file.read_bytes() for file in (tmp_path / "state").glob("guide.db*"))
    assert b"xoxe" not in stored and b"/respond/" not in stored and TEAM.encode() in stored
    assert (tmp_path / "state" / "slack_key").stat().st_mode & 0o777 == 0o600


async def test_a_token_is_refreshed_once_however_many_events_come(
    many: Running, fake: FakeSlack, http: aiohttp.ClientSession
) -> None:
    await fake.do("refresh", token="xoxe-1-old", team=TEAM)
    await fake.do("token", token="xoxb-old", team=TEAM)
    await workspaces(many).keep(Workspace(TEAM, "Other", BOT, "xoxb-old", "xoxe-1-old", time.time() + 60))
    slack = SlackSide(many.url, fake, http)
    users = [f"U0USER{n:02d}" for n in range(8)]
    events = [slack.event(await slack.message("hello", f"D{user[1:]}", user), **of(TEAM)) for user in users]
    assert {reply[0] for reply in await asyncio.gather(*map(slack.deliver, events))} == {200}
    for user in users:
        assert len(await fake.until(1, f"D{user[1:]}")) == 1
    refreshed = [call for call in (await fake.state())["calls"] if call["method"] == "oauth.v2.access"]
    assert len(refreshed) == 1
    assert (await workspaces(many).token(TEAM) or "").startswith("xoxe.xoxb-")


async def test_two_processes_refresh_once(many: Running, fake: FakeSlack, tmp_path: Path) -> None:
    await fake.do("refresh", token="xoxe-1-old", team=TEAM)
    await fake.do("token", token="xoxb-old", team=TEAM)
    await workspaces(many).keep(Workspace(TEAM, "Other", BOT, "xoxb-old", "xoxe-1-old", time.time() + 60))
    channel: Any = many.edge.channels[0]
    other = Workspaces(channel._settings, lambda: many.edge.stores.records, channel._slack, channel._box)
    tokens = await asyncio.gather(workspaces(many).token(TEAM), other.token(TEAM))
    assert all(tokens)
    refreshed = [call for call in (await fake.state())["calls"] if call["method"] == "oauth.v2.access"]
    assert len(refreshed) == 1


async def test_another_key_opens_nothing_and_is_said(many: Running, http: aiohttp.ClientSession, caplog: Any) -> None:
    await install(many, http, TEAM)
    channel: Any = many.edge.channels[0]
    other = Box("A" * 43 + "=")
    blind = Workspaces(channel._settings, lambda: many.edge.stores.records, channel._slack, other)
    assert await blind.token(TEAM) is None and "GUIDE_SLACK_KEY" in caplog.text


async def test_tokens_of_users_that_are_revoked_are_none_of_ours(
    many: Running, fake: FakeSlack, http: aiohttp.ClientSession
) -> None:
    await install(many, http, TEAM)
    slack = SlackSide(many.url, fake, http)
    for tokens, there in (({"oauth": ["U1"]}, True), ({"bot": [BOT]}, False)):
        revoked = slack.event({"type": "tokens_revoked", "tokens": tokens}, **of(TEAM))
        assert (await slack.deliver(revoked))[0] == 200
        for _ in range(100):
            if bool(await workspaces(many).of(TEAM)) is there:
                break
            await asyncio.sleep(0.05)
        assert bool(await workspaces(many).of(TEAM)) is there

"""`guide slack manifest` and `guide slack check`: what they print, and what they find wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fake_slack import TOKEN, FakeSlack
from slack_running import Running
from slack_side import SECRET, SlackSide

from bot.channels.slack import checking
from bot.channels.slack.manifest import SCOPES, manifest
from bot.channels.slack.settings import SlackSettings
from bot.cli import main
from bot.records.opening import open_records


async def findings(state: Path, fake: FakeSlack, **options: Any) -> dict[str, tuple[bool | None, str]]:
    settings = SlackSettings(**{"token": TOKEN, "signing_secret": SECRET, "api": fake.url, **options})
    state.mkdir(exist_ok=True)
    records = open_records(f"sqlite:///{state / 'check.db'}", state)
    try:
        return {each.what: (each.good, each.said) async for each in checking.check(settings, records, state)}
    finally:
        records.close()


async def test_what_is_right_is_said_to_be(guide: Running, fake: FakeSlack, tmp_path: Path) -> None:
    found = await findings(tmp_path, fake, address=guide.url)
    assert {what: good for what, (good, _) in found.items()} == {
        **dict.fromkeys(("settings", "token", "scopes", "clock", "signing secret", "address", "outbox"), True),
        "log": None,  # there is none yet
    }


@pytest.mark.parametrize(
    ("broken", "what", "said"),
    [
        ({"token": {"revoked": True}}, "token", "Slack says token_revoked: install the app again"),
        ({"token": {"scopes": ["chat:write"]}}, "scopes", "missing: app_mentions:read, commands, im:history"),
        ({"options": {"token": "xoxb-unknown"}}, "token", "Slack says invalid_auth: copy it again"),
        ({"options": {"signing_secret": "short"}}, "signing secret", "is not 32 digits"),
        ({"options": {"api": "http://127.0.0.1:9"}}, "token", "Slack cannot be reached"),
        ({"options": {"address": "http://127.0.0.1:9"}}, "address", "cannot be reached"),
        ({"options": {"signing_secret": "f" * 32, "address": "GUIDE"}}, "address", "another signing secret"),
        ({"options": {"app_token": "xoxb-1"}}, "settings", ""),
        ({"options": {"token": None}}, "settings", "Nothing is set"),
        ({"options": {"signing_secret": None}}, "settings", "GUIDE_SLACK_SIGNING_SECRET is missing"),
    ],
)
async def test_what_is_wrong_is_found_and_said(
    broken: dict[str, Any], what: str, said: str, guide: Running, fake: FakeSlack, tmp_path: Path
) -> None:
    if "token" in broken:
        await fake.do("token", token=TOKEN, **broken["token"])
    options = dict(broken.get("options", {}))
    if options.get("address") == "GUIDE":
        options["address"] = guide.url
    if options.get("app_token") == "xoxb-1":
        with pytest.raises(ValueError, match="does not look like one"):
            SlackSettings(**options)
        return
    found = await findings(tmp_path, fake, **options)
    assert found[what][0] is False and said in found[what][1]
    assert not any(TOKEN in each or SECRET in each for _, each in found.values())


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ({}, None),
        ({"archived": True}, "invite the guide there"),
        ({"member": False}, "invite the guide there"),
        ({"shared": True}, "shared with another company"),
        (None, "channel_not_found"),
    ],
)
async def test_the_agents_channel_is_looked_at(
    about: dict[str, Any] | None, said: str | None, fake: FakeSlack, tmp_path: Path
) -> None:
    if about is not None:
        await fake.do("channel", name="C0AGENTS1", **about)
    good, told = (await findings(tmp_path, fake, handoff_channel="C0AGENTS1"))["agents' channel"]
    assert good is (said is None) and (said or "c0agents1") in told


async def test_what_was_refused_lately_and_what_waits_is_shown(
    slack: SlackSide, guide: Running, fake: FakeSlack, tmp_path: Path
) -> None:
    from bot.edge.logs import JsonLines

    state = tmp_path / "state"
    (state / "logs").mkdir()
    import logging

    line = logging.LogRecord("bot.channels.slack.channel", logging.WARNING, "", 0, "A signature was wrong.", None, None)
    line.code = "bad_signature"
    (state / "logs" / "guide.log").write_text(f"{JsonLines().format(line)}\nno json\n" * 2)
    found = await findings(state, fake)
    assert found["log"] == (False, "2 times: A signature was wrong.")


def command(*words: str, **environment: str) -> Any:
    return CliRunner().invoke(main, ["slack", *words], env={"GUIDE_SLACK_BOT_TOKEN": "", **environment})


def test_the_manifest_is_within_what_slack_takes_and_has_what_the_guide_needs() -> None:
    made = manifest(SlackSettings(address="https://guide.agency.example", client_id="1.2", token=None), agent=True)
    about = made["display_information"]
    assert made["_metadata"]["major_version"] == 2
    assert (
        len(about["name"]) <= 35 and len(about["description"]) <= 140 and 174 <= len(about["long_description"]) <= 4000
    )
    view = made["features"]["agent_view"]
    assert len(view["agent_description"]) <= 300 and 1 <= len(view["suggested_prompts"]) <= 4
    assert len(made["features"]["slash_commands"][0]["command"]) <= 32
    events = made["settings"]["event_subscriptions"]
    assert events["request_url"] == "https://guide.agency.example/slack/events"
    assert "message.channels" not in events["bot_events"]  # nobody's talk is read that does not mention the guide
    assert made["oauth_config"]["redirect_urls"] == ["https://guide.agency.example/slack/oauth_redirect"]


def test_the_manifest_asks_for_what_agents_need_where_they_have_a_channel() -> None:
    without, made = (manifest(SlackSettings(token="xoxb-1", handoff_channel=each), False) for each in ("", "C0AGENTS1"))
    scopes, events = (set(made["oauth_config"]["scopes"]["bot"]), made["settings"]["event_subscriptions"]["bot_events"])
    assert {"reactions:write", "users:read", "users:read.email"} <= scopes and "message.channels" in events
    assert not scopes & {"users:read.email"} & set(without["oauth_config"]["scopes"]["bot"])


def test_the_agents_channel_of_several_workspaces_names_its_own() -> None:
    several = {"client_id": "1.2", "client_secret": "s", "address": "https://guide.example", "signing_secret": "5" * 32}
    assert "lacks its workspace" in SlackSettings(**several, handoff_channel="C0AGENTS1").missing()[0]
    found = SlackSettings(**several, handoff_channel="T0HOME01:C0AGENTS1")
    assert found.missing() == [] and found.handoff_place == ("T0HOME01", "C0AGENTS1")


def test_the_command_prints_a_manifest_for_each_way_to_connect() -> None:
    public = json.loads(command("manifest", GUIDE_PUBLIC_URL="https://guide.agency.example").output)
    assert public["settings"]["socket_mode_enabled"] is False and "agent_view" not in public["features"]
    socket = json.loads(command("manifest", "--agent").output)
    assert socket["settings"]["socket_mode_enabled"] is True and "agent_view" in socket["features"]
    assert "request_url" not in json.dumps(socket)
    explained = command("manifest", "--scopes").output
    assert all(f"{scope}: " in explained for scope in SCOPES)


def test_check_without_settings_says_where_to_begin(tmp_path: Path) -> None:
    result = command("check", GUIDE_STATE=str(tmp_path))
    assert result.exit_code == 1 and "docs/slack.md" in result.output


def test_a_token_that_is_none_is_refused_and_not_repeated() -> None:
    result = command("check", GUIDE_SLACK_BOT_TOKEN="my password")
    assert result.exit_code == 1 and "GUIDE_SLACK_BOT_TOKEN" in result.output and "my password" not in result.output

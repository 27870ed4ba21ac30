"""The app manifest that Slack makes an app from, and what each permission in it is for.  Pure."""

from __future__ import annotations

from typing import Any

from bot.channels.slack.payloads import SHORTCUT
from bot.channels.slack.settings import SlackSettings
from bot.channels.slack.views import QUESTIONS

SCOPES = {
    "app_mentions:read": "to hear questions that mention the guide in a channel",
    "chat:write": "to answer",
    "commands": "for the slash command and the shortcut on messages",
    "im:history": "to hear direct messages, and to see whether an answer has arrived before it is sent again",
    "im:write": "to answer in a direct message where a private answer came too late",
    "channels:history": "to see whether an answer in a public channel has arrived before it is sent again",
    "groups:history": "the same in private channels",
}
AGENT_SCOPES = {"assistant:write": "to suggest questions in the agent view"}
DESK_SCOPES = {
    "reactions:write": "to mark what of a thread has reached the visitor",
    "users:read": "to see who writes and presses in the agents' channel, and whether they are there",
    "users:read.email": "to know agents by the address of their account",
    "channels:read": "to see that the agents' channel is shared with no other company",
    "groups:read": "the same of a private channel",
}
DESK_EVENTS = ("message.channels", "message.groups")
EVENTS = ("app_home_opened", "app_mention", "app_uninstalled", "message.im", "tokens_revoked")
NAME, DESCRIPTION = "Insurance guide", "Cited answers about business insurance: yes, no or it depends, and why."
LONG = (
    "Ask about business insurance in your own words and get a short answer at once: yes, no or it depends, on what "
    "exactly, why, what does cover it instead, and which source says so. Every answer comes from a knowledge base that "
    "licensed agents read, edit and sign; nothing is generated. The guide never binds cover, never promises a price "
    "and never judges a claim."
)
ABOUT = "Answers questions about business insurance from a reviewed knowledge base, with its sources."


def scopes(settings: SlackSettings, agent: bool = False) -> dict[str, str]:
    """The permissions that the app asks for, and what each is for.

    Args:
        agent: whether the workspace has Slack's agent view, if the settings do not say so.
    """
    more = AGENT_SCOPES if agent or settings.agent else {}
    return {**SCOPES, **more, **(DESK_SCOPES if settings.handoff_channel else {})}


def manifest(settings: SlackSettings, agent: bool) -> dict[str, Any]:
    """The manifest, for the address of the settings; without one, for Socket Mode.

    Args:
        agent: whether the workspace has Slack's agent view.
    """
    socket = settings.address is None
    events = f"{settings.address}/slack/events"
    events_heard = [*EVENTS, *(DESK_EVENTS if settings.handoff_channel else ())]
    at = {} if socket else {"request_url": events}
    command = {
        "command": settings.command,
        "description": "Ask the insurance guide; only you see the answer",
        "usage_hint": "does GL cover call center mistakes?",
        "should_escape": True,
        **({} if socket else {"url": events}),
    }
    shortcut = {
        "name": "Ask the guide about this",
        "type": "message",
        "callback_id": SHORTCUT,
        "description": "Answers the question in a message, for you alone",
    }
    prompts = [{"title": text, "message": text} for text in QUESTIONS]
    features: dict[str, Any] = {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True, "messages_tab_read_only_enabled": False},
        "bot_user": {"display_name": NAME, "always_online": True},
        "slash_commands": [command],
        "shortcuts": [shortcut],
    }
    if agent:
        features["agent_view"] = {"agent_description": ABOUT, "suggested_prompts": prompts}
    oauth: dict[str, Any] = {"scopes": {"bot": list(scopes(settings, agent))}}
    if settings.client_id and settings.address:
        oauth["redirect_urls"] = [f"{settings.address}/slack/oauth_redirect"]
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": NAME,
            "description": DESCRIPTION,
            "long_description": LONG,
            "background_color": "#1f4d3a",
        },
        "features": features,
        "oauth_config": oauth,
        "settings": {
            "event_subscriptions": {**at, "bot_events": events_heard},
            "interactivity": {"is_enabled": True, **at},
            "org_deploy_enabled": False,
            "socket_mode_enabled": socket,
            "token_rotation_enabled": bool(settings.client_id),
        },
    }

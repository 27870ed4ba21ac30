"""What Slack accepts, as its documentation and reports say: the rules of the fake, each with where it is from.

Written apart from the guide's own limits, so that an error in those is noticed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

DOCS = "docs.slack.dev/reference"
METHODS = "docs.slack.dev/reference/methods (as copied by github.com/smstoslack/slack_kit, priv/docs/methods)"

RULES: dict[str, str] = {
    "a message has at most 50 blocks": f"{DOCS}/block-kit/blocks",
    "a view has at most 100 blocks": f"{DOCS}/block-kit/blocks",
    "a view is at most 250 kB": f"{METHODS}: views.open, view_too_large",
    "blocks of a message are at most 13,000 characters in all": "github.com/slackapi/bolt-js/issues/2509",
    "text of a message is at most 4,000 characters": f"{METHODS}: chat.update, msg_too_long",
    "a message has text or blocks": f"{METHODS}: chat.postMessage, no_text",
    "text of a section is at most 3,000 characters": f"{DOCS}/block-kit/blocks/section-block",
    "a section has at most 10 fields of 2,000 characters": f"{DOCS}/block-kit/blocks/section-block",
    "text of a header is plain and at most 150 characters": f"{DOCS}/block-kit/blocks/header-block",
    "a context has 1 to 10 elements": f"{DOCS}/block-kit/blocks/context-block",
    "text of a context is at most 3,000 characters": f"{DOCS}/block-kit/composition-objects/text-object",
    "text is never empty": f"{DOCS}/block-kit/composition-objects/text-object",
    "actions have 1 to 25 elements": f"{DOCS}/block-kit/blocks/actions-block",
    "context actions have 1 to 5 feedback or icon buttons": f"{DOCS}/block-kit/blocks/context-actions-block",
    "text of a button is plain and at most 75 characters": f"{DOCS}/block-kit/block-elements/button-element",
    "value of a button is at most 2,000 characters": f"{DOCS}/block-kit/block-elements/button-element",
    "an action id is at most 255 characters and stands once": f"{DOCS}/block-kit/block-elements/button-element",
    "a select has 1 to 100 options": f"{DOCS}/block-kit/block-elements/select-menu-element",
    "radio buttons have 1 to 10 options": f"{DOCS}/block-kit/block-elements/radio-button-group-element",
    "text of an option is at most 75 characters, its value 150": f"{DOCS}/block-kit/composition-objects/option-object",
    "a table has 1 to 100 rows of 1 to 20 cells, and stands once": f"{DOCS}/block-kit/blocks/table-block",
    "rich text has sections and lists of sections": f"{DOCS}/block-kit/blocks/rich-text-block",
    "a rich text element of text is not empty": f"{DOCS}/block-kit/block-elements/rich-text-section-element",
    "tables and feedback stand in messages only": f"{DOCS}/block-kit/blocks/table-block",
    "inputs stand in views only, which then have a submit button": f"{DOCS}/block-kit/blocks/input-block",
    "title of a modal is at most 24 characters": f"{DOCS}/views/modal-views",
    "private metadata is at most 3,000 characters": f"{DOCS}/views/modal-views",
    "a channel takes one message a second, more gets 429 with Retry-After": "docs.slack.dev/apis/web-api/rate-limits",
    "a trigger opens one view, within 3 seconds": f"{METHODS}: views.open, expired_trigger_id, exchanged_trigger_id",
    "a response_url is good 5 times in 30 minutes": "spatie.be/docs/laravel-slack-slash-command, usage",
    "a method needs its scope": f"{METHODS}: scopes; missing_scope names the one that is needed",
    "unknown channels are channel_not_found, archived ones is_archived": f"{METHODS}: chat.postMessage",
    "the guide posts where it is a member, else not_in_channel": f"{METHODS}: chat.postMessage",
    "who is no user cannot be written to": f"{METHODS}: conversations.open, user_not_found",
    "a refresh token is good once": "docs.slack.dev/authentication/using-token-rotation",
    "metadata comes back only if asked for": "docs.slack.dev/messaging/message-metadata",
    "a message is changed by who wrote it": f"{METHODS}: chat.update, cant_update_message",
    "suggested prompts are at most four, without a thread": f"{DOCS}/methods/assistant.threads.setSuggestedPrompts",
    "a message gets a reaction of one name once": f"{METHODS}: reactions.add, already_reacted, message_not_found",
    "who is no user is user_not_found": f"{METHODS}: users.info, users.getPresence, users_not_found for an address",
    "an address is shown with its scope alone": f"{METHODS}: users.info, users:read.email",
    "only who is in a channel is whispered to": f"{METHODS}: chat.postEphemeral, user_not_in_channel",
    "an event is signed over its raw body and its time": "docs.slack.dev/authentication/verifying-requests-from-slack",
    "an event that is not acknowledged in 3 s comes again, three times": "docs.slack.dev/apis/events-api",
    "X-Slack-No-Retry ends the retries": "docs.slack.dev/apis/events-api",
}

SCOPES: dict[str, tuple[str, ...]] = {
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "chat.delete": ("chat:write",),
    "chat.postEphemeral": ("chat:write",),
    "reactions.add": ("reactions:write",),
    "users.info": ("users:read",),
    "users.getPresence": ("users:read",),
    "users.lookupByEmail": ("users:read.email",),
    "conversations.open": ("im:write",),
    "assistant.threads.setSuggestedPrompts": ("assistant:write",),
    "assistant.threads.setStatus": ("chat:write",),
}
READING = {"D": "im:history", "C": "channels:history", "G": "groups:history"}

Block = dict[str, Any]


class Broken(Exception):
    """A payload that Slack refuses, with its word for why."""

    def __init__(self, code: str, rule: str) -> None:
        super().__init__(f"{code}: {rule}")
        self.code = code
        self.rule = rule


def need(holds: bool, rule: str, code: str = "invalid_blocks") -> None:
    assert rule in RULES, rule
    if not holds:
        raise Broken(code, rule)


def message(told: dict[str, Any]) -> None:
    """Raises Broken for what chat.postMessage, chat.update and a response_url refuse."""
    text, blocks = told.get("text") or "", told.get("blocks") or []
    need(bool(text.strip() or blocks), "a message has text or blocks", "no_text")
    need(len(text) <= 4_000, "text of a message is at most 4,000 characters", "msg_too_long")
    need(len(blocks) <= 50, "a message has at most 50 blocks")
    need(
        len(json.dumps(blocks, ensure_ascii=False)) <= 13_000,
        "blocks of a message are at most 13,000 characters in all",
        "msg_blocks_too_long",
    )
    tables = [block for block in blocks if block.get("type") == "table"]
    need(len(tables) <= 1, "a table has 1 to 100 rows of 1 to 20 cells, and stands once")
    need(
        not any(block.get("type") == "input" for block in blocks),
        "inputs stand in views only, which then have a submit button",
    )
    every(blocks)


def view(told: Block) -> None:
    """Raises Broken for what views.open, views.update and views.publish refuse."""
    blocks = told.get("blocks") or []
    need(0 < len(blocks) <= 100, "a view has at most 100 blocks", "invalid_arguments")
    need(len(json.dumps(told).encode()) <= 250_000, "a view is at most 250 kB", "view_too_large")
    kinds = {block.get("type") for block in blocks}
    need(not kinds & {"table", "context_actions"}, "tables and feedback stand in messages only", "invalid_arguments")
    if told.get("type") == "modal":
        text(told.get("title"), 24, "title of a modal is at most 24 characters", plain=True)
        for name in ("submit", "close"):
            if name in told:
                text(told[name], 24, "title of a modal is at most 24 characters", plain=True)
        need(
            "input" not in kinds or "submit" in told,
            "inputs stand in views only, which then have a submit button",
            "invalid_arguments",
        )
    need(
        len(told.get("private_metadata") or "") <= 3_000,
        "private metadata is at most 3,000 characters",
        "invalid_arguments",
    )
    every(blocks)


def every(blocks: list[Block]) -> None:
    ids: list[str] = []
    for block in blocks:
        need(block.get("type") in KINDS, "text is never empty")
        ids += KINDS[block["type"]](block)
    need(
        len(ids) == len(set(ids)) and all(0 < len(each) <= 255 for each in ids),
        "an action id is at most 255 characters and stands once",
    )


def text(told: Any, most: int, rule: str, plain: bool = False) -> list[str]:
    kinds = ("plain_text",) if plain else ("plain_text", "mrkdwn")
    need(isinstance(told, dict) and told.get("type") in kinds and isinstance(told.get("text"), str), rule)
    need(bool(told["text"]), "text is never empty")
    need(len(told["text"]) <= most, rule)
    return []


def _section(block: Block) -> list[str]:
    if "text" in block:
        text(block["text"], 3_000, "text of a section is at most 3,000 characters")
    fields = block.get("fields", [])
    need(len(fields) <= 10, "a section has at most 10 fields of 2,000 characters")
    for field in fields:
        text(field, 2_000, "a section has at most 10 fields of 2,000 characters")
    return _element(block["accessory"]) if "accessory" in block else []


def _context(block: Block) -> list[str]:
    need(1 <= len(block["elements"]) <= 10, "a context has 1 to 10 elements")
    for each in block["elements"]:
        text(each, 3_000, "text of a context is at most 3,000 characters")
    return []


def _actions(block: Block) -> list[str]:
    need(1 <= len(block["elements"]) <= 25, "actions have 1 to 25 elements")
    return [each for element in block["elements"] for each in _element(element)]


def _context_actions(block: Block) -> list[str]:
    rule = "context actions have 1 to 5 feedback or icon buttons"
    need(1 <= len(block["elements"]) <= 5, rule)
    need(all(each.get("type") in ("feedback_buttons", "icon_button") for each in block["elements"]), rule)
    return [each for element in block["elements"] for each in _element(element)]


def _table(block: Block) -> list[str]:
    rule = "a table has 1 to 100 rows of 1 to 20 cells, and stands once"
    need(1 <= len(block["rows"]) <= 100 and all(1 <= len(row) <= 20 for row in block["rows"]), rule)
    for cell in (cell for row in block["rows"] for cell in row):
        need(cell.get("type") in ("raw_text", "rich_text"), rule)
        need(cell["type"] != "raw_text" or bool(cell.get("text")), "text is never empty")
    need(len(block.get("column_settings", [])) <= 20, rule)
    return []


def _rich(block: Block) -> list[str]:
    rule = "rich text has sections and lists of sections"
    need(bool(block.get("elements")), rule)
    for element in block["elements"]:
        need(element.get("type") in ("rich_text_section", "rich_text_list"), rule)
        sections = element["elements"] if element["type"] == "rich_text_list" else [element]
        need(bool(sections), rule)
        for section in sections:
            need(section.get("type") == "rich_text_section" and bool(section.get("elements")), rule)
            for word in section["elements"]:
                need(
                    word.get("type") == "text" and bool(word.get("text")),
                    "a rich text element of text is not empty",
                )
    return []


def _input(block: Block) -> list[str]:
    text(block["label"], 2_000, "inputs stand in views only, which then have a submit button", plain=True)
    return _element(block["element"])


def _element(element: Block) -> list[str]:
    kind = element.get("type")
    if kind == "button":
        text(element["text"], 75, "text of a button is plain and at most 75 characters", plain=True)
        need(len(element.get("value", "")) <= 2_000, "value of a button is at most 2,000 characters")
    elif kind == "feedback_buttons":
        for each in (element["positive_button"], element["negative_button"]):
            text(each["text"], 75, "text of a button is plain and at most 75 characters", plain=True)
            need(len(each["value"]) <= 2_000, "value of a button is at most 2,000 characters")
    elif kind in ("static_select", "radio_buttons"):
        most = 100 if kind == "static_select" else 10
        rule = "a select has 1 to 100 options" if kind == "static_select" else "radio buttons have 1 to 10 options"
        need(1 <= len(element["options"]) <= most, rule)
        for option in element["options"]:
            rule = "text of an option is at most 75 characters, its value 150"
            text(option["text"], 75, rule)
            need(len(option["value"]) <= 150, rule)
    else:
        need(kind in ("plain_text_input", "number_input"), "text is never empty")
    return [str(element["action_id"])]


KINDS: dict[str, Callable[[Block], list[str]]] = {
    "section": _section,
    "header": lambda block: text(
        block["text"], 150, "text of a header is plain and at most 150 characters", plain=True
    ),
    "context": _context,
    "actions": _actions,
    "context_actions": _context_actions,
    "table": _table,
    "rich_text": _rich,
    "input": _input,
    "divider": lambda block: [],
}

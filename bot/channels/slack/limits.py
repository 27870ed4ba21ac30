"""How much Slack takes: the one table of its limits, and what of a payload is over one.  Pure.

Slack's own models let several of these pass; what is over a limit is refused whole by Slack, so nothing is sent that
this finds fault with.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

TEXT_OF_MESSAGE = 4_000  # more is cut by Slack, or refused by chat.update
SIZE_OF_BLOCKS = 12_000  # characters of all blocks of a message, as JSON; Slack was seen to refuse 13,172
BLOCKS_OF_MESSAGE, BLOCKS_OF_VIEW = 50, 100
SIZE_OF_VIEW = 250_000  # bytes
TEXT_OF_SECTION, FIELDS_OF_SECTION, TEXT_OF_FIELD = 3_000, 10, 2_000
TEXT_OF_HEADER = 150
PARTS_OF_CONTEXT, TEXT_OF_CONTEXT = 10, 3_000
BUTTONS_OF_ACTIONS, PARTS_OF_CONTEXT_ACTIONS = 25, 5
TEXT_OF_BUTTON, VALUE_OF_BUTTON, ID = 75, 2_000, 255
OPTIONS_OF_SELECT, TEXT_OF_OPTION, VALUE_OF_OPTION, PLACEHOLDER = 100, 75, 150, 150
OPTIONS_OF_RADIO = 10
ROWS_OF_TABLE, CELLS_OF_ROW, TEXT_OF_TABLE = 100, 20, 10_000
LABEL_OF_INPUT, HINT_OF_INPUT, TEXT_OF_INPUT = 2_000, 2_000, 3_000
TITLE_OF_VIEW, BUTTON_OF_VIEW, PRIVATE_METADATA = 24, 24, 3_000
TEXT_OF_RICH, SIZE_OF_RICH = 3_000, 7_000  # characters in one block of rich text: read, and as JSON
PROMPTS = 4

Block = Mapping[str, Any]


def over_in_message(text: str, blocks: Sequence[Block]) -> list[str]:
    """What of a message is over a limit, a line each; none where Slack takes it."""
    found = [*_longer("text", text, TEXT_OF_MESSAGE), *_more("blocks", blocks, BLOCKS_OF_MESSAGE)]
    if not text.strip():
        found.append("text: empty")
    if sum(map(size, blocks)) > SIZE_OF_BLOCKS:
        found.append("blocks: too large")
    if sum(block["type"] == "table" for block in blocks) > 1:
        found.append("blocks: two tables")
    return found + _over_in_blocks(blocks)


def over_in_view(view: Mapping[str, Any]) -> list[str]:
    """The same for App Home or a modal."""
    blocks = view["blocks"]
    found = [*_more("blocks", blocks, BLOCKS_OF_VIEW)]
    if len(json.dumps(view).encode()) > SIZE_OF_VIEW:
        found.append("view: too large")
    for name, most in (("title", TITLE_OF_VIEW), ("submit", BUTTON_OF_VIEW), ("close", BUTTON_OF_VIEW)):
        if name in view:
            found += _text(name, view[name], most)
    found += _longer("private_metadata", view.get("private_metadata", ""), PRIVATE_METADATA)
    if any(block["type"] == "input" for block in blocks) and "submit" not in view:
        found.append("view: input without submit")
    if view["type"] == "modal" and "title" not in view:
        found.append("view: no title")
    return found + _over_in_blocks(blocks)


def size(part: object) -> int:
    """How long a part of a message is as JSON."""
    return len(json.dumps(part, ensure_ascii=False))


def characters(part: object) -> int:
    """How much text a part of a message holds."""
    if isinstance(part, Mapping):
        own = len(part["text"]) if isinstance(part.get("text"), str) else 0
        return own + sum(characters(each) for each in part.values())
    return sum(map(characters, part)) if isinstance(part, list) else 0


def _over_in_blocks(blocks: Sequence[Block]) -> list[str]:
    found = [problem for block in blocks for problem in _CHECKS[block["type"]](block)]
    ids = [str(element["action_id"]) for block in blocks for element in _elements(block) if "action_id" in element]
    found += [f"action_id: {each} twice" for each in set(ids) if ids.count(each) > 1]
    return found + [problem for each in ids for problem in _longer("action_id", each, ID)]


def _elements(block: Block) -> Iterator[Block]:
    if block["type"] in ("actions", "context_actions"):
        yield from block["elements"]
    elif "accessory" in block:
        yield block["accessory"]
    elif "element" in block:
        yield block["element"]


def _longer(name: str, text: str, most: int) -> list[str]:
    return [f"{name}: {len(text)} characters, at most {most}"] if len(text) > most else []


def _more(name: str, parts: Sequence[Any], most: int) -> list[str]:
    if not parts:
        return [f"{name}: none"]
    return [f"{name}: {len(parts)}, at most {most}"] if len(parts) > most else []


def _text(name: str, text: Block, most: int) -> list[str]:
    return _longer(name, text["text"], most) or ([] if text["text"] else [f"{name}: empty"])


def _section(block: Block) -> list[str]:
    fields = block.get("fields", [])
    found = [*_text("section", block["text"], TEXT_OF_SECTION)] if "text" in block else []
    found += _more("fields", fields, FIELDS_OF_SECTION) if "fields" in block else []
    found += [problem for field in fields for problem in _text("field", field, TEXT_OF_FIELD)]
    return found + (_element(block["accessory"]) if "accessory" in block else [])


def _context(block: Block) -> list[str]:
    found = _more("context", block["elements"], PARTS_OF_CONTEXT)
    return found + [problem for part in block["elements"] for problem in _text("context", part, TEXT_OF_CONTEXT)]


def _actions(block: Block) -> list[str]:
    found = _more("actions", block["elements"], BUTTONS_OF_ACTIONS)
    return found + [problem for element in block["elements"] for problem in _element(element)]


def _context_actions(block: Block) -> list[str]:
    found = _more("context_actions", block["elements"], PARTS_OF_CONTEXT_ACTIONS)
    return found + [problem for element in block["elements"] for problem in _element(element)]


def _table(block: Block) -> list[str]:
    found = _more("rows", block["rows"], ROWS_OF_TABLE)
    found += [problem for row in block["rows"] for problem in _more("cells", row, CELLS_OF_ROW)]
    return found + (["table: too much text"] if characters(block["rows"]) > TEXT_OF_TABLE else [])


def _rich(block: Block) -> list[str]:
    found = _more("rich_text", block["elements"], 1_000)
    return found + (["rich_text: too long"] if characters(block) > TEXT_OF_RICH * 5 // 4 else [])


def _input(block: Block) -> list[str]:
    found = [*_text("label", block["label"], LABEL_OF_INPUT), *_element(block["element"])]
    return found + (_text("hint", block["hint"], HINT_OF_INPUT) if "hint" in block else [])


def _element(element: Block) -> list[str]:
    kind = element["type"]
    if kind == "button":
        found = _text("button", element["text"], TEXT_OF_BUTTON)
        return found + _longer("value", element.get("value", ""), VALUE_OF_BUTTON)
    if kind == "feedback_buttons":
        both = (element["positive_button"], element["negative_button"])
        found = [problem for each in both for problem in _text("button", each["text"], TEXT_OF_BUTTON)]
        return found + [problem for each in both for problem in _longer("value", each["value"], VALUE_OF_BUTTON)]
    options = element.get("options", [])
    found = []
    if kind in ("static_select", "radio_buttons"):
        found += _more("options", options, OPTIONS_OF_SELECT if kind == "static_select" else OPTIONS_OF_RADIO)
    for option in options:
        found += _text("option", option["text"], TEXT_OF_OPTION) + _longer("value", option["value"], VALUE_OF_OPTION)
    return found + (_text("placeholder", element["placeholder"], PLACEHOLDER) if "placeholder" in element else [])


_CHECKS = {
    "section": _section,
    "header": lambda block: _text("header", block["text"], TEXT_OF_HEADER),
    "context": _context,
    "actions": _actions,
    "context_actions": _context_actions,
    "table": _table,
    "rich_text": _rich,
    "input": _input,
    "divider": lambda block: [],
}

"""Texts for Slack, in which nothing that anybody wrote is markup.  Pure.

What the guide says goes into rich text, whose texts Slack shows as they are: a visitor's ``*`` or ``<!channel>`` stays
what it is.  Where only marked-up text will do, the three characters that Slack reads are escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bot.channels.slack.limits import SIZE_OF_RICH, TEXT_OF_RICH, size

Block = dict[str, Any]

_BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
ITEM = "- "
NOTHING = "–"  # in the place of a text that must not be empty


def typed(text: str) -> str:
    """Without what nobody types, which Slack would not show."""
    return _CONTROL.sub(" ", text)


def escaped(text: str) -> str:
    """A text for a place that reads markup: ``<!channel>`` and links stay text."""
    return typed(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(text: str) -> Block:
    """A text object that reads no markup."""
    return {"type": "plain_text", "text": typed(text) or NOTHING, "emoji": False}


def cut(text: str, most: int) -> str:
    """At most so many characters, ended by an ellipsis where something is left out."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def pieces(text: str, most: int) -> Iterator[str]:
    """A text in pieces of at most so many characters, parted where a line, a sentence or a word ends."""
    while len(text) > most:
        end = max(text.rfind(mark, most // 2, most) + len(mark.rstrip()) for mark in ("\n", ". ", " "))
        end = end if end > most // 2 else most
        if piece := text[:end].strip():
            yield piece
        text = text[end:].lstrip()
    if text.strip():
        yield text.strip()


def paragraph(text: str, before: str = "") -> list[Block]:
    """A paragraph as blocks of rich text: plain lines, and lists of the lines that begin with a dash.

    Args:
        before: what stands before it in bold.
    """
    elements: list[Block] = []
    if before:
        elements.append(_section([_words(cut(typed(before), TEXT_OF_RICH // 4) + " ", bold=True)]))
    for is_list, lines in _runs(typed(text)):
        if is_list:
            items = [piece for line in lines for piece in pieces(line.removeprefix(ITEM), TEXT_OF_RICH)]
            elements += [
                {"type": "rich_text_list", "style": "bullet", "elements": [_section(_marked(one))]} for one in items
            ]
        else:
            parts = list(pieces("\n".join(lines), TEXT_OF_RICH))
            elements += [_section(_marked(part)) for part in parts]
    return _packed(_joined(elements))


def verbatim(text: str, before: str = "") -> list[Block]:
    """Blocks of rich text with just these characters: nothing in them makes a list, or is set in bold.

    Args:
        before: what stands before it in bold.
    """
    elements = [_section([_words(part)]) for part in pieces(typed(text), TEXT_OF_RICH)]
    first = [_section([_words(cut(typed(before), TEXT_OF_RICH // 4) + " ", bold=True)])] if before else []
    return _packed(_joined([*first, *elements]))


def _runs(text: str) -> Iterator[tuple[bool, list[str]]]:
    """The lines, those of a list apart from the others."""
    run: list[str] = []
    in_list = False
    for line in text.split("\n"):
        if not line.strip():
            continue
        if run and line.startswith(ITEM) != in_list:
            yield in_list, run
            run = []
        in_list = line.startswith(ITEM)
        run.append(line)
    if run:
        yield in_list, run


def _joined(elements: list[Block]) -> list[Block]:
    """Words in bold and the first line after them as one line; items of one list together."""
    joined: list[Block] = []
    for element in elements:
        last = joined[-1] if joined else None
        follows_bold = last is not None and len(joined) == 1 and last["type"] == "rich_text_section"
        if follows_bold and element["type"] == "rich_text_section" and _is_bold(last):
            joined[-1] = _section([*joined[-1]["elements"], *element["elements"]])
        else:
            joined.append(element)
    return joined


def _is_bold(element: Block | None) -> bool:
    return bool(element) and len(element["elements"]) == 1 and bool(element["elements"][0].get("style"))  # type: ignore[index]


def _packed(elements: list[Block]) -> list[Block]:
    """As few blocks as hold them, none over the limits."""
    blocks: list[Block] = []
    text = json = 0
    for element in elements:
        more_text, more_json = _length(element), size(element)
        if not blocks or text + more_text > TEXT_OF_RICH or json + more_json > SIZE_OF_RICH:
            blocks.append({"type": "rich_text", "elements": []})
            text = json = 0
        _add(blocks[-1]["elements"], element)
        text, json = text + more_text, json + more_json
    return blocks


def _add(into: list[Block], element: Block) -> None:
    if element["type"] == "rich_text_list" and into and into[-1]["type"] == "rich_text_list":
        into[-1]["elements"] += element["elements"]
    else:
        into.append(element)


def _length(element: Block) -> int:
    if element["type"] == "rich_text_list":
        return sum(map(_length, element["elements"]))
    return sum(len(each["text"]) for each in element["elements"])


def _section(words: list[Block]) -> Block:
    return {"type": "rich_text_section", "elements": words}


def _marked(text: str) -> list[Block]:
    """The text, with what the content sets in bold in bold."""
    words, at = [], 0
    for found in _BOLD.finditer(text):
        words += [_words(text[at : found.start()])] if found.start() > at else []
        words.append(_words(found[1], bold=True))
        at = found.end()
    return [*words, *([_words(text[at:])] if at < len(text) else [])]


def _words(text: str, bold: bool = False) -> Block:
    return {"type": "text", "text": text, **({"style": {"bold": True}} if bold else {})}

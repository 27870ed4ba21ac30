"""An answer as Slack shows it: what is said, where it is from, what can be done next.  Pure.

One turn of the guide becomes one message of Slack's where it fits, and as few as hold it where it does not: a channel
takes one message a second.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.channels.slack import limits
from bot.channels.slack.forms import FORM
from bot.channels.slack.payloads import ASK
from bot.channels.slack.text import Block, cut, escaped, paragraph, pieces, plain

MORE, SHARE, FEEDBACK = "more", "share", "feedback"
IN_A_ROW = 5  # buttons, so that a phone shows whole titles
VERDICTS = {"yes": "Yes.", "no": "No.", "depends": "It depends."}
SHOWN_SOURCES = 3
LONGEST_LINK = 800  # characters
LONGEST_TITLE = 300  # characters of a question that a button carries; escaped, they still fit into its value
ROOM_OF_VIEW = limits.SIZE_OF_VIEW - 10_000  # bytes, beside the frame
EMPTY = "–"


@dataclass(frozen=True)
class Said:
    """A message of the transcript: its number and its body."""

    seq: int
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Shown:
    """What else is known of an answer when it is shown.

    Attributes:
        question: what was asked, where nobody can see it beside the answer.
        private: whether only the asker sees it, who may share it.
        shared: whether it was, and stands for everybody to read: there is nothing to choose then.
        chosen: the title of the button that was used.
        votes: what was thought of it, by number.
    """

    conversation: str
    question: str | None = None
    private: bool = False
    shared: bool = False
    chosen: str | None = None
    votes: Mapping[int, str] | None = None


@dataclass(frozen=True)
class Post:
    """A message as Slack takes it."""

    text: str
    blocks: list[Block]


def posts(turn: Sequence[Said], shown: Shown) -> list[Post]:
    """What the guide said in a turn, as messages within Slack's limits; none where all of it was erased."""
    said = [each for each in turn if not each.body.get("erased") and (each.body.get("text") or each.body.get("answer"))]
    if not said:
        return []
    groups = [_question(shown.question)] if shown.question else []
    tables = 0
    for each in said:
        group, has_table = _message(each, tables == 0)
        groups.append(group)
        tables += has_table
    groups += [] if shown.shared else _ways_on(said, turn[0].seq, shown)
    text = "\n\n".join(str(each.body.get("text") or "") for each in said)
    return _packed([block for group in groups for block in group], text)


def details(said: Said) -> list[Block]:
    """All of an answer, with what is behind "more" and every source, for a modal."""
    answer = said.body.get("answer") or {}
    blocks = [*_verdict_and_lead(said.body), *_paragraphs(answer, said.body)]
    if answer.get("table"):
        blocks += _table_as_text(answer["table"])
    for part in answer.get("more") or []:
        blocks += [{"type": "divider"}, *(block for piece in str(part).split("\n\n") for block in paragraph(piece))]
    blocks += _sources(answer, len(answer.get("sources") or []))
    return _as_fit(blocks)


def _as_fit(blocks: list[Block]) -> list[Block]:
    """The first of these, as many as a modal holds."""
    kept: list[Block] = []
    size = 0
    for block in blocks[: limits.BLOCKS_OF_VIEW]:
        size += len(json.dumps(block))
        if size > ROOM_OF_VIEW:
            break
        kept.append(block)
    return kept


def _question(text: str) -> list[Block]:
    return [{"type": "context", "elements": [plain(cut(f"Asked: {text}", limits.TEXT_OF_CONTEXT))]}]


def _message(said: Said, may_have_table: bool) -> tuple[list[Block], bool]:
    body, answer = said.body, said.body.get("answer") or {}
    who = body.get("from")
    if who in ("agent", "system"):
        name = str(body.get("name") or ("An agent" if who == "agent" else ""))
        text = str(body.get("text") or "")
        return [
            block for n, part in enumerate(text.split("\n\n")) for block in paragraph(part, name if not n else "")
        ], False
    if not answer:
        text = str(body.get("text") or "")
        if body.get("buttons") or body.get("error"):
            return [block for part in text.split("\n\n") for block in paragraph(part)], False
        return [{"type": "context", "elements": [plain(part)]} for part in pieces(text, limits.TEXT_OF_CONTEXT)], False
    blocks = [*_verdict_and_lead(body), *_paragraphs(answer, body)]
    table = _table(answer.get("table")) if may_have_table else None
    if table:
        blocks.append(table)
    elif answer.get("table"):
        blocks += _table_as_text(answer["table"])
    return [*blocks, *_sources(answer, SHOWN_SOURCES)], bool(table)


def _verdict_and_lead(body: Mapping[str, Any]) -> list[Block]:
    answer = body.get("answer") or {}
    lead = str(answer.get("lead") or "")
    if not lead and not answer.get("paragraphs"):
        lead = str(answer.get("body") or body.get("text") or "")
    first, *others = [part for part in lead.split("\n\n") if part.strip()] or [""]
    blocks = paragraph(first, VERDICTS.get(str(answer.get("verdict")), ""))
    return [*blocks, *(block for part in others for block in paragraph(part))]


def _paragraphs(answer: Mapping[str, Any], body: Mapping[str, Any]) -> list[Block]:
    parts = [str(part) for name in ("paragraphs", "notes") for part in answer.get(name) or []]
    blocks = [block for text in parts for part in text.split("\n\n") for block in paragraph(part)]
    if answer.get("progress"):
        at, of = answer["progress"]
        blocks.append({"type": "context", "elements": [plain(f"Question {at} of {of}")]})
    return blocks


def _table(table: Mapping[str, Any] | None) -> Block | None:
    """A table, if Slack takes one of this size."""
    if not table:
        return None
    lines = [["", *table["columns"]], *([row["label"], *row["cells"]] for row in table["rows"])]
    cells = [[{"type": "raw_text", "text": str(cell) or EMPTY} for cell in line] for line in lines]
    fits = len(cells) <= limits.ROWS_OF_TABLE and max(map(len, cells)) <= limits.CELLS_OF_ROW
    if not fits or limits.size(cells) > limits.SIZE_OF_BLOCKS // 2:  # beside it there is more to say
        return None
    wrapped = [{"is_wrapped": True} for _ in cells[0]]
    return {"type": "table", "rows": cells, "column_settings": wrapped}


def _table_as_text(table: Mapping[str, Any]) -> list[Block]:
    blocks: list[Block] = []
    for row in table["rows"]:
        lines = [f"- {name}: {cell}" for name, cell in zip(table["columns"], row["cells"], strict=False)]
        blocks += paragraph("\n".join(lines), f"{row['label']}\n" if row["label"] else "")
    return blocks


def _sources(answer: Mapping[str, Any], most: int) -> list[Block]:
    sources = answer.get("sources") or []
    lines = [_cited(source) for source in sources[:most]]
    others = len(sources) - len(lines)
    if others > 0 and lines:
        lines[-1] += f"; and {others} more"
    if lines:
        lines[0] = f"Source: {lines[0]}"
    if signed := answer.get("signature"):
        by = ", ".join(escaped(cut(str(signed[name]), 120)) for name in ("by", "licence", "signed_on"))
        lines.append(f"Reviewed by {by}")
    marked = [{"type": "mrkdwn", "text": text, "verbatim": True} for text in lines]
    step = limits.PARTS_OF_CONTEXT
    return [{"type": "context", "elements": marked[at : at + step]} for at in range(0, len(marked), step)]


def _cited(source: Mapping[str, Any]) -> str:
    title, url = escaped(cut(str(source.get("title") or source.get("id") or EMPTY), 200)), str(source.get("url") or "")
    if url.startswith("https://") and not any(mark in url for mark in "<>|\n ") and len(escaped(url)) <= LONGEST_LINK:
        title = f"<{escaped(url)}|{title}>"
    about = ", ".join(escaped(cut(str(part), 80)) for part in (source.get("publisher"), source.get("year")) if part)
    return f"{title} ({about})" if about else title


def _ways_on(said: Sequence[Said], first: int, shown: Shown) -> list[list[Block]]:
    """Buttons of the last message that has some, and beside them "more", sharing and what was thought of it."""
    groups = []
    buttons: list[dict[str, Any]] = next(
        (each.body["buttons"] for each in reversed(said) if each.body.get("buttons")), []
    )
    if shown.chosen is not None:
        groups.append(
            [{"type": "context", "elements": [plain(cut(f"Chosen: {shown.chosen}", limits.TEXT_OF_CONTEXT))]}]
        )
    elif buttons:
        groups.append(_choices([str(button["title"]) for button in buttons if button.get("title")], first, shown))
    answered = [each for each in said if (each.body.get("answer") or {}).get("status") == "answered"]
    about = {"c": shown.conversation}
    tools = [
        button("Show all of it", f"{MORE}:{each.seq}", {**about, "n": each.seq})
        for each in said
        if (each.body.get("answer") or {}).get("more")
    ]
    form = next((each.body["answer"]["intent"] for each in said if _begins_form(each.body)), None)
    if form and shown.chosen is None:
        tools.append(button("Fill in a form instead", f"{FORM}:{form}", {**about, "f": form}))
    if shown.private and answered:
        tools.append(button("Share in channel", f"{SHARE}:{first}", {**about, "n": first}))
    groups += [[{"type": "actions", "elements": tools[:IN_A_ROW]}]] if tools else []
    for each in answered[-1:]:
        groups.append([_feedback(each.seq, shown)])
    return groups


def _begins_form(body: Mapping[str, Any]) -> bool:
    answer = body.get("answer") or {}
    return bool(answer.get("progress")) and answer["progress"][0] == 1 and answer.get("status") == "flow"


def _choices(titles: Sequence[str], first: int, shown: Shown) -> list[Block]:
    most = limits.BUTTONS_OF_ACTIONS
    asks = [
        button(title, f"{ASK}:{n}", {"c": shown.conversation, "n": first, "t": cut(title, LONGEST_TITLE)})
        for n, title in enumerate(titles[:most])
    ]
    rows = [{"type": "actions", "elements": asks[at : at + IN_A_ROW]} for at in range(0, len(asks), IN_A_ROW)]
    if len(titles) > most:
        others = cut(f"Or write: {'; '.join(titles[most:])}", limits.TEXT_OF_CONTEXT)
        rows.append({"type": "context", "elements": [plain(others)]})
    return rows


def button(title: str, action: str, value: Mapping[str, Any], style: str | None = None) -> Block:
    """A button that carries what it is about."""
    made = {
        "type": "button",
        "action_id": cut(action, limits.ID),
        "text": plain(cut(title, limits.TEXT_OF_BUTTON)),
        "value": json.dumps(value, separators=(",", ":"), ensure_ascii=False),
    }
    return {**made, **({"style": style} if style else {})}


def _feedback(seq: int, shown: Shown) -> Block:
    vote = (shown.votes or {}).get(seq)
    if vote:
        words = "Rated helpful." if vote == "up" else "Rated not helpful. Thank you, it is looked into."
        return {"type": "context", "elements": [plain(words)]}

    def choice(text: str, vote: str) -> Block:
        about = {"c": shown.conversation, "n": seq, "v": vote}
        return {"text": plain(text), "value": json.dumps(about, separators=(",", ":"))}

    element = {
        "type": "feedback_buttons",
        "action_id": f"{FEEDBACK}:{seq}",
        "positive_button": choice("Helpful", "up"),
        "negative_button": choice("Not helpful", "down"),
    }
    return {"type": "context_actions", "elements": [element]}


def _packed(blocks: Sequence[Block], text: str) -> list[Post]:
    """Blocks as few messages as hold them, none with more than Slack takes."""
    messages: list[list[Block]] = [[]]
    size = 0
    for block in blocks:
        length = limits.size(block)
        full = len(messages[-1]) >= limits.BLOCKS_OF_MESSAGE or size + length > limits.SIZE_OF_BLOCKS
        if messages[-1] and full:
            messages.append([])
            size = 0
        messages[-1].append(block)
        size += length
    text = cut(escaped(text).strip() or "The guide has answered.", limits.TEXT_OF_MESSAGE)
    return [Post(text if n == 0 else f"… {cut(text, 200)}", each) for n, each in enumerate(messages) if each]

"""Draw what the guide looks like in Slack into docs/pictures, from the blocks that it really sends.

The frame around them is drawn here, plain and in no brand's colors: Slack's own looks different.
"""

from __future__ import annotations

import asyncio
import html
import re
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import structlog

from bench.website import chromium
from bot.channels.slack import cards, views
from bot.channels.slack.blocks import Said, Shown, posts
from bot.channels.slack.forms import form
from bot.channels.slack.overview import form_fields, news
from bot.channels.slack.payloads import Place
from bot.edge.agent import GuideAgent
from bot.edge.turns import Turn
from bot.edge.welcome import load_notice
from bot.records.opening import use_memory
from bot.records.states import State
from bot.records.tickets import Ticket
from bot.runtime import quiet

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"
MODEL = Path("models/guide.tar.gz")
CONVERSATION = "slack:T0HOME01:C0GENERAL:1700000000.000100"
STYLE = """
body { margin: 0; padding: 16px; width: 620px; font: 15px/1.46 system-ui, sans-serif; color: #1d1c1d; }
.said { display: grid; grid-template-columns: 40px 1fr; gap: 10px; margin-bottom: 14px }
.face { width: 36px; height: 36px; border-radius: 6px; background: #1f4d3a; color: #fff; }
.face { text-align: center; line-height: 36px } .person .face { background: #6b7280 }
.name { font-weight: 700 } .name small { font-weight: 400; color: #616061; margin-left: 6px }
.context, .only { color: #616061; font-size: 12px; margin: 4px 0 } .context a { color: #1264a3 }
ul { margin: 2px 0 2px 22px; padding: 0 } .rich { margin: 4px 0 8px; white-space: pre-line }
button, .field { font: 600 13px system-ui; border: 1px solid #bbb; border-radius: 4px; background: #fff }
button { padding: 6px 11px; margin: 3px 6px 3px 0 } label { font-weight: 700; display: block; margin-top: 10px }
.field { display: block; font-weight: 400; color: #616061; margin: 4px 0 2px; padding: 6px 11px }
table { border-collapse: collapse; margin: 6px 0; font-size: 13px }
td { border: 1px solid #ddd; padding: 5px 8px; vertical-align: top }
h2 { font-size: 17px; margin: 12px 0 4px } hr { border: 0; border-top: 1px solid #ddd; margin: 12px 0 }
.modal { border: 1px solid #bbb; border-radius: 8px; padding: 14px 18px }
"""

Json = dict[str, Any]


def _text(told: Json) -> str:
    shown = html.escape(told["text"]) if told["type"] == "plain_text" else told["text"]
    shown = re.sub(r"<!date\^[^|]*\|([^>]+)>", r"\1", shown)
    return re.sub(r"<(https://[^|>]+)\|([^>]+)>", r'<a href="\1">\2</a>', shown)


def _words(elements: Sequence[Json]) -> str:
    made = ""
    for each in elements:
        text = html.escape(each["text"])
        made += f"<b>{text}</b>" if (each.get("style") or {}).get("bold") else text
    return made


def _rich(block: Json) -> str:
    made = ""
    for element in block["elements"]:
        if element["type"] == "rich_text_list":
            made += "<ul>" + "".join(f"<li>{_words(item['elements'])}</li>" for item in element["elements"]) + "</ul>"
        else:
            made += _words(element["elements"])
    return f'<div class="rich">{made}</div>'


def _button(element: Json) -> str:
    if element["type"] == "feedback_buttons":
        both = (element["positive_button"], element["negative_button"])
        return "".join(f"<button>{html.escape(each['text']['text'])}</button>" for each in both)
    return f"<button>{html.escape(element['text']['text'])}</button>"


def _block(block: Json) -> str:
    kind = block["type"]
    if kind == "rich_text":
        return _rich(block)
    if kind == "context":
        return "".join(f'<div class="context">{_text(each)}</div>' for each in block["elements"])
    if kind in ("actions", "context_actions"):
        return "<div>" + "".join(map(_button, block["elements"])) + "</div>"
    if kind == "table":
        rows = ("".join(f"<td>{html.escape(cell['text'])}</td>" for cell in row) for row in block["rows"])
        return "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"
    if kind == "header":
        return f"<h2>{html.escape(block['text']['text'])}</h2>"
    if kind == "input":
        element = block["element"]
        inside = {"static_select": "Select an item ▾", "number_input": "0 …"}.get(element["type"], "Write something")
        hint = f'<div class="context">{_text(block["hint"])}</div>' if "hint" in block else ""
        return (
            f'<label>{_text(block["label"])} <small>(optional)</small></label><span class="field">{inside}</span>{hint}'
        )
    return "<hr>"


def _said(name: str, inside: str, person: bool = False, note: str = "") -> str:
    kind, app = ("said person", "") if person else ("said", "<small>APP</small>")
    head = f'<div class="name">{name}{app}</div>'
    only = f'<div class="only">{note}</div>' if note else ""
    return f'<div class="{kind}"><div class="face">{name[0]}</div><div>{only}{head}{inside}</div></div>'


def _card() -> str:
    """What agents see: the card of a request, and its thread."""
    at = 1_796_054_700.0
    ticket = Ticket(
        "K3RMQT", "web:1", "asked", "normal", "can I talk to someone about the lease clause?", [], "",
        facts={"Business": "Cafe or bakery", "Employees": "6"}, consent={"number": "(559) 555-0142"},
        status=State.ACTIVE.value, channel="web", owner="dana", waiting_since=at,
    )  # fmt: skip
    thread = [
        cards.line({"from": "visitor", "text": "the landlord wants to be added by Friday"}),
        cards.note("Dana Reyes", "their GL renews on the 3rd"),
        cards.line({"from": "agent", "name": "Dana Reyes", "text": "I can send you the certificate today."}),
    ]
    shown = [cards.card(ticket, "Dana Reyes", "https://guide.agency.example/desk"), *filter(None, thread)]
    return "".join(_said("Insurance guide", "".join(map(_block, post.blocks))) for post in shown)


def _modal(view: Json) -> str:
    inside = "".join(map(_block, view["blocks"]))
    submit = f"<div><button>{html.escape(view['submit']['text'])}</button></div>" if "submit" in view else ""
    return f'<div class="modal"><h2>{html.escape(view["title"]["text"])}</h2>{inside}{submit}</div>'


async def _pages() -> dict[str, str]:
    """The pictures by name, as HTML."""
    agent = await GuideAgent.load(MODEL)

    async def turn(conversation: str, text: str) -> list[Said]:
        said = await agent.handle(Turn(conversation, uuid.uuid4().hex, text))
        return [Said(number, body) for number, body in enumerate(said, 1)]

    def drawn(said: list[Said], shown: Shown, note: str = "") -> str:
        return "".join(
            _said("Insurance guide", "".join(map(_block, post.blocks)), note=note) for post in posts(said, shown)
        )

    mine = f"slack:{uuid.uuid4().hex}"
    asked = "does GL cover call center mistakes?"
    first = await turn(mine, asked)
    compared = await turn(mine, "compare GL and E&O")
    begun = await turn(f"slack:{uuid.uuid4().hex}", "Which policies do we need?")
    agent.close()
    waits = [
        views.Waiting("K3RMQT", "reports an incident", True, "2026-11-29T16:05:00+00:00"),
        views.Waiting("DWFKQF", "wants a quote", False, "2026-11-29T14:40:00+00:00"),
    ]
    home = views.home(Place("T0HOME01", "D0ASKER1"), "/insurance", waits, 2, news(), load_notice())
    plain, private = Shown(CONVERSATION), Shown(CONVERSATION, asked, private=True)
    chosen = Shown(CONVERSATION, chosen="What is professional liability (E&O)?", votes={2: "up"})
    return {
        "slack-mention": _said("Dana Reyes", f"<b>@Insurance guide</b> {asked}", True) + drawn(first, plain),
        "slack-used": drawn(first, chosen),
        "slack-comparison": drawn(compared, plain),
        "slack-command": drawn(first, private, "Only visible to you"),
        "slack-details": _modal(views.whole(first[-1])),
        "slack-form": drawn(begun, plain) + _modal(form("ask_recommendation", CONVERSATION, form_fields())),
        "slack-agents": _card(),
        "slack-home": "".join(map(_block, home["blocks"])),
    }


async def draw() -> None:
    """Draw all of them."""
    quiet()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    use_memory()
    pages = await _pages()
    async with chromium() as browser:
        page = await browser.new_page(viewport={"width": 652, "height": 400})
        for name, inside in pages.items():
            await page.set_content(f"<!doctype html><meta charset=utf-8><style>{STYLE}</style><body>{inside}</body>")
            await page.screenshot(path=FOLDER / f"{name}.png", full_page=True)
            print(name)


if __name__ == "__main__":
    asyncio.run(draw())

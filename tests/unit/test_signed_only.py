"""Answers of law and figures that nobody has signed are left to an agent, where the agency has set it so."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from actions import base as turns
from actions.answer import Answer, Status
from actions.signed import released
from bot.agency import Agency
from bot.records import opening
from knowledge.base import KnowledgeBase
from knowledge.content import read_content
from knowledge.reviews import ledger_of, read_ledger, sign, write_ledger

if TYPE_CHECKING:
    from conftest import Draft, Talk

PRICE = "Small firms paid $500 to $1,000 a year in 2024."
LEFT = "Nobody has signed that."


def _published(draft: Draft, *signed: str) -> KnowledgeBase:
    """The base built from a draft of which these entries are signed today."""
    content, ledger = read_content(draft.folder), read_ledger(ledger_of(draft.folder))
    today = datetime.date.today()
    write_ledger(sign(content, ledger, signed, "Dana Reyes", "CA 0X12345", today), ledger_of(draft.folder))
    draft.build()
    return KnowledgeBase(draft.database)


def _asked(talk: Talk, base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    monkeypatch.setattr(turns, "open_base", lambda: base)
    monkeypatch.setattr(opening, "_in_memory", None)
    monkeypatch.setenv("GUIDE_STATE", str(tmp_path))
    decided = {"text": "price of E&O", "intent": "ask_cost", "policies": ["professional_liability"]}
    return talk.say("price of E&O", "ask_cost", question=decided)


@pytest.mark.parametrize(
    ("setting", "signed", "given"),
    [("1", (), False), ("1", ("professional_liability",), True), ("1", ("cyber",), False), ("", (), True)],
)
def test_a_price_is_told_where_it_is_signed_or_need_not_be(
    setting: str,
    signed: tuple[str, ...],
    given: bool,
    draft: Draft,
    talk: Talk,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("GUIDE_SIGNED_ONLY", setting)
    said = _asked(talk, _published(draft, *signed), monkeypatch, tmp_path)
    assert (PRICE in said, LEFT in said) == (given, not given)
    if not given:
        assert talk.titles == ["Talk to a licensed agent"]
        assert talk.slots["frame"]["offered"] == "intent:talk_to_agent"  # so that "yes" passes it on
        assert talk.ticket() is None


def test_a_changed_text_is_left_to_an_agent_again(
    draft: Draft, talk: Talk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GUIDE_SIGNED_ONLY", "1")
    _published(draft, "professional_liability").close()
    draft.edit("costs.yml", "who: Small US firms", "who: Small firms")
    assert LEFT in _asked(talk, _published(draft), monkeypatch, tmp_path)


def test_what_is_neither_law_nor_a_figure_needs_no_signature(published: Draft) -> None:
    base, agency = KnowledgeBase(published.database), Agency(signed_only=True)
    plain = Answer(Status.ANSWERED, "ask_term", "The part you pay.", entries=["retention"], sources=["article"])
    assert released(plain, base, agency) is plain
    law = Answer(Status.ANSWERED, "ask_need", "Labor Code 3700 asks for it.", entries=["retention"])
    assert released(law, base, agency).status is Status.HANDOFF
    choice = Answer(Status.CLARIFY, "nlu_fallback", "The closest I have:", ["- It costs $500."], entries=["retention"])
    assert (released(choice, base, agency).lead, choice.paragraphs) == ("The closest I have:", [])
    steps = Answer(Status.HANDOFF, "report_claim", "Keep receipts over $75.", entries=[])
    assert released(steps, base, agency) is steps

"""What makes a good turn, whatever it is about: checked on every turn of every conversation here."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any

import pytest

from actions.answer import Status
from actions.phrasing import PHRASES, wordings
from actions.wording import sentences
from bot.ask import Guide
from bot.records.opening import shared
from bot.records.tickets import Tickets
from knowledge.base import KnowledgeBase
from knowledge.notices import published

NOTICE = "I am an automated assistant, not a person."
VERDICTS = ("yes", "no", "depends")

SHORTEST = 4  # words of a sentence that may not be said twice: "It depends." may
# What may be said in the same words again, and why.
REPEATED = re.compile(
    r"If you give a phone number|That is no consent to marketing"  # belongs to every place where a number is taken
    r"|Your reference is"  # of whatever is stored
    r"|So far: "  # a value gone back to
    r"|Without this no agent can answer you"  # of the name, and of how to be reached
    r"|A higher deductible can bring the premium down\."  # of the word, and of how to pay less
)

Result = dict[str, Any]


def sound(results: list[Result]) -> list[str]:
    """What is wrong with a conversation that would be wrong with any; empty when it is fine."""
    wrong: list[str] = []
    heard: dict[str, int] = {}  # turn in which each sentence was said
    for number, result in enumerate(results, 1):
        said, status = result["answer"], result["status"]
        if (NOTICE in said) != (number == 1):
            wrong.append(f"turn {number}: the automated-assistant notice belongs to the first answer alone")
        if not said.strip():
            wrong.append(f"turn {number}: silence")
        heard = {} if result["intent"] == "restart" else heard
        for each in framing(said):
            if each in heard and each in standing():
                wrong.append(f"turn {number}: says again, as turn {heard[each]} did: {each}")
            heard[each] = number
        if status not in {each.value for each in Status}:
            wrong.append(f"turn {number}: no such status: {status}")
        if status == "answered" and not result["sources"]:
            wrong.append(f"turn {number}: an answer without a source")
        if result["verdict"] and status != "answered":
            wrong.append(f"turn {number}: {status}, and yet the verdict {result['verdict']}")
        if result["verdict"] not in (None, *VERDICTS):
            wrong.append(f"turn {number}: no such verdict: {result['verdict']}")
    return wrong


def framing(said: str) -> set[str]:
    """The sentences of an answer that may not be said twice; no sentence are lines of lists, headings and sources."""
    lines = [line.strip() for line in re.sub(r" \(\d+ of \d+\)$", "", said, flags=re.M).splitlines()]
    told = [each for line in lines if not line.startswith(("- ", "Source: ")) for each in sentences(line)]
    may_be = {each for each in told if REPEATED.match(each) or each in reasons() or each in later()}
    whole = {each for each in told if len(each.split()) >= SHORTEST and not each.endswith(":")}
    return whole - may_be


@cache
def standing() -> frozenset[str]:
    """The sentences of texts that have other wordings: they are said once even where the same is asked again."""
    notices = published()
    first = [told[0] for told in PHRASES.values()] + [str(notices[name]) for name in notices["again"]]
    return frozenset(each for text in first for each in sentences(" ".join(text.split())))


@cache
def later() -> frozenset[str]:
    """The sentences of further wordings: there are so many of each, and then they come round again."""
    base = KnowledgeBase()
    texts = [text for _, *others in wordings(base).values() for text in others]
    base.close()
    return frozenset(each for text in texts for each in sentences(" ".join(text.split())))


@cache
def reasons() -> frozenset[str]:
    """Why a form asks what it asks: told whenever somebody wants to know."""
    base = KnowledgeBase()
    told = frozenset(each for field in (*base.profile_fields(), *base.quote_fields()) for each in sentences(field.why))
    base.close()
    return told


@pytest.fixture(scope="session")
def soundness() -> Callable[[list[Result]], list[str]]:
    """``sound``, for tests in other modules."""
    return sound


@pytest.fixture(scope="session")
def form_of(guide: Guide) -> Callable[[str], Awaitable[dict[str, Any]]]:
    """The form of a conversation as its slot keeps it; empty without one."""

    async def kept(conversation: str) -> dict[str, Any]:
        tracker = await guide.agent.tracker_store.retrieve(conversation)
        return dict(tracker.get_slot("form") or {}) if tracker else {}

    return kept


@pytest.fixture(scope="session")
def sent_of(guide: Guide) -> Callable[[str], dict[str, str] | None]:
    """The facts that an agent has of a conversation, by label; None where nobody was asked to take over."""

    def sent(conversation: str) -> dict[str, str] | None:
        found = shared().read_now(lambda connection: Tickets(connection).of(conversation))
        return next((ticket.facts for ticket in found), None)

    return sent

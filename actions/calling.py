"""Consent to be called: shown where a number is taken, and kept only where it was given after it was shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from actions.answer import Answer, Button, Status
from actions.forms.values import find_phone
from bot.agency import Agency
from knowledge.notices import spoken

INVITATION = 'To be called back, write your name and number, like "call Dee at 202-555-0142 after 3".'
# What a message with a number may be read as where an agent was asked for; a claim, say, comes first.
MAY_BE_A_NUMBER = {"talk_to_agent", "inform", "nlu_fallback", "correct", "affirm", "follow_up", "out_of_scope"}


def consent_sentence(notices: Mapping[str, Any], agency: Agency) -> str:
    """The agency's own words, or the content's; either way marketing is left out."""
    own = agency.consent or spoken(notices, "call_consent", agency=agency.name)
    return f"{own} {spoken(notices, 'call_consent_limit')}".strip()


def number_in(message: Mapping[str, Any]) -> str | None:
    """The number that a message gives, or that its button says yes to."""
    ask = message.get("ask") or {}
    return ask.get("call") or find_phone(str(message.get("text") or ""))


def was_said(sentence: str, events: Iterable[Mapping[str, Any]]) -> bool:
    """Whether the visitor has been shown the sentence before."""
    return any(event.get("event") == "bot" and sentence in str(event.get("text") or "") for event in events)


def consent_given(
    number: str | None, sentence: str, events: Iterable[Mapping[str, Any]], at: datetime
) -> dict[str, str]:
    """Number, sentence and time, for the ticket; empty where no number was given, or none after the sentence."""
    if not number or not was_said(sentence, events):
        return {}
    return {"number": number, "text": sentence, "at": at.isoformat(timespec="seconds")}


def invites(answer: Answer, sentence: str) -> None:
    """Ask for a number, with what giving it means."""
    answer.paragraphs.append(f"{INVITATION} {sentence}")


def asks_for_yes(answer: Answer, number: str, sentence: str) -> None:
    """A number came before the sentence was shown: it takes a yes."""
    answer.paragraphs.append(f"May an agent call you at {number}? {sentence}")
    answer.buttons = [
        Button(f"Yes, call me at {number}", {"intent": "talk_to_agent", "call": number}),
        *answer.buttons,
    ][:5]


def noted(number: str) -> Answer:
    """The number is with the agent."""
    text = f"Thank you. I have added {number} to your request, so that a licensed agent can call you."
    return Answer(Status.HANDOFF, "talk_to_agent", text, buttons=[Button("What can you do?", {"intent": "help"})])

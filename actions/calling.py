"""What an agent may reach the visitor by: contact given in passing, and consent to be called.

Consent is shown where a number is taken, and kept only where it was given after it was shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from actions.answer import Answer, Button, Status
from actions.contact import (
    Contact,
    bare_name,
    heard,
    only_reaches,
    only_when_or_how,
    other_end_in,
    problem_with,
    refuses,
)
from actions.forms.fields import reach_of
from actions.forms.filling import Filling
from actions.forms.judging import pasted
from actions.forms.names import may_be_person
from actions.forms.reaching import find_phone
from actions.forms.said import Value, classified
from actions.phrasing import phrase
from actions.responding import HELP, TALK_TO_AGENT
from bot.agency import Agency
from bot.privacy import mask
from knowledge.notices import spoken
from understanding.text.foreign import language_of

# What a message with a number may be read as where an agent was asked for; a claim, say, comes first.
MAY_BE_A_NUMBER = {
    *("talk_to_agent", "inform", "nlu_fallback", "correct", "affirm", "deny", "follow_up", "out_of_scope", "complain"),
    *("skip", "go_back", "ask_known", "delete_my_data"),
}
_CLAUSE_END = re.compile(r"[.,;]\s+|\s-\s")
SHORT_NAME = 2  # words that answer who may be asked for, whatever else they could mean
WHO = "Who may the agent ask for?"
OR_BY_MAIL = "An e-mail address would do, too, if you change your mind."
REFUSED = "All right: I pass on no name, number or address, and nobody will call or write to you."


def consent_sentence(notices: Mapping[str, Any], agency: Agency) -> str:
    """The agency's own words, or the content's; either way marketing is left out."""
    own = agency.consent or spoken(notices, "call_consent", agency=agency.name)
    return f"{own} {spoken(notices, 'call_consent_limit')}".strip()


def may_be_contact(intent: str, text: str) -> bool:
    """Whether a message may tell how to reach its writer: by what it was read as, or because it is nothing else."""
    return intent in MAY_BE_A_NUMBER or only_reaches(text) or only_when_or_how(text) or other_end_in(text) is not None


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
    answer.paragraphs.append(f"{phrase('invitation')} {sentence}")


def asks_for_yes(answer: Answer, number: str, sentence: str) -> None:
    """A number came before the sentence was shown: it takes a yes."""
    answer.paragraphs.append(f"May an agent call you at {number}? {sentence}")
    answer.buttons = [
        Button(f"Yes, call me at {number}", {"intent": "talk_to_agent", "call": number}),
        *answer.buttons,
    ][:5]


def just_said(events: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """What the visitor was told between this message and the one before."""
    said: list[Mapping[str, Any]] = []
    messages = 0
    for event in reversed(events):
        kind = event.get("event")
        messages += kind == "user"
        if messages == 2:
            break
        if messages == 1 and kind == "bot":
            said.append(event)
    return said[::-1]


def with_contact(
    filling: Filling | None, message: Mapping[str, Any], at: float, name_asked: str = ""
) -> Filling | None:
    """What is known of the visitor, with what a message outside a form says of how to reach them, or without it.

    Args:
        name_asked: the question just asked that a name may answer; empty where none was.
    """
    text = mask(str(message.get("text") or ""))
    if (filling and filling.form) or message.get("ask") or pasted(text):
        return filling
    values = dict(filling.values) if filling else {}
    known = contact_of(filling)
    if refuses(text):
        values = {name: value for name, value in values.items() if name not in ("name", "reach")}
    elif (told := heard(known, text)) and told != known:
        values |= {"reach": reach_of(told)} if told.reachable else {}
        values |= {"name": Value(told.name, told.name)} if told.name else {}
    elif name_asked and not known.name and (name := name_told(message, who=name_asked == WHO)):
        values["name"] = Value(name, name)
    if values == (filling.values if filling else {}):
        return filling
    return replace(filling or Filling(None, at=at), values=values)


def name_told(message: Mapping[str, Any], who: bool = False) -> str | None:
    """The name that a message is, or begins with: "Ellen Park, I forgot to say".

    Alone it is one where its words read as nothing in particular, a greeting, or no English.

    Args:
        who: it was asked for in so many words, so that a word of English may be one: "pete. i close at 6".
    """
    text, read = str(message.get("text") or ""), classified(message).get("name")
    foreign = read == "other_language" and text.istitle() and (" " in text or language_of(text) is None)
    if message.get("entities") or text.rstrip().endswith("?"):
        return None
    if (foreign or read in ("inform", "greet", "nlu_fallback")) and (name := bare_name(text)):
        return name
    first, *others = (part.strip(" .,!") for part in _CLAUSE_END.split(text))
    named = _may_answer if who else bare_name
    if others and named(first) and named(others[0]) and not any(" " in each for each in (first, others[0])):
        return f"{others[0]} {first}"  # the family's name first: "Gutierrez, Maria"
    return first if (others or who) and named(first) else None


def _may_answer(name: str) -> bool:
    """Whether a word or two can be the answer to who may be asked for, whatever else they could mean."""
    return len(name.split()) <= SHORT_NAME and may_be_person(name)


def contact_of(filling: Filling | None) -> Contact:
    """How the visitor can be reached, as far as is known."""
    return Contact.of(filling.facts() if filling else {})


def will_get(contact: Contact) -> str:
    """What an agent gets of how to reach the visitor, where none was asked for yet."""
    return f"An agent you ask for will get: {contact.shown()}."


def confirms(answer: Answer, filling: Filling | None) -> None:
    """Say once what was understood of how to reach the visitor."""
    contact = contact_of(filling)
    shown = contact.shown()
    told = will_get(contact) if shown else REFUSED
    if not any(shown and shown in part for part in (answer.lead, *answer.paragraphs)) and REFUSED not in answer.lead:
        answer.paragraphs.append(told)


def passing_on(contact: Contact) -> str:
    """What an agent who was asked for gets of how to reach the visitor."""
    return f"I'll pass on: {contact.shown()}."


def only_contact(contact: Contact) -> Answer:
    """What is said to a message that tells nothing but how to reach the visitor, where no agent was asked for."""
    return Answer(Status.CHITCHAT, "inform", f"Thank you. {will_get(contact)}", buttons=[TALK_TO_AGENT])


def noted(contact: Contact) -> Answer:
    """What the agent gets of how to reach the visitor; or the question for what is missing."""
    text = f"Thank you. {passing_on(contact)}"
    missing = "e-mail address" if contact.by == "email" and not contact.email else None
    missing = "phone number" if contact.by in ("phone", "text") and not contact.phone else missing
    missing = missing if contact.reachable else "phone number or e-mail address"
    answer = Answer(Status.HANDOFF, "talk_to_agent", text, buttons=[HELP])
    if missing:
        answer.paragraphs.append(f"What is the {missing}?")
    return answer


def asked_again(message: Mapping[str, Any]) -> Answer | None:
    """The question for a number or address that was tried and cannot be right; None where none was."""
    problem = problem_with(str(message.get("text") or ""))
    return Answer(Status.HANDOFF, "talk_to_agent", problem) if problem else None


def still_waiting(known: bool) -> Answer:
    """What is said to somebody whom nobody has called back.

    Args:
        known: a request of this conversation waits.
    """
    if known:
        text = "I am sorry that nobody has come back to you. Your request still waits, and I have stored this with it."
    else:
        text = (
            "I am sorry that nobody has come back to you. I see this conversation only, and no earlier request; "
            "so I have stored this one for a licensed agent."
        )
    return Answer(Status.HANDOFF, "talk_to_agent", text, buttons=[HELP])


def nobody_calls(reached_by: str) -> Answer:
    """Contact was refused: what then happens."""
    text = f"{REFUSED} Your request stays with its reference, with which you can ask for it yourself. {OR_BY_MAIL}"
    return Answer(Status.HANDOFF, "talk_to_agent", text, [reached_by] if reached_by else [])

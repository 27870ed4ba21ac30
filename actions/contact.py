"""How to reach a visitor: read wherever it is written, corrected, and refused.  Pure.

phonenumbers and email-validator say what is a number and an address (``actions/forms/reaching.py``); what is left of a
message beside them tells the name, the time and the way that is preferred.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from spacy.lang.en.stop_words import STOP_WORDS

from actions.forms.names import is_person, name_of_person
from actions.forms.places import is_a_place
from actions.forms.reaching import (
    EmailProblem,
    PhoneProblem,
    email_problem,
    find_email,
    find_phone,
    phone_problem,
    spelt_out,
    without_ways,
)
from understanding.references import FEW_WORDS
from understanding.text.questions import begins_asking

_OPENS_LATE = range(1, 7)  # hours that nobody means in the morning: "after 3"
_HOUR = r"\d{1,2}(?::\d\d)?\s?(?:[ap]\.?m\b\.?)?(?!\d)"
_DAYS = r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?|weekdays|weekends|tomorrow|today|tonight"
_PARTS = r"(?:early |late )?(?:mornings?|afternoons?|evenings?|noon|lunch ?time|business hours|working hours)"
_TIME = re.compile(
    rf"\b(?:(?:any ?time )?(?:after|before|between|from|until|till|around|at|by|past)\s(?:{_HOUR}|{_PARTS})"
    rf"(?:\s?(?:and|to|-|until|or)\s?{_HOUR})?(?:\s(?:on\s)?(?:{_DAYS}))?"
    rf"|(?:on |this |next )?(?:{_DAYS})\b(?:\s(?:in the )?(?:{_PARTS}))?"
    rf"(?:\s(?:after|before|at|around)\s(?:{_HOUR}|{_PARTS}))?"
    rf"|(?:in the |this )?(?:{_PARTS})\b(?: only)?|any ?time)",
    re.I,
)
_BARE_HOUR = re.compile(r"\b(?P<hour>\d{1,2})(?P<minutes>:\d\d)?(?!\d|:|\s?[ap]\.?m)", re.I)
_WAY = re.compile(
    r"\b(?:(?P<email>e-?mails?)|(?P<text>texts?|texting|text messages?|sms)"
    r"|(?P<phone>(?:tele)?phone(?: calls?|s)?|calls?|calling|cell|mobile))\b",
    re.I,
)
_AGAINST = re.compile(
    r"\b(?:rather than|instead of|not|no|don['’]?t|do not|never|over)(?: (?:by|via|on|the|a|my|use|please|me))*\W*$",
    re.I,
)
_PREFERS = re.compile(r"\b(?:prefer\w*|best|better|rather|instead|only|just|use|works|don['’]?t|not|no)\b", re.I)
# Words that may stand beside a way that is only named.
_NAMING_NO_MORE = """
a address an best better by fine is just me message my number on only over please the through us via with works
"""
_BESIDE_A_WAY = frozenset(_NAMING_NO_MORE.split())
_DONT = (
    r"(?:do not|don['’]?t|dont|won['’]?t|never|rather not|prefer not to|not going to|refuse to|am not|['’]m not|not)"
)
_REACHING = r"(?:call|phone|contact|text|ring|e-?mail|reach|bother)"
_BETWEEN = (
    r"(?:\W+(?:want|wants|like|wish|need|have|let|prefer|be|to|a|any|anyone|anybody|someone|somebody|an|agent|agents|people"
    r"|you|should|may|get|getting|please|ever|phone)\b){0,5}"
)
# Also whom nobody is to call: "I'd rather nobody phoned me", "please no calls", "don't have anyone ring me".
_REFUSES = re.compile(
    rf"\bno contact(?: (?:details|info\w*|please))?\W*$|\bno calls?,? no e-?mails?\b"
    rf"|\b{_DONT} (?:contact|call|text|ring|reach out to) (?:me|us)\b"
    rf"|\b{_DONT} (?:want (?:to )?|wish to |like to )?(?:giv|shar|leav|provid|hand)(?:e|ing)(?: out| you| u)*"
    r" (?:my|our|any) (?:\w+ )?(?:contact|number|phone|e-?mail|details|info\w*|address|name)\b"
    rf"|\b{_DONT} want (?:\w+ ){{0,3}}(?:calls|called|calling|contacted|contacting|(?:call|contact) (?:me|us))\b"
    rf"|\b(?:{_DONT}|no ?body|no one|no need to){_BETWEEN}\W+{_REACHING}(?:ing)?\W+(?:me|us)\b"
    rf"|\b(?:rather|prefer|wish)(?: that)? (?:no ?body|no one)\W+{_REACHING}(?:e?d|s)?\b"
    rf"|\b{_DONT} (?:want|wish|need|like)(?: to)?(?: get| have| receive)? (?:a |any )?(?:phone )?calls?\W*$"
    rf"|^\W*(?:\w+\W+){{0,4}}?(?:no|don['’]?t|do not) (?:phone )?{_REACHING}s?(?: back)?"
    r"(?: please| though| then| either)?\W*$"
    r"|\b(?:delete|remove|erase|forget|scratch|lose|drop|take (?:out|off)) (?:my|our|that|the) (?:\w+ )?"
    r"(?:e-?mail|number|phone|cell|contact|address)(?: (?:address|number|details|info\w*))?\b",
    re.I,
)
_CAME_BACK = r"(?:call|get back|got(?:ten)? back|contact|answer|reply|replied|respond|e-?mail|phone)(?:e?d)?"
_WAITED = re.compile(
    r"\b(?:no ?body|no ?one|you(?:['’]ve| have)? never|you (?:have|did)n['’]?t)(?: has| have| ever)*"
    rf" {_CAME_BACK}\b(?! \d)"
    r"|\b(?:i|we)(?:['’]ve| have)? (?:never|not|haven['’]?t) (?:heard (?:back|from|anything)|been called)\b",
    re.I,
)
_GIVES = re.compile(
    r"\b(?:(?:call|reach|contact|text|e-?mail|phone|ring|ask for)\b(?! (?:cent|volume))"
    r"|(?:my|our) (?:\w+ )?(?:number|phone|cell|mobile|e-?mail|mail|address|contact)|(?:i['’]?m|i am|name['’]?s|name is"
    r"|(?:hi|hello|hey)\W+this is)\b)",
    re.I,
)
_PUTS_RIGHT = re.compile(
    r"\W*(?:(?:no|not|nope|wrong|typo|ugh|oh|actually|sorry|sry|oops|wait|it['’]?s|it is|i meant?|make (?:that|it)"
    r"|should be"
    r"|(?:it )?ends? (?:in|with)|the last (?:four|4)|digits?|are|is|my|bad)\b\W*)+(?P<tail>\d[\d -]{1,8}\d)"
    r"(?: (?:at|in) the end| instead| is right)?\W*",
    re.I,
)
# What may stand beside a mere time or way.
_BESIDE = STOP_WORDS | {
    "use",
    "reach",
    "better",
    "best",
    "instead",
    "works",
    "fine",
    "prefer",
    "preferably",
    "good",
    "actually",
    "ok",
    "k",
    "pls",
    "plz",
}


_WAYS = {"email": "e-mail", "phone": "phone", "text": "text message"}


@dataclass(frozen=True)
class Contact:
    """How somebody can be reached, as far as it is known.

    Attributes:
        phone: as people read it, "(202) 555-0142".
        time: when, in the visitor's words.
        by: the way that is preferred, "email", "phone" or "text".
    """

    name: str | None = None
    phone: str | None = None
    email: str | None = None
    time: str | None = None
    by: str | None = None

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Contact:
        """From the facts of a form: its name, and its ways as ``ways`` gives them."""
        ways = values.get("reach")
        return cls(values.get("name"), **(ways if isinstance(ways, dict) else {}))

    @property
    def reachable(self) -> bool:
        return bool(self.phone or self.email)

    def ways(self) -> dict[str, str]:
        """All but the name, as far as told."""
        told = {"email": self.email, "phone": self.phone, "time": self.time, "by": self.by}
        return {name: value for name, value in told.items() if value}

    def shown_ways(self) -> str:
        """ "dee@example.com, (202) 555-0142, after 3 pm, e-mail preferred" """
        preferred = f"{_WAYS[self.by]} preferred" if self.by else None
        return ", ".join(filter(None, (self.email, self.phone, self.time, preferred)))

    def shown(self) -> str:
        """With the name before the ways."""
        return ", ".join(filter(None, (self.name, self.shown_ways())))

    def updated(self, told: Contact) -> Contact:
        """With what was told since."""
        return replace(self, **{name: value for name, value in vars(told).items() if value})


def read_contact(text: str) -> Contact:
    """What a text says of how to reach whoever wrote it, in any order and the usual spellings.

    A name is read beside an address or number, or where the text says that it is one.
    """
    text = spelt_out(text)
    phone, email = find_phone(text), find_email(text)
    rest = without_ways(text)
    time = _TIME.search(rest) if phone or email else None
    rest = _TIME.sub(" ; ", rest) if time else rest
    name = name_of_person(rest, beside_contact=bool(phone or email))
    return Contact(
        name, phone, email, _in_full(time[0]) if time else None, _preferred(rest) if phone or email else None
    )


def beside_contact(text: str) -> str:
    """What a text says beside how to reach its writer: a time to call is no number of anything."""
    found = read_contact(text)
    return _TIME.sub(" ; ", without_ways(spelt_out(text))) if found.reachable else text


def _in_full(time: str) -> str:
    """ "after 3" is in the afternoon."""
    return _BARE_HOUR.sub(
        lambda hour: f"{hour[0]} pm" if int(hour["hour"]) in _OPENS_LATE else hour[0], " ".join(time.split())
    )


def _preferred(text: str) -> str | None:
    """The way that is wanted rather than another; None where none is."""
    wanted = {str(way.lastgroup): not _AGAINST.search(text[: way.start()]) for way in _WAY.finditer(text)}
    if not _PREFERS.search(text):
        return None
    for_it = [way for way, wants in wanted.items() if wants]
    against = [way for way, wants in wanted.items() if not wants]
    if len(for_it) == 1:
        return for_it[0]
    return ("email" if against[0] != "email" else "phone") if len(against) == 1 and not for_it else None


def read_way(text: str) -> str | None:
    """The way that a text names without an address or number ("by phone", "email is best")."""
    ways = {str(way.lastgroup) for way in _WAY.finditer(text)}
    rest = set(re.findall(r"\w+", _WAY.sub(" ", text).lower()))
    return ways.pop() if len(ways) == 1 and rest <= _BESIDE_A_WAY else None


def heard(known: Contact, text: str) -> Contact | None:
    """The contact after a message that tells of it; None where it says nothing about it, or of somebody else's.

    What is known already can be put right by its end ("no, 0134"), and be given a time or a way alone.
    """
    few = _says_little(text)
    told = read_contact(text)
    if told.reachable or told.name:
        if known.reachable:  # "oh, that one is under water. use 559-555-0177"
            few = few or any(read_contact(each).reachable and _says_little(each) for each in _SENTENCE.split(text))
        own = few or _GIVES.search(text)
        return known.updated(told) if own and not ("?" in text and not _GIVES.search(text)) else None
    if not known.reachable or not few or "?" in text:
        return None
    if (end := other_end_in(text)) and known.phone and (phone := _ending(known.phone, end)):
        return replace(known, phone=phone)
    clauses = map(_time_or_way, (text, *_SENTENCE.split(text)))
    beside = next(filter(None, clauses), None)
    return known.updated(beside) if beside else None


def _time_or_way(clause: str) -> Contact | None:
    """The time or the way that is all that words tell; a reason may stand in a clause of its own."""
    time, way = _TIME.search(clause), _preferred(clause) or read_way(clause)
    rest = _WAY.sub(" ", _TIME.sub(" ", clause)).lower()
    if not (time or way) or not set(re.findall(r"[^\W\d_]+", rest)) <= _BESIDE | {"t", "don"}:
        return None
    return Contact(time=_in_full(time[0]) if time else None, by=way)


def asks_to_be_reached(text: str) -> bool:
    """Whether a text with a number or an address says to call, write or ring: "have someone ring me, 202 555 0142"."""
    return read_contact(text).reachable and bool(_GIVES.search(text))


def only_reaches(text: str) -> bool:
    """Whether a text is a way to reach its writer, and nothing else: "707 555 0164 please"."""
    beside = set(re.findall(r"[^\W\d_]+", beside_contact(text).lower()))
    return read_contact(text).reachable and "?" not in text and beside <= _BESIDE


def mostly_reaches(text: str) -> bool:
    """Whether a text tells a way to reach its writer, and little else that asks nothing."""
    return read_contact(text).reachable and _says_little(text) and "?" not in text and not begins_asking(text)


def only_when_or_how(text: str) -> bool:
    """Whether a text is a time or a way to be reached, and nothing else: "after 5 please", "a text is best"."""
    return _time_or_way(text) is not None


def other_end_in(text: str) -> str | None:
    """The digits that a text puts at the end of a number, where it says no more: "sorry, it ends in 0162"."""
    right = _PUTS_RIGHT.fullmatch(text)
    return right["tail"] if right else None


def _says_little(text: str) -> bool:
    """Whether next to nothing is said beside the contact."""
    return len(re.findall(r"[\w'’]+", beside_contact(text))) <= FEW_WORDS


def _ending(phone: str, tail: str) -> str | None:
    """The number with other last digits, if that is one."""
    digits, new = re.sub(r"\D", "", phone), re.sub(r"\D", "", tail)
    return find_phone(digits[: -len(new)] + new) if len(new) < len(digits) else None


def refuses(text: str) -> bool:
    """Whether a text refuses to give a way to be reached, or to be called."""
    asks = "?" in text or begins_asking(text.lower().replace("do not", "don't"))
    return bool(_REFUSES.search(text)) and not asks and not read_contact(text).reachable


_SENTENCE = re.compile(r"(?<=[.!?;,])\s+")


def has_waited(text: str) -> bool:
    """Whether a text complains that nobody came back to its writer."""
    return bool(_WAITED.search(text)) and not refuses(text)


def bare_name(text: str) -> str | None:
    """The name that is all of a text; None where it is something else."""
    name = " ".join(text.strip(" .,!").split())
    return name if is_person(name) and not is_a_place(name) else None


def problem_with(text: str) -> str | None:
    """What is wrong with an address or number that was tried ("4one5 …"), said to its writer; None if none was."""
    text = spelt_out(text)
    email, phone = email_problem(text), phone_problem(text)
    return _EMAIL_PROBLEMS[email] if email else _PHONE_PROBLEMS[phone] if phone else None


_EMAIL_PROBLEMS = {
    EmailProblem.NO_AT_SIGN: "That e-mail address has no @. It should look like dee@example.com.",
    EmailProblem.INCOMPLETE: "That e-mail address is not complete. It should look like dee@example.com.",
    EmailProblem.MALFORMED: "That e-mail address cannot be right. Please check it for typos.",
}
_PHONE_PROBLEMS = {
    PhoneProblem.LETTERS: "That phone number has letters in it. Please type digits only, with the area code.",
    PhoneProblem.TOO_SHORT: "That phone number is too short. Please type it with its area code: ten digits.",
    PhoneProblem.TOO_LONG: "That phone number is too long. Please type ten digits, or + and the country's code.",
    PhoneProblem.NOT_IN_USE: "There is no such area code. Please check the phone number.",
}

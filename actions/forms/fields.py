"""What a visitor's words say about one field of a form.  Pure.

A field is read in two ways: as the answer to its question, where a bare "12" or "yes" will do, and in passing,
where the words themselves must tell what they are about ("a dozen people", "our service van").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import us

from actions.contact import Contact, beside_contact, problem_with, read_contact, read_way
from actions.forms.amounts import count, mentioned_count, mentioned_money, money, only_numbers, year
from actions.forms.judging import WORDS_BESIDE, no_description, no_name, pasted, written_by_a_program
from actions.forms.names import LONGEST_NAME, NameProblem, name_problem, read_name
from actions.forms.places import is_a_city, is_a_rival, state_of, states_of
from actions.forms.said import (
    LONGEST_ANSWER,
    TOO_LONG,
    Read,
    Refusal,
    Said,
    Value,
    plain_phrase,
    plain_text,
    plainly,
    says,
    words_for,
)
from bot.privacy import without_placeholders
from knowledge.base import KnowledgeBase
from knowledge.named import HISTORY, PAST_CLAIMS
from knowledge.schema import ProfileField
from understanding.text.towns import ABROAD, towns_in

ABOUT_CLAIMS = {PAST_CLAIMS, HISTORY}  # fields that a claim told of answers
MEANT_TRADE = 0.5  # probability and cosine a described trade needs when it was asked for
LONGEST_PLACE = 4  # words of an answer that is only a place
MOST_CHOICES = 4  # places to choose among
USUAL_LIMIT = 2_000_000  # dollars that a usual general liability policy pays in a year; who asks for more asks for much
LIMIT_DEMANDED, VEHICLES = "limit_demanded", "vehicle_count"
IMPLYING = (LIMIT_DEMANDED, VEHICLES)  # fields whose value says something of another
NOT_HEARD = ("text", "name", "reach", "year")  # kinds that only an answer can tell
_MARKUP = re.compile(r"[<>]")
# Asked for beside claims: "no claims, one complaint though" is no "no".
_COMPLAINT = re.compile(
    r"(?<!\bno )(?<!\bor )(?<!\bnor )(?<!\bany )(?<!\band )\b(?:complaints?|incidents?|near miss)\b", re.I
)
_SOMETHING = re.compile(r"\w")
_WORD = re.compile(r"[^\W\d_]{2,}")


def answer_to(field: ProfileField, said: Said, base: KnowledgeBase) -> Read:
    """The message as the answer to the field's question; None where it is none."""
    if said.chosen and said.chosen.get("field") == field.id:
        return Value(said.chosen["value"], str(said.chosen["shown"]))
    if said.too_long or (field.kind not in ("text", "name") and len(said.text) > LONGEST_ANSWER):
        return mentioned(field, said, base) or Refusal(TOO_LONG)
    free = field.kind in ("text", "name", "industry")
    if what := pasted(said.text) or (None if free else written_by_a_program(said.text)):
        return Refusal(f"I read that as {what}.")
    if field.kind in ("count", "money", "year"):
        said = replace(said, text=beside_contact(said.text))
    return _ANSWERS[field.kind](field, said, base)


def mentioned(field: ProfileField, said: Said, base: KnowledgeBase) -> Value | None:
    """What the message says of the field without being asked for it."""
    found = _mentioned(field, said, base)
    return found if isinstance(found, Value) else None


def doubtful(field: ProfileField, said: Said, base: KnowledgeBase) -> Refusal | None:
    """The question which of several values was meant by what the message says without being asked for it."""
    found = _mentioned(field, said, base)
    return found if isinstance(found, Refusal) and found.choices else None


def _mentioned(field: ProfileField, said: Said, base: KnowledgeBase) -> Read:
    read = _MENTIONS.get(field.kind)
    return read(field, said, base) if read and not pasted(said.text) else None


def every_field(base: KnowledgeBase) -> dict[str, ProfileField]:
    """The fields of both forms, by id."""
    return {each.id: each for each in [*base.profile_fields(), *base.quote_fields()]}


def fields_heard(base: KnowledgeBase) -> list[ProfileField]:
    """The facts that words can tell without being asked for."""
    return [each for each in every_field(base).values() if each.kind not in NOT_HEARD]


def follows(told: Mapping[str, Value], fields: Mapping[str, ProfileField]) -> dict[str, Value]:
    """What a limit that a client asks for says of the contracts, and a number of vehicles of who drives what."""
    limit, count = told.get("limit_demanded"), told.get("vehicle_count")
    means = {}
    if limit:
        means["contracts"] = "high_limits" if limit.value[0] > USUAL_LIMIT else "proof"
    if count and any(count.value) and "vehicles" not in told:
        means["vehicles"] = "owned"
    options = {name: next(each for each in fields[name].options if each.id == meant) for name, meant in means.items()}
    return {name: Value(option.id, option.title) for name, option in options.items()}


# Trades and places


def _trade(field: ProfileField, said: Said, base: KnowledgeBase) -> Read:
    known = _named_trade(field, said, base) or described(field, said, base)
    if known:
        return known
    ask = 'Please say in a few words what your business does, or say "skip".'
    if said.text.strip() and only_numbers(said.text) and not _MARKUP.search(said.text):
        return Refusal(ask)
    tried = problem_with(said.text)
    if tried and len(_WORD.findall(said.text)) < WORDS_BESIDE:
        return Refusal(tried)
    short = len(said.text.split()) <= 3
    if short and (state_of(said.text, whole=True) or said.only_agrees()):
        return Refusal(f"I read that as {'yes or no' if said.only_agrees() else 'a place'}. {ask}")
    return _in_words(field, said, base, value=None)  # a trade that the guide has no entry for is told to the agent


def described(field: ProfileField, said: Said, base: KnowledgeBase) -> Value | None:
    """The trade that a message tells of in other words ("doing payroll for clients")."""
    if field.kind != "industry" or not said.described or said.described[1] < MEANT_TRADE:
        return None
    return _industry(said.described[0], base)


def _named_trade(field: ProfileField, said: Said, base: KnowledgeBase) -> Value | None:
    return _industry(said.industry, base) if said.industry else None


def _industry(industry_id: str, base: KnowledgeBase) -> Value | None:
    industry = base.industry(industry_id)
    return Value(industry.id, industry.name) if industry else None


def _state(field: ProfileField, said: Said, base: KnowledgeBase) -> Read:
    codes = _codes(said, whole=True)
    if len(codes) == 1 and codes[0] != ABROAD:
        return _named_state(codes[0])
    if codes:
        return _which(said, codes)
    return Refusal(
        "I could not tell the state. Please type its name, such as Nevada or NV (the main one, if several), "
        'or say "skip".'
    )


def _which(said: Said, codes: tuple[str, ...]) -> Refusal:
    """The question which of several places is meant."""
    choices = tuple(_named_state(code) for code in codes if code != ABROAD)[:MOST_CHOICES]
    if not choices:
        return Refusal('That place is outside the United States. Which state is it here? Or say "skip".')
    abroad = " Or is it outside the United States?" if ABROAD in codes else ""
    more = " or another state" if len(codes) > MOST_CHOICES else ""
    named = ", ".join(each.shown for each in choices[:-1]) + (" or " if len(choices) > 1 else "") + choices[-1].shown
    if not any(set(codes) <= set(town) for town in towns_in(said.text) or [states_of(said.text, whole=True)]):
        return Refusal(f"In which of these do most of your people work: {named}{more}?{abroad}", choices)
    words = without_placeholders(said.text).strip(" .!?").split()
    place = f'"{" ".join(words)}"' if len(words) <= LONGEST_PLACE else "That place"
    return Refusal(f"{place} can be in more than one state: {named}{more}?{abroad}", choices)


def _mentioned_state(field: ProfileField, said: Said, base: KnowledgeBase) -> Read:
    codes = _codes(said, whole=False)
    if len(codes) > 1:
        return _which(said, codes)
    return _named_state(codes[0]) if codes and codes[0] != ABROAD else None


def _codes(said: Said, whole: bool) -> tuple[str, ...]:
    """The states that may be meant: those named, but for Kansas City, which lies in another, and Washington.

    A town in none of them is one more place.
    """
    placed, towns = states_of(said.text, whole), towns_in(said.text)
    if len(said.states) == 1 and placed:
        name = _named_state(said.states[0]).shown
        if is_a_city(name, said.text) or (is_a_rival(name, said.text) and len(placed) > 1):
            return placed
    if not said.states and (whole or not towns):
        return placed
    names = "|".join(re.escape(_named_state(code).shown) for code in said.states)
    beside = towns_in(re.sub(rf"\b(?:{names})\b", ";", said.text, flags=re.I)) if names else towns
    elsewhere = [code for town in beside if set(town).isdisjoint(said.states) for code in town]
    return tuple(dict.fromkeys([*said.states, *elsewhere]))


def _named_state(code: str) -> Value:
    return Value(code, str(us.states.lookup(code, field="abbr") or code))


# Words


def _yes_no(field: ProfileField, said: Said, base: KnowledgeBase) -> Read:
    told = _mentioned_yes_no(field, said, base)
    if told:
        return told
    agrees = True if field.id in ABOUT_CLAIMS and said.intent == "report_claim" else said.agrees()
    if agrees is None:
        return Refusal('Please answer with yes or no, or say "skip".')
    return Value(agrees, "Yes" if agrees else "No")


def _mentioned_yes_no(field: ProfileField, said: Said, base: KnowledgeBase) -> Value | None:
    if says(field.denied_as, said.text):
        excepts = field.id == PAST_CLAIMS and _COMPLAINT.search(said.text)
        return Value(True, "Yes") if excepts else Value(False, "No")
    return Value(True, "Yes") if says(field.said_as, said.text) else None


def _choice(field: ProfileField, said: Said, base: KnowledgeBase) -> Read:
    told = _mentioned_choice(field, said, base)
    if told:
        return told
    named = [o for o in field.options if any(" " not in word and _has(word, said.text) for word in o.said_as)]
    if len(named) == 1:
        return Value(named[0].id, named[0].title)
    agrees = said.agrees()
    word = "yes" if agrees else "no"
    meant = [o for o in field.options if agrees is not None and re.match(rf"{word}\b", o.title, re.IGNORECASE)]
    if meant:
        return Value(meant[0].id, meant[0].title)
    return Refusal("Please choose one of these, or say it in other words.")


def _has(word: str, text: str) -> bool:
    """ "a small office downtown", but not "no office" """
    return bool(re.search(rf"(?<!\bno )(?<!\bnot )\b{re.escape(word)}\b", plainly(text)))


def _mentioned_choice(field: ProfileField, said: Said, base: KnowledgeBase) -> Value | None:
    said_as = [(_choosing(phrase, said.text), o) for o in field.options for phrase in (o.title, *o.said_as)]
    words, option = max(said_as, key=lambda pair: len(pair[0]))  # the longest says it most exactly
    return Value(option.id, option.title) if words else None


def _choosing(phrase: str, text: str) -> str:
    """The words that choose; a single one does only if it is all that is said: not in "our office burned down"."""
    if " " in phrase:
        return words_for(phrase, text)
    whole = plain_text(text).strip(" .!,")
    return whole if whole == plain_phrase(phrase) else ""


def _in_words(field: ProfileField, said: Said, base: KnowledgeBase, value: Any = ...) -> Read:
    text = " ".join(said.text.split())
    if len(text) > LONGEST_ANSWER:
        return Refusal(TOO_LONG)
    if _MARKUP.search(text):
        return Refusal("Please leave out < and >, and use plain words.")
    if not _SOMETHING.search(text):
        return Refusal('Please use a few words, or say "skip".')
    if what := no_description(said.text):
        return Refusal(
            f'I read that as {what}, and wrote nothing down. Please answer in your own words, or say "skip".'
        )
    return Value(text if value is ... else value, text)


# Who it is, and how to reach them


def _name(field: ProfileField, said: Said, base: KnowledgeBase) -> Read:
    text = without_placeholders(said.text)
    name = read_contact(text).name or read_name(text)
    if name and name.lower() in _NO_NAMES:
        return Refusal(_NAME_PROBLEMS[NameProblem.EMPTY])
    if name and (what := no_name(name, said)):
        return Refusal(f"I read that as {what}, not as a name.")
    if name:
        return Value(name, name)
    return Refusal(_NAME_PROBLEMS[name_problem(text) or NameProblem.EMPTY])


def _mentioned_name(field: ProfileField, said: Said, base: KnowledgeBase) -> Value | None:
    """A name that is told with a way to reach its bearer, or as a name."""
    name = read_contact(said.text).name
    return Value(name, name) if name and not no_name(name, said) else None


def _reach(field: ProfileField, said: Said, base: KnowledgeBase) -> Read:
    found = _mentioned_reach(field, said, base)
    if found:
        return found
    way = read_way(said.text)
    if way:
        return Refusal("What is the e-mail address?" if way == "email" else "What is the number, with its area code?")
    return Refusal(
        problem_with(said.text)
        or "I need an e-mail address, such as dee@example.com, or a phone number with its area code."
    )


def _mentioned_reach(field: ProfileField, said: Said, base: KnowledgeBase) -> Value | None:
    found = read_contact(said.text)
    return reach_of(found) if found.reachable else None


def reach_of(contact: Contact) -> Value:
    """The ways to reach somebody as a form keeps them: e-mail, phone, and when and how, as far as told."""
    return Value(contact.ways(), contact.shown_ways())


_NO_NAMES = {
    "no", "nope", "nah", "none", "nobody", "nothing", "never", "yes", "yeah", "yep", "sure", "ok", "okay", "me",
    "myself", "wait", "no wait", "not me", "hmm", "lol", "idk", "why", "what", "huh",
}  # fmt: skip
_NAME_PROBLEMS = {
    NameProblem.EMPTY: "I did not get a name.",
    NameProblem.MARKUP: "Please type just the name, without < or >.",
    NameProblem.NO_LETTERS: "A name needs letters.",
    NameProblem.TOO_LONG: f"That is too long for a name ({LONGEST_NAME} characters at most).",
}
Reader = Callable[[ProfileField, Said, KnowledgeBase], Read]
_ANSWERS: Mapping[str, Reader] = {
    "industry": _trade,
    "state": _state,
    "count": count,
    "money": money,
    "year": year,
    "yes_no": _yes_no,
    "choice": _choice,
    "text": _in_words,
    "name": _name,
    "reach": _reach,
}
_MENTIONS: Mapping[str, Reader] = {
    "industry": _named_trade,
    "state": _mentioned_state,
    "count": mentioned_count,
    "money": mentioned_money,
    "yes_no": _mentioned_yes_no,
    "choice": _mentioned_choice,
    "reach": _mentioned_reach,
    "name": _mentioned_name,
}

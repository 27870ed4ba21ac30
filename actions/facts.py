"""Facts about the business, heard anywhere: what a message tells, what it changes, and where each fact comes from.

Pure, but for the knowledge base.  The values themselves are kept with the forms (``Filling``), so that what is told in
passing is not asked again; beside each the frame keeps the words that told it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from spacy.lang.en.stop_words import STOP_WORDS

from actions.contact import read_contact
from actions.forms.amounts import as_large
from actions.forms.correcting import as_told, nearest, settled_on
from actions.forms.fields import answer_to, doubtful, every_field, fields_heard, follows, mentioned
from actions.forms.filling import SKIPPED, Filling
from actions.forms.numbers import beside_numbers, read_amounts
from actions.forms.places import is_a_place
from actions.forms.said import Refusal, Said, Value, classified, day_of
from actions.wording import cut, joined
from knowledge.base import KnowledgeBase
from knowledge.schema import ProfileField
from understanding.question import Fact, Frame
from understanding.reader import TOLD_TRADE
from understanding.references import pointer_in
from understanding.targets import intent_id
from understanding.text.questions import only_states, statements

HELD = "current_cover"  # the field that says what is already held
NUMBERS = ("count", "money")
TELLS = {"inform", "correct"}  # intents of a message that tells something
WISHED = {"get_quote", "talk_to_agent", "ask_to_bind", "ask_guarantee"}  # of one that wants something done
SURE, PLAIN, PASSING, LIKENED = 1.0, 0.9, 0.7, 0.5  # confidence: asked for, stated, said beside a question, by meaning
UNSURE = 0.5  # chance below which a question is no likelier meant than not
LONGEST_WORDS = 160  # characters kept of what told a fact
# What may stand beside a fact that is all that is told.
LITTLE_WORDS = STOP_WORDS | {"roughly", "approximately", "maybe", "probably", "come", "comes", "total", "month", "year"}
_OURS = re.compile(
    r"\b(?:we|we['’](?:re|ve|ll)|our|ours|us|i|i['’](?:m|ve)|my|mine|everyone|everybody|no ?body|no one|all|both|half"
    r"|most)\b",
    re.I,
)
_WISHES = re.compile(
    r"\b(?:we|i)(?:['’](?:d|re|m)| am| are| would)?(?: (?:just|also|really|now|still|only))* "
    r"(?:need|want|like|look|looking|wonder|wondering|hope|plan|planning|think|thinking)\b|^\W*(?:please|tell|explain"
    r"|give|show|help|need|looking|quote|price|cost)\b",
    re.I,
)
_IS_OURS = re.compile(
    r"^\W*(?:(?:an?|the)\s)?(?:(?!(?:our|my|their|his|her|your|use|need|hired?|call|ask|with|from)\b)[a-z'-]+\s)?$|\b(?:we|i)\s?(?:['’](?:re|m)|are|am|run|own|operate|manage|started|opened|bought)\b[^,]*$"
    r"|\b(?:it['’]?s|it is|this is|as|for)\s(?:an?|our|my)\b[^,]*$|\b(?:our|my) (?:business|company|firm)\b[^,]*$",
    re.I,
)
# A statement about somebody else, from whom only what concerns the visitor is heard.
_OF_OTHERS = re.compile(
    r"^\W*(?:(?:my|our|the|an?|one|another)\s(?:[\w-]+\s){0,2})?(?:clients?|customers?|tenants?|landlord|neighbou?rs?"
    r"|competitors?|suppliers?|vendors?)\b(?!['’])",
    re.I,
)
ASKED_OF_US = {"contracts", "limit_demanded", "goods_in_care"}
_CLAUSES = re.compile(r"[,;:.!?]\s|\b(?:and|but)\b", re.I)
_NOT = re.compile(r"\b(?:not|no|never|don['’]?t|doesn['’]?t|didn['’]?t|isn['’]?t|aren['’]?t|without)\b", re.I)
_ENDED = re.compile(
    r"\b(?:sold|got rid of|gave up|give up|closed|stopped|dropped|let go|no longer|not any ?more|do(?:n['’]?t| not) .*"
    r"\bany ?more|used to)\b",
    re.I,
)
_PUTS_RIGHT = re.compile(
    r"\W*(?:(?:no|nope|actually|sorry|wait|oops|correction|i mean|i meant|rather|make that)\b\W*)+", re.I
)


def states_something(message: Mapping[str, Any]) -> bool:
    """Whether a message only tells something: it asks for nothing, names no subject, and nothing has happened.

    What reads like a question that surely is one, is one, whatever facts stand in it ("price for a team of 10").
    """
    intent, text = message.get("intent") or {}, str(message.get("text") or "")
    chance = float(intent.get("confidence") or 0.0)
    if intent.get("name") in WISHED and chance >= UNSURE:
        return False
    tells = _tells(message) or bool(_PUTS_RIGHT.match(text)) or bool(_OURS.search(text)) or chance < UNSURE
    return tells and _asks_nothing(message)


def _asks_nothing(message: Mapping[str, Any]) -> bool:
    """Whether a message can only tell something, however it was read."""
    text, decided = str(message.get("text") or ""), message.get("question") or {}
    if message.get("ask") or decided.get("happened") or read_contact(text).reachable or _WISHES.search(text):
        return False
    pointer = pointer_in(text)
    if not only_states(text) or (pointer and pointer.bare):
        return False
    if {e["entity"] for e in message.get("entities") or []} & {"policy", "exposure", "term"}:
        return bool(decided.get("held")) and decided.get("policies") == decided.get("held")
    return True


def _tells(message: Mapping[str, Any]) -> bool:
    """Whether it was read as telling something, by the whole reading or by the classifier alone."""
    return not TELLS.isdisjoint((str((message.get("intent") or {}).get("name")), str(classified(message).get("name"))))


def stated_in(
    message: Mapping[str, Any], frame: Frame | None, filling: Filling, base: KnowledgeBase
) -> dict[str, Value]:
    """The new facts of a message that only tells some, or chooses one by button; none of one that asks."""
    said = Said.of(message, day_of(filling.at))
    fields = {each.id: each for each in fields_heard(base)}
    if said.chosen and said.chosen.get("field") in fields and "value" in said.chosen:
        return {said.chosen["field"]: Value(said.chosen["value"], str(said.chosen["shown"]))}
    return told_in(message, frame, filling, base) if _is_plain(message, fields.values(), base) else {}


def told_in(message: Mapping[str, Any], frame: Frame | None, filling: Filling, base: KnowledgeBase) -> dict[str, Value]:
    """The facts that a message states and that are new, by field; an earlier one is put right where it says so."""
    fields = {each.id: each for each in fields_heard(base)}
    plain = _is_plain(message, fields.values(), base)
    said = Said.of(message, day_of(filling.at))
    facts = frame.facts if frame else {}
    if plain and (right := _put_right(said, facts, filling, fields, base)):
        return right
    told: dict[str, Value] = {}
    asked = fields.get(_asked(message, frame, said) or "") if plain else None
    if asked and not _corrects_a_number(asked, said) and isinstance(read := answer_to(asked, said, base), Value):
        told[asked.id] = read
    for piece in statements(said.text):
        if plain or _OURS.search(piece):
            told |= _stated(_piece_of(message, piece), said.today, filling, fields.values(), base)
    told |= _trade(message, frame, filling, base)
    held = {**_held(message, base), **follows(told, fields)} if plain else {}
    known = {name for name, fact in facts.items() if not plain and fact.confidence > PASSING}
    return {n: v for n, v in {**told, **held}.items() if v != filling.values.get(n) and n not in known}


def doubt_in(
    message: Mapping[str, Any], frame: Frame | None, filling: Filling, base: KnowledgeBase
) -> tuple[str, Refusal] | None:
    """The field for which a plain statement names several values, with the question which of them is meant."""
    if not states_something(message):
        return None
    said = Said.of(message, day_of(filling.at))
    for field in fields_heard(base):
        read = answer_to(field, said, base) if field.id == _asked(message, frame, said) else doubtful(field, said, base)
        if isinstance(read, Refusal) and read.choices and filling.values.get(field.id) not in read.choices:
            return field.id, read
    return None


def _asked(message: Mapping[str, Any], frame: Frame | None, said: Said) -> str | None:
    """The field that the message answers: the one asked for last, or the state by nothing but a place."""
    return "state" if _tells(message) and is_a_place(said.text) else frame.asked_back if frame else None


def _is_plain(message: Mapping[str, Any], fields: Iterable[ProfileField], base: KnowledgeBase) -> bool:
    """Whether a message only tells something: by how it was read, or as nothing else is left of it.

    Without the fact and the little words "wages come to 410,000" is empty.
    """
    if states_something(message) or not _asks_nothing(message):
        return states_something(message)
    said = Said.of(message, day_of(0.0))
    told = [field for field in fields if field.kind in NUMBERS and mentioned(field, said, base)]
    counted = {word for field in told for unit in field.units for word in unit.lower().split()}
    words = set(re.findall(r"[^\W\d_]+", beside_numbers(said.text).lower()))
    return bool(told) and words <= counted | LITTLE_WORDS


def _piece_of(message: Mapping[str, Any], piece: str) -> Mapping[str, Any]:
    """The message as if it said this piece alone."""
    text, within = str(message.get("text") or ""), []
    for named in message.get("entities") or []:
        at = piece.find(text[named["start"] : named["end"]]) if "end" in named else 0
        if at >= 0:
            within.append({**named, "start": at})
    return {**message, "text": piece, "entities": within}


def _stated(
    message: Mapping[str, Any], today: date, filling: Filling, fields: Iterable[ProfileField], base: KnowledgeBase
) -> dict[str, Value]:
    """What one statement tells; what has ended is told only of what was known, and what others have not at all."""
    said = Said.of(message, today)
    if _ENDED.search(said.text):
        return _ended(said, filling, fields, base)
    bare, of_others = replace(said, text=_without_numbers(said.text)), _OF_OTHERS.search(said.text)
    found = {}
    for field in fields:
        if of_others and field.id not in ASKED_OF_US:
            continue
        value = settled_on(field, said, base) or mentioned(field, said, base)
        if value is None and field.kind in ("choice", "yes_no"):
            value = mentioned(field, bare, base)  # "all twelve work from home"
        if value and not (field.kind in NUMBERS and any(value.value) and _is_denied(field, said, base)):
            found[field.id] = value
    if found.get("industry") and not _is_own_trade(message):
        del found["industry"]
    return found


def tells_of_others(text: str) -> bool:
    """Whether a statement is about a client, a landlord or the like, and not about the visitor's business."""
    return bool(_OF_OTHERS.search(text))


def _is_denied(field: ProfileField, said: Said, base: KnowledgeBase) -> bool:
    """Whether a number is told in a clause with a "not" alone."""
    clauses = [replace(said, text=each) for each in _CLAUSES.split(said.text) if not _NOT.search(each)]
    return bool(_NOT.search(said.text)) and not any(mentioned(field, clause, base) for clause in clauses)


def _is_own_trade(message: Mapping[str, Any]) -> bool:
    """Whether the trade named is the visitor's: said to be, or named before anything else of a statement."""
    text = str(message.get("text") or "")
    starts = [e.get("start", 0) for e in message.get("entities") or [] if e["entity"] == "industry"]
    clauses = (_CLAUSES.split(text[:start])[-1] for start in starts)
    return any(_IS_OURS.search(clause) for clause in clauses)


def _trade(message: Mapping[str, Any], frame: Frame | None, filling: Filling, base: KnowledgeBase) -> dict[str, Value]:
    """The trade that the whole message was surely understood to tell, where none is known."""
    decided, text = message.get("question") or {}, str(message.get("text") or "")
    if filling.values.get("industry", SKIPPED).shown or (frame and frame.industry) or not _asks_nothing(message):
        return {}
    target, likened = str(decided.get("target")), Said.of(message, day_of(0.0)).described
    if target == intent_id("inform") and likened and likened[1] >= TOLD_TRADE and _OURS.search(text):
        target = "" if tells_of_others(text) else likened[0]  # "we do billing for clinics"
    industry = base.industry(target)
    unsure = float(decided.get("chance") or 0.0) < UNSURE or (frame is not None and frame.target == target)
    return {"industry": Value(industry.id, industry.name)} if industry and not unsure else {}


def _ended(said: Said, filling: Filling, fields: Iterable[ProfileField], base: KnowledgeBase) -> dict[str, Value]:
    """ "we sold the vans": none of what was known, named by its unit or as it is told; not part of it."""
    if read_amounts(said.text):
        return {}
    words = set(re.findall(r"[\w']+", said.text.lower()))
    ended = {}
    for field in fields:
        if not filling.values.get(field.id, SKIPPED).shown:
            continue
        none = next((each for each in field.options if each.id == "none"), None)
        phrases = [*field.units, *(phrase for each in field.options if each is not none for phrase in each.said_as)]
        if words.isdisjoint(phrases) and not mentioned(field, said, base):
            continue
        if field.kind == "count":
            ended[field.id] = Value([0, 0], "0")
        elif none:
            ended[field.id] = Value(none.id, none.title)
        elif field.kind == "yes_no":
            ended[field.id] = Value(False, "No")
    return ended


def _held(message: Mapping[str, Any], base: KnowledgeBase) -> dict[str, Value]:
    """The policies that the visitor says to have."""
    held = [p.short_name for p in map(base.policy, (message.get("question") or {}).get("held") or []) if p]
    return {HELD: Value(joined(held), joined(held))} if held else {}


def _put_right(
    said: Said,
    facts: Mapping[str, Fact],
    filling: Filling,
    fields: Mapping[str, ProfileField],
    base: KnowledgeBase,
) -> dict[str, Value]:
    """ "no, 15, not 50": a number for the fact that is 50, or else for the one it comes nearest to."""
    opening = _PUTS_RIGHT.match(said.text)
    if not (opening or said.intent == "correct") or any(mentioned(each, said, base) for each in fields.values()):
        return {}
    right, _, wrong = said.text[opening.end() if opening else 0 :].partition("not ")
    new, old = replace(said, text=right), replace(said, text=wrong)
    numbers = [fields[name] for name in facts if name in fields and fields[name].kind in NUMBERS]
    meant = [each for each in numbers if wrong and answer_to(each, old, base) == filling.values.get(each.id)]
    if not read_amounts(right):
        return {}
    meant = meant or nearest(new, numbers, filling.values, base)
    read = {each.id: as_told(each, new, base) for each in meant[:1]}
    return {
        name: as_large(value, fields[name], filling.values[name])
        for name, value in read.items()
        if isinstance(value, Value)
    }


def _corrects_a_number(field: ProfileField, said: Said) -> bool:
    """ "no sorry 2 mil" is no "no" to what was asked, where that is no number."""
    opening = _PUTS_RIGHT.match(said.text)
    return bool(opening and read_amounts(said.text[opening.end() :])) and field.kind not in NUMBERS


def _without_numbers(text: str) -> str:
    return " ".join(word for word in text.split() if not read_amounts(word))


# Where a fact comes from


def recorded(
    frame: Frame | None,
    before: Filling | None,
    after: Filling,
    message: Mapping[str, Any],
    turn: int,
    base: KnowledgeBase,
) -> Frame:
    """The frame with the facts that this message changed, each with the words that told it, and the state they name."""
    frame, known = frame or Frame(), before.values if before else {}
    fields = every_field(base)
    facts = dict(frame.facts)
    for name, value in after.values.items():
        if value == known.get(name) or name not in fields:
            continue
        old = facts.pop(name, None)
        if value.shown:
            asked = name in (before.asking if before else None, frame.asked_back)
            facts[name] = _fact(fields[name], value, old, message, turn, after.at, asked)
    state = after.facts().get("state")
    if state and state != (before.facts().get("state") if before else None):
        frame = replace(frame, state=str(state))  # what is asked next is asked there
    return replace(frame, facts=facts)


def _fact(
    field: ProfileField,
    value: Value,
    old: Fact | None,
    message: Mapping[str, Any],
    turn: int,
    at: float,
    asked: bool,
) -> Fact:
    words = "" if message.get("ask") else _words(str(message.get("text") or ""))
    periods = [each.period for each in read_amounts(words) if each.period] if field.kind in NUMBERS else []
    return Fact(
        value.shown,
        words,
        turn,
        at,
        _confidence(field, message, asked),
        _unit(field, words) or (old.unit if old else ""),
        periods[0] if periods else "",
        asked,
    )


def _confidence(field: ProfileField, message: Mapping[str, Any], asked: bool) -> float:
    if asked or message.get("ask"):
        return SURE
    if field.kind == "industry" and not any(e["entity"] == "industry" for e in message.get("entities") or []):
        return LIKENED
    return PLAIN if states_something(message) else PASSING


def _unit(field: ProfileField, words: str) -> str:
    """What a count counts, in the visitor's word."""
    if field.kind != "count" or not field.units:
        return ""
    found = re.findall(rf"\b(?:{'|'.join(map(re.escape, field.units))})\b", words.lower(), re.I)
    return found[0] if found else ""


def _words(text: str) -> str:
    """What of a message tells something, at most so many characters; all of it where it only asks."""
    words = " ".join(" ".join(statements(text) or [text]).split())
    return cut(words, LONGEST_WORDS)


def phrase(field: ProfileField, shown: str, unit: str = "") -> str:
    """A fact in a few words: "12 employees", "Oregon", "premises: from home, no office"."""
    if field.kind == "count" and unit:
        return f"{'no' if shown == '0' else shown} {unit}"
    if field.kind == "money":
        return f"{shown} {field.label[:1].lower()}{field.label[1:]}"
    if field.kind in ("state", "industry"):
        return shown
    return f"{field.label[:1].lower()}{field.label[1:]}: {shown[:1].lower()}{shown[1:]}"

"""What a message points at: "the second one", "both", "which first", a yes, "back to the cyber thing".  Pure.

It is read against what was last listed, offered or answered, and only where the message names nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from understanding.question import Frame, Given, Question, asked_for
from understanding.targets import COMPARISON, FACET_OF, Target, facet

FEW_WORDS = 8  # of a message that only points at something, or says little beside one thing
LONGEST_YES = 6
MOST_AT_ONCE = 3  # of a list that are spoken of together
NAMES_A_SUBJECT = frozenset(("policy", "exposure", "term", "topic", "industry", "outside", "unknown_policy"))  # links

_COUNTED = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
_ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]
_KINDS = ["first", "place", "other", "several"]  # where a message points in several ways, the earlier of these is meant
_POINTS = re.compile(
    r"(?P<first>\b(?:which|what|where)\b.*\b(?:first|start|begin|most urgent|most important)\b)"
    rf"|(?P<place>(?:\b(?:number|no\.?|option|choice|nr\.?)\s*|\#\s*)(?P<number>\d{{1,2}}|{'|'.join(_COUNTED)})\b"
    rf"|\b(?P<ordinal>{'|'.join(_ORDINALS)}|\d{{1,2}}(?:st|nd|rd|th)|last|final)\b(?P<one>\s+(?:one|policy)\b)?)"
    r"|(?P<other>\bother\b)"
    r"|(?P<several>\b(?:both|those|these|them|all of (?:it|them|those|these))\b)",
    re.IGNORECASE,
)
# Words that name nothing: what is left without them, and without the pointing, would be a subject.
_NAMING_NOTHING = """
a about actually again an and but can choice do does explain for give go hear hm hmm i id i'd is it just know let lets
let's like me mean more no not now of oh ok okay on one ones only option please pls point policy rather said say so some
step sure take tell that the them then there thing this to uh um want was we what what's whats with would yes you
"""
_EMPTY = frozenset(_NAMING_NOTHING.split())


@dataclass(frozen=True)
class Pointer:
    """A place in a list (0 is the first, -1 the last), several of it, or what comes first, next to what was spoken of.

    Attributes:
        bare: nothing else is said.
        one: it is called one of a list ("the first one"), which it is whatever else is said.
    """

    kind: str  # place, several, first, other
    place: int = 0
    bare: bool = True
    one: bool = False


def pointer_in(text: str) -> Pointer | None:
    """What a short message points at; None where it points at nothing of a list."""
    if len(text.split()) > FEW_WORDS:
        return None
    found = min(_POINTS.finditer(text), key=_rank, default=None)
    if found is None:
        return None
    kind = _KINDS[_rank(found)]
    return Pointer(kind, _place(found) if kind == "place" else 0, _says_no_more(text, found), bool(found["one"]))


def _rank(found: re.Match[str]) -> int:
    return next(rank for rank, kind in enumerate(_KINDS) if found[kind])


def _place(found: re.Match[str]) -> int:
    told = (found["number"] or found["ordinal"]).lower()
    if told in ("last", "final"):
        return -1
    for words in (_COUNTED, _ORDINALS):
        if told in words:
            return words.index(told)
    return int(re.sub(r"\D", "", told)) - 1


def _says_no_more(text: str, found: re.Match[str]) -> bool:
    rest = text[: found.start()] + " " + text[found.end() :]
    return _EMPTY.issuperset(re.findall(r"[\w']+", rest.lower()))


def referred(question: Question, intents: Mapping[str, float], named: bool, targets: Mapping[str, Target]) -> Question:
    """The question with what it points at filled in; as it was where it points at nothing that is known.

    Args:
        intents: chance of each intent, of the classifier.
        named: the message names a policy, an incident, a word or guidance of its own.
    """
    frame, likeliest = question.frame, max(intents, key=lambda name: intents[name], default="")
    if frame is None:
        return question
    if "go_back" in (likeliest, question.intent) and (earlier := _earlier(question, frame)):
        return _asked_again(question, earlier)
    if named:
        return question
    if likeliest == "affirm" and frame.offered in targets and len(question.text.split()) <= LONGEST_YES:
        return _about(targets[frame.offered or ""], question)
    pointer = pointer_in(question.text)
    return _pointed(pointer, question, frame, targets) if pointer else question


def _earlier(question: Question, frame: Frame) -> Given | None:
    """The earlier answer about what the message names; the one before the last where it names nothing."""
    named = {*question.policies, question.exposure, question.topic, *question.terms} - {None}
    if not question.policies and not question.terms and question.intent == "go_back":
        return frame.given[1] if len(frame.given) > 1 else None
    about = (each for each in frame.given[1:] if named & {*each.policies, each.exposure, each.topic, *each.terms})
    return next(about, None)


def _asked_again(question: Question, given: Given) -> Question:
    return replace(
        question,
        intent=given.intent,
        target=given.target,
        chance=1.0,
        policies=given.policies,
        exposure=given.exposure,
        topic=given.topic,
        terms=given.terms,
        certain=given.verdict is not None,
        follows=True,
    )


def _about(target: Target, question: Question, policies: tuple[str, ...] = (), point: int | None = None) -> Question:
    """The question as one for a target alone, whatever was read of it before."""
    nothing = replace(question, exposure=None, topic=None, terms=(), closest=(), outside=None)
    return asked_for(target, replace(nothing, policies=policies, point=point, chance=1.0, follows=True))


def _pointed(pointer: Pointer, question: Question, frame: Frame, targets: Mapping[str, Target]) -> Question:
    listed = [targets[each] for each in frame.options if each in targets]
    if question.intent == "ask_compare" and len(question.policies) < 2:  # "the difference between those two?"
        return _compared(question, listed)
    if pointer.kind == "place" and pointer.bare and not listed and frame.target in targets:
        place = next(iter(frame.points[pointer.place :][:1]), None)
        return question if place is None else _about(targets[frame.target], question, point=place)
    meant = _meant(pointer, listed, frame)
    if not meant:
        return question
    policies = tuple(each.policies[0] for each in meant if each.kind == "facet")
    if pointer.kind == "first":
        need = targets.get(facet(policies[0], "need")) if policies else meant[0]
        return _about(need, question) if need and pointer.bare else question
    asked = FACET_OF.get(question.intent)
    if policies and asked and not pointer.bare and (facet(policies[0], asked) in targets):  # "what do those cost?"
        return _about(targets[facet(policies[0], asked)], question, policies)
    if not pointer.bare:
        if pointer.kind != "place" or not (question.closest or pointer.one):
            return question
        return _about(_as_listed(meant[0], listed, "what", targets), question)  # "what is the third for"
    if len(meant) > 1:
        return _together(policies, question, frame)
    return _about(_as_listed(meant[0], listed, FACET_OF.get(frame.intent, "what"), targets), question)


def _as_listed(meant: Target, listed: list[Target], asked: str, targets: Mapping[str, Target]) -> Target:
    """What is said of one of a list: the side that was asked of its policies, or itself if they are of many kinds."""
    policies = all(each.kind == "facet" for each in listed) and len({each.intent for each in listed}) == 1
    return targets.get(facet(meant.policies[0], asked), meant) if policies else meant


def _meant(pointer: Pointer, listed: list[Target], frame: Frame) -> list[Target]:
    """The targets of a list that a pointer means; none where it does not say which."""
    if pointer.kind == "place":
        return listed[pointer.place :][:1] if pointer.place < len(listed) else []
    if pointer.kind == "other":
        others = [each for each in listed if each.id != frame.target and not set(each.policies) & set(frame.policies)]
        return others if len(others) == 1 else []
    if pointer.kind == "first":  # only a recommendation is listed by what comes first
        return listed[:1] if len(listed) > 1 and frame.intent == "ask_recommendation" else []
    return listed[:MOST_AT_ONCE] if len(listed) > 1 and all(each.kind == "facet" for each in listed) else []


def _compared(question: Question, listed: list[Target]) -> Question:
    """The first two policies of the last list, compared; the question as it was where there are none."""
    policies = tuple(each.policies[0] for each in listed if each.kind == "facet")
    return replace(question, policies=policies[:2], follows=True) if len(policies) > 1 else question


def _together(policies: tuple[str, ...], question: Question, frame: Frame) -> Question:
    """Several policies asked what the last question asked, or else compared."""
    intent = frame.intent if frame.intent in ("ask_cost", "ask_need") else "ask_compare"
    target = facet(policies[0], FACET_OF[intent]) if intent in FACET_OF else COMPARISON
    return replace(question, intent=intent, target=target, policies=policies, closest=(), chance=1.0, follows=True)

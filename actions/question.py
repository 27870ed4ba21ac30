"""A parsed message as a question, what was being talked about, and which incident is meant.  Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

# A subject this likely is taken as meant; one this much likelier than the next needs no asking back.
SURE_SUBJECT = 0.25
CLEAR_LEAD = 1.6
POSSIBLE_SUBJECT = 0.10
MEANING_WINS = 0.5
RESEMBLES = 0.45  # cosine below which words describe no incident that we know
OWN_SUBJECT = 0.55  # the same for the few words of a follow-up, such as "what about cyber?"
GUIDANCE_MEANT = 0.45  # guidance this likely is a subject of its own
GUIDANCE_NEAR = 0.75  # if a question it is known by is also this close
CONSENSUS = 0.75  # share of what is plausible that must agree before doubt does not matter
ENOUGH = 0.25  # probability that must lie on incidents we know at all
SURE_TOPIC = 0.25
OF_THE_ANSWER = {"ask_why", "ask_more", "simpler", "repeat"}  # intents that need an answer to be about
# What the guide may not do.  It must be surely asked to be refused; else the next reading counts, if it is this likely.
DECLINED = {"ask_to_bind", "ask_guarantee", "ask_legal_advice", "ask_tax_advice", "ask_medical_advice"}
SURELY_DECLINED = 0.4
NEXT_READING = 0.2
HELD = "held"  # the role of a policy that is only said to be had
A_FEW_WORDS = 4
ELLIPSIS_WORDS = 9  # a longer message names its own subject


@dataclass(frozen=True)
class Subject:
    """An entry a message may be about."""

    id: str
    kind: str
    score: float
    nearest: float


@dataclass(frozen=True)
class Question:
    """What a visitor wants to know, as ids of the knowledge base."""

    text: str
    intent: str
    confidence: float = 1.0
    policies: tuple[str, ...] = ()
    exposure: str | None = None
    exposures_named: tuple[str, ...] = ()  # by name, not by meaning
    topic: str | None = None
    terms: tuple[str, ...] = ()
    industry: str | None = None
    state: str | None = None
    outside: tuple[str, ...] = ()  # lines of insurance the agency's guide does not speak about
    unknown_policy: str | None = None  # what the visitor called a policy that nobody sells
    subjects: tuple[Subject, ...] = ()
    ranking: tuple[tuple[str, float], ...] = ()
    doubted: tuple[str, ...] = ()  # incidents a vague follow-up may turn the last one into
    bound: bool = False  # a button said exactly what it asks
    follows: bool = False  # what it leaves out, or puts right, was filled in from the frame
    frame: Frame | None = None

    def of_kind(self, kind: str) -> list[Subject]:
        """Recognised subjects of a kind, likeliest first."""
        return [s for s in self.subjects if s.kind == kind]

    def words(self) -> int:
        return len(re.findall(r"\w+", self.text))


@dataclass(frozen=True)
class Frame:
    """What was being talked about: the last answered question, kept in a slot."""

    intent: str
    policies: tuple[str, ...] = ()
    exposure: str | None = None
    topic: str | None = None
    terms: tuple[str, ...] = ()
    industry: str | None = None
    state: str | None = None
    incident: str | None = None  # the last one decided about, though something else was asked since
    options: tuple[str, ...] = ()  # the policies last listed to choose from: "the second one"
    turn: int = 0
    misses: int = 0  # turns in a row that the guide could not answer

    @classmethod
    def from_slot(cls, value: Mapping[str, Any] | None) -> Frame | None:
        """None for an empty slot or one written by another version of the guide."""
        if not value:
            return None
        known = {k: v for k, v in value.items() if k in cls.__dataclass_fields__}
        for name in _TUPLES:
            known[name] = tuple(known.get(name) or ())
        return cls(**known) if "intent" in known else None

    def as_slot(self) -> dict[str, Any]:
        return {**asdict(self), **{name: list(getattr(self, name)) for name in _TUPLES}}


_TUPLES = ("policies", "terms", "options")  # a slot holds them as lists
REFERS_BACK = re.compile(r"\b(it|that|this|these|those|them)\b", re.IGNORECASE)


def read_question(message: Mapping[str, Any], frame: Frame | None) -> Question:
    """The question a parsed message asks, before anything is filled in from the frame.

    Args:
        message: Rasa's parse data: text, intent, intent_ranking, entities, subjects, and ``ask`` when
            the visitor chose a button.
    """
    text = str(message.get("text") or "")
    if message.get("ask"):
        ask = dict(message["ask"])
        return Question(
            text=text,
            intent=ask["intent"],
            policies=tuple(ask.get("policies") or ()),
            exposure=ask.get("exposure"),
            exposures_named=(ask["exposure"],) if ask.get("exposure") else (),
            topic=ask.get("topic"),
            terms=tuple(ask.get("terms") or ()),
            industry=ask.get("industry") or (frame.industry if frame else None),
            state=frame.state if frame else None,
            bound=True,
            frame=frame,
        )
    entities: dict[str, list[str]] = {}
    for entity in message.get("entities") or []:
        kind = "held" if entity.get("role") == HELD else entity["entity"]
        found = entities.setdefault(kind, [])
        if entity["value"] not in found:
            found.append(entity["value"])
    intent = message.get("intent") or {}
    ranking = tuple(
        (r["name"], float(r["confidence"])) for r in message.get("intent_ranking") or [] if r["name"] != "nlu_fallback"
    )
    name, confidence = _unless_declined_unsurely(
        str(intent.get("name") or "nlu_fallback"), float(intent.get("confidence") or 0.0), ranking
    )
    return Question(
        text=text,
        intent=name,
        confidence=confidence,
        # "we already have GL, does E&O cover …" asks about E&O; where all are held, it is them that are asked about
        policies=tuple(entities.get("policy") or entities.get("held") or ()),
        exposures_named=tuple(entities.get("exposure", ())),
        topic=next(iter(entities.get("topic", ())), None),
        terms=tuple(entities.get("term", ())),
        industry=next(iter(entities.get("industry", ())), None),
        state=next(iter(entities.get("state", ())), None),
        outside=tuple(entities.get("outside", ())),
        unknown_policy=next(iter(entities.get("unknown_policy", ())), None),
        subjects=tuple(
            Subject(s["id"], s["kind"], float(s["score"]), float(s["nearest"])) for s in message.get("subjects") or []
        ),
        ranking=ranking,
        frame=frame,
    )


def _unless_declined_unsurely(
    intent: str, confidence: float, ranking: tuple[tuple[str, float], ...]
) -> tuple[str, float]:
    """The intent and its confidence; of one that would be declined without being sure, the next reading's."""
    if intent not in DECLINED or confidence >= SURELY_DECLINED:
        return intent, confidence
    following = next(((name, p) for name, p in ranking if name not in DECLINED), None)
    return following if following and following[1] >= NEXT_READING else (intent, confidence)


def means_incident(question: Question, least: float = SURE_SUBJECT) -> bool:
    """Whether a message names what happened, or its few words surely mean it."""
    best = question.of_kind("exposure")[:1]
    return bool(question.exposures_named) or (bool(best) and best[0].score >= least and best[0].nearest >= OWN_SUBJECT)


def means_guidance(question: Question) -> bool:
    """Whether a message surely means guidance, and so has a subject of its own without naming one."""
    best = question.of_kind("topic")[:1]
    return bool(best) and best[0].score >= GUIDANCE_MEANT and best[0].nearest >= GUIDANCE_NEAR


@dataclass(frozen=True)
class Reading:
    """Which exposures a question can be about: one that is sure, or several to choose from."""

    sure: str | None = None
    candidates: tuple[str, ...] = field(default=())


def read_exposure(question: Question) -> Reading:
    """What happened, as far as the message tells.

    A name decides, unless meaning is sure of another; between several names meaning chooses.  Without
    a name meaning decides when it is sure and clearly ahead.
    """
    if question.exposure:
        return Reading(question.exposure, (question.exposure,))
    if question.doubted:
        return Reading(None, tuple(dict.fromkeys(filter(None, question.doubted))))
    by_meaning = question.of_kind("exposure")
    scores = {s.id: s.score for s in by_meaning}
    if question.exposures_named:
        named = sorted(question.exposures_named, key=lambda e: -scores.get(e, 0.0))
        first = next(iter(by_meaning), None)
        surely = first is not None and first.score >= MEANING_WINS and first.nearest >= OWN_SUBJECT
        if first and surely and first.score > 3 * scores.get(named[0], 0.0):
            return Reading(first.id, (first.id, *named))  # "hackers ran up our phone bill" is about the bill
        return Reading(named[0], tuple(named))
    possible = [s for s in by_meaning if s.score >= POSSIBLE_SUBJECT]
    if not possible:
        return Reading()
    first = possible[0]
    near = [s for s in possible if s.score * CLEAR_LEAD >= first.score]
    if first.score >= SURE_SUBJECT and first.nearest >= RESEMBLES and len(near) == 1:
        return Reading(first.id, (first.id,))
    return Reading(None, tuple(s.id for s in near[:4]))

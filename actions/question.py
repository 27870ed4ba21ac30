"""From a parsed message and what was being talked about to one complete question.  Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

# A subject this likely is taken as meant; one this much likelier than the next needs no asking back.
SURE_SUBJECT = 0.25
CLEAR_LEAD = 1.6
POSSIBLE_SUBJECT = 0.10
MEANING_WINS = 0.5
RESEMBLES = 0.45  # cosine below which words describe no incident that we know
OWN_SUBJECT = 0.55  # the same for the few words of a follow-up, such as "what about cyber?"
UNSURE_FOLLOW_UP = 0.6
SECOND_READING = 0.2
CONSENSUS = 0.75  # share of what is plausible that must agree before doubt does not matter
ENOUGH = 0.25  # probability that must lie on incidents we know at all
SURE_TOPIC = 0.25
HELD = "held"  # the role of a policy that is only said to be had
FRAME_TURNS = 6  # a subject older than this is no longer what "it" means
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
    turn: int = 0
    misses: int = 0  # turns in a row that the guide could not answer

    @classmethod
    def from_slot(cls, value: Mapping[str, Any] | None) -> Frame | None:
        """None for an empty slot or one written by another version of the guide."""
        if not value:
            return None
        known = {k: v for k, v in value.items() if k in cls.__dataclass_fields__}
        for name in ("policies", "terms"):
            known[name] = tuple(known.get(name) or ())
        return cls(**known) if "intent" in known else None

    def as_slot(self) -> dict[str, Any]:
        return {**asdict(self), "policies": list(self.policies), "terms": list(self.terms)}


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
    return Question(
        text=text,
        intent=intent.get("name") or "nlu_fallback",
        confidence=float(intent.get("confidence") or 0.0),
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
        ranking=tuple(
            (r["name"], float(r["confidence"]))
            for r in message.get("intent_ranking") or []
            if r["name"] != "nlu_fallback"
        ),
        frame=frame,
    )


def with_frame(question: Question, turn: int) -> Question:
    """Fill what a short message leaves out from what was being talked about.

    A message that names a subject of its own takes nothing over; nor does one after a long pause, or in
    a new session, where turns are counted anew.
    """
    frame = question.frame
    if question.bound or frame is None or not frame.intent or not 0 <= turn - frame.turn <= FRAME_TURNS:
        return question
    industry = question.industry or frame.industry
    question = replace(question, industry=industry, state=question.state or frame.state)
    bare_name = bool(question.policies) and question.words() <= 2 and question.text.rstrip().endswith("?")
    goes_on = bool(_CONTINUES.match(question.text)) or (bare_name and frame.exposure is not None)
    if question.words() <= A_FEW_WORDS and goes_on and frame.turn:
        question = replace(question, intent="follow_up")
    if question.intent == "ask_regulation" and not question.policies and REFERS_BACK.search(question.text):
        return replace(question, policies=frame.policies)
    if question.intent == "follow_up":
        return _followed_up(question, frame)
    if question.intent in ("ask_why", "ask_more", "simpler", "repeat"):
        return question
    if question.intent == "correct" and question.policies and frame.exposure:
        question = replace(question, intent="follow_up")  # "no, I meant GL"
        return _followed_up(question, frame)
    if question.intent in ("ask_coverage", "ask_policy") and question.words() <= ELLIPSIS_WORDS:
        question = _with_the_other_half(question, frame)
    names_own_subject = bool(question.policies or question.exposures_named or question.terms or question.outside)
    if names_own_subject or question.words() > ELLIPSIS_WORDS:
        return question
    compares = any(name == "ask_compare" for name, _ in question.ranking[:2])
    if compares and len(frame.policies) > 1:
        return replace(question, intent="ask_compare", policies=frame.policies)
    if question.intent == "ask_what_covers" and frame.exposure and not _own_exposure(question):
        return replace(question, exposure=frame.exposure, exposures_named=(frame.exposure,))
    if question.intent in TAKES_POLICY:
        return replace(question, policies=frame.policies)
    return question


def _with_the_other_half(question: Question, frame: Frame) -> Question:
    """ "does GL cover that?" takes over the incident, "does it cover ransomware?" the policy."""
    refers = bool(REFERS_BACK.search(question.text))
    if not refers and (question.words() > A_FEW_WORDS or question.intent == "ask_policy"):
        return question
    own = _own_exposure(question)
    if question.policies and not own and frame.exposure:
        return replace(question, intent="ask_coverage", exposure=frame.exposure, subjects=())
    if own and not question.policies and len(frame.policies) == 1:
        return replace(question, policies=frame.policies)
    return question


_CONTINUES = re.compile(
    r"\s*(ok |so )?(and|or|what about|how about|same for|also)\b(?! what\b| how\b| who\b)", re.IGNORECASE
)
REFERS_BACK = re.compile(r"\b(it|that|this|these|those|them)\b", re.IGNORECASE)

TAKES_POLICY = {
    "ask_cost",
    "ask_cost_factors",
    "ask_lower_cost",
    "ask_exclusions",
    "ask_limits",
    "ask_need",
    "ask_policy",
    "ask_scenario",
    "ask_coverage",
    "ask_compare",
}


_WHO_PAYS = re.compile(r"\b(who|what|which)\b.*\b(pays?|paying|covers?|picks? up)\b", re.IGNORECASE)


def _own_exposure(question: Question) -> bool:
    best = question.of_kind("exposure")[:1]
    sure = bool(best) and best[0].score >= SURE_SUBJECT and best[0].nearest >= OWN_SUBJECT
    return bool(question.exposures_named) or sure


def _followed_up(question: Question, frame: Frame) -> Question:
    """One field of the last question changes; the others stay."""
    own = _own_exposure(question)
    intent = frame.intent
    if not question.policies and question.confidence < UNSURE_FOLLOW_UP:
        # "what would that run us?": the verb says what is asked, the frame about what.
        intent = next((n for n, p in question.ranking[1:3] if n in TAKES_POLICY and p >= SECOND_READING), intent)
    if not question.policies and frame.exposure and _WHO_PAYS.search(question.text):
        intent, frame = "ask_what_covers", replace(frame, policies=())
    if intent == "ask_what_covers" and question.policies:
        intent = "ask_coverage"  # "what covers a hack?" … "and crime?"
    if intent == "ask_compare" and len(question.policies) == 1:
        question = replace(question, policies=(*frame.policies[:1], *question.policies))
    if question.terms and not question.policies and not own:
        intent = "ask_term"
    if intent == "ask_coverage" == frame.intent and not question.policies and not own:
        # Something changes that is no name and no incident we know, so the old verdict may not hold.
        resembling = [s.id for s in question.of_kind("exposure")[:2]]
        return replace(question, intent=intent, policies=frame.policies, doubted=(frame.exposure or "", *resembling))
    keeps_topic = not question.policies and not own and not question.subjects
    return replace(
        question,
        intent=intent,
        policies=question.policies or frame.policies,
        exposure=None if own else frame.exposure,
        exposures_named=question.exposures_named or (() if own else tuple(filter(None, [frame.exposure]))),
        topic=question.topic or (frame.topic if keeps_topic else None),
        # Without an incident of its own, what a few words resemble is chance.
        subjects=question.subjects if own else (),
    )


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

"""What is known of each candidate: the evidence the ranker weighs.

Every feature says something about one message and one target; the ranker learns from labelled questions what each
is worth.  None of them decides alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from understanding.cues import CUES, cues_of
from understanding.index import Nearness
from understanding.learning.arrays import Floats
from understanding.question import Frame
from understanding.targets import FACET_OF, OUTSIDE, Target
from understanding.text.language import english_words
from understanding.text.questions import ends_asking

KINDS = ("topic", "term", "exposure", "industry", "relation", "agency", "outside", "facet", "intent")

REFERS_BACK = re.compile(r"\b(it|that|this|these|those|them|they|one|ones|then|there|same)\b", re.IGNORECASE)
ASKS_YES_OR_NO = re.compile(
    r"(?:^|[,.;:!?]\s*|\b(?:so|and|but|ok|wait|then)\s+)"
    r"(?:do|does|did|is|are|am|was|were|can|could|will|would|should|shall|has|have|must|isn'?t|aren'?t|don'?t|doesn'?t|won'?t)\b",
    re.IGNORECASE,
)
ASKS_OPENLY = re.compile(r"\b(?:what|whats|how|hows|why|when|where|which|who|whos|whose)\b", re.IGNORECASE)


def asks_yes_or_no(text: str) -> bool:
    """Whether a text has the form of a question for yes or no, by how a clause of it begins or by how it ends."""
    return bool(ASKS_YES_OR_NO.search(text)) or ends_asking(text)


SHORT = 4  # words at most of a message that is barely told
MUCH_SHARED, SHARED_UNIT = 40.0, 20.0  # bm25: more counts as so much, and what it is divided by
LEAST = 1e-4  # chance that stands for none where its logarithm is taken


@dataclass(frozen=True)
class Heard:
    """All that is known of a message before anything is decided.

    Attributes:
        text: mended, abbreviations spelt out.
        links: ids named, by kind; policies without those only held.
        meaning, bare: nearness of the whole text, and of the text without policies and asking.
        part: of its nearest sentence; None where it has but one.
        in_context: of the text behind the last question; None before the first.
        on_subject: of the text behind the name of what was answered last; None where nothing with a name was.
        shared: bm25 of the words shared with each entry, its sign turned.
        intents: chance of each intent, of the trained classifier.
        statements: cosine of the message to the nearest statement of each candidate, filled in for those alone.
    """

    text: str
    links: dict[str, list[str]]
    held: tuple[str, ...]
    meaning: Nearness
    bare: Nearness
    part: Nearness | None
    in_context: Nearness | None
    on_subject: Nearness | None
    shared: dict[str, float]
    intents: dict[str, float]
    frame: Frame | None = None
    statements: dict[str, float] = field(default_factory=dict)

    @property
    def policies(self) -> tuple[str, ...]:
        """The policies asked about; those only held where no other is named."""
        return tuple(self.links.get("policy") or self.held)

    @property
    def words(self) -> list[str]:
        return re.findall(r"[\w'&]+", self.text.lower())

    @property
    def is_readable(self) -> bool:
        """Whether anything in it is a name or a word of English."""
        return bool(self.links) or any(word in english_words() for word in self.words)


@dataclass(frozen=True)
class Profile:
    """What of a target the features look at beside its nearness."""

    target: Target
    cues: Floats  # share of its phrases with words of each kind
    verdict: bool
    group: str | None


Columns = dict[str, Floats | float]  # by feature: a value for each candidate, or one for all


@dataclass(frozen=True)
class Weighed:
    """A message beside its candidates, which the groups of features look at.

    Attributes:
        rows: where each candidate stands in the index; None where it has no phrases.
        fused: fused score of each candidate.
        outside: nearness of the whole text to what is outside the guide's business.
    """

    heard: Heard
    candidates: Sequence[Profile]
    rows: Sequence[int | None]
    fused: Floats
    outside: float

    @cached_property
    def targets(self) -> list[Target]:
        return [each.target for each in self.candidates]

    @cached_property
    def asked(self) -> set[str]:
        """The policies asked about."""
        return set(self.heard.policies)

    @cached_property
    def cues(self) -> Floats:
        return np.array(cues_of(self.heard.words))

    @cached_property
    def mean(self) -> Floats:
        return self.at(self.heard.meaning.mean)

    @cached_property
    def shared(self) -> Floats:
        """Words that each candidate's entry shares with the message, by bm25."""
        return np.array([self.heard.shared.get(target.entry or "", 0.0) for target in self.targets])

    @cached_property
    def first_intent(self) -> tuple[str, float]:
        """The likeliest intent with its chance."""
        return max(self.heard.intents.items(), key=lambda pair: pair[1], default=("", 0.0))

    @cached_property
    def is_short(self) -> float:
        return float(len(self.heard.words) <= SHORT)

    @cached_property
    def asks_yes_or_no(self) -> bool:
        return asks_yes_or_no(self.heard.text)

    @cached_property
    def asks_openly(self) -> bool:
        return bool(ASKS_OPENLY.search(self.heard.text))

    def at(self, values: Floats) -> Floats:
        """Each candidate's value, of those of the index."""
        return np.array([_at(values, row) for row in self.rows])

    def each(self, holds: Callable[[Target], object]) -> Floats:
        """1 for each candidate of whose target something holds, else 0."""
        return np.array([float(bool(holds(target))) for target in self.targets])


def _nearness(seen: Weighed) -> Columns:
    """How near each is in every way, and how far behind the nearest; what a message lacks counts as its whole text."""
    heard = seen.heard
    top = float(heard.meaning.mean.max())
    bare = seen.at(heard.bare.mean)
    part = seen.at(heard.part.mean) if heard.part else seen.mean
    context = seen.at(heard.in_context.mean) if heard.in_context else seen.mean
    subject = seen.at(heard.on_subject.mean) if heard.on_subject else seen.mean
    return {
        "mean": seen.mean,
        "best": seen.at(heard.meaning.best),
        "mean_gap": seen.mean - top,
        "bare": bare,
        "bare_gap": bare - float(heard.bare.mean.max()),
        "part": part,
        "part_gap": part - (float(heard.part.mean.max()) if heard.part else top),
        "context": context,
        "context_gap": context - (float(heard.in_context.mean.max()) if heard.in_context else top),
        "subject": subject,
        "subject_gap": subject - (float(heard.on_subject.mean.max()) if heard.on_subject else top),
    }


def _words(seen: Weighed) -> Columns:
    """Words shared with each entry, and how near its nearest statement is."""
    shared = seen.shared
    statements = seen.heard.statements
    return {
        "shared": np.minimum(shared, MUCH_SHARED) / SHARED_UNIT,
        "shared_gap": (shared - max(seen.heard.shared.values(), default=0.0)) / SHARED_UNIT,
        "statement": np.array([statements.get(target.id, 0.0) for target in seen.targets]),
    }


def _ranks(seen: Weighed) -> Columns:
    """How each was found: its fused score, and its rank by meaning and by words."""
    fused, shared = seen.fused.astype(np.float64), seen.shared
    return {
        "fused": fused,
        "fused_gap": fused / (float(fused.max()) if len(fused) else 1.0),
        "rank_meaning": 1.0 / (1.0 + _place(seen.mean)),
        "rank_shared": np.where(shared != 0, 1.0 / (1.0 + _place(shared)), 0.0),
    }


def _names(seen: Weighed) -> Columns:
    """Whether each is named in the message."""
    named = {(kind, entry) for kind, entries in seen.heard.links.items() for entry in entries}
    return {
        "named": seen.each(lambda t: (t.kind, t.entry) in named or (t.kind == "facet" and t.entry in seen.asked)),
    }


def _intents(seen: Weighed) -> Columns:
    """How likely the classifier takes what each answers."""
    chances = [_chance(target, seen.heard) for target in seen.targets]
    return {
        "p_intent": np.array(chances),
        "log_p_intent": np.array([math.log(max(chance, LEAST)) for chance in chances]),
        "first_intent": seen.each(lambda t: t.intent == seen.first_intent[0]),
    }


def _kinds(seen: Weighed) -> Columns:
    return {f"kind_{kind}": np.array([float(t.kind == kind) for t in seen.targets]) for kind in KINDS}


def _policies(seen: Weighed) -> Columns:
    """How the policies each speaks of stand to those asked about, or only held."""
    asked, held = seen.asked, seen.heard.held
    return {
        "asked": seen.each(lambda t: asked & set(t.policies)),
        "other_asked": seen.each(lambda t: t.policies and asked and not asked & set(t.policies)),
        "main_asked": seen.each(lambda t: t.policies and t.policies[0] in asked),
        "unasked": seen.each(lambda t: t.policies and not asked),
        "decides_asked": seen.each(lambda t: t.kind == "exposure" and asked & set(t.policies)),
        "relates_asked": seen.each(lambda t: t.kind == "relation" and set(t.policies) <= asked),
        "held_main": seen.each(lambda t: t.policies and t.policies[0] in held),
    }


def _place_and_trade(seen: Weighed) -> Columns:
    """Whether each is of the state and the trade named."""
    state, trades = _state(seen.heard), set(seen.heard.links.get("industry", []))
    return {
        "jurisdiction_same": seen.each(lambda t: t.state and state == t.state),
        "jurisdiction_other": seen.each(lambda t: t.state and state and state != t.state),
        "trade_same": seen.each(lambda t: t.kind == "industry" and t.entry in trades),
        "trade_named": float(bool(trades)),
    }


def _conversation(seen: Weighed) -> Columns:
    """How each stands to what was talked about."""
    frame = seen.heard.frame or Frame()
    framed = bool(frame.target)
    return {
        "frame_same": seen.each(lambda t: framed and frame.target == t.id),
        "frame_policy": seen.each(lambda t: framed and set(t.policies) & set(frame.policies)),
        "frame_intent": seen.each(lambda t: framed and frame.intent == t.intent),
        "frame_exposure": seen.each(lambda t: framed and frame.exposure and frame.exposure == t.entry),
        "frame_shown": seen.each(lambda t: framed and t.id in frame.shown),
        "frame_earlier": seen.each(lambda t: framed and t.id in frame.earlier),
    }


def _form(seen: Weighed) -> Columns:
    """Whether each answers in the way that the message asks."""
    verdict = np.array([float(each.verdict) for each in seen.candidates])
    return {
        "verdict": verdict,
        "verdict_yes_no": verdict * float(seen.asks_yes_or_no and not seen.asks_openly),
        "few_exposure": seen.is_short * seen.each(lambda t: t.kind == "exposure"),
        "bare_intent": seen.each(lambda t: t.kind == "intent" and t.intent.startswith("ask_")),
        "is_faq": seen.each(lambda t: t.intent in FACET_OF),
        "outside_gap": seen.mean - seen.outside,
    }


def _cue_fit(seen: Weighed) -> Columns:
    """How the kinds of words in the message agree with those in each one's phrases."""
    cues, profiles = seen.cues, [each.cues for each in seen.candidates]
    return {
        "cue_fit": np.array([float(cues @ (own - own.mean())) for own in profiles]),
        "cue_mean": np.array([float(np.minimum(cues, own).sum()) / max(1.0, float(cues.sum())) for own in profiles]),
    }


def _message_cues(seen: Weighed) -> Columns:
    return {f"cue_{name}": float(cue) for name, cue in zip(CUES, seen.cues, strict=True)}


def _message(seen: Weighed) -> Columns:
    """What the message is, whatever candidate it stands beside."""
    heard, asked = seen.heard, seen.heard.policies
    return {
        "yes_no": float(seen.asks_yes_or_no),
        "open": float(seen.asks_openly),
        "refers_back": float(bool(REFERS_BACK.search(heard.text))),
        "length": math.log1p(len(heard.words)),
        "few": seen.is_short,
        "has_frame": float(bool(heard.frame and heard.frame.target)),
        "names_policy": float(bool(asked)),
        "two_policies": float(len(asked) > 1),
        "names_nothing": float(not any(heard.links.values())),
        "state": float(_state(heard) is not None),
        "outside_named": float(bool(heard.links.get("outside"))),
        "p_outside": heard.intents.get("out_of_scope", 0.0),
        "p_first": seen.first_intent[1],
        "nearest_any": float(heard.meaning.mean.max()),
    }


# In the order in which a ranker is taught them.  A feature is named where its value is made, and nowhere else.
_GROUPS: dict[str, Callable[[Weighed], Columns]] = {
    "nearness": _nearness,
    "words shared": _words,
    "ranks": _ranks,
    "names": _names,
    "intents": _intents,
    "kinds": _kinds,
    "policies": _policies,
    "place and trade": _place_and_trade,
    "conversation": _conversation,
    "form of the answer": _form,
    "cues of the candidate": _cue_fit,
    "cues of the message": _message_cues,
    "message": _message,
}


def evidence(heard: Heard, candidates: Sequence[Profile], places: Mapping[str, int], fused: Floats) -> Floats:
    """The features of each candidate, shape (candidates, features).

    Args:
        places: where each target stands in the index.
        fused: fused score of each candidate.
    """
    rows = [places.get(each.target.id) for each in candidates]
    seen = Weighed(heard, candidates, rows, fused, _at(heard.meaning.mean, places.get(OUTSIDE)))
    found = np.empty((len(candidates), len(FEATURES)), dtype=np.float32)
    columns = [values for group in _GROUPS.values() for values in group(seen).values()]
    for column, values in enumerate(columns):
        found[:, column] = values
    return found


def _place(scores: Floats) -> Floats:
    """Each candidate's place by a score, the highest first at 0."""
    return np.asarray(np.argsort(np.argsort(-scores)))


def _state(heard: Heard) -> str | None:
    return next(iter(heard.links.get("state", [])), None)


def _at(values: Floats, place: int | None) -> float:
    return float(values[place]) if place is not None else 0.0


def _chance(target: Target, heard: Heard) -> float:
    """The classifier's chance of what the target answers."""
    if target.kind == "exposure":
        return heard.intents.get("ask_coverage", 0.0) + heard.intents.get("ask_what_covers", 0.0)
    if target.kind == "industry":
        return sum(heard.intents.get(name, 0.0) for name in ("ask_recommendation", "ask_need", "ask_risks"))
    return heard.intents.get(target.intent, 0.0)


_NOTHING = Nearness(np.zeros(1, np.float32), np.zeros(1, np.float32))
_UNSAID = Weighed(Heard("", {}, (), _NOTHING, _NOTHING, None, None, None, {}, {}), [], [], np.zeros(0, np.float32), 0.0)
GROUPS: dict[str, tuple[str, ...]] = {name: tuple(group(_UNSAID)) for name, group in _GROUPS.items()}
FEATURES = tuple(feature for features in GROUPS.values() for feature in features)

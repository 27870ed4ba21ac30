"""What is known of each candidate: the evidence the ranker weighs.

Every feature says something about one message and one target; the ranker learns from labelled questions what each
is worth.  None of them decides alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from understanding.index import Nearness
from understanding.learning.arrays import Floats
from understanding.question import Frame
from understanding.targets import FACET_OF, OUTSIDE, Target
from understanding.text.language import english_words

KINDS = ("topic", "term", "exposure", "industry", "relation", "agency", "outside", "facet", "intent")

# Words of one kind each, as people say them; what they are worth beside which target is learnt.
CUES: dict[str, frozenset[str]] = {
    name: frozenset(words.split())
    for name, words in {
        "own_people": "employee employees staff worker workers coworker crew hire hired manager bookkeeper rep reps",
        "client": "client clients customer customers patient patients tenant tenants guest guests caller callers buyer",
        "contractor": "contractor contractors subcontractor subcontractors sub subs freelancer freelancers 1099 vendor",
        "hirer": "gc landlord lender owner hoa venue county city upstream franchisor principal",
        "self": "myself me owner partner spouse wife husband family officer",
        "household": "home house apartment condo renter renters roommate roommates homeowner homeowners personal "
        "son daughter kid kids mom dad mother father brother sister parents boyfriend girlfriend fiance",
        "other_lines": "health dental vision life medicare medicaid disability annuity pet travel unemployment doctor "
        "hospital surgery pension retirement",
        "negation": "not no never without except excluding exclude excluded exclusion exclusions cannot besides other",
        "all": "all every everything any anything always whole entire both",
        "duty": "need require required requires requirement must have legally law mandatory obligated",
        "price": "cost costs price prices premium premiums expensive cheap cheaper rate rates quote dollars much",
        "amount": "limit limits million enough much aggregate deductible retention amount",
        "paper": "certificate cert coi proof acord endorsement additional insured waiver holder document letter",
        "change": "add remove cancel cancelled change switch renew renewal expired late bill audit refund moved",
        "claim": "claim claims adjuster denied deny deductible report filed settle lawyer sued lawsuit served",
        "compare": "versus vs difference differ different between better or instead same compare",
        "part": "include includes included part inside package bundle come comes over sit sits add added",
        "word": "mean means meaning what's define definition explain stand term called",
        "why": "why how come reason",
        "might": "if suppose hypothetically could might would say imagine",
        "past": "was were got had did happened yesterday today just last ago morning night",
    }.items()
}
REFERS_BACK = re.compile(r"\b(it|that|this|these|those|them|they|one|ones|then|there|same)\b", re.IGNORECASE)
ASKS_YES_OR_NO = re.compile(
    r"(?:^|[,.;:!?]\s*|\b(?:so|and|but|ok|wait|then)\s+)"
    r"(?:do|does|did|is|are|am|was|were|can|could|will|would|should|shall|has|have|must|isn'?t|aren'?t|don'?t|doesn'?t|won'?t)\b",
    re.IGNORECASE,
)
ASKS_OPENLY = re.compile(r"\b(?:what|whats|how|hows|why|when|where|which|who|whos|whose)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Heard:
    """All that is known of a message before anything is decided.

    Attributes:
        text: mended, abbreviations spelt out.
        links: ids named, by kind; policies without those only held.
        meaning, bare: nearness of the whole text, and of the text without policies and asking.
        part: of its nearest sentence; None where it has but one.
        in_context: of the text behind the last question; None before the first.
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


def cues_of(words: Sequence[str]) -> list[float]:
    """Which kinds of words a text has, in the order of CUES."""
    present = set(words)
    return [float(bool(present & cue)) for cue in CUES.values()]


MESSAGE_FEATURES = (
    *("cue_" + name for name in CUES),
    *("yes_no", "open", "refers_back", "length", "few", "has_frame", "names_policy", "two_policies", "names_nothing"),
    *("state", "outside_named", "p_outside", "p_first", "nearest_any"),
)
CANDIDATE_FEATURES = (
    *("mean", "best", "mean_gap", "bare", "bare_gap", "part", "part_gap", "context", "context_gap"),
    *("shared", "shared_gap", "statement"),
    *("fused", "fused_gap", "rank_meaning", "rank_shared", "named", "p_intent", "log_p_intent", "first_intent"),
    *(f"kind_{kind}" for kind in KINDS),
    *("asked", "other_asked", "main_asked", "unasked", "decides_asked", "relates_asked", "held_main"),
    *("jurisdiction_same", "jurisdiction_other", "trade_same", "trade_named"),
    *("frame_same", "frame_policy", "frame_intent", "frame_exposure", "frame_shown", "frame_earlier"),
    *("verdict", "verdict_yes_no", "few_exposure", "bare_intent", "is_faq", "outside_gap"),
    *("cue_fit", "cue_mean"),
)
FEATURES = (*CANDIDATE_FEATURES, *MESSAGE_FEATURES)


@dataclass(frozen=True)
class Profile:
    """What of a target the features look at beside its nearness."""

    target: Target
    cues: Floats  # share of its phrases with words of each kind
    verdict: bool
    group: str | None


def evidence(heard: Heard, candidates: Sequence[Profile], places: dict[str, int], fused: Floats) -> Floats:
    """The features of each candidate, shape (candidates, features)."""
    words = heard.words
    cues = np.array(cues_of(words))
    asked = heard.policies
    frame = heard.frame
    named = {(kind, entry) for kind, entries in heard.links.items() for entry in entries}
    state = next(iter(heard.links.get("state", [])), None)
    intents = sorted(heard.intents.items(), key=lambda pair: -pair[1])
    first = intents[0] if intents else ("", 0.0)
    few = float(len(words) <= 4)
    top_mean, top_bare = float(heard.meaning.mean.max()), float(heard.bare.mean.max())
    top_context = float(heard.in_context.mean.max()) if heard.in_context else top_mean
    top_part = float(heard.part.mean.max()) if heard.part else top_mean
    top_shared = max(heard.shared.values(), default=0.0)
    top_fused = float(fused.max()) if len(fused) else 1.0
    by_meaning = np.array([_at(heard.meaning.mean, places.get(c.target.id)) for c in candidates])
    meaning_place = np.argsort(np.argsort(-by_meaning))
    by_words = np.array([heard.shared.get(c.target.entry or "", 0.0) for c in candidates])
    words_place = np.argsort(np.argsort(-by_words))
    outside = _at(heard.meaning.mean, places.get(OUTSIDE))

    message = [
        *cues,
        float(bool(ASKS_YES_OR_NO.search(heard.text))),
        float(bool(ASKS_OPENLY.search(heard.text))),
        float(bool(REFERS_BACK.search(heard.text))),
        math.log1p(len(words)),
        few,
        float(frame is not None and bool(frame.target)),
        float(bool(asked)),
        float(len(asked) > 1),
        float(not named),
        float(state is not None),
        float(bool(heard.links.get("outside"))),
        heard.intents.get("out_of_scope", 0.0),
        first[1],
        top_mean,
    ]
    rows = []
    for i, profile in enumerate(candidates):
        target = profile.target
        place = places.get(target.id)
        mean, bare = by_meaning[i], _at(heard.bare.mean, place)
        context = _at(heard.in_context.mean, place) if heard.in_context else mean
        part = _at(heard.part.mean, place) if heard.part else mean
        chance = _chance(target, heard, bool(asked))
        mine, policies = set(target.policies), set(asked)
        shared = by_words[i]
        statement = heard.statements.get(target.id, 0.0)
        verdict_asked = bool(message[len(CUES)]) and not message[len(CUES) + 1]
        industries = set(heard.links.get("industry", []))
        framed = frame if frame and frame.target else None
        rows.append(
            [
                mean,
                _at(heard.meaning.best, place),
                mean - top_mean,
                bare,
                bare - top_bare,
                part,
                part - top_part,
                context,
                context - top_context,
                min(shared, 40.0) / 20.0,
                (shared - top_shared) / 20.0,
                statement,
                fused[i],
                fused[i] / top_fused,
                1.0 / (1.0 + meaning_place[i]),
                1.0 / (1.0 + words_place[i]) if shared else 0.0,
                float((target.kind, target.entry) in named or (target.kind == "facet" and target.entry in policies)),
                chance,
                math.log(max(chance, 1e-4)),
                float(first[0] == target.intent),
                *(float(target.kind == kind) for kind in KINDS),
                float(bool(mine & policies)),
                float(bool(mine and policies and not mine & policies)),
                float(bool(target.policies) and target.policies[0] in policies),
                float(bool(mine and not policies)),
                float(target.kind == "exposure" and bool(mine & policies)),
                float(target.kind == "relation" and mine <= policies),
                float(bool(target.policies) and target.policies[0] in heard.held),
                float(bool(target.state and state == target.state)),
                float(bool(target.state and state and state != target.state)),
                float(target.kind == "industry" and target.entry in industries),
                float(bool(industries)),
                float(bool(framed and framed.target == target.id)),
                float(bool(framed and mine & set(framed.policies))),
                float(bool(framed and framed.intent == target.intent)),
                float(bool(framed and framed.exposure and framed.exposure == target.entry)),
                float(bool(framed and target.id in framed.shown)),
                float(bool(framed and target.id in framed.earlier)),
                float(profile.verdict),
                float(profile.verdict and verdict_asked),
                few * float(target.kind == "exposure"),
                float(target.kind == "intent" and target.intent.startswith("ask_")),
                float(target.intent in FACET_OF),
                mean - outside,
                float(cues @ (profile.cues - profile.cues.mean())),
                float(np.minimum(cues, profile.cues).sum()) / max(1.0, float(cues.sum())),
                *message,
            ]
        )
    return np.array(rows, dtype=np.float32).reshape(len(rows), len(FEATURES))


def _at(values: Floats, place: int | None) -> float:
    return float(values[place]) if place is not None else 0.0


def _chance(target: Target, heard: Heard, asks_policy: bool) -> float:
    """The classifier's chance of what the target answers."""
    if target.kind == "exposure":
        return heard.intents.get("ask_coverage", 0.0) + heard.intents.get("ask_what_covers", 0.0)
    if target.kind == "industry":
        return sum(heard.intents.get(name, 0.0) for name in ("ask_recommendation", "ask_need", "ask_risks"))
    return heard.intents.get(target.intent, 0.0)

"""Small hand-made readings: a base of a few entries, vectors of the words alone, and nothing that was trained."""

from __future__ import annotations

from typing import Any
from zlib import crc32

import numpy as np

from knowledge.base import KnowledgeBase
from understanding.features import FEATURES, Heard
from understanding.index import Nearness, PhraseIndex
from understanding.learning.arrays import Floats
from understanding.learning.cosines import Rounded
from understanding.linking import Linked
from understanding.question import Frame
from understanding.ranker import Ranker
from understanding.reader import Reader, Reading, Recall, profiles_of, sureness
from understanding.signals import Chance, asked_evidence, happened_evidence, scope_evidence
from understanding.targets import phrases_of

EXAMPLES = [
    ("greet", "hello there"),
    ("report_claim", "we had a loss and want to report it"),
    ("talk_to_agent", "may I speak to a person"),
    ("out_of_scope", "will it rain on the picnic"),
    ("ask_recommendation", "two partners and a car so what is it that they need in an old brick house"),
]
NOWHERE = Nearness(np.zeros(1, np.float32), np.zeros(1, np.float32))


def embed(text: str) -> Floats:
    """A unit vector by the words of a text: texts with the same words are the same, others nearly at right angles."""
    words = ["".join(c for c in word if c.isalnum()) for word in text.lower().split()]
    whole = np.sum([np.random.default_rng(crc32(word.encode())).normal(size=384) for word in ["", *words]], axis=0)
    return np.asarray(whole / np.linalg.norm(whole), dtype=np.float32)


def recall_of(base: KnowledgeBase) -> Recall:
    """What messages are compared with, as training makes it, less all that is labelled."""
    phrases = phrases_of(base, EXAMPLES)
    texts = [text for _, text in phrases]
    index = PhraseIndex([name for name, _ in phrases], Rounded.of(np.stack([embed(text) for text in texts])), texts)
    return Recall(base, index, profiles_of(base, phrases, [intent for intent, _ in EXAMPLES]))


def always(evidence: Floats, chance: float) -> Chance:
    """A chance that no evidence moves."""
    width = len(evidence)
    return Chance(np.zeros(width), np.ones(width), np.zeros(width), float(np.log(chance / (1 - chance))))


def reader_of(recall: Recall, outside: float = 0.01, happened: float = 0.01) -> Reader:
    """Goes by the fused ranks alone, and is as sure as they stand apart."""
    linked = Linked([], "hello there", "hello there")
    heard = recall.hear(linked, None, {}, embed)
    _, fused, found = recall.listed(heard, embed)
    nothing = np.zeros(len(FEATURES))
    ranker = Ranker(nothing, nothing + 1, np.zeros((1, len(FEATURES), 1)), np.zeros((1, 1)), np.zeros((1, 1)))
    shares = ranker.chances(found, fused)
    sure = sureness(shares, fused, found, 0.5)[0]
    weights = np.zeros(len(sure))
    weights[0] = 1.0  # by the odds of its share
    meaning = embed(heard.text)
    return Reader(
        recall,
        ranker,
        {
            "outside": always(scope_evidence(heard, meaning, recall.scope), outside),
            "happened": always(happened_evidence(heard, meaning), happened),
            "right": Chance(np.zeros(len(sure)), np.ones(len(sure)), weights, 0.0),
            "cover": always(asked_evidence(heard, meaning), 0.99),
            "excluded": always(asked_evidence(heard, meaning), 0.01),
        },
    )


def heard(text: str, frame: Frame | None = None, intents: dict[str, float] | None = None, **links: Any) -> Heard:
    """A message near to nothing; held="gl" and the like are names it holds."""
    held = links.pop("held", ())
    named = {kind: [value] if isinstance(value, str) else list(value) for kind, value in links.items()}
    return Heard(text, named, tuple(held), NOWHERE, NOWHERE, None, None, None, {}, intents or {}, frame)


def reading(
    message: Heard,
    *ranked: tuple[str, float],
    outside: float = 0.0,
    happened: float = 0.0,
    cover: float = 1.0,
    excluded: float = 0.0,
) -> Reading:
    """A message with the chances of its candidates, the likeliest first; it asks for a yes or no of cover."""
    return Reading(message, list(ranked), outside, happened, cover, excluded)

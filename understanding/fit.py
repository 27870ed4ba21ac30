"""Learns to read, from labelled questions that the encoder never saw: the ranker, the signals, how sure one may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.base import KnowledgeBase
from understanding.features import Heard
from understanding.index import PhraseIndex
from understanding.labelled import OUTSIDE, Labelled
from understanding.learning.arrays import Floats
from understanding.learning.classifier import Classifier
from understanding.learning.encoder import Encoder
from understanding.linking import Linked, Linker
from understanding.ranker import Ranker
from understanding.reader import Reader, Recall, profiles_of, sureness
from understanding.signals import Chance, happened_evidence, scope_evidence
from understanding.targets import phrases_of

FOLDS = 5
CALIBRATED = 3  # candidates of each message, the likeliest first, that teach how sure one may be


@dataclass(frozen=True)
class Listed:
    """A labelled message with its candidates."""

    labelled: Labelled
    heard: Heard
    names: list[str]
    fused: Floats
    features: Floats
    right: Floats  # 1 where the candidate answers the message
    meaning: Floats


class Vectors:
    """Sentence vectors of known texts, made together at first, one by one afterwards."""

    def __init__(self, encoder: Encoder, texts: Sequence[str]) -> None:
        self._encoder = encoder
        unique = list(dict.fromkeys(texts))
        self._known = dict(zip(unique, encoder.embed_all(unique), strict=True))

    def __call__(self, text: str) -> Floats:
        found = self._known.get(text)
        return self._encoder.embed(text) if found is None else found


def recall_of(
    base: KnowledgeBase, linker: Linker, encoder: Encoder, examples: Sequence[tuple[str, str]]
) -> tuple[Recall, list[tuple[str, str]]]:
    """What messages are compared with, and the phrases it was made of.

    Args:
        examples: (intent, text) of the training data.
    """
    phrases = phrases_of(base, examples)
    texts = [linker.read(text).normal for _, text in phrases]
    vectors = encoder.embed_all(texts)
    index = PhraseIndex([target for target, _ in phrases], vectors)
    taught = [linker.read(text).normal for _, text in examples]
    classifier = Classifier(10.0)
    known = dict(zip(texts, vectors, strict=True))
    classifier.fit(taught, np.stack([known[text] for text in taught]), [name for name, _ in examples], calibrate=False)
    return Recall(base, index, classifier, profiles_of(base, phrases, classifier.classes)), phrases


def listed(recall: Recall, linker: Linker, encoder: Encoder, questions: Sequence[Labelled]) -> list[Listed]:
    """Every labelled message with its candidates and their evidence."""
    linked: list[tuple[Labelled, Linked, str]] = []
    for each in questions:
        last = linker.read(each.before[-1]).normal if each.before else ""
        linked.append((each, linker.read(each.text), last))
    texts = [text for _, read, last in linked for text in (read.normal, read.bare, f"{last} {read.normal}")]
    vectors = Vectors(encoder, texts)
    found = []
    for each, read, last in linked:
        heard = recall.hear(read, each.frame(recall.targets, last), vectors)
        names, fused, features = recall.listed(heard, vectors)
        right = np.array([float(each.answered_by(recall.targets[name])) for name in names], dtype=np.float32)
        found.append(Listed(each, heard, names, fused, features, right, vectors(read.normal)))
    return found


def fit(recall: Recall, lists: Sequence[Listed]) -> tuple[Reader, Ranker, dict[str, Chance]]:
    """Learn from labelled messages with their candidates."""
    ids = recall.index.ids
    outside_yes = [OUTSIDE in each.labelled.answers for each in lists]
    scope = np.stack([scope_evidence(each.heard, ids, recall.targets) for each in lists])
    told = np.stack([happened_evidence(each.heard, each.meaning) for each in lists])
    outside = Chance.fit(scope, outside_yes)
    happened = Chance.fit(told, [each.labelled.live for each in lists], strength=0.02)
    pairs = [(each.features, each.right) for each in lists]
    evidence, right = [], []
    fold_of = np.random.default_rng(7).permutation(len(lists)) % FOLDS
    for fold in range(FOLDS):
        seen = [i for i in range(len(lists)) if fold_of[i] != fold]
        ranker = Ranker.fit([pairs[i] for i in seen])
        strange = Chance.fit(scope[seen], [outside_yes[i] for i in seen])
        for i in np.flatnonzero(fold_of == fold):
            each = lists[i]
            shares = ranker.chances(each.features, each.fused)
            for which in np.argsort(-shares)[:CALIBRATED]:
                evidence.append(sureness(shares, each.fused, each.features, int(which), strange.of(scope[i])))
                right.append(bool(each.right[which]))
    sure = Chance.fit(np.stack(evidence), right)
    ranker = Ranker.fit(pairs)
    chances = {"outside": outside, "happened": happened, "right": sure}
    return Reader(recall, ranker, outside, happened, sure), ranker, chances

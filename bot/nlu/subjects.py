"""Rasa component: which entries of the knowledge base a message is about, by meaning.

Visitors describe a thing seldom by its name ("an agent gives a caller wrong info"), so every entry
with situations to its name is a class of a classifier like the intents' one.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.classifier import Classifier
from bot.nlu.encoder import Encoder, shared_encoder
from bot.nlu.reading import SENTENCE_END, SUBJECTS, normal_text, subject_text
from bot.nlu.terms import TermLinker
from knowledge.base import KnowledgeBase
from knowledge.schema import Exposure

# Kinds found by meaning (policies mostly by name), and how many of each the actions look at: what is
# kept travels with every later message of the conversation.
KEPT = {"exposure": 12, "topic": 5, "term": 3, "industry": 1, "policy": 2}
# A sentence that asks can tell on its own what happened, from so many words, if it is so much nearer to something
# known than the whole message (cosine); so many are looked at.
SHORTEST_PART, CLEARER, MOST_PARTS = 3, 0.05, 2
BARE = {"exposure"}  # an incident is the same whatever policy is asked about; guidance is not
# How much likelier an incident becomes for each unit of cosine to a situation it is known by; chosen on the
# development questions. In a trade that no situation tells of, the regression alone is unsure where one is near.
NEARNESS = 12.0
FEWEST_WORDS = 9  # fewer are near to many situations by chance: "what if it's one of ours?"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class SubjectRecognizer(GraphComponent):
    """Sets ``subjects``: a list of {id, kind, score, nearest}, likeliest first.

    ``score`` is the probability among the entries of the same kind; ``nearest`` the cosine to the
    nearest situation of that entry.
    """

    def __init__(
        self, classifiers: dict[str, Classifier], encoder: Encoder, storage: ModelStorage, resource: Resource
    ) -> None:
        self._classifiers = classifiers
        self._encoder = encoder
        self._storage = storage
        self._resource = resource

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SubjectRecognizer:
        return cls({}, shared_encoder(), model_storage, resource)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Situations live outside the training data, so they are part of what makes a model."""
        base = KnowledgeBase()
        return hashlib.sha256(json.dumps([base.names(), base.phrases(), base.questions()]).encode()).hexdigest()

    def train(self, training_data: TrainingData) -> Resource:
        base = KnowledgeBase()
        linker = TermLinker.of(base, training_data)
        examples = {kind: situations(base, kind) for kind in KEPT}
        self._classifiers = classifiers_of(examples, linker, self._encoder)
        base.close()
        with self._storage.write_to(self._resource) as folder:
            for kind, classifier in self._classifiers.items():
                (folder / kind).mkdir()
                classifier.save(folder / kind)
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SubjectRecognizer:
        with model_storage.read_from(resource) as folder:
            classifiers = {f.name: Classifier.load(f) for f in sorted(folder.iterdir()) if f.is_dir()}
        return cls(classifiers, shared_encoder(), model_storage, resource)

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if message.get(TEXT) and self._classifiers:
                message.set(SUBJECTS, self._recognize(message), add_to_output=True)
        return messages

    def _recognize(self, message: Message) -> list[dict[str, Any]]:
        whole, bare = normal_text(message), subject_text(message)
        subjects: list[dict[str, Any]] = []
        for kind, classifier in self._classifiers.items():
            reading = self._reading(kind, classifier, bare if kind in BARE else whole)
            for part in asking_parts(bare, whole) if kind in BARE else ():
                other = self._reading(kind, classifier, part)
                if other[0]["nearest"] > reading[0]["nearest"] + CLEARER:
                    reading = other
            subjects += reading
        return sorted(subjects, key=lambda subject: -float(subject["score"]))

    def _reading(self, kind: str, classifier: Classifier, text: str) -> list[dict[str, Any]]:
        """The likeliest entries of a kind for a text."""
        meaning = self._encoder.embed(text)
        similar = classifier.similar(meaning)
        ranking = classifier.guess(text, meaning).ranking
        if kind in BARE and len(text.split()) >= FEWEST_WORDS:
            ranking = weighed_by_nearness(ranking, similar)
        return [
            {"id": entry_id, "kind": kind, "score": round(score, 4), "nearest": round(similar[entry_id], 4)}
            for entry_id, score in ranking[: KEPT[kind]]
        ]


def weighed_by_nearness(ranking: list[tuple[str, float]], similar: Mapping[str, float]) -> list[tuple[str, float]]:
    """The product of two experts: the regression, and the nearest known situation (Hinton, 2002).

    Args:
        ranking: probability of each entry.
        similar: cosine to the nearest situation of each.

    Returns:
        Likeliest first.  What the regression gave to those that are kept stays the same in sum: how sure it is
        that the message tells of anything known is for it to say.
    """
    nearest = max(similar[entry_id] for entry_id, _ in ranking)
    weights = {entry_id: score * math.exp(NEARNESS * (similar[entry_id] - nearest)) for entry_id, score in ranking}
    kept = sorted(ranking, key=lambda pair: -weights[pair[0]])[: KEPT["exposure"]]
    scale = sum(score for _, score in kept) / sum(weights[entry_id] for entry_id, _ in kept)
    return [(entry_id, weights[entry_id] * scale) for entry_id, _ in kept]


def asking_parts(bare: str, whole: str) -> list[str]:
    """The sentences that ask, of a message that has several: often what happened stands in them alone.

    Args:
        bare: the text without the asking, which may have lost its last question mark with it.
        whole: the same text with it.
    """
    sentences = [sentence for sentence in SENTENCE_END.split(bare) if sentence.strip()]
    if len(sentences) < 2:
        return []
    last_asks = whole.rstrip().endswith("?")
    asking = [s for s in sentences if s.endswith("?") or (last_asks and s is sentences[-1])]
    return [s for s in asking if len(s.split()) >= SHORTEST_PART][:MOST_PARTS]


def classifiers_of(
    examples: dict[str, list[tuple[str, str]]], linker: TermLinker, encoder: Encoder
) -> dict[str, Classifier]:
    """A classifier for each kind that has two entries or more, from its (entry id, text) examples."""
    classifiers = {}
    for kind, pairs in examples.items():
        if len({entry for entry, _ in pairs}) < 2:
            continue
        texts = as_read(linker, kind, [text for _, text in pairs])
        classifiers[kind] = Classifier()
        classifiers[kind].fit(texts, encoder.embed_all(texts), [entry for entry, _ in pairs], calibrate=False)
    return classifiers


def as_read(linker: TermLinker, kind: str, texts: list[str]) -> list[str]:
    """Texts of a kind as a message with them would be read: names written out, for some the asking taken away."""
    messages = linker.process([Message.build(text=text) for text in texts])
    return [subject_text(message) if kind in BARE else normal_text(message) for message in messages]


def situations(base: KnowledgeBase, kind: str) -> list[tuple[str, str]]:
    """(entry id, text) of everything that says what an entry is about."""
    found = [(entry_id, text) for of, entry_id, text in [*base.phrases(), *base.questions()] if of == kind]
    found += [(entry_id, alias) for of, entry_id, alias in base.names() if of == kind]
    for entry_id in base.ids(kind):
        entry = base.entry(entry_id)
        assert entry is not None
        found.append((entry_id, entry.name))
        if isinstance(entry, Exposure):
            found += [(entry_id, entry.short_name), (entry_id, entry.summary.text)]
    return found

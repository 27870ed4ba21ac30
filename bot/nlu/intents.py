"""Rasa component: what kind of question a message is, with a calibrated confidence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.arrays import Floats
from bot.nlu.classifier import Classifier, Guess
from bot.nlu.encoder import shared_encoder
from bot.nlu.reading import SENTENCE_END, normal_text, vector

RANKING_LENGTH = 8
MAX_SENTENCES = 6
ASKING_WEIGHT = 0.7  # a sentence lacks its context, so the whole message wins a near tie
_ASKS = re.compile(
    r"(?:so |and |but |also |ok |hi |hello |thanks )*"
    r"(?:what|who|how|why|when|where|which|does|do|did|is|are|am|can|could|would|will|should|may|must|any|tell|explain|need"
    r"|whats|whos)\b",
    re.IGNORECASE,
)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IntentClassifier(GraphComponent):
    """Sets intent and intent_ranking.

    The first intent's confidence is calibrated: of the messages with confidence 0.8, eight in ten are
    classified right.  The other confidences are the regression's own.
    """

    def __init__(self, classifier: Classifier | None, storage: ModelStorage, resource: Resource) -> None:
        self._classifier = classifier
        self._storage = storage
        self._resource = resource

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"C": 10.0}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> IntentClassifier:
        return cls(Classifier(config["C"]), model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Raises ValueError when the data has fewer than two intents."""
        examples = [e for e in training_data.intent_examples if e.get(TEXT)]
        names = spoken_names({str(e.get(INTENT)) for e in examples})
        assert self._classifier is not None
        self._classifier.fit(
            [normal_text(e) for e in examples] + list(names.values()),
            np.vstack([*(vector(e) for e in examples), shared_encoder().embed_all(list(names.values()))]),
            [str(e.get(INTENT)) for e in examples] + list(names),
        )
        with self._storage.write_to(self._resource) as folder:
            self._classifier.save(folder)
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> IntentClassifier:
        with model_storage.read_from(resource) as folder:
            return cls(Classifier.load(folder), model_storage, resource)

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if not message.get(TEXT):
                continue
            guess = self._likeliest(normal_text(message), vector(message))
            ranking = [{"name": name, "confidence": p} for name, p in guess.ranking[:RANKING_LENGTH]]
            ranking[0]["confidence"] = guess.confidence
            message.set(INTENT, dict(ranking[0]), add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages

    def _likeliest(self, text: str, meaning: Floats) -> Guess:
        """The guess for the whole message, or for the sentence that asks inside a story."""
        assert self._classifier is not None
        whole = self._classifier.guess(text, meaning)
        best, weight = whole, whole.confidence
        for sentence in asking_sentences(text):
            if weight >= ASKING_WEIGHT:
                break  # no sentence can be surer
            guess = self._classifier.guess(sentence, shared_encoder().embed(sentence))
            if guess.confidence * ASKING_WEIGHT > weight:
                best, weight = guess, guess.confidence * ASKING_WEIGHT
        return best


def spoken_names(intents: Iterable[str]) -> dict[str, str]:
    """What each intent's name says in words; a name without a word ("q17") says nothing.

    A name sums up what the examples have in common ("card_arrival"), so it is an example itself.
    """
    names = {intent: re.sub(r"[\W_]+", " ", intent).strip().lower() for intent in sorted(intents)}
    return {intent: name for intent, name in names.items() if re.search("[a-z]{2}", name)}


def asking_sentences(text: str) -> list[str]:
    """Sentences that may hold the question, where a message has more than one."""
    sentences = [s.strip() for s in SENTENCE_END.split(text) if len(s.split()) >= 3]
    if len(sentences) < 2:
        return []
    return [s for s in sentences if s.endswith("?") or _ASKS.match(s)][:MAX_SENTENCES]

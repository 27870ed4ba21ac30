"""Rasa featurizer: the meaning of a message as a MiniLM vector."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.encoder import Encoder, shared_encoder
from bot.nlu.reading import normal_text


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEmbedding(GraphComponent):
    """Sets the sentence vector of every message that has a text."""

    def __init__(self, encoder: Encoder, name: str) -> None:
        self._encoder = encoder
        self._name = name

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceEmbedding:
        return cls(shared_encoder(), execution_context.node_name)

    def process(self, messages: list[Message]) -> list[Message]:
        """One message at a time in service, all of them in training."""
        with_text = [m for m in messages if m.get(TEXT)]
        vectors = self._encoder.embed_all([normal_text(m) for m in with_text])
        for message, vector in zip(with_text, vectors, strict=True):
            message.add_features(
                Features(vector[None, :], FEATURE_TYPE_SENTENCE, TEXT, self._name),
            )
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data

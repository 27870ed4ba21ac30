"""Rasa component: links the names a visitor uses to the ids of the knowledge base."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.reading import NORMAL_TEXT, SUBJECT_TEXT, add_entities
from knowledge.base import KnowledgeBase
from understanding import inputs
from understanding.linking import Linked, Linker
from understanding.names import Names, trade_names

FILE = "names.json"


@DefaultV1Recipe.register(
    [DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER],
    is_trainable=True,
)
class TermLinker(GraphComponent):
    """Entities of kind policy, exposure, term, topic, industry and state, and the normal text."""

    def __init__(self, storage: ModelStorage, resource: Resource, names: Names | None = None) -> None:
        self._storage = storage
        self._resource = resource
        self._linker = Linker(names or Names())

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TermLinker:
        return cls(model_storage, resource)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Names live outside the training data, so they are part of what makes a model."""
        base = KnowledgeBase()
        found = inputs.fingerprint(base)
        base.close()
        return found

    def train(self, training_data: TrainingData) -> Resource:
        base = KnowledgeBase()
        names = trade_names(base, [str(example.get(TEXT)) for example in training_data.intent_examples])
        base.close()
        with self._storage.write_to(self._resource) as folder:
            (folder / FILE).write_text(json.dumps(asdict(names)), encoding="utf-8")
        self._linker = Linker(names)
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> TermLinker:
        with model_storage.read_from(resource) as folder:
            names = Names(**json.loads((folder / FILE).read_text(encoding="utf-8")))
        return cls(model_storage, resource, names)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        written = [example for example in training_data.training_examples if example.get(TEXT)]
        read = self._linker.read_all([str(example.get(TEXT)) for example in written])
        for example, linked in zip(written, read, strict=True):
            self._tell(example, linked)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if message.get(TEXT):
                self._tell(message, self._linker.read(str(message.get(TEXT))))
        return messages

    def _tell(self, message: Message, linked: Linked) -> None:
        add_entities(message, [{**link, "extractor": type(self).__name__} for link in linked.links])
        message.set(NORMAL_TEXT, linked.normal)
        message.set(SUBJECT_TEXT, linked.bare)

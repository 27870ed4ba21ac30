"""Rasa component: what a message means, decided once, from everything that can be answered.

It sets the intent that Rasa's rules go by, and beside it ``question`` (the decided question), ``candidates`` (the
first five targets with their chances), ``classified`` (the intent as the classifier read it alone, for forms) and
``trade`` (the trade that the words come nearest to).
"""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.reading import CHANCES, normal_text, subject_text
from knowledge.base import KnowledgeBase, KnowledgeUnavailable
from knowledge.live import LiveBase, in_service
from understanding import inputs
from understanding.completion import completed
from understanding.explain import told
from understanding.fit import Taught, fit, lessons
from understanding.labelled import read_taught
from understanding.learning.encoder import shared_encoder
from understanding.linking import Linked, Linker
from understanding.names import trade_names
from understanding.question import Frame, Question
from understanding.reader import Reader, Reading, load, save
from understanding.references import NAMES_A_SUBJECT, referred
from understanding.resolve import resolve

logger = logging.getLogger(__name__)

CANDIDATES = 5
TELLS_THE_TRADE = {"ask_recommendation", "get_quote", "inform"}  # what is asked where people say what they do
FRAME = "frame"  # in the message's metadata
EXPLAIN = "explain"  # there, too: asks for the reasons, which stand in the parse data by the same name


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class Meaning(GraphComponent):
    """Decides what each message asks, of the knowledge base as it is at that moment."""

    def __init__(
        self,
        storage: ModelStorage,
        resource: Resource,
        reader: Reader | None = None,
        open_base: LiveBase | None = None,
    ) -> None:
        self._storage = storage
        self._resource = resource
        self._reader = reader
        self._open_base = open_base

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Meaning:
        return cls(model_storage, resource)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """All that shapes what is learnt and lives outside the training data."""
        base = KnowledgeBase()
        found = inputs.fingerprint(base)
        base.close()
        return found

    def train(self, training_data: TrainingData) -> Resource:
        base = KnowledgeBase()
        examples = [(str(e.get(INTENT)), str(e.get(TEXT))) for e in training_data.intent_examples if e.get(TEXT)]
        linker = Linker(trade_names(base, [text for _, text in examples]))
        encoder = shared_encoder()
        messages = read_taught()
        taught = Taught(base, linker, encoder, examples, messages)
        _, ranker, chances = fit(*lessons(taught, encoder, messages))
        recall = taught.recall()
        recall.embed_statements(encoder.embed_all)
        with self._storage.write_to(self._resource) as folder:
            save(Path(folder), recall, chances, ranker)
        base.close()
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> Meaning:
        with model_storage.read_from(resource) as folder:
            return cls(model_storage, resource, load(Path(folder), in_service()), in_service)

    @property
    def reader(self) -> Reader:
        """What was learnt, beside the knowledge base in service; the one before where the newest cannot be opened."""
        assert self._reader is not None  # the component was loaded
        try:
            base = self._open_base() if self._open_base else self._reader.recall.base
        except KnowledgeUnavailable as error:
            logger.warning("Messages are read by the knowledge base opened before: %s", error)
            return self._reader
        if base is not self._reader.recall.base:
            self._reader = self._reader.on(base)
        return self._reader

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if message.get(TEXT) and self._reader:
                self._decide(message)
        return messages

    def read(self, message: Message, reader: Reader | None = None) -> Reading:
        """What a message most probably means, once the components before have worked on it."""
        linked = Linked(message.get(ENTITIES, []), normal_text(message), subject_text(message))
        frame = Frame.from_slot((message.get("metadata") or {}).get(FRAME))
        return (reader or self.reader).read(linked, frame, message.get(CHANCES) or {}, shared_encoder().embed)

    def decide(self, reading: Reading, reader: Reader | None = None) -> Question:
        """What a message that was read asks.

        Args:
            reader: the one that read it, which a newer base may have replaced meanwhile.
        """
        reader, embed = reader or self.reader, shared_encoder().embed
        question = resolve(reading, reader.recall.targets, reader.recall.verdict)
        question = completed(question)
        question = replace(question, point=reader.nearest_point(question.target, embed(reading.heard.text), embed))
        named = not NAMES_A_SUBJECT.isdisjoint(reading.heard.links)
        return referred(question, reading.heard.intents, named, reader.recall.targets)

    def _decide(self, message: Message) -> None:
        reader = self.reader
        reading = self.read(message, reader)
        question = self.decide(reading, reader)
        if (message.get("metadata") or {}).get(EXPLAIN):
            names, fused, found = reader.recall.listed(reading.heard, shared_encoder().embed)
            message.set(EXPLAIN, told(reading, names, found, fused, reader.ranker), add_to_output=True)
        message.set("classified", dict(message.get(INTENT) or {}), add_to_output=True)
        message.set("question", question.as_data(), add_to_output=True)
        message.set("candidates", [[name, round(p, 4)] for name, p in reading.ranked[:CANDIDATES]], add_to_output=True)
        message.set(
            "trade",
            reader.trade(reading, question.intent in TELLS_THE_TRADE, shared_encoder().embed),
            add_to_output=True,
        )
        message.set(INTENT, {"name": question.intent, "confidence": round(question.chance, 4)}, add_to_output=True)

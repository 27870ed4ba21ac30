"""Rasa component: what a message means, decided once, from everything that can be answered.

It sets the intent that Rasa's rules go by, and beside it ``question`` (the decided question), ``candidates`` (the
first five targets with their chances), ``classified`` (the intent as the classifier read it alone, for forms) and
``trade`` (the trade that the words come nearest to).
"""

from __future__ import annotations

import hashlib
import json
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
from knowledge.base import KnowledgeBase
from understanding.explain import told
from understanding.fit import Taught, fit, listed
from understanding.labelled import read_labelled, taught_by
from understanding.learning.encoder import shared_encoder
from understanding.linking import Linked, Linker
from understanding.names import trade_names
from understanding.question import Frame
from understanding.reader import Reader, load, save
from understanding.resolve import resolve

CANDIDATES = 5
FRAME = "frame"  # in the message's metadata
EXPLAIN = "explain"  # there, too: asks for the reasons, which stand in the parse data by the same name


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class Meaning(GraphComponent):
    """Decides what each message asks."""

    def __init__(self, storage: ModelStorage, resource: Resource, reader: Reader | None = None) -> None:
        self._storage = storage
        self._resource = resource
        self._reader = reader

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
        digest = hashlib.sha256()
        base = KnowledgeBase()
        digest.update(json.dumps([base.names(), base.phrases(), base.questions(), base.version]).encode())
        base.close()
        for file in taught_by():
            digest.update(file.name.encode() + file.read_bytes())
        return digest.hexdigest()

    def train(self, training_data: TrainingData) -> Resource:
        base = KnowledgeBase()
        examples = [(str(e.get(INTENT)), str(e.get(TEXT))) for e in training_data.intent_examples if e.get(TEXT)]
        linker = Linker(trade_names(base, [text for _, text in examples]))
        encoder = shared_encoder()
        messages = read_labelled(files=[file.stem for file in taught_by()])
        taught = Taught(base, linker, encoder, examples, messages)
        plain = taught.held_back()
        unseen = frozenset(each.text for each in plain)
        learning, guess = taught.recall(unseen), taught.guess_unseen(unseen)
        _, ranker, chances = fit(learning, listed(learning, guess, linker, encoder, [*messages, *plain]))
        with self._storage.write_to(self._resource) as folder:
            save(Path(folder), taught.recall(), chances, ranker, taught.phrases)
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
            return cls(model_storage, resource, load(Path(folder), KnowledgeBase()))

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if message.get(TEXT) and self._reader:
                self._decide(message, self._reader)
        return messages

    def _decide(self, message: Message, reader: Reader) -> None:
        linked = Linked(message.get(ENTITIES, []), normal_text(message), subject_text(message))
        frame = Frame.from_slot((message.get("metadata") or {}).get(FRAME))
        reading = reader.read(linked, frame, message.get(CHANCES) or {}, shared_encoder().embed)
        question = resolve(reading, reader.recall.targets, reader.recall.verdict)
        embed = shared_encoder().embed
        question = replace(question, point=reader.nearest_point(question.target, embed(linked.normal), embed))
        if (message.get("metadata") or {}).get(EXPLAIN):
            names, fused, found = reader.recall.listed(reading.heard, embed)
            message.set(EXPLAIN, told(reading, names, found, fused, reader.ranker), add_to_output=True)
        message.set("classified", dict(message.get(INTENT) or {}), add_to_output=True)
        message.set("question", question.as_data(), add_to_output=True)
        message.set("candidates", [[name, round(p, 4)] for name, p in reading.ranked[:CANDIDATES]], add_to_output=True)
        message.set("trade", reader.trade(reading), add_to_output=True)
        message.set(INTENT, {"name": question.intent, "confidence": round(question.chance, 4)}, add_to_output=True)

"""Rasa importer: labelled messages and the knowledge base's own situations join the written training examples.

What people write about things the guide does not speak about tells that a question is out of scope.
"""

from __future__ import annotations

from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from knowledge.base import KnowledgeBase
from understanding.labelled import as_example, read_taught
from understanding.targets import targets_of

INTENTS = {"outside": "out_of_scope"}


class KnowledgeImporter(RasaFileImporter):
    """Rasa's file importer with examples from the knowledge base added."""

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        written = super().get_nlu_data(language)
        known = {str(example.get("text")).strip().lower() for example in written.intent_examples}
        intents = {str(example.get("intent")) for example in written.intent_examples}
        added = [
            Message.build(text=text, intent=intent)
            for text, intent in [*content_examples(), *message_examples(intents)]
            if text.strip().lower() not in known
        ]
        return written.merge(TrainingData(added))


def message_examples(intents: set[str]) -> list[tuple[str, str]]:
    """(text, intent) of every labelled message that tells one by itself."""
    base = KnowledgeBase()
    targets = targets_of(base, intents)
    base.close()
    told = [as_example(each, targets) for each in read_taught()]
    return list(dict.fromkeys((text, intent) for intent, text in filter(None, told)))


def content_examples() -> list[tuple[str, str]]:
    """(text, intent) of every situation that tells an intent.

    Topics and terms are left out: their situations tell what they are about better than what is asked,
    and many of a kind would weigh the scales for it (measured: two to four points fewer questions
    answered rightly).
    """
    base = KnowledgeBase()
    examples = [(text, INTENTS[kind]) for kind, _, text in base.phrases() if kind in INTENTS]
    base.close()
    return examples

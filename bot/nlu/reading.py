"""What the parts of the pipeline leave on a Rasa message for each other."""

from __future__ import annotations

import re

import numpy as np
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.arrays import Floats

NORMAL_TEXT = "normal_text"
SUBJECT_TEXT = "subject_text"
SUBJECTS = "subjects"
# A line that goes on in small letters was only wrapped.
SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n\s*\n\s*|\n(?=\s*[^\sa-z])")


def normal_text(message: Message) -> str:
    """The text with typos mended and abbreviations spelt out; the raw text before the linker ran."""
    return str(message.get(NORMAL_TEXT) or message.get(TEXT) or "")


def subject_text(message: Message) -> str:
    """What is left of the text when the policies named and the asking are taken away."""
    return str(message.get(SUBJECT_TEXT) or normal_text(message))


def vector(message: Message) -> Floats:
    """The sentence vector, shape (384,).

    Raises:
        ValueError: no featurizer ran before.
    """
    _, sentence = message.get_dense_features(TEXT)
    if sentence is None:
        raise ValueError("SentenceEmbedding must stand before this component in config.yml")
    return np.asarray(sentence.features[0])


def add_entities(message: Message, entities: list[dict[str, object]]) -> None:
    """Append to what earlier components found."""
    message.set(ENTITIES, [*message.get(ENTITIES, []), *entities], add_to_output=True)

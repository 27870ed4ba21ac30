"""Defect: Rasa imports everything that a model was trained with when it loads one to serve.

``ModelMetadata.from_dict`` (rasa.engine.storage.storage, 3.6.21) looks up the class of every node of the training
graph, and the validators among them import each component there is, with TensorFlow.  Nobody reads that graph of a
loaded model.  Here it is left empty.  It can go when Rasa looks those classes up when they are asked for.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.storage.storage import ModelMetadata

_from_dict = ModelMetadata.from_dict


def from_dict(serialized: dict[str, Any]) -> ModelMetadata:
    """Metadata as Rasa reads them, without the graph that the model was trained by."""
    return _from_dict({**serialized, "train_schema": {"nodes": {}}})


def install() -> None:
    """Load models so in this process."""
    ModelMetadata.from_dict = staticmethod(from_dict)

"""The parts of a trained pipeline, one after the other, without Rasa's graph around them."""

import tempfile
from pathlib import Path
from typing import Any

from bench.processes import BenchError


def parts_of(model: Path, *names: str) -> list[Any]:
    """The components that read a message, in the order of config.yml; of some class names alone where any are given.

    Raises:
        BenchError: there is no model at that path, or it lacks what was named.
    """
    if not model.exists():
        raise BenchError(f"There is no trained model at {model}: run `make train` first.")
    from bot.runtime import quiet

    quiet()  # before Rasa is imported anywhere
    from rasa.engine.graph import ExecutionContext
    from rasa.engine.storage.local_model_storage import LocalModelStorage

    found = []
    with tempfile.TemporaryDirectory() as folder:
        storage, metadata = LocalModelStorage.from_model_archive(Path(folder), model)
        for name, node in metadata.predict_schema.nodes.items():
            reads = node.fn == "process" and set(node.needs) == {"messages"}
            if reads and node.uses.__name__ in (names or (node.uses.__name__,)):
                config = {**node.uses.get_default_config(), **node.config}
                context = ExecutionContext(metadata.predict_schema, node_name=name)
                found.append(node.uses.load(config, storage, node.resource, context))
    missing = set(names) - {type(part).__name__ for part in found}
    if missing or not found:
        raise BenchError(f"{model} has no {', '.join(missing) or 'part that reads messages'}.")
    return found

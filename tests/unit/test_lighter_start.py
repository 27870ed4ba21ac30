"""What a serving process does not load: still loaded by Rasa alone, and there for whoever asks."""

from __future__ import annotations

import gc
import hashlib
import inspect
import subprocess
import sys
from pathlib import Path

import pytest
from rasa.engine.storage.storage import ModelMetadata

from bot.runtime import garbage, served_models
from bot.training import MODEL

PROJECT = Path(__file__).parents[2]


def run(program: str) -> str:
    """What a program says in a Python of its own."""
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.slow
def test_a_loaded_guide_has_not_imported_tensorflow() -> None:
    loads = f"""
import sys
from pathlib import Path
from bot.runtime import hush, quiet
quiet()
hush()
from bot.ask import Guide
Guide(Path({str(MODEL)!r}))
print("tensorflow" in sys.modules)
"""
    assert run(loads) == "False"


@pytest.mark.slow
def test_rasa_alone_still_imports_it() -> None:
    """When this fails, Rasa has changed: see whether bot/runtime/late_tensorflow.py is still needed."""
    assert run("import sys\nimport rasa.utils.train_utils\nprint('tensorflow' in sys.modules)") == "True"


@pytest.mark.slow
def test_what_needs_tensorflow_gets_it() -> None:
    makes = """
from bot.runtime import hush, quiet
quiet()
hush()
import rasa.utils.train_utils as late
from rasa.utils.tensorflow.callback import RasaTrainingLogger
made = late.RasaTrainingLogger(epochs=1, silent=True)
print(type(made) is RasaTrainingLogger, late.RasaTrainingLogger is RasaTrainingLogger)
"""
    assert run(makes) == "True False"


def test_upstream_looks_up_the_training_graph_of_a_model_it_serves() -> None:
    """When this fails, Rasa has changed: see whether bot/runtime/served_models.py is still needed."""
    source = inspect.getsource(served_models._from_dict)
    assert hashlib.sha256(source.encode()).hexdigest()[:16] == "ee3da9f00c7daa75"


def test_metadata_of_a_served_model_are_those_of_upstream_but_for_the_training_graph() -> None:
    told = {
        "trained_at": "2024-01-01T00:00:00",
        "rasa_open_source_version": "3.6.21",
        "model_id": "model",
        "assistant_id": "assistant",
        "domain": {"version": "3.1"},
        "train_schema": {"nodes": {"no": {"uses": "no.such.Class", "resource": None}}},
        "predict_schema": {"nodes": {}},
        "training_type": 3,
        "project_fingerprint": "",
        "core_target": "core",
        "nlu_target": "nlu",
        "language": "en",
    }
    found = served_models.from_dict(told)
    assert not found.train_schema.nodes
    assert (found.model_id, found.core_target, found.nlu_target) == ("model", "core", "nlu")
    with pytest.raises(Exception, match=r"no\.such"):
        served_models._from_dict(told)
    assert isinstance(found, ModelMetadata)


def test_what_is_loaded_is_not_searched_for_garbage_and_what_comes_later_is() -> None:
    garbage.hold_back()
    try:
        assert not gc.isenabled()
    finally:
        garbage.resume()
    assert gc.isenabled()
    assert gc.get_freeze_count()
    gc.unfreeze()

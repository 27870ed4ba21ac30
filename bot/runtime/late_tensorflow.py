"""Defect: Rasa imports TensorFlow for three classes that only the training of its neural parts makes.

``rasa.utils.train_utils`` (3.6.21), which every policy and extractor imports, takes them from two modules that begin
with TensorFlow: 2.5 s of a start and 400 MB, and nothing in the guide's pipeline asks for any of them.  Here the three
names import their modules when one is made; what else needs TensorFlow still imports it.  It can go when Rasa imports
TensorFlow where it is used.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any

USER = "rasa.utils.train_utils"
MADE_LATE = {
    "rasa.utils.tensorflow.callback": ("RasaTrainingLogger", "RasaModelCheckpoint"),
    "rasa.utils.tensorflow.data_generator": ("RasaBatchDataGenerator",),
}
"""The modules that begin with TensorFlow, and what is asked of each."""


def install() -> None:
    """Import what needs the names without TensorFlow; nothing happens where it is there already."""
    if USER in sys.modules or "tensorflow" in sys.modules:
        return
    standing_in = {module: _stand_in(module, names) for module, names in MADE_LATE.items()}
    sys.modules.update(standing_in)
    try:
        import_module(USER)
    finally:
        for module in standing_in:  # whoever imports one from now on gets the real one
            sys.modules.pop(module, None)


def _stand_in(module: str, names: tuple[str, ...]) -> ModuleType:
    found = ModuleType(module)
    for name in names:
        setattr(found, name, _late(module, name))
    return found


def _late(module: str, name: str) -> Callable[..., Any]:
    def make(*args: Any, **kwargs: Any) -> Any:
        return getattr(import_module(module), name)(*args, **kwargs)

    return make

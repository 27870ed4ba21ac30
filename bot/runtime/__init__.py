"""What keeps Rasa safe and quiet: one module a defect or a duty, installed by ``install()``."""

from __future__ import annotations

import logging
import os
import warnings
from importlib import import_module

SETTINGS = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",  # training imports TensorFlow, and nothing here uses it
    "CUDA_VISIBLE_DEVICES": "-1",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "RASA_MAX_CACHE_SIZE": "0",  # a training takes minutes; a stale cached part costs hours
}


def quiet() -> None:
    """Settings that must stand before Rasa is imported."""
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    mute_warnings()


def mute_warnings() -> None:
    """Keep what old dependencies say of each other off the terminal; some reset this when imported."""
    warnings.filterwarnings("ignore", message="Slot auto-fill has been removed")
    for category in (DeprecationWarning, PendingDeprecationWarning, FutureWarning):
        warnings.filterwarnings("ignore", category=category)
    warnings.filterwarnings("ignore", module="pkg_resources")


def hush() -> None:
    """Keep Rasa quiet, as ``hush_logs`` does what is logged, and TensorFlow out."""
    import sanic.app  # noqa: F401  (resets the warning filters when it is first imported, so before they are set)

    from bot.runtime import late_tensorflow

    mute_warnings()
    late_tensorflow.install()  # before the first of Rasa's modules that would import it
    hush_logs()


def hush_logs() -> None:
    """Warnings and worse only, identifiers masked: Rasa's debug lines would put what visitors write into logs."""
    from bot.runtime.logs import mask_logs

    mute_warnings()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger().setLevel(logging.WARNING)
    mask_logs()


MENDED = (
    *("action_calls", "action_replies", "debug_copies", "default_actions", "event_types"),
    *("failing_stores", "graph_in_order", "last_states", "replay", "rules_kept", "served_models"),
)
"""The modules that mend a defect of Rasa's; each has an ``install``."""


def install() -> None:
    """Put the guide's message processor where Rasa takes its own from, and mend what makes Rasa slow."""
    import rasa.core.agent

    from bot.runtime.processor import GuideProcessor

    mute_warnings()
    for name in MENDED:
        import_module(f"bot.runtime.{name}").install()
    rasa.core.agent.MessageProcessor = GuideProcessor

"""Train the guide, and only when something it was trained from has changed."""

from __future__ import annotations

import hashlib
from pathlib import Path

from knowledge.build import DATABASE, build, content_version
from knowledge.content import CONTENT

MODEL = Path("models/guide.tar.gz")
STAMP = Path("models/guide.inputs")


class TrainingFailed(Exception):
    """Rasa did not produce a model; the message names the way to see why."""


def build_knowledge_if_stale() -> bool:
    """Build the knowledge base unless it already has the content's version; whether it was built."""
    version = content_version(CONTENT)
    if DATABASE.exists() and _version_in_service() == version:
        return False
    build()
    return True


def _version_in_service() -> str | None:
    from knowledge.base import KnowledgeBase, KnowledgeUnavailable

    try:
        base = KnowledgeBase(DATABASE)
    except KnowledgeUnavailable:
        return None
    base.close()
    return base.version


def inputs_digest() -> str:
    """Changes with what training rests on: data, configuration, names and situations, or the code.

    Answers are not trained from, so editing one asks for no training; an exposure's summary, which is one
    example of many for its subject, waits for the next.
    """
    from knowledge.base import KnowledgeBase

    digest = hashlib.sha256()
    files = [Path("config.yml"), Path("domain.yml"), Path("requirements.lock")]
    files += sorted(Path("data").rglob("*.yml")) + sorted(Path("data/questions").glob("*.jsonl"))
    files += sorted(Path("bot/nlu").glob("*.py")) + sorted(Path("understanding").rglob("*.py"))
    files += sorted(Path("understanding/learning/weights").iterdir())
    for file in files:
        digest.update(file.as_posix().encode() + b"\0" + file.read_bytes())
    base = KnowledgeBase(DATABASE)
    digest.update(repr((base.names(), base.phrases(), base.questions())).encode())
    base.close()
    return digest.hexdigest()


def is_trained() -> bool:
    """Whether the model matches what it would be trained from now."""
    return MODEL.exists() and STAMP.exists() and STAMP.read_text() == inputs_digest()


def train() -> Path:
    """Train anew; returns the model's path.

    Raises:
        TrainingFailed: Rasa reported an error.
    """
    from rasa.api import train as rasa_train

    from bot.runtime import mute_warnings

    mute_warnings()
    MODEL.parent.mkdir(exist_ok=True)
    result = rasa_train(
        domain="domain.yml",
        config="config.yml",
        training_files="data",
        output=str(MODEL.parent),
        fixed_model_name=MODEL.name.removesuffix(".tar.gz"),
        force_training=True,
    )
    if not result.model:
        raise TrainingFailed("Rasa produced no model: read the messages above.")
    STAMP.write_text(inputs_digest())
    return MODEL

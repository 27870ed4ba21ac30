"""Train the guide, and only when something it was trained from has changed."""

from __future__ import annotations

import hashlib
import traceback
from pathlib import Path

from knowledge.build import DATABASE, content_version
from knowledge.content import CONTENT
from knowledge.intact import is_intact

MODEL = Path("models/guide.tar.gz")
STAMP = Path("models/guide.inputs")
SEAL = Path("models/guide.sha256")


class TrainingFailed(Exception):
    """Rasa did not produce a model; the message says why in a sentence."""


def is_knowledge_stale() -> bool:
    """Whether the knowledge base lacks the content's version, or is not as it was built."""
    return not is_intact(DATABASE) or _version_in_service() != content_version(CONTENT)


def _version_in_service() -> str | None:
    from knowledge.base import KnowledgeBase, KnowledgeUnavailable

    try:
        base = KnowledgeBase(DATABASE)
    except KnowledgeUnavailable:
        return None
    base.close()
    return base.version


def inputs_digest() -> str:
    """Changes with what training rests on: data, configuration, code, and what it reads of the knowledge base.

    The text of answers is not learnt from, so editing one asks for no training (``understanding/inputs.py``).

    Raises:
        KnowledgeUnavailable: there is no knowledge base that could be read.
    """
    from knowledge.base import KnowledgeBase
    from understanding import inputs

    digest = hashlib.sha256()
    files = [Path("config.yml"), Path("domain.yml"), Path("requirements.lock")]
    files += sorted(Path("data").rglob("*.yml")) + sorted(Path("bot/nlu").glob("*.py"))
    for file in files:
        digest.update(file.as_posix().encode() + b"\0" + file.read_bytes())
    base = KnowledgeBase(DATABASE)
    digest.update(inputs.fingerprint(base).encode())
    base.close()
    return digest.hexdigest()


def is_trained() -> bool:
    """Whether the model matches what it would be trained from now."""
    return MODEL.exists() and STAMP.exists() and STAMP.read_text() == inputs_digest()


def is_sealed() -> bool:
    """Whether the model is, byte for byte, what training wrote: loading it runs classes that it names."""
    return MODEL.exists() and SEAL.exists() and SEAL.read_text().strip() == _digest_of(MODEL)


def seal() -> None:
    """Remember the model as it is."""
    SEAL.write_text(f"{_digest_of(MODEL)}\n")


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def train() -> Path:
    """Train anew; returns the model's path.

    Raises:
        TrainingFailed: Rasa reported an error.
    """
    from rasa.api import train as rasa_train

    from bot.runtime import mute_warnings

    mute_warnings()
    MODEL.parent.mkdir(exist_ok=True)
    learnt_from = inputs_digest()  # what is edited meanwhile asks for another training
    try:
        result = rasa_train(
            domain="domain.yml",
            config="config.yml",
            training_files="data",
            output=str(MODEL.parent),
            fixed_model_name=MODEL.name.removesuffix(".tar.gz"),
            force_training=True,
        )
    except (Exception, SystemExit) as error:  # Rasa ends the process for some of what it finds wrong
        traceback.print_exc()
        raise TrainingFailed(f"Training failed: {_first_line(error)}") from error
    if not result.model:
        raise TrainingFailed("Training failed: Rasa produced no model.")
    seal()
    STAMP.write_text(learnt_from)
    return MODEL


def _first_line(error: BaseException) -> str:
    if isinstance(error, SystemExit):
        return "the training data cannot be used."
    return f"{str(error).strip().partition(chr(10))[0].rstrip('.') or type(error).__name__}."

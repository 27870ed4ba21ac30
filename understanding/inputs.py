"""What learning reads: the code, the labelled messages, and all of the knowledge base that shapes what is learnt."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from knowledge.base import MODELS, KnowledgeBase
from knowledge.learned import learned_of
from understanding.labelled import taught_by

PROJECT = Path(__file__).parents[1]
SEARCH = ("knowledge/base.py", "knowledge/build.py")  # how many words a message shares with an entry is learnt from


def read_of(base: KnowledgeBase) -> Iterator[list[Any]]:
    """Everything of a base that learning reads, entry by entry."""
    for kind in MODELS:
        for entry_id in base.ids(kind):
            entry = base.entry(entry_id)
            assert entry is not None  # listed by the base
            yield [entry_id, *learned_of(kind, json.loads(entry.json()))]


def files_read() -> list[Path]:
    """The files that learning is made of: code, weights and the labelled messages it learns from."""
    code = sorted((PROJECT / "understanding").rglob("*.py"))
    weights = sorted((PROJECT / "understanding/learning/weights").iterdir())
    return [*code, *(PROJECT / name for name in SEARCH), *weights, *taught_by()]


def fingerprint(base: KnowledgeBase) -> str:
    """Changes with anything that learning reads."""
    digest = hashlib.sha256()
    for file in files_read():
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    digest.update(json.dumps(list(read_of(base))).encode())
    return digest.hexdigest()

"""What a training that fails says: one sentence, whatever Rasa makes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import rasa.api

from bot import training


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("The pipeline is empty.\nSee the docs."), "Training failed: The pipeline is empty."),
        (SystemExit(1), "Training failed: the training data cannot be used."),
        (MemoryError(), "Training failed: MemoryError."),
    ],
)
def test_a_failure_is_one_sentence(
    error: BaseException, said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fails(**_: Any) -> None:
        raise error

    monkeypatch.setattr(rasa.api, "train", fails)
    monkeypatch.setattr(training, "MODEL", tmp_path / "guide.tar.gz")
    with pytest.raises(training.TrainingFailed) as failed:
        training.train()
    assert str(failed.value) == said

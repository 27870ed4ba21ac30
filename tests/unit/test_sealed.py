"""The model and the knowledge base are used as they were made, or not at all."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from bot import training
from bot.cli import main
from knowledge.base import KnowledgeUnavailable
from knowledge.intact import is_intact
from knowledge.live import LiveBase

if TYPE_CHECKING:
    from conftest import Draft

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Something that was trained from what is here."""
    monkeypatch.chdir(PROJECT)
    for name, file in (("MODEL", "guide.tar.gz"), ("STAMP", "guide.inputs"), ("SEAL", "guide.sha256")):
        monkeypatch.setattr(training, name, tmp_path / file)
    monkeypatch.setattr(training, "inputs_digest", lambda: "as now")
    (tmp_path / "guide.tar.gz").write_bytes(b"what training wrote")
    (tmp_path / "guide.inputs").write_text("as now")
    return tmp_path / "guide.tar.gz"


@pytest.mark.parametrize("command", [("serve",), ("shell",), ("ask", "hello"), ("explain", "hello")])
def test_a_model_that_training_did_not_write_is_not_loaded(command: tuple[str, ...], model: Path) -> None:
    told = "The trained model is not the file that training wrote: run `make train`.\n"
    assert CliRunner().invoke(main, command).stderr == told  # never sealed
    training.seal()
    assert training.is_sealed()
    model.write_bytes(b"what training wrote, and something else")
    assert CliRunner().invoke(main, command).stderr == told


def test_a_model_that_was_altered_is_trained_anew(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trained: list[bool] = []

    def train() -> Path:
        trained.append(True)
        return model

    monkeypatch.setattr(training, "train", train)
    monkeypatch.setattr(training, "is_knowledge_stale", lambda: False)
    training.seal()
    monkeypatch.setenv("GUIDE_STATE", str(model.parent))
    assert "Nothing changed" in CliRunner().invoke(main, ["train"]).stdout
    model.write_bytes(b"another")
    CliRunner().invoke(main, ["train"])
    assert trained == [True]


@pytest.fixture
def base(published: Draft) -> Path:
    """A knowledge base of its own."""
    return published.database


@pytest.mark.parametrize(
    "change",
    [
        "update entry set body = replace(body, 'pays', 'never pays') where rowid = 1",
        "update cell set verdict = 'yes' where verdict = 'no'",
        "delete from source where rowid = 1",
        "update meta set value = 'forged' where key = 'digest'",
        "delete from meta where key = 'digest'",
        "drop table review",
    ],
)
def test_a_knowledge_base_that_was_edited_by_hand_is_not_answered_from(base: Path, change: str) -> None:
    assert is_intact(base)
    with sqlite3.connect(base) as database:
        assert database.execute(change).rowcount != 0
    assert not is_intact(base)
    with pytest.raises(KnowledgeUnavailable, match="run `guide knowledge build`"):
        LiveBase(base)()


def test_a_damaged_file_is_no_knowledge_base(base: Path, tmp_path: Path) -> None:
    whole = base.read_bytes()
    base.write_bytes(whole[: len(whole) // 2])
    assert not is_intact(base)
    base.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    assert not is_intact(base)
    assert not is_intact(tmp_path / "none.db")


def test_the_same_content_has_the_same_digest(draft: Draft) -> None:
    digests = []
    for _ in range(2):
        draft.build()
        with sqlite3.connect(draft.database) as database:
            digests.append(database.execute("select value from meta where key = 'digest'").fetchone()[0])
    assert digests[0] == digests[1] and len(digests[0]) == 64

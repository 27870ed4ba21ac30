"""Public intent benchmarks as files: a text a line in `seq.in`, its intent on the same line of `label`."""

from dataclasses import dataclass
from pathlib import Path

from bench.processes import BenchError

# Which splits each set is made of; the last of CLINC150 belongs to none of its intents.
SPLITS = {
    "BANKING77": ("train_10", "test"),
    "CLINC150": ("train_10", "test", "oos_test"),
}
OUT_OF_SCOPE_SPLIT = "oos_test"
FILES = ("seq.in", "label")

WANTED = "\n".join(
    [
        "Public benchmarks are not part of this project. Put them into one folder:",
        *(f"  {name}/{split}/{{{','.join(FILES)}}}" for name, splits in SPLITS.items() for split in splits),
        "BANKING77 is PolyAI's (CC BY 4.0), CLINC150 by Larson et al. 2019 (CC BY 3.0), both as split in",
        "https://github.com/jianguoz/Few-Shot-Intent-Detection under Datasets; `oos_test` is oos/test there.",
        "Then: make bench-nlu DATA=that/folder",
    ]
)


class DataMissing(BenchError):
    """There is nothing to measure with; the message says what to put where."""


@dataclass(frozen=True)
class Split:
    """Texts and their intents, line by line."""

    texts: list[str]
    labels: list[str]


@dataclass(frozen=True)
class Benchmark:
    """One public set."""

    name: str
    train: Split
    test: Split
    out_of_scope: Split | None


def read_benchmarks(folder: Path) -> list[Benchmark]:
    """Every public set that `folder` holds, whole.

    Raises:
        DataMissing: the folder is not there, holds no set, or lacks a file of one.
    """
    if not folder.is_dir():
        raise DataMissing(f"{folder} is not a folder.\n\n{WANTED}")
    names = [name for name in SPLITS if (folder / name).is_dir()]
    if not names:
        raise DataMissing(f"{folder} holds none of {', '.join(SPLITS)}.\n\n{WANTED}")
    return [_read_benchmark(folder / name) for name in names]


def _read_benchmark(folder: Path) -> Benchmark:
    splits = {split: _read_split(folder / split) for split in SPLITS[folder.name]}
    return Benchmark(folder.name, splits["train_10"], splits["test"], splits.get(OUT_OF_SCOPE_SPLIT))


def _read_split(folder: Path) -> Split:
    texts, labels = (_lines(folder / name) for name in FILES)
    if len(texts) != len(labels):
        raise DataMissing(f"{folder} has {len(texts)} texts but {len(labels)} labels: fetch it again.")
    if not texts:
        raise DataMissing(f"{folder} has no texts: fetch it again.")
    return Split(texts, labels)


def _lines(file: Path) -> list[str]:
    if not file.is_file():
        raise DataMissing(f"{file} is missing.\n\n{WANTED}")
    # Not splitlines(): a text may hold one of the rarer line separators of Unicode.
    text = file.read_text(encoding="utf-8").removesuffix("\n")
    return [line.strip() for line in text.split("\n")] if text else []

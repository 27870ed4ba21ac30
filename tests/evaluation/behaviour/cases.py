"""Behavioural cases in the manner of CheckList (Ribeiro et al. 2020), made from the files in ``capabilities``.

A capability is tested in one of three ways. Minimum functionality (MFT): a question, and what its answer must be.
Invariance (INV): a seed question written otherwise, whose answer must stay. Direction (DIR): a question that is given
another meaning, and what becomes of its answer. The same files always give the same cases.
"""

from __future__ import annotations

import dataclasses
import itertools
import random
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "capabilities"
SEEDS = "seed_questions"  # the capability whose questions the invariance tests write otherwise
UNCHANGED = ("intent", "entry", "policy", "told")  # what invariance means; being right is well too
LONG_WORD = 7  # letters a word must have for a typo in it to leave no doubt what was meant


class Kind(StrEnum):
    """The three kinds of behavioural test."""

    MFT = "MFT"
    INV = "INV"
    DIR = "DIR"


@dataclass(frozen=True)
class Expected:
    """What an answer must be; what is empty is not judged.

    Of the first seven any value will do, and "none" stands for the absence of one. ``policies`` and ``says`` must all
    be there, ``silent_on`` must not, and ``as_before`` names what must be as in the answer to the question changed.
    Where the guide may leave out its yes or no, ``told`` takes the place of ``verdict``: the same must then be told in
    words, "cyber liability pays for a ransomware attack".
    """

    status: tuple[str, ...] = ()
    intent: tuple[str, ...] = ()
    verdict: tuple[str, ...] = ()  # the yes or no that was said
    told: tuple[str, ...] = ()  # the same, or what the answer's own words decide where it was left out
    policy: tuple[str, ...] = ()  # the first policy of the answer
    exposure: tuple[str, ...] = ()
    entry: tuple[str, ...] = ()  # the first entry of the answer
    policies: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    silent_on: tuple[str, ...] = ()
    as_before: tuple[str, ...] = ()

    @classmethod
    def read(cls, wanted: Mapping[str, str | Sequence[str]], row: Mapping[str, str]) -> Expected:
        """An expectation of a file, with the row's values filled in; "a|b" accepts either.

        Raises:
            ValueError: an expectation has a field that is not known.
        """
        if unknown := set(wanted) - {field.name for field in dataclasses.fields(cls)}:
            raise ValueError(f"no such expectation: {', '.join(sorted(unknown))}")
        return cls(**{name: tuple(_values(value, row)) for name, value in wanted.items()})


@dataclass(frozen=True)
class Case:
    """One question, and what its answer must be: any one of ``expected``, whole."""

    capability: str
    kind: Kind
    text: str
    expected: tuple[Expected, ...]
    before: str | None = None  # the question that was changed into this one

    @property
    def compared(self) -> str | None:
        """The question whose answer is needed to judge this one."""
        return self.before if any(each.as_before for each in self.expected) else None


@dataclass(frozen=True)
class Capability:
    """A thing the guide must be able to do, as a file describes it.

    Attributes:
        floor: the share of its cases that must hold.
        rows: values for the templates and the expectation.
        ask: templates of a question, or of a question before and after a change; of these every row takes ``take``,
            in turn.
        change: how to write seed questions otherwise, for invariance; here ``take`` is the number of seeds.
    """

    name: str
    kind: Kind
    about: str
    floor: float
    expect: tuple[Mapping[str, Any], ...]
    rows: tuple[Mapping[str, str], ...]
    ask: tuple[str | Mapping[str, str], ...]
    take: int | None
    change: Mapping[str, Any]

    @classmethod
    def read(cls, name: str, raw: Mapping[str, Any]) -> Capability:
        """A capability of a file, whose values are all texts.

        Raises:
            KeyError: a field is missing.
            ValueError: a row has too many values or too few, or a number is none.
        """
        expect = raw.get("expect", [])
        return cls(
            name=name,
            kind=Kind(raw["kind"]),
            about=raw["about"],
            floor=float(raw["floor"]),
            expect=tuple([expect] if isinstance(expect, Mapping) else expect),
            rows=tuple(_rows(raw.get("columns", []), raw.get("rows", [[]]))),
            ask=tuple(raw.get("ask", ())),
            take=int(raw["take"]) if "take" in raw else None,
            change=raw.get("change", {}),
        )

    def cases(self, seeds: Sequence[Case]) -> list[Case]:
        """Its cases; the seeds are for invariance."""
        return list(self._changed(seeds) if self.kind is Kind.INV else self._filled())

    def _filled(self) -> Iterable[Case]:
        number = len(self.ask) if self.take is None else self.take
        turns = itertools.cycle(self.ask)
        for row in self.rows:
            expected = tuple(Expected.read(each, row) for each in self.expect)
            for template in itertools.islice(turns, number):
                before, after = (
                    (template["from"], template["to"]) if isinstance(template, Mapping) else (None, template)
                )
                yield Case(
                    self.name, self.kind, _sentence(after, row), expected, _sentence(before, row) if before else None
                )

    def _changed(self, seeds: Sequence[Case]) -> Iterable[Case]:
        chance = random.Random(self.name)
        write = writer(self.change, chance)
        without = set(self.change.get("without", ()))
        fitting = [seed for seed in seeds if without.isdisjoint(itertools.chain(*(e.intent for e in seed.expected)))]
        changed = [(seed, text) for seed in chance.sample(fitting, len(fitting)) if (text := write(seed.text))]
        for seed, text in changed[: self.take]:
            right = [dataclasses.replace(each, verdict=(), told=each.verdict) for each in seed.expected]
            yield Case(self.name, self.kind, text, (Expected(as_before=UNCHANGED), *right), seed.text)


def load(folder: Path = FOLDER) -> list[Capability]:
    """Every capability, file by file in alphabetical order.

    Raises:
        ValueError: a capability cannot be read; the message says which and why.
    """
    found = []
    for file in sorted(folder.glob("*.yml")):
        # All values stay texts, so that a bare yes is a verdict and no truth value.
        for name, raw in yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader).items():
            try:
                found.append(Capability.read(name, raw))
            except (KeyError, ValueError) as error:
                raise ValueError(f"{file.name}: {name}: {error!r}") from error
    return found


def generate(capabilities: Sequence[Capability]) -> list[Case]:
    """All cases of these capabilities, each question once in a capability."""
    seeds = next((each.cases([]) for each in capabilities if each.name == SEEDS), [])
    found = [case for each in capabilities for case in each.cases(seeds)]
    return list({(case.capability, case.text, case.before): case for case in found}.values())


def writer(change: Mapping[str, Any], chance: random.Random) -> Callable[[str], str | None]:
    """What writes a question otherwise: ``by`` a function, ``around`` it in turn, or with other ``words``.

    It gives None where the change does not apply.
    """
    if "by" in change:
        return lambda text: _other(text, WAYS[change["by"]](text, chance))
    if "around" in change:
        frames = itertools.cycle(change["around"])
        return lambda text: _framed(next(frames), text)
    words = [(re.compile(rf"(?<!\w){re.escape(old)}(?!\w)"), new) for old, new in change["words"]]
    return lambda text: _other(text, _reworded(text, words))


def misspelt(text: str, chance: random.Random) -> str:
    """With one inner letter of a long word dropped, doubled, or changed with its neighbour."""
    words = [found for found in re.finditer(r"[a-z]+", text, re.IGNORECASE) if len(found[0]) >= LONG_WORD]
    if not words:
        return text
    word = chance.choice(words)
    letters = word[0]
    at = chance.randrange(1, len(letters) - 2)
    pair = letters[at : at + 2]
    edits = [pair[0], pair[0] + pair, pair[::-1]]
    return text[: word.start() + at] + chance.choice(edits) + text[word.start() + at + 2 :]


def spaced(text: str, chance: random.Random) -> str:
    """With wider gaps, line breaks and blank ends."""
    gaps = [" ", "  ", "   ", "\n", " \n"]
    return f" {''.join(word if not word.isspace() else chance.choice(gaps) for word in re.split(r'( )', text))}\n"


def unpunctuated(text: str, chance: random.Random) -> str:
    """Without a mark that a hurried writer would leave out."""
    return re.sub(r"[.,;:?!'’]", "", text)


WAYS: Mapping[str, Callable[[str, random.Random], str]] = {
    "upper": lambda text, chance: text.upper(),
    "lower": lambda text, chance: text.lower(),
    "misspelt": misspelt,
    "spaced": spaced,
    "unpunctuated": unpunctuated,
}


def _rows(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterable[dict[str, str]]:
    """Rows by column; a value that is a list makes a row of each of its own."""
    for row in rows:
        for values in itertools.product(*([value] if isinstance(value, str) else value for value in row)):
            yield dict(zip(columns, values, strict=True))


def _values(wanted: str | Sequence[str], row: Mapping[str, str]) -> Iterable[str]:
    if isinstance(wanted, str):
        return [value for value in wanted.format_map(row).split("|") if value]
    return [value.format_map(row) for value in wanted]


def _sentence(template: str, row: Mapping[str, str]) -> str:
    text = template.format_map(row)
    return text[:1].upper() + text[1:] if template.startswith("{") else text


def _framed(frame: str, text: str) -> str:
    first, _, rest = text.partition(" ")
    uncapped = text if first == "I" or first[1:2].isupper() else text[0].lower() + text[1:]
    return frame.format(seed=text, uncapped=uncapped, first=first, rest=rest)


def _reworded(text: str, words: Iterable[tuple[re.Pattern[str], str]]) -> str:
    """With the first of the words that it has put otherwise, capital kept at the beginning."""
    for old, new in words:
        if found := old.search(text):
            placed = new[:1].upper() + new[1:] if found.start() == 0 else new
            return text[: found.start()] + placed + text[found.end() :]
    return text


def _other(text: str, changed: str) -> str | None:
    return changed if changed != text else None

"""Entity linking on its own: which names of the knowledge base are found in labelled sentences, and which wrongly.

A sentence is judged by the set of its (entity, value) pairs, so a thing named twice counts once, and the place in
the text does not count. Everything but `linker` and the command is pure.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from bench.parts import parts_of
from bench.processes import BenchError
from bench.sides import PROJECT

SENTENCES = PROJECT / "tests" / "evaluation" / "linking.jsonl"
MODEL = PROJECT / "models" / "guide.tar.gz"
# What can be linked. The linker's "unknown_policy" is left out: it says that there is nothing to link to.
ENTITIES = ("policy", "term", "exposure", "industry", "topic", "outside", "state")

Pair = tuple[str, str]  # entity and value: ("policy", "epli")
Find = Callable[[str], frozenset[Pair]]


@dataclass(frozen=True)
class Mention:
    """Words of a sentence that a careful reader links to an entry of the knowledge base, or to a US state."""

    words: str
    entity: str
    value: str
    misspelt: bool = False
    abbreviation: bool = False

    @property
    def pair(self) -> Pair:
        """What the linker has to find for it."""
        return self.entity, self.value

    @classmethod
    def read(cls, line: Mapping[str, Any]) -> "Mention":
        """A mention as the labelled file has it.

        Raises:
            ValueError: a field is missing, or the entity is none that can be linked.
        """
        try:
            mention = cls(
                words=str(line["mention"]),
                entity=str(line["entity"]),
                value=str(line["value"]),
                misspelt=bool(line.get("misspelt")),
                abbreviation=bool(line.get("abbreviation")),
            )
        except KeyError as error:
            raise ValueError(f"a mention has no {error}: {dict(line)}") from error
        if mention.entity not in ENTITIES:
            raise ValueError(f"{mention.entity!r} is none of {', '.join(ENTITIES)}")
        return mention


@dataclass(frozen=True)
class Sentence:
    """A visitor's sentence and everything named in it; often nothing is."""

    text: str
    mentions: tuple[Mention, ...]

    @property
    def pairs(self) -> frozenset[Pair]:
        """What a perfect linker finds."""
        return frozenset(mention.pair for mention in self.mentions)

    @classmethod
    def read(cls, line: Mapping[str, Any]) -> "Sentence":
        """A line of the labelled file.

        Raises:
            ValueError: a field is missing, or the words of a mention do not stand in the text.
        """
        if "text" not in line or "mentions" not in line:
            raise ValueError(f"a sentence needs text and mentions: {dict(line)}")
        sentence = cls(str(line["text"]), tuple(Mention.read(each) for each in line["mentions"]))
        absent = [mention.words for mention in sentence.mentions if mention.words not in sentence.text]
        if absent:
            raise ValueError(f"{absent} not in {sentence.text!r}")
        return sentence


@dataclass(frozen=True)
class Linked:
    """A labelled sentence and the pairs found in it."""

    sentence: Sentence
    found: frozenset[Pair]

    @property
    def missed(self) -> list[Mention]:
        """Mentions whose pair was not found, in the order of the sentence."""
        return [mention for mention in self.sentence.mentions if mention.pair not in self.found]

    @property
    def wrong(self) -> list[Pair]:
        """Pairs found that nothing in the sentence means, sorted."""
        return sorted(self.found - self.sentence.pairs)


@dataclass(frozen=True)
class Tally:
    """Pairs counted: found and meant, meant and not found, found and not meant."""

    right: int
    missed: int
    wrong: int

    @property
    def precision(self) -> float:
        """Share of what was found that was meant; 1 where nothing was found."""
        return _share(self.right, self.right + self.wrong)

    @property
    def recall(self) -> float:
        """Share of what was meant that was found; 1 where nothing was meant."""
        return _share(self.right, self.right + self.missed)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return _share(2 * self.right, 2 * self.right + self.missed + self.wrong)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def overall(linked: Iterable[Linked]) -> Tally:
    """All pairs of all sentences."""
    return _tally((each.sentence.pairs, each.found) for each in linked)


def by_entity(linked: Sequence[Linked]) -> dict[str, Tally]:
    """The pairs of one entity at a time, for every entity that was meant or found."""
    named = {entity for each in linked for entity, _ in each.sentence.pairs | each.found}
    return {
        entity: _tally((_of(entity, each.sentence.pairs), _of(entity, each.found)) for each in linked)
        for entity in ENTITIES
        if entity in named
    }


def of_mentions(linked: Iterable[Linked], counts: Callable[[Mention], bool]) -> Tally:
    """Only the mentions that count, such as misspelt ones.

    A wrong pair counts if it was found in a sentence that has such a mention, whatever word it came from; the
    other mentions of the sentence count neither way.
    """
    pairs = []
    for each in linked:
        meant = frozenset(mention.pair for mention in each.sentence.mentions if counts(mention))
        if meant:
            pairs.append((meant, each.found - (each.sentence.pairs - meant)))
    return _tally(pairs)


def misspelt(linked: Iterable[Linked]) -> Tally:
    """Mentions typed with one or two wrong letters, or joined or split."""
    return of_mentions(linked, lambda mention: mention.misspelt)


def abbreviated(linked: Iterable[Linked]) -> Tally:
    """Mentions of initials, such as "GL" and "E&O", and of a state's two letters."""
    return of_mentions(linked, lambda mention: mention.abbreviation)


def without_mention(linked: Iterable[Linked]) -> Tally:
    """Sentences that name nothing: everything found in them is wrong."""
    return overall(each for each in linked if not each.sentence.mentions)


def _of(entity: str, pairs: Iterable[Pair]) -> frozenset[Pair]:
    return frozenset(pair for pair in pairs if pair[0] == entity)


def _tally(sides: Iterable[tuple[frozenset[Pair], frozenset[Pair]]]) -> Tally:
    right = missed = wrong = 0
    for meant, found in sides:
        right += len(meant & found)
        missed += len(meant - found)
        wrong += len(found - meant)
    return Tally(right, missed, wrong)


def table(linked: Sequence[Linked]) -> str:
    """Counts and shares: overall, by entity, and for the mentions that are hard."""
    rows = {
        "all": overall(linked),
        **by_entity(linked),
        "misspelt": misspelt(linked),
        "abbreviated": abbreviated(linked),
        "no mention": without_mention(linked),
    }
    lines = [["", "right", "missed", "wrong", "precision", "recall", "F1"]] + [
        [
            name,
            *(str(count) for count in (tally.right, tally.missed, tally.wrong)),
            *(f"{share:.3f}" for share in (tally.precision, tally.recall, tally.f1)),
        ]
        for name, tally in rows.items()
    ]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )


def told(linked: Iterable[Linked]) -> str:
    """A line for every mention that was missed and every pair that was wrong."""
    lines = []
    for each in linked:
        lines += [
            f"missed {mention.entity}:{mention.value} {mention.words!r} in {each.sentence.text!r}"
            for mention in each.missed
        ]
        lines += [f"wrong {entity}:{value} in {each.sentence.text!r}" for entity, value in each.wrong]
    return "\n".join(lines)


def linkable(entities: Iterable[Mapping[str, Any]]) -> frozenset[Pair]:
    """The pairs among the entities that a component left on a message."""
    return frozenset((str(e["entity"]), str(e["value"])) for e in entities if e["entity"] in ENTITIES)


def read_sentences(file: Path) -> list[Sentence]:
    """The labelled sentences, in the order of the file.

    Raises:
        BenchError: the file or a line of it cannot be read.
    """
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
        return [Sentence.read(json.loads(line)) for line in lines if line.strip()]
    except (OSError, ValueError) as error:
        raise BenchError(f"{file}: {error}") from error


def linker(model: Path) -> Find:
    """What the linker of a trained guide finds in a text, without the rest of the pipeline.

    Raises:
        BenchError: there is no model, or it has no linker.
    """
    (component,) = parts_of(model, "TermLinker")
    from rasa.shared.nlu.constants import ENTITIES as FOUND
    from rasa.shared.nlu.constants import TEXT
    from rasa.shared.nlu.training_data.message import Message

    def find(text: str) -> frozenset[Pair]:
        (message,) = component.process([Message({TEXT: text})])
        return linkable(message.get(FOUND, []))

    return find


def link(sentences: Collection[Sentence], find: Find) -> list[Linked]:
    """Every sentence with what is found in its text."""
    return [Linked(sentence, find(sentence.text)) for sentence in sentences]


@click.command(epilog="Example: .venv/bin/python -m bench.linking --sentences tests/evaluation/linking.jsonl")
@click.option(
    "--sentences",
    type=click.Path(path_type=Path, dir_okay=False),
    default=SENTENCES,
    help="Labelled sentences, a JSON object a line.  [default: tests/evaluation/linking.jsonl]",
)
@click.option(
    "--model",
    type=click.Path(path_type=Path, dir_okay=False),
    default=MODEL,
    help="The trained guide whose linker is measured.  [default: models/guide.tar.gz]",
)
def main(sentences: Path, model: Path) -> None:
    """Measure how well names of policies, terms and the like are found in visitors' sentences.

    Prints a table (precision, recall, F1) and then every mention missed and every pair found wrongly. Rows
    "misspelt" and "abbreviated" count those mentions only, and "no mention" the sentences that name nothing.
    """
    from bot.runtime import hush, quiet

    quiet()
    hush()
    try:
        linked = link(read_sentences(sentences), linker(model))
    except BenchError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{len(linked)} sentences, {sum(len(each.sentence.mentions) for each in linked)} mentions")
    click.echo(f"{table(linked)}\n\n{told(linked) or 'nothing missed, nothing wrong'}")


if __name__ == "__main__":
    main()

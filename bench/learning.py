"""What learning rests on: how much more labelled messages bring, and what each feature and source of data earns."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bench.intervals import bootstrap
from bench.labelled import LOOKED_AT, among, evenly, first_right
from bench.tables import columns
from knowledge.base import KnowledgeBase
from understanding.features import FEATURES, GROUPS
from understanding.fit import Listed, Taught, fit, lessons, listed
from understanding.labelled import Labelled, read_labelled, read_taught, taught_by
from understanding.learning.encoder import shared_encoder
from understanding.linking import Linker
from understanding.names import trade_names
from understanding.reader import Reader, Recall

SHARES = (0.25, 0.5, 0.75, 1.0)
KEPT_BACK, MADE = "phrases kept back", "follow-ups made of examples"
Places = list[int | None]  # of the first right candidate of each message, from 0


@dataclass(frozen=True)
class Learnt:
    """One training: what it learnt from, and how it reads the test messages.

    Attributes:
        learning: what the messages learnt from are compared with; the held-back ones are left out of it.
        whole: what the test messages are compared with.
        lists: the messages learnt from, with their candidates.
        tests: the test messages that something answers, with theirs.
    """

    learning: Recall
    whole: Recall
    lists: list[Listed]
    tests: list[Listed]

    def places(self, lists: Sequence[Listed] | None = None, tests: Sequence[Listed] | None = None) -> Places:
        """Where the right answers stand once ranker and calibration are fitted; to other lists where given."""
        _, ranker, chances = fit(self.learning, self.lists if lists is None else lists)
        reader = Reader(self.whole, ranker, chances)
        return [_place(reader, each) for each in (self.tests if tests is None else tests)]


def _place(reader: Reader, each: Listed) -> int | None:
    _, ranked = reader.ranked(each.signs, each.names, each.fused, each.features)
    return first_right([each.labelled.answered_by(reader.recall.targets[name]) for name, _ in ranked])


class School:
    """The material of a training, read once.

    Args:
        tests: labelled messages that nothing is learnt from.
        sample: learns from so many labelled messages alone.
    """

    def __init__(self, tests: Sequence[Labelled], sample: int | None = None) -> None:
        from bot.nlu.importer import KnowledgeImporter

        self.base = KnowledgeBase()
        found = KnowledgeImporter("config.yml", "domain.yml", "data").get_nlu_data().intent_examples
        self._examples = [(str(e.get("intent")), str(e.get("text"))) for e in found if e.get("text")]
        self._linker = Linker(trade_names(self.base, [text for _, text in self._examples]))
        self._tests = list(tests)
        everything = read_taught()
        self.messages = evenly([everything[i] for i in np.random.default_rng(7).permutation(len(everything))], sample)
        self._labelled = {each.text for each in everything}

    def learn(self, share: float = 1.0) -> Learnt:
        """A training on a share of the labelled messages, as `guide train` does it."""
        messages = self.messages[: round(share * len(self.messages))]
        left_out = self._labelled - {each.text for each in messages}
        examples = [pair for pair in self._examples if pair[1] not in left_out]
        encoder = shared_encoder()
        taught = Taught(self.base, self._linker, encoder, examples, messages)
        learning, lists = lessons(taught, encoder, messages)
        classifier, whole = taught.classifier(frozenset()), taught.recall()
        answered = [m for m in self._tests if m.outside(whole.targets) is False and set(m.answers) & set(whole.targets)]
        tests = listed(
            whole,
            lambda _, normal, meaning: dict(classifier.guess(normal, meaning).ranking),
            self._linker.read,
            encoder,
            answered,
        )
        return Learnt(learning, whole, lists, tests)


def curve(
    school: School, say: Callable[[str], None], shares: Sequence[float] = SHARES
) -> tuple[dict[int, Places], Learnt]:
    """The places of the right answers by the number of labelled messages learnt from; and the last training."""
    found: dict[int, Places] = {}
    for share in shares:
        learnt = school.learn(share)
        count = round(share * len(school.messages))
        say(f"learnt from {count} labelled messages")
        found[count] = learnt.places()
    return found, learnt


def left_out(learnt: Learnt, say: Callable[[str], None]) -> dict[str, Places]:
    """The places once each group of features, then each source of data, is left out and the ranker fitted anew."""
    found: dict[str, Places] = {}
    for name, features in GROUPS.items():
        say(f"without {name} …")
        found[f"features: {name}"] = learnt.places(_blank(learnt.lists, features), _blank(learnt.tests, features))
    for name, kept in _without_each_source(learnt.lists):
        say(f"without {name} …")
        found[f"data: {name}"] = learnt.places(kept)
    return found


def _blank(lists: Sequence[Listed], features: Sequence[str]) -> list[Listed]:
    """The same with some features that say nothing."""
    which = [FEATURES.index(name) for name in features]
    found = []
    for each in lists:
        changed = each.features.copy()
        changed[:, which] = 0.0
        found.append(replace(each, features=changed))
    return found


def _without_each_source(lists: Sequence[Listed]) -> Iterator[tuple[str, list[Listed]]]:
    of = {message.id: file.stem for file in taught_by() for message in read_labelled(files=[file.stem])}
    made = {True: MADE, False: KEPT_BACK}
    sources = [of.get(each.labelled.id) or made[each.labelled.id.startswith("held-f")] for each in lists]
    for name in sorted(set(sources)):
        kept = [each for each, source in zip(lists, sources, strict=True) if source != name]
        yield f"{name} ({len(lists) - len(kept)})", kept


def figures(by_count: dict[int, Places], without: dict[str, Places], whole: Places) -> dict[str, Any]:
    """Recall by messages learnt from; and what each thing left out had earned: points of the first, with interval."""
    return {
        "curve": {str(count): [among(places, most) for most in LOOKED_AT] for count, places in by_count.items()},
        "earns": {name: _earned(whole, places) for name, places in without.items()},
    }


def text(found: dict[str, Any]) -> str:
    """The figures as a person reads them; intervals of 95 % in brackets."""
    rows = [["labelled messages learnt from", *(f"first {most}" for most in LOOKED_AT)]]
    rows += [[count, *map(str, shares)] for count, shares in found["curve"].items()]
    lines = [columns(rows)]
    if found["earns"]:
        earns = [["left out", "earns in the first, points", "interval"]]
        ordered = sorted(found["earns"].items(), key=lambda pair: -pair[1][0])
        earns += [[name, f"{points:+.1f}", f"{low:+.1f} to {high:+.1f}"] for name, (points, low, high) in ordered]
        lines += ["", columns(earns)]
    return "\n".join(lines)


def _earned(whole: Places, without: Places) -> tuple[float, float, float]:
    """Points of messages with a right answer first that are lost, and their 95 % interval over the same messages."""
    lost = [100.0 * ((with_it == 0) - (less == 0)) for with_it, less in zip(whole, without, strict=True)]
    return _mean(lost), *bootstrap(lost, _mean)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)

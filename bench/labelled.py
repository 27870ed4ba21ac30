"""The labelled test part through the trained pipeline: what is found, how sure, how fast, and which yes or no is false.

A message is read whole: that several questions are answered one by one is measured by the dialogues.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench.confidence import Bin, expected_calibration_error, reliability
from bench.figures import percentile
from bench.intervals import Share, bootstrap
from bench.parts import parts_of
from bench.tables import columns
from understanding.labelled import HELD_BACK, QUESTIONS, Labelled, read_labelled
from understanding.question import Question
from understanding.reader import Reading, Recall
from understanding.targets import OUTSIDE

PROGRESS_EVERY = 200
BINS = 10
SURE = 0.9
LOOKED_AT = (1, 3, 5)
ANY_TRADE = {"none", "general", "unknown"}  # labels of messages that tell no trade


@dataclass(frozen=True)
class Read:
    """A labelled message as it was read.

    Attributes:
        kinds: groups of messages it belongs to.
        outside: whether it is none of the guide's business; None where either way is right.
        answerable: something the guide can say answers it.
        place: of the first right one among the candidates, from 0; None where there is none.
        refused: it was said to be none of the guide's business.
        chance: of the answer given; None where none was.
        right: that answer is one of the labelled ones.
        false_verdict: the yes or no said is not that of any right answer; None where none was said.
        fresh_ms, ms: milliseconds of the whole pipeline, where the answers' vectors are yet to be made, and later.
    """

    kinds: tuple[str, ...]
    outside: bool | None
    answerable: bool
    place: int | None
    refused: bool
    chance: float | None = None
    right: bool = False
    false_verdict: bool | None = None
    fresh_ms: float = 0.0
    ms: float = 0.0


def kinds_of(message: Labelled, unknown_trade: bool) -> tuple[str, ...]:
    """The groups that a message is counted in."""
    holds = {
        "alone": not message.before,
        "in a conversation": bool(message.before),
        "several questions": message.kind == "several",
        "live losses": message.live,
        "trades not in the content": unknown_trade,
    }
    return tuple(name for name, it_is in holds.items() if it_is)


def judge(message: Labelled, reading: Reading, question: Question, recall: Recall, unknown_trade: bool) -> Read:
    """How a message was read, against its labels."""
    targets, outside = recall.targets, message.outside(recall.targets)
    known = [name for name in message.answers if name in targets]
    target = targets.get(question.target)
    refused = question.target == OUTSIDE
    given = target is not None and not refused
    right = target is not None and message.answered_by(target)
    said = recall.verdict(question.target, question.policies) if given and question.certain else None
    told = {recall.verdict(name, question.policies) for name in known}
    return Read(
        kinds_of(message, unknown_trade),
        outside,
        bool(known) and outside is False,
        first_right([message.answered_by(targets[name]) for name, _ in reading.ranked]),
        refused,
        question.chance if given else None,
        given and right,
        None if said not in ("yes", "no") else not right and said not in told,
    )


def first_right(right: Sequence[bool]) -> int | None:
    """The place of the first right one, from 0."""
    return next((place for place, is_right in enumerate(right) if is_right), None)


def unseen(sample: int | None = None) -> list[Labelled]:
    """The labelled messages that nothing is learnt from; so many of them, evenly drawn, where a number is given."""
    files = [file.stem for file in QUESTIONS.glob(f"{HELD_BACK}*.jsonl")]
    return evenly([each for each in read_labelled(files=files) if each.answers], sample)


def evenly(messages: list[Labelled], sample: int | None) -> list[Labelled]:
    """So many of the messages, from all over; all where none is given."""
    return messages[:: max(1, len(messages) // sample)][:sample] if sample else messages


def measure(model: Path, messages: Sequence[Labelled], say: Callable[[str], None]) -> list[Read]:
    """Every message through the pipeline's parts on one core."""
    from rasa.shared.nlu.constants import TEXT
    from rasa.shared.nlu.training_data.message import Message

    parts = parts_of(model)
    meaning, linker = parts[-1], parts[0]

    def process(text: str, frame: dict[str, Any] | None) -> tuple[Any, float]:
        message = Message({TEXT: text, "metadata": {"frame": frame}})
        started = time.perf_counter()
        for part in parts:
            part.process([message])
        return message, 1000 * (time.perf_counter() - started)

    def is_unknown(trade: str) -> bool:
        found = Message({TEXT: trade})
        linker.process([found])
        named = any(each["entity"] == "industry" for each in found.get("entities", []))
        return bool(trade) and trade.lower() not in ANY_TRADE and not named

    recall = meaning.reader.recall
    told = [each.frame(recall.targets) for each in messages]
    frames = [each.as_slot() if each else None for each in told]
    found = []
    with one_core():
        process("Does general liability pay for a broken window?", None)  # the first message opens what is lazy
        for number, (each, frame) in enumerate(zip(messages, frames, strict=True), 1):
            message, ms = process(each.text, frame)
            reading = meaning.read(message)
            decided = meaning.decide(reading)
            judged = judge(each, reading, decided, recall, is_unknown(each.trade))
            found.append(replace(judged, fresh_ms=ms))
            if number % PROGRESS_EVERY == 0:
                say(f"  {number}/{len(messages)}")
        times = [process(each.text, frame)[1] for each, frame in zip(messages, frames, strict=True)]
    return [replace(each, ms=ms) for each, ms in zip(found, times, strict=True)]


@contextmanager
def one_core() -> Iterator[None]:
    """This process on a single core, with a single thread for every calculation, where the system allows it."""
    from threadpoolctl import threadpool_limits

    allowed = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
    with threadpool_limits(1):
        if allowed:
            os.sched_setaffinity(0, {min(allowed)})
        try:
            yield
        finally:
            if allowed:
                os.sched_setaffinity(0, allowed)


def among(places: Sequence[int | None], most: int) -> Share:
    """The share of messages with a right answer among the first so many."""
    return Share(sum(place is not None and place < most for place in places), len(places))


def recalls(read: Sequence[Read]) -> list[Share]:
    """Of the messages that something answers: a right one among the first 1, 3, 5, and among all candidates."""
    places = [each.place for each in read if each.answerable]
    firsts = [among(places, most) for most in LOOKED_AT]
    return [*firsts, Share(sum(place is not None for place in places), len(places))]


def calibration(read: Sequence[Read]) -> tuple[list[Bin], float]:
    """Bins of the chances of the answers given, and their expected calibration error."""
    pairs = _given(read)
    return reliability(*_apart(pairs), BINS), _error(pairs)


def figures(read: Sequence[Read]) -> dict[str, Any]:
    """All figures as plain data."""
    kinds = dict.fromkeys(kind for each in read for kind in each.kinds)
    of_kind = {"all": list(read), **{kind: [each for each in read if kind in each.kinds] for kind in kinds}}
    given = _given(read)
    bins: list[Bin] = []
    error, interval = 0.0, (0.0, 0.0)
    if given:
        bins, error = calibration(read)
        interval = bootstrap(given, _error)
    sure = [right for chance, right in given if chance >= SURE]
    said = [each.false_verdict for each in read if each.false_verdict is not None]
    outside = [each.refused for each in read if each.outside]
    inside = [each.refused for each in read if each.outside is False]
    times = [each.ms for each in read]
    return {
        "messages": len(read),
        "recall": {kind: recalls(some) for kind, some in of_kind.items()},
        "outside_refused": Share(sum(outside), len(outside)),
        "inside_refused": Share(sum(inside), len(inside)),
        "given_right": Share(sum(right for _, right in given), len(given)),
        "sure_right": Share(sum(sure), len(sure)),
        "bins": bins,
        "calibration_error": error,
        "calibration_interval": interval,
        "false_verdicts": Share(sum(said), len(said)),
        "fresh_median_ms": percentile([each.fresh_ms for each in read], 50),
        "median_ms": percentile(times, 50),
        "p95_ms": percentile(times, 95),
    }


def text(found: dict[str, Any]) -> str:
    """The figures as a person reads them; intervals of 95 % in brackets."""
    rows = [["", "messages", *(f"first {most}" for most in LOOKED_AT), "candidates"]]
    rows += [[kind, str(each[0].total), *map(str, each)] for kind, each in found["recall"].items()]
    low, high = found["calibration_interval"]
    bins = [["chance of the answer", "answers", "chance", "right"]]
    for each in found["bins"]:
        floor = int(each.confidence * BINS) / BINS
        bins.append([f"{floor:.1f} and more", str(each.count), f"{each.confidence:.2f}", f"{each.accuracy:.2f}"])
    return "\n".join(
        [
            f"{found['messages']} labelled messages that nothing was learnt from; a right answer is among the",
            columns(rows),
            "",
            f"outside the business, refused: {found['outside_refused']} of {found['outside_refused'].total}",
            f"inside it, refused: {found['inside_refused']} of {found['inside_refused'].total}",
            f"answers given, right: {found['given_right']} of {found['given_right'].total}",
            f"given with {SURE} and more, right: {found['sure_right']} of {found['sure_right'].total}",
            f"yes or no that no right answer says: {found['false_verdicts']} of {found['false_verdicts'].total}",
            f"expected calibration error {found['calibration_error']:.3f} ({low:.3f}-{high:.3f})",
            columns(bins),
            "",
            f"one message on one core: median {found['median_ms']:.1f} ms, 95 % within {found['p95_ms']:.1f} ms;"
            f" in a fresh process {found['fresh_median_ms']:.1f} ms",
        ]
    )


def _given(read: Sequence[Read]) -> list[tuple[float, bool]]:
    return [(each.chance, each.right) for each in read if each.chance is not None]


def _apart(pairs: Sequence[tuple[float, bool]]) -> tuple[list[float], list[bool]]:
    return [chance for chance, _ in pairs], [right for _, right in pairs]


def _error(pairs: Sequence[tuple[float, bool]]) -> float:
    return expected_calibration_error(*_apart(pairs), BINS)

"""Labelled questions: what people wrote, what was being talked about, and what answers it (``data/questions``)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from understanding.question import Frame
from understanding.targets import Target, intent_id

QUESTIONS = Path(__file__).parents[1] / "data" / "questions"
OUTSIDE, NONE = "outside", "none"
HELD_BACK = "test_"  # files that nothing is learnt from begin so
COVER, EXCLUDED, ELSE = "cover", "excluded", "other"  # what a message asks of what it is about


@dataclass(frozen=True)
class Labelled:
    """A message with what answers it.

    Attributes:
        before: what the visitor wrote earlier in the conversation.
        answers: ids of targets, any of which answers the message; "outside" alone where it is none of the guide's
            business, "none" alone where nothing answers it yet; empty where the line teaches only what is asked.
        about: the target that the last of ``before`` was about, if there is one.
        policies: the policies that were being talked about then.
        live: the message tells of something that has happened to the visitor.
        asks: "cover" where a yes or no of cover answers the message, "excluded" where the opposite of it does, "other"
            where neither does; None where nobody has said.
        why: for the reader: what is asked, or what is missing.
        kind, trade: for the figures alone: "several" where it asks several questions, and the visitor's trade.
    """

    id: str
    text: str
    answers: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    about: str | None = None
    policies: tuple[str, ...] = ()
    live: bool = False
    asks: str | None = None
    why: str = ""
    kind: str = ""
    trade: str = ""

    def frame(self, targets: Mapping[str, Target], text: str = "") -> Frame | None:
        """What was being talked about, as the guide would have kept it; text are the words last answered, mended."""
        if not self.before:
            return None
        target = targets.get(self.about or "")
        if target is None:
            return Frame(text=text or self.before[-1], policies=self.policies)
        incident = target.kind == "exposure"
        return Frame(
            target.id,
            "ask_coverage" if incident and self.policies else target.intent,
            text or self.before[-1],
            self.policies or target.policies[:1],
            target.entry if incident else None,
            target.entry if target.kind == "topic" else None,
            (target.entry,) if target.kind == "term" and target.entry else (),
        )

    def answered_by(self, target: Target) -> bool:
        """Whether a target answers the message."""
        return target.id in self.answers or (OUTSIDE in self.answers and target.intent == "out_of_scope")

    def outside(self, targets: Mapping[str, Target]) -> bool | None:
        """Whether it is none of the guide's business; None where nobody said, or either way is right."""
        if not self.answers:
            return None
        ours = [a for a in self.answers if a != OUTSIDE and (a not in targets or targets[a].intent != "out_of_scope")]
        return None if ours and len(ours) < len(self.answers) else not ours


def read_labelled(folder: Path = QUESTIONS, files: Iterable[str] | None = None) -> list[Labelled]:
    """Every labelled message of the files, in order; of all files where none are named.

    Raises:
        ValueError: a line is no labelled message; the message names file and line.
    """
    found = []
    for file in sorted(folder.glob("*.jsonl")):
        if files is not None and file.stem not in files:
            continue
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            try:
                raw = json.loads(line)
                lists = {name: tuple(raw.get(name) or ()) for name in ("answers", "before", "policies")}
                rest = {
                    name: raw[name]
                    for name in ("id", "text", "about", "live", "asks", "why", "kind", "trade")
                    if raw.get(name) is not None
                }
                found.append(Labelled(**{**rest, **lists}))
            except (ValueError, TypeError, AttributeError) as error:
                raise ValueError(f"{file.name}:{number}: {error}") from error
            if found[-1].asks not in (COVER, EXCLUDED, ELSE, None):
                raise ValueError(f"{file.name}:{number}: asks neither 'cover' nor 'excluded' nor 'other'")
            if not found[-1].answers and not found[-1].asks:
                raise ValueError(
                    f"{file.name}:{number}: names no answer; write 'none' or 'outside' where there is none"
                )
    return found


def taught_by() -> list[Path]:
    """The files that the guide learns from."""
    return [file for file in sorted(QUESTIONS.glob("*.jsonl")) if not file.stem.startswith(HELD_BACK)]


def read_taught() -> list[Labelled]:
    """Every labelled message that the guide learns from."""
    return read_labelled(files=[file.stem for file in taught_by()])


def as_example(message: Labelled, targets: Mapping[str, Target]) -> tuple[str, str] | None:
    """(intent, text) where a message tells by itself what kind of thing is asked.

    Which intent an incident has depends on the policies named, and what a follow-up asks depends on what was said,
    unless it is talk.
    """
    if not message.answers:
        return None
    name = message.answers[0]
    target = targets.get(intent_id("out_of_scope") if name == OUTSIDE else name)
    if target is None or target.kind == "exposure" or (message.before and target.kind != "intent"):
        return None
    return target.intent, message.text


def unknown_answers(labelled: Iterable[Labelled], targets: Mapping[str, Target]) -> list[tuple[str, str]]:
    """(message id, answer) of every answer that is no target."""
    known = {*targets, OUTSIDE, NONE, intent_id("out_of_scope")}
    return [(each.id, answer) for each in labelled for answer in each.answers if answer not in known]

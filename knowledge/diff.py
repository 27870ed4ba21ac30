"""What visitors will read differently after an edit: two versions of the knowledge, compared.

A licensed agent reads this before publishing, so it speaks of answers and not of lines in files, and
puts first what matters most: verdicts that change.
"""

from __future__ import annotations

import json
import sqlite3
import textwrap
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from knowledge.base import KnowledgeBase, KnowledgeUnavailable
from knowledge.build import content_version, matrix_row
from knowledge.content import read_content
from knowledge.learned import GRANTS, learned_of

WIDTH = 100
# What the guide recognises a question by, and what the tests ask: not part of any answer.
UNSEEN = ("aliases", "asked_as", "questions", "written_on")
VERDICTS = {"yes": "yes", "no": "no", "depends": "it depends", "unknown": "ask an agent"}

Json = dict[str, Any]


@dataclass(frozen=True)
class Cell:
    """One policy's answer to one exposure; ``in_scope`` is False where the policy's scope answers."""

    verdict: str
    why: str
    depends_on: str | None
    sources: tuple[str, ...]
    in_scope: bool


@dataclass
class Snapshot:
    """Everything of one version that an answer is made of."""

    version: str
    entries: dict[str, tuple[str, Json]] = field(default_factory=dict)  # id -> kind, fields
    cells: dict[tuple[str, str], Cell] = field(default_factory=dict)  # exposure, policy
    costs: dict[str, Json] = field(default_factory=dict)
    sources: dict[str, Json] = field(default_factory=dict)
    profile: dict[str, Json] = field(default_factory=dict)  # section and id -> fields
    notices: Json = field(default_factory=dict)

    def name(self, entry_id: str) -> str:
        kind_and_fields = self.entries.get(entry_id)
        return str(kind_and_fields[1]["name"]) if kind_and_fields else entry_id


@dataclass
class Changes:
    """The differences, as lines to print, most important first.  Empty sections are left out."""

    old: str
    new: str
    sections: dict[str, list[str]]
    needs_training: bool = False

    def __bool__(self) -> bool:
        return any(self.sections.values())

    def __str__(self) -> str:
        if not self:
            return f"Nothing differs between {self.old} and {self.new}."
        parts = [f"From version {self.old} to {self.new}."]
        for title, items in self.sections.items():
            if items:
                parts.append("\n\n".join([f"{title} ({len(items)})", *items]))
        if self.needs_training:
            parts.append("The guide learns from some of this: publish with `make train`.")
        return "\n\n".join(parts)


def load(path: Path) -> Snapshot:
    """One version, from a folder of content or from a built database.

    The content has to be readable, not free of findings: a draft is compared before it is finished.

    Raises:
        ContentError: the folder holds an invalid file.
        KnowledgeUnavailable: the file is missing or is no knowledge base.
    """
    return _from_folder(path) if path.is_dir() else _from_database(path)


def _from_folder(folder: Path) -> Snapshot:
    content = read_content(folder)
    snapshot = Snapshot(content_version(folder), notices=content.notices)
    for kind, entry in content.entries():
        snapshot.entries[entry.id] = kind, json.loads(entry.json())
    for exposure in content.exposures:
        for row in matrix_row(exposure, content.policies):
            _add_cell(snapshot, row)
    snapshot.costs = {c.id: json.loads(c.json()) for c in content.costs}
    snapshot.sources = {s.id: json.loads(s.json()) for s in content.sources}
    snapshot.profile = {f"{section}: {one}": json.loads(value.json()) for section, one, value in content.profile()}
    return snapshot


def _from_database(path: Path) -> Snapshot:
    base = KnowledgeBase(path)  # says what is wrong with a file that is none
    base.close()
    snapshot = Snapshot(base.version, notices=base.notices)
    snapshot.profile = {f"{section}: {one}": json.loads(value.json()) for section, one, value in base.profile()}
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as db:
            db.row_factory = sqlite3.Row
            for row in db.execute("select id, kind, body from entry order by rowid"):
                snapshot.entries[row["id"]] = row["kind"], json.loads(row["body"])
            for row in db.execute("select * from cell order by rowid"):
                _add_cell(snapshot, dict(row))
            for row in db.execute("select * from cost order by rowid"):
                cost = dict(row)
                cost |= {"policy": cost.pop("policy_id"), "source": json.loads(cost.pop("sources"))}
                snapshot.costs[cost["id"]] = cost
            for row in db.execute("select * from source order by rowid"):
                snapshot.sources[row["id"]] = dict(row)
    except (sqlite3.Error, IndexError, KeyError) as error:
        raise KnowledgeUnavailable(f"{path} is not a knowledge base of this guide ({error}).") from error
    return snapshot


def _add_cell(snapshot: Snapshot, row: Json) -> None:
    exposure, policy = row["exposure_id"], row["policy_id"]
    fields = snapshot.entries[exposure][1]
    listed = any(grant["policy"] == policy for name in GRANTS for grant in fields[name])
    snapshot.cells[exposure, policy] = Cell(
        row["verdict"], row["why"], row["depends_on"], tuple(json.loads(row["sources"])), listed
    )


def compare(old: Snapshot, new: Snapshot) -> Changes:
    """All differences between two versions, those of verdicts first."""
    return Changes(
        old.version,
        new.version,
        {
            "VERDICTS THAT CHANGE": list(_verdicts(old, new)),
            "REASONS THAT CHANGE, verdict unchanged": list(_reasons(old, new)),
            "ENTRIES ADDED": list(_only_in(new, old)),
            "ENTRIES REMOVED": list(_only_in(old, new)),
            "ENTRIES THAT CHANGE": list(_entries(old, new)),
            "PRICES": list(_records(old.costs, new.costs)),
            "SOURCES": list(_records(old.sources, new.sources)),
            "RECOMMENDATIONS: what is asked and what follows (profile.yml)": list(_profile(old, new)),
            "STANDING TEXTS (notices.yml)": list(_notices(old, new)),
            "NOT SEEN BY VISITORS: names, example questions, days of writing": list(_unseen(old, new)),
        },
        _learned(old) != _learned(new),
    )


def _learned(snapshot: Snapshot) -> Json:
    """What the guide is trained from."""
    return {entry_id: learned_of(kind, fields) for entry_id, (kind, fields) in snapshot.entries.items()}


def _common_cells(old: Snapshot, new: Snapshot) -> Iterator[tuple[str, Cell, Cell]]:
    for key, after in new.cells.items():
        if before := old.cells.get(key):
            exposure, policy = key
            yield f"{new.name(policy)}: {new.name(exposure)} [{policy}, {exposure}]", before, after


def _verdicts(old: Snapshot, new: Snapshot) -> Iterator[str]:
    for title, before, after in _common_cells(old, new):
        if before.verdict != after.verdict:
            was, now = VERDICTS[before.verdict], VERDICTS[after.verdict]
            lines = list(_two(before, after)) or [_wrapped(_cell_text(after), "  reason, unchanged: ")]
            yield _block(f"{title}\n  {was.upper()} becomes {now.upper()}", *lines)


def _reasons(old: Snapshot, new: Snapshot) -> Iterator[str]:
    for title, before, after in _common_cells(old, new):
        outside = not before.in_scope and not after.in_scope  # the policy's scope, compared once as its field
        if before.verdict == after.verdict and before != after and not outside:
            yield _block(f"{title} ({VERDICTS[after.verdict]})", *_two(before, after))


def _two(before: Cell, after: Cell) -> Iterator[str]:
    yield from _was_now(_cell_text(before), _cell_text(after))
    if before.sources != after.sources:
        yield from _was_now(", ".join(before.sources), ", ".join(after.sources), " sources")


def _cell_text(cell: Cell) -> str:
    return f"{cell.why} What it depends on: {cell.depends_on}." if cell.depends_on else cell.why


def _only_in(one: Snapshot, other: Snapshot) -> Iterator[str]:
    """Entries that the other version lacks: all they say, and the matrix cells they bring."""
    for entry_id, (kind, fields) in one.entries.items():
        if entry_id in other.entries:
            continue
        lines = [
            _wrapped(_plain(item), f"  {name}: ")
            for name, value in fields.items()
            if name not in ("id", "name", *UNSEEN, *GRANTS) and value
            for item in (value if isinstance(value, list) else [value])
        ]
        for (exposure, policy), cell in one.cells.items():
            if entry_id in (exposure, policy) and cell.in_scope:
                asked = policy if entry_id == exposure else exposure
                lines.append(_wrapped(_cell_text(cell), f"  {one.name(asked)}: {VERDICTS[cell.verdict].upper()}. "))
        yield _block(f"{fields['name']} [{kind} {entry_id}]", *lines)


def _entries(old: Snapshot, new: Snapshot) -> Iterator[str]:
    for entry_id, (kind, after) in new.entries.items():
        if entry_id not in old.entries:
            continue
        before = old.entries[entry_id][1]
        lines = [
            line
            for name in dict.fromkeys([*before, *after])
            if name not in UNSEEN
            for line in _field(name, before.get(name), after.get(name))
        ]
        if lines:
            yield _block(f"{after['name']} [{kind} {entry_id}]", *lines)


def _field(name: str, before: Any, after: Any) -> Iterator[str]:
    if name in GRANTS:  # what they say is compared cell by cell; their order is the order of naming
        befores, afters = ([g["policy"] for g in value or []] for value in (before, after))
        if befores != afters and sorted(befores) == sorted(afters):
            yield from _was_now(", ".join(befores), ", ".join(afters), f" order of {name}")
    elif before == after:
        return
    elif isinstance(before, list) and isinstance(after, list):
        gone, come = [i for i in before if i not in after], [i for i in after if i not in before]
        for item in gone:
            yield _wrapped(_plain(item), f"  {name}, removed: ")
        for item in come:
            yield _wrapped(_plain(item), f"  {name}, added: ")
        if not gone and not come:
            yield _wrapped(" / ".join(map(_plain, after)), f"  {name}, new order: ")
    else:
        yield from _was_now(_plain(before), _plain(after), f" {name}")


def _records(old: dict[str, Json], new: dict[str, Json]) -> Iterator[str]:
    for record_id in dict.fromkeys([*old, *new]):
        before, after = old.get(record_id), new.get(record_id)
        if before is None or after is None:
            word = "added" if before is None else "removed"
            yield _block(f"{record_id}, {word}", _wrapped(_plain(after or before), "  "))
        elif before != after:
            lines = [line for name in after for line in _field(name, before.get(name), after[name])]
            yield _block(record_id, *lines)


def _profile(old: Snapshot, new: Snapshot) -> Iterator[str]:
    yield from _records(old.profile, new.profile)
    befores, afters = (
        [one for one in this.profile if one in other.profile] for this, other in ((old, new), (new, old))
    )
    if befores != afters:
        yield _block("new order", _wrapped(", ".join(afters), "  "))


def _notices(old: Snapshot, new: Snapshot) -> Iterator[str]:
    for name in dict.fromkeys([*old.notices, *new.notices]):
        lines = list(_field(name, old.notices.get(name), new.notices.get(name)))
        if lines:
            yield _block(name, *lines)


def _unseen(old: Snapshot, new: Snapshot) -> Iterator[str]:
    for entry_id, (kind, after) in new.entries.items():
        if entry_id not in old.entries:
            continue
        before = old.entries[entry_id][1]
        changed = [name for name in UNSEEN if before.get(name) != after.get(name)]
        lines = [line for name in changed for line in _field(name, before.get(name), after.get(name))]
        if lines:
            yield _block(f"{after['name']} [{kind} {entry_id}]", *lines)


def _plain(value: Any) -> str:
    """Any value of an entry as a person would write it."""
    if value is None:
        return "(nothing)"
    if isinstance(value, dict):
        text = value.get("text") or value.get("why")
        rest = {k: v for k, v in value.items() if k not in ("text", "why") and v not in (None, [])}
        told = "; ".join(f"{k}: {_plain(v)}" for k, v in rest.items())
        return f"{text} ({told})" if text and told else str(text or told)
    if isinstance(value, list):
        return ", ".join(map(_plain, value)) or "(none)"
    return str(value)


def _was_now(before: str, after: str, what: str = "") -> Iterator[str]:
    if before != after:
        yield _wrapped(before, f"  was{what}: ")
        yield _wrapped(after, f"  now{what}: ")


def _wrapped(text: str, start: str) -> str:
    return textwrap.fill(
        text, WIDTH, initial_indent=start, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )


def _block(title: str, *lines: str) -> str:
    return "\n".join([title, *lines])


__all__ = ["Changes", "Snapshot", "compare", "load"]

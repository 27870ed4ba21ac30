"""Content to SQLite: the one file the guide answers from.

The database is a product of the content, so it is made anew each time, beside the old one, and put
in its place only when it is whole: a broken edit leaves the old answers in service.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlite_utils

from knowledge.check import Named, check
from knowledge.content import CONTENT, Content, ContentError, read_content
from knowledge.intact import digest_of
from knowledge.named import NAMED
from knowledge.reviews import Standing, State, ledger_of, read_ledger, standings
from knowledge.schema import Entry, Exposure, Policy, Verdict
from knowledge.walk import sources_of

DATABASE = Path(__file__).parent / "guide.db"


def build(folder: Path = CONTENT, database: Path = DATABASE, named: Named = NAMED) -> str:
    """Validate the content and write the database with the signatures that stand; returns the content version.

    Args:
        named: kind and ids of the entries that the code cannot do without.

    Raises:
        ContentError: the content has findings or the ledger cannot be read; the old database is untouched.
    """
    content = read_content(folder)
    signed = standings(content, read_ledger(ledger_of(folder)), datetime.date.today())
    findings = check(content, named)
    if findings:
        raise ContentError(findings)
    fresh = database.with_suffix(".building")
    fresh.unlink(missing_ok=True)
    database.parent.mkdir(parents=True, exist_ok=True)
    version = content_version(folder)
    db = sqlite_utils.Database(fresh)
    try:
        _create_tables(db)
        with db.conn:
            _fill(db, content, signed, version)
        db.table("entry_text").enable_fts(["name", "aliases", "asked", "body"], tokenize="porter unicode61")
        db.table("meta").insert({"key": "digest", "value": digest_of(db.conn)})
    finally:
        db.close()
    os.replace(fresh, database)
    return version


def content_version(folder: Path = CONTENT) -> str:
    """Twelve hex digits that change with any byte of the content or of the signatures."""
    ledger = ledger_of(folder)
    digest = hashlib.sha256(ledger.read_bytes() if ledger.exists() else b"")
    for file in sorted(folder.rglob("*.yml")):
        digest.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]


def _create_tables(db: sqlite_utils.Database) -> None:
    db.table("meta").create({"key": str, "value": str}, pk="key")
    db.table("source").create(
        {"id": str, "title": str, "publisher": str, "kind": str, "year": int, "url": str, "used_for": str, "note": str},
        pk="id",
    )
    db.table("entry").create({"id": str, "kind": str, "name": str, "written_on": str, "body": str}, pk="id")
    db.table("entry").create_index(["kind"])
    for table in ("alias", "phrase", "question"):
        db.table(table).create(
            {"id": int, "entry_id": str, "text": str}, pk="id", foreign_keys=[("entry_id", "entry", "id")]
        )
    db.table("citation").create(
        {"entry_id": str, "source_id": str},
        pk=("entry_id", "source_id"),
        foreign_keys=[("entry_id", "entry", "id"), ("source_id", "source", "id")],
    )
    db.table("cell").create(
        {
            "policy_id": str,
            "exposure_id": str,
            "verdict": str,
            "why": str,
            "depends_on": str,
            "sources": str,
        },
        pk=("exposure_id", "policy_id"),
        foreign_keys=[("policy_id", "entry", "id"), ("exposure_id", "entry", "id")],
    )
    db.table("cost").create(
        {
            "id": str,
            "policy_id": str,
            "text": str,
            "who": str,
            "low": int,
            "high": int,
            "typical": int,
            "limit": str,
            "year": int,
            "sources": str,
        },
        pk="id",
        foreign_keys=[("policy_id", "entry", "id")],
    )
    db.table("review").create(
        {"entry_id": str, "by": str, "licence": str, "signed_on": str, "lapses_on": str},
        pk="entry_id",
        foreign_keys=[("entry_id", "entry", "id")],
    )
    db.table("profile").create({"section": str, "id": str, "body": str}, pk=("section", "id"))
    db.table("entry_text").create({"id": str, "name": str, "aliases": str, "asked": str, "body": str}, pk="id")


def _fill(db: sqlite_utils.Database, content: Content, signed: dict[str, Standing], version: str) -> None:
    db.table("source").insert_all({**source.dict(), "kind": source.kind.value} for source in content.sources)
    entries = list(content.entries())
    db.table("entry").insert_all(
        {
            "id": entry.id,
            "kind": kind,
            "name": entry.name,
            "written_on": entry.written_on.isoformat(),
            "body": entry.json(),
        }
        for kind, entry in entries
    )
    for table, attribute in (("alias", "aliases"), ("phrase", "asked_as"), ("question", "questions")):
        db.table(table).insert_all(
            {"entry_id": entry.id, "text": text} for _, entry in entries for text in getattr(entry, attribute)
        )
    db.table("citation").insert_all(
        {"entry_id": entry.id, "source_id": source} for _, entry in entries for source in sources_of(entry)
    )
    db.table("cell").insert_all(
        cell for exposure in content.exposures for cell in matrix_row(exposure, content.policies)
    )
    db.table("cost").insert_all(
        {
            **cost.dict(exclude={"policy", "source"}),
            "policy_id": cost.policy,
            "sources": json.dumps(cost.source),
        }
        for cost in content.costs
    )
    db.table("review").insert_all(
        {
            "entry_id": entry_id,
            "by": standing.review.by,
            "licence": standing.review.licence,
            "signed_on": standing.review.signed_on.isoformat(),
            "lapses_on": standing.lapses_on.isoformat(),
        }
        for entry_id, standing in signed.items()
        if standing.state is State.VALID
    )
    db.table("profile").insert_all(
        {"section": section, "id": one, "body": value.json()} for section, one, value in content.profile()
    )
    db.table("entry_text").insert_all(
        {
            "id": entry.id,
            "name": entry.name,
            "aliases": " · ".join(entry.aliases),
            # Not its questions: the guide learns from them how far shared words may be trusted.
            "asked": " · ".join(entry.asked_as),
            "body": " ".join(_texts(entry)),
        }
        for _, entry in entries
    )
    db.table("meta").insert_all(
        [
            {"key": "version", "value": version},
            {"key": "notices", "value": json.dumps(content.notices)},
        ]
    )


def matrix_row(exposure: Exposure, policies: list[Policy]) -> Iterator[dict[str, Any]]:
    """What every policy says of one exposure: listed ones as listed, the rest no, outside their scope.

    The order of decision is exclusion, grant, condition, unknown, scope; a policy stands in one list
    only (a check), so the order matters to the reader, not to the result.
    """
    listed: dict[str, dict[str, Any]] = {}
    for verdict, grants in (
        (Verdict.NO, exposure.not_covered_by),
        (Verdict.YES, exposure.covered_by),
        (Verdict.DEPENDS, exposure.sometimes_covered_by),
        (Verdict.UNKNOWN, exposure.ask_an_agent_about),
    ):
        for grant in grants:
            listed.setdefault(
                grant.policy,
                {
                    "verdict": verdict.value,
                    "why": grant.why,
                    "depends_on": getattr(grant, "depends_on", None),
                    "sources": json.dumps(grant.source),
                },
            )
    for policy in policies:
        yield {
            "policy_id": policy.id,
            "exposure_id": exposure.id,
            **listed.get(
                policy.id,
                {
                    "verdict": Verdict.NO.value,
                    "why": policy.scope.text,
                    "depends_on": None,
                    "sources": json.dumps(policy.scope.source),
                },
            ),
        }


def _texts(entry: Entry) -> Iterator[str]:
    def walk(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            for key, inner in value.items():
                if key in ("text", "why", "depends_on"):
                    yield str(inner or "")
                else:
                    yield from walk(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from walk(inner)

    yield from walk(entry.dict(exclude={"aliases", "asked_as", "questions"}))

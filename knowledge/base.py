"""The knowledge base as the guide asks it: read-only, typed, and stamped with its version."""

from __future__ import annotations

import datetime
import json
import re
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import sqlite_utils
from pydantic import BaseModel, ValidationError

from knowledge.build import DATABASE
from knowledge.schema import (
    AgencyFact,
    Cost,
    Entry,
    Exposure,
    Industry,
    Outside,
    Policy,
    ProfileField,
    ProfilePoint,
    ProfileRule,
    RecommendedPolicy,
    Relation,
    Source,
    Term,
    Topic,
    Verdict,
)
from knowledge.words import STOP_WORDS

E = TypeVar("E", bound=Entry)
P = TypeVar("P", bound=BaseModel)

MODELS: dict[str, type[Entry]] = {
    "policy": Policy,
    "exposure": Exposure,
    "industry": Industry,
    "term": Term,
    "topic": Topic,
    "relation": Relation,
    "agency": AgencyFact,
    "outside": Outside,
}
PROFILE_MODELS: dict[str, type[BaseModel]] = {
    "fields": ProfileField,
    "any_trade": RecommendedPolicy,
    "rules": ProfileRule,
    "points": ProfilePoint,
    "quote": ProfileField,
}


class KnowledgeUnavailable(Exception):
    """There is no usable database; the message says how to make one."""


@dataclass(frozen=True)
class Decision:
    """What one policy says of one exposure."""

    policy: Policy
    exposure: Exposure
    verdict: Verdict
    why: str
    depends_on: str | None
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Signature:
    """Who stands for an answer: name, licence, and the day of signing."""

    by: str
    licence: str
    signed_on: datetime.date


@dataclass(frozen=True)
class Hit:
    """An entry found by full-text search; a lower rank is a better match (FTS5's bm25)."""

    entry_id: str
    kind: str
    name: str
    rank: float


class KnowledgeBase:
    """Read-only, typed questions to the database.

    Raises:
        KnowledgeUnavailable: the file is missing or is no knowledge base.
    """

    def __init__(self, path: Path = DATABASE) -> None:
        self.path = path
        if not path.exists():
            raise KnowledgeUnavailable(f"There is no knowledge base at {path}: run `guide knowledge build`.")
        try:
            # A build puts another file in its place, so this one never changes; without locks, a fork may read it too.
            connection = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True, check_same_thread=False)
            self._db = sqlite_utils.Database(connection)
            self._meta = {row["key"]: row["value"] for row in self._db.table("meta").rows}
            self.version: str = self._meta["version"]
            rows = self._db.conn.execute("select id, kind, body from entry order by rowid").fetchall()
            profile = self._db.table("profile")
            # A database from before there was a profile is compared with newer content, and answers without one.
            told = list(profile.rows_where(order_by="rowid")) if profile.exists() else []
            reviews = self._db.table("review")
            self._reviews = {row["entry_id"]: row for row in reviews.rows} if reviews.exists() else {}
            self.notices: dict[str, Any] = json.loads(self._meta["notices"])
            # Entries are few and do not change while this object lives: all are read at once, so that nobody waits.
            self._entries: dict[str, tuple[str, Entry]] = {
                entry_id: (kind, MODELS[kind].parse_raw(body)) for entry_id, kind, body in rows
            }
            self._sources: dict[str, Source] = {}
            self._profile: list[tuple[str, str, BaseModel]] = [
                (row["section"], row["id"], PROFILE_MODELS[row["section"]].parse_raw(row["body"])) for row in told
            ]
        except (sqlite3.Error, KeyError, ValidationError) as error:
            what = "its entries are of another version" if isinstance(error, ValidationError) else error
            raise KnowledgeUnavailable(
                f"{path} is not a knowledge base of this guide ({what}): run `guide knowledge build`."
            ) from error

    def kind_of(self, entry_id: str) -> str | None:
        """policy, exposure, industry, term, topic, relation, agency or outside; None for an unknown id."""
        found = self._entries.get(entry_id)
        return found[0] if found else None

    def entry(self, entry_id: str) -> Entry | None:
        """The entry of any kind with that id."""
        found = self._entries.get(entry_id)
        return found[1] if found else None

    def _typed(self, entry_id: str | None, model: type[E]) -> E | None:
        entry = self.entry(entry_id) if entry_id else None
        return entry if isinstance(entry, model) else None

    def policy(self, policy_id: str | None) -> Policy | None:
        return self._typed(policy_id, Policy)

    def exposure(self, exposure_id: str | None) -> Exposure | None:
        return self._typed(exposure_id, Exposure)

    def industry(self, industry_id: str | None) -> Industry | None:
        return self._typed(industry_id, Industry)

    def term(self, term_id: str | None) -> Term | None:
        return self._typed(term_id, Term)

    def topic(self, topic_id: str | None) -> Topic | None:
        return self._typed(topic_id, Topic)

    def relation(self, relation_id: str | None) -> Relation | None:
        return self._typed(relation_id, Relation)

    def agency_fact(self, fact_id: str | None) -> AgencyFact | None:
        return self._typed(fact_id, AgencyFact)

    def relations(self, policy_id: str, other_id: str | None = None) -> list[Relation]:
        """How a policy stands to others, or to one other, read from either side; in the order of the content."""
        found = (self.relation(entry_id) for entry_id in self.ids("relation"))
        return [
            r
            for r in found
            if r
            and (policy_id in (r.policy, r.other) if other_id is None else {r.policy, r.other} == {policy_id, other_id})
        ]

    def outside(self, outside_id: str | None) -> Outside | None:
        return self._typed(outside_id, Outside)

    def ids(self, kind: str) -> list[str]:
        """Ids of all entries of a kind, in the order of the content."""
        return [entry_id for entry_id, (of, _) in self._entries.items() if of == kind]

    def source(self, source_id: str) -> Source:
        """Raises KeyError for an id that is not in sources/."""
        if source_id not in self._sources:  # read when it is first cited
            row = next(iter(self._db.table("source").rows_where("id = ?", [source_id])), None)
            if row is None:
                raise KeyError(source_id)
            self._sources[source_id] = Source(**row)
        return self._sources[source_id]

    def signature(self, entry_ids: Iterable[str], today: datetime.date | None = None) -> Signature | None:
        """The oldest signature of these entries; None unless every one of them is validly signed on that day."""
        day = (today or datetime.date.today()).isoformat()
        signed = [self._reviews.get(entry_id) for entry_id in dict.fromkeys(entry_ids)]
        standing = [row for row in signed if row and day < row["lapses_on"]]
        if not signed or len(standing) < len(signed):
            return None
        oldest = min(standing, key=lambda row: str(row["signed_on"]))
        return Signature(oldest["by"], oldest["licence"], datetime.date.fromisoformat(oldest["signed_on"]))

    def signed_last(self, limit: int) -> list[tuple[str, Signature]]:
        """What was signed last, newest first: the entry's id and its signature."""
        newest = sorted(self._reviews.items(), key=lambda item: (item[1]["signed_on"], item[0]), reverse=True)
        days = [(entry_id, row, datetime.date.fromisoformat(row["signed_on"])) for entry_id, row in newest[:limit]]
        return [(entry_id, Signature(row["by"], row["licence"], day)) for entry_id, row, day in days]

    def decide(self, policy_id: str, exposure_id: str) -> Decision | None:
        """The cell of the matrix; None when either id is unknown."""
        rows = self._cells("policy_id = ? and exposure_id = ?", [policy_id, exposure_id])
        return rows[0] if rows else None

    def responders(self, exposure_id: str) -> list[Decision]:
        """Every policy that pays or may pay for an exposure, sure ones first, in content order."""
        cells = self._cells("exposure_id = ? and verdict in ('yes', 'depends')", [exposure_id])
        exposure = self.exposure(exposure_id)
        listed = [
            grant.policy
            for grants in ((exposure.covered_by, exposure.sometimes_covered_by) if exposure else ())
            for grant in grants
        ]
        return sorted(cells, key=lambda cell: listed.index(cell.policy.id))

    def _cells(self, where: str, arguments: list[str]) -> list[Decision]:
        found = []
        for row in self._db.table("cell").rows_where(where, arguments):
            policy, exposure = self.policy(row["policy_id"]), self.exposure(row["exposure_id"])
            if policy and exposure:
                found.append(
                    Decision(
                        policy,
                        exposure,
                        Verdict(row["verdict"]),
                        row["why"],
                        row["depends_on"],
                        tuple(json.loads(row["sources"])),
                    )
                )
        return found

    def costs(self, policy_id: str) -> list[Cost]:
        """Published prices of a policy, in the order of the content."""
        return [
            Cost(
                **{k: v for k, v in row.items() if k not in ("policy_id", "sources")},
                policy=row["policy_id"],
                source=json.loads(row["sources"]),
            )
            for row in self._db.table("cost").rows_where("policy_id = ?", [policy_id], order_by="rowid")
        ]

    def topics(self, intent: str) -> list[Topic]:
        """Guidance that answers an intent, in the order of the content."""
        topics = (self.topic(entry_id) for entry_id in self.ids("topic"))
        return [topic for topic in topics if topic and topic.intent == intent]

    def general_topic(self, intent: str, group: str | None = None) -> Topic | None:
        """The guidance that answers a bare question of a kind, for the trades of a group where it has one."""
        general: dict[str | None, Topic] = {t.industry_group: t for t in self.topics(intent) if t.general}
        return general.get(group) or general.get(None)

    def profile(self) -> list[tuple[str, str, BaseModel]]:
        """Everything that is asked about a business and follows from it: section, id, content."""
        return list(self._profile)

    def _section(self, name: str, model: type[P]) -> list[P]:
        return [value for section, _, value in self._profile if section == name and isinstance(value, model)]

    def profile_fields(self) -> list[ProfileField]:
        """The facts that decide what a business needs, in the order asked."""
        return self._section("fields", ProfileField)

    def profile_rules(self) -> list[ProfileRule]:
        """Policies that follow from the facts, in the order of the content."""
        return self._section("rules", ProfileRule)

    def profile_points(self) -> list[ProfilePoint]:
        """What to bring up with an agent because of the facts, in the order of the content."""
        return self._section("points", ProfilePoint)

    def quote_fields(self) -> list[ProfileField]:
        """What an agent must know to quote, whatever the trade, what matters most first; then who asks."""
        return self._section("quote", ProfileField)

    def checklist(self, industry: Industry) -> list[ProfileField]:
        """What an agent must know to quote a trade, what matters most first."""
        return [f for f in [*self.quote_fields(), *self.profile_fields()] if f.id in industry.checklist]

    def any_trade(self) -> list[RecommendedPolicy]:
        """Policies of a business whose trade is unknown, the top three first."""
        return self._section("any_trade", RecommendedPolicy)

    def names(self) -> list[tuple[str, str, str]]:
        """(kind, entry id, alias) of every name a visitor may use."""
        return [
            tuple(row)
            for row in self._db.conn.execute(
                "select entry.kind, entry.id, alias.text from alias join entry on entry.id = alias.entry_id"
                " order by alias.id"
            )
        ]

    def phrases(self) -> list[tuple[str, str, str]]:
        """(kind, entry id, text) of every situation that stands for an entry."""
        return [
            tuple(row)
            for row in self._db.conn.execute(
                "select entry.kind, entry.id, phrase.text from phrase join entry on entry.id = phrase.entry_id"
                " order by phrase.id"
            )
        ]

    def questions(self) -> list[tuple[str, str, str]]:
        """(kind, entry id, text) of every question the tests ask."""
        return [
            tuple(row)
            for row in self._db.conn.execute(
                "select entry.kind, entry.id, question.text from question"
                " join entry on entry.id = question.entry_id order by question.id"
            )
        ]

    def search(self, text: str, limit: int = 5) -> list[Hit]:
        """Entries that share words with the text, best first.

        Raw text never reaches MATCH: only its words do, each quoted, any of them may match.
        """
        words = [w for w in re.findall(r"[a-z0-9]+", text.lower()) if w not in STOP_WORDS and len(w) > 1]
        if not words:
            return []
        match = " OR ".join(f'"{word}"' for word in dict.fromkeys(words[:40]))
        rows = self._db.conn.execute(
            # The best are chosen before anything is joined: "insurance" stands in most entries.
            "select entry.id, entry.kind, entry.name, best.rank from"
            " (select rowid, bm25(entry_text_fts, 6.0, 3.0, 1.0, 1.0) as rank from entry_text_fts"
            " where entry_text_fts match ? order by rank limit ?) as best"
            " join entry_text on entry_text.rowid = best.rowid join entry on entry.id = entry_text.id"
            " order by best.rank",
            [match, limit],
        )
        return [Hit(*row) for row in rows]

    def close(self) -> None:
        self._db.close()

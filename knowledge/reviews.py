"""Who signed what: the ledger of reviews, kept beside the content.

A signature stands for one text.  When the text changes, or its day of review has passed, it is void, and the
guide says nothing of a review.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, Extra, Field, ValidationError

from knowledge.content import CONTENT, Content, ContentError, Finding
from knowledge.schema import OF_LAW, Entry, Policy, Topic
from knowledge.walk import sources_of

LEDGER = "reviews.yml"
# What an entry is recognised by and when it was written: not part of what a visitor reads.
UNSEEN = {"aliases", "asked_as", "questions", "written_on", "otherwise"}
YEAR = datetime.timedelta(days=365)
USUAL = datetime.timedelta(days=550)  # where neither law nor a price can have changed


class State(str, Enum):
    """What a signature is worth on a day."""

    VALID = "valid"
    CHANGED = "changed"  # the text is not the one that was signed
    LAPSED = "lapsed"  # the day of the next review has passed


class Review(BaseModel):
    """One signature: the entry, the digest of the text that was signed, who, with which licence, on what day."""

    entry: str
    text: str = Field(regex=r"^[0-9a-f]{16}$")
    by: str = Field(min_length=1)
    licence: str = Field(min_length=1)
    signed_on: datetime.date

    class Config:
        extra = Extra.forbid
        anystr_strip_whitespace = True
        allow_mutation = False


@dataclass(frozen=True)
class Standing:
    """A signature with what it is worth today and the first day on which it no longer holds."""

    review: Review
    state: State
    lapses_on: datetime.date


class LedgerError(ContentError):
    """The ledger cannot be read; ``findings`` says why, with the remedy."""


def ledger_of(folder: Path = CONTENT) -> Path:
    """Where the signatures of a folder of content are kept: beside it, so that signing is no edit of it."""
    return folder.parent / LEDGER


def read_ledger(path: Path) -> list[Review]:
    """Every signature, oldest first; none where there is no ledger yet.

    Raises:
        LedgerError: the file is no list of signatures.
    """
    if not path.exists():
        return []
    remedy = "restore it from the last version, or sign again"
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        what = f"is not valid YAML ({' '.join(str(error).split())})"
        raise LedgerError([Finding(path.name, what, remedy)]) from error
    if not isinstance(raw, list):
        raise LedgerError([Finding(path.name, "holds no list of signatures", remedy)])
    reviews = []
    for number, one in enumerate(raw, 1):
        try:
            reviews.append(Review.parse_obj(one))
        except ValidationError as error:
            first = error.errors()[0]
            what = f"'{'.'.join(map(str, first['loc']))}' {first['msg']}"
            raise LedgerError([Finding(f"{path.name} (signature {number})", what, remedy)]) from error
    return reviews


def write_ledger(reviews: Iterable[Review], path: Path) -> None:
    """Write the signatures, whole or not at all."""
    rows = [json.loads(review.json()) for review in reviews]
    text = "# Who signed what. Written by `guide knowledge sign`; a changed text voids its signature.\n"
    fresh = path.with_suffix(".writing")
    fresh.write_text(text + yaml.safe_dump(rows, allow_unicode=True, sort_keys=False), encoding="utf-8")
    fresh.replace(path)


def digests(content: Content) -> dict[str, str]:
    """Of every entry, the digest of all that a visitor may read of it.

    A policy's prices belong to it, and to every entry the sources it names: title, publisher, year and link.
    """
    said_of_sources = {"title", "publisher", "year", "url"}
    sources = {source.id: json.loads(source.json(include=said_of_sources)) for source in content.sources}
    prices: dict[str, list[Any]] = {}
    for cost in content.costs:
        prices.setdefault(cost.policy, []).append(json.loads(cost.json()))
    found = {}
    for _, entry in content.entries():
        shown: dict[str, Any] = json.loads(entry.json(exclude=UNSEEN))
        if isinstance(entry, Policy):
            shown["prices"] = prices.get(entry.id, [])
        shown["cited"] = [sources.get(one) for one in sources_of(entry)]
        text = json.dumps(shown, sort_keys=True, ensure_ascii=False)
        found[entry.id] = hashlib.sha256(text.encode()).hexdigest()[:16]
    return found


def lapses_on(entry: Entry, content: Content, signed_on: datetime.date) -> datetime.date:
    """The first day on which a signature no longer holds.

    Law changes most with a new year: it is read again each quarter and from each 1 January on.  Prices are read
    again yearly, everything else after a year and a half.
    """
    kinds = {source.id: source.kind for source in content.sources}
    law = any(kinds.get(one) in OF_LAW for one in sources_of(entry))
    if law or (isinstance(entry, Topic) and entry.intent == "ask_regulation"):
        quarter_starts = [datetime.date(signed_on.year, month, 1) for month in (4, 7, 10)]
        after_next = [day for day in (*quarter_starts, datetime.date(signed_on.year + 1, 1, 1)) if day > signed_on]
        return after_next[0]
    if isinstance(entry, Policy) and any(cost.policy == entry.id for cost in content.costs):
        return signed_on + YEAR
    return signed_on + USUAL


def standings(content: Content, ledger: Iterable[Review], today: datetime.date) -> dict[str, Standing]:
    """What the last signature of each signed entry is worth today; entries that are gone are left out."""
    now = digests(content)
    entries = {entry.id: entry for _, entry in content.entries()}
    found = {}
    for review in ledger:
        entry = entries.get(review.entry)
        if entry is None:
            continue
        until = lapses_on(entry, content, review.signed_on)
        state = State.CHANGED if now[review.entry] != review.text else State.LAPSED if today >= until else State.VALID
        found[review.entry] = Standing(review, state, until)
    return found


def sign(
    content: Content, ledger: list[Review], entries: Iterable[str], by: str, licence: str, today: datetime.date
) -> list[Review]:
    """The ledger with these entries signed as they read now; an older signature of theirs is replaced.

    Raises:
        KeyError: there is no entry of that id.
    """
    now = digests(content)
    fresh = {one: Review(entry=one, text=now[one], by=by, licence=licence, signed_on=today) for one in entries}
    return [review for review in ledger if review.entry not in fresh] + list(fresh.values())


def check_reviews(content: Content, ledger: Iterable[Review], today: datetime.date) -> list[Finding]:
    """Signatures that no longer stand and days that lie ahead.

    Kept apart from the checks that keep content from being published: what was right when it was published must
    stay buildable years later.
    """
    ledger = list(ledger)
    return [*_days_ahead(content, today), *_void(content, ledger, today)]


def _days_ahead(content: Content, today: datetime.date) -> Iterator[Finding]:
    for _, entry in content.entries():
        if entry.written_on > today:
            place = f"{content.places.get(entry.id, '?')} ({entry.id})"
            yield Finding(place, f"written_on {entry.written_on} lies ahead", "write the day it was written")


def _void(content: Content, ledger: list[Review], today: datetime.date) -> Iterator[Finding]:
    worth = standings(content, ledger, today)
    for review in ledger:
        where = f"{LEDGER} ({review.entry})"
        again = f"read the entry and sign it again: guide knowledge sign --entry {review.entry}"
        if review.entry not in worth:
            yield Finding(where, "signs an entry that does not exist", "remove the signature or correct the id")
            continue
        standing = worth[review.entry]
        place = f"{content.places.get(review.entry, '?')} ({review.entry})"
        if review.signed_on > today:
            yield Finding(where, f"signed_on {review.signed_on} lies ahead", "write the day of the signature")
        elif standing.state is State.CHANGED:
            yield Finding(place, f"its text changed since {review.by} signed it on {review.signed_on}", again)
        elif standing.state is State.LAPSED:
            yield Finding(place, f"the signature of {review.by} lapsed on {standing.lapses_on}", again)


def counts(content: Content, ledger: Iterable[Review], today: datetime.date) -> Mapping[str, int]:
    """How many entries are signed, and how many are not, by state."""
    worth = standings(content, ledger, today)
    total = sum(1 for _ in content.entries())
    by_state = {state.value: sum(s.state is state for s in worth.values()) for state in State}
    return {**by_state, "unsigned": total - len(worth)}

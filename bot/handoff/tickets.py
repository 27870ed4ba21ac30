"""Requests for a licensed agent, kept until one has answered, and as long as the agency keeps records."""

from __future__ import annotations

import datetime
import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlite_utils

from bot.privacy import mask

# No letters or digits that are mistaken for each other when read out on the phone.
ALPHABET = "ACDEFGHJKLMNPQRTUVWXY3479"

_COLUMNS = (
    *("reference", "conversation", "reason", "priority", "summary", "transcript", "created_at", "status", "facts"),
    *("updated_at", "confirmation", "consent", "hold", "keep_until", "erase_asked"),
)
_AS_JSON = {"transcript": "[]", "facts": "{}", "consent": "{}"}  # and what stands for nothing
_KEPT = "(hold is not null or coalesce(keep_until, '') >= :today)"


@dataclass(frozen=True)
class Ticket:
    """One request: who, why, how urgent, and what was said so far."""

    reference: str
    conversation: str
    reason: str  # asked, claim, quote, misses
    priority: str  # normal or urgent
    summary: str
    transcript: list[dict[str, Any]]
    created_at: str  # UTC, ISO 8601
    facts: dict[str, str] = field(default_factory=dict)  # what the visitor told in a form, by label, in order
    updated_at: str = ""  # UTC; when it was brought up to date last
    confirmation: str = ""  # what the visitor was told about it
    consent: dict[str, str] = field(default_factory=dict)  # to be called: number, text and at; empty if not given
    hold: str | None = None  # why nothing may erase it, in the agency's words
    keep_until: str | None = None  # the day until which the law keeps it, ISO 8601
    erase_asked: str | None = None  # UTC; when its visitor asked to have it erased, and it had to be kept

    def is_kept(self, today: datetime.date) -> bool:
        """Whether it must not be erased now."""
        return self.hold is not None or (self.keep_until or "") >= today.isoformat()


@dataclass(frozen=True)
class Forgotten:
    """References of a conversation's requests: those erased, and those that had to be kept."""

    erased: list[str]
    kept: list[str]


def state_folder() -> Path:
    """Where the guide keeps what must survive a restart (GUIDE_STATE, else .state)."""
    folder = Path(os.environ.get("GUIDE_STATE") or ".state")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


_in_memory: sqlite_utils.Database | None = None


def use_memory() -> None:
    """Keep tickets of this process in memory only: for trying the guide out, where nobody waits."""
    global _in_memory
    _in_memory = sqlite_utils.Database(memory=True)


class TicketStore:
    """Tickets in SQLite; one conversation has one open ticket at a time."""

    def __init__(self, path: Path | None = None) -> None:
        self._db = _in_memory or sqlite_utils.Database(path or state_folder() / "tickets.db")
        if self._db is not _in_memory:
            self._db.enable_wal()
        if not self._db.table("ticket").exists():
            self._db.table("ticket").create(dict.fromkeys(_COLUMNS, str), pk="reference")
            self._db.table("ticket").create_index(["conversation"])
        known = self._db.table("ticket").columns_dict
        for name in _COLUMNS:
            if name not in known:  # a file from before there was this
                self._db.table("ticket").add_column(name, str)

    def open(
        self,
        conversation: str,
        reason: str,
        priority: str,
        summary: str,
        transcript: list[dict[str, Any]],
        facts: Mapping[str, str] | None = None,
        confirm: Callable[[str], str] = lambda reference: "",
        consent: Mapping[str, str] | None = None,
    ) -> Ticket:
        """The conversation's open ticket, brought up to date, or a new one; facts and consent given before are kept.

        An incident stays one whatever is asked later.  A ticket that must be kept stays as it is, and a new one is
        opened beside it.

        Args:
            confirm: what the visitor is told, given the reference.
        """
        now = _now().isoformat(timespec="seconds")
        found = self.open_of(conversation)
        claim = found if found and found.reason == "claim" != reason else None
        urgent = priority == "urgent" or (found is not None and found.priority == "urgent")
        reference = found.reference if found else self._unused_reference()
        ticket = Ticket(
            reference,
            conversation,
            claim.reason if claim else reason,
            "urgent" if urgent else "normal",
            claim.summary if claim else mask(summary),
            [{**said, "text": mask(str(said["text"]))} for said in transcript],
            found.created_at if found else now,
            {**(found.facts if found else {}), **(facts or {})},
            now,
            claim.confirmation if claim else confirm(reference),
            {**(consent or (found.consent if found else {}))},
        )
        row = {name: json.dumps(value) if name in _AS_JSON else value for name, value in ticket.__dict__.items()}
        self._db.table("ticket").upsert({**row, "status": "requested"}, pk="reference")
        return ticket

    def _unused_reference(self) -> str:
        while True:
            reference = "".join(secrets.choice(ALPHABET) for _ in range(6))
            if self.get(reference) is None:
                return reference

    def open_of(self, conversation: str) -> Ticket | None:
        """The request of a conversation that waits for an agent and may still be written to."""
        where = f"conversation = :conversation and status = 'requested' and erase_asked is null and not {_KEPT}"
        return next(self._where(where, conversation=conversation), None)

    def get(self, reference: str) -> Ticket | None:
        """The ticket with that reference."""
        return next(self._where("reference = :reference", reference=reference), None)

    def open_or_kept(self) -> list[Ticket]:
        """What waits for an agent, the urgent first, and what must be kept; each in the order it came."""
        return list(self._where(f"status = 'requested' or {_KEPT} order by priority desc, created_at"))

    def hold(self, reference: str, reason: str | None, keep_until: datetime.date | None) -> bool:
        """Let nothing erase a ticket: for a reason, until it is released, or until a day; false if there is none."""
        marks = {"hold": reason, "keep_until": keep_until.isoformat() if keep_until else None}
        told = {name: value for name, value in marks.items() if value}
        if self.get(reference) is None:
            return False
        self._db.table("ticket").update(reference, told)
        return True

    def release(self, reference: str) -> Forgotten | None:
        """Take the marks off; a ticket whose visitor had asked for it is erased then. None if there is no such one."""
        ticket = self.get(reference)
        if ticket is None:
            return None
        self._db.table("ticket").update(reference, {"hold": None, "keep_until": None})
        erased = self._erase("reference = :reference and erase_asked is not null", reference=reference)
        return Forgotten(erased, [] if erased else [reference])

    def forget(self, conversation: str) -> Forgotten:
        """Erase every ticket of a conversation, but for those that must be kept."""
        erased = self._erase(f"conversation = :conversation and not {_KEPT}", conversation=conversation)
        kept = list(self._where("conversation = :conversation", conversation=conversation))
        for ticket in kept:
            asked = ticket.erase_asked or _now().isoformat(timespec="seconds")
            self._db.table("ticket").update(ticket.reference, {"erase_asked": asked})
        return Forgotten(erased, [ticket.reference for ticket in kept])

    def forget_older_than(self, days: int) -> list[str]:
        """Erase what nobody has touched for so long, and what was to be erased once it need not be kept any more."""
        return self._erase(
            f"not {_KEPT} and (coalesce(updated_at, created_at) < :before or erase_asked is not null)",
            before=(_now() - datetime.timedelta(days=days)).isoformat(timespec="seconds"),
        )

    def _where(self, where: str, **values: str) -> Iterator[Ticket]:
        rows = self._db.table("ticket").rows_where(where, {**values, "today": _today()})
        return (_ticket(row) for row in rows)

    def _erase(self, where: str, **values: str) -> list[str]:
        """Erase from the pages of the file too; the references that are gone."""
        self._db.execute("PRAGMA secure_delete = on")
        with self._db.conn:
            found = self._db.conn.execute(
                f"delete from ticket where {where} returning reference", {**values, "today": _today()}
            ).fetchall()
        if found:
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return [str(reference) for (reference,) in found]

    def close(self) -> None:
        if self._db is not _in_memory:
            self._db.close()


def _ticket(row: dict[str, Any]) -> Ticket:
    told = {name: value for name, value in row.items() if name in Ticket.__dataclass_fields__}
    read = {name: json.loads(told[name] or nothing) for name, nothing in _AS_JSON.items()}
    texts = {name: told[name] or "" for name in ("updated_at", "confirmation")}
    return Ticket(**{**told, **read, **texts})


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def _today() -> str:
    return _now().date().isoformat()

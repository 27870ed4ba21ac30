"""Requests for a licensed agent, kept until one has answered."""

from __future__ import annotations

import datetime
import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlite_utils

from bot.privacy import mask

# No letters or digits that are mistaken for each other when read out on the phone.
ALPHABET = "ACDEFGHJKLMNPQRTUVWXY3479"


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
            self._db.table("ticket").create(
                {
                    "reference": str,
                    "conversation": str,
                    "reason": str,
                    "priority": str,
                    "summary": str,
                    "transcript": str,
                    "created_at": str,
                    "status": str,
                    "facts": str,
                },
                pk="reference",
            )
            self._db.table("ticket").create_index(["conversation"])
        if "facts" not in self._db.table("ticket").columns_dict:  # a file from before there were forms
            self._db.table("ticket").add_column("facts", str)

    def open(
        self,
        conversation: str,
        reason: str,
        priority: str,
        summary: str,
        transcript: list[dict[str, Any]],
        facts: dict[str, str] | None = None,
    ) -> Ticket:
        """The conversation's open ticket, brought up to date, or a new one; facts told before are kept."""
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        found = next(
            iter(self._db.table("ticket").rows_where("conversation = ? and status = 'requested'", [conversation])), None
        )
        urgent = priority == "urgent" or (found is not None and found["priority"] == "urgent")
        ticket = Ticket(
            found["reference"] if found else self._unused_reference(),
            conversation,
            reason,
            "urgent" if urgent else "normal",
            mask(summary),
            [{**said, "text": mask(str(said["text"]))} for said in transcript],
            found["created_at"] if found else now,
            {**(json.loads(found["facts"] or "{}") if found else {}), **(facts or {})},
        )
        row = {
            **ticket.__dict__,
            "transcript": json.dumps(transcript),
            "facts": json.dumps(ticket.facts),
            "status": "requested",
        }
        self._db.table("ticket").upsert(row, pk="reference")
        return ticket

    def _unused_reference(self) -> str:
        while True:
            reference = "".join(secrets.choice(ALPHABET) for _ in range(6))
            if self.get(reference) is None:
                return reference

    def get(self, reference: str) -> Ticket | None:
        """The ticket with that reference."""
        row = next(iter(self._db.table("ticket").rows_where("reference = ?", [reference])), None)
        if row is None:
            return None
        row.pop("status")
        return Ticket(**{**row, "transcript": json.loads(row["transcript"]), "facts": json.loads(row["facts"] or "{}")})

    def forget(self, conversation: str) -> list[str]:
        """Erase every ticket of a conversation, its pages in the file too; the references that are gone."""
        found = [
            str(row["reference"]) for row in self._db.table("ticket").rows_where("conversation = ?", [conversation])
        ]
        if found:
            self._db.execute("PRAGMA secure_delete = on")
            with self._db.conn:
                self._db.table("ticket").delete_where("conversation = ?", [conversation])
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return found

    def close(self) -> None:
        if self._db is not _in_memory:
            self._db.close()

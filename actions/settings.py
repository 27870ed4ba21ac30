"""What an agency sets for itself, from the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Agency:
    """How the agency is named and reached."""

    name: str
    phone: str | None
    email: str | None
    licence: str | None

    @classmethod
    def from_environment(cls) -> Agency:
        """GUIDE_AGENCY_NAME, GUIDE_AGENCY_PHONE, GUIDE_AGENCY_EMAIL and GUIDE_AGENCY_LICENCE."""
        get = os.environ.get
        return cls(
            name=get("GUIDE_AGENCY_NAME") or "our agency",
            phone=get("GUIDE_AGENCY_PHONE") or None,
            email=get("GUIDE_AGENCY_EMAIL") or None,
            licence=get("GUIDE_AGENCY_LICENCE") or None,
        )

    def reached_by(self) -> str:
        """A sentence on how to reach the agency now; empty where nothing is set."""
        ways = [f"call {self.phone}" if self.phone else "", f"write to {self.email}" if self.email else ""]
        ways = [way for way in ways if way]
        return f"You can also {' or '.join(ways)}." if ways else ""

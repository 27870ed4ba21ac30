"""What an agency sets for itself, from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

# What visitors ask of an agency, by the names that knowledge/content/agency.yml uses; each is GUIDE_AGENCY_<NAME>.
FACTS = (
    *("hours", "phone", "email", "address", "fees", "insurers", "states", "licence", "complaints", "languages"),
    *("privacy", "response", "about", "payment", "appointment", "claims", "lines"),
)


@dataclass(frozen=True)
class Agency:
    """How the agency is named and reached, and what it tells of itself."""

    name: str
    phone: str | None
    email: str | None
    licence: str | None
    facts: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_environment(cls) -> Agency:
        """GUIDE_AGENCY_NAME, and GUIDE_AGENCY_<NAME> for each of FACTS."""
        told = {name: os.environ.get(f"GUIDE_AGENCY_{name.upper()}", "").strip() for name in FACTS}
        facts = {name: value for name, value in told.items() if value}
        return cls(
            name=os.environ.get("GUIDE_AGENCY_NAME") or "our agency",
            phone=facts.get("phone"),
            email=facts.get("email"),
            licence=facts.get("licence"),
            facts=facts,
        )

    def fact(self, name: str) -> str | None:
        """What the agency tells of one thing; None where it is silent."""
        return self.facts.get(name)

    def reached_by(self) -> str:
        """A sentence on how to reach the agency now; empty where nothing is set."""
        ways = [f"call {self.phone}" if self.phone else "", f"write to {self.email}" if self.email else ""]
        ways = [way for way in ways if way]
        return f"You can also {' or '.join(ways)}." if ways else ""

"""The agency as it sets itself out in the environment: read, typed and checked here and nowhere else.

Trying the guide out needs none of it.  In service (``GUIDE_SERVICE=1``) the law asks an agency's site for some of it
(California Insurance Code 1726), and visitors must be able to reach somebody, so the guide does not start without.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlsplit

import us

from bot.settings import SettingError

T = TypeVar("T")

UNNAMED = "our agency"
TICKETS_DAYS = 1825  # five years
LONGEST_LINE = 120  # characters
SHORTEST_CONSENT, LONGEST_CONSENT = 20, 300

# What visitors ask of an agency, by the names that the content uses; each is GUIDE_AGENCY_<NAME>.
FACTS = (
    *("hours", "phone", "email", "address", "fees", "insurers", "states", "licence", "complaints", "languages"),
    *("privacy", "response", "about", "payment", "appointment", "claims", "lines"),
)
# Without these the guide does not go into service: what each is, for whoever has to set it.
NEEDED = {
    "GUIDE_AGENCY_NAME": "the agency's name as filed with the Department of Insurance",
    "GUIDE_AGENCY_LICENCE": "its license number",
    "GUIDE_AGENCY_DOMICILE": "its state of domicile",
    "GUIDE_AGENCY_PLACE": "its principal place of business",
    "GUIDE_AGENCY_STATES": "the states it is licensed in, two letters each",
    "GUIDE_AGENCY_PRIVACY": "the address of its privacy policy",
}
EXAMPLES = {
    "GUIDE_SERVICE": "1",
    "GUIDE_AGENCY_NAME": "Larkfield & Rowe",
    "GUIDE_AGENCY_LICENCE": "0X12345",
    "GUIDE_AGENCY_DOMICILE": "CA",
    "GUIDE_AGENCY_PLACE": "Sacramento, CA",
    "GUIDE_AGENCY_STATES": "CA,NV",
    "GUIDE_AGENCY_PRIVACY": "https://agency.example/privacy",
    "GUIDE_AGENCY_PHONE": "202-555-0142",
    "GUIDE_AGENCY_CONSENT": "If you give a phone number, we may call you at it about this request.",
    "GUIDE_TICKETS_DAYS": str(TICKETS_DAYS),
    "GUIDE_SIGNED_ONLY": "0",
    "GUIDE_RECORDING_CONSENT": "0",
}


class AgencyError(SettingError):
    """Settings that the guide cannot start with; the message holds a line for each."""


@dataclass(frozen=True)
class Agency:
    """What an agency sets for itself.

    Attributes:
        name: as filed with the Department of Insurance, true or fictitious.
        licence: its number.
        domicile: name of the state.
        place: principal place of business, city and state.
        states: codes of those it is licensed in; without any, the guide asks nobody where they are licensed.
        privacy: address of the privacy policy.
        consent: its own words for the consent to be called; without, those of the content.
        facts: what it tells visitors of itself, by name.
        tickets_days: how long requests for an agent are kept.
        in_service: visitors are real, and not somebody who tries the guide out.
        signed_only: answers of law and figures that nobody has signed are left to an agent.
        recording_consent: visitors agree to the recording before anything of theirs is kept.
    """

    name: str = UNNAMED
    phone: str | None = None
    email: str | None = None
    licence: str | None = None
    domicile: str | None = None
    place: str | None = None
    states: tuple[str, ...] = ()
    privacy: str | None = None
    consent: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    tickets_days: int = TICKETS_DAYS
    in_service: bool = False
    signed_only: bool = False
    recording_consent: bool = False

    @classmethod
    def from_environment(cls) -> Agency:
        """As set; what cannot be used counts as not set, for ``require`` has said so before the start."""
        return read(os.environ)[0]

    @property
    def with_insurance(self) -> str:
        """The name, and beside it the word "insurance" where it has none (Insurance Code 1726 (a)(4))."""
        return self.name if re.search(r"\binsurance\b", self.name, re.IGNORECASE) else f"{self.name} · Insurance"

    def fact(self, name: str) -> str | None:
        """What the agency tells of one thing; None where it is silent."""
        return self.facts.get(name)

    def reached_by(self) -> str:
        """A sentence on how to reach the agency now; empty where nothing is set."""
        ways = [f"call {self.phone}" if self.phone else "", f"write to {self.email}" if self.email else ""]
        ways = [way for way in ways if way]
        return f"You can also {' or '.join(ways)}." if ways else ""


def require(environment: Mapping[str, str] = os.environ) -> Agency:
    """The agency, if the guide can start with it.

    Raises:
        AgencyError: a setting cannot be used, or one is missing that service needs; all of them at once.
    """
    agency, problems = read(environment)
    if agency.in_service:
        problems += [
            f"{name} is missing: {what}, for example {EXAMPLES[name]}."
            for name, what in NEEDED.items()
            if not environment.get(name, "").strip()
        ]
        if not (agency.phone or agency.email):
            problems.append(
                "GUIDE_AGENCY_PHONE and GUIDE_AGENCY_EMAIL are missing: visitors need one of them to reach somebody, "
                f"for example {EXAMPLES['GUIDE_AGENCY_PHONE']}."
            )
    if problems:
        head = "The guide cannot go into service (GUIDE_SERVICE=1)" if agency.in_service else "The guide cannot start"
        raise AgencyError("\n- ".join([f"{head} until these settings are right:", *problems]))
    return agency


def read(environment: Mapping[str, str]) -> tuple[Agency, list[str]]:
    """The agency, and a sentence for every setting that cannot be used; what is not set is no problem here."""
    problems: list[str] = []

    def setting(name: str, reader: Callable[[str], T], unset: T) -> T:
        text = environment.get(name, "").strip()
        try:
            return reader(text) if text else unset
        except ValueError as error:
            problems.append(f"{name} cannot be {text!r}: {error}. Write, for example, {EXAMPLES[name]}.")
            return unset

    told = {name: environment.get(f"GUIDE_AGENCY_{name.upper()}", "").strip() for name in FACTS}
    nowhere: tuple[str, ...] = ()
    states = setting("GUIDE_AGENCY_STATES", states_of, nowhere)
    licence = setting("GUIDE_AGENCY_LICENCE", licence_of, None)
    privacy = setting("GUIDE_AGENCY_PRIVACY", address_of, None)
    policy = f"The privacy policy is at {privacy}." if privacy else ""
    told |= {"states": _joined([STATES[code] for code in states]), "licence": licence or "", "privacy": policy}
    facts = {name: text for name, text in told.items() if text}
    agency = Agency(
        name=setting("GUIDE_AGENCY_NAME", name_of, UNNAMED),
        phone=facts.get("phone"),
        email=facts.get("email"),
        licence=licence,
        domicile=setting("GUIDE_AGENCY_DOMICILE", state_named, None),
        place=setting("GUIDE_AGENCY_PLACE", place_of, None),
        states=states,
        privacy=privacy,
        consent=setting("GUIDE_AGENCY_CONSENT", consent_of, None),
        facts=facts,
        tickets_days=setting("GUIDE_TICKETS_DAYS", days_of, TICKETS_DAYS),
        in_service=setting("GUIDE_SERVICE", switch_of, False),
        signed_only=setting("GUIDE_SIGNED_ONLY", switch_of, False),
        recording_consent=setting("GUIDE_RECORDING_CONSENT", switch_of, False),
    )
    return agency, problems


# How each is read: the value, or a ValueError that says what is wrong with the text.

STATES = {str(state.abbr): str(state) for state in [*us.states.STATES_AND_TERRITORIES, us.states.DC]}
_CODES = {key.lower(): code for code, name in STATES.items() for key in (code, name)}  # as spelt, never by sound


def switch_of(text: str) -> bool:
    """1 or 0."""
    if text not in ("0", "1"):
        raise ValueError("it is 1 for yes, and 0 or nothing for no")
    return text == "1"


def name_of(text: str) -> str:
    """A name in one line."""
    if not text.isprintable() or len(text) > LONGEST_LINE:
        raise ValueError(f"a name is one line of at most {LONGEST_LINE} characters")
    if not re.search(r"[^\W\d_]", text):
        raise ValueError("a name has letters")
    return text


def licence_of(text: str) -> str:
    """A number, and nothing that is said around it anyway."""
    if re.search("licen[cs]e", text, re.IGNORECASE):
        raise ValueError('the guide says "license" itself, so the number is enough')
    if not re.fullmatch(r"[A-Za-z0-9 #.,/-]{4,40}", text) or len(re.findall(r"\d", text)) < 4:
        raise ValueError("a license number has digits, and letters at most")
    return text


def state_named(text: str) -> str:
    """The name of a state given by name or code."""
    if text.lower() not in _CODES:
        raise ValueError("there is no such state")
    return STATES[_CODES[text.lower()]]


def place_of(text: str) -> str:
    """City and state, the state in full."""
    city, comma, state = (part.strip() for part in text.rpartition(","))
    if not comma or not city:
        raise ValueError("it needs a city and a state")
    return f"{name_of(city)}, {state_named(state)}"


def states_of(text: str) -> tuple[str, ...]:
    """Codes, each once, in the order given."""
    told = [code for code in re.split(r"[,\s]+", text) if code]
    wrong = [code for code in told if code.upper() not in STATES]
    if wrong or not told:
        raise ValueError(f"{' '.join(wrong[:1]) or text} is not the two letters of a state")
    return tuple(dict.fromkeys(code.upper() for code in told))


def address_of(text: str) -> str:
    """An address that a browser opens over TLS."""
    parts = urlsplit(text)
    if parts.scheme != "https" or "." not in (parts.hostname or "") or re.search(r"[\s<>\"]", text):
        raise ValueError("it must be an address that begins with https://")
    return text


def consent_of(text: str) -> str:
    """A sentence that says that the agency may call."""
    if not SHORTEST_CONSENT <= len(text) <= LONGEST_CONSENT or not text.isprintable():
        raise ValueError(f"it must be a sentence of {SHORTEST_CONSENT} to {LONGEST_CONSENT} characters")
    if not re.search(r"\bcall", text, re.IGNORECASE):
        raise ValueError('it must say that you may "call"')
    return text if text.endswith((".", "!")) else f"{text}."


def days_of(text: str) -> int:
    """Whole days, one at least."""
    if not re.fullmatch(r"\d{1,5}", text, re.ASCII) or int(text) < 1:
        raise ValueError("it is a number of days, 1 at least")
    return int(text)


def _joined(names: list[str]) -> str:
    """ "a, b and c" """
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)

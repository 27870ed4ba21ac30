"""What the guide says first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.agency import UNNAMED, Agency
from knowledge.base import KnowledgeUnavailable
from knowledge.notices import WITHOUT_KNOWLEDGE, opening, published, spoken

# Whom the guide knows best comes first; a shop is meant as well.
_EXAMPLES = (
    "Which policies does a call center need?",
    "What does cyber insurance cost?",
    "Which policies does a bakery need?",
)


def load_notice() -> str:
    """The notice that this is a machine and recorded, as the other channels give it."""
    agency = Agency.from_environment()
    return opening(_notices(), agency.name, agency.licence)


def load_agency() -> dict[str, Any]:
    """Who the agency is: a line for the chat's foot, the lines behind it, and the address of its privacy policy."""
    notices, agency = _notices(), Agency.from_environment()
    line, details = None, []
    if agency.licence and agency.name != UNNAMED:
        line = spoken(notices, "agency_line", agency=agency.with_insurance, licence=agency.licence)
    if agency.domicile:
        details.append(spoken(notices, "domicile_line", domicile=agency.domicile))
    if agency.place:
        details.append(spoken(notices, "place_line", place=agency.place))
    return {"line": line, "details": details, "privacy": agency.privacy}


def load_page() -> dict[str, str]:
    """The texts of the page that an agency in service has at ``/``."""
    agency, shown = Agency.from_environment(), load_agency()
    domicile, place = (*shown["details"], "", "")[:2]
    return {
        "agency": agency.name,
        "line": shown["line"] or "",
        "domicile": domicile,
        "place": place,
        "privacy": agency.privacy or "",
        "reach": agency.reached_by(),
    }


def _notices() -> Mapping[str, Any]:
    try:
        return published()
    except KnowledgeUnavailable:
        return WITHOUT_KNOWLEDGE


def load_welcome() -> dict[str, Any]:
    """The first message of a conversation: what the guide is, and three ways to begin."""
    return {
        "text": f"{load_notice()}\n\nAsk me in your own words.",
        "answer": {"more": [spoken(_notices(), "notice_more")]},  # folded in the chat
        "buttons": [{"title": question, "payload": question} for question in _EXAMPLES],
    }

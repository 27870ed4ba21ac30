"""The guide's standing texts, where a channel needs them before there is a question."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from knowledge.base import KnowledgeUnavailable
from knowledge.build import DATABASE

# Said where there is no knowledge base to take a text from: these must be known all the same.
WITHOUT_KNOWLEDGE = {
    "assistant_notice": "I am an automated assistant, not a person. Chats are recorded, bind nothing and are not "
    "notice to your insurer.",
    "notice_more": "Only a licensed agent can help with coverage.",
    "not_notice": "This chat is not notice to your insurer. Report it yourself, at the claims number on your policy or "
    "through the agent who sold it.",
    "licence_line": "{agency}, insurance license {licence}",
    "agency_line": "{agency} · License {licence}",
    "domicile_line": "State of domicile: {domicile}",
    "place_line": "Principal place of business: {place}",
    "kept_on_hold": "The agency must keep {requests} for now.",
}


def published(path: Path = DATABASE) -> dict[str, Any]:
    """The standing texts of the database in service, by name, without reading its entries.

    Raises:
        KnowledgeUnavailable: the file is missing or is no knowledge base.
    """
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            found = json.loads(db.execute("select value from meta where key = 'notices'").fetchone()[0])
    except (sqlite3.Error, TypeError, ValueError) as error:
        raise KnowledgeUnavailable(f"{path} holds no notices: {error}") from error
    return dict(found)


def spoken(notices: Mapping[str, Any], name: str, **values: str) -> str:
    """A standing text with its {names} filled in; what is said without a knowledge base where there is none.

    Braces that name nothing known stay as they are: a slip in a text must not silence the guide.
    """
    text = " ".join(str(notices.get(name) or WITHOUT_KNOWLEDGE.get(name, "")).split())
    for key, value in values.items():
        text = text.replace(f"{{{key}}}", value)
    return text


def opening(notices: Mapping[str, Any], agency: str, licence: str | None) -> str:
    """What every conversation starts with: what it is and is not, and who is licensed.

    Args:
        notices: the standing texts, by name.
        agency: the agency's name.
        licence: its license number; without one the license line is left out.
    """
    parts = [str(notices.get("assistant_notice", "")).strip()]
    if licence:
        parts.append(spoken(notices, "licence_line", agency=agency, licence=licence))
    return " ".join(part for part in parts if part)

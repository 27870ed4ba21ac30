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


def opening(notices: Mapping[str, Any], agency: str, licence: str | None) -> str:
    """What every conversation starts with: an automated assistant, general information, recorded, and who is licensed.

    Args:
        notices: the standing texts, by name.
        agency: the agency's name.
        licence: its license number; without one the license line is left out.
    """
    parts = [str(notices.get("assistant_notice", "")).strip()]
    if licence:
        line = str(notices.get("licence_line", "{agency}, {licence}"))
        parts.append(line.format(agency=agency, licence=licence).strip())
    return " ".join(part for part in parts if part)

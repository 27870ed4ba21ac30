"""Where records are kept: the state folder, and the database in it or the one that a setting names."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from bot.settings import database

FILE = "guide.db"


def state_folder() -> Path:
    """Where the guide keeps what must survive a restart (GUIDE_STATE, else .state)."""
    folder = Path(os.environ.get("GUIDE_STATE") or ".state")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def database_url(folder: Path, environment: Mapping[str, str] = os.environ) -> str:
    """What GUIDE_DATABASE_URL names, else the SQLite file of a state folder.

    Raises:
        SettingError: it is no address of a PostgreSQL database.
    """
    return database(environment) or f"sqlite:///{(folder / FILE).absolute()}"

"""Whether a knowledge base is still what was built: no half copy, no damaged disk, no edit by hand."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path


def digest_of(connection: sqlite3.Connection) -> str:
    """Changes with any row that answers come from; full-text indexes and ``meta``, which holds it, are left out.

    Raises:
        sqlite3.DatabaseError: the file is damaged.
    """
    named = r"select name from sqlite_master where type = 'table' and name not like '%\_fts%' escape '\' order by name"
    digest = hashlib.sha256()
    for (table,) in connection.execute(named).fetchall():
        if table != "meta":
            digest.update(f"{table}\n".encode())
            for row in connection.execute(f'select * from "{table}" order by rowid'):
                digest.update(repr(row).encode())
    return digest.hexdigest()


def is_intact(path: Path) -> bool:
    """Whether the file's rows are those that were built; false as well for one that an earlier version built."""
    try:
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            built = connection.execute("select value from meta where key = 'digest'").fetchone()
            return built is not None and built[0] == digest_of(connection)
        finally:
            connection.close()
    except sqlite3.Error:
        return False

"""The knowledge base in service, followed as newer ones take its place."""

from __future__ import annotations

from pathlib import Path

from knowledge.base import KnowledgeBase, KnowledgeUnavailable
from knowledge.build import DATABASE
from knowledge.intact import is_intact


def stamp_of(path: Path) -> tuple[int, int] | None:
    """Tells one state of a knowledge base's file from the next; None where there is no file."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns


class LiveBase:
    """Opens the knowledge base, and opens it again when a newer one has been put in its place.

    The one opened before is not closed, for another thread may be asking it: it goes with the last answer that uses it.
    """

    def __init__(self, path: Path = DATABASE) -> None:
        self._path = path
        self._base: KnowledgeBase | None = None
        self._stamp: tuple[int, int] | None = None

    def __call__(self) -> KnowledgeBase:
        """The base as it is now.

        Raises:
            KnowledgeUnavailable: the file is missing, is no knowledge base, or not as it was built; the one opened
                before stays open.
        """
        stamp = stamp_of(self._path)
        if stamp is None:
            raise KnowledgeUnavailable(f"There is no knowledge base at {self._path}.")
        if self._base is None or stamp != self._stamp:
            base = KnowledgeBase(self._path)
            if not is_intact(self._path):
                raise KnowledgeUnavailable(f"{self._path} is not as it was built: run `guide knowledge build`.")
            self._base, self._stamp = base, stamp
        return self._base


in_service = LiveBase()
"""The one of this process."""

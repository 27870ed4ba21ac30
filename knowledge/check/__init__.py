"""Checks across entries, and of what they say: all that the shape of a file cannot tell."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from knowledge.check import grounds, phrases, profile, prose, references
from knowledge.content import Content, Finding
from knowledge.named import NAMED

Named = Mapping[str, Collection[str]]


def check(content: Content, named: Named = NAMED) -> list[Finding]:
    """Everything that must be put right before the content is published, whatever the day.

    Args:
        named: kind and ids of the entries that the code cannot do without.
    """
    parts = (references, phrases, prose, grounds, profile)
    return [
        *references.missing(content, named),
        *(finding for part in parts for finding in part.findings(content)),
    ]

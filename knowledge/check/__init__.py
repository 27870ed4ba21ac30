"""Checks across entries, and of what they say: all that the shape of a file cannot tell."""

from __future__ import annotations

from knowledge.check import grounds, profile, prose, references
from knowledge.content import Content, Finding


def check(content: Content) -> list[Finding]:
    """Everything that must be put right before the content is published, whatever the day."""
    return [finding for part in (references, prose, grounds, profile) for finding in part.findings(content)]

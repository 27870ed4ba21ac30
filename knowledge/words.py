"""Words: those that say nothing about a subject, and what is left of a text without them."""

from __future__ import annotations

import re

# Full-text search would look for them or rank by them.
STOP_WORDS = {
    "a", "an", "and", "any", "are", "as", "at", "be", "but", "by", "can", "could", "do", "does", "for", "from",
    "get", "had", "has", "have", "how", "i", "if", "in", "insurance", "insured", "is", "it", "its", "me", "my",
    "no", "not", "of", "on", "or", "our", "out", "should", "so", "that", "the", "their", "them", "then", "there",
    "they", "this", "to", "us", "was", "we", "what", "when", "where", "which", "who", "why", "will", "with",
    "would", "you", "your", "cover", "coverage", "covered", "covers", "policy", "policies", "pay", "pays", "need",
}  # fmt: skip
STEM = 5  # letters by which "insurers" and "insuring" are one word


def normalised(text: str) -> str:
    """The words alone: texts that differ in case, spaces and punctuation are the same."""
    return " ".join(re.findall(r"\w+", text.lower()))


def subjects(*texts: str) -> set[str]:
    """The beginnings of the words that say what texts are about."""
    words = (word for text in texts for word in re.findall(r"[a-z0-9&]+", text.lower()))
    return {word[:STEM] for word in words if word not in STOP_WORDS and len(word) > 1}

"""The asking around what is asked about: "does our insurance pay for …".  Pure."""

from __future__ import annotations

import re


def _any(words: str) -> str:
    """A pattern for any of the phrases between the bars, longest first."""
    return "(?:" + "|".join(sorted((w.strip() for w in words.split("|")), key=len, reverse=True)) + ")"


_DETERMINER = _any("our|my|the|your|a|an|any|this|that|which|what|normal|regular|standard")
_THING = _any("insurance|policy|policies|coverage|cover|insurer|it")
_INSURANCE = rf"(?:{_DETERMINER}\s+)*{_THING}(?:\s+{_THING})*"
_PAYS = _any(
    "cover|covers|covering|pay|pays|pay for|pays for|pay out|respond|responds|respond to|responds to|apply|applies"
    "|help|helps|help with|handle|handles|include|includes|protect|protects|take care of|kick in|kicks in"
)
_OBJECT = rf"(?:\s+{_any('us|me|it|for|if|when|against|by|that|this')})*"
_MAY = _any("would|will|should|could|can")
_DOES = _any("does|do|did|will|would|can|could|is|are")
_WE = _any("we|i|my business|our company|it|that|this|they")
_ASKING = re.compile(
    "|".join(
        [
            rf"\b{_DOES}\s+{_INSURANCE}\s+{_PAYS}{_OBJECT}\b",
            rf"\b{_INSURANCE}\s+(?:that\s+)?(?:{_MAY}\s+)?{_PAYS}{_OBJECT}\b",
            rf"\b{_any('are|am|is|would|will')}\s+{_WE}\s+(?:be\s+)?{_any('insured|covered|protected')}{_OBJECT}\b",
            rf"\b{_any('who|what')}\s+(?:{_MAY}\s+)?{_any('pay|pays|cover|covers')}{_OBJECT}\b",
            rf"\b{_any('do|does')}\s+{_INSURANCE}\b",
            rf"\b{_any('covered|insured|included')}\s+{_any('under|by|in|with')}\s+{_INSURANCE}\b",
        ]
    ),
    re.IGNORECASE,
)


def without_asking(text: str) -> str:
    """The text without "does our insurance pay for", "are we covered if" and the like.

    The text itself where nothing would be left.
    """
    rest = re.sub(r"\s+", " ", _ASKING.sub(" ", text)).strip(" ?.,!")
    return rest if len(rest) > 3 else text

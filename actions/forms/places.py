"""The state a town lies in.  Pure."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import lru_cache

import us
import zipcodes

SURE = 0.7  # share of a name's ZIP codes that must lie in one state
LONGEST_NAME = 4  # words of a town's name
_ZIP = re.compile(r"\b(\d{5})(?:-\d{4})?\b")
_PLACE = re.compile(r"\b(?:in|from|near|around|outside|of|at)\s+((?:[^\W\d_][\w'.-]*\s*){1,4})", re.IGNORECASE)


def state_of(text: str, whole: bool = False) -> str | None:
    """The code of the state that a text places something in; None where no place is named, or it could be several.

    Args:
        whole: the text is the answer to "where?", so that all of it may be a name ("Reno", "NV", "89501").
    """
    for code in _ZIP.findall(text):
        found = zipcodes.matching(code) if whole or re.search(r"\bzip\b", text, re.IGNORECASE) else []
        if found:
            return str(found[0]["state"])
    if whole:
        bare = text.strip(" .!,")
        named = us.states.lookup(bare) or _last_part(bare)
        if named:
            return str(named.abbr)
    candidates = [text.strip(" .!,")] if whole else []
    candidates += [match[1] for match in _PLACE.finditer(text)]
    return next((state for place in candidates if (state := _of_town(place))), None)


def _last_part(text: str) -> us.states.State | None:
    """ "Reno, NV" """
    head, comma, tail = text.rpartition(",")
    return us.states.lookup(tail.strip()) if comma and head else None


def _of_town(place: str) -> str | None:
    """By the longest run of words that is a town's name."""
    words = re.findall(r"[\w'.-]+", place.lower())[:LONGEST_NAME]
    for length in range(len(words), 0, -1):
        states = _towns().get(" ".join(words[:length]).strip("."))
        if states:
            state, codes = states.most_common(1)[0]
            return state if codes >= SURE * states.total() else None
    return None


@lru_cache(maxsize=1)
def _towns() -> dict[str, Counter[str]]:
    """For every town's name in lower case, how many ZIP codes it has in which state."""
    towns: dict[str, Counter[str]] = defaultdict(Counter)
    for place in zipcodes.list_all():
        if place["active"]:
            towns[str(place["city"]).lower()][str(place["state"])] += 1
    return dict(towns)

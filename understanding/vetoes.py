"""What no likeness may decide: a short list, for safety, each with its reason and its test.

A veto takes targets out of a reading, or the news of a loss; it never puts one in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from understanding.reader import Reading
from understanding.targets import Target, intent_id

# Erasing and passing on are done on plain words only, however much a message resembles such a wish.
ERASING = re.compile(r"\b(?:delete|erase|remove|forget|wipe|destroy|purge|clear)\b", re.IGNORECASE)

# So is beginning afresh: what was told is gone then.
STARTING_OVER = {
    *("start", "begin", "restart", "reset", "scratch", "afresh", "anew", "fresh", "over", "scrap", "wipe", "clear"),
    *("forget", "erase", "redo", "again", "blank", "zero"),
}

# A yes or no about one incident does not hold for "all injuries" or "always".
ABSOLUTE = frozenset(("all", "every", "everything", "everyone", "always", "never", "whole", "entire"))

# What is told of as imagined has not happened: of 102 labelled messages that say so, none tells of a loss.
IMAGINED = (
    *("what if", "hypothetical", "hypothetically", "suppose", "imagine", "nothing happened", "nothing has happened"),
    *("nothing's happened", "has not happened", "hasn't happened"),
)


def forbids_verdict(words: Sequence[str], policies: int) -> bool:
    """Whether a message asks for more than a yes or no decides: about all of something, or which of two policies."""
    return not ABSOLUTE.isdisjoint(words) or (policies > 1 and _or_between(words))


def _or_between(words: Sequence[str]) -> bool:
    """Whether "or" stands between things to choose among: not in "yes or no"."""
    return any(word == "or" and tuple(words[at - 1 : at + 2 : 2]) != ("yes", "no") for at, word in enumerate(words))


def only_imagined(text: str) -> bool:
    """Whether a message says that what it tells has not happened."""
    words = re.findall(r"[a-z']+", text.lower().replace("’", "'"))
    said = f" {' '.join(words)} "
    return "not hypothetical" not in said and any(f" {each} " in said for each in IMAGINED)


def vetoed(reading: Reading, targets: Mapping[str, Target]) -> list[tuple[str, float]]:
    """The ranked targets without those that the message may not mean."""
    return [(name, chance) for name, chance in reading.ranked if not _forbidden(targets[name], reading)]


def _forbidden(target: Target, reading: Reading) -> bool:
    text = reading.heard.text
    if target.id == intent_id("delete_my_data"):
        return not ERASING.search(text)
    if target.id == intent_id("restart"):
        return STARTING_OVER.isdisjoint(reading.heard.words)
    # The law of one state is no answer about another.
    states = reading.heard.links.get("state", [])
    return target.state is not None and bool(states) and target.state not in states

"""What is said at many a turn is said once in the same words; after that each time in others.  Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from actions.answer import Answer

SLOT = "said"  # how often each text was said, by name
LISTED = "- "  # before an item: a question that is listed is not asked


def said_once(
    answers: Iterable[Answer], said: Mapping[str, int], wordings: Mapping[str, Sequence[str]]
) -> dict[str, int]:
    """Word anew, in the answers, the texts that were said before: in their other wordings, one after the other.

    Args:
        said: how often each text was said in the conversation so far, by name.
        wordings: how each text is worded first, and then.

    Returns:
        How often each has been said now.
    """
    told = dict(said)
    for answer in answers:
        paragraphs = [answer.lead, *answer.paragraphs, *answer.notes]
        for name, (first, *others) in wordings.items():
            pattern = _pattern(first)
            for place, text in enumerate(paragraphs):
                found = pattern.search(text)
                if found is None or text[: found.start()].endswith(LISTED):
                    continue
                times = told.get(name, 0)
                if times and others:
                    other = " ".join(others[(times - 1) % len(others)].split()).format(**found.groupdict())
                    paragraphs[place] = text[: found.start()] + other + text[found.end() :]
                told[name] = times % len(others) + 1 if times and others else 1
        count = len(answer.paragraphs)
        answer.lead, answer.paragraphs, answer.notes = (
            paragraphs[0],
            paragraphs[1 : count + 1],
            paragraphs[count + 1 :],
        )
    return told


@lru_cache(maxsize=512)
def _pattern(text: str) -> re.Pattern[str]:
    """Finds a text with anything in place of its {names}, however it is wrapped."""
    seen: set[str] = set()

    def written(part: str) -> str:
        name = part.strip("{}")
        if not part.startswith("{"):
            return r"\s+".join(map(re.escape, re.split(r"\s+", part)))
        if name in seen:
            return f"(?P={name})"
        seen.add(name)
        return f"(?P<{name}>.+?)"

    standing = re.compile("".join(written(part) for part in re.split(r"(\{\w+\})", text.strip())) or r"(?!)")
    return standing

"""What of a pasted letter is the visitor's own: signatures, quoted mails, headers and bare links are set aside."""

from __future__ import annotations

import re
from functools import lru_cache

from mailparser_reply import EmailReplyParser

LINK = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)


@lru_cache(maxsize=1)
def _parser() -> EmailReplyParser:
    return EmailReplyParser(languages=["en"])


def own_words(text: str) -> str:
    """The text without what came with it; the text itself where nothing would be left.

    A message of one line is no letter: only its links are taken away.
    """
    body = text
    if "\n" in text:
        replies = _parser().read(text).replies
        body = replies[0].body.strip() if replies else text
    rest = re.sub(r"[ \t]{2,}", " ", LINK.sub(" ", body)).strip()
    return rest if any(c.isalnum() for c in rest) else text

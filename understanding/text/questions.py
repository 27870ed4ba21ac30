"""Several questions in one message: where one ends and the next begins.  Pure."""

from __future__ import annotations

import re
from itertools import pairwise

MOST = 3  # questions of one message that are answered
FEWEST_WORDS = 2
_ASK = (
    r"(?:what|whats|what's|how|hows|who|whos|which|where|when|why|does|do|did|can|could|would|will|should|may|must"
    # "… and is threatening us" goes on telling
    r"|(?:is|are|am)(?!\s+\w+ing\s+(?:us|me|our|my|the|to|for|that|we|him|her|them)\b))\b"
)
_LEAD_IN = (
    r"(?:&\s*|(?:and|n|also|or|but|so|plus|then|ok|okay|secondly|second|finally|oh|hi|hello|hey|sorry|well|btw)\b"
    r"[\s,]*)*"
)
# A new question begins after the end of one, in a new line that was not only wrapped, or where a joining word
# is followed by a question word.
_LINE = rf"\s*\n\s*(?:\n\s*)+|\s*\n\s*(?={_LEAD_IN}{_ASK}|(?-i:[^a-z]))"
_NEXT = re.compile(
    rf"(?<=[?])[\s,]+|(?<=[.!;])\s+|\s+(?=\(?\d\)\s)|{_LINE}|[\s,]+(?=(?:and|n|&|also|plus)\s+(?:also\s+|then\s+)?{_ASK})|,\s+(?={_ASK})",
    re.IGNORECASE,
)
_STARTS_ASKING = re.compile(
    rf"[\W\d]*{_LEAD_IN}(?:{_ASK}|(?:(?:i|we)(?:['’]?d)? )?(?:need|want|would like|like) to know\b|(?:(?:i|we)(?:['’]?m"
    r"| am| are)? )?wonder(?:ing)?\b)",
    re.IGNORECASE,
)
_WHILE = re.compile(
    r"\b(?:if|when|where|that|who|which|because|since|whether|know|wonder|tell me|asking|asked)\W*$", re.IGNORECASE
)

# "When a firm buys insurance, should it …": what stands before the comma is no question.
_CLAUSE = re.compile(rf"{_LEAD_IN}(?:if|when|once|after|before|since|because|while|as|where)\b", re.IGNORECASE)


def several_questions(text: str) -> list[str]:
    """The questions of a message, at most ``MOST``; empty where it asks one thing or nothing.

    What is told before a question belongs to it, what follows the last one too, so that nothing is lost.
    """
    questions: list[str] = []
    told: list[str] = []
    for piece in _pieces(text):
        told.append(piece)
        if _asks(piece):
            questions.append(" ".join(told))
            told = []
    if len(questions) < 2:
        return []
    if told:
        questions[-1] = " ".join([questions[-1], *told])
    return questions[:MOST]


def _pieces(text: str) -> list[str]:
    """The text cut where a question may begin; a clause that hangs on the words before it is no new one."""
    pieces: list[str] = []
    for piece in (p.strip(" ,") for p in _NEXT.split(text)):
        if not piece:
            continue
        hangs = pieces and (_WHILE.search(pieces[-1]) or (_CLAUSE.match(pieces[-1]) and not pieces[-1].endswith("?")))
        if pieces and (hangs or len(pieces[-1].split()) < FEWEST_WORDS):
            pieces[-1] = f"{pieces[-1]} {piece}"
        else:
            pieces.append(piece)
    return pieces


SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n\s*\n\s*|\n(?=\s*[^\sa-z])")
MOST_SENTENCES, SHORTEST_SENTENCE = 4, 3


def sentences(text: str) -> list[str]:
    """The sentences of a text that has several, the last ones where there are many: a question ends a story.

    A line that goes on in small letters was only wrapped.
    """
    found = [piece.strip() for piece in SENTENCE_END.split(text) if len(piece.split()) >= SHORTEST_SENTENCE]
    return found[-MOST_SENTENCES:] if len(found) > 1 else []


def asking_sentence(text: str) -> str:
    """The only one of several sentences that asks; empty where there is none, another one, or it points at the rest."""
    found = [piece.strip() for piece in SENTENCE_END.split(text) if piece.strip()]
    asking = [piece for piece in found if _asks(piece)]
    alone = len(found) > 1 and len(asking) == 1 and _POINTING.isdisjoint(asking[0].lower().rstrip("?").split())
    return asking[0] if alone else ""


_POINTING = frozenset(
    ["it", "that", "this", "they", "them", "those", "these", "he", "she", "his", "her", "their", "him", "one", "so"]
)


def _asks(piece: str) -> bool:
    asks = piece.endswith("?") or begins_asking(piece) or ends_asking(piece) or turned_round(piece) is not None
    return len(piece.split()) >= FEWEST_WORDS and asks


def begins_asking(text: str) -> bool:
    """Whether the text starts as a question does, with or without its mark."""
    return bool(_STARTS_ASKING.match(text))


_TAGS = frozenset(("right", "correct", "huh", "innit"))
_BEING = "is are was were be it its thats not sounds looks seems you youre"
_BEFORE_NO_TAG = frozenset(_BEING.split())
_DENIALS = "isnt arent doesnt dont didnt wasnt werent wont cant couldnt wouldnt shouldnt hasnt havent"
_DENYING = frozenset(_DENIALS.split())
_AUXILIARIES = "is are does do did will would can could was were has have"
_ASKING_BACK = frozenset(_AUXILIARIES.split())
_WHO = frozenset(("it", "they", "we", "i", "he", "she", "you", "that"))


def ends_asking(text: str) -> bool:
    """Whether a statement ends in words that make it a question: "so no comp right", "it pays, doesnt it".

    Not "7 drivers is right", nor "they do it".
    """
    words = _without_marks(text)
    if len(words) <= FEWEST_WORDS:
        return False
    *said, before, last = words
    if last in _TAGS:
        return before not in _BEFORE_NO_TAG
    if last not in _WHO or (before, last) == ("do", "it"):
        return False
    denies = not _DENYING.isdisjoint(said) or "not" in said or "no" in said
    return before in _DENYING or (before in _ASKING_BACK and denies)


def _without_marks(text: str) -> list[str]:
    """The words in small letters, "doesn't" as "doesnt"."""
    return re.findall(r"[a-z]+", re.sub(r"['’]", "", text.lower()))


def denies_and_asks(text: str) -> bool:
    """Whether a statement denies something and asks to be told that it does: "so no comp right"."""
    words = _without_marks(text)
    return ends_asking(text) and not (_DENYING | {"no", "not", "never"}).isdisjoint(words[:-1])


_TURNED = frozenset((*_ASKING_BACK - {"do", "did", "has", "have"}, "am", "should"))
_DONE = frozenset(("it", "that"))  # "we do it", "they did that" states


def turned_round(text: str) -> int | None:
    """Behind how many words a text goes on with a verb before its subject: "she is in Reno is that a problem" (4)."""
    words = [re.sub(r"[^a-z]", "", word) for word in text.lower().split()]
    for at, (verb, who) in enumerate(pairwise(words)):
        if (verb in _TURNED and who in _WHO) or (verb in ("do", "did") and who in _WHO - _DONE):
            return at
    return None


_CHANGING = frozenset(["different", "separate", "seperate", "another", "new", "other", "unrelated"])
_SUBJECT = frozenset(["thing", "question", "q", "topic", "subject", "matter", "note", "unrelated"])
_OF_THE_LIST = frozenset(("the", "what", "which", "how"))
MOST_TO_CHANGE = 5  # words that only say that something else follows


def changes_subject(text: str) -> bool:
    """Whether a message begins by saying that it is about something else: "ok different thing. how do I …"."""
    pieces = [re.findall(r"[a-z]+", each) for each in re.split(r"[,.;:!]|\s-+\s", text.lower(), maxsplit=2)]
    return any(map(_says_so, pieces[:-1])) and bool(pieces[-1])


def _says_so(words: list[str]) -> bool:
    found = not _CHANGING.isdisjoint(words) and not _SUBJECT.isdisjoint(words) and _OF_THE_LIST.isdisjoint(words)
    return found and len(words) <= MOST_TO_CHANGE


# What is only imagined, wished for or to come tells nothing of how things are.
_SUPPOSED = re.compile(
    r"\b(?:if|suppose|supposing|imagine|assume|assuming|hypothetically|say|would|could|might|may|once|when|whenever|unless"
    r"|until|before|planning|plan to|want to|going to|thinking|about to|what about|how about)\b",
    re.IGNORECASE,
)


def statements(text: str) -> list[str]:
    """The pieces of a text that say how things are: no questions, and nothing that is only supposed or to come.

    Of "I have 3 roofers in Ohio, need workers comp?" it is what stands before the comma.
    """
    told = (_told_first(piece) if _asks(piece) else piece for piece in _pieces(text))
    return [piece for piece in told if piece and not _SUPPOSED.search(piece)]


def _told_first(piece: str) -> str:
    """What a piece that asks in the end tells before its last comma or its question; empty where it begins so."""
    if begins_asking(piece):
        return ""
    return piece.rpartition(",")[0] or " ".join(piece.split()[: turned_round(piece) or 0])


def only_states(text: str) -> bool:
    """Whether all of a text says how things are."""
    pieces = _pieces(text)
    return bool(pieces) and statements(text) == pieces

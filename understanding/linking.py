"""Links the names a visitor uses to the ids of the knowledge base.

A name written with capitals in the content ("IT") is found only when the visitor writes it so, and a name that
is an everyday word too ("umbrella") only where something else tells that insurance is spoken of.  Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import us
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc, Span
from spacy.util import filter_spans

from understanding.learning.encoder import shared_encoder
from understanding.learning.processes import shared_out
from understanding.names import Names
from understanding.text.asking import without_asking
from understanding.text.language import Spelling, plain, singular, trade_language, words_of
from understanding.text.towns import towns_named

_CALLED = re.compile(r"\b([A-Za-z][A-Za-z-]+)\s+(?:insurance|policy|coverage)\b", re.IGNORECASE)
HELD = "held"  # role of a policy that the visitor has, while another is named
AT_ONCE = 500  # texts that a process reads before it is given more
POLICY = "it"  # stands for a policy name where only the subject matters; a neutral word, it resembles nothing

_BREAK = re.compile(r"[,;:?!]|\.\s")  # no name goes on behind it; "3700.5" has none

CODES = {state.abbr.lower(): state.abbr for state in us.states.STATES}
# Two-letter codes that are also English words are read as states only after a place and a comma, or after "in".
WORDLIKE_CODES = {"AL", "HI", "ID", "IN", "LA", "MA", "ME", "MS", "OH", "OK", "OR", "PA", "DE", "MO", "CO"}
NO_STATE = {"dc", "post"}  # after "Washington"

# Names that are everyday words when written so.  Who means the name alone writes "BOP"; and "umbrela" is seldom
# the one against rain.  "Premium" is left out: said here, it nearly always is the price.
ORDINARY = {
    "aggregate", "binder", "bop", "cancellation", "comp", "hails", "occurrence", "patent", "renewal", "rust", "sow",
    "tail", "umbrella", "EMR", "ERP", "SIR",
}  # fmt: skip
IN_A_ROW = {"crime", "crimes", "auto", "property"}  # a name only in a row of policies: "cyber, crime and D&O"
# What tells that an everyday word is meant as a name: a word of the trade (normal forms), or a question.
OF_THE_TRADE = {
    "accused", "broker", "buy", "carrier", "certificate", "claim", "contract", "cost", "cover", "coverage", "covered",
    "deductible", "explain", "insurance", "insure", "insured", "insurer", "lawsuit", "limit", "mean", "meaning", "need",
    "pay", "policy", "price", "quote", "sue", "sued", "suing",
}  # fmt: skip
_ASKS = re.compile(
    r"\?|(?:^|[,.;:])\W*(?:how|what|which|who|why|when|is|are|do|does|did|can|could|should|would|will|must)\b",
    re.IGNORECASE,
)
A_FEW_WORDS = 4
# Words of a wish: what stands behind their "for" is the visitor's own.
_OF_WISHES = """
ask asking buy buying comp cover coverage covered get gl insurance insured like liability look looking my need our
policies policy quote quotes shop shopping want wanted work worked working works
"""
WISHING = frozenset(_OF_WISHES.split())
MOST_BEFORE_CLIENTS = 4  # words between "for" and the trade, with it: "for several small law firms"
NO_HINT = ("state:", "industry:")  # people speak of umbrellas in Texas too
JOINING = {"and", "or", "plus"}
SHORT_WORD = 6  # letters; the dictionary is full of words this long that look like typos of a name ("bleach")

# "We already have", "besides": the policy named next is there, and another is asked about.
_HELD = re.compile(
    r"""(?:\b(?<!do\ )(?<!did\ )(?<!should\ )(?<!must\ )(?<!can\ )(?:i|we)
        (?:\s+(?:already|also|only|just|currently))*
        (?:['’]?ve|\s+(?:have|carry|hold|bought|got))(?:\s+(?:already|got))*(?!\s+to\b)
      |\balready\s+(?:have|carry|got|bought)(?!\s+to\b)
      |\bbesides)\s
        (?:(?!\b(?:but|not|no|need|want|quotes?|been|do|does|is|are|will|can|should|what|which)\b)[^.,;:?!])*$""",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True)
class Linked:
    """A text as it was read: its links, and the text with typos mended and abbreviations spelt out.

    ``bare`` is what is left when the policies named and the asking are taken away.
    """

    links: list[dict[str, Any]]
    normal: str
    bare: str


class Linker:
    """Finds policies, exposures, terms, topics, industries, relations and states by name."""

    def __init__(self, names: Names) -> None:
        self.names = names
        encoder = shared_encoder()
        spelt = ([plain(word.group()) for word in words_of(alias)] for _, _, alias in names.names)
        self._language = trade_language(Spelling(names.words, encoder.knows_word, spelt))
        self._by_form = PhraseMatcher(self._language.vocab, attr="NORM")
        self._as_written = PhraseMatcher(self._language.vocab, attr="ORTH")
        for kind, entry_id, alias in names.names:
            matcher = self._by_form if alias == alias.lower() else self._as_written
            matcher.add(f"{kind}:{entry_id}", [self._language.make_doc(alias)])
        for state in us.states.STATES:
            self._by_form.add(f"state:{state.abbr}", [self._language.make_doc(state.name)])

    def read(self, text: str) -> Linked:
        """What a message names, and how it reads with its words mended."""
        doc = self._language.make_doc(text)
        spans = self._meant(text, doc, filter_spans(self._found(text, doc)))
        places = doc.user_data["spans"]
        entities: list[dict[str, Any]] = []
        for span in spans:
            kind, _, value = span.label_.partition(":")
            entities.append(
                {
                    "entity": kind,
                    "value": value,
                    "start": places[span.start][0],
                    "end": places[span.end - 1][1],
                }
            )
        entities += _state_by_town(text, [entity for entity in entities if entity["entity"] == "state"])
        _mark_held(text, entities)
        entities = _without_denied(text, _without_clients(text, entities))
        entities += self._unknown_policies(text, spans, places)
        normal = self._written_out(text, doc, spans, self.names.spelt_out.get)
        policies = [span for span in spans if span.label_.startswith("policy:")]
        return Linked(entities, normal, without_asking(self._written_out(text, doc, policies, lambda name: POLICY)))

    def read_all(self, texts: Sequence[str]) -> list[Linked]:
        """What many texts name, on every core."""
        return shared_out(lambda some: [self.read(text) for text in some], texts, AT_ONCE)

    def _unknown_policies(self, text: str, spans: list[Span], places: list[tuple[int, int]]) -> list[dict[str, object]]:
        """Policies called by a word that is no word of the trade: nobody sells "zebra insurance"."""
        linked = [(places[span.start][0], places[span.end - 1][1]) for span in spans]
        found: list[dict[str, object]] = []
        for match in _CALLED.finditer(text):
            word = match.group(1)
            known = plain(word) in self.names.words or singular(plain(word)) in self.names.words
            inside = any(start < match.end() and match.start() < end for start, end in linked)
            if not known and not inside and len(word) > 3 and self.names.words:
                found.append(
                    {
                        "entity": "unknown_policy",
                        "value": match.group().lower(),
                        "start": match.start(),
                        "end": match.end(),
                    }
                )
        return found

    def _found(self, text: str, doc: Doc) -> list[Span]:
        spans = list(self._by_form(doc, as_spans=True))
        shouted = text.upper() == text  # then capitals mean nothing
        spans += [span for span in self._as_written(doc, as_spans=True) if not shouted or len(span.text) > 2]
        if not shouted or len(doc) == 1:
            spans += _states_by_code(text, doc)
        if spans and _BREAK.search(text, 0, doc.user_data["spans"][-1][0]):  # most messages have none
            spans = [span for span in spans if not _interrupted(text, span)]
        return [span for span in spans if not _other_washington(span)]

    def _meant(self, text: str, doc: Doc, spans: list[Span]) -> list[Span]:
        """The spans without everyday words that only look like names."""
        doubtful = [span for span in spans if _is_doubtful(span)]
        if not doubtful:
            return spans
        of_the_trade = (
            len(doc) <= A_FEW_WORDS
            or _ASKS.search(text) is not None
            or any(token.norm_ in OF_THE_TRADE for token in doc)
        )
        meant = []
        for span in spans:
            if span in doubtful:
                others = [other for other in spans if other is not span and not other.label_.startswith(NO_HINT)]
                if span.text.lower() in IN_A_ROW:
                    counts = any(_in_a_row(span, other) for other in others) or _is_meant(span)
                else:
                    counts = of_the_trade or bool(others)
                if not counts:
                    doc.user_data["mended"][span.start] = plain(span.text)
                    continue
            meant.append(span)
        return meant

    def _written_out(self, text: str, doc: Doc, spans: list[Span], in_place_of: Callable[[str], str | None]) -> str:
        """The text with words mended and some names replaced, punctuation kept."""
        words: list[str] = list(doc.user_data["mended"])
        for span in spans:
            name = in_place_of(f"{span.label_}:{' '.join(words[span.start : span.end])}")
            if name:
                words[span.start : span.end] = [name] + [""] * (len(span) - 1)
        pieces, end = [], 0
        for (start, stop), word in zip(doc.user_data["spans"], words, strict=True):
            pieces += [text[end:start] if word else "", word]
            end = stop
        pieces.append(text[end:])
        return "".join(pieces)


def _without_denied(text: str, entities: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without the policies that are said not to be meant, where another is: "the umbrella, not the GL".

    "We have the umbrella, but not the GL" asks for the GL.
    """
    policies = [entity for entity in entities if entity["entity"] == "policy"]
    if any(entity.get("role") == HELD for entity in policies):
        return entities
    denied = [entity for entity in policies if _is_denied(text[: entity["start"]].lower().split())]
    meant = {entity["value"] for entity in policies if entity not in denied}
    return [entity for entity in entities if entity not in denied or not meant - {entity["value"]}]


def _without_clients(text: str, entities: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without the trades that the visitor says to work for: "we answer phones for dental offices"."""
    return [
        entity
        for entity in entities
        if entity["entity"] != "industry" or not _is_served(text[: entity["start"]].lower().split())
    ]


def _is_served(before: list[str]) -> bool:
    """Whether the words before a trade say for whom "we" or "I" do something; what is wished is for the visitor."""
    subject = next((at for at, word in enumerate(before[:3]) if word in ("we", "i")), None)
    if subject is None or "for" not in before[max(subject, len(before) - MOST_BEFORE_CLIENTS) :]:
        return False
    return WISHING.isdisjoint(before[subject + 1 :])


def _is_denied(before: list[str]) -> bool:
    """Whether the words before a name end in "not" or "rather than", with or without an article."""
    words = before[:-1] if before and before[-1] in ("the", "my", "our", "a", "an") else before
    return words[-1:] == ["not"] or words[-2:] == ["rather", "than"]


def _mark_held(text: str, entities: list[dict[str, Any]]) -> None:
    """Gives policies the visitor only says to have their role, where more than one is named."""
    policies = [entity for entity in entities if entity["entity"] == "policy"]
    if len({entity["value"] for entity in policies}) > 1:
        for entity in policies:
            if _HELD.search(text[: entity["start"]]):
                entity["role"] = HELD


def _states_by_code(text: str, doc: Doc) -> list[Span]:
    """States written as two letters: "TX", "in tx", "Portland, OR"."""
    places = doc.user_data["spans"]
    found = []
    for i in [i for i, (start, end) in enumerate(places) if end - start == 2]:
        start, end = places[i]
        written = text[start:end]
        code = CODES.get(written.lower())
        if not code or (written != code and code in WORDLIKE_CODES):
            continue
        before = doc[i - 1].lower_ if i else ""
        place = i > 0 and doc[i - 1].text.istitle() and text[places[i - 1][1] : start].strip() == ","
        if written != code:
            meant = before in ("in", "from")
        elif code == "LA":  # "in LA" is Los Angeles
            meant = place
        elif code in WORDLIKE_CODES:
            meant = before in ("in", "for", "from") or (place and code != "OK")  # "Thanks, OK"
        else:
            meant = True
        if meant:
            found.append(Span(doc, i, i + 1, label=f"state:{code}"))
    return found


def _state_by_town(text: str, named: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The state of the only town that a text mentions, where but one state has a town of that name; none if named.

    Args:
        named: states named in the text; Wyoming is a town of Michigan, too.
    """
    for each in named:
        text = text[: each["start"]] + ";" * (each["end"] - each["start"]) + text[each["end"] :]
    towns = towns_named(text)
    if len({town.states for town in towns}) != 1 or len(towns[0].states) != 1:
        return []
    (state,), start, end = towns[0]
    if state not in CODES.values() or state in {entity["value"] for entity in named}:
        return []
    return [{"entity": "state", "value": state, "start": start, "end": end}]


def _other_washington(span: Span) -> bool:
    """Whether "Washington" is the capital or the newspaper."""
    return span.label_ == "state:WA" and span.end < len(span.doc) and span.doc[span.end].norm_ in NO_STATE


def _is_meant(span: Span) -> bool:
    """Whether a word stands behind "I mean" or "I meant", which names what was asked about: "no, I meant crime"."""
    return span.start > 0 and span.doc[span.start - 1].norm_ in ("mean", "meant")


def _interrupted(text: str, span: Span) -> bool:
    """Whether a comma or the like stands between the words: "Cyber, crime" is not "cyber crime"."""
    places = span.doc.user_data["spans"]
    return any(_BREAK.search(text, places[i][1], places[i + 1][0]) for i in range(span.start, span.end - 1))


def _is_doubtful(span: Span) -> bool:
    """Whether the name is an everyday word, or mended from a word so short that it may be another."""
    if len(span) > 1 or span.label_.startswith("state:"):
        return False
    written = span.text
    if not written.isupper():  # a word in capitals is an abbreviation ("ELPI"), not one of the dictionary
        if len(written) <= SHORT_WORD and span.doc.user_data["mended"][span.start] != plain(written):
            return True
        written = written.lower()
    return written in ORDINARY or written in IN_A_ROW


def _in_a_row(span: Span, policy: Span) -> bool:
    """Whether the span stands beside the policy, or only "and" or the like lies between."""
    first, second = sorted((span, policy), key=lambda each: each.start)
    between = span.doc[first.end : second.start]
    joined = all(token.norm_ in JOINING or token.norm_ in IN_A_ROW for token in between)
    return policy.label_.startswith("policy:") and policy.text.lower() not in IN_A_ROW and joined

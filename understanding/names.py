"""The names the linker knows: the base's aliases, what to write in place of some, and the words of the trade."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import product

import us

from knowledge.base import KnowledgeBase
from understanding.learning.encoder import shared_encoder
from understanding.text.language import count_words, plain, words_of

LONGEST_ABBREVIATION = 8  # characters; a longer name of a term says what it is
SHORTEST_TURNED = 4  # letters of a word of a name that is looked for in the other number, too
SHORTEST_JOINED = 8  # letters of a name whose words were typed as one

Name = tuple[str, str, str]  # kind, entry id, alias


@dataclass(frozen=True)
class Names:
    """Names by kind and entry, what the encoder reads in place of short ones, and how often words are used."""

    names: list[Name] = field(default_factory=list)
    spelt_out: dict[str, str] = field(default_factory=dict)
    words: dict[str, int] = field(default_factory=dict)


def _joined(names: list[Name]) -> dict[str, Name]:
    """Names of two words as they are typed in haste, without the space: "generalliability"."""
    taken = {alias for _, _, alias in names}
    joined: dict[str, Name] = {}
    for name in names:
        words = words_of(plain(name[2]).replace("'", ""))
        together = "".join(word.group() for word in words)
        if len(words) == 2 and len(together) >= SHORTEST_JOINED and together.isalpha() and together not in taken:
            joined.setdefault(together, name)
    return joined


def in_another_number(names: list[Name]) -> list[Name]:
    """Names of policies with a word or more in the other number: "errors and omission", "business owner policies"."""
    taken = {alias for _, _, alias in names}
    found: dict[str, Name] = {}
    for kind, entry_id, alias in names:
        words = alias.split()
        if kind != "policy" or len(words) < 2:
            continue
        ways = [(word, _turned(word)) if word.isalpha() and len(word) >= SHORTEST_TURNED else (word,) for word in words]
        for way in map(" ".join, product(*ways)):
            if way not in taken:
                found.setdefault(way, (kind, entry_id, way))
    return list(found.values())


def _turned(word: str) -> str:
    """A plain noun in the other number."""
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith("y") and word[-2] not in "aeiou":
        return f"{word[:-1]}ies"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else f"{word}s"


def trade_names(base: KnowledgeBase, texts: Iterable[str]) -> Names:
    """What the linker knows of a base; texts are further examples of how visitors write."""
    names = base.names()
    joined = _joined(names)
    apart = {f"{kind}:{entry_id}:{word}": alias for word, (kind, entry_id, alias) in joined.items()}
    names += [(kind, entry_id, word) for word, (kind, entry_id, _) in joined.items()]
    names += in_another_number(names)
    return Names(names, apart | _spelt_out(base, names), _trade_words(base, names, texts))


def _spelt_out(base: KnowledgeBase, names: list[Name]) -> dict[str, str]:
    """For each short or joined-up name, what the encoder should read in its place."""
    spelt = {}
    for kind, entry_id, alias in names:
        policy, term = base.policy(entry_id), base.term(entry_id)
        if policy:
            spelt[f"{kind}:{entry_id}:{alias.lower()}"] = policy.short_name.lower()
        elif term and len(alias) <= LONGEST_ABBREVIATION:
            spelt[f"{kind}:{entry_id}:{alias.lower()}"] = term.name.lower()
    return spelt


def _trade_words(base: KnowledgeBase, names: list[Name], texts: Iterable[str]) -> dict[str, int]:
    """Words typos are mended to: those of the names, and real words the trade uses more than once."""
    encoder = shared_encoder()
    in_names = count_words(alias for _, _, alias in names)
    used = count_words([*(text for _, _, text in base.phrases()), *texts])
    words = {w: n for w, n in used.items() if n > 1 and len(w) > 2 and encoder.knows_word(w)}
    for word in count_words(state.name for state in us.states.STATES):
        words.setdefault(word, 1)
    for word, count in in_names.items():
        words[word] = words.get(word, 0) + count + 5  # the names themselves are the likeliest aim
    return words

"""How the guide reads words: a spaCy tokenizer, normal forms, and the mending of typos.

A *normal form* is what two spellings of one word share: lower case, no plural or possessive s, typos
mended.  Only words that nobody would have meant are mended: a word that the sentence encoder has as a
whole piece is a real word and stays.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import pairwise

import spacy
from rapidfuzz import process
from rapidfuzz.distance import OSA
from spacy.language import Language
from spacy.tokens import Doc
from spacy.vocab import Vocab
from spellchecker import SpellChecker

# Letters and digits; "e&o", "p&nc" and "don't" stay whole, "C.O.I." is read as its letters.  Names joined by a sign
# start with a single letter: "wc&gl" are two words, and so are "gl+e&o".
WORD = re.compile(r"(?:[A-Za-z]\.){2,}(?:[A-Za-z]\b)?|(?:\b[^\W_][&+])?[^\W_]+(?:['’`][^\W_]+)?")

CHAT_WORDS = {
    "u": "you",
    "ur": "your",
    "urs": "yours",
    "r": "are",
    "n": "and",
    "pls": "please",
    "plz": "please",
    "thx": "thanks",
    "tnx": "thanks",
    "thnx": "thanks",
    "tks": "thanks",
    "ty": "thanks",
    "cuz": "because",
    "bc": "because",
    "abt": "about",
    "wat": "what",
    "wut": "what",
    "wanna": "want to",
    "gonna": "going to",
    "dont": "don't",
    "doesnt": "doesn't",
    "wont": "won't",
    "cant": "can't",
    "isnt": "isn't",
    "whats": "what is",
    "hows": "how is",
    "whos": "who is",
    "im": "i am",
    "ive": "i have",
    "ins": "insurance",
    "insur": "insurance",
    "biz": "business",
    "acct": "account",
    "mgmt": "management",
    "govt": "government",
    "yr": "year",
    "mo": "month",
    "calif": "california",
    "cali": "california",
    # Words of their own, so no typos to the mender
    "defence": "defense",
    "copywrite": "copyright",
}


@lru_cache(maxsize=1)
def _english() -> SpellChecker:
    return SpellChecker()


@lru_cache(maxsize=1)
def english_words() -> frozenset[str]:
    """Lower-case words of English, by a maintained dictionary: such a word was meant, however near another is."""
    return frozenset(_english().word_frequency.dictionary)


class Spelling:
    """Mends words against the vocabulary of the trade.

    Args:
        counts: how often each known trade word is used; the more usual one wins a tie.
        is_word: whether a lower-case word is a real English word.
        names: names of several words, by which a word too short to be mended alone is mended.
    """

    def __init__(self, counts: dict[str, int], is_word: Callable[[str], bool], names: Iterable[list[str]] = ()) -> None:
        self._counts = counts
        self._is_word = is_word
        self._of_length: defaultdict[int, list[str]] = defaultdict(list)
        for word in counts:
            if len(word) >= 4:
                self._of_length[len(word)].append(word)
        self._mended: dict[str, str] = {}
        self._lacking = self._one_letter_short(names)

    def mend(self, word: str) -> str:
        """The trade word that was meant, or the word itself."""
        mended = self._mended.get(word)
        if mended is None:
            if len(self._mended) > 20_000:  # visitors type endless new words; memory must not grow
                self._mended.clear()
            mended = self._mended[word] = self._closest(word) if self._is_typo(word) else word
        return mended

    def mend_beside(self, words: list[str]) -> list[str]:
        """Words of three or four letters that lack one of a name, the rest of which stands beside them.

        So "cal center" is "call center".
        """
        for place, pair in enumerate(pairwise(words)):
            if pair in self._lacking:
                words[place : place + 2] = self._lacking[pair]
        return words

    def _one_letter_short(self, names: Iterable[list[str]]) -> dict[tuple[str, str], tuple[str, str]]:
        """Neighbours in a name, by what they look like when a short one lacks a letter that is not its first.

        Only a letter left out: "cat insurance" is no "car insurance".
        """
        whole: dict[tuple[str, str], tuple[str, str]] = {}
        for pair in {pair for name in names for pair in pairwise(name)}:
            first, second = pair
            if len(second) >= 4:  # "tear" beside "and" says nothing: people have coffee and tea
                whole |= {(short, second): pair for short in self._shortened(first)}
            if len(first) >= 4:
                whole |= {(first, short): pair for short in self._shortened(second)}
        return whole

    def _shortened(self, word: str) -> list[str]:
        shorter = (
            [word[:i] + word[i + 1 :] for i in range(1, len(word))] if len(word) in (4, 5) and word.isalpha() else []
        )
        return [each for each in shorter if each not in self._counts]

    def _is_typo(self, word: str) -> bool:
        return len(word) >= 4 and word.isalpha() and not self._is_known(word) and not self._is_known(singular(word))

    def _is_known(self, word: str) -> bool:
        return word in self._counts or word in english_words() or self._is_word(word)

    def _closest(self, word: str) -> str:
        allowed = 1 if len(word) < 7 else 2
        near = []
        for length in range(len(word) - allowed, len(word) + allowed + 1):
            words = self._of_length.get(length, [])
            found = process.extract(word, words, scorer=OSA.distance, score_cutoff=allowed, limit=12)
            # A wrong first letter is rare in real typos, so two edits must leave it alone.
            near += [(w, d) for w, d, _ in found if d == 1 or w[0] == word[0]]
        if not near:
            return word
        closest, edits = min(near, key=lambda pair: (pair[1], -self._counts[pair[0]], pair[0]))
        # "overnite" is one letter from a word of English that is none of the trade, and two from "overtime".
        return word if edits > 1 and not english_words().isdisjoint(_english().edit_distance_1(word)) else closest


def words_of(text: str) -> list[re.Match[str]]:
    """The words of a text with their places."""
    return list(WORD.finditer(text))


def singular(word: str) -> str:
    """Lower-case word without possessive or plural s ("policies" gives "policy")."""
    if not word.isalpha():
        word = re.sub(r"['’`]s?$", "", word)
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 5 and word.endswith(("ches", "shes", "sses", "xes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def plain(word: str) -> str:
    """Lower case, dots and plural of an abbreviation dropped, chat spelling written out."""
    if len(word) > 2 and word[-1] == "s" and word[-2].isalnum() and word[:-1].isupper():
        word = word[:-1]
    lower = word.lower().replace("’", "'").replace("`", "'")
    if "." in lower:
        lower = lower.replace(".", "")
    return CHAT_WORDS.get(lower, lower)


class WordTokenizer:
    """spaCy tokenizer that keeps words only; ``doc.user_data['spans']`` has their character places.

    Each token's ``norm_`` is its normal form.
    """

    def __init__(self, vocab: Vocab, spelling: Spelling | None = None) -> None:
        self.vocab = vocab
        self.spelling = spelling

    def __call__(self, text: str) -> Doc:
        found = words_of(text)
        doc = Doc(self.vocab, words=[match.group() for match in found])
        doc.user_data["spans"] = [match.span() for match in found]
        mended = [plain(match.group()) for match in found]
        if self.spelling:
            mended = self.spelling.mend_beside([self.spelling.mend(word) for word in mended])
        for token, word in zip(doc, mended, strict=True):
            token.norm_ = singular(word)
        doc.user_data["mended"] = mended
        return doc


def trade_language(spelling: Spelling | None = None) -> Language:
    """A blank English pipeline that reads words as this module says."""
    language = spacy.blank("en")
    language.tokenizer = WordTokenizer(language.vocab, spelling)
    return language


def count_words(texts: Iterable[str]) -> Counter[str]:
    """How often each lower-case word stands in the texts."""
    return Counter(plain(match.group()) for text in texts for match in words_of(text))

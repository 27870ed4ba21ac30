"""How the guide reads words: a spaCy tokenizer, normal forms, and the mending of typos.

A *normal form* is what two spellings of one word share: lower case, no plural or possessive s, typos
mended.  Only words that nobody would have meant are mended: a word that the sentence encoder has as a
whole piece is a real word and stays.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable

import spacy
from rapidfuzz import process
from rapidfuzz.distance import OSA
from spacy.language import Language
from spacy.tokens import Doc
from spacy.vocab import Vocab

# Letters and digits; "e&o", "d+o" and "don't" stay whole, "C.O.I." is read as its letters.
WORD = re.compile(r"(?:[A-Za-z]\.){2,}(?:[A-Za-z]\b)?|[^\W_]+(?:[&+][^\W_]+)*(?:['’`][^\W_]+)?")

CHAT_WORDS = {
    "u": "you",
    "ur": "your",
    "urs": "yours",
    "r": "are",
    "n": "and",
    "pls": "please",
    "plz": "please",
    "thx": "thanks",
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
}


class Spelling:
    """Mends words against the vocabulary of the trade.

    Args:
        counts: how often each known trade word is used; the more usual one wins a tie.
        is_word: whether a lower-case word is a real English word.
    """

    def __init__(self, counts: dict[str, int], is_word: Callable[[str], bool]) -> None:
        self._counts = counts
        self._is_word = is_word
        self._words = [w for w in counts if len(w) >= 4]
        self._mended: dict[str, str] = {}

    def mend(self, word: str) -> str:
        """The trade word that was meant, or the word itself."""
        if len(word) < 4 or not word.isalpha() or self._is_known(word) or self._is_known(singular(word)):
            return word
        if word not in self._mended:
            if len(self._mended) > 20_000:  # visitors type endless new words; memory must not grow
                self._mended.clear()
            self._mended[word] = self._closest(word)
        return self._mended[word]

    def _is_known(self, word: str) -> bool:
        return word in self._counts or self._is_word(word)

    def _closest(self, word: str) -> str:
        allowed = 1 if len(word) < 7 else 2
        found = process.extract(word, self._words, scorer=OSA.distance, score_cutoff=allowed, limit=12)
        # A wrong first letter is rare in real typos, so two edits must leave it alone.
        near = [(w, d) for w, d, _ in found if d == 1 or w[0] == word[0]]
        if not near:
            return word
        return min(near, key=lambda pair: (pair[1], -self._counts[pair[0]], pair[0]))[0]


def words_of(text: str) -> list[re.Match[str]]:
    """The words of a text with their places."""
    return list(WORD.finditer(text))


def singular(word: str) -> str:
    """Lower-case word without possessive or plural s ("policies" gives "policy")."""
    word = re.sub(r"['’`]s?$", "", word)
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 5 and word.endswith(("ches", "shes", "sses", "xes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def plain(word: str) -> str:
    """Lower case, dots of an abbreviation dropped, chat spelling written out."""
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
        mended = []
        for token in doc:
            word = plain(token.text)
            if self.spelling:
                word = self.spelling.mend(word)
            mended.append(word)
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

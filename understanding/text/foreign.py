"""In which language a message is written, of the twelve most spoken in California beside English.

Scripts decide for most.  Where several languages share one, a statistical identifier does, and only for a message
that is known not to be English: short English with names or typos looks like anything.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from functools import lru_cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

# A language each where only one of the twelve is written so; the first word of a letter's Unicode name is its script.
SCRIPTS = {
    "HANGUL": "ko",
    "ARMENIAN": "hy",
    "CYRILLIC": "ru",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "CJK": "zh",
    "GURMUKHI": "pa",
    "DEVANAGARI": "hi",
    "ARABIC": "ar",
}
PERSIAN_LETTERS = frozenset("پچژگکی")  # the last two have other code points in Arabic
UKRAINIAN_LETTERS = frozenset("іїєґ")
# Beside the three asked for, those that would otherwise be taken for one of them.
LATIN = ("es", "tl", "vi", "en", "fr", "pt", "de", "it", "pl", "id")
FOREIGN_SHARE = 0.5  # of the letters; "does 保险 mean insurance?" is an English question
LEAST_CHANCE = 0.6


def language_by_script(text: str) -> str | None:
    """Code of the language that the letters alone tell; None for the Latin script and for scripts of no one known."""
    scripts = _scripts(text)
    known = {script: count for script, count in scripts.items() if script in SCRIPTS}
    if sum(known.values()) <= FOREIGN_SHARE * sum(scripts.values()):
        return None
    found = SCRIPTS[max(known, key=lambda script: known[script])]
    if found == "zh" and {"HIRAGANA", "KATAKANA"} & known.keys():
        return "ja"
    if found == "ar" and not PERSIAN_LETTERS.isdisjoint(text):
        return "fa"
    if found == "ru" and not UKRAINIAN_LETTERS.isdisjoint(text.lower()):
        return None
    return found


def language_of(text: str) -> str | None:
    """Code of the language of a message that is not in English; None where it is none of the twelve, or not sure."""
    by_script = language_by_script(text)
    if by_script == "ar":
        return _likeliest(text, ("ar", "fa")) or by_script
    if by_script or "LATIN" not in _scripts(text):
        return by_script
    found = _likeliest(text.lower(), LATIN)
    return found if found in ("es", "tl", "vi") else None


def _scripts(text: str) -> Counter[str]:
    """How many letters of each script there are."""
    return Counter(unicodedata.name(letter, "").split(" ")[0] for letter in text if letter.isalpha())


def _likeliest(text: str, among: tuple[str, ...]) -> str | None:
    language, chance = _identifier(among).classify(text)
    return str(language) if chance >= LEAST_CHANCE else None


@lru_cache(maxsize=2)
def _identifier(among: tuple[str, ...]) -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_pickled_model(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(among))
    return identifier

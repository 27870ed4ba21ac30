"""The state that words place something in, by its name, a town's or a ZIP code.  Pure."""

from __future__ import annotations

import re
from functools import lru_cache

import us
import zipcodes

from understanding.text.language import english_words
from understanding.text.towns import (
    CODES_AND_WORDS,
    WELL_KNOWN,
    named_state,
    names_in,
    people_of,
    rivals_of,
    states_by_name,
    states_of_town,
    towns_in,
    zip_codes_of,
)

PREFIX = range(3, 5)  # letters that a state's name may be cut to ("Penn", "Tex")
# ZIP codes of a town whose name is one word.  Smaller ones have names that are said all day: Many, Okay, Start, Call.
FEWEST_CODES = 2
_ZIP = re.compile(r"\b(\d{5})(?:-\d{4})?\b")
_CODE = re.compile(r",\s*([A-Z]{2})\b")


def state_of(text: str, whole: bool = False) -> str | None:
    """The code of the state that a text places something in; None where no place is named, or it could be several.

    Args:
        whole: the text is the answer to "where?", so that all of it may be a name ("Reno", "NV", "89501").
    """
    found = states_of(text, whole)
    return (found[0] or None) if len(found) == 1 else None


def states_of(text: str, whole: bool = False) -> tuple[str, ...]:
    """The codes of the states that a text may place something in, the likeliest first; ``ABROAD`` for none of them."""
    for code in _ZIP.findall(text):
        found = zipcodes.matching(code) if whole or re.search(r"\bzip\b", text, re.IGNORECASE) else []
        if found:
            return (str(found[0]["state"]),)
    bare = " ".join(text.strip(" !,?").split())
    if whole and len(rivals := rivals_of(bare)) > 1:
        return rivals
    named = _named_whole(bare) or _named_whole(bare.rpartition(",")[2].strip()) if whole else None
    coded = _CODE.search(text)  # "Kansas City, KS"
    named = named or (named_state(coded[1]) if coded else None)
    if named:
        return (named,)
    if whole and (states := _town_asked_for(bare)):
        return states
    return next(iter(towns_in(text)), ())


def is_a_place(text: str) -> bool:
    """Whether a text is nothing but a state, or a bigger town, with or without its state."""
    bare = " ".join(text.strip(" !,.?").split())
    town, _, state = bare.partition(",") if "," in bare else bare.rpartition(" ")
    towns = [each.split() for each in (bare, town) if each]
    known = people_of(towns[0]) or (len(towns) > 1 and people_of(towns[1]) and named_state(state.strip()))
    return bool(named_state(bare) or known)


def is_a_city(state_name: str, text: str) -> bool:
    """Whether the name of a state begins the name of a town: Kansas City, Nevada City."""
    return bool(re.search(rf"\b{re.escape(state_name)}\s+city\b", text, re.IGNORECASE))


def is_a_rival(state_name: str, text: str) -> bool:
    """Whether the state is named just as a big town of elsewhere, and no word says which is meant: Washington."""
    rest = re.search(rf"\b{re.escape(state_name)}\b(?!\s+state\b)(?!,?\s+d\.?c\b)", text, re.IGNORECASE)
    return len(rivals_of(state_name)) > 1 and rest is not None and not re.search(r"\bstate of\b", text, re.IGNORECASE)


def _named_whole(name: str) -> str | None:
    """A state as people also write it where nothing else is said: "State of Ohio", "N. Carolina", "Mass.", "Tex"."""
    said = re.sub(r"^(?:the )?state of | state$", "", name, flags=re.IGNORECASE)
    plain = re.sub(r"\s+", " ", said.replace(".", ". ")).strip().rstrip(".")
    if found := named_state(plain) or named_state(plain.replace(". ", "")):
        return found
    lower = plain.lower().replace(".", "")
    if (shortened := _traditional().get(lower.replace(" ", ""))) and ("." in name or lower not in CODES_AND_WORDS):
        return shortened
    for name_of, code in states_by_name().items():
        first, _, rest = name_of.partition(" ")
        if rest and re.fullmatch(rf"{first[0]}[a-z]?\.? ?{re.escape(rest)}", lower):
            return code
    cut = {
        code
        for each, code in states_by_name().items()
        if len(lower) in PREFIX and each.startswith(lower) and each != code
    }
    said_so = name.endswith(".") or (len(lower) > PREFIX[0] and lower[-1] not in "aeiou")
    return cut.pop() if len(cut) == 1 and (said_so or lower not in english_words()) else None


def _town_asked_for(answer: str) -> tuple[str, ...]:
    for name, rest in names_in(answer):
        if rest and (state := _named_whole(" ".join(rest))):
            return (state,)
        codes = zip_codes_of(name)
        if codes >= WELL_KNOWN or people_of(name) or (not rest and (len(name) > 1 or codes >= FEWEST_CODES)):
            return states_of_town(name)
    return ()


@lru_cache(maxsize=1)
def _traditional() -> dict[str, str]:
    """Code by the traditional abbreviation, in small letters without points and spaces: "mass", "wva"."""
    return {re.sub(r"[. ]", "", str(state.ap_abbr).lower()): str(state.abbr) for state in us.states.STATES}

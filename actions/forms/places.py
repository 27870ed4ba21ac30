"""The state that words place something in, by its name, a town's or a ZIP code.  Pure."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import lru_cache

import us
import zipcodes

SURE = 0.7  # share of a name's ZIP codes that must lie in one state
LONGEST_NAME = 4  # words of a town's name
# ZIP codes of a town whose name is one word.  Smaller ones have names that are said all day: Many, Okay, Start, Call.
FEWEST_CODES = 2
WELL_KNOWN = 5  # ZIP codes of a town that is known by its name among other words
BIG = 20  # ZIP codes of a town that is known by its name alone, in small letters
_ZIP = re.compile(r"\b(\d{5})(?:-\d{4})?\b")
_PLACE = re.compile(r"\b(in|near|outside|from|around|at|out of)\s+((?:[^\W\d_][\w'.-]*\s*){1,5})", re.IGNORECASE)
_LIES_IN = {"in", "near", "outside"}  # before a capital these name a place; "at" and "from" may name a firm
_GOES_ON = re.compile(
    r"(?:and|or|with|but|so|then|plus|for|who|that|where|since|we|i|our|my|area|mostly|only|[a-z]+ing)", re.IGNORECASE
)
_CODE = re.compile(r",\s*([A-Z]{2})\b")
_CODES_AND_WORDS = {"as", "hi", "in", "la", "me", "oh", "ok", "or"}  # states in capitals only; LA is a city rather
_WRITTEN_OUT = {"st": "saint", "ft": "fort", "mt": "mount"}
_CALLED = {
    "nyc": "NY", "vegas": "NV", "cali": "CA", "calif": "CA", "socal": "CA", "norcal": "CA", "bay area": "CA",
    "the bay area": "CA", "silicon valley": "CA", "frisco": "CA", "philly": "PA", "dfw": "TX", "dc": "DC",
    "washington dc": "DC",
}  # fmt: skip


def state_of(text: str, whole: bool = False) -> str | None:
    """The code of the state that a text places something in; None where no place is named, or it could be several.

    Args:
        whole: the text is the answer to "where?", so that all of it may be a name ("Reno", "NV", "89501").
    """
    for code in _ZIP.findall(text):
        found = zipcodes.matching(code) if whole or re.search(r"\bzip\b", text, re.IGNORECASE) else []
        if found:
            return str(found[0]["state"])
    bare = " ".join(text.strip(" .!,?").split())
    named = _named(bare) or _named(bare.rpartition(",")[2].strip()) if whole else None
    coded = _CODE.search(text)  # "Kansas City, KS"
    named = named or (_named(coded[1]) if coded else None)
    if named:
        return named
    if whole and (state := _town_asked_for(bare)):
        return state
    towns = (_town_mentioned(match[1], match[2]) for match in _PLACE.finditer(text))
    alone = (_town_alone(part) for part in re.split(r"[,;()]", text)[1:])
    return next((state for state in (*towns, *alone) if state), None)


def is_a_city(state_name: str, text: str) -> bool:
    """Whether the name of a state begins the name of a town: Kansas City, Nevada City."""
    return bool(re.search(rf"\b{re.escape(state_name)}\s+city\b", text, re.IGNORECASE))


def _named(name: str) -> str | None:
    """By a state's own name or code, as it is spelt: a search by sound finds Maine in "many" and "money"."""
    if name.lower() in _CODES_AND_WORDS and (name != name.upper() or name == "LA"):
        return None
    return _states().get(name.lower()) or _CALLED.get(name.lower())


def _town_asked_for(answer: str) -> str | None:
    for name, rest in _runs(answer):
        codes = _codes(name)
        if codes >= WELL_KNOWN or (not rest and (len(name) > 1 or codes >= FEWEST_CODES)):
            return _state_of_town(name)
    return None


def _town_mentioned(preposition: str, place: str) -> str | None:
    """A name in capitals, or the name of a well-known town that ends there or goes on as a sentence does."""
    for name, rest in _runs(place):
        capital = name[0][0].isupper() and not place.isupper()
        if capital and (_codes(name) >= WELL_KNOWN or preposition.lower() in _LIES_IN):
            return _state_of_town(name)
        if _codes(name) >= WELL_KNOWN and (not rest or _GOES_ON.fullmatch(rest[0]) or _named(rest[0])):
            return _state_of_town(name)
    return None


def _town_alone(part: str) -> str | None:
    """ "an MSP, 12 people, reno" """
    name = next((name for name, rest in _runs(part) if not rest), None)
    if name is None or name == ["mobile"]:
        return None
    known = BIG if len(name) == 1 and name[0].islower() else WELL_KNOWN
    return _state_of_town(name) if _codes(name) >= known else None


def _runs(place: str) -> list[tuple[list[str], list[str]]]:
    """The first words that are a town's name, the longest first, each with the words after them."""
    words = [word.strip(".") for word in re.findall(r"[\w'.-]+", place)]
    runs = [(words[:length], words[length:]) for length in range(min(len(words), LONGEST_NAME), 0, -1)]
    return [(name, rest) for name, rest in runs if _codes(name)]


def _codes(name: list[str]) -> int:
    return _towns().get(_in_full(name), Counter()).total()


def _state_of_town(name: list[str]) -> str | None:
    state, codes = _towns()[_in_full(name)].most_common(1)[0]
    return state if codes >= SURE * _codes(name) else None


def _in_full(name: list[str]) -> str:
    """ "St Louis" is listed as Saint Louis."""
    first, *others = (word.lower() for word in name)
    return " ".join([_WRITTEN_OUT.get(first, first), *others])


@lru_cache(maxsize=1)
def _states() -> dict[str, str]:
    """Code by name and by code, both in lower case."""
    every = [*us.states.STATES_AND_TERRITORIES, us.states.DC]
    return {key.lower(): str(state.abbr) for state in every for key in (state.name, state.abbr)}


@lru_cache(maxsize=1)
def _towns() -> dict[str, Counter[str]]:
    """For every town's name in lower case, how many ZIP codes it has in which state."""
    towns: dict[str, Counter[str]] = defaultdict(Counter)
    for place in zipcodes.list_all():
        if place["active"]:
            towns[str(place["city"]).lower()][str(place["state"])] += 1
    return dict(towns)

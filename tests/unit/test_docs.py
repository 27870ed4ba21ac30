"""What README and docs/ say is what the project does: names, settings, thresholds, links and answers."""

import ast
import asyncio
import inspect
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from bot.ask import Guide
from bot.runtime import SETTINGS

PROJECT = Path(__file__).resolve().parents[2]
README = PROJECT / "README.md"
DOCS = PROJECT / "docs"
PAGES = [README, PROJECT / "CHANGELOG.md", *sorted(DOCS.glob("*.md"))]
CODE = ["actions", "bench", "bot", "knowledge"]
VERDICTS = {"yes": "Yes.", "no": "No.", "depends": "It depends."}


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def everything() -> str:
    return "\n".join(file.read_text(encoding="utf-8") for file in PAGES)


def code_pieces(text: str) -> list[str]:
    """Lines of code blocks, and what stands between backticks elsewhere."""
    blocks = re.findall(r"^ *```[^\n]*\n(.*?)^ *```", text, flags=re.M | re.S)
    rest = re.sub(r"^ *```.*?^ *```", "", text, flags=re.M | re.S)
    return [line for block in blocks for line in block.splitlines()] + re.findall(r"`([^`]+)`", rest)


def table(text: str, heading: str) -> list[list[str]]:
    """Cells of the rows of every table whose head starts with that cell; backticks around a cell are dropped."""
    rows, inside = [], False
    for line in text.splitlines():
        if not line.startswith("|"):
            inside = False
            continue
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if cells[0] == heading:
            inside = True
        elif inside and set(cells[0]) != {"-"}:
            rows.append([re.sub(r"^`([^`]*)`$", r"\1", cell) for cell in cells])
    return rows


def column(text: str, heading: str) -> list[str]:
    names = [row[0] for row in table(text, heading)]
    assert names, f"there is no table whose first column is {heading!r}"
    assert len(names) == len(set(names)), f"a row of the table {heading!r} stands there twice"
    return names


def domain() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((PROJECT / "domain.yml").read_text(encoding="utf-8"))
    return found


# Commands


def make_targets() -> set[str]:
    shown = subprocess.run(["make", "help"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    return {line.split()[0] for line in shown.splitlines() if line.startswith("  ")}


def test_every_make_target_is_documented_and_every_documented_one_exists() -> None:
    named = {
        target
        for piece in code_pieces(everything())
        for target in re.findall(r"(?<![\w./-])make ([a-z][a-z-]*)", piece)
    }
    targets = make_targets()
    assert targets - named == set(), "not in README or docs"
    assert named - targets == set(), "no such target in the Makefile"


def commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command below the root, with the words that call it."""
    for name, child in getattr(command, "commands", {}).items():
        yield (*path, name), child
        yield from commands(child, (*path, name))


def guide_commands() -> dict[tuple[str, ...], click.Command]:
    from bot.cli import main

    return dict(commands(main))


def calls_of_guide() -> set[tuple[str, ...]]:
    """The words after `guide` in code, up to the first that is no plain word."""
    calls = set()
    for piece in code_pieces(everything()):
        for words in re.findall(r"(?:^\s*|\.venv/bin/|&& )guide((?: [a-z]+(?![\w./:]))+)", piece):
            calls.add(tuple(words.split()))
    return calls


def test_every_guide_command_is_documented() -> None:
    called = calls_of_guide()
    missing = [words for words in guide_commands() if not any(call[: len(words)] == words for call in called)]
    assert missing == []


def test_every_documented_guide_command_exists() -> None:
    known = set(guide_commands())
    assert [call for call in calls_of_guide() if not any(call[:n] in known for n in (1, 2))] == []
    groups = {words for words, command in guide_commands().items() if isinstance(command, click.Group)}
    assert [call for call in calls_of_guide() if call[:1] in groups and len(call) > 1 and call[:2] not in known] == []


def test_every_option_named_after_a_guide_command_exists() -> None:
    known = guide_commands()
    for piece in code_pieces(everything()):
        match = re.match(r"(?:\S*/)?guide ([a-z]+)(.*)", piece)
        if match and (match[1],) in known:
            options = {option for parameter in known[match[1],].params for option in parameter.opts} | {"--help", "-h"}
            assert set(re.findall(r"(?<=\s)--[a-z-]+", match[2])) <= options, piece


@pytest.mark.parametrize("words", [(), *guide_commands()], ids=" ".join)
def test_help_of_every_command_gives_an_example(words: tuple[str, ...]) -> None:
    from bot.cli import main

    command = guide_commands()[words] if words else main
    with click.Context(command, info_name=" ".join(["guide", *words])) as context:
        text = command.get_help(context)
    assert re.search(rf"Example:\n\s+guide {' '.join(words)}", text), text


# Names


def environment_variables() -> set[str]:
    """Settings the code reads; PYTHONPATH is passed on, not read."""
    found = set(SETTINGS)
    for file in [*(f for folder in CODE for f in (PROJECT / folder).rglob("*.py")), *PROJECT.glob("*.yml")]:
        text = file.read_text(encoding="utf-8")
        found |= set(re.findall(r"\bGUIDE_[A-Z_]*[A-Z]\b", text))
        found |= set(re.findall(r"\bSANIC_[A-Z_]*[A-Z]\b", text))
        found |= set(re.findall(r"environ(?:\.get\(|\.setdefault\(|\[)\s*\"([A-Z_]+)\"", text))
        found |= set(re.findall(r"envvar=\"([A-Z_]+)\"", text))
    return found - {"PYTHONPATH"}


def test_settings_table_holds_exactly_the_environment_variables_of_the_code() -> None:
    assert set(column(page("architecture.md"), "Variable")) == environment_variables()


def test_no_page_names_an_unknown_variable() -> None:
    named = set(re.findall(r"\b(?:GUIDE|SANIC|RASA)_[A-Z_]*[A-Z]\b", everything()))
    assert named - environment_variables() == set()


def test_values_of_preset_variables_are_documented() -> None:
    rows = {row[0]: row[1] for row in table(page("architecture.md"), "Variable")}
    assert {name: rows[name] for name in SETTINGS} == SETTINGS


def test_understanding_explains_exactly_the_intents_of_the_domain_and_their_actions() -> None:
    assert set(column(page("understanding.md"), "Intent")) == set(domain()["intents"])
    explained = {row[0]: row[2] for row in table(page("understanding.md"), "Intent")}
    ruled = {}
    for file in (PROJECT / "data" / "stories").glob("*.yml"):
        for rule in yaml.safe_load(file.read_text(encoding="utf-8"))["rules"]:
            ruled[rule["steps"][0]["intent"]] = rule["steps"][1]["action"]
    assert {**ruled, **explained} == ruled


def test_architecture_lists_exactly_the_policies_of_the_content() -> None:
    written = {}
    for file in (PROJECT / "knowledge" / "content" / "policies").glob("*.yml"):
        policy = yaml.safe_load(file.read_text(encoding="utf-8"))
        written[policy["id"]] = policy["name"]
    listed = {row[0]: row[1] for row in table(page("architecture.md"), "Id")}
    assert listed == written


def test_answer_contract_has_exactly_the_documented_fields() -> None:
    from bot.ask import Turn

    result = Turn("", "greet", 1.0, [], 0.0).as_result()
    assert column(page("architecture.md"), "Field") == ["id", *result]


def test_statuses_are_documented() -> None:
    from actions.answer import Status

    assert set(column(page("architecture.md"), "Status")) == {status.value for status in Status}


def test_fields_of_a_ticket_are_documented() -> None:
    from bot.handoff.tickets import Ticket

    assert set(column(page("operations.md"), "Field")) == {*inspect.signature(Ticket).parameters, "status"}


# Thresholds


def constants(file: Path) -> dict[str, float]:
    """Numbers that a module names in capitals."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {
        node.targets[0].id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, int | float)
    }


def configured() -> dict[str, float]:
    config = yaml.safe_load((PROJECT / "config.yml").read_text(encoding="utf-8"))
    return {key: value for part in [*config["pipeline"], *config["policies"]] for key, value in part.items()}


def test_thresholds_are_those_of_the_code() -> None:
    for name, value, where, _ in table(page("understanding.md"), "Name"):
        known = configured() if where == "config.yml" else constants(PROJECT / where)
        assert known.get(name) == float(value), f"{name} of {where} is {known.get(name)}"


def test_every_threshold_of_reading_and_routing_is_explained() -> None:
    explained = set(column(page("understanding.md"), "Name"))
    modules = ("question", "follow_ups", "routing")
    named = {name for module in modules for name in constants(PROJECT / "actions" / f"{module}.py")}
    assert named - explained == set()


# Dependencies


def requirement_names(requirements: list[str]) -> set[str]:
    return {re.split(r"[<>=\[;~! ]", requirement, maxsplit=1)[0].lower() for requirement in requirements}


def test_every_direct_dependency_is_explained_and_nothing_else() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = project["project"]["dependencies"] + [r for group in project["dependency-groups"].values() for r in group]
    rows = table(page("dependencies.md"), "Package")
    explained = {re.split(r"[` ]", row[0].strip("`"))[0].lower() for row in rows}
    assert explained == requirement_names(asked)
    assert all(len(row) > 2 and row[1] for row in rows)


# Links and paths


def anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", text, flags=re.M)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.name)
def test_relative_links_and_pictures_exist(file: Path) -> None:
    text = re.sub(r"^ *```.*?^ *```", "", file.read_text(encoding="utf-8"), flags=re.M | re.S)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        linked = file.parent / path if path else file
        assert linked.exists(), target
        if anchor:
            assert anchor in anchors(linked.read_text(encoding="utf-8")), target


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.name)
def test_named_files_exist(file: Path) -> None:
    """A path in backticks that starts with a folder of the project; what is made on the way need not be there."""
    folders = "actions|bench|bot|data|docs|knowledge|scripts|tests"
    for piece in re.findall(r"`([^`\s]+)`", file.read_text(encoding="utf-8")):
        if re.fullmatch(rf"(?:{folders})/[\w./-]*", piece) and piece != "knowledge/guide.db":
            assert (PROJECT / piece).exists(), piece


# The examples of README


def examples() -> dict[str, str]:
    """Question and printed answer of every example, line breaks taken for spaces."""
    found = {}
    for question, quoted in re.findall(r"^\*\*(.+)\*\*\n\n((?:^>.*\n)+)", README.read_text(encoding="utf-8"), re.M):
        found[question] = " ".join(re.sub(r"^> ?", "", quoted, flags=re.M).split())
    return found


@pytest.fixture(scope="module")
def real_answers(guide: Guide) -> dict[str, tuple[str | None, str]]:
    """Verdict and text the guide gives to each question of README, each in a conversation of its own."""

    async def ask_all() -> dict[str, tuple[str | None, str]]:
        answers = {}
        for question in examples():
            turn = (await guide.converse([question]))[-1]
            answers[question] = turn.as_result()["verdict"], " ".join(str(turn.messages[-1]["text"]).split())
        return answers

    return asyncio.run(ask_all())


def test_readme_has_five_examples() -> None:
    assert len(examples()) == 5


@pytest.mark.parametrize("question", examples())
def test_readme_prints_what_the_guide_says(question: str, real_answers: dict[str, tuple[str | None, str]]) -> None:
    printed = examples()[question]
    verdict, answer = real_answers[question]
    said = next((word for word, text in VERDICTS.items() if printed.startswith(text)), None)
    assert said == verdict, f"README says {said}, the guide {verdict}: {answer}"
    first, *others = [part.strip() for part in printed.split("…") if part.strip()]
    assert answer.startswith(first), f"the guide says: {answer}"
    for part in others:
        assert part in answer, f"the guide says: {answer}"


# What no file may name


def test_no_file_names_a_package_host_or_a_folder_of_somebodys_machine() -> None:
    hosts = ["py" + "pi.org", "python" + "hosted.org", "npm" + "js.", "ana" + "conda.org", "hugging" + "face.co"]
    hosts += ["pkg" + ".dev", "j" + "frog", "crates" + ".io", "/" + "work/", "/" + "root/"]
    skipped = {line.strip("/") for line in (PROJECT / ".gitignore").read_text().splitlines()} | {".git"}
    kinds = {".py", ".yml", ".yaml", ".toml", ".md", ".lock", ".txt", ".js", ".html", ".css", ".jsonl"}
    named = []
    for file in PROJECT.rglob("*"):
        path = file.relative_to(PROJECT)
        if set(path.parts) & skipped or any(part.endswith(".egg-info") for part in path.parts) or not file.is_file():
            continue
        if file.suffix in kinds or file.name in {"Makefile", "LICENSE", ".gitignore", ".python-version"}:
            text = file.read_text(encoding="utf-8")
            named += [f"{path}: {host}" for host in hosts if host in text]
    assert named == []

"""What README and docs/ say is what the project does: names, settings, numbers, patterns, links and answers."""

import ast
import asyncio
import inspect
import re
import subprocess
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from bot.ask import Guide
from bot.channels.slack.settings import SlackSettings
from bot.handoff.settings import HandoffSettings
from bot.runtime import SETTINGS
from bot.settings import documented

PROJECT = Path(__file__).resolve().parents[2]
README = PROJECT / "README.md"
DOCS = PROJECT / "docs"
PAGES = [
    README,
    *(PROJECT / name for name in ("CHANGELOG.md", "CONTRIBUTING.md", "tests/evaluation/README.md")),
    *sorted(DOCS.glob("*.md")),
]
CODE = ["actions", "bench", "bot", "knowledge", "understanding"]
MOST_NUMBERS, MOST_PATTERNS = 18, 29  # set by hand: numbers that decide, and patterns that decide what a message means
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
        match = re.match(r"\s*(?:\S*/)?guide ((?:[a-z]+ ?)+)(.*)", piece)
        words = tuple(match[1].split()) if match else ()
        command = next((known[words[:n]] for n in (2, 1) if words[:n] in known), None)
        if match and command:
            options = {option for parameter in command.params for option in parameter.opts} | {"--help", "-h"}
            assert set(re.findall(r"(?:^|(?<=\s))--[a-z-]+", match[2])) <= options, piece


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
    from bot.agency import FACTS

    found = {*SETTINGS, *documented(), *documented(HandoffSettings)}
    found |= {f"GUIDE_AGENCY_{fact.upper()}" for fact in FACTS}
    for file in [*(f for folder in CODE for f in (PROJECT / folder).rglob("*.py")), *PROJECT.glob("*.yml")]:
        text = file.read_text(encoding="utf-8")
        found |= set(re.findall(r"\bGUIDE_[A-Z_]*[A-Z]\b", text))
        found |= set(re.findall(r"\bSANIC_[A-Z_]*[A-Z]\b", text))
        found |= set(re.findall(r"environ(?:\.get\(|\.setdefault\(|\[)\s*\"([A-Z_]+)\"", text))
        found |= set(re.findall(r"envvar=\"([A-Z_]+)\"", text))
    return found - {"PYTHONPATH"}


def test_settings_table_holds_exactly_the_environment_variables_of_the_code() -> None:
    assert set(column(page("architecture.md"), "Variable")) == environment_variables()


def test_settings_are_documented_as_the_code_says_them() -> None:
    rows = {row[0]: row[1:3] for row in table(page("architecture.md"), "Variable")}
    for name, (default, meaning, _) in {
        **documented(),
        **documented(SlackSettings),
        **documented(HandoffSettings),
    }.items():
        assert rows[name] == [default, meaning]


def test_no_page_names_an_unknown_variable() -> None:
    named = set(re.findall(r"\b(?:GUIDE|SANIC|RASA)_[A-Z_]*[A-Z]\b", everything()))
    assert named - environment_variables() == set()


def test_what_service_needs_is_documented_with_the_examples_of_the_code() -> None:
    from bot.agency import EXAMPLES, NEEDED

    rows = {row[0]: row[1] for row in table(page("operations.md"), "Needed in service")}
    assert rows == {name: EXAMPLES[name] for name in NEEDED}


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
    from bot.records.tickets import Ticket

    named = {name for cell in column(page("operations.md"), "Field") for name in re.split(r"[`, ]+", cell) if name}
    assert named == set(inspect.signature(Ticket).parameters)


# Numbers set by hand


def number(node: ast.expr) -> str | None:
    """A number, or several, as the table writes them."""
    if isinstance(node, ast.Tuple):
        parts = [number(each) for each in node.elts]
        return ", ".join(part for part in parts if part) if parts and all(parts) else None
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = number(node.operand)
        return f"-{inner}" if inner else None
    return repr(node.value) if isinstance(node, ast.Constant) and type(node.value) in (int, float) else None


def constants(file: Path) -> dict[str, str]:
    """Numbers that a module gives a name, several on a line or one."""
    found: dict[str, str] = {}
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            several = isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple)
            names = target.elts if several else [target]
            values = node.value.elts if several else [node.value]
            for name, value in zip(names, values, strict=True):
                if isinstance(name, ast.Name) and (told := number(value)):
                    found[name.id] = told
    return found


def compared(file: Path) -> list[str]:
    """Comparisons with a fraction that has no name."""
    return [
        f"{file.relative_to(PROJECT)}: {ast.unparse(node)}"
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Compare)
        and any(isinstance(each, ast.Constant) and isinstance(each.value, float) for each in node.comparators)
    ]


def configured() -> dict[str, str]:
    config = yaml.safe_load((PROJECT / "config.yml").read_text(encoding="utf-8"))
    return {key: str(value) for part in [*config["pipeline"], *config["policies"]] for key, value in part.items()}


def test_every_number_set_by_hand_is_listed_with_its_value() -> None:
    known = {
        (name, value, file.relative_to(PROJECT).as_posix())
        for file in modules_of_meaning()
        for name, value in constants(file).items()
    }
    listed = [tuple(row[:3]) for row in table(page("understanding.md"), "Name")]
    assert len(listed) == len(set(listed))
    assert set(listed) == known


def test_numbers_are_counted_by_kind_and_few_decide() -> None:
    kinds = Counter(row[3] for row in table(page("understanding.md"), "Name"))
    said = ", ".join(
        f"{kinds[kind]} {kind.removesuffix('s')}" for kind in ("decides", "reads", "weighs", "learns", "shows")
    )
    text = " ".join(page("understanding.md").split())
    assert f"**{kinds.total()} numbers are set by hand: {said}.**" in text
    assert kinds["decides"] <= MOST_NUMBERS, "let some be learnt"


def test_settings_of_the_pipeline_are_as_told() -> None:
    for name, value, where, _ in table(page("understanding.md"), "Setting"):
        known = configured() if where == "config.yml" else constants(PROJECT / where)
        assert known.get(name) == value, f"{name} of {where} is {known.get(name)}"


def test_no_fraction_decides_in_passing() -> None:
    assert [found for file in modules_of_meaning() for found in compared(file)] == []


def test_what_follows_from_the_numbers_is_said_rightly() -> None:
    from understanding import decision

    text = " ".join(page("understanding.md").split())
    answered = 1 - decision.DEFLECTION / decision.SOMETHING_ELSE
    refused = 1 - decision.DEFLECTION / decision.REFUSED
    decided = next(chance / 100 for chance in range(101) if decision.verdict_is_worth_it([chance / 100]))
    assert f"| from a chance of {answered:.2f} on |" in text
    assert f"where the chance of being outside is above {refused:.2f} and that costs less than the best answer" in text
    assert f"that is from a chance of {decided:.2f} on" in text


# Regular expressions


def calls_of_re(file: Path) -> Iterator[tuple[str | None, str]]:
    """(name, function) of every use of a function of ``re``; the name where its result is given one."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    named = {
        id(node.value): node.targets[0].id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and re.fullmatch(r"re\.[a-z]+", ast.unparse(node.func)):
            yield named.get(id(node)), ast.unparse(node.func).removeprefix("re.")


def modules_of_meaning() -> list[Path]:
    """Everything of understanding and actions; forms read answers to what was asked, with patterns of their own."""
    found = [*(PROJECT / "understanding").rglob("*.py"), *(PROJECT / "actions").glob("*.py")]
    return sorted(file for file in found if "__pycache__" not in file.parts)


def test_every_pattern_is_explained_and_few_decide() -> None:
    compiled = {
        (name, file.relative_to(PROJECT).as_posix())
        for file in modules_of_meaning()
        for name, function in calls_of_re(file)
        if function == "compile"
    }
    rows = table(page("understanding.md"), "Pattern")
    assert {(row[0], row[1]) for row in rows} == compiled
    assert {row[3] for row in rows} <= {"decides", "cuts"}
    decide = [row[0] for row in rows if row[3] == "decides"]
    assert len(decide) <= MOST_PATTERNS, f"{len(decide)} decide; let the ranker learn some: {sorted(decide)}"
    total = f"**{len(rows)} are compiled: {len(decide)} decide, {len(rows) - len(decide)} cut.**"
    assert total in " ".join(page("understanding.md").split())


def test_what_is_not_compiled_under_a_name_only_cuts_and_cleans() -> None:
    """So that no pattern decides in passing, where nobody would count it."""
    uses = [
        f"{file.relative_to(PROJECT)}: re.{function}"
        for file in modules_of_meaning()
        for name, function in calls_of_re(file)
        if function not in ("compile", "sub", "findall", "split", "escape") or (function == "compile" and name is None)
    ]
    assert uses == []


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


MADE = {"knowledge/guide.db", "knowledge/reviews.yml"}  # on the way, by building and by signing


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.name)
def test_named_files_exist(file: Path) -> None:
    """A path in backticks that starts with a folder of the project; what is made on the way need not be there."""
    folders = "actions|bench|bot|data|docs|knowledge|scripts|tests|understanding"
    for piece in re.findall(r"`([^`\s]+)`", file.read_text(encoding="utf-8")):
        if re.fullmatch(rf"(?:{folders})/[\w./-]*", piece) and piece not in MADE:
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

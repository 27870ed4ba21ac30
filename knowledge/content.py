"""Read the YAML content into models, and say precisely what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from knowledge.schema import (
    AgencyFact,
    Cost,
    Entry,
    Exposure,
    Industry,
    Outside,
    Policy,
    ProfileField,
    ProfilePoint,
    ProfileRule,
    RecommendedPolicy,
    Relation,
    Source,
    Term,
    Topic,
)

CONTENT = Path(__file__).parent / "content"
PROFILE = "profile.yml"

M = TypeVar("M", bound=BaseModel)

REMEDIES = {
    "value_error.extra": "remove it or correct its spelling; knowledge/schema.py lists the fields",
    "value_error.missing": "add it",
    "type_error.none.not_allowed": "give it a value or remove the line",
    "value_error.list.min_items": "add more items",
    "value_error.date": "write the day as 2026-11-22",
    "type_error.dict": "write 'text:' and 'source:' below it, each on a line of its own",
    "value_error.const": "use one of those permitted",
}


class _Loader(yaml.CSafeLoader):
    """Leaves dates as text: the models read them, and an impossible day is then reported with its line."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True)
class Finding:
    """One thing wrong with the content: where it is, what it is, and what to do."""

    where: str  # "policies/cyber.yml:12 (cyber)"
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}. Remedy: {self.remedy}."


class ContentError(Exception):
    """The content cannot be published; ``findings`` says why, one by one."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = list(findings)
        super().__init__("\n".join(map(str, self.findings)))


@dataclass
class Content:
    """All entries, in file order."""

    policies: list[Policy] = field(default_factory=list)
    exposures: list[Exposure] = field(default_factory=list)
    industries: list[Industry] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)
    topics: list[Topic] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    agency: list[AgencyFact] = field(default_factory=list)
    outside: list[Outside] = field(default_factory=list)
    costs: list[Cost] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    profile_fields: list[ProfileField] = field(default_factory=list)
    any_trade: list[RecommendedPolicy] = field(default_factory=list)
    profile_rules: list[ProfileRule] = field(default_factory=list)
    profile_points: list[ProfilePoint] = field(default_factory=list)
    quote_fields: list[ProfileField] = field(default_factory=list)
    notices: dict[str, Any] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)  # entry id -> "file:line"

    def entries(self) -> Iterator[tuple[str, Entry]]:
        """Every entry with its kind."""
        for policy in self.policies:
            yield "policy", policy
        for exposure in self.exposures:
            yield "exposure", exposure
        for industry in self.industries:
            yield "industry", industry
        for term in self.terms:
            yield "term", term
        for topic in self.topics:
            yield "topic", topic
        for relation in self.relations:
            yield "relation", relation
        for fact in self.agency:
            yield "agency", fact
        for outside in self.outside:
            yield "outside", outside

    def profile(self) -> Iterator[tuple[str, str, BaseModel]]:
        """Everything that is asked about a business and follows from it: section of the file, id, content."""
        for field_ in self.profile_fields:
            yield "fields", field_.id, field_
        for general in self.any_trade:
            yield "any_trade", general.policy, general
        for rule in self.profile_rules:
            yield "rules", rule.id, rule
        for point in self.profile_points:
            yield "points", point.id, point
        for asked in self.quote_fields:
            yield "quote", asked.id, asked


def read_content(folder: Path = CONTENT) -> Content:
    """Read and validate every file below folder.

    Raises:
        ContentError: some file is not valid YAML or some entry is not a valid entry.
    """
    content = Content()
    findings: list[Finding] = []
    readers: list[tuple[str, type[Any], list[Any]]] = [
        ("policies/*.yml", Policy, content.policies),
        ("exposures/*.yml", Exposure, content.exposures),
        ("industries/*.yml", Industry, content.industries),
        ("terms/*.yml", Term, content.terms),
        ("topics/*.yml", Topic, content.topics),
        ("relations/*.yml", Relation, content.relations),
        ("agency.yml", AgencyFact, content.agency),
        ("outside.yml", Outside, content.outside),
        ("costs.yml", Cost, content.costs),
        ("sources/*.yml", Source, content.sources),
    ]
    for pattern, model, into in readers:
        for file in sorted(folder.glob(pattern)):
            try:
                into.extend(_read_file(file, folder, model, content.places))
            except ContentError as error:
                findings.extend(error.findings)
    notices = folder / "notices.yml"
    if notices.exists():
        try:
            content.notices = _parse(notices, folder)[1] or {}
            if not isinstance(content.notices, dict):
                findings.append(Finding("notices.yml", "holds no named texts", "write one 'name: text' a line"))
        except ContentError as error:
            findings.extend(error.findings)
    profile = folder / PROFILE
    if profile.exists():
        try:
            _read_profile(profile, folder, content)
        except ContentError as error:
            findings.extend(error.findings)
    read = {file for pattern, _, _ in readers for file in folder.glob(pattern)} | {notices, profile}
    for file in sorted({*folder.rglob("*.yml"), *folder.rglob("*.yaml")} - read):
        where = file.relative_to(folder).as_posix()
        findings.append(
            Finding(where, "is read by nobody", "move it or rename it; docs/knowledge_reference.md lists the files")
        )
    if findings:
        raise ContentError(findings)
    if not content.policies or not content.sources:
        raise ContentError([Finding(str(folder), "no policies or no sources here", "name the folder of the content")])
    return content


def _parse(file: Path, folder: Path) -> tuple[yaml.Node | None, Any]:
    where = file.relative_to(folder).as_posix()
    try:
        loader = _Loader(file.read_text(encoding="utf-8"))
        node = loader.get_single_node()
        if node is None:
            return None, None
        for line, key in _repeated_keys(node):
            raise ContentError([Finding(f"{where}:{line}", f"the field '{key}' stands twice", "keep one of them")])
        return node, loader.construct_document(node)
    except UnicodeDecodeError as error:
        raise ContentError([Finding(where, f"is not UTF-8 text ({error})", "save it as UTF-8")]) from error
    except yaml.MarkedYAMLError as error:
        at = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise ContentError(
            [Finding(f"{where}:{at}", f"is not valid YAML ({error.problem})", "check indents and quotes")]
        ) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        error_text = " ".join(str(error).split())
        raise ContentError([Finding(where, f"is not valid YAML ({error_text})", "check the file")]) from error


def _repeated_keys(node: yaml.Node) -> Iterator[tuple[int, str]]:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.composer.ComposerError(None, None, "a name in braces or brackets", key.start_mark)
            if key.value in seen:
                yield key.start_mark.line + 1, key.value
            seen.add(key.value)
            yield from _repeated_keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _repeated_keys(item)


def _read_file(file: Path, folder: Path, model: type[M], places: dict[str, str]) -> list[M]:
    node, data = _parse(file, folder)
    where = file.relative_to(folder).as_posix()
    single = isinstance(data, dict)
    raws = [data] if single else data
    if not isinstance(raws, list) or not raws:
        raise ContentError([Finding(where, "holds no entry", "write an entry or remove the file")])
    return _models(node, where, [(() if single else (index,), raw) for index, raw in enumerate(raws)], model, places)


def _read_profile(file: Path, folder: Path, content: Content) -> None:
    """What is asked about a business and what follows from it, each kind in a list of its own.

    Ids of entries may come again here, so places are noted as "list.id".
    """
    node, data = _parse(file, folder)
    where = file.relative_to(folder).as_posix()
    sections: dict[str, tuple[type[Any], list[Any]]] = {
        "fields": (ProfileField, content.profile_fields),
        "any_trade": (RecommendedPolicy, content.any_trade),
        "rules": (ProfileRule, content.profile_rules),
        "points": (ProfilePoint, content.profile_points),
        "quote": (ProfileField, content.quote_fields),
    }
    if not isinstance(data, dict) or not all(isinstance(data.get(name, []), list) for name in sections):
        raise ContentError([Finding(where, "holds no lists", f"write a list below each of {', '.join(sections)}")])
    findings = [
        Finding(f"{where}:{_line(node, (name,))}", f"'{name}' is no part of it", f"use one of {', '.join(sections)}")
        for name in data
        if name not in sections
    ]
    for name, (model, into) in sections.items():
        raws: list[tuple[tuple[Any, ...], Any]] = [((name, index), raw) for index, raw in enumerate(data.get(name, []))]
        places: dict[str, str] = {}
        try:
            into.extend(_models(node, where, raws, model, places))
        except ContentError as error:
            findings.extend(error.findings)
        content.places.update({f"{name}.{one}": place for one, place in places.items()})
    if findings:
        raise ContentError(findings)


def _models(
    node: yaml.Node | None, where: str, raws: list[tuple[tuple[Any, ...], Any]], model: type[M], places: dict[str, str]
) -> list[M]:
    """What was read at each path of a file, as models; their places are noted."""
    entries: list[M] = []
    findings: list[Finding] = []
    for index, (start, raw) in enumerate(raws):
        names = [str(raw[key]) for key in ("id", "policy") if key in raw] if isinstance(raw, dict) else []
        name = next(iter(names), f"entry {index + 1}")
        try:
            entry = model.parse_obj(raw)
        except ValidationError as error:
            for problem in error.errors():
                path = tuple(part for part in problem["loc"] if part != "__root__")
                dotted = ".".join(map(str, path))
                findings.append(
                    Finding(
                        f"{where}:{_line(node, start + path)} ({name})",
                        f"'{dotted}' {problem['msg']}",
                        REMEDIES.get(problem["type"], "correct it as knowledge/schema.py says"),
                    )
                )
            continue
        except TypeError:  # pydantic reads a list of pairs as fields, and stumbles over names that are no text
            findings.append(
                Finding(
                    f"{where}:{_line(node, start)} ({name})",
                    "has a field whose name is no text",
                    "write fields as 'name: value', one a line",
                )
            )
            continue
        entries.append(entry)
        places[name] = f"{where}:{_line(node, start)}"
    if findings:
        raise ContentError(findings)
    return entries


def _line(node: yaml.Node | None, path: tuple[Any, ...]) -> int:
    """The line of the deepest node on the path that exists."""
    line = node.start_mark.line + 1 if node else 1
    for part in path:
        if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        elif isinstance(node, yaml.MappingNode):
            match = next(((k, v) for k, v in node.value if k.value == str(part)), None)
            if match is None:
                return line
            line = match[0].start_mark.line + 1
            node = match[1]
        else:
            return line
    return line

"""Reads a message: what is linked and near, which candidates there are and how likely each is, and what it is."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.base import MODELS, KnowledgeBase
from understanding.candidates import candidates
from understanding.cues import cues_of
from understanding.features import FEATURES, Heard, Profile, evidence
from understanding.index import Nearness, PhraseIndex, nearest_of
from understanding.learning.arrays import Floats
from understanding.learning.cosines import Rounded
from understanding.linking import Linked
from understanding.nearby import Nearby
from understanding.question import Frame
from understanding.ranker import Ranker
from understanding.signals import CHANCES, Chance, Scope, Signs, signs_of
from understanding.targets import Target, intent_id, points_of, shown_texts, targets_of
from understanding.text.language import words_of
from understanding.text.questions import changes_subject, sentences

Embed = Callable[[str], Floats]
RECOMMENDATION = intent_id("ask_recommendation")
TOLD_TRADE = 0.6  # cosine from which on a clause by itself tells the trade
FEW_STATEMENTS = 6  # statements of a candidate that are looked at
_CLAUSES = re.compile(r"[,;.!?]\s*|\b(?:and|with|in)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Reading:
    """What is known of a message once it is read.

    Attributes:
        ranked: (target, chance that it answers the message), likeliest first.
        outside, happened: chances that it is outside the guide's business, and that something has happened.
        cover, excluded: chances that it asks for the yes or no of cover, and for the opposite of it.
    """

    heard: Heard
    ranked: list[tuple[str, float]]
    outside: float
    happened: float
    cover: float
    excluded: float


class Recall:
    """Everything that can be answered and how people put it: what a message is compared with."""

    def __init__(self, base: KnowledgeBase, index: PhraseIndex, profiles: dict[str, Profile]) -> None:
        self.base = base
        self.index = index
        self.profiles = profiles
        self.targets: dict[str, Target] = {name: profile.target for name, profile in profiles.items()}
        self.nearby = Nearby(index)
        self.scope = Scope.of(index.ids, self.targets)
        trades = {name for name, target in self.targets.items() if target.kind == "industry"}
        self.trades = [i for i, name in enumerate(index.ids) if name in trades]
        """Where in the index the trades are."""
        self._told: dict[str, Floats] = {}  # vectors of what may be said, by text
        self._of: dict[str, Floats] = {}  # those of a target's leading statements, once they are asked for

    def on(self, base: KnowledgeBase) -> Recall:
        """The same phrases beside another state of the base: what is gone from it is no target any more.

        Vectors of what reads as before are kept.
        """
        cues = {name: profile.cues for name, profile in self.profiles.items()}
        intents = [target.intent for target in self.targets.values() if target.kind == "intent"]
        found = Recall(base, self.index, _profiles(base, cues, intents))
        found.nearby = self.nearby
        found._told = dict(self._told)
        return found

    def embed_statements(self, embed_all: Callable[[list[str]], Floats]) -> None:
        """Make the vectors of all leading statements and points at once, so that no message has to wait for some."""
        said = [text for name in self.targets for text in (*self.said_by(name), *self.points_of(name))]
        texts = list(dict.fromkeys(said))
        self.know_statements(texts, embed_all(texts))

    def statements(self) -> tuple[list[str], Floats]:
        """The texts whose vectors are known, and the vectors in this order."""
        return list(self._told), np.array(list(self._told.values()), dtype=np.float32)

    def know_statements(self, texts: Iterable[str], vectors: Floats) -> None:
        """Take over what ``statements`` gave."""
        self._told.update(zip(texts, vectors, strict=True))

    def hear(
        self,
        linked: Linked,
        frame: Frame | None,
        intents: Mapping[str, float],
        embed: Embed,
        near: Sequence[Nearness] | None = None,
    ) -> Heard:
        """All that is known of a message before anything is decided; what begins another subject goes on with nothing.

        Args:
            intents: chance of each intent, of a classifier.
            near: nearness of ``compared``, where many messages are read at once.
        """
        frame = _going_on(linked, frame)
        links: dict[str, list[str]] = {}
        held: list[str] = []
        for link in linked.links:
            if link["entity"] in MODELS and self.base.entry(str(link["value"])) is None:
                continue  # gone since the names were learnt
            into = held if link.get("role") == "held" else links.setdefault(str(link["entity"]), [])
            if link["value"] not in into:
                into.append(str(link["value"]))
        if near is None:
            near = self.nearby.of(self.compared(linked, frame), embed)
        behind = [bool(frame and frame.text), bool(self._subject(frame))]
        of_parts = near[2 + sum(behind) :]
        return Heard(
            linked.normal,
            links,
            tuple(held),
            near[0],
            near[1],
            nearest_of(of_parts) if of_parts else None,
            near[2] if behind[0] else None,
            near[1 + sum(behind)] if behind[1] else None,
            {hit.entry_id: -hit.rank for hit in self.base.search(linked.normal, limit=20)},
            dict(intents),
            frame,
        )

    def compared(self, linked: Linked, frame: Frame | None) -> list[str]:
        """The texts of a message that are compared.

        Whole; without the asking; behind what was said, and behind the name of what was answered last; its sentences.
        """
        frame = _going_on(linked, frame)
        said = frame.text if frame else ""
        behind = [f"{each} {linked.normal}" for each in (said, self._subject(frame)) if each]
        return [linked.normal, linked.bare, *behind, *sentences(linked.normal)]

    def _subject(self, frame: Frame | None) -> str:
        """The name of what was answered last; empty where it has none."""
        target = self.targets.get(frame.target) if frame else None
        entry = self.base.entry(target.entry) if target and target.entry else None
        return f"{entry.name}:" if entry else ""

    def listed(self, heard: Heard, embed: Embed) -> tuple[list[str], Floats, Floats]:
        """The candidates of a message, their fused scores and their features."""
        names, fused = candidates(heard, self.index.ids, self.targets)
        meaning = embed(heard.text)
        near = {name: float((self._vectors_of(name, embed) @ meaning).max(initial=0.0)) for name in names}
        known = replace(heard, statements=near)
        found = evidence(known, [self.profiles[name] for name in names], dict(self.index.place), fused)
        return names, fused, found

    def verdict(self, name: str, policies: Sequence[str]) -> str | None:
        """The yes or no that a target's answer says of the policies asked about; None where it says none."""
        target = self.targets[name]
        if target.kind == "exposure" and policies:
            told = [self.base.decide(policy, name) for policy in policies]
            return " ".join(decision.verdict.value for decision in told if decision) or None
        topic, relation = self.base.topic(target.entry), self.base.relation(target.entry)
        return relation.relation.verdict if relation else topic.verdict if topic else None

    def said_by(self, name: str) -> list[str]:
        """A target's leading statements."""
        return shown_texts(self.targets[name], self.base)[:FEW_STATEMENTS]

    def points_of(self, name: str) -> list[str]:
        """The points of a target's answer."""
        return points_of(self.targets[name], self.base)

    def vectors_of(self, texts: Sequence[str], embed: Embed) -> Floats:
        """Vectors of what may be said, shape (n, 384)."""
        known = self._told
        found = [known[text] if text in known else embed(text) for text in texts]
        return np.stack(found) if found else np.zeros((0, 384), np.float32)

    def _vectors_of(self, name: str, embed: Embed) -> Floats:
        """Vectors of a target's leading statements, kept once they are put together."""
        if name not in self._of:
            self._of[name] = self.vectors_of(self.said_by(name), embed)
        return self._of[name]


def _going_on(linked: Linked, frame: Frame | None) -> Frame | None:
    return None if changes_subject(linked.normal) else frame


class Reader:
    """Reads messages with what was learnt: the ranker, the signals and the calibration."""

    def __init__(self, recall: Recall, ranker: Ranker, chances: Mapping[str, Chance]) -> None:
        """Args:
        chances: the regressions of CHANCES, by name.
        """
        self.recall = recall
        self.ranker = ranker
        self.chances = dict(chances)
        self._points: dict[str, Floats] = {}

    def read(self, linked: Linked, frame: Frame | None, intents: Mapping[str, float], embed: Embed) -> Reading:
        """What a message most probably means, given the chance of each intent."""
        heard = self.recall.hear(linked, frame, intents, embed)
        return self.weigh(heard, *self.recall.listed(heard, embed), embed(heard.text))

    def weigh(self, heard: Heard, names: Sequence[str], fused: Floats, found: Floats, meaning: Floats) -> Reading:
        """How likely each candidate is, and what the message is; names, scores and features as ``listed`` gives them.

        Args:
            meaning: the vector of the message, shape (384,).
        """
        signs = signs_of(heard, meaning, self.recall.scope)
        outside, ranked = self.ranked(signs, names, fused, found)
        of = self.chances
        cover, excluded = of["cover"].of(signs.asked), of["excluded"].of(signs.asked)
        return Reading(heard, ranked, outside, of["happened"].of(signs.happened), cover, excluded)

    def ranked(
        self, signs: Signs, names: Sequence[str], fused: Floats, found: Floats
    ) -> tuple[float, list[tuple[str, float]]]:
        """The chance that a message is outside, and each candidate's to answer it, likeliest first."""
        outside = self.chances["outside"].of(signs.scope)
        evidence = sureness(self.ranker.chances(found, fused), fused, found, outside)
        chances = self.chances["right"].of_each(evidence)
        return outside, [(names[i], float(chances[i])) for i in np.argsort(-chances, kind="stable")]

    def on(self, base: KnowledgeBase) -> Reader:
        """Reads as before, of another state of the base: verdicts, statements and points are those of now."""
        return Reader(self.recall.on(base), self.ranker, self.chances)

    def nearest_point(self, target: str, meaning: Floats, embed: Embed) -> int | None:
        """The place of the point of a target's answer that comes nearest to a message; None where it has none."""
        points = self.recall.points_of(target) if target in self.recall.targets else []
        if len(points) < 2:
            return None
        if target not in self._points:
            self._points[target] = self.recall.vectors_of(points, embed)
        return int(np.argmax(self._points[target] @ meaning))

    def trade(self, reading: Reading, by_clause: bool, embed: Embed) -> dict[str, Any] | None:
        """The trade that a message comes nearest to, as a whole or else in one of its clauses, with the cosine.

        None where it is nearer to the bare question, which tells no trade: "which policies do we need?".  A clause
        says less, so it has to come nearer: "9 people, we do bookkeeping, one car, what do we need".
        """
        heard = reading.heard
        best = self._nearest_trade(heard.bare)
        clauses = [each for each in _CLAUSES.split(heard.text) if len(each.split()) > 1]
        if best is None and by_clause and len(clauses) > 1 and not heard.links.get("industry"):
            near = map(self._nearest_trade, self.recall.nearby.of(clauses, embed))
            told = (trade for trade in near if trade and trade[1] >= TOLD_TRADE)
            best = max(told, key=lambda trade: trade[1], default=None)
        return {"id": best[0], "nearest": round(best[1], 4)} if best else None

    def _nearest_trade(self, near: Nearness) -> tuple[str, float] | None:
        index, trades = self.recall.index, self.recall.trades
        if not trades:
            return None
        best = trades[int(np.argmax(near.mean[trades]))]
        bare = index.place.get(RECOMMENDATION)
        if bare is not None and near.mean[bare] >= near.mean[best]:
            return None
        return index.ids[best], float(near.mean[best])


SURE_BY = ("mean", "best", "bare", "part", "context", "statement", "named", "p_intent", "log_p_intent", "first_intent")
_COLUMNS = [FEATURES.index(name) for name in SURE_BY]
_KIND = [FEATURES.index(f"kind_{kind}") for kind in ("facet", "intent", "exposure", "relation")]
_LOG_INTENT = FEATURES.index("log_p_intent")


def sureness(shares: Floats, fused: Floats, found: Floats, outside: float) -> Floats:
    """What tells whether each candidate is right: how far it leads, how near it is, its kind, how strange the message.

    Several entries may answer a message, so a share that is split among the first three is no doubt in itself.

    Returns:
        A row for each candidate.
    """
    share = np.clip(shares.astype(np.float64), 1e-4, 1 - 1e-4)
    by_size = np.sort(shares)
    others = np.full(len(shares), by_size[-1])
    others[np.argmax(shares)] = by_size[-2] if len(shares) > 1 else 0.0
    rival = np.clip(others.astype(np.float64), 1e-4, 1.0)
    odds = np.log(share / (1 - share))
    kinds, of_intent = found[:, _KIND], found[:, _LOG_INTENT]
    strange = np.log(np.clip(outside, 1e-3, 1 - 1e-3) / np.clip(1 - outside, 1e-3, 1 - 1e-3))
    return np.column_stack(
        [
            odds,
            np.log(share) - np.log(rival),
            np.full(len(shares), float(by_size[-3:].sum())),
            (fused / fused.max()).astype(np.float64),
            np.full(len(shares), strange),
            found[:, _COLUMNS],
            kinds,
            kinds * odds.astype(np.float32)[:, None],
            kinds * of_intent[:, None],
        ]
    )


def profiles_of(base: KnowledgeBase, phrases: Sequence[tuple[str, str]], intents: Sequence[str]) -> dict[str, Profile]:
    """Every target with what the features look at."""
    cues: dict[str, list[list[float]]] = {}
    for told, text in phrases:
        cues.setdefault(told, []).append(cues_of([word.group().lower() for word in words_of(text)]))
    return _profiles(base, {name: np.array(each).mean(axis=0) for name, each in cues.items()}, intents)


def _profiles(base: KnowledgeBase, cues: Mapping[str, Floats], intents: Sequence[str]) -> dict[str, Profile]:
    """The same from the share of each target's phrases that have words of each kind."""
    unsaid = np.zeros(len(cues_of([])))
    found = {}
    for name, target in targets_of(base, intents).items():
        topic, industry = base.topic(target.entry), base.industry(target.entry)
        found[name] = Profile(
            target,
            cues.get(name, unsaid),
            bool(topic and topic.verdict) or target.kind in ("relation", "exposure"),
            industry.group if industry else topic.industry_group if topic else None,
        )
    return found


def save(folder: Path, recall: Recall, chances: Mapping[str, Chance], ranker: Ranker) -> None:
    """Write what was learnt: arrays and JSON, no code."""
    ranker.save(folder / "ranker.npz")
    arrays: dict[str, Any] = {}
    for name, chance in chances.items():
        arrays |= chance.as_arrays(name)
    np.savez(folder / "chances.npz", **arrays)
    index, names, vectors = recall.index, list(recall.profiles), recall.index.vectors
    assert vectors is not None  # one learns
    np.savez(folder / "phrases.npz", numbers=vectors.numbers, scales=vectors.scales, counts=index.counts)
    np.save(folder / "cues.npy", np.stack([recall.profiles[name].cues for name in names]))
    intents = [target.intent for target in recall.targets.values() if target.kind == "intent"]
    statements, said = recall.statements()
    np.save(folder / "statements.npy", said.astype(np.float16))  # half the size; a cosine moves by 0.0003
    told = {"targets": index.ids, "profiles": names, "intents": intents, "statements": statements}
    (folder / "told.json").write_text(json.dumps(told), encoding="utf-8")


def load(folder: Path, base: KnowledgeBase) -> Reader:
    """Read what ``save`` wrote."""
    told = json.loads((folder / "told.json").read_text(encoding="utf-8"))
    with np.load(folder / "phrases.npz", allow_pickle=False) as arrays:
        vectors, counts = Rounded(arrays["numbers"], arrays["scales"]), arrays["counts"]
    index = PhraseIndex(np.repeat(told["targets"], counts).tolist(), vectors)
    cues = dict(zip(told["profiles"], np.load(folder / "cues.npy", allow_pickle=False), strict=True))
    recall = Recall(base, index, _profiles(base, cues, told["intents"]))
    statements = np.load(folder / "statements.npy", allow_pickle=False).astype(np.float32)
    recall.know_statements(told["statements"], statements)
    with np.load(folder / "chances.npz", allow_pickle=False) as arrays:
        chances = {name: Chance.from_arrays(name, arrays) for name in CHANCES}
    return Reader(recall, Ranker.load(folder / "ranker.npz"), chances)

"""Reads a message: what is linked and near, which candidates there are and how likely each is, and what it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.base import KnowledgeBase
from understanding.candidates import candidates
from understanding.features import FEATURES, Heard, Profile, cues_of, evidence
from understanding.index import Nearness, PhraseIndex, nearest_of
from understanding.learning.arrays import Floats
from understanding.linking import Linked
from understanding.question import Frame
from understanding.ranker import Ranker
from understanding.signals import Chance, happened_evidence, scope_evidence
from understanding.targets import Target, intent_id, points_of, shown_texts, targets_of
from understanding.text.language import words_of
from understanding.text.questions import sentences

Embed = Callable[[str], Floats]
RECOMMENDATION = intent_id("ask_recommendation")
FEW_STATEMENTS = 6  # statements of a candidate that are looked at


@dataclass(frozen=True)
class Reading:
    """What is known of a message once it is read.

    Attributes:
        ranked: (target, chance that it answers the message), likeliest first.
        outside, happened: chances that it is outside the guide's business, and that something has happened.
    """

    heard: Heard
    ranked: list[tuple[str, float]]
    outside: float
    happened: float


class Recall:
    """Everything that can be answered and how people put it: what a message is compared with."""

    def __init__(self, base: KnowledgeBase, index: PhraseIndex, profiles: dict[str, Profile]) -> None:
        self.base = base
        self.index = index
        self.profiles = profiles
        self.targets: dict[str, Target] = {name: profile.target for name, profile in profiles.items()}
        self._statements: dict[str, Floats] = {}

    def hear(
        self,
        linked: Linked,
        frame: Frame | None,
        intents: Mapping[str, float],
        embed: Embed,
        near: Sequence[Nearness] | None = None,
    ) -> Heard:
        """All that is known of a message before anything is decided.

        Args:
            intents: chance of each intent, of a classifier.
            near: nearness of ``compared(linked, frame)``, where many messages are read at once.
        """
        links: dict[str, list[str]] = {}
        held: list[str] = []
        for link in linked.links:
            into = held if link.get("role") == "held" else links.setdefault(str(link["entity"]), [])
            if link["value"] not in into:
                into.append(str(link["value"]))
        if near is None:
            near = self.index.near_all(np.stack([embed(text) for text in compared(linked, frame)]))
        of_parts = near[3:] if _talked(frame) else near[2:]
        return Heard(
            linked.normal,
            links,
            tuple(held),
            near[0],
            near[1],
            nearest_of(of_parts) if of_parts else None,
            near[2] if _talked(frame) else None,
            {hit.entry_id: -hit.rank for hit in self.base.search(linked.normal, limit=20)},
            dict(intents),
            frame,
        )

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

    def _vectors_of(self, name: str, embed: Embed) -> Floats:
        """Vectors of a target's leading statements, kept once they are made."""
        if name not in self._statements:
            texts = self.said_by(name)
            self._statements[name] = (
                np.stack([embed(text) for text in texts]) if texts else np.zeros((0, 384), np.float32)
            )
        return self._statements[name]


def compared(linked: Linked, frame: Frame | None) -> list[str]:
    """The texts of a message that are compared: whole, without the asking, behind what was said, and its sentences."""
    behind = [f"{frame.text} {linked.normal}"] if frame and _talked(frame) else []
    return [linked.normal, linked.bare, *behind, *sentences(linked.normal)]


def _talked(frame: Frame | None) -> bool:
    return bool(frame and frame.text)


class Reader:
    """Reads messages with what was learnt: the ranker, the signals and the calibration."""

    def __init__(self, recall: Recall, ranker: Ranker, outside: Chance, happened: Chance, right: Chance) -> None:
        self.recall = recall
        self.ranker = ranker
        self._outside = outside
        self._happened = happened
        self._right = right
        self._points: dict[str, Floats] = {}

    def read(self, linked: Linked, frame: Frame | None, intents: Mapping[str, float], embed: Embed) -> Reading:
        """What a message most probably means, given the chance of each intent."""
        heard = self.recall.hear(linked, frame, intents, embed)
        names, fused, found = self.recall.listed(heard, embed)
        shares = self.ranker.chances(found, fused)
        meaning = embed(heard.text)
        outside = self._outside.of(scope_evidence(heard, meaning, self.recall.index.ids, self.recall.targets))
        happened = self._happened.of(happened_evidence(heard, meaning))
        chances = [self._right.of(sureness(shares, fused, found, i, outside)) for i in range(len(names))]
        ranked = [(names[i], chances[i]) for i in np.argsort(-np.array(chances), kind="stable")]
        return Reading(heard, ranked, outside, happened)

    def nearest_point(self, target: str, meaning: Floats, embed: Embed) -> int | None:
        """The place of the point of a target's answer that comes nearest to a message; None where it has none."""
        points = points_of(self.recall.targets[target], self.recall.base) if target in self.recall.targets else []
        if len(points) < 2:
            return None
        if target not in self._points:
            self._points[target] = np.stack([embed(text) for text in points])
        return int(np.argmax(self._points[target] @ meaning))

    def trade(self, reading: Reading) -> dict[str, Any] | None:
        """The trade that a message comes nearest to, with the cosine.

        None where it is nearer to the bare question, which tells no trade: "which policies do we need?".
        """
        near, index, targets = reading.heard.bare.mean, self.recall.index, self.recall.targets
        trades = [i for i, name in enumerate(index.ids) if targets[name].kind == "industry"]
        best = max(trades, key=lambda i: float(near[i]), default=None)
        bare = index.place.get(RECOMMENDATION)
        if best is None or (bare is not None and near[bare] >= near[best]):
            return None
        return {"id": index.ids[best], "nearest": round(float(near[best]), 4)}


SURE_BY = ("mean", "best", "bare", "part", "context", "statement", "named", "p_intent", "log_p_intent", "first_intent")
_COLUMNS = [FEATURES.index(name) for name in SURE_BY]
_KIND = [FEATURES.index(f"kind_{kind}") for kind in ("facet", "intent", "exposure", "relation")]


def sureness(shares: Floats, fused: Floats, found: Floats, which: int, outside: float) -> Floats:
    """What tells whether a candidate is right: how far it leads, how near it is, of what kind, how strange the message.

    Several entries may answer a message, so a share that is split among the first three is no doubt in itself.
    """
    share = float(np.clip(shares[which], 1e-4, 1 - 1e-4))
    others = np.delete(shares, which)
    rival = float(np.clip(others.max(initial=1e-4), 1e-4, 1.0))
    first = float(np.sort(shares)[-3:].sum())
    odds = np.log(share / (1 - share))
    kinds = found[which, _KIND]
    strange = np.log(np.clip(outside, 1e-3, 1 - 1e-3) / np.clip(1 - outside, 1e-3, 1 - 1e-3))
    return np.array(
        [
            odds,
            np.log(share) - np.log(rival),
            first,
            float(fused[which] / fused.max()),
            strange,
            *found[which, _COLUMNS],
            *kinds,
            *(kinds * odds),
            *(kinds * found[which, FEATURES.index("log_p_intent")]),
        ]
    )


def profiles_of(base: KnowledgeBase, phrases: Sequence[tuple[str, str]], intents: Sequence[str]) -> dict[str, Profile]:
    """Every target with what the features look at."""
    cues: dict[str, list[list[float]]] = {}
    for told, text in phrases:
        cues.setdefault(told, []).append(cues_of([word.group().lower() for word in words_of(text)]))
    width = len(cues_of([]))
    found = {}
    for name, target in targets_of(base, intents).items():
        topic, industry = base.topic(target.entry), base.industry(target.entry)
        share = np.array(cues[name]).mean(axis=0) if name in cues else np.zeros(width)
        found[name] = Profile(
            target,
            share,
            bool(topic and topic.verdict) or target.kind in ("relation", "exposure"),
            industry.group if industry else topic.industry_group if topic else None,
        )
    return found


def save(
    folder: Path, recall: Recall, chances: Mapping[str, Chance], ranker: Ranker, phrases: list[tuple[str, str]]
) -> None:
    """Write what was learnt: arrays and JSON, no code."""
    ranker.save(folder / "ranker.npz")
    arrays: dict[str, Any] = {}
    for name, chance in chances.items():
        arrays |= chance.as_arrays(name)
    np.savez(folder / "chances.npz", **arrays)
    np.save(folder / "phrases.npy", recall.index.vectors.astype(np.float16))  # half the size; a cosine moves by 0.0003
    owners = [recall.index.ids[i] for i in recall.index.owners]
    intents = [target.intent for target in recall.targets.values() if target.kind == "intent"]
    told = {"targets": owners, "phrases": phrases, "intents": intents}
    (folder / "phrases.json").write_text(json.dumps(told), encoding="utf-8")


def load(folder: Path, base: KnowledgeBase) -> Reader:
    """Read what ``save`` wrote."""
    told = json.loads((folder / "phrases.json").read_text(encoding="utf-8"))
    vectors = np.load(folder / "phrases.npy", allow_pickle=False).astype(np.float32)
    index = PhraseIndex(told["targets"], vectors)
    phrases = [(target, text) for target, text in told["phrases"]]
    recall = Recall(base, index, profiles_of(base, phrases, told["intents"]))
    with np.load(folder / "chances.npz", allow_pickle=False) as arrays:
        outside, happened, right = (Chance.from_arrays(name, arrays) for name in ("outside", "happened", "right"))
    return Reader(recall, Ranker.load(folder / "ranker.npz"), outside, happened, right)

"""Learns to read, from labelled questions that the encoder never saw: the ranker, the signals, how sure one may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.base import KnowledgeBase
from understanding.features import Heard
from understanding.index import PhraseIndex
from understanding.labelled import OUTSIDE, Labelled
from understanding.learning.arrays import Floats
from understanding.learning.classifier import Classifier
from understanding.learning.encoder import Encoder
from understanding.linking import Linked, Linker
from understanding.question import talked_about
from understanding.ranker import Ranker
from understanding.reader import Reader, Recall, profiles_of, sureness
from understanding.signals import Chance, happened_evidence, scope_evidence
from understanding.targets import FACET_OF, facet, intent_id, phrases_of
from understanding.text.questions import sentences

FOLDS = 5
PENALTY_C = 10.0  # of the intents, as config.yml has it
PLAIN, TALK, FACETED = 1500, 500, 250  # phrases kept back to learn from
PLAIN_WORDS = 8
FOLLOWING, FOLLOWING_WORDS = 300, 6  # messages made to follow another, and their words at most
CALIBRATED = 3  # candidates of each message, the likeliest first, that teach how sure one may be


@dataclass(frozen=True)
class Listed:
    """A labelled message with its candidates."""

    labelled: Labelled
    heard: Heard
    names: list[str]
    fused: Floats
    features: Floats
    right: Floats  # 1 where the candidate answers the message
    meaning: Floats


class Vectors:
    """Sentence vectors of known texts, made together at first, one by one afterwards."""

    def __init__(self, encoder: Encoder, texts: Sequence[str]) -> None:
        self._encoder = encoder
        unique = list(dict.fromkeys(texts))
        self._known = dict(zip(unique, encoder.embed_all(unique), strict=True))

    def __call__(self, text: str) -> Floats:
        found = self._known.get(text)
        return self._encoder.embed(text) if found is None else found


Phrases = list[tuple[str, str]]  # target, text


class Taught:
    """Everything that messages are compared with, read and embedded once.

    Args:
        examples: (intent, text) of the training data.
    """

    def __init__(self, base: KnowledgeBase, linker: Linker, encoder: Encoder, examples: Phrases) -> None:
        self.base = base
        self._linker = linker
        self.phrases = phrases_of(base, examples)
        self._read = {text: linker.read(text).normal for _, text in (*self.phrases, *examples)}
        unique = list(dict.fromkeys(self._read.values()))
        self._vectors = dict(zip(unique, encoder.embed_all(unique), strict=True))
        self._examples = [(name, text) for name, text in dict.fromkeys(examples)]

    def recall(self, without: frozenset[str] = frozenset()) -> Recall:
        """What messages are compared with, less some phrases."""
        kept = [(target, text) for target, text in self.phrases if text not in without]
        index = PhraseIndex([target for target, _ in kept], self._of([text for _, text in kept]))
        examples = [(name, text) for name, text in self._examples if text not in without]
        texts = [text for _, text in examples]
        classifier = Classifier(PENALTY_C)
        names = [name for name, _ in examples]
        classifier.fit([self._read[text] for text in texts], self._of(texts), names, calibrate=False)
        return Recall(self.base, index, classifier, profiles_of(self.base, kept, classifier.classes))

    def _of(self, texts: Sequence[str]) -> Floats:
        return np.stack([self._vectors[self._read[text]] for text in texts])

    def _of_policy(self, intent: str, text: str) -> tuple[str, str] | None:
        """An example that asks something of the policies it names, with the target that answers it."""
        if len(text.split()) > PLAIN_WORDS:
            return None  # it tells more than the policy and what is asked of it, and an entry may answer that
        linked = self._linker.read(text).links
        named = list(dict.fromkeys(str(link["value"]) for link in linked if link["entity"] == "policy"))
        if intent == "ask_compare" and len(named) > 1:
            return intent_id(intent), text
        return (facet(named[0], FACET_OF[intent]), text) if intent in FACET_OF and len(named) == 1 else None

    def held_back(self) -> list[Labelled]:
        """Phrases that are kept from the index while the ranker learns: plain questions of entries, and some talk.

        Labelled messages are hard; without plain ones beside them the guide would doubt what is plain.  The encoder
        has not seen the entries' questions (``scripts/tune_encoder.py``).
        """
        chosen = np.random.default_rng(7)
        asked = [(entry, text) for kind, entry, text in self.base.questions() if kind not in ("policy", "outside")]
        asked += [(f"{entry}#what", text) for kind, entry, text in self.base.questions() if kind == "policy"]
        plain = [asked[i] for i in chosen.permutation(len(asked))[:PLAIN]]
        said = [(intent_id(name), text) for name, text in self._examples if not name.startswith("ask_")]
        talk = [said[i] for i in chosen.permutation(len(said))[:TALK]]
        of_policies = [pair for name, text in self._examples if (pair := self._of_policy(name, text))]
        faceted = [of_policies[i] for i in chosen.permutation(len(of_policies))[:FACETED]]
        alone = [(target, text, None) for target, text in (*plain, *talk[::2], *faceted)]
        later = [(target, text, plain[n % len(plain)]) for n, (target, text) in enumerate(talk[1::2])]
        held = [_as_labelled(n, *each) for n, each in enumerate([*alone, *later])]
        return [*held, *self._following(plain, chosen)]

    def _following(self, plain: Phrases, chosen: np.random.Generator) -> list[Labelled]:
        """Short messages that only what was said before makes a question of: "and cyber?", "how much is it?"."""
        policies = self.base.ids("policy")
        bare, others = [], []
        for intent, text in self._examples:
            if len(text.split()) > FOLLOWING_WORDS or (intent != "follow_up" and intent not in FACET_OF):
                continue
            linked = self._linker.read(text).links
            named = list(dict.fromkeys(str(link["value"]) for link in linked if link["entity"] == "policy"))
            if intent in FACET_OF and not linked:
                bare.append((FACET_OF[intent], text))
            elif len(named) == 1 and len(linked) == 1:
                others.append((named[0], text))
        found = []
        for n in range(FOLLOWING):
            before, said = plain[int(chosen.integers(len(plain)))]
            policy = policies[int(chosen.integers(len(policies)))]
            incident = self.base.exposure(before) is not None
            if n % 2 and bare:
                of, text = bare[int(chosen.integers(len(bare)))]
                about, answer = (before if incident else facet(policy, "what")), facet(policy, of)
            elif others:
                other, text = others[int(chosen.integers(len(others)))]
                about, answer = (before, before) if incident else (facet(policy, "cost"), facet(other, "cost"))
            else:
                continue
            found.append(Labelled(f"held-f{n}", text, (answer,), (said,), about, (policy,)))
        return found


def _as_labelled(number: int, target: str, text: str, before: tuple[str, str] | None) -> Labelled:
    """A phrase as a labelled message, after another message where one is given."""
    answers = (OUTSIDE,) if target == intent_id("out_of_scope") else (target,)
    if before is None:
        return Labelled(f"held-{number}", text, answers)
    return Labelled(f"held-{number}", text, answers, (before[1],), before[0])


def listed(recall: Recall, linker: Linker, encoder: Encoder, questions: Sequence[Labelled]) -> list[Listed]:
    """Every labelled message with its candidates and their evidence."""
    linked: list[tuple[Labelled, Linked, str]] = []
    texts: list[str] = []
    for each in questions:
        last = talked_about("", *(linker.read(text).normal for text in each.before))
        read = linker.read(each.text)
        linked.append((each, read, last))
        texts += [read.normal, read.bare, *sentences(read.normal), *([f"{last} {read.normal}"] if last else [])]
    vectors = Vectors(encoder, texts)
    found = []
    for each, read, last in linked:
        heard = recall.hear(read, each.frame(recall.targets, last), vectors)
        names, fused, features = recall.listed(heard, vectors)
        right = np.array([float(each.answered_by(recall.targets[name])) for name in names], dtype=np.float32)
        found.append(Listed(each, heard, names, fused, features, right, vectors(read.normal)))
    return found


def fit(recall: Recall, lists: Sequence[Listed]) -> tuple[Reader, Ranker, dict[str, Chance]]:
    """Learn from labelled messages with their candidates."""
    ids = recall.index.ids
    outside_yes = [OUTSIDE in each.labelled.answers for each in lists]
    scope = np.stack([scope_evidence(each.heard, ids, recall.targets) for each in lists])
    told = np.stack([happened_evidence(each.heard, each.meaning) for each in lists])
    outside = Chance.fit(scope, outside_yes)
    happened = Chance.fit(told, [each.labelled.live for each in lists], strength=0.02)
    pairs = [(each.features, each.right) for each in lists]
    evidence, right = [], []
    fold_of = np.random.default_rng(7).permutation(len(lists)) % FOLDS
    for fold in range(FOLDS):
        seen = [i for i in range(len(lists)) if fold_of[i] != fold]
        ranker = Ranker.fit([pairs[i] for i in seen])
        strange = Chance.fit(scope[seen], [outside_yes[i] for i in seen])
        for i in np.flatnonzero(fold_of == fold):
            each = lists[i]
            shares = ranker.chances(each.features, each.fused)
            for which in np.argsort(-shares)[:CALIBRATED]:
                evidence.append(sureness(shares, each.fused, each.features, int(which), strange.of(scope[i])))
                right.append(bool(each.right[which]))
    sure = Chance.fit(np.stack(evidence), right)
    ranker = Ranker.fit(pairs)
    chances = {"outside": outside, "happened": happened, "right": sure}
    return Reader(recall, ranker, outside, happened, sure), ranker, chances

"""Learns to read, from labelled questions that the encoder never saw: the ranker, the signals, how sure one may be."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np

from knowledge.base import KnowledgeBase
from understanding.index import BEST, PhraseIndex
from understanding.labelled import COVER, EXCLUDED, OUTSIDE, Labelled
from understanding.learning.arrays import Floats
from understanding.learning.classifier import Classifier
from understanding.learning.cosines import Rounded
from understanding.learning.encoder import Encoder
from understanding.learning.processes import shared_out
from understanding.linking import POLICY, Linked, Linker
from understanding.question import Frame, talked_about
from understanding.ranker import Ranker, Standard
from understanding.reader import Reader, Recall, profiles_of, sureness
from understanding.signals import Chance, Signs, signs_of
from understanding.targets import FACET_OF, facet, intent_id, phrases_of, targets_of

FOLDS = 3
PENALTY_C = 10.0  # of the intents, as config.yml has it
ONE_IN = 2  # labelled messages that the ranker learns from: half of them teach as much as all
PLAIN, AFTER_ANOTHER, TALK, FACETED = 550, 200, 450, 150  # phrases kept back to learn from
REPORT = intent_id("report_claim")
PLAIN_WORDS, FEW_WORDS = 8, 4
ASKED_OF_EACH = 8  # ways to ask for a facet, taken from examples and put for every policy
FOLLOWING, FOLLOWING_WORDS = 1300, 9  # messages made to follow another, and their words at most
AT_ONCE = 8  # messages compared with all phrases together
ANSWERS_TOLD = 2  # targets of a labelled message that it becomes a phrase of
OUTSIDE_STRENGTH, HAPPENED_STRENGTH, ASKED_STRENGTH = 0.02, 0.005, 0.05  # inverse of the L2 penalty, by held-out folds
ASKED_LEAST = 0.15  # deviation below which evidence of what is asked is not stretched
CALIBRATED = 3  # candidates of each message, the likeliest first, that teach how sure one may be


@dataclass(frozen=True)
class Listed:
    """A labelled message with its candidates."""

    labelled: Labelled
    signs: Signs
    names: list[str]
    fused: Floats
    features: Floats
    right: Floats  # 1 where the candidate answers the message


Phrases = list[tuple[str, str]]  # target, text
Guesses = Callable[[Labelled, str, Floats], dict[str, float]]
Link = Callable[[str], Linked]


class Taught:
    """Everything that messages are compared with, read and embedded once.

    Args:
        examples: (intent, text) of the training data.
        messages: labelled ones, which are phrases of what answers them.
    """

    def __init__(
        self,
        base: KnowledgeBase,
        linker: Linker,
        encoder: Encoder,
        examples: Phrases,
        messages: Sequence[Labelled] = (),
    ) -> None:
        self.base = base
        of_messages = {each.text for each in messages}
        self._of_messages = [pair for pair in dict.fromkeys(examples) if pair[1] in of_messages]
        self._examples = [pair for pair in dict.fromkeys(examples) if pair[1] not in of_messages]
        targets = targets_of(base, {name for name, _ in examples})
        self._bare = set(targets)
        self._ways: set[str] = set()  # examples that stand for every policy
        written = phrases_of_messages(messages, targets)
        own = phrases_of(base, self._examples)
        texts = list(dict.fromkeys([text for _, text in (*examples, *own, *written)] + [m.text for m in messages]))
        known = dict(zip(texts, linker.read_all(texts), strict=True))
        self.link: Link = lambda text: known.get(text) or linker.read(text)
        """What a text names, as the linker reads it; of what is learnt from it is known."""
        asked = self._asked_of_policies(encoder)
        told = [*own, *asked]
        self._read = {text: self.link(text).normal for _, text in (*told, *written, *examples)}
        unique = list(dict.fromkeys(self._read.values()))
        self._vectors = dict(zip(unique, encoder.embed_all(unique), strict=True))
        self.phrases = list(dict.fromkeys([*self._told_apart(told), *written]))

    def _asked_of_policies(self, encoder: Encoder) -> Phrases:
        """The usual ways to ask for each facet, put for every policy: "who needs cyber insurance?"."""
        ways: dict[str, dict[str, str]] = {}
        for intent, text in self._examples:
            linked = self.link(text).links
            if intent in FACET_OF and [each["entity"] for each in linked] == ["policy"] and _is_short(text):
                start, end = linked[0]["start"], linked[0]["end"]
                ways.setdefault(intent, {})[f"{text[:start]}{{}}{text[end:]}".lower()] = text
        policies = [policy for policy in map(self.base.policy, self.base.ids("policy")) if policy]
        found = []
        for intent, texts in ways.items():
            unique = list(texts)
            meanings = encoder.embed_all([text.format(POLICY) for text in unique])
            usual = np.argsort(-(meanings @ meanings.mean(axis=0)))[:ASKED_OF_EACH]
            of = FACET_OF[intent]
            self._ways |= {texts[unique[i]] for i in usual}
            found += [(facet(each.id, of), unique[i].format(each.short_name)) for i in usual for each in policies]
        return found

    def _told_apart(self, phrases: Phrases) -> Phrases:
        """The phrases, those of a bare intent given to what answers them.

        What asks something of one policy stands for that facet; any other example for the nearest entry of its intent,
        where it has entries, so that no bare intent competes with them.  An entry for the trades of one group, or about
        a single policy, is no answer to an example that names none of them.
        """
        by_intent = {intent: self.base.topics(intent) for intent, _ in self._examples}
        own: dict[str, list[str]] = {}
        for target, text in phrases:
            own.setdefault(target, []).append(text)
        meanings = {name: self._of(texts) for name, texts in own.items()}
        found = []
        for target, text in phrases:
            intent = target.removeprefix(intent_id(""))
            if intent != target:
                of_policy = self._of_policy(intent, text)
                if of_policy:
                    target = of_policy[0]
                elif by_intent[intent] and not self._stays_bare(intent, text):
                    mine = self._vectors[self._read[text]]
                    groups, named = {None, *self._groups_in(text)}, set(self._policies_in(text))
                    entries = [
                        topic.id
                        for topic in by_intent[intent]
                        if topic.industry_group in groups and (len(topic.policies) != 1 or named & set(topic.policies))
                    ]
                    near = {name: float(np.sort(meanings[name] @ mine)[-BEST:].mean()) for name in entries}
                    target = max(near, key=lambda name: near[name], default=target)
            found.append((target, text))
        return list(dict.fromkeys(found))

    def _stays_bare(self, intent: str, text: str) -> bool:
        """Whether an example asks for nothing in particular, and no entry answers that in general: "for example?"."""
        if self.base.general_topic(intent):
            return False
        return intent in FACET_OF or len(text.split()) <= FEW_WORDS

    def recall(self, without: frozenset[str] = frozenset()) -> Recall:
        """What messages are compared with, less some phrases."""
        kept = [(target, text) for target, text in self.phrases if text not in without]
        texts = [text for _, text in kept]
        index = PhraseIndex([target for target, _ in kept], Rounded.of(self._of(texts)), texts)
        intents = sorted({name for name, _ in self._examples})
        return Recall(self.base, index, profiles_of(self.base, kept, intents))

    def guess_unseen(self, unseen: frozenset[str]) -> Guesses:
        """Chances of the intents by a classifier that has seen neither the message nor some others."""
        texts = {text for _, text in self._of_messages}
        apart = [self.classifier(unseen | {text for text in texts if _fold(text) == fold}) for fold in range(FOLDS)]
        return lambda message, normal, meaning: dict(apart[_fold(message.text)].guess(normal, meaning).ranking)

    def classifier(self, without: frozenset[str]) -> Classifier:
        """Tells intents, as the pipeline's own does, but has not seen some examples."""
        examples = [(name, text) for name, text in [*self._examples, *self._of_messages] if text not in without]
        texts = [text for _, text in examples]
        learnt = Classifier(PENALTY_C)
        names = [name for name, _ in examples]
        learnt.fit([self._read[text] for text in texts], self._of(texts), names, calibrate=False)
        return learnt

    def _of(self, texts: Sequence[str]) -> Floats:
        return np.stack([self._vectors[self._read[text]] for text in texts])

    def _of_policy(self, intent: str, text: str) -> tuple[str, str] | None:
        """An example that asks something of the policies it names, with the target that answers it."""
        if not _is_short(text):
            return None  # it tells more than the policy and what is asked of it, and an entry may answer that
        named = self._policies_in(text)
        if intent == "ask_compare" and len(named) > 1:
            return intent_id(intent), text
        return (facet(named[0], FACET_OF[intent]), text) if intent in FACET_OF and len(named) == 1 else None

    def held_back(self) -> list[Labelled]:
        """Phrases that are kept from the index while the ranker learns: plain questions of entries, and some talk.

        Labelled messages are hard; without plain ones beside them the guide would doubt what is plain.  Some stand
        behind a question about something else, for most that is asked in a conversation is a question of its own.
        The encoder has not seen the entries' questions (``scripts/tune_encoder.py``).
        """
        chosen = np.random.default_rng(7)
        asked = [(entry, text) for kind, entry, text in self.base.questions() if kind not in ("policy", "outside")]
        asked += [(facet(entry, "what"), text) for kind, entry, text in self.base.questions() if kind == "policy"]
        asked = [asked[i] for i in chosen.permutation(len(asked))]
        plain, later = asked[:PLAIN], asked[PLAIN : PLAIN + AFTER_ANOTHER]
        said = [(intent_id(name), text) for name, text in self._examples if self._is_talk(name, text)]
        talk = [said[i] for i in chosen.permutation(len(said))[:TALK]]
        of_policies = [pair for name, text in self._examples if (pair := self._of_policy(name, text))]
        of_policies = [pair for pair in of_policies if pair[1] not in self._ways]
        faceted = [of_policies[i] for i in chosen.permutation(len(of_policies))[:FACETED]]
        alone = [(target, text, None) for target, text in (*plain, *talk[::2], *faceted[::2])]
        behind = [
            (target, text, plain[int(chosen.integers(len(plain)))])
            for target, text in (*later, *talk[1::2], *faceted[1::2])
        ]
        held = [_as_labelled(n, *each) for n, each in enumerate([*alone, *behind])]
        return [*held, *self._following(plain, chosen)]

    def _is_talk(self, intent: str, text: str) -> bool:
        """Whether an example asks nothing of an entry or a policy: small talk, wishes, what is declined."""
        if intent in FACET_OF or intent_id(intent) not in self._bare:
            return intent == "out_of_scope"
        return intent != "correct" or not self._policies_in(text)

    def _policies_in(self, text: str) -> list[str]:
        return self._named_in(text, "policy")

    def _groups_in(self, text: str) -> list[str | None]:
        """The groups of the trades that a text names."""
        trades = map(self.base.industry, self._named_in(text, "industry"))
        return [trade.group for trade in trades if trade]

    def _named_in(self, text: str, kind: str) -> list[str]:
        linked = self.link(text).links
        return list(dict.fromkeys(str(link["value"]) for link in linked if link["entity"] == kind))

    def _following(self, plain: Phrases, chosen: np.random.Generator) -> list[Labelled]:
        """Short messages that only what was said before makes a question of.

        "How much is it?" asks another facet of the policy; "and cyber?" the same of another policy; "and a fire?" of
        the same policy about another incident; "even if he works from home?" the same in another case.  "What is a
        BOP?" asks just that, whatever was talked about.
        """
        policies = self.base.ids("policy")
        facets, others, incidents, cases = [], [], [], []
        own = [
            pair for intent, text in self._examples if intent in FACET_OF and (pair := self._of_policy(intent, text))
        ]
        for intent, text in self._examples:
            linked = self.link(text).links
            if len(text.split()) > FOLLOWING_WORDS or len(linked) > 1:
                continue
            kind, value = (str(linked[0]["entity"]), str(linked[0]["value"])) if linked else ("", "")
            if intent in FACET_OF and not linked:
                facets.append((FACET_OF[intent], text))
            elif intent == "follow_up" and not linked:
                cases.append(text)
            elif intent in ("follow_up", "correct") and kind == "policy":
                others.append((value, text))
            elif intent in ("follow_up", "correct") and kind == "exposure":
                incidents.append((value, text))
        found = []
        questions = [pair for pair in plain if self.base.exposure(pair[0])]
        for n in range(FOLLOWING):
            before, said = questions[int(chosen.integers(len(questions)))]
            policy = policies[int(chosen.integers(len(policies)))]
            of = list(FACET_OF.values())[int(chosen.integers(len(FACET_OF)))]
            about = before if n % 2 else facet(policy, of)
            match n % 8:
                case 0 | 1:
                    asked, text = facets[int(chosen.integers(len(facets)))]
                    answer = facet(policy, asked)
                case 2 | 3 | 4:
                    other, text = others[int(chosen.integers(len(others)))]
                    answer = before if about == before else facet(other, of)
                case 5:
                    answer, text = about, cases[int(chosen.integers(len(cases)))]
                case 6:
                    answer, text = own[int(chosen.integers(len(own)))]
                    about = before
                case _:
                    answer, text = incidents[int(chosen.integers(len(incidents)))]
                    about = before
            found.append(Labelled(f"held-f{n}", text, (answer,), (said,), about, (policy,)))
        return found


def phrases_of_messages(messages: Iterable[Labelled], targets: Container[str]) -> Phrases:
    """Labelled messages as phrases of the first targets that answer them."""
    found = []
    for each in messages:
        names = [intent_id("out_of_scope") if name == OUTSIDE else name for name in each.answers[:ANSWERS_TOLD]]
        found += [(name, as_phrase(each)) for name in names if name in targets]
    return list(dict.fromkeys(found))


def as_phrase(message: Labelled) -> str:
    """A message as one would have to write it at once: a follow-up says too little by itself."""
    return " ".join([*message.before[-1:], message.text])


def _fold(text: str) -> int:
    return crc32(text.encode()) % FOLDS


def _is_short(text: str) -> bool:
    return len(text.split()) <= PLAIN_WORDS


def _as_labelled(number: int, target: str, text: str, before: tuple[str, str] | None) -> Labelled:
    """A phrase as a labelled message, after another message where one is given."""
    answers = (OUTSIDE,) if target == intent_id("out_of_scope") else (target,)
    if before is None:
        return Labelled(f"held-{number}", text, answers, live=target == REPORT)
    return Labelled(f"held-{number}", text, answers, (before[1],), before[0], live=target == REPORT)


def listed(recall: Recall, guess: Guesses, link: Link, encoder: Encoder, questions: Sequence[Labelled]) -> list[Listed]:
    """Every labelled message with its candidates and their evidence.

    Args:
        guess: chances of the intents, of a message, its normal text and its vector.
    """
    encoder.embed_all([text for target in recall.targets.values() for text in recall.said_by(target.id)])
    vectors = encoder.embed

    def read(some: Sequence[Labelled]) -> Iterator[Listed]:
        linked: list[tuple[Labelled, Linked, Frame | None, list[str]]] = []
        for each in some:
            last = talked_about("", *(link(text).normal for text in each.before))
            now, frame = link(each.text), each.frame(recall.targets, last)
            linked.append((each, now, frame, recall.compared(now, frame)))
        own = [as_phrase(each) for each, *_, texts in linked for _ in texts]  # as a stranger would be read
        near = iter(recall.index.near_all(np.stack([vectors(text) for *_, texts in linked for text in texts]), own))
        for each, now, frame, texts in linked:
            mine = [next(near) for _ in texts]
            meaning = vectors(now.normal)
            heard = recall.hear(now, frame, guess(each, now.normal, meaning), vectors, mine)
            names, fused, features = recall.listed(heard, vectors)
            right = np.array([float(each.answered_by(recall.targets[name])) for name in names], dtype=np.float32)
            yield Listed(each, signs_of(heard, meaning, recall.scope), names, fused, features, right)

    return shared_out(lambda some: list(read(some)), questions, AT_ONCE)


def lessons(taught: Taught, encoder: Encoder, messages: Sequence[Labelled]) -> tuple[Recall, list[Listed]]:
    """All that the ranker learns from, labelled messages and phrases kept back, and what they were compared with."""
    plain = taught.held_back()
    unseen = frozenset(each.text for each in plain)
    recall, guess = taught.recall(unseen), taught.guess_unseen(unseen)
    some = [each for each in messages if crc32(each.text.encode()) % ONE_IN == 0]
    return recall, listed(recall, guess, taught.link, encoder, [*some, *plain])


def fit(recall: Recall, lists: Sequence[Listed]) -> tuple[Reader, Ranker, dict[str, Chance]]:
    """Learn from labelled messages with their candidates."""
    asked = _asked([each for each in lists if each.labelled.asks])
    lists = [each for each in lists if each.labelled.answers]
    beyond = [each.labelled.outside(recall.targets) for each in lists]
    scope = np.stack([each.signs.scope for each in lists])
    told = np.stack([each.signs.happened for each in lists])
    happened = Chance.fit(told, [each.labelled.live for each in lists], strength=HAPPENED_STRENGTH)
    pairs = [(each.features, each.right) for each in lists]
    evidence, right = [], []
    fold_of = np.random.default_rng(7).permutation(len(lists)) % FOLDS
    standard, rankers = Standard.of(pairs), []
    for fold in range(FOLDS):
        rankers.append(Ranker.fit([pairs[i] for i in np.flatnonzero(fold_of != fold)], standard))
        strange = _scope(scope, beyond, [i for i in range(len(lists)) if fold_of[i] != fold])
        for i in np.flatnonzero(fold_of == fold):
            each = lists[i]
            shares = rankers[-1].chances(each.features, each.fused)
            sure = sureness(shares, each.fused, each.features, strange.of(scope[i]))
            for which in np.argsort(-shares)[:CALIBRATED]:
                evidence.append(sure[which])
                right.append(bool(each.right[which]))
    certain = Chance.fit(np.stack(evidence), right)
    outside, ranker = _scope(scope, beyond, range(len(lists))), Ranker.together(rankers)
    chances = {"outside": outside, "happened": happened, "right": certain, **asked}
    return Reader(recall, ranker, chances), ranker, chances


def _asked(lists: Sequence[Listed]) -> dict[str, Chance]:
    """Learns whether a yes or no of cover is asked for, and whether the opposite is, where somebody has said.

    What is labelled is mostly something else; a visitor asks for cover as often as not.
    """
    evidence = np.stack([each.signs.asked for each in lists])
    asks = [each.labelled.asks for each in lists]
    return {
        name: Chance.fit(
            evidence, [each == name for each in asks], strength=ASKED_STRENGTH, balanced=balanced, least=ASKED_LEAST
        )
        for name, balanced in ((COVER, True), (EXCLUDED, False))
    }


def _scope(evidence: Floats, beyond: Sequence[bool | None], among: Iterable[int]) -> Chance:
    """Learns what is outside the guide's business, from the messages that are surely one or the other."""
    sure = [i for i in among if beyond[i] is not None]
    return Chance.fit(evidence[sure], [bool(beyond[i]) for i in sure], strength=OUTSIDE_STRENGTH)

"""Rasa component: links the names a visitor uses to the ids of the knowledge base.

Names come from the entries' aliases when the model is trained.  A name written with capitals in the
content ("IT") is found only when the visitor writes it so.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

import us
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc, Span
from spacy.util import filter_spans

from bot.nlu.encoder import shared_encoder
from bot.nlu.language import Spelling, count_words, plain, singular, trade_language
from bot.nlu.reading import NORMAL_TEXT, SUBJECT_TEXT, add_entities
from bot.nlu.subjects import without_asking
from knowledge.base import KnowledgeBase

FILE = "names.json"
LONGEST_ABBREVIATION = 8  # characters; a longer name of a term says what it is
_CALLED = re.compile(r"\b([A-Za-z][A-Za-z-]+)\s+(?:insurance|policy|coverage)\b", re.IGNORECASE)
POLICY = "it"  # stands for a policy name where only the subject matters; a neutral word, it resembles nothing

# Two-letter codes that are also English words are read as states only after "in" or a comma.
WORDLIKE_CODES = {"AL", "HI", "ID", "IN", "LA", "MA", "ME", "MS", "OH", "OK", "OR", "PA", "DE", "MO", "CO"}


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class TermLinker(GraphComponent):
    """Entities of kind policy, exposure, term, topic, industry and state, and the normal text."""

    def __init__(self, storage: ModelStorage, resource: Resource, names: dict[str, Any] | None = None) -> None:
        self._storage = storage
        self._resource = resource
        self._names: dict[str, Any] = names or {"names": [], "spelt_out": {}, "words": {}}
        self._compile()

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TermLinker:
        return cls(model_storage, resource)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Names live outside the training data, so they are part of what makes a model."""
        base = KnowledgeBase()
        return hashlib.sha256(json.dumps([base.names(), base.phrases()]).encode()).hexdigest()

    def train(self, training_data: TrainingData) -> Resource:
        base = KnowledgeBase()
        names = base.names()
        self._names = {
            "names": names,
            "spelt_out": _spelt_out(base, names),
            "words": _trade_words(base, names, training_data),
        }
        base.close()
        with self._storage.write_to(self._resource) as folder:
            (folder / FILE).write_text(json.dumps(self._names), encoding="utf-8")
        self._compile()
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> TermLinker:
        with model_storage.read_from(resource) as folder:
            return cls(model_storage, resource, json.loads((folder / FILE).read_text(encoding="utf-8")))

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if message.get(TEXT):
                self._read(message)
        return messages

    def _compile(self) -> None:
        encoder = shared_encoder()
        self._language = trade_language(Spelling(self._names["words"], encoder.knows_word))
        self._by_form = PhraseMatcher(self._language.vocab, attr="NORM")
        self._as_written = PhraseMatcher(self._language.vocab, attr="ORTH")
        for kind, entry_id, alias in self._names["names"]:
            matcher = self._by_form if alias == alias.lower() else self._as_written
            matcher.add(f"{kind}:{entry_id}", [self._language.make_doc(alias)])
        for state in us.states.STATES:
            self._by_form.add(f"state:{state.abbr}", [self._language.make_doc(state.name)])
            self._as_written.add(f"state:{state.abbr}", [self._language.make_doc(state.abbr)])

    def _read(self, message: Message) -> None:
        text = str(message.get(TEXT))
        doc = self._language.make_doc(text)
        spans = filter_spans(self._found(doc, shouted=text.upper() == text))
        places = doc.user_data["spans"]
        entities = []
        for span in spans:
            kind, _, value = span.label_.partition(":")
            entities.append(
                {
                    "entity": kind,
                    "value": value,
                    "start": places[span.start][0],
                    "end": places[span.end - 1][1],
                    "extractor": type(self).__name__,
                }
            )
        add_entities(message, entities + self._unknown_policies(text, spans, places))
        message.set(NORMAL_TEXT, self._written_out(text, doc, spans, self._names["spelt_out"].get))
        policies = [span for span in spans if span.label_.startswith("policy:")]
        message.set(SUBJECT_TEXT, without_asking(self._written_out(text, doc, policies, lambda name: POLICY)))

    def _unknown_policies(self, text: str, spans: list[Span], places: list[tuple[int, int]]) -> list[dict[str, object]]:
        """Policies called by a word that is no word of the trade: nobody sells "zebra insurance"."""
        linked = [(places[span.start][0], places[span.end - 1][1]) for span in spans]
        found: list[dict[str, object]] = []
        for match in _CALLED.finditer(text):
            word = match.group(1)
            known = plain(word) in self._names["words"] or singular(plain(word)) in self._names["words"]
            inside = any(start < match.end() and match.start() < end for start, end in linked)
            if not known and not inside and len(word) > 3 and self._names["words"]:
                found.append(
                    {
                        "entity": "unknown_policy",
                        "value": match.group().lower(),
                        "start": match.start(),
                        "end": match.end(),
                        "extractor": type(self).__name__,
                    }
                )
        return found

    def _found(self, doc: Doc, shouted: bool) -> list[Span]:
        spans = list(self._by_form(doc, as_spans=True))
        for span in self._as_written(doc, as_spans=True):
            if shouted and len(span.text) <= 2:
                continue  # in a shouted message capitals mean nothing
            if span.text in WORDLIKE_CODES and (
                span.start == 0 or doc[span.start - 1].lower_ not in ("in", "for", "from")
            ):
                continue
            spans.append(span)
        return spans

    def _written_out(self, text: str, doc: Doc, spans: list[Span], in_place_of: Callable[[str], str | None]) -> str:
        """The text with words mended and some names replaced, punctuation kept."""
        words: list[str] = list(doc.user_data["mended"])
        for span in spans:
            name = in_place_of(f"{span.label_}:{span.text.lower()}")
            if name:
                words[span.start : span.end] = [name] + [""] * (len(span) - 1)
        pieces, end = [], 0
        for (start, stop), word in zip(doc.user_data["spans"], words, strict=True):
            pieces += [text[end:start] if word else "", word]
            end = stop
        pieces.append(text[end:])
        return "".join(pieces)


def _spelt_out(base: KnowledgeBase, names: list[tuple[str, str, str]]) -> dict[str, str]:
    """For each short or joined-up name, what the encoder should read in its place."""
    spelt = {}
    for kind, entry_id, alias in names:
        policy, term = base.policy(entry_id), base.term(entry_id)
        if policy:
            spelt[f"{kind}:{entry_id}:{alias.lower()}"] = policy.short_name.lower()
        elif term and len(alias) <= LONGEST_ABBREVIATION:
            spelt[f"{kind}:{entry_id}:{alias.lower()}"] = term.name.lower()
    return spelt


def _trade_words(base: KnowledgeBase, names: list[tuple[str, str, str]], training_data: TrainingData) -> dict[str, int]:
    """Words typos are mended to: those of the names, and real words the trade uses more than once."""
    encoder = shared_encoder()
    in_names = count_words(alias for _, _, alias in names)
    texts = [text for _, _, text in base.phrases()]
    texts += [str(example.get(TEXT)) for example in training_data.intent_examples]
    used = count_words(texts)
    words = {w: n for w, n in used.items() if n > 1 and len(w) > 3 and encoder.knows_word(w)}
    for word, count in in_names.items():
        if len(word) > 3:
            words[word] = words.get(word, 0) + count + 5  # the names themselves are the likeliest aim
    return words

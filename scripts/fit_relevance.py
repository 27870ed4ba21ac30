"""Learn how much each piece of evidence counts (actions/relevance.json).

Every question and situation of the knowledge base is recognised by classifiers that have not seen it, so the
weights rest on how sure recognition is of something new.  The written training examples of what no entry
answers (prices, quotes, small talk, what is out of scope …) are the counter-examples.

    python -m scripts.fit_relevance
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from rasa.shared.nlu.training_data.message import Message
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold

from actions.question import Question, read_question
from actions.relevance import INTENT, KINDS, OF_COVER, OF_POLICIES, WEIGHTS, Candidate, candidates, evidence
from bot.nlu.classifier import Classifier
from bot.nlu.encoder import shared_encoder
from bot.nlu.importer import KnowledgeImporter
from bot.nlu.intents import IntentClassifier
from bot.nlu.reading import normal_text, vector
from bot.nlu.sentence_embedding import SentenceEmbedding
from bot.nlu.subjects import KEPT, SubjectRecognizer, classifiers_of, situations
from bot.nlu.terms import TermLinker
from knowledge.base import KnowledgeBase

FOLDS = 4
PENALTY_C = 0.3
COUNTER_WEIGHT = 0.7  # counter-examples are many, and often the same thing said again
# What no entry of a kind answers, whatever it resembles.
NEVER = {
    "get_quote", "report_claim", "talk_to_agent", "out_of_scope", "other_language", "greet", "goodbye", "thank",
    "affirm", "deny", "help", "bot_challenge", "complain", "delete_my_data", "cancel", "restart", "repeat",
    "skip", "go_back", "ask_to_bind", "ask_guarantee", "ask_legal_advice", "ask_tax_advice", "ask_medical_advice",
    "ask_cost", "ask_compare", "ask_policy",
}  # fmt: skip
COUNTER = {
    "topic": NEVER | {"ask_coverage", "ask_what_covers", "ask_exclusions", "ask_recommendation"},
    "term": NEVER - {"ask_compare"} | {"ask_coverage", "ask_what_covers", "ask_recommendation"},
    "exposure": NEVER | {"ask_recommendation", "ask_proof", "ask_choose_insurer", "ask_how_to_buy"},
}


@dataclass
class Row:
    """One text, read, and the entry it asks for or the intent of a counter-example."""

    question: Question
    entry: str | None
    intent: str | None


def main() -> None:
    """Learn the weights and write them beside the module that uses them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.parse_args()
    base = KnowledgeBase()
    rows = _rows(base)
    weights = {kind: _fit(kind, rows, base) for kind in (*KINDS, INTENT)}
    WEIGHTS.write_text(json.dumps(weights, indent=1) + "\n", encoding="utf-8")
    print(f"Wrote {WEIGHTS}.")


def _fit(kind: str, rows: list[Row], base: KnowledgeBase) -> dict[str, float]:
    found, right, counts, groups = [], [], [], []
    for row in rows:
        for candidate in candidates(row.question):
            verdict = _is_right(candidate, row, base) if candidate.kind == kind else None
            if verdict is not None:
                found.append(evidence(candidate, row.question, base))
                right.append(verdict)
                counts.append(COUNTER_WEIGHT if row.intent else 1.0)
                groups.append(row.entry or row.question.text)
    names = list(found[0])
    table = np.array([[each[name] for name in names] for each in found])
    outcome, counted = np.array(right), np.array(counts)
    mean, spread = table.mean(axis=0), table.std(axis=0) + 1e-9
    scaled = (table - mean) / spread
    _report(kind, scaled, outcome, counted, groups)
    model = LogisticRegression(C=PENALTY_C, max_iter=2000).fit(scaled, outcome, sample_weight=counted)
    slopes = model.coef_[0] / spread
    weights = {name: round(float(w), 4) for name, w in zip(names, slopes, strict=True)}
    return weights | {"constant": round(float(model.intercept_[0] - slopes @ mean), 4)}


def _report(kind: str, scaled: Any, outcome: Any, counted: Any, groups: list[str]) -> None:
    """How the weights do on entries they were not learned from."""
    folds: dict[str, int] = {}
    fold_of = np.array([folds.setdefault(group, len(folds) % 5) for group in groups])
    chance = np.zeros(len(outcome))
    for fold in range(5):
        held = fold_of == fold
        model = LogisticRegression(C=PENALTY_C, max_iter=2000)
        model.fit(scaled[~held], outcome[~held], sample_weight=counted[~held])
        chance[held] = model.predict_proba(scaled[held])[:, 1]
    for threshold in (0.3, 0.4, 0.5, 0.6, 0.7):
        chosen = chance >= threshold
        precision = np.average(outcome[chosen], weights=counted[chosen])
        print(f"{kind:9s} from {threshold}: recall {chosen[outcome].mean():.3f} precision {precision:.3f}")


def _is_right(candidate: Candidate, row: Row, base: KnowledgeBase) -> bool | None:
    """Whether the candidate is what the text asks for; None where nobody can say."""
    if candidate.kind == INTENT:
        return _intent_is_right(candidate.id, row, base)
    if row.intent:
        return False if row.intent in COUNTER[candidate.kind] else None
    if candidate.id == row.entry:
        return True
    topic, asked = base.topic(candidate.id), base.topic(row.entry)
    if (topic and topic.exposure == row.entry) or (asked and asked.exposure == candidate.id):
        return None  # a case study and what happens in it: both answer
    return False


def _intent_is_right(intent: str, row: Row, base: KnowledgeBase) -> bool | None:
    """Whether what the intent alone leads to answers the text."""
    if row.intent:
        return intent == row.intent
    kind = base.kind_of(row.entry or "")
    if kind == "topic":
        return False
    if kind == "term":
        return None if intent == "ask_term" else False
    if kind == "exposure":
        return intent in OF_COVER
    return intent in OF_POLICIES if kind == "policy" else intent in ("ask_recommendation", "ask_need", "ask_risks")


def _rows(base: KnowledgeBase) -> list[Row]:
    encoder = shared_encoder()
    written = KnowledgeImporter("config.yml", "domain.yml", ["data"]).get_nlu_data()
    examples = [e for e in written.intent_examples if e.get("text")]
    linker = TermLinker.of(base, written)
    embedding = SentenceEmbedding(encoder, "embedding")
    print(f"Reading {len(examples)} examples …")
    embedding.process(linker.process(examples))
    asked = [(kind, entry, text) for kind, entry, text in base.questions() if kind != "outside"]
    asked += [(kind, entry, text) for kind, entry, text in base.phrases() if kind in ("topic", "term")]
    asked += [(kind, entry, text) for kind, entry, text in base.phrases() if kind == "exposure" and "?" in text]
    messages = [Message.build(text=text) for _, _, text in asked]
    print(f"Reading {len(messages)} questions and situations …")
    embedding.process(linker.process(messages))

    rows = []
    everything = {kind: situations(base, kind) for kind in KEPT}
    intents = _intents(examples, encoder)
    for fold, (_, unseen) in enumerate(KFold(FOLDS, shuffle=True, random_state=7).split(asked)):
        print(f"Fold {fold + 1} of {FOLDS} …")
        hidden = {asked[i][2] for i in unseen}
        recognizer = _recognizer({k: [x for x in v if x[1] not in hidden] for k, v in everything.items()}, linker)
        part = [messages[i] for i in unseen]
        intents.process(part)
        recognizer.process(part)
        for i, message in zip(unseen, part, strict=True):
            rows.append(Row(read_question(message.as_dict(), None), asked[i][1], None))
    recognizer = _recognizer(everything, linker)
    for seen, unseen in KFold(FOLDS, shuffle=True, random_state=7).split(examples):
        held = [examples[i] for i in unseen]
        fitting = _intents([examples[i] for i in seen], encoder)
        labels = [str(e.get("intent")) for e in held]
        asking = [Message.build(text=e.get("text")) for e in held]
        embedding.process(linker.process(asking))
        fitting.process(asking)
        recognizer.process(asking)
        rows += [Row(read_question(m.as_dict(), None), None, label) for m, label in zip(asking, labels, strict=True)]
    return rows


def _recognizer(examples: dict[str, list[tuple[str, str]]], linker: TermLinker) -> SubjectRecognizer:
    encoder = shared_encoder()
    return SubjectRecognizer(classifiers_of(examples, linker, encoder), encoder, None, None)  # type: ignore[arg-type]


def _intents(examples: list[Message], encoder: Any) -> IntentClassifier:
    classifier = Classifier(IntentClassifier.get_default_config()["C"])
    classifier.fit(
        [normal_text(e) for e in examples],
        np.stack([vector(e) for e in examples]),
        [str(e.get("intent")) for e in examples],
    )
    return IntentClassifier(classifier, None, None)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()

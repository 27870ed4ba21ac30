"""What learning reads is in its fingerprint, and nothing else of the knowledge base is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bot import training
from knowledge.base import KnowledgeBase
from understanding import inputs
from understanding.names import trade_names
from understanding.reader import profiles_of
from understanding.targets import phrases_of, targets_of

if TYPE_CHECKING:
    from conftest import Draft

PROJECT = Path(__file__).resolve().parents[2]
CYBER, EXPOSURES = "policies/cyber.yml", "exposures/all.yml"
TOPIC, TERM, TRADE = "topics/proof.yml", "terms/words.yml", "industries/call_center.yml"
MORE = "topics/more.yml"  # a second topic, which the first is general beside
SECOND = {
    "proof_fast": "proof_late",
    "Fast proof": "Late proof",
    "fast proof": "late proof",
    "client wants paper today": "the certificate never came",
    "How fast is proof?": "Why is proof late?",
    "Can I get proof today?": "Where is my proof?",
    "When do I get a certificate?": "Who sends certificates?",
}

READ = {
    "a policy's name": (CYBER, "name: Cyber insurance\n", "name: Cyber cover\n"),
    "a policy's short name": (CYBER, "short_name: cyber insurance", "short_name: cyber cover"),
    "a name visitors use": (CYBER, "data breach insurance", "hacker insurance"),
    "a situation": (CYBER, "asked_as: [the policy for cyber matters", "asked_as: [hackers came in"),
    "a question": (CYBER, "Explain Cyber insurance.", "Say what cyber is."),
    "an exposure's short name": (EXPOSURES, "short_name: lost trust", "short_name: trust lost"),
    "an exposure's summary": (EXPOSURES, "Customers leave after bad news.", "Customers go away."),
    "who covers an exposure": (
        EXPOSURES,
        "covered_by:\n    - policy: professional_liability\n      why: Mistakes",
        "covered_by:\n    - policy: media_liability\n      why: Mistakes",
    ),
    "who may cover it": (EXPOSURES, "policy: cyber\n      why: Some", "policy: crime_fidelity\n      why: Some"),
    "who does not": (EXPOSURES, "policy: cyber\n      why: Hostile", "policy: crime_fidelity\n      why: Hostile"),
    "an exposure's name": (EXPOSURES, "name: Wrong advice to a caller", "name: A caller told wrong"),
    "a term's name": (TERM, "name: Retention", "name: The retention"),
    "a term's policies": (TERM, "policies: [professional_liability]", "policies: [cyber]"),
    "a topic's intent": (MORE, "intent: ask_proof", "intent: ask_need"),
    "a topic's policies": (TOPIC, "policies: [professional_liability]", "policies: [cyber]"),
    "a topic's trades": (MORE, "general: false", "general: false\n  industry_group: bpo"),
    "a topic's state": (TOPIC, "general: true", "general: true\n  jurisdiction: CA"),
    "that a topic has a verdict": (TOPIC, "general: true", "general: true\n  verdict: depends"),
    "a trade's name": (TRADE, "name: Call center", "name: Phone bank"),
    "a trade's group": (TRADE, "group: call_center", "group: bpo"),
    "a trade's policies": (
        TRADE,
        "policy: cyber, need: recommended, why: Records are at risk., source: article}\n  - {policy: crime_fidelity,",
        "policy: crime_fidelity, need: recommended, why: Records., source: article}\n  - {policy: cyber,",
    ),
    "what is outside": ("outside.yml", "aliases: [pet insurance]", "aliases: [pet insurance, dog insurance]"),
}
NOT_READ = {
    "a topic's answer": (TOPIC, "Proof usually comes the same day.", "Proof mostly comes the same day."),
    "a topic's point": (TOPIC, "Ask your agent.", "Call your agent."),
    "a definition": (TERM, "The part of a loss that you pay yourself.", "What you pay."),
    "a policy's summary": (CYBER, "Cyber insurance pays for some losses.", "It pays for losses."),
    "what a policy covers": (CYBER, "text: Second loss.", "text: Another loss."),
    "why an exposure is covered": (EXPOSURES, "Mistakes in your services are what it is made for.", "It is for that."),
    "what it depends on": (EXPOSURES, "an endorsement for reputation", "an endorsement"),
    "a trade's risks": (TRADE, "Agents may err.", "People err."),
    "whom a price was measured on": ("costs.yml", "who: Small US firms", "who: Small firms"),
    "a notice": ("notices.yml", "I am a bot.", "This is a bot."),
    "where to turn instead": ("outside.yml", "Please ask a personal", "Ask a personal"),
}


@pytest.fixture
def base(draft: Draft) -> Draft:
    """In service, with a second topic of the same intent."""
    text = (draft.folder / TOPIC).read_text(encoding="utf-8").replace("general: true", "general: false")
    for old, new in SECOND.items():
        text = text.replace(old, new)
    draft.write(MORE, text)
    draft.build()
    return draft


def edited(draft: Draft, edit: tuple[str, str, str]) -> None:
    draft.edit(*edit)
    draft.build()


def read(draft: Draft) -> str:
    base = KnowledgeBase(draft.database)
    try:
        return json.dumps(list(inputs.read_of(base)))
    finally:
        base.close()


def learnt_from(draft: Draft) -> list[Any]:
    """All that the learning code makes of a base: targets, phrases, what is known of each target, and names."""
    base = KnowledgeBase(draft.database)
    examples = [("ask_proof", "how fast"), ("ask_limits", "how much")]
    intents = [intent for intent, _ in examples]
    phrases = phrases_of(base, examples)
    known = [
        (name, each.verdict, each.group, list(each.cues)) for name, each in profiles_of(base, phrases, intents).items()
    ]
    topics = [[(topic.id, topic.industry_group) for topic in base.topics(intent)] for intent in intents]
    found = [list(targets_of(base, intents).values()), phrases, known, vars(trade_names(base, [])), topics]
    base.close()
    return found


@pytest.mark.parametrize("edit", READ.values(), ids=READ)
def test_what_learning_reads_asks_for_training(base: Draft, edit: tuple[str, str, str]) -> None:
    before, learnt = read(base), learnt_from(base)
    edited(base, edit)
    assert learnt_from(base) != learnt, "this is not read: the test is wrong"
    assert read(base) != before


def test_which_topic_is_general_is_read(base: Draft) -> None:
    before = read(base)
    base.edit(TOPIC, "general: true", "general: false")
    edited(base, (MORE, "general: false", "general: true"))
    assert read(base) != before


@pytest.mark.parametrize("edit", NOT_READ.values(), ids=NOT_READ)
def test_the_text_of_an_answer_asks_for_none(base: Draft, edit: tuple[str, str, str]) -> None:
    before, learnt = read(base), learnt_from(base)
    edited(base, edit)
    assert learnt_from(base) == learnt, "this is read: it must be in the fingerprint"
    assert read(base) == before


def test_code_weights_and_labelled_messages_are_read_and_the_test_part_is_not() -> None:
    names = {file.relative_to(PROJECT).as_posix() for file in inputs.files_read()}
    assert {"understanding/ranker.py", "understanding/learning/weights/model.onnx", "knowledge/base.py"} <= names
    assert "data/questions/learn_1.jsonl" in names
    assert not [name for name in names if "/test_" in name]


@pytest.mark.slow
def test_the_models_stamp_and_the_pipelines_fingerprint_follow_what_is_read(
    base: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.nlu import meaning, terms

    monkeypatch.chdir(PROJECT)
    monkeypatch.setattr(training, "DATABASE", base.database)
    for module in (meaning, terms):
        monkeypatch.setattr(module, "KnowledgeBase", lambda: KnowledgeBase(base.database))

    def stamps() -> list[str | None]:
        parts = meaning.Meaning.fingerprint_addon({}), terms.TermLinker.fingerprint_addon({})
        return [training.inputs_digest(), *parts]

    before = stamps()
    edited(base, NOT_READ["a topic's answer"])
    assert stamps() == before
    edited(base, READ["an exposure's summary"])
    assert all(now != then for now, then in zip(stamps(), before, strict=True))

"""The database as the guide asks it: complete, read-only, stamped, and calm about any question."""

import os
import sqlite3

import pytest
import sqlite_utils
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.base import Hit, KnowledgeBase, KnowledgeUnavailable
from knowledge.build import content_version
from knowledge.schema import Verdict

ALL = "exposures/all.yml"
REMEDY = "run `guide knowledge build`"


@pytest.fixture
def base(published):
    opened = KnowledgeBase(published.database)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def searched(tmp_path_factory, make_draft):
    draft = make_draft(tmp_path_factory.mktemp("search"))
    draft.build()
    opened = KnowledgeBase(draft.database)
    yield opened
    opened.close()


# --- opening -----------------------------------------------------------------------------------------


def test_a_missing_database_says_how_to_make_one(tmp_path):
    missing = tmp_path / "guide.db"
    with pytest.raises(KnowledgeUnavailable, match=f"There is no knowledge base at {missing}: {REMEDY}"):
        KnowledgeBase(missing)
    assert not missing.exists()


@pytest.mark.parametrize("content", [b"", b"not a database at all, just some text " * 9, b"SQLite format 3\0broken"])
def test_a_file_that_is_no_database_is_refused_with_the_remedy(tmp_path, content):
    path = tmp_path / "guide.db"
    path.write_bytes(content)
    with pytest.raises(KnowledgeUnavailable, match=f"{path} is not a knowledge base .*{REMEDY}"):
        KnowledgeBase(path)


def test_a_folder_is_refused_with_the_remedy(tmp_path):
    with pytest.raises(KnowledgeUnavailable, match=f"{tmp_path} is not a knowledge base .*{REMEDY}"):
        KnowledgeBase(tmp_path)


@pytest.mark.parametrize(
    "statement",
    ["create table other (id text)", "create table meta (key text, value text)", "create table meta (x int)"],
)
def test_a_database_with_other_tables_is_refused_with_the_remedy(tmp_path, statement):
    path = tmp_path / "guide.db"
    with sqlite3.connect(path) as db:
        db.execute(statement)
    with pytest.raises(KnowledgeUnavailable, match=f"{path} is not a knowledge base .*{REMEDY}"):
        KnowledgeBase(path)


@pytest.mark.parametrize(
    "statement",
    ["delete from entry", "update cell set verdict = 'yes'", "drop table cost", "create table mine (x int)"],
)
def test_nothing_can_be_written_through_the_base(base, published, statement):
    before = published.database.read_bytes()
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        base._db.conn.execute(statement)
    assert published.database.read_bytes() == before


# --- version and building ----------------------------------------------------------------------------


def test_the_base_is_stamped_with_the_version_of_its_content(published, base):
    assert base.version == content_version(published.folder)
    assert len(base.version) == 12


def test_the_version_changes_with_any_byte_and_any_file_name(draft):
    versions = {content_version(draft.folder)}
    draft.edit("notices.yml", "I am a bot.", "I am a bot!")
    versions.add(content_version(draft.folder))
    (draft.folder / "policies/cyber.yml").rename(draft.folder / "policies/cyber_insurance.yml")
    versions.add(content_version(draft.folder))
    assert len(versions) == 3
    draft.edit("notices.yml", "I am a bot!", "I am a bot.")
    (draft.folder / "policies/cyber_insurance.yml").rename(draft.folder / "policies/cyber.yml")
    assert content_version(draft.folder) in versions


def test_a_build_says_the_version_it_made(draft):
    assert draft.build() == content_version(draft.folder)


def test_an_open_base_keeps_its_answers_while_a_new_one_takes_its_place(published, base):
    inode = os.stat(published.database).st_ino
    published.edit("terms/words.yml", "that you pay yourself", "that is yours to pay")
    published.build()
    fresh = KnowledgeBase(published.database)
    assert "you pay yourself" in base.term("retention").definition.text
    assert "yours to pay" in fresh.term("retention").definition.text
    assert base.version != fresh.version
    assert os.stat(published.database).st_ino != inode  # put in place whole, never written into


def test_a_build_leaves_nothing_beside_the_database(published):
    published.build()
    assert [p.name for p in published.database.parent.iterdir() if p.is_file()] == ["guide.db"]


def test_what_an_interrupted_build_left_behind_does_not_hinder_the_next(published):
    published.database.with_suffix(".building").write_bytes(b"half of a database")
    published.build()
    assert KnowledgeBase(published.database).ids("term") == ["retention"]


def test_a_build_that_fails_half_way_leaves_the_old_database(published, monkeypatch):
    before = published.database.read_bytes()

    def fail(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("disk is full")

    monkeypatch.setattr(sqlite_utils.db.Table, "enable_fts", fail)
    with pytest.raises(sqlite3.OperationalError, match="disk is full"):
        published.build()
    assert published.database.read_bytes() == before


def test_a_folder_for_the_database_is_made(draft):
    draft.database = draft.database.parent / "new" / "place" / "guide.db"
    draft.build()
    assert KnowledgeBase(draft.database).notices["assistant_notice"] == "I am a bot."


# --- the matrix --------------------------------------------------------------------------------------


def test_every_policy_decides_every_exposure(base):
    for policy in base.ids("policy"):
        for exposure in base.ids("exposure"):
            decision = base.decide(policy, exposure)
            assert decision.verdict in Verdict
            assert decision.why
            assert decision.sources


def test_a_listed_policy_decides_as_listed(base):
    sure = base.decide("professional_liability", "wrong_advice")
    assert (sure.verdict, sure.why) == (Verdict.YES, "Mistakes in your services are what it is made for.")
    maybe = base.decide("cyber", "lost_trust")
    assert (maybe.verdict, maybe.depends_on) == (Verdict.DEPENDS, "an endorsement for reputation")
    assert maybe.sources == ("report",)
    assert base.decide("cyber", "war").why == "Hostile acts of states are excluded."


def test_a_policy_that_is_not_listed_says_no_in_the_words_of_its_scope(base):
    decision = base.decide("media_liability", "wrong_advice")
    assert decision.verdict is Verdict.NO
    assert decision.why == base.policy("media_liability").scope.text
    assert decision.sources == ("article",)


def test_what_sources_do_not_settle_is_unknown(published):
    published.edit(
        ALL,
        "  covered_by:\n",
        "  ask_an_agent_about:\n    - {policy: cyber, why: Sources disagree., source: article}\n  covered_by:\n",
    )
    published.build()
    assert KnowledgeBase(published.database).decide("cyber", "wrong_advice").verdict is Verdict.UNKNOWN


def test_responders_come_sure_ones_first_and_then_in_the_order_of_the_content(published):
    maybe = "    - {policy: POLICY, why: Some forms pay., depends_on: the form, source: article}\n"
    published.edit(
        ALL,
        "  covered_by:\n    - policy: professional_liability",
        "  sometimes_covered_by:\n"
        + maybe.replace("POLICY", "media_liability")
        + maybe.replace("POLICY", "cyber")
        + "  covered_by:\n    - {policy: crime_fidelity, why: It pays., source: article}\n"
        "    - policy: professional_liability",
    )
    published.build()
    named = [decision.policy.id for decision in KnowledgeBase(published.database).responders("wrong_advice")]
    assert named == ["crime_fidelity", "professional_liability", "media_liability", "cyber"]


def test_nobody_responds_where_all_refuse(base):
    assert base.responders("war") == []


# --- typed questions ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["policy", "exposure", "industry", "term", "topic", "outside"])
def test_entries_are_found_by_id_and_only_as_what_they_are(base, kind):
    (first, *_) = base.ids(kind)
    ask = getattr(base, kind)
    assert ask(first).id == first
    assert base.kind_of(first) == kind
    assert ask("no_such_id") is None
    assert ask(None) is None
    assert ask("") is None
    other = "retention" if kind != "term" else "cyber"
    assert ask(other) is None


def test_unknown_ids_have_no_answer_and_raise_nothing(base):
    assert base.decide("no_such_policy", "war") is None
    assert base.decide("cyber", "no_such_exposure") is None
    assert base.responders("no_such_exposure") == []
    assert base.costs("no_such_policy") == []
    assert base.topics("no_such_intent") == []
    assert base.ids("no_such_kind") == []
    assert base.kind_of("no_such_id") is None
    with pytest.raises(KeyError):
        base.source("no_such_source")


def test_costs_topics_and_sources_come_back_as_written(base):
    (cost,) = base.costs("professional_liability")
    assert (cost.low, cost.high, cost.year, cost.typical, cost.source) == (500, 1000, 2024, None, ["report"])
    assert [topic.id for topic in base.topics("ask_proof")] == ["proof_fast"]
    assert (base.source("report").year, base.source("article").year) == (2024, None)


def test_ids_keep_the_order_of_the_content(base):
    assert base.ids("exposure") == ["wrong_advice", "lost_trust", "war"]


def test_names_phrases_and_questions_carry_their_entry(base):
    assert ("policy", "professional_liability", "errors and omissions") in base.names()
    assert ("exposure", "war", "an army shelled the office") in base.phrases()
    assert ("term", "retention", "Explain retention.") in base.questions()


# --- search ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "entry_id"),
    [
        ("retention", "retention"),
        ("What's a RETENTION, please?", "retention"),
        ("an army shelling offices", "war"),  # by its stem, in a phrase
        ("hostile states", "war"),  # in a reason
        ("certificates, or paper, today", "proof_fast"),
        ("pet", "outside_pets"),
    ],
)
def test_an_entry_is_found_by_its_words(searched, text, entry_id):
    assert searched.search(text)[0].entry_id == entry_id


def test_a_name_counts_more_than_a_mention(searched):
    hits = searched.search("wrong advice", limit=10)
    assert hits[0] == Hit("wrong_advice", "exposure", "Wrong advice to a caller", hits[0].rank)
    assert len(hits) > 1
    assert [hit.rank for hit in hits] == sorted(hit.rank for hit in hits)


@pytest.mark.parametrize("text", ["", "   ", "the and of to", "?!", "🙂", "x", "\0", "Ж"])
def test_text_without_a_word_finds_nothing(searched, text):
    assert searched.search(text) == []


def test_no_more_than_the_limit_is_found(searched):
    assert len(searched.search("professional liability cyber", limit=2)) == 2


NASTY = st.sampled_from(
    [
        '"',
        "'",
        '""',
        "\0",
        "*",
        "^",
        "-",
        "+",
        ":",
        "(",
        ")",
        "{",
        "}",
        "NEAR(",
        " AND ",
        " OR ",
        " NOT ",
        "name:",
        "--",
        ";",
    ]
)


@settings(max_examples=300)
@given(text=st.lists(NASTY | st.sampled_from(["cyber", "war"]) | st.text(max_size=12), max_size=12).map("".join))
def test_search_never_raises_whatever_is_typed(searched, text):
    assert all(isinstance(hit, Hit) for hit in searched.search(text))


@pytest.mark.parametrize(
    "operator", ["war NOT cyber", '"war', "war*", "name:war", "war AND zzzz", "NEAR(war cyber)", "^war", "war\0x"]
)
def test_search_operators_are_words_like_others(searched, operator):
    assert "war" in [hit.entry_id for hit in searched.search(operator)]


def test_a_very_long_text_is_searched(searched):
    assert searched.search("war " * 20_000)[0].entry_id == "war"
    assert isinstance(searched.search(" ".join(f"word{n}" for n in range(20_000))), list)


def test_the_path_may_hold_spaces(tmp_path, make_draft):
    draft = make_draft(tmp_path / "our agency")
    draft.build()
    assert KnowledgeBase(draft.database).ids("term") == ["retention"]

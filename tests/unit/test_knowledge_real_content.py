"""The content that is published: nothing to put right, nothing undecided, nothing without a source."""

import pytest

from knowledge.check import check
from knowledge.content import CONTENT, read_content
from knowledge.reviews import check_reviews, ledger_of, read_ledger
from knowledge.schema import Statement, Verdict
from knowledge.walk import said, sources_of


@pytest.fixture(scope="module")
def content():
    return read_content(CONTENT)


@pytest.mark.slow
def test_nothing_has_to_be_put_right(content):
    ledger = read_ledger(ledger_of())
    days = [entry.written_on for _, entry in content.entries()] + [review.signed_on for review in ledger]
    assert [str(finding) for finding in check(content) + check_reviews(content, ledger, max(days))] == []


def test_it_is_as_broad_as_promised(content):
    assert len(content.policies) >= 13
    assert len(content.exposures) >= 60
    assert len(content.terms) >= 60
    assert len(content.industries) >= 12


def test_every_policy_decides_every_exposure(base):
    rows = list(base._db.query("select verdict, why, depends_on, sources from cell"))
    assert len(rows) == len(base.ids("policy")) * len(base.ids("exposure")) >= 780
    verdicts = {verdict.value for verdict in Verdict}
    assert {row["verdict"] for row in rows} <= verdicts
    assert all(row["why"] and row["sources"] not in ("", "[]") for row in rows)
    assert all(row["depends_on"] for row in rows if row["verdict"] == "depends")


def test_every_verdict_is_given_somewhere(base):
    assert {row["verdict"] for row in base._db.query("select distinct verdict from cell")} == {
        "yes",
        "no",
        "depends",
        "unknown",
    }


def test_every_entry_says_where_it_comes_from(content):
    uncited = [
        entry.id for kind, entry in content.entries() if kind not in ("outside", "agency") and not sources_of(entry)
    ]
    assert uncited == []
    assert all(cost.source for cost in content.costs)


def test_every_statement_says_where_it_comes_from(content):
    examples = ("checklist", "examples", "ask_an_agent")  # questions and invented cases rest on nothing
    uncited = [
        (entry.id, one.field)
        for kind, entry in content.entries()
        if kind not in ("outside", "agency")
        for one in said(entry)
        if not one.sources and not one.field.startswith(examples)
    ]
    assert uncited == []
    assert all(isinstance(policy.summary, Statement) for policy in content.policies)


def test_every_citation_leads_to_a_source(base):
    cited = {row["source_id"] for row in base._db.query("select source_id from citation")}
    assert cited
    for source_id in cited:
        source = base.source(source_id)
        assert source.title
        assert source.publisher


def test_an_answer_is_never_yes_where_an_exclusion_is_listed(content, base):
    for exposure in content.exposures:
        for grant in exposure.not_covered_by:
            assert base.decide(grant.policy, exposure.id).verdict is Verdict.NO


def test_every_exposure_has_a_way_out(content, base):
    for exposure in content.exposures:
        assert base.responders(exposure.id) or exposure.if_uninsured, exposure.id


def _found(base, name):
    """The first ten entries that share words with a name; relations, which repeat the names of policies, left out."""
    return [hit.entry_id for hit in base.search(name, limit=100) if hit.kind != "relation"][:10]


@pytest.mark.slow
def test_every_entry_is_found_by_its_own_name(base):
    missed = [
        entry_id
        for kind in ("policy", "exposure", "industry", "term", "topic")
        for entry_id in base.ids(kind)
        if entry_id not in _found(base, base.entry(entry_id).name)
    ]
    assert missed == []

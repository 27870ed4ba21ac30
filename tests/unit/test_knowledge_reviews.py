"""Signatures: who signed what, until when, and what voids it."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from bot.cli import main
from knowledge.base import KnowledgeBase
from knowledge.content import ContentError, read_content
from knowledge.reviews import State, check_reviews, counts, ledger_of, read_ledger, sign, standings, write_ledger

if TYPE_CHECKING:
    from conftest import Draft

DAY = datetime.date(2026, 11, 29)


def _sign(draft: Draft, *entries: str, day: datetime.date = DAY, by: str = "Dana Reyes") -> None:
    content, ledger = read_content(draft.folder), read_ledger(ledger_of(draft.folder))
    write_ledger(sign(content, ledger, entries, by, "CA 0X12345", day), ledger_of(draft.folder))


def _state(draft: Draft, entry: str, day: datetime.date = DAY) -> State | None:
    found = standings(read_content(draft.folder), read_ledger(ledger_of(draft.folder)), day).get(entry)
    return found.state if found else None


def test_a_signature_stands_until_the_text_changes(draft: Draft) -> None:
    assert _state(draft, "retention") is None
    _sign(draft, "retention")
    assert _state(draft, "retention") is State.VALID
    draft.edit("terms/words.yml", "that you pay yourself", "that nobody pays")
    assert _state(draft, "retention") is State.CHANGED


@pytest.mark.parametrize("field", ["asked_as:", "questions:", "aliases:", "written_on:"])
def test_what_no_visitor_reads_may_change_under_a_signature(draft: Draft, field: str) -> None:
    _sign(draft, "retention")
    old = next(line for line in (draft.folder / "terms/words.yml").read_text().splitlines() if field in line)
    new = {
        "asked_as:": "  asked_as: [what we keep to ourselves]",
        "questions:": "  questions: [What is retained?, Explain what we keep., What do we bear?]",
        "aliases:": "  aliases: [kept share]",
        "written_on:": "  written_on: 2020-01-31",
    }[field]
    draft.edit("terms/words.yml", old, new)
    assert _state(draft, "retention") is State.VALID


def test_a_source_that_changes_voids_the_signature_of_what_rests_on_it(draft: Draft) -> None:
    _sign(draft, "retention", "cyber")
    draft.edit("sources/publishers.yml", "title: An article", "title: Another article")
    assert (_state(draft, "retention"), _state(draft, "cyber")) == (State.CHANGED, State.CHANGED)


def test_a_price_that_changes_voids_the_signature_of_its_policy_alone(draft: Draft) -> None:
    _sign(draft, "professional_liability", "cyber")
    draft.edit("costs.yml", "who: Small US firms", "who: Small firms")
    assert (_state(draft, "professional_liability"), _state(draft, "cyber")) == (State.CHANGED, State.VALID)


@pytest.mark.parametrize(
    ("signed_on", "last_day"),
    [
        (datetime.date(2026, 11, 29), datetime.date(2026, 12, 31)),  # each 1 January ends it
        (datetime.date(2026, 1, 1), datetime.date(2026, 3, 31)),
        (datetime.date(2026, 6, 30), datetime.date(2026, 6, 30)),
        (datetime.date(2026, 7, 1), datetime.date(2026, 9, 30)),
    ],
)
def test_law_is_signed_until_the_end_of_its_quarter(
    draft: Draft, signed_on: datetime.date, last_day: datetime.date
) -> None:
    draft.edit("sources/publishers.yml", "kind: agency_article", "kind: regulator")
    _sign(draft, "retention", day=signed_on)
    assert _state(draft, "retention", last_day) is State.VALID
    assert _state(draft, "retention", last_day + datetime.timedelta(days=1)) is State.LAPSED


@pytest.mark.parametrize(("entry", "days"), [("professional_liability", 365), ("retention", 550)])
def test_prices_are_signed_for_a_year_and_the_rest_for_a_year_and_a_half(draft: Draft, entry: str, days: int) -> None:
    _sign(draft, entry)
    assert _state(draft, entry, DAY + datetime.timedelta(days=days - 1)) is State.VALID
    assert _state(draft, entry, DAY + datetime.timedelta(days=days)) is State.LAPSED


def test_signing_again_replaces_the_signature_and_keeps_others(draft: Draft) -> None:
    _sign(draft, "retention", "cyber")
    _sign(draft, "retention", by="Lee Park")
    signers = {review.entry: review.by for review in read_ledger(ledger_of(draft.folder))}
    assert signers == {"cyber": "Dana Reyes", "retention": "Lee Park"}


def test_void_signatures_are_found_with_place_and_remedy_and_counted(draft: Draft) -> None:
    _sign(draft, "retention", "cyber")
    _sign(draft, "media_liability", day=DAY - datetime.timedelta(days=600))
    draft.edit("terms/words.yml", "that you pay yourself", "that nobody pays")
    content, ledger = read_content(draft.folder), read_ledger(ledger_of(draft.folder))
    found = {str(finding) for finding in check_reviews(content, ledger, DAY)}
    assert found == {
        "terms/words.yml:1 (retention): its text changed since Dana Reyes signed it on 2026-11-29. "
        "Remedy: read the entry and sign it again: guide knowledge sign --entry retention.",
        "policies/media.yml:1 (media_liability): the signature of Dana Reyes lapsed on 2026-10-10. "
        "Remedy: read the entry and sign it again: guide knowledge sign --entry media_liability.",
    }
    total = len(list(content.entries()))
    assert counts(content, ledger, DAY) == {"valid": 1, "changed": 1, "lapsed": 1, "unsigned": total - 3}


def test_a_signature_of_tomorrow_or_of_nothing_is_found(draft: Draft) -> None:
    _sign(draft, "retention", day=DAY + datetime.timedelta(days=1))
    ledger = ledger_of(draft.folder)
    ledger.write_text(ledger.read_text().replace("entry: retention", "entry: gone"), encoding="utf-8")
    _sign(draft, "cyber", day=DAY + datetime.timedelta(days=1))
    found = [finding.what for finding in check_reviews(read_content(draft.folder), read_ledger(ledger), DAY)]
    assert found == ["signs an entry that does not exist", "signed_on 2026-11-30 lies ahead"]


@pytest.mark.parametrize("broken", ["- {entry: cyber}", "entry: cyber", "- [", "- {entry: cyber, text: short}"])
def test_a_broken_ledger_keeps_the_old_answers_in_service_and_is_named(published: Draft, broken: str) -> None:
    ledger_of(published.folder).write_text(broken, encoding="utf-8")
    with pytest.raises(ContentError, match=r"^reviews\.yml.*Remedy: restore it"):
        published.build()


def test_the_base_names_the_signer_only_where_all_that_is_said_is_signed(draft: Draft) -> None:
    _sign(draft, "retention", by="Lee Park", day=datetime.date.today())
    _sign(draft, "cyber", day=datetime.date.today() - datetime.timedelta(days=3))
    draft.build()
    base = KnowledgeBase(draft.database)
    both = base.signature(["retention", "cyber"])
    assert both is not None and (both.by, both.licence) == ("Dana Reyes", "CA 0X12345")  # the oldest counts
    assert base.signature(["retention", "wrong_advice"]) is None
    assert base.signature([]) is None
    assert base.signature(["retention"], datetime.date.today() + datetime.timedelta(days=550)) is None
    base.close()


@pytest.fixture
def run(draft: Draft, monkeypatch: pytest.MonkeyPatch):
    """`guide knowledge …` on the draft."""
    import knowledge.build
    import knowledge.check
    import knowledge.content
    import knowledge.reviews

    for function in (
        knowledge.check.check,
        knowledge.content.read_content,
        knowledge.reviews.ledger_of,
        knowledge.build.build,
    ):
        defaults = tuple(
            {} if isinstance(d, dict) else draft.database if Path(str(d)).suffix == ".db" else draft.folder
            for d in function.__defaults__
        )
        monkeypatch.setattr(function, "__defaults__", defaults)

    def command(*words: str):
        return CliRunner().invoke(main, ["knowledge", *words])

    return command


def test_an_entry_is_signed_published_and_voided_from_the_command_line(run, draft: Draft) -> None:
    signed = run("sign", "--by", "Dana Reyes", "--licence", "CA 0X12345", "--entry", "retention")
    assert signed.exit_code == 0
    assert signed.output == "Signed 1 entry in knowledge/reviews.yml. Publish with: guide knowledge build\n"
    assert run("build").exit_code == 0
    base = KnowledgeBase(draft.database)
    assert base.signature(["retention"]) is not None
    base.close()
    draft.edit("terms/words.yml", "that you pay yourself", "that nobody pays")
    checked = run("check")
    assert checked.exit_code == 1
    assert "its text changed since Dana Reyes signed it" in checked.output
    assert "0 signed, 1 changed since they were signed, 0 lapsed" in checked.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--entry", "nothing"], "There is no entry 'nothing'"),
        ([], "Name entries with --entry, or sign all with --all."),
        (["--all", "--entry", "cyber"], "Name entries with --entry, or sign all with --all."),
    ],
)
def test_a_wrong_signing_says_what_to_do_and_signs_nothing(run, draft: Draft, words: list[str], said: str) -> None:
    result = run("sign", "--by", "Dana Reyes", "--licence", "CA 0X12345", *words)
    assert result.exit_code != 0
    assert said in result.output
    assert not ledger_of(draft.folder).exists()


@pytest.mark.parametrize(("by", "licence"), [("", "CA 0X12345"), ("Dana Reyes", " ")])
def test_a_signature_without_name_or_licence_is_none(run, draft: Draft, by: str, licence: str) -> None:
    result = run("sign", "--by", by, "--licence", licence, "--all")
    assert result.exit_code == 2
    assert "A signature needs a name and a licence." in result.output
    assert not ledger_of(draft.folder).exists()


def test_what_is_wrong_cannot_be_signed(run, draft: Draft) -> None:
    draft.edit("terms/words.yml", "aliases: [", "aliases: [cyber, ")
    result = run("sign", "--by", "Dana Reyes", "--licence", "CA 0X12345", "--all")
    assert result.exit_code != 0
    assert "Nothing was signed" in result.output

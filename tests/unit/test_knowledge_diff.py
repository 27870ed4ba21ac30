"""What an agent is shown before publishing: the answers that change, verdicts first."""

import shutil
import sqlite3

import pytest
from click.testing import CliRunner

from bot.cli import main
from knowledge.base import KnowledgeUnavailable
from knowledge.content import ContentError
from knowledge.diff import Changes, compare, load

EO, ALL, TERMS = "policies/eo.yml", "exposures/all.yml", "terms/words.yml"
TITLE = "Professional liability: Wrong advice to a caller [professional_liability, wrong_advice]"


def changes(published) -> Changes:
    """From the database in service to the edited content."""
    return compare(load(published.database), load(published.folder))


def section(published, title: str) -> list[str]:
    """The items of a section, which must be the only one."""
    found = {name: items for name, items in changes(published).sections.items() if items}
    assert [name for name in found if name.startswith(title)] == list(found)
    return next(iter(found.values()))


def test_content_does_not_differ_from_the_database_built_of_it(published):
    found = changes(published)
    assert not found
    assert str(found) == f"Nothing differs between {found.old} and {found.new}."


def test_versions_are_named(published):
    version = load(published.database).version
    published.edit(TERMS, "that you pay yourself", "that is yours")
    assert version == changes(published).old
    assert str(changes(published)).startswith(f"From version {version} to {changes(published).new}.")


def test_a_changed_verdict_shows_the_reason_that_stays(published):
    published.edit(ALL, "  covered_by:\n", "  not_covered_by:\n")
    (item,) = section(published, "VERDICTS")
    assert item.splitlines() == [
        TITLE,
        "  YES becomes NO",
        "  reason, unchanged: Mistakes in your services are what it is made for.",
    ]


def test_a_changed_verdict_shows_what_was_and_what_is(published):
    published.edit(
        ALL,
        "  covered_by:\n    - policy: professional_liability\n"
        "      why: Mistakes in your services are what it is made for.\n",
        "  sometimes_covered_by:\n    - policy: professional_liability\n      why: Some forms pay.\n"
        "      depends_on: the form\n",
    )
    (item,) = section(published, "VERDICTS")
    assert item.splitlines() == [
        TITLE,
        "  YES becomes IT DEPENDS",
        "  was: Mistakes in your services are what it is made for.",
        "  now: Some forms pay. What it depends on: the form.",
    ]


def test_a_policy_that_is_listed_no_longer_falls_back_to_its_scope(published):
    published.edit(
        ALL, "    - policy: professional_liability\n      why: Mistakes", "    - policy: cyber\n      why: Mistakes"
    )
    cyber, professional = section(published, "VERDICTS")
    assert "NO becomes YES" in cyber
    assert "was: Cyber insurance responds to its own losses only." in cyber
    assert "YES becomes NO" in professional
    assert "now: Professional liability responds to its own losses only." in professional


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        (
            "Mistakes in your services are what it is made for.",
            "It is made for mistakes.",
            ["  was: Mistakes in your services are what it is made for.", "  now: It is made for mistakes."],
        ),
        (
            "made for.\n      source: article",
            "made for.\n      source: [article, report]",
            ["  was sources: article", "  now sources: article, report"],
        ),
    ],
)
def test_a_changed_reason_is_shown_apart_from_verdicts(published, old, new, lines):
    published.edit(ALL, old, new)
    (item,) = section(published, "REASONS")
    assert item.splitlines() == [f"{TITLE} (yes)", *lines]


def test_a_changed_condition_is_shown(published):
    published.edit(ALL, "depends_on: an endorsement for reputation", "depends_on: the form")
    (item,) = section(published, "REASONS")
    assert item.splitlines()[1:] == [
        "  was: Some forms pay for lost income after a breach. What it depends on: an endorsement for",
        "    reputation.",
        "  now: Some forms pay for lost income after a breach. What it depends on: the form.",
    ]


def test_a_changed_scope_is_shown_once_and_not_for_every_exposure(published):
    published.edit("policies/media.yml", "responds to its own losses only", "is about what you publish")
    (item,) = section(published, "ENTRIES THAT CHANGE")
    assert item.splitlines() == [
        "Media liability [policy media_liability]",
        "  was scope: Media liability responds to its own losses only. (source: article)",
        "  now scope: Media liability is about what you publish. (source: article)",
    ]


def test_items_of_a_list_are_shown_as_added_and_removed(published):
    published.edit(EO, "  - {text: Second loss., source: article}\n", "  - {text: Other loss., source: report}\n")
    (item,) = section(published, "ENTRIES THAT CHANGE")
    assert item.splitlines()[1:] == [
        "  covers, removed: Second loss. (source: article)",
        "  covers, added: Other loss. (source: report)",
    ]


def test_another_order_of_a_list_is_shown(published):
    first, second = "  - {text: First loss., source: article}\n", "  - {text: Second loss., source: article}\n"
    published.edit(EO, first + second, second + first)
    (item,) = section(published, "ENTRIES THAT CHANGE")
    assert item.splitlines()[1].startswith("  covers, new order: Second loss. (source: article) / First loss.")


def test_another_order_of_policies_is_shown(published):
    one = "    - {policy: media_liability, why: It pays., source: article}\n"
    published.edit(ALL, "  covered_by:\n    - policy: professional", f"  covered_by:\n{one}    - policy: professional")
    published.build()
    published.edit(ALL, one, "")
    published.edit(
        ALL, "what it is made for.\n      source: article\n", f"what it is made for.\n      source: article\n{one}"
    )
    (item,) = section(published, "ENTRIES THAT CHANGE")
    assert item.splitlines()[1:] == [
        "  was order of covered_by: media_liability, professional_liability",
        "  now order of covered_by: professional_liability, media_liability",
    ]


FIRE = """\
- id: fire
  name: Fire
  short_name: a fire
  aliases: [fire]
  questions: [Is fire covered?, Who pays for fire?, The office burned.]
  written_on: 2026-01-31
  summary: {text: The office burns., source: article}
  covered_by:
    - {policy: cyber, why: It pays for burnt servers., source: article}
"""


def test_an_added_entry_is_shown_with_its_verdicts_and_a_removed_one_too(published):
    published.write("exposures/fire.yml", FIRE)
    (item,) = section(published, "ENTRIES ADDED")
    assert item.splitlines() == [
        "Fire [exposure fire]",
        "  short_name: a fire",
        "  summary: The office burns. (source: article)",
        "  Cyber insurance: YES. It pays for burnt servers.",
    ]
    assert compare(load(published.folder), load(published.database)).sections["ENTRIES REMOVED"] == [item]


def test_an_added_policy_shows_where_it_is_listed(published):
    text = (published.folder / EO).read_text().replace("id: professional_liability", "id: umbrella")
    published.write("policies/umbrella.yml", text)
    published.edit(
        ALL, "  if_uninsured:", "    - {policy: umbrella, why: War is excluded., source: article}\n  if_uninsured:"
    )
    (item,) = section(published, "ENTRIES ADDED")
    assert "  War: NO. War is excluded." in item.splitlines()


def test_changed_added_and_removed_prices_are_shown(published):
    published.edit("costs.yml", "$500 to $1,000", "$600 to $1,000")
    published.edit("costs.yml", "low: 500", "low: 600")
    assert section(published, "PRICES")[0].splitlines() == [
        "eo_price",
        "  was text: Small firms paid $500 to $1,000 a year in 2024.",
        "  now text: Small firms paid $600 to $1,000 a year in 2024.",
        "  was low: 500",
        "  now low: 600",
    ]
    published.edit("costs.yml", "id: eo_price", "id: eo_price_2024")
    removed, added = section(published, "PRICES")
    assert removed.startswith("eo_price, removed\n")
    assert added.startswith("eo_price_2024, added\n")
    assert "Small firms paid $600" in added


def test_a_changed_source_and_a_changed_notice_are_shown(published):
    published.edit("sources/publishers.yml", "year: 2024", "year: 2025")
    assert section(published, "SOURCES") == ["report\n  was year: 2024\n  now year: 2025"]
    published.edit("sources/publishers.yml", "year: 2025", "year: 2024")
    published.edit("notices.yml", "I am a bot.", "I am an assistant.")
    assert section(published, "STANDING TEXTS") == [
        "assistant_notice\n  was assistant_notice: I am a bot.\n  now assistant_notice: I am an assistant."
    ]


def test_a_new_name_is_shown_apart_and_asks_for_training(published):
    published.edit(TERMS, "aliases: [retention]", "aliases: [retention, self-insured part]")
    (item,) = section(published, "NOT SEEN")
    assert "  aliases, added: self-insured part" in item.splitlines()
    assert str(changes(published)).endswith("The guide learns from some of this: publish with `make train`.")


def test_an_added_entry_asks_for_training(published):
    published.write("exposures/fire.yml", FIRE)
    assert changes(published).needs_training


def test_another_answer_asks_for_no_training(published):
    published.edit(ALL, "made for.", "there for.")
    assert not changes(published).needs_training
    assert "make train" not in str(changes(published))


def test_another_policy_that_pays_asks_for_training(published):
    published.edit(ALL, "  not_covered_by:\n    - policy: cyber", "  covered_by:\n    - policy: media_liability")
    assert changes(published).needs_training


def test_another_question_is_shown_apart_and_asks_for_training(published):
    published.edit(TERMS, "questions: [What is a retention?,", "questions: [What is it?,")
    (item,) = section(published, "NOT SEEN")
    assert "questions, removed: What is a retention?" in item
    assert changes(published).needs_training


def test_sections_come_in_order_of_importance(published):
    published.edit("costs.yml", "who: Small US firms", "who: Small firms")
    published.edit(TERMS, "that you pay yourself", "that is yours")
    published.edit(ALL, "made for.", "there for.")
    published.edit(ALL, "  not_covered_by:\n    - policy: cyber", "  covered_by:\n    - policy: cyber")
    text = str(changes(published))
    places = [text.index(title) for title in ("VERDICTS THAT", "REASONS THAT", "ENTRIES THAT", "PRICES (1)")]
    assert places == sorted(places)
    assert "ENTRIES ADDED" not in text


def test_a_draft_with_findings_can_be_compared(published):
    published.edit(TERMS, "that you pay yourself., source: article", "that nobody pays., source: gossip")
    assert "nobody pays" in section(published, "ENTRIES THAT CHANGE")[0]


def test_two_databases_and_two_folders_compare_alike(published, tmp_path):
    old_folder, old_database = tmp_path / "old", tmp_path / "old.db"
    shutil.copytree(published.folder, old_folder)
    shutil.copy(published.database, old_database)
    published.edit(ALL, "made for.", "there for.")
    published.build()
    texts = {
        str(compare(load(old), load(new)))
        for old in (old_folder, old_database)
        for new in (published.folder, published.database)
    }
    assert len(texts) == 1
    assert "there for." in texts.pop()


def test_what_is_no_version_is_refused(published, tmp_path):
    with pytest.raises(KnowledgeUnavailable, match="There is no knowledge base at"):
        load(tmp_path / "missing")
    old = tmp_path / "old.db"
    with sqlite3.connect(old) as db:
        db.execute("create table meta (key text, value text)")
        db.execute("insert into meta values ('version', 'x'), ('notices', '{}')")
    with pytest.raises(KnowledgeUnavailable, match=r"old\.db is not a knowledge base of this guide"):
        load(old)
    published.write(TERMS, "")
    with pytest.raises(ContentError, match="holds no entry"):
        load(published.folder)


@pytest.fixture
def command(monkeypatch, tmp_path):
    """Runs ``guide``; the folder it changes to is left again."""
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(main, [*map(str, arguments)])


def test_the_command_prints_the_changes_and_its_exit_code_tells_them(published, command):
    assert command("knowledge", "diff", published.database, published.folder).exit_code == 0
    published.edit(ALL, "  covered_by:\n", "  not_covered_by:\n")
    result = command("knowledge", "diff", published.database, published.folder)
    assert result.exit_code == 1
    assert "VERDICTS THAT CHANGE (1)\n\n" + TITLE in result.output


def test_the_command_says_what_it_cannot_read(published, command):
    published.write(TERMS, "")
    result = command("knowledge", "diff", published.database, published.folder)
    assert result.exit_code == 2
    assert "terms/words.yml: holds no entry. Remedy: write an entry or remove the file." in result.output
    assert command("knowledge", "diff", "/no/such/place", published.folder).exit_code == 2


def test_the_help_shows_an_example(command):
    assert "guide knowledge diff knowledge/guide.db" in command("knowledge", "diff", "--help").output

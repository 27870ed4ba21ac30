"""What the checks ask of the texts themselves: dated figures, short sentences, no verdict in front."""

import pytest

from knowledge.check import SENTENCE_END, check, said
from knowledge.content import read_content

ALL = "exposures/all.yml"
ANSWER = "Usually the same day."
REASON = "Mistakes in your services are what it is made for."
NO_YEAR = "gives a figure without its year"


def findings(draft) -> list[str]:
    return [str(finding) for finding in check(read_content(draft.folder))]


def answering(draft, text: str, source: str = "article") -> list[str]:
    """Findings once a topic answers with the text."""
    draft.edit("topics/proof.yml", f"text: {ANSWER}, source: article", f"text: '{text}', source: {source}")
    return findings(draft)


@pytest.mark.parametrize(
    "text",
    [
        "Firms pay $500 a year.",
        "About 90% of firms carry it.",
        "It grew by 4 percent.",
        "Claims average $50,000 under most limits.",  # measured, whatever else is said
        "Contracts with 61% of clients require it.",
    ],
)
def test_a_figure_without_its_year_is_found(draft, text):
    (finding,) = answering(draft, text)
    assert finding.startswith("topics/proof.yml:1 (proof_fast): answer: '")
    assert NO_YEAR in finding
    assert "Remedy: write the year, or '(undated)'" in finding


@pytest.mark.parametrize(
    "text",
    [
        "Firms paid $500 in 2024.",
        "Firms pay $500 a year (undated).",
        "The article says $500 and gives no year.",
        "The fine is up to $10,000.",
        "Statutory damages are $500 a call.",
        "The TCPA allows $500 a call.",
        "Clients often ask for $1 million.",
        "A sub-limit of $100,000 is usual.",
        "The rate is set per $100 of payroll.",
        "It takes 30 days.",
    ],
)
def test_a_figure_that_is_dated_or_set_by_law_or_contract_is_accepted(draft, text):
    assert answering(draft, text) == []


def test_the_year_of_a_source_dates_a_figure(draft):
    assert answering(draft, "Firms pay $500 a year.", "[article, report]") == []


def test_an_amount_with_the_digits_of_a_year_is_no_date(draft):
    assert NO_YEAR in "".join(answering(draft, "Firms pay $2,024 or $2024."))


def test_amounts_in_fields_of_limits_and_demands_need_no_year(draft):
    draft.edit("policies/eo.yml", "Often $1 million per claim.", "Often $1 million.")
    assert findings(draft) == []


def test_a_price_says_its_year_itself_even_if_its_source_has_one(draft):
    draft.edit("costs.yml", "a year in 2024.", "a year.")
    draft.edit("costs.yml", "  year: 2024\n", "")
    assert [NO_YEAR in finding for finding in findings(draft)] == [True]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("low: 500", "low: 600", "'low' is 600 but the text does not say $600"),
        ("low: 500", "low: 1", "'low' is 1 but the text does not say $1"),
        ("high: 1000", "high: 1500", "'high' is 1500 but the text does not say $1,500"),
        ("  year: 2024", "  typical: 800\n  year: 2024", "'typical' is 800 but the text does not say $800"),
        ("  year: 2024", "  year: 2025", "'year' is 2025 but the text does not say 2025"),
    ],
)
def test_a_price_whose_numbers_are_not_those_of_its_text_is_found(draft, old, new, says):
    draft.edit("costs.yml", old, new)
    (finding,) = findings(draft)
    assert finding.startswith(f"costs.yml:1 (eo_price): {says}. Remedy: correct the text or")


def sentence(words: int) -> str:
    return " ".join(["word"] * words) + "."


def test_a_sentence_of_more_than_thirty_words_is_found(draft):
    (finding,) = answering(draft, sentence(31))
    assert "has a sentence of 31 words. Remedy: split it: at most 30 words in a sentence" in finding


def test_a_statement_of_more_than_forty_five_words_is_found(draft):
    (finding,) = answering(draft, f"{sentence(23)} {sentence(23)}")
    assert "has 46 words. Remedy: shorten it: at most 45 words" in finding


def test_the_longest_sentence_and_statement_allowed_are_accepted(draft):
    assert answering(draft, f"{sentence(30)} {sentence(15)}") == []


def test_an_initial_does_not_end_a_sentence():
    assert len(SENTENCE_END.split("In Lieberman v. Federal the P.F. Chang's case was cited. It lost!")) == 2


def test_an_answer_of_more_than_120_words_before_more_is_found(draft):
    points = "".join(f"    - {{text: {sentence(28)}, source: article}}\n" for _ in range(3))
    draft.edit("topics/proof.yml", "    - {text: Ask your agent., source: article}\n", points)
    draft.edit("topics/proof.yml", ANSWER, sentence(30))
    assert findings(draft) == []  # 30 + 3 * 28 words
    draft.edit("topics/proof.yml", "  policies:", f"    - {{text: {sentence(7)}, source: article}}\n  policies:")
    (finding,) = findings(draft)
    assert "answer and points: an answer of 121 words before 'more'" in finding
    assert "shorten it to 120 words" in finding


def test_items_behind_more_do_not_count(draft):
    points = "".join(f"    - {{text: {sentence(28)}, source: article}}\n" for _ in range(9))
    draft.edit("policies/cyber.yml", "cost_factors:\n", f"cost_factors:\n{points.replace('    -', '  -')}")
    assert ["cost_factors: an answer of 168 words" in finding for finding in findings(draft)] == [True]


@pytest.mark.parametrize("verdict", ["Yes, mistakes are covered.", "No. It is excluded.", "it depends on the form."])
def test_a_reason_that_begins_with_a_verdict_is_found(draft, verdict):
    draft.edit(ALL, REASON, verdict)
    (finding,) = findings(draft)
    assert finding.startswith(f"{ALL}:1 (wrong_advice): covered_by: '")
    assert finding.endswith("begins with a verdict, which the guide adds itself. Remedy: begin with the reason.")


@pytest.mark.parametrize("reason", ["Nobody else pays for it.", "Yesterday's mistakes count too.", "Notice matters."])
def test_a_reason_that_only_resembles_a_verdict_is_accepted(draft, reason):
    draft.edit(ALL, REASON, reason)
    assert findings(draft) == []


def test_a_topic_may_begin_with_no_unless_the_guide_adds_the_verdict(draft):
    assert answering(draft, "No law asks for it.") == []
    draft.edit("topics/proof.yml", "  answer:", "  verdict: 'no'\n  answer:")
    assert ["begins with a verdict" in finding for finding in findings(draft)] == [True]


def test_a_broken_text_stops_the_build_like_any_other_finding(published):
    published.edit(ALL, REASON, "Yes, of course.")
    assert "begins with a verdict" in published.refusal()


def test_every_text_that_visitors_read_is_looked_at(draft):
    """A field that is added to the schema and holds texts must reach the checks."""
    content = read_content(draft.folder)
    fields = {kind: {one.field for one in said(entry)} for kind, entry in content.entries() if kind != "exposure"}
    assert fields == {
        "policy": {
            "summary",
            "simpler",
            "scope",
            "who_needs",
            "covers",
            "excludes",
            "trigger",
            "limits",
            "cost_factors",
            "lower_cost",
            "example_claim",
            "ask_an_agent",
        },
        "industry": {"summary", "risks", "policies", "contract_demands", "checklist"},
        "term": {"definition", "examples, call_center", "examples, bpo", "examples, it"},
        "topic": {"answer", "points"},
        "outside": {"pointer"},
    }
    assert {one.field for exposure in content.exposures for one in said(exposure)} == {
        "summary",
        "covered_by",
        "sometimes_covered_by",
        "sometimes_covered_by, depends_on",
        "not_covered_by",
        "if_uninsured",
    }

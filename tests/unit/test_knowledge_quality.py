"""What the checks ask of the texts themselves: dated figures, short sentences, no verdict in front."""

import pytest

from knowledge.check import check
from knowledge.check.prose import SENTENCE_END
from knowledge.content import ContentError, read_content
from knowledge.walk import said

ALL = "exposures/all.yml"
ANSWER = "Proof usually comes the same day."
POINT = "Ask your agent."
REASON = "Mistakes in your services are what it is made for."
NO_YEAR = "gives a figure without its year"


def findings(draft) -> list[str]:
    return [str(finding) for finding in check(read_content(draft.folder), named={})]


def answering(draft, text: str, source: str = "article") -> list[str]:
    """Findings once a point of a topic says the text."""
    draft.edit("topics/proof.yml", f"text: {POINT}, source: article", f"text: '{text}', source: {source}")
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
    assert finding.startswith("topics/proof.yml:1 (proof_fast): points: '")
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


def test_a_verdict_that_cannot_be_told_in_ninety_words_is_found(draft):
    why, depends_on = "Some forms pay for lost income after a breach.", "an endorsement for reputation"
    draft.edit(ALL, why, f"{sentence(25)} {sentence(20)}")
    draft.edit(ALL, depends_on, f"{sentence(15)} {sentence(17)}")  # with both names and the words between, 90
    assert findings(draft) == []
    draft.edit(ALL, f"{sentence(15)} {sentence(17)}", f"{sentence(15)} {sentence(18)}")
    (finding,) = [one for one in findings(draft) if "cannot be parted" in one]
    assert "(lost_trust): cyber: an answer of 91 words that cannot be parted. Remedy: shorten its reason" in finding


def test_a_no_counts_with_what_covers_it_instead(draft):
    draft.edit(ALL, "Hostile acts of states are excluded.", f"{sentence(30)} {sentence(5)}")
    draft.edit(ALL, "Ask an agent about political risk insurance.", f"{sentence(22)} {sentence(23)}")
    (finding,) = findings(draft)
    assert "(war): cyber: an answer of" in finding


def test_points_may_be_many_because_the_guide_shows_what_fits(draft):
    points = "".join(f"    - {{text: {sentence(28)}, source: article}}\n" for _ in range(9))
    draft.edit("topics/proof.yml", "    - {text: Ask your agent., source: article}\n", points)
    assert findings(draft) == []


def test_an_answer_names_its_subject_by_a_word_of_its_policies_too(draft):
    draft.edit("topics/proof.yml", ANSWER, "An E&O certificate comes the same day.")
    assert findings(draft) == []


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
    draft.edit("topics/proof.yml", ANSWER, "No law asks for proof.")
    assert findings(draft) == []
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
            "need",
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
        "industry": {"summary", "risks", "policies", "contract_demands"},
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


# --- what is asked about a business, and what follows ------------------------------------------------

PROFILE = """\
fields:
  - {id: industry, label: industry, kind: industry, question: What do you do?, why: Trades differ.}
  - id: staff
    label: staff
    kind: count
    question: How many employees do you have?
    why: The law asks.
    denied_as: [just me]
    limits: {at_least: 0, at_most: 900, otherwise: Please check the number.}
  - {id: state, label: state, kind: state, question: In which state are you?, why: Laws differ.}
  - {id: hires, label: h, kind: yes_no, question: Use freelancers?, why: They err too., said_as: [our freelancers]}
  - id: place
    label: place
    kind: choice
    question: Where do you work?
    why: A lease brings demands.
    options:
      - {id: office, title: In an office, said_as: [our office]}
      - {id: home, title: At home, said_as: [my kitchen]}
any_trade:
  - {policy: professional_liability, need: recommended, why: Anybody errs., source: article}
rules:
  - id: crime_staff
    policy: crime_fidelity
    need: required_by_contract
    when: {staff: {at_least: 1}, state: CA, place: [office], industry: {group: bpo}}
    why: Employees can steal.
    source: article
  - id: cyber_home
    policy: cyber
    need: situational
    instead_of: recommended
    when: {place: home, industry: {not_in: [call_center]}}
    why: Fewer machines can be reached.
    source: [article, report]
points:
  - {id: hires_point, policy: cyber, when: {hires: true}, text: Ask about freelancers., source: article}
"""


@pytest.fixture
def profiled(draft):
    """Valid content with a profile."""
    draft.write("profile.yml", PROFILE + (draft.folder / "profile.yml").read_text())
    return draft


def test_a_valid_profile_has_no_findings(profiled):
    assert findings(profiled) == []


def test_content_without_a_profile_has_no_findings(draft):
    assert findings(draft) == []


@pytest.mark.parametrize(
    ("old", "new", "says", "remedy"),
    [
        (
            "  - id: cyber_home",
            "  - id: crime_staff",
            "'crime_staff' stands twice in rules",
            "rename or remove one",
        ),
        ("policy: crime_fidelity", "policy: crimes", "there is no policy 'crimes'", "correct the id or add the entry"),
        (
            "steal.\n    source: article",
            "steal.\n    source: no_such",
            "there is no source 'no_such'",
            "correct the id",
        ),
        ("policy: cyber, when", "policy: cybre, when", "there is no policy 'cybre'", "correct the id"),
        ("text: Ask about freelancers., source: article", "text: Ask., source: no_such", "no source 'no_such'", "add"),
        (
            "  - {policy: professional_liability",
            "  - {policy: no_such",
            "there is no policy 'no_such'",
            "correct the id or add the entry",
        ),
        (
            "when: {staff: {at_least: 1}, ",
            "when: {size: {at_least: 1}, staff: {at_least: 1}, ",
            "there is no field 'size'",
            "correct the id or add the field",
        ),
        ("place: [office]", "place: [office, boat]", "'place' is never 'boat'", "an answer that the choice can have"),
        ("{not_in: [call_center]}", "{not_in: [bakery]}", "'industry' is never 'bakery'", "that the industry can have"),
        ("state: CA", "state: ca", "'state' is never 'ca'", "an answer that the state can have"),
        ("state: CA", "state: California", "'state' is never 'California'", "an answer that the state can have"),
        ("{hires: true}", "{hires: home}", "'hires' is never 'home'", "an answer that the yes_no can have"),
        (
            "place: [office]",
            "place: {at_least: 1}",
            "'place' is a choice, which has no 'at_least'",
            "ask is_in, not_in",
        ),
        ("{staff: {at_least: 1}", "{staff: many", "'staff' is a count, which has no 'is_in'", "ask at_least, at_most"),
        ("state: CA", "state: {group: it}", "'state' is a state, which has no 'group'", "ask is_in, not_in of it"),
        (
            "      - {id: home, title: At home, said_as: [my kitchen]}\n",
            "",
            "is a choice without two options",
            "write what there is to choose from in options",
        ),
        ("{id: home, title", "{id: office, title", "the option 'office' stands twice", "rename one of them"),
        (
            "kind: choice",
            "kind: count",
            "has options but is a count",
            "make it a choice or remove the options",
        ),
        ("said_as: [our freelancers]", "units: [freelancers]", "has units but is a yes_no", "make it a count"),
        ("at_most: 900", "at_most: 0", "no number is within its limits", "write the smaller number in at_least"),
        ("[my kitchen]", "[Our-office]", "the phrase 'our office' tells two answers", "keep it with one of them"),
        ("denied_as: [just me]", "denied_as: [solo]\n    said_as: [solo]", "'solo' tells two answers", "keep it with"),
        ("{hires: true}", "{state: CA}", "is asked for nothing: no rule and no point", "write one or remove the field"),
        ("why: Anybody errs.", "why: Errors cost $5.", NO_YEAR, "write the year"),
        ("text: Ask about freelancers.", "text: Ask about $5.", NO_YEAR, "write the year"),
        ("why: Employees can steal.", f"why: {sentence(31)}", "why: 'word word", "split it"),
        ("why: Laws differ.", f"why: {sentence(31)}", "has a sentence of 31 words", "split it"),
        ("Where do you work?", f"{sentence(31)}", "question: 'word word", "split it"),
        ("In an office,", f"{sentence(31)},", "options: 'word word", "split it"),
        ("Please check the number.", sentence(31), "limits: 'word word", "split it"),
    ],
)
def test_a_profile_that_cannot_work_is_found_with_its_remedy(profiled, old, new, says, remedy):
    profiled.edit("profile.yml", old, new)
    found = [finding for finding in findings(profiled) if says in finding]
    assert len(found) == 1, findings(profiled)
    place, _, told = found[0].partition("Remedy: ")
    assert remedy in told
    assert place.startswith("profile.yml:")


def test_a_finding_names_the_line_of_the_rule_or_field(profiled):
    line = PROFILE[: PROFILE.index("  - id: crime_staff")].count("\n") + 1
    profiled.edit("profile.yml", "policy: crime_fidelity", "policy: crimes")
    (finding,) = findings(profiled)
    assert finding.startswith(f"profile.yml:{line} (crime_staff): ")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("need: situational", "need: urgent", "(cyber_home): 'need' value is not a valid"),
        ("kind: count", "kind: number", "(staff): 'kind' unexpected value"),
        ("{staff: {at_least: 1}", "{staff: 1", "(crime_staff): 'when.staff.is_in.0' is no answer; a number"),
        ("{staff: {at_least: 1}", "{staff: {}", "(crime_staff): 'when.staff' asks nothing of the fact"),
        ("group: bpo", "group: bakers", "(crime_staff): 'when.industry.group.0' unexpected value"),
        ("source: [article, report]", "source: []", "(cyber_home): 'source' names no source"),
        ("text: Ask about freelancers., source: article", "text: Ask.", "(hires_point): 'source' field required"),
        ("points:", "hints:", "'hints' is no part of it. Remedy: use one of fields, any_trade, rules, points"),
        ("any_trade:\n  - {policy", "any_trade:\n    {policy", "holds no lists. Remedy: write a list below each of"),
    ],
)
def test_a_profile_of_another_shape_is_refused(profiled, old, new, says):
    profiled.edit("profile.yml", old, new)
    with pytest.raises(ContentError) as refused:
        read_content(profiled.folder)
    (finding,) = str(refused.value).splitlines()
    assert finding.startswith("profile.yml")
    assert says in finding


def test_every_text_of_a_profile_that_visitors_read_is_looked_at(profiled):
    looked_at = {
        section: {one.field for name, _, value in profile if name == section for one in said(value, "why")}
        for profile in [list(read_content(profiled.folder).profile())]
        for section in ("fields", "any_trade", "rules", "points")
    }
    assert looked_at == {
        "fields": {"question", "why", "options", "limits"},
        "any_trade": {"why"},
        "rules": {"why"},
        "points": {"why"},
    }

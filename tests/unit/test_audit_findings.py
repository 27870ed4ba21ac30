"""What the audit of the content found wrong in law, terms, guidance and prices stays mended.

Every line pins the right value of one finding.  When a law changes, change the content and its line here together,
and name the new source.
"""

from __future__ import annotations

import re

import pytest

from knowledge.content import CONTENT, Content, read_content
from knowledge.schema import SourceKind
from knowledge.walk import Said, all_said, said

PROJECT = CONTENT.parent.parent
PAGES = ("README.md", "pyproject.toml", "docs/knowledge.md", "docs/knowledge_reference.md")
OF_LAW = {SourceKind.STATUTE, SourceKind.REGULATOR}


@pytest.fixture(scope="module")
def content() -> Content:
    return read_content(CONTENT)


@pytest.fixture(scope="module")
def spoken(content: Content) -> dict[str, list[Said]]:
    """What a visitor may read of every entry, price, rule and point, by id."""
    found = {entry.id: list(said(entry)) for _, entry in content.entries()}
    found |= {cost.id: list(said(cost)) for cost in content.costs}
    found |= {one: list(said(value, "why")) for _, one, value in content.profile() if one not in found}
    return found


def saying(words: str, statements: list[Said]) -> list[Said]:
    """The statements that hold the words, however they are capitalized."""
    return [one for one in statements if words.casefold() in one.text.casefold()]


# --- figures -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "figures"),
    [
        # CCPA: the amounts since January 2025, and the three sizes of business
        ("ccpa_private_right", ["$107 to $799", "January 2025", "January 2027"]),
        ("ccpa", ["$107 to $799", "January 2025"]),
        ("ccpa_claim", ["$107 to $799"]),
        ("statutory_damages", ["$107 to $799"]),
        ("cyber", ["$107 to $799"]),
        ("limits_cyber", ["$107 to $799"]),
        ("cyber_california", ["$107 to $799"]),
        (
            "ccpa_business_size",
            ["$26,625,000", "100,000 or more consumers or households", "half of its yearly revenue"],
        ),
        # Recording calls and chats: the greater of two amounts
        ("ca_call_recording_law", ["greater of $5,000 per violation or three times the damage"]),
        ("ca_website_chat_law", ["greater of $5,000 per violation or three times the damage"]),
        ("risks_california", ["greater of $5,000 per violation or three times the damage"]),
        ("call_center", ["greater of $5,000 per violation or three times the damage"]),
        ("telemarketing", ["greater of $5,000 per violation or three times the damage"]),
        # Owners and officers: SB 189
        ("ca_workers_comp_owners", ["10% of the stock", "1% is enough", "July 2018"]),
        ("ca_workers_comp_duty", ["10% of the stock", "July 2018"]),
        ("workers_compensation", ["10% of the stock", "July 2018"]),
        # Uninsured employers, plan bonds, telephone sellers, collectors, cars
        ("ca_no_workers_comp_penalty", ["at least $10,000", "$1,500 per employee", "$100,000"]),
        ("erisa_bond_rule", ["10% of the funds", "$1,000 up to $500,000"]),
        ("bond_phone_sales", ["$100,000"]),
        ("bond_collections", ["$25,000"]),
        ("auto_required_by_law", ["$30,000 per person, $60,000 per accident and $15,000 for property"]),
        # Calls and texts
        ("tcpa_damages_law", ["$500 per unlawful call", "$1,500 if willful"]),
        ("telemarketing_sales_rule_law", ["$53,088 per violation", "five years"]),
        # The one median of E&O, and what moves the price of workers' compensation
        ("eo_insureon_median", ["$708 a year", "undated"]),
        ("workers_compensation_insureon_median", ["two people on average", "job class and payroll", "undated"]),
    ],
)
def test_a_figure_is_the_one_in_force(entry: str, figures: list[str], spoken: dict[str, list[Said]]) -> None:
    for figure in figures:
        assert saying(figure, spoken[entry]), figure


@pytest.mark.parametrize(
    "old", ["$100 to $750 per consumer per incident", "up to $5,000 per violation", "amounts now indexed"]
)
def test_no_outdated_figure_is_said_anywhere(old: str, content: Content) -> None:
    assert [place for place, one in all_said(content) if old in one.text] == []


def test_professional_liability_has_one_median(content: Content) -> None:
    medians = [cost.id for cost in content.costs if cost.policy == "professional_liability" and "median" in cost.text]
    assert medians == ["eo_insureon_median"]


# --- days and deadlines ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "days"),
    [
        ("breach_notification_law", ["30 calendar days", "15 calendar days", "more than 500", "January 1, 2026"]),
        ("ccpa_private_right", ["30 days' notice"]),
        ("need_sole_proprietor", ["January 1, 2028"]),
        ("ca_workers_comp_owners", ["January 1, 2028"]),
        ("comp_construction_alone", ["January 1, 2028"]),
        ("one_to_one_consent_rule", ["never took effect", "January 2025", "August 2025"]),
        ("telemarketing_sales_rule_law", ["2024", "October 15, 2024", "January 9, 2025"]),
        ("auto_required_by_law", ["January 2025"]),
        ("comp_claim_deadline", ["30 days", "one year", "one working day"]),
        ("employment_claim_deadline", ["three years", "300 days"]),
        ("lawsuit_deadlines", ["within 30 days", "within 21", "four years"]),
        ("insurer_cancel_rules", ["After 60 days", "30 days' written notice", "10 for non-payment", "60 to 120 days"]),
        ("cancellation", ["30 days' notice, 10 for non-payment"]),
        ("non_renewal", ["60 to 120 days"]),
    ],
)
def test_a_deadline_is_the_one_of_the_law(entry: str, days: list[str], spoken: dict[str, list[Said]]) -> None:
    for day in days:
        assert saying(day, spoken[entry]), day


def test_breach_notice_no_longer_refuses_to_name_a_deadline(spoken: dict[str, list[Said]]) -> None:
    assert not saying("does not state deadlines", spoken["breach_notification_law"])


# --- sections ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "section", "source"),
    [
        # Workers' compensation
        ("insurance_required_by_law", "Labor Code 3700", "lab_3700"),
        ("ca_workers_comp_duty", "Labor Code 3351, 3352", "lab_3351_3352"),
        ("ca_workers_comp_owners", "Labor Code 3351, 3352", "lab_3351_3352"),
        ("ca_workers_comp_owners", "sole shareholder is out", "lab_3351_3352"),
        ("ca_workers_comp_owners", "C-8, C-20, C-22, C-39 and D-49", "bpc_7125"),
        ("need_sole_proprietor", "Business and Professions Code 7125", "cslb_comp"),
        ("comp_alone", "Business and Professions Code 7125", "bpc_7125"),
        ("comp_class_california", "Business and Professions Code 7125", "bpc_7125"),
        ("comp_construction_alone", "C-8, C-20, C-22, C-39 or D-49", "bpc_7125"),
        ("ca_no_workers_comp_penalty", "Labor Code 3722", "lab_3722"),
        ("ca_comp_for_contractors", "Labor Code 2775", "lab_2775"),
        ("abc_test", "Labor Code 2775", "lab_2775"),
        ("comp_other_states", "Texas Labor Code 406.002", "tex_lab_406"),
        ("comp_other_states", "nearly every one requires it of employers", "gusto_comp_states"),
        ("comp_texas", "Texas Labor Code 406.002", "tdi_coverage"),
        ("comp_other_state", "nearly every state", "gusto_comp_states"),
        ("comp_employees_elsewhere", "nearly every state requires it", "comp_thresholds"),
        # Class codes: one business, one class, and the clerical exceptions
        ("payroll_classification", "a whole business in one class", "usrp"),
        ("payroll_classification", "8810, or 8871 if mostly at home", "wcirb_8871"),
        ("payroll_classification", "outside sales (8742)", "usrp"),
        # Privacy
        ("ccpa_private_right", "Civil Code 1798.150", "ccpa_statute"),
        ("ccpa_business_size", "Civil Code 1798.140(d)", "civ_1798_140"),
        ("breach_notification_law", "Civil Code 1798.82", "civ_1798_82"),
        ("ca_call_recording_law", "637.2", "pen_637_2"),
        ("ca_website_chat_law", "638.51", "pen_638_51"),
        ("ca_website_chat_law", "Gutierrez v. Converse", "gutierrez_converse"),
        ("ca_website_chat_law", "Greenley v. Kochava", "greenley_kochava"),
        # Calls and texts
        ("tcpa_damages_law", "Facebook v. Duguid, 2021", "duguid"),
        ("tcpa_damages_law", "Do-Not-Call number", "usc_47_227"),
        ("scenario_dialing_campaign", "recorded sales message", "usc_47_227"),
        ("scenario_dialing_campaign", "Facebook v. Duguid, 2021", "duguid"),
        ("one_to_one_consent_rule", "Insurance Marketing Coalition v. FCC", "imc_fcc"),
        ("telemarketing_sales_rule_law", "16 CFR part 310", "ftc_tsr_2024"),
        ("ca_bot_disclosure_law", "Business and Professions Code 17941", "ca_bot_law"),
        # Insurance law
        ("fines_insurability_law", "Insurance Code 533.5", "ins_533"),
        ("fines_insurability_law", "PPG Industries v. Transamerica, 1999", "ppg_transamerica"),
        ("representation_in_claim", "Civil Code 2860", "civ_2860"),
        ("find_another_firms_comp", "Labor Code 3550", "lab_3550"),
        ("erisa_bond_rule", "29 U.S.C. 1112", "usc_29_1112"),
        ("crime_plan", "29 U.S.C. 1112", "usc_29_1112"),
        ("auto_owned", "Vehicle Code 16020", "veh_16056"),
        # Contract demands: a blanket endorsement works by itself
        ("proof_subrogation_and_primary", "blanket endorsement makes them automatic", "iso_cg_24_53"),
        ("proof_additional_insured", "wherever a written contract requires it", "iso_cg_20_33"),
        ("waiver_of_subrogation", "everyone a written contract requires", "iso_cg_24_53"),
    ],
)
def test_a_statement_of_law_names_its_section_and_rests_on_it(
    entry: str, section: str, source: str, spoken: dict[str, list[Said]]
) -> None:
    assert any(source in one.sources for one in saying(section, spoken[entry])), spoken[entry]


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("tcpa_damages_law", "no dedicated TCPA policy"),
        ("scenario_dialing_campaign", "No policy is made for this risk"),
        ("comp_alone", "asks nothing"),
        ("proof_subrogation_and_primary", "are not automatic"),
        ("ca_workers_comp_duty", "unless they fully own the corporation"),
    ],
)
def test_what_was_too_absolute_is_no_longer_said(entry: str, words: str, spoken: dict[str, list[Said]]) -> None:
    assert not saying(words, spoken[entry])


# --- verdicts and needs ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("topic", "verdict"),
    [
        ("ca_workers_comp_duty", "yes"),
        ("ca_workers_comp_part_time", "yes"),
        ("ca_workers_comp_remote", "yes"),
        ("ca_call_recording_law", "yes"),
        ("ca_insurance_license_law", "yes"),
        ("ca_workers_comp_owners", "depends"),
        ("ca_comp_for_contractors", "depends"),
        ("comp_other_states", "depends"),
        ("ccpa_business_size", "depends"),
        ("breach_notification_law", "depends"),
        ("ca_website_chat_law", "depends"),
        ("fines_insurability_law", "depends"),
        ("auto_required_by_law", "depends"),
        ("erisa_bond_rule", "depends"),
        ("gl_required_by_law", "no"),
        ("cyber_required_by_law", "no"),
        ("epli_required_by_law", "no"),
        ("other_policies_required_by_law", "no"),
        ("one_to_one_consent_rule", None),
        ("telemarketing_sales_rule_law", None),
    ],
)
def test_a_question_of_law_has_its_verdict(topic: str, verdict: str | None, content: Content) -> None:
    assert {one.id: one.verdict for one in content.topics}[topic] == verdict


@pytest.mark.parametrize(
    ("rule", "need"),
    [
        ("comp_california", "required_by_law"),
        ("comp_class_california", "required_by_law"),
        ("comp_employees_elsewhere", "required_by_law"),
        ("comp_employees_threshold", "required_by_law"),
        ("comp_few_threshold", "situational"),
        ("comp_texas", "situational"),
        ("comp_elective", "situational"),
        ("comp_alone", "situational"),
    ],
)
def test_workers_compensation_is_needed_as_the_law_of_the_state_has_it(rule: str, need: str, content: Content) -> None:
    assert {one.id: one.need.value for one in content.profile_rules}[rule] == need


# --- the kind ----------------------------------------------------------------------------------------


SPEAKS_OF_LAW = re.compile(
    r"\b(?:California|Texas|Federal|Florida|The) (?:law|laws|requires?|asks|bars|bans|allows|lets)\b"
    r"|\b(?:Code|Act|Section|section) \d|\bU\.S\.C\.|\bCFR\b|\bCCR\b|\bv\. [A-Z]|\bstatutory damages (?:are|can|of)\b"
)


def _of_law(content: Content) -> list[tuple[str, Said]]:
    """Statements of law among the topics on law, all terms, the questions before a recommendation, and the prices."""
    files = ("topics/regulations.yml", "terms/", "profile.yml", "costs.yml")
    return [(at, one) for at, one in all_said(content) if at.startswith(files) and SPEAKS_OF_LAW.search(one.text)]


def test_no_statement_of_law_rests_on_customary_wording_or_an_article(content: Content) -> None:
    kinds = {source.id: source.kind for source in content.sources}
    stated = _of_law(content)
    assert len(stated) > 100
    groundless = [
        (place, one.text)
        for place, one in stated
        if one.sources and not OF_LAW & {kinds[source] for source in one.sources}
    ]
    assert groundless == []


def test_every_price_names_a_publisher_and_how_old_it_is(content: Content) -> None:
    kinds = {source.id: source.kind for source in content.sources}
    for cost in content.costs:
        assert {kinds[one] for one in cost.source} & {SourceKind.PUBLISHER, SourceKind.ARTICLE, *OF_LAW}, cost.id
        assert re.search(r"\b20\d\d\b|undated", cost.text), cost.id


@pytest.mark.parametrize("page", [*PAGES, "docs/website.md", "bot/web/index.html"])
def test_no_page_claims_that_a_licensed_agent_reviewed_the_answers(page: str) -> None:
    text = (PROJECT / page).read_text(encoding="utf-8")
    assert not re.search(
        r"reviewed by (?:a|the|our) (?:agency's )?licensed agent|\breviewed (?:knowledge|answers|content)"
        r"|last reviewed|reviewed_on",
        text,
    )


def test_no_answer_claims_that_it_was_reviewed(content: Content) -> None:
    claimed = re.compile(
        r"\b(?:this|every|each) (?:answer|text|guide) (?:is|was|has been) reviewed\b|\blast reviewed\b", re.I
    )
    assert [place for place, one in all_said(content) if claimed.search(one.text)] == []
    assert not any("reviewed" in str(text) for text in content.notices.values())

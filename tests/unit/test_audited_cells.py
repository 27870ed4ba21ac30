"""Verdicts that a broker checked against the standard forms: those of the audit, and ten more for every policy.

Each was decided by hand (forms such as CG 00 01, BP 00 03, CP 10 30, CA 00 01, CR 00 21, WC 00 00 00, EP 00 01).
Where content and this list differ, one of them is wrong: read the form before changing either.
"""

import json

import pytest

from knowledge.build import matrix_row
from knowledge.content import CONTENT, read_content
from knowledge.schema import Verdict

# What the audit of 2026-11-29 and the walk of the matrix after it put right.
AUDITED = {
    "bop": {
        "depends": (
            "card_skimming_by_agent wrongful_termination discrimination sexual_harassment retaliation "
            "failure_to_promote funds_transfer_fraud social_engineering confidentiality_breach "
            "third_party_harassment pci_assessments employer_sued_over_injury regulatory_fines "
            "ccpa_claim insider_data_leak"
        ),
    },
    "business_interruption": {"depends": "rented_premises_damage cyber_attack ransomware"},
    "commercial_auto": {
        "depends": "windstorm flood fire vandalism earthquake wildfire contractor_injury criminal_act",
    },
    "commercial_property": {"depends": "cyber_attack ransomware"},
    "crime_fidelity": {"depends": "forgery funds_transfer_fraud counterfeit_payment"},
    "cyber": {"yes": "ransomware"},
    "directors_officers": {
        "depends": (
            "wrongful_termination discrimination sexual_harassment retaliation failure_to_promote "
            "third_party_harassment"
        ),
    },
    "fiduciary_liability": {"depends": "prior_work"},
    "general_liability": {"depends": "employee_own_car rented_vehicle employer_sued_over_injury"},
    "media_liability": {"depends": "wrong_information negligent_advice"},
    "product_liability": {"depends": "client_property_damage pollution"},
    "professional_liability": {
        "depends": (
            "client_system_downtime software_defect faulty_system_design incompatible_technology_advice "
            "third_party_harassment"
        ),
    },
    "surety_bond": {
        "depends": (
            "tax_filing_error intentional_fraud missed_deadline wage_and_hour scope_dispute sla_failure "
            "theft_from_client breach_of_fiduciary_duty regulatory_fines false_advertising late_notice"
        ),
        "no": "fee_dispute rework_cost groundless_suit prior_work known_claim claim_above_limit lapsed_cover",
        "unknown": "client_penalties liquidated_damages",
    },
    "tech_eo": {"depends": "breach_of_contract"},
    "umbrella": {"depends": "work_stress", "unknown": "wrongful_data_collection"},
}

# Ten more for every policy: what visitors ask most, and where a mistake would hurt most.
IMPORTANT = {
    "bop": {
        "yes": "bodily_injury fire vandalism lost_income",
        "depends": "employee_theft data_breach equipment_breakdown water_damage",
        "no": "employee_injury vehicle_accident",
    },
    "business_interruption": {
        "yes": "fire lost_income",
        "depends": "evacuation_order power_outage wildfire",
        "no": "pandemic_closure flood earthquake bankruptcy client_system_downtime",
    },
    "commercial_auto": {
        "yes": "vehicle_accident",
        "depends": "employee_own_car rented_vehicle own_vehicle_damage bodily_injury pollution",
        "no": "employee_injury goods_in_transit equipment_off_site data_breach",
    },
    "commercial_property": {
        "yes": "fire vandalism",
        "depends": "windstorm water_damage own_property_damage robbery equipment_off_site",
        "no": "flood earthquake employee_theft",
    },
    "crime_fidelity": {
        "yes": "employee_theft",
        "depends": "social_engineering theft_from_client robbery client_funds_stolen owner_theft",
        "no": "data_breach transaction_error vandalism shareholder_suit",
    },
    "cyber": {
        "yes": "data_breach breach_notification_costs cyber_downtime",
        "depends": "social_engineering pci_assessments vendor_outage regulatory_fines",
        "no": "professional_mistake bodily_injury client_system_downtime",
    },
    "directors_officers": {
        "yes": "shareholder_suit mismanagement personal_assets_of_directors",
        "depends": "regulator_investigates_directors bankruptcy punitive_damages",
        "no": "bodily_injury employee_theft wage_and_hour negligent_advice",
    },
    "epli": {
        "yes": "wrongful_termination discrimination sexual_harassment retaliation failure_to_promote",
        "depends": "third_party_harassment wage_and_hour work_stress",
        "no": "employee_injury breach_of_contract",
    },
    "fiduciary_liability": {
        "yes": "breach_of_fiduciary_duty benefits_mistake",
        "depends": "mismanagement regulatory_fines groundless_suit",
        "no": "employee_theft bond_required shareholder_suit wage_and_hour client_funds_stolen",
    },
    "general_liability": {
        "yes": "bodily_injury third_party_property_damage",
        "depends": "client_property_damage rented_premises_damage completed_work liquor_at_event",
        "no": "professional_mistake employee_injury liquor_sold pollution",
    },
    "media_liability": {
        "yes": "defamation copyright_infringement advertising_injury",
        "depends": "trademark_infringement invasion_of_privacy false_advertising",
        "no": "patent_infringement tcpa data_breach bodily_injury",
    },
    "product_liability": {
        "yes": "product_injury",
        "depends": "bodily_injury third_party_property_damage completed_work injury_from_service",
        "no": "product_recall rework_cost software_defect warranty_guarantee liquor_sold",
    },
    "professional_liability": {
        "yes": "professional_mistake negligent_advice payroll_error",
        "depends": "breach_of_contract data_breach subcontractor_error injury_from_service",
        "no": "bodily_injury tcpa intentional_fraud",
    },
    "surety_bond": {
        "depends": "bond_required breach_of_contract failure_to_deliver client_funds_stolen bankruptcy",
        "no": "employee_theft bodily_injury professional_mistake completed_work cost_overrun",
    },
    "tech_eo": {
        "yes": "software_defect client_system_downtime groundless_suit",
        "depends": "data_breach warranty_guarantee sla_failure",
        "no": "bodily_injury patent_infringement fee_dispute rework_cost",
    },
    "umbrella": {
        "depends": "bodily_injury vehicle_accident employer_sued_over_injury claim_above_limit liquor_sold",
        "no": "professional_mistake data_breach wrongful_termination own_property_damage shareholder_suit",
    },
    "workers_compensation": {
        "yes": "employee_injury repetitive_strain employer_sued_over_injury",
        "depends": "remote_worker_injury contractor_injury work_stress volunteer_injury",
        "no": "bodily_injury wrongful_termination uninsured_workers_comp",
    },
}


# What a second walk, of the cells that said no in silence, moved to "it depends".
WALKED = {
    "builders_risk": {"depends": "robbery goods_in_transit"},
    "commercial_auto": {"depends": "water_damage explosion_at_premises"},
    "garage_liability": {
        "depends": (
            "false_arrest patron_assault animal_bites_customer falling_object_from_premises rented_vehicle "
            "wrong_product_supplied business_sold_old_claims"
        ),
    },
    "garagekeepers": {"depends": "earthquake water_damage explosion_at_premises vehicle_hits_building"},
    "liquor_liability": {"depends": "business_sold_old_claims"},
    "media_liability": {"depends": "professional_mistake confidentiality_breach subcontractor_error"},
    "motor_truck_cargo": {"depends": "fire windstorm"},
    "pollution_liability": {"depends": "client_property_damage rented_premises_damage business_sold_old_claims"},
    "surety_bond": {"depends": "child_injured_in_care"},
    "tech_eo": {"depends": "extortion_kidnap"},
    "umbrella": {"depends": "smoke_taint"},
}


def cells(of):
    """Every (policy, exposure, verdict) of a table above."""
    return [
        (policy, exposure, verdict)
        for policy, verdicts in of.items()
        for verdict, exposures in verdicts.items()
        for exposure in exposures.split()
    ]


@pytest.fixture(scope="module")
def content():
    return read_content(CONTENT)


@pytest.fixture(scope="module")
def matrix(content):
    return {
        (cell["policy_id"], cell["exposure_id"]): cell
        for exposure in content.exposures
        for cell in matrix_row(exposure, content.policies)
    }


@pytest.fixture(scope="module")
def scopes(content):
    return {policy.id: policy.scope.text for policy in content.policies}


@pytest.fixture(scope="module")
def kinds(content):
    return {source.id: source.kind.value for source in content.sources}


@pytest.mark.parametrize(("policy", "exposure", "verdict"), cells(AUDITED) + cells(IMPORTANT) + cells(WALKED))
def test_a_checked_cell_keeps_its_verdict(matrix, policy, exposure, verdict):
    cell = matrix[policy, exposure]
    assert cell["verdict"] == Verdict(verdict).value
    assert bool(cell["depends_on"]) is (verdict == "depends")


@pytest.mark.parametrize(("policy", "exposure", "verdict"), cells(AUDITED) + cells(WALKED))
def test_what_the_audit_put_right_has_a_reason_of_its_own(matrix, scopes, policy, exposure, verdict):
    cell = matrix[policy, exposure]
    assert cell["why"] != scopes[policy]
    assert json.loads(cell["sources"])


def test_ten_cells_of_every_policy_are_checked():
    assert {policy: len([c for c in cells(IMPORTANT) if c[0] == policy]) for policy in IMPORTANT} == dict.fromkeys(
        IMPORTANT, 10
    )
    assert set(AUDITED) <= set(IMPORTANT)


def test_a_yes_to_ransomware_names_what_limits_it(matrix):
    why = matrix["cyber", "ransomware"]["why"]
    assert "lower limit" in why
    assert "share of your own" in why
    assert "sanctioned" in why


@pytest.mark.parametrize(
    ("policy", "exposure", "law"),
    [
        ("surety_bond", "tax_filing_error", "22250.1"),
        ("surety_bond", "intentional_fraud", "22250.1"),
        ("surety_bond", "wage_and_hour", "7071.5"),
        ("surety_bond", "fee_dispute", "9550"),
        ("surety_bond", "false_advertising", "11711"),
        ("surety_bond", "child_injured_in_care", "1597.531"),
        ("workers_compensation", "work_stress", "3208.3"),
        ("workers_compensation", "repetitive_strain", "3208.1"),
        ("general_liability", "punitive_damages", "533"),
        ("epli", "punitive_damages", "533"),
    ],
)
def test_a_law_is_named_and_rests_on_a_statute(matrix, kinds, policy, exposure, law):
    cell = matrix[policy, exposure]
    assert law in cell["why"]
    assert "statute" in {kinds[source] for source in json.loads(cell["sources"])}


def test_a_scope_makes_sense_as_the_reason_for_a_no(matrix):
    bond = matrix["surety_bond", "data_breach"]
    assert bond["verdict"] == "no"
    assert "not insurance for you" in bond["why"]

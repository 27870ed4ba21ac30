"""Entries and facts that the code names by their ids: all of them stand here, and the check asks for each.

Whoever renames or removes one in the content learns of it before anything is published.
"""

from __future__ import annotations

COMPARED_WITH = {  # what is offered where one side of a comparison is missing
    "professional_liability": ("general_liability", "tech_eo", "cyber"),
    "tech_eo": ("professional_liability", "cyber", "general_liability"),
    "cyber": ("tech_eo", "crime_fidelity", "professional_liability"),
}
COMPARED_OTHERWISE = ("professional_liability", "general_liability", "bop")
# The package contains its parts, so it answers at least as well as they do; the umbrella follows.
PACKAGES = {"bop": ("general_liability", "commercial_property", "business_interruption")}
EXAMPLE_POLICY, EXAMPLE_EXPOSURE = "general_liability", "wrong_information"
CLAIMS_MADE, NOTICE_OF_CLAIM = "claims_made", "notice_of_claim"
COMPARING_PROPOSALS = "buy_compare_proposals"
SETTLING = "claims_settling_yourself"  # what whoever asks about the law after a loss must not do meanwhile
ABOUT_THE_BUSINESS = ("industry", "headcount", "state")  # facts of the profile that every quote starts with
HISTORY, PAST_CLAIMS = "claims_history", "past_claims"
CONTACT = ("name", "reach")  # without them nobody can answer
EVERY_TRADE = ("revenue", "contract_requirements")  # asked where the trade is unknown

# Kind -> ids, with "fact" for those of profile.yml.
NAMED = {
    "policy": {
        *(EXAMPLE_POLICY, *COMPARED_OTHERWISE),
        *COMPARED_WITH,
        *(other for others in COMPARED_WITH.values() for other in others),
        *PACKAGES,
        *(part for parts in PACKAGES.values() for part in parts),
    },
    "exposure": {EXAMPLE_EXPOSURE},
    "term": {CLAIMS_MADE, NOTICE_OF_CLAIM},
    "topic": {COMPARING_PROPOSALS, SETTLING},
    "fact": {*ABOUT_THE_BUSINESS, HISTORY, PAST_CLAIMS, *CONTACT, *EVERY_TRADE},
}

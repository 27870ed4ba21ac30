"""Kinds of words that tell something of a message; what each is worth is learnt."""

from __future__ import annotations

from collections.abc import Sequence

# Words of one kind each, as people say them; what they are worth beside which target is learnt.
CUES: dict[str, frozenset[str]] = {
    name: frozenset(words.split())
    for name, words in {
        "own_people": "employee employees staff worker workers coworker crew hire hired manager bookkeeper rep reps",
        "client": "client clients customer customers patient patients tenant tenants guest guests caller callers buyer",
        "contractor": "contractor contractors subcontractor subcontractors sub subs freelancer freelancers 1099 vendor",
        "hirer": "gc landlord lender owner hoa venue county city upstream franchisor principal",
        "self": "myself me owner partner spouse wife husband family officer",
        "household": "home house apartment condo renter renters roommate roommates homeowner homeowners personal "
        "son daughter kid kids mom dad mother father brother sister parents boyfriend girlfriend fiance",
        "other_lines": "health dental vision life medicare medicaid disability annuity pet travel unemployment doctor "
        "hospital surgery pension retirement",
        "negation": "not no never without except excluding exclude excluded exclusion exclusions cannot besides other",
        "all": "all every everything any anything always whole entire both",
        "duty": "need require required requires requirement must have legally law mandatory obligated",
        "price": "cost costs price prices premium premiums expensive cheap cheaper rate rates quote dollars much",
        "amount": "limit limits million enough much aggregate deductible retention amount",
        "paper": "certificate cert coi proof acord endorsement additional insured waiver holder document letter",
        "change": "add remove cancel cancelled change switch renew renewal expired late bill audit refund moved",
        "claim": "claim claims adjuster denied deny deductible report filed settle lawyer sued lawsuit served",
        "compare": "versus vs difference differ different between better or instead same compare",
        "part": "include includes included part inside package bundle come comes over sit sits add added",
        "word": "mean means meaning what's define definition explain stand term called",
        "why": "why how come reason",
        "might": "if suppose hypothetically could might would say imagine",
        "past": "was were got had did happened yesterday today just last ago morning night",
    }.items()
}


def cues_of(words: Sequence[str]) -> list[float]:
    """Which kinds of words a text has, in the order of CUES."""
    present = set(words)
    return [float(bool(present & cue)) for cue in CUES.values()]

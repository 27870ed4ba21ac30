"""What a valid entry of the knowledge base is.

Content is YAML that a licensed agent edits; every file is read into these models, which refuse
unknown fields, so that a misspelt key is an error and never a silent gap.  A *statement* is a text
with the sources it rests on: nothing the guide says comes without one.
"""

from __future__ import annotations

import datetime
from enum import Enum
from typing import Any, Literal

from pydantic import BaseModel, Extra, Field, StrictBool, StrictInt, StrictStr, root_validator, validator


class Verdict(str, Enum):
    """What a policy does about an exposure."""

    YES = "yes"
    NO = "no"
    DEPENDS = "depends"
    UNKNOWN = "unknown"  # the sources disagree or are silent: a licensed agent answers


class _Model(BaseModel):
    class Config:
        extra = Extra.forbid
        anystr_strip_whitespace = True
        min_anystr_length = 1
        allow_mutation = False


class Statement(_Model):
    """One thing the guide may say, and the ids of the sources (``sources/``) it rests on."""

    text: str
    source: list[str]

    @validator("source", pre=True)
    def _one_or_many(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @validator("source")
    def _at_least_one(cls, value: list[str]) -> list[str]:
        if not value:
            raise ValueError("names no source")
        return value


class Exclusion(Statement):
    """Something a policy does not pay for; ``instead`` are the ids of the policies that may."""

    instead: list[str] = []


class Entry(_Model):
    """What every entry has: an id, a name, the ways people write it, and the day its text was written.

    ``aliases`` are names, found word by word in what a visitor writes (typos are tolerated).
    ``asked_as`` are whole situations or questions; the guide recognises others by their meaning.
    ``questions`` are such as visitors ask; the tests ask the real guide each, and it must land here.
    """

    id: str = Field(regex=r"^[a-z][a-z0-9_]*$")
    name: str
    aliases: list[str] = []
    asked_as: list[str] = []
    questions: list[str] = Field(min_items=3)
    written_on: datetime.date  # who signed it, and when, stands in the review ledger


class Trigger(Statement):
    """When a policy has to be in force for a claim to be paid."""

    kind: Literal["claims_made", "occurrence", "date_of_loss", "varies"]


class Policy(Entry):
    """A coverage line an agency sells."""

    short_name: str  # how the guide calls it inside a sentence
    summary: Statement  # what it is, in one or two sentences
    simpler: Statement  # the same without a term of the trade
    scope: Statement  # a full sentence: what it responds to; said when an exposure lies outside
    need: Statement  # who needs it, and whether a law or somebody else asks for it
    who_needs: list[Statement] = Field(min_items=1)
    covers: list[Statement] = Field(min_items=3)
    excludes: list[Exclusion] = Field(min_items=2)
    trigger: Trigger
    limits: list[Statement] = Field(min_items=1)
    cost_factors: list[Statement] = Field(min_items=2)
    lower_cost: list[Statement] = Field(min_items=1)
    example_claim: Statement
    ask_an_agent: list[str] = Field(min_items=2)  # questions worth putting to an agent


class Grant(_Model):
    """One policy's answer to one exposure."""

    policy: str
    why: str  # one or two full sentences, no verdict word in front: the guide adds it
    source: list[str]

    @validator("source", pre=True)
    def _one_or_many(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @validator("source")
    def _at_least_one(cls, value: list[str]) -> list[str]:
        if not value:
            raise ValueError("names no source")
        return value


class ConditionalGrant(Grant):
    """Covered only if something holds."""

    depends_on: str  # completes "It depends on …": an endorsement, a sub-limit, the wording


Person = Literal["own_people", "contractor", "vendor", "client", "owner", "on_purpose"]


class Exposure(Entry):
    """A thing that can happen to a business, or a cost it can face.

    A policy named in none of the four lists answers no, outside its scope.  ``otherwise`` names the entry that answers
    where another person is hurt, or did it: an employee in place of a customer.
    """

    short_name: str  # a noun phrase inside a sentence: "wrong information given to a caller"
    summary: Statement  # what it is and what normally responds
    covered_by: list[Grant] = []
    sometimes_covered_by: list[ConditionalGrant] = []
    not_covered_by: list[Grant] = []
    ask_an_agent_about: list[Grant] = []  # the sources disagree or are silent
    if_uninsured: Statement | None = None  # what to do where no policy responds at all
    otherwise: dict[Person, str] = {}


class TermExamples(_Model):
    """The same term at work, for any business or as one trade meets it."""

    general: str | None = None
    call_center: str | None = None
    bpo: str | None = None
    it: str | None = None

    @root_validator(skip_on_failure=True)
    def _at_least_one(cls, values: dict[str, Any]) -> dict[str, Any]:
        if not any(values.values()):
            raise ValueError("hold no example")
        return values

    def for_trade(self, group: str | None) -> str:
        """The example of a trade's group, or the one for any business."""
        return self.in_order(group)[0]

    def in_order(self, group: str | None) -> list[str]:
        """Every example, the most fitting first."""
        names = dict.fromkeys([*([group] if group else []), "general", *self.__fields__])
        return [text for name in names if (text := getattr(self, name, None))]


class Term(Entry):
    """A word of the trade in plain words."""

    definition: Statement
    examples: TermExamples
    related: list[str] = []  # ids of terms or policies
    policies: list[str] = []  # where the term matters most


class Need(str, Enum):
    """How strongly a policy is called for in an industry, strongest first."""

    BY_LAW = "required_by_law"
    BY_CONTRACT = "required_by_contract"
    RECOMMENDED = "recommended"
    SITUATIONAL = "situational"


class RecommendedPolicy(Grant):
    need: Need


# Trades that share their risks; each has a trade of its own for those that nobody listed.
Group = Literal[
    "call_center",
    "bpo",
    "it",
    "construction",
    "real_estate",
    "food",
    "retail",
    "vehicles",
    "personal_services",
    "health_and_care",
    "professional_services",
    "manufacturing",
    "events_and_recreation",
    "nonprofit_and_education",
    "agriculture",
]


class IndustryRisk(Statement):
    exposure: str


class Industry(Entry):
    """A kind of business and what it needs."""

    group: Group
    for_others: bool = False  # its page serves the trades of its group that nobody listed
    summary: Statement
    risks: list[IndustryRisk] = Field(min_items=3)
    policies: list[RecommendedPolicy] = Field(min_items=4)
    top_three: list[str] = Field(min_items=3, max_items=3)
    contract_demands: list[Statement] = Field(min_items=1)
    law: list[Statement] = []  # what the law asks of this trade
    examples: list[Statement] = []  # losses as they happen, and what pays
    checklist: list[str] = Field(min_items=5)  # what an agent must know to quote: ids of profile.yml
    checklist_source: list[str]


class Cost(_Model):
    """A published price: always somebody's, at some time, for some size; never a promise."""

    id: str = Field(regex=r"^[a-z][a-z0-9_]*$")
    policy: str
    text: str  # a full sentence with amount, who it was measured on, and the year
    who: str  # the sample: size, trade, place
    low: int | None = None  # US dollars a year
    high: int | None = None
    typical: int | None = None
    limit: str | None = None
    year: int | None = None  # of the figure; None where the source does not date it
    source: list[str]

    @validator("source", pre=True)
    def _one_or_many(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value


class Topic(Entry):
    """Guidance that is not about one policy and one exposure: proof, buying, law, case studies.

    ``intent`` is the question it answers.  ``answer`` comes first and stands alone; ``points``
    follow.  ``verdict`` is set where the question is a yes-or-no one.  A ``general`` one also answers a bare question
    of its kind ("how do I buy?"), of its trades where it has an ``industry_group``.
    """

    intent: Literal[
        "ask_choose_insurer",
        "ask_claims",
        "ask_cost_factors",
        "ask_how_to_buy",
        "ask_limits",
        "ask_lower_cost",
        "ask_need",
        "ask_proof",
        "ask_regulation",
        "ask_risks",
        "ask_scenario",
        "ask_service",
        "ask_term",
    ]
    general: bool = False
    answer: Statement
    points: list[Statement] = []
    verdict: Literal["yes", "no", "depends"] | None = None
    policies: list[str] = []
    exposure: str | None = None
    industry_group: Group | None = None
    jurisdiction: str | None = None  # two-letter state, or "US"
    without_employees: str | None = None  # the topic that answers it for somebody who employs nobody


class RelationKind(str, Enum):
    """How one policy stands to another."""

    INCLUDES = "includes"  # as written, without asking
    BY_ENDORSEMENT = "by_endorsement"  # can be added to it
    SEPARATE = "separate"  # never part of it: a policy of its own
    OVER = "over"  # adds limits above it
    NOT_OVER = "not_over"
    ALONE = "alone"  # can be bought without the other
    NEEDS = "needs"  # can not be bought without the other

    @property
    def verdict(self) -> Literal["yes", "no", "depends"] | None:
        """The answer to whether the one includes the other or sits over it.

        Whether it can be bought without it has none: whoever names two policies mostly asks something else of them.
        """
        return _RELATION_SAYS.get(self)


_RELATION_SAYS: dict[RelationKind, Literal["yes", "no", "depends"]] = {
    RelationKind.INCLUDES: "yes",
    RelationKind.BY_ENDORSEMENT: "depends",
    RelationKind.SEPARATE: "no",
    RelationKind.OVER: "yes",
    RelationKind.NOT_OVER: "no",
}


class Relation(Entry):
    """How ``policy`` stands to ``other``: what a package includes, what can be added, what sits over what.

    A pair may be related in several ways, each an entry of its own.
    """

    policy: str
    other: str
    relation: RelationKind
    answer: Statement  # the reason, without a verdict in front
    points: list[Statement] = []


class AgencyFact(Entry):
    """Something visitors ask of the agency itself; the agency tells it in a setting (``docs/operations.md``)."""

    setting: str = Field(regex=r"^[a-z]+$")  # field of the agency's settings: hours, phone, fees …
    told: str  # with {value} in it, and {agency} where its name is said
    unset: str  # where the agency has not told it: how to find out


class Outside(Entry):
    """Something the guide does not speak about: personal lines, an insurance agent's own business."""

    questions: list[str] = []
    even_for_business: bool = False  # otherwise a business word beside the name keeps the question in scope
    pointer: str  # where to turn instead, one sentence


class SourceKind(str, Enum):
    """What a source is, and so what may rest on it: law and figures never on customary wording alone."""

    STATUTE = "statute"  # also a regulation or a court's decision
    REGULATOR = "regulator"
    STANDARD_FORM = "standard_form"  # of ISO, NCCI, AAIS and their like
    PUBLISHER = "publisher"  # an insurer, broker, law firm, trade body or newspaper
    ARTICLE = "agency_article"
    CUSTOMARY = "customary"  # how such policies are usually worded: editorial


OF_LAW = {SourceKind.STATUTE, SourceKind.REGULATOR}  # what a statement of law may rest on


class Source(_Model):
    """Where a fact was read."""

    id: str = Field(regex=r"^[a-z][a-z0-9_]*$")
    title: str
    publisher: str
    kind: SourceKind
    year: int | None = None  # None: undated
    url: str | None = Field(None, regex=r"^https://\S+$")  # where a visitor can read it
    used_for: str
    note: str | None = None


class Condition(_Model):
    """What a fact about a business has to be; every part that is given must hold.

    In the files ``true``, an id, a state's code or a list of them stands for ``is_in``.
    """

    is_in: list[StrictBool | StrictStr] = []
    not_in: list[StrictStr] = []
    group: list[Group] = []  # of the trade
    at_least: StrictInt | None = None
    at_most: StrictInt | None = None

    @validator("is_in", pre=True, each_item=True)
    def _an_answer(cls, value: Any) -> Any:
        if not isinstance(value, bool | str):
            raise ValueError("is no answer; a number is asked with at_least and at_most")
        return value

    @validator("not_in", "group", pre=True)
    def _one_or_many(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @root_validator(skip_on_failure=True)
    def _asks_something(cls, values: dict[str, Any]) -> dict[str, Any]:
        if not any(value not in ([], None) for value in values.values()):
            raise ValueError("asks nothing of the fact")
        return values


def _written_short(value: Any) -> Any:
    """Conditions as they may be written, as the model wants them."""
    if not isinstance(value, dict):
        return value
    return {
        field: asked if isinstance(asked, dict) else {"is_in": asked if isinstance(asked, list) else [asked]}
        for field, asked in value.items()
    }


class _Conditional(_Model):
    """Something that holds for a business whose facts, by id, are as asked; always, where nothing is."""

    id: str = Field(regex=r"^[a-z][a-z0-9_]*$")
    when: dict[str, Condition] = {}

    _short = validator("when", pre=True, allow_reuse=True)(_written_short)


class ProfileOption(_Model):
    """One of the answers to choose from; ``said_as`` are phrases that tell it without being asked."""

    id: str = Field(regex=r"^[a-z][a-z0-9_]*$")
    title: str
    said_as: list[str] = []


class Bounds(_Model):
    """Numbers that can be right; ``otherwise`` is said of others."""

    at_least: int
    at_most: int
    otherwise: str


class ProfileField(_Model):
    """A fact about a business, asked for one at a time.

    ``said_as`` and ``denied_as`` are phrases that tell the fact without being asked: yes and no, and for a
    count none at all.  A number is told by one of ``units`` beside it; one that is counted ``by`` the month or the
    year may be told by the day, the week and so on.  Facts in ``year``, words, name or reach
    (e-mail, phone) are for an agent; no rule depends on them.
    """

    id: str = Field(regex=r"^[a-z][a-z0-9_]*$")
    label: str  # names it in a summary
    kind: Literal["industry", "count", "state", "yes_no", "choice", "money", "year", "text", "name", "reach"]
    question: str
    why: str  # answers "why do you ask?"
    options: list[ProfileOption] = []
    offered: list[str] = []  # of an industry: ids of the trades to choose from
    said_as: list[str] = []
    denied_as: list[str] = []
    units: list[str] = []
    by: Literal["month", "year"] | None = None
    limits: Bounds | None = None
    asked_when: dict[str, Condition] = {}  # otherwise it counts if it is told, and is not asked

    _short = validator("asked_when", pre=True, allow_reuse=True)(_written_short)


class ProfileRule(RecommendedPolicy, _Conditional):
    """A policy that a business needs because of what it is.

    With ``instead_of`` the rule applies where the trade's own list gives the policy that need, and takes its
    place; so it may also weaken it.
    """

    instead_of: Need | None = None


class ProfilePoint(Statement, _Conditional):
    """Something to bring up with an agent because of what the business is: a limit, a wording, a duty."""

    policy: str | None = None  # said beside it; None where it is about no single one


Policy.update_forward_refs()

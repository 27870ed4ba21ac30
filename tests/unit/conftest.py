"""A knowledge base small enough to read at a glance, to be broken one edit at a time."""

import datetime
from pathlib import Path

import pytest

from knowledge.build import build
from knowledge.content import ContentError

TODAY = datetime.date.today().isoformat()


def _policy(policy_id: str, name: str, aliases: str) -> str:
    return f"""\
id: {policy_id}
name: {name}
short_name: {name.lower()}
aliases: [{aliases}]
asked_as: [the policy for {policy_id} matters]
questions: [What is {name}?, Explain {name}., What does {name} do?]
written_on: {TODAY}
summary: {{text: {name} pays for some losses., source: article}}
simpler: {{text: It pays when that goes wrong., source: article}}
scope: {{text: {name} responds to its own losses only., source: article}}
who_needs:
  - {{text: Firms that give advice., source: article}}
covers:
  - {{text: First loss., source: article}}
  - {{text: Second loss., source: article}}
  - {{text: Third loss., source: [article, report]}}
excludes:
  - {{text: Intended harm., source: article}}
  - {{text: Injuries., source: article, instead: [professional_liability]}}
trigger: {{kind: claims_made, text: The policy in force when the claim is made., source: article}}
limits:
  - {{text: Often $1 million per claim., source: article}}
cost_factors:
  - {{text: Revenue., source: article}}
  - {{text: Claims history., source: article}}
lower_cost:
  - {{text: A higher deductible., source: article}}
example_claim: {{text: A client sues over a loss., source: article}}
ask_an_agent: [Is it claims-made?, Who defends?]
"""


FILES = {
    "policies/eo.yml": _policy("professional_liability", "Professional liability", "e&o, errors and omissions"),
    "policies/cyber.yml": _policy("cyber", "Cyber insurance", "cyber, data breach insurance"),
    "policies/crime.yml": _policy("crime_fidelity", "Crime insurance", "crime insurance"),
    "policies/media.yml": _policy("media_liability", "Media liability", "media liability"),
    "exposures/all.yml": f"""\
- id: wrong_advice
  name: Wrong advice to a caller
  short_name: wrong advice
  aliases: [wrong advice, bad advice]
  asked_as: [an agent told a caller something false]
  questions: [Is wrong advice covered?, Who pays for bad advice?, We misled a caller.]
  written_on: {TODAY}
  summary: {{text: A caller relies on what an agent says and loses money., source: article}}
  covered_by:
    - policy: professional_liability
      why: Mistakes in your services are what it is made for.
      source: article
- id: lost_trust
  name: Lost trust
  short_name: lost trust
  aliases: [lost trust]
  asked_as: [customers stopped believing us]
  questions: [Is lost trust covered?, Who pays for lost trust?, Nobody trusts us now.]
  written_on: {TODAY}
  summary: {{text: Customers leave after bad news., source: report}}
  sometimes_covered_by:
    - policy: cyber
      why: Some forms pay for lost income after a breach.
      depends_on: an endorsement for reputation
      source: report
  not_covered_by:
    - policy: professional_liability
      why: It pays for claims of others and not for your own lost sales.
      source: article
- id: war
  name: War
  short_name: war
  aliases: [war]
  asked_as: [an army shelled the office]
  questions: [Is war covered?, Who pays after a war?, A war broke out.]
  written_on: {TODAY}
  summary: {{text: An armed conflict damages the business., source: article}}
  not_covered_by:
    - policy: cyber
      why: Hostile acts of states are excluded.
      source: article
  if_uninsured: {{text: Ask an agent about political risk insurance., source: article}}
""",
    "industries/call_center.yml": f"""\
id: call_center
name: Call center
group: call_center
aliases: [call center, contact center]
asked_as: [we answer phones for other firms]
questions: [What does a call center need?, We run a call center., Insurance for contact centers?]
written_on: {TODAY}
summary: {{text: A call center answers for others., source: article}}
risks:
  - {{exposure: wrong_advice, text: Agents may err., source: article}}
  - {{exposure: lost_trust, text: News may spread., source: article}}
  - {{exposure: war, text: It is far away., source: article}}
policies:
  - {{policy: professional_liability, need: required_by_contract, why: Clients ask for it., source: article}}
  - {{policy: cyber, need: recommended, why: Records are at risk., source: article}}
  - {{policy: crime_fidelity, need: recommended, why: Agents hear card numbers., source: article}}
  - {{policy: media_liability, need: situational, why: Some agents publish., source: article}}
top_three: [professional_liability, cyber, crime_fidelity]
contract_demands:
  - {{text: Clients often ask for $1 million., source: article}}
checklist: [seats, place, revenue, claims, start]
checklist_source: [article]
""",
    "profile.yml": """\
quote:
  - {id: seats, label: Seats, kind: text, question: How many seats?, why: Size moves the price.}
  - {id: place, label: State, kind: state, question: Which state?, why: Law differs.}
  - {id: revenue, label: Revenue, kind: money, question: What revenue?, why: Size moves the price.}
  - {id: claims, label: Claims, kind: text, question: Any claims?, why: History moves the price.}
  - {id: start, label: Start, kind: year, question: From when?, why: Cover starts on a day.}
""",
    "terms/words.yml": f"""\
- id: retention
  name: Retention
  aliases: [retention]
  asked_as: [the part we keep]
  questions: [What is a retention?, Explain retention., What does retention mean?]
  written_on: {TODAY}
  definition: {{text: The part of a loss that you pay yourself., source: article}}
  examples: {{call_center: You pay first., bpo: You pay first., it: You pay first.}}
  related: [cyber]
  policies: [professional_liability]
""",
    "topics/proof.yml": f"""\
- id: proof_fast
  name: Fast proof
  intent: ask_proof
  aliases: [fast proof]
  asked_as: [client wants paper today]
  questions: [How fast is proof?, Can I get proof today?, When do I get a certificate?]
  written_on: {TODAY}
  answer: {{text: Usually the same day., source: article}}
  points:
    - {{text: Ask your agent., source: article}}
  policies: [professional_liability]
  exposure: wrong_advice
""",
    "outside.yml": f"""\
- id: outside_pets
  name: Pet insurance
  aliases: [pet insurance]
  written_on: {TODAY}
  pointer: Please ask a personal insurance agent.
""",
    "costs.yml": """\
- id: eo_price
  policy: professional_liability
  text: Small firms paid $500 to $1,000 a year in 2024.
  who: Small US firms
  low: 500
  high: 1000
  year: 2024
  source: report
""",
    "sources/publishers.yml": """\
- {id: article, title: An article, publisher: An agency, kind: agency_article, used_for: nearly everything}
- {id: report, title: A report, publisher: An insurer, kind: publisher, year: 2024, used_for: prices}
""",
    "notices.yml": "\n".join(
        [
            "assistant_notice: I am a bot.",
            "bot_identity: A bot.",
            "recorded: This is recorded.",
            'licence_line: "{agency}, {licence}"',
            "other_state: I know {known} alone, not {state}.",
            "changed_case: An agent can tell you what that changes.",
            "spanish_pointer: Un agente puede ayudarle.",
            *(f"no_{what}: I cannot do that." for what in ("binding", "guarantee", "claim_opinion")),
            *(f"no_{what}_advice: I cannot do that." for what in ("legal", "tax", "medical")),
        ]
    )
    + "\n",
}


class Draft:
    """A content folder in a temporary place, and the database built from it before it was edited."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "content"
        self.database = root / "guide.db"
        for file, text in FILES.items():
            self.write(file, text)

    def write(self, file: str, text: str) -> None:
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def edit(self, file: str, old: str, new: str) -> int:
        """Replace the only occurrence of old; returns the line on which the new text begins."""
        text = (self.folder / file).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        self.write(file, text.replace(old, new))
        return text[: text.index(old)].count("\n") + 1

    def build(self) -> str:
        return build(self.folder, self.database)

    def refusal(self) -> str:
        """Why the content cannot be published; the database in service must not have been touched."""
        before = self.database.read_bytes()
        with pytest.raises(ContentError) as refused:
            self.build()
        assert self.database.read_bytes() == before
        return str(refused.value)


@pytest.fixture(scope="session")
def make_draft() -> type[Draft]:
    """For a fixture or a test that wants a folder of its own."""
    return Draft


@pytest.fixture
def draft(tmp_path: Path) -> Draft:
    """Valid content, not yet built."""
    return Draft(tmp_path)


@pytest.fixture
def published(draft: Draft) -> Draft:
    """Valid content with its database in service."""
    draft.build()
    return draft

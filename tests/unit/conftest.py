"""A knowledge base small enough to read at a glance, to be broken one edit at a time; and a talk without a model."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from knowledge.base import KnowledgeBase
from knowledge.build import build
from knowledge.content import CONTENT, ContentError

if TYPE_CHECKING:
    from actions.base import GuideAction
    from bot.records.tickets import Ticket

WRITTEN = "2026-11-29"  # a day that is over, whenever the tests run


def _policy(policy_id: str, name: str, aliases: str) -> str:
    return f"""\
id: {policy_id}
name: {name}
short_name: {name.lower()}
aliases: [{aliases}]
asked_as: [the policy for {policy_id} matters]
questions: [What is {name}?, Explain {name}., What does {name} do?]
written_on: {WRITTEN}
summary: {{text: {name} pays for some losses., source: article}}
simpler: {{text: It pays when that goes wrong., source: article}}
scope: {{text: {name} responds to its own losses only., source: article}}
need: {{text: Firms that give advice need it., source: article}}
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


def _more(phrase: str) -> str:
    return ", ".join(f"{phrase} case {number}" for number in range(2, 12))


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
  written_on: {WRITTEN}
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
  written_on: {WRITTEN}
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
  written_on: {WRITTEN}
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
written_on: {WRITTEN}
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
  written_on: {WRITTEN}
  definition: {{text: The part of a loss that you pay yourself., source: article}}
  examples: {{call_center: You pay first., bpo: You pay first., it: You pay first.}}
  related: [cyber]
  policies: [professional_liability]
""",
    "topics/proof.yml": f"""\
- id: proof_fast
  name: Fast proof
  intent: ask_proof
  general: true
  aliases: [fast proof]
  asked_as: [client wants paper today]
  questions: [How fast is proof?, Can I get proof today?, When do I get a certificate?]
  written_on: {WRITTEN}
  answer: {{text: Proof usually comes the same day., source: article}}
  points:
    - {{text: Ask your agent., source: article}}
  policies: [professional_liability]
  exposure: wrong_advice
""",
    "outside.yml": f"""\
- id: outside_pets
  name: Pet insurance
  aliases: [pet insurance]
  asked_as: [my cat is ill]
  written_on: {WRITTEN}
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
            'agency_line: "{agency} · {licence}"',
            'domicile_line: "At home in {domicile}"',
            'place_line: "In {place}"',
            "not_notice: Tell your insurer yourself.",
            "call_consent: We may call you.",
            "call_consent_limit: Not to sell.",
            "not_licensed: Not in {state}.",
            "kept_on_hold: We keep {requests}.",
            "report_again: Report it.",
            "unsigned: Nobody has signed that.",
            "other_state: I know {known} alone, not {state}.",
            "not_understood: I did not understand.",
            "credentials: I am no agent.",
            "notice_more: Only an agent can bind.",
            "other_languages: [{code: es, names: [spanish], text: Un agente puede ayudarle.}]",
            "again: {not_understood: Not that either.}",
            *(f"no_{what}: I cannot do that." for what in ("binding", "guarantee", "claim_opinion")),
            *(f"stance_{what}: [I still cannot.]" for what in ("claim", "promise", "bind")),
            *(f"no_{what}_advice: I cannot do that." for what in ("legal", "tax", "medical")),
        ]
    )
    + "\n",
}


# As many phrases as every entry must have.
FILES = {
    file: re.sub(r"asked_as: \[(.+)\]", lambda own: f"asked_as: [{own[1]}, {_more(own[1])}]", text)
    for file, text in FILES.items()
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
        return build(self.folder, self.database, named={})

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


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    """The published content, built once for all modules; one that needs another has a ``base`` of its own."""
    path = tmp_path_factory.mktemp("base") / "guide.db"
    build(CONTENT, path)
    base = KnowledgeBase(path)
    yield base
    base.close()


def _ruled(intent: str) -> GuideAction:
    """The action that Rasa's rules choose for an intent."""
    from actions.base import GuideAction

    rules = [
        rule["steps"]
        for file in (Path(__file__).parents[2] / "data" / "stories").glob("*.yml")
        for rule in yaml.safe_load(file.read_text(encoding="utf-8"))["rules"]
    ]
    name = next(steps[1]["action"] for steps in rules if steps[0]["intent"] == intent)
    return next(action for each in GuideAction.__subclasses__() if (action := each()).name() == name)


class Talk:
    """One conversation as the action server sees it: each message is given with what it was understood as."""

    def __init__(self, conversation: str = "web:1") -> None:
        self.conversation = conversation
        self.slots: dict[str, Any] = {"notice_given": True}
        self.events: list[dict[str, Any]] = []
        self.offered: list[dict[str, Any]] = []  # buttons of the last answer, with what each asks

    def say(self, text: str, intent: str, action: GuideAction | None = None, **more: Any) -> str:
        """What the guide says to it; entities are given as state="NV" and the like."""
        from rasa_sdk import Tracker
        from rasa_sdk.executor import CollectingDispatcher

        from understanding.text.questions import begins_asking

        message = {
            "text": text,
            "intent": {"name": intent, "confidence": 0.97},
            "entities": [{"entity": name, "value": value} for name, value in more.items() if isinstance(value, str)],
            "begins_asking": begins_asking(text),
            **{name: value for name, value in more.items() if not isinstance(value, str)},
        }
        self._happened("user", text)
        tracker = Tracker(self.conversation, self.slots, message, self.events, False, None, {}, "action_listen")
        said = CollectingDispatcher()
        for event in (action or _ruled(intent)).take_turn(said, tracker):
            self.slots[event["name"]] = event["value"]
        for answer in said.messages:
            self._happened("bot", answer["text"])
            self.offered = answer["answer"]["buttons"]
        return "\n\n".join(answer["text"] for answer in said.messages)

    def click(self, title: str) -> str:
        """The answer to a button of the last answer, found by how its title begins."""
        button = next(each for each in self.offered if each["title"].startswith(title))
        return self.say(button["title"], button["ask"]["intent"], ask=button["ask"])

    @property
    def titles(self) -> list[str]:
        return [button["title"] for button in self.offered]

    @property
    def form(self) -> str | None:
        """The form on its way."""
        return (self.slots.get("form") or {}).get("form")

    def ticket(self) -> Ticket | None:
        """The request that waits for an agent."""
        from bot.records.ticket_store import TicketStore

        return TicketStore().open_of(self.conversation)

    def _happened(self, event: str, text: str) -> None:
        self.events.append({"event": event, "text": text, "timestamp": float(len(self.events))})


@pytest.fixture
def make_talk() -> type[Talk]:
    """For a test that wants several talks; every action is imported, and with it who answers which question."""
    from bot.runtime.local_actions import LocalActions

    LocalActions()
    return Talk


@pytest.fixture
def talk(make_talk: type[Talk]) -> Talk:
    """A talk that has just begun."""
    return make_talk()

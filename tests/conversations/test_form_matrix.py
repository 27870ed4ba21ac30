"""Every step of both forms in every trade, against what is said there instead of an answer; and whole requests.

A conversation is led to each step once and continued from there once for everything that can be said.
"""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from actions.forms.asking import QUOTE, RECOMMENDATION
from actions.forms.filling import CONFIRM
from bot.ask import Guide, Turn
from knowledge.base import KnowledgeBase
from knowledge.build import DATABASE
from knowledge.named import ABOUT_THE_BUSINESS, CONTACT, EVERY_TRADE
from knowledge.schema import ProfileField

FormOf = Callable[[str], Awaitable[dict[str, Any]]]
SentOf = Callable[[str], dict[str, str] | None]

# How somebody of each trade says what they do; the last is one that the guide has no entry for.
TRADES = {
    "bpo": "bpo provider",
    "bpo_back_office": "back office outsourcing",
    "bpo_call_center": "outsourced call center",
    "bpo_finance_accounting": "accounting outsourcing",
    "bpo_hr": "hr outsourcer",
    "bpo_it": "it outsourcing",
    "call_center": "in-house call center",
    "cloud_provider": "cloud provider",
    "cybersecurity_firm": "cybersecurity firm",
    "help_desk": "help desk",
    "it_consultant": "it consultant",
    "msp": "msp",
    "software_developer": "software developer",
    "telemarketing": "telemarketing firm",
    "web_developer": "web designer",
    None: "falconry",
}
# What is answered to each question, and how it is told to the agent where that is not word for word.
ANSWERS: dict[str, str | tuple[str, str]] = {
    "headcount": ("a dozen", "12"),
    "state": ("reno", "Nevada"),
    "contracts": ("no contracts", "No, or no contracts"),
    "premises": ("leased office", "In an office we rent"),
    "records": ("about 3k", "3,000"),
    "client_money": ("no", "No"),
    "vehicles": ("nobody drives", "No, nobody drives"),
    "contractors": ("yes", "Yes"),
    "past_claims": ("never", "No"),
    "investors": ("no", "No"),
    "bonded_work": ("none of these", "None of these"),
    "benefit_plan": ("no", "No"),
    "services_call": "orders and some booking",
    "services_bpo": "data entry for hospitals, all of revenue",
    "services_it": "managed networks 80%, projects 20%",
    "call_volume": ("20 thousand", "20,000"),
    "revenue": ("1.2 to 1.5m", "$1,200,000 to $1,500,000"),
    "outbound_share": "about 80%, solar",
    "benefit_plans": "we only keep records",
    "client_access": "about 30 networks, full admin",
    "dialing_consent": "manual dialing, consent on paper",
    "records_held": "names and SSNs of about 20k people",
    "security_controls": "mfa, encryption, nightly backups",
    "subcontractors": "two in Manila, no certificates",
    "transaction_size": "$200, the largest 5k",
    "regulated_advice": "never",
    "client_industries": "retail and banks",
    "largest_contract": "300k, a hospital",
    "contracts_used": "yes, with a liability cap",
    "contract_requirements": "1M E&O and 2M GL",
    "recording": "yes, with a message first",
    "money_controls": "two people approve",
    "uptime": "99.9%",
    "backups": "only ours, tested monthly",
    "hosting": "a colo in Las Vegas",
    "testing": "peer review",
    "open_source": "yes, tracked",
    "home_workers": ("ten", "10"),
    "quality_process": "a second person checks",
    "training_qa": "two weeks, calls monitored",
    "states": "CA and NV, clients all over",
    "current_cover": "GL only, renewal in march",
    "limits_wanted": "1M/2M",
    "claims_history": "a client sued us in 2021, settled for 20k",
    "tools": ("yes", "Yes"),
    "goods_in_care": ("none of these", "None of these"),
    "alcohol": ("yes", "Yes"),
    "contractor_license": ("no", "No"),
    "advice": ("no", "No"),
    "food": ("yes", "Yes"),
    "name": ("my name is Dee Alvarez", "Dee Alvarez"),
    "reach": ("you can call 202-555-0142", "(202) 555-0142"),
}
STARTS = {QUOTE: "get me a quote", RECOMMENDATION: "which policies do we need?"}
DIGRESSIONS = {
    "what is a deductible?": ("answered", "ask_term"),
    "does general liability cover a data breach?": ("answered", "ask_coverage"),
    "talk to a person": ("handoff", "talk_to_agent"),
    "are you a bot?": ("chitchat", "bot_challenge"),
    "tell me a joke": ("out_of_scope", "out_of_scope"),
}

_numbers = itertools.count()


@pytest.fixture(scope="module")
def base() -> KnowledgeBase:
    return KnowledgeBase(DATABASE)


def answer(field: str, trade: str | None) -> str:
    said = TRADES[trade] if field == "industry" else ANSWERS[field]
    return said if isinstance(said, str) else said[0]


def shown(field: str, trade: str | None, base: KnowledgeBase) -> str:
    """How the answer is told to the agent."""
    if field == "industry":
        industry = base.industry(trade)
        return industry.name if industry else TRADES[trade]
    said = ANSWERS[field]
    return said if isinstance(said, str) else said[1]


def field_of(form: str, name: str, base: KnowledgeBase) -> ProfileField:
    asked = base.quote_fields() if form == QUOTE else []
    return next(each for each in [*asked, *base.profile_fields()] if each.id == name)


@dataclass(frozen=True)
class Step:
    """A conversation as it waits for one answer."""

    conversation: str
    form: str
    asks: str
    before: tuple[str, ...]  # fields asked so far, this one last
    values: Mapping[str, Any]
    last: Mapping[str, Any]  # the message that asks

    def question(self, base: KnowledgeBase) -> str:
        return (
            "This is what I would pass on:" if self.asks == CONFIRM else field_of(self.form, self.asks, base).question
        )


def branched(guide: Guide, conversation: str) -> str:
    """Another conversation in which the same was said so far."""
    branch = f"matrix:{next(_numbers)}"
    store = guide.agent.tracker_store.store
    store[branch] = store[conversation]
    return branch


async def steps(guide: Guide, form: str, trade: str | None, form_of: FormOf, more: bool = False) -> list[Step]:
    """Every step of a form as somebody of the trade walks through it.

    Args:
        more: with the rest of the checklist, too.
    """
    conversation = f"matrix:{next(_numbers)}"
    turn = await guide.say(STARTS[form], conversation)
    found: list[Step] = []
    while (kept := await form_of(conversation)).get("form"):
        asks = kept["asking"]
        assert all(asks != step.asks for step in found), f"{asks} is asked again after {answer(asks, trade)!r}"
        at = branched(guide, conversation)
        found.append(Step(at, form, asks, tuple(kept["asked"]), kept["values"], turn.messages[-1]))
        if asks == CONFIRM and not more:
            break
        more = more and asks != CONFIRM
        turn = await guide.say("tell more first" if asks == CONFIRM else answer(asks, trade), conversation)
        if asks == CONFIRM:
            found.pop()
    return found


async def asks_again(turn: Turn, step: Step, kept: Mapping[str, Any], base: KnowledgeBase) -> list[str]:
    """Where the form does not go on where it was, with all that it knew."""
    last, wrong = turn.messages[-1], []
    # Asked once more it begins small, and what is passed on has another heading.
    asked = "- Business: " if step.asks == CONFIRM else step.question(base)[1:]
    if asked not in last["text"] or last["answer"]["progress"] != step.last["answer"]["progress"]:
        wrong.append(f"does not ask again: {last['text']!r}")
    if last["buttons"] != step.last["buttons"]:
        wrong.append(f"without its buttons: {last['buttons']}")
    if (kept.get("asking"), kept.get("values")) != (step.asks, step.values):
        wrong.append(f"asks {kept.get('asking')}, knows {kept.get('values')}")
    if any(message["buttons"] for message in turn.messages[:-1]):
        wrong.append("shows the buttons of two answers")
    return wrong


Probe = Callable[[Step, Turn, Mapping[str, Any], dict[str, str] | None, KnowledgeBase], Awaitable[list[str]]]


def is_answered(turn: Turn, status: str, intent: str) -> list[str]:
    first = turn.messages[0]["answer"]
    right = (first["status"], first["intent"]) == (status, intent)
    return [] if right else [f"{first['status']} {first['intent']}, not {status} {intent}"]


async def on_term(step: Step, turn: Turn, kept: Mapping[str, Any], sent: Any, base: KnowledgeBase) -> list[str]:
    return is_answered(turn, "answered", "ask_term") + await asks_again(turn, step, kept, base)


async def on_cover(step: Step, turn: Turn, kept: Mapping[str, Any], sent: Any, base: KnowledgeBase) -> list[str]:
    verdict = turn.messages[0]["answer"]["verdict"]
    wrong = [] if verdict == "no" else [f"the verdict is {verdict}"]
    return wrong + is_answered(turn, "answered", "ask_coverage") + await asks_again(turn, step, kept, base)


async def on_agent(step: Step, turn: Turn, kept: Mapping[str, Any], sent: Any, base: KnowledgeBase) -> list[str]:
    known = {value["shown"] for value in step.values.values() if value["shown"]}
    wrong = [] if set((sent or {}).values()) == known else [f"the agent has {sent}"]
    return wrong + is_answered(turn, "handoff", "talk_to_agent") + await asks_again(turn, step, kept, base)


async def on_cancel(step: Step, turn: Turn, kept: Mapping[str, Any], sent: Any, base: KnowledgeBase) -> list[str]:
    wrong = [] if sent is None and kept["form"] is None else [f"the agent has {sent}, the form is {kept['form']}"]
    return wrong + is_answered(turn, "chitchat", "cancel")


async def on_nonsense(step: Step, turn: Turn, kept: Mapping[str, Any], sent: Any, base: KnowledgeBase) -> list[str]:
    wrong = await asks_again(turn, step, kept, base)
    if step.asks == CONFIRM:
        return wrong + is_answered(turn, "fallback", "unreadable")
    says_why = not turn.messages[-1]["text"].startswith(step.question(base))
    return wrong if says_why else [*wrong, "does not say what is wrong with it"]


async def on_why(step: Step, turn: Turn, kept: Mapping[str, Any], sent: Any, base: KnowledgeBase) -> list[str]:
    why = "An agent needs this" if step.asks == CONFIRM else field_of(step.form, step.asks, base).why
    wrong = [] if why in turn.messages[-1]["text"] else [f"does not say why: {turn.messages[-1]['text']!r}"]
    return wrong + await asks_again(turn, step, kept, base)


async def on_skip(step: Step, turn: Turn, kept: Mapping[str, Any], sent: Any, base: KnowledgeBase) -> list[str]:
    if step.asks == CONFIRM or step.asks in CONTACT:
        return await asks_again(turn, step, kept, base)
    left_out = {**step.values, step.asks: {"value": None, "shown": ""}}
    moved = kept["asking"] != step.asks and kept["values"] == left_out
    return [] if moved else [f"asks {kept['asking']}, knows {kept['values']}"]


async def on_back(step: Step, turn: Turn, kept: Mapping[str, Any], sent: Any, base: KnowledgeBase) -> list[str]:
    before = step.before if step.asks == CONFIRM else step.before[:-1]
    wanted = before[-1] if before else step.asks
    right = kept["asking"] == wanted and kept["values"] == step.values
    return [] if right else [f"asks {kept['asking']}, not {wanted}, and knows {kept['values']}"]


PROBES: dict[str, Probe] = {
    "what is a deductible?": on_term,
    "does general liability cover a data breach?": on_cover,
    "talk to a person": on_agent,
    "cancel": on_cancel,
    "🙂": on_nonsense,
    "why do you ask?": on_why,
    "skip": on_skip,
    "back": on_back,
}


def probes(step: Step, number: int, trade: str | None, base: KnowledgeBase) -> list[tuple[str, Probe]]:
    """All of them, but for questions of the longer checklist that another trade is asked, too: there one is enough."""
    asked_of = [each for each in map(base.industry, TRADES) if each and step.asks in each.checklist]
    short = {"claims_history", *ABOUT_THE_BUSINESS, *CONTACT, *EVERY_TRADE, CONFIRM}
    every = list(PROBES.items())
    if step.form == RECOMMENDATION or step.asks in short or trade is None or asked_of[0].id == trade or number < 5:
        return every
    return [every[number % len(every)]]


@pytest.mark.parametrize("trade", TRADES)
@pytest.mark.parametrize("form", STARTS)
async def test_every_step_stands_whatever_is_said_there(
    form: str, trade: str | None, guide: Guide, form_of: FormOf, sent_of: SentOf, base: KnowledgeBase
) -> None:
    wrong = []
    walked = await steps(guide, form, trade, form_of, more=form == QUOTE)
    for number, step in enumerate(walked):
        for said, probe in probes(step, number, trade, base):
            branch = branched(guide, step.conversation)
            turn = await guide.say(said, branch)
            faults = await probe(step, turn, await form_of(branch), sent_of(branch), base)
            wrong += [f"{step.asks}, {said!r}: {fault}" for fault in faults]
    assert len(walked) >= (9 if form == QUOTE else 7)
    assert not wrong, "\n".join(["", *wrong])


# Whole requests


async def completed(
    guide: Guide, start: Step, trade: str | None, digression: str, correct_at: str, form_of: FormOf, sent_of: SentOf
) -> tuple[list[str], dict[str, str] | None]:
    """A digression at a step, a correction at another and the answers to all; what went wrong, and what was sent."""
    conversation = branched(guide, start.conversation)
    first = (await guide.say(digression, conversation)).messages[0]["answer"]
    # Where a name is asked for, a wish that is no name may as well be taken for a bad answer, and asked about.
    fits = (first["status"], first["intent"]) in (DIGRESSIONS[digression], ("flow", "get_quote"))
    wrong = [] if fits else [f"{digression!r}: {first['intent']}"]
    if sent_of(conversation) is not None and digression != "talk to a person":
        wrong.append("something is sent before it is confirmed")
    corrected = False
    for _ in range(15):
        asks = (await form_of(conversation)).get("asking")
        if asks is None:
            break
        if not corrected and asks in (correct_at, CONFIRM):
            await guide.say("change the number of employees to 15", conversation)
            corrected = True
        else:
            await guide.say("yes, send it" if asks == CONFIRM else answer(asks, trade), conversation)
    return wrong, sent_of(conversation)


@pytest.mark.parametrize("trade", TRADES)
async def test_a_quote_request_is_completed_after_a_digression_anywhere_and_a_correction(
    trade: str | None, guide: Guide, form_of: FormOf, sent_of: SentOf, base: KnowledgeBase
) -> None:
    """Several facts in one message, one digression at one of the steps, one correction: the agent has it right."""
    conversation = f"matrix:{next(_numbers)}"
    turn = await guide.say("quote please", conversation)
    walked: list[Step] = []
    for _ in range(12):
        kept = await form_of(conversation)
        at = branched(guide, conversation)
        walked.append(Step(at, QUOTE, kept["asking"], tuple(kept["asked"]), kept["values"], turn.messages[-1]))
        if kept["asking"] == CONFIRM:
            break
        several = f"{TRADES[trade]}, 12 people in Reno"
        turn = await guide.say(several if len(walked) == 1 else answer(kept["asking"], trade), conversation)
    asked = [step.asks for step in walked]
    assert asked[0] == "industry" and asked[-1] == CONFIRM and not {"headcount", "state"} & set(asked)
    wanted = {field_of(QUOTE, name, base).label: shown(name, trade, base) for name in asked[:-1]}
    wanted |= {"Employees": "15", "State": "Nevada"}
    done, wrong = 0, []
    for number, step in enumerate(walked):
        digression = list(DIGRESSIONS)[number % len(DIGRESSIONS)]
        correct_at = CONFIRM if number % 2 else "name"
        faults, sent = await completed(guide, step, trade, digression, correct_at, form_of, sent_of)
        if sent != wanted:
            faults.append(f"the agent has {sent}, not {wanted}")
        done += not faults
        wrong += [f"{step.asks}, {digression!r}: {fault}" for fault in faults]
    assert done == len(walked), "\n".join([f"{done} of {len(walked)} were completed", *wrong])


# From the first message to the last, as different people write them.
REQUESTS = """
get me a quote | call center | around 40 | nevada | inbound support for retailers | 20k | nope | Dee Alvarez | dee@example.com | yes
need a quote for our msp, 12 techs in reno | managed networks | 2.3 mil | none | Sam Ortiz | sam@ortiz.example | looks good
quote | help desk | just me | oregon | tickets for schools | 1500 | no | Joe | 202-555-0142 | send it
I'd like a quote for E&O | software shop in Austin, 9 developers | apps for banks | 1.2m | never | Ana Ruiz | ana@apps.example | yep
can you quote my business | a cleaning company, 5 people in Reno | 300 grand | landlord wants 1m GL | clean | Marta | marta@clean.example | ok
get me a price please, 40 people | bpo | california | data entry for clinics | 5 million | one in 2022, settled | Lee | lee@bpo.example | yes
quote please | telemarketing, 20 people, phoenix | outbound sales, solar | 80k | two complaints | Lou | 602 555 0142 | yes
get me a quote | {button 4} | 7 | 89501 | backup and monitoring | 950000 | no | Priya | priya@nair.example | {button 1}
i want a quote | skip | 5 | tx | skip | skip | no | Jo | jo@x.example | yes
hi, quote for a web agency pls | me and 2 freelancers | portland, oregon | wordpress sites | 250k | no | Al | al@web.example | all good
Quote for payroll company, 14 employees in Fresno | payroll 100% | 900k | nope | Kim Tran | kim@payroll.example | yes please
we need a quote. 25 people, Sacramento | outsourced call center | support and booking | 60k calls | none | Rosa | rosa@calls.example | correct
start a quote | cybersecurity firm | 8 | virginia | pen tests | 1.5m | no | Max | max@sec.example | go ahead
get a quote | it outsourcing | between 50 and 60 | ohio | support desks 70%, projects 30% | around 4 mil | no | Jim | 202 555 0142 | yes
quote pls | hr outsourcer | what is EPLI? | 18 | utah | payroll and benefits | 1.1m | no | Sue | sue@hr.example | yes
need insurance quote for my hosting company, 6 people in Boise | servers and email | 800k | why do you ask? | no | Ed | ed@host.example | yes
quote me | IT consultant | 1 | NY | erp projects | 180k | no | Vera | vera@erp.example | change the state to NJ | yes
I need a quote | back office, 30 people | FL | claims data entry | about 10 mil | no | Tom | tom@office.example | yes
let's do a quote | accounting outsourcing | 16 | actually 17 | Illinois | bookkeeping | half a million | none | Eve | eve@books.example | yes, send it
quote for my call center please, we are 80 seats in Tampa | orders | 120,000 a month | no | Ben | ben@orders.example | sure
request a quote | msp | 4 | las vegas | networks and backups | 600k | a laptop was stolen in 2023, paid by us | Gil | gil@msp.example | yes
can I get a quote | software developer | 3 | WA | mobile apps | does cyber cover ransomware? | 400k | no | Ivy | ivy@apps.example | submit
""".strip().splitlines()  # noqa: E501
MOST_QUESTIONS = 9  # of a median request


async def test_a_median_quote_request_needs_few_questions(guide: Guide, form_of: FormOf, sent_of: SentOf) -> None:
    questions, unsent = [], []
    for number, request in enumerate(REQUESTS):
        conversation, buttons, asked = f"request:{number}", [], set()
        for said in request.split(" | "):
            chosen = said.removeprefix("{button ").removesuffix("}")
            turn = await guide.say(buttons[int(chosen) - 1] if chosen != said else said, conversation)
            buttons = turn.as_result()["buttons"]
            asked.add((await form_of(conversation)).get("asking"))
        if not {"Name", "Contact"} <= (sent_of(conversation) or {}).keys():
            unsent.append(f"{request}: {asked}")
        questions.append(len(asked - {None}))
    assert len(REQUESTS) >= 20 and not unsent, "\n".join(["", *unsent])
    assert statistics.median(questions) <= MOST_QUESTIONS, sorted(questions)

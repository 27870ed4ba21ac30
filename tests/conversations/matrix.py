"""Which move of a visitor is tried in which situation, counted over the conversations.

``make matrix`` writes the counts into docs/conversation.md; a test keeps them true.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from scenario import Result, Scenario, read

PAGE = Path(__file__).parents[2] / "docs" / "conversation.md"
HEAD = "| Move |"

MOVES = (
    # Asks
    "asks a question",
    "asks two things at once",
    "tells a story",
    "names a policy alone",
    "compares",
    "misspells",
    "names what nobody sells",
    "asks of something else",
    "writes what cannot be read",
    # Follows up
    "asks the same of another policy",
    "asks the same of another incident",
    "changes the case",
    "asks for a detail",
    "asks why",
    "asks what pays",
    "asks what is left out",
    "asks for the price",
    "asks how to pay less",
    "asks how much of it",
    "asks who needs it",
    "asks for the law",
    "asks for the risks",
    "asks for an example",
    "asks for a word",
    "asks for the next step",
    "changes the subject",
    "goes back to a subject",
    "follows up on nothing",
    # Says something of the answer
    "asks for more",
    "asks to hear it again",
    "asks for plain words",
    "asks for the source",
    "doubts the answer",
    "says that was not asked",
    "complains",
    "mocks",
    # Chooses
    "refers to what was listed",
    "chooses what was offered",
    "says yes to an offer",
    "says no to an offer",
    "says yes or no to nothing",
    # Puts right, takes back
    "corrects the policy",
    "corrects the incident",
    "corrects the question",
    "corrects the trade",
    "cancels",
    "starts over",
    # Tells of the business
    "states a fact",
    "supposes something",
    "relies on a fact told before",
    "asks what is known of them",
    # In a form
    "answers a form step by step",
    "answers several questions at once",
    "answers by button and number",
    "answers with what cannot be",
    "writes a number in another way",
    "names a trade without a page",
    "gives contact",
    "corrects a value",
    "leaves questions out",
    "goes back in a form",
    "asks why a form asks",
    "does not understand the form",
    "digresses in a form",
    "tells more than is asked",
    "has second thoughts",
    "comes back to a form",
    # Wants what only a person may give
    "asks to bind",
    "asks for a promise",
    "asks for legal advice",
    "asks for tax advice",
    "asks for medical advice",
    "reports what happened",
    "presses the point",
    "asks for a person",
    "asks to be forgotten",
    "writes another language",
    # Talks
    "makes small talk",
    "asks who is speaking",
)


def _is(statuses: str, *intents: str) -> Callable[[Result], bool]:
    """Whether a result has one of the statuses and, where any are named, one of the intents."""
    return lambda result: result["status"] in statuses.split("|") and (not intents or result["intent"] in intents)


# Situation -> what an earlier answer of the conversation was; None for none.
SITUATIONS: dict[str, Callable[[Result], bool] | None] = {
    "fresh": None,
    "after a verdict": lambda result: bool(result["verdict"]) or _is("answered", "ask_coverage")(result),
    "after what covers it": _is("answered", "ask_what_covers"),
    "after an overview": _is("answered", "ask_policy"),
    "after exclusions": _is("answered", "ask_exclusions"),
    "after a price": _is("answered", "ask_cost", "ask_cost_factors", "ask_lower_cost"),
    "after limits": _is("answered", "ask_limits"),
    "after a term": _is("answered", "ask_term"),
    "after the law": _is("answered", "ask_regulation"),
    "after proof": _is("answered", "ask_proof"),
    "after a comparison": _is("answered", "ask_compare"),
    "after how they stand": _is("answered", "ask_included"),
    "after a list of policies": _is("answered", "ask_recommendation"),
    "after guidance": _is("answered", "ask_need", "ask_scenario", "ask_risks", "ask_how_to_buy", "get_quote"),
    "inside the recommendation": lambda result: result["form"].get("form") == "recommendation",
    "inside the quote": lambda result: result["form"].get("form") == "quote",
    "at the summary": lambda result: result["form"].get("asking") == "confirm",
    "after a miss": _is("fallback|clarify|out_of_scope"),
    "after a claim": _is("handoff", "report_claim"),
    "after a decline": _is(
        "handoff", "ask_to_bind", "ask_guarantee", "ask_legal_advice", "ask_tax_advice", "ask_medical_advice"
    ),
    "after a handoff": _is("handoff", "talk_to_agent", "complain", "other_language"),
    "after small talk": _is("chitchat"),
    "after a fresh start": _is("chitchat", "restart", "cancel"),
}


def reached(situation: str, results: list[Result]) -> bool:
    """Whether a turn before the last brought the situation about."""
    brings = SITUATIONS[situation]
    return brings is None or any(map(brings, results[:-1]))


def table(scenarios: Iterable[Scenario]) -> str:
    """Move by situation, in their order: how many conversations; a move or a situation without any is left out."""
    counts = Counter((each.move, each.situation) for each in scenarios)
    columns = [each for each in SITUATIONS if any(situation == each for _, situation in counts)]
    rows = [[move, *(str(counts[move, each] or "") for each in columns)] for move in MOVES]
    rows = [[*row, str(sum(map(int, filter(None, row[1:]))))] for row in rows if any(row[1:])]
    total = ["**all**", *(str(sum(counts[move, each] for move in MOVES)) for each in columns), str(counts.total())]
    lines = [["Move", *map(_short, columns), "all"], ["-", *["-:"] * (len(columns) + 1)], *rows, total]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _short(situation: str) -> str:
    """ "after an overview" as the head of a column: "overview"."""
    words = [word for word in situation.split() if word not in ("after", "at", "inside", "the", "a", "an")]
    return " ".join(words)


def with_table(text: str, new: str) -> str:
    """The page with the table in place of the one it has."""
    before, _, rest = text.partition(HEAD)
    _, _, after = rest.partition("\n\n")
    return f"{before}{new}\n\n{after}".rstrip() + "\n"


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8"), table(read())), encoding="utf-8")

"""What to do about a message: answer, show what comes closest, ask which incident, or say it is not ours.

One place, by expected cost.  The chances are calibrated; the costs are the only numbers set by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from math import prod

SOMETHING_ELSE = 1.0  # an answer to another question than the one asked
# The closest shown, or asked back. More than half: labels name four of the entries that answer at most, so a chance is
# on the low side (on labelled messages nobody learnt from, what is given a chance of 0.37 is right for 0.45).
DEFLECTION = 0.7
WRONG_VERDICT = 20.0  # a yes or a no that is not so
# Told that it is none of ours, though it is: twice the closest, so that nobody is sent away whose message is likelier
# ours than not.  Of labelled messages nobody learnt from, 9 of 835 of ours are refused so; 16 at a cost of 1.0, which
# refuses 5 of 165 others more.
REFUSED = 1.4
LOSS_REFUSED = 4.0  # and more where a loss was told: a deadline may be running
# Of wrong answers that are given, the share whose yes or no contradicts the right one: 1 of 82 on labelled messages
# that nobody learnt from, 3 of 50 in the behaviour tests.
VERDICT_AT_STAKE = 0.02
SHOWN = 3  # of the closest
REASONS_ONLY = 0.25  # the right answer without the yes or no that it could have said


class Do(str, Enum):
    """The ways to treat a message."""

    ANSWER = "answer"
    CLOSEST = "closest"
    REFUSE = "refuse"


@dataclass(frozen=True)
class Decision:
    """What is done, and about which targets."""

    do: Do
    targets: tuple[str, ...]
    chance: float


def decide(ranked: Sequence[tuple[str, float]], outside: float, happened: float = 0.0) -> Decision:
    """The cheapest way.

    Args:
        ranked: targets with the chance that each answers the message, likeliest first.
        outside: chance that the message is outside the guide's business.
        happened: chance that it tells of a loss.
    """
    best, chance = ranked[0] if ranked else ("", 0.0)
    answered = min(chance, 1 - outside)  # no answer is right to what is none of ours, however near it comes
    costs = {
        Do.ANSWER: SOMETHING_ELSE * (1 - answered),
        Do.CLOSEST: DEFLECTION,
        Do.REFUSE: (REFUSED + LOSS_REFUSED * happened) * (1 - outside),
    }
    do = min(costs, key=lambda each: costs[each])
    targets = tuple(target for target, _ in ranked[:SHOWN]) if do is Do.CLOSEST else (best,)
    return Decision(do, targets, chance)


def verdict_is_worth_it(chances: Sequence[float], otherwise: Sequence[float] = ()) -> bool:
    """Whether saying yes or no costs less than leaving it out.

    Args:
        chances: of the targets that say the same yes or no to be the ones meant: any of them makes it right.
        otherwise: of those that say another.  The two together are no more than one.
    """
    chance, against = (1 - prod(1 - each for each in said) for said in (chances, otherwise))
    chance /= max(1.0, chance + against)
    return (1 - chance) * VERDICT_AT_STAKE * WRONG_VERDICT <= chance * REASONS_ONLY

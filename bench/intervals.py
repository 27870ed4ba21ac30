"""How far a measured figure may be from the true one: 95 % intervals. Pure."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import TypeVar

from bench.figures import percentile

Z = 1.959964  # of the normal distribution, for 95 %
DRAWS = 1000
T = TypeVar("T")


@dataclass(frozen=True)
class Share:
    """A share of counted things with its 95 % interval, by Wilson's score; 0 to 1.

    Of nothing it is 0, and may be anything.
    """

    hits: int
    total: int

    @property
    def value(self) -> float:
        return self.hits / self.total if self.total else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        if not self.total:
            return 0.0, 1.0
        n, p = self.total, self.value
        middle, spread = p + Z * Z / (2 * n), Z * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
        low, high = (middle - spread) / (1 + Z * Z / n), (middle + spread) / (1 + Z * Z / n)
        return max(0.0, min(low, p)), min(1.0, max(high, p))  # at none and at all, rounding is kept out

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.value:.1%} ({low:.0%}-{high:.0%})" if self.total else "-"


def bootstrap(values: Sequence[T], statistic: Callable[[Sequence[T]], float]) -> tuple[float, float]:
    """The 95 % interval of a statistic, from drawing the values anew; the same values give the same interval.

    Raises:
        ValueError: there are no values.
    """
    if not values:
        raise ValueError("no values to draw from")
    drawn = random.Random(7)
    found = [statistic(drawn.choices(values, k=len(values))) for _ in range(DRAWS)]
    return percentile(found, 2.5), percentile(found, 97.5)

"""From measured seconds to figures, ratios, a table and JSON. Nothing here measures or waits."""

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

# Both windows of the long conversation. Turn 1 stays outside: it also pays for opening the session.
GROWTH_WINDOW = 20
MIN_TURNS = 1 + 2 * GROWTH_WINDOW


def percentile(values: Sequence[float], percent: float) -> float:
    """The value below which `percent` (0-100) of `values` lie, interpolated; same unit as `values`."""
    if not values:
        raise ValueError("no values to take a percentile of")
    if not 0 <= percent <= 100:
        raise ValueError(f"{percent} is not a percentage")
    ordered = sorted(values)
    place = (len(ordered) - 1) * percent / 100
    below = math.floor(place)
    above = math.ceil(place)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def ratio(guide: float, stock: float) -> float:
    """`guide` over `stock`, both in the same unit."""
    if stock <= 0:
        raise ValueError(f"stock measured {stock}: nothing can be compared with it")
    return guide / stock


@dataclass(frozen=True)
class Growth:
    """How one conversation slows down: medians in seconds of turns 2-21 and of the last 20 turns."""

    first_s: float
    last_s: float

    @property
    def factor(self) -> float:
        """Last over first: 1.0 is a conversation that does not slow down."""
        return ratio(self.last_s, self.first_s)


def growth(turns: Sequence[float]) -> Growth:
    """The growth of a conversation from the seconds each of its turns took, in order."""
    if len(turns) < MIN_TURNS:
        raise ValueError(f"{len(turns)} turns: at least {MIN_TURNS} are needed, or both windows overlap")
    return Growth(
        first_s=statistics.median(turns[1 : 1 + GROWTH_WINDOW]),
        last_s=statistics.median(turns[-GROWTH_WINDOW:]),
    )


@dataclass(frozen=True)
class Figures:
    """What was measured on one side: times in seconds (`_s`) or milliseconds (`_ms`)."""

    train_s: float
    listening_s: float
    first_answer_s: float
    ready_s: float
    p50_alone_ms: float
    p95_alone_ms: float
    messages_per_s: float
    p95_crowd_ms: float
    turn_first_ms: float
    turn_last_ms: float
    growth: float
    memory_mb: float
    messages: int
    # Turns that came back without a word: a side that says nothing is fast for the wrong reason.
    silent: int


def ratios(guide: Figures, stock: Figures, init_train_s: float | None = None) -> dict[str, float]:
    """Guide over stock. Below 1 is better for the guide, except `throughput_40`, where above 1 is.

    `turn300_over_turn1` is the guide's own growth factor; stock's stands in its figures. The names keep the
    default 40 visitors and 300 turns whatever the settings were: readers look them up by name.
    """
    found = {
        "train": ratio(guide.train_s, stock.train_s),
        "ready": ratio(guide.ready_s, stock.ready_s),
        "p50_alone": ratio(guide.p50_alone_ms, stock.p50_alone_ms),
        "throughput_40": ratio(guide.messages_per_s, stock.messages_per_s),
        "p95_40": ratio(guide.p95_crowd_ms, stock.p95_crowd_ms),
        "turn300_over_turn1": guide.growth,
        "rss": ratio(guide.memory_mb, stock.memory_mb),
    }
    if init_train_s is not None:
        found["train_over_init"] = ratio(guide.train_s, init_train_s)
    return found


def report(
    settings: Mapping[str, Any],
    machine: Mapping[str, Any],
    guide: Figures,
    stock: Figures,
    init_train_s: float | None = None,
) -> dict[str, Any]:
    """Everything about one run as a JSON object; three decimals, finer is noise."""
    extra: dict[str, Any] = {} if init_train_s is None else {"init": {"train_s": init_train_s}}
    whole = {
        "settings": dict(settings),
        "machine": dict(machine),
        "figures": {"guide": asdict(guide), "stock": asdict(stock), **extra},
        "ratios": ratios(guide, stock, init_train_s),
    }
    rounded: dict[str, Any] = _rounded(whole)
    return rounded


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 3)
    if isinstance(value, dict):
        return {name: _rounded(each) for name, each in value.items()}
    return value


# What the table shows: title with unit, how a side's value is read, decimals.
_ROWS: tuple[tuple[str, Callable[[Figures], float], int], ...] = (
    ("training, s", lambda side: side.train_s, 1),
    ("start: listening, s", lambda side: side.listening_s, 1),
    ("start: first answer, s", lambda side: side.first_answer_s, 1),
    ("one visitor: p50, ms", lambda side: side.p50_alone_ms, 1),
    ("one visitor: p95, ms", lambda side: side.p95_alone_ms, 1),
    ("{visitors} visitors: messages/s", lambda side: side.messages_per_s, 1),
    ("{visitors} visitors: p95, ms", lambda side: side.p95_crowd_ms, 1),
    ("turns 2-21, median ms", lambda side: side.turn_first_ms, 1),
    ("last 20 of {turns} turns, median ms", lambda side: side.turn_last_ms, 1),
    ("growth over {turns} turns, x", lambda side: side.growth, 2),
    ("memory after all this, MB", lambda side: side.memory_mb, 0),
    ("turns without an answer", lambda side: side.silent, 0),
)


def table(settings: Mapping[str, Any], guide: Figures, stock: Figures) -> str:
    """Both sides beside each other, one figure a line, guide over stock at the end."""
    lines = [("", "guide", "stock", "guide/stock")]
    for title, read, decimals in _ROWS:
        ours, theirs = read(guide), read(stock)
        over = f"{ours / theirs:.2f}" if theirs else "-"
        lines.append((title.format_map(settings), f"{ours:.{decimals}f}", f"{theirs:.{decimals}f}", over))
    widths = [max(len(line[column]) for line in lines) for column in range(4)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )

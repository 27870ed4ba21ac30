"""Why a message is read as it is: for the person who keeps the knowledge."""

from __future__ import annotations

import numpy as np

from understanding.features import FEATURES
from understanding.learning.arrays import Floats
from understanding.ranker import Ranker
from understanding.reader import Reading

SHOWN, TELLING = 5, 4


def telling_features(ranker: Ranker, found: Floats, fused: Floats, first: int, other: int) -> list[tuple[str, float]]:
    """What speaks for one candidate against another: how much of its lead each feature carries, largest first.

    Each feature of the first is set to that of the other, and the lead (difference of the log chances) measured anew.
    """

    def lead(features: Floats) -> float:
        shares = np.log(np.maximum(ranker.chances(features, fused), 1e-9))
        return float(shares[first] - shares[other])

    whole = lead(found)
    carried = []
    for column in np.flatnonzero(found[first] != found[other]):
        changed = found.copy()
        changed[first, column] = found[other, column]
        carried.append((FEATURES[column], whole - lead(changed)))
    return sorted(carried, key=lambda pair: -abs(pair[1]))[:TELLING]


def told(reading: Reading, names: list[str], found: Floats, fused: Floats, ranker: Ranker) -> list[str]:
    """The reading as lines: links, chances of the kinds of message, candidates, and what decided."""
    heard = reading.heard
    links = "; ".join(f"{kind}: {', '.join(ids)}" for kind, ids in heard.links.items()) or "nothing"
    lines = [
        f"Read as: {heard.text}",
        f"Linked: {links}" + (f"; held: {', '.join(heard.held)}" if heard.held else ""),
        f"Outside the guide's business: {reading.outside:.0%}. Has happened: {reading.happened:.0%}. "
        f"Asks whether it is covered: {reading.cover:.0%}, left out: {reading.excluded:.0%}.",
        "",
    ]
    ranked = reading.ranked[:SHOWN]
    first = names.index(ranked[0][0])
    for place, (name, chance) in enumerate(ranked, 1):
        lines.append(f"{place}. {name}  {chance:.0%}")
        if place > 1:
            telling = telling_features(ranker, found, fused, first, names.index(name))
            lines.append("   behind by " + ", ".join(f"{feature} {share:+.2f}" for feature, share in telling))
    return lines

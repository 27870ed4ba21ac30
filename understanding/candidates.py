"""Which targets a message may mean: the nearest by meaning, by words, by name and by what was talked about, fused."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from understanding.features import Heard
from understanding.index import Nearness
from understanding.learning.arrays import Floats
from understanding.targets import FACET_OF, Target, facet, intent_id

MOST = 32
LOOKED_AT = 14  # of each way of finding
LIKELY_INTENTS = 4
SMOOTH = 20.0  # of reciprocal-rank fusion (Cormack, Clarke and Büttcher 2009, there 60)


def candidates(heard: Heard, ids: Sequence[str], targets: Mapping[str, Target]) -> tuple[list[str], Floats]:
    """Target ids a message may mean, best first, and their fused score.

    Args:
        ids: the index's targets, in its order.
        targets: every target by id.
    """
    ways: list[Iterable[str]] = [_nearest(heard.meaning, ids), _nearest(heard.bare, ids), _by_words(heard)]
    ways += [_nearest(near, ids) for near in (heard.part, heard.in_context, heard.on_subject) if near is not None]
    intents = sorted(heard.intents, key=lambda name: -heard.intents[name])[:LIKELY_INTENTS]
    ways += [_named(heard), _facets(heard, intents), _framed(heard, intents), map(intent_id, intents)]
    # Whether a message is outside is decided apart, on its own evidence: no such target competes with answers.
    inside = {name for name, target in targets.items() if target.intent != "out_of_scope"}
    fused: defaultdict[str, float] = defaultdict(float)
    for way in ways:
        for place, target in enumerate(dict.fromkeys(each for each in way if each in inside)):
            fused[target] += 1.0 / (SMOOTH + place)
    best = sorted(fused, key=lambda target: -fused[target])[:MOST]
    return best, np.array([fused[target] for target in best], dtype=np.float32)


def _nearest(nearness: Nearness, ids: Sequence[str]) -> list[str]:
    score = nearness.mean
    top = np.argpartition(-score, min(LOOKED_AT, len(score) - 1))[:LOOKED_AT]
    return [ids[i] for i in top[np.argsort(-score[top])]]


def _by_words(heard: Heard) -> list[str]:
    ranked = sorted(heard.shared, key=lambda entry: -heard.shared[entry])[:LOOKED_AT]
    return [each for entry in ranked for each in (entry, facet(entry, "what"))]


def _named(heard: Heard) -> list[str]:
    """Entries whose name stands in the message."""
    entries = [entry for kind, found in heard.links.items() if kind not in ("policy", "state") for entry in found]
    return [*entries, *(facet(policy, "what") for policy in heard.policies)]


def _facets(heard: Heard, intents: Sequence[str]) -> list[str]:
    """What may be asked of the policies named: the likeliest facets of each."""
    asked = [FACET_OF[intent] for intent in intents if intent in FACET_OF]
    return [facet(policy, of) for of in asked for policy in heard.policies[:3]]


def _framed(heard: Heard, intents: Sequence[str]) -> list[str]:
    """What the last answer makes of a message: the same again, of another policy, or another facet of its policy."""
    frame = heard.frame
    if frame is None or not frame.target:
        return []
    asked = [FACET_OF[intent] for intent in (*intents, frame.intent) if intent in FACET_OF]
    policies = heard.policies or frame.policies[:2]
    found = [facet(policy, of) for of in asked for policy in policies]
    return [*found, frame.target, *([frame.exposure] if frame.exposure else []), *frame.shown, *frame.earlier[:3]]

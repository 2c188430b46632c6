"""One ranking from several: by meaning per text field, and by words."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Leg:
    """One ranking: the score of each id that it found, and how much it counts."""

    scores: Mapping[str, float]
    weight: float


def fuse(legs: Sequence[Leg], *, limit: int) -> list[str]:
    """Return the ids with the largest fused scores, best first; ties go to the smaller id.

    The scores of a leg become z-scores over everything that any leg found; what it did not find
    counts as its lowest. The fused score is the weighted sum (Bruch et al., TOIS 2023,
    doi:10.1145/3596512, find this above reciprocal ranks).
    """
    union = sorted({identity for leg in legs for identity in leg.scores})
    totals = dict.fromkeys(union, 0.0)
    for leg in legs:
        for identity, value in zip(union, _standardised(leg.scores, union), strict=True):
            totals[identity] += leg.weight * value
    return sorted(union, key=lambda identity: (-totals[identity], identity))[:limit]


def _standardised(scores: Mapping[str, float], union: Sequence[str]) -> list[float]:
    if not scores:
        return [0.0] * len(union)
    lowest = min(scores.values())
    values = [scores.get(identity, lowest) for identity in union]
    mean = math.fsum(values) / len(values)
    deviation = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / len(values))
    if deviation == 0.0:
        return [0.0] * len(union)
    return [(value - mean) / deviation for value in values]

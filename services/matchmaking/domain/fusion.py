"""One ranking from several: by meaning per text field, and by words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from libs.kernel.scores import standardised


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
        for identity, value in standardised(leg.scores, union).items():
            totals[identity] += leg.weight * value
    return sorted(union, key=lambda identity: (-totals[identity], identity))[:limit]

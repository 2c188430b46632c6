"""Fusing the two legs of a search: our own code, the same for every engine."""

import math
from collections.abc import Callable, Mapping, Sequence

Scored = tuple[str, float]

SAME_LANGUAGE_DENSE = 0.5
OTHER_LANGUAGE_DENSE = 0.8
"""How much meaning counts against words: words say little about a text in another language."""


def fuse(
    lexical: Mapping[str, float],
    dense: Mapping[str, float],
    *,
    dense_weight: Callable[[str], float],
) -> list[Scored]:
    """Return every document of either leg with its fused score, best first, ties to the smaller id.

    Each leg's scores become z-scores over the union of both; a document that a leg did not return
    counts as that leg's lowest. The fused score is ``w · dense + (1 - w) · lexical`` with
    ``w = dense_weight(id)`` in 0 to 1 (score-based fusion as in Bruch et al., TOIS 2023,
    doi:10.1145/3596512, who find it above reciprocal rank fusion).
    """
    union = sorted({*lexical, *dense})
    words = _standardised(lexical, union)
    meaning = _standardised(dense, union)
    fused = {}
    for identity in union:
        weight = dense_weight(identity)
        fused[identity] = weight * meaning[identity] + (1 - weight) * words[identity]
    return sorted(fused.items(), key=lambda item: (-item[1], item[0]))


def _standardised(scores: Mapping[str, float], union: Sequence[str]) -> dict[str, float]:
    if not scores:
        return dict.fromkeys(union, 0.0)
    lowest = min(scores.values())
    values = [scores.get(identity, lowest) for identity in union]
    mean = math.fsum(values) / len(values)
    deviation = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / len(values))
    if deviation == 0.0:
        return dict.fromkeys(union, 0.0)
    return {
        identity: (value - mean) / deviation for identity, value in zip(union, values, strict=True)
    }

"""Fusing the two legs of a search: our own code, the same for every engine."""

import math
from collections.abc import Callable, Mapping, Sequence

Scored = tuple[str, float]

COVERAGE = 0.5
"""What a document in another language gains for words it shares with the question: names mostly."""


def fuse(
    lexical: Mapping[str, float],
    dense: Mapping[str, float],
    *,
    dense_weight: float,
    same_language: Callable[[str], bool],
) -> list[Scored]:
    """Return every document of either leg with its fused score, best first, ties to the smaller id.

    Each leg's scores become z-scores over the union of both; a document that a leg did not return
    counts as that leg's lowest. The score is ``w · dense + (1 - w) · lexical`` with ``w`` in 0 to 1
    (score-based fusion as in Bruch et al., TOIS 2023, doi:10.1145/3596512, who find it above
    reciprocal rank fusion). A document in another language than the question counts as one that
    words did not find, since its words are others; what it shares all the same adds a bonus.
    """
    union = sorted({*lexical, *dense})
    spoken = {identity: score for identity, score in lexical.items() if same_language(identity)}
    words = _standardised(spoken, union)
    meaning = _standardised(dense, union)
    highest = max(lexical.values(), default=0.0)
    fused = {}
    for identity in union:
        score = dense_weight * meaning[identity] + (1 - dense_weight) * words[identity]
        if identity in lexical and identity not in spoken and highest > 0:
            score += COVERAGE * lexical[identity] / highest
        fused[identity] = score
    return sorted(fused.items(), key=lambda item: (-item[1], item[0]))


def depth(limit: int) -> int:
    """Return how many documents each leg brings up for so many results."""
    return min(1000, max(200, 10 * limit))


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

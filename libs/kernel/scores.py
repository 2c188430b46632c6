"""Scores of different kinds brought to one scale, so that they can be added."""

import math
from collections.abc import Mapping, Sequence


def standardised(scores: Mapping[str, float], union: Sequence[str]) -> dict[str, float]:
    """Return the z-score of every id in ``union``; what has no score counts as the lowest there is.

    Where nothing has a score, or all scores are the same, they say nothing: every id gets 0.
    """
    if not scores:
        return dict.fromkeys(union, 0.0)
    lowest = min(scores.values())
    values = [scores.get(identity, lowest) for identity in union]
    if min(values) == max(values):  # not by the deviation, which rounding keeps from being 0
        return dict.fromkeys(union, 0.0)
    mean = math.fsum(values) / len(values)
    # hypot: a square of the smallest differences would be 0, and so would their deviation.
    scale = math.hypot(*(value - mean for value in values))
    root = math.sqrt(len(values))
    return {
        identity: (value - mean) / scale * root
        for identity, value in zip(union, values, strict=True)
    }

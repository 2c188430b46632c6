"""How good a ranking is: the usual measures of retrieval, per query, and their uncertainty.

A ranking is a sequence of ids, best first; ``grades`` maps the judged ids to how relevant they are,
0 meaning not at all. What is not judged counts as not relevant.
"""

import math
import random
from collections.abc import Mapping, Sequence


def ndcg(ranking: Sequence[str], grades: Mapping[str, float], *, depth: int = 10) -> float:
    """Normalised discounted cumulative gain with linear gain (Järvelin & Kekäläinen, TOIS 2002).

    The ideal ranking is over all judged documents, as in trec_eval. 0 when nothing is relevant.
    """
    ideal = sorted((grade for grade in grades.values() if grade > 0), reverse=True)[:depth]
    best = _discounted(ideal)
    if best == 0:
        return 0.0
    return _discounted([max(0.0, grades.get(each, 0.0)) for each in ranking[:depth]]) / best


def average_precision(ranking: Sequence[str], grades: Mapping[str, float]) -> float:
    """Mean of the precisions at each relevant document; one never found counts 0."""
    relevant = sum(grade > 0 for grade in grades.values())
    if not relevant:
        return 0.0
    hits = 0
    total = 0.0
    for rank, each in enumerate(ranking, start=1):
        if grades.get(each, 0) > 0:
            hits += 1
            total += hits / rank
    return total / relevant


def reciprocal_rank(ranking: Sequence[str], grades: Mapping[str, float]) -> float:
    """Return 1 / rank of the first relevant document, or 0."""
    for rank, each in enumerate(ranking, start=1):
        if grades.get(each, 0) > 0:
            return 1.0 / rank
    return 0.0


def success(ranking: Sequence[str], grades: Mapping[str, float], *, depth: int) -> float:
    """Return 1 if a relevant document is among the first ``depth``, else 0."""
    return float(any(grades.get(each, 0) > 0 for each in ranking[:depth]))


def mean(values: Sequence[float]) -> float:
    """Arithmetic mean; 0 of nothing."""
    return math.fsum(values) / len(values) if values else 0.0


def bootstrap_interval(
    values: Sequence[float], *, seed: int, rounds: int = 2000, share: float = 0.95
) -> tuple[float, float]:
    """Percentile bootstrap interval of the mean over queries (Sakai, SIGIR 2006)."""
    if not values:
        return 0.0, 0.0
    chance = random.Random(seed)  # noqa: S311  # resampling, no secret
    means = sorted(mean(chance.choices(values, k=len(values))) for _ in range(rounds))
    cut = (1 - share) / 2
    return means[int(cut * rounds)], means[min(rounds - 1, int((1 - cut) * rounds))]


def spearman(left: Sequence[float], right: Sequence[float]) -> float:
    """Rank correlation, ties sharing their mean rank; 0 where one side does not vary.

    Raises ``ValueError`` when the two differ in length.
    """
    pairs = list(zip(_ranks(left), _ranks(right), strict=True))
    middle = (len(pairs) + 1) / 2
    shared = math.fsum((a - middle) * (b - middle) for a, b in pairs)
    spread = math.sqrt(
        math.fsum((a - middle) ** 2 for a, _ in pairs)
        * math.fsum((b - middle) ** 2 for _, b in pairs)
    )
    return shared / spread if spread else 0.0


def _discounted(gains: Sequence[float]) -> float:
    return math.fsum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))


def _ranks(values: Sequence[float]) -> list[float]:
    order = sorted(range(len(values)), key=lambda place: values[place])
    ranks = [0.0] * len(values)
    start = 0
    while start < len(order):
        end = start
        while end + 1 < len(order) and values[order[end + 1]] == values[order[start]]:
            end += 1
        for place in order[start : end + 1]:
            ranks[place] = (start + end) / 2 + 1
        start = end + 1
    return ranks

"""The documents whose best passage is nearest: exact while that is fast, coarse first above."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from libs.adapters.embedded.codes import CodesView
from libs.adapters.embedded.snapshot import Allowed, Rows, Snapshot
from libs.ports.encoder import Vectors

EXACT_ROWS = 10_000
"""Up to so many vectors an exact search takes about a millisecond."""

_LEAST_RESCORED = 1_000
"""So many coarse candidates give recall .98 at 100,000 vectors (docs: performance)."""
_ROUNDING = 1e-5
"""Sums in another order differ by less; what lies within may tie and is weighed again."""


@dataclass(frozen=True, slots=True)
class Near:
    """A document row with the cosine of its best passage."""

    row: int
    score: float


def unit(vector: Vectors) -> Vectors | None:
    """Return the vector at length 1, or None when it has no direction."""
    length = float(np.linalg.norm(vector))
    if not np.isfinite(length) or length == 0.0:
        return None
    return (vector / length).astype(np.float32, copy=False)


def nearest(snapshot: Snapshot, query: Vectors, allowed: Allowed, limit: int) -> list[Near]:
    """Return the best documents, and all that tie with the last one, in no order among ties."""
    breadth = 2 * limit
    while True:
        rows, scores = _candidates(snapshot, query, allowed, breadth)
        owners, scores = _best_per_document(snapshot, rows, scores)
        if len(owners) >= limit or breadth >= allowed.count:
            break
        breadth *= 8  # many passages of few documents
    if len(owners) > limit:
        kept = scores >= np.partition(scores, len(scores) - limit)[len(scores) - limit]
        owners, scores = owners[kept], scores[kept]
    return [Near(*each) for each in zip(owners.tolist(), scores.tolist(), strict=True)]


def _candidates(
    snapshot: Snapshot, query: Vectors, allowed: Allowed, breadth: int
) -> tuple[Rows, Vectors]:
    """Return about the best ``breadth`` passages with scores that are equal for equal vectors."""
    rescored = max(_LEAST_RESCORED, 4 * breadth, len(snapshot.vectors) // 100)
    if snapshot.codes is None and allowed.count > _LEAST_RESCORED:
        rows = np.flatnonzero(allowed.mask)
        scores = (snapshot.vectors @ query)[rows]
    else:
        if snapshot.codes is None or allowed.count <= max(rescored, EXACT_ROWS):
            rows = np.flatnonzero(allowed.mask)
        else:
            rows = _coarse(snapshot.codes, query, allowed, rescored)
        scores = snapshot.vectors[rows] @ query
    if len(rows) > breadth:
        least = np.partition(scores, len(scores) - breadth)[len(scores) - breadth]
        kept = scores >= least - _ROUNDING
        rows = rows[kept]
    # A matrix product may round a row differently depending on where it stands; this does not.
    return rows, (snapshot.vectors[rows] * query).sum(axis=1)


def _coarse(codes: CodesView, query: Vectors, allowed: Allowed, count: int) -> Rows:
    distances = codes.distances(query)
    distances += allowed.distance
    # Counting is three times as fast as a partition: distances are few and small.
    within = np.cumsum(np.bincount(distances))
    return np.flatnonzero(distances <= np.searchsorted(within, count))


def _best_per_document(
    snapshot: Snapshot, rows: Rows, scores: Vectors
) -> tuple[NDArray[np.int32], Vectors]:
    """Return document rows, each once, with the score of its best passage."""
    order = np.argsort(-scores)
    owners, first = np.unique(snapshot.owner[rows[order]], return_index=True)
    return owners, scores[order[first]]

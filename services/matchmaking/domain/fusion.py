"""Candidates from several rankings: reciprocal rank fusion (Cormack et al., SIGIR 2009)."""

from collections.abc import Mapping, Sequence

RANK_CONSTANT = 60


def fuse(rankings: Sequence[Sequence[str]], *, limit: int, k: int = RANK_CONSTANT) -> list[str]:
    """Return the ids with the largest sums of 1 / (k + rank); ties go to the smaller id."""
    scores: dict[str, float] = {}
    for ranking in rankings:
        for rank, identity in enumerate(ranking, start=1):
            scores[identity] = scores.get(identity, 0.0) + 1 / (k + rank)
    return sorted(scores, key=lambda identity: (-scores[identity], identity))[:limit]


def owners_of(
    initiatives: Sequence[str], owner: Mapping[str, str], *, limit: int
) -> dict[str, list[str]]:
    """Return the first ``limit`` members with their initiatives, in the order of the ranking.

    An initiative without a known owner is left out: its member is gone.
    """
    found: dict[str, list[str]] = {}
    for initiative in initiatives:
        member = owner.get(initiative)
        if member is None or (member not in found and len(found) >= limit):
            continue
        found.setdefault(member, []).append(initiative)
    return found

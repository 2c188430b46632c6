"""Candidates from several rankings: reciprocal rank fusion (Cormack et al., SIGIR 2009)."""

from collections.abc import Collection, Sequence

RANK_CONSTANT = 60


def fused_scores(rankings: Sequence[Sequence[str]], *, k: int = RANK_CONSTANT) -> dict[str, float]:
    """Return the sum of 1 / (k + rank) of each id over the rankings in which it stands."""
    scores: dict[str, float] = {}
    for ranking in rankings:
        for rank, identity in enumerate(ranking, start=1):
            scores[identity] = scores.get(identity, 0.0) + 1 / (k + rank)
    return scores


def fuse(rankings: Sequence[Sequence[str]], *, limit: int, k: int = RANK_CONSTANT) -> list[str]:
    """Return the ids with the largest fused scores; ties go to the smaller id."""
    scores = fused_scores(rankings, k=k)
    return sorted(scores, key=lambda identity: (-scores[identity], identity))[:limit]


def rank_within(
    pool: Collection[str], rankings: Sequence[Sequence[str]], *, k: int = RANK_CONSTANT
) -> list[tuple[str, float]]:
    """Return everybody of a pool with the fused score among that pool alone, best first.

    Who stands in no ranking comes last, with 0.
    """
    members = frozenset(pool)
    inside = [[one for one in ranking if one in members] for ranking in rankings]
    scores = dict.fromkeys(members, 0.0) | fused_scores(inside, k=k)
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))

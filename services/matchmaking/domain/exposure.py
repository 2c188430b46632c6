"""Who is shown and asked how often: load, rest, and how evenly attention is spread."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp

DAY = 86_400.0
WEEK = 7 * DAY
MONTH = 30 * DAY
REST = 12 * WEEK
PAUSE = 91 * DAY
"""Three months."""
SHOWN_ENOUGH = 3


@dataclass(frozen=True, slots=True)
class Load:
    """How much a member carries: questions that wait, and places taken this month."""

    waiting: int = 0
    taken: int = 0


def load_factor(load: Load, capacity: int) -> float:
    """Return exp(-open asks / capacity), and 0 for a member who carries as much as she can."""
    if load.waiting + load.taken >= capacity:
        return 0.0
    return exp(-load.waiting / capacity)


def is_worn(shown_at: Sequence[float], now: float) -> bool:
    """Tell whether somebody was shown in three weeks without a reaction, and rests from it.

    Showings within one week count once: a page that is opened often wears nobody out.
    """
    if not shown_at or now >= max(shown_at) + REST:
        return False
    return len({int(at // WEEK) for at in shown_at}) >= SHOWN_ENOUGH


def gini(counts: Iterable[int]) -> float:
    """Return the Gini coefficient: 0 when all are shown equally often, near 1 when one is.

    Nobody, or nobody shown, is 0.
    """
    ordered = sorted(counts)
    total = sum(ordered)
    if total == 0:
        return 0.0
    size = len(ordered)
    weighted = sum(rank * count for rank, count in enumerate(ordered, start=1))
    return 2 * weighted / (size * total) - (size + 1) / size

"""What a search answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Found:
    """One result as a reader sees it."""

    id: str
    score: float
    """Fused score; it orders one answer and means nothing between two."""
    passage: str
    """The stretch of text nearest to the question, whole; empty if there is none."""
    highlight: str
    payload: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of results; ``total`` counts all that the two legs brought up."""

    hits: Sequence[Found]
    total: int
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    next: str = ""

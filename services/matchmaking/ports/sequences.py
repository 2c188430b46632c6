"""The sequences of everything that matchmaking publishes, for when its database was restored."""

from collections.abc import Collection, Sequence
from typing import Protocol

from libs.ports.database import Work
from services.matchmaking.domain.introduction import Introduction


class Sequences(Protocol):
    """All sequences at once, whatever they belong to."""

    def lift(self, work: Work, floor: int) -> int:
        """Raise those of slates and introductions that are lower; return how many were.

        A slate that was lifted counts as never published: the next one goes out whatever is on it.
        """
        ...

    def slates(self, work: Work, member_ids: Collection[str]) -> frozenset[str]:
        """Return those of these members who have a slate."""
        ...

    def introductions(self, work: Work, ids: Collection[str]) -> frozenset[str]:
        """Return those of these introductions that are known."""
        ...

    def open_since(
        self, work: Work, since: float, *, after: str, limit: int
    ) -> Sequence[Introduction]:
        """Return introductions that could be answered at that time or later, with ids above."""
        ...

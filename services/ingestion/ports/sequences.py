"""The sequences of everything that ingestion publishes, for when its database was restored."""

from collections.abc import Collection
from typing import Protocol

from libs.ports.database import Work


class Sequences(Protocol):
    """All sequences at once, whatever they belong to."""

    def lift(self, work: Work, floor: int) -> int:
        """Raise those of programmes, members and stories that are lower; return how many were."""
        ...

    def living_members(self, work: Work, member_ids: Collection[str]) -> frozenset[str]:
        """Return those of these members who are in the record."""
        ...

    def living_stories(self, work: Work, story_ids: Collection[str]) -> frozenset[str]:
        """Return those of these stories that are in the record."""
        ...

    def gone(self, work: Work, ids: Collection[str], *, since: int) -> frozenset[str]:
        """Return those of these that were told to be gone, at this sequence or above."""
        ...

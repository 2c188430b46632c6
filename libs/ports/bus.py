"""The bus: an ordered log per key, shared by groups of readers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from libs.contracts.envelope import Record


class Slot(NamedTuple):
    """One partition of one topic."""

    topic: str
    partition: int


class Delivery(NamedTuple):
    """A record at its place in the log."""

    slot: Slot
    offset: int
    record: Record
    unreadable: str = ""
    """Why the log could not give what stands here, nor what stands before it and was not given;
    the record is empty then."""


class Subscription(Protocol):
    """One member of a group; used by one thread at a time."""

    def poll(self, *, limit: int, timeout_seconds: float) -> Sequence[Delivery]:
        """Return at most ``limit`` records from the slots this member holds, in order per slot.

        Waits up to the timeout for the first one, beside the time that asking the log takes.
        Nothing comes only when nothing is there in these slots, or while slots change hands: as
        long as ``lag`` names no slot, the member has not got its share yet. What was polled is not
        polled again by this member unless ``rewind`` asks for it; what was not committed comes
        again to whoever holds the slot next. Raises ``RetryableError`` when the log cannot be
        reached.
        """
        ...

    def commit(self, offsets: Mapping[Slot, int]) -> None:
        """Record that everything before these offsets is done.

        A slot this member no longer holds is ignored: somebody else does that work again.
        """
        ...

    def rewind(self, offsets: Mapping[Slot, int]) -> None:
        """Poll from these offsets again; a slot this member does not hold is ignored."""
        ...

    def lag(self) -> Mapping[Slot, int]:
        """Return how many records of each held slot are not committed yet."""
        ...

    def close(self) -> None:
        """Give the slots back at once. Closing twice is harmless."""
        ...


class Bus(Protocol):
    """An ordered log per key, at least once; what its contract suite lacks is not promised.

    Records with the same key stand in one slot in the order of publishing. Every group sees every
    record; within a group each slot has one holder at a time. A new group starts at the oldest.
    """

    def prepare(self, topics: Sequence[str]) -> None:
        """Let topics of ours exist as this release wants them; those that do stay as they are.

        The first to write to a topic makes it too, but an older release that passes on what a newer
        one has written does not know how. Raises ``RetryableError`` when the log cannot be reached.
        """
        ...

    def publish(self, records: Sequence[Record]) -> int:
        """Append records in order; return how many leading ones the log holds for sure.

        Raises ``RetryableError`` if that is none of them. Records beyond the returned number may
        be in the log too, so publishing them again can double them.
        """
        ...

    def subscribe(self, group: str, topics: Sequence[str]) -> Subscription:
        """Join a group; its slots are shared out among the members that poll."""
        ...

    def forget(self, group: str) -> None:
        """Drop what a group has committed, so that it starts at the oldest record again.

        No member of the group may run meanwhile.
        """
        ...

    def tidy(self, *, replaced_before: datetime, published_before: datetime) -> int:
        """Delete what nobody needs any more; return how many records, 0 if the bus does it itself.

        On compacted topics that is what stands before ``replaced_before`` and was replaced since: a
        new group finds the newest record of each key. On the others it is what was published before
        ``published_before``: a group that has not read it by then never will.
        """
        ...

    def close(self) -> None:
        """Release what is held."""
        ...

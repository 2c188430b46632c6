"""Slots that are given to a member of a group."""

from typing import Any

from kafka.consumer.subscription_state import AsyncConsumerRebalanceListener
from typing_extensions import override


class Arrivals(AsyncConsumerRebalanceListener):  # type: ignore[misc]  # it ships no types
    """Notes which slots were given to this member since somebody looked.

    It is asynchronous because a blocking one hangs the client's own loop. Nothing is committed
    here: a handler's work is committed before the next poll, and only a poll gives slots away.
    """

    def __init__(self) -> None:
        """Start with nothing given."""
        self.new: set[Any] = set()

    @override
    async def on_partitions_revoked(self, revoked: set[Any]) -> None:
        self.new -= revoked

    @override
    async def on_partitions_assigned(self, assigned: set[Any]) -> None:
        self.new |= assigned

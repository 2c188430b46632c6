"""What waits in several queues, taken in turn."""

from collections import deque
from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Turns(Generic[K, V]):
    """Queues by key, each in order; no busy one starves the others."""

    def __init__(self) -> None:
        """Start with nothing waiting."""
        self._queues: dict[K, deque[V]] = {}

    def __bool__(self) -> bool:
        """Tell whether anything waits."""
        return bool(self._queues)

    def keys(self) -> list[K]:
        """Return the queues in which something waits."""
        return list(self._queues)

    def add(self, key: K, values: Iterable[V]) -> None:
        """Put values at the end of a queue."""
        queue = self._queues.get(key, deque())
        queue.extend(values)
        if queue:
            self._queues[key] = queue

    def take(self, limit: int) -> list[tuple[K, list[V]]]:
        """Take at most so many values, as runs of one queue each.

        A queue that is not emptied waits behind all the others.
        """
        taken: list[tuple[K, list[V]]] = []
        room = limit
        while room and self._queues:
            key = next(iter(self._queues))
            queue = self._queues.pop(key)
            run = [queue.popleft() for _ in range(min(room, len(queue)))]
            if queue:
                self._queues[key] = queue
            taken.append((key, run))
            room -= len(run)
        return taken

    def drop(self, key: K) -> None:
        """Forget what waits in a queue, if anything does."""
        self._queues.pop(key, None)

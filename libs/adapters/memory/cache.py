"""A cache in this process."""

import threading
from collections import OrderedDict

from typing_extensions import override

from libs.kernel.clock import Clock
from libs.ports.cache import Cache

_MOST_BYTES = 64 * 1024 * 1024


class MemoryCache(Cache):
    """Keeps values until they expire or make room: the one not used for longest goes first."""

    def __init__(self, clock: Clock, *, most_bytes: int = _MOST_BYTES) -> None:
        """Take the clock that decides what has expired, and the size of all keys and values."""
        self._clock = clock
        self._most_bytes = most_bytes
        self._bytes = 0
        self._entries: OrderedDict[str, tuple[bytes, float]] = OrderedDict()
        self._lock = threading.Lock()

    @override
    def get(self, key: str) -> bytes | None:
        """Return the value unless it is absent or expired."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                return None
            value, expires = entry
            if expires <= self._clock.monotonic():
                self._forget(key)
                return None
            self._entries.move_to_end(key)
            return value

    @override
    def put(self, key: str, value: bytes, *, seconds: float) -> None:
        """Keep a value for so long; one that is larger than the whole cache is not kept."""
        with self._lock:
            self._forget(key)
            size = _size(key, value)
            if seconds <= 0 or size > self._most_bytes:
                return
            self._entries[key] = (value, self._clock.monotonic() + seconds)
            self._bytes += size
            while self._bytes > self._most_bytes:
                self._forget(next(iter(self._entries)))

    @override
    def drop(self, key: str) -> None:
        """Forget a value."""
        with self._lock:
            self._forget(key)

    @override
    def close(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()
            self._bytes = 0

    def _forget(self, key: str) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._bytes -= _size(key, entry[0])


def _size(key: str, value: bytes) -> int:
    return len(key.encode()) + len(value)


def open_cache(_url: str = "memory:", *, clock: Clock) -> MemoryCache:
    """Return a cache for ``memory:``."""
    return MemoryCache(clock)

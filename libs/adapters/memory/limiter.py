"""Counters of requests in this process.

The library `limits` asks the machine for the time itself, so tests could not turn its clock; the
sliding window counter is small enough to keep in the kernel.
"""

import threading
from collections import OrderedDict

from typing_extensions import override

from libs.kernel.clock import Clock
from libs.kernel.window import Window, left_seconds, place_of
from libs.ports.cache import Allowance, Limiter, Rate

_MOST_KEYS = 100_000


class MemoryLimiter(Limiter):
    """A sliding window counter per key; a refused hit is not counted."""

    def __init__(self, clock: Clock, *, most_keys: int = _MOST_KEYS) -> None:
        """Take the clock, and how many keys to remember: the one not hit for longest goes first."""
        self._clock = clock
        self._most_keys = most_keys
        self._windows: OrderedDict[tuple[str, Rate], Window] = OrderedDict()
        self._lock = threading.Lock()

    @override
    def hit(self, key: str, rate: Rate) -> Allowance:
        """Count one hit if it fits."""
        number, passed = place_of(self._clock.monotonic(), rate.seconds)
        with self._lock:
            window = self._windows.setdefault((key, rate), Window(number))
            self._windows.move_to_end((key, rate))
            if len(self._windows) > self._most_keys:
                self._windows.popitem(last=False)
            window.move_to(number)
            if not window.fits(rate.hits, passed):
                wait = window.wait_seconds(rate.hits, rate.seconds, passed)
                return Allowance(allowed=False, remaining=0, reset_seconds=wait)
            count = window.count(passed)
            window.current += 1
        return Allowance(
            allowed=True,
            remaining=int(rate.hits - count - 1),
            reset_seconds=left_seconds(rate.seconds, passed),
        )

    @override
    def close(self) -> None:
        """Forget everything."""
        with self._lock:
            self._windows.clear()


def open_limiter(_url: str = "memory:", *, clock: Clock) -> MemoryLimiter:
    """Return counters for ``memory:``."""
    return MemoryLimiter(clock)

"""Counters of requests in this process.

The library `limits` asks the machine for the time itself, so tests could not turn its clock; the
sliding window counter is small enough to keep here.
"""

import math
import threading
from collections import OrderedDict
from dataclasses import dataclass

from typing_extensions import override

from libs.kernel.clock import Clock
from libs.ports.cache import Allowance, Limiter, Rate

_MOST_KEYS = 100_000


@dataclass(slots=True)
class _Window:
    """How many hits were allowed in window number ``number`` and in the one before it."""

    number: int
    current: int = 0
    previous: int = 0

    def move_to(self, number: int) -> None:
        if number == self.number + 1:
            self.previous, self.current = self.current, 0
        elif number > self.number + 1:
            self.previous, self.current = 0, 0
        self.number = number

    def count(self, passed: float) -> float:
        """Weigh the previous window by the part of it that still counts; ``passed`` is in 0…1."""
        return self.previous * (1 - passed) + self.current

    def wait(self, rate: Rate, passed: float) -> float:
        """Return the seconds until one more hit fits into a full window."""
        room = rate.hits - 1
        if self.current <= room:  # it fits once enough of the previous window has gone
            return rate.seconds * (1 - (room - self.current) / self.previous - passed)
        return rate.seconds * (1 - passed + 1 - room / self.current)


class MemoryLimiter(Limiter):
    """A sliding window counter per key; a refused hit is not counted."""

    def __init__(self, clock: Clock, *, most_keys: int = _MOST_KEYS) -> None:
        """Take the clock, and how many keys to remember: the one not hit for longest goes first."""
        self._clock = clock
        self._most_keys = most_keys
        self._windows: OrderedDict[tuple[str, Rate], _Window] = OrderedDict()
        self._lock = threading.Lock()

    @override
    def hit(self, key: str, rate: Rate) -> Allowance:
        """Count one hit if it fits."""
        now = self._clock.monotonic()
        number = int(now // rate.seconds)
        passed = now / rate.seconds - number
        with self._lock:
            window = self._windows.setdefault((key, rate), _Window(number))
            self._windows.move_to_end((key, rate))
            if len(self._windows) > self._most_keys:
                self._windows.popitem(last=False)
            window.move_to(number)
            count = window.count(passed)
            if count + 1 > rate.hits:
                wait = max(1, math.ceil(window.wait(rate, passed))) if rate.hits else rate.seconds
                return Allowance(allowed=False, remaining=0, reset_seconds=wait)
            window.current += 1
        return Allowance(
            allowed=True,
            remaining=int(rate.hits - count - 1),
            reset_seconds=max(1, math.ceil(rate.seconds * (1 - passed))),
        )


def open_limiter(*, clock: Clock) -> MemoryLimiter:
    """Return counters for ``memory:``."""
    return MemoryLimiter(clock)

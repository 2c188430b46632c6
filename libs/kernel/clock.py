"""Time as a port: one clock for the product, one that tests turn by hand."""

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

from typing_extensions import override


class Clock(Protocol):
    """Tells the time and waits."""

    def now(self) -> datetime:
        """Return the time of day, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never run backwards; only differences mean something."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait so many seconds."""
        ...


class SystemClock(Clock):
    """The clock of the machine."""

    @override
    def now(self) -> datetime:
        """Return the machine's time in UTC."""
        return datetime.now(UTC)

    @override
    def monotonic(self) -> float:
        """Return the machine's monotonic seconds."""
        return time.monotonic()

    @override
    def sleep(self, seconds: float) -> None:
        """Block this thread."""
        time.sleep(seconds)


class ManualClock(Clock):
    """A clock that stands still until told; `sleep` moves it and returns at once."""

    def __init__(self, start: datetime) -> None:
        """Start at an aware time."""
        self._start = start
        self._elapsed = 0.0
        self._lock = threading.Lock()

    @override
    def now(self) -> datetime:
        """Return the start plus everything slept or advanced."""
        return self._start + timedelta(seconds=self._elapsed)

    @override
    def monotonic(self) -> float:
        """Return the seconds advanced so far."""
        return self._elapsed

    @override
    def sleep(self, seconds: float) -> None:
        """Advance by so many seconds."""
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Move the time forward."""
        with self._lock:
            self._elapsed += seconds

"""Wakes threads of this process that wait for something new, so that they need not keep asking."""

import threading


class Bell:
    """Counts its rings; whoever listens waits for a ring after the last one it knew of."""

    def __init__(self) -> None:
        """Begin silent."""
        self._condition = threading.Condition()
        self._rings = 0

    def rings(self) -> int:
        """Return how often it rang."""
        with self._condition:
            return self._rings

    def ring(self) -> None:
        """Wake everybody who waits."""
        with self._condition:
            self._rings += 1
            self._condition.notify_all()

    def wait(self, known: int, seconds: float) -> None:
        """Return when it has rung more often than ``known``, at the latest after so long."""
        with self._condition:
            self._condition.wait_for(lambda: self._rings > known, timeout=seconds)

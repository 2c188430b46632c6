"""Background work. Tasks wake work; the record of what is due is in the database."""

from collections.abc import Callable, Sequence
from typing import Protocol

Task = Callable[[str], None]


class Tasks(Protocol):
    """Runs named tasks in the background, at least once while the process lives.

    A task takes one short text, an id, never personal data. A lost wake-up loses nothing, because
    every task that matters is found again by a sweep over the database.
    """

    def register(self, name: str, task: Task) -> None:
        """Give a task its name; the same name twice is an error."""
        ...

    def submit(self, name: str, argument: str = "") -> None:
        """Ask for one run soon. Raises ``RetryableError`` if the queue cannot be reached."""
        ...

    def every(self, seconds: float, name: str) -> None:
        """Say that a registered task is to run again and again, first after so many seconds."""
        ...

    def start(self) -> None:
        """Begin to work."""
        ...

    def keep_time(self) -> None:
        """Begin to submit what is to run again and again; of all processes that do, one does it."""
        ...

    def is_ready(self) -> bool:
        """Tell whether the queue answers."""
        ...

    def turns(self) -> int | None:
        """Return how often the loop that keeps the time has turned; None if this keeps no time.

        It turns at least every ten seconds, also while another process keeps the time.
        """
        ...

    def ended(self) -> Sequence[str]:
        """Return what has ended by itself, which it never should: ``worker``, ``beat``."""
        ...

    def close(self, *, timeout_seconds: float) -> None:
        """Finish what runs; what waits is dropped, or left to the workers of other processes."""
        ...

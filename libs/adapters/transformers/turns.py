"""Whose turn it is: a query goes before what is left of a bulk."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

from libs.ports.encoder import Purpose


class Turns:
    """One at a time; a waiting query is next. So whoever has many passages goes in small steps."""

    def __init__(self) -> None:
        """Start with nobody at work."""
        self._changed = Condition()
        self._busy = False
        self.waiting_queries = 0

    @contextmanager
    def turn(self, purpose: Purpose) -> Iterator[None]:
        """Wait for a turn, and hold it."""
        with self._changed:
            if purpose == "query":
                self.waiting_queries += 1
                self._changed.wait_for(lambda: not self._busy)
                self.waiting_queries -= 1
            else:
                self._changed.wait_for(lambda: not self._busy and not self.waiting_queries)
            self._busy = True
        try:
            yield
        finally:
            with self._changed:
                self._busy = False
                self._changed.notify_all()

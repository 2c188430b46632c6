"""Answers to reads, remembered until anything in the database changes."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

from fastapi import Response

from libs.kernel.clock import Clock
from libs.ports.database import Database
from libs.web.bodies import json_content, json_response

_MOST_ANSWERS = 512
_MOST_BYTES = 64 * 1024
"""A larger answer is made anew each time, so that the memory is bounded."""
_SECONDS = 10.0
"""Answers also depend on the time, by pauses that end; so late they may be about that."""


class Remembered:
    """Gives the same answer again as long as nobody has committed anything.

    The key must hold everything else the answer depends on: the reader and the question.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        """Take the database on which all answers depend, and nothing else that changes."""
        self._database = database
        self._clock = clock
        self._version = ""
        self._answers: OrderedDict[Hashable, tuple[float, bytes]] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, key: Hashable, make: Callable[[], object]) -> Response:
        """Return the answer as JSON, made now or before; what ``make`` raises is not remembered."""
        # First: an answer made after a commit is newer than this version, never older.
        version, now = self._database.version(), self._clock.monotonic()
        with self._lock:
            if version != self._version:
                self._answers.clear()  # what was erased leaves the memory, too
                self._version = version
            until, content = self._answers.get(key, (0.0, b""))
        if now >= until:
            content = json_content(make())
            self._keep(key, version, now + _SECONDS, content)
        return json_response(content)

    def _keep(self, key: Hashable, version: str, until: float, content: bytes) -> None:
        if len(content) > _MOST_BYTES:
            return
        with self._lock:
            if version != self._version:
                return  # somebody has seen a newer one meanwhile
            self._answers[key] = (until, content)
            self._answers.move_to_end(key)
            if len(self._answers) > _MOST_ANSWERS:
                self._answers.popitem(last=False)

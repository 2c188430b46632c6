"""Letting what was erased or withdrawn vanish from the files, soon and at a bounded cost."""

import threading
from collections.abc import Sequence
from typing import Any

import structlog

from libs.contracts.envelope import Event
from libs.kernel.clock import Clock
from libs.kernel.errors import RetryableError
from libs.ports.database import Database, Work
from libs.ports.index import Index

LOOK_SECONDS = 1.0
REST = 20.0
"""So many times as long as a cleaning worked it rests: a twentieth of the time at most is spent."""

log = structlog.get_logger()


def mark_gone(events: Sequence[Event[Any]], work: Work) -> None:
    """Ask that what these events say is gone vanishes from the files of this service."""
    for event in events:
        if getattr(event.state, "erased", False) or getattr(event.state, "withdrawn", False):
            work.vanish(event.subject, event.sequence)


class Cleaner:
    """Cleans the indexes and the database of one service of whatever was deleted from them."""

    def __init__(
        self, service: str, *, database: Database, indexes: Sequence[Index], clock: Clock
    ) -> None:
        """Take what is to be cleaned; nothing is done yet."""
        self._service = service
        self._database = database
        self._indexes = indexes
        self._clock = clock
        self._rests_until = 0.0
        self._nothing_at = ""

    def run(self, stop: threading.Event) -> None:
        """Look for something to clean until told to stop."""
        while not stop.wait(LOOK_SECONDS):
            try:
                self.turn()
            except RetryableError as error:
                log.warning("could not clean", service=self._service, reason=str(error))
            except Exception:  # the service goes on, and `kring erase` tells what is not clean
                log.exception("cleaning fails", service=self._service)

    def turn(self) -> int:
        """Clean if something was deleted and the rest is over; return of how many subjects.

        Raises ``RetryableError`` when it cannot be done now.
        """
        begun = self._clock.monotonic()
        if begun < self._rests_until:
            return 0
        version = self._database.version()  # before looking, so that nothing falls between
        if version == self._nothing_at:
            return 0
        cleanings = self._database.cleanings()
        pending = cleanings.pending()
        if not pending:
            self._nothing_at = version
            return 0
        waited = sum(index.purge() for index in self._indexes)
        self._database.purge()
        cleanings.finish(pending)
        took = self._clock.monotonic() - begun
        self._rests_until = begun + took + REST * max(took - waited, 0.0)
        log.info("cleaned", service=self._service, subjects=len(pending), seconds=round(took, 3))
        return len(pending)

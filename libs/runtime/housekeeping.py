"""What is deleted in time, because nothing needs it any more."""

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

import structlog

from libs.kernel.clock import Clock
from libs.kernel.errors import RetryableError
from libs.ports.bus import Bus
from libs.ports.database import Database

FIRST_SECONDS = 300.0
"""Consumers that were away read on before anything is deleted."""
EVERY_SECONDS = 3600.0
SENT = timedelta(days=7)
"""How long published rows stay in an outbox, for a look back."""
REPLACED = timedelta(days=1)
"""How long an older snapshot stays in the log: it may hold what a member has erased since."""
PUBLISHED = timedelta(days=30)
"""How long requests and dead letters stay in the log."""

log = structlog.get_logger()


class Housekeeping:
    """Tidies the log and the databases of one process; several processes may tidy one log."""

    def __init__(self, *, bus: Bus, databases: Sequence[Database], clock: Clock) -> None:
        """Take what is to be tidied."""
        self._bus = bus
        self._databases = databases
        self._clock = clock

    def run(self, stop: threading.Event) -> None:
        """Tidy every hour until told to stop."""
        wait = FIRST_SECONDS
        while not stop.wait(wait):
            self.tidy()
            wait = EVERY_SECONDS

    def tidy(self) -> None:
        """Tidy everything once; what is busy now is left for the next time."""
        now = self._clock.now()
        for database in self._databases:
            self._attempt(partial(database.tidy, sent_before=now - SENT))
        self._attempt(
            partial(
                self._bus.tidy, replaced_before=now - REPLACED, published_before=now - PUBLISHED
            )
        )

    @staticmethod
    def _attempt(tidy: Callable[[], int]) -> None:
        try:
            deleted = tidy()
        except RetryableError as error:
            log.warning("could not tidy", reason=str(error))
        else:
            log.info("tidied", deleted=deleted)

"""The relay: publishes what was committed, in order, and only then marks it sent."""

import threading
from collections.abc import Sequence

import structlog

from libs.contracts.envelope import Record
from libs.kernel.errors import RetryableError
from libs.kernel.metrics import PUBLISHED, RELAY_RETRIES
from libs.kernel.retry import backoff_seconds
from libs.ports.bus import Bus
from libs.ports.database import Database
from libs.ports.telemetry import Telemetry

WINDOW_RECORDS = 500
WINDOW_BYTES = 8 * 1024 * 1024
IDLE_SECONDS = 0.5
"""How long rows of another process may wait; those of this process wake the relay at once."""

log = structlog.get_logger()


class Relay:
    """Moves the outbox of one service to the bus; a crash in between publishes a row twice."""

    def __init__(self, service: str, *, database: Database, bus: Bus, telemetry: Telemetry) -> None:
        """Take the service's database and the bus."""
        self._service = service
        self._outbox = database.outbox()
        self._bus = bus
        self._telemetry = telemetry
        self.trouble = ""
        """Why nothing is published now; empty while all is well."""
        self.turns = 0
        """How often the loop turned: liveness is that this number rises."""

    def run(self, stop: threading.Event) -> None:
        """Publish until told to stop, then once more: nothing committed waits for a start."""
        failures = 0
        while not stop.is_set():
            try:
                if not self.turn():
                    self._outbox.wait(IDLE_SECONDS)
                failures = 0
                self.trouble = ""
            except RetryableError as error:
                failures += 1
                self.trouble = str(error)
                self._telemetry.count(RELAY_RETRIES, service=self._service)
                log.warning("cannot publish", service=self._service, reason=str(error))
                stop.wait(backoff_seconds(failures, 1.0, most_seconds=10.0))
        self.drain()

    def drain(self) -> None:
        """Publish what is left; what cannot be published now stays in the outbox."""
        try:
            while self.turn():
                pass
        except RetryableError as error:
            log.warning("left in the outbox", service=self._service, reason=str(error))

    def turn(self) -> int:
        """Publish one window if it is our turn; return how many rows were published."""
        self.turns += 1
        window = _window(self._outbox.claim(WINDOW_RECORDS))
        if not window:
            return 0
        published = self._bus.publish([record for _, record in window])
        self._outbox.mark_sent([row_id for row_id, _ in window[:published]])
        self._telemetry.count(PUBLISHED, published, service=self._service)
        return published


def _window(rows: Sequence[tuple[int, Record]]) -> Sequence[tuple[int, Record]]:
    """Return the leading rows that one publish takes: at least one, however large."""
    size = 0
    for place, (_, record) in enumerate(rows):
        size += len(record.value)
        if place and size > WINDOW_BYTES:
            return rows[:place]
    return rows

"""What nobody counts while working: how much waits, how old it is, and who stands still."""

import threading
from collections.abc import Callable, Iterator, Mapping
from functools import partial

import structlog

from libs.kernel.clock import Clock
from libs.kernel.errors import RetryableError
from libs.kernel.metrics import CONSUMER_STUCK, DEAD_LETTERS, OUTBOX, OUTBOX_AGE, UNREADY
from libs.ports.telemetry import Telemetry
from libs.runtime.health import Health
from libs.runtime.running import Running
from libs.runtime.stillness import Stillness

EVERY_SECONDS = 10.0
"""More often than Prometheus asks."""

log = structlog.get_logger()


class Gauges:
    """Looks at every service of a process again and again, whatever its roles.

    So the outbox is seen to grow old though no relay runs anywhere.
    """

    def __init__(
        self,
        running: Mapping[str, Running],
        *,
        health: Health,
        clock: Clock,
        telemetry: Telemetry,
    ) -> None:
        """Take the services, all of which are built."""
        self._running = running
        self._health = health
        self._stillness = Stillness(clock)
        self._telemetry = telemetry

    def run(self, stop: threading.Event) -> None:
        """Measure at once and again and again, until told to stop."""
        self.measure()
        while not stop.wait(EVERY_SECONDS):
            self.measure()

    def measure(self) -> None:
        """Measure everything once; what does not answer keeps the value it had."""
        for look in self._looks():
            try:
                look()
            except RetryableError as error:
                log.info("not measured", reason=str(error))

    def _looks(self) -> Iterator[Callable[[], None]]:
        yield self._unready
        for running in self._running.values():
            yield partial(self._database, running)
            yield partial(self._stuck, running)
            yield from running.service.measures

    def _unready(self) -> None:
        self._telemetry.gauge(UNREADY, len(self._health.wrong()))

    def _database(self, running: Running) -> None:
        name, database = running.service.name, running.database
        outbox = database.outbox()
        self._telemetry.gauge(OUTBOX, outbox.waiting(), service=name)
        self._telemetry.gauge(OUTBOX_AGE, outbox.oldest_seconds(), service=name)
        self._telemetry.gauge(DEAD_LETTERS, database.letters().count(), service=name)

    def _stuck(self, running: Running) -> None:
        if running.consumer is None:
            return
        name = running.service.name
        seconds = self._stillness.seconds(name, running.consumer.good_turns)
        self._telemetry.gauge(CONSUMER_STUCK, seconds, service=name)

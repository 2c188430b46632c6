"""What is wrong with a process: told to whoever asks its probes."""

from collections.abc import Iterator, Mapping

from libs.kernel.clock import Clock
from libs.runtime.running import Running
from libs.runtime.stillness import Stillness

STALLED_SECONDS = 60.0
STARTING = "is starting"
STOPPING = "is stopping"


class Health:
    """Watches the services of one process from outside: nothing is asked of those that work.

    Ready means that every role of the process can do its work now. Alive means that no loop stands
    still, as far as a new start could mend it: a server that is away is no reason to start anew.
    """

    def __init__(self, running: Mapping[str, Running], clock: Clock) -> None:
        """Take the services, which may still be added until ``started``."""
        self._running = running
        self._stillness = Stillness(clock)
        self._phase = STARTING

    def started(self) -> None:
        """Say that every role runs: from now on each is looked at."""
        self._phase = ""

    def stopping(self) -> None:
        """Say that the process drains: it is not ready any more, and loops may end."""
        self._phase = STOPPING

    def wrong(self) -> dict[str, str]:
        """Return what keeps the process from being ready, by part."""
        if self._phase:
            return {"process": self._phase}
        found = self._ended()
        for running in self._running.values():
            found.update(_troubles(running))
        return found

    def stalled(self) -> dict[str, str]:
        """Return which loops do not turn any more: what a new start mends.

        A consumer that halted is not among them: after a new start it would halt again.
        """
        if self._phase:
            return {}
        found = self._ended()
        for running in self._running.values():
            for loop, turns in _turns(running):
                seconds = self._stillness.seconds(loop, turns)
                if seconds > STALLED_SECONDS:
                    found[loop] = f"no turn for {seconds:.0f} s"
        return found

    def _ended(self) -> dict[str, str]:
        """Return the threads that ended though nobody asked them to."""
        return dict.fromkeys(
            (part for running in self._running.values() for part in _ended(running)),
            "has ended: the log tells why",
        )


def _ended(running: Running) -> Iterator[str]:
    halted = running.consumer is not None and bool(running.consumer.halted)
    for part, thread in running.threads.items():
        if not thread.is_alive() and not (part == "consumer" and halted):
            yield thread.name
    for part in running.ports.tasks.ended():
        yield f"{running.service.name} {part}"


def _troubles(running: Running) -> Iterator[tuple[str, str]]:
    """Yield what the roles of a service lack now."""
    name = running.service.name
    if not running.database.is_ready():
        yield f"{name} database", "does not answer"
    if running.consumer is not None and (running.consumer.halted or running.consumer.trouble):
        yield f"{name} consumer", running.consumer.halted or running.consumer.trouble
    if running.relay is not None and running.relay.trouble:
        yield f"{name} relay", running.relay.trouble
    if running.has_tasks and not running.ports.tasks.is_ready():
        yield f"{name} tasks", "the queue does not answer"
    yield from running.refusals().items()  # last: that a server refuses says more


def _turns(running: Running) -> Iterator[tuple[str, int]]:
    """Yield the loops of a service that must not stand still, and how often each turned."""
    name = running.service.name
    if running.consumer is not None and not running.consumer.halted:
        yield f"{name} consumer", running.consumer.turns
    if running.relay is not None:
        yield f"{name} relay", running.relay.turns
    turns = running.ports.tasks.turns()
    if turns is not None:
        yield f"{name} beat", turns

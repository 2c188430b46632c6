"""What makes restored databases agree with a log, a vault and indexes that went on without them.

Every state gets a sequence above all that were ever told, so that nobody ignores it as old; what
the log knows and the databases do not is told to be gone; whoever was erased is erased again, and
that is waited for, because afterwards anybody may sign in. The rest is told when services start.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from libs.contracts.envelope import Event
from libs.contracts.topics import TOPICS, Topic
from libs.kernel.clock import Clock
from libs.kernel.errors import KringError, RetryableError, SettingsError
from libs.ports.bus import Bus
from libs.runtime.history import events_of
from libs.runtime.lifecycle import Process
from libs.runtime.service import Restores
from libs.runtime.settling import was_quiet

HEARD_AT_ONCE = 500
PATIENCE_SECONDS = 60.0
"""How long something outside may be down before the command gives up."""
_PER_SECOND = 1000

Done = dict[str, Counter[str]]
"""How often each service did what."""


def floor_at(clock: Clock) -> int:
    """Return a sequence above all that were told before now: Unix milliseconds.

    A sequence rises by one with each change, and starts at 1 or where a restore lifted it: so it
    would take more than a thousand changes a second of one aggregate, for ever, to reach the time.
    """
    return int(clock.now().timestamp() * _PER_SECOND)


class Restoring:
    """One run over the services of a process in which nothing else runs."""

    def __init__(self, process: Process, bus: Bus, clock: Clock) -> None:
        """Take a process that is not started, and the log."""
        self._process = process
        self._bus = bus
        self._clock = clock
        self._done: Done = {}

    def __call__(self, names: Sequence[str], *, is_vault_lost: bool = False) -> Done:
        """Return what each of these services did; whatever interrupts it, it can be run again.

        With ``is_vault_lost`` a vault without the keys of members is put up with. Raises
        ``SettingsError`` before anything is changed when what stands beside the databases cannot
        belong to them, and ``RetryableError`` when something is down.
        """
        self._process.build(names)
        self._done = {name: Counter() for name in names}
        services = {
            name: running.service.restores
            for name, running in self._process.running.items()
            if running.service.restores is not None
        }
        if not is_vault_lost:
            for restores in services.values():
                restores.check()
        floor = floor_at(self._clock)
        self._bus.prepare(sorted(TOPICS))
        for name, restores in services.items():
            self._done[name].update(restores.lift(floor))
            self._hear(name, restores, floor)
        self._process.start(names, ["consumer"])
        self._settle()
        for name, restores in services.items():
            self._done[name].update(restores.tell())
        return self._done

    def _hear(self, name: str, restores: Restores, floor: int) -> None:
        """Let a service hear what the log has of it; raises ``SettingsError`` above the floor."""
        for topic in restores.topics:
            for events in self._batches(topic, floor):
                self._done[name].update(restores.hear(events, floor))

    def _batches(self, topic: Topic[Any], floor: int) -> Iterator[Sequence[Event[Any]]]:
        told = events_of(self._bus, topic)
        while events := list(islice(told, HEARD_AT_ONCE)):
            highest = max(events, key=lambda event: event.sequence)
            if highest.sequence >= floor:
                raise SettingsError(
                    f"{highest.subject} stands in the log with the sequence {highest.sequence}, but"
                    f" the clock of this machine gives {floor}: set the clock right and run this"
                    " again."
                )
            yield events

    def _settle(self) -> None:
        """Return when every service has taken what was told so far."""
        running = self._process.running
        deadline = self._clock.monotonic() + PATIENCE_SECONDS
        while not was_quiet(list(running.values()), self._clock):
            consumers = {name: each.consumer for name, each in running.items() if each.consumer}
            if not any(each.trouble for each in consumers.values()):
                deadline = self._clock.monotonic() + PATIENCE_SECONDS
            elif self._clock.monotonic() > deadline:
                troubles = [f"{name}: {each.trouble}" for name, each in consumers.items()]
                raise RetryableError(f"{'; '.join(troubles)}. Mend it and run this again.")
        for name, each in running.items():
            if each.consumer is not None and each.consumer.halted:
                raise KringError(
                    f"{name} does not take what was told: {each.consumer.halted}. See `kring dlq"
                    " list`, mend the cause and run this again."
                )

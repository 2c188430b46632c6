"""Every adapter of the bus, as the contract suites open it."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from servers.kafka import Kafka

from libs.adapters.kafka.bus import open_bus as open_kafka
from libs.adapters.librdkafka.bus import open_bus as open_librdkafka
from libs.adapters.sqlite.bus import open_bus as open_sqlite
from libs.kernel.clock import ManualClock
from libs.ports.bus import Bus, Delivery, Slot, Subscription

SLOTS = 6
"""Of every topic."""
LEASE_RUNS_OUT_SECONDS = 11.0
SILENT_SECONDS = 8
PATIENCE_SECONDS = 40.0


@dataclass
class Log:
    """One log; opened again, it is another process that shares it."""

    url: str
    opener: Callable[[str], Bus]
    fall_silent: Callable[[], object]
    """Let so much time pass that a member who does not poll meanwhile loses its slots."""
    opened: list[Bus] = field(default_factory=list)

    def open(self) -> Bus:
        self.opened.append(self.opener(self.url))
        return self.opened[-1]

    def close(self) -> None:
        for each in self.opened:
            each.close()


def sqlite_log(request: pytest.FixtureRequest) -> Log:
    """Return a log in a file, whose leases run by the clock of the test."""
    folder: Path = request.getfixturevalue("tmp_path")
    clock: ManualClock = request.getfixturevalue("clock")
    return Log(
        f"sqlite:///{folder}/log.db",
        partial(open_sqlite, clock=clock, partitions=SLOTS),
        lambda: clock.advance(LEASE_RUNS_OUT_SECONDS),
    )


def kafka_log(request: pytest.FixtureRequest) -> Log:
    """Return topics of our own on a real Kafka; there, time passes while the others poll."""
    return _on_kafka(request, "kafka", open_kafka)


def librdkafka_log(request: pytest.FixtureRequest) -> Log:
    """Return the same by the other client."""
    return _on_kafka(request, "kafka+librdkafka", open_librdkafka)


def _on_kafka(request: pytest.FixtureRequest, scheme: str, opener: Callable[..., Bus]) -> Log:
    kafka: Kafka = request.getfixturevalue("kafka")
    clock: ManualClock = request.getfixturevalue("clock")
    url = kafka.url(scheme, partitions=SLOTS, beat_ms=100, silent_seconds=SILENT_SECONDS)
    return Log(url, partial(opener, clock=clock), lambda: None)


LOGS = [
    pytest.param(sqlite_log, id="sqlite"),
    pytest.param(kafka_log, id="kafka", marks=pytest.mark.servers),
    pytest.param(librdkafka_log, id="librdkafka", marks=pytest.mark.servers),
]


def drain(subscription: Subscription, limit: int = 100) -> list[Delivery]:
    """Poll until nothing comes."""
    found: list[Delivery] = []
    while batch := subscription.poll(limit=limit, timeout_seconds=0):
        found += batch
    return found


def gather(subscription: Subscription, amount: int) -> list[Delivery]:
    """Poll until so many came; a server needs its time to see that another member is gone."""
    return gather_all([subscription], amount)[0]


def gather_all(members: Sequence[Subscription], amount: int) -> list[list[Delivery]]:
    """Poll side by side until so many came to all members; return what came to each."""
    found: list[list[Delivery]] = [[] for _ in members]
    deadline = time.monotonic() + PATIENCE_SECONDS
    with ThreadPoolExecutor(len(members)) as threads:
        while (came := sum(map(len, found))) < amount:
            assert time.monotonic() < deadline, f"only {came} of {amount} came"
            polled = threads.map(lambda member: member.poll(limit=100, timeout_seconds=0), members)
            for mine, more in zip(found, polled, strict=True):
                mine.extend(more)
    return found


def settle(*subscriptions: Subscription, topics: int = 1) -> None:
    """Let the members poll until the slots are shared out evenly; nothing must be waiting.

    They poll side by side, as processes do: a group on a server shares out only what all agree on.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    with ThreadPoolExecutor(len(subscriptions)) as threads:
        while not _are_shared_out(subscriptions, topics * SLOTS):
            assert time.monotonic() < deadline, [sorted(each.lag()) for each in subscriptions]
            assert not any(threads.map(_peek, subscriptions))


def ends(deliveries: Sequence[Delivery]) -> dict[Slot, int]:
    return {delivery.slot: delivery.offset + 1 for delivery in deliveries}


def _peek(subscription: Subscription) -> Sequence[Delivery]:
    return subscription.poll(limit=1, timeout_seconds=0)


def _are_shared_out(subscriptions: Sequence[Subscription], slots: int) -> bool:
    sizes = [len(each.lag()) for each in subscriptions]
    return sum(sizes) == slots and max(sizes) - min(sizes) <= 1

"""Brokers that are away: errors that say so, nothing left behind, and going on when they return."""

import gc
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TypeVar

import pytest
from harness.buses import gather
from servers.kafka import Kafka

from libs.adapters.kafka.bus import open_bus as open_kafka
from libs.adapters.librdkafka.bus import open_bus as open_librdkafka
from libs.contracts import brokers
from libs.contracts.envelope import Record
from libs.kernel.clock import ManualClock
from libs.kernel.errors import RetryableError
from libs.ports.bus import Bus

TOPIC = "kring.stories.v1"
CLIENTS = [
    pytest.param("kafka", open_kafka, id="kafka"),
    pytest.param("kafka+librdkafka", open_librdkafka, id="librdkafka"),
]
BACK_SECONDS = 60.0

T = TypeVar("T")
Opener = Callable[..., Bus]
# kafka-python 3.0.12 leaves a refused connection's socket to the garbage collector
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")


@pytest.fixture(autouse=True)
def swept() -> Iterator[None]:
    """Let what the client left behind be collected here, where it is expected."""
    yield
    gc.collect()


def record(number: int) -> Record:
    return Record(TOPIC, b"key", (), str(number).encode())


def stubbornly(do: Callable[[], T]) -> T:
    """Do it until it gives something."""
    deadline = time.monotonic() + BACK_SECONDS
    while True:
        assert time.monotonic() < deadline, "it does not go on"
        with suppress(RetryableError):
            if given := do():
                return given


@pytest.mark.parametrize(("scheme", "opener"), CLIENTS)
def test_brokers_that_are_away_are_a_reason_to_try_again(
    scheme: str, opener: Opener, clock: ManualClock
) -> None:
    bus = opener(f"{scheme}://127.0.0.1:1", clock=clock)  # nothing asked yet: no error yet
    running = set(threading.enumerate())

    with pytest.raises(RetryableError, match="Kafka, making topics"):
        bus.publish([record(1)])
    with pytest.raises(RetryableError, match="Kafka, "):
        bus.publish([])
    with pytest.raises(RetryableError, match="Kafka, making topics"):
        bus.subscribe("g", [TOPIC]).poll(limit=1, timeout_seconds=0)
    with pytest.raises(RetryableError, match=r"Kafka, forgetting a group|does not answer"):
        bus.forget("g")

    bus.close()
    assert set(threading.enumerate()) <= running


@pytest.mark.servers
@pytest.mark.timeout(200)
@pytest.mark.parametrize(("scheme", "opener"), CLIENTS)
def test_after_a_crash_of_the_brokers_both_ends_go_on_and_nothing_is_lost(
    kafka: Kafka, scheme: str, opener: Opener, clock: ManualClock
) -> None:
    bus = opener(kafka.url(scheme, partitions=1, beat_ms=100), clock=clock)
    subscription = bus.subscribe("g", [TOPIC])
    assert bus.publish([record(1)]) == 1
    gather(subscription, 1)

    kafka.restart()
    assert stubbornly(lambda: bus.publish([record(2)])) == 1
    found: list[bytes] = []
    while b"2" not in found:
        polled = stubbornly(lambda: subscription.poll(limit=10, timeout_seconds=1.0))
        found += [delivery.record.value for delivery in polled]
    bus.close()

    assert set(found) <= {b"1", b"2"}


@pytest.mark.servers
@pytest.mark.timeout(200)
@pytest.mark.parametrize("amount", [5, 30])
@pytest.mark.parametrize(("scheme", "opener"), CLIENTS)
def test_a_topic_that_was_made_anew_is_read_from_its_start(
    kafka: Kafka, scheme: str, opener: Opener, clock: ManualClock, amount: int
) -> None:
    url = kafka.url(scheme, partitions=1, beat_ms=100)
    bus = opener(url, clock=clock)
    subscription = bus.subscribe("g", [TOPIC])
    assert bus.publish([record(number) for number in range(20)]) == 20
    last = gather(subscription, 20)[-1]
    subscription.commit({last.slot: last.offset + 1})

    kafka.drop(brokers.parse(url).topic(TOPIC))
    with suppress(RetryableError):
        assert not subscription.poll(limit=100, timeout_seconds=1.0)
    again = opener(url, clock=clock)
    assert stubbornly(lambda: again.publish([record(100 + number) for number in range(amount)]))
    found: list[int] = []
    while {*found} != {*range(100, 100 + amount)}:
        polled = stubbornly(lambda: subscription.poll(limit=100, timeout_seconds=1.0))
        found += [int(delivery.record.value) for delivery in polled]
    again.close()
    bus.close()

    assert found[-amount:] == [*range(100, 100 + amount)]

"""Brokers that are away: errors that say so, nothing left behind, and going on when they return."""

import gc
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from harness.buses import gather
from servers.kafka import Kafka

from libs.adapters.kafka.bus import open_bus as open_kafka
from libs.adapters.librdkafka.bus import open_bus as open_librdkafka
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
    deadline = time.monotonic() + BACK_SECONDS
    published = 0
    while not published:
        assert time.monotonic() < deadline, "it cannot publish again"
        try:
            published = bus.publish([record(2)])
        except RetryableError:
            continue
    found: list[bytes] = []
    while b"2" not in found:
        assert time.monotonic() < deadline, "it cannot read again"
        try:
            polled = subscription.poll(limit=10, timeout_seconds=1.0)
        except RetryableError:
            continue
        found += [delivery.record.value for delivery in polled]
    bus.close()

    assert set(found) <= {b"1", b"2"}

"""Brokers that really compact: what was replaced goes, and the newest of each key stays."""

import itertools
import time
from collections.abc import Callable
from contextlib import closing

import pytest
from harness.buses import drain
from kafka.admin import ConfigResource, KafkaAdminClient
from servers.kafka import Kafka

from libs.adapters.kafka.bus import open_bus as open_kafka
from libs.adapters.librdkafka.bus import open_bus as open_librdkafka
from libs.contracts import brokers
from libs.contracts.envelope import Record
from libs.contracts.topics import STORIES
from libs.kernel.clock import ManualClock
from libs.ports.bus import Bus

CLIENTS = [
    pytest.param("kafka", open_kafka, id="kafka"),
    pytest.param("kafka+librdkafka", open_librdkafka, id="librdkafka"),
]
SOON = {"segment.ms": "100", "min.cleanable.dirty.ratio": "0.001", "max.compaction.lag.ms": "100"}
"""What the brokers wait for days for, within moments."""
KEYS, VERSIONS = 5, 4

pytestmark = [pytest.mark.servers, pytest.mark.timeout(150)]


@pytest.mark.parametrize(("scheme", "opener"), CLIENTS)
def test_a_new_group_finds_the_newest_of_each_key_in_a_log_with_holes(
    kafka: Kafka, scheme: str, opener: Callable[..., Bus], clock: ManualClock
) -> None:
    url = kafka.url(scheme, partitions=1, beat_ms=100)
    with closing(opener(url, clock=clock)) as bus:
        for version in range(VERSIONS):
            bus.publish([record(f"key {number}", version) for number in range(KEYS)])
        compact_soon(kafka, brokers.parse(url).topic(STORIES.name))
        deadline = time.monotonic() + 100
        turns = itertools.count()
        found: list[Record] = []
        while len(found) != KEYS:
            assert time.monotonic() < deadline, "the brokers did not compact"
            turn = next(turns)
            bus.publish([record("later", turn)])  # closes the segment before
            found = [one for one in everything(bus, f"g{turn}") if one.key != b"later"]

    newest = [record(f"key {number}", VERSIONS - 1) for number in range(KEYS)]
    assert sorted(found, key=lambda one: one.key) == newest


def record(key: str, version: int) -> Record:
    return Record(STORIES.name, key.encode(), (), f"{key} at {version}".encode())


def compact_soon(kafka: Kafka, topic: str) -> None:
    with closing(KafkaAdminClient(bootstrap_servers=kafka.bootstrap)) as client:
        said = client.alter_configs([ConfigResource("TOPIC", topic, SOON)])
    assert said == {"topic": {topic: "OK"}}


def everything(bus: Bus, group: str) -> list[Record]:
    """Return what a group that is new reads."""
    subscription = bus.subscribe(group, [STORIES.name])
    found = drain(subscription)
    while not subscription.lag():
        found += drain(subscription)
    subscription.close()
    return [delivery.record for delivery in found]

"""What cannot be read does not block what can: it is stepped over and told of."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from harness.buses import gather
from kafka import KafkaProducer
from servers import kafka as kafka_server
from servers.kafka import Kafka
from typing_extensions import override

from libs.adapters.kafka.bus import open_bus as open_kafka
from libs.adapters.librdkafka.bus import open_bus as open_librdkafka
from libs.adapters.prometheus.telemetry import open_telemetry
from libs.adapters.sql.database import open_database
from libs.adapters.sql.migrate import migrate
from libs.contracts import brokers
from libs.contracts.codec import encode, source_of
from libs.contracts.envelope import Event, Record
from libs.contracts.gen.kring.events.v1.inbox_pb2 import Submission
from libs.contracts.topics import INBOX
from libs.kernel.clock import ManualClock
from libs.kernel.ids import Ids
from libs.ports.bus import Bus, Delivery
from libs.ports.database import Work
from libs.runtime.consumer import Consumer

TOPIC = INBOX.name
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CLIENTS = [
    pytest.param("kafka", open_kafka, id="kafka"),
    pytest.param("kafka+librdkafka", open_librdkafka, id="librdkafka"),
]

Opener = Callable[..., Bus]
pytestmark = [pytest.mark.servers, pytest.mark.timeout(120)]


class NoText(str):
    """A name that goes out as bytes that are no UTF-8."""

    __slots__ = ()

    @override
    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        return b"\xff\xfe"


@pytest.fixture
def own() -> Iterator[Kafka]:
    """Give a broker whose disk nobody else uses."""
    with kafka_server.running() as running:
        yield running


def record(value: bytes) -> Record:
    return Record(TOPIC, b"key", (), value)


def whole(found: list[Delivery]) -> list[bytes]:
    return [each.record.value for each in found if not each.unreadable]


@pytest.mark.parametrize(("scheme", "opener"), CLIENTS)
def test_a_header_whose_name_is_no_text_is_stepped_over(
    kafka: Kafka, scheme: str, opener: Opener, clock: ManualClock
) -> None:
    url = kafka.url(scheme, partitions=1, beat_ms=100)
    with closing(opener(url, clock=clock)) as bus:
        bus.publish([record(b"before")])
        odd(kafka, url)
        bus.publish([record(b"after")])

        found = gather(bus.subscribe("g", [TOPIC]), 3)

    assert whole(found) == [b"before", b"after"]
    assert [(each.offset, bool(each.unreadable)) for each in found] == [
        (0, False),
        (1, True),
        (2, False),
    ]


def test_a_batch_that_was_damaged_on_disk_is_stepped_over(own: Kafka, clock: ManualClock) -> None:
    url = own.url(partitions=1, beat_ms=100)
    with closing(open_kafka(url, clock=clock)) as bus:
        bus.publish([record(b"before")])
        bus.publish([record(b"%d of the damaged" % number * 50) for number in range(30)])
        bus.publish([record(b"after")])
        damage(own.log(brokers.parse(url).topic(TOPIC)), batch=1)

        subscription = bus.subscribe("g", [TOPIC])
        found: list[Delivery] = []
        while b"after" not in whole(found):
            found += gather(subscription, 1)
        subscription.commit({each.slot: each.offset + 1 for each in found})
        assert set(subscription.lag().values()) == {0}

    assert whole(found)[0] == b"before"
    (gap,) = (each for each in found if each.unreadable)
    assert 1 <= gap.offset <= 30
    assert [each.offset for each in found] == [0, *range(gap.offset, 32)]


def test_a_consumer_buries_it_once_and_applies_what_stands_around_it(
    kafka: Kafka, tmp_path: Path, clock: ManualClock, ids: Ids
) -> None:
    url, database_url = kafka.url(partitions=1, beat_ms=100), f"sqlite:///{tmp_path}/x.db"
    migrate(database_url)
    database = open_database(database_url, source=source_of("x"), clock=clock, ids=ids)
    taken: list[str] = []

    def take(events: Sequence[Event[Submission]], _work: Work) -> None:
        taken.extend(event.id for event in events)

    with closing(database), closing(open_kafka(url, clock=clock)) as bus:
        bus.publish([submission("before")])
        odd(kafka, url)
        bus.publish([submission("after")])
        consumer = Consumer(
            "x", {INBOX: take}, bus=bus, database=database, telemetry=open_telemetry()
        )
        deadline = time.monotonic() + 60
        while len(taken) < 2:
            assert time.monotonic() < deadline, taken
            consumer.turn(timeout_seconds=0.5)
        (letter,) = database.letters().find(limit=10)

    assert taken == ["before", "after"]
    assert (letter.partition, letter.offset) == (0, 1)
    assert "cannot be read" in letter.reason
    assert not consumer.halted


def submission(name: str) -> Record:
    return encode(
        Event(
            topic=INBOX,
            id=name,
            aggregate_id=name,
            sequence=0,
            programme="p",
            source="/other",
            time=NOON,
            state=Submission(external_id=name),
        )
    )


def odd(kafka: Kafka, url: str) -> None:
    """Publish a record with a header whose name is no text."""
    producer = KafkaProducer(bootstrap_servers=kafka.bootstrap)
    topic = brokers.parse(url).topic(TOPIC)
    producer.send(topic, b"odd", b"key", [(NoText("name"), b"value")]).get(10)
    producer.close()


def damage(segment: Path, *, batch: int) -> None:
    """Flip one bit in the middle of a batch; the broker reads the file anew for each consumer."""
    content = bytearray(segment.read_bytes())
    start = 0
    for _ in range(batch):
        start += 12 + int.from_bytes(content[start + 8 : start + 12], "big")
    length = int.from_bytes(content[start + 8 : start + 12], "big")
    content[start + 12 + length // 2] ^= 1
    with segment.open("r+b") as file:
        file.write(content)

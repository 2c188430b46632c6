"""P1 and the relay: our loops over a real Kafka against the bare clients that they use.

``python -m bench.log --events 20000`` starts a Kafka of its own, publishes stories of about 1 KB,
and lets each side read and commit, or publish, all of them in turn.
"""

import argparse
import itertools
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import confluent_kafka
from bench.telling import tell
from kafka import KafkaConsumer, KafkaProducer, OffsetAndMetadata
from servers.kafka import Kafka, running

from libs.adapters.kafka import publishing
from libs.adapters.kafka.bus import open_bus as open_kafka
from libs.adapters.librdkafka.bus import open_bus as open_librdkafka
from libs.adapters.prometheus.telemetry import open_telemetry
from libs.adapters.sql.database import open_database
from libs.adapters.sql.migrate import migrate
from libs.contracts import brokers
from libs.contracts.codec import encode, source_of
from libs.contracts.envelope import Event, Record
from libs.contracts.gen.kring.events.v1.stories_pb2 import Story
from libs.contracts.topics import STORIES
from libs.kernel.clock import SystemClock
from libs.kernel.ids import Uuid7
from libs.ports.bus import Bus
from libs.ports.database import Database, Work
from libs.runtime.bench.rounds import ROUNDS, Outcome, Pair, interleaved, rate
from libs.runtime.consumer import Consumer
from libs.runtime.logs import configure_logs
from libs.runtime.memory import collect_rarely
from libs.runtime.relay import Relay
from libs.runtime.service import Handler

CLOCK = SystemClock()
IDS = Uuid7(CLOCK)
TEXT_BYTES = 800
POLL_RECORDS = 500
LEAST_OF_BARE = 0.8
LEAST_OF_BARE_CONFLUENT = 0.5
LEAST_OVER_BARE = 4.0
LEAST_OF_PRODUCER = 0.6


@dataclass
class Site:
    """A Kafka with a full topic, and a database for whoever consumes or publishes."""

    kafka: Kafka
    database: Database
    records: Sequence[Record]
    url: str
    groups: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def topic(self) -> str:
        return brokers.parse(self.url).topic(STORIES.name)

    def group(self) -> str:
        """Return the name of a group that never read anything."""
        return f"bench-{next(self.groups)}"


@contextmanager
def site(events: int) -> Iterator[Site]:
    """Start a Kafka and publish so many stories."""
    with running() as kafka, tempfile.TemporaryDirectory(prefix="kring-bench-") as folder:
        url = f"sqlite:///{folder}/bench.db"
        migrate(url)
        database = open_database(url, source=source_of("bench"), clock=CLOCK, ids=IDS)
        made = Site(kafka, database, stories(events), kafka.url(partitions=1))
        with closing(open_librdkafka(made.url, clock=CLOCK)) as bus:
            publish(bus, made.records)
        yield made
        database.close()


def stories(amount: int) -> list[Record]:
    """Return stories of different aggregates, whose texts compress about as texts do."""
    chance = random.Random(20261122)  # noqa: S311  # nothing secret
    return [
        encode(
            Event(
                topic=STORIES,
                id=IDS.new(),
                aggregate_id=IDS.new(),
                sequence=1,
                programme=IDS.new(),
                source=source_of("ingestion"),
                time=CLOCK.now(),
                state=Story(story_id=str(number), body=chance.randbytes(TEXT_BYTES // 2).hex()),
            )
        )
        for number in range(amount)
    ]


def publish(bus: Bus, records: Sequence[Record]) -> None:
    while records:
        records = records[bus.publish(records[:POLL_RECORDS]) :]


def our_consumer(made: Site, opener: Callable[..., Bus]) -> float:
    """Return events a second of the runtime's loop with a handler that does nothing."""
    handled = 0

    def nothing(events: Sequence[Event[Story]], _work: Work) -> None:
        nonlocal handled
        handled += len(events)

    with closing(opener(made.url, clock=CLOCK)) as bus:
        handlers: dict[Any, Handler] = {STORIES: nothing}
        consumer = Consumer(
            made.group(), handlers, bus=bus, database=made.database, telemetry=open_telemetry()
        )
        while not handled:
            consumer.turn(timeout_seconds=1.0)
        first, begun = handled, time.perf_counter()
        while handled < len(made.records):
            consumer.turn(timeout_seconds=1.0)
        return (handled - first) / (time.perf_counter() - begun)


def bare_kafka_python(made: Site) -> float:
    """Return events a second of the client alone, which commits what each poll brought."""
    consumer = KafkaConsumer(
        made.topic,
        bootstrap_servers=made.kafka.bootstrap,
        group_id=made.group(),
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_poll_records=POLL_RECORDS,
    )

    def poll() -> int:
        found = consumer.poll(timeout_ms=1000)
        if found:
            consumer.commit(
                {
                    partition: OffsetAndMetadata(messages[-1].offset + 1, "", -1)
                    for partition, messages in found.items()
                }
            )
        return sum(map(len, found.values()))

    measured = _counted(poll, len(made.records))
    consumer.close(autocommit=False)
    return measured


def bare_confluent(made: Site) -> float:
    """Return events a second of the other client alone, which does the same."""
    consumer = confluent_kafka.Consumer(
        {
            "bootstrap.servers": made.kafka.bootstrap,
            "group.id": made.group(),
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
        }
    )
    consumer.subscribe([made.topic])

    def poll() -> int:
        found = consumer.consume(POLL_RECORDS, 1.0)
        for message in found:
            message.value()
        if found:
            consumer.commit(message=found[-1], asynchronous=False)
        return len(found)

    measured = _counted(poll, len(made.records))
    consumer.close()
    return measured


def _counted(poll: Callable[[], int], amount: int) -> float:
    """Return how many a second come after the first ones; joining a group does not count."""
    first = 0
    while not first:
        first = poll()
    begun = time.perf_counter()
    done = first
    while done < amount:
        done += poll()
    return (done - first) / (time.perf_counter() - begun)


def our_relay(made: Site, opener: Callable[..., Bus]) -> float:
    """Return rows a second from the outbox to acknowledged and marked as sent."""
    with made.database.write() as work:
        for story in made.records:
            work.emit(
                STORIES,
                story.key.decode(),
                programme="p",
                sequence=1,
                state=Story.FromString(story.value),
            )
    with closing(opener(made.kafka.url(partitions=1), clock=CLOCK)) as bus:
        publish(bus, made.records[:1])  # the topic is made, the producer connected
        relay = Relay("bench", database=made.database, bus=bus, telemetry=open_telemetry())
        return rate(relay.drain, len(made.records))


def bare_producer(made: Site) -> float:
    """Return records a second of the client with the same settings, all at once."""
    url = made.kafka.url(partitions=1)
    with closing(open_kafka(url, clock=CLOCK)) as bus:
        publish(bus, made.records[:1])
    topic = brokers.parse(url).topic(STORIES.name)
    producer = KafkaProducer(bootstrap_servers=made.kafka.bootstrap, **publishing.SETTINGS)
    producer.send(topic, b"", b"").get(10)

    def send() -> None:
        for each in made.records:
            producer.send(topic, each.value, each.key, list(each.headers))
        producer.flush()

    measured = rate(send, len(made.records))
    producer.close()
    return measured


def measured(made: Site, rounds: int) -> list[Outcome]:
    sides = interleaved(
        {
            "kafka": lambda: our_consumer(made, open_kafka),
            "bare kafka": lambda: bare_kafka_python(made),
            "librdkafka": lambda: our_consumer(made, open_librdkafka),
            "bare confluent": lambda: bare_confluent(made),
            "relay": lambda: our_relay(made, open_kafka),
            "bare producer": lambda: bare_producer(made),
        },
        rounds=rounds,
    )
    size = sum(len(each.value) for each in made.records) // len(made.records)
    note = f"{len(made.records):,} stories of {size} bytes, one partition, gzip, acks=all"

    def pair(goal: str, what: str, ours: str, theirs: str, least: float) -> Pair:
        return Pair(
            goal=goal,
            what=what,
            unit="events/s",
            against=theirs,
            ours=sides[ours],
            theirs=sides[theirs],
            least=least,
            note=note,
        )

    loop = "consumer loop, applied in SQLite"
    return [
        pair("P1", f"{loop}, kafka-python", "kafka", "bare kafka", LEAST_OF_BARE),
        pair("P1", f"{loop}, librdkafka", "librdkafka", "bare confluent", LEAST_OF_BARE_CONFLUENT),
        pair("P1", f"{loop}, librdkafka", "librdkafka", "bare kafka", LEAST_OVER_BARE),
        pair("", "relay from SQLite, kafka-python", "relay", "bare producer", LEAST_OF_PRODUCER),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--record", type=Path, help="append the outcome to this document")
    given = parser.parse_args()
    collect_rarely()
    configure_logs(format_name="json", level="info")  # as services do: no line per event
    with site(given.events) as made:
        outcomes = measured(made, given.rounds)
    tell(outcomes, given.record)


if __name__ == "__main__":
    main()

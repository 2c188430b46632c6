"""What real servers hold of an installation, read past Kring."""

import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import psycopg
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # it names no exports
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourceType,
)
from confluent_kafka.cimpl import NewPartitions
from faults.checker import Sequences
from faults.observing import ENCODER, KEPT, SERVICES, Site
from kafka.admin import KafkaAdminClient
from typing_extensions import override

from libs.contracts import headers
from libs.contracts.brokers import Brokers
from libs.contracts.envelope import Record
from libs.contracts.topics import TOPICS
from libs.runtime.cli.letters import opened
from libs.runtime.consumer import group_of
from libs.runtime.settings import load

ANSWER_SECONDS = 20.0
PATIENCE_SECONDS = 60.0


class Log:
    """The topics of one installation."""

    def __init__(self, brokers: Brokers) -> None:
        self._brokers = brokers
        # One for good: if it goes while brokers that are down owe it an answer, the process ends.
        self._administrator = AdminClient({"bootstrap.servers": brokers.servers})

    def read(self, topic: str) -> Iterator[Record]:
        """Yield every record that is there now, slot by slot."""
        with closing(self._reader()) as reader:
            for number in self._slots(reader, topic):
                place = TopicPartition(self._brokers.topic(topic), number)
                oldest, end = reader.get_watermark_offsets(place, timeout=ANSWER_SECONDS)
                reader.assign([TopicPartition(place.topic, number, oldest)])
                yield from self._until(reader, topic, end) if oldest < end else ()

    def write(self, records: Iterable[Record]) -> None:
        """Append records as anybody may who is let in, each where its key belongs."""
        producer = Producer(
            {
                "bootstrap.servers": self._brokers.servers,
                "partitioner": "murmur2_random",
                "message.max.bytes": 4 * 2**20,
            }
        )
        failures: list[object] = []
        for record in records:
            producer.produce(
                self._brokers.topic(record.topic),
                record.value or None,
                record.key,
                headers=list(record.headers),
                on_delivery=lambda error, _message: failures.append(error) if error else None,
            )
            producer.poll(0)
        assert producer.flush(ANSWER_SECONDS) == 0
        assert not failures, failures

    def widen(self, topic: str, partitions: int) -> None:
        """Give a topic so many partitions."""
        wanted = NewPartitions(self._brokers.topic(topic), partitions)
        for answer in self._administrator.create_partitions([wanted]).values():
            answer.result(timeout=ANSWER_SECONDS)

    def delete(self, topic: str) -> None:
        """Delete every record of a topic, as time does."""
        name = self._brokers.topic(topic)
        with closing(self._reader()) as reader:
            slots = [TopicPartition(name, number) for number in self._slots(reader, topic)]
            ends = [reader.get_watermark_offsets(slot, timeout=ANSWER_SECONDS)[1] for slot in slots]
        places = [
            TopicPartition(name, slot.partition, end) for slot, end in zip(slots, ends, strict=True)
        ]
        self._keep_by(name, "compact,delete")  # one that is only compacted loses none
        for answer in self._administrator.delete_records(places).values():
            answer.result(timeout=ANSWER_SECONDS)
        self._keep_by(name, "compact")

    def drop(self, topic: str) -> None:
        """Delete a topic with all that is in it."""
        for answer in self._administrator.delete_topics([self._brokers.topic(topic)]).values():
            answer.result(timeout=ANSWER_SECONDS)

    def _keep_by(self, topic: str, policy: str) -> None:
        entry = ConfigEntry("cleanup.policy", policy, incremental_operation=AlterConfigOpType.SET)
        resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[entry])
        for answer in self._administrator.incremental_alter_configs([resource]).values():
            answer.result(timeout=ANSWER_SECONDS)

    def unread(self) -> int:
        """Return how many records the groups of our services have not committed."""
        groups = {name: self._brokers.group(group_of(name)) for name in SERVICES}
        with closing(KafkaAdminClient(bootstrap_servers=self._brokers.servers)) as client:
            committed = client.list_group_offsets(list(groups.values()))
        done = {
            (group, slot.topic, slot.partition): place.offset
            for group, found in committed.items()
            for slot, place in found.items()
        }
        with closing(self._reader()) as reader:
            for kept in KEPT:  # who has committed nothing yet has taken nothing
                topic = self._brokers.topic(kept.topic.name)
                for name, number in product(kept.consumers, self._slots(reader, kept.topic.name)):
                    done.setdefault((groups[name], topic, number), 0)
            return sum(
                self._behind(reader, TopicPartition(topic, number), offset)
                for (_, topic, number), offset in done.items()
            )

    @staticmethod
    def _behind(reader: Consumer, place: TopicPartition, done: int) -> int:
        oldest, end = reader.get_watermark_offsets(place, timeout=ANSWER_SECONDS)
        return max(0, end - max(done, oldest))  # what was deleted is not there to be read

    def _slots(self, reader: Consumer, topic: str) -> list[int]:
        name = self._brokers.topic(topic)
        return sorted(reader.list_topics(name, timeout=ANSWER_SECONDS).topics[name].partitions)

    def _until(self, reader: Consumer, topic: str, end: int) -> Iterator[Record]:
        deadline = time.monotonic() + PATIENCE_SECONDS
        position = -1
        while position < end - 1:
            assert time.monotonic() < deadline, f"{topic} does not come to {end}"
            message = reader.poll(1.0)
            if message is None or message.error():
                continue
            position = message.offset() or 0
            yield _record(topic, message)

    def _reader(self) -> Consumer:
        return Consumer(
            {
                "bootstrap.servers": self._brokers.servers,
                "group.id": "a-reader-that-commits-nothing",
                "enable.auto.commit": False,
                "enable.partition.eof": False,
            }
        )


def _record(topic: str, message: Any) -> Record:  # noqa: ANN401  # its types are too wide
    given = headers.whole(message.headers())
    return Record(topic, message.key() or b"", given, message.value() or b"")


@dataclass
class OverServers(Site):
    """What stands in PostgreSQL, Kafka and Elasticsearch; Kring may be running."""

    data: Path
    settings: dict[str, str]
    log: Log

    @override
    def rows(self, service: str, query: str) -> list[tuple[Any, ...]]:
        with self.asking(service) as connection:
            return connection.execute(query.encode()).fetchall()

    @contextmanager
    def asking(self, service: str) -> Iterator[psycopg.Connection]:
        """Give a connection to the database of a service; each statement counts at once."""
        url = self.settings["database"].replace("{service}", service)
        with psycopg.connect(url, autocommit=True) as connection:
            yield connection

    @override
    def records(self, topic: str) -> Iterable[Record]:
        assert topic in TOPICS
        return self.log.read(topic)

    @override
    def unread(self) -> int:
        return self.log.unread()

    @override
    def sequences(self, index: str) -> Sequences:
        given = load(data=self.data, encoder=ENCODER, **self.settings)
        with opened(given) as wiring:
            return wiring.index("search", index).sequences()

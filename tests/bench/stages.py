"""What taking a story in costs at least: each stage's bare client alone, on the same stories.

Each writes, sends or computes exactly what the product must, by the client that the product uses,
in batches as large as the product's, prepared beforehand; none of our own code stands between.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import count
from time import process_time
from typing import Any

import psycopg
from harness.processors import processor_seconds
from harness.split import Servers
from kafka import KafkaConsumer, KafkaProducer

from libs.adapters.elasticsearch.address import Address
from libs.adapters.elasticsearch.connection import connect
from libs.adapters.elasticsearch.index import open_index
from libs.adapters.elasticsearch.sources import source_of as searched_source_of
from libs.adapters.elasticsearch.writing import write
from libs.adapters.kafka import publishing
from libs.adapters.kafka.bus import open_bus
from libs.contracts import brokers
from libs.contracts.codec import encode, source_of
from libs.contracts.envelope import Event, Record
from libs.contracts.gen.kring.events.v1.stories_pb2 import Story
from libs.contracts.headers import pack
from libs.contracts.topics import STORIES
from libs.kernel.clock import SystemClock
from libs.kernel.ids import Uuid7
from libs.kernel.passages import split_passages
from libs.ports.encoder import Encoder
from libs.ports.index import Document, Passage
from services.search.events import STORY_TEXTS

CLOCK = SystemClock()
IDS = Uuid7(CLOCK)
IMPORTED = 25
"""Records of one request of `kring import`, which are one transaction."""
CONSUMED = 64
"""Records that the consumer of search takes at a time while encoding is what takes long."""
_TABLES = """
CREATE TABLE IF NOT EXISTS story (id text PRIMARY KEY, sequence bigint, state bytea);
CREATE TABLE IF NOT EXISTS identity (key text PRIMARY KEY, id text, digest text);
CREATE TABLE IF NOT EXISTS outbox (id bigserial PRIMARY KEY, topic text, key bytea, headers bytea,
    value bytea, created_at double precision, sent_at double precision);
CREATE TABLE IF NOT EXISTS applied (consumer text, aggregate text, sequence bigint, digest bytea,
    PRIMARY KEY (consumer, aggregate));
"""

Told = dict[str, Any]
Stage = Callable[[], None]


@dataclass
class Stages:
    """The stages over these servers, with a namespace of their own for each run."""

    servers: Servers
    encoder: Encoder
    runs: Iterator[int] = field(default_factory=count)

    def seconds(self, stories: Sequence[Told]) -> dict[str, float]:
        """Return the processor time of each stage for these stories, of client and server."""
        made = [_event(each) for each in stories]
        records = [encode(each) for each in made]
        texts = [_passages(each.state, self.encoder.passage_words) for each in made]
        documents = self._documents(made, texts)
        stages = {
            "store": (self._store(made, records), self.servers.postgres.servers[-1].pid),
            "publish and consume": (self._log(records), self.servers.kafka.server.pid),
            "encode": (self._encode([text for each in texts for text in each]), 0),
            "index": (self._index(documents), self.servers.elasticsearch.server.pid),
            "apply": (self._apply(made), self.servers.postgres.servers[-1].pid),
        }
        return {name: _measured(*stage) for name, stage in stages.items()}

    def _documents(
        self, made: Sequence[Event[Story]], texts: Sequence[Sequence[str]]
    ) -> list[tuple[str, int, dict[str, Any]]]:
        found = []
        for event, passages in zip(made, texts, strict=True):
            vectors = self.encoder.encode(passages, "query")  # another memory than the measured one
            story = event.state
            document = Document(
                id=event.aggregate_id,
                language=story.language,
                texts={name: getattr(story, name) for name in STORY_TEXTS if getattr(story, name)},
                keywords={"theme": list(story.themes), "visibility": ["network"]},
                passages=[
                    Passage("text", text, vector)
                    for text, vector in zip(passages, vectors, strict=True)
                ],
                payload={"title": story.title, "summary": story.summary},
            )
            found.append((document.id, 1, searched_source_of(document)))
        return found

    def _store(self, made: Sequence[Event[Story]], records: Sequence[Record]) -> Stage:
        """Upsert the story and its identity, and put its event into the outbox and mark it sent."""
        rows = [
            (
                (event.aggregate_id, 1, event.state.SerializeToString()),
                (f"key {event.aggregate_id}", event.aggregate_id, "digest"),
                (record.topic, record.key, pack(record.headers), record.value, 0.0),
            )
            for event, record in zip(made, records, strict=True)
        ]
        statements = (
            b"INSERT INTO story VALUES (%s, %s, %s)",
            b"INSERT INTO identity VALUES (%s, %s, %s)",
            b"INSERT INTO outbox (topic, key, headers, value, created_at) VALUES (%s,%s,%s,%s,%s)",
        )

        def work() -> None:
            with psycopg.connect(self._database()) as connection, connection.cursor() as cursor:
                for first in range(0, len(rows), IMPORTED):
                    for statement, part in zip(
                        statements, zip(*rows[first : first + IMPORTED], strict=True), strict=True
                    ):
                        cursor.executemany(statement, part)
                    connection.commit()
                cursor.execute(b"UPDATE outbox SET sent_at = 1 WHERE sent_at IS NULL")
                connection.commit()

        return work

    def _apply(self, made: Sequence[Event[Story]]) -> Stage:
        rows = [("kring.search", event.subject, 1, b"d" * 32) for event in made]

        def work() -> None:
            with psycopg.connect(self._database()) as connection, connection.cursor() as cursor:
                for first in range(0, len(rows), CONSUMED):
                    cursor.executemany(
                        b"INSERT INTO applied VALUES (%s, %s, %s, %s)"
                        b" ON CONFLICT (consumer, aggregate) DO UPDATE"
                        b" SET sequence = excluded.sequence",
                        rows[first : first + CONSUMED],
                    )
                    connection.commit()

        return work

    def _database(self) -> str:
        url = self.servers.postgres.url("postgres")
        with closing(psycopg.connect(url, autocommit=True)) as connection:
            connection.execute(_TABLES)
        return url

    def _log(self, records: Sequence[Record]) -> Stage:
        """Publish by one client and read by another, with our settings."""
        url = self.servers.kafka.url(partitions=4)
        topic = brokers.parse(url).topic(STORIES.name)
        with closing(open_bus(url, clock=CLOCK)) as bus:
            bus.publish(records[:1])  # makes the topic
        bootstrap = self.servers.kafka.bootstrap

        def work() -> None:
            producer = KafkaProducer(bootstrap_servers=bootstrap, **publishing.SETTINGS)
            for each in records:
                producer.send(topic, each.value, each.key, list(each.headers))
            producer.flush()
            producer.close()
            consumer = KafkaConsumer(
                topic,
                bootstrap_servers=bootstrap,
                group_id=f"bench-{next(self.runs)}",
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                max_poll_records=CONSUMED,
            )
            found = 0
            while found < len(records):
                polled = consumer.poll(timeout_ms=1000)
                found += sum(map(len, polled.values()))
                if polled:
                    consumer.commit()
            consumer.close(autocommit=False)

        return work

    def _encode(self, texts: Sequence[str]) -> Stage:
        def work() -> None:
            for first in range(0, len(texts), CONSUMED):
                self.encoder.encode(texts[first : first + CONSUMED], "passage")

        return work

    def _index(self, documents: Sequence[tuple[str, int, dict[str, Any]]]) -> Stage:
        """Store documents that are made already in an index like ours."""
        url = f"{self.servers.elasticsearch.url}?prefix=bare{next(self.runs)}&replicas=0"
        client = connect(Address.parse(url))
        with closing(open_index(url, "bench", "stories", dimension=self.encoder.dimension)) as made:
            alias = made.alias

        def work() -> None:
            for first in range(0, len(documents), CONSUMED):
                write(client, alias, documents[first : first + CONSUMED])
            client.close()

        return work


def _measured(stage: Stage, server: int) -> float:
    """Return the processor time of this process and of a server's, for one stage."""
    own, theirs = process_time(), processor_seconds(server) if server else 0.0
    stage()
    spent = process_time() - own
    return spent + (processor_seconds(server) - theirs if server else 0.0)


def _event(told: Told) -> Event[Story]:
    identity = IDS.new()
    story = Story(story_id=identity, language=told["language"], themes=told.get("themes", []))
    for name in STORY_TEXTS:
        setattr(story, name, str(told.get(name) or ""))
    return Event(
        topic=STORIES,
        id=IDS.new(),
        aggregate_id=identity,
        sequence=1,
        programme=IDS.new(),
        source=source_of("ingestion"),
        time=CLOCK.now(),
        state=story,
    )


def _passages(story: Story, words: int) -> list[str]:
    """Return what is encoded of a story, as search does it."""
    body = "\n".join(getattr(story, name) for name in STORY_TEXTS[1:]).strip()
    stretches = split_passages(body, words=words) or [story.title]
    return [f"{story.title}. {stretch}" for stretch in stretches]

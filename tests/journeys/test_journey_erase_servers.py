"""Somebody leaves an installation over real servers: no byte of theirs stays in any of them.

What the engines leave to their administrators is done as docs/operator.md says: PostgreSQL's tables
are rewritten and its write-ahead log is let go of.
"""

import json
import urllib.request
from base64 import b64decode
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from harness import leaver
from harness.split import SERVICES, Servers, SplitKring
from harness.traces import files, traces
from kafka import KafkaConsumer, TopicPartition
from psycopg import sql
from redis import Redis as RedisClient
from servers.elasticsearch import Elasticsearch
from servers.kafka import Kafka
from servers.postgres import Postgres
from servers.redis import Redis

pytestmark = [pytest.mark.journey, pytest.mark.servers, pytest.mark.timeout(600)]

MOST = 10_000


@pytest.fixture
def servers(
    kafka: Kafka, elasticsearch: Elasticsearch, postgres: Postgres, redis: Redis
) -> Servers:
    return Servers(kafka, elasticsearch, postgres, redis)


@pytest.fixture
def kring(tmp_path: Path, servers: Servers) -> Iterator[SplitKring]:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    installation = SplitKring(tmp_path / "data", servers, TMPDIR=str(temporary))
    yield installation
    installation.close()


def everywhere(folder: Path, servers: Servers) -> Iterator[tuple[str, bytes]]:
    """Yield everything that is kept anywhere: files as they are, and what engines compress."""
    yield from (("files", content) for _, content in files(folder))
    yield from _in_postgres(servers.postgres)
    yield from (("kafka files", content) for _, content in files(servers.kafka.folder / "log"))
    yield from _in_kafka(servers.kafka)
    yield from (
        ("elasticsearch files", content) for _, content in files(servers.elasticsearch.data)
    )
    documents = json.dumps(_in_elasticsearch(servers.elasticsearch), ensure_ascii=False)
    yield "elasticsearch documents", documents.encode()
    yield from (("redis files", content) for _, content in files(servers.redis.folder))
    yield from _in_redis(servers.redis)


def databases(postgres: Postgres) -> list[str]:
    with psycopg.connect(postgres.url("postgres")) as connection:
        found = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'kring%'")
        return [row[0] for row in found]


def _in_postgres(postgres: Postgres) -> Iterator[tuple[str, bytes]]:
    for name in databases(postgres):
        with psycopg.connect(postgres.url(name)) as connection:
            tables = connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            ).fetchall()
            for (table,) in tables:
                rows = connection.execute(
                    sql.SQL("SELECT t::text FROM {} AS t").format(sql.Identifier(table))
                )
                yield "postgres rows", "\n".join(row[0] for row in rows).encode()
    for part in ("base", "pg_wal"):
        for _, content in files(postgres.folder / "data" / part):
            yield f"postgres {part}", content


def _in_kafka(kafka: Kafka) -> Iterator[tuple[str, bytes]]:
    """Yield every record, decompressed, with its key and its headers."""
    with closing(
        KafkaConsumer(bootstrap_servers=f"127.0.0.1:{kafka.port}", enable_auto_commit=False)
    ) as consumer:
        slots = [
            TopicPartition(topic, partition)
            for topic in consumer.topics()
            for partition in consumer.partitions_for_topic(topic)
        ]
        consumer.assign(slots)
        consumer.seek_to_beginning(*slots)
        begun = consumer.beginning_offsets(slots)
        left = {slot: end for slot, end in consumer.end_offsets(slots).items() if begun[slot] < end}
        while left:
            for slot, records in consumer.poll(timeout_ms=500).items():
                for record in records:
                    yield "kafka records", (record.key or b"") + (record.value or b"")
                if records[-1].offset + 1 >= left.get(slot, 0):
                    left.pop(slot, None)


def _in_elasticsearch(elasticsearch: Elasticsearch) -> list[dict[str, Any]]:
    """Return every document as it is kept."""
    url = f"http://127.0.0.1:{elasticsearch.port}/_all/_search?size={MOST}"
    with urllib.request.urlopen(url, timeout=30) as answer:  # loopback
        found: list[dict[str, Any]] = json.load(answer)["hits"]["hits"]
    return [hit["_source"] for hit in found]


def vectors_of(elasticsearch: Elasticsearch, member_id: str) -> list[bytes]:
    """Return the vectors of what somebody wrote, as float32 bytes and as documents hold them."""
    packed = {
        vector
        for source in _in_elasticsearch(elasticsearch)
        if member_id in source.get("keywords", {}).get("owner", ())
        for _, _, vector in source["document"]["passages"]
    }
    return [form for each in sorted(packed) for form in (each.encode(), b64decode(each))]


def _in_redis(redis: Redis) -> Iterator[tuple[str, bytes]]:
    for database in (0, 1):
        with closing(RedisClient(port=redis.port, db=database)) as client:
            for key in client.scan_iter(count=1000):
                yield "redis keys", bytes(key) + _value(client, key)


def _value(client: Any, key: bytes) -> bytes:  # noqa: ANN401  # redis has loose types
    match client.type(key):
        case b"string":
            found = client.get(key)
        case b"hash":
            found = client.hgetall(key)
        case b"set":
            found = client.smembers(key)
        case b"list":
            found = client.lrange(key, 0, -1)
        case b"zset":
            found = client.zrange(key, 0, -1)
        case kind:
            raise TypeError(f"{key!r} is a {kind!r}: say how it is read")
    return repr(found).encode()


def _tidy(servers: Servers) -> None:
    """Do what docs/operator.md leaves to whoever runs PostgreSQL and Redis."""
    for name in databases(servers.postgres):
        with psycopg.connect(servers.postgres.url(name), autocommit=True) as connection:
            connection.execute("VACUUM FULL")
    with psycopg.connect(servers.postgres.url("postgres"), autocommit=True) as connection:
        for _ in range(2):
            connection.execute("SELECT pg_switch_wal()")
            connection.execute("CHECKPOINT")


def test_whoever_is_erased_leaves_no_byte_on_any_server(
    kring: SplitKring,
    servers: Servers,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    kring.start_empty()
    member_id = leaver.live(kring)
    taken = tmp_path_factory.mktemp("taken")  # elsewhere: it is hers
    leaver.check_taken(leaver.taken_along(kring, member_id, taken))
    vectors = vectors_of(servers.elasticsearch, member_id)
    words = {**leaver.shapes(), "vectors": vectors}
    with psycopg.connect(servers.postgres.url("postgres"), autocommit=True) as connection:
        connection.execute("CHECKPOINT")
    before = traces(everywhere(tmp_path, servers), words)

    assert {said for said, _ in before} == set(words)
    places = {place for _, place in before}
    assert places >= {
        "files",  # mails
        "postgres rows",
        "postgres base",
        "postgres pg_wal",
        "elasticsearch files",
        "elasticsearch documents",
    }
    assert not any("kafka" in place for place in places), "what is told is sealed"

    erased = kring.cli("erase", member_id)
    assert erased.returncode == 0, erased.stderr
    for service in SERVICES:
        assert f"{service}: gone" in erased.stdout
    assert kring.stop() == 0
    _tidy(servers)

    assert traces(everywhere(tmp_path, servers), words) == set()
    left = traces(everywhere(tmp_path, servers), leaver.shapes_of_others())
    assert {place for _, place in left} >= {"postgres base", "elasticsearch files"}

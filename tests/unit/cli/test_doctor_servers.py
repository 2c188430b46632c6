"""``kring doctor`` over real servers: what it finds there, and what it says to mend."""

import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import redis as client_of_redis
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from servers.elasticsearch import Elasticsearch
from servers.kafka import Kafka
from servers.redis import Redis

from libs.adapters.elasticsearch.index import open_index
from libs.adapters.kafka.bus import open_bus
from libs.contracts.brokers import parse
from libs.contracts.topics import STORIES
from libs.kernel.clock import SystemClock
from libs.kernel.errors import KringError, RetryableError, SettingsError
from libs.kernel.ids import Uuid7
from libs.ports.checkup import Look
from libs.runtime.settings import Settings
from libs.runtime.wiring import Wiring

pytestmark = pytest.mark.servers
GONE = {
    "index": "elasticsearch://127.0.0.1:1",
    "tasks": "celery+redis://127.0.0.1:1/0",
    "cache": "redis://127.0.0.1:1/0",
    "mail": "smtp://127.0.0.1:1",
}


def looks(folder: Path, **chosen: str) -> dict[str, Look]:
    clock = SystemClock()
    settings = Settings(data=folder, **chosen)  # type: ignore[arg-type]  # pydantic checks it
    wiring = Wiring(settings, clock=clock, ids=Uuid7(clock))
    return dict(wiring.checkups({"search": "kring.search"}))


@pytest.fixture
def bus_url(kafka: Kafka) -> str:
    return kafka.url(partitions=2)


@contextmanager
def joined(bus_url: str, group: str) -> Iterator[None]:
    """Let somebody consume stories in a group."""
    with closing(open_bus(bus_url, clock=SystemClock())) as bus:
        member = bus.subscribe(group, [STORIES.name])
        while not member.lag():
            member.poll(limit=1, timeout_seconds=0.1)
        yield
        member.close()


def test_topics_are_counted_and_groups_that_nobody_is_in_are_told(
    bus_url: str, tmp_path: Path
) -> None:
    found = looks(tmp_path, bus=bus_url)
    assert found["Kafka brokers"]() == "1 answer"
    with joined(bus_url, "somebody else"):
        with pytest.raises(RetryableError, match="start `kring run search --role consumer`"):
            found["search consumers"]()
        with joined(bus_url, "kring.search"):
            assert found["search consumers"]() == "1 consume, 0 records wait"
    told = found["Kafka topics"]()
    assert told.startswith("1 of ")
    assert told.endswith("with 2 partitions, in sync, the others are made when they are needed")


def test_a_topic_that_forgets_states_is_told_with_the_command_that_mends_it(
    bus_url: str, tmp_path: Path
) -> None:
    with joined(bus_url, "kring.search"):
        pass
    brokers = parse(bus_url)
    topic = ConfigResource(
        ConfigResourceType.TOPIC, brokers.topic(STORIES.name), {"cleanup.policy": "delete"}
    )
    with closing(KafkaAdminClient(bootstrap_servers=brokers.servers)) as client:
        client.alter_configs([topic])

    with pytest.raises(RetryableError, match=r"is not compacted.*kafka-configs\.sh --alter"):
        looks(tmp_path, bus=bus_url)["Kafka topics"]()


@pytest.mark.parametrize(("replicas", "status"), [(0, "green"), (1, "yellow, 1 copies missing")])
def test_the_health_of_our_own_indexes_is_told(
    elasticsearch: Elasticsearch, tmp_path: Path, replicas: int, status: str
) -> None:
    url = f"{elasticsearch.url}?prefix=t{uuid.uuid4().hex}&replicas={replicas}"
    open_index(url, "search", "stories", dimension=4).close()

    assert looks(tmp_path, index=url)["Elasticsearch"]() == f"1 nodes, {status}"


def test_a_redis_that_would_drop_tasks_is_told(redis: Redis, tmp_path: Path) -> None:
    address = redis.url(0).partition("?")[0]
    found = looks(tmp_path, tasks=f"celery+{address}", cache=redis.url(1))
    assert found["task queue"]().endswith(" answers")
    assert found["cache"]().endswith(" answers")
    with closing(client_of_redis.Redis.from_url(address)) as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
        try:
            with pytest.raises(SettingsError, match=r"noeviction \(it is allkeys-lru\)"):
                found["task queue"]()
        finally:
            client.config_set("maxmemory-policy", "noeviction")


def test_who_keeps_the_time_and_how_much_waits_is_told(redis: Redis, tmp_path: Path) -> None:
    namespace = uuid.uuid4().hex
    url = f"celery+{redis.url(0)}".partition("?")[0] + f"?prefix={namespace}"
    found = looks(tmp_path, tasks=url)
    with pytest.raises(RetryableError, match="nobody keeps the time"):
        found["beats"]()
    assert found["workers"]() == "0 tasks wait"
    with closing(client_of_redis.Redis.from_url(redis.url(0).partition("?")[0])) as client:
        client.set(f"{namespace}:beat:search", "somebody", px=15_000)
        client.lpush(f"{namespace}:tasks:search", *range(1_001))

    assert found["beats"]() == "the time is kept for search"
    with pytest.raises(RetryableError, match="1001 tasks wait: start more `kring run search"):
        found["workers"]()


def test_what_does_not_answer_is_told_by_each_part(tmp_path: Path) -> None:
    for part, look in looks(tmp_path, **GONE).items():
        with pytest.raises(KringError, match=r".{10,}"):
            look()
        assert part


def test_a_setting_that_is_none_is_told_as_that(tmp_path: Path) -> None:
    found = looks(tmp_path, bus="kafka://")
    with pytest.raises(SettingsError, match=r"KRING_BUS='kafka://': use kafka://\S*host:port"):
        found["KRING_BUS"]()

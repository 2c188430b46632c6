"""Every role as pods of its own over real servers: upgrades and deaths of pods lose nothing."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.charts import CHART
from harness.cluster import OPERATOR_KEY, kubectl, namespace, wait_for
from harness.deployed import Release
from harness.split import SERVICES
from harness.writers import Writers
from servers.elasticsearch import Elasticsearch
from servers.kafka import Kafka
from servers.postgres import Postgres
from servers.redis import Redis
from upgrade.witness import Witness

pytestmark = pytest.mark.cluster
HERE = Path(__file__).parent / "values"
PUBLIC = "kring.example.org"
KILLED = ("gateway-api", "ingestion-api", "ingestion-consumer", "search-consumer", "search-api")


@pytest.fixture(scope="module")
def database(postgres: Postgres) -> str:
    return postgres.url("split_{service}")


@pytest.fixture(scope="module")
def release(
    kafka: Kafka, elasticsearch: Elasticsearch, database: str, redis: Redis
) -> Iterator[Release]:
    kubectl("apply", "-f", str(HERE / "operators.yaml"))
    with namespace("split") as home:
        urls = {
            # A member of a group that was killed is missed after 45 s by default.
            "bus": kafka.url(partitions=4, session_seconds=6, beat_ms=500),
            "database": database,
            "index": f"{elasticsearch.url}?replicas=0",
            "tasks": f"celery+{redis.url(0)}",
            "cache": redis.url(1),
        }
        home.keep_secret("kring-servers", urls)
        release = Release(home, [HERE / "split.yaml"])
        release.install()
        yield release
        release.uninstall()


@pytest.fixture(scope="module")
def witnesses(release: Release, database: str) -> dict[str, Witness]:
    """Let every service's database tell what was applied; the release has made them."""
    assert release.pods()
    return {each: Witness.of(database.replace("{service}", each)) for each in SERVICES}


@pytest.fixture(scope="module")
def writers(release: Release) -> Iterator[Writers]:
    writers = Writers(release.url, {"authorization": f"Bearer {OPERATOR_KEY}", "host": PUBLIC})
    writers.make_programme()
    yield writers
    print(f"\nsplit: {writers.told()}")  # noqa: T201  # run.sh shows it


def test_every_role_becomes_ready_and_a_search_goes_through_all_of_it(release: Release) -> None:
    said = release.test()
    assert "a search: 0 found" in said
    for service in SERVICES:
        assert f"{service}: answers" in said


def test_deaths_of_pods_under_load_lose_nothing(
    release: Release, writers: Writers, witnesses: dict[str, Witness]
) -> None:
    with writers.writing("death"):
        for role in KILLED:
            release.delete_pod(role)
            goal = len(writers.accepted) + 5
            wait_for(lambda: len(writers.accepted) >= goal, "more stories")  # noqa: B023
    writers.assert_nothing_is_lost()
    assert_applied_once(witnesses)


def test_a_rolling_upgrade_under_load_loses_nothing(
    release: Release, writers: Writers, witnesses: dict[str, Witness]
) -> None:
    before = len(writers.accepted)
    with writers.writing("upgrade"):
        release.upgrade("image.tag=new")
    assert release.images() == {"localhost/kring:new"}
    assert len(writers.accepted) > before
    writers.assert_nothing_is_lost()
    assert_applied_once(witnesses)
    for size in release.sizes():
        print(f"\n{size}")  # noqa: T201  # run.sh shows it


def test_nothing_was_buried_and_the_doctor_finds_nothing_wrong(release: Release) -> None:
    assert json.loads(release.kring("ingestion-api", "dlq", "list", "--json")) == []
    release.kring("ingestion-api", "doctor", "--json")


def test_it_rolls_back_under_load(
    release: Release, writers: Writers, witnesses: dict[str, Witness]
) -> None:
    with writers.writing("back"):
        release.roll_back()
    assert release.images() == {"localhost/kring:old"}
    writers.assert_nothing_is_lost()
    assert_applied_once(witnesses)


def test_the_scaled_profile_becomes_ready_and_rolls_back(release: Release, kafka: Kafka) -> None:
    release.upgrade(f"kafka.bootstrap={kafka.bootstrap}", values=[CHART / "values-scaled.yaml"])
    workloads = _names(release, "deployments.apps")
    by_cpu = {name for name in workloads if name.endswith("-api")}
    by_lag = {name for name in workloads if name.endswith("-consumer")}
    assert _names(release, "horizontalpodautoscalers.autoscaling") == by_cpu
    assert _names(release, "scaledobjects.keda.sh") == by_lag
    assert release.home.get("kafkatopics.kafka.strimzi.io")
    assert "a search:" in release.test()
    release.roll_back()
    assert not _names(release, "scaledobjects.keda.sh")
    assert "a search:" in release.test()


def _names(release: Release, kind: str) -> set[str]:
    return {each["metadata"]["name"] for each in release.home.get(kind)}


def assert_applied_once(witnesses: dict[str, Witness]) -> None:
    for service, witness in witnesses.items():
        assert (service, witness.twice()) == (service, [])
        assert (service, witness.backwards()) == (service, [])

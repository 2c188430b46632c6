"""The servers of the fault matrix, broken one by one under a running cluster (`make faults`)."""

import contextlib
import signal
import threading
from collections.abc import Iterator

import pytest
from faults.cluster import Cluster
from faults.conftest import ALL
from faults.people import both, join
from faults.report import Report, Row
from faults.trial import Trial
from harness.installation import Network
from servers.elasticsearch import Elasticsearch
from servers.kafka import Kafka
from servers.loss import loss
from servers.ports import HOST
from servers.postgres import Postgres
from servers.proxy import Proxy
from servers.redis import Redis
from servers.refusing import refusing

from libs.contracts.topics import STORIES as STORY_TOPIC

pytestmark = [
    pytest.mark.servers,
    pytest.mark.journey,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not ALL, reason="`make faults` breaks every server in every way"),
]


@pytest.mark.parametrize("seconds", [1, 10, 150])
def test_kafka_is_killed_and_comes_back(
    trial: Trial, report: Report, kafka: Kafka, seconds: int
) -> None:
    with report.row("X2", f"split: Kafka is killed and away for {seconds} s") as row:
        kafka.server.kill()
        try:
            trial.tell_for(seconds, every_seconds=10)
        finally:
            kafka.start()
        waited = trial.settle()
        assert waited < 60
        row.saw(f"{trial.edition} editions of 60 stories taken meanwhile")
        row.saw(f"at rest {waited:.1f} s after it was back; {trial.check()} snapshots")


@pytest.mark.parametrize("seconds", [45, 150])
def test_kafka_stands_still_and_goes_on(
    trial: Trial, report: Report, kafka: Kafka, seconds: int
) -> None:
    with report.row("X3", f"split: Kafka stands still for {seconds} s") as row:
        kafka.server.signal(signal.SIGSTOP)
        try:
            trial.tell_for(seconds, every_seconds=10)
        finally:
            kafka.server.signal(signal.SIGCONT)
        waited = trial.settle()
        assert waited < 60
        row.saw(f"{trial.edition} editions of 60 stories taken meanwhile")
        row.saw(f"at rest {waited:.1f} s after it went on; {trial.check()} snapshots")


def test_kafka_is_restarted_again_and_again(trial: Trial, report: Report, kafka: Kafka) -> None:
    with report.row("X10", "split: Kafka is killed and started 20 times") as row:
        for _ in range(20):
            assert trial.tell()
            kafka.restart()
        row.saw(f"at rest after {trial.settle():.1f} s; {trial.check()} snapshots")


@contextlib.contextmanager
def _killed(redis: Redis) -> Iterator[None]:
    redis.kill()
    yield
    redis.start()


@contextlib.contextmanager
def _emptied(redis: Redis) -> Iterator[None]:
    """Lose everything, as a restart without its file does."""
    redis.kill()
    for path in redis.folder.glob("appendonlydir/*"):
        path.unlink()
    redis.start()
    yield


@contextlib.contextmanager
def _flushed(redis: Redis) -> Iterator[None]:
    redis.flush()
    yield
    redis.flush()


@contextlib.contextmanager
def _still(redis: Redis) -> Iterator[None]:
    with redis.standing_still():
        yield


@pytest.mark.parametrize(
    ("fault", "broken"),
    [
        ("killed", _killed),
        ("standing still", _still),
        ("restarted without its data", _emptied),
        ("told to forget everything, twice", _flushed),
    ],
)
def test_redis_is_broken_and_no_mail_is_lost(
    cluster: Cluster, trial: Trial, report: Report, redis: Redis, fault: str, broken: object
) -> None:
    assert callable(broken)
    with report.row("X6", f"split: Redis {fault}") as row:
        before = len(cluster.mails())
        network = Network(cluster)
        anybody, _ = both(cluster)
        with broken(redis):
            join(network, f"Lid {trial.series}")
            assert trial.tell(), "a change was refused"
            assert anybody.status("GET", "/v1/search?q=soup") == 200
        begun = trial.settle()
        cluster.wait_for(lambda: len(cluster.mails()) > before, "the mail", 60)
        row.saw(f"changes and searches answered, at rest after {begun:.1f} s")
        row.saw(f"{len(cluster.mails()) - before} mails, none twice; {trial.check()} snapshots")


def test_elasticsearch_is_killed_and_comes_back(
    cluster: Cluster, trial: Trial, report: Report, elasticsearch: Elasticsearch
) -> None:
    with report.row("X7", "split: Elasticsearch is killed and comes back") as row:
        anybody, _ = both(cluster)
        elasticsearch.server.kill()
        try:
            assert trial.tell(), "a change was refused"
            assert anybody.status("GET", "/v1/search?q=soup") == 503
            assert anybody.status("GET", "/v1/recommendations") == 200
        finally:
            elasticsearch.start()
        row.saw("search says 503, changes and recommendations go on")
        row.saw(f"at rest {trial.settle():.1f} s after it was back; {trial.check()} snapshots")


def test_elasticsearch_stands_still_and_goes_on(
    trial: Trial, report: Report, elasticsearch: Elasticsearch
) -> None:
    with report.row("X7", "split: Elasticsearch stands still for 20 s") as row:
        elasticsearch.server.signal(signal.SIGSTOP)
        try:
            trial.tell_for(20, every_seconds=5)
        finally:
            elasticsearch.server.signal(signal.SIGCONT)
        row.saw(f"at rest {trial.settle():.1f} s after it went on; {trial.check()} snapshots")


def test_elasticsearch_refuses_all_then_answers_late(
    cluster: Cluster, trial: Trial, report: Report, elasticsearch: Elasticsearch
) -> None:
    with report.row("X7", "split: Elasticsearch answers 429 for 20 s, then all after 30 s") as row:
        anybody, _ = both(cluster)
        way = Proxy(elasticsearch.port)
        far = cluster.index.replace(f":{elasticsearch.port}", f":{way.port}")
        readers = ("search", "matchmaking")
        try:
            for service in readers:
                cluster.stop_one(service)
                cluster.restart(service, KRING_INDEX=far)
            with refusing() as port, way.leading_to(port):
                trial.tell_for(20, every_seconds=5)
                assert anybody.status("GET", "/v1/search?q=soup") == 503
                assert cluster.site.unread() > 0
            row.saw(f"search says 503, changes go on; at rest after {trial.settle():.1f} s")
            way.delay_seconds = 15.0
            assert trial.tell(), "a change was refused"
            assert anybody.status("GET", "/v1/search?q=bicycles") == 503
            way.delay_seconds = 0.0
            row.saw(f"late: the same; at rest after {trial.settle():.1f} s")
            for service in readers:
                cluster.stop_one(service)
        finally:
            way.close()
        for service in readers:
            cluster.restart(service)
        row.saw(f"no dead letters; {trial.check()} snapshots")


def test_an_index_may_only_be_read_for_a_while(
    cluster: Cluster, trial: Trial, report: Report, elasticsearch: Elasticsearch
) -> None:
    with report.row("X7", "split: the indexes may only be read, as on a full disk") as row:
        trial.tell()
        trial.settle()
        with elasticsearch.read_only():
            assert trial.tell(), "a change was refused"
            cluster.wait_for(lambda: cluster.site.unread() > 0, "records to wait", 30)
        row.saw(f"at rest {trial.settle():.1f} s later, no dead letters; {trial.check()} snapshots")


def test_postgres_is_killed_in_the_middle_of_an_import(
    trial: Trial, report: Report, postgres: Postgres
) -> None:
    with report.row("X8", "split: PostgreSQL is killed 3 times during an import") as row:
        for _ in range(3):
            importing = threading.Thread(target=trial.tell, args=[200])
            importing.start()
            importing.join(0.7)
            postgres.kill()
            importing.join()
            postgres.start()
        trial.tell_until_answered(200)
        row.saw(f"at rest after {trial.settle():.1f} s; {trial.check()} snapshots")


def test_partitions_are_added_while_events_flow(
    cluster: Cluster, trial: Trial, report: Report
) -> None:
    with report.row("X17", "split: the topic of stories gets 3 more partitions") as row:
        trial.tell()
        cluster.site.log.widen(STORY_TOPIC.name, 7)
        trial.tell()
        row.saw(f"at rest after {trial.settle():.1f} s; {trial.check()} snapshots")


def test_the_way_to_kafka_is_slow_then_silent_then_cut(
    cluster: Cluster, trial: Trial, report: Report, kafka: Kafka
) -> None:
    with report.row("X18", "split: 2 s to Kafka and back, silent for 15 s, cut 10 times") as row:
        far = cluster.bus.replace(kafka.bootstrap, f"{HOST}:{kafka.far}")
        with kafka.far_away() as way:
            for service in ("ingestion", "search"):
                cluster.stop_one(service)
                cluster.restart(service, KRING_BUS=far)
            way.delay_seconds = 1.0
            assert trial.tell()
            slow = trial.settle()
            way.delay_seconds = 0.0
            with way.silent():
                trial.tell_for(15, every_seconds=5)
            silent = trial.settle()
            for _ in range(10):
                assert trial.tell()
                way.cut()
            cut = trial.settle()
            row.saw(f"at rest after {slow:.1f}, {silent:.1f} and {cut:.1f} s")
            row.saw(f"{trial.check()} snapshots")
            for service in ("ingestion", "search"):
                cluster.stop_one(service)
        for service in ("ingestion", "search"):
            cluster.restart(service)


def test_packets_are_lost_on_the_way_to_kafka_and_back(
    trial: Trial, report: Report, kafka: Kafka
) -> None:
    with report.row("X18", "split: 30 % of the packets to and from Kafka are lost for 40 s") as row:
        with loss(kafka.port, 0.3):
            trial.tell_for(40, every_seconds=5)
        row.saw(f"{trial.edition} editions of 60 stories taken meanwhile")
        row.saw(f"at rest {trial.settle():.1f} s later; {trial.check()} snapshots")


def test_records_that_were_deleted_before_they_were_read_are_told_again(
    cluster: Cluster, trial: Trial, report: Report
) -> None:
    with report.row("X10", "split: stories are deleted in Kafka before search read them") as row:
        cluster.stop_one("search")
        trial.tell()
        cluster.wait_for(lambda: not _unsent(cluster), "all to be published", 60)
        cluster.site.log.delete(STORY_TOPIC.name)
        cluster.restart("search")
        _tell_again(cluster, trial, row)


def test_a_topic_that_was_deleted_is_made_and_filled_again(
    cluster: Cluster, trial: Trial, report: Report
) -> None:
    with report.row("X10", "split: the topic of stories is deleted") as row:
        trial.tell()
        trial.settle()
        cluster.site.log.drop(STORY_TOPIC.name)
        _tell_again(cluster, trial, row)


def _tell_again(cluster: Cluster, trial: Trial, row: Row) -> None:
    answer = cluster.cli("republish", "--url", cluster.url)
    assert answer.returncode == 0, answer.stderr
    row.saw(answer.stdout.strip())
    row.saw(f"at rest after {trial.settle():.1f} s; {trial.check_indexes()} documents")


def _unsent(cluster: Cluster) -> int:
    query = "SELECT count(*) FROM outbox WHERE sent_at IS NULL"
    return int(cluster.site.rows("ingestion", query)[0][0])

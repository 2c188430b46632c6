"""Over real servers, with a process killed or a server stopped: nothing lost, nothing doubled."""

import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from random import Random

import psycopg
import pytest
from faults.cluster import Cluster
from faults.conftest import ALL
from faults.observing import KEPT
from faults.people import ask, both
from faults.report import Report
from faults.trial import Trial
from servers.kafka import Kafka

from libs.adapters.sql.postgres import RELAY_LOCK
from libs.contracts.codec import decode
from libs.contracts.envelope import Record
from libs.contracts.topics import MAX_VALUE_BYTES
from libs.contracts.topics import STORIES as STORY_TOPIC

pytestmark = [
    pytest.mark.servers,
    pytest.mark.journey,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not ALL, reason="`make faults` breaks what runs over servers"),
]
STORIES, MEMBERS = KEPT
STOPPED_SECONDS = 8.0


@pytest.mark.parametrize(
    ("service", "moment"), [("ingestion", "P2"), ("ingestion", "P3"), ("search", "P5")]
)
def test_a_process_that_is_killed_goes_on_where_it_was(
    cluster: Cluster, trial: Trial, report: Report, service: str, moment: str
) -> None:
    with report.row("X1", f"split: {service} is killed at {moment}") as row:
        cluster.stop_one(service)
        cluster.restart(service, KRING_FAIL_AT=f"{moment}:kill")
        trial.tell()
        cluster.wait_for_the_end_of(service)
        trial.note()
        begun = time.monotonic()
        cluster.restart(service)
        row.saw(f"ready after {time.monotonic() - begun:.1f} s")
        trial.tell_until_answered()
        row.saw(f"at rest after {trial.settle():.1f} s")
        row.saw(f"{trial.check()} snapshots")


def test_a_mail_that_may_have_left_is_sent_once_more_at_most(
    cluster: Cluster, trial: Trial, report: Report
) -> None:
    with report.row("X1", "split: notification is killed at P8") as row:
        before = len(cluster.mails())
        people = both(cluster)
        cluster.stop_one("notification")
        cluster.restart("notification", KRING_FAIL_AT="P8:kill")
        ask(*people)
        cluster.wait_for_the_end_of("notification")
        let_leases_end = "UPDATE delivery SET lease_until = 0 WHERE state = 'claimed'"
        with cluster.site.asking("notification") as connection:
            connection.execute(let_leases_end.encode())
        cluster.restart("notification")
        cluster.wait_for(lambda: not _unsettled(cluster), "the mail to be sent again", 120)
        trial.settle()
        trial.check(STORIES, MEMBERS)
        sent = len(cluster.mails()) - before
        doubts = max(each for (each,) in cluster.site.rows("notification", _UNKNOWNS))
        assert (doubts, 1 <= sent <= 2) == (1, True)
        row.saw(f"{sent} mails for 1 notification, {doubts} recorded doubt")


def test_changes_are_taken_while_kafka_stands_still_and_published_when_it_goes_on(
    trial: Trial, report: Report, kafka: Kafka
) -> None:
    with report.row("X3", f"split: Kafka stands still for {STOPPED_SECONDS:.0f} s") as row:
        kafka.server.signal(signal.SIGSTOP)
        try:
            trial.tell_for(STOPPED_SECONDS)
        finally:
            kafka.server.signal(signal.SIGCONT)
        row.saw(f"{trial.edition} editions of 60 stories taken meanwhile")
        row.saw(f"at rest {trial.settle():.1f} s after it went on")
        row.saw(f"{trial.check()} snapshots")


def test_what_arrives_several_times_takes_effect_once(
    cluster: Cluster, trial: Trial, report: Report
) -> None:
    with report.row("X11", "split: every story arrives 2 to 5 times") as row:
        trial.tell()
        trial.tell()
        trial.settle()
        trial.note()
        chance = Random(11)  # noqa: S311  # no secret
        there = list(cluster.site.records(STORY_TOPIC.name))
        again = [record for record in there for _ in range(chance.randint(1, 4))]
        cluster.site.log.write(again)
        trial.settle()
        row.saw(f"{trial.check()} records of {len(there)} snapshots")


def test_snapshots_that_arrive_in_another_order_or_never_leave_the_newest(
    cluster: Cluster, trial: Trial, report: Report
) -> None:
    with report.row("X12", "split: snapshots swapped, dropped, and late") as row:
        cluster.stop_one("ingestion")
        with cluster.site.asking("ingestion") as outbox:
            outbox.execute(f"SELECT pg_advisory_lock({RELAY_LOCK})".encode())  # nobody publishes
            cluster.restart("ingestion")
            for _ in range(4):
                assert trial.tell()
            row.saw(_shuffled(outbox))
        trial.settle()
        trial.note()
        late = list(cluster.site.records(STORY_TOPIC.name))
        cluster.site.log.write(reversed(late))
        trial.settle()
        row.saw(f"{trial.check()} records, half of them in reverse")


def test_records_that_nobody_understands_are_buried_and_the_others_go_on(
    cluster: Cluster, trial: Trial, report: Report
) -> None:
    with report.row("X14", "split: records that nobody understands between good ones") as row:
        trial.tell()
        trial.settle()
        good = next(iter(cluster.site.records(STORY_TOPIC.name)))
        bad = list(_spoilt(good))
        cluster.site.log.write(bad)
        trial.tell()
        row.saw(f"at rest after {trial.settle(may_bury=True):.1f} s")
        buried = trial.unbury()
        assert len(bad) / 2 < buried["search"] <= len(bad), buried
        row.saw(f"of {len(bad)}, {buried} buried with a reason each, the rest ignored as old")
        told = decode(good)
        rival = f"I2: {told.aggregate_id} was told twice at {told.sequence}, differently"
        row.saw(f"{trial.check(planted=[rival])} snapshots")


_UNKNOWNS = "SELECT unknowns FROM delivery"
_UNSETTLED = """
SELECT count(*) FROM delivery
WHERE state IN ('pending', 'claimed') OR (state = 'unknown' AND must_arrive)
"""


def _unsettled(cluster: Cluster) -> int:
    return int(cluster.site.rows("notification", _UNSETTLED)[0][0])


def _shuffled(outbox: psycopg.Connection) -> str:
    """Swap the first two snapshots of some, the last two of others, drop one of the rest."""
    rows = outbox.execute("SELECT id, key FROM outbox WHERE sent_at IS NULL ORDER BY id").fetchall()
    places: dict[bytes, list[int]] = {}
    for number, key in rows:
        places.setdefault(bytes(key), []).append(number)
    for turn, (first, second, third, last) in enumerate(places.values()):
        if turn % 3 == 0:
            _swap(outbox, first, second)
        elif turn % 3 == 1:
            _swap(outbox, third, last)
        else:
            outbox.execute("DELETE FROM outbox WHERE id = %s", [third])
    return f"{len(places)} stories in another order"


def _swap(outbox: psycopg.Connection, one: int, other: int) -> None:
    for old, new in ((one, -1), (other, one), (-1, other)):
        outbox.execute("UPDATE outbox SET id = %s WHERE id = %s", [new, old])


def _spoilt(good: Record) -> Iterator[Record]:
    """Return records that look like a good one and are not."""
    kept = dict(good.headers)

    def with_headers(**changed: bytes) -> Record:
        return replace(good, headers=tuple({**kept, **changed}.items()))

    yield replace(good, value=b"")  # reads as a story without words: told differently
    yield replace(good, value=good.value[:-3])
    yield replace(good, value=b"\xff" * 200)
    yield replace(good, value=b'{"story_id": ')
    yield replace(good, value=good.value + b"\0" * MAX_VALUE_BYTES)
    yield replace(good, headers=())
    yield replace(good, key=b"another:key")
    yield with_headers(ce_sequence=b"-1")
    yield with_headers(ce_sequence=b"many")
    yield with_headers(ce_programme=b"another")
    yield with_headers(ce_type=b"\xff\xfe")
    yield with_headers(ce_source=b"/somebody/else")

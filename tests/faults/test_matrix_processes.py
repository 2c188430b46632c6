"""The processes of the fault matrix, killed, stopped and doubled (`make faults`)."""

import random
import secrets
import signal
import subprocess
import threading
from dataclasses import replace

import pytest
from faults.cluster import Cluster
from faults.conftest import ALL, KILLS, SEED
from faults.report import Report
from faults.trial import Trial

from libs.contracts.topics import STORIES as STORY_TOPIC
from libs.runtime.limit import CONSECUTIVE

pytestmark = [
    pytest.mark.servers,
    pytest.mark.journey,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not ALL, reason="`make faults` ends every process at every moment"),
]
STILL_SECONDS = 15.0
"""Longer than a member of a group may be unheard (6 s here)."""
LEAD_SECONDS = 40.0
"""Longer than a relay may stand still (30 s)."""
BAD = 150
READERS = ("search", "ingestion", "notification")
"""Who reads stories."""


@pytest.mark.parametrize(
    ("service", "moment"),
    [
        ("ingestion", "P1@ingestion"),
        ("search", "P4"),
        ("matchmaking", "P5"),
        ("matchmaking", "P3"),
        ("notification", "P5"),
        ("gateway", "P5"),
    ],
)
def test_a_process_that_is_killed_at_its_worst_moment_goes_on(
    cluster: Cluster, trial: Trial, report: Report, service: str, moment: str
) -> None:
    with report.row("X1", f"split: {service} is killed at {moment.partition('@')[0]}") as row:
        cluster.stop_one(service)
        cluster.restart(service, KRING_FAIL_AT=f"{moment}:kill")
        trial.stir()
        cluster.wait_for_the_end_of(service)
        trial.note()
        cluster.restart(service)
        trial.tell_until_answered()
        row.saw(f"at rest after {trial.settle():.1f} s; {trial.check_all()} snapshots")


def test_processes_are_killed_at_random_moments(
    cluster: Cluster, trial: Trial, report: Report
) -> None:
    seed = SEED or secrets.token_hex(4)
    chance = random.Random(seed)  # noqa: S311  # moments, no secret
    services = ("ingestion", "search", "matchmaking", "notification")
    with report.row("X1", f"split: {KILLS} processes are killed at random moments") as row:
        row.saw(f"start value {seed}")
        for _ in range(KILLS):
            service = chance.choice(services)
            importing = threading.Thread(target=trial.tell)
            importing.start()
            importing.join(chance.uniform(0.0, 1.5))
            cluster.kill_one(service)
            importing.join()
            trial.note()
            cluster.restart(service)
        trial.tell_until_answered()
        row.saw(f"at rest after {trial.settle():.1f} s; {trial.check_all()} snapshots")


def test_a_consumer_that_stood_still_finds_its_work_done_by_another(
    cluster: Cluster, trial: Trial, report: Report
) -> None:
    with report.row("X4", f"split: a consumer stands still for {STILL_SECONDS:.0f} s") as row:
        with cluster.beside("search"):
            with cluster.standing_still("search"):
                trial.tell_for(STILL_SECONDS)
                row.saw(f"the other one took all after {trial.settle():.1f} s")
                trial.note()
            trial.tell()
            trial.settle()
        row.saw(f"{trial.check()} snapshots")


def test_a_relay_that_stood_still_finds_another_in_its_place(
    cluster: Cluster, trial: Trial, report: Report
) -> None:
    with report.row("X23", f"split: the relay stands still for {LEAD_SECONDS:.0f} s") as row:
        with cluster.beside("ingestion"):
            assert trial.tell()
            with cluster.standing_still("ingestion"):
                threading.Event().wait(LEAD_SECONDS)
                row.saw(f"the other one published all after {trial.settle():.1f} s")
            trial.tell()
            trial.settle()
        row.saw(f"{trial.check()} snapshots")


def test_a_rebuild_that_is_killed_is_done_by_the_next_one(
    cluster: Cluster, trial: Trial, report: Report
) -> None:
    chance = random.Random(22)  # noqa: S311  # moments, no secret
    with report.row("X22", "split: `kring rebuild search` is killed 5 times") as row:
        trial.tell()
        trial.settle()
        assert cluster.stop() == 0
        for _ in range(5):
            rebuilding = cluster.begin("rebuild", "search")
            try:
                rebuilding.communicate(timeout=chance.uniform(0.5, 6.0))
            except subprocess.TimeoutExpired:
                rebuilding.send_signal(signal.SIGKILL)
                rebuilding.communicate()
        done = cluster.cli("rebuild", "search")
        assert done.returncode == 0, done.stderr
        cluster.start_empty()
        row.saw(f"at rest after {trial.settle():.1f} s; {trial.check()} snapshots")


def test_a_flood_of_bad_records_stops_the_consumer_before_it_buries_all(
    cluster: Cluster, trial: Trial, report: Report
) -> None:
    with report.row("X21", f"split: {BAD} bad records in a row") as row:
        trial.tell()
        trial.settle()
        good = next(iter(cluster.site.records(STORY_TOPIC.name)))
        cluster.site.log.write([replace(good, value=b"\xff" * 9, headers=())] * BAD)
        for service in READERS:
            cluster.wait_for(
                lambda name=service: not cluster.is_ready(name),  # type: ignore[misc]  # bound in this turn
                f"{service} to be unready",
                60,
            )
            assert CONSECUTIVE < _buried(cluster, service) < BAD
        row.saw(f"stopped and unready after {_buried(cluster, 'search')} were buried")
        starts = {service: _bury_all(cluster, service) for service in READERS}
        row.saw(f"{starts} starts of those that read them until all were")
        trial.settle(may_bury=True)
        trial.unbury()
        row.saw(f"{trial.check()} snapshots")


def _bury_all(cluster: Cluster, service: str) -> int:
    """Start a service again until it has buried the whole flood and is ready; return how often."""
    starts = 1
    while True:
        cluster.stop_one(service)
        if (buried := _buried(cluster, service)) == BAD:
            cluster.restart(service)
            return starts
        cluster.launch(service)
        starts += 1
        enough = min(BAD, buried + CONSECUTIVE + 1)
        cluster.wait_for(
            lambda least=enough: _buried(cluster, service) >= least,  # type: ignore[misc]  # bound in this turn
            "as many to be buried as stop it",
            60,
        )


def _buried(cluster: Cluster, service: str) -> int:
    return int(cluster.site.rows(service, "SELECT count(*) FROM dead_letter")[0][0])

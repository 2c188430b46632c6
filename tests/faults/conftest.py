"""How much is broken: a few moments by default, all of them with ``make faults``."""

import os
import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from faults.cluster import Cluster
from faults.ledger import Ledger
from faults.observing import ENCODER, Embedded, is_at_rest
from faults.people import settle_in
from faults.report import Report
from faults.trial import Trial
from harness.installation import Kring
from harness.split import Servers
from servers.elasticsearch import Elasticsearch
from servers.kafka import Kafka
from servers.postgres import Postgres
from servers.postgres import running as postgres_running
from servers.redis import Redis

KILLS = int(os.environ.get("FAULT_KILLS", "5"))  # noqa: TID251  # how thorough a run is
ALL = "FAULT_KILLS" in os.environ  # noqa: TID251
_SERIES = count(1)
CHEAP = {"KRING_ENCODER": ENCODER}
TABLE = os.environ.get("FAULT_TABLE", "")  # noqa: TID251  # where results are kept
SEED = os.environ.get("FAULT_SEED", "")  # noqa: TID251  # to see a failure again


@pytest.fixture(scope="session")
def report() -> Report:
    """Note what was broken; ``make faults`` keeps the table."""
    return Report(Path(TABLE) if TABLE else None)


@pytest.fixture
def kring(tmp_path: Path) -> Iterator[Kring]:
    made = Kring(tmp_path / "data", **CHEAP)
    yield made
    made.close()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data folder of an installation at rest: a programme, and two who know of another.

    It is copied, never run.
    """
    made = Kring(tmp_path_factory.mktemp("prepared") / "data", **CHEAP)
    try:
        made.start("--no-sample")
        settle_in(made)
        made.wait_for(lambda: is_at_rest(Embedded(made.data)), "all to be taken", 60)
        made.stop()
    finally:
        made.close()
    return made.data


@pytest.fixture
def ready(prepared: Path, tmp_path: Path) -> Iterator[Kring]:
    """Give a copy of the prepared installation, not running."""
    shutil.copytree(prepared, tmp_path / "data", ignore=shutil.ignore_patterns("run"))
    made = Kring(tmp_path / "data", **CHEAP)
    yield made
    made.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Give one that keeps what it acknowledged, whatever happens to it."""
    with postgres_running(durable=True) as running:
        yield running


@pytest.fixture(scope="module")
def cluster(
    kafka: Kafka,
    elasticsearch: Elasticsearch,
    postgres: Postgres,
    redis: Redis,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Cluster]:
    """Give one cluster for all faults of this module: each leaves it whole for the next one."""
    servers = Servers(kafka, elasticsearch, postgres, redis)
    made = Cluster(tmp_path_factory.mktemp("cluster") / "data", servers)
    try:
        made.start_empty()
        settle_in(made)
        yield made
    finally:
        made.close()


@pytest.fixture
def trial(cluster: Cluster, tmp_path: Path) -> Trial:
    made = Trial(cluster, Ledger(tmp_path / "ledger.jsonl"), f"t{next(_SERIES)}")
    made.settle()
    return made

"""What every test may use: a clock that stands still, ids that repeat, hypothesis profiles."""

import itertools
import os
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from servers import elasticsearch as elasticsearch_server
from servers import kafka as kafka_server
from servers import postgres as postgres_server
from servers import redis as redis_server
from typing_extensions import override

from libs.kernel.clock import ManualClock
from libs.kernel.ids import Ids

settings.register_profile("dev", max_examples=25, deadline=None)
settings.register_profile(
    "ci",
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("ci" if os.environ.get("CI") else "dev")  # noqa: TID251  # set by the machine


class CountedIds(Ids):
    """Ids 1, 2, 3 … in the form of real ones."""

    def __init__(self) -> None:
        self._numbers: Iterator[int] = itertools.count(1)

    @override
    def new(self) -> str:
        return str(uuid.UUID(int=next(self._numbers) | 0x7 << 76 | 0b10 << 62))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 11, 22, 9, 0, tzinfo=UTC))


@pytest.fixture
def ids() -> CountedIds:
    return CountedIds()


@pytest.fixture(scope="session")
def elasticsearch() -> Iterator[elasticsearch_server.Elasticsearch]:
    """Give one real Elasticsearch for the whole run; each test takes a prefix of its own."""
    with elasticsearch_server.running() as running:
        yield running


@pytest.fixture(scope="session")
def kafka() -> Iterator[kafka_server.Kafka]:
    """Give one real Kafka for the whole run; each test takes a URL of its own from it."""
    with kafka_server.running() as running:
        yield running


@pytest.fixture(scope="session")
def postgres() -> Iterator[postgres_server.Postgres]:
    """Give one real PostgreSQL for the whole run; each test takes a database of its own from it."""
    with postgres_server.running() as running:
        yield running


@pytest.fixture(scope="session")
def redis() -> Iterator[redis_server.Redis]:
    """Give one real Redis for the whole run; each test takes a namespace of its own from it."""
    with redis_server.running() as running:
        yield running


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.servers)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the URL of a database that is not there yet, with every engine in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/service.db"
        return
    server: postgres_server.Postgres = request.getfixturevalue("postgres")
    url = server.url()
    yield url
    server.drop(url)

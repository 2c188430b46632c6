"""The law of libs.ports.access.Guarded.

How each server refuses and is mended again stands in tests/secured, over real ones.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from typing import Any, NamedTuple

import pytest

from libs.adapters.celery.tasks import open_tasks
from libs.adapters.prometheus.telemetry import open_telemetry
from libs.adapters.redis.cache import open_cache
from libs.adapters.redis.limiter import open_limiter
from libs.adapters.sql.database import open_database
from libs.kernel.clock import SystemClock
from libs.kernel.errors import RetryableError
from libs.kernel.ids import Uuid7
from libs.ports.access import Guarded
from libs.ports.cache import Rate

DOWN = "127.0.0.1:1"
UNKNOWN = "nobody.invalid:1"
SECONDS = 1.0


class Asked(NamedTuple):
    """An adapter, and something that needs its server."""

    guarded: Guarded
    ask: Callable[[], object]


def _cache(server: str, opened: ExitStack) -> Asked:
    cache = opened.enter_context(closing(open_cache(f"redis://{server}/0", clock=SystemClock())))
    return Asked(cache, lambda: cache.get("k"))


def _limiter(server: str, opened: ExitStack) -> Asked:
    made = open_limiter(f"redis://{server}/0", clock=SystemClock())
    limiter = opened.enter_context(closing(made))
    return Asked(limiter, lambda: limiter.hit("k", Rate(1, 1)))


def _tasks(server: str, opened: ExitStack) -> Asked:
    url = f"celery+redis://{server}/0"
    tasks = open_tasks(url, service="search", telemetry=open_telemetry())
    opened.callback(tasks.close, timeout_seconds=SECONDS)
    return Asked(tasks, tasks.is_ready)


def _database(server: str, opened: ExitStack) -> Asked:
    clock = SystemClock()
    url = f"postgresql://kring@{server}/kring_search"
    made = open_database(url, source="/kring/search", clock=clock, ids=Uuid7(clock))
    database = opened.enter_context(closing(made))
    return Asked(database, database.is_ready)


@pytest.fixture(params=[_cache, _limiter, _tasks, _database])
def asked_at(request: pytest.FixtureRequest) -> Iterator[Callable[[str], Asked]]:
    """Give what opens an adapter of the server at ``host:port``."""
    make: Any = request.param
    with ExitStack() as opened:
        yield lambda server: make(server, opened)


def _ask(asked: Asked) -> None:
    with suppress(RetryableError):
        asked.ask()


def test_before_the_first_refusal_nobody_is_asked(asked_at: Callable[[str], Asked]) -> None:
    assert asked_at(UNKNOWN).guarded.refusal() == ""


def test_a_server_that_is_down_refuses_nobody(asked_at: Callable[[str], Asked]) -> None:
    asked = asked_at(DOWN)
    _ask(asked)
    assert asked.guarded.refusal() == ""


def test_a_refusal_says_why_as_long_as_it_lasts(asked_at: Callable[[str], Asked]) -> None:
    asked = asked_at(UNKNOWN)
    _ask(asked)
    for _ in range(2):
        assert "nobody.invalid" in asked.guarded.refusal()
        assert "correct" in asked.guarded.refusal()

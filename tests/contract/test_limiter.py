"""The law of libs.ports.cache.Limiter."""

import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from servers.redis import Redis

from libs.adapters.memory.limiter import MemoryLimiter, open_limiter
from libs.adapters.redis.limiter import open_limiter as open_redis_limiter
from libs.kernel.clock import ManualClock
from libs.ports.cache import Limiter, Rate

RATE = Rate(hits=3, seconds=60)
KEYS = itertools.count()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 3, 1, tzinfo=UTC))


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.servers)])
def reopen(request: pytest.FixtureRequest, clock: ManualClock) -> Iterator[Callable[[], Limiter]]:
    """Give what opens the same counters again, as another process would."""
    if request.param == "memory":
        opened = open_limiter(clock=clock)
        yield lambda: opened
        return
    server: Redis = request.getfixturevalue("redis")
    url, limiters = server.url(), ExitStack()

    def opener() -> Limiter:
        limiter = open_redis_limiter(url, clock=clock)
        limiters.callback(limiter.close)
        return limiter

    with limiters:
        yield opener


@pytest.fixture
def limiter(reopen: Callable[[], Limiter]) -> Limiter:
    return reopen()


def test_so_many_hits_are_allowed_and_no_more(limiter: Limiter) -> None:
    answers = [limiter.hit("k", RATE) for _ in range(5)]
    assert [answer.allowed for answer in answers] == [True, True, True, False, False]
    assert [answer.remaining for answer in answers] == [2, 1, 0, 0, 0]


def test_keys_and_rates_are_counted_apart(limiter: Limiter) -> None:
    for _ in range(3):
        limiter.hit("k", RATE)
    assert limiter.hit("other", RATE).allowed
    assert limiter.hit("k", Rate(hits=5, seconds=60)).allowed


def test_after_two_quiet_windows_everything_is_allowed_again(
    limiter: Limiter, clock: ManualClock
) -> None:
    for _ in range(4):
        limiter.hit("k", RATE)
    clock.advance(120)
    assert limiter.hit("k", RATE).remaining == 2


def test_a_refused_caller_who_waits_as_told_is_allowed(
    limiter: Limiter, clock: ManualClock
) -> None:
    clock.advance(17)
    for _ in range(3):
        limiter.hit("k", RATE)
    refused = limiter.hit("k", RATE)
    clock.advance(refused.reset_seconds)
    assert limiter.hit("k", RATE).allowed


def test_the_window_slides_so_a_border_does_not_double_the_rate(
    limiter: Limiter, clock: ManualClock
) -> None:
    clock.advance(59)
    for _ in range(3):
        limiter.hit("k", RATE)
    clock.advance(2)
    assert not limiter.hit("k", RATE).allowed
    clock.advance(limiter.hit("k", RATE).reset_seconds)
    assert limiter.hit("k", RATE).allowed


def test_a_rate_of_nothing_refuses_everything(limiter: Limiter) -> None:
    answer = limiter.hit("k", Rate(hits=0, seconds=60))
    assert (answer.allowed, answer.reset_seconds) == (False, 60)


@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whoever_waits_as_told_is_never_refused_twice(
    reopen: Callable[[], Limiter], clock: ManualClock, data: st.DataObject
) -> None:
    limiter, key = reopen(), str(next(KEYS))
    hits = data.draw(st.integers(min_value=1, max_value=5))
    rate = Rate(hits=hits, seconds=30)
    for pause in data.draw(st.lists(st.floats(min_value=0, max_value=90), min_size=1, max_size=40)):
        clock.advance(pause)
        answer = limiter.hit(key, rate)
        assert 0 <= answer.remaining < hits
        if not answer.allowed:
            clock.advance(answer.reset_seconds)
            assert limiter.hit(key, rate).allowed


def test_all_who_share_the_counters_count_together(
    limiter: Limiter, reopen: Callable[[], Limiter]
) -> None:
    other = reopen()
    answers = [each.hit("k", RATE).allowed for each in (limiter, other) * 3]
    assert answers == [True, True, True, False, False, False]


def test_of_many_hits_at_once_no_more_than_so_many_are_allowed(limiter: Limiter) -> None:
    rate = Rate(hits=25, seconds=60)
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: limiter.hit("k", rate).allowed, range(100)))
    assert sum(answers) == 25


def test_memory_forgets_the_key_not_hit_for_longest(clock: ManualClock) -> None:
    limiter = MemoryLimiter(clock, most_keys=2)
    one = Rate(hits=1, seconds=60)
    for key in ("a", "b", "c"):
        assert limiter.hit(key, one).allowed
    assert not limiter.hit("c", one).allowed
    assert limiter.hit("a", one).allowed

"""What the cache and the limiter do while Redis is down, full, or was restarted."""

import time
from collections.abc import Iterator

import pytest
from servers import redis as redis_server
from servers.redis import Redis

from libs.adapters.redis.cache import open_cache
from libs.adapters.redis.connection import REST_SECONDS, open_connection
from libs.adapters.redis.limiter import open_limiter
from libs.kernel.clock import ManualClock
from libs.kernel.errors import RetryableError, SettingsError
from libs.ports.cache import Rate

RATE = Rate(hits=3, seconds=60)


@pytest.fixture
def own_redis() -> Iterator[Redis]:
    """Give a server of this test alone, to stop."""
    with redis_server.running() as running:
        yield running


@pytest.mark.parametrize(
    "url", ["redis://host:port/0", "redis:x", "http://host", "redis://h/0?db=x"]
)
def test_a_url_that_names_no_redis_is_a_wrong_setting(url: str, clock: ManualClock) -> None:
    with pytest.raises(SettingsError, match="KRING_CACHE"):
        open_connection(url, clock)


def test_where_nothing_listens_values_are_absent_and_hits_cannot_be_counted(
    clock: ManualClock,
) -> None:
    url = "redis://127.0.0.1:1/0"
    cache, limiter = open_cache(url, clock=clock), open_limiter(url, clock=clock)

    cache.put("k", b"v", seconds=10)
    cache.drop("k")
    assert cache.get("k") is None
    with pytest.raises(RetryableError, match="does not answer"):
        limiter.hit("k", RATE)

    cache.close()
    limiter.close()


@pytest.mark.servers
def test_a_restart_of_redis_is_noticed_by_nobody_but_for_the_time_it_takes(
    own_redis: Redis, clock: ManualClock
) -> None:
    url = own_redis.url()
    cache, limiter = open_cache(url, clock=clock), open_limiter(url, clock=clock)
    cache.put("k", b"v", seconds=1000)
    limiter.hit("k", RATE)

    own_redis.kill()
    assert cache.get("k") is None
    with pytest.raises(RetryableError):
        limiter.hit("k", RATE)

    own_redis.start()
    clock.advance(REST_SECONDS)
    cache.put("k", b"w", seconds=1000)
    assert cache.get("k") == b"w"
    assert limiter.hit("k", RATE).allowed

    cache.close()
    limiter.close()


@pytest.mark.servers
def test_nobody_waits_twice_for_a_redis_that_stands_still(
    own_redis: Redis, clock: ManualClock
) -> None:
    cache = open_cache(own_redis.url(), clock=clock)
    cache.put("k", b"v", seconds=1000)
    with own_redis.standing_still():
        assert cache.get("k") is None
        begun = time.monotonic()
        for _ in range(100):
            assert cache.get("k") is None
        assert time.monotonic() - begun < 0.5
    clock.advance(REST_SECONDS)
    assert cache.get("k") == b"v"
    cache.close()


@pytest.mark.servers
def test_a_redis_that_is_full_is_as_good_as_down(redis: Redis, clock: ManualClock) -> None:
    limiter = open_limiter(redis.url(), clock=clock)
    connection = open_connection(redis.url(), clock)
    connection.ask(lambda client: client.config_set("maxmemory", "1"))
    try:
        with pytest.raises(RetryableError, match="maxmemory"):
            limiter.hit("k", RATE)
    finally:
        connection.ask(lambda client: client.config_set("maxmemory", "0"))
    clock.advance(REST_SECONDS)
    assert limiter.hit("k", RATE).allowed
    limiter.close()
    connection.close()


@pytest.mark.servers
def test_two_namespaces_on_one_redis_know_nothing_of_each_other(
    redis: Redis, clock: ManualClock
) -> None:
    one, other = (open_cache(redis.url(), clock=clock) for _ in range(2))
    one.put("k", b"v", seconds=10)
    assert other.get("k") is None
    one.close()
    other.close()

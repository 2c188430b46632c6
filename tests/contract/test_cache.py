"""The law of libs.ports.cache.Cache."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from servers.redis import Redis

from libs.adapters.memory.cache import MemoryCache, open_cache
from libs.adapters.redis.cache import open_cache as open_redis_cache
from libs.kernel.clock import ManualClock
from libs.ports.cache import Cache


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 3, 1, tzinfo=UTC))


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.servers)])
def cache(request: pytest.FixtureRequest, clock: ManualClock) -> Iterator[Cache]:
    if request.param == "memory":
        yield open_cache(clock=clock)
        return
    server: Redis = request.getfixturevalue("redis")
    cache = open_redis_cache(server.url(), clock=clock)
    yield cache
    cache.close()


def test_a_value_is_found_until_it_expires(cache: Cache, clock: ManualClock) -> None:
    cache.put("k", b"v", seconds=10)
    clock.advance(9.9)
    assert cache.get("k") == b"v"
    clock.advance(0.1)
    assert cache.get("k") is None


def test_what_was_never_put_is_absent(cache: Cache) -> None:
    assert cache.get("k") is None


def test_the_newest_value_wins_with_its_own_expiry(cache: Cache, clock: ManualClock) -> None:
    cache.put("k", b"old", seconds=5)
    cache.put("k", b"new", seconds=50)
    clock.advance(20)
    assert cache.get("k") == b"new"


def test_a_dropped_value_is_gone_and_dropping_again_is_harmless(cache: Cache) -> None:
    cache.put("k", b"v", seconds=10)
    cache.drop("k")
    cache.drop("k")
    assert cache.get("k") is None


def test_a_value_for_no_time_is_not_kept(cache: Cache) -> None:
    cache.put("k", b"old", seconds=10)
    cache.put("k", b"v", seconds=0)
    assert cache.get("k") is None


def test_after_closing_nothing_is_found(cache: Cache) -> None:
    cache.put("k", b"v", seconds=10)
    cache.close()
    assert cache.get("k") is None


def test_any_bytes_are_kept(cache: Cache) -> None:
    for value in (b"", b"\x00\xff", "é".encode(), b"x" * 100_000):
        cache.put("k é \n", value, seconds=10)
        assert cache.get("k é \n") == value


def test_memory_makes_room_by_what_was_not_used_for_longest(clock: ManualClock) -> None:
    cache = MemoryCache(clock, most_bytes=6)
    cache.put("a", b"11", seconds=9)
    cache.put("b", b"22", seconds=9)
    assert cache.get("a") == b"11"
    cache.put("c", b"33", seconds=9)
    assert [cache.get(key) for key in "abc"] == [b"11", None, b"33"]


def test_memory_does_not_keep_what_is_larger_than_all_of_it(clock: ManualClock) -> None:
    cache = MemoryCache(clock, most_bytes=6)
    cache.put("a", b"11", seconds=9)
    cache.put("b", b"1234567", seconds=9)
    assert (cache.get("a"), cache.get("b")) == (b"11", None)

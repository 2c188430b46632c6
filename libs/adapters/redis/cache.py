"""A cache that all processes share."""

import struct
from collections.abc import Callable

import redis
import structlog
from typing_extensions import override

from libs.adapters.redis.connection import Connection, open_connection
from libs.kernel.clock import Clock
from libs.kernel.errors import RetryableError
from libs.ports.access import Guarded
from libs.ports.cache import Cache

_UNTIL = struct.Struct("!d")
"""Stands before each value: until when it holds, by our clock; Redis deletes it by its own."""
_LEAST_MILLISECONDS = 1
_PROBE = "is-allowed"

log = structlog.get_logger()


class RedisCache(Cache, Guarded):
    """Values in Redis. While it is down everything is absent, and nobody waits for it."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        """Take the connection, which this cache closes, and the clock that values expire by."""
        self._connection = connection
        self._clock = clock

    @override
    def get(self, key: str) -> bytes | None:
        """Return the value unless it is absent, expired, or Redis is down."""
        if self._connection.is_closed:
            return None
        name = self._connection.key("cache", key)
        try:
            found = self._connection.ask(lambda client: client.get(name))
        except RetryableError as error:
            log.warning("the cache is down", reason=str(error))
            return None
        if not isinstance(found, bytes) or len(found) < _UNTIL.size:
            return None
        (until,) = _UNTIL.unpack_from(found)
        return found[_UNTIL.size :] if self._now() < until else None

    @override
    def put(self, key: str, value: bytes, *, seconds: float) -> None:
        """Keep a value for so long; while Redis is down it is forgotten at once."""
        if seconds <= 0:
            self.drop(key)
            return
        name = self._connection.key("cache", key)
        kept = _UNTIL.pack(self._now() + seconds) + value
        milliseconds = max(_LEAST_MILLISECONDS, int(seconds * 1000))
        self._tell(lambda client: client.set(name, kept, px=milliseconds))

    @override
    def drop(self, key: str) -> None:
        """Forget a value."""
        name = self._connection.key("cache", key)
        self._tell(lambda client: client.delete(name))

    @override
    def refusal(self) -> str:
        """Return how Redis refuses us, see ``libs.ports.access``."""
        name = self._connection.key("cache", _PROBE)

        def probe(client: redis.Redis) -> None:
            client.set(name, b"", px=_LEAST_MILLISECONDS)
            client.get(name)
            client.delete(name)

        return self._connection.refusal(probe)

    @override
    def close(self) -> None:
        """Close the connections; what others put stays."""
        self._connection.close()

    def _tell(self, what: Callable[[redis.Redis], object]) -> None:
        if self._connection.is_closed:
            return
        try:
            self._connection.ask(what)
        except RetryableError as error:
            log.warning("the cache is down", reason=str(error))

    def _now(self) -> float:
        return self._clock.now().timestamp()


def open_cache(url: str, *, clock: Clock) -> RedisCache:
    """Return a cache for ``redis://…``; it connects on first use."""
    return RedisCache(open_connection(url, clock), clock)

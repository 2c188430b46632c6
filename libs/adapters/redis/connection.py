"""One way to Redis: short timeouts, errors of ours, and a rest after a failure."""

import threading
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.retry import Retry

from libs.kernel.clock import Clock
from libs.kernel.errors import RetryableError, SettingsError

TIMEOUT_SECONDS = 0.5
"""A cache that takes longer costs more than it saves."""
REST_SECONDS = 1.0
"""Nobody waits for a server that did not answer so recently."""
_IDLE_SECONDS = 30
"""A connection that was idle for longer is tried first."""
_PREFIX = "kring"

Answer = TypeVar("Answer")


class Connection:
    """A client with a namespace: every key starts with it."""

    def __init__(self, client: "redis.Redis", prefix: str, clock: Clock) -> None:
        """Take the client, which this closes, and the clock that says when a rest is over."""
        self._client = client
        self._prefix = prefix
        self._clock = clock
        self._rest_until = 0.0
        self._lock = threading.Lock()
        self.is_closed = False

    def key(self, kind: str, name: str) -> str:
        """Return the key of something of ours."""
        return f"{self._prefix}:{kind}:{name}"

    def ask(self, question: Callable[["redis.Redis"], Answer]) -> Answer:
        """Return the answer; raises ``RetryableError`` when there is none, at once during a rest.

        What the server refuses for now (it is full, loads its data, or may only be read) counts as
        no answer, too.
        """
        with self._lock:
            if self._clock.monotonic() < self._rest_until:
                raise RetryableError("Redis did not answer a moment ago")
        try:
            return question(self._client)
        except RedisError as error:
            with self._lock:
                self._rest_until = self._clock.monotonic() + REST_SECONDS
            raise RetryableError(f"Redis does not answer: {error}") from error

    def close(self) -> None:
        """Close all connections."""
        self.is_closed = True
        self._client.close()


def open_connection(url: str, clock: Clock) -> Connection:
    """Return a connection for ``redis://[user:password@]host:port/number[?prefix=name]``.

    ``rediss://`` speaks TLS. It connects on first use. Raises ``SettingsError`` for another URL.
    """
    parts = urlsplit(url)
    options = parse_qs(parts.query)
    prefix = options.pop("prefix", [_PREFIX])[-1]
    plain = urlunsplit(parts._replace(query=urlencode(options, doseq=True)))
    try:
        client = redis.Redis.from_url(
            plain,
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
            health_check_interval=_IDLE_SECONDS,
            # once: for a connection that the server closed meanwhile
            retry=Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
        )
    except (ValueError, TypeError) as error:
        raise SettingsError(
            f"KRING_CACHE: {error}. Use redis://host:6379/0, or memory: in one process."
        ) from error
    return Connection(client, prefix, clock)

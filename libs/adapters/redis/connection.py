"""One way to Redis: short timeouts, errors of ours, and a rest after a failure."""

import threading
from collections.abc import Callable
from typing import Any, TypeVar

import redis
from redis.backoff import NoBackoff
from redis.credentials import CredentialProvider
from redis.exceptions import AuthenticationError, AuthorizationError, NoPermissionError, RedisError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry
from typing_extensions import override

from libs.contracts.redis import Address, parse
from libs.kernel.access import Access
from libs.kernel.clock import Clock
from libs.kernel.credentials import explained
from libs.kernel.errors import AccessError, RetryableError, SettingsError

TIMEOUT_SECONDS = 0.5
"""A cache that takes longer costs more than it saves."""
REST_SECONDS = 1.0
"""Nobody waits for a server that did not answer so recently."""
_IDLE_SECONDS = 30
"""A connection that was idle for longer is tried first."""
_REFUSED = (AuthenticationError, AuthorizationError, NoPermissionError)

Answer = TypeVar("Answer")


class Connection:
    """A client with a namespace: every key starts with it."""

    def __init__(self, client: "redis.Redis", address: Address, clock: Clock) -> None:
        """Take the client, which this closes, and the clock that says when a rest is over."""
        self._client = client
        self._address = address
        self._clock = clock
        self._access = Access()
        self._rest_until = 0.0
        self._lock = threading.Lock()
        self.is_closed = False

    def key(self, kind: str, name: str) -> str:
        """Return the key of something of ours."""
        return f"{self._address.prefix}:{kind}:{name}"

    def ask(self, question: Callable[["redis.Redis"], Answer]) -> Answer:
        """Return the answer; raises ``RetryableError`` when there is none, at once during a rest.

        What the server refuses for now (it is full, loads its data, or may only be read) counts as
        no answer, too; when it does not let us in that is an ``AccessError``.
        """
        with self._lock:
            if self._clock.monotonic() < self._rest_until:
                raise RetryableError("Redis did not answer a moment ago")
        try:
            with self._access.watched():
                return self._ask(question)
        except AccessError:
            raise  # it answers
        except RetryableError:
            with self._lock:
                self._rest_until = self._clock.monotonic() + REST_SECONDS
            raise

    def refusal(self, probe: Callable[["redis.Redis"], object]) -> str:
        """Return how Redis refuses us, empty if it does not; ``probe`` asks it again."""
        return "" if self.is_closed else self._access.refusal(lambda: self._ask(probe))

    def close(self) -> None:
        """Close all connections."""
        self.is_closed = True
        self._client.close()

    def _ask(self, question: Callable[["redis.Redis"], Answer]) -> Answer:
        try:
            return question(self._client)
        except _REFUSED as error:
            raise AccessError(self._address.refusal("KRING_CACHE", str(error))) from error
        except RedisError as error:
            why = explained(error, self._address.server)
            if why:
                raise AccessError(f"KRING_CACHE: {why}") from error
            raise RetryableError(f"Redis does not answer: {error}") from error


class _Credentials(CredentialProvider):
    """User and password as they are when a connection is made."""

    def __init__(self, address: Address) -> None:
        self._address = address

    @override
    def get_credentials(self) -> tuple[str] | tuple[str, str]:
        return self._address.credentials()


def open_connection(url: str, clock: Clock) -> Connection:
    """Return a connection for ``redis://[user:password@]host:port/number[?prefix=name]``.

    ``rediss://`` speaks TLS. It connects on first use. Raises ``SettingsError`` for another URL.
    """
    try:
        address = parse(url)
        client = redis.Redis.from_url(
            address.plain,
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
            health_check_interval=_IDLE_SECONDS,
            # once: for a connection that the server closed meanwhile
            retry=Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
            **_security(address),
        )
    except (ValueError, TypeError) as error:
        raise SettingsError(
            f"KRING_CACHE: {error}. Use redis://user:password@host:6379/0, rediss://… with TLS, or"
            " memory: in one process."
        ) from error
    return Connection(client, address, clock)


def _security(address: Address) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    if address.password:
        settings["credential_provider"] = _Credentials(address)
    if address.tls:
        files = {
            "ssl_ca_certs": address.tls.ca,
            "ssl_certfile": address.tls.certificate,
            "ssl_keyfile": address.tls.key,
        }
        settings |= {name: path for name, path in files.items() if path}
    return settings

"""Clients of kafka-python: how each is opened, and what its errors mean to us."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from kafka.errors import (
    AuthorizationError,
    KafkaError,
    SaslAuthenticationFailedError,
    UnsupportedSaslMechanismError,
)
from kafka.net.compat import KafkaNetClient
from kafka.net.manager import KafkaConnectionManager
from kafka.net.selector import NetworkSelector
from typing_extensions import override

from libs.contracts.brokers import Brokers, barred, lacking, refused
from libs.kernel.errors import RetryableError

CONNECT_MS = 5_000
REQUEST_MS = 10_000
RECONNECT_MS = 1_000
"""The longest pause before another attempt: brokers that come back are found soon."""
_NOT_BELIEVED = (SaslAuthenticationFailedError, UnsupportedSaslMechanismError)

Client = TypeVar("Client")


class _Manager(KafkaConnectionManager):  # type: ignore[misc]  # it ships no types
    """Tells when the brokers do not believe us: 3.0.12 logs that, and goes on trying."""

    def __init__(
        self, hear: Callable[[Exception], None], net: NetworkSelector, **given: object
    ) -> None:
        super().__init__(net, **given)
        self._hear = hear

    @override
    def get_connection(self, *args: Any, **options: Any) -> Any:
        connection = super().get_connection(*args, **options)
        connection.init_future.add_errback(self._hear)
        return connection


class Connection:
    """What the clients of one owner share: who they are, and whether the brokers believe it."""

    def __init__(self, brokers: Brokers) -> None:
        """Take the brokers; nothing is opened."""
        self._brokers = brokers
        self._heard: Exception | None = None

    def connect(self, make: Callable[..., Client], **settings: object) -> Client:
        """Open a client; raises ``KafkaError`` when no broker answers.

        3.0.12 leaves the thread and the sockets of such a client behind: here they are ended.
        """
        nets: list[Any] = []

        def net(**given: object) -> Any:  # noqa: ANN401  # a class without types
            selector = NetworkSelector(**given)
            nets.append(KafkaNetClient(selector, _Manager(self._hear, selector, **given)))
            return nets[-1]

        try:
            return make(
                bootstrap_servers=self._brokers.servers.split(","),
                bootstrap_timeout_ms=CONNECT_MS,
                reconnect_backoff_max_ms=RECONNECT_MS,
                kafka_client=net,
                **_security(self._brokers),
                **settings,
            )
        except BaseException:
            for each in nets:
                each.close()
            raise

    @contextmanager
    def translated(self, doing: str) -> Iterator[None]:
        """Turn what Kafka says into what the port says: whatever it is, it may work later."""
        try:
            yield
        except _NOT_BELIEVED as error:
            raise refused(self._brokers, str(error)) from error
        except AuthorizationError as error:
            raise lacking(self._brokers, doing, str(error)) from error
        except KafkaError as error:
            heard, self._heard = self._heard, None
            if heard is not None:
                raise refused(self._brokers, str(heard)) from error
            told = barred(self._brokers, doing)
            raise told or RetryableError(f"Kafka, {doing}: {error}") from error
        heard, self._heard = self._heard, None
        if heard is not None:  # it would go on trying, and tell nobody
            raise refused(self._brokers, str(heard))

    def _hear(self, error: Exception) -> None:
        if isinstance(error, _NOT_BELIEVED):
            self._heard = error


def _security(brokers: Brokers) -> dict[str, object]:
    """Return who we are, as it stands in the files at this moment."""
    settings: dict[str, object] = {"security_protocol": brokers.protocol}
    if brokers.tls:
        settings["ssl_context"] = brokers.tls.context()
    if brokers.user:
        settings |= {
            "sasl_mechanism": brokers.sasl.upper(),
            "sasl_plain_username": brokers.user,
            "sasl_plain_password": brokers.password.read(),
        }
    return settings

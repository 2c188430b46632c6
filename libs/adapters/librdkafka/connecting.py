"""What every client of librdkafka is told, and what its errors mean to us."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from confluent_kafka import KafkaError, KafkaException

from libs.contracts.brokers import Brokers, barred, lacking, refused
from libs.kernel.errors import AccessError, RetryableError

REQUEST_SECONDS = 10.0
NO_RIGHT = frozenset(
    {
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        KafkaError.GROUP_AUTHORIZATION_FAILED,
        KafkaError.CLUSTER_AUTHORIZATION_FAILED,
    }
)
_NOT_BELIEVED = frozenset(
    {
        KafkaError._AUTHENTICATION,  # noqa: SLF001  # that is its public name
        KafkaError.SASL_AUTHENTICATION_FAILED,
        KafkaError.UNSUPPORTED_SASL_MECHANISM,
    }
)
_NO_WAY = frozenset({KafkaError._SSL, KafkaError._RESOLVE})  # noqa: SLF001

Setting = str | int | float | bool


class Connection:
    """What the clients of one owner share: who they are, and what the brokers said against them.

    librdkafka tries again for ever and tells why beside the call that waits, so it is kept here.
    """

    def __init__(self, brokers: Brokers) -> None:
        """Take the brokers; nothing is opened."""
        self._brokers = brokers
        self._heard: KafkaError | None = None

    def settings(self, **more: Setting) -> dict[str, Any]:
        """Return the configuration of a client; ``_`` in a name stands for a dot."""
        return {
            "bootstrap.servers": self._brokers.servers,
            "reconnect.backoff.max.ms": 1_000,  # brokers that come back are found soon
            "log_level": 3,  # what matters comes back as an error
            "error_cb": self._hear,
            **_security(self._brokers),
            **{name.replace("_", "."): value for name, value in more.items()},
        }

    @contextmanager
    def translated(self, doing: str) -> Iterator[None]:
        """Turn what Kafka says into what the port says: whatever it is, it may work later."""
        try:
            yield
        except KafkaException as error:
            raise self.meaning(doing, error.args[0]) from error
        self.check(doing)

    def check(self, doing: str) -> None:
        """Raise ``AccessError`` if the brokers let none of the clients in."""
        heard, self._heard = self._heard, None
        if heard is not None:
            meaning = self.meaning(doing, heard)
            if isinstance(meaning, AccessError):
                raise meaning

    def meaning(self, doing: str, error: KafkaError | None) -> RetryableError:
        """Return what an error means, with what was heard beside it; None is no answer in time."""
        heard, self._heard = self._heard, None
        for each in filter(None, (error, heard)):
            if each.code() in NO_RIGHT:
                return lacking(self._brokers, doing, each.str())
            if each.code() in _NOT_BELIEVED:
                return refused(self._brokers, each.str())
        why = error.str() if error else "no answer in time"
        return barred(self._brokers, doing) or RetryableError(f"Kafka, {doing}: {why}")

    def _hear(self, error: KafkaError) -> None:
        if error.code() in _NOT_BELIEVED | _NO_WAY:
            self._heard = error


def _security(brokers: Brokers) -> dict[str, object]:
    """Return who we are, as it stands in the files at this moment."""
    settings: dict[str, object] = {"security.protocol": brokers.protocol}
    if brokers.tls:
        brokers.tls.context()  # says what is wrong with a file, which librdkafka does not
        files = {
            "ssl.ca.location": brokers.tls.ca,
            "ssl.certificate.location": brokers.tls.certificate,
            "ssl.key.location": brokers.tls.key or brokers.tls.certificate,
        }
        settings |= {name: path for name, path in files.items() if path}
    if brokers.user:
        settings |= {
            "sasl.mechanisms": brokers.sasl.upper(),
            "sasl.username": brokers.user,
            "sasl.password": brokers.password.read(),
        }
    return settings

"""Clients of kafka-python: how each is opened, and what its errors mean to us."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from kafka.errors import KafkaError
from kafka.net.compat import KafkaNetClient

from libs.contracts.brokers import Brokers
from libs.kernel.errors import RetryableError

CONNECT_MS = 5_000
REQUEST_MS = 10_000
RECONNECT_MS = 1_000
"""The longest pause before another attempt: brokers that come back are found soon."""

Client = TypeVar("Client")


def connect(make: Callable[..., Client], brokers: Brokers, **settings: object) -> Client:
    """Open a client; raises ``KafkaError`` when no broker answers.

    3.0.12 leaves the thread and the sockets of such a client behind: here they are ended.
    """
    nets: list[Any] = []

    def net(**given: object) -> Any:  # noqa: ANN401  # a class without types
        nets.append(KafkaNetClient(**given))
        return nets[-1]

    try:
        return make(
            bootstrap_servers=brokers.servers.split(","),
            bootstrap_timeout_ms=CONNECT_MS,
            reconnect_backoff_max_ms=RECONNECT_MS,
            kafka_client=net,
            **settings,
        )
    except BaseException:
        for each in nets:
            each.close()
        raise


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Turn what Kafka says into what the port says: whatever it is, it may work later."""
    try:
        yield
    except KafkaError as error:
        raise RetryableError(f"Kafka, {doing}: {error}") from error

"""What every client of librdkafka is told, and what its errors mean to us."""

from collections.abc import Iterator
from contextlib import contextmanager

from confluent_kafka import KafkaException

from libs.contracts.brokers import Brokers
from libs.kernel.errors import RetryableError

REQUEST_SECONDS = 10.0

Setting = str | int | float | bool


def settings(brokers: Brokers, **more: Setting) -> dict[str, Setting]:
    """Return the configuration of a client; ``_`` in a name stands for a dot."""
    return {
        "bootstrap.servers": brokers.servers,
        "reconnect.backoff.max.ms": 1_000,  # brokers that come back are found soon
        "log_level": 3,  # what matters comes back as an error
        **{name.replace("_", "."): value for name, value in more.items()},
    }


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Turn what Kafka says into what the port says: whatever it is, it may work later."""
    try:
        yield
    except KafkaException as error:
        raise RetryableError(f"Kafka, {doing}: {error}") from error

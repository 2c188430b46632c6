"""Publishing windows of records, each acknowledged before the next."""

import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import structlog
from kafka import KafkaProducer
from kafka.errors import KafkaError, KafkaTimeoutError

from libs.adapters.kafka.administration import Administration
from libs.adapters.kafka.connecting import REQUEST_MS, Connection
from libs.contracts.brokers import LARGEST_BYTES, Brokers
from libs.contracts.envelope import Record
from libs.kernel.errors import AccessError

DELIVERY_MS = 30_000
CLOSE_SECONDS = 2.0
SETTINGS: dict[str, object] = {
    # an idempotent producer of 3.0.12 stays wedged once a batch ran out of time
    "enable_idempotence": False,
    "acks": "all",
    "max_in_flight_requests_per_connection": 1,  # without idempotence, more would reorder
    "retries": float("inf"),
    "delivery_timeout_ms": DELIVERY_MS,
    "request_timeout_ms": REQUEST_MS,
    "max_block_ms": 5_000,
    "linger_ms": 5,
    "batch_size": 128 * 1024,  # a window goes out in few requests
    "max_request_size": LARGEST_BYTES,
    "compression_type": "gzip",
    "allow_auto_create_topics": False,
    "metrics_enabled": False,
}

log = structlog.get_logger()


class Publisher:
    """Owns the producer, from the first window on: one made before a fork would hang after it."""

    def __init__(self, brokers: Brokers, administration: Administration) -> None:
        """Take the brokers and what makes topics."""
        self._brokers = brokers
        self._connection = Connection(brokers)
        self._administration = administration
        self._lock = threading.Lock()
        self._producer: Any = None

    def publish(self, records: Sequence[Record]) -> int:
        """Send records in order; return how many leading ones were acknowledged.

        Raises ``RetryableError`` if that is none of them; no records at all ask for an answer of
        the brokers. Several threads may publish, one after the other.
        """
        with self._lock:
            self._administration.make({record.topic for record in records})
            self._open()
            futures, error = self._send(records)
            held = 0
            for future in futures:
                if not future.succeeded():
                    error = error or future.exception or KafkaTimeoutError("no answer in time")
                    break
                held += 1
            if error is not None:
                self._discard()
                self._administration.look_again()
        if error is not None and not held:
            with self._connection.translated("publishing"):
                raise error
        return held

    def close(self) -> None:
        """End the producer."""
        with self._lock:
            self._discard()

    def _open(self) -> None:
        """Let there be a producer that the brokers did not refuse, as far as is known."""
        try:
            with self._connection.translated("publishing"):
                if self._producer is None:
                    self._producer = self._connection.connect(KafkaProducer, **SETTINGS)
        except AccessError:
            self._discard()  # 3.0.12 keeps a refusal for good; a new one asks anew
            raise

    def _send(self, records: Sequence[Record]) -> tuple[list[Any], KafkaError | None]:
        """Send a window and await its answers; return what was sent and what stopped it."""
        futures: list[Any] = []
        send = self._producer.send
        topics = {record.topic: self._brokers.topic(record.topic) for record in records}
        try:
            for record in records:
                topic = topics[record.topic]
                futures.append(send(topic, record.value, record.key, list(record.headers)))
        except KafkaError as error:
            self._flush()
            return futures, error
        self._flush()
        return futures, None

    def _flush(self) -> None:
        with suppress(KafkaTimeoutError):  # the futures tell which ones have no answer
            self._producer.flush(timeout=(DELIVERY_MS + REQUEST_MS) / 1000)

    def _discard(self) -> None:
        """End a producer that may be wedged, with what it still wants to send."""
        producer, self._producer = self._producer, None
        if producer is None:
            return
        try:
            producer.close(timeout=CLOSE_SECONDS)
        except KafkaError as error:  # 3.0.12 raises when it is not done in time
            log.warning("the producer did not end well", reason=str(error))

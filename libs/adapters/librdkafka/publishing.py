"""Publishing windows of records, each acknowledged before the next."""

import threading
from collections.abc import Callable, Sequence

from confluent_kafka import KafkaError, KafkaException, Producer

from libs.adapters.librdkafka.administration import Administration
from libs.adapters.librdkafka.connecting import REQUEST_SECONDS, Connection, Setting
from libs.contracts.brokers import LARGEST_BYTES, Brokers
from libs.contracts.envelope import Record

DELIVERY_SECONDS = 30.0
_SETTINGS: dict[str, Setting] = {
    "acks": "all",
    "enable_idempotence": True,  # order without it would cost all requests in flight but one
    "delivery_timeout_ms": int(1000 * DELIVERY_SECONDS),
    "request_timeout_ms": int(1000 * REQUEST_SECONDS),
    "linger_ms": 5,
    "message_max_bytes": LARGEST_BYTES,
    "compression_type": "gzip",
    "partitioner": "murmur2_random",  # where every other client puts a key
    "allow_auto_create_topics": False,
}


class Publisher:
    """Owns the producer, from the first window on: one made before a fork would hang after it."""

    def __init__(self, brokers: Brokers, administration: Administration) -> None:
        """Take the brokers and what makes topics."""
        self._brokers = brokers
        self._connection = Connection(brokers)
        self._administration = administration
        self._lock = threading.Lock()
        self._producer: Producer | None = None

    def publish(self, records: Sequence[Record]) -> int:
        """Send records in order; return how many leading ones were acknowledged.

        Raises ``RetryableError`` if that is none of them; no records at all ask for an answer of
        the brokers. Several threads may publish, one after the other.
        """
        with self._lock:
            self._administration.make({record.topic for record in records})
            producer = self._producer or Producer(self._connection.settings(**_SETTINGS))
            self._producer = producer
            if not records:
                with self._connection.translated("asking for an answer"):
                    try:
                        producer.list_topics(timeout=REQUEST_SECONDS)
                    finally:
                        producer.poll(0)  # hear why the brokers refused it
                return 0
            held, reason = self._send(producer, records)
            if held < len(records):
                self._discard()
                self._administration.look_again()
        if not held:
            raise self._connection.meaning("publishing", reason)
        return held

    def close(self) -> None:
        """End the producer."""
        with self._lock:
            self._discard()

    def _send(self, producer: Producer, records: Sequence[Record]) -> tuple[int, KafkaError | None]:
        """Send a window and await its answers; return how many leading ones are held, or why."""
        failures: dict[int, KafkaError] = {}
        answered = [False] * len(records)
        topics = {record.topic: self._brokers.topic(record.topic) for record in records}
        produce = producer.produce
        for place, record in enumerate(records):
            try:
                produce(
                    topics[record.topic],
                    value=record.value,
                    key=record.key,
                    headers=list(record.headers),
                    on_delivery=_noted(place, answered, failures),
                )
            except KafkaException as error:
                failures[place] = error.args[0]
                break
            except BufferError as error:
                failures[place] = KafkaError(KafkaError._QUEUE_FULL, str(error))  # noqa: SLF001  # that is its public name
                break
        producer.flush(DELIVERY_SECONDS + REQUEST_SECONDS)
        held = next((place for place, known in enumerate(answered) if not known), len(records))
        return held, failures.get(held)

    def _discard(self) -> None:
        """End a producer with what it still wants to send."""
        producer, self._producer = self._producer, None
        if producer is not None:
            producer.purge()
            producer.flush(0)


def _noted(
    place: int, answered: list[bool], failures: dict[int, KafkaError]
) -> Callable[[KafkaError | None, object], None]:
    """Return what notes the answer for one record."""

    def note(error: KafkaError | None, _message: object) -> None:
        if error is None:
            answered[place] = True
        else:
            failures[place] = error

    return note

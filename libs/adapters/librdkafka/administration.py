"""Topics and groups as the brokers keep them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from libs.adapters.librdkafka.connecting import REQUEST_SECONDS, Connection
from libs.contracts.brokers import Brokers, settings_of
from libs.kernel.errors import RetryableError

_DONE_ALREADY = (KafkaError.TOPIC_ALREADY_EXISTS, KafkaError.GROUP_ID_NOT_FOUND)


class Administration:
    """Makes the topics that are not there yet, and drops what groups have committed."""

    def __init__(self, brokers: Brokers) -> None:
        """Take the brokers; nothing is opened before it is needed."""
        self._brokers = brokers
        self._connection = Connection(brokers)
        self._there: set[str] = set()

    def make(self, topics: Iterable[str]) -> None:
        """Let these topics of ours exist; one that exists already stays as it is.

        Raises ``RetryableError`` when the brokers refuse or do not answer.
        """
        missing = set(topics) - self._there
        if not missing:
            return
        with self._connection.translated("making topics"), self._client() as client:
            known = client.list_topics(timeout=REQUEST_SECONDS).topics
            wanted = [
                NewTopic(
                    self._brokers.topic(name),
                    num_partitions=self._brokers.partitions_of(name),
                    replication_factor=self._brokers.replication,
                    config=settings_of(name),
                )
                for name in missing
                if self._brokers.topic(name) not in known
            ]
            if wanted:
                _await(client.create_topics(wanted, operation_timeout=REQUEST_SECONDS))
        self._there |= missing

    def look_again(self) -> None:
        """Take no topic for granted any more: somebody may have deleted one."""
        self._there.clear()

    def forget(self, group: str) -> None:
        """Drop a group with its offsets; raises ``RetryableError`` while it has members."""
        with self._connection.translated("forgetting a group"), self._client() as client:
            _await(client.delete_consumer_groups([self._brokers.group(group)]))

    @contextmanager
    def _client(self) -> Iterator[AdminClient]:
        """Give a client; answers come only as long as somebody holds it."""
        client = AdminClient(self._connection.settings())
        try:
            yield client
        finally:
            client.poll(0)  # hear why the brokers refused it


def _await(answers: dict[str, Any]) -> None:
    """Wait for what was asked; another process may have done the same."""
    for answer in answers.values():
        try:
            answer.result(timeout=REQUEST_SECONDS)
        except KafkaException as error:
            if error.args[0].code() not in _DONE_ALREADY:
                raise
        except TimeoutError as error:
            raise RetryableError("Kafka does not answer") from error

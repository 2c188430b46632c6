"""Topics and groups as the brokers keep them."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from kafka.admin import KafkaAdminClient
from kafka.errors import (
    AuthorizationError,
    CoordinatorLoadInProgressError,
    CoordinatorNotAvailableError,
    GroupAuthorizationFailedError,
    NotCoordinatorError,
    TopicAlreadyExistsError,
    for_code,
)

from libs.adapters.kafka.connecting import CONNECT_MS, REQUEST_MS, Connection
from libs.contracts.brokers import Brokers, settings_of
from libs.kernel.errors import RetryableError

LOOK_SECONDS = 0.1
_EXISTS = TopicAlreadyExistsError.errno
_FORGOTTEN = ("OK", "GroupIdNotFoundError")
_NO_KEEPER_YET = (CoordinatorNotAvailableError, CoordinatorLoadInProgressError, NotCoordinatorError)
_NOT_YET = tuple(error.__name__ for error in _NO_KEEPER_YET)


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
        with self.client("making topics") as client:
            known = client.list_topics()
            wanted = {
                self._brokers.topic(name): {
                    "num_partitions": self._brokers.partitions_of(name),
                    "replication_factor": self._brokers.replication,
                    "configs": settings_of(name),
                }
                for name in missing
                if self._brokers.topic(name) not in known
            }
            if wanted:
                _create(client, wanted)
        self._there |= missing

    def look_again(self) -> None:
        """Take no topic for granted any more: somebody may have deleted one."""
        self._there.clear()

    def forget(self, group: str) -> None:
        """Drop a group with its offsets; raises ``RetryableError`` while it has members."""
        name = self._brokers.group(group)
        with self.client("forgetting a group") as client:
            said = _deleted(client, name)
            if said == GroupAuthorizationFailedError.__name__:
                raise GroupAuthorizationFailedError(name)
        if said not in _FORGOTTEN:
            raise RetryableError(f"Kafka cannot forget the group {name}: {said}")

    @contextmanager
    def client(self, doing: str) -> Iterator[Any]:
        """Open a client for a moment; what the brokers say meanwhile is translated."""
        with self._connection.translated(doing):
            client = self._connection.connect(KafkaAdminClient, request_timeout_ms=REQUEST_MS)
            try:
                yield client
            finally:
                client.close()


def _deleted(client: Any, group: str) -> str:  # noqa: ANN401  # no types
    """Return what deleting a group answers; new brokers first make the topic that keeps groups."""
    give_up = time.monotonic() + CONNECT_MS / 1000
    while True:
        try:
            said = str(client.delete_groups([group])[group])
        except _NO_KEEPER_YET as error:
            said = type(error).__name__
        if said not in _NOT_YET or time.monotonic() > give_up:
            return said
        time.sleep(LOOK_SECONDS)


def _create(client: Any, wanted: dict[str, dict[str, object]]) -> None:  # noqa: ANN401  # no types
    """Create topics and wait until they have leaders; another process may do the same now."""
    answer = client.create_topics(wanted, timeout_ms=REQUEST_MS, raise_errors=False)
    for topic in answer["topics"]:
        if topic["error_code"] not in (0, _EXISTS):
            kind = for_code(topic["error_code"])
            if issubclass(kind, AuthorizationError):
                raise kind(topic["name"])
            reason = topic.get("error_message") or kind.__name__
            raise RetryableError(f"Kafka cannot make the topic {topic['name']}: {reason}")
    client.wait_for_topics(list(wanted), timeout_ms=CONNECT_MS)

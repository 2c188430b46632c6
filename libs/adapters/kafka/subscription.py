"""One member of a group, as it polls the brokers."""

import time
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import structlog
from kafka import KafkaConsumer, TopicPartition
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.errors import (
    CommitFailedError,
    CorruptRecordError,
    IllegalGenerationError,
    KafkaError,
    RebalanceInProgressError,
    UnknownMemberIdError,
)
from kafka.structs import MemberState, OffsetAndMetadata
from typing_extensions import override

from libs.adapters.kafka.administration import Administration
from libs.adapters.kafka.arrivals import Arrivals
from libs.adapters.kafka.connecting import REQUEST_MS, Connection
from libs.adapters.kafka.unreadable import Gap, read_around, start_of
from libs.contracts import headers
from libs.contracts.brokers import Brokers
from libs.contracts.envelope import Record
from libs.kernel.errors import AccessError, RetryableError
from libs.kernel.turns import Turns
from libs.ports.bus import Delivery, Slot, Subscription

FETCH_RECORDS = 2000
"""How many records wait here at most."""
TOUCH_SECONDS = 0.5
"""How often the group is heard while records wait here."""
SETTLE_SECONDS = 2.0
"""How long a poll stays with the group while slots are being shared out.

3.0.12 forgets a join that ends between two polls and joins anew, and so would the others.
"""
LOOK_SECONDS = 0.1
ANSWER_SECONDS = 10.0
CLOSE_MS = 5_000
LAG_SECONDS = 5.0
"""How old the ends of the slots may be that ``lag`` counts with."""
_SETTINGS: dict[str, object] = {
    "enable_auto_commit": False,
    "auto_offset_reset": "earliest",
    "partition_assignment_strategy": [CooperativeStickyAssignor],
    "allow_auto_create_topics": False,
    "metrics_enabled": False,
}
_NO_LONGER_OURS = (
    CommitFailedError,
    IllegalGenerationError,
    RebalanceInProgressError,
    UnknownMemberIdError,
)

log = structlog.get_logger()


class KafkaSubscription(Subscription):
    """Reads ahead a little, and hands out what it has read slot by slot in turn."""

    def __init__(
        self,
        brokers: Brokers,
        administration: Administration,
        group: str,
        topics: Sequence[str],
    ) -> None:
        """Name the group and the topics; nobody joins before the first ``poll``."""
        self._brokers = brokers
        self._connection = Connection(brokers)
        self._administration = administration
        self._group = group
        self._topics = topics
        self._consumer: Any = None
        self._arrivals = Arrivals()
        self._waiting: Turns[Any, Any] = Turns()
        self._done: dict[Any, int] = {}
        self._ends: dict[Any, int] = {}
        self._made: dict[str, UUID] = {}
        self._asked_ends = 0.0
        self._touched = 0.0
        self._closed = False

    @override
    def poll(self, *, limit: int, timeout_seconds: float) -> Sequence[Delivery]:
        if self._closed:
            return []
        try:
            with self._connection.translated("polling"):
                if self._waiting and time.monotonic() - self._touched > TOUCH_SECONDS:
                    self._touch()
                if not self._waiting:
                    self._wait(timeout_seconds)
        except AccessError:
            self._leave()  # 3.0.12 keeps a refusal for good; a new client asks anew
            raise
        return [
            _delivery(self._slot(partition), message)
            for partition, run in self._waiting.take(limit)
            for message in run
        ]

    @override
    def commit(self, offsets: Mapping[Slot, int]) -> None:
        held = self._held(offsets)
        if not held:
            return
        positions = {
            partition: OffsetAndMetadata(offset, "", -1) for partition, offset in held.items()
        }
        with self._connection.translated("committing"):
            try:
                self._consumer.commit(positions, timeout_ms=REQUEST_MS)
            except _NO_LONGER_OURS as error:
                log.info("not committed", group=self._group, reason=str(error))
                return
        self._done |= held

    @override
    def rewind(self, offsets: Mapping[Slot, int]) -> None:
        for partition, offset in self._held(offsets).items():
            self._waiting.drop(partition)
            self._consumer.seek(partition, offset)

    @override
    def lag(self) -> Mapping[Slot, int]:
        if self._consumer is None:
            return {}
        held = self._consumer.assignment()
        with self._connection.translated("measuring the lag"):
            if time.monotonic() - self._asked_ends > LAG_SECONDS or held - self._ends.keys():
                self._ask_ends()
            return {self._slot(partition): self._lag(partition) for partition in held}

    @override
    def close(self) -> None:
        self._closed = True
        self._leave()

    def _leave(self) -> None:
        """Give the slots back, and what waits here with them."""
        consumer, self._consumer = self._consumer, None
        self._arrivals, self._waiting = Arrivals(), Turns()
        self._done, self._ends, self._made = {}, {}, {}
        if consumer is None:
            return
        try:
            consumer.close(autocommit=False, timeout_ms=CLOSE_MS)
        except KafkaError as error:  # the brokers find out by themselves
            log.warning("left a group without a word", group=self._group, reason=str(error))

    def _wait(self, timeout_seconds: float) -> None:
        """Return when records wait here, or when there are none for this member."""
        if self._consumer is None:
            self._consumer = self._open()
        self._ask(timeout_seconds)
        give_up = time.monotonic() + ANSWER_SECONDS
        while not self._waiting and self._is_settled() and self._is_behind():
            if time.monotonic() > give_up:
                raise RetryableError(f"Kafka has records for {self._group} but does not send them")
            self._ask(LOOK_SECONDS)

    def _ask(self, seconds: float) -> None:
        """Fetch, and hear what became of the group meanwhile."""
        give_up = time.monotonic() + seconds + SETTLE_SECONDS
        found = self._fetch(seconds)
        while not found and not self._is_settled() and time.monotonic() < give_up:
            found = self._fetch(LOOK_SECONDS)
        self._touched = time.monotonic()
        self._see_topics()
        new, self._arrivals.new = self._arrivals.new, set()
        held = self._consumer.assignment()
        for partition in {*self._waiting.keys(), *self._done, *self._ends}:
            if partition in new or partition not in held:
                self._waiting.drop(partition)
                self._done.pop(partition, None)
                self._ends.pop(partition, None)
        for partition, messages in found.items():
            self._done.setdefault(partition, start_of(messages[0]))
            self._waiting.add(partition, messages)

    def _see_topics(self) -> None:
        """Begin anew if a topic was made anew: places in the one that was deleted mean nothing.

        Raises ``RetryableError`` then; 3.0.12 itself would go on where it was.
        """
        for name in self._topics:
            topic = self._brokers.topic(name)
            made = self._consumer._cluster.topic_id(topic)  # noqa: SLF001  # nobody else tells
            if made is None or self._made.setdefault(topic, made) == made:
                continue
            held = [each for each in self._consumer.assignment() if each.topic == topic]
            start = {partition: OffsetAndMetadata(0, "", -1) for partition in held}
            self._consumer.commit(start, timeout_ms=REQUEST_MS)
            self._leave()
            log.error("a topic was made anew", topic=topic, group=self._group)
            raise RetryableError(f"{topic} was deleted and made anew: it is read from its start")

    def _fetch(self, seconds: float) -> Mapping[Any, Sequence[Any]]:
        """Return records by partition; what cannot be read is a ``Gap`` among them."""
        try:
            return self._consumer.poll(  # type: ignore[no-any-return]  # it ships no types
                timeout_ms=int(1000 * seconds), max_records=FETCH_RECORDS
            )
        except CorruptRecordError:
            return read_around(self._consumer, most=FETCH_RECORDS)

    def _touch(self) -> None:
        """Hear what became of the group, and fetch nothing."""
        self._consumer.pause(*self._consumer.assignment())
        self._ask(0.0)
        self._consumer.resume(*self._consumer.assignment())

    def _is_settled(self) -> bool:
        """Tell whether the group agrees about who holds what, as far as this member knows."""
        return bool(self._consumer.group_metadata().state == MemberState.STABLE)

    def _is_behind(self) -> bool:
        """Tell whether the log has records for this member that were not fetched yet."""
        self._ask_ends()
        return any(self._position(partition) < end for partition, end in self._ends.items())

    def _ask_ends(self) -> None:
        held = self._consumer.assignment()
        if held:
            self._ends = self._consumer.end_offsets(list(held))
        self._asked_ends = time.monotonic()

    def _position(self, partition: Any) -> int:  # noqa: ANN401  # it ships no types
        """Return the offset that is fetched next."""
        position = self._consumer.position(partition, timeout_ms=REQUEST_MS)
        if position is None:
            raise RetryableError(f"Kafka does not say where {partition} starts")
        return int(position)

    def _lag(self, partition: Any) -> int:  # noqa: ANN401  # it ships no types
        end = max(self._ends.get(partition, 0), self._consumer.highwater(partition) or 0)
        done = self._done.get(partition)
        return max(0, end - (self._position(partition) if done is None else done))

    def _held(self, offsets: Mapping[Slot, int]) -> dict[Any, int]:
        """Return the offsets of those slots that this member holds."""
        held = self._consumer.assignment() if self._consumer else ()
        named = {
            TopicPartition(self._brokers.topic(slot.topic), slot.partition): offset
            for slot, offset in offsets.items()
        }
        return {partition: offset for partition, offset in named.items() if partition in held}

    def _slot(self, partition: Any) -> Slot:  # noqa: ANN401  # it ships no types
        return Slot(self._brokers.name_of(partition.topic), partition.partition)

    def _open(self) -> Any:  # noqa: ANN401  # it ships no types
        self._administration.make(self._topics)
        consumer = self._connection.connect(
            KafkaConsumer,
            group_id=self._brokers.group(self._group),
            max_poll_interval_ms=1000 * self._brokers.silent_seconds,
            session_timeout_ms=1000 * self._brokers.session_seconds,
            heartbeat_interval_ms=self._brokers.beat_ms,
            **_SETTINGS,
        )
        topics = [self._brokers.topic(name) for name in self._topics]
        consumer.subscribe(topics, listener=self._arrivals)
        for topic in topics:  # who leads a group without knowing a topic shares out none of it
            consumer.partitions_for_topic(topic)
        return consumer


def _delivery(slot: Slot, message: Any) -> Delivery:  # noqa: ANN401  # it ships no types
    if isinstance(message, Gap):
        reason = f"offsets {message.first} to {message.offset} cannot be read: {message.reason}"
        return Delivery(slot, message.offset, Record(slot.topic, b"", (), b""), reason)
    given = headers.whole(message.headers)
    record = Record(slot.topic, message.key or b"", given, message.value or b"")
    return Delivery(slot, message.offset, record)

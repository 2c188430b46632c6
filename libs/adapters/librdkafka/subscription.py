"""One member of a group, as it polls the brokers."""

import threading
import time
from collections.abc import Mapping, Sequence
from itertools import groupby
from queue import Empty, SimpleQueue
from typing import Any

import structlog
from confluent_kafka import (
    OFFSET_INVALID,
    Consumer,
    KafkaError,
    KafkaException,
    TopicPartition,
)
from typing_extensions import override

from libs.adapters.librdkafka.administration import Administration
from libs.adapters.librdkafka.connecting import NO_RIGHT, REQUEST_SECONDS, Connection
from libs.contracts import headers
from libs.contracts.brokers import Brokers
from libs.contracts.envelope import Record
from libs.kernel.errors import AccessError, RetryableError
from libs.kernel.turns import Turns
from libs.ports.bus import Delivery, Slot, Subscription

FETCH_RECORDS = 2000
"""How many records wait here at most; librdkafka itself has read further ahead."""
JOIN_SECONDS = 5.0
"""How long a poll waits for slots when there are none; after a refusal librdkafka rests 3 s."""
LOOK_SECONDS = 0.05
ANSWER_SECONDS = 10.0
_NO_LONGER_OURS = (
    KafkaError.ILLEGAL_GENERATION,
    KafkaError.REBALANCE_IN_PROGRESS,
    KafkaError.UNKNOWN_MEMBER_ID,
    KafkaError._ASSIGNMENT_LOST,  # noqa: SLF001  # that is its public name
    KafkaError._STATE,  # noqa: SLF001
)
_NOT_YET = (
    KafkaError.NOT_LEADER_FOR_PARTITION,
    KafkaError.LEADER_NOT_AVAILABLE,
    KafkaError.UNKNOWN_TOPIC_OR_PART,
)
"""What a topic answers that was made a moment ago, or whose leader is changing."""

log = structlog.get_logger()


class LibrdkafkaSubscription(Subscription):
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
        self._waiting: Turns[Slot, Any] = Turns()
        self._positions: dict[Slot, int] = {}
        """Of every slot that is held: the offset that is fetched next."""
        self._done: dict[Slot, int] = {}
        self._closed = False

    @override
    def poll(self, *, limit: int, timeout_seconds: float) -> Sequence[Delivery]:
        if self._closed:
            return []
        try:
            with self._connection.translated("polling"):
                if self._consumer is None:
                    self._consumer = self._open()
                if self._waiting:
                    self._ask(0.0, 1)  # hear of slots that change hands
                if not self._waiting:
                    self._wait(timeout_seconds)
        except AccessError:
            self._leave(is_heard=False)  # a new client asks with what is set then
            raise
        return [
            _delivery(slot, message) for slot, run in self._waiting.take(limit) for message in run
        ]

    @override
    def commit(self, offsets: Mapping[Slot, int]) -> None:
        held = {slot: offset for slot, offset in offsets.items() if slot in self._positions}
        if not held:
            return
        with self._connection.translated("committing"):
            try:
                self._tell(held)
            except KafkaException as error:
                if error.args[0].code() not in _NO_LONGER_OURS:
                    raise
                log.info("not committed", group=self._group, reason=error.args[0].str())
                return
        self._done |= held

    @override
    def rewind(self, offsets: Mapping[Slot, int]) -> None:
        for slot, offset in offsets.items():
            if slot in self._positions:
                self._waiting.drop(slot)
                self._positions[slot] = offset
                with self._connection.translated("going back"):
                    self._consumer.seek(self._partition(slot, offset))

    @override
    def lag(self) -> Mapping[Slot, int]:
        if self._closed or self._consumer is None:
            return {}
        with self._connection.translated("measuring the lag"):
            self._find_starts()
            return {
                slot: max(0, self._ends(slot, cached=True)[1] - done)
                for slot, done in self._done.items()
            }

    @override
    def close(self) -> None:
        self._closed = True
        self._leave(is_heard=True)

    def _leave(self, *, is_heard: bool) -> None:
        """Give the slots back, and what waits here with them.

        To close would wait until the brokers know of everything, which they do not if they refuse
        us: then the client is only dropped, and they find out by themselves.
        """
        consumer, self._consumer = self._consumer, None
        if consumer is not None and is_heard:
            consumer.close()
        self._forget(list(self._positions))

    def _wait(self, timeout_seconds: float) -> None:
        """Return when records wait here, or when there are none for this member."""
        begun = time.monotonic()
        while not self._positions and time.monotonic() < begun + JOIN_SECONDS:
            self._ask(LOOK_SECONDS, FETCH_RECORDS)
        if not self._waiting:
            self._ask(max(0.0, begun + timeout_seconds - time.monotonic()), FETCH_RECORDS)
        give_up = time.monotonic() + ANSWER_SECONDS
        while not (self._waiting or self._closed) and self._is_behind():
            if time.monotonic() > give_up:
                raise RetryableError(f"Kafka has records for {self._group} but does not send them")
            self._ask(LOOK_SECONDS, FETCH_RECORDS)

    def _tell(self, held: Mapping[Slot, int]) -> None:
        """Let the brokers keep how far this member has come; raises ``KafkaException`` if not.

        librdkafka waits for that as long as the brokers refuse us, silently: it waits elsewhere.
        """
        told = [self._partition(slot, offset) for slot, offset in held.items()]
        answer: SimpleQueue[KafkaException | None] = SimpleQueue()

        def tell(consumer: Consumer) -> None:
            try:
                consumer.commit(offsets=told, asynchronous=False)
            except KafkaException as error:
                answer.put(error)
            else:
                answer.put(None)

        threading.Thread(target=tell, args=[self._consumer], daemon=True).start()
        try:
            error = answer.get(timeout=REQUEST_SECONDS)
        except Empty:
            self._leave(is_heard=False)  # nor would it go back, or do anything else
            raise KafkaException(KafkaError(KafkaError._TIMED_OUT)) from None  # noqa: SLF001
        if error is not None:
            raise error

    def _ask(self, seconds: float, amount: int) -> None:
        """Take over what librdkafka has read, and hear what became of the group meanwhile."""
        first = self._consumer.consume(1, seconds)  # more than one would wait for all of them
        rest = self._consumer.consume(amount - 1, 0) if first and amount > 1 else []
        records = [message for message in (*first, *rest) if self._is_record(message)]
        for slot, found in groupby(records, key=self._slot):
            run = list(found)
            self._done.setdefault(slot, run[0].offset())
            self._positions[slot] = run[-1].offset() + 1
            self._waiting.add(slot, run)

    def _is_record(self, message: Any) -> bool:  # noqa: ANN401  # it ships no types
        """Tell whether this is a record; raises ``KafkaException`` if it says that we may not."""
        error = message.error()
        if error is None:
            return True
        if error.code() in NO_RIGHT:
            raise KafkaException(error)
        log.info("Kafka says", group=self._group, what=error.str())
        return False

    def _is_behind(self) -> bool:
        """Tell whether the log has records for this member that were not fetched yet."""
        try:
            self._find_starts()
            for slot, position in self._positions.items():
                oldest, end = self._ends(slot, cached=False)
                if max(position, oldest) < end:
                    return True
        except KafkaException as error:
            if error.args[0].code() not in _NOT_YET:
                raise
            return True
        return False

    def _find_starts(self) -> None:
        """Ask where the group is in slots of which nothing was fetched yet."""
        new = [self._partition(slot) for slot in self._positions.keys() - self._done.keys()]
        for place in self._consumer.committed(new, timeout=REQUEST_SECONDS) if new else ():
            slot = self._slot_of(place.topic, place.partition)
            begun = place.offset if place.offset >= 0 else self._ends(slot, cached=False)[0]
            self._positions[slot] = self._done[slot] = begun

    def _ends(self, slot: Slot, *, cached: bool) -> tuple[int, int]:
        """Return the offset of the oldest record of a slot, and that of the next one."""
        partition = self._partition(slot)
        oldest, end = self._consumer.get_watermark_offsets(
            partition, timeout=REQUEST_SECONDS, cached=cached
        )
        if end == OFFSET_INVALID:  # nothing was fetched yet
            return self._ends(slot, cached=False)
        return oldest, end

    def _taken(self, _consumer: object, partitions: list[Any]) -> None:
        """Note the slots that this member gets; librdkafka starts where the group is in them."""
        slots = [self._slot_of(each.topic, each.partition) for each in partitions]
        self._forget(slots)
        self._positions.update(dict.fromkeys(slots, OFFSET_INVALID))

    def _given(self, _consumer: object, partitions: list[Any]) -> None:
        """Let go of slots; what was done in them is committed, for only a poll comes here."""
        self._forget([self._slot_of(each.topic, each.partition) for each in partitions])

    def _forget(self, slots: Sequence[Slot]) -> None:
        for slot in slots:
            self._positions.pop(slot, None)
            self._done.pop(slot, None)
            self._waiting.drop(slot)

    def _slot(self, message: Any) -> Slot:  # noqa: ANN401  # it ships no types
        return self._slot_of(message.topic(), message.partition())

    def _slot_of(self, topic: str, partition: int) -> Slot:
        return Slot(self._brokers.name_of(topic), partition)

    def _partition(self, slot: Slot, offset: int = OFFSET_INVALID) -> Any:  # noqa: ANN401
        return TopicPartition(self._brokers.topic(slot.topic), slot.partition, offset)

    def _open(self) -> Any:  # noqa: ANN401  # it ships no types
        self._administration.make(self._topics)
        silent_ms = 1000 * self._brokers.silent_seconds
        settings = self._connection.settings(
            group_id=self._brokers.group(self._group),
            enable_auto_commit=False,
            enable_auto_offset_store=False,
            auto_offset_reset="earliest",
            partition_assignment_strategy="cooperative-sticky",
            max_poll_interval_ms=silent_ms,
            session_timeout_ms=min(silent_ms, 1000 * self._brokers.session_seconds),
            heartbeat_interval_ms=self._brokers.beat_ms,
            allow_auto_create_topics=False,
            check_crcs=True,
            queued_max_messages_kbytes=16 * 1024,
        )
        consumer = Consumer(settings)
        topics = [self._brokers.topic(name) for name in self._topics]
        consumer.subscribe(
            topics, on_assign=self._taken, on_revoke=self._given, on_lost=self._given
        )
        return consumer


def _delivery(slot: Slot, message: Any) -> Delivery:  # noqa: ANN401  # it ships no types
    try:
        given = headers.whole(message.headers())
    except (UnicodeDecodeError, SystemError) as error:  # 2.16 forgets that it has failed already
        reason = f"the name of a header is no text: {error}"
        # Without the traceback: what failed half-way is still on it, and to show it would crash.
        log.error("unreadable", **slot._asdict(), offset=message.offset(), reason=reason)  # noqa: TRY400
        return Delivery(slot, message.offset(), Record(slot.topic, b"", (), b""), reason)
    record = Record(slot.topic, message.key() or b"", given, message.value() or b"")
    return Delivery(slot, message.offset(), record)

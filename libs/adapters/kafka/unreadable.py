"""Stretches of the log that the client cannot take apart: found, stepped over, and told of.

kafka-python 3.0.12 raises where a batch does not fit its checksum, and where the name of a header
is no UTF-8. It does not always say in which partition, and asks for the same records for ever.
"""

import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog
from kafka.errors import CorruptRecordError, KafkaError

from libs.adapters.kafka.connecting import REQUEST_MS
from libs.kernel.errors import RetryableError

LOOK_MS = 100
ANSWER_SECONDS = 10.0
_MOVED = (KeyError, ValueError, AssertionError, KafkaError)
"""What the client raises for a partition that it has just given away."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch that cannot be read, in the place of its records."""

    first: int
    offset: int
    """The last one."""
    reason: str


def start_of(item: Any) -> int:  # noqa: ANN401  # a record of the client, or a gap
    """Return the offset at which a record or a gap begins."""
    return item.first if isinstance(item, Gap) else int(item.offset)


def read_around(consumer: Any, *, most: int) -> dict[Any, list[Any]]:  # noqa: ANN401  # no types
    """Read each partition by itself, and around what cannot be read there.

    To be called when a poll raised ``CorruptRecordError``. A gap may be longer than what is
    damaged: nothing behind the first bad record of a batch can be read. Raises ``RetryableError``
    when partitions change hands meanwhile; then nothing was read.
    """
    held = consumer.assignment()
    found: dict[Any, list[Any]] = {}
    try:
        _begin_anew(consumer, held)
        for partition in held:
            consumer.pause(*(held - {partition}))
            consumer.resume(partition)
            items = _read(consumer, partition, most)
            if items:
                found[partition] = items
    except _MOVED as error:
        for partition, items in found.items():
            with suppress(*_MOVED):
                consumer.seek(partition, start_of(items[0]))
        raise RetryableError(f"Kafka, reading around what is unreadable: {error}") from error
    finally:
        _resume(consumer, held)
    return found


def _begin_anew(consumer: Any, partitions: Iterable[Any]) -> None:  # noqa: ANN401  # no types
    """Let the client drop what it has fetched: after a poll that raised, the next never returns.

    It drops what does not begin where it is asked to go on.
    """
    ends = consumer.end_offsets(list(partitions))
    places = {each: _position(consumer, each) for each in partitions}
    waiting = {each: place for each, place in places.items() if place < ends[each]}
    for partition, place in waiting.items():
        consumer.seek(partition, place + 1)
    with suppress(CorruptRecordError):
        consumer.poll(timeout_ms=0, max_records=1)
    for partition, place in waiting.items():
        consumer.seek(partition, place)


def _read(consumer: Any, partition: Any, most: int) -> list[Any]:  # noqa: ANN401  # no types
    """Return the next records of a partition, with the gap before them if there is one."""
    gap: Gap | None = None
    while True:
        here = _position(consumer, partition)
        try:
            found = _poll(consumer, partition, most)
        except CorruptRecordError as error:
            gap = Gap(gap.first if gap else here, here, gap.reason if gap else str(error))
            # in a batch of several records the same is raised until the next batch
            consumer.seek(partition, here + 1)
            continue
        if gap is None:
            return found
        place = {"topic": partition.topic, "partition": partition.partition}
        log.error("unreadable", **place, first=gap.first, last=gap.offset, reason=gap.reason)
        return [gap, *found]


def _poll(consumer: Any, partition: Any, most: int) -> list[Any]:  # noqa: ANN401  # no types
    """Return the next records of a partition; none only at its end."""
    (end,) = consumer.end_offsets([partition]).values()
    give_up = time.monotonic() + ANSWER_SECONDS
    while _position(consumer, partition) < end:
        polled = consumer.poll(timeout_ms=LOOK_MS, max_records=most)
        for other in polled.keys() - {partition}:  # one that was given to this member just now
            consumer.seek(other, polled[other][0].offset)
        if partition in polled:
            return list(polled[partition])
        if time.monotonic() > give_up:
            raise KafkaError(f"no answer about {partition}")
    return []


def _position(consumer: Any, partition: Any) -> int:  # noqa: ANN401  # no types
    position = consumer.position(partition, timeout_ms=REQUEST_MS)
    if position is None:
        raise KafkaError(f"no position in {partition}")
    return int(position)


def _resume(consumer: Any, partitions: Iterable[Any]) -> None:  # noqa: ANN401  # no types
    for partition in partitions:
        with suppress(*_MOVED):
            consumer.resume(partition)

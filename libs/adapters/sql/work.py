"""The open transaction: rows, events, applied sequences and dead letters that commit together."""

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
import structlog
from typing_extensions import TypeVarTuple, override

from libs.adapters.sql.tables import APPLIED, OUTBOX
from libs.contracts import codec, headers
from libs.contracts.envelope import Event, Record
from libs.contracts.topics import M, Topic
from libs.kernel.clock import Clock
from libs.kernel.ids import Ids
from libs.ports.database import DeadLetter, Work

# One statement for SQLite and PostgreSQL. The returned row tells, never rowcount: psycopg says -1.
_ADVANCE = sa.text(
    """
    INSERT INTO applied (consumer, aggregate, sequence, payload_sha256)
    VALUES (:consumer, :aggregate, :sequence, :digest)
    ON CONFLICT (consumer, aggregate) DO UPDATE
       SET sequence = excluded.sequence, payload_sha256 = excluded.payload_sha256
     WHERE applied.sequence < excluded.sequence
    RETURNING sequence
    """
)
_BURY = sa.text(
    """
    INSERT INTO dead_letter
        (topic, partition, "offset", key, headers, value, reason, attempts, rejected_at)
    VALUES (:topic, :partition, :offset, :key, :headers, :value, :reason, :attempts, :rejected_at)
    ON CONFLICT (topic, partition, "offset") DO NOTHING
    RETURNING id
    """
)
_ENQUEUE = sa.insert(OUTBOX).inline()

Columns = TypeVarTuple("Columns")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Stamp:
    """What every event written through a database carries beside its state."""

    source: str
    clock: Clock
    ids: Ids
    traceparent: Callable[[], str]


class SqlWork(Work):
    """A transaction on one connection."""

    def __init__(self, connection: sa.Connection, stamp: Stamp, *, is_writing: bool) -> None:
        """Take a connection whose transaction is open; whoever opened it also ends it."""
        self.connection = connection
        self.is_writing = is_writing
        self.has_events = False
        self._stamp = stamp

    @override
    def emit(
        self, topic: Topic[M], aggregate_id: str, *, programme: str, sequence: int, state: M
    ) -> None:
        event = Event(
            topic=topic,
            id=self._stamp.ids.new(),
            aggregate_id=aggregate_id,
            sequence=sequence,
            programme=programme,
            source=self._stamp.source,
            time=self._stamp.clock.now(),
            state=state,
            traceparent=self._stamp.traceparent(),
        )
        self._enqueue(codec.encode(event))

    @override
    def advance(self, consumer: str, aggregate: str, sequence: int, digest: bytes) -> bool:
        values = {
            "consumer": consumer,
            "aggregate": aggregate,
            "sequence": sequence,
            "digest": digest,
        }
        if self.connection.execute(_ADVANCE, values).first() is not None:
            return True
        kept = self.connection.execute(
            sa.select(APPLIED.c.sequence, APPLIED.c.payload_sha256).where(
                APPLIED.c.consumer == consumer, APPLIED.c.aggregate == aggregate
            )
        ).one()
        if kept.sequence == sequence and kept.payload_sha256 != digest:
            log.error("security alarm: two writers", aggregate=aggregate, sequence=sequence)
        return False

    @override
    def forget(self, consumer: str) -> None:
        self.connection.execute(sa.delete(APPLIED).where(APPLIED.c.consumer == consumer))

    @override
    def bury(self, letter: DeadLetter) -> None:
        record = letter.record
        rejected_at = letter.rejected_at or self._stamp.clock.now()
        buried = self.connection.execute(
            _BURY,
            {
                "topic": letter.topic,
                "partition": letter.partition,
                "offset": letter.offset,
                "key": record.key,
                "headers": headers.pack(record.headers),
                "value": record.value,
                "reason": letter.reason,
                "attempts": letter.attempts,
                "rejected_at": rejected_at.timestamp(),
            },
        ).first()
        if buried is not None:
            self._enqueue(_dead(letter))

    def _enqueue(self, record: Record) -> None:
        self.has_events = True
        self.connection.execute(
            _ENQUEUE,
            {
                "topic": record.topic,
                "key": record.key,
                "headers": headers.pack(record.headers),
                "value": record.value,
                "created_at": self._stamp.clock.now().timestamp(),
            },
        )


def connection_of(work: Work) -> sa.Connection:
    """Return the connection a repository of this database works on."""
    return _sql(work).connection


def locking(
    work: Work, query: sa.Select[*Columns], *, shared: bool = False, skip_locked: bool = False
) -> sa.Select[*Columns]:
    """Return the query so that what it finds stays as it is until a writing transaction ends.

    Others may lock the same rows only if both say ``shared``. A reading transaction locks nothing:
    it changes nothing, and PostgreSQL would refuse it. SQLite has one writer at a time and ignores
    it.
    """
    if not _sql(work).is_writing:
        return query
    return query.with_for_update(read=shared, skip_locked=skip_locked)


def exclude(work: Work, name: str) -> None:
    """Let writing transactions that name the same thing wait for one another, until they end.

    For what has no row yet that could be locked. A reading transaction excludes nobody.
    """
    own = _sql(work)
    if own.is_writing and own.connection.dialect.name == "postgresql":
        key = sa.func.hashtextextended(name, 0)
        own.connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))


def _sql(work: Work) -> SqlWork:
    if not isinstance(work, SqlWork):
        raise TypeError(f"{type(work).__name__} is no transaction of this database")
    return work


def _dead(letter: DeadLetter) -> Record:
    """Return the record as it goes to the dead-letter topic: the original bytes, and why."""
    why = {
        "dlq_topic": letter.topic,
        "dlq_partition": str(letter.partition),
        "dlq_offset": str(letter.offset),
        "dlq_reason": letter.reason,
        "dlq_attempts": str(letter.attempts),
    }
    return Record(
        topic=f"{letter.topic}.dlq",
        key=letter.record.key,
        headers=(
            *letter.record.headers,
            *((name, text.encode("utf-8", "replace")) for name, text in why.items()),
        ),
        value=letter.record.value,
    )

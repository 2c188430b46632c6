"""The dead-letter table, as the command line reads it."""

import json
from collections.abc import Collection
from datetime import UTC, datetime

import sqlalchemy as sa
from typing_extensions import override

from libs.adapters.sql.engine import translated
from libs.adapters.sql.engines import Engines
from libs.adapters.sql.tables import DEAD_LETTER
from libs.contracts import headers
from libs.contracts.envelope import Record
from libs.ports.database import DeadLetter, Letters


class SqlLetters(Letters):
    """Dead letters by id."""

    def __init__(self, engines: Engines) -> None:
        """Take the engines of the database."""
        self._engines = engines

    @override
    def find(self, *, limit: int = 100, topic: str = "") -> list[DeadLetter]:
        query = sa.select(DEAD_LETTER).order_by(DEAD_LETTER.c.id.desc()).limit(limit)
        if topic:
            query = query.where(DEAD_LETTER.c.topic == topic)
        with translated(), self._engines.reader.connect() as connection:
            return [_letter(row) for row in connection.execute(query)]

    @override
    def count(self) -> int:
        query = sa.select(sa.func.count()).select_from(DEAD_LETTER)
        with translated(), self._engines.reader.connect() as connection:
            return connection.execute(query).scalar_one()

    @override
    def get(self, letter_id: int) -> DeadLetter | None:
        query = sa.select(DEAD_LETTER).where(DEAD_LETTER.c.id == letter_id)
        with translated(), self._engines.reader.connect() as connection:
            row = connection.execute(query).first()
        return None if row is None else _letter(row)

    @override
    def drop_naming(self, words: Collection[str]) -> int:
        needles = _needles(words)
        if not needles:
            return 0
        held = sa.select(DEAD_LETTER.c.id, DEAD_LETTER.c.value, DEAD_LETTER.c.reason)
        with translated(), self._engines.writer.begin() as connection:
            found = [
                row.id
                for row in connection.execute(held)
                if any(needle in _folded(row.value, row.reason) for needle in needles)
            ]
            connection.execute(sa.delete(DEAD_LETTER).where(DEAD_LETTER.c.id.in_(found)))
        return len(found)

    @override
    def drop(self, letter_id: int) -> bool:
        change = sa.delete(DEAD_LETTER).where(DEAD_LETTER.c.id == letter_id)
        with translated(), self._engines.writer.begin() as connection:
            return connection.execute(change).rowcount == 1


def _needles(words: Collection[str]) -> set[bytes]:
    """Return how words may stand in bytes, folded."""
    forms = {form for word in words if word for form in (word, json.dumps(word)[1:-1])}
    return {form.lower().encode("utf-8", "replace") for form in forms}


def _folded(value: bytes, reason: str) -> bytes:
    told = value.decode("utf-8", "replace") + "\n" + reason
    return told.lower().encode("utf-8", "replace")


def _letter(row: sa.Row[tuple[object, ...]]) -> DeadLetter:
    return DeadLetter(
        topic=row.topic,
        partition=row.partition,
        offset=row.offset,
        record=Record(row.topic, row.key, headers.unpack(row.headers), row.value),
        reason=row.reason,
        attempts=row.attempts,
        rejected_at=datetime.fromtimestamp(row.rejected_at, UTC),
        id=row.id,
    )

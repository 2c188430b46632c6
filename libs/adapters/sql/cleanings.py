"""The table of what shall vanish from files."""

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa
from typing_extensions import override

from libs.adapters.sql.engine import translated
from libs.adapters.sql.engines import Engines
from libs.adapters.sql.tables import APPLIED, CLEANING
from libs.kernel.clock import Clock
from libs.ports.database import Cleanings, Vanishing

_C = CLEANING.c


class SqlCleanings(Cleanings):
    """One row per subject, kept as evidence; a later deletion opens it again."""

    def __init__(self, engines: Engines, clock: Clock) -> None:
        """Take the engines of the database and the clock."""
        self._engines = engines
        self._clock = clock

    @override
    def pending(self) -> list[str]:
        with translated(), self._engines.reader.connect() as connection:
            return list(connection.scalars(sa.select(_C.subject).where(_C.cleaned_at.is_(None))))

    @override
    def finish(self, subjects: Collection[str]) -> None:
        change = sa.update(CLEANING).where(_C.subject.in_(subjects))
        now = self._clock.now().timestamp()
        with translated(), self._engines.writer.begin() as connection:
            connection.execute(change.values(cleaned_at=now))

    @override
    def caused_by(self, subject: str) -> Mapping[str, int]:
        query = sa.select(_C.subject, _C.sequence).where(_C.cause == subject)
        with translated(), self._engines.reader.connect() as connection:
            return {row.subject: row.sequence for row in connection.execute(query)}

    @override
    def look(self, consumer: str, steps: Mapping[str, int]) -> Mapping[str, Vanishing]:
        applied = sa.select(APPLIED.c.aggregate, APPLIED.c.sequence).where(
            APPLIED.c.consumer == consumer, APPLIED.c.aggregate.in_(steps)
        )
        cleaned = sa.select(_C.subject, _C.sequence, _C.cleaned_at).where(_C.subject.in_(steps))
        with translated(), self._engines.reader.connect() as connection:
            known = {row.aggregate: row.sequence for row in connection.execute(applied)}
            rows = {row.subject: row for row in connection.execute(cleaned)}
        return {
            subject: _state(known.get(subject), rows.get(subject), sequence)
            for subject, sequence in steps.items()
        }


def _state(applied: int | None, row: sa.Row[*tuple[Any, ...]] | None, sequence: int) -> Vanishing:
    if row is not None and row.sequence >= sequence:
        return Vanishing.DELETED if row.cleaned_at is None else Vanishing.GONE
    if applied is None:
        return Vanishing.UNKNOWN
    return Vanishing.AWAITED if applied < sequence else Vanishing.DELETED

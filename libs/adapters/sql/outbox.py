"""The outbox table, as the relay reads it."""

from datetime import datetime

import sqlalchemy as sa
from typing_extensions import override

from libs.adapters.sql.engine import translated
from libs.adapters.sql.engines import Engines
from libs.adapters.sql.tables import OUTBOX
from libs.adapters.sql.watcher import Watcher
from libs.contracts import headers
from libs.contracts.envelope import Record
from libs.kernel.bell import Bell
from libs.kernel.clock import Clock
from libs.ports.database import Outbox

_UNSENT = OUTBOX.c.sent_at.is_(None)
_ANYTHING = "SELECT EXISTS (SELECT 1 FROM outbox WHERE sent_at IS NULL)"
# Built once: building costs more than asking.
_PENDING = (
    sa.select(OUTBOX.c.id, OUTBOX.c.topic, OUTBOX.c.key, OUTBOX.c.headers, OUTBOX.c.value)
    .where(_UNSENT)
    .order_by(OUTBOX.c.id)
    .limit(sa.bindparam("limit"))
)
_WAITING = sa.select(sa.func.count()).select_from(OUTBOX).where(_UNSENT)
_OLDEST = sa.select(OUTBOX.c.created_at).where(_UNSENT).order_by(OUTBOX.c.id).limit(1)


class SqlOutbox(Outbox):
    """Rows by id; a row counts as waiting until it is marked, whatever was seen before.

    Remembering the last id would skip rows that commit later with a lower one.
    """

    def __init__(self, engines: Engines, unsent: Watcher, bell: Bell, clock: Clock) -> None:
        """Take the engines, who tells if any row waits, the bell for new rows, and the clock."""
        self._engines = engines
        self._unsent = unsent
        self._bell = bell
        self._clock = clock
        self._known = 0
        self._is_first = False

    @override
    def wait(self, seconds: float) -> None:
        self._bell.wait(self._known, min(seconds, self._engines.unheard_seconds))

    @override
    def claim(self, limit: int) -> list[tuple[int, Record]]:
        self._known = self._bell.rings()  # before the look: a row committed after it rings again
        with translated():
            _, is_there = self._unsent.ask()
        if not is_there:
            return []
        rows = self.pending(limit)
        was_first = self._is_first
        with translated():
            self._is_first = self._engines.lead.holds()
        if not self._is_first:
            return []
        # what was read before it was our turn may have been published by whoever had it
        return rows if was_first else self.pending(limit)

    @override
    def pending(self, limit: int) -> list[tuple[int, Record]]:
        self._known = self._bell.rings()  # before the look, as above
        with translated(), self._engines.reader.connect() as connection:
            rows = connection.execute(_PENDING, {"limit": limit}).all()
        return [
            (row.id, Record(row.topic, row.key, headers.unpack(row.headers), row.value))
            for row in rows
        ]

    @override
    def mark_sent(self, ids: list[int]) -> None:
        if not ids:
            return
        change = (
            sa.update(OUTBOX)
            .where(OUTBOX.c.id.in_(ids), _UNSENT)
            .values(sent_at=self._clock.now().timestamp())
        )
        with translated(), self._engines.writer.begin() as connection:
            connection.execute(change)

    @override
    def waiting(self) -> int:
        with translated(), self._engines.reader.connect() as connection:
            return connection.execute(_WAITING).scalar_one()

    @override
    def oldest_seconds(self) -> float:
        with translated(), self._engines.reader.connect() as connection:
            created_at = connection.execute(_OLDEST).scalar()
        if created_at is None:
            return 0.0
        return max(0.0, self._clock.now().timestamp() - float(created_at))


def anything_unsent(engine: sa.Engine) -> Watcher:
    """Return who tells whether any row waits: an idle relay asks many times a second."""
    return Watcher(engine, _ANYTHING)


def prune(engines: Engines, older_than: datetime) -> int:
    """Delete rows sent before a time; return how many."""
    change = sa.delete(OUTBOX).where(OUTBOX.c.sent_at < older_than.timestamp())
    with engines.writer.begin() as connection:
        return connection.execute(change).rowcount

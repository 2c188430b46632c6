"""One service's database over SQLAlchemy."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from typing_extensions import override

from libs.adapters.sql.audit import SqlAudit
from libs.adapters.sql.cleanings import SqlCleanings
from libs.adapters.sql.engine import open_engines, translated
from libs.adapters.sql.engines import Engines
from libs.adapters.sql.letters import SqlLetters
from libs.adapters.sql.outbox import SqlOutbox, anything_unsent, prune
from libs.adapters.sql.watcher import version_of
from libs.adapters.sql.work import Seal, SqlWork, Stamp, unsealed
from libs.kernel.access import Access
from libs.kernel.bell import Bell
from libs.kernel.clock import Clock
from libs.kernel.errors import RetryableError
from libs.kernel.ids import Ids
from libs.ports.access import Guarded
from libs.ports.database import Audit, Cleanings, Database, Letters, Outbox, Work


class SqlDatabase(Database, Guarded):
    """Transactions on the engines; the schema was made by ``migrate``."""

    def __init__(self, engines: Engines, stamp: Stamp) -> None:
        """Take the engines, which this database closes, and what events are stamped with."""
        self._engines = engines
        self._stamp = stamp
        self._bell = Bell()
        self._version = version_of(engines.watching)
        self._unsent = anything_unsent(engines.watching)
        self._access = Access()

    @override
    @contextmanager
    def write(self) -> Iterator[Work]:
        with translated(self._access):
            with self._engines.writer.begin() as connection:
                work = SqlWork(connection, self._stamp, is_writing=True)
                yield work
                has_events = work.settle()
            if has_events:
                self._bell.ring()

    @override
    @contextmanager
    def read(self) -> Iterator[Work]:
        with translated(self._access), self._engines.reader.connect() as connection:
            yield SqlWork(connection, self._stamp, is_writing=False)

    @override
    def outbox(self) -> Outbox:
        return SqlOutbox(self._engines, self._unsent, self._bell, self._stamp.clock)

    @override
    def letters(self) -> Letters:
        return SqlLetters(self._engines)

    @override
    def cleanings(self) -> Cleanings:
        return SqlCleanings(self._engines, self._stamp.clock)

    @override
    def audit(self, key: bytes) -> Audit:
        return SqlAudit(self._engines, key)

    @override
    def purge(self) -> None:
        with translated():
            if not self._engines.checkpoint():
                raise RetryableError("deleted rows may still stand in a file: somebody reads")

    @override
    def tidy(self, *, sent_before: datetime) -> int:
        with translated():
            deleted = prune(self._engines, sent_before)
            self._engines.checkpoint()
        return deleted

    @override
    def version(self) -> str:
        with translated():
            connection, seen = self._version.ask()
        return f"{connection}:{seen}"

    @override
    def is_ready(self) -> bool:
        try:
            with self._access.watched():
                self._look()
        except RetryableError:
            return False
        return True

    @override
    def refusal(self) -> str:
        """Return how the server refuses us, a right on one of the tables included."""
        return self._access.refusal(self._look)

    def _look(self) -> None:
        with translated(), self._engines.reader.connect() as connection:
            self._engines.look(connection)

    @override
    def close(self) -> None:
        self._version.close()
        self._unsent.close()
        self._engines.dispose()


def open_database(
    url: str,
    *,
    source: str,
    clock: Clock,
    ids: Ids,
    traceparent: Callable[[], str] = str,
    seal: Seal = unsealed,
) -> SqlDatabase:
    """Return the database at a URL, whose schema was migrated.

    ``source`` is the ``ce_source`` of its events, see ``codec.source_of``; ``traceparent`` tells
    the trace that is current when an event is written, or the empty string; ``seal`` seals the
    personal fields of events.
    """
    name = source.strip("/").replace("/", "-")
    return SqlDatabase(open_engines(url, name=name), Stamp(source, clock, ids, traceparent, seal))

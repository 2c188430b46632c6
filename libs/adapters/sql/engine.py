"""SQLAlchemy engines by URL: everything that differs per database engine is in this module."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import ConnectionPoolEntry

from libs.kernel.errors import RetryableError, SettingsError

_PRAGMAS = (
    "busy_timeout=5000",  # first: the switch to WAL may meet another process
    "journal_mode=WAL",
    "synchronous=FULL",  # NORMAL may lose the last commits at a power cut
    "foreign_keys=ON",
    "secure_delete=ON",  # what is deleted is overwritten, so that erasing erases
    "trusted_schema=OFF",
)
_WAIT_SECONDS = 5.0
_READERS = 40
"""As many as FastAPI has threads for requests."""
_KEPT = 10
"""Connections kept open when fewer are needed."""

_BUGS = {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_READONLY}
"""Wrong SQL, and writing through a reader: waiting does not mend these."""


@dataclass(frozen=True, slots=True)
class Engines:
    """The way in for those who write, one at a time, and for those who only read."""

    writer: sa.Engine
    reader: sa.Engine

    def checkpoint(self) -> None:
        """Empty the write-ahead log into the file, where a deleted row is overwritten."""
        if self.writer.dialect.name == "sqlite":
            with self.writer.connect() as connection:  # no statement yet, so no transaction
                connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").close()

    def dispose(self) -> None:
        """Close all connections."""
        self.writer.dispose()
        self.reader.dispose()


def open_engines(url: str, *, wait_seconds: float = _WAIT_SECONDS) -> Engines:
    """Return engines for a URL; connects on first use. A writer waits so long for its turn.

    Raises ``SettingsError`` for a URL that names no database we know.
    """
    parsed = _parse(url)
    if parsed.get_backend_name() != "sqlite":
        raise SettingsError(
            f"KRING_DATABASE: {parsed.drivername} is not supported, use sqlite:///…"
        )
    if parsed.database in {None, "", ":memory:"}:
        raise SettingsError("KRING_DATABASE: SQLite needs a file, as in sqlite:///data/search.db")
    Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True)
    return Engines(
        writer=_sqlite(parsed, _PRAGMAS, begin="BEGIN IMMEDIATE", size=1, wait=wait_seconds),
        reader=_sqlite(
            parsed, (*_PRAGMAS, "query_only=ON"), begin="BEGIN", size=_READERS, wait=wait_seconds
        ),
    )


@contextmanager
def translated() -> Iterator[None]:
    """Turn what passes by itself (busy, down, full) into ``RetryableError``; a bug stays a bug."""
    try:
        yield
    except PoolTimeoutError as error:
        raise RetryableError("the database is busy") from error
    except DBAPIError as error:
        if not _may_pass(error):
            raise
        raise RetryableError(f"the database does not answer: {error.orig}") from error


def _parse(url: str) -> sa.URL:
    try:
        parsed = sa.make_url(url)
        parsed.get_dialect()
    except (ArgumentError, NoSuchModuleError) as error:
        raise SettingsError(f"KRING_DATABASE: {error}") from error
    return parsed


def _sqlite(
    url: sa.URL, pragmas: tuple[str, ...], *, begin: str, size: int, wait: float
) -> sa.Engine:
    engine = sa.create_engine(
        url,
        connect_args={"isolation_level": None},  # we say BEGIN ourselves
        hide_parameters=True,  # errors are logged; values may be personal
        pool_size=min(size, _KEPT),
        max_overflow=max(0, size - _KEPT),
        pool_timeout=wait,
    )
    sa.event.listen(engine, "connect", _prepare(pragmas))
    sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def _prepare(
    pragmas: tuple[str, ...],
) -> Callable[[sqlite3.Connection, ConnectionPoolEntry], None]:
    def on_connect(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}").close()

    return on_connect


def _may_pass(error: DBAPIError) -> bool:
    code = getattr(error.orig, "sqlite_errorcode", None)  # absent on errors of the Python layer
    return code is not None and code & 0xFF not in _BUGS | {sqlite3.SQLITE_CONSTRAINT}

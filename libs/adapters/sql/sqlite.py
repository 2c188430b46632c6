"""SQLite: one writer at a time in all processes, and every commit on the disk."""

import fcntl
import os
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry
from typing_extensions import override

from libs.adapters.sql.engines import Engines, Lead
from libs.kernel.errors import SettingsError

_PRAGMAS = (
    "busy_timeout=5000",  # first: the switch to WAL may meet another process
    "journal_mode=WAL",
    "synchronous=FULL",  # NORMAL may lose the last commits at a power cut
    "foreign_keys=ON",
    "secure_delete=ON",  # what is deleted is overwritten, so that erasing erases
    "trusted_schema=OFF",
)
_READERS = 40
"""As many as FastAPI has threads for requests."""
_KEPT = 10
"""Connections kept open when fewer are needed."""

_BUGS = {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_READONLY}
"""Wrong SQL, and writing through a reader: waiting does not mend these."""


class FileLead(Lead):
    """A lock on a file beside the database; the kernel frees it when the process ends."""

    def __init__(self, path: Path) -> None:
        """Take the path of the file, which is made when it is asked for."""
        self._path = path
        self._handle: int | None = None
        self._lock = threading.Lock()

    @override
    def holds(self) -> bool:
        with self._lock:
            if self._handle is not None:
                return True
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(handle)
                return False
            self._handle = handle
            return True

    @override
    def give_up(self) -> None:
        with self._lock:
            if self._handle is not None:
                os.close(self._handle)
                self._handle = None


def open_engines(url: sa.URL, *, wait_seconds: float) -> Engines:
    """Return the engines of a file; its folder is made if it is not there."""
    if url.database in {None, "", ":memory:"}:
        raise SettingsError("KRING_DATABASE: SQLite needs a file, as in sqlite:///data/search.db")
    path = Path(str(url.database))
    path.parent.mkdir(parents=True, exist_ok=True)
    reader = _engine(
        url, (*_PRAGMAS, "query_only=ON"), begin="BEGIN", size=_READERS, wait=wait_seconds
    )
    return Engines(
        writer=_engine(url, _PRAGMAS, begin="BEGIN IMMEDIATE", size=1, wait=wait_seconds),
        reader=reader,
        watching=reader,
        lead=FileLead(path.with_name(f"{path.name}-relay")),
        compact=_checkpoint,
        rewrite=lambda writer, _tables: _checkpoint(writer),
        look=_look,
    )


def may_pass(error: DBAPIError) -> bool:
    """Tell whether the same may work later."""
    code = getattr(error.orig, "sqlite_errorcode", None)  # absent on errors of the Python layer
    return code is not None and code & 0xFF not in _BUGS | {sqlite3.SQLITE_CONSTRAINT}


def is_full(error: DBAPIError) -> bool:
    """Tell whether there is no room left where the file stands."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    return code is not None and code & 0xFF == sqlite3.SQLITE_FULL


def _engine(
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


def _look(connection: sa.Connection) -> None:
    connection.execute(sa.text("SELECT 1"))


def _checkpoint(writer: sa.Engine) -> bool:
    """Empty the write-ahead log into the file, where a deleted row is overwritten.

    False if a reader was in the way: then deleted text may still stand in the log.
    """
    with writer.connect() as connection:  # no statement yet, so no transaction
        cursor = connection.connection.cursor()
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (busy, _, _) = cursor.fetchone() or (1, 0, 0)
        cursor.close()
    return not busy

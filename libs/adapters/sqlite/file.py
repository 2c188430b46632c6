"""The file of the log: its connections and its transactions."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from libs.adapters.sqlite.schema import prepare
from libs.kernel.errors import RetryableError, SettingsError

_PRAGMAS = (
    "busy_timeout=5000",  # first: the switch to WAL may meet another process
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",  # what is deleted is overwritten, so that erasing erases
    "trusted_schema=OFF",
)


@contextmanager
def translated() -> Iterator[None]:
    """Turn what SQLite reports into ``RetryableError``."""
    try:
        yield
    except sqlite3.Error as error:
        raise RetryableError(f"the log does not answer: {error}") from error


class LogFile:
    """One writer connection, whose transactions exclude one another, and readers as asked for."""

    def __init__(self, path: Path, *, partitions: int) -> None:
        """Open the file and make its tables; the partitions are fixed at the first opening.

        Raises ``SettingsError`` when the file is no log or cannot be used.
        """
        self._path = path
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._writer = _connect(path)
            self.partitions = self._prepare(partitions)
        except (sqlite3.Error, OSError) as error:
            raise SettingsError(
                f"KRING_BUS: {path} cannot be used as the log: {error}. Restore it from a backup,"
                " or move it away and run `kring republish --all`."
            ) from error

    def reader(self) -> sqlite3.Connection:
        """Open a connection that only reads; the caller closes it."""
        with translated():
            connection = _connect(self._path)
            connection.execute("PRAGMA query_only=ON")
            return connection

    @contextmanager
    def write(self, *, durable: bool) -> Iterator[sqlite3.Connection]:
        """Open a transaction that sees and changes the newest state.

        One that is not durable may be undone by a power cut, together with all after it that are
        not durable either: good enough for what only saves repeating work, and without the price of
        a sync.
        """
        with self._lock, translated():
            self._writer.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
            except BaseException:
                self._writer.rollback()
                raise
            self._writer.execute("COMMIT")

    def checkpoint(self) -> bool:
        """Move the write-ahead log into the file and empty it.

        False if a reader was in the way: then deleted text may still stand in it.
        """
        with self._lock, translated():
            busy = self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        return not busy

    def close(self) -> None:
        """Close the writer connection."""
        with self._lock:
            self._writer.close()

    def _prepare(self, partitions: int) -> int:
        try:
            return prepare(self._writer, partitions)
        except sqlite3.Error:
            self._writer.close()
            raise


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}").close()
    except sqlite3.Error:
        connection.close()
        raise
    return connection

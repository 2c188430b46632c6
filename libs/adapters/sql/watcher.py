"""Noticing that something was committed, without asking what."""

import threading

import sqlalchemy as sa
from sqlalchemy.pool import PoolProxiedConnection

_QUESTIONS = {
    "sqlite": "PRAGMA data_version",
    "postgresql": "SELECT pg_current_snapshot()::text",  # also changes for other databases' sake
}


class Watcher:
    """Looks through one connection of its own, since SQLite tells each connection about others."""

    def __init__(self, engine: sa.Engine) -> None:
        """Take an engine of readers; connects on first use."""
        self._engine = engine
        self._question = _QUESTIONS[engine.dialect.name]
        self._connection: PoolProxiedConnection | None = None
        self._connections = 0
        self._lock = threading.Lock()

    def version(self) -> str:
        """Return another value after every commit of a change through another connection."""
        with self._lock:
            try:
                seen = self._ask()
            except self._engine.dialect.loaded_dbapi.Error as error:
                self._drop()
                raise sa.exc.DBAPIError.instance(
                    self._question, None, error, self._engine.dialect.loaded_dbapi.Error
                ) from error
            return f"{self._connections}:{seen}"

    def _ask(self) -> object:
        if self._connection is None:
            self._connection = self._engine.raw_connection()
            self._connections += 1
        cursor = self._connection.cursor()
        cursor.execute(self._question)
        (version,) = cursor.fetchall()
        cursor.close()
        self._connection.rollback()
        return version

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()
            self._connection = None

    def close(self) -> None:
        """Release the connection. Closing twice is harmless."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

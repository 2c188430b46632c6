"""Noticing that something was committed, without asking what."""

import threading

import sqlalchemy as sa
from sqlalchemy.pool import PoolProxiedConnection


class Watcher:
    """Looks through one connection of its own, since SQLite tells each connection about others."""

    def __init__(self, engine: sa.Engine) -> None:
        """Take an engine of readers; connects on first use."""
        self._engine = engine
        self._connection: PoolProxiedConnection | None = None
        self._lock = threading.Lock()

    def version(self) -> str:
        """Return another value after every commit of a change through another connection."""
        with self._lock:
            if self._connection is None:
                self._connection = self._engine.raw_connection()
            cursor = self._connection.cursor()
            cursor.execute("PRAGMA data_version")
            row = cursor.fetchone()
            cursor.close()
        return str(row)

    def close(self) -> None:
        """Release the connection. Closing twice is harmless."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

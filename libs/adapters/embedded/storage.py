"""The SQLite file of an index: its tables, connections and stored forms of values."""

import fcntl
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import orjson

from libs.kernel.errors import RetryableError, SettingsError
from libs.ports.encoder import Vectors

LAYOUT = 1
"""Rises when the tables change; an index of another layout is filled again from the log."""

SCHEMA = (
    # AUTOINCREMENT: a number is never used again, so a reader that holds one cannot be misled.
    """CREATE TABLE entry (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        sequence INTEGER NOT NULL,
        revision INTEGER NOT NULL,
        present INTEGER NOT NULL,
        language TEXT NOT NULL,
        texts BLOB, keywords BLOB, payload BLOB)""",
    "CREATE INDEX entry_revision ON entry (revision)",
    """CREATE TABLE passage (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        entry INTEGER NOT NULL,
        field TEXT NOT NULL, text TEXT NOT NULL, vector BLOB NOT NULL)""",
    "CREATE INDEX passage_entry ON passage (entry)",
    "CREATE TABLE state (name TEXT PRIMARY KEY, value INTEGER NOT NULL)",
)


def connect(path: Path) -> sqlite3.Connection:
    """Open the file so that a committed transaction survives a kill and a power cut."""
    # isolation_level None: transactions are begun and ended by us alone.
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA secure_delete = ON")  # what is removed leaves the disk too
    return connection


@contextmanager
def translated() -> Iterator[None]:
    """Turn an error of the file (disk full, locked) into ``RetryableError``."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise RetryableError(f"index: {error}") from error


@contextmanager
def owned(folder: Path) -> Iterator[None]:
    """Hold a folder for this process; the lock goes with the process, however it ends."""
    with (folder / "owner").open("w", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SettingsError(
                f"The index {folder} is in use by another process. Stop that one first."
            ) from error
        yield


def stored(value: object) -> bytes:
    """Return a JSON value in its stored form."""
    return orjson.dumps(value)


def stored_lists(keywords: Mapping[str, object]) -> bytes:
    """Return keyword fields in their stored form, any sequence as a list."""
    return orjson.dumps(dict(keywords), default=list)


def stored_vector(vector: Vectors) -> bytes:
    """Return a vector in its stored form: little-endian float32."""
    return np.asarray(vector, dtype="<f4").tobytes()


def vector_of(blob: bytes) -> Vectors:
    """Return the vector of a stored form."""
    return np.frombuffer(blob, dtype="<f4").astype(np.float32, copy=False)

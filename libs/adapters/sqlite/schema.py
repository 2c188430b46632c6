"""The tables of the log."""

import sqlite3

_VERSION = 1
_TABLES = (
    "CREATE TABLE shape (partitions INTEGER NOT NULL)",
    """
    CREATE TABLE log (
        id INTEGER PRIMARY KEY,
        topic TEXT NOT NULL,
        partition INTEGER NOT NULL,
        offset INTEGER NOT NULL,
        key BLOB NOT NULL,
        headers BLOB NOT NULL,
        written_at REAL NOT NULL,
        value BLOB NOT NULL,
        UNIQUE (topic, partition, offset)
    )
    """,
    # The offset the next record of a slot gets; it outlives the records.
    """
    CREATE TABLE slot_end (
        topic TEXT NOT NULL,
        partition INTEGER NOT NULL,
        next INTEGER NOT NULL,
        PRIMARY KEY (topic, partition)
    ) WITHOUT ROWID
    """,
    # The generation rises when slots may change hands.
    """
    CREATE TABLE reader_group (
        name TEXT PRIMARY KEY,
        generation INTEGER NOT NULL
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE member (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        reader_group TEXT NOT NULL,
        topics TEXT NOT NULL,
        seen_at REAL NOT NULL
    )
    """,
    # What a group has done of a slot, and who holds it; the fence rises with every holder.
    """
    CREATE TABLE group_offset (
        reader_group TEXT NOT NULL,
        topic TEXT NOT NULL,
        partition INTEGER NOT NULL,
        offset INTEGER NOT NULL,
        member INTEGER,
        fence INTEGER NOT NULL,
        PRIMARY KEY (reader_group, topic, partition)
    ) WITHOUT ROWID
    """,
)


def prepare(connection: sqlite3.Connection, partitions: int) -> int:
    """Make the tables unless they are there; return the number of partitions of this file."""
    if _version(connection) == 0:
        connection.execute("BEGIN IMMEDIATE")
        if _version(connection) == 0:  # no other process came first
            for table in _TABLES:
                connection.execute(table)
            connection.execute("INSERT INTO shape VALUES (?)", (partitions,))
            connection.execute(f"PRAGMA user_version={_VERSION}")
        connection.execute("COMMIT")
    found = _version(connection)
    if found != _VERSION:
        raise sqlite3.DatabaseError(f"its format is {found}, this release reads {_VERSION}")
    return int(connection.execute("SELECT partitions FROM shape").fetchone()[0])


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])

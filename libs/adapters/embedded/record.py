"""The record of an index: the one file from which everything else can be made again.

The text leg and the table in memory are derived: each knows the revision up to which it has
followed, and asks for what came after. So a process may die anywhere and nothing is half there.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson

from libs.adapters.embedded.storage import (
    LAYOUT,
    SCHEMA,
    connect,
    stored,
    stored_lists,
    stored_vector,
    translated,
    vector_of,
)
from libs.kernel.errors import RetryableError, SettingsError
from libs.ports.encoder import Vectors
from libs.ports.index import Document, Passage

# The guard of the port: a row changes only when the sequence is newer.
_KEEP_IF_NEWER = """
INSERT INTO entry (id, sequence, revision, present, language, texts, keywords, payload)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET sequence = excluded.sequence, revision = excluded.revision,
    present = excluded.present, language = excluded.language, texts = excluded.texts,
    keywords = excluded.keywords, payload = excluded.payload
WHERE excluded.sequence > entry.sequence
RETURNING number
"""


@dataclass(frozen=True, slots=True)
class TextChange:
    """What the text leg must know of a change; ``texts`` is None for a removed document."""

    number: int
    language: str
    texts: Mapping[str, str] | None
    keywords: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage as the table needs it; its text stays in the file."""

    field: str
    vector: Vectors


@dataclass(frozen=True, slots=True)
class TableChange:
    """What the table must know of a change; ``keywords`` is None for a removed document."""

    number: int
    id: str
    language: str
    keywords: Mapping[str, Sequence[str]] | None
    passages: Sequence[StoredPassage]


class Record:
    """Documents, sequences and vectors, durable when a call returns; for one thread at a time."""

    def __init__(self, path: Path, dimension: int) -> None:
        """Open or make the file; raises ``SettingsError`` when it was made for other vectors."""
        with translated():
            self._connection = connect(path)
        try:
            self._prepare(path, dimension)
            self.cleared = self._state("cleared")
            (newest,) = self._connection.execute("SELECT max(revision) FROM entry").fetchone()
        except BaseException:
            self.close()
            raise
        self.revision: int = max(self.cleared, newest or 0)

    def _prepare(self, path: Path, dimension: int) -> None:
        (layout,) = self._connection.execute("PRAGMA user_version").fetchone()
        if layout == 0:
            with self._transaction():
                for statement in SCHEMA:
                    self._connection.execute(statement)
                self._connection.execute("INSERT INTO state VALUES ('dimension', ?)", (dimension,))
                self._connection.execute("INSERT INTO state VALUES ('cleared', 0)")
                self._connection.execute(f"PRAGMA user_version = {LAYOUT}")
        elif layout != LAYOUT or self._state("dimension") != dimension:
            raise SettingsError(
                f"The index {path} was made by another version or for another encoder."
                " Move it away; then it can be filled again from the log."
            )

    def _state(self, name: str) -> int:
        row = self._connection.execute("SELECT value FROM state WHERE name = ?", (name,)).fetchone()
        return int(row[0])

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with translated():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def put(self, documents: Sequence[tuple[Document, int]]) -> None:
        """Keep those documents whose sequence is newer than the one kept."""
        revision = self.revision + 1
        kept = False
        with self._transaction():
            for document, sequence in documents:
                bodies = (
                    stored(dict(document.texts)),
                    stored_lists(document.keywords),
                    stored(dict(document.payload)),
                )
                row = (document.id, sequence, revision, 1, document.language, *bodies)
                kept |= self._keep(row, document.passages)
        if kept:
            self.revision = revision

    def remove(self, ids: Sequence[tuple[str, int]]) -> None:
        """Forget those documents whose sequence is older, and remember the sequence of each."""
        revision = self.revision + 1
        kept = False
        with self._transaction():
            for name, sequence in ids:
                kept |= self._keep((name, sequence, revision, 0, "", None, None, None), ())
        if kept:
            self.revision = revision

    def _keep(self, row: tuple[object, ...], passages: Sequence[Passage]) -> bool:
        kept: tuple[int] | None = self._connection.execute(_KEEP_IF_NEWER, row).fetchone()
        if kept is None:
            return False
        (entry,) = kept
        self._connection.execute("DELETE FROM passage WHERE entry = ?", (entry,))
        self._connection.executemany(
            "INSERT INTO passage (entry, field, text, vector) VALUES (?, ?, ?, ?)",
            [(entry, each.field, each.text, stored_vector(each.vector)) for each in passages],
        )
        return True

    def clear(self) -> None:
        """Forget everything; whoever follows starts afresh when it sees that ``cleared`` rose."""
        revision = self.revision + 1
        with self._transaction():
            self._connection.execute("DELETE FROM passage")
            self._connection.execute("DELETE FROM entry")
            self._connection.execute(
                "UPDATE state SET value = ? WHERE name = 'cleared'", (revision,)
            )
        self.revision = self.cleared = revision

    def text_changes(self, after: int) -> Iterator[TextChange]:
        """Yield what changed since a revision, oldest first."""
        rows: Iterator[tuple[int, str, bytes | None, bytes | None]] = self._changed(
            "number, language, texts, keywords", after
        )
        for number, language, texts, keywords in rows:
            yield TextChange(
                number,
                language,
                None if texts is None else orjson.loads(texts),
                {} if keywords is None else orjson.loads(keywords),
            )

    def table_changes(self, after: int) -> Iterator[TableChange]:
        """Yield what changed since a revision, oldest first."""
        rows: Iterator[tuple[int, str, str, bytes | None]] = self._changed(
            "number, id, language, keywords", after
        )
        for number, name, language, keywords in rows:
            passages = [
                StoredPassage(field, vector_of(blob))
                for field, blob in self._connection.execute(
                    "SELECT field, vector FROM passage WHERE entry = ? ORDER BY number",
                    (number,),
                )
            ]
            kept = None if keywords is None else orjson.loads(keywords)
            yield TableChange(number, name, language, kept, passages)

    def _changed(self, columns: str, after: int) -> sqlite3.Cursor:
        return self._connection.execute(
            f"SELECT {columns} FROM entry WHERE revision > ? ORDER BY revision, number",  # noqa: S608  # our own constants
            (after,),
        )

    def checkpoint(self) -> None:
        """Leave nothing of what was removed in the files; raises ``RetryableError`` if read."""
        with translated():
            (busy, _, _) = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise RetryableError("removed documents may still stand in a file: somebody reads")

    def close(self) -> None:
        """Release the file."""
        self._connection.close()

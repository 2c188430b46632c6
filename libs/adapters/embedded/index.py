"""The embedded index: a record in SQLite, words in tantivy, vectors in numpy, one process."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from itertools import islice
from pathlib import Path
from threading import Lock
from time import perf_counter

from typing_extensions import override

from libs.adapters.embedded.nearest import nearest, unit
from libs.adapters.embedded.reader import Reader
from libs.adapters.embedded.record import Record
from libs.adapters.embedded.storage import owned
from libs.adapters.embedded.table import Table
from libs.adapters.embedded.text import TextLeg
from libs.kernel.policy import Filter, accepts
from libs.kernel.urls import path_of
from libs.ports.encoder import Vectors
from libs.ports.index import Document, Hit, Index, Took, untold

_CHUNK = 4_096
"""So many documents are followed at a time when an index is opened: it bounds the memory."""
_LEG_THREADS = 4
"""So many questions have their words looked up beside their meaning; others wait."""


class EmbeddedIndex(Index):
    """One named index in one folder. The record is written first; both legs follow it.

    A write that fails half-way has changed the record and raises ``RetryableError``; the next
    write, or the next opening, lets the legs catch up.
    """

    def __init__(self, path: Path, name: str, *, dimension: int, took: Took = untold) -> None:
        """Open or make ``path/name``; raises ``SettingsError`` if it cannot be this index."""
        folder = path / name
        folder.mkdir(parents=True, exist_ok=True)
        self._name = name
        self._dimension = dimension
        self._took = took
        self._writing = Lock()
        with ExitStack() as opened:
            opened.enter_context(owned(folder))
            self._record = opened.enter_context(closing(Record(folder / "record.db", dimension)))
            self._reader = opened.enter_context(closing(Reader(folder / "record.db")))
            self._text = opened.enter_context(closing(TextLeg(folder / "text")))
            self._table = Table(dimension)
            self._catch_up()
            self._beside = opened.enter_context(
                ThreadPoolExecutor(_LEG_THREADS, thread_name_prefix=f"{name}-words")
            )
            self._opened = opened.pop_all()

    def _catch_up(self) -> None:
        """Follow what was recorded last time; make the text leg again where it disagrees."""
        if self._text.revision > self._record.revision:
            self._text.clear(0)  # it belongs to a record that is no longer here
        self._follow()
        if self._text.count() != self._reader.count():
            self._text.clear(0)  # it lost something, by a power cut or by a hand
            self._follow()

    @property
    @override
    def name(self) -> str:
        return self._name

    @override
    def put(self, documents: Sequence[tuple[Document, int]]) -> None:
        for document, _ in documents:
            for passage in document.passages:
                if passage.vector.shape != (self._dimension,):
                    raise ValueError(f"{document.id}: a vector is not {self._dimension} long")
        with self._writing:
            self._record.put(documents)
            self._follow()

    @override
    def remove(self, ids: Sequence[tuple[str, int]]) -> None:
        with self._writing:
            self._record.remove(ids)
            self._follow()

    @override
    def clear(self) -> None:
        with self._writing:
            self._record.clear()
            self._follow()

    @override
    def purge(self) -> float:
        with self._writing:
            self._text.rewrite(self._record.text_changes(0), self._record.revision)
            self._table = self._fresh_table()
            self._record.checkpoint()
        return 0.0

    def _follow(self) -> None:
        """Let both legs catch up; the table first, for it names what the text leg finds."""
        record = self._record
        if self._table.revision < record.cleared or self._table.is_sparse:
            self._table = self._fresh_table()
        elif self._table.revision < record.revision:
            self._fill(self._table)
        if self._text.revision < record.cleared:
            self._text.clear(record.cleared)
        if self._text.revision < record.revision:
            self._text.apply(record.text_changes(self._text.revision), record.revision)

    def _fresh_table(self) -> Table:
        table = Table(self._dimension)
        self._fill(table)
        return table

    def _fill(self, table: Table) -> None:
        changes = self._record.table_changes(table.revision)
        while chunk := list(islice(changes, _CHUNK)):
            table.apply(chunk)
        table.revision = self._record.revision

    @override
    def lexical(
        self, text: str, *, condition: Filter, limit: int, languages: Sequence[str] = ()
    ) -> list[Hit]:
        begun = perf_counter()
        permitted = self._table.snapshot.permitted(condition)
        found = self._text.search(text, condition, limit, languages, permitted)
        entries = self._table.entries
        hits = [Hit(*entries[number], score) for number, score in found if number in entries]
        hits = sorted(hits, key=lambda hit: (-hit.score, hit.id))[:limit]
        self._took("lexical", perf_counter() - begun)
        return hits

    @override
    def dense(
        self, vector: Vectors, *, condition: Filter, limit: int, fields: Sequence[str] = ()
    ) -> list[Hit]:
        begun = perf_counter()
        snapshot = self._table.snapshot
        query = unit(vector)
        allowed = snapshot.passages(condition, fields)
        if query is None or not allowed.count or limit < 1:
            return []
        found = nearest(snapshot, query, allowed, limit)
        found.sort(key=lambda near: (-near.score, snapshot.entries[near.row].id))
        hits = [Hit(*snapshot.entries[near.row], near.score) for near in found[:limit]]
        self._took("dense", perf_counter() - begun)
        return hits

    @override
    def hybrid(
        self, text: str, vector: Vectors, *, condition: Filter, limit: int
    ) -> tuple[list[Hit], list[Hit]]:
        words = self._beside.submit(self.lexical, text, condition=condition, limit=limit)
        meaning = self.dense(vector, condition=condition, limit=limit)
        return words.result(), meaning

    @override
    def get(self, ids: Sequence[str], *, condition: Filter) -> dict[str, Document]:
        found = {document.id: document for document in self._reader.documents(ids)}
        return {
            name: found[name]
            for name in ids
            if name in found and accepts(condition, found[name].keywords)
        }

    @override
    def facets(
        self, ids: Sequence[str] | None, *, condition: Filter, fields: Sequence[str]
    ) -> dict[str, dict[str, int]]:
        return self._table.snapshot.facets(ids, condition, fields)

    @override
    def sequences(self) -> dict[str, int]:
        return self._reader.sequences()

    @override
    def count(self) -> int:
        return self._reader.count()

    @override
    def close(self) -> None:
        with self._writing:
            self._opened.close()


def open_service_index(
    url: str, service: str, name: str, *, dimension: int, took: Took = untold
) -> EmbeddedIndex:
    """Open or make a service's index of this name below the folder of ``embedded:///folder``."""
    return open_index(path_of(url) / service, name, dimension=dimension, took=took)


def open_index(path: Path, name: str, *, dimension: int, took: Took = untold) -> EmbeddedIndex:
    """Open or make the index of this name in a folder, for vectors of one dimension."""
    return EmbeddedIndex(path, name, dimension=dimension, took=took)

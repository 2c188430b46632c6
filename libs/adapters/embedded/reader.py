"""Reading the record: what a hit shows. It sees every transaction that was committed."""

from collections.abc import Sequence
from pathlib import Path
from threading import Lock

import orjson

from libs.adapters.embedded.storage import connect, stored, translated, vector_of
from libs.ports.index import Document, Passage

_WANTED = "WHERE present AND id IN (SELECT value FROM json_each(?))"


class Reader:
    """One connection beside the writer's; its reads take microseconds, so threads share it."""

    def __init__(self, path: Path) -> None:
        """Open a file that the record has prepared."""
        self._connection = connect(path)
        self._lock = Lock()

    def documents(self, ids: Sequence[str]) -> list[Document]:
        """Return those documents that are present, with their vectors."""
        with self._lock, translated():
            self._connection.execute("BEGIN")  # both queries see one state
            try:
                return self._documents(ids)
            finally:
                self._connection.execute("COMMIT")

    def _documents(self, ids: Sequence[str]) -> list[Document]:
        entries = self._connection.execute(
            f"SELECT number, id, language, texts, keywords, payload FROM entry {_WANTED}",  # noqa: S608  # our own constant
            (stored(list(ids)),),
        ).fetchall()
        passages: dict[int, list[Passage]] = {entry[0]: [] for entry in entries}
        for entry, field, text, blob in self._connection.execute(
            "SELECT entry, field, text, vector FROM passage"
            " WHERE entry IN (SELECT value FROM json_each(?)) ORDER BY number",
            (stored(list(passages)),),
        ):
            passages[entry].append(Passage(field, text, vector_of(blob)))
        return [
            Document(
                id=name,
                language=language,
                texts=orjson.loads(texts),
                keywords=orjson.loads(keywords),
                passages=passages[number],
                payload=orjson.loads(payload),
            )
            for number, name, language, texts, keywords, payload in entries
        ]

    def sequences(self) -> dict[str, int]:
        """Return the sequence of every document that is present."""
        with self._lock, translated():
            return dict(self._connection.execute("SELECT id, sequence FROM entry WHERE present"))

    def count(self) -> int:
        """Return how many documents are present."""
        with self._lock, translated():
            (count,) = self._connection.execute(
                "SELECT count(*) FROM entry WHERE present"
            ).fetchone()
        return int(count)

    def close(self) -> None:
        """Release the file."""
        with self._lock:
            self._connection.close()

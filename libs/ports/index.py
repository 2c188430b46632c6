"""The index: documents found by words and by meaning, filtered before they are ranked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from libs.kernel.policy import Filter
from libs.ports.encoder import Vectors

Leg = Literal["lexical", "dense"]
Took = Callable[[Leg, float], None]
"""Is told how many seconds the engine took for a leg."""


def untold(_leg: Leg, _seconds: float) -> None:
    """Measure nothing."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of one text field, with its vector."""

    field: str
    text: str
    vector: Vectors


@dataclass(frozen=True, slots=True)
class Document:
    """What the index holds of one thing."""

    id: str
    language: str
    """``nl``, ``en`` or another tag; chooses the stemmer."""
    texts: Mapping[str, str]
    """Text per field, for the lexical leg; the field ``title`` weighs more."""
    keywords: Mapping[str, Sequence[str]]
    """Values per keyword field, for filters and facets."""
    passages: Sequence[Passage]
    payload: Mapping[str, object] = field(default_factory=dict)
    """What a hit shows; JSON values only."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A document with its score in one leg."""

    id: str
    language: str
    score: float


class Index(Protocol):
    """One named set of documents.

    Every change carries the sequence of its aggregate; an older or equal one is ignored and is no
    error. A change is visible to readers when the call returns. Ties go to the smaller id.
    """

    @property
    def name(self) -> str:
        """Return the name this index was opened by."""
        ...

    def put(self, documents: Sequence[tuple[Document, int]]) -> None:
        """Insert or replace documents, each at its sequence.

        Raises ``RetryableError`` when the engine is down; then the same call may come again.
        """
        ...

    def remove(self, ids: Sequence[tuple[str, int]]) -> None:
        """Remove documents, each at its sequence; what is absent is remembered as removed."""
        ...

    def lexical(
        self, text: str, *, condition: Filter, limit: int, languages: Sequence[str] = ()
    ) -> list[Hit]:
        """Return the best documents by BM25 over all text fields; any text is a valid query.

        ``languages`` are those the query may be in; empty means all that have a stemmer.
        """
        ...

    def dense(
        self, vector: Vectors, *, condition: Filter, limit: int, fields: Sequence[str] = ()
    ) -> list[Hit]:
        """Return the documents with the nearest passage by cosine; ``fields`` restricts them."""
        ...

    def hybrid(
        self, text: str, vector: Vectors, *, condition: Filter, limit: int
    ) -> tuple[list[Hit], list[Hit]]:
        """Return what ``lexical`` and ``dense`` would, asked at the same time."""
        ...

    def get(self, ids: Sequence[str], *, condition: Filter) -> dict[str, Document]:
        """Return those documents that exist and pass the filter, with vectors."""
        ...

    def facets(
        self, ids: Sequence[str] | None, *, condition: Filter, fields: Sequence[str]
    ) -> dict[str, dict[str, int]]:
        """Count values per keyword field over these documents, or over all that pass the filter."""
        ...

    def purge(self) -> float:
        """Let whatever was removed vanish from the files of the index; it may take minutes.

        Returns for how many seconds of that it only waited, at no cost to anybody.
        Questions are answered meanwhile; changes may have to wait. Raises ``RetryableError`` when
        the engine is down, or somebody is in the way.
        """
        ...

    def sequences(self) -> dict[str, int]:
        """Return the sequence of every document present: what ``doctor --deep`` compares."""
        ...

    def count(self) -> int:
        """Return how many documents are present."""
        ...

    def clear(self) -> None:
        """Forget everything, sequences too: the first step of a rebuild."""
        ...

    def close(self) -> None:
        """Release what is held."""
        ...

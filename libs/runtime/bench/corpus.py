"""Invented stories with their vectors, as documents of an index."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from libs.kernel.clock import SystemClock
from libs.kernel.ids import Uuid7
from libs.ports.encoder import Vectors
from libs.ports.index import Document, Index, Passage
from libs.runtime.bench.network import Network, Record, Size
from libs.runtime.settings import load
from libs.runtime.wiring import Wiring

QUERIES = 200
"""Held out: asked for, never stored."""
_CHUNK = 1_000

_NOT_SHOWN = frozenset({"id", "body", "visibility"})


@dataclass(frozen=True, slots=True)
class Corpus:
    """Stories and questions, each with a vector."""

    stories: Sequence[Record]
    vectors: Vectors
    questions: Sequence[str]
    query_vectors: Vectors

    def documents(self) -> Iterator[tuple[Document, int]]:
        """Yield the stories as search indexes them."""
        for story, vector in zip(self.stories, self.vectors, strict=True):
            yield _document(story, vector), 1


def corpus(amount: int, *, seed: int, encoder: str, keep: Path | None = None) -> Corpus:
    """Invent stories and encode their summaries; ``keep`` saves the vectors for later.

    The last stories are the questions, by their summaries.
    """
    network = Network(Size(max(1, amount // 10), amount + QUERIES), seed)
    stories = list(network.stories())
    vectors = _vectors([str(story["summary"]) for story in stories], encoder, keep)
    return Corpus(
        stories[:amount],
        vectors[:amount],
        [str(story["summary"]) for story in stories[amount:]],
        vectors[amount:],
    )


def fill(index: Index, documents: Iterator[tuple[Document, int]]) -> None:
    """Put documents into an index, many at a time."""
    while chunk := [each for each, _ in zip(documents, range(_CHUNK), strict=False)]:
        index.put(chunk)


def recall(found: Sequence[Sequence[str]], expected: Sequence[Sequence[str]]) -> float:
    """Return which share of what is expected was found, over all questions."""
    hits = sum(len({*a} & {*b}) for a, b in zip(found, expected, strict=True))
    return hits / sum(len(each) for each in expected)


def _vectors(contents: Sequence[str], encoder: str, keep: Path | None) -> Vectors:
    if keep is not None and keep.exists():
        kept: Vectors = np.load(keep)
        if len(kept) == len(contents):
            return kept
    wiring = Wiring(load(encoder=encoder), clock=SystemClock(), ids=Uuid7(SystemClock()))
    opened = wiring.encoder()
    vectors: Vectors = np.concatenate(
        [
            opened.encode(contents[start : start + _CHUNK], "passage")
            for start in range(0, len(contents), _CHUNK)
        ]
    )
    wiring.close()
    if keep is not None:
        np.save(keep, vectors)
    return vectors


def _document(story: Record, vector: Vectors) -> Document:
    return Document(
        id=str(story["id"]),
        language=str(story["language"]),
        texts={name: str(story[name]) for name in ("title", "summary", "body")},
        keywords={
            "visibility": [story["visibility"]],
            "programme": [story["programme"]],
            "theme": story["themes"],
            "population": story["populations"],
            "stage": [str(story["stage"])],
            "language": [story["language"]],
            "kind": ["practice"],
            "owner": story["contacts"],
            "id": [story["id"]],
        },
        passages=[Passage("text", str(story["summary"]), vector)],
        payload={name: value for name, value in story.items() if name not in _NOT_SHOWN},
    )

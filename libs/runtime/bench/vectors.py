"""P7: the dense leg of the embedded index against an exact search in numpy, and its recall."""

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import numpy as np

from libs.kernel.policy import EVERYTHING
from libs.kernel.urls import path_of
from libs.ports.encoder import Vectors
from libs.ports.index import Index
from libs.runtime.bench.corpus import Corpus, fill, recall
from libs.runtime.bench.rounds import Pair, interleaved, rate
from libs.runtime.settings import load

LIMIT = 10
LEAST_RATIO = 6.0
_QUESTIONS_A_ROUND = 100


@contextmanager
def filled(corpus: Corpus) -> Iterator[Index]:
    """Give an embedded index on a temporary folder that holds the corpus."""
    from libs.adapters.embedded.index import open_index  # noqa: PLC0415  # its vendors are an extra

    with tempfile.TemporaryDirectory(prefix="kring-bench-") as folder:
        settings = load(data=Path(folder))
        path = path_of(settings.url(settings.index))
        with closing(open_index(path, "bench", dimension=corpus.vectors.shape[1])) as index:
            fill(index, corpus.documents())
            yield index


def exact(vectors: Vectors, query: Vectors, limit: int) -> list[int]:
    """Return the nearest rows, best first: every vector is compared."""
    scores = vectors @ query
    best = np.argpartition(-scores, limit)[:limit]
    return [int(row) for row in best[np.argsort(-scores[best])]]


def measure(corpus: Corpus, index: Index) -> list[Pair]:
    """Return the ratio of questions a second, one thread each."""
    queries = corpus.query_vectors[:_QUESTIONS_A_ROUND]
    found = [_ours(index, query, LIMIT) for query in queries]
    names = [str(story["id"]) for story in corpus.stories]
    expected = [[names[row] for row in exact(corpus.vectors, each, LIMIT)] for each in queries]
    sides = interleaved(
        {
            "ours": lambda: rate(lambda: [_ours(index, q, LIMIT) for q in queries], len(queries)),
            "exact": lambda: rate(partial(_exact_all, corpus.vectors, queries), len(queries)),
        }
    )
    share = recall(found, expected)
    return [
        Pair(
            goal="P7",
            what=f"embedded vectors, {len(names):,} × {corpus.vectors.shape[1]}",
            unit="questions/s",
            against="numpy, exact",
            ours=sides["ours"],
            theirs=sides["exact"],
            least=LEAST_RATIO,
            note=f"recall@{LIMIT} {share:.3f} (promised .98); one client, through the port `Index`",
        )
    ]


def _ours(index: Index, query: Vectors, limit: int) -> list[str]:
    return [hit.id for hit in index.dense(query, condition=EVERYTHING, limit=limit)]


def _exact_all(vectors: Vectors, queries: Vectors) -> None:
    for query in queries:
        exact(vectors, query, LIMIT)

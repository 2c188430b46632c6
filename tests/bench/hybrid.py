"""P5 and P6: hybrid search by our own use case, in process, alone and against Haystack in memory.

``python -m bench.hybrid --documents 100000`` states questions a second and recall; with
``--haystack PYTHON`` (an environment that has haystack-ai) it is measured in turn with that.
"""

import argparse
import json
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from bench.telling import tell
from typing_extensions import override

from libs.adapters.memory.cache import open_cache
from libs.kernel.clock import SystemClock
from libs.kernel.policy import EVERYTHING, Reader, Role
from libs.ports.encoder import Encoder, Purpose, Vectors
from libs.ports.index import Index
from libs.runtime.bench.corpus import Corpus, corpus, recall
from libs.runtime.bench.rounds import (
    ROUNDS,
    Figure,
    Outcome,
    Pair,
    interleaved,
    percentile,
    rate,
)
from libs.runtime.bench.vectors import exact, filled
from services.search.domain.fusion import depth
from services.search.domain.query import Query
from services.search.usecases import Legs, Search

LIMIT = 10
LEAST_OVER_HAYSTACK = 50.0
HAYSTACK_QUESTIONS = 5


class KnownQuestions(Encoder):
    """An encoder whose answers are at hand, as the cache has them for questions that repeat."""

    def __init__(self, made: Corpus) -> None:
        self._vectors = dict(zip(made.questions, made.query_vectors, strict=True))
        self._dimension: int = made.vectors.shape[1]

    @property
    @override
    def name(self) -> str:
        return "known"

    @property
    @override
    def dimension(self) -> int:
        return self._dimension

    @property
    @override
    def passage_words(self) -> int:
        return 120

    @property
    @override
    def fusion_weight(self) -> float:
        return 0.3

    @override
    def encode(self, texts: Sequence[str], purpose: Purpose) -> Vectors:
        return np.stack([self._vectors[text] for text in texts])


def searching(made: Corpus, index: Index, threads: ThreadPoolExecutor) -> Callable[[str], object]:
    """Return a search as a member does it, with what they may see, facets and highlights."""
    search = Search(Legs(index, KnownQuestions(made)), open_cache(clock=SystemClock()), threads)
    reader = Reader("p-0", Role.MEMBER, member_id="m-0")
    return lambda question: search(Query(question, limit=LIMIT), reader=reader)


def dense_recall(made: Corpus, index: Index) -> float:
    """Return the share of the ten nearest that the dense leg brings up first."""
    deep = depth(LIMIT)
    names = [str(story["id"]) for story in made.stories]
    found = [
        [hit.id for hit in index.dense(vector, condition=EVERYTHING, limit=deep)][:LIMIT]
        for vector in made.query_vectors[:50]
    ]
    expected = [
        [names[row] for row in exact(made.vectors, vector, LIMIT)]
        for vector in made.query_vectors[:50]
    ]
    return recall(found, expected)


def alone(made: Corpus, index: Index, search: Callable[[str], object]) -> list[Outcome]:
    """Return what it reaches by itself; Elasticsearch is compared with its own adapter."""
    for question in made.questions[:20]:
        search(question)
    seconds = [1 / rate(lambda q=question: search(q), 1) for question in made.questions]  # type: ignore[misc]
    note = (
        f"p50 {1000 * percentile(seconds, 0.5):.1f} ms,"
        f" p95 {1000 * percentile(seconds, 0.95):.1f} ms;"
        f" {len(made.questions) / sum(seconds):.0f} questions/s; recall of the dense leg"
        f" {dense_recall(made, index):.3f}; query vectors known; visibility, facets, highlights in"
    )
    measured = interleaved(
        {
            "ms": lambda: (
                1000 / rate(lambda: [search(q) for q in made.questions], len(made.questions))
            )
        }
    )["ms"]
    size = f"{len(made.stories):,}"
    return [Figure("P5", f"embedded hybrid search, {size} stories", "ms", measured, note=note)]


def against_haystack(made: Corpus, search: Callable[[str], object], python: str) -> list[Outcome]:
    questions = made.questions[:HAYSTACK_QUESTIONS]
    with contestant(made, python) as theirs:
        sides = interleaved(
            {
                "ours": lambda: rate(
                    lambda: [search(q) for q in made.questions], len(made.questions)
                ),
                "theirs": theirs,
            },
            rounds=ROUNDS,
        )
    return [
        Pair(
            goal="P6",
            what=f"embedded hybrid search, {len(made.stories):,} stories",
            unit="questions/s",
            against="Haystack in memory",
            ours=sides["ours"],
            theirs=sides["theirs"],
            least=LEAST_OVER_HAYSTACK,
            note=f"same texts and vectors; Haystack asked {len(questions)} questions a round",
        )
    ]


@contextmanager
def contestant(made: Corpus, python: str) -> Iterator[Callable[[], float]]:
    """Give a function that lets Haystack answer once; it returns questions a second."""
    with tempfile.TemporaryDirectory(prefix="kring-bench-") as name:
        folder = Path(name)
        texts = [f"{story['title']} {story['summary']} {story['body']}" for story in made.stories]
        (folder / "texts.json").write_text(json.dumps(texts))
        (folder / "questions.json").write_text(json.dumps(made.questions[:HAYSTACK_QUESTIONS]))
        np.save(folder / "vectors.npy", made.vectors)
        np.save(folder / "query_vectors.npy", made.query_vectors[:HAYSTACK_QUESTIONS])
        script = Path(__file__).with_name("haystack_contestant.py")
        command = [python, str(script), str(folder)]
        with subprocess.Popen(  # noqa: S603  # a program of ours in another environment
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            assert process.stdout.readline().strip() == "ready"

            def once() -> float:
                print("go", file=process.stdin, flush=True)
                assert process.stdout is not None
                return float(process.stdout.readline())

            yield once
            process.terminate()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="where to keep the vectors")
    parser.add_argument("--haystack", default="", help="a Python that has haystack-ai")
    parser.add_argument("--record", type=Path, help="append the outcome to this document")
    given = parser.parse_args()
    made = corpus(given.documents, seed=20261122, encoder="use", keep=given.keep)
    with filled(made) as index, ThreadPoolExecutor(4) as threads:
        search = searching(made, index, threads)
        outcomes = alone(made, index, search)
        if given.haystack:
            outcomes += against_haystack(made, search, given.haystack)
    tell(outcomes, given.record)


if __name__ == "__main__":
    main()

"""P5: our embedded hybrid search, in process and over HTTP, against Elasticsearch with one client.

``python -m bench.beside_elasticsearch --documents 100000`` starts a node of its own. Its side is
one `_msearch` with both legs, prepared beforehand; ours does all that a page of results needs:
visibility, fusion, documents, facets and highlights. The vectors of the questions are at hand.
"""

import argparse
import http.client
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
from bench.distributed import Ask, direct
from bench.hybrid import LIMIT, dense_recall, searching
from bench.telling import tell
from servers.elasticsearch import running

from libs.adapters.elasticsearch.index import open_index as open_elasticsearch
from libs.adapters.embedded.index import open_index
from libs.runtime.bench.corpus import Corpus, corpus, fill
from libs.runtime.bench.rounds import Outcome, Pair, interleaved, rate

LEAST = {"in process": 1.5, "over HTTP": 1.0}


@contextmanager
def served(made: Corpus, index: Path) -> Iterator[Ask]:
    """Give a search over HTTP by another process that opens an embedded index."""
    with tempfile.TemporaryDirectory(prefix="kring-bench-") as name:
        questions = Path(name) / "questions.npz"
        np.savez(questions, questions=made.questions, vectors=made.query_vectors)
        command = [sys.executable, "-m", "bench.search_server", str(index), str(questions)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  # our own program
            try:
                assert process.stdout is not None
                port = int(process.stdout.readline())
                with closing(http.client.HTTPConnection("127.0.0.1", port)) as connection:
                    yield lambda question: _ask(connection, question)
            finally:
                process.terminate()


def _ask(connection: http.client.HTTPConnection, question: str) -> bytes:
    connection.request("GET", f"/v1/search?{urlencode({'q': question, 'limit': LIMIT})}")
    response = connection.getresponse()
    content = response.read()
    assert response.status == http.client.OK, content
    return content


def outcomes(made: Corpus, folder: Path) -> list[Outcome]:
    """Fill both engines, ask all three sides in turn and return our two ratios."""
    dimension = made.vectors.shape[1]
    with closing(open_index(folder / "own", "bench", dimension=dimension)) as index:
        fill(index, made.documents())
    shutil.copytree(folder / "own", folder / "served")
    with (
        running() as node,
        ThreadPoolExecutor(4) as threads,
        closing(open_index(folder / "own", "bench", dimension=dimension)) as own,
        served(made, folder / "served") as over_http,
    ):
        url = f"{node.url}?replicas=0"
        with closing(open_elasticsearch(url, "bench", "stories", dimension=dimension)) as theirs:
            fill(theirs, made.documents())
            sides: dict[str, Ask] = {
                "in process": searching(made, own, threads),
                "over HTTP": over_http,
                "theirs": direct(made, url, theirs.alias, threads).ask_legs,
            }
            recalls = {"own": dense_recall(made, own), "theirs": dense_recall(made, theirs)}
            found = interleaved({name: _speed(made, ask) for name, ask in sides.items()})
    note = (
        f"recall of the dense leg {recalls['own']:.3f}, Elasticsearch {recalls['theirs']:.3f};"
        " one node, one shard, one client"
    )
    return [
        Pair(
            goal="P5",
            what=f"embedded hybrid search {name}, {len(made.stories):,} stories",
            unit="questions/s",
            against="Elasticsearch, both legs in one request",
            ours=found[name],
            theirs=found["theirs"],
            least=least,
            note=note,
        )
        for name, least in LEAST.items()
    ]


def _speed(made: Corpus, ask: Ask) -> Callable[[], float]:
    for question in made.questions:  # warm
        ask(question)
    return lambda: rate(lambda: [ask(question) for question in made.questions], len(made.questions))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="where to keep the vectors")
    parser.add_argument("--record", type=Path, help="append the outcome to this document")
    given = parser.parse_args()
    made = corpus(given.documents, seed=20261122, encoder="use", keep=given.keep)
    with tempfile.TemporaryDirectory(prefix="kring-bench-") as folder:
        found = outcomes(made, Path(folder))
    tell(found, given.record)


if __name__ == "__main__":
    main()

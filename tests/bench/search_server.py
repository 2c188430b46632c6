"""The routes of search over an embedded index, in a process of their own, for measurements.

``python -m bench.search_server INDEX QUESTIONS`` prints its port; the questions are a file of numpy
with texts and vectors, so that no encoder is measured.
"""

import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from bench.distributed import READER
from bench.hybrid import KnownQuestions
from fastapi import FastAPI

from libs.adapters.embedded.index import open_index
from libs.adapters.memory.cache import open_cache
from libs.kernel.clock import SystemClock
from libs.runtime.bench.corpus import Corpus
from libs.runtime.server import server_of
from services.search.api import routes
from services.search.usecases import Legs, Names, Search, SearchPeople, Similar


def build(index_path: Path, questions: Path) -> FastAPI:
    """Return an app that answers one reader."""
    with np.load(questions) as kept:
        texts, vectors = kept["questions"].tolist(), kept["vectors"]
    known = KnownQuestions(Corpus([], vectors[:0], texts, vectors))
    index = open_index(index_path, "bench", dimension=vectors.shape[1])
    legs, threads = Legs(index, known), ThreadPoolExecutor(4)
    search = Search(legs, open_cache(clock=SystemClock()), threads)
    app = FastAPI()
    app.state.identify = lambda _request: READER
    app.include_router(
        routes(
            stories=search, people=SearchPeople(search), similar=Similar(legs), names=Names(index)
        )
    )
    return app


def main() -> None:
    """Serve until the process is ended."""
    listening = socket.create_server(("127.0.0.1", 0))
    app = build(Path(sys.argv[1]), Path(sys.argv[2]))
    sys.stdout.write(f"{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    server_of(app, drain_seconds=1).run(sockets=[listening])


if __name__ == "__main__":
    main()

# ruff: noqa: T201  # printing is how it answers
"""Haystack in memory: words, vectors and reciprocal rank fusion; only ever compared with.

Runs in an environment of its own (``pip install haystack-ai``) and reads a folder that hybrid.py
wrote. For every line on standard input it asks all questions once and prints how many a second.
"""

import json
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

LIMIT = 10
DEPTH = 200


def main(folder: Path) -> None:
    from haystack import Document  # type: ignore[import-not-found]  # noqa: PLC0415
    from haystack.components.joiners import (  # type: ignore[import-not-found]  # noqa: PLC0415
        DocumentJoiner,
    )
    from haystack.components.retrievers.in_memory import (  # type: ignore[import-not-found]  # noqa: PLC0415
        InMemoryBM25Retriever,
        InMemoryEmbeddingRetriever,
    )
    from haystack.document_stores.in_memory import (  # type: ignore[import-not-found]  # noqa: PLC0415
        InMemoryDocumentStore,
    )

    texts = json.loads((folder / "texts.json").read_text())
    vectors = np.load(folder / "vectors.npy")
    store = InMemoryDocumentStore()
    store.write_documents(
        [
            Document(content=text, embedding=v.tolist())
            for text, v in zip(texts, vectors, strict=True)
        ]
    )
    words = InMemoryBM25Retriever(store, top_k=DEPTH)
    meaning = InMemoryEmbeddingRetriever(store, top_k=DEPTH)
    joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=LIMIT)
    questions = json.loads((folder / "questions.json").read_text())
    asked = [each.tolist() for each in np.load(folder / "query_vectors.npy")]

    def ask(question: str, vector: list[float]) -> Any:  # noqa: ANN401  # Haystack's own
        found = [
            words.run(query=question)["documents"],
            meaning.run(query_embedding=vector)["documents"],
        ]
        return joiner.run(documents=found)["documents"]

    print("ready", flush=True)
    for _ in sys.stdin:
        begun = perf_counter()
        for question, vector in zip(questions, asked, strict=True):
            ask(question, vector)
        print(len(questions) / (perf_counter() - begun), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""P4: hybrid search by our own use case over Elasticsearch, against asking the engine directly.

``python -m bench.distributed --documents 20000`` starts a node of its own. The direct side sends
the same bodies, prepared beforehand, with the same client, and reads the answers; the vectors of
the questions are at hand on both sides. It is measured twice: with all that a page of results
needs (both legs, then documents and facets), and with the legs alone.
"""

import argparse
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import orjson
from bench.hybrid import LIMIT, dense_recall, searching
from bench.telling import tell
from servers.elasticsearch import running

from libs.adapters.elasticsearch.address import Address
from libs.adapters.elasticsearch.connection import connect
from libs.adapters.elasticsearch.index import HEADER, ElasticsearchIndex, open_index
from libs.adapters.elasticsearch.questions import by_meaning, by_words, counting
from libs.adapters.elasticsearch.sources import KEPT, unit
from libs.kernel.policy import Reader, Role, visible_to
from libs.runtime.bench.corpus import Corpus, corpus, fill
from libs.runtime.bench.rounds import (
    Outcome,
    Pair,
    Series,
    interleaved,
    percentile,
)
from services.search.domain.fusion import depth
from services.search.domain.query import FACETS, Query

PROMISED = {0.5: 1 / 1.25, 0.95: 1 / 1.5}
"""Of the direct side's speed, per share of the questions: p50 1.25 times as long, p95 1.5 times."""
READER = Reader("p-0", Role.MEMBER, member_id="m-0")

Ask = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Direct:
    """The engine asked without us: bodies that were made before."""

    ask_legs: Ask
    ask_page: Ask
    """The legs, then the documents and the facets of one page at the same time."""


def direct(made: Corpus, url: str, alias: str, threads: ThreadPoolExecutor) -> Direct:
    """Prepare every body that our use case would send."""
    client = connect(Address.parse(url))
    visible = visible_to(READER)
    legs: dict[str, list[bytes]] = {}
    pages: dict[str, tuple[Sequence[str], dict[str, object]]] = {}
    for question, vector in zip(made.questions, made.query_vectors, strict=True):
        condition = Query(question, limit=LIMIT).condition(visible)
        deep = depth(LIMIT)
        near = unit(vector)
        assert near is not None
        bodies = [
            by_words(question, condition, deep, ()),
            by_meaning(near, condition, deep + 1, ()),
        ]
        legs[question] = [
            line
            for body in bodies
            for line in (HEADER, orjson.dumps(body, option=orjson.OPT_SERIALIZE_NUMPY))
        ]

    def ask_legs(question: str) -> list[str]:
        answer = client.msearch(index=alias, searches=legs[question])  # type: ignore[arg-type]
        return [hit["sort"][1] for each in answer["responses"] for hit in each["hits"]["hits"]]

    def ask_page(question: str) -> object:
        ask_legs(question)
        ids, counted = pages[question]
        facets = threads.submit(client.search, index=alias, body=counted, request_cache=False)
        documents = client.mget(index=alias, ids=ids, source_includes=KEPT)
        return documents, facets.result()

    for question in made.questions:
        found = list(dict.fromkeys(ask_legs(question)))
        pages[question] = (found[:LIMIT], counting(found, visible, FACETS))
    return Direct(ask_legs, ask_page)


def measured(made: Corpus, sides: dict[str, Ask]) -> dict[str, dict[float, Series]]:
    """Return the questions a second at each promised share, per side."""
    found: dict[str, dict[float, list[float]]] = {
        name: {share: [] for share in PROMISED} for name in sides
    }

    def once(name: str) -> float:
        seconds = [_seconds(sides[name], question) for question in made.questions]
        for share, values in found[name].items():
            values.append(1 / percentile(seconds, share))
        return 0.0

    for ask in sides.values():  # warm
        for question in made.questions:
            ask(question)
    interleaved({name: lambda name=name: once(name) for name in sides})  # type: ignore[misc]
    return {
        name: {share: Series(tuple(values)) for share, values in shares.items()}
        for name, shares in found.items()
    }


def _seconds(ask: Ask, question: str) -> float:
    begun = perf_counter()
    ask(question)
    return perf_counter() - begun


def outcomes(made: Corpus, index: ElasticsearchIndex, url: str) -> list[Outcome]:
    """Measure our search against both direct ones."""
    with ThreadPoolExecutor(4) as threads:
        theirs = direct(made, url, index.alias, threads)
        found = measured(
            made,
            {
                "ours": searching(made, index, threads),
                "the same requests": theirs.ask_page,
                "the legs alone": theirs.ask_legs,
            },
        )
    size = f"{len(made.stories):,}"
    note = (
        f"one node, one shard, one client; recall of the dense leg {dense_recall(made, index):.3f}"
    )
    return [
        Pair(
            goal="P4",
            what=f"hybrid search over Elasticsearch, {size} stories, 1/p{100 * share:.0f}",
            unit="1/s",
            against=f"asked directly, {against}",
            ours=found["ours"][share],
            theirs=found[against][share],
            least=least if against == "the same requests" else None,
            note=note,
        )
        for against in ("the same requests", "the legs alone")
        for share, least in PROMISED.items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--keep", type=Path, help="where to keep the vectors")
    parser.add_argument("--record", type=Path, help="append the outcome to this document")
    given = parser.parse_args()
    made = corpus(given.documents, seed=20261122, encoder="use", keep=given.keep)
    with running() as server:
        url = f"{server.url}?replicas=0"
        index = open_index(url, "bench", "stories", dimension=made.vectors.shape[1])
        with closing(index):
            fill(index, made.documents())
            found = outcomes(made, index, url)
    tell(found, given.record)


if __name__ == "__main__":
    main()

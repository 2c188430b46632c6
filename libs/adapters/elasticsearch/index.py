"""The distributed index: Elasticsearch, which keeps documents, compares sequences and ranks."""

from collections.abc import Sequence

import orjson
from typing_extensions import override

from libs.adapters.elasticsearch.address import Address
from libs.adapters.elasticsearch.connection import LOOK_SECONDS, connect, opening, translated
from libs.adapters.elasticsearch.generations import Generations
from libs.adapters.elasticsearch.mapping import Json
from libs.adapters.elasticsearch.purging import purge
from libs.adapters.elasticsearch.questions import (
    MOST_HITS,
    by_meaning,
    by_stop_words,
    by_words,
    counting,
    page_of_versions,
    present,
)
from libs.adapters.elasticsearch.sources import KEPT, document_of, grave_of, source_of, unit
from libs.adapters.elasticsearch.writing import write
from libs.kernel.errors import RetryableError
from libs.kernel.policy import Filter, accepts
from libs.ports.access import Guarded
from libs.ports.encoder import Vectors
from libs.ports.index import Document, Hit, Index, Leg, Took, untold

HEADER = orjson.dumps(
    {
        "search_type": "dfs_query_then_fetch",  # words weigh the same in every shard
        "allow_partial_search_results": False,  # a missing shard is an error, not fewer hits
    }
)


class ElasticsearchIndex(Index, Guarded):
    """One named index in a cluster; any number of processes may read and write it."""

    def __init__(
        self, address: Address, service: str, name: str, *, dimension: int, took: Took = untold
    ) -> None:
        """Open or make the index; raises ``SettingsError`` if the cluster refuses us."""
        self._name = name
        self._dimension = dimension
        self._took = took
        self._client = connect(address)
        self._generations = Generations(self._client, address, f"{service}-{name}", dimension)
        try:
            with translated(), opening(address):
                self._generations.ensure()
        except BaseException:
            self._client.close()
            raise

    @property
    def alias(self) -> str:
        """Return the name under which the cluster knows this index."""
        return self._generations.alias

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
        write(
            self._client,
            self.alias,
            ((document.id, sequence, source_of(document)) for document, sequence in documents),
        )

    @override
    def remove(self, ids: Sequence[tuple[str, int]]) -> None:
        write(
            self._client, self.alias, ((name, sequence, grave_of(name)) for name, sequence in ids)
        )

    @override
    def clear(self) -> None:
        with translated():
            self._generations.renew()

    @override
    def lexical(
        self, text: str, *, condition: Filter, limit: int, languages: Sequence[str] = ()
    ) -> list[Hit]:
        question = by_words(text, condition, limit, languages)
        if question is None:
            return []
        return self._worded(
            self._search(("lexical", question))[0], text, condition, limit, languages
        )

    @override
    def dense(
        self, vector: Vectors, *, condition: Filter, limit: int, fields: Sequence[str] = ()
    ) -> list[Hit]:
        query = unit(vector)
        if query is None or limit < 1:
            return []
        near = self._search(("dense", by_meaning(query, condition, limit + 1, fields)))[0]
        return self._settled(near, query, condition, limit, fields)

    @override
    def hybrid(
        self, text: str, vector: Vectors, *, condition: Filter, limit: int
    ) -> tuple[list[Hit], list[Hit]]:
        words = by_words(text, condition, limit, ())
        query = unit(vector)
        if words is None or query is None:
            return (
                self.lexical(text, condition=condition, limit=limit),
                self.dense(vector, condition=condition, limit=limit),
            )
        meaning = by_meaning(query, condition, limit + 1, ())
        found, near = self._search(("lexical", words), ("dense", meaning))
        return (
            self._worded(found, text, condition, limit, ()),
            self._settled(near, query, condition, limit, ()),
        )

    def _worded(
        self,
        found: list[Json],
        text: str,
        condition: Filter,
        limit: int,
        languages: Sequence[str],
    ) -> list[Hit]:
        """Return what was found; where that is nothing, what stop words alone find."""
        if not found:
            stop_words = by_stop_words(text, condition, limit, languages)
            found = self._search(("lexical", stop_words))[0]
        return [_hit(each, each["sort"][0]) for each in found]

    def _settled(
        self,
        near: list[Json],
        query: Vectors,
        condition: Filter,
        limit: int,
        fields: Sequence[str],
    ) -> list[Hit]:
        """Return the best of what was found; ask for more while the last one may tie.

        Fewer than asked are either all there are, or the passages of few documents were in the way.
        """
        asked = limit + 1
        if len(near) < asked:
            thorough = by_meaning(query, condition, asked, fields, is_thorough=True)
            near = self._search(("dense", thorough))[0]
        while len(near) == asked < MOST_HITS and near[-1]["sort"][0] == near[limit - 1]["sort"][0]:
            asked = min(4 * asked, MOST_HITS)
            near = self._search(("dense", by_meaning(query, condition, asked, fields)))[0]
        return [_hit(each, 2 * each["sort"][0] - 1) for each in near[:limit]]

    def _search(self, *questions: tuple[Leg, Json]) -> list[list[Json]]:
        """Ask questions at the same time; return the hits of each."""
        lines = [
            line
            for _, question in questions
            for line in (HEADER, orjson.dumps(question, option=orjson.OPT_SERIALIZE_NUMPY))
        ]
        with translated():
            answer = self._client.msearch(index=self.alias, searches=lines)  # type: ignore[arg-type]  # bytes go through as they are
        for (leg, _), each in zip(questions, answer["responses"], strict=True):
            if "error" in each:
                raise RetryableError(f"Elasticsearch: {each['error']}")
            self._took(leg, each["took"] / 1000)
        return [each["hits"]["hits"] for each in answer["responses"]]

    @override
    def get(self, ids: Sequence[str], *, condition: Filter) -> dict[str, Document]:
        wanted = list(dict.fromkeys(ids))
        if not wanted:
            return {}
        with translated():
            answer = self._client.mget(index=self.alias, ids=wanted, source_includes=KEPT)
        found = (
            document_of(each["_id"], each["_source"]) for each in answer["docs"] if each["found"]
        )
        return {
            document.id: document
            for document in found
            if document is not None and accepts(condition, document.keywords)
        }

    @override
    def facets(
        self, ids: Sequence[str] | None, *, condition: Filter, fields: Sequence[str]
    ) -> dict[str, dict[str, int]]:
        with translated():
            answer = self._client.search(
                index=self.alias,
                body=counting(ids, condition, fields),
                allow_partial_search_results=False,
                request_cache=False,  # the next question counts other documents
            )
        counted = answer["aggregations"]
        return {
            field: {each["key"]: each["doc_count"] for each in counted[field]["buckets"]}
            for field in fields
        }

    @override
    def purge(self) -> float:
        with translated():
            return purge(self._client, self.alias)

    @override
    def sequences(self) -> dict[str, int]:
        found: dict[str, int] = {}
        after: str | None = None
        while True:
            with translated():
                answer = self._client.search(
                    index=self.alias,
                    body=page_of_versions(after),
                    allow_partial_search_results=False,
                )
            hits = answer["hits"]["hits"]
            found.update((each["sort"][0], each["_version"]) for each in hits)
            if len(hits) < MOST_HITS:
                return found
            after = hits[-1]["sort"][0]

    @override
    def count(self) -> int:
        with translated():
            return int(self._client.count(index=self.alias, query=present())["count"])

    @override
    def refusal(self) -> str:
        """Return how the cluster refuses us, empty while it does not."""
        quick = self._client.options(request_timeout=LOOK_SECONDS, max_retries=0)

        def probe() -> None:
            with translated():
                quick.count(index=self.alias)

        return self._client.access.refusal(probe)

    @override
    def close(self) -> None:
        self._client.close()


def _hit(found: Json, score: float) -> Hit:
    return Hit(found["sort"][1], found["fields"]["language"][0], score)


def open_index(
    url: str, service: str, name: str, *, dimension: int, took: Took = untold
) -> ElasticsearchIndex:
    """Open or make a service's index of this name, for vectors of one dimension."""
    return ElasticsearchIndex(Address.parse(url), service, name, dimension=dimension, took=took)

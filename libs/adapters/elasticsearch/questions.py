"""The bodies of searches."""

from collections.abc import Sequence

from libs.adapters.elasticsearch.conditions import as_query
from libs.adapters.elasticsearch.mapping import Json
from libs.adapters.elasticsearch.words import FOLDED, STEMMED, language_of, weighed
from libs.kernel.policy import EVERYTHING, Filter
from libs.ports.encoder import Vectors

MOST_HITS = 10_000
"""So many the engine returns at most, by its setting ``index.max_result_window``."""
MOST_VALUES = 10_000
"""So many values of one field are counted, the most frequent ones."""
_WEIGHTS = {"text": 1.0, "title": 0.5}
"""Titles are part of the whole text as well, so a word there counts for half as much again."""
_PRESENT: Json = {"term": {"present": True}}
_ORDER = [{"_score": "desc"}, {"id": "asc"}]
_LEAST_CANDIDATES = 100


def by_words(text: str, condition: Filter, limit: int, languages: Sequence[str]) -> Json | None:
    """Return the search for words of a text, in plain match clauses; None if it has no words.

    Stop words are left out, language by language: it finds nothing where there are no others.
    """
    groups = weighed(text)
    if not groups or limit < 1:
        return None
    clauses = [
        _match(f"{field}.{language}", words, boost=weight * share)
        for language in _spoken(languages)
        for words, weight in groups
        for field, share in _WEIGHTS.items()
    ]
    return _best_of(clauses, condition, limit)


def by_stop_words(text: str, condition: Filter, limit: int, languages: Sequence[str]) -> Json:
    """Return the search that finds stop words where a text has nothing else in a language.

    To be asked when ``by_words`` has found nothing; it takes twice as long.
    """
    groups = weighed(text)
    stemmed = [language for language in _spoken(languages) if language in STEMMED]
    return _best_of([_of_stop_words(each, groups) for each in stemmed], condition, limit)


def _spoken(languages: Sequence[str]) -> list[str]:
    return list(dict.fromkeys([*map(language_of, languages or STEMMED), FOLDED]))


def _best_of(clauses: Sequence[Json], condition: Filter, limit: int) -> Json:
    query: Json = {"should": clauses, "minimum_should_match": 1}
    if condition != EVERYTHING:
        query["filter"] = as_query(condition)
    return _ranked({"query": {"bool": query}}, min(limit, MOST_HITS))


def _match(field: str, words: str, *, boost: float = 1.0, analyzer: str = "") -> Json:
    clause = {"query": words, "boost": boost}
    return {"match": {field: {**clause, "analyzer": analyzer} if analyzer else clause}}


def _of_stop_words(language: str, groups: Sequence[tuple[str, float]]) -> Json:
    """Return a clause that finds stop words, and only where a question has no other word.

    The guard looks into a field without content: any other word is not found there, and without
    one it finds everything.
    """
    words = " ".join(words for words, _ in groups)
    guard = {"query": words, "zero_terms_query": "all"}
    found = [
        _match(f"{field}.{language}", each, boost=weight * share, analyzer=f"{language}_all")
        for each, weight in groups
        for field, share in _WEIGHTS.items()
    ]
    return {
        "bool": {
            "filter": {"match": {f"nothing.{language}": guard}},
            "should": found,
            "minimum_should_match": 1,
        }
    }


def by_meaning(
    vector: Vectors,
    condition: Filter,
    count: int,
    fields: Sequence[str],
    *,
    is_thorough: bool = False,
) -> Json:
    """Return the search for the documents with the nearest passage to a unit vector.

    A thorough one compares every passage as long as there are no more than ``MOST_HITS``. The
    filter of documents and that of passages stay apart: the engine applies one clause either to
    documents or to passages, never to both. There always is one: without, it is never thorough.
    """
    filters: list[Json] = [_PRESENT]
    if condition != EVERYTHING:
        filters.append(as_query(condition))
    if fields:
        filters.append({"terms": {"passages.field": list(fields)}})
    knn = {
        "field": "passages.vector",
        "query_vector": vector,
        "k": count,
        "num_candidates": MOST_HITS if is_thorough else _candidates(count),
        "filter": filters,
    }
    return _ranked({"knn": knn}, count)


def _candidates(count: int) -> int:
    return min(MOST_HITS, max(_LEAST_CANDIDATES, 2 * count))


def _ranked(search: Json, size: int) -> Json:
    return {
        **search,
        "size": size,
        "sort": _ORDER,  # its values are the score and the id: nothing else need be read
        "stored_fields": "_none_",
        "docvalue_fields": ["language"],
        "track_total_hits": False,
    }


def counting(ids: Sequence[str] | None, condition: Filter, fields: Sequence[str]) -> Json:
    """Return the search that counts the values of fields and returns no document."""
    filters = [_PRESENT]
    if condition != EVERYTHING:
        filters.append(as_query(condition))
    if ids is not None:
        filters.append({"ids": {"values": list(ids)}})
    counted = {
        name: {"terms": {"field": f"keywords.{name}", "size": MOST_VALUES}} for name in fields
    }
    return {
        "size": 0,
        "track_total_hits": False,
        "query": {"bool": {"filter": filters}},
        "aggs": counted,
    }


def present() -> Json:
    """Return the query for everything that was not removed."""
    return _PRESENT


def page_of_versions(after: str | None) -> Json:
    """Return the search for the next ids in order, with their versions."""
    body: Json = {
        "size": MOST_HITS,
        "query": _PRESENT,
        "sort": [{"id": "asc"}],
        "version": True,
        "_source": False,
        "track_total_hits": False,
    }
    return body if after is None else {**body, "search_after": [after]}

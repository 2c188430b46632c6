"""What the engine is told about an index: its analysis and its fields."""

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson

from libs.adapters.elasticsearch.words import ANALYZERS, STEMMED
from libs.kernel.stopwords import STOP_WORDS

Json = dict[str, Any]

LONGEST_KEYWORD = 8_191
"""Characters; four bytes each is as long as a term of Lucene can be."""
_VECTORS = {"type": "int8_hnsw", "rescore_vector": {"oversample": 2.0}}
"""Quantised, and the best candidates weighed again with whole vectors: scores are exact."""
_TEXT = {"type": "text", "index_options": "freqs"}


def settings(*, shards: int, replicas: int) -> Json:
    """Return the settings of a new index; stop words are indexed and left out of questions."""
    analyzers: Json = {}
    for language in STEMMED:
        stemmer = ANALYZERS[language]
        analyzers[f"{language}_all"] = {"type": stemmer, "stopwords": "_none_"}
        sparing = {"type": stemmer, "stopwords": sorted(STOP_WORDS[language])}
        analyzers[f"{language}_sparing"] = sparing
    return {
        "number_of_shards": shards,
        "number_of_replicas": replicas,
        "analysis": {"analyzer": analyzers},
    }


def mapping(dimension: int) -> Json:
    """Return the fields; only what is under ``keywords`` may be new, and is a keyword then.

    ``document`` is what ``get`` returns; the engine keeps it and does not look into it. What only
    serves to be searched is not kept a second time.
    """
    words = {
        language: _analysed(language) if language in STEMMED else _TEXT for language in ANALYZERS
    }
    return {
        "dynamic": "strict",
        "_source": {"excludes": ["text", "title", "passages"]},
        "dynamic_templates": [
            {"keywords": {"path_match": "keywords.*", "mapping": {"type": "keyword"}}}
        ],
        "properties": {
            "id": {"type": "keyword"},
            "present": {"type": "boolean"},
            "language": {"type": "keyword"},
            "keywords": {"type": "object", "dynamic": True},
            "text": {"properties": words},
            "title": {"properties": words},
            # Never filled: tells whether a question has any word but stop words.
            "nothing": {"properties": {each: words[each] for each in STEMMED}},
            "passages": {
                "type": "nested",
                "properties": {
                    "field": {"type": "keyword"},
                    "vector": {
                        "type": "dense_vector",
                        "dims": dimension,
                        "similarity": "dot_product",
                        "index_options": _VECTORS,
                    },
                },
            },
            "document": {"type": "object", "enabled": False},
        },
    }


def _analysed(language: str) -> Json:
    return {
        **_TEXT,
        "analyzer": f"{language}_all",
        "search_analyzer": f"{language}_sparing",
    }


def version_of(fields: Mapping[str, Any]) -> str:
    """Return a short name of analysis and fields: another release's may differ."""
    analysis = settings(shards=1, replicas=0)["analysis"]
    content = orjson.dumps([analysis, fields], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(content).hexdigest()[:8]

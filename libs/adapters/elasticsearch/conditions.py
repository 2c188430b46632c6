"""The policy's filter as a query: the same meaning as ``libs.kernel.policy.accepts``."""

from hashlib import blake2b
from typing import Any as AnyValue

from libs.adapters.elasticsearch.mapping import LONGEST_KEYWORD, Json
from libs.kernel.policy import All, Any, Filter, Not, Term

_NOTHING: Json = {"match_none": {}}
_EVERYTHING: Json = {"match_all": {}}


def keyword(value: str) -> str:
    """Return the term that stands for a value: itself, or a digest when it is too long."""
    if len(value) <= LONGEST_KEYWORD:
        return value
    return f"#{blake2b(value.encode(errors='replace')).hexdigest()}"


def as_query(condition: Filter) -> dict[str, AnyValue]:
    """Translate a filter; to be used where nothing is scored."""
    match condition:
        case Term(field, values):
            terms = {f"keywords.{field}": [keyword(value) for value in values]}
            return {"terms": terms} if values else _NOTHING
        case Not(inner):
            return {"bool": {"must_not": [as_query(inner)]}}
        case All(parts):
            return {"bool": {"filter": [*map(as_query, parts)]}} if parts else _EVERYTHING
        case Any(parts):
            return {"bool": {"should": [*map(as_query, parts)]}} if parts else _NOTHING

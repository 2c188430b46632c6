"""The policy's filter as a tantivy query: the same meaning as ``libs.kernel.policy.accepts``."""

from hashlib import blake2b

from tantivy import Occur, Query, Schema

from libs.kernel.policy import All, Any, Filter, Not, Term

KEYWORDS = "keywords"
"""The one indexed field that holds every keyword as ``field=value``."""

_LONGEST_TERM = 1_000  # tantivy drops terms above 65,530 bytes; a digest stands for a long one


def keyword_term(field: str, value: str) -> str:
    """Return the term that stands for one value of one field."""
    term = f"{field}={value}"
    if len(term) <= _LONGEST_TERM:
        return term
    return f"{field}#{blake2b(value.encode(errors='replace')).hexdigest()}"


def as_query(condition: Filter, schema: Schema) -> Query:
    """Translate a filter; the query's scores mean nothing."""
    match condition:
        case Term(field, values):
            terms = [keyword_term(field, value) for value in values]
            return Query.term_set_query(schema, KEYWORDS, terms)
        case Not(inner):
            return Query.boolean_query(
                [(Occur.Must, Query.all_query()), (Occur.MustNot, as_query(inner, schema))]
            )
        case All(parts):
            return _joined(Occur.Must, parts, schema) if parts else Query.all_query()
        case Any(parts):
            return _joined(Occur.Should, parts, schema) if parts else Query.empty_query()


def _joined(occur: Occur, parts: tuple[Filter, ...], schema: Schema) -> Query:
    return Query.boolean_query([(occur, as_query(part, schema)) for part in parts])

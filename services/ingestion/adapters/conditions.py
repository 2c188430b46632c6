"""The policy's filters as SQL, with the same meaning as ``libs.kernel.policy.accepts``."""

from collections.abc import Callable, Mapping, Sequence

import sqlalchemy as sa

from libs.kernel.policy import All, Any, Filter, Not, Term

Holds = Callable[[Sequence[str]], sa.ColumnElement[bool]]
"""Returns the condition that a field holds one of these values."""


def where(condition: Filter, fields: Mapping[str, Holds]) -> sa.ColumnElement[bool]:
    """Return the condition over the filter's fields.

    A field that is not there is a mistake of ours and raises ``KeyError``: it must never widen what
    somebody sees.
    """
    match condition:
        case Term(field, values):
            return fields[field](values)
        case Not(inner):
            return sa.not_(where(inner, fields))
        case All(parts):
            return sa.and_(sa.true(), *(where(part, fields) for part in parts))
        case Any(parts):
            return sa.or_(sa.false(), *(where(part, fields) for part in parts))

"""Sequences of whole tables, as services need them after a restore."""

from collections.abc import Collection

import sqlalchemy as sa

from libs.adapters.sql.work import connection_of
from libs.ports.database import Work


def lift(work: Work, table: sa.Table, floor: int, **anew: object) -> int:
    """Raise every lower sequence of a table to ``floor``; return how many were.

    Rows that are lifted get the columns ``anew``, too.
    """
    raised = sa.update(table).where(table.c.sequence < floor).values(sequence=floor, **anew)
    return connection_of(work).execute(raised).rowcount


def among(
    work: Work, column: sa.Column[str], ids: Collection[str], *more: sa.ColumnElement[bool]
) -> frozenset[str]:
    """Return those of these ids that stand in a column, in rows for which ``more`` holds."""
    query = sa.select(column).where(column.in_(list(ids)), *more)
    return frozenset(connection_of(work).scalars(query))

"""Writing whole rows, new or changed, in one statement that SQLite and PostgreSQL share."""

from collections.abc import Mapping
from functools import cache
from operator import itemgetter

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from libs.adapters.sql.work import connection_of
from libs.ports.database import Work


def upsert(work: Work, table: sa.Table, *rows: Mapping[str, object]) -> None:
    """Insert rows, or change every other column of the rows with their primary keys.

    All rows name the same columns. They are written in the order of their keys, so that two
    transactions that write the same ones wait for each other rather than both for ever.
    """
    if not rows:
        return
    connection = connection_of(work)
    statement = _statement(connection.dialect.name, table, tuple(rows[0]))
    connection.execute(statement, sorted(rows, key=itemgetter(*_keys(table))))


@cache
def _keys(table: sa.Table) -> list[str]:
    return [column.name for column in table.primary_key]


@cache
def _statement(dialect: str, table: sa.Table, names: tuple[str, ...]) -> sa.Executable:
    """Return the statement; to build it takes as long as to execute it for one row."""
    keys = _keys(table)
    kind = postgresql.insert if dialect == "postgresql" else sqlite.insert
    insert: postgresql.Insert | sqlite.Insert = kind(table)
    change = {name: insert.excluded[name] for name in names if name not in keys}
    if not change:
        return insert.on_conflict_do_nothing(index_elements=keys)
    return insert.on_conflict_do_update(index_elements=keys, set_=change)

"""Writing whole rows, new or changed, in one statement that SQLite and PostgreSQL share."""

from collections.abc import Mapping, Sequence

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
    keys = [column.name for column in table.primary_key]
    ordered: Sequence[Mapping[str, object]] = sorted(
        rows, key=lambda row: [str(row[key]) for key in keys]
    )
    connection = connection_of(work)
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    insert = dialect.insert(table)
    change = {name: insert.excluded[name] for name in rows[0] if name not in keys}
    statement = (
        insert.on_conflict_do_update(index_elements=keys, set_=change)
        if change
        else insert.on_conflict_do_nothing(index_elements=keys)
    )
    connection.execute(statement, [dict(row) for row in ordered])

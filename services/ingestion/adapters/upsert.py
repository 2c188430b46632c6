"""Writing a whole row, new or changed, in one statement that SQLite and PostgreSQL share."""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from libs.adapters.sql.work import connection_of
from libs.ports.database import Work


def upsert(work: Work, table: sa.Table, values: Mapping[str, object]) -> None:
    """Insert the row, or change every other column of the row with its primary key."""
    connection = connection_of(work)
    keys = [column.name for column in table.primary_key]
    change = {name: value for name, value in values.items() if name not in keys}
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    insert = dialect.insert(table).values(dict(values))
    connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=change))

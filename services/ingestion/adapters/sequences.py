"""The sequences of everything that ingestion publishes, in SQL."""

from collections.abc import Collection

import sqlalchemy as sa
from typing_extensions import override

from libs.adapters.sql.work import connection_of
from libs.ports.database import Work
from services.ingestion.adapters.tables import MEMBERS, PROGRAMMES, STORIES, TOMBS
from services.ingestion.ports.sequences import Sequences


class SqlSequences(Sequences):
    """One statement per table."""

    @override
    def lift(self, work: Work, floor: int) -> int:
        connection, lifted = connection_of(work), 0
        for table in (PROGRAMMES, MEMBERS, STORIES):
            lower = table.c.sequence < floor
            count = sa.select(sa.func.count()).select_from(table).where(lower)
            lifted += connection.execute(count).scalar_one()
            connection.execute(sa.update(table).where(lower).values(sequence=floor))
        return lifted

    @override
    def living_members(self, work: Work, member_ids: Collection[str]) -> frozenset[str]:
        return _among(work, MEMBERS.c.id, member_ids)

    @override
    def living_stories(self, work: Work, story_ids: Collection[str]) -> frozenset[str]:
        return _among(work, STORIES.c.id, story_ids)

    @override
    def gone(self, work: Work, ids: Collection[str], *, since: int) -> frozenset[str]:
        return _among(work, TOMBS.c.id, ids, TOMBS.c.sequence >= since)


def _among(
    work: Work, column: sa.Column[str], ids: Collection[str], *more: sa.ColumnElement[bool]
) -> frozenset[str]:
    query = sa.select(column).where(column.in_(list(ids)), *more)
    return frozenset(connection_of(work).scalars(query))

"""Programmes in SQL."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from typing_extensions import override

from libs.adapters.sql.upsert import upsert
from libs.adapters.sql.work import connection_of, exclude, locking
from libs.ports.database import Work
from services.ingestion.adapters.tables import PROGRAMMES
from services.ingestion.domain.kept import Kept
from services.ingestion.domain.programme import Programme, Sector
from services.ingestion.ports.record import Programmes


class SqlProgrammes(Programmes):
    """One row per programme."""

    @override
    def get(self, work: Work, programme_id: str) -> Kept[Programme] | None:
        return self._one(work, PROGRAMMES.c.id == programme_id)

    @override
    def by_slug(self, work: Work, slug: str) -> Kept[Programme] | None:
        exclude(work, f"slug {slug}")
        return self._one(work, PROGRAMMES.c.slug == slug)

    @override
    def put(self, work: Work, kept: Kept[Programme]) -> None:
        upsert(work, PROGRAMMES, {**asdict(kept.state), "sequence": kept.sequence})

    @override
    def find(self, work: Work, *, after: str, limit: int) -> Sequence[Kept[Programme]]:
        query = sa.select(PROGRAMMES).where(PROGRAMMES.c.id > after)
        rows = connection_of(work).execute(query.order_by(PROGRAMMES.c.id).limit(limit))
        return [_programme(row) for row in rows.mappings()]

    def _one(self, work: Work, condition: sa.ColumnElement[bool]) -> Kept[Programme] | None:
        # shared: whoever brings things into a programme does not wait for the others who do
        query = locking(work, sa.select(PROGRAMMES).where(condition), shared=True)
        row = connection_of(work).execute(query).mappings().first()
        return None if row is None else _programme(row)


def _programme(row: sa.RowMapping) -> Kept[Programme]:
    values: dict[str, Any] = dict(row)
    sequence: int = values.pop("sequence")
    values["sector"] = Sector(values["sector"])
    values["languages"] = tuple(values["languages"])
    return Kept(Programme(**values), sequence)

"""Erasures in SQL."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from typing_extensions import override

from libs.adapters.sql.upsert import upsert
from libs.adapters.sql.work import connection_of
from libs.ports.database import Work
from services.ingestion.adapters.tables import ERASURES
from services.ingestion.domain.erasure import Authored, Erasure
from services.ingestion.ports.record import Erasures


class SqlErasures(Erasures):
    """One row per member who was to be erased, kept for good."""

    @override
    def get(self, work: Work, member_id: str) -> Erasure | None:
        query = sa.select(ERASURES).where(ERASURES.c.member_id == member_id)
        row = connection_of(work).execute(query).mappings().first()
        return None if row is None else _erasure(row)

    @override
    def put(self, work: Work, erasure: Erasure) -> None:
        upsert(work, ERASURES, asdict(erasure) | {"asked_at": erasure.asked_at.isoformat()})

    @override
    def unfinished(self, work: Work) -> Sequence[Erasure]:
        query = sa.select(ERASURES).where(ERASURES.c.is_done.is_(False))
        return [_erasure(row) for row in connection_of(work).execute(query).mappings()]


def _erasure(row: sa.RowMapping) -> Erasure:
    values: dict[str, Any] = dict(row)
    values["stories"] = Authored(values["stories"])
    values["asked_at"] = datetime.fromisoformat(values["asked_at"])
    return Erasure(**values)

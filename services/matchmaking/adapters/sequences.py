"""The sequences of everything that matchmaking publishes, in SQL."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from typing_extensions import override

from libs.adapters.sql.sequences import among, lift
from libs.adapters.sql.work import connection_of, locking
from libs.ports.database import Work
from services.matchmaking.adapters.introductions import introduction_of
from services.matchmaking.adapters.tables import INTRODUCTIONS, SLATES
from services.matchmaking.domain.introduction import Introduction
from services.matchmaking.ports.sequences import Sequences


class SqlSequences(Sequences):
    """One statement per table."""

    @override
    def lift(self, work: Work, floor: int) -> int:
        return lift(work, SLATES, floor, digest="") + lift(work, INTRODUCTIONS, floor)

    @override
    def slates(self, work: Work, member_ids: Collection[str]) -> frozenset[str]:
        return among(work, SLATES.c.member_id, member_ids)

    @override
    def introductions(self, work: Work, ids: Collection[str]) -> frozenset[str]:
        return among(work, INTRODUCTIONS.c.id, ids)

    @override
    def open_since(
        self, work: Work, since: float, *, after: str, limit: int
    ) -> Sequence[Introduction]:
        query = (
            sa.select(INTRODUCTIONS)
            .where(INTRODUCTIONS.c.expires_at >= since, INTRODUCTIONS.c.id > after)
            .order_by(INTRODUCTIONS.c.id)
            .limit(limit)
        )
        return [introduction_of(row) for row in connection_of(work).execute(locking(work, query))]

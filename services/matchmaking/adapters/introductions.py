"""Introductions over SQL."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from typing_extensions import override

from libs.adapters.sql.upsert import upsert
from libs.adapters.sql.work import connection_of, locking
from libs.ports.database import Work
from services.matchmaking.adapters.profiles import chunks
from services.matchmaking.adapters.tables import INTRODUCTIONS
from services.matchmaking.domain.exposure import Load
from services.matchmaking.domain.introduction import (
    Introduction,
    State,
    is_open,
    is_place_taken,
)
from services.matchmaking.ports.store import Introductions


class SqlIntroductions(Introductions):
    """One row per introduction."""

    @override
    def put(self, work: Work, introduction: Introduction) -> None:
        row = {**asdict(introduction), "state": introduction.state.value}
        upsert(work, INTRODUCTIONS, row)

    @override
    def get(self, work: Work, introduction_id: str) -> Introduction | None:
        query = sa.select(INTRODUCTIONS).where(INTRODUCTIONS.c.id == introduction_id)
        row = connection_of(work).execute(locking(work, query)).first()
        return introduction_of(row) if row else None

    @override
    def of(self, work: Work, member_ids: Collection[str]) -> list[Introduction]:
        found: dict[str, Introduction] = {}
        for chunk in chunks(member_ids):
            for one in self._find(work, _takes_part(chunk)):
                found[one.id] = one
        return sorted(found.values(), key=lambda one: one.id, reverse=True)

    @override
    def page(self, work: Work, member_id: str, *, limit: int, before: str) -> list[Introduction]:
        wanted = _takes_part([member_id])
        if before:
            wanted = sa.and_(wanted, INTRODUCTIONS.c.id < before)
        return self._find(work, wanted, limit=limit)

    @override
    def between(self, work: Work, asker_id: str, asked_id: str) -> Introduction | None:
        pair = sa.and_(INTRODUCTIONS.c.asker_id == asker_id, INTRODUCTIONS.c.asked_id == asked_id)
        found = self._find(work, pair, limit=1)
        return found[0] if found else None

    @override
    def lapsed(self, work: Work, now: float, *, limit: int) -> list[Introduction]:
        over = sa.and_(
            INTRODUCTIONS.c.state == State.ASKED.value, INTRODUCTIONS.c.expires_at <= now
        )
        query = sa.select(INTRODUCTIONS).where(over).order_by(INTRODUCTIONS.c.id.desc())
        return self._unlocked(work, query.limit(limit))

    @override
    def ended(self, work: Work, asked_before: float, *, limit: int) -> list[Introduction]:
        over = sa.and_(
            INTRODUCTIONS.c.state.in_([State.CLOSED.value, State.EXPIRED.value]),
            INTRODUCTIONS.c.asked_at < asked_before,
        )
        query = sa.select(INTRODUCTIONS).where(over).order_by(INTRODUCTIONS.c.id.desc())
        return self._unlocked(work, query.limit(limit))

    @override
    def drop(self, work: Work, introduction_id: str) -> None:
        one = INTRODUCTIONS.c.id == introduction_id
        connection_of(work).execute(sa.delete(INTRODUCTIONS).where(one))

    @override
    def loads(self, work: Work, member_ids: Collection[str], now: float) -> Mapping[str, Load]:
        loads: dict[str, Load] = {}
        for chunk in chunks(member_ids):
            for one in self._find(work, INTRODUCTIONS.c.asked_id.in_(chunk)):
                load = loads.get(one.asked_id, Load())
                loads[one.asked_id] = Load(
                    waiting=load.waiting + is_open(one, now),
                    taken=load.taken + is_place_taken(one, now),
                )
        return loads

    @override
    def remove(self, work: Work, member_ids: Collection[str]) -> None:
        for chunk in chunks(member_ids):
            connection_of(work).execute(sa.delete(INTRODUCTIONS).where(_takes_part(chunk)))

    @staticmethod
    def _unlocked(work: Work, query: sa.Select[Any]) -> list[Introduction]:
        """Return what nobody else works on now, and keep it so."""
        rows = connection_of(work).execute(locking(work, query, skip_locked=True))
        return [introduction_of(row) for row in rows]

    @staticmethod
    def _find(
        work: Work, condition: sa.ColumnElement[bool], *, limit: int | None = None
    ) -> list[Introduction]:
        rows = connection_of(work).execute(
            sa.select(INTRODUCTIONS)
            .where(condition)
            .order_by(INTRODUCTIONS.c.id.desc())
            .limit(limit)
        )
        return [introduction_of(row) for row in rows]


def introduction_of(row: sa.Row[Any]) -> Introduction:
    """Return what a row tells."""
    return Introduction(**{**row._mapping, "state": State(row.state)})  # noqa: SLF001  # public API of Row


def _takes_part(member_ids: Collection[str]) -> sa.ColumnElement[bool]:
    return sa.or_(
        INTRODUCTIONS.c.asker_id.in_(member_ids), INTRODUCTIONS.c.asked_id.in_(member_ids)
    )

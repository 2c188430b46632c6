"""Webhooks and what waits for them, in SQL."""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from typing_extensions import override

from libs.adapters.sql.upsert import upsert
from libs.adapters.sql.work import connection_of, exclude, locking
from libs.ports.database import Work
from services.ingestion.adapters.tables import HOOKS, PARCELS
from services.ingestion.domain.hook import SHOWN, Hook, Parcel
from services.ingestion.ports.outgoing import Hooks


class SqlHooks(Hooks):
    """One row per webhook, and one per thing that is to be told there."""

    @override
    def add(self, work: Work, hook: Hook) -> None:
        values = {
            "id": hook.id,
            "programme": hook.programme,
            "url": hook.url,
            "created_at": hook.created_at.isoformat(),
            "ended_because": "",
        }
        connection_of(work).execute(sa.insert(HOOKS).values(values))

    @override
    def get(self, work: Work, hook_id: str) -> Hook | None:
        query = sa.select(HOOKS).where(HOOKS.c.id == hook_id)
        row = connection_of(work).execute(locking(work, query)).first()
        return None if row is None else _hook(row)

    @override
    def of(self, work: Work, programme_id: str) -> Sequence[Hook]:
        exclude(work, f"hooks {programme_id}")
        query = (
            sa.select(HOOKS)
            .where(HOOKS.c.programme == programme_id)
            .order_by(HOOKS.c.ended_at.is_not(None), HOOKS.c.id.desc())
            .limit(SHOWN)
        )
        return [_hook(row) for row in connection_of(work).execute(query)]

    @override
    def told(self, work: Work, programme_id: str, *, others: bool) -> Sequence[str]:
        is_theirs = HOOKS.c.programme == programme_id
        whose = sa.not_(is_theirs) if others else is_theirs
        query = sa.select(HOOKS.c.id).where(whose, HOOKS.c.ended_at.is_(None))
        return list(connection_of(work).scalars(query.order_by(HOOKS.c.id)))

    @override
    def end(self, work: Work, hook_id: str, at: datetime, *, because: str) -> None:
        connection = connection_of(work)
        connection.execute(sa.delete(PARCELS).where(PARCELS.c.hook_id == hook_id))
        change = sa.update(HOOKS).where(HOOKS.c.id == hook_id)
        connection.execute(change.values(ended_at=at.isoformat(), ended_because=because))

    @override
    def send(self, work: Work, parcel: Parcel, due: datetime) -> None:
        values = {
            "hook_id": parcel.hook_id,
            "subject": parcel.subject,
            "event_id": parcel.event_id,
            "body": parcel.body,
            "attempts": parcel.attempts,
            "due_at": due.isoformat(),
        }
        upsert(work, PARCELS, values)

    @override
    def has_due(self, work: Work, now: datetime) -> bool:
        due = sa.select(PARCELS.c.hook_id).where(PARCELS.c.due_at <= now.isoformat()).limit(1)
        return connection_of(work).execute(due).first() is not None

    @override
    def claim(
        self, work: Work, now: datetime, *, until: datetime, but: Collection[str] = ()
    ) -> tuple[Hook, Parcel] | None:
        is_due = sa.and_(PARCELS.c.due_at <= now.isoformat(), PARCELS.c.hook_id.not_in(but))
        due = sa.select(PARCELS).where(is_due)
        first = due.order_by(PARCELS.c.due_at, PARCELS.c.event_id).limit(1)
        connection = connection_of(work)
        row = connection.execute(locking(work, first, skip_locked=True)).first()
        if row is None:
            return None
        parcel = Parcel(row.hook_id, row.subject, row.event_id, row.body, row.attempts)
        _change(work, parcel, due_at=until.isoformat())
        hook = connection.execute(sa.select(HOOKS).where(HOOKS.c.id == row.hook_id)).one()
        return _hook(hook), parcel

    @override
    def done(self, work: Work, parcel: Parcel) -> None:
        connection_of(work).execute(sa.delete(PARCELS).where(*_same(parcel)))

    @override
    def postpone(self, work: Work, parcel: Parcel, attempts: int, due: datetime) -> None:
        _change(work, parcel, attempts=attempts, due_at=due.isoformat())


def _same(parcel: Parcel) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the condition for this event: a newer one about the same is another parcel."""
    return (
        PARCELS.c.hook_id == parcel.hook_id,
        PARCELS.c.subject == parcel.subject,
        PARCELS.c.event_id == parcel.event_id,
    )


def _change(work: Work, parcel: Parcel, **values: object) -> None:
    connection_of(work).execute(sa.update(PARCELS).where(*_same(parcel)).values(values))


def _hook(row: sa.Row[tuple[object, ...]]) -> Hook:
    return Hook(
        id=row.id,
        programme=row.programme,
        url=row.url,
        created_at=datetime.fromisoformat(row.created_at),
        ended_at=datetime.fromisoformat(row.ended_at) if row.ended_at else None,
        ended_because=row.ended_because,
    )

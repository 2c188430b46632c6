"""What members are told and the mails of it, in SQL."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from typing_extensions import override

from libs.adapters.sql.sequences import lift
from libs.adapters.sql.work import connection_of, locking
from libs.ports.database import Work
from services.notification.adapters.tables import DELIVERY, MEMBER, MENTION, NOTIFICATION
from services.notification.domain.delivery import Delivery, State
from services.notification.domain.preference import Kind
from services.notification.ports import (
    Deliveries,
    Mention,
    Notification,
    Notifications,
    Scope,
)

_N, _M, _D = NOTIFICATION.c, MENTION.c, DELIVERY.c

# one statement for SQLite and PostgreSQL; the returned row tells whether it was new
_ADD = sa.text(
    """
    INSERT INTO notification
        (id, programme, recipient_id, kind, subject_id, dedupe_key, changed_at, read_at)
    VALUES
        (:id, :programme, :recipient_id, :kind, :subject_id, :dedupe_key, :changed_at, :read_at)
    ON CONFLICT (dedupe_key) DO NOTHING
    RETURNING id
    """
)


class SqlNotifications(Notifications):
    """A row per notification, and one per person it tells of."""

    @override
    def add(self, work: Work, notification: Notification, mentions: Sequence[Mention]) -> bool:
        if connection_of(work).execute(_ADD, asdict(notification)).first() is None:
            return False
        self._insert(work, notification.id, mentions)
        return True

    @override
    def extend(
        self, work: Work, notification_id: str, mentions: Sequence[Mention], *, now: float
    ) -> None:
        self._insert(work, notification_id, mentions)
        statement = sa.update(NOTIFICATION).where(_N.id == notification_id)
        connection_of(work).execute(statement.values(changed_at=now, read_at=0.0))

    @override
    def get(self, work: Work, notification_id: str) -> Notification:
        query = sa.select(NOTIFICATION).where(_N.id == notification_id)
        return _notification(connection_of(work).execute(query).one())

    @override
    def mentions(self, work: Work, notification_ids: Collection[str]) -> dict[str, list[Mention]]:
        query = sa.select(MENTION).where(_M.notification_id.in_(notification_ids), _M.is_current)
        found: dict[str, list[Mention]] = {}
        for row in connection_of(work).execute(query.order_by(_M.id)):
            found.setdefault(row.notification_id, []).append(Mention(row.member_id, row.words))
        return found

    @override
    def told_of(self, work: Work, recipient_id: str) -> frozenset[str]:
        query = sa.select(_M.member_id).where(_M.notification_id.in_(_recommended(recipient_id)))
        return frozenset(connection_of(work).scalars(query))

    @override
    def newest_recommendation(self, work: Work, recipient_id: str) -> str:
        query = _recommended(recipient_id).order_by(_N.changed_at.desc(), _N.id.desc()).limit(1)
        return connection_of(work).scalar(query) or ""

    @override
    def refresh_recommendations(
        self, work: Work, recipient_id: str, words: Mapping[str, str]
    ) -> None:
        connection = connection_of(work)
        told = _M.notification_id.in_(_recommended(recipient_id))
        gone = sa.update(MENTION).where(told, _M.is_current, _M.member_id.not_in(words))
        connection.execute(gone.values(is_current=False, words=""))
        for member_id, said in words.items():
            there = sa.update(MENTION).where(told, _M.member_id == member_id)
            connection.execute(there.values(is_current=True, words=said))

    @override
    def set_current(self, work: Work, subject_id: str, kind: Kind, *, is_current: bool) -> None:
        about = sa.select(_N.id).where(_N.subject_id == subject_id, _N.kind == kind.value)
        statement = sa.update(MENTION).where(_M.notification_id.in_(about))
        changes = {"is_current": True} if is_current else {"is_current": False, "words": ""}
        connection_of(work).execute(statement.values(changes))

    @override
    def newest(
        self, work: Work, scope: Scope, *, before: tuple[float, str] | None, limit: int
    ) -> list[Notification]:
        query = sa.select(NOTIFICATION).where(_listed(scope))
        if before is not None:
            query = query.where(sa.tuple_(_N.changed_at, _N.id) < sa.tuple_(*before))
        query = query.order_by(_N.changed_at.desc(), _N.id.desc()).limit(limit)
        return [_notification(row) for row in connection_of(work).execute(query)]

    @override
    def of(self, work: Work, recipient_id: str) -> list[Notification]:
        query = sa.select(NOTIFICATION).where(_N.recipient_id == recipient_id)
        query = query.order_by(_N.changed_at.desc(), _N.id.desc())
        return [_notification(row) for row in connection_of(work).execute(query)]

    @override
    def unread(self, work: Work, scope: Scope) -> int:
        query = sa.select(sa.func.count()).select_from(NOTIFICATION)
        return connection_of(work).scalar(query.where(_listed(scope), _N.read_at == 0)) or 0

    @override
    def mark_read(
        self, work: Work, recipient_id: str, *, notification_id: str = "", now: float
    ) -> bool:
        own = sa.update(NOTIFICATION).where(_N.recipient_id == recipient_id)
        if notification_id:
            own = own.where(_N.id == notification_id)
        read_at = sa.case((_N.read_at == 0, now), else_=_N.read_at)
        rows = connection_of(work).execute(own.values(read_at=read_at).returning(_N.id))
        return bool(rows.all())

    @override
    def concerning(self, work: Work, member_id: str) -> frozenset[str]:
        query = sa.union(
            sa.select(_N.id).where(_N.recipient_id == member_id),
            sa.select(_M.notification_id).where(_M.member_id == member_id),
        )
        return frozenset(connection_of(work).scalars(query))

    @override
    def erase(self, work: Work, member_id: str) -> None:
        connection = connection_of(work)
        connection.execute(sa.delete(NOTIFICATION).where(_N.recipient_id == member_id))
        mentioned = sa.select(_M.notification_id).where(_M.member_id == member_id)
        others = sa.select(_M.notification_id).where(_M.member_id != member_id)
        only = sa.delete(NOTIFICATION).where(_N.id.in_(mentioned), _N.id.not_in(others))
        connection.execute(only)
        connection.execute(sa.delete(MENTION).where(_M.member_id == member_id))

    @override
    def prune(self, work: Work, *, before: float) -> None:
        connection_of(work).execute(sa.delete(NOTIFICATION).where(_N.changed_at < before))

    @staticmethod
    def _insert(work: Work, notification_id: str, mentions: Sequence[Mention]) -> None:
        rows = [{"notification_id": notification_id, **asdict(each)} for each in mentions]
        connection_of(work).execute(sa.insert(MENTION), rows)


class SqlDeliveries(Deliveries):
    """A row per mail."""

    @override
    def add(self, work: Work, delivery: Delivery) -> None:
        connection_of(work).execute(sa.insert(DELIVERY), asdict(delivery))

    @override
    def lock(self, work: Work, notification_id: str) -> Delivery | None:
        query = sa.select(DELIVERY).where(_D.notification_id == notification_id)
        row = connection_of(work).execute(locking(work, query)).first()
        return _delivery(row) if row else None

    @override
    def of(self, work: Work, notification_ids: Collection[str]) -> dict[str, Delivery]:
        query = sa.select(DELIVERY).where(_D.notification_id.in_(notification_ids))
        found = [_delivery(row) for row in connection_of(work).execute(query)]
        return {delivery.notification_id: delivery for delivery in found}

    @override
    def save(self, work: Work, delivery: Delivery) -> None:
        statement = sa.update(DELIVERY).where(_D.notification_id == delivery.notification_id)
        connection_of(work).execute(statement.values(asdict(delivery)))

    @override
    def lapsed(self, work: Work, *, now: float, limit: int) -> list[Delivery]:
        query = sa.select(DELIVERY).where(_D.state == State.CLAIMED.value, _D.lease_until <= now)
        query = locking(work, query.order_by(_D.lease_until).limit(limit), skip_locked=True)
        return [_delivery(row) for row in connection_of(work).execute(query)]

    @override
    def due(self, work: Work, *, now: float, limit: int) -> list[str]:
        query = sa.select(_D.notification_id).where(_due(now)).order_by(_D.due_at).limit(limit)
        return list(connection_of(work).scalars(query))

    @override
    def overdue(self, work: Work, *, now: float) -> tuple[int, float]:
        query = sa.select(sa.func.count(), sa.func.min(_D.due_at)).where(_due(now))
        number, since = connection_of(work).execute(query).one()
        return number, now if since is None else since

    @override
    def lift(self, work: Work, floor: int) -> int:
        return lift(work, DELIVERY, floor)


def _due(now: float) -> sa.ColumnElement[bool]:
    again = sa.and_(_D.state == State.UNKNOWN.value, _D.must_arrive)
    return sa.and_(sa.or_(_D.state == State.PENDING.value, again), _D.due_at <= now)


def _recommended(recipient_id: str) -> sa.Select[str]:
    return sa.select(_N.id).where(
        _N.recipient_id == recipient_id, _N.kind == Kind.RECOMMENDATION.value
    )


def _listed(scope: Scope) -> sa.ColumnElement[bool]:
    somebody = (
        sa.select(_M.id)
        .join(MEMBER, MEMBER.c.id == _M.member_id)
        .where(
            _M.notification_id == _N.id,
            _M.is_current,
            MEMBER.c.is_erased.is_(False),
            _M.member_id.not_in(scope.blocked),
        )
        .exists()
    )
    kinds = [kind.value for kind in scope.kinds]
    return sa.and_(_N.recipient_id == scope.recipient_id, _N.kind.in_(kinds), somebody)


def _delivery(row: sa.Row[Any]) -> Delivery:
    values = dict(row._mapping)  # noqa: SLF001  # SQLAlchemy's public name
    return Delivery(**{**values, "state": State(values["state"])})


def _notification(row: sa.Row[Any]) -> Notification:
    values = dict(row._mapping)  # noqa: SLF001  # SQLAlchemy's public name
    return Notification(**{**values, "kind": Kind(values["kind"])})

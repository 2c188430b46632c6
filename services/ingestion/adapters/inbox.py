"""What ingestion keeps about the inbox and what goes out to programmes, in SQL."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from typing_extensions import override

from libs.adapters.sql.upsert import upsert
from libs.adapters.sql.work import connection_of, exclude, locking
from libs.ports.database import Work
from services.ingestion.adapters.tables import INBOX_KEYS, SHARED
from services.ingestion.domain.inbox import InboxKey
from services.ingestion.ports.record import InboxKeys, Shared

_MOST_LOOKED_AT = 20
"""Keys that a signature is compared with, so that checking one takes bounded time."""


class SqlInboxKeys(InboxKeys):
    """One row per key, without its secret."""

    @override
    def add(self, work: Work, key: InboxKey) -> None:
        values = {
            "id": key.id,
            "programme": key.programme,
            "name": key.name,
            "created_at": key.created_at.isoformat(),
        }
        connection_of(work).execute(sa.insert(INBOX_KEYS).values(values))

    @override
    def get(self, work: Work, key_id: str) -> InboxKey | None:
        query = sa.select(INBOX_KEYS).where(INBOX_KEYS.c.id == key_id)
        row = connection_of(work).execute(locking(work, query)).first()
        return None if row is None else _key(row)

    @override
    def of(self, work: Work, programme_id: str) -> Sequence[InboxKey]:
        exclude(work, f"inbox keys {programme_id}")
        query = (
            sa.select(INBOX_KEYS)
            .where(INBOX_KEYS.c.programme == programme_id)
            .order_by(INBOX_KEYS.c.ended_at.is_not(None), INBOX_KEYS.c.id.desc())
            .limit(_MOST_LOOKED_AT)
        )
        return [_key(row) for row in connection_of(work).execute(query)]

    @override
    def end(self, work: Work, key_id: str, at: datetime) -> None:
        change = sa.update(INBOX_KEYS).where(INBOX_KEYS.c.id == key_id)
        connection_of(work).execute(change.values(ended_at=at.isoformat()))


class SqlShared(Shared):
    """One row per story that the network sees."""

    @override
    def put(self, work: Work, story_id: str) -> None:
        upsert(work, SHARED, {"id": story_id})

    @override
    def remove(self, work: Work, story_id: str) -> bool:
        change = sa.delete(SHARED).where(SHARED.c.id == story_id).returning(SHARED.c.id)
        return connection_of(work).execute(change).first() is not None


def _key(row: sa.Row[tuple[object, ...]]) -> InboxKey:
    return InboxKey(
        id=row.id,
        programme=row.programme,
        name=row.name,
        created_at=datetime.fromisoformat(row.created_at),
        ended_at=datetime.fromisoformat(row.ended_at) if row.ended_at else None,
    )

"""What ingestion remembers beside the things themselves, in SQL."""

from datetime import datetime

import sqlalchemy as sa
from typing_extensions import override

from libs.adapters.sql.upsert import upsert
from libs.adapters.sql.work import connection_of, exclude
from libs.ports.database import Work
from services.ingestion.adapters.tables import IDENTITIES, TOMBS
from services.ingestion.domain.kept import Answer, Known
from services.ingestion.ports.record import Answers, Identities, Tombs


class SqlIdentities(Identities):
    """One row per external id."""

    @override
    def get(self, work: Work, external_digest: str) -> Known | None:
        exclude(work, f"identity {external_digest}")
        query = sa.select(IDENTITIES).where(IDENTITIES.c.external_digest == external_digest)
        row = connection_of(work).execute(query).first()
        return None if row is None else Known(row.id, row.record_digest)

    @override
    def put(self, work: Work, external_digest: str, known: Known) -> None:
        values = {
            "external_digest": external_digest,
            "id": known.id,
            "record_digest": known.record_digest,
        }
        upsert(work, IDENTITIES, values)

    @override
    def forget_records(self, work: Work, thing_id: str) -> None:
        change = sa.update(IDENTITIES).where(IDENTITIES.c.id == thing_id)
        connection_of(work).execute(change.values(record_digest=""))


class SqlTombs(Tombs):
    """One row per thing that is gone."""

    @override
    def put(self, work: Work, aggregate_id: str, programme_id: str, sequence: int) -> None:
        values = {"id": aggregate_id, "programme": programme_id, "sequence": sequence}
        upsert(work, TOMBS, values)

    @override
    def has(self, work: Work, aggregate_id: str) -> bool:
        query = sa.select(TOMBS.c.id).where(TOMBS.c.id == aggregate_id)
        return connection_of(work).execute(query).first() is not None


class SqlAnswers(Answers):
    """One row per answered key, in the table of one kind of answers."""

    def __init__(self, table: sa.Table, kind: str) -> None:
        """Take the table, and how transactions name what they exclude one another from."""
        self._table = table
        self._kind = kind

    @override
    def get(self, work: Work, key: str) -> Answer | None:
        exclude(work, f"{self._kind} {key}")
        query = sa.select(self._table).where(self._table.c.key == key)
        row = connection_of(work).execute(query).first()
        return None if row is None else Answer(row.request_digest, row.content)

    @override
    def put(self, work: Work, key: str, answer: Answer, at: datetime) -> None:
        values = {
            "key": key,
            "request_digest": answer.request_digest,
            "content": answer.content,
            "answered_at": at.isoformat(),
        }
        connection_of(work).execute(sa.insert(self._table).values(values))

    @override
    def prune(self, work: Work, *, older_than: datetime) -> None:
        old = self._table.c.answered_at < older_than.isoformat()
        connection_of(work).execute(sa.delete(self._table).where(old))

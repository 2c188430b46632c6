"""The ledger of consents in SQL."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from typing_extensions import override

from libs.adapters.sql.work import connection_of
from libs.kernel.vocabulary import Purpose
from libs.ports.database import Work
from services.ingestion.adapters.tables import CONSENTS
from services.ingestion.domain.consent import Consent
from services.ingestion.ports.record import Consents


class SqlConsents(Consents):
    """One row per entry; rows are only ever added, and go with the member."""

    @override
    def append(self, work: Work, entries: Sequence[Consent]) -> None:
        if entries:
            connection_of(work).execute(sa.insert(CONSENTS), [_row(entry) for entry in entries])

    @override
    def of(self, work: Work, member_id: str) -> Sequence[Consent]:
        query = sa.select(CONSENTS).where(CONSENTS.c.member_id == member_id)
        rows = connection_of(work).execute(query.order_by(CONSENTS.c.id))
        return [
            Consent(
                member_id=row.member_id,
                purpose=Purpose(row.purpose),
                is_given=row.is_given,
                at=datetime.fromisoformat(row.at),
                by=row.by,
                language=row.language,
                text_sha256=row.text_sha256,
            )
            for row in rows
        ]

    @override
    def remove(self, work: Work, member_id: str) -> None:
        connection_of(work).execute(sa.delete(CONSENTS).where(CONSENTS.c.member_id == member_id))


def _row(entry: Consent) -> dict[str, object]:
    return {
        "member_id": entry.member_id,
        "purpose": entry.purpose.value,
        "is_given": entry.is_given,
        "at": entry.at.isoformat(),
        "by": entry.by,
        "language": entry.language,
        "text_sha256": entry.text_sha256,
    }

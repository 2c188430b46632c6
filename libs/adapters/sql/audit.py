"""The table of deeds, one chain per database."""

from collections.abc import Iterator
from dataclasses import asdict

import sqlalchemy as sa
from typing_extensions import override

from libs.adapters.sql.engine import translated
from libs.adapters.sql.engines import Engines
from libs.adapters.sql.tables import AUDIT
from libs.kernel.audit import BEGIN, Deed, Entry, entry
from libs.ports.database import Audit

_A = AUDIT.c
_PAGE = 1000
_LOCK = "audit"
"""What writers of one chain exclude one another by, where the engine has several."""


class SqlAudit(Audit):
    """One row per deed, one after the other; nothing of ours changes or deletes a row."""

    def __init__(self, engines: Engines, key: bytes) -> None:
        """Take the engines of the database and the key of the chain."""
        self._engines = engines
        self._key = key

    @override
    def append(self, deed: Deed) -> Entry:
        with translated(), self._engines.writer.begin() as connection:
            if connection.dialect.name == "postgresql":
                name = sa.func.hashtextextended(_LOCK, 0)
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(name)))
            last = connection.execute(_LAST).first()
            sequence, previous = (last.sequence, last.digest) if last else (0, BEGIN)
            made = entry(self._key, sequence + 1, deed, previous)
            row = asdict(deed) | {
                "sequence": made.sequence,
                "previous": made.previous,
                "digest": made.digest,
            }
            connection.execute(sa.insert(AUDIT), row)
        return made

    @override
    def entries(self) -> Iterator[Entry]:
        after = 0
        while True:
            with translated(), self._engines.reader.connect() as connection:
                query = sa.select(AUDIT).where(_A.sequence > after).order_by(_A.sequence)
                rows = connection.execute(query.limit(_PAGE)).mappings().all()
            if not rows:
                return
            yield from map(_entry, rows)
            after = rows[-1]["sequence"]

    @override
    def concerning(self, who: str) -> list[Deed]:
        query = sa.select(AUDIT).where((_A.actor == who) | (_A.target == who))
        with translated(), self._engines.reader.connect() as connection:
            rows = connection.execute(query.order_by(_A.sequence)).mappings().all()
        return [_entry(row).deed for row in rows]


_LAST = sa.select(_A.sequence, _A.digest).order_by(_A.sequence.desc()).limit(1)


def _entry(row: sa.RowMapping) -> Entry:
    values = dict(row)
    chained = {name: values.pop(name) for name in ("sequence", "previous", "digest")}
    return Entry(deed=Deed(**values), **chained)

"""Slates, marks, showings and background samples over SQL."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import sqlalchemy as sa
from typing_extensions import override

from libs.adapters.sql.upsert import upsert
from libs.adapters.sql.work import connection_of, exclude
from libs.ports.database import Work
from services.matchmaking.adapters.profiles import chunks
from services.matchmaking.adapters.record import match_from_json, match_to_json
from services.matchmaking.adapters.tables import (
    BACKGROUNDS,
    MARKS,
    SHOWINGS,
    SLATE_PLACES,
    SLATES,
)
from services.matchmaking.domain.calibration import Background, Kind
from services.matchmaking.domain.choice import Stand
from services.matchmaking.domain.exposure import DAY
from services.matchmaking.ports.store import (
    Backgrounds,
    Mark,
    Marks,
    Showing,
    Showings,
    Slate,
    Slates,
)

_TICK = 1e-6
"""Seconds between two marks of one call, so that their order is kept."""

# One statement for SQLite and PostgreSQL: a mark that is there gets a new version.
_MARK = sa.text(
    """
    INSERT INTO marks (member_id, version, urgent, at) VALUES (:member_id, 1, :urgent, :at)
    ON CONFLICT (member_id) DO UPDATE
       SET version = marks.version + 1,
           urgent = CASE WHEN marks.urgent > excluded.urgent THEN marks.urgent
                         ELSE excluded.urgent END
    """
)
_SHOW = sa.text(
    """
    INSERT INTO showings (member_id, other_id, day, policy, rank, probability, at)
    VALUES (:member_id, :other_id, :day, :policy, :rank, :probability, :at)
    ON CONFLICT (member_id, other_id, day) DO NOTHING
    """
)


class SqlSlates(Slates):
    """A row per slate and a row per place on it."""

    @override
    def get(self, work: Work, member_id: str) -> Slate | None:
        exclude(work, f"slate {member_id}")
        connection = connection_of(work)
        row = connection.execute(sa.select(SLATES).where(SLATES.c.member_id == member_id)).first()
        if row is None:
            return None
        places = connection.execute(
            sa.select(SLATE_PLACES.c.match)
            .where(SLATE_PLACES.c.member_id == member_id)
            .order_by(SLATE_PLACES.c.rank)
        ).scalars()
        return Slate(
            member_id=row.member_id,
            sequence=row.sequence,
            made_at=row.made_at,
            digest=row.digest,
            matches=tuple(match_from_json(match) for match in places),
        )

    @override
    def put(self, work: Work, slate: Slate) -> None:
        connection = connection_of(work)
        for table in (SLATES, SLATE_PLACES):
            connection.execute(sa.delete(table).where(table.c.member_id == slate.member_id))
        connection.execute(
            sa.insert(SLATES),
            {
                "member_id": slate.member_id,
                "sequence": slate.sequence,
                "made_at": slate.made_at,
                "digest": slate.digest,
            },
        )
        places = [
            {
                "member_id": slate.member_id,
                "rank": rank,
                "other_id": match.member_id,
                "score": match.score,
                "match": match_to_json(match),
            }
            for rank, match in enumerate(slate.matches, start=1)
        ]
        if places:
            connection.execute(sa.insert(SLATE_PLACES), places)

    @override
    def hold(self, work: Work) -> None:
        exclude(work, "slates")

    @override
    def remove(self, work: Work, member_ids: Collection[str]) -> None:
        places = SLATE_PLACES.c
        for chunk in chunks(member_ids):
            either = sa.or_(places.member_id.in_(chunk), places.other_id.in_(chunk))
            for table, theirs in ((SLATES, SLATES.c.member_id.in_(chunk)), (SLATE_PLACES, either)):
                connection_of(work).execute(sa.delete(table).where(theirs))

    @override
    def showing(self, work: Work, member_ids: Collection[str]) -> frozenset[str]:
        found: set[str] = set()
        for chunk in chunks(member_ids):
            rows = connection_of(work).execute(
                sa.select(SLATE_PLACES.c.member_id).where(SLATE_PLACES.c.other_id.in_(chunk))
            )
            found.update(rows.scalars())
        return frozenset(found)

    @override
    def stands(self, work: Work, member_ids: Collection[str]) -> dict[str, Stand]:
        found: dict[str, Stand] = {}
        for chunk in chunks(member_ids):
            rows = connection_of(work).execute(
                sa.select(
                    SLATE_PLACES.c.member_id,
                    sa.func.count().label("filled"),
                    sa.func.min(SLATE_PLACES.c.score).label("lowest"),
                )
                .where(SLATE_PLACES.c.member_id.in_(chunk))
                .group_by(SLATE_PLACES.c.member_id)
            )
            found.update((row.member_id, Stand(row.filled, row.lowest)) for row in rows)
        return found

    @override
    def older_than(self, work: Work, made_before: float, *, limit: int) -> list[str]:
        rows = connection_of(work).execute(
            sa.select(SLATES.c.member_id)
            .where(SLATES.c.made_at < made_before)
            .order_by(SLATES.c.made_at, SLATES.c.member_id)
            .limit(limit)
        )
        return list(rows.scalars())


class SqlMarks(Marks):
    """One row per member who waits."""

    @override
    def put(self, work: Work, member_ids: Sequence[str], *, at: float, urgent: bool) -> None:
        rows = [
            {"member_id": member_id, "urgent": int(urgent), "at": at + place * _TICK}
            for place, member_id in enumerate(dict.fromkeys(member_ids))
        ]
        if rows:
            exclude(work, "marks")  # else two that mark one another's members wait for ever
            connection_of(work).execute(_MARK, rows)

    @override
    def waiting(self, work: Work, *, limit: int) -> dict[str, Mark]:
        rows = connection_of(work).execute(
            sa.select(MARKS.c.member_id, MARKS.c.version, MARKS.c.urgent)
            .order_by(MARKS.c.urgent.desc(), MARKS.c.at, MARKS.c.member_id)
            .limit(limit)
        )
        return {row.member_id: Mark(row.version, bool(row.urgent)) for row in rows}

    @override
    def settle(self, work: Work, marks: Mapping[str, Mark]) -> None:
        for member_id, mark in marks.items():
            connection_of(work).execute(
                sa.delete(MARKS).where(
                    MARKS.c.member_id == member_id, MARKS.c.version == mark.version
                )
            )

    @override
    def remove(self, work: Work, member_ids: Collection[str]) -> None:
        for chunk in chunks(member_ids):
            connection_of(work).execute(sa.delete(MARKS).where(MARKS.c.member_id.in_(chunk)))


class SqlShowings(Showings):
    """One row per pair and day."""

    @override
    def add(self, work: Work, showings: Sequence[Showing]) -> None:
        rows = [
            {
                "member_id": showing.member_id,
                "other_id": showing.other_id,
                "day": int(showing.at // DAY),
                "policy": showing.policy,
                "rank": showing.rank,
                "probability": showing.probability,
                "at": showing.at,
            }
            for showing in showings
        ]
        connection_of(work).execute(_SHOW, rows)

    @override
    def times(
        self, work: Work, member_ids: Collection[str], since: float
    ) -> dict[tuple[str, str], list[float]]:
        found: dict[tuple[str, str], list[float]] = {}
        for chunk in chunks(member_ids):
            rows = connection_of(work).execute(
                sa.select(SHOWINGS.c.member_id, SHOWINGS.c.other_id, SHOWINGS.c.at)
                .where(SHOWINGS.c.member_id.in_(chunk), SHOWINGS.c.at >= since)
                .order_by(SHOWINGS.c.at)
            )
            for row in rows:
                found.setdefault((row.member_id, row.other_id), []).append(row.at)
        return found

    @override
    def of(self, work: Work, member_id: str) -> list[Showing]:
        either = sa.or_(SHOWINGS.c.member_id == member_id, SHOWINGS.c.other_id == member_id)
        rows = connection_of(work).execute(
            sa.select(SHOWINGS).where(either).order_by(SHOWINGS.c.at, SHOWINGS.c.rank)
        )
        return [
            Showing(row.member_id, row.other_id, row.policy, row.rank, row.probability, row.at)
            for row in rows
        ]

    @override
    def remove(self, work: Work, member_ids: Collection[str]) -> None:
        for chunk in chunks(member_ids):
            either = sa.or_(SHOWINGS.c.member_id.in_(chunk), SHOWINGS.c.other_id.in_(chunk))
            connection_of(work).execute(sa.delete(SHOWINGS).where(either))

    @override
    def prune(self, work: Work, older_than: float) -> None:
        connection_of(work).execute(sa.delete(SHOWINGS).where(SHOWINGS.c.at < older_than))


class SqlBackgrounds(Backgrounds):
    """One row per encoder, the samples as JSON."""

    @override
    def get(self, work: Work, encoder: str) -> Background:
        samples = (
            connection_of(work)
            .execute(sa.select(BACKGROUNDS.c.samples).where(BACKGROUNDS.c.encoder == encoder))
            .scalar_one_or_none()
        )
        return Background(
            encoder,
            {
                Kind(languages, text_field): np.array(cosines, dtype=np.float64)
                for languages, text_field, cosines in samples or ()
            },
        )

    @override
    def put(self, work: Work, background: Background, *, size: int, at: float) -> None:
        samples = [
            [kind.languages, kind.field, np.round(cosines, 5).tolist()]
            for kind, cosines in sorted(background.samples.items())
        ]
        row = {
            "encoder": background.encoder,
            "size": size,
            "drawn_at": at,
            "samples": samples,
        }
        upsert(work, BACKGROUNDS, row)

    @override
    def size(self, work: Work, encoder: str) -> int:
        counted = sa.select(BACKGROUNDS.c.size).where(BACKGROUNDS.c.encoder == encoder)
        return connection_of(work).execute(counted).scalar_one_or_none() or 0

"""Members, their blocks and pauses over SQL."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice

import sqlalchemy as sa
from typing_extensions import override

from libs.adapters.sql.upsert import upsert
from libs.adapters.sql.work import connection_of, locking
from libs.ports.database import Work
from services.matchmaking.adapters.record import profile_from_json, profile_to_json
from services.matchmaking.adapters.tables import BLOCKS, INITIATIVES, PAUSES, PROFILES
from services.matchmaking.domain.profile import Contact, Profile
from services.matchmaking.ports.store import Bounds, Entry, Profiles

_MOST_VALUES = 500
_FROM_PROFILE = "profile"
_FROM_ANSWER = "answer"
_HERE_ONLY = "here"


def chunks(ids: Collection[str]) -> Iterator[list[str]]:
    """Yield ids in lists short enough for an IN clause of any engine."""
    rest = iter(sorted(ids))
    while chunk := list(islice(rest, _MOST_VALUES)):
        yield chunk


class SqlProfiles(Profiles):
    """Profiles as JSON, with the columns that queries need beside it."""

    @override
    def put(self, work: Work, entries: Sequence[Entry]) -> None:
        self._forget(work, [entry.profile.member_id for entry in entries])
        _insert(work, PROFILES, [_row(entry) for entry in entries])
        initiatives = [
            {"initiative_id": initiative.id, "member_id": entry.profile.member_id}
            for entry in entries
            for initiative in entry.profile.initiatives
        ]
        _insert(work, INITIATIVES, initiatives)
        blocks = [
            {
                "blocker_id": entry.profile.member_id,
                "blocked_id": blocked,
                "source": _FROM_PROFILE,
            }
            for entry in entries
            for blocked in sorted(entry.profile.blocked)
        ]
        _insert(work, BLOCKS, blocks)
        for block in blocks:  # from now on the profile decides, also when it takes a block back
            connection_of(work).execute(
                sa.delete(BLOCKS).where(
                    BLOCKS.c.blocker_id == block["blocker_id"],
                    BLOCKS.c.blocked_id == block["blocked_id"],
                    BLOCKS.c.source == _FROM_ANSWER,
                )
            )

    @override
    def remove(self, work: Work, member_ids: Collection[str]) -> None:
        self._forget(work, member_ids)

    @staticmethod
    def _forget(work: Work, member_ids: Collection[str]) -> None:
        connection = connection_of(work)
        for chunk in chunks(member_ids):
            connection.execute(sa.delete(PROFILES).where(PROFILES.c.member_id.in_(chunk)))
            connection.execute(sa.delete(INITIATIVES).where(INITIATIVES.c.member_id.in_(chunk)))
            connection.execute(
                sa.delete(BLOCKS).where(
                    BLOCKS.c.blocker_id.in_(chunk), BLOCKS.c.source == _FROM_PROFILE
                )
            )

    @override
    def get(self, work: Work, member_ids: Collection[str]) -> dict[str, Profile]:
        found: dict[str, Profile] = {}
        for chunk in chunks(member_ids):
            rows = connection_of(work).execute(
                sa.select(PROFILES.c.member_id, PROFILES.c.body).where(
                    PROFILES.c.member_id.in_(chunk)
                )
            )
            found.update((row.member_id, profile_from_json(row.body)) for row in rows)
        return found

    @override
    def lock(self, work: Work, member_id: str) -> Profile | None:
        row = (
            connection_of(work)
            .execute(
                locking(work, sa.select(PROFILES.c.body).where(PROFILES.c.member_id == member_id))
            )
            .first()
        )
        return profile_from_json(row.body) if row else None

    @override
    def contact(self, work: Work, member_id: str) -> Contact:
        row = (
            connection_of(work)
            .execute(
                sa.select(PROFILES.c.email, PROFILES.c.phone, PROFILES.c.full_name).where(
                    PROFILES.c.member_id == member_id
                )
            )
            .first()
        )
        return Contact(*row) if row else Contact()

    @override
    def owners(self, work: Work, initiative_ids: Collection[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for chunk in chunks(initiative_ids):
            rows = connection_of(work).execute(
                sa.select(INITIATIVES.c.initiative_id, INITIATIVES.c.member_id).where(
                    INITIATIVES.c.initiative_id.in_(chunk)
                )
            )
            found.update((row.initiative_id, row.member_id) for row in rows)
        return found

    @override
    def initiative_ids(self, work: Work, *, most: int) -> list[str]:
        ids = sa.select(INITIATIVES.c.initiative_id).order_by(INITIATIVES.c.initiative_id)
        every = list(connection_of(work).execute(ids).scalars())
        step = max(1, -(-len(every) // most))
        return every[::step]

    @override
    def clear(self, work: Work) -> None:
        connection = connection_of(work)
        connection.execute(sa.delete(PROFILES))
        connection.execute(sa.delete(INITIATIVES))
        connection.execute(sa.delete(BLOCKS).where(BLOCKS.c.source == _FROM_PROFILE))


class SqlBounds(Bounds):
    """Blocks as pairs with their source; pauses with their end."""

    @override
    def block(self, work: Work, blocker_id: str, blocked_id: str) -> None:
        pair = {"blocker_id": blocker_id, "blocked_id": blocked_id, "source": _FROM_ANSWER}
        upsert(work, BLOCKS, pair)

    @override
    def blocked(self, work: Work, member_id: str) -> frozenset[str]:
        rows = connection_of(work).execute(
            sa.select(BLOCKS.c.blocker_id, BLOCKS.c.blocked_id).where(
                sa.or_(BLOCKS.c.blocker_id == member_id, BLOCKS.c.blocked_id == member_id)
            )
        )
        return frozenset(other for row in rows for other in row if other != member_id)

    @override
    def unshared(self, work: Work) -> list[tuple[str, str]]:
        rows = connection_of(work).execute(
            sa.select(BLOCKS.c.blocker_id, BLOCKS.c.blocked_id)
            .where(BLOCKS.c.source == _FROM_ANSWER)
            .order_by(BLOCKS.c.blocker_id, BLOCKS.c.blocked_id)
        )
        return [(row.blocker_id, row.blocked_id) for row in rows]

    @override
    def keep_here(self, work: Work, blocker_id: str, blocked_id: str) -> None:
        connection_of(work).execute(
            sa.update(BLOCKS)
            .where(
                BLOCKS.c.blocker_id == blocker_id,
                BLOCKS.c.blocked_id == blocked_id,
                BLOCKS.c.source == _FROM_ANSWER,
            )
            .values(source=_HERE_ONLY)
        )

    @override
    def set_by(self, work: Work, member_id: str) -> frozenset[str]:
        query = sa.select(BLOCKS.c.blocked_id).where(BLOCKS.c.blocker_id == member_id)
        return frozenset(connection_of(work).scalars(query))

    @override
    def pause(self, work: Work, member_id: str, until: float) -> None:
        upsert(work, PAUSES, {"member_id": member_id, "until": until})

    @override
    def paused(self, work: Work, now: float) -> frozenset[str]:
        rows = connection_of(work).execute(
            sa.select(PAUSES.c.member_id).where(PAUSES.c.until > now)
        )
        return frozenset(rows.scalars())

    @override
    def paused_until(self, work: Work, member_id: str) -> float:
        query = sa.select(PAUSES.c.until).where(PAUSES.c.member_id == member_id)
        return connection_of(work).scalar(query) or 0.0

    @override
    def end_pauses(self, work: Work, now: float) -> None:
        connection_of(work).execute(sa.delete(PAUSES).where(PAUSES.c.until <= now))

    @override
    def remove(self, work: Work, member_ids: Collection[str]) -> None:
        connection = connection_of(work)
        for chunk in chunks(member_ids):
            either = sa.or_(BLOCKS.c.blocker_id.in_(chunk), BLOCKS.c.blocked_id.in_(chunk))
            connection.execute(sa.delete(BLOCKS).where(either))
            connection.execute(sa.delete(PAUSES).where(PAUSES.c.member_id.in_(chunk)))


def _row(entry: Entry) -> dict[str, object]:
    return {
        "member_id": entry.profile.member_id,
        "sequence": entry.sequence,
        "body": profile_to_json(entry.profile),
        "email": entry.contact.email,
        "phone": entry.contact.phone,
        "full_name": entry.contact.full_name,
    }


def _insert(work: Work, table: sa.Table, rows: Sequence[Mapping[str, object]]) -> None:
    if rows:
        connection_of(work).execute(sa.insert(table), [dict(row) for row in rows])

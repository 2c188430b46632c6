"""Members and their choices, in SQL."""

from collections.abc import Collection
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from typing_extensions import override

from libs.adapters.sql.work import connection_of, exclude
from libs.ports.database import Work
from services.notification.adapters.tables import BLOCK, MEMBER, SWITCHED_OFF
from services.notification.domain.preference import Channel, Kind, Preferences
from services.notification.ports import Choices, Member, Members

_NOBODY = Member("", "", "", "", "", "", "", has_mail_consent=False, snoozed_until=0.0)


class SqlMembers(Members):
    """One row per member; of an erased one it holds the id alone."""

    @override
    def put(self, work: Work, member: Member) -> None:
        self._replace(work, member, is_erased=False)
        if member.blocks:
            rows = [{"member_id": member.id, "blocked_id": each} for each in sorted(member.blocks)]
            connection_of(work).execute(sa.insert(BLOCK), rows)

    @override
    def erase(self, work: Work, member_id: str) -> None:
        nobody = {**asdict(_NOBODY), "id": member_id}
        self._replace(work, Member(**nobody), is_erased=True)
        connection_of(work).execute(sa.delete(BLOCK).where(BLOCK.c.blocked_id == member_id))

    @override
    def get(self, work: Work, member_ids: Collection[str]) -> dict[str, Member]:
        query = sa.select(MEMBER).where(MEMBER.c.id.in_(member_ids), MEMBER.c.is_erased.is_(False))
        return {row.id: _member(row) for row in connection_of(work).execute(query)}

    @override
    def erased(self, work: Work, member_ids: Collection[str]) -> frozenset[str]:
        query = sa.select(MEMBER.c.id).where(MEMBER.c.id.in_(member_ids), MEMBER.c.is_erased)
        return frozenset(connection_of(work).scalars(query))

    @override
    def blocked(self, work: Work, member_id: str) -> frozenset[str]:
        query = sa.union(
            sa.select(BLOCK.c.blocked_id).where(BLOCK.c.member_id == member_id),
            sa.select(BLOCK.c.member_id).where(BLOCK.c.blocked_id == member_id),
        )
        return frozenset(connection_of(work).scalars(query))

    @override
    def clear(self, work: Work) -> None:
        for table in (BLOCK, MEMBER):
            connection_of(work).execute(sa.delete(table))

    @staticmethod
    def _replace(work: Work, member: Member, *, is_erased: bool) -> None:
        values = asdict(member)
        del values["blocks"]
        connection = connection_of(work)
        connection.execute(sa.delete(MEMBER).where(MEMBER.c.id == member.id))
        connection.execute(sa.insert(MEMBER), {**values, "is_erased": is_erased})
        connection.execute(sa.delete(BLOCK).where(BLOCK.c.member_id == member.id))


class SqlChoices(Choices):
    """One row for each thing a member switched off."""

    @override
    def get(self, work: Work, member_id: str) -> Preferences:
        exclude(work, f"choices {member_id}")
        query = sa.select(SWITCHED_OFF).where(SWITCHED_OFF.c.member_id == member_id)
        rows = connection_of(work).execute(query)
        return Preferences(frozenset((Kind(row.kind), Channel(row.channel)) for row in rows))

    @override
    def put(self, work: Work, member_id: str, preferences: Preferences) -> None:
        exclude(work, f"choices {member_id}")
        connection = connection_of(work)
        connection.execute(sa.delete(SWITCHED_OFF).where(SWITCHED_OFF.c.member_id == member_id))
        rows = [
            {"member_id": member_id, "kind": kind.value, "channel": channel.value}
            for kind, channel in sorted(preferences.off)
        ]
        if rows:
            connection.execute(sa.insert(SWITCHED_OFF), rows)


def _member(row: sa.Row[Any]) -> Member:
    values = dict(row._mapping)  # noqa: SLF001  # SQLAlchemy's public name
    del values["is_erased"]
    return Member(**values)

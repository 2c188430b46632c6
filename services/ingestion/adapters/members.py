"""Members with their initiatives and blocks in SQL."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from typing_extensions import override

from libs.adapters.sql.upsert import upsert
from libs.adapters.sql.work import connection_of, exclude, locking
from libs.kernel.policy import Filter, Role, Visibility
from libs.kernel.vocabulary import Flag, MemberKind, Purpose, Side, Wish
from libs.ports.database import Work
from services.ingestion.adapters.conditions import where
from services.ingestion.adapters.tables import BLOCKS, INITIATIVES, MEMBERS
from services.ingestion.domain.initiative import Initiative
from services.ingestion.domain.kept import Kept
from services.ingestion.domain.member import Member, Organisation
from services.ingestion.ports.record import Members

_FIELDS = {
    "visibility": MEMBERS.c.visibility.in_,
    "programme": MEMBERS.c.programme.in_,
    "owner": MEMBERS.c.id.in_,
    "email": MEMBERS.c.email.in_,
}


class SqlMembers(Members):
    """One row per member, one per initiative, one per block."""

    @override
    def get(self, work: Work, member_id: str) -> Kept[Member] | None:
        query = locking(work, sa.select(MEMBERS).where(MEMBERS.c.id == member_id))
        found = self._members(work, query)
        return found[0] if found else None

    @override
    def by_email(self, work: Work, programme_id: str, email: str) -> str:
        exclude(work, f"address {programme_id} {email}")
        query = sa.select(MEMBERS.c.id).where(
            MEMBERS.c.programme == programme_id, MEMBERS.c.email == email
        )
        return connection_of(work).scalar(query) or ""

    @override
    def put(self, work: Work, kept: Kept[Member]) -> None:
        member = kept.state
        upsert(work, MEMBERS, _row(kept))
        connection = connection_of(work)
        connection.execute(sa.delete(INITIATIVES).where(INITIATIVES.c.member_id == member.id))
        connection.execute(sa.delete(BLOCKS).where(BLOCKS.c.member_id == member.id))
        if member.initiatives:
            initiatives = enumerate(member.initiatives)
            rows = [_initiative_row(member.id, place, item) for place, item in initiatives]
            connection.execute(sa.insert(INITIATIVES), rows)
        if member.blocked:
            blocks = [{"member_id": member.id, "other_id": other} for other in member.blocked]
            connection.execute(sa.insert(BLOCKS), blocks)

    @override
    def remove(self, work: Work, member_id: str) -> None:
        connection = connection_of(work)
        connection.execute(sa.delete(INITIATIVES).where(INITIATIVES.c.member_id == member_id))
        either_way = sa.or_(BLOCKS.c.member_id == member_id, BLOCKS.c.other_id == member_id)
        connection.execute(sa.delete(BLOCKS).where(either_way))
        connection.execute(sa.delete(MEMBERS).where(MEMBERS.c.id == member_id))

    @override
    def who_blocked(self, work: Work, member_id: str) -> Sequence[Kept[Member]]:
        blockers = sa.select(BLOCKS.c.member_id).where(BLOCKS.c.other_id == member_id)
        query = sa.select(MEMBERS).where(MEMBERS.c.id.in_(blockers)).order_by(MEMBERS.c.id)
        return self._members(work, locking(work, query))

    @override
    def find(
        self, work: Work, condition: Filter, *, after: str, limit: int
    ) -> Sequence[Kept[Member]]:
        query = sa.select(MEMBERS).where(where(condition, _FIELDS), MEMBERS.c.id > after)
        return self._members(work, query.order_by(MEMBERS.c.id).limit(limit))

    def _members(self, work: Work, query: sa.Select[Any]) -> list[Kept[Member]]:
        connection = connection_of(work)
        rows = connection.execute(query).mappings().all()
        if not rows:
            return []
        ids = [row["id"] for row in rows]
        initiatives: dict[str, list[Initiative]] = defaultdict(list)
        told = sa.select(INITIATIVES).where(INITIATIVES.c.member_id.in_(ids))
        for row in connection.execute(told.order_by(INITIATIVES.c.place)).mappings():
            initiatives[row["member_id"]].append(_initiative(row))
        blocks: dict[str, list[str]] = defaultdict(list)
        blocked = sa.select(BLOCKS).where(BLOCKS.c.member_id.in_(ids))
        for row in connection.execute(blocked.order_by(BLOCKS.c.other_id)).mappings():
            blocks[row["member_id"]].append(row["other_id"])
        return [_member(row, initiatives[row["id"]], blocks[row["id"]]) for row in rows]


def _row(kept: Kept[Member]) -> dict[str, object]:
    member = kept.state
    values = asdict(member)
    for part in ("initiatives", "blocked"):
        del values[part]
    return values | {
        "sequence": kept.sequence,
        "organisation": member.organisation.name if member.organisation else None,
        "side": member.organisation.side if member.organisation else None,
        "snoozed_until": member.snoozed_until.isoformat() if member.snoozed_until else None,
    }


def _initiative_row(member_id: str, place: int, initiative: Initiative) -> dict[str, object]:
    return asdict(initiative) | {
        "member_id": member_id,
        "place": place,
        "updated_at": initiative.updated_at.isoformat(),
    }


def _member(row: sa.RowMapping, initiatives: list[Initiative], blocked: list[str]) -> Kept[Member]:
    values: dict[str, Any] = dict(row)
    sequence: int = values.pop("sequence")
    name, side = values.pop("organisation"), values.pop("side")
    snoozed_until = values["snoozed_until"]
    values |= {
        "kind": MemberKind(values["kind"]),
        "organisation": Organisation(name, Side(side) if side else None) if name else None,
        "languages": tuple(values["languages"]),
        "role": Role(values["role"]),
        "wants": tuple(Wish(word) for word in values["wants"]),
        "snoozed_until": datetime.fromisoformat(snoozed_until) if snoozed_until else None,
        "visibility": Visibility(values["visibility"]),
        "consents": tuple(Purpose(word) for word in values["consents"]),
        "blocked": tuple(blocked),
        "initiatives": tuple(initiatives),
    }
    return Kept(Member(**values), sequence)


def _initiative(row: sa.RowMapping) -> Initiative:
    values: dict[str, Any] = dict(row)
    del values["member_id"], values["place"]
    values |= {
        "updated_at": datetime.fromisoformat(values["updated_at"]),
        "themes": tuple(values["themes"]),
        "populations": tuple(values["populations"]),
        "flag": Flag(values["flag"]) if values["flag"] else None,
    }
    return Initiative(**values)

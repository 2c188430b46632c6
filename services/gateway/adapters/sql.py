"""What the gateway keeps, in SQL."""

from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from typing_extensions import override

from libs.adapters.sql.work import connection_of
from libs.kernel.policy import Role
from libs.ports.database import Work
from services.gateway.adapters.tables import API_KEY, BLOCK, LINK, MEMBER, PROGRAMME, SESSION
from services.gateway.domain.keys import Key
from services.gateway.ports import (
    Keys,
    Link,
    Links,
    Member,
    Members,
    Programme,
    Session,
    Sessions,
)


def _replace(work: Work, table: sa.Table, values: dict[str, Any]) -> None:
    connection = connection_of(work)
    connection.execute(sa.delete(table).where(table.c.id == values["id"]))
    connection.execute(sa.insert(table), values)


class SqlMembers(Members):
    """Members, their blocks, and programmes."""

    @override
    def put_member(self, work: Work, member: Member) -> None:
        values = asdict(member)
        blocks = values.pop("blocks")
        _replace(work, MEMBER, values)
        connection = connection_of(work)
        connection.execute(sa.delete(BLOCK).where(BLOCK.c.member_id == member.id))
        if blocks:
            rows = [{"member_id": member.id, "blocked_id": other} for other in sorted(blocks)]
            connection.execute(sa.insert(BLOCK), rows)

    @override
    def remove_member(self, work: Work, member_id: str) -> None:
        connection = connection_of(work)
        connection.execute(sa.delete(MEMBER).where(MEMBER.c.id == member_id))
        connection.execute(
            sa.delete(BLOCK).where(
                (BLOCK.c.member_id == member_id) | (BLOCK.c.blocked_id == member_id)
            )
        )

    @override
    def member(self, work: Work, member_id: str) -> Member | None:
        row = connection_of(work).execute(sa.select(MEMBER).where(MEMBER.c.id == member_id)).first()
        return _member(row) if row else None

    @override
    def by_address(self, work: Work, email: str) -> list[Member]:
        query = sa.select(MEMBER).where(MEMBER.c.email == email, MEMBER.c.email != "")
        return [_member(row) for row in connection_of(work).execute(query.order_by(MEMBER.c.id))]

    @override
    def blocked(self, work: Work, member_id: str) -> frozenset[str]:
        query = sa.union(
            sa.select(BLOCK.c.blocked_id).where(BLOCK.c.member_id == member_id),
            sa.select(BLOCK.c.member_id).where(BLOCK.c.blocked_id == member_id),
        )
        return frozenset(connection_of(work).scalars(query))

    @override
    def put_programme(self, work: Work, programme: Programme) -> None:
        _replace(work, PROGRAMME, asdict(programme))

    @override
    def programme(self, work: Work, name: str) -> Programme | None:
        query = sa.select(PROGRAMME).where((PROGRAMME.c.id == name) | (PROGRAMME.c.slug == name))
        row = connection_of(work).execute(query.order_by(PROGRAMME.c.id)).first()
        return Programme(**row._mapping) if row else None  # noqa: SLF001  # SQLAlchemy's public name

    @override
    def clear(self, work: Work) -> None:
        for table in (BLOCK, MEMBER, PROGRAMME):
            connection_of(work).execute(sa.delete(table))


def _member(row: sa.Row[Any]) -> Member:
    values = dict(row._mapping)  # noqa: SLF001  # SQLAlchemy's public name
    return Member(**{**values, "role": Role(values["role"])})


class SqlLinks(Links):
    """Sign-in links."""

    @override
    def add(self, work: Work, link: Link) -> None:
        connection_of(work).execute(sa.insert(LINK), asdict(link))

    @override
    def get(self, work: Work, link_id: str) -> Link | None:
        row = connection_of(work).execute(sa.select(LINK).where(LINK.c.id == link_id)).first()
        return Link(**row._mapping) if row else None  # noqa: SLF001  # SQLAlchemy's public name

    @override
    def set_nonce(self, work: Work, link_id: str, nonce_digest: str) -> None:
        self._update(work, link_id, nonce_digest=nonce_digest)

    @override
    def mark_sent(self, work: Work, link_id: str, now: float) -> None:
        self._update(work, link_id, sent_at=now)

    @override
    def use(self, work: Work, link_id: str, now: float) -> bool:
        statement = (
            sa.update(LINK)
            .where(LINK.c.id == link_id, LINK.c.used_at == 0)
            .values(used_at=now)
            .returning(LINK.c.id)
        )
        return connection_of(work).execute(statement).first() is not None

    @override
    def unsent(self, work: Work, *, before: float, now: float) -> list[str]:
        query = sa.select(LINK.c.id).where(
            LINK.c.sent_at == 0, LINK.c.created_at < before, LINK.c.expires_at > now
        )
        return list(connection_of(work).scalars(query.order_by(LINK.c.id)))

    @override
    def remove_of(self, work: Work, member_id: str) -> None:
        connection_of(work).execute(sa.delete(LINK).where(LINK.c.member_id == member_id))

    @override
    def of(self, work: Work, member_id: str) -> list[Link]:
        query = sa.select(LINK).where(LINK.c.member_id == member_id).order_by(LINK.c.id)
        return [Link(**row._mapping) for row in connection_of(work).execute(query)]  # noqa: SLF001  # SQLAlchemy's public name

    @override
    def prune(self, work: Work, now: float) -> None:
        connection_of(work).execute(sa.delete(LINK).where(LINK.c.expires_at <= now))

    @staticmethod
    def _update(work: Work, link_id: str, **values: object) -> None:
        connection_of(work).execute(sa.update(LINK).where(LINK.c.id == link_id).values(**values))


class SqlSessions(Sessions):
    """Signed-in browsers."""

    @override
    def add(self, work: Work, session: Session) -> None:
        connection_of(work).execute(sa.insert(SESSION), asdict(session))

    @override
    def get(self, work: Work, digest: str) -> Session | None:
        query = sa.select(SESSION).where(SESSION.c.digest == digest)
        row = connection_of(work).execute(query).first()
        return Session(**row._mapping) if row else None  # noqa: SLF001  # SQLAlchemy's public name

    @override
    def slide(self, work: Work, digest: str, *, seen_at: float, expires_at: float) -> None:
        connection_of(work).execute(
            sa.update(SESSION)
            .where(SESSION.c.digest == digest)
            .values(seen_at=seen_at, expires_at=expires_at)
        )

    @override
    def remove(self, work: Work, digest: str) -> None:
        connection_of(work).execute(sa.delete(SESSION).where(SESSION.c.digest == digest))

    @override
    def remove_of(self, work: Work, member_id: str) -> None:
        connection_of(work).execute(sa.delete(SESSION).where(SESSION.c.member_id == member_id))

    @override
    def of(self, work: Work, member_id: str) -> list[Session]:
        query = sa.select(SESSION).where(SESSION.c.member_id == member_id)
        rows = connection_of(work).execute(query.order_by(SESSION.c.expires_at))
        return [Session(**row._mapping) for row in rows]  # noqa: SLF001  # SQLAlchemy's public name

    @override
    def prune(self, work: Work, now: float) -> None:
        connection_of(work).execute(sa.delete(SESSION).where(SESSION.c.expires_at <= now))


class SqlKeys(Keys):
    """API keys of programmes."""

    @override
    def add(self, work: Work, key: Key) -> None:
        connection_of(work).execute(sa.insert(API_KEY), asdict(key))

    @override
    def get(self, work: Work, key_id: str) -> Key | None:
        row = connection_of(work).execute(sa.select(API_KEY).where(API_KEY.c.id == key_id)).first()
        return _key(row) if row else None

    @override
    def of(self, work: Work, programme: str, *, after: str, limit: int) -> list[Key]:
        query = sa.select(API_KEY).where(API_KEY.c.revoked_at == 0, API_KEY.c.id > after)
        if programme:
            query = query.where(API_KEY.c.programme == programme)
        rows = connection_of(work).execute(query.order_by(API_KEY.c.id).limit(limit))
        return [_key(row) for row in rows]

    @override
    def mark_used(self, work: Work, key_id: str, now: float) -> None:
        self._update(work, key_id, used_at=now)

    @override
    def revoke(self, work: Work, key_id: str, now: float) -> None:
        self._update(work, key_id, revoked_at=now)

    @override
    def prune(self, work: Work, before: float) -> None:
        ended = (API_KEY.c.revoked_at > 0) & (API_KEY.c.revoked_at < before)
        connection_of(work).execute(
            sa.delete(API_KEY).where(ended | (API_KEY.c.expires_at < before))
        )

    @staticmethod
    def _update(work: Work, key_id: str, **values: object) -> None:
        connection_of(work).execute(
            sa.update(API_KEY).where(API_KEY.c.id == key_id).values(**values)
        )


def _key(row: sa.Row[Any]) -> Key:
    values = dict(row._mapping)  # noqa: SLF001  # SQLAlchemy's public name
    return Key(**{**values, "role": Role(values["role"])})

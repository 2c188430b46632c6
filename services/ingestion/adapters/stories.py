"""Stories, and by what their texts are compared, in SQL."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from typing_extensions import override

from libs.adapters.sql.upsert import upsert
from libs.adapters.sql.work import connection_of, locking
from libs.kernel.policy import Filter, Visibility
from libs.kernel.vocabulary import StoryKind
from libs.ports.database import Work
from services.ingestion.adapters.conditions import where
from services.ingestion.adapters.moderation import read_ruling
from services.ingestion.adapters.tables import BANDS, CONTACTS, LIKENESSES, STORIES
from services.ingestion.domain.kept import Kept, Likeness
from services.ingestion.domain.story import Story
from services.ingestion.ports.record import Likenesses, Stories


def _belongs_to(members: Sequence[str]) -> sa.ColumnElement[bool]:
    named = sa.select(CONTACTS.c.story_id).where(CONTACTS.c.member_id.in_(members))
    return sa.or_(STORIES.c.owner.in_(members), STORIES.c.id.in_(named))


def _hidden(words: Sequence[str]) -> sa.ColumnElement[bool]:
    return sa.and_(sa.true() if "true" in words else sa.false(), STORIES.c.is_hidden)


_FIELDS = {
    "visibility": STORIES.c.visibility.in_,
    "programme": STORIES.c.programme.in_,
    "owner": _belongs_to,
    "kind": STORIES.c.kind.in_,
    "hidden": _hidden,
}


class SqlStories(Stories):
    """One row per story, one per contact."""

    @override
    def get(self, work: Work, story_id: str) -> Kept[Story] | None:
        query = locking(work, sa.select(STORIES).where(STORIES.c.id == story_id))
        found = self._stories(work, query)
        return found[0] if found else None

    @override
    def put(self, work: Work, kept: Kept[Story]) -> None:
        story = kept.state
        values = asdict(story) | {"published_at": story.published_at.isoformat()}
        del values["contacts"]
        upsert(work, STORIES, values | {"is_hidden": story.is_hidden, "sequence": kept.sequence})
        connection = connection_of(work)
        if kept.sequence > 1:  # before that there are none
            connection.execute(sa.delete(CONTACTS).where(CONTACTS.c.story_id == story.id))
        if story.contacts:
            rows = [
                {"story_id": story.id, "member_id": member, "place": place}
                for place, member in enumerate(story.contacts)
            ]
            connection.execute(sa.insert(CONTACTS), rows)

    @override
    def remove(self, work: Work, story_id: str) -> None:
        connection = connection_of(work)
        for column in (BANDS.c.story_id, LIKENESSES.c.story_id, CONTACTS.c.story_id, STORIES.c.id):
            connection.execute(sa.delete(column.table).where(column == story_id))

    @override
    def of_member(self, work: Work, member_id: str) -> Sequence[Kept[Story]]:
        query = sa.select(STORIES).where(_belongs_to([member_id])).order_by(STORIES.c.id)
        return self._stories(work, locking(work, query))

    @override
    def find(
        self, work: Work, condition: Filter, *, before: str, limit: int
    ) -> Sequence[Kept[Story]]:
        query = sa.select(STORIES).where(where(condition, _FIELDS))
        if before:
            query = query.where(STORIES.c.id < before)
        return self._stories(work, query.order_by(STORIES.c.id.desc()).limit(limit))

    def _stories(self, work: Work, query: sa.Select[Any]) -> list[Kept[Story]]:
        connection = connection_of(work)
        rows = connection.execute(query).mappings().all()
        if not rows:
            return []
        contacts: dict[str, list[str]] = defaultdict(list)
        ids = [row["id"] for row in rows]
        asked = sa.select(CONTACTS).where(CONTACTS.c.story_id.in_(ids))
        for row in connection.execute(asked.order_by(CONTACTS.c.place)).mappings():
            contacts[row["story_id"]].append(row["member_id"])
        return [_story(row, contacts[row["id"]]) for row in rows]


class SqlLikenesses(Likenesses):
    """One row per story with its digest, one per band."""

    @override
    def put(self, work: Work, story_id: str, likeness: Likeness) -> None:
        upsert(work, LIKENESSES, {"story_id": story_id, "digest": likeness.digest})
        connection = connection_of(work)
        connection.execute(sa.delete(BANDS).where(BANDS.c.story_id == story_id))
        if likeness.bands:
            rows = [{"story_id": story_id, "band": band} for band in likeness.bands]
            connection.execute(sa.insert(BANDS), rows)

    @override
    def find(self, work: Work, likeness: Likeness, *, limit: int) -> Sequence[str]:
        connection = connection_of(work)
        same = sa.select(LIKENESSES.c.story_id).where(LIKENESSES.c.digest == likeness.digest)
        found = list(connection.scalars(same.order_by(LIKENESSES.c.story_id).limit(limit)))
        near = (
            sa.select(BANDS.c.story_id)
            .where(BANDS.c.band.in_(likeness.bands), BANDS.c.story_id.not_in(found))
            .group_by(BANDS.c.story_id)
            .order_by(sa.func.count().desc(), BANDS.c.story_id)
        )
        return [*found, *connection.scalars(near.limit(limit - len(found)))]


def _story(row: sa.RowMapping, contacts: list[str]) -> Kept[Story]:
    values: dict[str, Any] = dict(row)
    sequence: int = values.pop("sequence")
    del values["is_hidden"]  # follows from the ruling; kept to be looked for
    values |= {
        "published_at": datetime.fromisoformat(values["published_at"]),
        "kind": StoryKind(values["kind"]),
        "themes": tuple(values["themes"]),
        "populations": tuple(values["populations"]),
        "contacts": tuple(contacts),
        "visibility": Visibility(values["visibility"]),
        "ruling": read_ruling(values["ruling"]) if values["ruling"] else None,
    }
    return Kept(Story(**values), sequence)

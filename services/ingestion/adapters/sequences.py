"""The sequences of everything that ingestion publishes, in SQL."""

from collections.abc import Collection

from typing_extensions import override

from libs.adapters.sql.sequences import among, lift
from libs.ports.database import Work
from services.ingestion.adapters.tables import MEMBERS, PROGRAMMES, STORIES, TOMBS
from services.ingestion.ports.sequences import Sequences


class SqlSequences(Sequences):
    """One statement per table."""

    @override
    def lift(self, work: Work, floor: int) -> int:
        return sum(lift(work, table, floor) for table in (PROGRAMMES, MEMBERS, STORIES))

    @override
    def living_members(self, work: Work, member_ids: Collection[str]) -> frozenset[str]:
        return among(work, MEMBERS.c.id, member_ids)

    @override
    def living_stories(self, work: Work, story_ids: Collection[str]) -> frozenset[str]:
        return among(work, STORIES.c.id, story_ids)

    @override
    def gone(self, work: Work, ids: Collection[str], *, since: int) -> frozenset[str]:
        return among(work, TOMBS.c.id, ids, TOMBS.c.sequence >= since)

"""Somebody leaves while slates are kept, each in a transaction of its own."""

from collections.abc import Collection
from dataclasses import replace
from threading import Thread

import pytest
import sqlalchemy as sa
from harness.matchmaking import World, encoder, id_of, member
from typing_extensions import override

from libs.adapters.sql.work import SqlWork, connection_of
from libs.ports.database import Work
from services.matchmaking.adapters.profiles import SqlProfiles
from services.matchmaking.adapters.sql import sql_store
from services.matchmaking.domain.profile import Profile
from services.matchmaking.usecases.neighbourhood import Neighbourhood
from services.matchmaking.usecases.refresh import RefreshSlates

# SQLite lets one transaction write at a time, whatever we do.
pytestmark = [
    pytest.mark.servers,
    pytest.mark.parametrize("database_url", ["postgres"], indirect=True),
]


class Leaving(SqlProfiles):
    """Profiles of which Bram's is erased when a slate with him on it is about to be kept."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.erasing = Thread(target=world.erase, args=("bram",))

    @override
    def get(self, work: Work, member_ids: Collection[str]) -> dict[str, Profile]:
        found = super().get(work, member_ids)
        if isinstance(work, SqlWork) and work.is_writing and not self.erasing.ident:
            self.erasing.start()
            while self.erasing.is_alive() and not self._somebody_waits():
                self.erasing.join(timeout=0.05)
        return found

    def _somebody_waits(self) -> bool:
        with self.world.database.read() as work:
            granted = connection_of(work).execute(sa.text("SELECT granted FROM pg_locks"))
            return not all(granted.scalars())


def test_who_is_erased_while_a_slate_is_kept_stands_on_none(world: World) -> None:
    world.feed(*(member(name) for name in ("anna", "bram")))
    profiles = Leaving(world)
    store = replace(sql_store(), profiles=profiles)
    near = Neighbourhood(world.index)
    RefreshSlates(store, world.database, near, world.clock, encoder().name)()
    profiles.erasing.join()

    assert [slate.member_id for slate in world.rows("slates")] == [id_of("anna")]
    assert world.rows("slate_places") == []

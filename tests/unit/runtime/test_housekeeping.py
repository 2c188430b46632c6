"""What is deleted in time, and that a busy part does not keep the others untidy."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from typing_extensions import override

from libs.adapters.sql.database import SqlDatabase
from libs.adapters.sql.engine import open_engines
from libs.adapters.sql.migrate import migrate
from libs.adapters.sql.work import Stamp, unsealed
from libs.adapters.sqlite.bus import open_bus
from libs.contracts.codec import source_of
from libs.contracts.gen.kring.events.v1.stories_pb2 import Story
from libs.contracts.topics import STORIES
from libs.kernel.clock import ManualClock
from libs.kernel.ids import Ids
from libs.ports.bus import Bus
from libs.ports.database import Database
from libs.runtime import housekeeping
from libs.runtime.housekeeping import PUBLISHED, REPLACED, SENT, Housekeeping


@dataclass
class House:
    """A log and a database with published stories in both."""

    bus: Bus
    database: Database
    clock: ManualClock

    @property
    def keeper(self) -> Housekeeping:
        return Housekeeping(bus=self.bus, databases=[self.database], clock=self.clock)

    def publish(self, sequence: int) -> None:
        with self.database.write() as work:
            state = Story(story_id="a")
            work.emit(STORIES, "a", programme="p", sequence=sequence, state=state)
        rows = self.database.outbox().pending(1)
        self.bus.publish([record for _, record in rows])
        self.database.outbox().mark_sent([row_id for row_id, _ in rows])

    def in_the_log(self, group: str) -> int:
        subscription = self.bus.subscribe(group, [STORIES.name])
        return len(subscription.poll(limit=100, timeout_seconds=0))

    def deleted_rows(self) -> int:
        return self.database.tidy(sent_before=self.clock.now() + timedelta(seconds=1))


@pytest.fixture
def house(tmp_path: Path, clock: ManualClock, ids: Ids) -> Iterator[House]:
    url = f"sqlite:///{tmp_path}/house.db"
    migrate(url)
    stamp = Stamp(source_of("ingestion"), clock, ids, str, unsealed)
    database = SqlDatabase(open_engines(url, wait_seconds=0.05), stamp)
    bus = open_bus(f"sqlite:///{tmp_path}/log.db", clock=clock)
    yield House(bus, database, clock)
    bus.close()
    database.close()


def test_an_older_snapshot_leaves_the_log_after_a_day_and_the_newest_never(house: House) -> None:
    house.publish(1)
    house.publish(2)
    house.clock.advance(REPLACED.total_seconds() - 60)
    house.keeper.tidy()
    assert house.in_the_log("before") == 2

    house.clock.advance(PUBLISHED.total_seconds())
    house.keeper.tidy()

    assert house.in_the_log("after") == 1


def test_published_rows_leave_the_outbox_after_a_week(house: House) -> None:
    house.publish(1)
    house.clock.advance(SENT.total_seconds() + 60)
    house.publish(2)

    house.keeper.tidy()

    assert house.deleted_rows() == 1


def test_a_database_that_is_busy_does_not_keep_the_log_untidy(house: House) -> None:
    house.publish(1)
    house.publish(2)
    house.clock.advance(PUBLISHED.total_seconds())
    with house.database.write():
        house.keeper.tidy()

    assert house.in_the_log("after") == 1


def test_it_tidies_again_and_again_until_it_is_told_to_stop(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "FIRST_SECONDS", 0.001)
    monkeypatch.setattr(housekeeping, "EVERY_SECONDS", 0.001)
    stop = threading.Event()
    times: list[int] = []

    class Counting(Housekeeping):
        @override
        def tidy(self) -> None:
            times.append(1)
            if len(times) == 3:
                stop.set()

    Counting(bus=house.bus, databases=[], clock=house.clock).run(stop)

    assert len(times) == 3

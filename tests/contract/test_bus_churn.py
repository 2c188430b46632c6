"""Consumers come and go while events flow: nothing is lost, and nothing takes effect twice."""

import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from harness.buses import LOGS, Log

from libs.adapters.prometheus.telemetry import open_telemetry
from libs.adapters.sql.database import open_database
from libs.adapters.sql.migrate import migrate
from libs.adapters.sql.tables import APPLIED
from libs.adapters.sql.work import connection_of
from libs.contracts.codec import encode, source_of
from libs.contracts.envelope import Event, Record
from libs.contracts.gen.kring.events.v1.stories_pb2 import Story
from libs.contracts.topics import STORIES
from libs.kernel.clock import SystemClock
from libs.kernel.ids import Uuid7
from libs.ports.bus import Bus
from libs.ports.database import Database, Work
from libs.runtime.consumer import Consumer
from libs.runtime.service import Handler

EVENTS = 20_000
AGGREGATES = 200
CHANGES = 30
IN_FLIGHT = 300
"""So many events are on their way when a member joins or leaves."""
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
EFFECT = sa.Table(
    "effect",
    sa.MetaData(),
    sa.Column("place", sa.Integer, primary_key=True),
    sa.Column("story", sa.Text, nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
)
"""What took effect, in the order in which it did."""


def note(events: Sequence[Event[Story]], work: Work) -> None:
    """Write down what takes effect, in the transaction of the effect."""
    rows = [{"story": event.aggregate_id, "sequence": event.sequence} for event in events]
    connection_of(work).execute(sa.insert(EFFECT), rows)


class Site:
    """The database of one service, which all its consumers share, and the log."""

    def __init__(self, folder: Path, log: Log) -> None:
        self._url = f"sqlite:///{folder}/service.db"
        self._log = log
        migrate(self._url)
        self.database = self.open()
        self.bus = log.open()
        with self.database.write() as work:
            EFFECT.create(connection_of(work))

    def open(self) -> Database:
        return open_database(
            self._url, source=source_of("notes"), clock=SystemClock(), ids=Uuid7(SystemClock())
        )

    def member(self) -> "Member":
        return Member(self._log.open(), self.open())

    def passed(self) -> int:
        """Return how many events were applied, or replaced by a newer one of the same batch."""
        with self.database.read() as work:
            total = connection_of(work).execute(sa.select(sa.func.sum(APPLIED.c.sequence)))
            return int(total.scalar() or 0)

    def effects(self) -> list[tuple[str, int]]:
        with self.database.read() as work:
            query = sa.select(EFFECT.c.story, EFFECT.c.sequence).order_by(EFFECT.c.place)
            return [(row.story, row.sequence) for row in connection_of(work).execute(query)]


class Member:
    """One consumer in a thread of its own, as another process would be."""

    def __init__(self, bus: Bus, database: Database) -> None:
        self._bus = bus
        self._database = database
        handlers: dict[Any, Handler] = {STORIES: note}
        self.consumer = Consumer(
            "notes", handlers, bus=bus, database=database, telemetry=open_telemetry()
        )
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self.consumer.run, args=[self._stop])
        self._thread.start()

    def leave(self) -> None:
        self._stop.set()
        self._thread.join()
        self._bus.close()
        self._database.close()


@pytest.fixture(params=LOGS[1:])
def log(request: pytest.FixtureRequest) -> Iterator[Log]:
    made: Log = request.param(request)
    yield made
    made.close()


@pytest.mark.timeout(300)
def test_members_come_and_go_and_every_aggregate_ends_at_its_newest_state(
    log: Log, tmp_path: Path
) -> None:
    site = Site(tmp_path, log)
    members = [site.member()]
    published = 0
    try:
        for change in range(CHANGES):
            published = _publish(site, published, EVENTS * (change + 1) // (CHANGES + 1))
            _wait_until_passed(site, published - IN_FLIGHT, members)
            if len(members) == 1:
                members.append(site.member())
            else:
                members.pop(0).leave()
        published = _publish(site, published, EVENTS)
        _wait_until_passed(site, EVENTS, members)
    finally:
        for member in members:
            member.leave()

    effects = site.effects()
    newest = dict(effects)
    assert newest == {_name(each): EVENTS // AGGREGATES for each in range(AGGREGATES)}
    assert len(set(effects)) == len(effects), "something was applied twice"
    for story in newest:
        sequences = [sequence for name, sequence in effects if name == story]
        assert sequences == sorted(sequences), "a state went back"


def _publish(site: Site, start: int, end: int) -> int:
    """Publish the events from one number to another; return the number of the next."""
    records = [_event(number) for number in range(start, end)]
    while records:
        records = records[site.bus.publish(records[:500]) :]
    return end


def _event(number: int) -> Record:
    story = _name(number % AGGREGATES)
    return encode(
        Event(
            topic=STORIES,
            id=str(number),
            aggregate_id=story,
            sequence=number // AGGREGATES + 1,
            programme="p",
            source=source_of("ingestion"),
            time=NOON,
            state=Story(story_id=story, title=f"State {number}"),
        )
    )


def _name(number: int) -> str:
    return f"story-{number:03}"


def _wait_until_passed(site: Site, amount: int, members: Sequence[Member]) -> None:
    deadline = time.monotonic() + 60
    while site.passed() < amount:
        assert not any(member.consumer.halted for member in members)
        assert time.monotonic() < deadline, f"{site.passed()} of {amount} passed"
        time.sleep(0.02)

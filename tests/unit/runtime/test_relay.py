"""The relay between a real outbox and the real log."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from typing_extensions import override

from libs.adapters.prometheus.telemetry import PrometheusTelemetry, open_telemetry
from libs.adapters.sql.database import open_database
from libs.adapters.sql.migrate import migrate
from libs.adapters.sqlite.bus import SqliteBus, open_bus
from libs.contracts.codec import source_of
from libs.contracts.envelope import Record
from libs.contracts.gen.kring.events.v1.stories_pb2 import Story
from libs.contracts.topics import STORIES
from libs.kernel.clock import ManualClock
from libs.kernel.errors import RetryableError
from libs.kernel.ids import Ids
from libs.ports.bus import Bus, Subscription
from libs.ports.database import Database, Outbox
from libs.runtime.relay import WINDOW_BYTES, WINDOW_RECORDS, Relay


class Gate(Bus):
    """A way to the log that can be shut, or let only a few records through at a time."""

    def __init__(self, log: SqliteBus) -> None:
        self._log = log
        self.shut = False
        self.room = 10_000
        self.windows: list[int] = []
        self.at_publish: Callable[[], None] = lambda: None

    @override
    def prepare(self, topics: Sequence[str]) -> None:
        self._log.prepare(topics)

    @override
    def publish(self, records: Sequence[Record]) -> int:
        self.at_publish()
        if self.shut:
            raise RetryableError("the log is away")
        self.windows.append(len(records))
        return self._log.publish(records[: self.room])

    @override
    def subscribe(self, group: str, topics: Sequence[str]) -> Subscription:
        return self._log.subscribe(group, topics)

    @override
    def forget(self, group: str) -> None:
        self._log.forget(group)

    @override
    def tidy(self, *, replaced_before: datetime, published_before: datetime) -> int:
        return self._log.tidy(replaced_before=replaced_before, published_before=published_before)

    @override
    def close(self) -> None:
        self._log.close()


@dataclass
class Post:
    """A service that emits, and what arrives in the log."""

    database: Database
    gate: Gate
    telemetry: PrometheusTelemetry
    relay: Relay

    @property
    def outbox(self) -> Outbox:
        return self.database.outbox()

    def emit(self, *titles: str) -> None:
        with self.database.write() as work:
            for sequence, title in enumerate(titles, start=1):
                state = Story(story_id="a", title=title)
                work.emit(STORIES, "a", programme="p", sequence=sequence, state=state)

    def arrived(self) -> list[str]:
        subscription = self.gate.subscribe(f"reader {len(self.gate.windows)}", [STORIES.name])
        titles: list[str] = []
        while found := subscription.poll(limit=1000, timeout_seconds=0):
            titles += [Story.FromString(one.record.value).title for one in found]
        subscription.close()
        return titles

    def metric(self, name: str) -> float:
        for line in self.telemetry.exposition().decode().splitlines():
            if line.startswith(f'{name}{{service="post"}} '):
                return float(line.rsplit(" ", 1)[1])
        return -1.0


@pytest.fixture
def post(tmp_path: Path, clock: ManualClock, ids: Ids) -> Iterator[Post]:
    url = f"sqlite:///{tmp_path}/post.db"
    migrate(url)
    database = open_database(url, source=source_of("ingestion"), clock=clock, ids=ids)
    gate = Gate(open_bus(f"sqlite:///{tmp_path}/log.db", clock=clock))
    telemetry = open_telemetry()
    relay = Relay("post", database=database, bus=gate, telemetry=telemetry)
    yield Post(database, gate, telemetry, relay)
    gate.close()
    database.close()


def test_rows_arrive_in_the_order_they_were_written(post: Post) -> None:
    titles = [f"{number:03}" for number in range(30)]
    post.emit(*titles)

    assert post.relay.turn() == 30

    assert post.arrived() == titles
    assert post.outbox.pending(1) == []
    assert post.metric("kring_events_published_total") == 30


def test_with_nothing_to_publish_nothing_happens(post: Post) -> None:
    assert post.relay.turn() == 0
    assert post.gate.windows == []


def test_a_crash_between_publishing_and_marking_doubles_but_loses_nothing(post: Post) -> None:
    post.emit("one", "two")
    post.gate.publish([record for _, record in post.outbox.pending(10)])

    post.relay.turn()

    assert post.arrived() == ["one", "two", "one", "two"]


def test_a_window_holds_so_many_records_at_most(post: Post) -> None:
    post.emit(*("x" for _ in range(WINDOW_RECORDS + 1)))

    assert [post.relay.turn(), post.relay.turn(), post.relay.turn()] == [WINDOW_RECORDS, 1, 0]


def test_a_window_holds_so_many_bytes_at_most(post: Post) -> None:
    each = 200_000
    fitting = WINDOW_BYTES // (each + 10)
    post.emit(*("x" * each for _ in range(fitting + 1)))

    post.relay.drain()

    assert post.gate.windows == [fitting, 1]


def test_what_the_bus_took_is_marked_and_the_rest_goes_again(post: Post) -> None:
    post.gate.room = 2
    post.emit("one", "two", "three")

    assert [post.relay.turn(), post.relay.turn()] == [2, 1]

    assert post.arrived() == ["one", "two", "three"]


def test_a_bus_that_is_down_keeps_the_rows(post: Post) -> None:
    post.emit("one")
    post.gate.shut = True

    with pytest.raises(RetryableError):
        post.relay.turn()

    assert len(post.outbox.pending(10)) == 1


def test_draining_with_the_bus_down_leaves_the_rows_for_the_next_start(post: Post) -> None:
    post.emit("one")
    post.gate.shut = True

    post.relay.drain()

    assert len(post.outbox.pending(10)) == 1


def test_a_relay_that_is_told_to_stop_publishes_what_is_committed(post: Post) -> None:
    stop = threading.Event()
    stop.set()
    post.emit("one", "two")

    post.relay.run(stop)

    assert post.arrived() == ["one", "two"]


def test_a_relay_goes_on_when_the_bus_is_back(post: Post) -> None:
    stop = threading.Event()
    post.emit("one")
    post.gate.shut = True
    tries = iter([True, True, False])

    troubles: list[str] = []

    def open_later() -> None:
        troubles.append(post.relay.trouble)
        post.gate.shut = next(tries)
        if not post.gate.shut:
            stop.set()

    post.gate.at_publish = open_later

    post.relay.run(stop)

    assert post.arrived() == ["one"]
    assert troubles == ["", "the log is away", "the log is away"]
    assert post.relay.trouble == ""
    assert post.metric("kring_relay_retries_total") == 2

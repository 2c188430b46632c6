"""The consumer loop over the real log and a real database: what it applies, and how often."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from libs.adapters.prometheus.telemetry import PrometheusTelemetry, open_telemetry
from libs.adapters.sql.database import open_database
from libs.adapters.sql.migrate import migrate
from libs.adapters.sql.work import connection_of
from libs.adapters.sqlite.bus import open_bus
from libs.contracts.codec import encode, source_of
from libs.contracts.envelope import Event, Record
from libs.contracts.gen.kring.events.v1.inbox_pb2 import Submission
from libs.contracts.gen.kring.events.v1.stories_pb2 import Story
from libs.contracts.topics import INBOX, STORIES
from libs.kernel.clock import ManualClock
from libs.kernel.errors import RetryableError
from libs.kernel.ids import Ids
from libs.ports.bus import Bus
from libs.ports.database import Database, Work
from libs.ports.telemetry import Telemetry
from libs.runtime.consumer import Consumer, group_of
from libs.runtime.service import Handler

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SHELF = sa.Table(
    "shelf",
    sa.MetaData(),
    sa.Column("story", sa.Text, primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("writes", sa.Integer, nullable=False),
)


def lags(telemetry: Telemetry, service: str) -> dict[tuple[str, str], float]:
    """Return the lag by partition and topic, as it is told to operators."""
    series = rf'lag_records{{partition="(\d+)",service="{service}",topic="(.*?)"}} (.*)'
    found = re.findall(series, telemetry.exposition().decode())
    return {(partition, topic): float(lag) for partition, topic, lag in found}


class Site:
    """One service with its database beside the log; opened again, it is another process."""

    def __init__(self, folder: Path, clock: ManualClock, ids: Ids) -> None:
        migrate(f"sqlite:///{folder}/shelf.db")
        self.bus: Bus = open_bus(f"sqlite:///{folder}/log.db", clock=clock)
        self.database: Database = open_database(
            f"sqlite:///{folder}/shelf.db", source=source_of("shelf"), clock=clock, ids=ids
        )
        with self.database.write() as work:
            SHELF.create(connection_of(work), checkfirst=True)
        self.telemetry: PrometheusTelemetry = open_telemetry()

    def consumer(
        self, handler: Handler, *, service: str = "shelf", telemetry: Telemetry | None = None
    ) -> Consumer:
        handlers: dict[Any, Handler] = {STORIES: handler, INBOX: handler}
        return Consumer(
            service,
            handlers,
            bus=self.bus,
            database=self.database,
            telemetry=telemetry or self.telemetry,
        )

    def lags(self, service: str) -> dict[tuple[str, str], float]:
        return lags(self.telemetry, service)

    def shelf(self) -> dict[str, tuple[str, int]]:
        with self.database.read() as work:
            rows = connection_of(work).execute(sa.select(SHELF)).all()
        return {row.story: (row.title, row.writes) for row in rows}

    def counted(self, outcome: str, topic: str = STORIES.name) -> float:
        labels = f'{{outcome="{outcome}",service="shelf",topic="{topic}"}}'
        return self.metric(f"kring_events_consumed_total{labels}")

    def metric(self, series: str) -> float:
        for line in self.telemetry.exposition().decode().splitlines():
            if line.startswith(f"{series} "):
                return float(line.rsplit(" ", 1)[1])
        return 0.0

    def close(self) -> None:
        self.bus.close()
        self.database.close()


@pytest.fixture
def site(tmp_path: Path, clock: ManualClock, ids: Ids) -> Iterator[Site]:
    opened = Site(tmp_path, clock, ids)
    yield opened
    opened.close()


def shelve(events: Sequence[Event[Story]], work: Work) -> None:
    """Put the title where the story's row is, and count how often that was done."""
    for event in events:
        connection_of(work).execute(
            sa.text(
                "INSERT INTO shelf VALUES (:story, :title, 1) ON CONFLICT (story)"
                " DO UPDATE SET title = excluded.title, writes = writes + 1"
            ),
            {"story": event.aggregate_id, "title": event.state.title},
        )


def story(identity: str, sequence: int, title: str = "") -> Record:
    return encode(
        Event(
            topic=STORIES,
            id=f"{identity}-{sequence}",
            aggregate_id=identity,
            sequence=sequence,
            programme="p",
            source=source_of("ingestion"),
            time=NOON,
            state=Story(story_id=identity, title=title or f"{identity} at {sequence}"),
        )
    )


def submission(identity: str) -> Record:
    return encode(
        Event(
            topic=INBOX,
            id=identity,
            aggregate_id=identity,
            sequence=0,
            programme="p",
            source="/other/programme",
            time=NOON,
            state=Submission(),
        )
    )


def test_a_snapshot_is_applied_and_committed(site: Site) -> None:
    site.bus.publish([story("a", 1)])

    site.consumer(shelve).turn()

    assert site.shelf() == {"a": ("a at 1", 1)}
    assert site.counted("applied") == 1


def test_a_restarted_consumer_is_not_given_again_what_was_committed(
    site: Site, tmp_path: Path, clock: ManualClock, ids: Ids
) -> None:
    given: list[str] = []
    site.bus.publish([story("a", 1)])
    site.consumer(shelve).turn()
    site.bus.close()
    site.database.close()
    again = Site(tmp_path, clock, ids)

    again.consumer(lambda events, _work: given.extend(event.id for event in events)).turn()

    assert given == []
    assert again.counted("old") == 0
    again.close()


def test_a_crash_between_effect_and_commit_applies_nothing_twice(
    site: Site, tmp_path: Path, clock: ManualClock, ids: Ids
) -> None:
    site.bus.publish([story("a", 1), story("b", 1)])
    first = site.consumer(shelve)
    first._subscription.commit = None  # type: ignore[assignment,method-assign]  # the process dies here
    with pytest.raises(TypeError):
        first.turn()
    site.bus.close()
    again = Site(tmp_path, clock, ids)

    again.consumer(shelve).turn()

    assert again.shelf() == {"a": ("a at 1", 1), "b": ("b at 1", 1)}
    assert again.counted("old") == 2
    again.close()


def test_an_effect_that_fails_leaves_nothing_of_its_batch(site: Site) -> None:
    def half(events: Sequence[Event[Story]], work: Work) -> None:
        shelve(events, work)
        raise RetryableError("the index is down")

    site.bus.publish([story("a", 1)])

    site.consumer(half).turn()

    assert site.shelf() == {}


def test_the_newest_of_several_snapshots_in_one_batch_alone_is_handed_over(site: Site) -> None:
    handed: list[int] = []
    site.bus.publish([story("a", 1), story("a", 3), story("a", 2)])

    site.consumer(lambda events, _work: handed.extend(event.sequence for event in events)).turn()

    assert handed == [3]
    assert (site.counted("applied"), site.counted("old")) == (1, 2)


def test_an_older_snapshot_that_comes_late_is_ignored(site: Site) -> None:
    consumer = site.consumer(shelve)
    site.bus.publish([story("a", 2)])
    consumer.turn()
    site.bus.publish([story("a", 1), story("a", 2)])
    consumer.turn()

    assert site.shelf() == {"a": ("a at 2", 1)}
    assert site.counted("old") == 2


def test_a_gap_in_the_sequence_is_harmless(site: Site) -> None:
    site.bus.publish([story("a", 1), story("a", 900)])

    site.consumer(shelve).turn()

    assert site.shelf()["a"][0] == "a at 900"


def test_requests_on_the_inbox_all_count_since_they_carry_no_sequence(site: Site) -> None:
    handed: list[str] = []
    site.bus.publish([submission("a"), submission("a"), submission("b")])

    site.consumer(lambda events, _work: handed.extend(event.id for event in events)).turn()

    assert sorted(handed) == ["a", "a", "b"]
    assert site.counted("applied", INBOX.name) == 3


def test_two_services_each_take_every_snapshot(site: Site) -> None:
    handed: list[str] = []
    site.bus.publish([story("a", 1)])

    for service in ("shelf", "other"):

        def note(_events: Sequence[Event[Story]], _work: Work, service: str = service) -> None:
            handed.append(service)

        site.consumer(note, service=service).turn()

    assert handed == ["shelf", "other"]


def test_the_lag_of_each_topic_is_measured(site: Site) -> None:
    site.bus.publish([story(f"s{number}", 1) for number in range(3)])

    def down(_events: Sequence[Event[Story]], _work: Work) -> None:
        raise RetryableError("the index is down")

    site.consumer(down, service="other").turn()
    site.consumer(shelve).turn()

    assert sum(site.lags("other").values()) == 3, "also while work must wait"
    assert set(site.lags("shelf").values()) == {0.0}


def test_of_each_partition_its_holder_alone_tells_the_lag(site: Site) -> None:
    elsewhere = open_telemetry()
    first, second = site.consumer(shelve), site.consumer(shelve, telemetry=elsewhere)
    first.turn()
    everything = site.lags("shelf")
    for each in (second, first, second):  # the first one hears of the second and gives it some
        each.turn()

    told, told_elsewhere = site.lags("shelf"), lags(elsewhere, "shelf")
    assert told
    assert told_elsewhere
    assert not told.keys() & told_elsewhere.keys()
    assert {*told, *told_elsewhere} == everything.keys()


def test_the_time_of_each_batch_is_measured(site: Site) -> None:
    site.bus.publish([story("a", 1), story("b", 1)])

    site.consumer(shelve).turn()

    labels = '{service="shelf",topic="kring.stories.v1"}'
    assert site.metric(f"kring_batch_handling_seconds_count{labels}") == 1


class Slow:
    """A handler that prepares; whoever looks sees whether the database is free meanwhile."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.is_down = False
        self.prepared: list[list[int]] = []

    def prepare(self, events: Sequence[Event[Story]]) -> None:
        if self.is_down:
            raise RetryableError("the encoder is away")
        self.prepared.append([event.sequence for event in events])
        with self._database.write():  # with an open transaction, this would wait for ever
            pass

    def __call__(self, events: Sequence[Event[Story]], work: Work) -> None:
        shelve(events, work)


def test_a_handler_prepares_while_the_database_is_free_for_others(site: Site) -> None:
    slow = Slow(site.database)
    site.bus.publish([story("a", 1), story("a", 2)])

    site.consumer(slow).turn()

    assert slow.prepared == [[1, 2]]
    assert site.shelf() == {"a": ("a at 2", 1)}


def test_what_cannot_be_prepared_now_is_put_back(site: Site) -> None:
    slow = Slow(site.database)
    slow.is_down = True
    site.bus.publish([story("a", 1)])
    consumer = site.consumer(slow)

    assert consumer.turn() > 0
    slow.is_down = False
    consumer.turn()

    assert site.shelf() == {"a": ("a at 1", 1)}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    batches=st.lists(
        st.tuples(
            st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), st.integers(1, 6)), max_size=8),
            st.booleans(),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_whatever_comes_twice_late_or_in_any_batch_ends_in_the_newest_state(
    site: Site,
    ids: Ids,
    tmp_path: Path,
    clock: ManualClock,
    batches: list[tuple[list[tuple[str, int]], bool]],
) -> None:
    run = ids.new()
    newest: dict[str, int] = {}
    with site.database.write() as work:
        connection_of(work).execute(sa.delete(SHELF))
    bus = open_bus(f"sqlite:///{tmp_path}/{run}.db", clock=clock, partitions=2)

    def start() -> Consumer:
        return Consumer(
            run, {STORIES: shelve}, bus=bus, database=site.database, telemetry=site.telemetry
        )

    consumer = start()
    for batch, loses_its_offsets in batches:
        bus.publish([story(name, sequence) for name, sequence in batch])
        consumer.turn()
        if loses_its_offsets:
            consumer._subscription.close()
            bus.forget(group_of(run))
            consumer = start()
        for name, sequence in batch:
            newest[name] = max(newest.get(name, 0), sequence)
    while not consumer.idle_turns:  # one turn takes 16 records at first
        consumer.turn()
    bus.close()

    titles = {name: title for name, (title, _) in site.shelf().items()}
    assert titles == {name: f"{name} at {sequence}" for name, sequence in newest.items()}


def test_two_writers_of_one_sequence_in_one_batch_raise_the_alarm(site: Site) -> None:
    site.bus.publish([story("s", 1, "one"), story("s", 1, "another")])

    with capture_logs() as logs:
        site.consumer(shelve).turn()

    assert site.shelf() == {"s": ("one", 1)}
    alarms = [one["event"] for one in logs if one["log_level"] == "error"]
    assert alarms == ["security alarm: two writers"]

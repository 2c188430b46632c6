"""The laws of ``tidy``: of the bus and of the database, for every adapter."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from harness.buses import LOGS, Log

from libs.adapters.sql.database import open_database
from libs.adapters.sql.migrate import migrate
from libs.contracts import topics
from libs.contracts.codec import source_of
from libs.contracts.envelope import Record
from libs.contracts.gen.kring.events.v1.stories_pb2 import Story
from libs.kernel.clock import ManualClock
from libs.kernel.ids import Ids
from libs.ports.bus import Bus
from libs.ports.database import Database


@pytest.fixture(params=LOGS[:1])
def bus(request: pytest.FixtureRequest) -> Iterator[Bus]:
    """Give a bus that tidies when it is told to."""
    made: Log = request.param(request)
    yield made.open()
    made.close()


@pytest.fixture(params=LOGS[1:])
def server(request: pytest.FixtureRequest) -> Iterator[Bus]:
    """Give a bus on a server that tidies by itself, as its topics are set."""
    made: Log = request.param(request)
    yield made.open()
    made.close()


def _sqlite_database(folder: Path, clock: ManualClock, ids: Ids) -> Database:
    url = f"sqlite:///{folder}/ingestion.db"
    migrate(url)
    return open_database(url, source=source_of("ingestion"), clock=clock, ids=ids)


@pytest.fixture(params=[pytest.param(_sqlite_database, id="sqlite")])
def database(
    request: pytest.FixtureRequest, tmp_path: Path, clock: ManualClock, ids: Ids
) -> Iterator[Database]:
    opened: Database = request.param(tmp_path, clock, ids)
    yield opened
    opened.close()


def publish(bus: Bus, topic: str, *values: str) -> None:
    """Publish records of one key."""
    bus.publish([Record(topic, b"key", (), value.encode()) for value in values])


def standing(bus: Bus, topic: str) -> list[str]:
    """Return what a new group finds."""
    subscription = bus.subscribe("g", [topic])
    found: list[str] = []
    while batch := subscription.poll(limit=100, timeout_seconds=0):
        found += [delivery.record.value.decode() for delivery in batch]
    return found


def emit(database: Database, *stories: str) -> list[int]:
    """Write events; return the ids of their rows."""
    with database.write() as work:
        for story in stories:
            state = Story(story_id=story)
            work.emit(topics.STORIES, story, programme="p", sequence=1, state=state)
    return [row_id for row_id, _ in database.outbox().pending(100)]


def bytes_of(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


@pytest.mark.parametrize("topic", [topics.STORIES, topics.STORIES.of("a"), topics.NETWORK_STORIES])
def test_of_a_compacted_topic_the_newest_record_of_each_key_stays(
    bus: Bus, clock: ManualClock, topic: topics.Topic[Story]
) -> None:
    publish(bus, topic.name, "first", "second", "newest")
    clock.advance(1)

    assert bus.tidy(replaced_before=clock.now(), published_before=clock.now()) == 2

    assert standing(bus, topic.name) == ["newest"]


def test_a_snapshot_that_was_replaced_just_now_stays_for_a_while(
    bus: Bus, clock: ManualClock
) -> None:
    publish(bus, "kring.stories.v1", "older", "newest")

    bus.tidy(replaced_before=clock.now() - timedelta(days=1), published_before=clock.now())

    assert standing(bus, "kring.stories.v1") == ["older", "newest"]


@pytest.mark.parametrize(
    "topic", ["kring.inbox.v1", "kring.receipts.v1.of.a", "kring.stories.v1.dlq"]
)
def test_of_a_topic_that_is_not_compacted_what_is_young_stays(
    bus: Bus, clock: ManualClock, topic: str
) -> None:
    publish(bus, topic, "old", "old too")
    clock.advance(60)
    publish(bus, topic, "young", "young too")

    bus.tidy(replaced_before=clock.now(), published_before=clock.now())

    assert standing(bus, topic) == ["young", "young too"]


def test_a_bus_that_tidies_by_itself_deletes_nothing_when_it_is_told_to(
    server: Bus, clock: ManualClock
) -> None:
    publish(server, "kring.stories.v1", "first", "newest")

    assert server.tidy(replaced_before=clock.now(), published_before=clock.now()) == 0

    assert standing(server, "kring.stories.v1") == ["first", "newest"]


def test_rows_that_were_sent_long_ago_are_deleted_and_unsent_ones_never(
    database: Database, clock: ManualClock
) -> None:
    first, second, third = emit(database, "sent", "sent later", "unsent")
    database.outbox().mark_sent([first])
    clock.advance(60)
    database.outbox().mark_sent([second])

    before = clock.now() - timedelta(seconds=30)

    assert database.tidy(sent_before=before) == 1
    assert database.tidy(sent_before=before) == 0
    clock.advance(86400)
    assert database.tidy(sent_before=clock.now()) == 1
    assert [row_id for row_id, _ in database.outbox().pending(9)] == [third]


def test_what_was_deleted_vanishes_from_the_files(
    database: Database, tmp_path: Path, clock: ManualClock
) -> None:
    database.outbox().mark_sent(emit(database, "canary"))
    clock.advance(1)
    assert b"canary" in bytes_of(tmp_path)

    database.tidy(sent_before=clock.now())

    assert b"canary" not in bytes_of(tmp_path)

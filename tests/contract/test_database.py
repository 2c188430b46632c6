"""The laws of ``libs.ports.database``, for every adapter."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from harness.databases import TRACE, OpenDatabase, emit, opening, pending
from structlog.testing import capture_logs

from libs.contracts import codec, topics
from libs.contracts.envelope import Record
from libs.contracts.gen.kring.events.v1.stories_pb2 import Story
from libs.kernel.clock import ManualClock
from libs.kernel.errors import PoisonError
from libs.ports.database import Database, DeadLetter, Step

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def reopen(database_url: str, clock: ManualClock) -> Iterator[OpenDatabase]:
    with opening(database_url, clock) as opener:
        yield opener


@pytest.fixture
def database(reopen: OpenDatabase) -> Database:
    return reopen()


def letter(offset: int = 7, topic: str = "kring.inbox.v1") -> DeadLetter:
    return DeadLetter(
        topic=topic,
        partition=2,
        offset=offset,
        record=Record(topic, b"\x00key", (("ce_id", b"\xff"), ("twice", b"1")), b"\x00broken"),
        reason="PoisonError: é",
        attempts=3,
    )


class DeliberateError(Exception):
    pass


def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    def fail() -> None:
        with database.write() as work:
            emit(work, "s1")
            work.bury(letter())
            assert work.advance("search", "story/s1", 1, b"a")
            raise DeliberateError

    with pytest.raises(DeliberateError):
        fail()

    assert pending(database) == []
    assert database.letters().find() == []
    with database.write() as work:
        assert work.advance("search", "story/s1", 1, b"b")


def test_what_is_not_committed_is_seen_by_nobody_else(database: Database) -> None:
    with database.write() as work:
        emit(work, "s1")
        assert pending(database) == []
    assert len(pending(database)) == 1


def test_an_emitted_snapshot_waits_in_the_outbox_as_its_event(database: Database) -> None:
    with database.write() as work:
        emit(work, "s1", sequence=4)

    (record,) = pending(database)
    event = codec.decode(record)

    assert (event.topic, event.aggregate_id, event.sequence) == (topics.STORIES, "s1", 4)
    assert (event.programme, event.source) == ("p", "/kring/ingestion")
    assert (event.time, event.traceparent) == (START, TRACE)
    assert event.state == Story(story_id="s1")


def test_every_event_has_an_id_of_its_own(database: Database) -> None:
    with database.write() as work:
        emit(work, "s1")
        emit(work, "s1", sequence=2)

    first, second = pending(database)
    assert codec.decode(first).id != codec.decode(second).id


def test_a_snapshot_that_is_too_large_is_refused(database: Database) -> None:
    huge = Story(story_id="s", title="x" * topics.MAX_VALUE_BYTES)
    with pytest.raises(PoisonError), database.write() as work:
        work.emit(topics.STORIES, "s", programme="p", sequence=1, state=huge)

    assert pending(database) == []


def test_only_a_newer_sequence_advances(database: Database) -> None:
    with database.write() as work:
        taken = [work.advance("search", "story/s", n, b"%d" % n) for n in (2, 2, 1, 3, 9, 4)]

    assert taken == [True, False, False, True, True, False]


def test_an_applied_sequence_is_remembered(database: Database, reopen: OpenDatabase) -> None:
    with database.write() as work:
        work.advance("search", "story/s", 5, b"5")
    database.close()

    with reopen().write() as work:
        assert not work.advance("search", "story/s", 5, b"5")


def test_consumers_and_aggregates_advance_each_on_their_own(database: Database) -> None:
    with database.write() as work:
        assert work.advance("search", "story/s", 5, b"")
        assert work.advance("matchmaking", "story/s", 1, b"")
        assert work.advance("search", "member/s", 1, b"")


def test_the_same_sequence_with_another_digest_is_refused_with_an_alarm(
    database: Database,
) -> None:
    with capture_logs() as logs, database.write() as work:
        assert work.advance("search", "story/s", 5, b"one")
        assert not work.advance("search", "story/s", 5, b"one")
        assert not work.advance("search", "story/s", 4, b"old")
        assert not logs
        assert not work.advance("search", "story/s", 5, b"two")

    assert [entry["event"] for entry in logs] == ["security alarm: two writers"]
    assert logs[0]["aggregate"] == "story/s"


def test_many_aggregates_advance_at_once_each_as_it_would_alone(database: Database) -> None:
    with capture_logs() as logs, database.write() as work:
        assert work.advance_all("search", {}) == set()
        work.advance("search", "story/old", 5, b"5")
        work.advance("search", "story/same", 5, b"5")
        work.advance("search", "story/rival", 5, b"5")
        work.advance("matchmaking", "story/new", 5, b"5")

        advanced = work.advance_all(
            "search",
            {
                "story/old": Step(4, b"4"),
                "story/same": Step(5, b"5"),
                "story/rival": Step(5, b"other"),
                "story/new": Step(1, b"1"),
                "story/newer": Step(2, b"2"),
            },
        )
        again = work.advance_all("search", {"story/newer": Step(3, b"3")})

    assert advanced == {"story/new", "story/newer"}
    assert again == {"story/newer"}
    assert [(entry["event"], entry["aggregate"]) for entry in logs] == [
        ("security alarm: two writers", "story/rival")
    ]


def test_the_largest_sequence_is_counted(database: Database) -> None:
    with database.write() as work:
        assert work.advance("search", "story/s", 2**63 - 2, b"")
        assert work.advance("search", "story/s", 2**63 - 1, b"")


def test_a_consumer_that_is_forgotten_takes_every_snapshot_again(database: Database) -> None:
    with database.write() as work:
        work.advance("search", "story/s", 5, b"")
        work.advance("matchmaking", "story/s", 5, b"")
        work.forget("search")

        assert work.advance("search", "story/s", 1, b"")
        assert not work.advance("matchmaking", "story/s", 5, b"")


def test_a_dead_letter_is_kept_whole(database: Database, clock: ManualClock) -> None:
    with database.write() as work:
        work.bury(letter())

    (kept,) = database.letters().find()

    assert kept.record == letter().record
    assert (kept.topic, kept.partition, kept.offset) == ("kring.inbox.v1", 2, 7)
    assert (kept.reason, kept.attempts, kept.rejected_at) == ("PoisonError: é", 3, clock.now())


def test_a_dead_letter_goes_to_the_dead_letter_topic_with_the_reason(database: Database) -> None:
    with database.write() as work:
        work.bury(letter())

    (record,) = pending(database)

    original = letter().record
    assert record.topic == topics.INBOX.dead
    assert (record.key, record.value) == (original.key, original.value)
    assert record.headers[:2] == original.headers
    assert dict(record.headers[2:]) == {
        "dlq_topic": b"kring.inbox.v1",
        "dlq_partition": b"2",
        "dlq_offset": b"7",
        "dlq_reason": "PoisonError: é".encode(),
        "dlq_attempts": b"3",
    }


def test_a_place_in_the_log_is_buried_once(database: Database) -> None:
    for _ in range(2):
        with database.write() as work:
            work.bury(letter())

    assert len(database.letters().find()) == 1
    assert len(pending(database)) == 1


def test_letters_are_found_newest_first_and_by_topic(database: Database) -> None:
    with database.write() as work:
        for offset in range(3):
            work.bury(letter(offset))
        work.bury(letter(9, topic="kring.stories.v1"))
    letters = database.letters()

    assert [one.offset for one in letters.find()] == [9, 2, 1, 0]
    assert [one.offset for one in letters.find(limit=2)] == [9, 2]
    assert [one.offset for one in letters.find(topic="kring.inbox.v1", limit=1)] == [2]
    assert letters.find(topic="kring.none.v1") == []


def test_a_letter_is_got_and_dropped_by_its_id(database: Database) -> None:
    with database.write() as work:
        work.bury(letter())
    letters = database.letters()
    (kept,) = letters.find()

    assert letters.get(kept.id) == kept
    assert letters.drop(kept.id)
    assert letters.get(kept.id) is None
    assert not letters.drop(kept.id)


def test_a_read_cannot_write(database: Database) -> None:
    with pytest.raises(Exception, match=r"(?i)read.?only"), database.read() as work:
        work.advance("search", "story/s", 1, b"")

    with database.write() as work:
        assert work.advance("search", "story/s", 1, b"")


def test_writers_exclude_one_another(database: Database, reopen: OpenDatabase) -> None:
    databases = [database, reopen()]
    taken: list[bool] = []

    def count(own: Database) -> None:
        for sequence in range(1, 21):
            with own.write() as work:
                taken.append(work.advance("search", "story/s", sequence, b""))

    writers = [threading.Thread(target=count, args=(own,)) for own in databases * 2]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert len(taken) == 80
    assert sum(taken) <= 20  # a sequence is taken by one of them, and none below it after that
    with database.read(), database.write() as work:
        assert not work.advance("search", "story/s", 20, b"")


def test_the_version_changes_with_every_commit_of_anybody_and_only_then(
    database: Database, reopen: OpenDatabase
) -> None:
    versions = [database.version(), database.version()]
    for writer in (database, reopen(), database):
        with writer.write() as work:
            emit(work, "a")
        assert writer.outbox().pending(1)
        versions += [database.version(), database.version()]
    assert versions[::2] == versions[1::2]
    assert len(set(versions)) == 4


def test_a_database_that_answers_is_ready(database: Database) -> None:
    assert database.is_ready()

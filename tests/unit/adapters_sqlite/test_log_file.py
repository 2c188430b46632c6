"""The file of the log: what it refuses, keeps, and forgets."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from libs.adapters.sqlite.bus import SqliteBus, open_bus
from libs.adapters.sqlite.file import LogFile
from libs.contracts import topics
from libs.contracts.envelope import Record
from libs.kernel.clock import ManualClock
from libs.kernel.errors import RetryableError, SettingsError
from libs.ports.bus import Delivery, Subscription

START = datetime(2026, 1, 1, tzinfo=UTC)
STORIES = topics.STORIES.name
INBOX = topics.INBOX.name


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "log.db"


@pytest.fixture
def bus(path: Path, clock: ManualClock) -> Iterator[SqliteBus]:
    opened = open_bus(f"sqlite:///{path}", clock=clock)
    yield opened
    opened.close()


def publish(bus: SqliteBus, topic: str, key: str, *values: str) -> None:
    bus.publish([Record(topic, key.encode(), (), value.encode()) for value in values])


def values(subscription: Subscription) -> list[str]:
    return [delivery.record.value.decode() for delivery in drain(subscription)]


def drain(subscription: Subscription) -> list[Delivery]:
    return list(subscription.poll(limit=1000, timeout_seconds=0))


def bytes_on_disk(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in path.parent.iterdir())


@pytest.mark.parametrize("url", ["", "sqlite://", "sqlite:///", "kafka://host:9092"])
def test_a_url_that_names_no_file_is_a_wrong_setting(url: str, clock: ManualClock) -> None:
    with pytest.raises(SettingsError, match="KRING_BUS"):
        open_bus(url, clock=clock)


def test_a_file_that_is_no_log_is_a_wrong_setting(tmp_path: Path, clock: ManualClock) -> None:
    (tmp_path / "log.db").write_bytes(b"not a database" * 1000)

    with pytest.raises(SettingsError, match=r"log\.db cannot be used as the log"):
        open_bus(f"sqlite:///{tmp_path}/log.db", clock=clock)


def test_a_folder_is_no_log(tmp_path: Path, clock: ManualClock) -> None:
    with pytest.raises(SettingsError, match="cannot be used"):
        open_bus(f"sqlite:///{tmp_path}", clock=clock)


def test_a_log_of_a_later_release_is_left_alone(
    bus: SqliteBus, path: Path, clock: ManualClock
) -> None:
    bus.close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version=2")
    connection.close()

    with pytest.raises(SettingsError, match="its format is 2"):
        open_bus(f"sqlite:///{path}", clock=clock)


def test_a_log_that_fails_later_is_worth_another_try(bus: SqliteBus, path: Path) -> None:
    subscription = bus.subscribe("g", [STORIES])
    drain(subscription)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("ALTER TABLE slot_end RENAME TO broken")

    with pytest.raises(RetryableError):
        publish(bus, STORIES, "a", "1")
    with pytest.raises(RetryableError):
        drain(subscription)

    connection.execute("ALTER TABLE broken RENAME TO slot_end")
    connection.close()
    publish(bus, STORIES, "a", "1")
    assert values(subscription) == ["1"]


def test_a_batch_is_published_wholly_or_not_at_all(bus: SqliteBus) -> None:
    wrong = Record(INBOX, b"a", (("ce_id", "text"),), b"")  # type: ignore[arg-type]  # no bytes

    with pytest.raises(AttributeError):
        bus.publish([Record(STORIES, b"a", (), b"1"), wrong])

    assert values(bus.subscribe("g", [STORIES, INBOX])) == []


def test_the_number_of_partitions_is_fixed_when_the_file_is_made(
    path: Path, clock: ManualClock
) -> None:
    bus = open_bus(f"sqlite:///{path}", clock=clock, partitions=2)
    bus.close()
    bus = open_bus(f"sqlite:///{path}", clock=clock, partitions=9)
    subscription = bus.subscribe("g", [STORIES])
    drain(subscription)

    assert len(subscription.lag()) == 2
    bus.close()


def test_several_processes_may_make_the_file_at_once(path: Path) -> None:
    source = (
        "import sys; from libs.adapters.sqlite.bus import open_bus;"
        "from libs.kernel.clock import SystemClock as Clock; open_bus(sys.argv[1], clock=Clock())"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", source, f"sqlite:///{path}"])  # noqa: S603  # ours
        for _ in range(3)
    ]

    assert [process.wait(timeout=50) for process in processes] == [0, 0, 0]


def test_pruning_forgets_old_records_of_plain_topics_only(
    bus: SqliteBus, clock: ManualClock
) -> None:
    publish(bus, INBOX, "a", "old")
    publish(bus, topics.STORIES.dead, "a", "old letter")
    publish(bus, STORIES, "a", "old story")
    clock.advance(60)
    publish(bus, INBOX, "a", "new")

    assert bus.prune(older_than=START + timedelta(seconds=30)) == 2
    everything = bus.subscribe("g", [INBOX, STORIES, topics.STORIES.dead])
    assert sorted(values(everything)) == ["new", "old story"]


def test_compacting_keeps_the_newest_record_of_each_key(bus: SqliteBus, clock: ManualClock) -> None:
    publish(bus, STORIES, "a", "a1", "a2")
    publish(bus, STORIES, "b", "b1")
    publish(bus, topics.MEMBERS.name, "a", "other topic")
    publish(bus, INBOX, "a", "i1", "i2")
    clock.advance(60)
    publish(bus, STORIES, "b", "b2", "b3")

    assert bus.compact(older_than=START + timedelta(seconds=30)) == 2
    assert sorted(values(bus.subscribe("g", [STORIES]))) == ["a2", "b2", "b3"]
    assert values(bus.subscribe("h", [INBOX])) == ["i1", "i2"]
    assert values(bus.subscribe("i", [topics.MEMBERS.name])) == ["other topic"]


def test_offsets_go_on_after_everything_was_pruned(bus: SqliteBus, clock: ManualClock) -> None:
    publish(bus, INBOX, "a", "1", "2")
    subscription = bus.subscribe("g", [INBOX])
    early = drain(subscription)
    clock.advance(60)
    bus.prune(older_than=clock.now())
    publish(bus, INBOX, "a", "3")

    (late,) = drain(subscription)
    assert late.offset == early[-1].offset + 1


def test_what_was_pruned_is_no_lag(bus: SqliteBus, clock: ManualClock) -> None:
    publish(bus, INBOX, "a", "1", "2")
    subscription = bus.subscribe("g", [INBOX])
    drain(subscription)
    assert sum(subscription.lag().values()) == 2
    clock.advance(1)

    bus.prune(older_than=clock.now())

    assert sum(subscription.lag().values()) == 0
    publish(bus, INBOX, "a", "3")
    assert sum(subscription.lag().values()) == 1


def test_a_reader_steps_over_the_hole_of_what_was_pruned(
    bus: SqliteBus, clock: ManualClock
) -> None:
    publish(bus, INBOX, "a", *map(str, range(20)))
    clock.advance(1)
    bus.prune(older_than=clock.now())

    subscription = bus.subscribe("g", [INBOX])
    assert values(subscription) == []
    publish(bus, INBOX, "a", "new")
    assert values(subscription) == ["new"]


def test_a_long_past_is_forgotten_in_several_transactions(
    bus: SqliteBus, clock: ManualClock
) -> None:
    publish(bus, INBOX, "a", *map(str, range(2500)))
    clock.advance(1)

    assert bus.prune(older_than=clock.now()) == 2500
    assert values(bus.subscribe("g", [INBOX])) == []


def test_what_was_forgotten_is_gone_from_the_disk(
    bus: SqliteBus, path: Path, clock: ManualClock
) -> None:
    publish(bus, STORIES, "a", "canary-superseded", "canary-newest")
    publish(bus, INBOX, "a", "canary-pruned")
    before = bytes_on_disk(path)
    assert b"canary-superseded" in before
    assert b"canary-pruned" in before
    clock.advance(1)

    bus.prune(older_than=clock.now())
    bus.compact(older_than=clock.now())

    after = bytes_on_disk(path)
    assert b"canary-superseded" not in after
    assert b"canary-pruned" not in after
    assert b"canary-newest" in after


def test_a_checkpoint_tells_when_a_reader_was_in_the_way(path: Path) -> None:
    file = LogFile(path, partitions=1)
    reader = file.reader()
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM log").fetchone()
    with file.write(durable=True) as connection:
        connection.execute("PRAGMA busy_timeout=1")
        connection.execute("INSERT INTO slot_end VALUES ('t', 0, 0)")

    assert not file.checkpoint()
    reader.rollback()
    assert file.checkpoint()
    reader.close()
    file.close()


def test_only_what_must_last_is_synced(path: Path) -> None:
    file = LogFile(path, partitions=1)
    for durable, level in ((True, 2), (False, 1), (True, 2)):
        with file.write(durable=durable) as connection:
            assert connection.execute("PRAGMA synchronous").fetchone() == (level,)
    file.close()


def test_a_failed_transaction_leaves_nothing(path: Path) -> None:
    file = LogFile(path, partitions=1)

    def fail() -> None:
        with file.write(durable=True) as connection:
            connection.execute("INSERT INTO slot_end VALUES ('t', 0, 0)")
            raise KeyError

    with pytest.raises(KeyError):
        fail()

    with file.write(durable=True) as connection:
        assert connection.execute("SELECT * FROM slot_end").fetchall() == []
    file.close()


def test_a_reader_cannot_write(path: Path) -> None:
    file = LogFile(path, partitions=1)
    reader = file.reader()
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.execute("DELETE FROM log")
    reader.close()
    file.close()

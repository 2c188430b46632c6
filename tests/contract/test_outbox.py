"""The laws of ``libs.ports.database.Outbox``, for every adapter."""

import threading
from collections.abc import Iterator

import pytest
from harness.databases import OpenDatabase, emit, opening, pending

from libs.contracts import codec
from libs.kernel.clock import ManualClock
from libs.ports.database import Database


@pytest.fixture
def reopen(database_url: str, clock: ManualClock) -> Iterator[OpenDatabase]:
    with opening(database_url, clock) as opener:
        yield opener


@pytest.fixture
def database(reopen: OpenDatabase) -> Database:
    return reopen()


def test_the_outbox_keeps_the_order_of_writing(database: Database) -> None:
    with database.write() as work:
        for number in range(3):
            emit(work, f"a{number}")
    with database.write() as work:
        emit(work, "b")

    stories = [codec.decode(record).aggregate_id for record in pending(database)]

    assert stories == ["a0", "a1", "a2", "b"]
    assert len(pending(database, limit=2)) == 2


def test_rows_that_were_sent_wait_no_longer(database: Database, reopen: OpenDatabase) -> None:
    with database.write() as work:
        for story in ("a", "b", "c"):
            emit(work, story)
    ids = [row_id for row_id, _ in database.outbox().pending(2)]

    database.outbox().mark_sent(ids)
    database.outbox().mark_sent([])

    assert [codec.decode(record).aggregate_id for record in pending(reopen())] == ["c"]
    assert database.outbox().waiting() == 1


def test_the_oldest_unsent_row_has_an_age(database: Database, clock: ManualClock) -> None:
    outbox = database.outbox()
    assert outbox.oldest_seconds() == 0
    with database.write() as work:
        emit(work, "a")
    clock.advance(30)
    with database.write() as work:
        emit(work, "b")
    clock.advance(10)

    assert outbox.oldest_seconds() == pytest.approx(40)
    outbox.mark_sent([outbox.pending(1)[0][0]])
    assert outbox.oldest_seconds() == pytest.approx(10)


def test_an_id_of_the_outbox_is_never_used_again(database: Database, clock: ManualClock) -> None:
    outbox = database.outbox()
    with database.write() as work:
        emit(work, "a")
    ((first, _),) = outbox.pending(1)
    outbox.mark_sent([first])
    clock.advance(1)
    database.tidy(sent_before=clock.now())
    with database.write() as work:
        emit(work, "b")

    assert outbox.pending(1)[0][0] > first


def test_waiting_for_the_outbox_ends_when_rows_were_committed(database: Database) -> None:
    outbox = database.outbox()
    assert not outbox.pending(1)
    with database.write() as work:
        emit(work, "a")

    outbox.wait(30.0)  # a row committed after the last look: no need to wait for the next

    assert len(outbox.pending(1)) == 1


def test_a_commit_wakes_whoever_waits_for_the_outbox(database: Database) -> None:
    outbox = database.outbox()
    assert not outbox.pending(1)
    found: list[int] = []

    def relay() -> None:
        outbox.wait(30.0)
        found.append(len(outbox.pending(10)))

    waiting = threading.Thread(target=relay)
    waiting.start()
    with database.write() as work:
        emit(work, "a")
    waiting.join(timeout=20)

    assert found == [1]


def test_waiting_for_the_outbox_ends_with_its_time(database: Database) -> None:
    outbox = database.outbox()
    outbox.pending(1)
    with database.write() as work:
        work.advance("search", "story/s", 1, b"")  # no row: nobody is woken

    outbox.wait(0.01)


def test_of_two_processes_one_publishes_until_it_ends(
    database: Database, reopen: OpenDatabase
) -> None:
    other = reopen()
    with database.write() as work:
        emit(work, "a")

    first = database.outbox()
    assert len(first.claim(10)) == 1
    assert other.outbox().claim(10) == []
    assert len(first.claim(10)) == 1
    assert len(other.outbox().pending(10)) == 1  # everybody may look

    database.close()
    assert len(other.outbox().claim(10)) == 1


def test_who_takes_over_publishes_nothing_twice(database: Database, reopen: OpenDatabase) -> None:
    other = reopen()
    with database.write() as work:
        emit(work, "a")
        emit(work, "b")
    mine = database.outbox()
    ((row, _),) = mine.claim(1)
    assert other.outbox().claim(10) == []

    mine.mark_sent([row])
    database.close()

    (record,) = [record for _, record in other.outbox().claim(10)]
    assert codec.decode(record).aggregate_id == "b"


def test_an_empty_outbox_is_claimed_by_nobody(database: Database, reopen: OpenDatabase) -> None:
    assert database.outbox().claim(10) == []
    other = reopen()
    with other.write() as work:
        emit(work, "a")

    assert len(other.outbox().claim(10)) == 1

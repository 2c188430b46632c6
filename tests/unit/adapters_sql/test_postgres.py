"""What is PostgreSQL's own: the server that goes, locks, limits, and who publishes."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from servers import postgres as postgres_server
from servers.postgres import Postgres

from libs.adapters.sql.database import SqlDatabase, open_database
from libs.adapters.sql.engine import open_engines, translated
from libs.adapters.sql.migrate import migrate
from libs.adapters.sql.postgres import SessionLead
from libs.adapters.sql.upsert import upsert
from libs.adapters.sql.work import connection_of, exclude, locking
from libs.contracts import topics
from libs.contracts.gen.kring.events.v1.stories_pb2 import Story
from libs.kernel.clock import ManualClock
from libs.kernel.errors import FullError, RetryableError, SettingsError
from libs.kernel.ids import Uuid7

pytestmark = pytest.mark.servers

CLOCK = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))
THINGS = sa.Table(
    "things",
    sa.MetaData(),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("number", sa.BigInteger, nullable=False),
)


@pytest.fixture
def url(postgres: Postgres) -> Iterator[str]:
    url = postgres.url()
    yield url
    postgres.drop(url)


@pytest.fixture
def open_one() -> Iterator[Callable[[str], SqlDatabase]]:
    with ExitStack() as closing:

        def opener(url: str) -> SqlDatabase:
            migrate(url)
            database = open_database(url, source="/kring/x", clock=CLOCK, ids=Uuid7(CLOCK))
            closing.callback(database.close)
            return database

        yield opener


@pytest.fixture
def database(url: str, open_one: Callable[[str], SqlDatabase]) -> SqlDatabase:
    database = open_one(url)
    with database.write() as work:
        THINGS.create(connection_of(work))
    return database


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    pause = threading.Event()
    while not holds():
        assert time.monotonic() < deadline, "it did not become true in time"
        pause.wait(0.02)


def numbers(database: SqlDatabase) -> dict[str, int]:
    with database.read() as work:
        return {row.id: row.number for row in connection_of(work).execute(sa.select(THINGS))}


def test_a_server_that_goes_and_comes_back_costs_one_try(
    open_one: Callable[[str], SqlDatabase],
) -> None:
    with postgres_server.running(durable=True) as own:
        database = open_one(own.url())
        assert database.is_ready()
        own.kill()
        assert not database.is_ready()
        with pytest.raises(RetryableError, match="does not answer"), database.write():
            pass
        own.start()
        eventually(database.is_ready)
        with database.write() as work:
            assert work.advance("search", "story/s", 1, b"")
        database.close()


def test_a_connection_that_breaks_in_a_transaction_is_worth_another_try(
    database: SqlDatabase,
) -> None:
    end = sa.text("SELECT pg_terminate_backend(pg_backend_pid())")
    with pytest.raises(RetryableError), database.write() as work:
        connection_of(work).execute(end)
    assert database.is_ready()


def test_a_connection_that_is_kept_and_breaks_is_told_once_and_made_anew(
    database: SqlDatabase,
) -> None:
    outbox = database.outbox()
    assert outbox.claim(1) == []
    assert database.version()
    others = sa.text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with database.read() as work:
        connection_of(work).execute(others)
    with pytest.raises(RetryableError):
        outbox.claim(1)
    with pytest.raises(RetryableError):
        database.version()
    with database.write() as work:
        work.emit(topics.STORIES, "s", programme="p", sequence=1, state=Story(story_id="s"))
    assert len(outbox.claim(1)) == 1
    assert database.version()


def test_an_idle_relay_leaves_no_transaction_open(database: SqlDatabase) -> None:
    assert database.outbox().claim(1) == []
    waiting = sa.text("SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in trans%'")
    with database.read() as work:
        assert connection_of(work).scalar(waiting) == 0


def test_a_full_disk_is_told_apart(database: SqlDatabase) -> None:
    full = sa.text("DO $$ BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = '53100'; END $$")
    with pytest.raises(FullError, match="no space left"), database.write() as work:
        connection_of(work).execute(full)


def test_two_who_wait_for_each_other_do_not_wait_for_ever(database: SqlDatabase) -> None:
    with database.write() as work:
        upsert(work, THINGS, *({"id": name, "number": 0} for name in "ab"))
    both, errors = threading.Barrier(2), []

    def change(first: str, second: str) -> None:
        try:
            with database.write() as work:
                upsert(work, THINGS, {"id": first, "number": 1})
                both.wait()
                upsert(work, THINGS, {"id": second, "number": 1})
        except RetryableError as error:
            errors.append(error)

    threads = [threading.Thread(target=change, args=pair) for pair in ("ab", "ba")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(errors) == 1
    assert numbers(database) == {"a": 1, "b": 1}


def test_rows_of_one_upsert_are_written_in_one_order(database: SqlDatabase) -> None:
    names = [str(number) for number in range(200)]

    def write(order: list[str]) -> None:
        for number in range(10):
            with database.write() as work:
                upsert(work, THINGS, *({"id": name, "number": number} for name in order))

    threads = [threading.Thread(target=write, args=[order]) for order in (names, names[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(numbers(database).values()) == {9}


def test_a_row_that_is_locked_is_counted_up_by_one_after_another(database: SqlDatabase) -> None:
    with database.write() as work:
        upsert(work, THINGS, {"id": "a", "number": 0})

    def count() -> None:
        for _ in range(10):
            with database.write() as work:
                query = locking(work, sa.select(THINGS.c.number).where(THINGS.c.id == "a"))
                number = connection_of(work).execute(query).scalar_one()
                upsert(work, THINGS, {"id": "a", "number": number + 1})

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert numbers(database) == {"a": 40}


def test_what_is_not_there_yet_is_made_by_one_of_many(database: SqlDatabase) -> None:
    made = []

    def make(name: str) -> None:
        with database.write() as work:
            exclude(work, "thing a")
            if not connection_of(work).execute(sa.select(THINGS)).all():
                connection_of(work).execute(sa.insert(THINGS), {"id": name, "number": 1})
                made.append(name)

    threads = [threading.Thread(target=make, args=[str(number)]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(made) == 1


def test_a_reader_locks_nothing_and_sees_one_state(database: SqlDatabase) -> None:
    with database.write() as work:
        upsert(work, THINGS, {"id": "a", "number": 1})
    with database.read() as work:
        exclude(work, "a")
        query = locking(work, sa.select(THINGS.c.number))
        assert connection_of(work).execute(query).scalars().all() == [1]
        with database.write() as other:
            upsert(other, THINGS, {"id": "a", "number": 2})
        assert connection_of(work).execute(query).scalars().all() == [1]


def test_a_statement_that_never_ends_is_ended(url: str, database: SqlDatabase) -> None:
    assert database.is_ready()
    engines = open_engines(url, statement_seconds=0.05)
    with pytest.raises(RetryableError), translated(), engines.writer.begin() as connection:
        connection.execute(sa.text("SELECT pg_sleep(10)"))
    engines.dispose()


def test_a_lock_that_does_not_come_is_not_waited_for_for_ever(url: str) -> None:
    migrate(url)
    engines = open_engines(url, wait_seconds=0.05)
    lock = sa.text("LOCK TABLE applied IN EXCLUSIVE MODE")
    with engines.writer.begin() as connection:
        connection.execute(lock)
        with pytest.raises(RetryableError), translated(), engines.writer.begin() as other:
            other.execute(lock)
    engines.dispose()


def test_a_text_loses_the_character_that_postgresql_refuses(database: SqlDatabase) -> None:
    with database.write() as work:
        upsert(work, THINGS, {"id": "a\0é", "number": 2**62})

    assert numbers(database) == {"aé": 2**62}


def test_a_relay_that_stands_still_is_replaced(url: str) -> None:
    migrate(url)
    engines = open_engines(url)
    commits = engines.writer.execution_options(isolation_level="AUTOCOMMIT")
    still, other = SessionLead(commits, seconds=1), SessionLead(commits, seconds=30)

    assert still.holds()
    assert not other.holds()
    eventually(other.holds)  # ``still`` asks no more
    assert not still.holds()

    for each in (still, other):
        each.give_up()
    engines.dispose()


def test_rows_of_another_process_are_noticed_soon(
    url: str, database: SqlDatabase, open_one: Callable[[str], SqlDatabase]
) -> None:
    outbox = open_one(url).outbox()
    assert not outbox.claim(1)
    with database.write() as work:
        work.emit(topics.STORIES, "s", programme="p", sequence=1, state=Story(story_id="s"))

    begun = time.monotonic()
    outbox.wait(30.0)
    assert time.monotonic() - begun < 5
    assert len(outbox.claim(1)) == 1


def test_the_server_knows_whose_connections_these_are(database: SqlDatabase) -> None:
    with database.read() as work:
        name = connection_of(work).scalar(sa.text("SHOW application_name"))
    assert name == "kring-x"


def test_a_database_that_may_not_be_made_says_what_to_run(postgres: Postgres) -> None:
    engines = open_engines(postgres.url("postgres"))
    with engines.writer.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(sa.text("CREATE ROLE small LOGIN"))
    engines.dispose()

    with pytest.raises(SettingsError, match=r"createdb --encoding=UTF8 .* absent"):
        migrate(postgres.url("absent").replace("kring@", "small@"))


def test_a_database_in_another_encoding_is_a_wrong_setting(postgres: Postgres) -> None:
    engines = open_engines(postgres.url("postgres"))
    with engines.writer.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(
            sa.text("CREATE DATABASE old TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
        )
    engines.dispose()

    with pytest.raises(SettingsError, match="encoded as LATIN1"):
        migrate(postgres.url("old"))


def test_a_server_that_is_not_there_is_a_wrong_setting_without_its_password() -> None:
    with pytest.raises(SettingsError, match="cannot be used") as caught:
        migrate("postgresql://kring:hunter2hunter2@127.0.0.1:1/kring_x")
    assert "hunter2" not in str(caught.value)

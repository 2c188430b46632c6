"""What the SQL adapter makes of URLs, of files it cannot use, and of errors."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from libs.adapters.sql.database import open_database
from libs.adapters.sql.engine import open_engines, translated
from libs.adapters.sql.migrate import migrate
from libs.adapters.sql.work import connection_of
from libs.kernel.clock import ManualClock
from libs.kernel.errors import FullError, RetryableError, SettingsError
from libs.kernel.ids import Uuid7
from libs.ports.database import Work

CLOCK = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    "url",
    ["", "x", "mongo://host/db", "postgresql://host", "sqlite://", "sqlite:///:memory:"],
)
def test_a_url_that_names_no_usable_database_is_a_wrong_setting(url: str) -> None:
    with pytest.raises(SettingsError, match="KRING_DATABASE"):
        open_engines(url)


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("busy_timeout", 5000),
        ("foreign_keys", 1),
        ("secure_delete", 1),
        ("trusted_schema", 0),
    ],
)
def test_every_connection_is_durable_and_forgets_for_real(
    tmp_path: Path, pragma: str, value: object
) -> None:
    engines = open_engines(f"sqlite:///{tmp_path}/x.db")
    for engine in (engines.writer, engines.reader):
        with engine.connect() as connection:
            assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value
    engines.dispose()


def test_a_locked_database_is_worth_another_try(tmp_path: Path) -> None:
    engines = open_engines(f"sqlite:///{tmp_path}/x.db")
    with engines.writer.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=1")
    other = sqlite3.connect(tmp_path / "x.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(RetryableError, match="locked"), translated(), engines.writer.begin():
        pass

    other.close()
    engines.dispose()


def test_a_full_disk_is_told_apart_and_passes_when_there_is_room(tmp_path: Path) -> None:
    engines = open_engines(f"sqlite:///{tmp_path}/x.db")
    with engines.writer.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE one (text BLOB)")
        connection.exec_driver_sql("PRAGMA max_page_count=3")
    much = sa.text("INSERT INTO one VALUES (zeroblob(20000))")

    with pytest.raises(FullError), translated(), engines.writer.begin() as connection:
        connection.execute(much)

    with engines.writer.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=300")
    with translated(), engines.writer.begin() as connection:
        connection.execute(much)
    engines.dispose()


def test_wrong_sql_is_a_bug_and_not_worth_another_try(tmp_path: Path) -> None:
    engines = open_engines(f"sqlite:///{tmp_path}/x.db")
    with (
        engines.writer.connect() as connection,
        pytest.raises(sa.exc.OperationalError, match="no such table"),
        translated(),
    ):
        connection.exec_driver_sql("SELECT * FROM nowhere")
    engines.dispose()


def test_a_broken_constraint_is_left_to_whoever_wrote(tmp_path: Path) -> None:
    engines = open_engines(f"sqlite:///{tmp_path}/x.db")
    with engines.writer.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE one (id INTEGER PRIMARY KEY)")
        connection.exec_driver_sql("INSERT INTO one VALUES (1)")
        with pytest.raises(sa.exc.IntegrityError), translated():
            connection.exec_driver_sql("INSERT INTO one VALUES (1)")
    engines.dispose()


def test_an_error_does_not_show_the_values(tmp_path: Path) -> None:
    engines = open_engines(f"sqlite:///{tmp_path}/x.db")
    with (
        engines.reader.connect() as connection,
        pytest.raises(sa.exc.OperationalError) as caught,
    ):
        connection.execute(sa.text("SELECT :name FROM nowhere"), {"name": "Jansen"})
    engines.dispose()

    assert "Jansen" not in str(caught.value)


def test_a_file_that_is_no_database_is_a_wrong_setting(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"not a database" * 1000)

    with pytest.raises(SettingsError, match=r"x\.db cannot be used"):
        migrate(f"sqlite:///{tmp_path}/x.db")


def test_a_database_that_cannot_be_read_is_not_ready(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"not a database" * 1000)
    url = f"sqlite:///{tmp_path}/x.db"
    database = open_database(url, source="/kring/x", clock=CLOCK, ids=Uuid7(CLOCK))

    assert not database.is_ready()
    with pytest.raises(RetryableError), database.write():
        pass
    database.close()


def test_a_second_writer_in_one_process_waits_its_turn_and_then_gives_up(tmp_path: Path) -> None:
    engines = open_engines(f"sqlite:///{tmp_path}/x.db", wait_seconds=0.01)
    with (
        engines.writer.begin(),
        pytest.raises(RetryableError, match="busy"),
        translated(),
        engines.writer.begin(),
    ):
        pass
    engines.dispose()


def test_a_repository_works_inside_the_open_transaction(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/x.db"
    migrate(url)
    database = open_database(url, source="/kring/x", clock=CLOCK, ids=Uuid7(CLOCK))
    with database.write() as work:
        work.advance("search", "story/s", 1, b"")
        rows = connection_of(work).execute(sa.text("SELECT aggregate FROM applied")).scalars()
        assert list(rows) == ["story/s"]
    database.close()


def test_a_repository_takes_work_of_this_database_only() -> None:
    class Foreign(Work):
        emit = advance = advance_all = forget = bury = vanish = print  # type: ignore[assignment]

    with pytest.raises(TypeError, match="Foreign"):
        connection_of(Foreign())

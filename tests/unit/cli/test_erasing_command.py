"""``kring erase``: what it waits for and what it tells when that does not come."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from libs.adapters.sql.database import SqlDatabase, open_database
from libs.adapters.sql.migrate import migrate
from libs.contracts.codec import source_of
from libs.kernel.clock import ManualClock
from libs.kernel.errors import RetryableError
from libs.kernel.ids import Ids
from libs.ports.database import Vanishing
from libs.runtime.cli.erasing import look, wait
from libs.runtime.settings import Settings

SERVICES = ("ingestion", "search", "gateway")
SUBJECT = "member/anna"


@pytest.fixture
def databases(tmp_path: Path, clock: ManualClock, ids: Ids) -> Iterator[dict[str, SqlDatabase]]:
    opened = {}
    for name in SERVICES:
        url = f"sqlite:///{tmp_path}/{name}.db"
        migrate(url)
        opened[name] = open_database(url, source=source_of(name), clock=clock, ids=ids)
    yield opened
    for database in opened.values():
        database.close()


def delete(database: SqlDatabase, service: str, subject: str = SUBJECT) -> None:
    with database.write() as work:
        work.advance(service, subject, 2, b"x")
        work.vanish(subject, 2, cause=SUBJECT)


def test_a_member_nobody_asked_to_erase_is_at_no_service(
    databases: dict[str, SqlDatabase],
) -> None:
    found = look(databases, "anna")

    assert found.services == {}


def test_each_service_is_as_far_as_its_slowest_part(databases: dict[str, SqlDatabase]) -> None:
    for subject in (SUBJECT, "story/soup"):
        delete(databases["ingestion"], "ingestion", subject)
    with databases["search"].write() as work:
        work.advance("search", "story/soup", 1, b"x")
    delete(databases["search"], "search")
    for name in ("ingestion", "search"):
        databases[name].cleanings().finish([SUBJECT])
    found = look(databases, "anna")

    assert found.services == {
        "ingestion": Vanishing.DELETED,  # its story is not cleaned yet
        "search": Vanishing.AWAITED,  # it holds the story still
        "gateway": Vanishing.AWAITED,  # it has not heard of the member, and must
    }
    assert not found.is_gone
    assert found.as_json()["services"] == {
        "ingestion": "deleted",
        "search": "awaited",
        "gateway": "awaited",
    }


def test_it_waits_until_every_service_is_done(
    databases: dict[str, SqlDatabase], tmp_path: Path, clock: ManualClock
) -> None:
    for name, database in databases.items():
        delete(database, name)
        database.cleanings().finish([SUBJECT])
    found = wait(Settings(data=tmp_path), SERVICES, "anna", clock=clock, seconds=1)

    assert found.is_gone
    assert set(found.services) == set(SERVICES)


def test_what_takes_too_long_is_told_with_how_far_each_is(
    databases: dict[str, SqlDatabase], tmp_path: Path, clock: ManualClock
) -> None:
    for name in ("ingestion", "search"):
        delete(databases[name], name)
    databases["ingestion"].cleanings().finish([SUBJECT])

    expected = r"ingestion \(gone\), search \(deleted\), gateway \(awaited\)\. Run the same"
    with pytest.raises(RetryableError, match=expected):
        wait(Settings(data=tmp_path), SERVICES, "anna", clock=clock, seconds=1)

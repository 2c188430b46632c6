"""Cleaning files of what was deleted: soon, completely, and at a bounded cost."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs
from typing_extensions import override

from libs.adapters.embedded.index import EmbeddedIndex
from libs.adapters.sql.database import open_database
from libs.adapters.sql.migrate import migrate
from libs.adapters.sql.work import connection_of
from libs.contracts.codec import source_of
from libs.kernel.clock import ManualClock
from libs.kernel.errors import RetryableError
from libs.kernel.ids import Ids
from libs.ports.database import Database
from libs.ports.index import Document, Passage
from libs.runtime.cleaning import REST, Cleaner

WORD = "zeldzaamwoord"
NOTE = sa.Table("note", sa.MetaData(), sa.Column("text", sa.Text))


class SlowIndex(EmbeddedIndex):
    """An index whose cleaning takes ten seconds beside any waiting, or cannot be done."""

    clock: ManualClock
    is_down = False
    waits = 0.0
    purges = 0

    @override
    def purge(self) -> float:
        if self.is_down:
            raise RetryableError("the index does not answer")
        self.purges += 1
        self.clock.advance(10 + self.waits)
        return super().purge() + self.waits


@dataclass
class Site:
    database: Database
    index: SlowIndex
    cleaner: Cleaner
    folder: Path

    def keep(self) -> None:
        vector = np.ones(4, dtype=np.float32)
        document = Document("a", "nl", {"body": WORD}, {}, [Passage("body", WORD, vector)])
        self.index.put([(document, 1)])
        with self.database.write() as work:
            connection_of(work).execute(sa.insert(NOTE).values(text=WORD))

    def delete(self, sequence: int = 2) -> None:
        self.index.remove([("a", sequence)])
        with self.database.write() as work:
            connection_of(work).execute(sa.delete(NOTE))
            work.vanish("member/a", sequence)

    def holds_word(self) -> bool:
        files = (path for path in self.folder.rglob("*") if path.is_file())
        return any(WORD[4:].encode() in path.read_bytes() for path in files)


@pytest.fixture
def site(tmp_path: Path, clock: ManualClock, ids: Ids) -> Iterator[Site]:
    url = f"sqlite:///{tmp_path}/site.db"
    migrate(url)
    database = open_database(url, source=source_of("search"), clock=clock, ids=ids)
    with database.write() as work:
        NOTE.create(connection_of(work))
    index = SlowIndex(tmp_path, "people", dimension=4)
    index.clock = clock
    cleaner = Cleaner("search", database=database, indexes=[index], clock=clock)
    yield Site(database, index, cleaner, tmp_path)
    index.close()
    database.close()


def test_without_a_deletion_nothing_is_cleaned(site: Site) -> None:
    site.keep()

    assert site.cleaner.turn() == 0
    assert site.index.purges == 0


def test_what_was_deleted_stands_in_no_file_after_a_turn(site: Site) -> None:
    site.keep()
    site.delete()
    assert site.holds_word(), "a deletion alone leaves it in files"

    assert site.cleaner.turn() == 1
    assert not site.holds_word()
    assert site.database.cleanings().pending() == []
    assert site.cleaner.turn() == 0


def test_cleaning_takes_no_more_than_a_twentieth_of_the_time(
    site: Site, clock: ManualClock
) -> None:
    site.delete(2)
    assert site.cleaner.turn() == 1
    site.delete(3)
    clock.advance(10 * REST - 1)
    assert site.cleaner.turn() == 0

    clock.advance(1)
    assert site.cleaner.turn() == 1


def test_mere_waiting_for_the_engine_needs_no_rest(site: Site, clock: ManualClock) -> None:
    site.index.waits = 30.0
    site.delete(2)
    assert site.cleaner.turn() == 1
    site.delete(3)
    clock.advance(10 * REST)

    assert site.cleaner.turn() == 1


def test_what_cannot_be_cleaned_now_is_cleaned_later(site: Site) -> None:
    site.delete()
    site.index.is_down = True
    with pytest.raises(RetryableError):
        site.cleaner.turn()
    assert site.database.cleanings().pending() == ["member/a"]

    site.index.is_down = False
    assert site.cleaner.turn() == 1


class Stop:
    """Tells to stop after so many looks."""

    def __init__(self, looks: int) -> None:
        self.looks = looks

    def wait(self, _seconds: float) -> bool:
        self.looks -= 1
        return self.looks < 0


def test_the_loop_goes_on_after_an_outage(site: Site) -> None:
    site.delete()
    site.index.is_down = True
    with capture_logs() as logs:
        site.cleaner.run(Stop(2))  # type: ignore[arg-type]  # only waiting is asked of it

    assert [each["event"] for each in logs] == ["could not clean"] * 2

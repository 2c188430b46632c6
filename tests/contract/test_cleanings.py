"""The laws of what shall vanish: ``Work.vanish``, ``Cleanings``, ``purge``, ``drop_naming``."""

from collections.abc import Iterator

import pytest
from harness.databases import OpenDatabase, opening

from libs.contracts.envelope import Record
from libs.kernel.clock import ManualClock
from libs.ports.database import Database, DeadLetter, Vanishing

ANNA, STORY = "member/anna", "story/soup"


@pytest.fixture
def reopen(database_url: str, clock: ManualClock) -> Iterator[OpenDatabase]:
    with opening(database_url, clock) as opener:
        yield opener


@pytest.fixture
def database(reopen: OpenDatabase) -> Database:
    return reopen()


def vanish(database: Database, subject: str, sequence: int, cause: str = "") -> None:
    with database.write() as work:
        work.vanish(subject, sequence, cause=cause)


class DeliberateError(Exception):
    pass


def test_what_shall_vanish_waits_until_it_is_finished(
    database: Database, reopen: OpenDatabase
) -> None:
    assert database.cleanings().pending() == []
    vanish(database, ANNA, 3)
    vanish(database, STORY, 9)
    assert sorted(reopen().cleanings().pending()) == [ANNA, STORY]

    database.cleanings().finish([ANNA])
    assert reopen().cleanings().pending() == [STORY]


def test_a_transaction_that_fails_asks_for_nothing(database: Database) -> None:
    def fail() -> None:
        with database.write() as work:
            work.vanish(ANNA, 1)
            raise DeliberateError

    with pytest.raises(DeliberateError):
        fail()

    assert database.cleanings().pending() == []


def test_only_a_later_deletion_asks_again(database: Database) -> None:
    vanish(database, ANNA, 3)
    database.cleanings().finish([ANNA])
    vanish(database, ANNA, 3)
    vanish(database, ANNA, 2)
    assert database.cleanings().pending() == []

    vanish(database, ANNA, 4)
    assert database.cleanings().pending() == [ANNA]


def test_what_was_deleted_for_the_sake_of_a_member_is_told_with_its_sequences(
    database: Database,
) -> None:
    vanish(database, ANNA, 3)
    vanish(database, STORY, 9, cause=ANNA)
    vanish(database, "story/other", 1)

    assert database.cleanings().caused_by(ANNA) == {ANNA: 3, STORY: 9}
    assert database.cleanings().caused_by("member/nobody") == {}


def test_how_far_a_consumer_is(database: Database) -> None:
    steps = {ANNA: 3, STORY: 9}

    def states() -> list[Vanishing]:
        found = database.cleanings().look("search", steps)
        return [found[ANNA], found[STORY]]

    assert states() == [Vanishing.UNKNOWN, Vanishing.UNKNOWN]
    with database.write() as work:
        work.advance("search", ANNA, 2, b"x")
        work.advance("other", STORY, 9, b"x")
    assert states() == [Vanishing.AWAITED, Vanishing.UNKNOWN]
    with database.write() as work:
        work.advance("search", ANNA, 3, b"x")
        work.advance("search", STORY, 9, b"x")
        work.vanish(STORY, 9)
    assert states() == [Vanishing.DELETED, Vanishing.DELETED]
    database.cleanings().finish([STORY])
    assert states() == [Vanishing.DELETED, Vanishing.GONE]


def test_an_earlier_cleaning_does_not_count_for_a_later_deletion(database: Database) -> None:
    vanish(database, ANNA, 3)
    database.cleanings().finish([ANNA])

    assert database.cleanings().look("search", {ANNA: 4}) == {ANNA: Vanishing.UNKNOWN}


def test_a_purge_changes_nothing_that_can_be_read(database: Database) -> None:
    vanish(database, ANNA, 3)
    database.purge()
    database.purge()

    assert database.cleanings().pending() == [ANNA]


def bury(database: Database, offset: int, value: bytes, reason: str = "no reason") -> None:
    record = Record("kring.inbox.v1", b"key", (), value)
    with database.write() as work:
        work.bury(DeadLetter(record.topic, 0, offset, record, reason, 1))


def test_letters_that_name_somebody_are_dropped_and_the_others_stay(database: Database) -> None:
    bury(database, 1, b'{"email": "Anna.J\xc3\xa9@Kring.Example"}')
    bury(database, 2, b'{"email": "anna.j\\u00e9@kring.example"}')
    bury(database, 3, b"\xff\x00", reason="refused: ANNA.J\u00c9@kring.example is no address")
    bury(database, 4, b'{"email": "bert@kring.example"}')

    assert database.letters().drop_naming(["anna.j\u00e9@kring.example", ""]) == 3
    assert [letter.offset for letter in database.letters().find()] == [4]
    assert database.letters().drop_naming(["anna.j\u00e9@kring.example"]) == 0


def test_no_words_name_nobody(database: Database) -> None:
    bury(database, 1, b"anything")

    assert database.letters().drop_naming([]) == database.letters().drop_naming([""]) == 0
    assert len(database.letters().find()) == 1

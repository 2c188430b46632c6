"""Answers that are remembered are never older than what was committed."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from fastapi import Response

from libs.adapters.sql.database import open_database
from libs.adapters.sql.migrate import migrate
from libs.contracts import topics
from libs.contracts.gen.kring.events.v1.stories_pb2 import Story
from libs.kernel.clock import ManualClock
from libs.kernel.errors import NotFoundError
from libs.kernel.ids import Uuid7
from libs.ports.database import Database
from libs.web.remembered import Remembered


class Kitchen:
    """Makes answers and counts them."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self) -> dict[str, int]:
        self.made += 1
        return {"made": self.made}


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture
def database(tmp_path: Path, clock: ManualClock) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path}/some.db"
    migrate(url)
    opened = open_database(url, source="kring/some", clock=clock, ids=Uuid7(clock))
    yield opened
    opened.close()


@pytest.fixture
def remembered(database: Database, clock: ManualClock) -> Remembered:
    return Remembered(database, clock)


def change(database: Database) -> None:
    with database.write() as work:
        work.emit(topics.STORIES, "a", programme="p", sequence=1, state=Story(story_id="a"))


def made(response: Response) -> int:
    return int(orjson.loads(response.body)["made"])


def test_the_same_question_is_answered_once(remembered: Remembered) -> None:
    kitchen = Kitchen()
    assert [made(remembered("key", kitchen)) for _ in range(3)] == [1, 1, 1]


def test_another_question_has_its_own_answer(remembered: Remembered) -> None:
    kitchen = Kitchen()
    assert [made(remembered(key, kitchen)) for key in ("a", "b", "a", "b")] == [1, 2, 1, 2]


def test_after_a_commit_the_answer_is_made_anew(remembered: Remembered, database: Database) -> None:
    kitchen = Kitchen()
    remembered("key", kitchen)
    change(database)
    assert [made(remembered("key", kitchen)) for _ in range(2)] == [2, 2]


def test_an_answer_made_while_somebody_commits_is_not_kept(
    remembered: Remembered, database: Database
) -> None:
    kitchen = Kitchen()

    def slow() -> dict[str, int]:
        change(database)
        assert made(remembered("other", kitchen)) == 1
        return {"made": 100}

    assert made(remembered("key", slow)) == 100
    assert made(remembered("key", kitchen)) == 2


def test_an_answer_gets_old(remembered: Remembered, clock: ManualClock) -> None:
    kitchen = Kitchen()
    remembered("key", kitchen)
    clock.advance(10)
    assert made(remembered("key", kitchen)) == 2


def test_an_error_is_no_answer(remembered: Remembered) -> None:
    def missing() -> object:
        raise NotFoundError("There is no such thing.")

    with pytest.raises(NotFoundError):
        remembered("key", missing)
    assert made(remembered("key", Kitchen())) == 1


def test_a_large_answer_is_made_each_time(remembered: Remembered) -> None:
    kitchen = Kitchen()

    def large() -> dict[str, object]:
        return {**kitchen(), "padding": "x" * 70_000}

    assert [made(remembered("key", large)) for _ in range(2)] == [1, 2]


def test_the_oldest_of_very_many_answers_is_forgotten(remembered: Remembered) -> None:
    kitchen = Kitchen()
    for number in range(513):
        remembered(number, kitchen)
    assert made(remembered(512, kitchen)) == 513
    assert made(remembered(0, kitchen)) == 514

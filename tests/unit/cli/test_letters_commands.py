"""``kring dlq``: dead letters are listed, shown, replayed and dropped."""

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from libs.adapters.sql.database import open_database
from libs.adapters.sql.migrate import migrate
from libs.adapters.sqlite.bus import open_bus
from libs.contracts.codec import encode, source_of
from libs.contracts.envelope import Event, Record
from libs.contracts.gen.kring.events.v1.inbox_pb2 import Submission
from libs.contracts.gen.kring.events.v1.stories_pb2 import Story
from libs.contracts.topics import INBOX, STORIES
from libs.kernel.clock import ManualClock
from libs.kernel.ids import Ids
from libs.ports.database import DeadLetter
from libs.runtime.cli.app import build_cli
from libs.runtime.cli.sample import Sample

SERVICES = ("search", "notification")
MORNING = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
TOPIC = "kring.stories.v1"
UNREADABLE = Record(TOPIC, b"p:story/a", (("ce_id", b"1"),), b"\x00\xff")


class Shell:
    """The command line on one data folder, with letters in two services."""

    def __init__(self, data: Path, clock: ManualClock, ids: Ids) -> None:
        self.data = data
        self.clock = clock
        self._ids = ids
        self._app = build_cli(SERVICES, Sample(folder=data, people=()))
        data.mkdir()

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(self._app, ["dlq", *arguments, "--data", str(self.data)])

    def bury(
        self,
        service: str,
        offset: int,
        hours: int,
        reason: str = "PoisonError: bad",
        record: Record = UNREADABLE,
    ) -> None:
        url = f"sqlite:///{self.data}/{service}.db"
        migrate(url)
        database = open_database(url, source=source_of(service), clock=self.clock, ids=self._ids)
        letter = DeadLetter(
            topic=TOPIC,
            partition=3,
            offset=offset,
            record=record,
            reason=reason,
            attempts=3,
            rejected_at=MORNING + timedelta(hours=hours),
        )
        with database.write() as work:
            work.bury(letter)
        database.close()

    def publish(self, *records: Record) -> None:
        bus = open_bus(f"sqlite:///{self.data}/log.db", clock=self.clock)
        bus.publish(records)
        bus.close()

    def published(self) -> list[Record]:
        bus = open_bus(f"sqlite:///{self.data}/log.db", clock=self.clock)
        found = bus.subscribe("reader", [TOPIC]).poll(limit=10, timeout_seconds=0)
        bus.close()
        return [delivery.record for delivery in found]


def snapshot(sequence: int, story: str = "a") -> Record:
    return encode(
        Event(
            topic=STORIES,
            id=f"{story}-{sequence}",
            aggregate_id=story,
            sequence=sequence,
            programme="p",
            source=source_of("ingestion"),
            time=MORNING,
            state=Story(story_id=story),
        )
    )


@pytest.fixture
def shell(tmp_path: Path, clock: ManualClock, ids: Ids) -> Shell:
    return Shell(tmp_path / "data", clock, ids)


def test_without_letters_there_are_none(shell: Shell) -> None:
    assert shell.run("list").output.strip() == "No dead letters."
    assert json.loads(shell.run("list", "--json").output) == []


def test_letters_of_all_services_are_listed_the_newest_first(shell: Shell) -> None:
    shell.bury("search", 1, hours=1)
    shell.bury("notification", 2, hours=2)
    shell.bury("search", 3, hours=3)

    found = json.loads(shell.run("list", "--json").output)

    assert [(letter["service"], letter["offset"]) for letter in found] == [
        ("search", 3),
        ("notification", 2),
        ("search", 1),
    ]
    assert found[0]["rejected_at"] == "2026-11-22T11:00:00+00:00"
    assert "value_base64" not in found[0]


def test_a_list_has_a_limit_over_all_services(shell: Shell) -> None:
    shell.bury("search", 1, hours=1)
    shell.bury("notification", 2, hours=2)

    (found,) = json.loads(shell.run("list", "--limit", "1", "--json").output)

    assert found["service"] == "notification"


def test_the_letters_of_one_service_can_be_listed(shell: Shell) -> None:
    shell.bury("search", 1, hours=1)
    shell.bury("notification", 2, hours=2)

    found = shell.run("list", "--service", "search")

    assert "search 1  2026-11-22T09:00:00+00:00  kring.stories.v1/3@1  PoisonError: bad" in (
        found.output
    )
    assert "notification" not in found.output


def test_a_reason_is_shown_as_it_is_and_not_as_markup(shell: Shell) -> None:
    shell.bury("search", 1, hours=1, reason="[bold]odd[/] [red]")

    assert "[bold]odd[/] [red]" in shell.run("list").output


def test_a_letter_is_shown_whole(shell: Shell) -> None:
    shell.bury("search", 1, hours=1)

    shown = json.loads(shell.run("show", "1", "--service", "search", "--json").output)

    assert shown["key"] == "p:story/a"
    assert shown["headers"] == {"ce_id": "1"}
    assert base64.b64decode(shown["value_base64"]) == b"\x00\xff"
    assert "kring.stories.v1" in shell.run("show", "1", "--service", "search").output


def test_a_replayed_letter_is_published_as_it_was_and_is_gone(shell: Shell) -> None:
    shell.bury("search", 1, hours=1)

    done = shell.run("replay", "1", "--service", "search")

    assert done.exit_code == 0, done.output
    assert shell.published() == [UNREADABLE]
    assert shell.run("show", "1", "--service", "search").exit_code == 1


def test_a_snapshot_is_replayed_while_it_is_the_newest(shell: Shell) -> None:
    shell.publish(snapshot(1), snapshot(9, story="b"))
    shell.bury("search", 1, hours=1, record=snapshot(2))

    done = shell.run("replay", "1", "--service", "search")

    assert done.exit_code == 0, done.output
    assert snapshot(2) in shell.published()


def test_a_snapshot_that_was_replaced_since_is_not_replayed(shell: Shell) -> None:
    shell.publish(snapshot(3))
    shell.bury("search", 1, hours=1, record=snapshot(2))

    done = shell.run("replay", "1", "--service", "search")

    assert done.exit_code == 1
    assert "A newer state of story/a was published since: drop this letter" in done.stderr
    assert shell.published() == [snapshot(3)]
    assert shell.run("show", "1", "--service", "search").exit_code == 0


def test_a_request_is_replayed_whatever_came_since(shell: Shell) -> None:
    request = encode(
        Event(
            topic=INBOX,
            id="1",
            aggregate_id="a",
            sequence=0,
            programme="p",
            source="/other",
            time=MORNING,
            state=Submission(),
        )
    )
    shell.bury("search", 1, hours=1, record=request)

    assert shell.run("replay", "1", "--service", "search").exit_code == 0


def test_what_the_log_could_not_give_is_not_replayed(shell: Shell) -> None:
    shell.bury("search", 1, hours=1, record=Record(TOPIC, b"", (), b""))

    done = shell.run("replay", "1", "--service", "search")

    assert done.exit_code == 1
    assert "nothing to replay" in done.stderr
    assert "kring republish" in done.stderr
    assert shell.published() == []


def test_a_dropped_letter_is_gone_and_not_published(shell: Shell) -> None:
    shell.bury("search", 1, hours=1)

    assert shell.run("drop", "1", "--service", "search").exit_code == 0

    assert json.loads(shell.run("list", "--json").output) == []
    assert shell.published() == []


@pytest.mark.parametrize("command", ["show", "replay", "drop"])
def test_a_letter_that_is_not_there_is_told(shell: Shell, command: str) -> None:
    done = shell.run(command, "7", "--service", "search")

    assert done.exit_code == 1
    assert done.stderr == "kring: search has no letter 7: see `kring dlq list`.\n"


@pytest.mark.parametrize("command", [["list"], ["show", "1"], ["replay", "1"], ["drop", "1"]])
@pytest.mark.parametrize("service", ["serach", "../search"])
def test_a_service_that_does_not_exist_is_told_and_makes_nothing(
    shell: Shell, command: list[str], service: str
) -> None:
    done = shell.run(*command, "--service", service)

    assert done.exit_code == 1
    assert "There is no service" in done.stderr
    assert list(shell.data.rglob("*.db")) == []


def test_the_service_of_a_letter_must_be_said(shell: Shell) -> None:
    assert shell.run("show", "1").exit_code == 2
    assert shell.run("show", "1", "--service", "").exit_code == 1

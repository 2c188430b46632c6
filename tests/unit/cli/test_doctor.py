"""``kring doctor``: what it finds, and that every finding says how to mend it."""

import json
import shutil
import socket
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from typer.testing import CliRunner

from libs.adapters.sqlite.bus import open_bus
from libs.contracts.codec import encode, source_of
from libs.contracts.envelope import Event, Record
from libs.contracts.gen.kring.events.v1.stories_pb2 import Story
from libs.contracts.topics import STORIES
from libs.kernel.clock import ManualClock
from libs.kernel.ids import Ids, Uuid7
from libs.runtime.cli import checking
from libs.runtime.cli.app import build_cli
from libs.runtime.cli.checking import check
from libs.runtime.cli.claim import claimed
from libs.runtime.cli.deep import DifferError, deep_checks, newest
from libs.runtime.cli.sample import Sample
from libs.runtime.settings import Settings, with_secrets
from libs.runtime.wiring import Wiring

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Disk(NamedTuple):
    """What ``shutil.disk_usage`` returns."""

    total: int
    used: int
    free: int


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return with_secrets(Settings(data=tmp_path / "d", port=0, encoder="use"))


@pytest.fixture
def wiring(settings: Settings, clock: ManualClock, ids: Ids) -> Iterator[Wiring]:
    opened = Wiring(settings, clock=clock, ids=ids)
    yield opened
    opened.close()


def found(settings: Settings, part: str, *services: str) -> dict[str, str]:
    """Return one finding, without loading the encoder."""
    quick = settings.model_copy(update={"encoder": "none"})
    return next(each for each in check(quick, services, deep=False) if each["part"] == part)


def test_a_fresh_installation_is_all_fine(settings: Settings) -> None:
    findings = check(settings, ["search"], deep=False)

    assert {each["part"]: each["wrong"] for each in findings} == dict.fromkeys(
        [
            "data folder",
            "port",
            "encoder",
            "event log",
            "vault",
            "mail",
            "search database",
            "index",
        ],
        "",
    )
    assert all(each["fine"] for each in findings)


def test_the_command_ends_with_one_when_something_is_wrong(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KRING_ENCODER", "crystal-ball")
    app = build_cli(["search"], Sample(folder=settings.data, people=()))

    told = CliRunner().invoke(app, ["doctor", "--data", str(settings.data)])
    as_json = CliRunner().invoke(app, ["doctor", "--data", str(settings.data), "--json"])

    assert told.exit_code == as_json.exit_code == 1
    assert "✗ encoder: KRING_ENCODER='crystal-ball': unknown scheme. Use one of:" in told.output
    assert "✓ event log: answers" in told.output
    wrong = [each["part"] for each in json.loads(as_json.output) if each["wrong"]]
    assert "encoder" in wrong


def test_a_full_disk_is_told(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Disk(10**9, 10**9, 10 * 2**20))

    assert found(settings, "data folder")["wrong"] == (
        "only 10 MiB are free: make room, or move KRING_DATA."
    )


def test_a_taken_port_is_told(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        finding = found(settings.model_copy(update={"port": port}), "port")

    assert finding["wrong"].endswith("Choose another KRING_PORT.")


def test_an_address_that_is_not_of_this_machine_is_told(settings: Settings) -> None:
    assert found(settings.model_copy(update={"host": "192.0.2.1"}), "port")["wrong"]


@pytest.mark.parametrize("together", [False, True], ids=["whole", "services apart"])
def test_the_port_of_the_kring_that_runs_here_is_fine(settings: Settings, together: bool) -> None:
    with claimed(settings, together=together), socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        finding = found(settings.model_copy(update={"port": port}), "port")

    assert finding["fine"] == "in use by the Kring that runs on this data folder"


def test_an_address_left_by_a_kring_that_was_killed_is_no_kring(settings: Settings) -> None:
    (settings.data / "run").mkdir(parents=True)
    (settings.data / "run" / "address").write_text("http://127.0.0.1:1")

    assert found(settings, "port")["fine"].endswith("is free")


@pytest.mark.parametrize(
    ("url", "fine"),
    [
        ("smtp://anna:hidden@127.0.0.1:1", "is sent by 127.0.0.1:1"),
        ("smtps://127.0.0.1:1", "is sent by 127.0.0.1:1"),
        ("file:///var/mail", "is written to /var/mail; set KRING_MAIL=smtp://… to send it"),
    ],
)
def test_where_mail_goes_is_told_without_the_password(
    settings: Settings, url: str, fine: str
) -> None:
    if url.startswith("file:"):
        url = f"file://{settings.data}/mail"
        fine = fine.replace("/var/mail", f"{settings.data}/mail")

    finding = found(settings.model_copy(update={"mail": url}), "mail")

    assert (finding["fine"], finding["wrong"]) == (fine, "")


@pytest.mark.parametrize("url", ["smtp://", "pigeon://loft"])
def test_a_way_for_mail_that_is_none_is_told(settings: Settings, url: str) -> None:
    assert "KRING_MAIL" in found(settings.model_copy(update={"mail": url}), "mail")["wrong"]


def test_a_log_that_is_broken_is_told(settings: Settings) -> None:
    (settings.data / "log.db").write_bytes(b"this is no database at all" * 100)

    assert "cannot be used as the log" in found(settings, "event log")["wrong"]


def test_a_database_that_is_broken_is_told(settings: Settings) -> None:
    (settings.data / "search.db").write_bytes(b"this is no database at all" * 100)

    assert "KRING_DATABASE" in found(settings, "search database", "search")["wrong"]


def test_an_encoder_that_gives_no_vectors_is_told(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "_encoder", _raise)

    assert found(settings, "encoder")["wrong"] == "No such file"


def _raise(_wiring: object) -> str:
    raise OSError("No such file")


def story(identity: str, sequence: int, *, withdrawn: bool = False) -> Record:
    return encode(
        Event(
            topic=STORIES,
            id=f"{identity}-{sequence}",
            aggregate_id=identity,
            sequence=sequence,
            programme="p",
            source=source_of("ingestion"),
            time=NOON,
            state=Story(story_id=identity, withdrawn=withdrawn),
        )
    )


def test_the_log_tells_the_newest_state_of_what_lives(
    settings: Settings, clock: ManualClock
) -> None:
    bus = open_bus(f"sqlite:///{settings.data}/log.db", clock=clock)
    broken = Record(STORIES.name, b"k", (), b"\xff")
    bus.publish([story("a", 1), story("a", 3), story("a", 2), broken, story("b", 1)])
    bus.publish([story("b", 2, withdrawn=True), story("c", 7)])

    assert newest(bus, STORIES, "withdrawn") == {"a": 3, "c": 7}
    assert newest(bus, STORIES, "withdrawn") == {"a": 3, "c": 7}
    bus.close()


def test_an_index_that_differs_from_the_log_is_told_with_how_to_mend_it(
    settings: Settings, wiring: Wiring, clock: ManualClock
) -> None:
    checks = dict(deep_checks(wiring))
    bus = open_bus(f"sqlite:///{settings.data}/log.db", clock=clock)
    bus.publish([story(f"s{number}", 1) for number in range(7)])
    bus.close()

    with pytest.raises(DifferError, match=r"7 of 7 differ .*\(s0, s1, s2, s3, s4\).*kring rebuild"):
        checks["search index stories"]()
    assert checks["search index people"]() == "0 documents, each as new as the log"


def test_an_index_in_use_by_a_running_kring_is_no_fault(settings: Settings) -> None:
    clock = ManualClock(NOON)
    with closing(Wiring(settings, clock=clock, ids=Uuid7(clock))) as running:
        running.index("search", "stories")
        with claimed(settings):
            findings = check(settings, [], deep=False)
        assert _of(findings, "index")["fine"].startswith("in use by the Kring")
        assert "in use by another process" in _of(check(settings, [], deep=False), "index")["wrong"]


def _of(findings: list[dict[str, str]], part: str) -> dict[str, str]:
    return next(each for each in findings if each["part"] == part)

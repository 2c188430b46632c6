"""``kring inbox``: keys are made, seen and ended, and submissions get their receipts."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.desk import Desk, served
from harness.ingestion import MASTER, open_world
from pydantic import SecretStr
from typer.testing import CliRunner, Result

from libs.kernel.clock import ManualClock, SystemClock
from libs.kernel.ids import Ids, Uuid7
from libs.runtime.cli.app import build_cli
from libs.runtime.cli.sample import Sample
from libs.runtime.lifecycle import Process
from libs.runtime.settings import Settings, with_secrets

KEY = {"id": "k", "programme": "p", "secret": "whsec_" + "A" * 32}
SHOWN = {"id": "k", "name": "Ons [b]systeem[/]", "created_at": "2026-11-22", "ended_at": None}


class Shell:
    """The command line on one data folder."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self._app = build_cli(("ingestion",), Sample(folder=data, people=()))

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(self._app, ["inbox", *arguments, "--data", str(self.data)])

    def file(self, name: str, text: str) -> str:
        path = self.data.parent / name
        path.write_text(text, encoding="utf-8")
        return str(path)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path / "data")


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def url(desk: Desk) -> Iterator[str]:
    with served(desk) as address:
        yield address


def test_a_key_is_printed_as_it_is_to_be_saved(shell: Shell, desk: Desk, url: str) -> None:
    desk.body = json.dumps(KEY).encode()

    done = shell.run("key", "--programme", "ours", "--url", url)

    assert json.loads(done.stdout) == KEY
    assert desk.bodies == [{"name": "command line", "programme": "ours"}]


def test_keys_are_listed_and_ended(shell: Shell, desk: Desk, url: str) -> None:
    ended = {**SHOWN, "ended_at": "2026-11-23"}
    desk.body = json.dumps({"keys": [SHOWN, ended]}).encode()
    listed = shell.run("keys", "--programme", "ours", "--url", url).stdout.splitlines()
    assert listed == [
        "k  2026-11-22  holds  Ons [b]systeem[/]",
        "k  2026-11-22  ended 2026-11-23  Ons [b]systeem[/]",
    ]

    desk.body = b'{"keys": []}'
    assert "No inbox keys" in shell.run("keys", "--programme", "ours", "--url", url).stdout

    desk.body = b""
    assert shell.run("end", "k", "--url", url).stdout == "The key is ended.\n"
    assert desk.asked[-1][:2] == ("DELETE", "/v1/inbox/keys/k")


@pytest.mark.parametrize(
    ("key", "lines", "why"),
    [
        ("{", "", "not JSON"),
        ("[]", "", "not what `kring inbox key` printed"),
        ('{"programme": "p"}', "", "not what `kring inbox key` printed"),
        ('{"programme": "p", "secret": "short"}', "", "not what `kring inbox key` printed"),
        (json.dumps(KEY), "{", "not JSON"),
    ],
)
def test_files_that_are_none_are_refused(shell: Shell, key: str, lines: str, why: str) -> None:
    done = shell.run("publish", shell.file("key.json", key), shell.file("x.jsonl", lines))

    assert done.exit_code == 1
    assert why in done.stderr


def test_what_is_sent_onto_the_log_gets_its_receipts(
    tmp_path: Path, clock: ManualClock, ids: Ids
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    with open_world(data, clock, ids) as world:
        sender = world.sender()
        key = {"programme": world.programmes["samen-thuis"], "secret": sender.secret}
    shell, system = Shell(data), SystemClock()
    settings = with_secrets(Settings(data=data, secret=SecretStr(MASTER.decode())))
    process = Process(settings, clock=system, ids=Uuid7(system))
    lines = [
        {"external_id": "a", "story": {"title": "Samen eten"}},
        {"external_id": "b", "story": {"title": ""}},
    ]
    files = (
        shell.file("key.json", json.dumps(key)),
        shell.file("stories.jsonl", "\n".join(map(json.dumps, lines))),
    )
    try:
        process.start(["ingestion"], ("consumer",))
        told = shell.run("publish", *files)
        as_json = shell.run("publish", *files, "--json")
    finally:
        process.stop()

    assert told.stdout.splitlines() == [
        "refused 'b': title must not be empty",
        "1 accepted, 1 refused",
    ]
    assert [each["change"] for each in json.loads(as_json.stdout)] == [
        "CHANGE_UNCHANGED",
        "CHANGE_UNSPECIFIED",
    ]


def test_what_nobody_answers_is_told(shell: Shell) -> None:
    line = '{"external_id": "a", "story": {"title": "Samen eten"}}'

    done = shell.run(
        "publish",
        shell.file("key.json", json.dumps(KEY)),
        shell.file("x.jsonl", line),
        "--seconds",
        "0",
    )

    assert done.exit_code == 1
    assert "does Kring run" in done.stderr

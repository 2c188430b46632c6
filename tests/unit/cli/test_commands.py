"""The commands as people type them: what they say, and with which exit code they end."""

import json
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
import typer
from harness.desk import Desk, served
from typer.testing import CliRunner, Result

from libs.kernel.errors import NotFoundError, RetryableError, SettingsError
from libs.runtime.cli.app import build_cli
from libs.runtime.cli.sample import Sample
from libs.runtime.cli.terminal import UNAVAILABLE, told

SERVICES = ("ingestion", "search")
MEMBER = "0193a5e0-0000-7000-8000-000000000001"
HIT = {
    "id": "s",
    "title": "Garden [bold]for all[/]",
    "kind": "practice",
    "language": "en",
    "stage": 2,
    "highlight": "A [garden] for all",
}
PERSON = {
    "member_id": MEMBER,
    "display_name": "Anna",
    "organisation": "Buurtzorg",
    "part": "ahead",
    "score": 0.5,
    "reason": "Both care for [people].",
}


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def url(desk: Desk) -> Iterator[str]:
    with served(desk) as address:
        yield address


class Shell:
    """A terminal on an empty data folder, with a Kring at an address."""

    def __init__(self, data: Path, url: str) -> None:
        self.data = data
        self.url = url
        self._app = build_cli(SERVICES, Sample(folder=data, people=()))

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(self._app, list(arguments))

    def call(self, *arguments: str) -> Result:
        return self.run(*arguments, "--url", self.url, "--data", str(self.data))


@pytest.fixture
def shell(tmp_path: Path, url: str) -> Shell:
    return Shell(tmp_path / "data", url)


def test_without_a_command_the_commands_are_listed(shell: Shell) -> None:
    help_text = shell.run().output

    for command in ("up", "run", "import", "search", "people", "link", "dlq", "doctor", "rebuild"):
        assert f" {command} " in help_text


@pytest.mark.parametrize("command", ["up", "run", "import", "search", "republish", "doctor"])
def test_every_command_explains_itself(shell: Shell, command: str) -> None:
    done = shell.run(command, "--help")

    assert done.exit_code == 0
    assert "--data" in done.output


def test_found_stories_are_shown_best_first(shell: Shell, desk: Desk) -> None:
    desk.body = orjson.dumps({"hits": [HIT, {**HIT, "title": "Bench", "stage": None}]})

    done = shell.call("search", "a garden", "--limit", "2")

    assert desk.asked[0][1] == "/v1/search?q=a+garden&limit=2"
    lines = done.output.splitlines()
    assert lines[0].startswith("Garden [bold]for all[/]  (")
    assert lines[1].strip() == "A [garden] for all"
    assert lines[2].startswith("Bench  (")


def test_finding_nothing_is_said(shell: Shell, desk: Desk) -> None:
    desk.body = orjson.dumps({"hits": []})

    assert shell.call("search", "x").output == "Nothing found.\n"


def test_a_program_gets_json(shell: Shell, desk: Desk) -> None:
    desk.body = orjson.dumps({"hits": [HIT]})

    assert json.loads(shell.call("search", "x", "--json").output) == {"hits": [HIT]}


def test_people_are_shown_with_the_reason(shell: Shell, desk: Desk) -> None:
    desk.body = orjson.dumps({"recommendations": [PERSON, {**PERSON, "organisation": None}]})

    done = shell.call("people", MEMBER)

    assert desk.asked == [("GET", f"/v1/recommendations?member={MEMBER}", desk.asked[0][2])]
    assert done.output.splitlines() == [
        "Anna, Buurtzorg  (ahead, 0.50)",
        "    Both care for [people].",
        "Anna  (ahead, 0.50)",
        "    Both care for [people].",
    ]


def test_nobody_fits_is_said(shell: Shell, desk: Desk) -> None:
    desk.body = orjson.dumps({"recommendations": []})

    assert "better than a bad match" in shell.call("people", MEMBER).output


def test_a_member_may_be_named_by_mail_address(shell: Shell, desk: Desk) -> None:
    desk.body = orjson.dumps({"members": [{"id": MEMBER}], "recommendations": []})

    shell.call("people", "anna@example.org")

    assert [path for _, path, _ in desk.asked] == [
        "/v1/members?email=anna%40example.org&limit=1",
        f"/v1/recommendations?member={MEMBER}",
    ]


def test_an_address_nobody_has_is_said(shell: Shell, desk: Desk) -> None:
    desk.body = orjson.dumps({"members": []})

    result = shell.call("people", "nobody@example.org")

    assert result.exit_code == 1
    assert "Nobody has the address nobody@example.org" in result.output


def test_a_link_is_printed_alone(shell: Shell, desk: Desk) -> None:
    desk.body = b'{"url": "http://kring/x"}'

    assert shell.call("link", "anna@example.org").output == "http://kring/x\n"
    assert desk.bodies == [{"email": "anna@example.org"}]


def test_an_import_tells_what_became_of_the_records(
    shell: Shell, desk: Desk, tmp_path: Path
) -> None:
    file = tmp_path / "stories.jsonl"
    file.write_text('{"id": "a"}\n{"id": "b"}\n')
    desk.import_as = "created"

    done = shell.call("import", str(file), "--kind", "stories", "--json")

    assert done.exit_code == 0
    assert json.loads(done.stdout)["counts"] == {"created": 2}
    assert "2/2" in done.stderr


def test_an_import_with_refusals_ends_with_one(shell: Shell, desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "stories.jsonl"
    file.write_text("".join(f'{{"id": "{number}"}}\n' for number in range(7)))
    refused = {"status": "refused", "problem": {"fields": {"title": "is [empty]"}}}
    doubled = {"status": "created", "duplicates": ["s-1"]}
    desk.body = orjson.dumps({"results": [refused] * 6 + [doubled]})

    done = shell.call("import", str(file), "--kind", "stories")

    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        "7 records: 1 created, 6 refused",
        *(f"  line {number} refused: title: is [empty]" for number in range(1, 6)),
        "  line 7 resembles s-1",
        "  … and 1 more: --json shows all",
    ]


def test_a_file_that_cannot_be_read_ends_with_one(shell: Shell) -> None:
    done = shell.call("import", "nowhere.jsonl", "--kind", "stories")

    assert done.exit_code == 1
    assert done.stderr.endswith("kring: nowhere.jsonl cannot be read: No such file or directory.\n")


def test_where_nothing_runs_a_command_ends_with_try_again_later(shell: Shell) -> None:
    done = shell.run("search", "x", "--data", str(shell.data))

    assert done.exit_code == UNAVAILABLE
    assert done.stderr.startswith("kring: No Kring has been started on ")


def test_a_refusal_ends_with_one(shell: Shell, desk: Desk) -> None:
    desk.status = 403
    desk.body = orjson.dumps({"title": "You may not do this", "detail": "Ask.", "fields": {}})

    done = shell.call("republish")

    assert (done.exit_code, done.stderr) == (1, "kring: You may not do this: Ask.\n")


def test_republishing_tells_how_much_is_on_its_way(shell: Shell, desk: Desk) -> None:
    desk.body = b'{"published": 3}'

    assert shell.call("republish").output == "3 snapshots are on their way.\n"
    assert desk.bodies == [{"aggregate": ""}]


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "serach"],
        ["run", "search", "--role", "cook"],
        ["rebuild", "serach"],
        ["dlq", "list", "--service", "serach"],
    ],
)
def test_a_name_that_does_not_exist_is_told_with_those_that_do(
    shell: Shell, arguments: list[str]
) -> None:
    done = shell.run(*arguments, "--data", str(shell.data))

    assert done.exit_code == 1
    assert done.stderr.startswith("kring: There is no ")
    assert "Use one of: " in done.stderr


@pytest.mark.parametrize("arguments", [["search"], ["search", "x", "--limit", "0"], ["nonsense"]])
def test_a_command_typed_wrongly_ends_with_two(shell: Shell, arguments: list[str]) -> None:
    assert shell.run(*arguments).exit_code == 2


@pytest.mark.parametrize("command", [["up"], ["run", "search"], ["doctor"], ["rebuild"]])
def test_a_setting_that_is_wrong_is_told_before_anything_starts(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.setenv("KRING_SECRET", "changeme")

    done = shell.run(*command, "--data", str(shell.data))

    assert done.exit_code == 1
    assert done.stderr.startswith("kring: KRING_SECRET is too weak")


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (SettingsError("Mend it."), 1, "kring: Mend it.\n"),
        (NotFoundError("No member."), 1, "kring: There is no such thing: No member.\n"),
        (RetryableError("the log is busy"), UNAVAILABLE, "kring: the log is busy\n"),
        (OSError(28, "No space left"), 1, "kring: [Errno 28] No space left\n"),
    ],
)
def test_errors_are_told_in_one_sentence(
    capsys: pytest.CaptureFixture[str], error: Exception, code: int, sentence: str
) -> None:
    with pytest.raises(typer.Exit) as ended, told():
        raise error

    assert ended.value.exit_code == code
    assert capsys.readouterr().err == sentence


def test_a_reader_that_went_away_is_left_to_the_terminal() -> None:
    with pytest.raises(BrokenPipeError), told():
        raise BrokenPipeError


def test_a_bug_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError), told():
        raise ZeroDivisionError

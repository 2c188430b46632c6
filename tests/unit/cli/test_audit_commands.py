"""``kring audit``: it verifies, anchors and lists, and sees what was done to the table."""

import json
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner, Result

from libs.adapters.sql.engine import open_engines
from libs.kernel.audit import Deed
from libs.kernel.clock import ManualClock
from libs.kernel.ids import Ids
from libs.ports.vault import AUDIT_KEY
from libs.runtime.cli.app import build_cli
from libs.runtime.cli.sample import Sample
from libs.runtime.settings import Settings, with_secrets
from libs.runtime.wiring import Wiring


class Shell:
    """The command line on a data folder in which five deeds were written down."""

    def __init__(self, data: Path, clock: ManualClock, ids: Ids) -> None:
        self.data = data
        self._app = build_cli(["gateway"], Sample(folder=data, people=()))
        wiring = Wiring(with_secrets(Settings(data=data)), clock=clock, ids=ids)
        with closing(wiring):
            key = wiring.vault().make([AUDIT_KEY])[AUDIT_KEY]
            audit = wiring.database("gateway").audit(key or b"")
            for number in range(5):
                who = f"anna{number % 2}"
                audit.append(Deed(number, who, "member", "p", "PUT /v1/x", f"t{number}", 204))

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(self._app, ["audit", *arguments, "--data", str(self.data)])

    def tamper(self, statement: str) -> None:
        engines = open_engines(f"sqlite:///{self.data}/gateway.db")
        with engines.writer.begin() as connection:
            connection.execute(sa.text(statement))
        engines.dispose()


@pytest.fixture
def shell(tmp_path: Path, clock: ManualClock, ids: Ids) -> Shell:
    return Shell(tmp_path / "data", clock, ids)


def test_a_log_that_nobody_touched_is_whole(shell: Shell) -> None:
    result = shell.run("verify")

    assert result.exit_code == 0, result.output
    assert "5 entries, all in their places." in result.output
    assert "Without anchors nobody sees a cut end" in result.output
    assert json.loads(shell.run("verify", "--json").output) == {"entries": 5, "anchors": 0}


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE audit SET outcome = 403 WHERE sequence = 2", "entry 2 was changed"),
        ("UPDATE audit SET actor = 'bert' WHERE sequence = 5", "entry 5 was changed"),
        ("DELETE FROM audit WHERE sequence = 3", "entry 3 is missing"),
        ("UPDATE audit SET sequence = 9 WHERE sequence = 2", "entry 2 is missing"),
    ],
)
def test_what_was_changed_is_told_with_its_place(shell: Shell, statement: str, told: str) -> None:
    shell.tamper(statement)
    result = shell.run("verify")

    assert result.exit_code == 1
    assert "the audit log was tampered with" in result.output
    assert told in result.output


def test_a_cut_end_is_seen_by_an_anchor_that_was_kept(shell: Shell, tmp_path: Path) -> None:
    anchors = tmp_path / "anchors"
    anchors.write_text(shell.run("anchor").output)
    assert shell.run("verify", "--anchors", str(anchors)).exit_code == 0
    shell.tamper("DELETE FROM audit WHERE sequence > 3")

    assert shell.run("verify").exit_code == 0, "without anchors nobody sees it"
    result = shell.run("verify", "--anchors", str(anchors))
    assert result.exit_code == 1
    assert "the end is missing: it reached 5 and ends at 3" in result.output


def test_a_file_that_holds_no_anchors_is_told(shell: Shell, tmp_path: Path) -> None:
    anchors = tmp_path / "anchors"
    anchors.write_text("5\n")
    result = shell.run("verify", "--anchors", str(anchors))

    assert result.exit_code == 1
    assert "anchors:1: an anchor is a number and a digest" in result.output


def test_without_deeds_there_is_no_anchor(shell: Shell) -> None:
    shell.tamper("DELETE FROM audit")

    result = shell.run("anchor")
    assert result.exit_code == 1
    assert "nothing was written down yet" in result.output


def test_what_was_done_to_or_by_somebody_is_listed(shell: Shell) -> None:
    found = json.loads(shell.run("list", "anna1", "--json").output)
    assert [each["sequence"] for each in found] == [2, 4]
    found = json.loads(shell.run("list", "t4", "--json").output)
    assert [each["actor"] for each in found] == ["anna0"]
    assert "PUT /v1/x" in shell.run("list").output

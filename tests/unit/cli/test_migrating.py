"""``kring migrate``: the databases are brought up to date before anything starts."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from libs.runtime.cli.app import build_cli
from libs.runtime.cli.sample import Sample

SERVICES = ("ingestion", "search")


def migrate(data: Path, *arguments: str) -> Result:
    app = build_cli(SERVICES, Sample(folder=data, people=()))
    return CliRunner().invoke(app, ["migrate", *arguments, "--data", str(data)])


def tables(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as database:
        return {row[0] for row in database.execute("SELECT name FROM sqlite_master")}


def test_every_service_gets_its_tables_and_a_second_time_changes_nothing(tmp_path: Path) -> None:
    first = migrate(tmp_path)
    assert first.exit_code == 0, first.output
    found = {name: tables(tmp_path / f"{name}.db") for name in SERVICES}
    assert {"outbox", "applied", "members"} <= found["ingestion"]
    assert {"outbox", "applied"} <= found["search"]
    assert migrate(tmp_path).output == first.output
    assert found == {name: tables(tmp_path / f"{name}.db") for name in SERVICES}


def test_one_service_is_migrated_alone(tmp_path: Path) -> None:
    assert migrate(tmp_path, "search").exit_code == 0
    assert not (tmp_path / "ingestion.db").exists()


def test_a_service_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    refused = migrate(tmp_path, "serch")
    assert refused.exit_code == 1
    assert "Use one of: ingestion, search" in refused.output


def test_a_database_that_does_not_answer_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KRING_DATABASE", "postgresql://nobody@127.0.0.1:9/kring_{service}")
    refused = migrate(tmp_path)
    assert refused.exit_code == 1
    assert "KRING_DATABASE" in refused.output

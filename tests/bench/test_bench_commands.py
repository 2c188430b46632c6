"""Every benchmark runs, on little, and says both sides; what it says then counts for nothing."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from libs.runtime.cli.app import build_cli
from libs.runtime.cli.sample import Sample

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]


def run(*arguments: str) -> str:
    app = build_cli(("ingestion", "search"), Sample(folder=Path(), people=()))
    result = CliRunner().invoke(app, ["bench", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_a_network_is_written_as_files(tmp_path: Path) -> None:
    said = run("network", "--members", "5", "--stories", "7", "--out", str(tmp_path))

    assert "5 members, 7 stories" in said


def test_the_encoder_is_measured_as_services_get_it() -> None:
    assert "passages" in run("encoder", "use", "--amount", "5")


def test_vectors_are_measured_with_their_recall_and_kept_for_the_next_run(tmp_path: Path) -> None:
    for _ in range(2):
        assert "recall@10" in run(
            "vectors", "--documents", "100", "--keep", str(tmp_path / "v.npy")
        )


def test_routes_are_measured_through_the_gateway_and_at_the_service() -> None:
    said = run("http", "--encoder", "use", "--quick")

    assert "P10" in said
    assert "P11" in said


def test_a_running_kring_is_measured_and_the_outcome_recorded(tmp_path: Path) -> None:
    record = tmp_path / "benchmarks.md"
    run("living", "--encoder", "use", "--amount", "5", "--quick", "--record", str(record))

    for what in ("import until found", "POST /v1/stories", "memory", "idle", "until ready"):
        assert what in record.read_text()

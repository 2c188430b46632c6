"""The table says what was seen, and nothing of what was not."""

from pathlib import Path

import pytest
from faults.report import Report

_EMPTY = "# Faults\n\n<!-- written by make faults -->\n<!-- end -->\n"


@pytest.fixture
def document(tmp_path: Path) -> Path:
    made = tmp_path / "faults.md"
    made.write_text(_EMPTY, encoding="utf-8")
    return made


def test_a_fault_that_held_and_one_that_did_not_are_told(document: Path) -> None:
    report = Report(document)
    with report.row("X1", "one is killed") as row:
        row.saw("at rest after 2 s")
    with pytest.raises(AssertionError), report.row("X2", "another is killed"):
        raise AssertionError
    text = document.read_text(encoding="utf-8")
    assert "| X1 | one is killed | held | at rest after 2 s | 0 |" in text
    assert "| X2 | another is killed | **broken** |  | 0 |" in text


@pytest.mark.parametrize("end", [KeyboardInterrupt, pytest.skip.Exception])
def test_a_run_that_somebody_ended_leaves_the_row_as_it_was(
    document: Path, end: type[BaseException]
) -> None:
    report = Report(document)
    with report.row("X1", "one is killed"):
        pass
    before = document.read_text(encoding="utf-8")
    with pytest.raises(end), report.row("X1", "one is killed"):
        raise end
    assert document.read_text(encoding="utf-8") == before

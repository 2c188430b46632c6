"""The table of results: what was broken, whether everything held, and the figures seen."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

_PLACE = re.compile(r"(<!-- written by make faults -->\n).*?(<!-- end -->)", re.DOTALL)
_HEAD = "| row | fault | verdict | seen | seconds |\n|---|---|---|---|---|\n"
_BROKEN, _HELD = "**broken**", "held"


@dataclass
class Row:
    """One fault that was made to happen."""

    number: str
    fault: str
    verdict: str = _BROKEN
    figures: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def saw(self, figure: str) -> None:
        """Note a figure, in words."""
        self.figures.append(figure)

    @property
    def key(self) -> tuple[int, str]:
        return int(re.sub(r"\D", "", self.number)), self.fault

    def line(self) -> str:
        seen = "; ".join(self.figures)
        return f"| {self.number} | {self.fault} | {self.verdict} | {seen} | {self.seconds:.0f} |\n"


class Report:
    """Keeps rows in a document, if it is given one, as soon as each is known.

    Those of earlier runs stay until the same fault is made to happen again.
    """

    def __init__(self, document: Path | None = None) -> None:
        self._document = document

    @contextmanager
    def row(self, number: str, fault: str) -> Iterator[Row]:
        """Let a fault happen inside; it held if nothing is raised.

        A run that somebody ended, or a test that is skipped, says nothing and is not noted.
        """
        made = Row(number, fault)
        begun = time.monotonic()
        try:
            yield made
            made.verdict = _HELD
        except (KeyboardInterrupt, pytest.skip.Exception):
            made.verdict = ""
            raise
        finally:
            made.seconds = time.monotonic() - begun
            if self._document and made.verdict:
                _write(self._document, made)


def _write(document: Path, made: Row) -> None:
    text = document.read_text(encoding="utf-8")
    found = _PLACE.search(text)
    assert found is not None, f"{document} has no place for the table"
    rows = {row.key: row for row in map(_read, found[0].splitlines()) if row}
    rows[made.key] = made
    lines = "".join(rows[key].line() for key in sorted(rows))
    text = _PLACE.sub(lambda place: f"{place[1]}{_HEAD}{lines}{place[2]}", text)
    document.write_text(text, encoding="utf-8")


def _read(line: str) -> Row | None:
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    if not cells[0].startswith("X"):
        return None
    number, fault, verdict, seen, seconds = cells
    return Row(number, fault, verdict, seen.split("; ") if seen else [], float(seconds))

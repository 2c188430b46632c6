"""What was asked and what was answered, on disk before anybody acts on it."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """An operation that Kring has answered: from now on it may not be lost."""

    operation: str
    aggregate: str
    sequence: int


class Ledger:
    """Appends lines with fsync; what a killed test had written can be read again."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def intend(self, *operations: str) -> None:
        self._append(*({"intent": operation} for operation in operations))

    def acknowledge(self, *answers: Acknowledged) -> None:
        self._append(
            *(
                {"ack": each.operation, "aggregate": each.aggregate, "sequence": each.sequence}
                for each in answers
            )
        )

    def acknowledged(self) -> list[Acknowledged]:
        return [
            Acknowledged(line["ack"], line["aggregate"], line["sequence"])
            for line in self._lines()
            if "ack" in line
        ]

    def unanswered(self) -> list[str]:
        """Return the operations of which nobody may know whether they happened."""
        lines = self._lines()
        answered = {line["ack"] for line in lines if "ack" in line}
        return [
            line["intent"] for line in lines if "intent" in line and line["intent"] not in answered
        ]

    def _lines(self) -> list[dict[str, Any]]:
        if not self._path.exists():
            return []
        return [json.loads(line) for line in self._path.read_text().splitlines()]

    def _append(self, *lines: dict[str, Any]) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(line) + "\n" for line in lines)
            file.flush()
            os.fsync(file.fileno())

"""Importing a file through the API: in batches, resumable because repeating changes nothing."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from libs.kernel.errors import KringError
from libs.runtime.cli.client import Client

BATCH_RECORDS = 25
BATCH_BYTES = 700_000
"""Below the largest body the API takes."""


@dataclass
class Report:
    """What an import did."""

    counts: Counter[str] = field(default_factory=Counter)
    refused: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)
    duplicates: list[dict[str, Any]] = field(default_factory=list)

    def add(self, lines: list[int], results: list[dict[str, Any]]) -> None:
        """Take over the answer to one batch, with the lines its records stand on."""
        for line, result in zip(lines, results, strict=True):
            self.counts[result["status"]] += 1
            if result["status"] == "refused":
                self.refused.append({"line": line, **result})
            elif result.get("warnings"):
                self.warnings.append({"line": line, **result})
            if result.get("duplicates"):
                self.duplicates.append({"line": line, **result})

    def as_json(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {
            "counts": dict(self.counts),
            "refused": self.refused,
            "warnings": self.warnings,
            "duplicates": self.duplicates,
        }


def import_records(
    client: Client,
    kind: str,
    records: Iterable[tuple[int, dict[str, Any]]],
    *,
    programme: str = "",
    advance: Callable[[int], None] = lambda _amount: None,
) -> Report:
    """Send records in batches; what was sent before answers ``unchanged``, so a rerun resumes.

    ``advance`` hears how many more records are done. Raises ``NotRunningError`` when Kring stops
    answering, and ``KringError`` at a record that is too large; the batches before are in.
    """
    report = Report()
    for batch in _batches(records):
        body: dict[str, Any] = {"records": [record for _, record in batch]}
        if programme:
            body["programme"] = programme
        answer = client.post(f"/v1/import/{kind}", body)
        report.add([line for line, _ in batch], answer["results"])
        advance(len(batch))
    return report


def _batches(
    records: Iterable[tuple[int, dict[str, Any]]],
) -> Iterator[list[tuple[int, dict[str, Any]]]]:
    batch: list[tuple[int, dict[str, Any]]] = []
    size = 0
    for line, record in records:
        weight = len(orjson.dumps(record))
        if weight > BATCH_BYTES:
            raise KringError(f"Line {line} has {weight} bytes; a record may have {BATCH_BYTES}.")
        if batch and (len(batch) == BATCH_RECORDS or size + weight > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append((line, record))
        size += weight
    if batch:
        yield batch

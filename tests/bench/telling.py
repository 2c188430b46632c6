# ruff: noqa: T201  # printing is what it is for
"""How a benchmark says what came out, and where it is recorded."""

from collections.abc import Sequence
from pathlib import Path

from libs.kernel.clock import SystemClock
from libs.runtime.bench.recording import cells, record
from libs.runtime.bench.rounds import Outcome, machine


def tell(outcomes: Sequence[Outcome], document: Path | None) -> None:
    """Print outcomes and the machine; append them to a document where one is given."""
    for outcome in outcomes:
        print(*cells(outcome), outcome.note, sep=" | ")
    print(machine())
    if document:
        record(document, outcomes, SystemClock().now())

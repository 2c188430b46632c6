"""Outcomes as a table, and as a dated block at the end of a document."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from libs.runtime.bench.rounds import Figure, Outcome, machine

_HEAD = (
    "| goal | what | ours | against | ratio | promised | |\n"
    "|---|---|---|---|---|---|---|\n"
)  # fmt: skip


def cells(outcome: Outcome) -> tuple[str, ...]:
    """Return one row of the table."""
    mark = "reached" if outcome.is_reached else "**missed**"
    if isinstance(outcome, Figure):
        ceiling = "" if outcome.most is None else f"≤ {outcome.most:g}"
        own = f"{outcome.measured.text()} {outcome.unit}"
        return outcome.goal, outcome.what, own, "", "", ceiling, mark if ceiling else ""
    floor = "" if outcome.least is None else f"≥ {outcome.least:g}"
    return (
        outcome.goal,
        outcome.what,
        f"{outcome.ours.text()} {outcome.unit}",
        f"{outcome.against}: {outcome.theirs.text()} {outcome.unit}",
        outcome.ratio.text(),
        floor,
        mark if floor else "",
    )


def block(outcomes: Sequence[Outcome], at: datetime) -> str:
    """Return outcomes as Markdown under a dated heading."""
    rows = "".join(f"| {' | '.join(cells(each))} |\n" for each in outcomes)
    notes = "".join(f"- {each.what}: {each.note}\n" for each in outcomes if each.note)
    return f"\n## {at:%Y-%m-%d %H:%M} UTC\n\n{machine()}.\n\n{_HEAD}{rows}\n{notes}"


def record(path: Path, outcomes: Sequence[Outcome], at: datetime) -> None:
    """Append a block to a document, which is made when it is not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(block(outcomes, at))

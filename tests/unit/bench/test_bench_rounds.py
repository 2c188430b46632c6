"""Figures: both sides in turn, medians and ranges, what is promised and what is reached."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from libs.runtime.bench.recording import cells, record
from libs.runtime.bench.rounds import Figure, Pair, Series, interleaved, percentile, rate


def pair(ours: float, *, least: float | None = 0.8) -> Pair:
    return Pair(
        "P0", "a thing", "things/s", "another", Series((ours, ours)), Series((10.0, 10.0)), least
    )


def test_sides_take_turns_and_the_order_turns_each_time() -> None:
    seen: list[str] = []

    def side(name: str) -> float:
        seen.append(name)
        return float(len(seen))

    found = interleaved({"a": lambda: side("a"), "b": lambda: side("b")}, rounds=3)

    assert "".join(seen) == "abbaab"
    assert found == {"a": Series((1.0, 4.0, 5.0)), "b": Series((2.0, 3.0, 6.0))}


@pytest.mark.parametrize(("ours", "reached"), [(8.0, True), (7.9, False)])
def test_a_pair_is_reached_when_its_ratio_is_what_was_promised(ours: float, reached: bool) -> None:
    assert pair(ours).is_reached is reached
    assert pair(ours, least=None).is_reached


@pytest.mark.parametrize(("measured", "reached"), [(3.0, True), (3.1, False)])
def test_a_figure_is_reached_below_its_ceiling(measured: float, reached: bool) -> None:
    assert Figure("F", "a thing", "%", Series((measured,)), 3.0).is_reached is reached
    assert Figure("F", "a thing", "%", Series((measured,))).is_reached


def test_a_rate_is_an_amount_a_second() -> None:
    assert rate(lambda: None, 10) > 10


def test_a_percentile_is_a_value_that_was_seen() -> None:
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert percentile([3.0, 1.0, 2.0], 1.0) == 3.0


def test_a_row_says_both_sides_the_ratio_and_whether_it_was_reached() -> None:
    assert cells(pair(7.0)) == (
        "P0",
        "a thing",
        "7 (7–7) things/s",
        "another: 10 (10–10) things/s",
        "0.7 (0.7–0.7)",
        "≥ 0.8",
        "**missed**",
    )
    assert cells(Figure("F", "a thing", "ms", Series((1234.0,))))[2:] == (
        "1,234 (1,234–1,234) ms",
        "",
        "",
        "",
        "",
    )
    assert cells(Figure("F", "a thing", "%", Series((1.0,)), 3.0))[-2:] == ("≤ 3", "reached")


def test_a_block_is_appended_with_its_date_machine_and_notes(tmp_path: Path) -> None:
    path = tmp_path / "docs" / "benchmarks.md"
    outcomes = [Figure("F", "a thing", "ms", Series((1.0,)), note="measured so")]

    record(path, outcomes, datetime(2026, 11, 22, 5, 10, tzinfo=UTC))
    record(path, outcomes, datetime(2026, 11, 23, 5, 10, tzinfo=UTC))

    text = path.read_text()
    assert "## 2026-11-22 05:10 UTC" in text
    assert "## 2026-11-23 05:10 UTC" in text
    assert "- a thing: measured so" in text
    assert "load" in text

"""The checker must see what it is for: a loss, a doubling, a regression, each planted."""

from dataclasses import replace
from pathlib import Path

import pytest
from faults.checker import Published, Seen, violations
from faults.ledger import Acknowledged, Ledger
from faults.report import Report

SOUND = Seen(
    acknowledged=[Acknowledged("create a", "a", 1), Acknowledged("change a", "a", 2)],
    database={"a": 2, "b": 1},
    log=[
        Published("a", 1, "x"),
        Published("a", 2, "y"),
        Published("b", 1, "z"),
        Published("a", 1, "x"),  # published again after a crash: harmless
    ],
    applied=[{"search": {"a": 1}}, {"search": {"a": 2, "b": 1}}],
    indexes={"stories": {"a": 2, "b": 1}},
    names=["Story a", "Story b"],
    dedupe_keys=["k1", "k2"],
    doubts={"n1": 1},
    mails=["n1", "n1", "n2"],
    left_over={"dead letters": 0},
)


def test_a_sound_history_has_no_violation() -> None:
    assert violations(SOUND) == []


@pytest.mark.parametrize(
    ("planted", "found"),
    [
        (replace(SOUND, database={"a": 1, "b": 1}), "change a .* not in the database"),
        (replace(SOUND, log=SOUND.log[:1]), "change a .* not in the log"),
        (replace(SOUND, database={"a": 2}), "b is at 0 in the database and at 1 in the log"),
        (replace(SOUND, indexes={"stories": {"a": 2}}), "stories does not hold the newest of b"),
    ],
)
def test_a_loss_is_found(planted: Seen, found: str) -> None:
    with pytest.raises(AssertionError, match=found):
        assert not violations(planted), violations(planted)


@pytest.mark.parametrize(
    ("planted", "found"),
    [
        (replace(SOUND, names=["Story a", "Story a"]), "Story a is there 2 times"),
        (replace(SOUND, dedupe_keys=["k1", "k1"]), "2 notifications under k1"),
        (replace(SOUND, mails=["n1", "n1", "n1"]), "3 mails of n1, 1 doubts"),
        (replace(SOUND, mails=["n2", "n2"]), "2 mails of n2, 0 doubts"),
        (replace(SOUND, log=[*SOUND.log, Published("b", 1, "w")]), "b was told twice at 1"),
    ],
)
def test_a_doubling_is_found(planted: Seen, found: str) -> None:
    with pytest.raises(AssertionError, match=found):
        assert not violations(planted), violations(planted)


@pytest.mark.parametrize(
    ("planted", "found"),
    [
        (replace(SOUND, applied=[{"search": {"a": 2, "b": 1}}, {"search": {"a": 1, "b": 1}}]),
         "search went back from 2 to 1 of a"),
        (replace(SOUND, applied=[{"search": {"a": 1, "b": 1}}]), "not end at the newest of a"),
        (replace(SOUND, indexes={"stories": {"a": 1, "b": 1}}), "not hold the newest of a"),
    ],
)  # fmt: skip
def test_a_regression_is_found(planted: Seen, found: str) -> None:
    with pytest.raises(AssertionError, match=found):
        assert not violations(planted), violations(planted)


def test_what_is_left_over_is_found() -> None:
    assert violations(replace(SOUND, left_over={"dead letters": 3})) == [
        "I6: 3 dead letters left over"
    ]


def test_a_ledger_tells_what_was_answered_and_what_was_not(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl")
    assert ledger.unanswered() == []
    ledger.intend("one", "two")
    ledger.acknowledge(Acknowledged("one", "a", 3))

    again = Ledger(tmp_path / "ledger.jsonl")
    assert again.acknowledged() == [Acknowledged("one", "a", 3)]
    assert again.unanswered() == ["two"]


def test_the_table_of_results_keeps_what_was_not_run_again(tmp_path: Path) -> None:
    document = tmp_path / "faults.md"
    document.write_text("Before\n<!-- written by make faults -->\n<!-- end -->\nAfter\n")
    with Report(document).row("X10", "later") as row:
        row.saw("2 s")
    with pytest.raises(AssertionError), Report(document).row("X2", "earlier"):
        raise AssertionError
    with Report(document).row("X2", "earlier"):
        pass

    lines = document.read_text().splitlines()
    assert [line for line in lines if line.startswith("| X")] == [
        "| X2 | earlier | held |  | 0 |",
        "| X10 | later | held | 2 s | 0 |",
    ]
    assert (lines[0], lines[-1]) == ("Before", "After")

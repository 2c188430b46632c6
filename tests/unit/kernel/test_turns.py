"""Queues taken in turn."""

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from libs.kernel.turns import Turns


def test_a_queue_that_is_not_emptied_waits_behind_the_others() -> None:
    turns: Turns[str, int] = Turns()
    turns.add("busy", range(5))
    turns.add("rare", [9])

    assert turns.take(2) == [("busy", [0, 1])]
    assert turns.take(2) == [("rare", [9]), ("busy", [2])]


def test_what_is_dropped_never_comes() -> None:
    turns: Turns[str, int] = Turns()
    turns.add("a", [1])
    turns.drop("a")
    turns.drop("never there")

    assert not turns
    assert turns.take(9) == []


@given(st.lists(st.tuples(st.integers(0, 3), st.integers())), st.integers(1, 4))
def test_everything_comes_once_in_the_order_of_its_queue(
    added: list[tuple[int, int]], limit: int
) -> None:
    turns: Turns[int, int] = Turns()
    expected: defaultdict[int, list[int]] = defaultdict(list)
    for key, value in added:
        turns.add(key, [value])
        expected[key].append(value)
    found: defaultdict[int, list[int]] = defaultdict(list)
    while turns:
        runs = turns.take(limit)
        assert 0 < sum(len(run) for _, run in runs) <= limit
        for key, run in runs:
            found[key] += run

    assert found == expected
    assert turns.keys() == []

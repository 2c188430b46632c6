"""Batches grow while they are quick, and shrink when they take long."""

from hypothesis import given
from hypothesis import strategies as st

from libs.runtime.batches import LEAST, MOST, BatchSize


def test_quick_batches_grow_up_to_the_most() -> None:
    size = BatchSize()
    seen = []
    for _ in range(9):
        seen.append(size.records)
        size.took(size.records, 0.01)

    assert seen == [16, 32, 64, 128, 256, 512, 1024, 2048, 2048]


def test_slow_batches_shrink_down_to_the_least() -> None:
    size = BatchSize()
    size.took(16, 0.01)
    size.took(32, 2.0)
    size.took(16, 2.0)

    assert size.records == LEAST


def test_that_few_records_were_quick_says_nothing() -> None:
    size = BatchSize()
    size.took(10, 0.01)

    assert size.records == LEAST


def test_a_batch_that_was_slow_though_not_full_shrinks_the_next() -> None:
    size = BatchSize()
    for _ in range(5):
        size.took(size.records, 0.01)
    size.took(200, 2.0)

    assert size.records == 100


@given(st.lists(st.tuples(st.integers(0, 3000), st.floats(0, 10))))
def test_the_size_stays_within_its_bounds(history: list[tuple[int, float]]) -> None:
    size = BatchSize()
    for records, seconds in history:
        size.took(records, seconds)
        assert LEAST <= size.records <= MOST

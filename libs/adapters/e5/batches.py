"""Which windows are computed together: of about the same length, so that little is padding."""

from collections.abc import Iterator, Sequence

STEP = 16
"""Lengths are rounded up to this, so that few shapes occur: a new one is compiled first."""
MOST_TOKENS = 4_096
"""Of a batch, with padding; measured to be the fastest, and short enough to wait behind."""


def padded(length: int) -> int:
    """Return the length that a window of so many tokens takes in a batch."""
    return -(-length // STEP) * STEP


def batches(lengths: Sequence[int], most: int = MOST_TOKENS) -> Iterator[list[int]]:
    """Yield the places of windows that go together, shortest first; every place once."""
    batch: list[int] = []
    for place in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * padded(lengths[place]) > most:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch

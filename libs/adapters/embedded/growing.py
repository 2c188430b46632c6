"""Arrays that grow at their end while readers hold what was there before."""

from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

_Kind = TypeVar("_Kind", bound=np.generic)

_FIRST_CAPACITY = 256


class Growing(Generic[_Kind]):
    """A numpy array to append to. A view taken earlier keeps its length and its content."""

    def __init__(self, kind: type[_Kind], *, width: int | None = None) -> None:
        """Start empty: a row of numbers, or of rows so wide."""
        shape = (_FIRST_CAPACITY,) if width is None else (_FIRST_CAPACITY, width)
        self._held: NDArray[_Kind] = np.zeros(shape, dtype=kind)
        self._length = 0

    def __len__(self) -> int:
        """Return how many are filled."""
        return self._length

    def extend(self, values: NDArray[_Kind]) -> None:
        """Append rows; where there is no room, the old array stays with those who view it."""
        length = self._length + len(values)
        if length > len(self._held):
            capacity = max(length, len(self._held) * 3 // 2)
            held = np.zeros((capacity, *self._held.shape[1:]), dtype=self._held.dtype)
            held[: self._length] = self._held[: self._length]
            self._held = held
        self._held[self._length : length] = values
        self._length = length

    def view(self) -> NDArray[_Kind]:
        """Return what is filled now."""
        return self._held[: self._length]

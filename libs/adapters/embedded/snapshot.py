"""The rows at one moment, and what can be asked of them. Nothing in here ever changes."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from libs.adapters.embedded.codes import CodesView
from libs.kernel.policy import All, Any, Filter, Not, Term
from libs.ports.encoder import Vectors

Mask = NDArray[np.bool_]
Rows = NDArray[np.int64]

Key = TypeVar("Key", bound=Hashable)
Kept = TypeVar("Kept")

_MOST_MASKS = 64
_FAR = 2**14


@dataclass(frozen=True, slots=True)
class Column:
    """The values of one keyword field: row ``rows[i]`` has the value with code ``codes[i]``."""

    rows: NDArray[np.int32]
    codes: NDArray[np.int32]
    code_of: Mapping[str, int]
    """Grows with later snapshots; codes beyond this one's do not occur in it."""

    def holds_one_of(self, values: Sequence[str], length: int) -> Mask:
        """Return which of so many rows have one of these values."""
        known = [code for value in values if (code := self.code_of.get(value)) is not None]
        mask = np.zeros(length, dtype=np.bool_)
        if len(known) == 1:
            mask[self.rows[self.codes == known[0]]] = True
        elif known:
            wanted = np.zeros(len(self.code_of), dtype=np.bool_)
            wanted[known] = True
            mask[self.rows[wanted[self.codes]]] = True
        return mask

    def counts(self, among: Mask) -> dict[str, int]:
        """Return how many rows among these have each value."""
        return self._counted(self.codes[among[self.rows]])

    def counts_of(self, rows: NDArray[np.int32]) -> dict[str, int]:
        """Return how many of these rows have each value, without a look at all the others."""
        first = np.searchsorted(self.rows, rows, "left")  # they stand in order
        amounts = np.searchsorted(self.rows, rows, "right") - first
        ends = np.cumsum(amounts)
        places = np.arange(ends[-1] if len(ends) else 0)
        return self._counted(self.codes[places + np.repeat(first - ends + amounts, amounts)])

    def _counted(self, codes: NDArray[np.int32]) -> dict[str, int]:
        names = list(self.code_of)
        totals = np.bincount(codes, minlength=len(names))
        return {names[code]: int(totals[code]) for code in np.flatnonzero(totals)}


class Entry(NamedTuple):
    """What a hit says of its document."""

    id: str
    language: str


@dataclass(frozen=True, slots=True)
class Allowed:
    """Which passages or documents may be found, and how many those are."""

    mask: Mask
    count: int
    distance: NDArray[np.uint16]
    """What the others are farther away: more than codes can differ."""

    @classmethod
    def of(cls, mask: Mask) -> "Allowed":
        """Return what a mask allows."""
        return cls(mask, int(np.count_nonzero(mask)), np.where(mask, 0, _FAR).astype(np.uint16))


def _kept(memory: dict[Key, Kept], key: Key, make: Callable[[], Kept]) -> Kept:
    """Return what was made for a key before, or make it."""
    known = memory.get(key)
    if known is None:
        if len(memory) >= _MOST_MASKS:
            memory.clear()
        known = memory[key] = make()
    return known


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Documents and passages as rows; a replaced document's rows stay behind, not alive."""

    entries: Sequence[Entry]
    """One per document row; grows with later snapshots."""
    numbers: NDArray[np.int64]
    """By which the text leg knows each document row."""
    row_of: Mapping[str, int]
    """Document row per id of what is present; grows and changes with later snapshots."""
    alive: Mask
    columns: Mapping[str, Column]
    vectors: Vectors
    """A unit vector per passage row."""
    owner: NDArray[np.int32]
    """Document row per passage row."""
    fields: NDArray[np.int16]
    field_codes: Mapping[str, int]
    codes: CodesView | None
    """Present when there are so many vectors that a coarse search pays."""
    _masks: dict[tuple[Filter, tuple[str, ...]], Allowed] = field(default_factory=dict)
    _accepted: dict[Filter, Mask] = field(default_factory=dict)
    _permitted: dict[Filter, Allowed] = field(default_factory=dict)

    def accepted(self, condition: Filter) -> Mask:
        """Return which document rows are alive and pass the filter; kept for reuse."""
        return _kept(self._accepted, condition, lambda: self.alive & self._holds(condition))

    def permitted(self, condition: Filter) -> Allowed:
        """Return which documents, by number, are alive and pass the filter; kept for reuse."""

        def found() -> Allowed:
            numbers = self.numbers[self.accepted(condition)]
            mask = np.zeros(int(self.numbers.max(initial=-1)) + 1, dtype=np.bool_)
            mask[numbers] = True
            return Allowed.of(mask)

        return _kept(self._permitted, condition, found)

    def _holds(self, condition: Filter) -> Mask:
        length = len(self.alive)
        match condition:
            case Term(name, values):
                column = self.columns.get(name)
                if column is None:
                    return np.zeros(length, dtype=np.bool_)
                return column.holds_one_of(values, length)
            case Not(inner):
                return ~self._holds(inner)
            case All(parts):
                mask = np.ones(length, dtype=np.bool_)
                for part in parts:
                    mask &= self._holds(part)
                return mask
            case Any(parts):
                mask = np.zeros(length, dtype=np.bool_)
                for part in parts:
                    mask |= self._holds(part)
                return mask

    def passages(self, condition: Filter, fields: Sequence[str]) -> Allowed:
        """Return the passages of accepted documents in these fields, or in all; kept for reuse."""

        def found() -> Allowed:
            mask = self.accepted(condition)[self.owner]
            if fields:
                codes = [self.field_codes[name] for name in fields if name in self.field_codes]
                wanted = np.zeros(len(self.field_codes), dtype=np.bool_)
                wanted[codes] = True
                mask &= wanted[self.fields]
            return Allowed.of(mask)

        return _kept(self._masks, (condition, tuple(fields)), found)

    def facets(
        self, ids: Sequence[str] | None, condition: Filter, fields: Sequence[str]
    ) -> dict[str, dict[str, int]]:
        """Count the values of each field over all accepted documents, or those with these ids."""
        among = self.accepted(condition)
        known = [name for name in fields if name in self.columns]
        if ids is None:
            counts = {name: self.columns[name].counts(among) for name in known}
        else:
            found = {row for name in ids if 0 <= (row := self.row_of.get(name, -1)) < len(among)}
            rows = np.array(
                sorted(found), dtype=np.int32
            )  # as the columns, or each would be copied
            rows = rows[among[rows]]
            counts = {name: self.columns[name].counts_of(rows) for name in known}
        return {name: counts.get(name, {}) for name in fields}

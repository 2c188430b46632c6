"""The rows at one moment, and what can be asked of them. Nothing in here ever changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from libs.adapters.embedded.codes import CodesView
from libs.kernel.policy import All, Any, Filter, Not, Term
from libs.ports.encoder import Vectors

Mask = NDArray[np.bool_]
Rows = NDArray[np.int64]

_MOST_MASKS = 64


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
        names = list(self.code_of)
        totals = np.bincount(self.codes[among[self.rows]], minlength=len(names))
        return {names[code]: int(totals[code]) for code in np.flatnonzero(totals)}


class Entry(NamedTuple):
    """What a hit says of its document."""

    id: str
    language: str


@dataclass(frozen=True, slots=True)
class Allowed:
    """Which passages may be found, and how many those are."""

    mask: Mask
    count: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Documents and passages as rows; a replaced document's rows stay behind, not alive."""

    entries: Sequence[Entry]
    """One per document row; grows with later snapshots."""
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

    def accepted(self, condition: Filter) -> Mask:
        """Return which document rows are alive and pass the filter."""
        return self.alive & self._holds(condition)

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
        key = (condition, tuple(fields))
        known = self._masks.get(key)
        if known is not None:
            return known
        mask = self.accepted(condition)[self.owner]
        if fields:
            wanted = np.zeros(len(self.field_codes), dtype=np.bool_)
            wanted[[self.field_codes[name] for name in fields if name in self.field_codes]] = True
            mask &= wanted[self.fields]
        allowed = Allowed(mask, int(np.count_nonzero(mask)))
        if len(self._masks) >= _MOST_MASKS:
            self._masks.clear()
        self._masks[key] = allowed
        return allowed

    def facets(self, condition: Filter, fields: Sequence[str]) -> dict[str, dict[str, int]]:
        """Count the values of each field over all accepted documents."""
        among = self.accepted(condition)
        return {
            name: self.columns[name].counts(among) if name in self.columns else {}
            for name in fields
        }

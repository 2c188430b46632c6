"""Keywords and vectors in memory, as rows that are only ever added; derived from the record."""

from collections.abc import Iterable, Sequence

import numpy as np

from libs.adapters.embedded.codes import Codes
from libs.adapters.embedded.growing import Growing
from libs.adapters.embedded.nearest import EXACT_ROWS, unit
from libs.adapters.embedded.record import StoredPassage, TableChange
from libs.adapters.embedded.snapshot import Column, Entry, Snapshot
from libs.ports.encoder import Vectors


class _Values:
    """One keyword field while it grows."""

    def __init__(self) -> None:
        self._rows = Growing(np.int32)
        self._codes = Growing(np.int32)
        self._code_of: dict[str, int] = {}

    def extend(self, pairs: Sequence[tuple[int, str]]) -> None:
        codes = [self._code_of.setdefault(value, len(self._code_of)) for _, value in pairs]
        self._rows.extend(np.array([row for row, _ in pairs], dtype=np.int32))
        self._codes.extend(np.array(codes, dtype=np.int32))

    def view(self) -> Column:
        return Column(self._rows.view(), self._codes.view(), self._code_of)


class Table:
    """Follows the record; readers take ``snapshot`` once per question and see one moment."""

    def __init__(self, dimension: int) -> None:
        """Start empty, at revision 0; whoever fills the table notes how far it has come."""
        self.revision = 0
        self.entries: dict[int, Entry] = {}
        """By number of the record, also what was removed."""
        self._rows: list[Entry] = []
        self._numbers = Growing(np.int64)
        self._row_of: dict[int, int] = {}
        self._row_by_id: dict[str, int] = {}
        self._alive = np.zeros(0, dtype=np.bool_)
        self._values: dict[str, _Values] = {}
        self._vectors = Growing(np.float32, width=dimension)
        self._owner = Growing(np.int32)
        self._fields = Growing(np.int16)
        self._field_codes: dict[str, int] = {}
        self._codes: Codes | None = None
        self.snapshot = self._photograph()

    @property
    def is_sparse(self) -> bool:
        """Tell whether more rows are dead than alive: then a new table is worth its making."""
        return len(self._rows) - len(self._row_of) > max(1_000, len(self._row_of))

    def apply(self, changes: Iterable[TableChange]) -> None:
        """Follow the record; readers see it when this returns."""
        gone: list[int] = []
        numbers: list[int] = []
        pairs: dict[str, list[tuple[int, str]]] = {}
        passages: list[tuple[int, StoredPassage, Vectors]] = []
        for change in changes:
            entry = self.entries[change.number] = Entry(change.id, change.language)
            old = self._row_of.pop(change.number, None)
            if old is not None:
                gone.append(old)
            if change.keywords is None:
                self._row_by_id.pop(change.id, None)
                continue
            row = len(self._rows)
            self._rows.append(entry)
            numbers.append(change.number)
            self._row_of[change.number] = self._row_by_id[change.id] = row
            for field, values in change.keywords.items():
                pairs.setdefault(field, []).extend((row, value) for value in dict.fromkeys(values))
            for passage in change.passages:
                vector = unit(passage.vector)
                if vector is not None:
                    passages.append((row, passage, vector))
        for field, found in pairs.items():
            self._values.setdefault(field, _Values()).extend(found)
        self._numbers.extend(np.array(numbers, dtype=np.int64))
        self._append(passages)
        self._bury(gone)
        self.snapshot = self._photograph()

    def _append(self, passages: Sequence[tuple[int, StoredPassage, Vectors]]) -> None:
        if not passages:
            return
        names = [passage.field for _, passage, _ in passages]
        fields = [self._field_codes.setdefault(name, len(self._field_codes)) for name in names]
        vectors = np.stack([vector for _, _, vector in passages])
        self._vectors.extend(vectors)
        self._owner.extend(np.array([row for row, _, _ in passages], dtype=np.int32))
        self._fields.extend(np.array(fields, dtype=np.int16))
        length = len(self._vectors)
        if self._codes is not None and not self._codes.is_stale(length):
            self._codes.extend(vectors)
        elif length > EXACT_ROWS:
            self._codes = Codes(self._vectors.view())

    def _bury(self, gone: Sequence[int]) -> None:
        alive = np.ones(len(self._rows), dtype=np.bool_)
        alive[: len(self._alive)] = self._alive
        alive[list(gone)] = False
        self._alive = alive

    def _photograph(self) -> Snapshot:
        return Snapshot(
            entries=self._rows,
            numbers=self._numbers.view(),
            row_of=self._row_by_id,
            alive=self._alive,
            columns={field: values.view() for field, values in self._values.items()},
            vectors=self._vectors.view(),
            owner=self._owner.view(),
            fields=self._fields.view(),
            field_codes=self._field_codes,
            codes=None if self._codes is None else self._codes.view(),
        )

"""Sketches by datasketch: MinHash signatures cut into bands, which the database can look up."""

import hashlib
import threading
import zlib
from typing import Protocol

import numpy as np
from typing_extensions import override

from services.ingestion.domain.duplicates import THRESHOLD
from services.ingestion.ports import Sketcher

_PERMUTATIONS = 128
_SEED = 1
"""Stored bands depend on both, and on the hash: a change needs a migration that sketches again."""


class _Banding(Protocol):
    b: int
    r: int


class MinHashSketcher(Sketcher):
    """Loads datasketch on first use (it brings scipy, 3.5 s); safe for threads."""

    def __init__(self) -> None:
        """Load nothing yet."""
        self._lock = threading.Lock()
        self._banding: _Banding | None = None

    @override
    def bands(self, grams: frozenset[str]) -> tuple[str, ...]:
        from datasketch import MinHash  # noqa: PLC0415  # slow to load, and needed only for stories

        banding = self._load()
        # crc32: three times as fast as the default SHA-1, and permuted 128 times afterwards
        sketch = MinHash(num_perm=_PERMUTATIONS, seed=_SEED, hashfunc=zlib.crc32)
        sketch.update_batch(gram.encode() for gram in grams)
        values = np.asarray(sketch.hashvalues, dtype="<u8")
        return tuple(
            _digest(band, values[band * banding.r : (band + 1) * banding.r].tobytes())
            for band in range(banding.b)
        )

    def _load(self) -> _Banding:
        from datasketch import MinHashLSH  # noqa: PLC0415  # see above

        with self._lock:
            if self._banding is None:
                banding: _Banding = MinHashLSH(threshold=THRESHOLD, num_perm=_PERMUTATIONS)
                self._banding = banding
            return self._banding


def _digest(band: int, values: bytes) -> str:
    return hashlib.sha256(bytes([band]) + values).hexdigest()[:24]

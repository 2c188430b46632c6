"""Sketches by datasketch: MinHash signatures cut into bands, which the database can look up."""

import hashlib
import zlib
from functools import cache

import numpy as np
from typing_extensions import override

from services.ingestion.domain.duplicates import THRESHOLD
from services.ingestion.ports.record import Sketcher

_PERMUTATIONS = 128
_SEED = 1
"""Stored bands depend on both, and on the hash: a change needs a migration that sketches again."""


class MinHashSketcher(Sketcher):
    """Loads datasketch on first use (it brings scipy, 3.5 s); safe for threads."""

    @override
    def bands(self, grams: frozenset[str]) -> tuple[str, ...]:
        from datasketch import MinHash  # noqa: PLC0415  # slow to load, and needed only for stories

        bands, rows = _banding()
        # crc32: three times as fast as the default SHA-1, and permuted 128 times afterwards
        sketch = MinHash(num_perm=_PERMUTATIONS, seed=_SEED, hashfunc=zlib.crc32)
        sketch.update_batch(gram.encode() for gram in grams)
        values = np.asarray(sketch.hashvalues, dtype="<u8")
        return tuple(
            _digest(band, values[band * rows : (band + 1) * rows].tobytes())
            for band in range(bands)
        )


@cache
def _banding() -> tuple[int, int]:
    """Return how many bands of how many rows suit the threshold best."""
    from datasketch import MinHashLSH  # noqa: PLC0415  # see above

    chosen = MinHashLSH(threshold=THRESHOLD, num_perm=_PERMUTATIONS)
    return chosen.b, chosen.r


def _digest(band: int, values: bytes) -> str:
    return hashlib.sha256(bytes([band]) + values).hexdigest()[:24]

"""One bit per dimension: a coarse search that reads 1/32 of the vectors.

A vector keeps the signs of its difference from the mean, which turns a narrow cone of embeddings
(cosines of .7 to 1) into codes that differ. The nearest by Hamming distance are then weighed by
their floats. Random-hyperplane hashing: Charikar 2002, doi:10.1145/509907.509965; here the
hyperplanes are the axes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from libs.adapters.embedded.growing import Growing
from libs.ports.encoder import Vectors

Words = NDArray[np.uint64]
_WORD_BITS = 64


@dataclass(frozen=True, slots=True)
class CodesView:
    """The codes at one moment, one array per 64 dimensions: each is read as a stream."""

    mean: Vectors
    words: tuple[Words, ...]

    def distances(self, query: Vectors) -> NDArray[np.uint16]:
        """Return the Hamming distance of each code to that of the query."""
        asked = _packed(query[None, :] - self.mean)
        total = np.zeros(len(self.words[0]), dtype=np.uint16)
        buffer = np.empty(len(self.words[0]), dtype=np.uint64)
        for column, word in enumerate(self.words):
            np.bitwise_xor(word, asked[0, column], out=buffer)
            total += np.bitwise_count(buffer)
        return total


class Codes:
    """The codes of a growing set of vectors, around the mean of those it was begun with."""

    def __init__(self, vectors: Vectors) -> None:
        """Encode the first vectors."""
        self._mean = vectors.mean(axis=0, dtype=np.float32)
        self._begun_with = len(vectors)
        columns = -(-vectors.shape[1] // _WORD_BITS)
        self._words = [Growing(np.uint64) for _ in range(columns)]
        self.extend(vectors)

    def is_stale(self, length: int) -> bool:
        """Tell whether there are so many more vectors by now that the mean is worth renewing."""
        return length > 2 * self._begun_with

    def extend(self, vectors: Vectors) -> None:
        """Encode further vectors."""
        for chunk in np.array_split(vectors, -(-len(vectors) // 4096) or 1):
            for word, column in zip(self._words, _packed(chunk - self._mean).T, strict=True):
                word.extend(column)

    def view(self) -> CodesView:
        """Return the codes as they are now."""
        return CodesView(self._mean, tuple(word.view() for word in self._words))


def _packed(differences: Vectors) -> Words:
    bits = np.packbits(differences > 0, axis=1)
    padded = np.zeros((len(bits), -(-bits.shape[1] // 8) * 8), dtype=np.uint8)
    padded[:, : bits.shape[1]] = bits
    return padded.view(np.uint64)

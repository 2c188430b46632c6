"""The encoder: texts to vectors that can be compared across languages."""

from collections.abc import Sequence
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Purpose = Literal["query", "passage"]


class Encoder(Protocol):
    """Texts to unit vectors. The same text gives the same vector, alone or in a batch (to 1e-5)."""

    @property
    def name(self) -> str:
        """Return name and version; vectors of different names are never compared."""
        ...

    @property
    def dimension(self) -> int:
        """Return the length of each vector."""
        ...

    @property
    def passage_words(self) -> int:
        """Return how many words a passage may have before quality falls."""
        ...

    @property
    def fusion_weight(self) -> float:
        """Return how much its cosines count against words in one language, 0 to 1, as measured."""
        ...

    def encode(self, texts: Sequence[str], purpose: Purpose) -> Vectors:
        """Return one row per text, float32, of length 1; a text without words gives a zero row.

        Safe to call from several threads; a query never waits behind a whole bulk of passages.
        """
        ...

"""Tokens to what the first layer reads: the word's row and the place's row, normalised."""

import numpy as np
from numpy.typing import NDArray

from libs.adapters.e5.weights import Embeddings, Floats, from_blocks


class Embedding:
    """Turns only the rows of the words at hand into floats."""

    def __init__(self, embeddings: Embeddings, epsilon: float) -> None:
        """Take the stored rows."""
        self._stored = embeddings
        self._epsilon = epsilon

    def __call__(self, numbers: NDArray[np.int64]) -> Floats:
        """Return texts x tokens x hidden for texts x tokens."""
        hidden = self._stored.places.shape[1]
        words, where = np.unique(numbers, return_inverse=True)
        rows = from_blocks(self._stored.words[words]).reshape(len(words), hidden)
        state: Floats = rows[where.reshape(numbers.shape)]
        state += self._stored.places[: numbers.shape[1]]
        state -= state.mean(axis=-1, keepdims=True)
        variance = np.einsum("bsh,bsh->bs", state, state) / hidden
        state *= (1.0 / np.sqrt(variance + self._epsilon))[..., None]
        state *= self._stored.norm.scale
        state += self._stored.norm.shift
        return state

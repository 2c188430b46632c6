"""The good encoder: multilingual-e5-small, computed by OpenVINO from weights inside a package."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from typing_extensions import override

from libs.adapters.e5.batches import batches, padded
from libs.adapters.e5.embedding import Embedding
from libs.adapters.e5.graph import Lane, Precision, compiled
from libs.adapters.e5.tokeniser import Tokeniser
from libs.adapters.e5.weights import Floats, path_of_weights, read_weights
from libs.kernel.passages import has_words
from libs.ports.encoder import Encoder, Purpose, Vectors

_PASSAGE_WORDS = 160
_FUSION_WEIGHT = 0.5
_THREADS = 2
_MOST_WINDOWS = 8
"""Of a text beyond about 2,500 words only the beginning is read: no text takes minutes."""


class E5Encoder(Encoder):
    """Queries and passages are told apart, as the model was trained.

    A text of more than 510 tokens is the mean of its windows, weighted by their tokens. Queries
    and passages have a lane each: a query waits for the batch at work, never for a bulk.
    """

    def __init__(self, path: Path, precision: Precision) -> None:
        """Read the weights and compile the graph, which takes a few seconds."""
        weights = read_weights(path)
        self._tokeniser = Tokeniser(weights.vocabulary)
        self._embedding = Embedding(weights.embeddings, weights.epsilon)
        self._begin, self._end = weights.vocabulary.begin, weights.vocabulary.end
        self._padding = weights.vocabulary.padding
        self._longest: int = len(weights.embeddings.places)
        self._dimension: int = weights.embeddings.places.shape[1]
        graph = compiled(weights, precision, threads=_THREADS)
        self._lanes: dict[Purpose, Lane] = {"query": Lane(graph), "passage": Lane(graph)}

    @property
    @override
    def name(self) -> str:
        return "multilingual-e5-small-q4-1"

    @property
    @override
    def dimension(self) -> int:
        return self._dimension

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
        windows = [
            (row, window)
            for row, text in enumerate(texts)
            if has_words(text)
            for window in self._windows(text, purpose)
        ]
        sums = np.zeros((len(texts), self._dimension), dtype=np.float32)
        for batch in batches([len(window) for _, window in windows]):
            means = self._computed([windows[place][1] for place in batch], purpose)
            for place, mean in zip(batch, means, strict=True):
                row, window = windows[place]
                sums[row] += mean * len(window)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        vectors: Vectors = np.divide(sums, lengths, out=np.zeros_like(sums), where=lengths > 0)
        return vectors

    def _windows(self, text: str, purpose: Purpose) -> list[list[int]]:
        """Return the numbers of a text in stretches that the model can hold."""
        prefix = self._tokeniser(f"{purpose}:")
        numbers = self._tokeniser(text)
        room = self._longest - len(prefix) - 2
        starts = range(0, len(numbers), room)[:_MOST_WINDOWS]
        return [
            [self._begin, *prefix, *numbers[start : start + room], self._end] for start in starts
        ]

    def _computed(self, windows: Sequence[Sequence[int]], purpose: Purpose) -> Floats:
        shape = (len(windows), padded(max(map(len, windows))))
        numbers = np.full(shape, self._padding, dtype=np.int64)
        mask = np.zeros(shape, dtype=np.float32)
        for row, window in enumerate(windows):
            numbers[row, : len(window)] = window
            mask[row, : len(window)] = 1.0
        return self._lanes[purpose](self._embedding(numbers), mask)


def fastest_precision(cpuinfo: Path = Path("/proc/cpuinfo")) -> Precision:
    """Return what this processor is fastest in."""
    return "bf16" if cpuinfo.is_file() and "amx_bf16" in cpuinfo.read_text() else "int8"


def open_encoder(_url: str = "e5") -> E5Encoder:
    """Load the encoder in the precision that suits this processor."""
    return E5Encoder(path_of_weights(), fastest_precision())

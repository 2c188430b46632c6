"""An encoder that remembers: the same query costs more to encode than to search."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from threading import Lock
from time import perf_counter
from typing import NamedTuple

import numpy as np
from typing_extensions import override

from libs.ports.encoder import Encoder, Purpose, Vectors


class Encoding(NamedTuple):
    """What one call came to."""

    purpose: Purpose
    remembered: int
    """Texts whose vectors were known."""
    fresh: int
    """Texts that were encoded."""
    seconds: float
    """How long these took."""


Note = Callable[[Encoding], None]


def _nothing(_encoding: Encoding) -> None:
    pass


class CachedEncoder(Encoder):
    """Keeps the vectors of the texts used last, for queries and for passages apart.

    Apart, so that a bulk of passages does not push out the queries that people repeat.
    """

    def __init__(self, encoder: Encoder, size: int, note: Note = _nothing) -> None:
        """Take the encoder, how many vectors to keep per purpose, and who is told of each call."""
        self._encoder = encoder
        self._size = size
        self._note = note
        self._lock = Lock()
        self._kept: dict[Purpose, OrderedDict[str, Vectors]] = {
            "query": OrderedDict(),
            "passage": OrderedDict(),
        }

    @property
    @override
    def name(self) -> str:
        return self._encoder.name

    @property
    @override
    def dimension(self) -> int:
        return self._encoder.dimension

    @property
    @override
    def passage_words(self) -> int:
        return self._encoder.passage_words

    @property
    @override
    def fusion_weight(self) -> float:
        return self._encoder.fusion_weight

    @override
    def encode(self, texts: Sequence[str], purpose: Purpose) -> Vectors:
        found = self._recall(texts, purpose)
        known = len(found)
        missing = [text for text in dict.fromkeys(texts) if text not in found]
        begun = perf_counter()
        if missing:
            fresh = dict(zip(missing, self._encoder.encode(missing, purpose), strict=True))
            self._remember(fresh, purpose)
            found |= fresh
        self._note(Encoding(purpose, known, len(missing), perf_counter() - begun))
        rows = np.empty((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            rows[row] = found[text]
        return rows

    def _recall(self, texts: Sequence[str], purpose: Purpose) -> dict[str, Vectors]:
        kept = self._kept[purpose]
        found: dict[str, Vectors] = {}
        with self._lock:
            for text in texts:
                vector = kept.get(text)
                if vector is not None:
                    kept.move_to_end(text)
                    found[text] = vector
        return found

    def _remember(self, fresh: dict[str, Vectors], purpose: Purpose) -> None:
        kept = self._kept[purpose]
        with self._lock:
            for text, vector in fresh.items():
                # A copy: a row would keep the whole batch alive.
                kept[text] = vector.copy()
            while len(kept) > self._size:
                kept.popitem(last=False)

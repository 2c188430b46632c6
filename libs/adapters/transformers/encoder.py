"""Any model of sentence-transformers, by its name: for operators who have a better one."""

from collections.abc import Sequence
from itertools import islice

import numpy as np
from sentence_transformers import SentenceTransformer
from typing_extensions import override

from libs.adapters.transformers.address import Choice
from libs.adapters.transformers.turns import Turns
from libs.kernel.errors import SettingsError
from libs.kernel.passages import has_words, split_passages
from libs.ports.encoder import Encoder, Purpose, Vectors

_MOST_PASSAGE_WORDS = 160
_LEAST_PASSAGE_WORDS = 50
_TOKENS_A_WORD = 2
"""Dutch has about 1.6; a passage must fit whole, or the model does not read its end."""
_MOST_WINDOWS = 8
"""Of a text beyond these only the beginning is read: no text takes minutes."""
_WINDOW_CHARACTERS = 4_000
_BATCH = 8
"""So many windows at a time: a query waits for no more than these."""
_PROMPTS: dict[Purpose, tuple[str, ...]] = {"query": ("query",), "passage": ("passage", "document")}
"""Under which names a model may bring prompts of its own."""


class TransformersEncoder(Encoder):
    """A long text is the mean of its windows, weighted by their length."""

    def __init__(self, choice: Choice) -> None:
        """Load the model; raises ``SettingsError`` if it cannot be had."""
        self._choice = choice
        try:
            self._model = SentenceTransformer(
                choice.model, revision=choice.revision or None, backend=choice.backend
            )
        except (OSError, ValueError, ImportError) as error:
            raise SettingsError(
                f"KRING_ENCODER: the model {choice.model!r} cannot be loaded ({error}). Name a"
                " folder that holds it, or let this machine reach the hub once."
            ) from error
        self._dimension: int = self._computed(["warm"], "").shape[1]
        longest = self._model.get_max_seq_length() or _TOKENS_A_WORD * _MOST_PASSAGE_WORDS
        words = longest // _TOKENS_A_WORD
        self._passage_words = min(_MOST_PASSAGE_WORDS, max(_LEAST_PASSAGE_WORDS, words))
        self._prompts: dict[Purpose, str] = {
            "query": self._prompt("query", choice.query_prompt),
            "passage": self._prompt("passage", choice.passage_prompt),
        }
        self._turns = Turns()

    def _prompt(self, purpose: Purpose, given: str | None) -> str:
        if given is not None:
            return given
        brought = self._model.prompts
        return next((brought[name] for name in _PROMPTS[purpose] if brought.get(name)), "")

    @property
    @override
    def name(self) -> str:
        return self._choice.name

    @property
    @override
    def dimension(self) -> int:
        return self._dimension

    @property
    @override
    def passage_words(self) -> int:
        return self._passage_words

    @property
    @override
    def fusion_weight(self) -> float:
        return self._choice.fusion_weight

    @override
    def encode(self, texts: Sequence[str], purpose: Purpose) -> Vectors:
        windows = [
            (row, window) for row, text in enumerate(texts) for window in self._windows(text)
        ]
        # Of like length together: then little is padded.
        windows.sort(key=lambda each: len(each[1]))
        sums = np.zeros((len(texts), self._dimension), dtype=np.float32)
        for start in range(0, len(windows), _BATCH):
            batch = windows[start : start + _BATCH]
            with self._turns.turn(purpose):
                means = self._computed([window for _, window in batch], self._prompts[purpose])
            for (row, window), mean in zip(batch, means, strict=True):
                sums[row] += mean * len(window)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        vectors: Vectors = np.divide(sums, lengths, out=np.zeros_like(sums), where=lengths > 0)
        return vectors

    def _windows(self, text: str) -> list[str]:
        """Return the text in stretches that the model reads whole; none when it has no words."""
        clean = text.encode(errors="replace").decode()
        windows = (
            part
            for passage in split_passages(clean, words=self._passage_words, overlap=0)
            for start in range(0, len(passage), _WINDOW_CHARACTERS)
            if has_words(part := passage[start : start + _WINDOW_CHARACTERS])
        )
        return list(islice(windows, _MOST_WINDOWS))

    def _computed(self, windows: Sequence[str], prompt: str) -> Vectors:
        return self._model.encode(  # type: ignore[no-any-return]  # it ships no types
            list(windows),
            prompt=prompt,
            batch_size=_BATCH,
            show_progress_bar=False,
            convert_to_numpy=True,
            normalize_embeddings=True,
        )


def open_encoder(url: str) -> TransformersEncoder:
    """Load the model that a URL names, such as ``sentence-transformers:intfloat/…``."""
    return TransformersEncoder(Choice.parse(url))

"""The encoder that remembers, over a real one that counts."""

from collections.abc import Sequence

import numpy as np
import pytest
from typing_extensions import override

from libs.ports.encoder import Encoder, Purpose, Vectors
from libs.runtime.encoding import CachedEncoder, Encoding


class LetterEncoder(Encoder):
    """Encodes a text as its first letter, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Purpose]] = []

    @property
    @override
    def name(self) -> str:
        return "letters-1"

    @property
    @override
    def dimension(self) -> int:
        return 26

    @property
    @override
    def passage_words(self) -> int:
        return 3

    @property
    @override
    def fusion_weight(self) -> float:
        return 0.5

    @override
    def encode(self, texts: Sequence[str], purpose: Purpose) -> Vectors:
        self.asked += [(text, purpose) for text in texts]
        vectors = np.zeros((len(texts), 26), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row, ord(text[0]) - ord("a")] = 1.0
        return vectors


@pytest.fixture
def letters() -> LetterEncoder:
    return LetterEncoder()


@pytest.fixture
def cached(letters: LetterEncoder) -> CachedEncoder:
    return CachedEncoder(letters, size=2)


def test_it_says_what_the_encoder_says(cached: CachedEncoder) -> None:
    assert (cached.name, cached.dimension, cached.passage_words) == ("letters-1", 26, 3)
    assert cached.fusion_weight == 0.5


def test_a_text_is_encoded_once(cached: CachedEncoder, letters: LetterEncoder) -> None:
    first = cached.encode(["a", "b", "a"], "query")
    again = cached.encode(["b", "a"], "query")
    assert letters.asked == [("a", "query"), ("b", "query")]
    assert again.tolist() == [first[1].tolist(), first[0].tolist()]


def test_purposes_are_kept_apart(cached: CachedEncoder, letters: LetterEncoder) -> None:
    cached.encode(["a"], "query")
    cached.encode(["a", "b", "c", "d"], "passage")
    cached.encode(["a"], "query")
    assert letters.asked.count(("a", "query")) == 1
    assert letters.asked.count(("a", "passage")) == 1


def test_what_was_used_last_is_kept(cached: CachedEncoder, letters: LetterEncoder) -> None:
    for text in ("a", "b", "a", "c", "a", "b"):
        cached.encode([text], "query")
    assert [text for text, _ in letters.asked] == ["a", "b", "c", "b"]


def test_a_batch_larger_than_the_cache_is_answered_whole(cached: CachedEncoder) -> None:
    vectors = cached.encode(["a", "b", "c", "d"], "query")
    assert vectors.argmax(axis=1).tolist() == [0, 1, 2, 3]


def test_only_what_is_really_encoded_is_counted(letters: LetterEncoder) -> None:
    noted: list[Encoding] = []
    cached = CachedEncoder(letters, 2, noted.append)
    cached.encode(["a", "b", "a"], "query")
    cached.encode(["a"], "query")
    cached.encode(["a", "c"], "passage")
    assert [(each.purpose, each.fresh, each.remembered) for each in noted] == [
        ("query", 2, 0),
        ("query", 0, 1),
        ("passage", 2, 0),
    ]
    assert all(each.seconds >= 0 for each in noted)

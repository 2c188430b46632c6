"""Texts that are the same, or nearly: exact by a digest, near by the Jaccard index of 5-grams."""

import hashlib
import re
import unicodedata
from collections.abc import Sequence

GRAM = 5
THRESHOLD = 0.8
MOST_CHARACTERS = 20_000
"""What is compared: longer texts differ, if they do, long before."""

_NO_WORD = re.compile(r"[\W_]+")


def compared(texts: Sequence[str]) -> str:
    """Return the texts as they are compared: folded case, compatible forms, words only."""
    joined = unicodedata.normalize("NFKC", " ".join(texts)).casefold()
    return _NO_WORD.sub(" ", joined).strip()[:MOST_CHARACTERS]


def digest(comparable: str) -> str:
    """Return the SHA-256 by which exact duplicates are found."""
    return hashlib.sha256(comparable.encode()).hexdigest()


def grams(comparable: str) -> frozenset[str]:
    """Return every run of five characters; a shorter text is its own and only gram."""
    last = max(1, len(comparable) - GRAM + 1)
    return frozenset(comparable[start : start + GRAM] for start in range(last)) - {""}


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the share of grams that both have; nothing is like nothing only by accident: 0."""
    union = len(one | other)
    return len(one & other) / union if union else 0.0

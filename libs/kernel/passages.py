"""Long texts as passages: as many words as an encoder reads well, cut at sentences, overlapping."""

import re
from collections.abc import Iterator, Sequence

_SENTENCE_END = re.compile(r"""(?<=[.!?…])\s+|(?<=[.!?…]["'’”)])\s+|\n+""")

_OVERLAP_SHARE = 8
"""A passage may begin with the last eighth of the one before, in whole sentences."""


def has_words(text: str) -> bool:
    """Tell whether there is a letter or a digit: without one there is no meaning to encode."""
    return any(character.isalnum() for character in text)


def split_passages(text: str, *, words: int, overlap: int | None = None) -> list[str]:
    """Cut a text into passages of at most so many words, in order, with plain spaces.

    A sentence stays whole unless it alone is longer. A passage begins with as many of the last
    sentences of the one before as fit into ``overlap`` words, an eighth when nothing is said. A
    text that fits is one passage; one without words is none.
    """
    if words < 1:
        raise ValueError("a passage has at least one word")
    if not has_words(text):
        return []
    repeated = words // _OVERLAP_SHARE if overlap is None else overlap
    passages: list[str] = []
    current: list[list[str]] = []
    for sentence in _sentences(text, words):
        if current and _length(current) + len(sentence) > words:
            passages.append(_joined(current))
            current = _tail(current, min(repeated, words - len(sentence)))
        current.append(sentence)
    return [*passages, _joined(current)]


def _sentences(text: str, words: int) -> Iterator[list[str]]:
    """Yield the words of each sentence; a longer sentence comes in pieces."""
    for sentence in _SENTENCE_END.split(text):
        found = sentence.split()
        for start in range(0, len(found), words):
            yield found[start : start + words]


def _tail(sentences: Sequence[list[str]], most: int) -> list[list[str]]:
    """Return the last sentences that together have at most so many words."""
    start = len(sentences)
    left = most
    while start > 0 and len(sentences[start - 1]) <= left:
        start -= 1
        left -= len(sentences[start])
    return list(sentences[start:])


def _length(sentences: Sequence[list[str]]) -> int:
    return sum(len(sentence) for sentence in sentences)


def _joined(sentences: Sequence[list[str]]) -> str:
    return " ".join(word for sentence in sentences for word in sentence)

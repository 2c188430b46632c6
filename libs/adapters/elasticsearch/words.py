"""Text as words: cut and folded here, stemmed by the engine's own analyzers.

Each language has a field of its own. Left at that, BM25 would count a rare language's documents
among themselves, and its words would weigh next to nothing. So every field holds every document:
with its words in the field of its language, and with as many fillers in the fields of the others.
Then the number of documents and their average length are those of the whole index in every field,
and a word weighs the same in each language, as it does in the embedded engine.
"""

import re
import unicodedata
from collections import Counter
from math import log

ANALYZERS = {"nl": "dutch", "en": "english", "other": "standard"}
FOLDED = "other"
"""Stands for every language without a stemmer."""
STEMMED = tuple(language for language in ANALYZERS if language != FOLDED)

FILLER = "k_k"
"""One token to every analyzer, and to nobody a word: ``words_of`` cuts at underscores."""

_WORD = re.compile(r"[^\W_]+")
_LONGEST_WORD = 64
_MOST_TERMS = 100


def language_of(tag: str) -> str:
    """Return the language whose field a tag's words go to: its own, or ``FOLDED``."""
    primary = tag.partition("-")[0].lower()
    return primary if primary in STEMMED else FOLDED


def words_of(text: str) -> list[str]:
    """Return the words of a text: lower case, without accents, none longer than 64 letters."""
    plain = text if text.isascii() else _without_marks(text)
    return [word for word in _WORD.findall(plain.lower()) if len(word) <= _LONGEST_WORD]


def _without_marks(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text)
    return "".join(each for each in parts if not unicodedata.combining(each))


def fields_of(language: str, text: str) -> dict[str, str]:
    """Return what each language's field holds of a text in one of them."""
    words = words_of(text)
    own = language_of(language)
    filling = " ".join([FILLER] * len(words))
    return {each: " ".join(words) if each == own else filling for each in ANALYZERS}


def weighed(text: str) -> list[tuple[str, float]]:
    """Return the first hundred words of a question, in groups of one weight, 1 + ln(how often)."""
    counts: Counter[str] = Counter()
    for word in words_of(text):
        if word in counts or len(counts) < _MOST_TERMS:
            counts[word] += 1
    groups: dict[int, list[str]] = {}
    for word, count in counts.items():
        groups.setdefault(count, []).append(word)
    return [(" ".join(words), 1 + log(count)) for count, words in groups.items()]

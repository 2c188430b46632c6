"""Dutch words to their stems, as Lucene's Dutch analyser makes them.

The algorithm is Snowball's first one for Dutch, by Porter (snowballstem.org, ``dutch_porter``).
Snowball 3, which tantivy carries, has another one under the same name: with it a question found
other stories in one process than over Elasticsearch.
"""

import re
from functools import lru_cache

_VOWELS = "aeiouy"
_IRREGULAR = {"fiets": "fiets", "bromfiets": "bromfiets", "ei": "eier", "kind": "kinder"}
"""Lucene's own additions."""
_CONSONANT_Y = re.compile(rf"^y|(?<=[{_VOWELS}])y|(?<=[{_VOWELS}])i(?=[{_VOWELS}])")
_REGION = re.compile(rf"[{_VOWELS}][^{_VOWELS}]")
_LEAST_BEFORE = 3
"""Letters that stand before the first region at least."""
_REMEMBERED = 50_000


@lru_cache(_REMEMBERED)
def stem(word: str) -> str:
    """Return the stem of a word in lower case without accents."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    return _Word(word).stemmed()


class _Word:
    """A word while its endings are taken off; Y and I stand for y and i that are no vowels."""

    def __init__(self, word: str) -> None:
        self._text = _marked(word)
        first = _region(self._text, 0)
        self._first = max(_LEAST_BEFORE, first)
        self._second = _region(self._text, first)
        self._had_e = False

    def stemmed(self) -> str:
        self._plural()
        self._final_e()
        self._heid()
        self._derived()
        text = self._text
        if re.search(rf"[^{_VOWELS}](aa|ee|oo|uu)[^{_VOWELS}I]$", text):
            text = text[:-2] + text[-1]
        return text.lower()

    def _plural(self) -> None:
        if self._ends("heden"):
            if self._in(self._first, "heden"):
                self._text = f"{self._text[:-5]}heid"
        elif ending := self._longest("ene", "en"):
            self._drop_en(ending)
        elif ending := self._longest("se", "s"):
            before = self._text[: -len(ending)]
            if self._in(self._first, ending) and before and before[-1] not in f"{_VOWELS}j":
                self._text = before

    def _drop_en(self, ending: str) -> None:
        before = self._text[: -len(ending)]
        is_after_consonant = bool(before) and before[-1] not in _VOWELS
        if self._in(self._first, ending) and is_after_consonant and not before.endswith("gem"):
            self._text = _undoubled(before)

    def _final_e(self) -> None:
        self._had_e = False
        before = self._text[:-1]
        if self._ends("e") and self._in(self._first, "e") and before[-1:] not in _VOWELS:
            self._text = _undoubled(before)
            self._had_e = True

    def _heid(self) -> None:
        if self._ends("heid") and self._in(self._second, "heid") and not self._ends("cheid"):
            self._text = self._text[:-4]
            if self._ends("en"):
                self._drop_en("en")

    def _derived(self) -> None:
        ending = self._longest("lijk", "baar", "end", "ing", "bar", "ig")
        if not ending or not self._in(self._second, ending):
            return
        before = self._text[: -len(ending)]
        if ending in {"end", "ing"}:
            self._text = before
            if self._ends("ig") and self._in(self._second, "ig") and not self._ends("eig"):
                self._text = before[:-2]
            else:
                self._text = _undoubled(before)
        elif ending == "ig":
            self._text = self._text if before.endswith("e") else before
        elif ending == "lijk":
            self._text = before
            self._final_e()
        elif ending == "baar" or self._had_e:
            self._text = before

    def _ends(self, ending: str) -> bool:
        return self._text.endswith(ending)

    def _longest(self, *endings: str) -> str:
        """Return the first of these endings, longer ones first, that the word has."""
        return next(filter(self._ends, endings), "")

    def _in(self, region: int, ending: str) -> bool:
        return len(self._text) - len(ending) >= region


def _marked(word: str) -> str:
    return _CONSONANT_Y.sub(lambda found: found[0].upper(), word)


def _region(text: str, start: int) -> int:
    """Return where the part begins that follows the next consonant after a vowel."""
    found = _REGION.search(text, start)
    return found.end() if found else len(text)


def _undoubled(text: str) -> str:
    return text[:-1] if text.endswith(("kk", "dd", "tt")) else text

"""How text becomes terms: stemmed in the languages that have a stemmer, folded in all others.

A term carries its language, ``nl:zorg``: then one field holds every language, and the average
length that BM25 divides by is that of all documents, not of one language spread over all.
"""

from math import log

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from libs.kernel import dutch
from libs.kernel.stopwords import STOP_WORDS

STEMMED = ("nl", "en")
FOLDED = "other"
"""Stands for every language without a stemmer."""

_LONGEST_WORD = 64
_MOST_TERMS = 100


def language_of(tag: str) -> str:
    """Return the language whose analysis a tag gets: its own, or ``FOLDED``."""
    primary = tag.partition("-")[0].lower()
    return primary if primary in STEMMED else FOLDED


class Analysis:
    """Words to terms, the same for documents and queries."""

    def __init__(self) -> None:
        """Build the analysers, which is not free."""
        languages = (*STEMMED, FOLDED)
        self._full = {language: _analyzer(language, stop=False) for language in languages}
        self._sparing = {language: _analyzer(language, stop=True) for language in languages}

    def document(self, language: str, text: str) -> list[str]:
        """Return every term of a document's text, stop words included."""
        return [f"{language}:{stem}" for stem in _stems(language, self._full[language], text)]

    def query(self, language: str, text: str) -> dict[str, float]:
        """Return the first hundred terms with their weight, 1 + ln(how often).

        Stop words count only where there is nothing else: "wat is het" finds what it can, and a
        long query does not walk the longest lists.
        """
        stems = _stems(language, self._sparing[language], text)
        counts: dict[str, int] = {}
        for stem in stems or _stems(language, self._full[language], text):
            if stem in counts or len(counts) < _MOST_TERMS:
                counts[stem] = counts.get(stem, 0) + 1
        return {f"{language}:{stem}": 1 + log(count) for stem, count in counts.items()}


def _stems(language: str, analyzer: TextAnalyzer, text: str) -> list[str]:
    words: list[str] = analyzer.analyze(text)
    return [dutch.stem(word) for word in words] if language == "nl" else words


def _analyzer(language: str, *, stop: bool) -> TextAnalyzer:
    builder = (
        TextAnalyzerBuilder(Tokenizer.simple())
        .filter(Filter.remove_long(_LONGEST_WORD))
        .filter(Filter.lowercase())
        .filter(Filter.ascii_fold())
    )
    if language in STEMMED and stop:
        builder = builder.filter(Filter.custom_stopword(sorted(STOP_WORDS[language])))
    return (builder.filter(Filter.stemmer("english")) if language == "en" else builder).build()

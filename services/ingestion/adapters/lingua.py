"""Language detection by lingua, with Dutch and English alone: more languages cost accuracy."""

import threading

from lingua import Language, LanguageDetectorBuilder
from lingua import LanguageDetector as Lingua
from typing_extensions import override

from services.ingestion.domain.language import Guess
from services.ingestion.ports.record import LanguageDetector

_MOST_CHARACTERS = 2000
"""Enough to be sure; the whole of a long story would take milliseconds for nothing."""

_TAGS = {Language.DUTCH: "nl", Language.ENGLISH: "en"}


class LinguaDetector(LanguageDetector):
    """Loads its models on first use; safe for threads."""

    def __init__(self) -> None:
        """Load nothing yet."""
        self._lock = threading.Lock()
        self._lingua: Lingua | None = None

    @override
    def guess(self, text: str) -> Guess:
        likeliest = self._load().compute_language_confidence_values(text[:_MOST_CHARACTERS])[0]
        if not likeliest.value:
            return Guess("", 0.0)
        return Guess(_TAGS[likeliest.language], likeliest.value)

    def _load(self) -> Lingua:
        with self._lock:
            if self._lingua is None:
                self._lingua = LanguageDetectorBuilder.from_languages(*_TAGS).build()
            return self._lingua

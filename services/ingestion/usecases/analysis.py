"""What the words of a story tell by themselves; computed before a transaction is opened."""

from dataclasses import dataclass

from services.ingestion.domain import duplicates
from services.ingestion.domain.kept import Likeness
from services.ingestion.domain.language import Guess
from services.ingestion.domain.story import Story
from services.ingestion.ports.record import LanguageDetector, Sketcher


@dataclass(frozen=True, slots=True)
class Analysis:
    """The guessed language of some texts, and by what they are compared with others."""

    texts: tuple[str, ...]
    guess: Guess
    grams: frozenset[str]
    likeness: Likeness


@dataclass(frozen=True)
class Analyst:
    """Reads the texts of stories."""

    detector: LanguageDetector
    sketcher: Sketcher

    def __call__(self, story: Story) -> Analysis:
        """Return what the title, summary and body tell."""
        texts = told(story)
        comparable = duplicates.compared(texts)
        grams = duplicates.grams(comparable)
        bands = self.sketcher.bands(grams) if grams else ()
        return Analysis(
            texts=texts,
            guess=self.detector.guess("\n".join(texts)),
            grams=grams,
            likeness=Likeness(duplicates.digest(comparable), bands),
        )


def told(story: Story) -> tuple[str, ...]:
    """Return the texts that make a story the same as another."""
    return (story.title, story.summary, story.body)

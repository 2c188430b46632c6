"""Which language a text is in: declared by its author, else guessed, else that of its programme."""

import re
from dataclasses import dataclass

from services.ingestion.domain.normalise import UnfitTextError, line

LEAST_CONFIDENCE = 0.7
"""Below it lingua is wrong too often: of texts under 25 characters it gets 93 % right."""

_TAG = re.compile(r"([A-Za-z]{2,3})((?:-[A-Za-z0-9]{2,8}){0,3})")


@dataclass(frozen=True, slots=True)
class Guess:
    """A language tag with the confidence of the detector, 0 to 1; no tag when it cannot tell."""

    language: str
    confidence: float


def tag(value: str) -> str:
    """Return a BCP 47 tag in its usual case (``nl``, ``nl-BE``). Raises ``UnfitTextError``."""
    match = _TAG.fullmatch(line(value).replace("_", "-"))
    if match is None:
        raise UnfitTextError("must be a language tag such as nl or en")
    subtags = [part for part in match[2].split("-") if part]
    region = [part.upper() if len(part) == 2 else part.lower() for part in subtags]  # noqa: PLR2004  # regions have two letters
    return "-".join([match[1].lower(), *region])


def choose(declared: str, guess: Guess, main: str) -> str:
    """Return the declared language, else a guess worth trusting, else the programme's main one."""
    if declared:
        return declared
    if guess.language and guess.confidence >= LEAST_CONFIDENCE:
        return guess.language
    return main

"""Fusing the two legs of a search: our own code, the same for every engine."""

import math
from collections.abc import Callable, Mapping

from libs.kernel.scores import standardised

Scored = tuple[str, float]

COVERAGE = 0.5
"""What a document in another language gains for words it shares with the question: names mostly."""
SHRINKAGE = 8
"""So many documents of a language must be there before half of its own level is believed."""


def fuse(
    lexical: Mapping[str, float],
    dense: Mapping[str, float],
    *,
    dense_weight: float,
    language_of: Callable[[str], str],
    asked_in: str,
) -> list[Scored]:
    """Return every document of either leg with its fused score, best first, ties to the smaller id.

    Each leg's scores become z-scores over the union of both; a document that a leg did not return
    counts as that leg's lowest. The score is ``w · dense + (1 - w) · lexical`` with ``w`` in 0 to 1
    (score-based fusion as in Bruch et al., TOIS 2023, doi:10.1145/3596512, who find it above
    reciprocal rank fusion). Encoders find texts of one language more alike than texts of two, so
    each language's cosines are first brought to one level. A document in another language than the
    question (``asked_in``, empty when unknown) is judged by meaning alone, with a bonus for words
    that are the same all the same.
    """
    union = sorted({*lexical, *dense})
    foreign = {each for each in union if asked_in and language_of(each) != asked_in}
    own_words = {identity: lexical[identity] for identity in lexical.keys() - foreign}
    words = standardised(own_words, union)
    meaning = standardised(_levelled(dense, language_of) if asked_in else dense, union)
    highest = max(lexical.values(), default=0.0)
    fused = {}
    for identity in union:
        if identity in foreign:
            shared = lexical.get(identity, 0.0) / highest if highest > 0 else 0.0
            fused[identity] = meaning[identity] + COVERAGE * shared
        else:
            fused[identity] = (
                dense_weight * meaning[identity] + (1 - dense_weight) * words[identity]
            )
    return sorted(fused.items(), key=lambda item: (-item[1], item[0]))


def _levelled(dense: Mapping[str, float], language_of: Callable[[str], str]) -> dict[str, float]:
    """Return the scores less what their language is above all, as far as there are enough of it."""
    groups: dict[str, list[float]] = {}
    for identity, score in dense.items():
        groups.setdefault(language_of(identity), []).append(score)
    middle = math.fsum(dense.values()) / len(dense) if dense else 0.0
    above = {
        language: (math.fsum(scores) / len(scores) - middle)
        * len(scores)
        / (len(scores) + SHRINKAGE)
        for language, scores in groups.items()
    }
    return {identity: score - above[language_of(identity)] for identity, score in dense.items()}


def with_wordless(
    lexical: Mapping[str, float], dense: Mapping[str, float], *, limit: int
) -> Mapping[str, float]:
    """Return the lexical leg with a zero for what it knows to share no word with the question.

    It knows when it found fewer than it was asked for. So a word that a single document has, such
    as a name, finds that document before those that are merely alike.
    """
    if len(lexical) >= depth(limit):
        return lexical
    return {**dict.fromkeys(dense, 0.0), **lexical}


def depth(limit: int) -> int:
    """Return how many documents each leg brings up for so many results."""
    return min(1000, max(200, 10 * limit))

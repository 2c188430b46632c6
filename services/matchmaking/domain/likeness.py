"""How alike the texts of initiatives are, field by field, as percentiles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.matchmaking.domain.calibration import Background, Vector, kind_of


@dataclass(frozen=True)
class Prints:
    """The vectors of one initiative's texts, per field that is not empty."""

    initiative_id: str
    language: str
    vectors: Mapping[str, Vector]


def likeness(
    own: Prints, others: Sequence[Prints], text_field: str, background: Background
) -> NDArray[np.float64]:
    """Return how alike this field is in ``own`` and each other; NaN where either text is absent."""
    alike = np.full(len(others), np.nan)
    vector = own.vectors.get(text_field)
    if vector is None:
        return alike
    places: dict[str, list[int]] = {}
    for place, other in enumerate(others):
        if text_field in other.vectors:
            places.setdefault(other.language, []).append(place)
    for language, chosen in places.items():
        matrix = np.stack([others[place].vectors[text_field] for place in chosen])
        cosines = (matrix @ vector).astype(np.float64)
        kind = kind_of(own.language, language, text_field)
        alike[chosen] = background.percentiles(kind, cosines)
    return alike


def closeness(prints: Sequence[Prints], text_field: str) -> NDArray[np.float64]:
    """Return the cosines among initiatives, 0 at least: what diversity is measured by.

    Not percentiles: those who fit one member are all alike, and percentiles would be all near 1.
    """
    if not prints:
        return np.zeros((0, 0))
    vectors = [one.vectors.get(text_field) for one in prints]
    size = max((len(vector) for vector in vectors if vector is not None), default=1)
    absent = np.zeros(size, dtype=np.float32)
    matrix = np.stack([absent if vector is None else vector for vector in vectors])
    close: NDArray[np.float64] = np.maximum(matrix @ matrix.T, 0.0).astype(np.float64)
    return close

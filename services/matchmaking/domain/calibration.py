"""From a cosine to a percentile: how rarely two arbitrary initiatives are this much alike.

Encoders give pairs across languages lower cosines than pairs within one, and each field its own
range. The percentile in a background sample per language pair and field makes them comparable.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations_with_replacement
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
Cosines = NDArray[np.float64]

ENOUGH = 50
"""Pairs below which a sample says too little, and the encoder's fixed mapping is used."""


class Kind(NamedTuple):
    """What was compared: two languages in alphabetical order, and a text field."""

    languages: str
    field: str


def kind_of(one: str, other: str, text_field: str) -> Kind:
    """Return the kind of a comparison; the order of the languages has no meaning."""
    first, second = sorted((one.split("-", maxsplit=1)[0], other.split("-", maxsplit=1)[0]))
    return Kind(f"{first}-{second}", text_field)


def same_language(kind: Kind) -> bool:
    """Tell whether both texts of a comparison are in one language."""
    first, _, second = kind.languages.partition("-")
    return first == second


_SHARES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0)
_FIXED: Mapping[str, tuple[tuple[float, ...], tuple[float, ...]]] = {
    # cosine at each share of _SHARES, within one language and across two; for `use` and `e5`
    # the quantiles of the 92 initiatives of the sample network, what and struggle averaged
    "use": (
        (-0.10, 0.10, 0.18, 0.25, 0.31, 0.40, 0.47, 0.85),
        (-0.10, 0.08, 0.16, 0.22, 0.29, 0.385, 0.465, 0.80),
    ),
    "e5": (
        (0.790, 0.824, 0.845, 0.859, 0.872, 0.891, 0.906, 0.970),
        (0.747, 0.778, 0.799, 0.813, 0.826, 0.845, 0.859, 0.960),
    ),
    "": (
        (-0.20, 0.00, 0.10, 0.20, 0.30, 0.45, 0.60, 0.90),
        (-0.20, 0.00, 0.08, 0.17, 0.27, 0.42, 0.55, 0.85),
    ),
}


def fixed(encoder: str, kind: Kind, cosines: Cosines) -> Cosines:
    """Return percentiles by the fixed mapping of an encoder family, for want of a sample.

    The mapping is piecewise linear through quantiles of arbitrary pairs; an encoder with no known
    family in its name gets a cautious middle one.
    """
    family = next((name for name in encoder.split("-") if name in _FIXED), "")
    within, across = _FIXED[family]
    return np.interp(cosines, within if same_language(kind) else across, _SHARES)


@dataclass(frozen=True)
class Background:
    """Sorted cosines of arbitrary pairs, per kind of comparison, for one encoder."""

    encoder: str = ""
    samples: Mapping[Kind, Cosines] = field(default_factory=dict)

    def percentiles(self, kind: Kind, cosines: Cosines) -> Cosines:
        """Return the share of arbitrary pairs of this kind that are not more alike.

        With fewer than ``ENOUGH`` pairs of this kind the encoder's fixed mapping answers.
        """
        sample = self.samples.get(kind)
        if sample is None or len(sample) < ENOUGH:
            return fixed(self.encoder, kind, cosines)
        alike = np.searchsorted(sample, cosines, side="right").astype(np.float64)
        beyond = cosines > sample[-1]
        if beyond.any():  # more alike than any pair of the sample: keep the order among these
            left = (1.0 - cosines[beyond]) / max(1e-9, 1.0 - float(sample[-1]))
            alike[beyond] += 1.0 - np.clip(left, 0.0, 1.0)
        shares: Cosines = alike / (len(sample) + 1)
        return shares


@dataclass(frozen=True)
class Voice:
    """One text as a sample sees it: whose it is, its language, and its vector."""

    owner: str
    language: str
    vector: Vector


def sample_pairs(
    voices: Mapping[str, Sequence[Voice]], *, most: int, seed: int
) -> dict[Kind, Cosines]:
    """Return sorted cosines of at most ``most`` arbitrary pairs of two owners, per kind.

    ``voices`` holds the texts of each field. Every pair of languages is drawn for itself, so that
    a rare language is known as well as a common one. The same input and seed give the same sample.
    """
    found: dict[Kind, Cosines] = {}
    random = np.random.default_rng(seed)
    for text_field, spoken in sorted(voices.items()):
        tongues: dict[str, list[Voice]] = {}
        for voice in spoken:
            tongues.setdefault(voice.language.split("-", maxsplit=1)[0], []).append(voice)
        for one, other in combinations_with_replacement(sorted(tongues), 2):
            cosines = _draw(tongues[one], tongues[other], most, random)
            if len(cosines):
                found[kind_of(one, other, text_field)] = np.sort(cosines)
    return found


def _draw(
    left: Sequence[Voice], right: Sequence[Voice], most: int, random: np.random.Generator
) -> Cosines:
    """Return cosines of different pairs of two owners, each pair once."""
    size = most * 4
    pairs = np.column_stack(
        (random.integers(len(left), size=size), random.integers(len(right), size=size))
    )
    if left is right:
        pairs = np.sort(pairs, axis=1)
    _, first = np.unique(pairs, axis=0, return_index=True)
    pairs = pairs[np.sort(first)]
    owners = [left[one].owner != right[other].owner for one, other in pairs]
    pairs = pairs[np.array(owners, dtype=bool)][:most]
    one = np.stack([voice.vector for voice in left])[pairs[:, 0]]
    other = np.stack([voice.vector for voice in right])[pairs[:, 1]]
    cosines: Cosines = np.einsum("ij,ij->i", one, other).astype(np.float64)
    return cosines

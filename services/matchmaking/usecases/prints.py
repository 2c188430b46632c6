"""The vectors of initiatives: made once per text, kept in the index, read for scoring."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from libs.kernel.passages import split_passages
from libs.kernel.policy import EVERYTHING
from libs.kernel.vocabulary import Purpose
from libs.ports.encoder import Encoder, Vectors
from libs.ports.index import Document, Index, Passage
from services.matchmaking.domain.profile import FIELDS, Initiative, Profile

OPEN = "matching"
"""The keyword field that tells who consents to matching."""


@dataclass(frozen=True, slots=True)
class Printer:
    """Puts initiatives into the index with a vector per text."""

    index: Index
    encoder: Encoder

    def prepare(self, profiles: Sequence[Profile]) -> None:
        """Encode what is new; the encoder remembers it."""
        self._vectors([one for profile in profiles for one in profile.initiatives])

    def __call__(self, profiles: Sequence[tuple[Profile, int]]) -> None:
        """Index each profile at its sequence."""
        vectors = self._vectors([one for profile, _ in profiles for one in profile.initiatives])
        documents = [
            (_document(profile, one, vectors), sequence)
            for profile, sequence in profiles
            for one in profile.initiatives
        ]
        if documents:
            self.index.put(documents)

    def _vectors(self, initiatives: Sequence[Initiative]) -> Mapping[str, Vectors]:
        """Return one vector per text; what the index holds already is not encoded again."""
        wanted = {text for one in initiatives for text in one.texts.values()}
        held = self.index.get([one.id for one in initiatives], condition=EVERYTHING)
        known = {
            passage.text: passage.vector
            for document in held.values()
            for passage in document.passages
            if passage.text in wanted
        }
        new = sorted(wanted - known.keys())
        return known | dict(zip(new, text_vectors(self.encoder, new), strict=True))


def text_vectors(encoder: Encoder, texts: Sequence[str]) -> list[Vectors]:
    """Return one vector per text; the mean of its passages stands for a long one."""
    pieces = [split_passages(text, words=encoder.passage_words) for text in texts]
    flat = [piece for parts in pieces for piece in parts]
    encoded = encoder.encode(flat, "passage")
    vectors, start = [], 0
    for parts in pieces:
        vectors.append(_unit_mean(encoded[start : start + len(parts)], encoder.dimension))
        start += len(parts)
    return vectors


def _unit_mean(vectors: Vectors, dimension: int) -> Vectors:
    """Return the mean of some vectors at length 1; zero where it has no direction."""
    mean = vectors.mean(axis=0) if len(vectors) else np.zeros(dimension)
    length = float(np.linalg.norm(mean))
    unit: Vectors = (mean / length if length > 0 else mean).astype(np.float32)
    return unit


def _document(profile: Profile, one: Initiative, vectors: Mapping[str, Vectors]) -> Document:
    language = one.language or profile.language
    return Document(
        id=one.id,
        language=language,
        texts={"title": one.title, **one.texts},
        keywords={
            "visibility": [profile.visibility],
            "programme": [profile.programme],
            "owner": [profile.member_id],
            "theme": sorted(one.themes),
            "population": sorted(one.populations),
            "stage": [str(one.stage)] if one.stage else [],
            "language": [language],
            "country": [profile.country] if profile.country else [],
            OPEN: ["yes" if Purpose.MATCHING in profile.consents else "no"],
        },
        passages=[
            Passage(name, one.texts[name], vectors[one.texts[name]])
            for name in FIELDS
            if name in one.texts
        ],
    )

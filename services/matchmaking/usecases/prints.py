"""The vectors of initiatives: made once per text, kept in the index, read for scoring."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from libs.kernel.passages import split_passages
from libs.kernel.policy import EVERYTHING, All, Not, Term, visible_to
from libs.kernel.vocabulary import Purpose
from libs.ports.encoder import Encoder, Vectors
from libs.ports.index import Document, Index, Passage
from services.matchmaking.domain.likeness import Prints
from services.matchmaking.domain.profile import (
    FIELDS,
    UNKNOWN_LANGUAGE,
    Initiative,
    Profile,
)

NEIGHBOURS = 200
"""Candidates for each member."""
PER_LEG = 120
"""Hits of each leg; the legs overlap, and together they give about ``NEIGHBOURS``."""
COMPARED = ("what", "struggle")
"""The fields by which peers are found."""
LEXICAL_WORDS = 50
"""Words of one's own texts that are searched for: more take longer and bring little."""
_OPEN = "matching"
"""The keyword field that tells who consents to matching."""


@dataclass(frozen=True, slots=True)
class PrintProfiles:
    """Put the initiatives of members into the index."""

    index: Index
    encoder: Encoder

    def __call__(self, profiles: Sequence[tuple[Profile, int]]) -> None:
        """Index each profile at its sequence."""
        initiatives = [one for profile, _ in profiles for one in profile.initiatives]
        vectors = self._vectors(initiatives)
        documents = [
            (_document(profile, one, vectors), sequence)
            for profile, sequence in profiles
            for one in profile.initiatives
        ]
        if documents:
            self.index.put(documents)

    def _vectors(self, initiatives: Sequence[Initiative]) -> Mapping[str, Vectors]:
        """Return one vector per text; what the index holds already is not encoded again.

        A long text is encoded in passages, whose mean stands for the whole.
        """
        wanted = {text for one in initiatives for text in one.texts.values()}
        known = {
            passage.text: passage.vector
            for document in self.index.get(
                [one.id for one in initiatives], condition=EVERYTHING
            ).values()
            for passage in document.passages
            if passage.text in wanted
        }
        new = sorted(wanted - known.keys())
        pieces = [split_passages(text, words=self.encoder.passage_words) for text in new]
        flat = [piece for parts in pieces for piece in parts]
        if not flat:
            return known
        encoded = self.encoder.encode(flat, "passage")
        start = 0
        for text, parts in zip(new, pieces, strict=True):
            known[text] = unit_mean(encoded[start : start + len(parts)])
            start += len(parts)
        return known


def unit_mean(vectors: Vectors) -> Vectors:
    """Return the mean of some vectors at length 1; zero where it has no direction."""
    if not len(vectors):
        return np.zeros(vectors.shape[1], dtype=np.float32)
    mean = vectors.mean(axis=0)
    length = float(np.linalg.norm(mean))
    unit: Vectors = (mean / length if length > 0 else mean).astype(np.float32)
    return unit


def _document(profile: Profile, one: Initiative, vectors: Mapping[str, Vectors]) -> Document:
    return Document(
        id=one.id,
        language=one.language or profile.language,
        texts={"title": one.title, **one.texts},
        keywords={
            "visibility": [profile.visibility],
            "programme": [profile.programme],
            "owner": [profile.member_id],
            "theme": sorted(one.themes),
            "population": sorted(one.populations),
            "stage": [str(one.stage)] if one.stage else [],
            "language": [one.language or profile.language],
            _OPEN: ["yes" if Purpose.MATCHING in profile.consents else "no"],
        },
        passages=[
            Passage(name, one.texts[name], vectors[one.texts[name]])
            for name in FIELDS
            if name in one.texts
        ],
    )


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Reads prints from the index, and finds initiatives like one's own."""

    index: Index

    def prints(self, initiative_ids: Sequence[str]) -> dict[str, Prints]:
        """Return the vectors of those initiatives that the index holds."""
        return {
            document.id: Prints(
                initiative_id=document.id,
                language=document.language or UNKNOWN_LANGUAGE,
                vectors={passage.field: passage.vector for passage in document.passages},
            )
            for document in self.index.get(initiative_ids, condition=EVERYTHING).values()
        }

    def rankings(
        self, profile: Profile, own: Initiative, prints: Prints, blocked: frozenset[str]
    ) -> list[list[str]]:
        """Return initiatives like this one: by meaning per field, and by words."""
        condition = All(
            (
                visible_to(profile.as_reader(blocked)),
                Term(_OPEN, ("yes",)),
                Not(Term("owner", (profile.member_id,))),
            )
        )
        found = [
            self.index.dense(
                prints.vectors[name], condition=condition, limit=PER_LEG, fields=(name,)
            )
            for name in COMPARED
            if name in prints.vectors
        ]
        words = " ".join([own.title, *(own.texts.get(name, "") for name in COMPARED)]).split()
        if words:
            found.append(
                self.index.lexical(
                    " ".join(words[:LEXICAL_WORDS]), condition=condition, limit=PER_LEG
                )
            )
        return [[hit.id for hit in hits] for hits in found]

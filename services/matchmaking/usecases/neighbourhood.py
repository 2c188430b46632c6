"""Initiatives like one's own: found by meaning and by words."""

from collections.abc import Sequence
from dataclasses import dataclass

from libs.kernel.policy import EVERYTHING, All, Filter, Not, Term, visible_to
from libs.ports.database import Database
from libs.ports.encoder import Encoder, Vectors
from libs.ports.index import Hit, Index
from services.matchmaking.domain.fusion import Leg, fuse
from services.matchmaking.domain.likeness import Prints
from services.matchmaking.domain.profile import UNKNOWN_LANGUAGE, Initiative, Profile
from services.matchmaking.ports.store import Store
from services.matchmaking.usecases.prints import OPEN, text_vectors

NEIGHBOURS = 200
"""Candidates for each member."""
PER_LEG = 120
"""Hits of each leg; the legs overlap, and together they give about ``NEIGHBOURS``."""
LEXICAL_WORDS = 50
"""Words of one's own texts that are searched for: more take longer and bring little."""
COMPARED = ("what", "struggle")
"""The fields by which peers are found."""
WEIGHTS = {"what": 4.0, "struggle": 2.0}
"""Beside words at 1. On the development half of the collaboration queries four times the weight of
words found 45 % of partners among the first fifty (mean reciprocal rank .147), twice as much 43 %
(.133), meaning alone 44 % (.142), words alone 42 % (.079); the intervals are wide, 44 queries."""

COUNTRY_WEIGHT = 0.25
"""A quarter of the leg of words: it breaks ties, since laws and funding are those of a country."""


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Reads prints from the index, and finds candidates."""

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

    def legs(
        self, profile: Profile, own: Initiative, prints: Prints, blocked: frozenset[str]
    ) -> list[Leg]:
        """Return initiatives like this one: by meaning per field, and by words."""
        condition = All(
            (
                visible_to(profile.as_reader(blocked)),
                Term(OPEN, ("yes",)),
                Not(Term("owner", (profile.member_id,))),
            )
        )
        legs = [
            _leg(self._like(prints.vectors[name], condition, name), WEIGHTS[name])
            for name in COMPARED
            if name in prints.vectors
        ]
        words = " ".join([own.title, *(own.texts.get(name, "") for name in COMPARED)]).split()
        text = " ".join(words[:LEXICAL_WORDS])
        legs.append(_leg(self.index.lexical(text, condition=condition, limit=PER_LEG), 1.0))
        if profile.country and "what" in prints.vectors:
            near = All((condition, Term("country", (profile.country,))))
            legs.append(near_leg(self._like(prints.vectors["what"], near, "what"), legs))
        return legs

    def _like(self, vector: Vectors, condition: Filter, name: str) -> list[Hit]:
        return self.index.dense(vector, condition=condition, limit=PER_LEG, fields=(name,))


@dataclass(frozen=True, slots=True)
class Rank:
    """Rank members for an evaluation, by one text: as candidates are found, only deeper."""

    index: Index
    encoder: Encoder
    store: Store
    database: Database

    def __call__(self, text: str, *, country: str, limit: int) -> dict[str, list[str]]:
        """Return the ids of members, best first: by all legs together, by words, by meaning."""
        (vector,) = text_vectors(self.encoder, [text])
        words = self.index.lexical(text, condition=EVERYTHING, limit=limit)
        meaning = self.index.dense(vector, condition=EVERYTHING, limit=limit, fields=("what",))
        legs = [_leg(meaning, WEIGHTS["what"]), _leg(words, 1.0)]
        if country:
            near = self.index.dense(
                vector, condition=Term("country", (country,)), limit=limit, fields=("what",)
            )
            legs.append(near_leg(near, legs))
        found = {
            "hybrid": fuse(legs, limit=limit),
            "lexical": [hit.id for hit in words],
            "dense": [hit.id for hit in meaning],
        }
        with self.database.read() as work:
            owners = self.store.profiles.owners(work, legs[0].scores.keys() | legs[1].scores.keys())
        return {
            name: list(dict.fromkeys(owners[one] for one in ranking if one in owners))
            for name, ranking in found.items()
        }


def near_leg(hits: Sequence[Hit], legs: Sequence[Leg]) -> Leg:
    """Return the leg that favours one's own country, where laws and funding are the same."""
    found = dict.fromkeys((one for leg in legs for one in leg.scores), 0.0)
    return Leg({**found, **{hit.id: 1.0 for hit in hits}}, COUNTRY_WEIGHT)


def _leg(hits: Sequence[Hit], weight: float) -> Leg:
    return Leg({hit.id: hit.score for hit in hits}, weight)

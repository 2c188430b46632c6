"""Ranking people by nothing but one text each, by the product's own legs and fusion."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from libs.kernel.passages import split_passages
from libs.kernel.policy import EVERYTHING
from libs.ports.encoder import Encoder, Vectors
from libs.ports.index import Document, Index, Passage
from services.matchmaking.domain.fusion import rank_within
from services.matchmaking.usecases.prints import unit_mean


@dataclass(frozen=True, slots=True)
class RankPeople:
    """Ranks texts as candidates are found: by meaning and by words, fused by reciprocal rank."""

    index: Index
    """An index of its own, empty at first."""
    encoder: Encoder

    def learn(self, texts: Mapping[str, str], language: str) -> None:
        """Put candidates into the index, one text each."""
        documents = [
            Document(
                id=candidate,
                language=language,
                texts={"what": text},
                keywords={},
                passages=[Passage("what", text, self._print(text))],
            )
            for candidate, text in sorted(texts.items())
        ]
        self.index.put([(document, 1) for document in documents])

    def __call__(self, text: str, pool: Collection[str]) -> list[tuple[str, float]]:
        """Return the candidates of a pool with their scores, best first."""
        every = self.index.count()
        dense = self.index.dense(
            self._print(text), condition=EVERYTHING, limit=every, fields=("what",)
        )
        lexical = self.index.lexical(text, condition=EVERYTHING, limit=every)
        return rank_within(pool, [[hit.id for hit in hits] for hits in (dense, lexical)])

    def _print(self, text: str) -> Vectors:
        pieces = split_passages(text, words=self.encoder.passage_words)
        return unit_mean(self.encoder.encode(pieces, "passage"))

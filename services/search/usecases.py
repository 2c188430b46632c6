"""What search can do: find stories, find people, find stories like one."""

import hashlib
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace

import numpy as np
import orjson
from typing_extensions import override

from libs.kernel.errors import InvalidError, NotFoundError
from libs.kernel.policy import EVERYTHING, All, Filter, Not, Reader, Term, visible_to
from libs.ports.cache import Cache
from libs.ports.encoder import Encoder, Vectors
from libs.ports.holdings import Holding, Holdings
from libs.ports.index import Document, Hit, Index
from services.search.domain.fusion import Scored, depth, fuse, with_wordless
from services.search.domain.highlight import highlight
from services.search.domain.language import guess_language
from services.search.domain.query import FACETS, Cursor, Query
from services.search.domain.result import Found, Page

RANKING_SECONDS = 600.0
"""How long the next pages of an answer come from the same ranking."""


@dataclass(frozen=True, slots=True)
class Legs:
    """Both legs of a hybrid search over one index, filtered alike."""

    index: Index
    encoder: Encoder

    def rank(
        self, text: str, vector: Vectors, *, condition: Filter, language: str, limit: int
    ) -> list[Scored]:
        """Return the fused ranking."""
        words, meaning = self.index.hybrid(text, vector, condition=condition, limit=depth(limit))
        return self.fused(words, meaning, language=language, limit=limit)

    def fused(
        self, words: Sequence[Hit], meaning: Sequence[Hit], *, language: str, limit: int
    ) -> list[Scored]:
        """Fuse two legs; in another language than the question's, words count differently."""
        dense = {hit.id: hit.score for hit in meaning}
        languages = {hit.id: hit.language for hit in (*words, *meaning)}
        return fuse(
            with_wordless({hit.id: hit.score for hit in words}, dense, limit=limit),
            dense,
            dense_weight=self.encoder.fusion_weight,
            language_of=languages.__getitem__,
            asked_in=language,
        )


@dataclass(frozen=True, slots=True)
class Search:
    """Find documents by words and meaning; pages after the first come from the same ranking."""

    legs: Legs
    cache: Cache
    threads: Executor

    def __call__(self, query: Query, *, reader: Reader) -> Page:
        """Return one page of what this reader may see; raises ``InvalidError`` for a bad cursor."""
        visible = visible_to(reader)
        condition = query.condition(visible)
        first = Cursor(_key(query, reader), 0)
        cursor = Cursor.decode(query.cursor) if query.cursor else first
        if cursor.key != first.key:
            raise InvalidError("The cursor belongs to another question: start without one.")
        vector = self.legs.encoder.encode([query.text], "query")[0]
        ranked = self._ranking(query, vector, cursor, condition)
        chosen = ranked[cursor.offset : cursor.offset + query.limit]
        index = self.legs.index
        everyone = [identity for identity, _ in ranked]
        # Beside one another: with an engine that is far, each is a way there and back.
        facets = self.threads.submit(index.facets, everyone, condition=visible, fields=FACETS)
        documents = index.get([identity for identity, _ in chosen], condition=visible)
        end = cursor.offset + query.limit
        return Page(
            hits=[
                _found(documents[identity], score, vector, query.text)
                for identity, score in chosen
                if identity in documents
            ],
            total=len(ranked),
            facets=facets.result(),
            next=Cursor(cursor.key, end).encode() if end < len(ranked) else "",
        )

    def _ranking(
        self, query: Query, vector: Vectors, cursor: Cursor, condition: Filter
    ) -> list[Scored]:
        kept = self.cache.get(cursor.key) if query.cursor else None
        if kept is not None:
            return [(identity, score) for identity, score in orjson.loads(kept)]
        fresh = self.legs.rank(
            query.text,
            vector,
            condition=condition,
            language=guess_language(query.text),
            limit=query.limit,
        )
        if len(fresh) > query.limit:
            self.cache.put(cursor.key, orjson.dumps(fresh), seconds=RANKING_SECONDS)
        return fresh


@dataclass(frozen=True, slots=True)
class SearchPeople:
    """Find people by what they work on: others, since nobody looks for themselves."""

    search: Search

    def __call__(self, query: Query, *, reader: Reader) -> Page:
        """Return one page without the reader; raises ``InvalidError`` for a bad cursor."""
        return self.search(replace(query, besides=(reader.member_id,)), reader=reader)


@dataclass(frozen=True, slots=True)
class Rank:
    """Rank for an evaluation: the fused ranking and each leg alone, deeper than people look."""

    legs: Legs

    def __call__(self, text: str, *, limit: int) -> dict[str, list[str]]:
        """Return ids best first, over everything there is, whoever may see it."""
        legs = self.legs
        vector = legs.encoder.encode([text], "query")[0]
        words, meaning = legs.index.hybrid(text, vector, condition=EVERYTHING, limit=depth(limit))
        fused = legs.fused(words, meaning, language=guess_language(text), limit=limit)
        return {
            "hybrid": [identity for identity, _ in fused],
            "lexical": [hit.id for hit in words],
            "dense": [hit.id for hit in meaning],
        }


@dataclass(frozen=True, slots=True)
class Similar:
    """Find stories like one, in either language."""

    legs: Legs

    def __call__(self, story_id: str, *, limit: int, reader: Reader) -> Page:
        """Return the nearest others; raises ``NotFoundError`` for a story out of sight."""
        visible = visible_to(reader)
        story = self.legs.index.get([story_id], condition=visible).get(story_id)
        if story is None:
            raise NotFoundError("There is no such story, or you may not see it.")
        condition = All((visible, Not(Term("id", (story_id,)))))
        text = f"{story.texts.get('title', '')} {story.texts.get('summary', '')}"
        centre = _centre(story)
        ranked = self.legs.rank(
            text, centre, condition=condition, language=story.language, limit=limit
        )
        documents = self.legs.index.get([i for i, _ in ranked[:limit]], condition=condition)
        return Page(
            hits=[
                _found(documents[identity], score, centre, text)
                for identity, score in ranked[:limit]
                if identity in documents
            ],
            total=len(ranked),
        )


@dataclass(frozen=True, slots=True)
class Names:
    """The names of members, as a reader may see them."""

    people: Index

    def __call__(self, member_ids: Sequence[str], *, reader: Reader) -> dict[str, str]:
        """Return display names by id; members the reader may not see are absent."""
        found = self.people.get(sorted(set(member_ids)), condition=visible_to(reader))
        return {identity: str(each.payload["display_name"]) for identity, each in found.items()}


@dataclass(frozen=True, slots=True)
class TellFindable(Holdings):
    """Tells under which entries others find a member, and the stories that lead to the member."""

    stories: Index
    people: Index

    @override
    def __call__(self, reader: Reader) -> list[Holding]:
        own = _documents(self.people, Term("id", (reader.member_id,)))
        told = _documents(self.stories, Term("owner", (reader.member_id,)))
        return [
            Holding("found_as", [_entry(each, *each.texts.values()) for each in own]),
            Holding("found_stories", [_entry(each, each.texts.get("title", "")) for each in told]),
        ]


def _documents(index: Index, condition: Filter) -> list[Document]:
    ids = index.facets(None, condition=condition, fields=("id",))["id"]
    return list(index.get(sorted(ids), condition=condition).values())


def _entry(document: Document, *words: str) -> dict[str, object]:
    """Return what an index holds; of vectors only how many there are."""
    return {
        "id": document.id,
        "words": "\n".join(filter(None, words)),
        "visibility": document.keywords["visibility"][0],
        "language": document.language,
        "vectors": len(document.passages),
    }


def _found(document: Document, score: float, vector: Vectors, text: str) -> Found:
    passage = _nearest(document, vector)
    shown = passage or document.texts.get("summary") or document.texts.get("body", "")
    return Found(
        id=document.id,
        score=round(score, 4),
        passage=passage,
        highlight=highlight(shown, text),
        payload=document.payload,
    )


def _nearest(document: Document, vector: Vectors) -> str:
    """Return the text of the passage nearest to a question; empty where neither says anything."""
    if not document.passages or not vector.any():
        return ""
    cosines = np.stack([passage.vector for passage in document.passages]) @ vector
    return document.passages[int(cosines.argmax())].text


def _centre(document: Document) -> Vectors:
    """Return the mean direction of a document's passages."""
    mean: Vectors = np.mean([passage.vector for passage in document.passages], axis=0)
    length = np.linalg.norm(mean)
    return mean / np.float32(length) if length else mean


def _key(query: Query, reader: Reader) -> str:
    """Return the name of a ranking: another reader, question or narrowing is another ranking."""
    content = orjson.dumps(
        [
            query.text,
            {name: sorted(values) for name, values in query.narrowed.items()},
            [reader.programme, reader.member_id, reader.role.value, sorted(reader.blocked)],
        ],
        option=orjson.OPT_SORT_KEYS,
    )
    return f"ranking:{hashlib.sha256(content).hexdigest()}"

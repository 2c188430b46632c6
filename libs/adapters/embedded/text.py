"""The text leg: BM25 over tantivy, derived from the record and made again whenever in doubt."""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tantivy import (
    DocAddress,
    Document,
    IndexWriter,
    Occur,
    Query,
    Schema,
    SchemaBuilder,
    Searcher,
    TextAnalyzerBuilder,
    Tokenizer,
)
from tantivy import (
    Index as TantivyIndex,
)

from libs.adapters.embedded.analysis import FOLDED, STEMMED, Analysis, language_of
from libs.adapters.embedded.conditions import KEYWORDS, as_query, keyword_term
from libs.adapters.embedded.record import TextChange
from libs.adapters.embedded.snapshot import Allowed, Mask
from libs.kernel.errors import RetryableError
from libs.kernel.policy import EVERYTHING, Filter

_LAYOUT = "2"
"""Another one, and the words are analysed anew when the index is opened."""
_NUMBER = "number"
_TEXT = "text"
_TITLE = "title"
_TERMS = "terms"
"""The tokenizer of terms that were analysed before: it splits at spaces."""
_TITLE_WEIGHT = 0.5
"""Titles are part of the whole text as well, so a word there counts for half as much again."""
_MANY = 0.5
"""A condition that so large a share of the documents pass is looked at afterwards."""
_SPARE = 20
"""So many more are asked for then, so that one question mostly is enough."""
_WRITER_BYTES = 15_000_000
"""The least that tantivy takes: batches are small."""


class TextLeg:
    """Documents by number in tantivy. One thread writes, any number search."""

    def __init__(self, path: Path) -> None:
        """Open the folder; ``revision`` then tells what it holds, 0 when it was made anew."""
        self._path = path
        self._progress = path / "progress"
        self._schema = _schema()
        self._analysis = Analysis()
        self._writer: IndexWriter | None = None
        self.revision = self._read_progress()
        self._index = self._open()
        self._index.register_tokenizer(_TERMS, TextAnalyzerBuilder(Tokenizer.whitespace()).build())
        # manual: a reader changes when a change has returned, not when a file watcher wakes.
        self._index.config_reader(reload_policy="manual")

    def _open(self) -> TantivyIndex:
        if self.revision:
            try:
                return TantivyIndex(self._schema, path=str(self._path))
            except ValueError:
                self.revision = 0  # damaged, or of another schema: begin again
        shutil.rmtree(self._path, ignore_errors=True)
        self._path.mkdir(parents=True)
        return TantivyIndex(self._schema, path=str(self._path))

    def _read_progress(self) -> int:
        try:
            layout, revision = self._progress.read_text(encoding="ascii").split()
        except (OSError, ValueError):
            return 0
        return int(revision) if layout == _LAYOUT else 0

    def apply(self, changes: Iterable[TextChange], revision: int) -> None:
        """Follow the record up to a revision; readers see it when this returns."""
        with self._change(revision) as writer:
            for change in changes:
                writer.delete_documents_by_term(_NUMBER, change.number)
                if change.texts is not None:
                    writer.add_document(self._document(change))

    def rewrite(self, changes: Iterable[TextChange], revision: int) -> None:
        """Hold just these, in new files: tantivy keeps the words of what was deleted in the old."""
        with self._change(revision) as writer:
            writer.delete_all_documents()
            for change in changes:
                if change.texts is not None:
                    writer.add_document(self._document(change))
        if self._writer is not None:
            self._writer.garbage_collect_files()

    def clear(self, revision: int) -> None:
        """Forget everything."""
        with self._change(revision) as writer:
            writer.delete_all_documents()

    @contextmanager
    def _change(self, revision: int) -> Iterator[IndexWriter]:
        try:
            if self._writer is None:
                self._writer = self._index.writer(_WRITER_BYTES, 1)
            yield self._writer
            self._writer.commit()
            self._index.reload()
            # After the commit: dying between the two means to follow the same changes again.
            fresh = self._progress.with_suffix(".new")
            fresh.write_text(f"{_LAYOUT} {revision}", encoding="ascii")
            fresh.replace(self._progress)
        except (ValueError, OSError) as error:
            self._writer = None  # one that has failed stays failed
            raise RetryableError(f"text index: {error}") from error
        self.revision = revision

    def count(self) -> int:
        """Return how many documents are held."""
        return int(self._index.searcher().num_docs)

    def search(
        self,
        text: str,
        condition: Filter,
        limit: int,
        languages: Sequence[str],
        permitted: Allowed,
    ) -> list[tuple[int, float]]:
        """Return numbers and scores, best first; with all that tie with the last one.

        ``permitted`` are the numbers that pass the condition. Where those are many, they are picked
        out of what was found: without a condition tantivy skips whatever cannot be among the best.
        """
        query = self._query(text, languages)
        if query is None or limit < 1 or not permitted.count:
            return []
        searcher = self._index.searcher()
        asked, picks = limit + 1, condition != EVERYTHING
        if picks and permitted.count < _MANY * searcher.num_docs:
            only = Query.const_score_query(as_query(condition, self._schema), 0.0)
            query, picks = Query.boolean_query([(Occur.Must, query), (Occur.Must, only)]), False
        elif picks:
            asked = limit * searcher.num_docs // permitted.count + _SPARE
        while True:
            hits = searcher.search(query, asked, count=False).hits
            found = _numbered(searcher, hits)
            if picks:
                found = _picked(found, permitted.mask)
            has_all_ties = len(found) > limit and found[-1][1] < found[limit - 1][1]
            if has_all_ties or len(hits) < asked:
                break
            asked *= 4
        least = found[min(limit, len(found)) - 1][1] if found else 0.0
        return [(number, score) for number, score in found if score >= least]

    def _query(self, text: str, languages: Sequence[str]) -> Query | None:
        """Build a query of plain terms: there is no query language a text could slip into."""
        clean = text.encode(errors="replace").decode()
        spoken = dict.fromkeys([*map(language_of, languages or STEMMED), FOLDED])
        clauses = [
            (Occur.Should, Query.boost_query(self._term(field, term), share * weight))
            for language in spoken
            for term, weight in self._analysis.query(language, clean).items()
            for field, share in ((_TEXT, 1.0), (_TITLE, _TITLE_WEIGHT))
        ]
        return Query.boolean_query(clauses) if clauses else None

    def _term(self, field: str, term: str) -> Query:
        return Query.term_query(self._schema, field, term, "freq")

    def _document(self, change: TextChange) -> Document:
        document = Document()
        document.add_integer(_NUMBER, change.number)
        for field, values in change.keywords.items():
            for value in values:
                document.add_text(KEYWORDS, keyword_term(field, value))
        language = language_of(change.language)
        for name, text in (change.texts or {}).items():
            terms = " ".join(self._analysis.document(language, text))
            document.add_text(_TEXT, terms)
            if name == "title":
                document.add_text(_TITLE, terms)
        return document

    def close(self) -> None:
        """Finish merging."""
        if self._writer is not None:
            self._writer.wait_merging_threads()


def _numbered(
    searcher: Searcher, hits: Sequence[tuple[float, DocAddress]]
) -> list[tuple[int, float]]:
    numbers = searcher.fast_field_values(_NUMBER, [address for _, address in hits])
    return [
        (number, score)
        for number, (score, _) in zip(numbers, hits, strict=True)
        if isinstance(number, int)
    ]


def _picked(found: Sequence[tuple[int, float]], mask: Mask) -> list[tuple[int, float]]:
    """Return what is permitted; a number beyond the mask is of a document nobody may see yet."""
    length = len(mask)
    return [each for each in found if each[0] < length and mask[each[0]]]


def _schema() -> Schema:
    builder = SchemaBuilder()
    # Signed: by an unsigned number tantivy-py 0.27 deletes nothing, it looks for a signed one.
    builder.add_integer_field(_NUMBER, indexed=True, fast=True)
    builder.add_text_field(KEYWORDS, tokenizer_name="raw", index_option="basic")
    for field in (_TEXT, _TITLE):
        builder.add_text_field(field, tokenizer_name=_TERMS, index_option="freq")
    return builder.build()

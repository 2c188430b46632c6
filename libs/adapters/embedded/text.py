"""The text leg: BM25 over tantivy, derived from the record and made again whenever in doubt."""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tantivy import (
    Document,
    IndexWriter,
    Occur,
    Query,
    Schema,
    SchemaBuilder,
    TextAnalyzerBuilder,
    Tokenizer,
)
from tantivy import (
    Index as TantivyIndex,
)

from libs.adapters.embedded.analysis import FOLDED, STEMMERS, Analysis, language_of
from libs.adapters.embedded.conditions import KEYWORDS, as_query, keyword_term
from libs.adapters.embedded.record import TextChange
from libs.kernel.errors import RetryableError
from libs.kernel.policy import EVERYTHING, Filter

_LAYOUT = "1"
_NUMBER = "number"
_TEXT = "text"
_TITLE = "title"
_TERMS = "terms"
"""The tokenizer of terms that were analysed before: it splits at spaces."""
_TITLE_WEIGHT = 0.5
"""Titles are part of the whole text as well, so a word there counts for half as much again."""
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
        self, text: str, condition: Filter, limit: int, languages: Sequence[str]
    ) -> list[tuple[int, float]]:
        """Return numbers and scores, best first; with all that tie with the last one."""
        query = self._query(text, languages)
        if query is None or limit < 1:
            return []
        if condition != EVERYTHING:
            permitted = Query.const_score_query(as_query(condition, self._schema), 0.0)
            query = Query.boolean_query([(Occur.Must, query), (Occur.Must, permitted)])
        searcher = self._index.searcher()
        asked = limit + 1
        hits = searcher.search(query, asked, count=False).hits
        while len(hits) == asked and hits[-1][0] == hits[limit - 1][0]:
            asked *= 4
            hits = searcher.search(query, asked, count=False).hits
        least = hits[min(limit, len(hits)) - 1][0] if hits else 0.0
        kept = [(score, address) for score, address in hits if score >= least]
        numbers = searcher.fast_field_values(_NUMBER, [address for _, address in kept])
        return [
            (number, score)
            for number, (score, _) in zip(numbers, kept, strict=True)
            if isinstance(number, int)
        ]

    def _query(self, text: str, languages: Sequence[str]) -> Query | None:
        """Build a query of plain terms: there is no query language a text could slip into."""
        clean = text.encode(errors="replace").decode()
        spoken = dict.fromkeys([*map(language_of, languages or STEMMERS), FOLDED])
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


def _schema() -> Schema:
    builder = SchemaBuilder()
    # Signed: by an unsigned number tantivy-py 0.27 deletes nothing, it looks for a signed one.
    builder.add_integer_field(_NUMBER, indexed=True, fast=True)
    builder.add_text_field(KEYWORDS, tokenizer_name="raw", index_option="basic")
    for field in (_TEXT, _TITLE):
        builder.add_text_field(field, tokenizer_name=_TERMS, index_option="freq")
    return builder.build()

"""Files of records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from libs.kernel.errors import AppError
from libs.kernel.policy import Reader
from libs.ports.database import Work
from services.ingestion.domain.fields import Fields
from services.ingestion.domain.formats import RecordKind
from services.ingestion.domain.identity import external, fingerprint
from services.ingestion.domain.outcome import Outcome
from services.ingestion.domain.programme import Programme
from services.ingestion.domain.story import Place, Story, read_story
from services.ingestion.ports.record import LanguageDetector
from services.ingestion.usecases.access import Access
from services.ingestion.usecases.analysis import Analyst
from services.ingestion.usecases.importing import Importer
from services.ingestion.usecases.once import Attempt, Once
from services.ingestion.usecases.registry import Registry
from services.ingestion.usecases.story_intake import prepared


@dataclass(frozen=True)
class ImportBatch:
    """A coordinator takes records over, all in one transaction."""

    registry: Registry
    analyst: Analyst
    detector: LanguageDetector

    def __call__(
        self,
        kind: RecordKind,
        records: Sequence[object],
        programme: str,
        reader: Reader,
        attempt: Attempt,
    ) -> Sequence[Outcome]:
        """Return what became of each record, in their order; a refused one harms no other."""
        new = self._new_stories(records, programme, reader) if kind is RecordKind.STORIES else []
        importer = Importer(self.registry, self.detector, prepared(self.analyst, new))

        def take(work: Work) -> list[Outcome]:
            return [importer(work, kind, raw, programme, reader) for raw in records]

        return Once(self.registry)(attempt, reader, take)

    def _new_stories(
        self, records: Sequence[object], programme: str, reader: Reader
    ) -> list[Story]:
        """Return the stories to analyse beforehand: those that were not sent like this before."""
        place = Place("", "", "", self.registry.clock.now())
        stores = self.registry.stores
        stories = []
        with self.registry.database.read() as work:

            @cache
            def to_fill(reference: str) -> Programme:
                return Access(stores).programme_to_fill(work, reference, reader)

            for raw in records:
                if not isinstance(raw, Mapping):
                    continue
                fields = Fields(raw, lenient=True)
                try:
                    target = to_fill(fields.line("programme") or programme)
                except AppError:
                    continue
                key = external(target.id, RecordKind.STORIES, fields.line("id"))
                known = stores.identities.get(work, key)
                if known is None or known.record_digest != fingerprint(raw):
                    stories.append(read_story(fields, place))
        return stories

"""Files of records, and submissions on the inbox."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

from libs.contracts.gen.kring.events.v1.inbox_pb2 import Submission
from libs.kernel.errors import AppError, PoisonError
from libs.kernel.policy import Reader, Role
from libs.ports.database import Work
from services.ingestion.domain.fields import Fields
from services.ingestion.domain.formats import RecordKind
from services.ingestion.domain.identity import external, fingerprint
from services.ingestion.domain.outcome import Outcome, Status
from services.ingestion.domain.story import Place, Story, read_story
from services.ingestion.ports import LanguageDetector
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
            for raw in records:
                if not isinstance(raw, Mapping):
                    continue
                fields = Fields(raw, lenient=True)
                reference = fields.line("programme") or programme
                try:
                    target = Access(stores).programme_to_fill(work, reference, reader)
                except AppError:
                    continue
                key = external(target.id, RecordKind.STORIES, fields.line("id"))
                known = stores.identities.get(work, key)
                if known is None or known.record_digest != fingerprint(raw):
                    stories.append(read_story(fields, place))
        return stories


@dataclass(frozen=True)
class TakeSubmission:
    """Another programme sends a story or a member on the inbox."""

    registry: Registry
    analyst: Analyst
    detector: LanguageDetector

    def __call__(self, submission: Submission, programme: str, work: Work) -> Outcome:
        """Return what became of it; raises ``PoisonError`` with the reasons when it is refused."""
        content = submission.WhichOneof("content")
        if content is None:
            raise PoisonError("the submission holds neither a story nor a member")
        kind = RecordKind.STORIES if content == "story" else RecordKind.MEMBERS
        try:
            target = Access(self.registry.stores).programme(work, programme).state
        except AppError as error:
            raise PoisonError(error.detail) from error
        reader = Reader(programme=target.id, role=Role.COORDINATOR)
        importer = Importer(self.registry, self.detector, self.analyst)
        outcome = importer(work, kind, _record(submission, content), target.id, reader)
        if outcome.status is Status.REFUSED:
            reasons = "; ".join(f"{field} {why}" for field, why in outcome.problems.items())
            raise PoisonError(f"refused: {reasons}")
        return outcome


def _record(submission: Submission, content: str) -> dict[str, object]:
    """Return a submission as a record of our import format."""
    if content == "story":
        return {**_fields(submission.story), "id": submission.external_id}
    record = _fields(submission.member)
    name, side = record.pop("organisation", None), record.pop("side", None)
    if name or side:
        record["organisation"] = {"name": name, "side": side}
    initiatives = [_fields(initiative) for initiative in submission.member.initiatives]
    for initiative in initiatives:
        initiative["id"] = initiative.pop("external_id", "")
    return {**record, "initiatives": initiatives, "id": submission.external_id}


def _fields(message: Message) -> dict[str, object]:
    return MessageToDict(message, preserving_proto_field_name=True)

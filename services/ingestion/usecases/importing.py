"""Takes one record over that somebody else sends, from a file or from the inbox."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from libs.kernel.errors import AppError, ForbiddenError, InvalidError
from libs.kernel.policy import Reader, Role
from libs.ports.database import Work
from services.ingestion.domain.fields import Fields
from services.ingestion.domain.formats import Record, RecordKind, organisation_as_member
from services.ingestion.domain.identity import external, fingerprint, slug
from services.ingestion.domain.initiative import read_initiatives
from services.ingestion.domain.kept import Known
from services.ingestion.domain.member import Standing, read_member
from services.ingestion.domain.outcome import Outcome, Status
from services.ingestion.domain.programme import Programme
from services.ingestion.domain.story import Place, Story, read_story
from services.ingestion.ports.record import LanguageDetector
from services.ingestion.usecases.access import Access
from services.ingestion.usecases.analysis import Analysis
from services.ingestion.usecases.member_intake import MemberDraft, MemberIntake
from services.ingestion.usecases.programmes import ProgrammeIntake
from services.ingestion.usecases.registry import Registry
from services.ingestion.usecases.story_intake import MEND, StoryDraft, StoryIntake


@dataclass(frozen=True, slots=True)
class Sent:
    """A record in our own form, on its way into a programme."""

    kind: RecordKind
    record: Record
    programme: Programme
    known_id: str
    """What the sender's id stands for already; empty when it is new."""


@dataclass(frozen=True)
class Importer:
    """Takes one record over in an open transaction: a bad record is refused and harms no other."""

    registry: Registry
    detector: LanguageDetector
    analyse: Callable[[Story], Analysis]

    def __call__(
        self, work: Work, kind: RecordKind, raw: object, programme: str, reader: Reader
    ) -> Outcome:
        """Return what became of the record; ``programme`` is for records that name none.

        The same record again changes nothing, whatever was changed here since. What was withdrawn
        or erased here does not come back.
        """
        try:
            if not isinstance(raw, Mapping):
                raise InvalidError(MEND, fields={"record": "must be an object"})
            if kind is RecordKind.PROGRAMMES:
                return self._programme(work, raw, reader)
            return self._thing(work, kind, raw, programme, reader)
        except AppError as error:
            return Outcome(Status.REFUSED, problems=error.fields or {"record": error.detail})

    def _programme(self, work: Work, raw: Record, reader: Reader) -> Outcome:
        sent = Fields(raw)
        named = slug(sent.line("slug")) or slug(sent.line("id")) or slug(sent.line("name"))
        fields = Fields({**raw, "slug": named}, lenient=True)
        fields.pass_over("id", "sample")
        before = self.registry.stores.programmes.by_slug(work, named)
        return ProgrammeIntake(self.registry)(work, fields, before, reader)

    def _thing(
        self, work: Work, kind: RecordKind, raw: Record, programme: str, reader: Reader
    ) -> Outcome:
        fields = Fields(raw)
        external_id = fields.line("id", required=True)
        reference = fields.line("programme") or programme
        if fields.problems:
            raise InvalidError(MEND, fields=fields.problems)
        target = self._target(work, reference, reader)
        identities, tombs = self.registry.stores.identities, self.registry.stores.tombs
        key, digest = external(target.id, kind, external_id), fingerprint(raw)
        known = identities.get(work, key)
        if known is not None and tombs.has(work, known.id):
            raise InvalidError(MEND, fields={"id": "was withdrawn or erased in Kring"})
        if known is not None and known.record_digest == digest:
            return self._as_before(work, kind, known.id)
        sent = Sent(kind, raw, target, known.id if known else "")
        outcome = (
            self._story(work, sent, reader)
            if kind is RecordKind.STORIES
            else self._member(work, sent, reader)
        )
        # a member that a record names may be known next time: then it is not the same again
        remembered = "" if "contacts" in outcome.warnings else digest
        identities.put(work, key, Known(outcome.id, remembered))
        return outcome

    def _target(self, work: Work, reference: str, reader: Reader) -> Programme:
        if not reader.has(Role.COORDINATOR):
            raise ForbiddenError("Records are imported by the coordinators of a programme.")
        try:
            return Access(self.registry.stores).programme_to_fill(work, reference, reader)
        except AppError as error:
            raise InvalidError(error.detail, fields={"programme": error.detail}) from error

    def _as_before(self, work: Work, kind: RecordKind, known_id: str) -> Outcome:
        stores = self.registry.stores
        things = stores.stories if kind is RecordKind.STORIES else stores.members
        kept = things.get(work, known_id)
        return Outcome(Status.UNCHANGED, id=known_id, sequence=kept.sequence if kept else 0)

    def _story(self, work: Work, sent: Sent, reader: Reader) -> Outcome:
        stores, programme = self.registry.stores, sent.programme
        before = stores.stories.get(work, sent.known_id) if sent.known_id else None
        fields = Fields(sent.record, lenient=True)
        fields.pass_over("id", "programme", "sample")

        def find(external_id: str) -> str:
            digest = external(programme.id, RecordKind.MEMBERS, external_id)
            known = stores.identities.get(work, digest)
            return known.id if known and not stores.tombs.has(work, known.id) else ""

        owner = fields.line("owner")
        place = Place(
            before.state.id if before else self.registry.ids.new(),
            programme.id,
            find(owner) if owner else before.state.owner if before else "",
            before.state.published_at if before else self.registry.clock.now(),
        )
        draft = StoryDraft(read_story(fields, place), fields, programme, before, find)
        return StoryIntake(self.registry, self.analyse)(work, draft, reader)

    def _member(self, work: Work, sent: Sent, reader: Reader) -> Outcome:
        record, ignored = _as_member(sent)
        members = self.registry.stores.members
        before = members.get(work, sent.known_id) if sent.known_id else None
        fields = Fields(record, lenient=True)
        fields.pass_over("id", "programme", "sample")
        standing = Standing(
            before.state.id if before else self.registry.ids.new(),
            sent.programme.id,
            sent.programme.main_language,
            has_address=sent.kind is RecordKind.MEMBERS,
        )
        initiatives = read_initiatives(
            fields,
            before.state.initiatives if before else (),
            new_id=self.registry.ids.new,
            now=self.registry.clock.now(),
        )
        member = replace(
            read_member(fields, standing),
            initiatives=initiatives,
            blocked=before.state.blocked if before else (),
        )
        draft = MemberDraft(member, fields, sent.programme, before)
        outcome = MemberIntake(self.registry, self.detector)(work, draft, reader)
        return replace(outcome, ignored=(*outcome.ignored, *ignored))


def _as_member(sent: Sent) -> tuple[Record, tuple[str, ...]]:
    if sent.kind is RecordKind.ORGANISATIONS:
        return organisation_as_member(sent.record)
    return sent.record, ()

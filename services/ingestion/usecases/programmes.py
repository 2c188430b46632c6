"""What readers can do with programmes."""

from collections.abc import Mapping
from dataclasses import dataclass

from libs.kernel.errors import ConflictError, ForbiddenError, InvalidError
from libs.kernel.policy import Reader, Role, may_change
from libs.ports.database import Work
from services.ingestion.domain.fields import Fields
from services.ingestion.domain.kept import Kept
from services.ingestion.domain.outcome import Outcome, Status
from services.ingestion.domain.programme import Programme, programme_record, read_programme
from services.ingestion.usecases.access import Access, Expected
from services.ingestion.usecases.once import Attempt, Once
from services.ingestion.usecases.paging import Page, page, position
from services.ingestion.usecases.registry import Registry
from services.ingestion.usecases.story_intake import MEND


@dataclass(frozen=True)
class ProgrammeIntake:
    """Takes a programme over: the same way from the operator and an import."""

    registry: Registry

    def __call__(
        self, work: Work, fields: Fields, before: Kept[Programme] | None, reader: Reader
    ) -> Outcome:
        """Return what became of it; raises ``ConflictError`` for a slug that is taken."""
        identity = before.state.id if before else self.registry.ids.new()
        _check_right(before, reader)
        programme = read_programme(fields, programme_id=identity)
        if fields.problems:
            raise InvalidError(MEND, fields=fields.problems)
        holder = self.registry.stores.programmes.by_slug(work, programme.slug)
        if holder is not None and holder.state.id != identity:
            raise ConflictError("There is a programme with this slug.", fields={"slug": "is taken"})
        if before is not None and before.state == programme:
            return _outcome(Status.UNCHANGED, before, fields)
        kept = before.changed(programme) if before else Kept(programme, 1)
        self.registry.keep_programme(work, kept)
        return _outcome(Status.CHANGED if before else Status.CREATED, kept, fields)


@dataclass(frozen=True)
class CreateProgramme:
    """The operator opens a programme."""

    registry: Registry

    def __call__(self, record: Mapping[str, object], reader: Reader, attempt: Attempt) -> Outcome:
        """Return what became of it."""

        def create(work: Work) -> list[Outcome]:
            return [ProgrammeIntake(self.registry)(work, Fields(record), None, reader)]

        return Once(self.registry)(attempt, reader, create)[0]


@dataclass(frozen=True)
class ChangeProgramme:
    """A coordinator changes some fields of the own programme."""

    registry: Registry

    def __call__(
        self, reference: str, change: Mapping[str, object], reader: Reader, expected: Expected
    ) -> Outcome:
        """Return what became of it; fields that the change lacks stay."""
        with self.registry.database.write() as work:
            kept = Access(self.registry.stores).programme(work, reference)
            _check_right(kept, reader)
            expected.check(kept)
            fields = Fields({**programme_record(kept.state), **change})
            return ProgrammeIntake(self.registry)(work, fields, kept, reader)


@dataclass(frozen=True)
class ReadProgramme:
    """Anybody reads about a programme."""

    registry: Registry

    def __call__(self, reference: str) -> Kept[Programme]:
        """Return the programme with this id or slug."""
        with self.registry.database.read() as work:
            return Access(self.registry.stores).programme(work, reference)


@dataclass(frozen=True)
class ListProgrammes:
    """Anybody leafs through the programmes, oldest first."""

    registry: Registry

    def __call__(self, *, limit: int, cursor: str) -> Page[Kept[Programme]]:
        """Return programmes."""
        after = position(cursor)
        with self.registry.database.read() as work:
            found = self.registry.stores.programmes.find(work, after=after, limit=limit + 1)
        return page(found, [kept.state.id for kept in found], limit)


def _check_right(before: Kept[Programme] | None, reader: Reader) -> None:
    if before is None and not reader.has(Role.OPERATOR):
        raise ForbiddenError("Programmes are opened by the operator.")
    if before is not None and not may_change(reader, programme=before.state.id):
        raise ForbiddenError("Only the coordinators of a programme may change it.")


def _outcome(status: Status, kept: Kept[Programme], fields: Fields) -> Outcome:
    return Outcome(
        status=status,
        id=kept.state.id,
        sequence=kept.sequence,
        language=kept.state.main_language,
        warnings=dict(fields.warnings),
        ignored=fields.ignored(),
    )

"""What readers can do with initiatives: each is a part of its member's state."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from libs.kernel.errors import NotFoundError
from libs.kernel.policy import Reader
from libs.ports.database import Work
from services.ingestion.domain.fields import Fields
from services.ingestion.domain.initiative import Initiative, initiative_record, read_initiative
from services.ingestion.domain.kept import Kept
from services.ingestion.domain.member import Member
from services.ingestion.domain.outcome import Outcome
from services.ingestion.ports.record import LanguageDetector
from services.ingestion.usecases.access import Access, Expected
from services.ingestion.usecases.member_intake import MemberDraft, MemberIntake
from services.ingestion.usecases.once import Attempt, Once
from services.ingestion.usecases.registry import Registry

Change = Callable[[Member], tuple[Initiative, ...]]


@dataclass(frozen=True)
class _Initiatives:
    """Changes the initiatives of one member, in one transaction."""

    registry: Registry
    detector: LanguageDetector

    def _change(
        self, work: Work, kept: Kept[Member], fields: Fields, change: Change, reader: Reader
    ) -> Outcome:
        programme = Access(self.registry.stores).programme(work, kept.state.programme).state
        member = replace(kept.state, initiatives=change(kept.state))
        draft = MemberDraft(member, fields, programme, kept)
        return MemberIntake(self.registry, self.detector)(work, draft, reader)

    def _find(self, work: Work, member_id: str, reader: Reader, expected: Expected) -> Kept[Member]:
        kept = Access(self.registry.stores).member_to_change(work, member_id, reader)
        expected.check(kept)
        return kept


class AddInitiative(_Initiatives):
    """A member tells of one more thing they work on."""

    def __call__(
        self, member_id: str, record: Mapping[str, object], reader: Reader, attempt: Attempt
    ) -> Outcome:
        """Return what became of the member, with the id of the initiative."""
        new_id = self.registry.ids.new()

        def add(work: Work) -> list[Outcome]:
            kept = self._find(work, member_id, reader, Expected())
            fields = Fields(record)
            now = self.registry.clock.now()
            initiative = read_initiative(fields, initiative_id=new_id, now=now)
            outcome = self._change(
                work, kept, fields, lambda member: (*member.initiatives, initiative), reader
            )
            return [replace(outcome, id=new_id)]

        return Once(self.registry)(attempt, reader, add)[0]


class ChangeInitiative(_Initiatives):
    """A member tells how it goes now."""

    def __call__(
        self,
        member_id: str,
        initiative_id: str,
        change: Mapping[str, object],
        reader: Reader,
        expected: Expected,
    ) -> Outcome:
        """Return what became of the member; fields that the change lacks stay."""
        with self.registry.database.write() as work:
            kept = self._find(work, member_id, reader, expected)
            before = _one(kept.state, initiative_id)
            fields = Fields({**initiative_record(before), **change})
            now = self.registry.clock.now()
            after = read_initiative(fields, initiative_id=initiative_id, now=now)

            def changed(member: Member) -> tuple[Initiative, ...]:
                return tuple(after if item is before else item for item in member.initiatives)

            return self._change(work, kept, fields, changed, reader)


class RemoveInitiative(_Initiatives):
    """A member no longer works on something."""

    def __call__(
        self, member_id: str, initiative_id: str, reader: Reader, expected: Expected
    ) -> None:
        """Delete the initiative and tell it."""
        with self.registry.database.write() as work:
            kept = self._find(work, member_id, reader, expected)
            gone = _one(kept.state, initiative_id)

            def without(member: Member) -> tuple[Initiative, ...]:
                return tuple(item for item in member.initiatives if item is not gone)

            self._change(work, kept, Fields({}), without, reader)


def _one(member: Member, initiative_id: str) -> Initiative:
    for initiative in member.initiatives:
        if initiative.id == initiative_id:
            return initiative
    raise NotFoundError("There is no such initiative.")

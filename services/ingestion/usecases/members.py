"""What readers can do with members."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from libs.kernel.errors import ForbiddenError, InvalidError, NotFoundError
from libs.kernel.policy import All, Filter, Reader, Role, Term, visible_to
from libs.ports.database import Work
from services.ingestion.domain.consent import Consent
from services.ingestion.domain.fields import Fields
from services.ingestion.domain.initiative import read_initiatives
from services.ingestion.domain.kept import Kept
from services.ingestion.domain.member import Member, Standing, member_record, read_member
from services.ingestion.domain.outcome import Outcome
from services.ingestion.ports.record import LanguageDetector
from services.ingestion.usecases.access import Access, Expected
from services.ingestion.usecases.member_intake import MemberDraft, MemberIntake
from services.ingestion.usecases.once import Attempt, Once
from services.ingestion.usecases.paging import Page, page, position
from services.ingestion.usecases.registry import Registry


@dataclass(frozen=True)
class CreateMember:
    """A coordinator brings somebody into the programme."""

    registry: Registry
    detector: LanguageDetector

    def __call__(self, record: Mapping[str, object], reader: Reader, attempt: Attempt) -> Outcome:
        """Return what became of it."""
        registry = self.registry

        def create(work: Work) -> list[Outcome]:
            fields = Fields(record)
            if not reader.has(Role.COORDINATOR):
                raise ForbiddenError("Members are brought in by the coordinators of a programme.")
            reference = fields.line("programme")
            programme = Access(registry.stores).programme_to_fill(work, reference, reader)
            standing = Standing(registry.ids.new(), programme.id, programme.main_language)
            initiatives = read_initiatives(
                fields, (), new_id=registry.ids.new, now=registry.clock.now()
            )
            member = replace(read_member(fields, standing), initiatives=initiatives)
            draft = MemberDraft(member, fields, programme, None)
            return [MemberIntake(registry, self.detector)(work, draft, reader)]

        return Once(registry)(attempt, reader, create)[0]


@dataclass(frozen=True)
class ChangeMember:
    """A member or a coordinator changes some fields of a profile: also consents and a snooze."""

    registry: Registry
    detector: LanguageDetector

    def __call__(
        self, member_id: str, change: Mapping[str, object], reader: Reader, expected: Expected
    ) -> Outcome:
        """Return what became of it; fields that the change lacks stay, null empties a field."""
        access = Access(self.registry.stores)
        with self.registry.database.write() as work:
            kept = access.member_to_change(work, member_id, reader)
            expected.check(kept)
            before = kept.state
            fields = Fields({**member_record(before), **change})
            programme = access.programme(work, before.programme).state
            standing = Standing(
                before.id,
                before.programme,
                programme.main_language,
                has_address=bool(before.email),
            )
            member = replace(
                read_member(fields, standing),
                initiatives=before.initiatives,
                blocked=before.blocked,
            )
            draft = MemberDraft(member, fields, programme, kept)
            return MemberIntake(self.registry, self.detector)(work, draft, reader)


@dataclass(frozen=True)
class Block:
    """A member blocks another, or takes the block back; it works in both directions everywhere."""

    registry: Registry

    def __call__(self, member_id: str, other_id: str, reader: Reader, *, is_blocked: bool) -> None:
        """Make the block what is asked; the same again changes nothing."""
        stores = self.registry.stores
        with self.registry.database.write() as work:
            kept = Access(stores).member_to_change(work, member_id, reader)
            if member_id == other_id:
                raise InvalidError("Nobody can block themselves.")
            if is_blocked and stores.members.get(work, other_id) is None:
                raise NotFoundError("There is no such member.")
            others = set(kept.state.blocked) - {other_id}
            blocked = tuple(sorted(others | {other_id} if is_blocked else others))
            if blocked != kept.state.blocked:
                state = replace(kept.state, blocked=blocked)
                self.registry.keep_member(work, kept.changed(state))


@dataclass(frozen=True)
class ReadMember:
    """A reader reads one profile."""

    registry: Registry

    def __call__(self, member_id: str, reader: Reader) -> Kept[Member]:
        """Return the member if the reader may see the profile."""
        with self.registry.database.read() as work:
            return Access(self.registry.stores).member(work, member_id, reader)


def _address(email: str, reader: Reader) -> Filter:
    """Return the filter by address; raises ``ForbiddenError`` below a coordinator."""
    if not reader.has(Role.COORDINATOR):
        raise ForbiddenError("Only coordinators look members up by their address.")
    address = Term("email", (email.strip().lower(),))
    if reader.has(Role.OPERATOR):
        return address
    return All((address, Term("programme", (reader.programme,))))


@dataclass(frozen=True)
class ReadConsents:
    """A member or a coordinator reads what was consented to, and what was taken back."""

    registry: Registry

    def __call__(self, member_id: str, reader: Reader) -> Sequence[Consent]:
        """Return the whole ledger of a member, oldest first."""
        with self.registry.database.read() as work:
            Access(self.registry.stores).member_to_change(work, member_id, reader)
            return self.registry.stores.consents.of(work, member_id)


@dataclass(frozen=True)
class ListMembers:
    """A reader leafs through the members, oldest first."""

    registry: Registry

    def __call__(
        self, programme: str, reader: Reader, *, limit: int, cursor: str, email: str = ""
    ) -> Page[Kept[Member]]:
        """Return the members whose profile the reader may see.

        By address only where the reader may see addresses; others would learn who is a member.
        """
        after = position(cursor)
        stores = self.registry.stores
        with self.registry.database.read() as work:
            condition: Filter = visible_to(reader)
            if email:
                condition = All((condition, _address(email, reader)))
            if programme:
                wanted = Access(stores).programme(work, programme).state.id
                condition = All((condition, Term("programme", (wanted,))))
            found = stores.members.find(work, condition, after=after, limit=limit + 1)
        return page(found, [kept.state.id for kept in found], limit)

"""Takes a member over: the same way from a coordinator, an import and the inbox."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from libs.kernel.errors import ConflictError, ForbiddenError, InvalidError
from libs.kernel.policy import Reader, Role
from libs.ports.database import Work
from services.ingestion.domain import language
from services.ingestion.domain.fields import Fields
from services.ingestion.domain.initiative import Initiative, is_same
from services.ingestion.domain.kept import Kept
from services.ingestion.domain.member import Member, check_size
from services.ingestion.domain.outcome import Outcome, Status
from services.ingestion.domain.programme import Programme
from services.ingestion.ports.record import LanguageDetector
from services.ingestion.usecases.registry import Registry
from services.ingestion.usecases.story_intake import MEND


@dataclass(frozen=True, slots=True)
class MemberDraft:
    """A member as they were read, with all initiatives, and what stood there before."""

    member: Member
    fields: Fields
    programme: Programme
    before: Kept[Member] | None


@dataclass(frozen=True)
class MemberIntake:
    """Keeps a draft if nothing is wrong with it and the reader may give what it gives."""

    registry: Registry
    detector: LanguageDetector

    def __call__(self, work: Work, draft: MemberDraft, reader: Reader) -> Outcome:
        """Return what became of the draft.

        Raises ``InvalidError`` with all problems by field, ``ForbiddenError`` for a role that is
        not the reader's to give, ``ConflictError`` for an address that another member has.
        """
        before = draft.before
        wrong_size = check_size(draft.member.initiatives)
        if wrong_size:
            draft.fields.refuse("initiatives", wrong_size)
        if draft.fields.problems:
            raise InvalidError(MEND, fields=draft.fields.problems)
        _check_role(draft, reader)
        self._check_address(work, draft.member)
        member = replace(draft.member, initiatives=self._initiatives(draft))
        if before is not None and before.state == member:
            return _outcome(Status.UNCHANGED, before, draft)
        kept = Kept(member, 1) if before is None else before.changed(member)
        self.registry.keep_member(work, kept)
        self.registry.note_consents(work, member, reader)
        return _outcome(Status.CHANGED if before else Status.CREATED, kept, draft)

    def _check_address(self, work: Work, member: Member) -> None:
        if not member.email:
            return
        holder = self.registry.stores.members.by_email(work, member.programme, member.email)
        if holder not in {"", member.id}:
            raise ConflictError(
                "Somebody else in this programme has this mail address.",
                fields={"email": "is in use"},
            )

    def _initiatives(self, draft: MemberDraft) -> tuple[Initiative, ...]:
        before: Iterable[Initiative] = draft.before.state.initiatives if draft.before else ()
        known = {initiative.id: initiative for initiative in before}
        spoken = (
            self._spoken(initiative, draft.programme.main_language)
            for initiative in draft.member.initiatives
        )
        return tuple(_as_before(initiative, known.get(initiative.id)) for initiative in spoken)

    def _spoken(self, initiative: Initiative, main: str) -> Initiative:
        if initiative.language:
            return initiative
        guess = self.detector.guess(initiative.words)
        return replace(initiative, language=language.choose("", guess, main))


def _as_before(initiative: Initiative, before: Initiative | None) -> Initiative:
    """Return the initiative of before if nothing new is said: then it was not updated."""
    return before if before is not None and is_same(initiative, before) else initiative


def _check_role(draft: MemberDraft, reader: Reader) -> None:
    role = draft.member.role
    held = draft.before.state.role if draft.before else Role.MEMBER
    if role is held:
        return
    if not (reader.has(Role.COORDINATOR) and reader.has(role) and reader.has(held)):
        raise ForbiddenError(
            "Coordinators give roles, up to their own.", fields={"role": "is not yours to give"}
        )


def _outcome(status: Status, kept: Kept[Member], draft: MemberDraft) -> Outcome:
    return Outcome(
        status=status,
        id=kept.state.id,
        sequence=kept.sequence,
        language=kept.state.languages[0],
        warnings=dict(draft.fields.warnings),
        ignored=draft.fields.ignored(),
    )

"""The one place where a state is kept, its sequence rises and its snapshot goes out, together."""

from dataclasses import dataclass

from libs.contracts import topics
from libs.kernel.clock import Clock
from libs.kernel.ids import Ids
from libs.kernel.policy import Reader
from libs.ports.database import Database, Work
from services.ingestion.domain import consent
from services.ingestion.domain.kept import Kept
from services.ingestion.domain.member import Member
from services.ingestion.domain.programme import Programme
from services.ingestion.domain.story import Story
from services.ingestion.ports.outgoing import Hooks
from services.ingestion.ports.record import (
    Answers,
    Cases,
    Consents,
    Erasures,
    Identities,
    InboxKeys,
    Likenesses,
    Members,
    Programmes,
    Shared,
    Stories,
    Tombs,
)
from services.ingestion.usecases.snapshot import (
    ERASED,
    WITHDRAWN,
    member_state,
    programme_state,
    story_state,
)


@dataclass(frozen=True)
class Stores:
    """The tables of ingestion."""

    programmes: Programmes
    members: Members
    stories: Stories
    likenesses: Likenesses
    identities: Identities
    tombs: Tombs
    answers: Answers
    inbox_keys: InboxKeys
    receipts: Answers
    shared: Shared
    erasures: Erasures
    consents: Consents
    cases: Cases
    hooks: Hooks


@dataclass(frozen=True)
class Registry:
    """The tables with what makes transactions, times and ids."""

    database: Database
    stores: Stores
    clock: Clock
    ids: Ids

    def keep_programme(self, work: Work, kept: Kept[Programme]) -> None:
        """Keep a programme and tell it."""
        self.stores.programmes.put(work, kept)
        identity = kept.state.id
        work.emit(
            topics.PROGRAMMES,
            identity,
            programme=identity,
            sequence=kept.sequence,
            state=programme_state(kept.state),
        )

    def keep_member(self, work: Work, kept: Kept[Member]) -> None:
        """Keep a member and tell it."""
        self.stores.members.put(work, kept)
        work.emit(
            topics.MEMBERS,
            kept.state.id,
            programme=kept.state.programme,
            sequence=kept.sequence,
            state=member_state(kept.state),
        )

    def note_consents(self, work: Work, member: Member, by: Reader) -> None:
        """Write down what a member consents to now and did not before, and the reverse."""
        ledger = self.stores.consents
        entries = consent.changes(
            member.id,
            consent.effective(ledger.of(work, member.id)),
            member.consents,
            at=self.clock.now(),
            by=by.member_id or by.role.value,
            language=member.languages[0],
        )
        ledger.append(work, entries)

    def keep_story(self, work: Work, kept: Kept[Story]) -> None:
        """Keep a story and tell it."""
        self.stores.stories.put(work, kept)
        work.emit(
            topics.STORIES,
            kept.state.id,
            programme=kept.state.programme,
            sequence=kept.sequence,
            state=story_state(kept.state),
        )

    def withdraw_story(self, work: Work, kept: Kept[Story], *, cause: str = "") -> None:
        """Delete a story for good and tell it; ``cause`` is the subject for whose sake."""
        story, sequence = kept.state, kept.sequence + 1
        work.vanish(f"{topics.STORIES.aggregate}/{story.id}", sequence, cause=cause)
        self.stores.identities.forget_records(work, story.id)
        self.stores.cases.remove(work, story.id)
        self.stores.stories.remove(work, story.id)
        self.tell_withdrawn(work, story.id, story.programme, sequence)

    def tell_withdrawn(self, work: Work, story_id: str, programme_id: str, sequence: int) -> None:
        """Tell for good that a story is gone."""
        self.stores.tombs.put(work, story_id, programme_id, sequence)
        work.emit(
            topics.STORIES, story_id, programme=programme_id, sequence=sequence, state=WITHDRAWN
        )

    def erase_member(self, work: Work, kept: Kept[Member]) -> None:
        """Delete a member for good and tell it."""
        member, sequence = kept.state, kept.sequence + 1
        work.vanish(f"{topics.MEMBERS.aggregate}/{member.id}", sequence)
        self.stores.identities.forget_records(work, member.id)
        self.stores.consents.remove(work, member.id)
        self.stores.cases.forget(work, member.id)
        self.stores.members.remove(work, member.id)
        self.tell_erased(work, member.id, member.programme, sequence)

    def tell_erased(self, work: Work, member_id: str, programme_id: str, sequence: int) -> None:
        """Tell for good that a member is gone."""
        self.stores.tombs.put(work, member_id, programme_id, sequence)
        work.emit(
            topics.MEMBERS, member_id, programme=programme_id, sequence=sequence, state=ERASED
        )

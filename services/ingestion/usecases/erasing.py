"""Erasing a member for good: the key first, then everything else, however often it is begun."""

from dataclasses import dataclass, replace

from libs.contracts import topics
from libs.kernel.errors import RetryableError
from libs.kernel.policy import EVERYTHING, Reader
from libs.ports.database import Work
from libs.ports.vault import Vault
from services.ingestion.domain.erasure import Authored, Erasure, telling_words
from services.ingestion.domain.kept import Kept
from services.ingestion.domain.member import Member
from services.ingestion.usecases.access import Access, Expected
from services.ingestion.usecases.registry import Registry

BATCH = 500


@dataclass(frozen=True)
class CarryThrough:
    """Destroys the key of a member, then deletes every row about them and tells it.

    Every step may be repeated, so it goes on wherever a crash left it.
    """

    registry: Registry
    vault: Vault

    def __call__(self, erasure: Erasure) -> None:
        """Carry one erasure through. Raises ``RetryableError`` when a store cannot be reached."""
        registry, stores = self.registry, self.registry.stores
        self.vault.destroy(erasure.member_id)
        with registry.database.read() as work:
            kept = stores.members.get(work, erasure.member_id)
        if kept is not None:
            registry.database.letters().drop_naming(telling_words(kept.state))
        with registry.database.write() as work:
            still = stores.members.get(work, erasure.member_id)
            if still is not None:
                self._delete(work, still, erasure.stories)
            stores.erasures.put(work, replace(erasure, is_done=True))

    def _delete(self, work: Work, kept: Kept[Member], authored: Authored) -> None:
        """Delete the member; their stories are withdrawn, or stay without their name.

        Nobody's block and no story names them afterwards.
        """
        registry, stores, member_id = self.registry, self.registry.stores, kept.state.id
        cause = f"{topics.MEMBERS.aggregate}/{member_id}"
        for story in stores.stories.of_member(work, member_id):
            if story.state.owner == member_id and authored is Authored.WITHDRAW:
                registry.withdraw_story(work, story, cause=cause)
                continue
            if story.state.owner == member_id:
                stores.cases.silence(work, story.state.id)
            registry.keep_story(work, story.changed(story.state.without(member_id)))
        for other in stores.members.who_blocked(work, member_id):
            blocked = tuple(item for item in other.state.blocked if item != member_id)
            registry.keep_member(work, other.changed(replace(other.state, blocked=blocked)))
        registry.erase_member(work, kept)


@dataclass(frozen=True)
class EraseMember:
    """A member leaves for good, or a coordinator sees to it."""

    registry: Registry
    carry_through: CarryThrough

    def __call__(
        self, member_id: str, reader: Reader, expected: Expected, stories: Authored
    ) -> None:
        """Erase a member whom the reader may erase, as far as it is ours; the services follow.

        It is written down before anything is destroyed: what a crash interrupts is gone on with.
        """
        registry = self.registry
        with registry.database.write() as work:
            kept = Access(registry.stores).member_to_change(work, member_id, reader)
            expected.check(kept)
            programme, now = kept.state.programme, registry.clock.now()
            erasure = Erasure(member_id, programme, stories, now)
            registry.stores.erasures.put(work, erasure)
        self.carry_through(erasure)


@dataclass(frozen=True)
class ResumeErasures:
    """Goes on with erasures that were interrupted."""

    registry: Registry
    carry_through: CarryThrough

    def __call__(self) -> int:
        """Return how many were carried through; what cannot be reached now comes again later."""
        with self.registry.database.read() as work:
            unfinished = self.registry.stores.erasures.unfinished(work)
        done = 0
        for erasure in unfinished:
            try:
                self.carry_through(erasure)
            except RetryableError:
                continue
            done += 1
        return done


@dataclass(frozen=True)
class EraseAgain:
    """Erases anew whom a backup of the database brought back, though their key is destroyed."""

    registry: Registry
    carry_through: CarryThrough

    def __call__(self) -> int:
        """Return how many members were erased again, with their stories."""
        registry, last, again = self.registry, "", 0
        while True:
            with registry.database.read() as work:
                page = registry.stores.members.find(work, EVERYTHING, after=last, limit=BATCH)
            if not page:
                return again
            last = page[-1].state.id
            keys = self.carry_through.vault.keys([kept.state.id for kept in page])
            for kept in page:
                member = kept.state
                if keys.get(member.id, b"") is None:
                    now = registry.clock.now()
                    erasure = Erasure(member.id, member.programme, Authored.WITHDRAW, now)
                    self.carry_through(erasure)
                    again += 1

"""Publishes the present state again, so that every service takes it."""

from collections.abc import Callable
from dataclasses import dataclass

from libs.kernel.errors import InvalidError, NotFoundError
from libs.kernel.policy import EVERYTHING
from libs.ports.database import Work
from services.ingestion.usecases.erasing import EraseAgain
from services.ingestion.usecases.registry import Registry

BATCH = 200


@dataclass(frozen=True)
class Republish:
    """The operator lets the present states go out again, with higher sequences."""

    registry: Registry
    erase_again: EraseAgain

    def __call__(self, aggregate: str) -> int:
        """Return how many snapshots are on their way.

        ``aggregate`` is ``programme/ID``, ``member/ID`` or ``story/ID``; empty means everything,
        programmes first, in transactions of ``BATCH`` each. Whoever was erased since the backup
        that the database was restored from is erased again before that.
        """
        if aggregate:
            with self.registry.database.write() as work:
                self._one(work, aggregate)
            return 1
        self.erase_again()
        return sum(self._all(step) for step in (self._programmes, self._members, self._stories))

    def _all(self, step: Callable[[Work, str], list[str]]) -> int:
        total, last = 0, ""
        while True:
            with self.registry.database.write() as work:
                done = step(work, last)
            if not done:
                return total
            total, last = total + len(done), done[-1]

    def _one(self, work: Work, aggregate: str) -> None:
        kind, _, identity = aggregate.partition("/")
        registry, stores = self.registry, self.registry.stores
        match kind:
            case "programme" if programme := stores.programmes.get(work, identity):
                registry.keep_programme(work, programme.changed(programme.state))
            case "member" if member := stores.members.get(work, identity):
                registry.keep_member(work, member.changed(member.state))
            case "story" if story := stores.stories.get(work, identity):
                registry.keep_story(work, story.changed(story.state))
            case "programme" | "member" | "story":
                raise NotFoundError(f"There is no such {kind}.")
            case _:
                raise InvalidError("Name an aggregate as in story/ID, member/ID, programme/ID.")

    def _programmes(self, work: Work, last: str) -> list[str]:
        found = self.registry.stores.programmes.find(work, after=last, limit=BATCH)
        for kept in found:
            self.registry.keep_programme(work, kept.changed(kept.state))
        return [kept.state.id for kept in found]

    def _members(self, work: Work, last: str) -> list[str]:
        found = self.registry.stores.members.find(work, EVERYTHING, after=last, limit=BATCH)
        for kept in found:
            self.registry.keep_member(work, kept.changed(kept.state))
        return [kept.state.id for kept in found]

    def _stories(self, work: Work, last: str) -> list[str]:
        found = self.registry.stores.stories.find(work, EVERYTHING, before=last, limit=BATCH)
        for kept in found:
            self.registry.keep_story(work, kept.changed(kept.state))
        return [kept.state.id for kept in found]

"""After the record was restored from a backup: it goes on above everything that was told since."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from libs.contracts import topics
from libs.contracts.envelope import Event
from libs.contracts.gen.kring.events.v1.stories_pb2 import Story
from libs.contracts.topics import Topic
from libs.kernel.errors import SettingsError
from libs.kernel.policy import EVERYTHING
from libs.ports.database import Work
from services.ingestion.ports.sequences import Sequences
from services.ingestion.usecases.erasing import BATCH
from services.ingestion.usecases.registry import Registry
from services.ingestion.usecases.republish import Republish

Known = Callable[[Work, Collection[str]], frozenset[str]]
"""Returns which of these ids are in the record."""
Tell = Callable[[Work, str, str, int], None]
"""Tells that the thing with this id, of this programme, is gone, at this sequence."""


@dataclass(frozen=True)
class AfterRestore:
    """Lifts the record over the log, erases again, and tells what came after the backup as gone.

    The data keys of those who are told to be gone only because they came later stay: should this
    have been the wrong backup, a newer one brings them back.
    """

    registry: Registry
    sequences: Sequences
    republish: Republish

    @property
    def topics(self) -> Sequence[Topic[Any]]:
        """Return the topics whose log is compared with the record."""
        return topics.MEMBERS, topics.STORIES, topics.NETWORK_STORIES

    def check(self) -> None:
        """Raise ``SettingsError`` when the vault lacks keys: every member that was told has one."""
        registry, vault = self.registry, self.republish.erase_again.carry_through.vault
        last, lacking, total = "", 0, 0
        while True:
            with registry.database.read() as work:
                page = registry.stores.members.find(work, EVERYTHING, after=last, limit=BATCH)
            if not page:
                break
            last = page[-1].state.id
            lacking += len(page) - len(vault.keys([kept.state.id for kept in page]))
            total += len(page)
        if lacking:
            raise SettingsError(
                f"KRING_VAULT has no key of {lacking} of {total} members: it is older than the"
                " backup, or another one, and does not know who was erased. Bring back the newest"
                " vault that there is. If it is lost: `kring restored --vault-lost`, and then erase"
                " by hand whoever was erased since the backup."
            )

    def lift(self, floor: int) -> Mapping[str, int]:
        """Lift everything; erase whose key is destroyed, above that."""
        with self.registry.database.write() as work:
            lifted = self.sequences.lift(work, floor)
        return {"lifted": lifted, "members erased again": self.republish.erase_again()}

    def hear(self, events: Sequence[Event[Any]], floor: int) -> Mapping[str, int]:
        """Tell of what is in the log and not in the record that it is gone, once a restore."""
        registry, sequences = self.registry, self.sequences
        known: Known
        tell: Tell
        with registry.database.write() as work:
            match events[0].topic:
                case topics.MEMBERS:
                    known, tell = sequences.living_members, registry.tell_erased
                    what = "members told as gone"
                case topics.STORIES:
                    known, tell = sequences.living_stories, registry.tell_withdrawn
                    what = "stories told as gone"
                case _:
                    self._note_shared(work, events)
                    return {}
            return {what: self._tell_gone(work, events, floor, known=known, tell=tell)}

    def tell(self) -> Mapping[str, int]:
        """Let the present states go out again."""
        return {"told anew": self.republish("")}

    def _tell_gone(
        self, work: Work, events: Sequence[Event[Any]], floor: int, *, known: Known, tell: Tell
    ) -> int:
        programmes = {event.aggregate_id: event.programme for event in events}
        done = self.sequences.gone(work, programmes, since=floor)
        missing = sorted(programmes.keys() - known(work, programmes) - done)
        for identity in missing:
            tell(work, identity, programmes[identity], floor)
        return len(missing)

    def _note_shared(self, work: Work, events: Sequence[Event[Story]]) -> None:
        """Note what the network got to see since: what it may not see any more is told to it."""
        shared = self.registry.stores.shared
        for event in events:
            if event.state.withdrawn:
                shared.remove(work, event.aggregate_id)
            else:
                shared.put(work, event.aggregate_id)

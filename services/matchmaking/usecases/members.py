"""Members as they change: profiles kept, slates marked; the erased forgotten."""

from collections.abc import Sequence
from dataclasses import dataclass

from libs.contracts import topics
from libs.contracts.gen.kring.events.v1.matches_pb2 import Slate as SlateMessage
from libs.kernel.clock import Clock
from libs.ports.database import Work
from services.matchmaking.domain.introduction import forget
from services.matchmaking.ports.store import Entry, Store
from services.matchmaking.usecases.messages import publish_introduction
from services.matchmaking.usecases.prints import Printer


@dataclass(frozen=True, slots=True)
class Gone:
    """A member who was erased, as a snapshot at ``sequence`` tells."""

    member_id: str
    programme: str
    sequence: int


@dataclass(frozen=True, slots=True)
class TakeMembers:
    """Make profiles and index equal to these snapshots, and mark every slate this may change."""

    store: Store
    printer: Printer
    clock: Clock

    def __call__(self, work: Work, *, kept: Sequence[Entry], gone: Sequence[Gone]) -> None:
        """Apply snapshots that are newer than what was applied before."""
        if gone:
            self.store.slates.hold(work)  # no slate that is being made brings them back
        self._unlist(work, kept, gone)
        self.printer([(entry.profile, entry.sequence) for entry in kept])
        now = self.clock.now().timestamp()
        changed = [entry.profile.member_id for entry in kept]
        erased = [one.member_id for one in gone]
        touched = self.store.slates.showing(work, [*changed, *erased]) - set(erased)
        self.store.profiles.put(work, kept)
        self.store.marks.put(work, changed, at=now, urgent=True)
        self.store.marks.put(work, sorted(touched), at=now, urgent=False)
        for one in gone:
            self._forget(work, one)

    def _unlist(self, work: Work, kept: Sequence[Entry], gone: Sequence[Gone]) -> None:
        """Take initiatives out of the index that no longer exist."""
        before = self.store.profiles.get(
            work, [entry.profile.member_id for entry in kept] + [one.member_id for one in gone]
        )
        present = {one.id for entry in kept for one in entry.profile.initiatives}
        sequences = {entry.profile.member_id: entry.sequence for entry in kept}
        sequences |= {one.member_id: one.sequence for one in gone}
        removed = [
            (initiative.id, sequences[profile.member_id])
            for profile in before.values()
            for initiative in profile.initiatives
            if initiative.id not in present
        ]
        if removed:
            self.printer.index.remove(removed)

    def _forget(self, work: Work, one: Gone) -> None:
        """Delete every row about a member, and say so where others keep copies."""
        who = [one.member_id]
        slate = self.store.slates.get(work, one.member_id)
        if slate is not None:
            work.emit(
                topics.MATCHES,
                one.member_id,
                programme=one.programme,
                sequence=slate.sequence + 1,
                state=SlateMessage(member_id=one.member_id),
            )
        for introduction in self.store.introductions.of(work, who):
            publish_introduction(work, forget(introduction))
        self.store.profiles.remove(work, who)
        self.store.bounds.remove(work, who)
        self.store.slates.remove(work, who)
        self.store.marks.remove(work, who)
        self.store.showings.remove(work, who)
        self.store.introductions.remove(work, who)

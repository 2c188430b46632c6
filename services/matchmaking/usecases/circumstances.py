"""What holds around a member now: blocks, pauses, and whom she is not shown for a while."""

from dataclasses import dataclass

from libs.ports.database import Work
from services.matchmaking.domain.eligibility import Circumstances
from services.matchmaking.domain.exposure import REST, is_worn
from services.matchmaking.domain.introduction import is_resting
from services.matchmaking.domain.profile import Profile
from services.matchmaking.ports.store import Store


@dataclass(frozen=True, slots=True)
class Situation:
    """Reads the circumstances of members at one moment."""

    store: Store
    now: float

    def __call__(self, work: Work, member: Profile) -> Circumstances:
        """Return what holds for this member."""
        who = member.member_id
        met = {
            other
            for one in self.store.introductions.of(work, [who])
            if is_resting(one, self.now)
            for other in (one.asker_id, one.asked_id)
        }
        shown = self.store.showings.times(work, [who], self.now - REST)
        worn = {other for (_, other), times in shown.items() if is_worn(times, self.now)}
        return Circumstances(
            now=self.now,
            blocked=self.store.bounds.blocked(work, who),
            paused=self.store.bounds.paused(work, self.now),
            resting=frozenset(met | worn) - {who},
        )

"""Slates made again in the background, for whoever is marked."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from libs.contracts import topics
from libs.contracts.gen.kring.events.v1.matches_pb2 import Slate as SlateMessage
from libs.kernel.clock import Clock
from libs.ports.database import Database, Work
from services.matchmaking.domain.choice import Around, choose, compare, load_of, touched
from services.matchmaking.domain.eligibility import Circumstances
from services.matchmaking.domain.fusion import fuse
from services.matchmaking.domain.profile import Profile
from services.matchmaking.domain.reason import explain
from services.matchmaking.domain.slate import Match
from services.matchmaking.ports.store import Slate, Store
from services.matchmaking.usecases.circumstances import Situation
from services.matchmaking.usecases.messages import recommendation_message, timestamp
from services.matchmaking.usecases.neighbourhood import NEIGHBOURS, Neighbourhood

BATCH = 8
"""Slates made between two commits: small enough that the nearest neighbours are soon seen."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A member with all that was found for her."""

    member: Profile
    matches: Sequence[Match]
    slate: Sequence[Match]
    load: float


@dataclass(frozen=True, slots=True)
class RefreshSlates:
    """Make the slates of marked members, a batch at a time."""

    store: Store
    database: Database
    neighbourhood: Neighbourhood
    clock: Clock
    encoder_name: str

    def __call__(self, limit: int = BATCH) -> int:
        """Make up to ``limit`` slates; return how many members were marked among them.

        A mark is cleared together with the slate, unless it was set anew meanwhile. So whatever
        ends this process, nobody is forgotten.
        """
        with self.database.read() as work:
            marks = self.store.marks.waiting(work, limit=limit)
            profiles = self.store.profiles.get(work, marks)
        if not marks:
            return 0
        found = self._compare([profiles[one] for one in marks if one in profiles])
        with self.database.write() as work:
            self._keep(work, found)
            changed = [one for one in found if marks[one.member.member_id].is_urgent]
            self._pass_on(work, changed, done=marks.keys())
            self.store.marks.settle(work, marks)
        return len(marks)

    def _compare(self, profiles: Sequence[Profile]) -> list[Compared]:
        """Compare each member with about 200 initiatives of others, and choose."""
        situation = Situation(self.store, self.clock.now().timestamp())
        with self.database.read() as work:
            background = self.store.backgrounds.get(work, self.encoder_name)
            at = {profile.member_id: situation(work, profile) for profile in profiles}
        around = Around(background=background)
        own = [one.id for profile in profiles for one in profile.initiatives]
        around.prints.update(self.neighbourhood.prints(own))
        candidates = {
            profile.member_id: self._candidates(profile, at[profile.member_id], around)
            for profile in profiles
        }
        self._gather(around, candidates, situation)
        found = []
        for profile in profiles:
            who = profile.member_id
            matches = compare(profile, candidates[who], around, situation.now)
            slate = choose(profile, matches, around, at[who])
            found.append(Compared(profile, matches, slate, load_of(profile, around.loads)))
        return found

    def _candidates(self, profile: Profile, at: Circumstances, around: Around) -> list[str]:
        """Return about 200 initiatives of others, for all own initiatives together."""
        legs = [
            leg
            for one in profile.initiatives
            if one.id in around.prints
            for leg in self.neighbourhood.legs(profile, one, around.prints[one.id], at.blocked)
        ]
        return fuse(legs, limit=NEIGHBOURS)

    def _gather(
        self, around: Around, candidates: Mapping[str, Sequence[str]], situation: Situation
    ) -> None:
        """Read the candidates of the whole batch at once."""
        initiatives = {one for found in candidates.values() for one in found}
        missing = sorted(initiatives - around.prints.keys())
        around.prints.update(self.neighbourhood.prints(missing))
        with self.database.read() as work:
            around.owners.update(self.store.profiles.owners(work, initiatives))
            members = set(around.owners.values())
            around.profiles.update(self.store.profiles.get(work, members))
            asked = members | candidates.keys()
            around.loads.update(self.store.introductions.loads(work, asked, situation.now))

    def _pass_on(self, work: Work, changed: Sequence[Compared], *, done: Collection[str]) -> None:
        """Mark the neighbours whose slates a changed member might enter, but for those just made.

        Members who were compared in one batch know of each other already; marking them anew would
        never end.
        """
        now = self.clock.now().timestamp()
        for one in changed:
            near = [match.member_id for match in one.matches]
            marked = touched(one.matches, one.load, self.store.slates.stands(work, near))
            fresh = [who for who in marked if who not in done]
            self.store.marks.put(work, fresh, at=now, urgent=False)

    def _keep(self, work: Work, found: Sequence[Compared]) -> None:
        """Store slates; whoever left while they were made is left out."""
        self.store.slates.hold(work)  # from here on nobody leaves
        present = {one.member.member_id for one in found}
        known = self.store.profiles.get(
            work, present | {match.member_id for one in found for match in one.slate}
        )
        for one in found:
            owner = known.get(one.member.member_id)
            if owner is not None:
                matches = [match for match in one.slate if match.member_id in known]
                self._keep_one(work, owner, matches, known)

    def _keep_one(
        self, work: Work, owner: Profile, matches: Sequence[Match], known: Mapping[str, Profile]
    ) -> None:
        """Store a slate; publish it only if its people or reasons changed."""
        now = self.clock.now().timestamp()
        reasons = [
            explain(owner, known[match.member_id], match, owner.language) for match in matches
        ]
        digest = _digest(matches, reasons)
        before = self.store.slates.get(work, owner.member_id)
        is_new = before.digest != digest if before else bool(matches)
        sequence = (before.sequence if before else 0) + is_new
        slate = Slate(owner.member_id, sequence, now, digest, tuple(matches))
        self.store.slates.put(work, slate)
        if is_new:
            message = SlateMessage(
                member_id=owner.member_id,
                recommendations=[
                    recommendation_message(match, known[match.member_id].display_name, why)
                    for match, why in zip(matches, reasons, strict=True)
                ],
                made_at=timestamp(now),
            )
            work.emit(
                topics.MATCHES,
                owner.member_id,
                programme=owner.programme,
                sequence=sequence,
                state=message,
            )


def _digest(matches: Sequence[Match], reasons: Sequence[str]) -> str:
    """Return the same text for two slates with the same people for the same reasons."""
    lines = (
        f"{match.member_id} {match.initiative_id} {match.own_initiative_id} {match.part} {why}"
        for match, why in zip(matches, reasons, strict=True)
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()

"""Slates made again in the background, for whoever is marked."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from libs.contracts import topics
from libs.contracts.gen.kring.events.v1.matches_pb2 import Slate as SlateMessage
from libs.kernel.clock import Clock
from libs.ports.database import Database, Work
from services.matchmaking.domain.choice import Around, choose
from services.matchmaking.domain.eligibility import Circumstances
from services.matchmaking.domain.fusion import fuse
from services.matchmaking.domain.profile import Profile
from services.matchmaking.domain.reason import explain
from services.matchmaking.domain.slate import Match
from services.matchmaking.ports import Slate, Store
from services.matchmaking.usecases.circumstances import Situation
from services.matchmaking.usecases.messages import recommendation_message, timestamp
from services.matchmaking.usecases.prints import NEIGHBOURS, Neighbourhood, PrintProfiles

BATCH = 16
"""Slates made between two commits: small enough that the nearest neighbours are soon seen."""


@dataclass(frozen=True, slots=True)
class RefreshSlates:
    """Make the slates of marked members, a batch at a time."""

    store: Store
    database: Database
    neighbourhood: Neighbourhood
    printer: PrintProfiles
    clock: Clock
    encoder_name: str

    def __call__(self, limit: int = BATCH) -> int:
        """Make up to ``limit`` slates; return how many members were marked among them.

        A mark is cleared together with the slate, unless it was set anew meanwhile. So whatever
        ends this process, nobody is forgotten.
        """
        with self.database.read() as work:
            versions = self.store.marks.waiting(work, limit=limit)
            unprinted = self.store.profiles.unprinted(work, versions, self.encoder_name)
            profiles = self.store.profiles.get(work, versions)
        if not versions:
            return 0
        self._print([(profiles[one], sequence) for one, sequence in unprinted.items()])
        slates = self._slates(list(profiles.values()))
        with self.database.write() as work:
            self._keep(work, slates)
            self.store.marks.settle(work, versions)
        return len(versions)

    def _print(self, profiles: Sequence[tuple[Profile, int]]) -> None:
        """Index new texts, and mark the neighbours that they bring."""
        if not profiles:
            return
        near = self.printer(profiles)
        printed = {profile.member_id: sequence for profile, sequence in profiles}
        with self.database.write() as work:
            self.store.profiles.set_printed(work, printed, self.encoder_name)
            owners = self.store.profiles.owners(work, near)
            neighbours = [
                owner for one in near if (owner := owners.get(one)) and owner not in printed
            ]
            now = self.clock.now().timestamp()
            self.store.marks.put(work, neighbours, at=now, urgent=False)

    def _slates(self, profiles: Sequence[Profile]) -> dict[str, list[Match]]:
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
        self._gather(around, {one for found in candidates.values() for one in found}, situation)
        return {
            profile.member_id: choose(
                profile, candidates[profile.member_id], around, at[profile.member_id]
            )
            for profile in profiles
        }

    def _candidates(self, profile: Profile, at: Circumstances, around: Around) -> list[str]:
        """Return about 200 initiatives of others, for all own initiatives together."""
        rankings = [
            ranking
            for one in profile.initiatives
            if one.id in around.prints
            for ranking in self.neighbourhood.rankings(
                profile, one, around.prints[one.id], at.blocked
            )
        ]
        return fuse(rankings, limit=NEIGHBOURS)

    def _gather(self, around: Around, initiatives: set[str], situation: Situation) -> None:
        """Read the candidates of the whole batch at once."""
        missing = sorted(initiatives - around.prints.keys())
        around.prints.update(self.neighbourhood.prints(missing))
        with self.database.read() as work:
            around.owners.update(self.store.profiles.owners(work, initiatives))
            members = set(around.owners.values())
            around.profiles.update(self.store.profiles.get(work, members))
            around.loads.update(self.store.introductions.loads(work, members, situation.now))

    def _keep(self, work: Work, slates: Mapping[str, list[Match]]) -> None:
        """Store slates; whoever left while they were made is left out."""
        known = self.store.profiles.get(
            work, slates.keys() | {match.member_id for found in slates.values() for match in found}
        )
        for member_id, found in slates.items():
            if member_id in known:
                matches = [match for match in found if match.member_id in known]
                self._keep_one(work, known[member_id], matches, known)

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

"""The slate as its reader may see it now."""

from dataclasses import dataclass, replace

from libs.kernel.clock import Clock
from libs.kernel.errors import InvalidError, NotFoundError
from libs.kernel.policy import Reader, Role, may_see
from libs.ports.database import Database, Work
from services.matchmaking.domain.eligibility import Circumstances, may_meet
from services.matchmaking.domain.exposure import DAY, Load, load_factor
from services.matchmaking.domain.profile import Initiative, Profile
from services.matchmaking.domain.reason import explain
from services.matchmaking.domain.slate import Match
from services.matchmaking.ports.store import Showing, Store
from services.matchmaking.usecases.circumstances import Situation

POLICY = "slate-1"
"""The name under which showings of this ranking are logged."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One recommended person, with the reason in the reader's language."""

    match: Match
    other: Profile
    initiative: Initiative
    reason: str


@dataclass(frozen=True, slots=True)
class Suggest:
    """Return the people recommended to a member.

    The slate was made earlier, so everything that forbids a meeting is looked at again: a block, a
    withdrawn consent, a full or paused member works at once.
    """

    store: Store
    database: Database
    clock: Clock

    def __call__(
        self, *, reader: Reader, member_id: str = "", is_shown: bool = True
    ) -> list[Suggestion]:
        """Return the slate of the reader, or of a member of the ambassador's own programme.

        It is logged that the reader's own is shown, unless ``is_shown`` says that it is not.
        Raises ``NotFoundError`` for a member whose slate the reader may not see.
        """
        subject = member_id or reader.member_id
        if not subject:
            raise InvalidError("Say whose recommendations.", fields={"member": "give an id"})
        now = self.clock.now().timestamp()
        with self.database.read() as work:
            member = self.store.profiles.get(work, [subject]).get(subject)
            if not _may_read(reader, subject, member):
                raise NotFoundError("There is no such member.")
            found = self._visible(work, member, reader, now) if member else []
            own = is_shown and subject == reader.member_id
            new = self._unlogged(work, subject, found, now) if own else []
        if new:
            with self.database.write() as work:
                self.store.showings.add(work, new)
        return found

    def _visible(self, work: Work, member: Profile, reader: Reader, now: float) -> list[Suggestion]:
        slate = self.store.slates.get(work, member.member_id)
        if slate is None:
            return []
        others = self.store.profiles.get(work, [match.member_id for match in slate.matches])
        loads = self.store.introductions.loads(work, others, now)
        full = frozenset(
            one
            for one, other in others.items()
            if load_factor(loads.get(one, Load()), other.capacity) == 0.0
        )
        at = replace(Situation(self.store, now)(work, member), full=full)
        return [
            suggestion
            for match in slate.matches
            if match.member_id in others
            for suggestion in _suggestion(member, others[match.member_id], match, reader, at)
        ]

    def _unlogged(
        self, work: Work, subject: str, found: list[Suggestion], now: float
    ) -> list[Showing]:
        """Return showings of today that are not logged yet."""
        logged = self.store.showings.times(work, [subject], now // DAY * DAY)
        return [
            Showing(subject, suggestion.match.member_id, POLICY, rank, 1.0, now)
            for rank, suggestion in enumerate(found, start=1)
            if (subject, suggestion.match.member_id) not in logged
        ]


def _may_read(reader: Reader, subject: str, member: Profile | None) -> bool:
    if subject == reader.member_id or reader.has(Role.OPERATOR):
        return True
    return (
        member is not None
        and reader.has(Role.AMBASSADOR)
        and member.programme == reader.programme
        and subject not in reader.blocked
    )


def _suggestion(
    member: Profile, other: Profile, match: Match, reader: Reader, at: Circumstances
) -> list[Suggestion]:
    """Return the suggestion, if both members and the reader may have it."""
    initiative = other.initiative(match.initiative_id)
    why = explain(member, other, match, reader.language)
    seen = may_see(
        reader, visibility=other.visibility, programme=other.programme, owners=(other.member_id,)
    )
    if initiative is None or not why or not seen or not may_meet(member, other, at):
        return []
    return [Suggestion(match, other, initiative, why)]

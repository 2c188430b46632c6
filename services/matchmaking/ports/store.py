"""What matchmaking keeps: one Protocol per concept, used inside an open transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from libs.ports.database import Work
from services.matchmaking.domain.calibration import Background
from services.matchmaking.domain.choice import Stand
from services.matchmaking.domain.exposure import Load
from services.matchmaking.domain.introduction import Introduction
from services.matchmaking.domain.profile import Contact, Profile
from services.matchmaking.domain.slate import Match


@dataclass(frozen=True, slots=True)
class Entry:
    """A member as a snapshot at ``sequence`` tells."""

    profile: Profile
    contact: Contact
    sequence: int


class Profiles(Protocol):
    """The members as the newest snapshots tell."""

    def put(self, work: Work, entries: Sequence[Entry]) -> None:
        """Insert or replace members with all that belongs to them."""
        ...

    def remove(self, work: Work, member_ids: Collection[str]) -> None:
        """Forget members."""
        ...

    def get(self, work: Work, member_ids: Collection[str]) -> dict[str, Profile]:
        """Return those that are known."""
        ...

    def lock(self, work: Work, member_id: str) -> Profile | None:
        """Return one member, and let no other transaction past this line until this one ends."""
        ...

    def contact(self, work: Work, member_id: str) -> Contact:
        """Return how to reach a member; empty for one who is not known."""
        ...

    def owners(self, work: Work, initiative_ids: Collection[str]) -> dict[str, str]:
        """Return the member of each initiative that is known."""
        ...

    def clear(self, work: Work) -> None:
        """Forget everybody, to be filled again from the log."""
        ...

    def initiative_ids(self, work: Work, *, most: int) -> list[str]:
        """Return at most so many initiatives, spread evenly over all, ordered by id."""
        ...


class Bounds(Protocol):
    """Blocks and pauses: those that members set here, and the blocks in their profiles."""

    def block(self, work: Work, blocker_id: str, blocked_id: str) -> None:
        """Record a block; the same one again changes nothing."""
        ...

    def blocked(self, work: Work, member_id: str) -> frozenset[str]:
        """Return everybody with a block from or towards this member, from any source."""
        ...

    def unshared(self, work: Work) -> list[tuple[str, str]]:
        """Return blocker and blocked of those set here that are in no profile yet."""
        ...

    def keep_here(self, work: Work, blocker_id: str, blocked_id: str) -> None:
        """Record that a block holds here only: no profile will ever tell it."""
        ...

    def set_by(self, work: Work, member_id: str) -> frozenset[str]:
        """Return whom this member blocked, here or in the profile."""
        ...

    def pause(self, work: Work, member_id: str, until: float) -> None:
        """Record that a member is left alone until then."""
        ...

    def paused(self, work: Work, now: float) -> frozenset[str]:
        """Return the members who are left alone now."""
        ...

    def paused_until(self, work: Work, member_id: str) -> float:
        """Return until when a member is left alone; 0 for one who is not."""
        ...

    def end_pauses(self, work: Work, now: float) -> None:
        """Delete pauses that are over."""
        ...

    def remove(self, work: Work, member_ids: Collection[str]) -> None:
        """Forget what erased members set, and what was set against them."""
        ...


@dataclass(frozen=True, slots=True)
class Slate:
    """The people recommended to one member at one moment, best first."""

    member_id: str
    sequence: int
    made_at: float
    digest: str
    """The same for two slates with the same people and reasons."""
    matches: tuple[Match, ...]


class Slates(Protocol):
    """The newest slate of each member."""

    def get(self, work: Work, member_id: str) -> Slate | None:
        """Return a member's slate."""
        ...

    def put(self, work: Work, slate: Slate) -> None:
        """Replace a member's slate."""
        ...

    def hold(self, work: Work) -> None:
        """Let no other transaction past this line until this one ends."""
        ...

    def remove(self, work: Work, member_ids: Collection[str]) -> None:
        """Forget the slates of these members, and take them off the slates of others."""
        ...

    def showing(self, work: Work, member_ids: Collection[str]) -> frozenset[str]:
        """Return the members on whose slates any of these members stands."""
        ...

    def stands(self, work: Work, member_ids: Collection[str]) -> dict[str, Stand]:
        """Return how the slates of these members stand; who has nobody on one is left out."""
        ...

    def older_than(self, work: Work, made_before: float, *, limit: int) -> list[str]:
        """Return members whose slate was made before a time, the oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class Mark:
    """That a slate has to be made again; ``version`` rises when it is set anew."""

    version: int
    is_urgent: bool
    """The member herself changed, not only somebody near."""


class Marks(Protocol):
    """Whose slate has to be made again; a mark lasts until that is done."""

    def put(self, work: Work, member_ids: Sequence[str], *, at: float, urgent: bool) -> None:
        """Mark members, the first to be served first.

        A mark that is there keeps its place, becomes new, and urgent if either is.
        """
        ...

    def waiting(self, work: Work, *, limit: int) -> dict[str, Mark]:
        """Return marked members: urgent ones first, then the oldest."""
        ...

    def settle(self, work: Work, marks: Mapping[str, Mark]) -> None:
        """Clear marks, except those that were set anew since."""
        ...

    def remove(self, work: Work, member_ids: Collection[str]) -> None:
        """Clear the marks of these members."""
        ...


@dataclass(frozen=True, slots=True)
class Showing:
    """One person shown to one member, as learning needs it."""

    member_id: str
    other_id: str
    policy: str
    rank: int
    probability: float
    at: float


class Showings(Protocol):
    """The log of who was shown to whom; at most one row per pair and day."""

    def add(self, work: Work, showings: Sequence[Showing]) -> None:
        """Record at least one showing; a second one of the same day changes nothing."""
        ...

    def times(
        self, work: Work, member_ids: Collection[str], since: float
    ) -> dict[tuple[str, str], list[float]]:
        """Return when each (member, other) was shown since then."""
        ...

    def of(self, work: Work, member_id: str) -> list[Showing]:
        """Return who was shown to a member and to whom the member was shown, oldest first."""
        ...

    def remove(self, work: Work, member_ids: Collection[str]) -> None:
        """Forget showings of and to these members."""
        ...

    def prune(self, work: Work, older_than: float) -> None:
        """Delete showings before a time."""
        ...


class Introductions(Protocol):
    """The questions between members."""

    def put(self, work: Work, introduction: Introduction) -> None:
        """Insert or replace."""
        ...

    def get(self, work: Work, introduction_id: str) -> Introduction | None:
        """Return one."""
        ...

    def of(self, work: Work, member_ids: Collection[str]) -> list[Introduction]:
        """Return those of these members in either part, newest first."""
        ...

    def page(self, work: Work, member_id: str, *, limit: int, before: str) -> list[Introduction]:
        """Return those of one member in either part, newest first, with ids below ``before``."""
        ...

    def between(self, work: Work, asker_id: str, asked_id: str) -> Introduction | None:
        """Return the newest question of one member to another."""
        ...

    def lapsed(self, work: Work, now: float, *, limit: int) -> list[Introduction]:
        """Return asked ones whose time is over."""
        ...

    def ended(self, work: Work, asked_before: float, *, limit: int) -> list[Introduction]:
        """Return closed and expired ones that were asked before a time, the newest first."""
        ...

    def drop(self, work: Work, introduction_id: str) -> None:
        """Delete one."""
        ...

    def loads(self, work: Work, member_ids: Collection[str], now: float) -> Mapping[str, Load]:
        """Return what each of these members carries as the one who is asked."""
        ...

    def remove(self, work: Work, member_ids: Collection[str]) -> None:
        """Delete those in which these members take part."""
        ...


class Backgrounds(Protocol):
    """The background sample that cosines are compared with."""

    def get(self, work: Work, encoder: str) -> Background:
        """Return the sample of an encoder; empty when there is none."""
        ...

    def put(self, work: Work, background: Background, *, size: int, at: float) -> None:
        """Replace an encoder's sample, drawn when there were ``size`` initiatives."""
        ...

    def size(self, work: Work, encoder: str) -> int:
        """Return how many initiatives there were when the sample was drawn; 0 without one."""
        ...


@dataclass(frozen=True, slots=True)
class Store:
    """All of it: what a use case is built from."""

    profiles: Profiles
    bounds: Bounds
    slates: Slates
    marks: Marks
    showings: Showings
    introductions: Introductions
    backgrounds: Backgrounds

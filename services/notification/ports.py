"""What notification keeps, and how it writes mails and signs links."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Protocol

from libs.ports.database import Work
from services.notification.domain.delivery import Delivery
from services.notification.domain.preference import Kind, Preferences


@dataclass(frozen=True, slots=True)
class Member:
    """What notification knows of a member, from the members' topic."""

    id: str
    programme: str
    display_name: str
    full_name: str
    email: str
    phone: str
    language: str
    has_mail_consent: bool
    snoozed_until: float
    """Unix seconds; 0 for one who is available."""
    blocks: frozenset[str] = frozenset()
    """Members this one blocked."""


class Members(Protocol):
    """The members as the newest snapshots tell."""

    def put(self, work: Work, member: Member) -> None:
        """Insert or replace a member."""
        ...

    def erase(self, work: Work, member_id: str) -> None:
        """Forget all but the id of an erased member, so that late news finds nobody."""
        ...

    def get(self, work: Work, member_ids: Collection[str]) -> dict[str, Member]:
        """Return those who are known and not erased."""
        ...

    def erased(self, work: Work, member_ids: Collection[str]) -> frozenset[str]:
        """Return those who were erased."""
        ...

    def blocked(self, work: Work, member_id: str) -> frozenset[str]:
        """Return everybody with a block from or towards this member."""
        ...

    def clear(self, work: Work) -> None:
        """Forget all members; the log tells of them again."""
        ...


@dataclass(frozen=True, slots=True)
class Notification:
    """One thing a member is told; times are Unix seconds."""

    id: str
    programme: str
    recipient_id: str
    kind: Kind
    subject_id: str
    """The introduction or story it is about; empty for recommendations."""
    dedupe_key: str
    changed_at: float
    """When it was made, or when people were added to it last."""
    read_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody a notification tells of, with the words that came along."""

    member_id: str
    words: str
    is_current: bool = True
    """False once the newest snapshot no longer says so; then nobody is shown it."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What of a member's notifications the page lists."""

    recipient_id: str
    kinds: tuple[Kind, ...]
    blocked: frozenset[str]


class Notifications(Protocol):
    """What members are told, and of whom."""

    def add(self, work: Work, notification: Notification, mentions: Sequence[Mention]) -> bool:
        """Insert it; False, and no change, when its dedupe key is there already."""
        ...

    def extend(
        self, work: Work, notification_id: str, mentions: Sequence[Mention], *, now: float
    ) -> None:
        """Add people to it; it counts as changed and unread."""
        ...

    def get(self, work: Work, notification_id: str) -> Notification:
        """Return one that has a delivery, and so exists."""
        ...

    def mentions(self, work: Work, notification_ids: Collection[str]) -> dict[str, list[Mention]]:
        """Return the current mentions per notification, in the order they came."""
        ...

    def told_of(self, work: Work, recipient_id: str) -> frozenset[str]:
        """Return everybody this member was ever told of as a recommendation."""
        ...

    def newest_recommendation(self, work: Work, recipient_id: str) -> str:
        """Return the id of the member's newest recommendation, empty if there is none."""
        ...

    def refresh_recommendations(
        self, work: Work, recipient_id: str, words: Mapping[str, str]
    ) -> None:
        """Make these people, with these words, the only current ones of all recommendations."""
        ...

    def set_current(self, work: Work, subject_id: str, kind: Kind, *, is_current: bool) -> None:
        """Say whether what was told of a subject still holds; what does not loses its words."""
        ...

    def newest(
        self, work: Work, scope: Scope, *, before: tuple[float, str] | None, limit: int
    ) -> list[Notification]:
        """Return a page of those that have somebody current, known and unblocked to tell of."""
        ...

    def of(self, work: Work, recipient_id: str) -> list[Notification]:
        """Return everything a member was told, newest first, whether the page lists it or not."""
        ...

    def unread(self, work: Work, scope: Scope) -> int:
        """Count the unread ones of those."""
        ...

    def mark_read(
        self, work: Work, recipient_id: str, *, notification_id: str = "", now: float
    ) -> bool:
        """Mark one, or all, of a member's as read; tell whether there is such a one."""
        ...

    def concerning(self, work: Work, member_id: str) -> frozenset[str]:
        """Return the ids of what this member was told, and of what others were told of them."""
        ...

    def erase(self, work: Work, member_id: str) -> None:
        """Delete what a member was told, with its deliveries, and every mention of the member."""
        ...

    def prune(self, work: Work, *, before: float) -> None:
        """Delete what changed last before a time, with its deliveries."""
        ...


class Deliveries(Protocol):
    """The mails of notifications."""

    def add(self, work: Work, delivery: Delivery) -> None:
        """Insert one."""
        ...

    def lock(self, work: Work, notification_id: str) -> Delivery | None:
        """Return one, and let no other transaction past this line until this one ends."""
        ...

    def of(self, work: Work, notification_ids: Collection[str]) -> dict[str, Delivery]:
        """Return the mails of these notifications, by notification."""
        ...

    def save(self, work: Work, delivery: Delivery) -> None:
        """Replace one."""
        ...

    def lapsed(self, work: Work, *, now: float, limit: int) -> list[Delivery]:
        """Return those whose claim's lease has ended, locked as by ``lock``."""
        ...

    def due(self, work: Work, *, now: float, limit: int) -> list[str]:
        """Return those that wait and are due, the longest due first."""
        ...

    def overdue(self, work: Work, *, now: float) -> tuple[int, float]:
        """Return how many wait and are due, and since when the first; since now if none is."""
        ...

    def lift(self, work: Work, floor: int) -> int:
        """Raise every lower sequence to this one; return how many were."""
        ...


class Choices(Protocol):
    """What members switched off."""

    def get(self, work: Work, member_id: str) -> Preferences:
        """Return a member's preferences."""
        ...

    def put(self, work: Work, member_id: str, preferences: Preferences) -> None:
        """Replace them."""
        ...


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as a mail or the page tells of them."""

    display_name: str
    words: str = ""
    full_name: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """What goes into one mail."""

    notification_id: str
    kind: Kind
    recipient: Member
    people: tuple[Person, ...]


class Composer(Protocol):
    """Writes what leaves or shows outside the page."""

    def mail(self, letter: Letter) -> EmailMessage:
        """Return the mail, the same but for its date whenever the letter is the same.

        Raises ``RefusedError`` when the recipient's address is none.
        """
        ...

    def unsubscribe_page(self, kind: Kind, language: str, *, token: str, is_done: bool) -> str:
        """Return the page that asks, or that says it is done."""
        ...


@dataclass(frozen=True, slots=True)
class Subscription:
    """What one unsubscribe link ends."""

    member_id: str
    kind: Kind


class Tokens(Protocol):
    """Signs unsubscribe links; they do not expire, for mails lie around for years."""

    def sign(self, subscription: Subscription) -> str:
        """Return a token for a URL; it tells nothing and cannot be made by others."""
        ...

    def open(self, token: str) -> Subscription:
        """Return what was signed; raises ``UnauthenticatedError`` for anything else."""
        ...

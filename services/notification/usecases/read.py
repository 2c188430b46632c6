"""A member's notifications in the page."""

import base64
import binascii
from dataclasses import dataclass

from libs.kernel.clock import Clock
from libs.kernel.errors import ForbiddenError, InvalidError, NotFoundError
from libs.kernel.policy import Reader
from libs.ports.database import Database, Work
from services.notification.domain.preference import Channel, Kind
from services.notification.domain.wording import page_text, ruling_text
from services.notification.ports import Choices, Members, Notification, Notifications, Scope


@dataclass(frozen=True, slots=True)
class Mentioned:
    """Somebody an entry tells of, by the name others may see."""

    member_id: str
    display_name: str
    words: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One notification as the page shows it, in the reader's language; times are Unix seconds."""

    id: str
    kind: Kind
    text: str
    people: tuple[Mentioned, ...]
    subject_id: str
    changed_at: float
    is_read: bool


@dataclass(frozen=True, slots=True)
class Inbox:
    """One page of entries; ``next`` is empty on the last one."""

    entries: tuple[Entry, ...]
    unread: int
    next: str


def member_of(reader: Reader) -> str:
    """Return who reads; raises ``ForbiddenError`` for a programme's key, which has no inbox."""
    if not reader.member_id:
        raise ForbiddenError("Notifications and preferences belong to a member: sign in as one.")
    return reader.member_id


@dataclass(frozen=True, slots=True)
class ListNotifications:
    """The newest first, without kinds switched off for the page and people who are blocked."""

    database: Database
    members: Members
    notifications: Notifications
    choices: Choices

    def __call__(self, *, reader: Reader, limit: int, cursor: str = "") -> Inbox:
        """Return a page of the reader's own."""
        before = _opened(cursor) if cursor else None
        with self.database.read() as work:
            scope = self._scope(work, reader)
            rows = self.notifications.newest(work, scope, before=before, limit=limit + 1)
            unread = self.notifications.unread(work, scope)
            entries = self._entries(work, rows[:limit], scope, reader.language)
        has_more = len(rows) > limit
        return Inbox(tuple(entries), unread, _closed(rows[limit - 1]) if has_more else "")

    def _scope(self, work: Work, reader: Reader) -> Scope:
        member_id = member_of(reader)
        return Scope(
            recipient_id=member_id,
            kinds=self.choices.get(work, member_id).kinds(Channel.PAGE),
            blocked=self.members.blocked(work, member_id) | reader.blocked,
        )

    def _entries(
        self, work: Work, rows: list[Notification], scope: Scope, language: str
    ) -> list[Entry]:
        mentions = self.notifications.mentions(work, [row.id for row in rows])
        ids = {each.member_id for found in mentions.values() for each in found} - scope.blocked
        known = self.members.get(work, ids)
        entries = []
        for row in rows:
            people = tuple(
                Mentioned(each.member_id, known[each.member_id].display_name, each.words)
                for each in mentions.get(row.id, [])
                if each.member_id in known
            )
            if row.kind is Kind.MODERATION:
                text, people = ruling_text(people[0].words, language), ()
            else:
                text = page_text(row.kind, [each.display_name for each in people], language)
            entries.append(
                Entry(
                    row.id, row.kind, text, people, row.subject_id, row.changed_at, row.read_at > 0
                )
            )
        return entries


@dataclass(frozen=True, slots=True)
class MarkRead:
    """Mark one notification as read; marking it again changes nothing."""

    database: Database
    notifications: Notifications
    clock: Clock

    def __call__(self, notification_id: str, *, reader: Reader) -> None:
        """Mark it; raises ``NotFoundError`` unless it is the reader's own."""
        now = self.clock.now().timestamp()
        with self.database.write() as work:
            if not self.notifications.mark_read(
                work, member_of(reader), notification_id=notification_id, now=now
            ):
                raise NotFoundError("You have no such notification.")


@dataclass(frozen=True, slots=True)
class MarkAllRead:
    """Mark everything a reader was told as read."""

    database: Database
    notifications: Notifications
    clock: Clock

    def __call__(self, *, reader: Reader) -> None:
        """Mark them."""
        with self.database.write() as work:
            self.notifications.mark_read(work, member_of(reader), now=self.clock.now().timestamp())


def _closed(row: Notification) -> str:
    return base64.urlsafe_b64encode(f"{row.changed_at!r} {row.id}".encode()).decode()


def _opened(cursor: str) -> tuple[float, str]:
    try:
        time, _, identity = base64.urlsafe_b64decode(cursor).decode("ascii").partition(" ")
        return float(time), identity
    except (ValueError, binascii.Error) as error:
        raise InvalidError(
            "The cursor is not one of ours: leave it out to start at the newest.",
            fields={"cursor": "use `next` as you got it"},
        ) from error

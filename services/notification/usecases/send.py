"""Sending mails: claim, hand over, record; and the sweep that finds what is due or was dropped."""

from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage

from google.protobuf.timestamp_pb2 import Timestamp

from libs.contracts import topics
from libs.contracts.gen.kring.events.v1 import notifications_pb2 as pb
from libs.kernel.clock import Clock
from libs.kernel.errors import RetryableError
from libs.kernel.metrics import DELIVERIES
from libs.ports.database import Database, Work
from libs.ports.mailer import Mailer, RefusedError, UncertainError
from libs.ports.tasks import Tasks
from libs.ports.telemetry import Telemetry
from services.notification.domain.delivery import (
    Delivery,
    Outcome,
    State,
    claim,
    lapse,
    postpone,
    settle,
    suppress,
)
from services.notification.domain.preference import Kind, Objection, objection_to_mail
from services.notification.domain.wording import ruling_text
from services.notification.ports import (
    Choices,
    Composer,
    Deliveries,
    Letter,
    Member,
    Members,
    Notification,
    Notifications,
    Person,
)

SEND_TASK = "notification.send"
SWEEP_TASK = "notification.sweep"
PRUNE_TASK = "notification.prune"

_NEWCOMER_SECONDS = 3_600.0
_NEWCOMER_WAIT_SECONDS = 60.0
_MOST_AT_ONCE = 500
_KEPT_SECONDS = 180 * 86_400.0

_KINDS = {
    Kind.RECOMMENDATION: pb.NOTIFICATION_KIND_RECOMMENDATION,
    Kind.INTRODUCTION_ASKED: pb.NOTIFICATION_KIND_INTRODUCTION_ASKED,
    Kind.INTRODUCED: pb.NOTIFICATION_KIND_INTRODUCED,
    Kind.MODERATION: pb.NOTIFICATION_KIND_MODERATION,
}
_STATES = {
    State.SENT: pb.DELIVERY_STATE_SENT,
    State.FAILED: pb.DELIVERY_STATE_FAILED,
    State.SUPPRESSED: pb.DELIVERY_STATE_SUPPRESSED,
    State.UNKNOWN: pb.DELIVERY_STATE_UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class Record:
    """Keep where a mail stands, and publish it where that is an outcome."""

    deliveries: Deliveries
    telemetry: Telemetry

    def __call__(self, work: Work, told: Notification, delivery: Delivery) -> None:
        """Save the delivery in the open transaction."""
        self.deliveries.save(work, delivery)
        state = _STATES.get(delivery.state)
        if state is None:
            return
        at = Timestamp()
        at.FromNanoseconds(int(delivery.changed_at * 1e9))
        work.emit(
            topics.NOTIFICATIONS,
            told.id,
            programme=told.programme,
            sequence=delivery.sequence,
            state=pb.Delivery(
                notification_id=told.id,
                member_id=told.recipient_id,
                kind=_KINDS[told.kind],
                state=state,
                at=at,
            ),
        )
        self.telemetry.count(DELIVERIES, channel="mail", outcome=delivery.state.value)


@dataclass(frozen=True, slots=True)
class Address:
    """Decide whether a mail may leave now, by what holds now, and gather what it says."""

    members: Members
    notifications: Notifications
    choices: Choices

    def __call__(self, work: Work, told: Notification, *, now: float) -> Letter | Objection:
        """Return the letter, or why there is none."""
        recipient = self.members.get(work, [told.recipient_id]).get(told.recipient_id)
        if recipient is None:
            return Objection.UNKNOWN_MEMBER
        people = self._people(work, told, recipient.language)
        objection = objection_to_mail(
            told.kind,
            self.choices.get(work, recipient.id),
            has_consent=recipient.has_mail_consent and bool(recipient.email),
            snoozed_until=recipient.snoozed_until,
            people=len(people),
            now=now,
        )
        return objection or Letter(told.id, told.kind, recipient, tuple(people))

    def _people(self, work: Work, told: Notification, language: str) -> list[Person]:
        mentions = self.notifications.mentions(work, [told.id]).get(told.id, [])
        blocked = self.members.blocked(work, told.recipient_id)
        known = self.members.get(work, [each.member_id for each in mentions])
        return [
            _person(known[each.member_id], each.words, told.kind, language)
            for each in mentions
            if each.member_id in known and each.member_id not in blocked
        ]


def _person(member: Member, words: str, kind: Kind, language: str) -> Person:
    if kind is Kind.MODERATION:
        return Person(member.display_name, ruling_text(words, language))
    if kind is not Kind.INTRODUCED:  # contact details are released by an introduction only
        return Person(member.display_name, words)
    return Person(member.display_name, words, member.full_name, member.email, member.phone)


@dataclass(frozen=True, slots=True)
class Send:
    """Send one mail if it is due and may leave."""

    database: Database
    notifications: Notifications
    address: Address
    composer: Composer
    mailer: Mailer
    record: Record
    clock: Clock
    jitter: Callable[[], float]

    def __call__(self, notification_id: str) -> None:
        """Claim and commit, hand over, record. A claim that is taken or not due does nothing."""
        claimed = self._claim(notification_id)
        if claimed is None:
            return
        mail, fence = claimed
        outcome, reason = self._hand_over(mail)
        self._settle(notification_id, fence, outcome, reason)

    def _claim(self, notification_id: str) -> tuple[EmailMessage, int] | None:
        now = self.clock.now().timestamp()
        with self.database.write() as work:
            waiting = self.record.deliveries.lock(work, notification_id)
            claimed = claim(waiting, now) if waiting else None
            if waiting is None or claimed is None:
                return None
            told = self.notifications.get(work, notification_id)
            letter = self.address(work, told, now=now)
            if letter is Objection.UNKNOWN_MEMBER and now < told.changed_at + _NEWCOMER_SECONDS:
                # topics overtake one another: the member may still be on the way
                later = postpone(waiting, now + _NEWCOMER_WAIT_SECONDS, now)
                self.record.deliveries.save(work, later)
                return None
            if isinstance(letter, Objection):
                self.record(work, told, suppress(waiting, letter.value, now))
                return None
            try:
                mail = self.composer.mail(letter)
            except RefusedError as error:
                refused = settle(
                    claimed,
                    claimed.fence,
                    Outcome.REFUSED,
                    reason=str(error),
                    now=now,
                    jitter=self.jitter(),
                )
                self.record(work, told, refused or claimed)
                return None
            self.record(work, told, claimed)
        return mail, claimed.fence

    def _hand_over(self, mail: EmailMessage) -> tuple[Outcome, str]:
        try:
            self.mailer.send(mail)
        except RetryableError as error:
            return Outcome.PATIENCE, str(error)
        except RefusedError as error:
            return Outcome.REFUSED, str(error)
        except UncertainError as error:
            return Outcome.UNCERTAIN, str(error)
        return Outcome.ACCEPTED, ""

    def _settle(self, notification_id: str, fence: int, outcome: Outcome, reason: str) -> None:
        now = self.clock.now().timestamp()
        with self.database.write() as work:
            delivery = self.record.deliveries.lock(work, notification_id)
            if delivery is None:  # the member was erased meanwhile
                return
            settled = settle(delivery, fence, outcome, reason=reason, now=now, jitter=self.jitter())
            if settled is not None:
                self.record(work, self.notifications.get(work, notification_id), settled)


@dataclass(frozen=True, slots=True)
class Sweep:
    """Wake every mail that is due; call unknown what was claimed and not settled in time."""

    database: Database
    notifications: Notifications
    record: Record
    tasks: Tasks
    clock: Clock

    def __call__(self, _argument: str = "") -> None:
        """Do it once."""
        now = self.clock.now().timestamp()
        with self.database.write() as work:
            for delivery in self.record.deliveries.lapsed(work, now=now, limit=_MOST_AT_ONCE):
                told = self.notifications.get(work, delivery.notification_id)
                self.record(work, told, lapse(delivery, now))
            due = self.record.deliveries.due(work, now=now, limit=_MOST_AT_ONCE)
        for notification_id in due:
            self.tasks.submit(SEND_TASK, notification_id)


@dataclass(frozen=True, slots=True)
class Prune:
    """Delete what nobody looks at any more, 180 days after it last changed."""

    database: Database
    notifications: Notifications
    clock: Clock

    def __call__(self, _argument: str = "") -> None:
        """Do it once."""
        before = self.clock.now().timestamp() - _KEPT_SECONDS
        with self.database.write() as work:
            self.notifications.prune(work, before=before)

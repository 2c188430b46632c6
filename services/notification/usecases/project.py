"""Members as the newest snapshots tell: who can be told, how, and by whom never."""

from dataclasses import dataclass

from libs.contracts.gen.kring.events.v1.members_pb2 import PURPOSE_MAIL
from libs.contracts.gen.kring.events.v1.members_pb2 import Member as Snapshot
from libs.ports.database import Work
from libs.ports.mailer import Mailer
from services.notification.domain.preference import Preferences, language_among
from services.notification.ports import Choices, Member, Members, Notifications


@dataclass(frozen=True, slots=True)
class ProjectMember:
    """Keep a member; erase one with everything told to or of the member."""

    members: Members
    notifications: Notifications
    choices: Choices
    mailer: Mailer

    def __call__(self, work: Work, member_id: str, snapshot: Snapshot, *, programme: str) -> None:
        """Make the rows say what the snapshot says."""
        if snapshot.erased:
            known = self.members.get(work, [member_id]).get(member_id)
            mails = self.notifications.concerning(work, member_id)
            self.mailer.forget(address=known.email if known else "", ids=mails)
            self.members.erase(work, member_id)
            self.notifications.erase(work, member_id)
            self.choices.put(work, member_id, Preferences())
            return
        self.members.put(work, _member(member_id, snapshot, programme))


def _member(member_id: str, snapshot: Snapshot, programme: str) -> Member:
    is_snoozed = snapshot.HasField("snoozed_until")
    return Member(
        id=member_id,
        programme=programme,
        display_name=snapshot.display_name,
        full_name=snapshot.contact.full_name,
        email=snapshot.contact.email,
        phone=snapshot.contact.phone,
        language=language_among(snapshot.languages),
        has_mail_consent=PURPOSE_MAIL in snapshot.consents,
        snoozed_until=snapshot.snoozed_until.ToNanoseconds() / 1e9 if is_snoozed else 0.0,
        blocks=frozenset(snapshot.blocked_ids),
    )

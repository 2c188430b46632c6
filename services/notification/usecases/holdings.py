"""Everything that notification holds about a member, for the member."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from typing_extensions import override

from libs.kernel.policy import Reader
from libs.ports.database import Database
from libs.ports.holdings import Holding, Holdings, moment
from services.notification.domain.delivery import Delivery
from services.notification.domain.preference import Channel, Kind, Preferences
from services.notification.domain.wording import page_text, ruling_text
from services.notification.ports import (
    Choices,
    Deliveries,
    Member,
    Members,
    Mention,
    Notification,
    Notifications,
)

Thing = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class TellTold(Holdings):
    """Tells what a member was told, what was mailed, and what the member switched off."""

    database: Database
    members: Members
    notifications: Notifications
    deliveries: Deliveries
    choices: Choices

    @override
    def __call__(self, reader: Reader) -> list[Holding]:
        who = reader.member_id
        with self.database.read() as work:
            choices = self.choices.get(work, who)
            rows = self.notifications.of(work, who)
            ids = [row.id for row in rows]
            mentions = self.notifications.mentions(work, ids)
            mails = self.deliveries.of(work, ids)
            hidden = self.members.blocked(work, who) | reader.blocked
            named = {each.member_id for found in mentions.values() for each in found}
            known = self.members.get(work, named - hidden)
        told = [_told(row, mentions.get(row.id, ()), known, reader.language) for row in rows]
        mailed = [_mail(row, mails[row.id]) for row in rows if row.id in mails]
        return [
            Holding("preferences", _preferences(choices)),
            Holding("notifications", told),
            Holding("mails", mailed),
        ]


def _preferences(choices: Preferences) -> list[Thing]:
    return [
        {
            "kind": kind,
            "page": choices.wants(kind, Channel.PAGE),
            "mail": choices.wants(kind, Channel.MAIL),
        }
        for kind in Kind
    ]


def _told(
    row: Notification, mentions: Sequence[Mention], known: Mapping[str, Member], language: str
) -> Thing:
    """Return one, without a text where nobody is left whom the page would still name."""
    people = [
        {"display_name": known[each.member_id].display_name, "words": each.words}
        for each in mentions
        if each.member_id in known
    ]
    text = _text(row.kind, people, language) if people else ""
    return {
        "kind": row.kind,
        "text": text,
        "people": [] if row.kind is Kind.MODERATION else people,
        "at": moment(row.changed_at),
        "read_at": moment(row.read_at),
    }


def _text(kind: Kind, people: Sequence[Mapping[str, str]], language: str) -> str:
    if kind is Kind.MODERATION:
        return ruling_text(people[0]["words"], language)
    return page_text(kind, [each["display_name"] for each in people], language)


def _mail(row: Notification, mail: Delivery) -> Thing:
    return {
        "kind": row.kind,
        "state": mail.state,
        "at": moment(mail.changed_at),
        "attempts": mail.attempt,
        "reason": mail.reason,
    }

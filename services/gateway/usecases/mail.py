"""The mail with the sign-in link, and the sweep that leaves nothing lying about."""

from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

import structlog

from libs.kernel.clock import Clock
from libs.kernel.errors import RetryableError
from libs.ports.database import Database
from libs.ports.mailer import Mailer, RefusedError, UncertainError
from libs.ports.tasks import Tasks
from services.gateway.domain.texts import text
from services.gateway.ports import Keys, Links, Member, Members, Sessions
from services.gateway.usecases.signin import MAIL_TASK, WriteLink

_GRACE_SECONDS = 60.0
_KEPT_KEY_SECONDS = 365 * 86_400.0

_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class MailLink:
    """Send the mail of one link, unless it was sent or has nobody to go to."""

    database: Database
    members: Members
    links: Links
    write_link: WriteLink
    mailer: Mailer
    clock: Clock
    sender: str
    base_url: str

    def __call__(self, link_id: str) -> None:
        """Send it. When the server is down, the sweep tries again while the link holds.

        A second try carries a fresh nonce, so of two mails only the newest works.
        """
        now = self.clock.now()
        with self.database.write() as work:
            link = self.links.get(work, link_id)
            if link is None or link.sent_at or link.used_at or now.timestamp() >= link.expires_at:
                return
            member = self.members.member(work, link.member_id)
            programme = self.members.programme(work, member.programme) if member else None
            url = self.write_link(work, link.id, base_url=self.base_url)
        name = programme.name if programme else "Kring"
        if member is not None and not self._send(self._mail(member, url, programme=name)):
            return
        with self.database.write() as work:
            self.links.mark_sent(work, link_id, now.timestamp())

    def _send(self, mail: EmailMessage) -> bool:
        try:
            self.mailer.send(mail)
        except RetryableError:
            return False
        except (RefusedError, UncertainError) as error:
            _log.warning("signin_mail_not_delivered", reason=type(error).__name__)
        return True

    def _mail(self, member: Member, url: str, *, programme: str) -> EmailMessage:
        mail = EmailMessage()
        mail["From"] = self.sender
        mail["To"] = member.email
        mail["Subject"] = text(member.language, "mail_subject")
        mail["Date"] = format_datetime(self.clock.now())
        mail["Message-ID"] = make_msgid(domain="kring")
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(
            text(member.language, "mail_body").format(
                name=member.display_name, programme=programme, url=url
            )
        )
        return mail


@dataclass(frozen=True, slots=True)
class Sweep:
    """Ask again for mails that did not leave, and forget what no longer works."""

    database: Database
    links: Links
    sessions: Sessions
    keys: Keys
    tasks: Tasks
    clock: Clock

    def __call__(self, _argument: str = "") -> None:
        """Do it once."""
        now = self.clock.now().timestamp()
        with self.database.write() as work:
            unsent = self.links.unsent(work, before=now - _GRACE_SECONDS, now=now)
            self.links.prune(work, now)
            self.sessions.prune(work, now)
            self.keys.prune(work, now - _KEPT_KEY_SECONDS)
        for link_id in unsent:
            self.tasks.submit(MAIL_TASK, link_id)

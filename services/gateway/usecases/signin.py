"""Signing in by a link in the mail, and signing out."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from libs.kernel.clock import Clock
from libs.kernel.errors import (
    GoneError,
    InvalidError,
    NotFoundError,
    RetryableError,
    TooManyError,
    UnauthenticatedError,
)
from libs.kernel.ids import Ids
from libs.kernel.policy import Reader
from libs.ports.cache import Limiter, Rate
from libs.ports.database import Database, Work
from libs.ports.tasks import Tasks
from services.gateway.domain.quota import LINKS
from services.gateway.domain.session import (
    ISSUED_LINK_SECONDS,
    LINK_SECONDS,
    SESSION_SECONDS,
    digest,
    normal_address,
    same,
)
from services.gateway.ports import Link, Links, Members, Session, Sessions, Signer

MAIL_TASK = "gateway.mail_link"
_PURPOSE = "signin"


@dataclass(frozen=True, slots=True)
class WriteLink:
    """Give a link that is kept a fresh nonce, and return its address. Older copies stop to work."""

    links: Links
    signer: Signer
    draw: Callable[[], str]

    def __call__(self, work: Work, link_id: str, *, base_url: str) -> str:
        """Return the link under the address at which people reach Kring."""
        nonce = self.draw()
        self.links.set_nonce(work, link_id, digest(nonce))
        token = self.signer.sign(_PURPOSE, (link_id, nonce))
        return f"{base_url}/signin?token={quote(token)}"


@dataclass(frozen=True, slots=True)
class RequestLink:
    """Ask for a sign-in link by mail.

    The answer and the work are the same whether or not the address belongs to a member.
    """

    database: Database
    members: Members
    links: Links
    limiter: Limiter
    tasks: Tasks
    clock: Clock
    ids: Ids

    def __call__(self, address: str, *, network: str) -> None:
        """Keep a link for each membership of this address; the mail is a task.

        Raises ``InvalidError`` for what is no address and ``TooManyError`` beyond 5 in 15 minutes
        per address or per network.
        """
        email = normal_address(address)
        if not email:
            raise InvalidError("This is no mail address.", fields={"email": "is no mail address"})
        for account in (f"net:{network}", f"address:{digest(email)}"):
            allowance = self.limiter.hit(f"gateway:link:{account}", Rate(LINKS.hits, LINKS.seconds))
            if not allowance.allowed:
                raise TooManyError(
                    "Too many links were asked for. Look in your mail first.",
                    retry_after_seconds=allowance.reset_seconds,
                )
        now = self.clock.now().timestamp()
        with self.database.write() as work:
            owners = [member.id for member in self.members.by_address(work, email)] or [""]
            new = [Link(self.ids.new(), owner, now, now + LINK_SECONDS) for owner in owners]
            for link in new:
                self.links.add(work, link)
        for link in new:
            self._wake(link.id)

    def _wake(self, link_id: str) -> None:
        try:
            self.tasks.submit(MAIL_TASK, link_id)
        except RetryableError:
            return  # the sweep finds the link


@dataclass(frozen=True, slots=True)
class IssueLink:
    """Make a sign-in link for a member and hand it to the operator in place of a mail.

    With a programme in the reader only its members are looked at.
    """

    database: Database
    members: Members
    links: Links
    write_link: WriteLink
    clock: Clock
    ids: Ids

    def __call__(self, address: str, *, base_url: str, reader: Reader) -> str:
        """Return a link that holds for 7 days; raises ``NotFoundError`` for an unknown address."""
        now = self.clock.now().timestamp()
        with self.database.write() as work:
            found = self.members.by_address(work, normal_address(address))
            owners = [member for member in found if reader.programme in {"", member.programme}]
            if not owners:
                raise NotFoundError("No member has this address.")
            link = Link(self.ids.new(), owners[0].id, now, now + ISSUED_LINK_SECONDS, sent_at=now)
            self.links.add(work, link)
            return self.write_link(work, link.id, base_url=base_url)


@dataclass(frozen=True, slots=True)
class SignIn:
    """Use a sign-in link, once."""

    database: Database
    members: Members
    links: Links
    sessions: Sessions
    signer: Signer
    clock: Clock
    draw: Callable[[], str]

    def __call__(self, token: str, *, previous: str = "") -> str:
        """Return the secret of a new session, and end the previous one of this browser.

        Raises ``UnauthenticatedError`` for a link we did not write and ``GoneError`` for one that
        was used, has expired or was replaced.
        """
        parts = self.signer.open(_PURPOSE, token)
        if len(parts) != 2:  # noqa: PLR2004  # a link's id and its nonce
            raise UnauthenticatedError("This link was not made by Kring.")
        link_id, nonce = parts
        secret = self.draw()
        now = self.clock.now().timestamp()
        with self.database.write() as work:
            link = self.links.get(work, link_id)
            if link is None or not same(link.nonce_digest, digest(nonce)) or now >= link.expires_at:
                raise GoneError("Ask for a new link: this one has expired.")
            if not self.links.use(work, link_id, now):
                raise GoneError("Ask for a new link: this one was used already.")
            if self.members.member(work, link.member_id) is None:
                raise GoneError("This member has left Kring.")
            if previous:
                self.sessions.remove(work, previous)
            self.sessions.add(
                work, Session(digest(secret), link.member_id, now, now + SESSION_SECONDS)
            )
        return secret


@dataclass(frozen=True, slots=True)
class SignOut:
    """End a session, or every session of its member."""

    database: Database
    sessions: Sessions

    def __call__(self, session: str, *, member_id: str, everywhere: bool = False) -> None:
        """End it; ending what has ended is harmless."""
        with self.database.write() as work:
            if everywhere and member_id:
                self.sessions.remove_of(work, member_id)
            elif session:
                self.sessions.remove(work, session)

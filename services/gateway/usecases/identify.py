"""Who is asking: a browser with a session, a programme with its key, or the operator."""

from collections.abc import Callable
from dataclasses import dataclass

from libs.kernel.clock import Clock
from libs.kernel.errors import RetryableError
from libs.kernel.ids import is_id
from libs.kernel.policy import Reader, Role
from libs.ports.database import Database, Work
from services.gateway.domain.keys import USED_SECONDS, read_key
from services.gateway.domain.session import SESSION_SECONDS, TOUCH_SECONDS, digest, same
from services.gateway.ports import Keys, Member, Members, Session, Sessions


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a request shows; every part may be empty."""

    session: str = ""
    bearer: str = ""
    programme: str = ""
    """For the operator: id or slug of the programme to act for; one unknown owns nothing."""
    language: str = ""
    """What the person chose on the page; it goes before what the member's profile says."""
    accepted: str = ""
    """The browser's first language among ours, for whoever has not said more."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A request as we know it: who, in which language, and on whose account it counts."""

    language: str
    account: str = ""
    """Empty for a stranger: then the network address counts."""
    reader: Reader | None = None
    session: str = ""
    """Digest of the session, where there is one."""
    display_name: str = ""


@dataclass(frozen=True, slots=True)
class Identify:
    """Find out who asks. What is wrong or expired counts as nothing shown, never as an error."""

    database: Database
    members: Members
    sessions: Sessions
    keys: Keys
    clock: Clock
    operator_key: str

    def __call__(self, shown: Credentials) -> Visit:
        """Return the visit; a bearer token goes before a session."""
        if shown.bearer:
            return self._by_bearer(shown)
        if shown.session:
            return self._by_session(shown)
        return self._stranger(shown)

    def _stranger(self, shown: Credentials) -> Visit:
        return Visit(language=shown.language or shown.accepted or "en")

    def _by_bearer(self, shown: Credentials) -> Visit:
        language = shown.language or shown.accepted or "en"
        if self.operator_key and same(shown.bearer, self.operator_key):
            reader = Reader(self._programme(shown.programme), Role.OPERATOR, language=language)
            return Visit(language, account="operator", reader=reader)
        found = read_key(shown.bearer)
        if found is None:
            return self._stranger(shown)
        key_id, secret = found
        now = self.clock.now().timestamp()
        with self.database.read() as work:
            key = self.keys.get(work, key_id)
        if key is None or not same(digest(secret), key.secret_digest) or not key.holds_at(now):
            return self._stranger(shown)
        if now - key.used_at >= USED_SECONDS:
            self._note(lambda work: self.keys.mark_used(work, key.id, now))
        reader = Reader(key.programme, key.role, language=language)
        return Visit(language, account=f"key:{key.id}", reader=reader)

    def _programme(self, name: str) -> str:
        if not name or is_id(name):
            return name
        with self.database.read() as work:
            programme = self.members.programme(work, name)
        return programme.id if programme else name

    def _by_session(self, shown: Credentials) -> Visit:
        name = digest(shown.session)
        now = self.clock.now().timestamp()
        with self.database.read() as work:
            session = self.sessions.get(work, name)
            member = self.members.member(work, session.member_id) if session else None
            blocked = self.members.blocked(work, member.id) if member else frozenset()
        if session is None or member is None or now >= session.expires_at:
            return self._stranger(shown)
        if now - session.seen_at >= TOUCH_SECONDS:
            self._slide(session, now)
        return _visit(member, blocked, name, shown.language or member.language)

    def _slide(self, session: Session, now: float) -> None:
        expires_at = now + SESSION_SECONDS
        self._note(
            lambda work: self.sessions.slide(
                work, session.digest, seen_at=now, expires_at=expires_at
            )
        )

    def _note(self, write: Callable[[Work], None]) -> None:
        """Write what may as well be written at the next request: a busy database stops nobody."""
        try:
            with self.database.write() as work:
                write(work)
        except RetryableError:
            return


def _visit(member: Member, blocked: frozenset[str], session: str, language: str) -> Visit:
    reader = Reader(
        programme=member.programme,
        role=member.role,
        member_id=member.id,
        language=language,
        blocked=blocked,
    )
    return Visit(
        language,
        account=f"member:{member.id}",
        reader=reader,
        session=session,
        display_name=member.display_name,
    )

"""What the gateway keeps, and how it signs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from libs.kernel.policy import Role
from libs.ports.database import Work
from services.gateway.domain.keys import Key


@dataclass(frozen=True, slots=True)
class Member:
    """What the gateway knows of a member, from the members' topic."""

    id: str
    programme: str
    role: Role
    email: str
    display_name: str
    language: str
    blocks: frozenset[str] = frozenset()
    """Members this one blocked."""


@dataclass(frozen=True, slots=True)
class Programme:
    """What the gateway knows of a programme."""

    id: str
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class Link:
    """A sign-in link. ``member_id`` is empty when the address belongs to nobody.

    Such a link is kept and handled like any other, so that asking costs the same either way.
    """

    id: str
    member_id: str
    created_at: float
    expires_at: float
    nonce_digest: str = ""
    sent_at: float = 0.0
    used_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser; ``digest`` stands for the secret in its cookie."""

    digest: str
    member_id: str
    seen_at: float
    expires_at: float


class Members(Protocol):
    """The members and programmes that the log told us of."""

    def put_member(self, work: Work, member: Member) -> None:
        """Keep a member in place of what was known."""
        ...

    def remove_member(self, work: Work, member_id: str) -> None:
        """Forget a member, with blocks in both directions."""
        ...

    def member(self, work: Work, member_id: str) -> Member | None:
        """Return a member."""
        ...

    def by_address(self, work: Work, email: str) -> list[Member]:
        """Return the members with this address, one per programme, by id."""
        ...

    def blocked(self, work: Work, member_id: str) -> frozenset[str]:
        """Return everybody with a block towards this member or from it."""
        ...

    def put_programme(self, work: Work, programme: Programme) -> None:
        """Keep a programme in place of what was known."""
        ...

    def programme(self, work: Work, name: str) -> Programme | None:
        """Return a programme by its id or its slug."""
        ...

    def clear(self, work: Work) -> None:
        """Forget all of them: the log tells them again."""
        ...


class Links(Protocol):
    """Sign-in links."""

    def add(self, work: Work, link: Link) -> None:
        """Keep a new link."""
        ...

    def get(self, work: Work, link_id: str) -> Link | None:
        """Return a link."""
        ...

    def set_nonce(self, work: Work, link_id: str, nonce_digest: str) -> None:
        """Give a link its nonce; an older one stops to work."""
        ...

    def mark_sent(self, work: Work, link_id: str, now: float) -> None:
        """Record that the mail left, or that there is nobody to mail."""
        ...

    def use(self, work: Work, link_id: str, now: float) -> bool:
        """Record that the link was used; False if it was used before."""
        ...

    def unsent(self, work: Work, *, before: float, now: float) -> list[str]:
        """Return links made before a time, still valid, whose mail did not leave."""
        ...

    def remove_of(self, work: Work, member_id: str) -> None:
        """Forget the links of a member."""
        ...

    def of(self, work: Work, member_id: str) -> list[Link]:
        """Return the links of a member that are kept still, oldest first."""
        ...

    def prune(self, work: Work, now: float) -> None:
        """Forget links that no longer work."""
        ...


class Sessions(Protocol):
    """Signed-in browsers."""

    def add(self, work: Work, session: Session) -> None:
        """Keep a new session."""
        ...

    def get(self, work: Work, digest: str) -> Session | None:
        """Return a session."""
        ...

    def slide(self, work: Work, digest: str, *, seen_at: float, expires_at: float) -> None:
        """Move the end of a session."""
        ...

    def remove(self, work: Work, digest: str) -> None:
        """End one session."""
        ...

    def remove_of(self, work: Work, member_id: str) -> None:
        """End every session of a member."""
        ...

    def of(self, work: Work, member_id: str) -> list[Session]:
        """Return the sessions of a member, the one that ends first before the others."""
        ...

    def prune(self, work: Work, now: float) -> None:
        """Forget sessions that ended."""
        ...


class Keys(Protocol):
    """API keys of programmes."""

    def add(self, work: Work, key: Key) -> None:
        """Keep a new key."""
        ...

    def get(self, work: Work, key_id: str) -> Key | None:
        """Return a key, revoked ones too."""
        ...

    def of(self, work: Work, programme: str, *, after: str, limit: int) -> list[Key]:
        """Return the keys of a programme that are not revoked, by id, after this id.

        An empty programme means all of them.
        """
        ...

    def mark_used(self, work: Work, key_id: str, now: float) -> None:
        """Record a use."""
        ...

    def revoke(self, work: Work, key_id: str, now: float) -> None:
        """End a key."""
        ...

    def prune(self, work: Work, before: float) -> None:
        """Forget keys that expired or were revoked before a time."""
        ...


class Signer(Protocol):
    """Signs the short texts that go into links."""

    def sign(self, purpose: str, parts: tuple[str, ...]) -> str:
        """Return a token, safe in a URL, that holds for this purpose only."""
        ...

    def open(self, purpose: str, token: str) -> tuple[str, ...]:
        """Return the parts; raises ``UnauthenticatedError`` if any character was changed."""
        ...


Things = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Told:
    """What every service told about one member, by service and kind."""

    member_id: str
    language: str
    at: datetime
    parts: Mapping[str, Mapping[str, Things]]


class Archivist(Protocol):
    """Makes a file that people and programs can read."""

    def archive(self, told: Told) -> bytes:
        """Return a zip with a page in the member's language, and the same as JSON."""
        ...

"""The keys with which a programme's own systems reach Kring."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from libs.kernel.clock import Clock
from libs.kernel.errors import ForbiddenError, InvalidError, NotFoundError
from libs.kernel.ids import Ids
from libs.kernel.policy import Reader, Role
from libs.ports.database import Database
from services.gateway.domain.keys import Key, may_grant, write_key
from services.gateway.domain.session import digest
from services.gateway.ports import Keys

_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class MakeKey:
    """Make a key for the reader's own programme; an operator says which one by a header."""

    database: Database
    keys: Keys
    clock: Clock
    ids: Ids
    draw: Callable[[], str]

    def __call__(self, name: str, *, role: Role, days: int, reader: Reader) -> tuple[Key, str]:
        """Return the key as kept, and as its owner gets to see it this once."""
        if not reader.programme:
            raise InvalidError("Say for which programme, by the header kring-programme.")
        if not may_grant(reader.role, role):
            raise ForbiddenError("A key may not do more than who makes it.")
        now = self.clock.now().timestamp()
        secret = self.draw()
        key = Key(
            id=self.ids.new(),
            programme=reader.programme,
            name=name,
            role=role,
            secret_digest=digest(secret),
            created_at=now,
            expires_at=now + days * _DAY,
        )
        with self.database.write() as work:
            self.keys.add(work, key)
        return key, write_key(key.id, secret)


@dataclass(frozen=True, slots=True)
class ListKeys:
    """List the keys of the reader's programme; an operator without a programme sees all."""

    database: Database
    keys: Keys

    def __call__(self, *, after: str, limit: int, reader: Reader) -> Sequence[Key]:
        """Return at most ``limit`` keys that follow an id."""
        with self.database.read() as work:
            return self.keys.of(work, reader.programme, after=after, limit=limit)


@dataclass(frozen=True, slots=True)
class RevokeKey:
    """End a key at once."""

    database: Database
    keys: Keys
    clock: Clock

    def __call__(self, key_id: str, *, reader: Reader) -> None:
        """End it; raises ``NotFoundError`` for a key of another programme, as for none."""
        now = self.clock.now().timestamp()
        with self.database.write() as work:
            key = self.keys.get(work, key_id)
            own = key is not None and (
                reader.has(Role.OPERATOR) or reader.programme == key.programme
            )
            if key is None or not own or key.revoked_at:
                raise NotFoundError("There is no such key.")
            self.keys.revoke(work, key_id, now)

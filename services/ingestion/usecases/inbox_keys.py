"""What coordinators can do with the keys of their programme's inbox."""

from collections.abc import Sequence
from dataclasses import dataclass

from libs.contracts.gen.kring.events.v1.receipts_pb2 import CHANGE_CREATED, CHANGE_WITHDRAWN
from libs.kernel import webhooks
from libs.kernel.errors import ConflictError, NotFoundError
from libs.kernel.policy import Reader, Role
from services.ingestion.domain.inbox import MOST_KEYS, InboxKey, secret_of
from services.ingestion.usecases.access import Access
from services.ingestion.usecases.receipts import of_key, tell
from services.ingestion.usecases.registry import Registry


@dataclass(frozen=True)
class MakeInboxKey:
    """A coordinator lets the programme's own systems send."""

    registry: Registry
    master: bytes

    def __call__(self, name: str, programme: str, reader: Reader) -> tuple[InboxKey, str]:
        """Return the key and its secret, which is shown this once.

        The programme is told on its topic of receipts, which exists from then on.
        """
        registry = self.registry
        with registry.database.write() as work:
            access = Access(registry.stores)
            target = access.programme_to_fill(work, programme, reader)
            known = registry.stores.inbox_keys.of(work, target.id)
            if sum(key.ended_at is None for key in known) >= MOST_KEYS:
                raise ConflictError(f"There are {MOST_KEYS} keys already: end one of them first.")
            key = InboxKey(registry.ids.new(), target.id, name, registry.clock.now())
            registry.stores.inbox_keys.add(work, key)
            tell(work, registry, target.id, of_key(key.id, CHANGE_CREATED))
        return key, webhooks.write_secret(secret_of(self.master, key.id))


@dataclass(frozen=True)
class ListInboxKeys:
    """A coordinator looks at the keys."""

    registry: Registry

    def __call__(self, programme: str, reader: Reader) -> Sequence[InboxKey]:
        """Return the newest keys: those that hold, then those that were ended."""
        with self.registry.database.read() as work:
            access = Access(self.registry.stores)
            target = access.programme_to_fill(work, programme, reader)
            return self.registry.stores.inbox_keys.of(work, target.id)


@dataclass(frozen=True)
class EndInboxKey:
    """A coordinator ends a key: from then on, what is signed with it is refused."""

    registry: Registry

    def __call__(self, key_id: str, reader: Reader) -> None:
        """End it; raises ``NotFoundError`` for a key of another programme, as for none."""
        keys = self.registry.stores.inbox_keys
        with self.registry.database.write() as work:
            key = keys.get(work, key_id)
            is_own = key is not None and (
                reader.has(Role.OPERATOR) or reader.programme == key.programme
            )
            if key is None or not is_own or key.ended_at is not None:
                raise NotFoundError("There is no such key.")
            keys.end(work, key_id, self.registry.clock.now())
            tell(work, self.registry, key.programme, of_key(key_id, CHANGE_WITHDRAWN))
